"""Rules of the graph in the language of Moodle's plugin qtype_formulas.

The rules are those of `problems.computation.graph`; evaluated over terms instead of numbers they
write themselves down. Used are + - * /, brackets, `exp`, `log`, `abs`, `<` and `? :`, nothing
else.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction

from problems.rules.activations import activation

SUM, PRODUCT, ATOM = range(3)
"""How strongly a term holds together."""


@dataclass(frozen=True, slots=True)
class Term:
    """A piece of an expression.

    >>> a, b = Term("a"), Term("b")
    >>> ((a + b) * b - (a - b)).text, (-(a * b)).text
    ('(a+b)*b-(a-b)', '(0-a*b)')
    """

    text: str
    holds: int = ATOM

    def _at(self, least: int) -> str:
        return self.text if self.holds >= least else f"({self.text})"

    def __add__(self, other: Term) -> Term:
        return Term(f"{self._at(SUM)}+{other._at(SUM)}", SUM)

    def __sub__(self, other: Term) -> Term:
        return Term(f"{self._at(SUM)}-{other._at(PRODUCT)}", SUM)

    def __neg__(self) -> Term:
        return Term(f"(0-{self._at(PRODUCT)})")

    def __mul__(self, other: Term) -> Term:
        return Term(f"{self._at(PRODUCT)}*{other._at(ATOM)}", PRODUCT)

    def __truediv__(self, other: Term) -> Term:
        return Term(f"{self._at(PRODUCT)}/{other._at(ATOM)}", PRODUCT)


def number(text: str) -> Term:
    """A decimal as it was printed; a negative one is bracketed.

    >>> number("-0.5").text, number("1/3").text
    ('(0-0.5)', '(1/3)')
    """
    if "/" in text:
        exact = Fraction(text)
        return Term(f"({exact.numerator}/{exact.denominator})")
    return Term(f"(0-{text[1:]})") if text.startswith("-") else Term(text)


def of(function: str, x: Term) -> Term:
    """A function of the plugin."""
    return Term(f"{function}({x.text})")


ONE = Term("1")
TWO = Term("2")
NOTHING = Term("0")


def _positive(x: Term, then: Term, otherwise: Term) -> Term:
    return Term(f"((0<{x._at(ATOM)})?{then._at(ATOM)}:{otherwise._at(ATOM)})")


def _logistic(x: Term) -> Term:
    return ONE / (ONE + of("exp", -x))


class Terms:
    """An interpreter of expression trees over terms (`problems.rules.expression.Arithmetic`)."""

    def constant(self, text: str) -> Term:
        """An exact constant."""
        return number(text)

    def call(self, name: str, x: Term) -> Term:
        """`log` or an activation, written out."""
        base = name.split("(")[0]
        match base:
            case "log":
                return of("log", x)
            case "identity":
                return x
            case "logistic":
                return _logistic(x)
            case "tanh":
                return ONE - TWO / (of("exp", TWO * x) + ONE)
            case "softplus":
                return of("log", ONE + of("exp", x))
        left = number(repr(activation(name).parameter))
        return _positive(x, x, left * x)

    def slope(self, name: str, x: Term) -> Term:
        """The derivative of an activation, from what the rule hands in."""
        base = name.split("(")[0]
        match base:
            case "identity":
                return ONE
            case "logistic":
                return x * (ONE - x)
            case "tanh":
                return ONE - x * x
            case "softplus":
                return _logistic(x)
        return _positive(x, ONE, number(repr(activation(name).parameter)))

    def softmax(self, xs: Sequence[Term], index: int) -> Term:
        """A component, over the sum of the powers."""
        powers = [of("exp", x) for x in xs]
        below = powers[0]
        for power in powers[1:]:
            below = below + power
        return powers[index] / below

    def square(self, x: Term) -> Term:
        """Times itself: the plugin's `^` is not always a power."""
        return x * x


TERMS = Terms()
