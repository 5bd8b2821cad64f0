"""Any step in closed form: in weights, inputs and targets alone."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Literal

import sympy
from sympy.printing.numpy import NumPyPrinter
from sympy.printing.str import StrPrinter

from problems.computation.kinds import Role
from problems.computation.steps import Graph
from problems.exercise import Exercise
from problems.patterns import pattern
from templates.formulas.latex import latex
from templates.formulas.plain import plain

Output = Literal["text", "latex", "python"]

MOST_FACTORED = 60
"""Operations of an expression up to which it is tried as a product of polynomials."""

PLAIN: Mapping[str, Any] = {
    "exp": sympy.exp,
    "log": sympy.log,
    "sqrt": sympy.sqrt,
    "sin": sympy.sin,
    "cos": sympy.cos,
    "abs": sympy.Abs,
    "sign": sympy.sign,
}
"""Functions that sympy has as they are."""


class Symbols:
    """Interprets rules as expressions of sympy (`problems.rules.expression.Arithmetic`)."""

    def constant(self, text: str) -> Any:
        """An exact number."""
        top, _, bottom = text.partition("/")
        return sympy.Rational(top) / sympy.Rational(bottom or "1")

    def call(self, name: str, x: Any) -> Any:
        """A function or an activation."""
        base, _, parameter = name.partition("(")
        if base in PLAIN:
            return PLAIN[base](x)
        match base:
            case "step":
                return sympy.Heaviside(x, 1)
            case "bipolar":
                return 2 / (1 + sympy.exp(-x)) - 1
            case "logistic":
                return 1 / (1 + sympy.exp(-x))
            case "tanh":
                return sympy.tanh(x)
            case "softplus":
                return sympy.log(1 + sympy.exp(x))
            case "identity":
                return x
        return sympy.Max(left_slope(base, parameter) * x, x)

    def slope(self, name: str, x: Any) -> Any:
        """The derivative, from the net input or the output that the rule hands in."""
        base, _, parameter = name.partition("(")
        match base:
            case "logistic":
                return x * (1 - x)
            case "tanh":
                return 1 - x**2
            case "bipolar":
                return (1 - x**2) / 2
            case "softplus":
                return 1 / (1 + sympy.exp(-x))
            case "identity":
                return sympy.Integer(1)
        left = left_slope(base, parameter)
        return left + (1 - left) * sympy.Heaviside(x, 0)

    def softmax(self, xs: Sequence[Any], index: int) -> Any:
        """e^x_k over the sum of its kind."""
        return sympy.exp(xs[index]) / sympy.Add(*map(sympy.exp, xs))

    def square(self, x: Any) -> Any:
        """x squared."""
        return x**2

    def power(self, x: Any, exponent: int) -> Any:
        """x to a whole exponent."""
        return x**exponent

    def largest(self, xs: Sequence[Any]) -> Any:
        """The largest of xs."""
        return sympy.Max(*xs)

    def winner(self, xs: Sequence[Any], index: int) -> Any:
        """1 or 0; of equal ones the first wins."""
        ahead = [(xs[index] - x, int(index < n)) for n, x in enumerate(xs) if n != index]
        return sympy.Mul(*(sympy.Heaviside(by, tied) for by, tied in ahead))


def left_slope(base: str, parameter: str) -> sympy.Rational:
    """Of a ReLU the slope below zero.

    >>> left_slope("relu", ""), left_slope("leaky_relu", "0.1)")
    (0, 1/10)
    """
    usual = {"relu": "0", "leaky_relu": "0.01"}[base]
    return sympy.Rational(parameter.rstrip(")") or usual)


def symbol(id: str) -> sympy.Symbol:
    """The symbol of a given; its name can stand in a program.

    >>> symbol("n1:w.1.2.1")
    n1_w_1_2_1
    """
    return sympy.Symbol(_NOT_IN_NAMES.sub("_", id), real=True)


def closed_form(graph: Graph, id: str) -> Any:
    """A step with everything put in that is not given, simplified.

    What is simplified is the step as an expression of the units' outputs, which are put in
    afterwards: sympy takes seconds to minutes over nested exponentials, and finds nothing there.

    Args:
        graph: the steps.
        id: of a step.

    Returns:
        An expression of sympy in the symbols of the givens.
    """
    values: dict[str, Any] = {given: symbol(given) for given in graph.givens}
    outputs: dict[Any, Any] = {}
    for needed in _before(graph, id):
        value = graph.steps[needed].rule.evaluate(values, SYMBOLS)
        values[needed] = value
        if _is_output(graph, needed) and needed != id:
            values[needed] = sympy.Dummy(real=True)
            outputs[values[needed]] = value.xreplace(outputs)
    found = values[id] if _is_output(graph, id) else _simplest(values[id])
    return found.xreplace(outputs)


def _is_output(graph: Graph, id: str) -> bool:
    """Whether a step is a unit's output, or computed on the way forward in a recipe."""
    step = graph.parse(id)
    roles = (step.role, graph.parse(step.inner or id).role)
    return Role.OUTPUT in roles or Role.QUANTITY in roles


def _simplest(found: Any) -> Any:
    """The shortest of some equal forms."""
    forms = [found, sympy.factor_terms(found)]
    if sympy.count_ops(found) <= MOST_FACTORED:
        forms.append(sympy.factor(found))
    return min(forms, key=sympy.count_ops)


def _before(graph: Graph, id: str) -> Iterator[str]:
    """The steps that a step's rule needs, and the step, in an order of computation."""
    needed: set[str] = set()
    waiting = [id]
    while waiting:
        one = waiting.pop()
        if one in graph.steps and one not in needed:
            needed.add(one)
            waiting += graph.steps[one].rule.refs()
    return (one for one in graph.steps if one in needed)


SYMBOLS = Symbols()
_NOT_IN_NAMES = pattern(r"\W+")


class _Names(StrPrinter):  # type: ignore[misc]  # sympy has no types
    """Writes symbols as a text does."""

    def __init__(self, names: Mapping[str, str]) -> None:
        super().__init__()
        self._names = names

    def _print_Symbol(self, expr: sympy.Symbol) -> str:
        return self._names[expr.name]


class _Numpy(NumPyPrinter):  # type: ignore[misc]  # sympy has no types
    """Writes for numpy alone, where sympy's own would need functools, or a choice of cases."""

    def _print_Max(self, expr: sympy.Max) -> str:
        *others, found = map(self._print, expr.args)
        for other in reversed(others):
            found = f"numpy.maximum({other}, {found})"
        return str(found)

    def _print_Heaviside(self, expr: sympy.Heaviside) -> str:
        return f"numpy.heaviside({', '.join(map(self._print, expr.args))})"


def written(exercise: Exercise, id: str, output: Output) -> str:
    """A step's closed form as an equation.

    Args:
        exercise: whose symbols are used; those of examples are told apart by their number.
        id: of a step.
        output: `text`, `latex`, or `python` for a line of a program with numpy, whose names are
            the ids with `_` for the dots.
    """
    found = closed_form(exercise.graph, id)
    naming, givens = exercise.naming, exercise.graph.givens
    if output == "python":
        return f"{symbol(id).name} = {_Numpy().doprint(found)}"
    if output == "latex":
        names = {symbol(given): latex(naming.symbol(given, of_example=True)) for given in givens}
        right = sympy.latex(found, symbol_names=names)
        return f"{latex(naming.symbol(id, of_example=True))} = {right}"
    plainly = {
        symbol(given).name: plain(naming.symbol(given, of_example=True)) for given in givens
    }
    left = plain(naming.symbol(id, of_example=True))
    return f"{left} = {_Names(plainly).doprint(found)}"
