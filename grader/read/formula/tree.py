"""A formula that was read: a small tree of our own, with its interpreters.

Nothing here knows how the text was written; nothing of a text is left in it but the digits
of numbers and the ids of names. The interpreters: floats or arrays over sample points
(`evaluate`), exact fractions (`exact`), and plain text (`written`).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from fractions import Fraction
from types import MappingProxyType
from typing import Any

import numpy as np

from problems.arithmetic.elementary import sign, step


@dataclass(frozen=True, slots=True)
class Node:
    """A part of a formula; values are immutable and compare by content."""

    def evaluate(self, values: Mapping[str, Any], functions: Functions) -> Any:
        """The value over floats or arrays; see the function `evaluate`."""
        raise NotImplementedError

    def parts(self) -> tuple[Node, ...]:
        """The nodes directly below, in reading order."""
        return ()


Functions = Mapping[str, Callable[..., Any]]
"""Canonical name of a function -> what works it out."""


@dataclass(frozen=True, slots=True)
class Number(Node):
    """A number with the digits as they were written."""

    text: str
    value: Fraction
    real: float = field(init=False, repr=False, compare=False)
    """The nearest double."""

    def __post_init__(self) -> None:
        object.__setattr__(self, "real", float(self.value))

    def evaluate(self, values: Mapping[str, Any], functions: Functions) -> Any:
        return self.real


@dataclass(frozen=True, slots=True)
class Name(Node):
    """A quantity of the exercise."""

    id: str
    """Its step id, or the typed name where no names were given."""
    text: str
    """As it was typed."""

    def evaluate(self, values: Mapping[str, Any], functions: Functions) -> Any:
        return values[self.id]


@dataclass(frozen=True, slots=True)
class Negative(Node):
    """Minus the part."""

    of: Node

    def evaluate(self, values: Mapping[str, Any], functions: Functions) -> Any:
        return -self.of.evaluate(values, functions)

    def parts(self) -> tuple[Node, ...]:
        return (self.of,)


@dataclass(frozen=True, slots=True)
class Sum(Node):
    """Terms added in order; a difference has a `Negative` term."""

    terms: tuple[Node, ...]

    def evaluate(self, values: Mapping[str, Any], functions: Functions) -> Any:
        total = self.terms[0].evaluate(values, functions)
        for term in self.terms[1:]:
            if type(term) is Negative:
                total = total - term.of.evaluate(values, functions)
            else:
                total = total + term.evaluate(values, functions)
        return total

    def parts(self) -> tuple[Node, ...]:
        return self.terms


@dataclass(frozen=True, slots=True)
class Product(Node):
    """Factors multiplied in order."""

    factors: tuple[Node, ...]

    def evaluate(self, values: Mapping[str, Any], functions: Functions) -> Any:
        total = self.factors[0].evaluate(values, functions)
        for factor in self.factors[1:]:
            total = total * factor.evaluate(values, functions)
        return total

    def parts(self) -> tuple[Node, ...]:
        return self.factors


@dataclass(frozen=True, slots=True)
class Quotient(Node):
    """top / bottom."""

    top: Node
    bottom: Node

    def evaluate(self, values: Mapping[str, Any], functions: Functions) -> Any:
        top = self.top.evaluate(values, functions)
        return np.divide(top, self.bottom.evaluate(values, functions))

    def parts(self) -> tuple[Node, ...]:
        return (self.top, self.bottom)


@dataclass(frozen=True, slots=True)
class Power(Node):
    """base to the exponent."""

    base: Node
    exponent: Node

    def evaluate(self, values: Mapping[str, Any], functions: Functions) -> Any:
        base = self.base.evaluate(values, functions)
        return np.power(base, self.exponent.evaluate(values, functions))

    def parts(self) -> tuple[Node, ...]:
        return (self.base, self.exponent)


@dataclass(frozen=True, slots=True)
class Call(Node):
    """A function, by its canonical name, of one argument or (max, min) of several."""

    function: str
    arguments: tuple[Node, ...]

    def evaluate(self, values: Mapping[str, Any], functions: Functions) -> Any:
        found = [argument.evaluate(values, functions) for argument in self.arguments]
        return functions[self.function](*found)

    def parts(self) -> tuple[Node, ...]:
        return self.arguments


# on floats and arrays -----------------------------------------------------------------------


def _largest(*found: Any) -> Any:
    value = found[0]
    for other in found[1:]:
        value = np.maximum(value, other)
    return value


def _smallest(*found: Any) -> Any:
    value = found[0]
    for other in found[1:]:
        value = np.minimum(value, other)
    return value


NUMERIC: Functions = MappingProxyType(
    {
        "logistic": lambda v: 1.0 / (1.0 + np.exp(-v)),
        "tanh": np.tanh,
        "relu": lambda v: np.maximum(v, 0.0),
        "softplus": lambda v: np.logaddexp(v, 0.0),
        "bipolar": lambda v: np.tanh(0.5 * v),
        "step": step,
        "sign": sign,
        "sin": np.sin,
        "cos": np.cos,
        "exp": np.exp,
        "log": np.log,
        "sqrt": np.sqrt,
        "abs": np.abs,
        "max": _largest,
        "min": _smallest,
    }
)
"""Every canonical function on floats and arrays."""


def evaluate(node: Node, values: Mapping[str, Any], functions: Functions = NUMERIC) -> Any:
    """The formula's value at one point or at many.

    Args:
        node: the formula.
        values: id -> a float, or an array with a value a sample point.
        functions: canonical name -> function; more may be given than ours.

    Returns:
        A float or an array. What has no finite value there is inf or nan, never an exception.

    >>> y = Name("out.1.1", "y")
    >>> evaluate(Product((y, Sum((Number("1", Fraction(1)), Negative(y))))), {"out.1.1": 0.25})
    0.1875
    """
    with np.errstate(all="ignore"):
        found = node.evaluate(values, functions)
    return float(found) if isinstance(found, np.generic) else found


def names(node: Node) -> Iterator[str]:
    """The ids that the formula uses, in reading order, repetitions included.

    >>> list(names(Sum((Name("a", "a"), Negative(Name("b", "b"))))))
    ['a', 'b']
    """
    waiting = [node]
    while waiting:
        part = waiting.pop()
        if isinstance(part, Name):
            yield part.id
        waiting.extend(reversed(part.parts()))


# as text ------------------------------------------------------------------------------------

_SUM, _PRODUCT, _POWER, _ATOM = range(4)


def written(node: Node) -> str:
    """The tree in plain notation, with the brackets it needs; reading it gives the tree again.

    >>> a, b = Name("a", "a"), Name("b", "b")
    >>> written(Quotient(a, Product((a, Negative(b)))))
    'a / (a * (-b))'
    """
    return _text(node)[0]


def _text(node: Node) -> tuple[str, int]:
    match node:
        case Number() | Name():
            return node.text, _ATOM
        case Negative():
            return "-" + _in(node.of, _POWER), _SUM
        case Sum():
            return _sum_text(node), _SUM
        case Product():
            # a quotient may only open a product: a * (b / c) is another tree than a * b / c
            first, *others = node.factors
            pieces = [_in(first, _PRODUCT), *(_in(factor, _POWER) for factor in others)]
            return " * ".join(pieces), _PRODUCT
        case Quotient():
            return f"{_in(node.top, _PRODUCT)} / {_in(node.bottom, _POWER)}", _PRODUCT
        case Power():
            return f"{_in(node.base, _ATOM)}^{_in(node.exponent, _POWER)}", _POWER
        case Call():
            inside = "; ".join(written(argument) for argument in node.arguments)
            return f"{node.function}({inside})", _ATOM
    raise TypeError(node)


def _sum_text(node: Sum) -> str:
    first, *others = node.terms
    text = _in(first, _PRODUCT) if not isinstance(first, Negative) else _text(first)[0]
    for term in others:
        if isinstance(term, Negative):
            text += f" - {_in(term.of, _PRODUCT)}"
        else:
            text += f" + {_in(term, _PRODUCT)}"
    return text


def _in(node: Node, binds: int) -> str:
    text, level = _text(node)
    return text if level >= binds else f"({text})"
