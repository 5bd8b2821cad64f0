"""Formulas of a recipe as expressions over ids, at given values of the indices."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

from problems.recipes.expressions import ZERO, number
from problems.recipes.indices import Indices, Refused, is_whole, spans, whole
from problems.recipes.language import (
    Binary,
    Call,
    Chain,
    Minus,
    Node,
    Number,
    Place,
    Quantity,
)
from problems.recipes.names import entry
from problems.rules.activations import is_known
from problems.rules.expression import (
    ONE,
    Constant,
    Expression,
    Function,
    Negative,
    Product,
    Quotient,
    Ref,
    Softmax,
    Sum,
    total,
)
from problems.rules.extrema import Max
from problems.rules.shorthand import at_least, mean, more_than, power

FUNCTIONS = {
    "exp": "exp", "log": "log", "ln": "log", "sqrt": "sqrt", "sigmoid": "logistic",
    "logistic": "logistic", "bipolar": "bipolar", "tanh": "tanh", "relu": "relu",
    "leaky_relu": "leaky_relu", "softplus": "softplus", "step": "step", "sin": "sin",
    "cos": "cos", "abs": "abs", "identity": "identity",
}  # fmt: skip
"""Name in recipes -> name of the row."""
FOLDS = ("sum", "mean", "max")
SOFTMAX = "softmax"
WORDS = frozenset({*FUNCTIONS, *FOLDS, SOFTMAX, "grad", "of", "for", "in"})
"""What no quantity may be called."""

MOST_TERMS = 1_000
MOST_PARTS = 50_000
"""Parts of all formulas together."""
LARGEST_POWER = 12


@dataclass
class Reading:
    """What is read on the way: by whom, and how much."""

    note: Callable[[str, Place], None]
    """Called with each id that is read, and where."""
    left: int = MOST_PARTS

    def spend(self, place: Place) -> None:
        """Count a part.

        Raises:
            Refused: there were too many.
        """
        self.left -= 1
        if self.left < 0:
            raise Refused(place, f"written out, the recipe has more than {MOST_PARTS:,} parts")


class Formula:
    """Reads formulas at certain values of the indices.

    Args:
        at: what sizes and loops' variables stand for.
        reading: what is noted.
    """

    def __init__(self, at: Indices, reading: Reading) -> None:
        self.at = at
        self.reading = reading

    def read(self, node: Node) -> Expression:
        """The expression.

        Raises:
            Refused: it means nothing, with what is allowed.
        """
        self.reading.spend(node.place)
        match node:
            case Number(text=text):
                return Constant(_decimal(text, node.place))
            case Quantity():
                return self.quantity(node)
            case Minus(of=of):
                return Negative(self.read(of))
            case Chain(rest=rest):
                return self.sum(node) if rest[0][0] in "+-" else self.product(node)
            case Binary(sign="**"):
                return self.power(node)
            case Binary():
                return self.comparison(node)
            case Call():
                return self.call(node)
        raise TypeError(f"no formula is {type(node).__name__}")

    # names ----------------------------------------------------------------------------------

    def quantity(self, node: Quantity) -> Expression:
        if not node.indices and node.name in self.at:
            return Constant(str(self.at[node.name]))
        id = id_of(node, self.at)
        self.reading.note(id, node.place)
        return Ref(id)

    # signs ----------------------------------------------------------------------------------

    def sum(self, node: Chain) -> Expression:
        terms = [self.read(node.first)]
        for sign, part in node.rest:
            term = self.read(part)
            if sign == "+" and isinstance(term, Sum):
                terms += term.terms
            else:
                terms.append(term if sign == "+" else Negative(term))
        return Sum(tuple(terms))

    def product(self, node: Chain) -> Expression:
        found: list[Expression] = [self.read(node.first)]
        for sign, part in node.rest:
            other = self.read(part)
            if sign == "*":
                found.append(other)
                continue
            top = found[0] if len(found) == 1 else Product(tuple(found))
            found = [_divided(top, other, part.place)]
        return found[0] if len(found) == 1 else Product(tuple(found))

    def power(self, node: Binary) -> Expression:
        if not is_whole(_bare(node.right), self.at):
            what = "an exponent is a whole number; there are exp(x) and sqrt(x) besides"
            raise Refused(node.right.place, what)
        exponent = whole(node.right, self.at)
        if abs(exponent) > LARGEST_POWER:
            raise Refused(node.right.place, f"exponents go up to {LARGEST_POWER}")
        base = self.read(node.left)
        return power(base, exponent)

    def comparison(self, node: Binary) -> Expression:
        """1 where it holds, else 0; between indices it is decided here."""
        if is_whole(node.left, self.at) and is_whole(node.right, self.at):
            a, b = whole(node.left, self.at), whole(node.right, self.at)
            holds = {"<": a < b, "<=": a <= b, ">": a > b, ">=": a >= b, "==": a == b}
            return ONE if holds[node.sign] else ZERO
        if node.sign == "==":
            what = "only indices can be equal; of quantities ask < <= > or >="
            raise Refused(node.place, what)
        left, right = self.read(node.left), self.read(node.right)
        if node.sign.startswith("<"):
            left, right = right, left
        return at_least(left, right) if node.sign.endswith("=") else more_than(left, right)

    # functions ------------------------------------------------------------------------------

    def call(self, node: Call) -> Expression:
        if node.function in FOLDS:
            return self.fold(node)
        if node.function == SOFTMAX:
            return self.softmax(node)
        if node.function not in FUNCTIONS:
            near = ", ".join(sorted({*FUNCTIONS, *FOLDS, SOFTMAX}))
            raise Refused(node.place, f"no function {node.function!r}; there are {near}")
        if node.loops:
            what = f"{node.function} takes one value; loops are for {', '.join(FOLDS)}"
            raise Refused(node.place, what)
        name = FUNCTIONS[node.function]
        if name == "leaky_relu" and len(node.arguments) == 2:
            name = f"leaky_relu({self.slope(node.arguments[1])})"
        elif len(node.arguments) != 1:
            raise Refused(node.place, f"{node.function} takes one value")
        return Function(name, self.read(node.arguments[0]))

    def slope(self, node: Node) -> str:
        if isinstance(node, Number) and is_known(f"leaky_relu({_decimal(node.text, node.place)})"):
            return _decimal(node.text, node.place)
        what = "the slope of leaky_relu is a number between 0 and 1, like 0.1"
        raise Refused(node.place, what)

    def each(self, node: Call) -> list[tuple[Formula, Expression]]:
        """The first argument for every value of its loops."""
        found = []
        for at in spans(node.loops, self.at, MOST_TERMS):
            inner = Formula(at, self.reading)
            found.append((inner, inner.read(node.arguments[0])))
        return found

    def fold(self, node: Call) -> Expression:
        if node.loops and len(node.arguments) > 1:
            raise Refused(node.place, f"write {node.function}(... for k in N), and no more")
        if not node.loops and node.function != "max":
            raise Refused(node.place, f"write {node.function}(... for k in N)")
        terms = (
            [term for _, term in self.each(node)]
            if node.loops
            else [self.read(argument) for argument in node.arguments]
        )
        if not terms and node.function == "sum":
            return ZERO
        if not terms:
            raise Refused(node.place, f"{node.function} of nothing")
        if node.function == "max":
            return Max(tuple(terms)) if len(terms) > 1 else terms[0]
        return total(terms) if node.function == "sum" else mean(terms)

    def softmax(self, node: Call) -> Expression:
        if len(node.loops) != 1 or len(node.arguments) != 2:
            what = "write softmax(z[k] for k in N, j): the j-th share of e^z"
            raise Refused(node.place, what)
        nets = self.each(node)
        variable, asked = node.loops[0].variable, whole(node.arguments[1], self.at)
        at = [inner.at[variable] for inner, _ in nets]
        if asked not in at:
            raise Refused(node.arguments[1].place, f"{variable} does not take the value {asked}")
        return Softmax(tuple(net for _, net in nets), at.index(asked))


def id_of(node: Quantity, at: Indices) -> str:
    """The id that a quantity with indices stands for.

    Raises:
        Refused: an index is no whole number, or below 0.
    """
    indices = [whole(index, at) for index in node.indices]
    if any(index < 0 for index in indices):
        raise Refused(node.place, f"an index of {node.name} is below 0: {indices}")
    return entry(node.name, indices)


def _decimal(text: str, place: Place) -> str:
    """A number in plain notation, as constants are written."""
    value = Decimal(text) or Decimal(0)
    if (value and not -30 <= value.adjusted() <= 15) or len(text) > 40:
        raise Refused(place, f"{text[:40]} is too long or too far from 1")
    return f"{value:f}"


def _bare(node: Node) -> Node:
    return node.of if isinstance(node, Minus) else node


def _divided(top: Expression, bottom: Expression, place: Place) -> Expression:
    """The quotient; of two numbers a number."""
    if isinstance(bottom, Constant) and not Fraction(bottom.text):
        raise Refused(place, "this divides by 0")
    if isinstance(top, Constant) and isinstance(bottom, Constant):
        return number(Fraction(top.text) / Fraction(bottom.text))
    return Quotient(top, bottom)
