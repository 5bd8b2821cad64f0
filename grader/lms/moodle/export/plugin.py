"""Rules of the graph in the language of Moodle's plugin qtype_formulas.

The rules are those of `problems.computation.graph`; evaluated over terms instead of numbers they
write themselves down. Used are + - * /, brackets, `exp`, `log`, `abs`, `<` and `? :`, and
where rules have them `sqrt`, `sin` and `cos`; nothing else.
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
DUST = Term("0.000000000001")
"""What counts as 0 where the sign decides (`problems.arithmetic.elementary.DUST`)."""
PLAIN = ("exp", "log", "sqrt", "sin", "cos", "abs")
"""Functions that the plugin has by the same name."""


def _positive(x: Term, then: Term, otherwise: Term) -> Term:
    return Term(f"((0<{x._at(ATOM)})?{then._at(ATOM)}:{otherwise._at(ATOM)})")


def _step(x: Term) -> Term:
    return _positive(x + DUST, ONE, NOTHING)


def _logistic(x: Term) -> Term:
    return ONE / (ONE + of("exp", -x))


class Terms:
    """An interpreter of expression trees over terms (`problems.rules.expression.Arithmetic`)."""

    def constant(self, text: str) -> Term:
        """An exact constant."""
        return number(text)

    def call(self, name: str, x: Term) -> Term:
        """A function or an activation, written out."""
        base = name.split("(")[0]
        if base in PLAIN:
            return of(base, x)
        match base:
            case "sign":
                return _step(x) + _step(-x) * Term("(0-1)")
            case "step":
                return _step(x)
            case "bipolar":
                return ONE - TWO / (of("exp", x) + ONE)
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
            case "bipolar":
                return (ONE - x * x) / TWO
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

    def power(self, x: Term, exponent: int) -> Term:
        """So many factors."""
        value = x
        for _ in range(exponent - 1):
            value = value * x
        return value

    def largest(self, xs: Sequence[Term]) -> Term:
        """The larger of two, and so on."""
        value = xs[0]
        for x in xs[1:]:
            value = _positive(x - value, x, value)
        return value

    def winner(self, xs: Sequence[Term], index: int) -> Term:
        """Larger than those before, not smaller than those behind."""
        own = xs[index]
        before = [ONE - _step(x - own) for x in xs[:index]]
        won = [*before, *(_step(own - x) for x in xs[index + 1 :])]
        value = won[0] if won else ONE
        for one in won[1:]:
            value = value * one
        return value


TERMS = Terms()
