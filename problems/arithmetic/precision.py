"""The precision a worksheet asks for, and the unit of its last place."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Context, Decimal
from typing import Any

import numpy as np

from problems.arithmetic.ball import Ball
from problems.arithmetic.elementary import FloatArray, Number

_POWERS = tuple(float(f"1e{n}") for n in range(-330, 309))


def power_of_ten(n: int) -> float:
    """The double nearest to 10^n, for -330 <= n <= 308."""
    return _POWERS[n + 330]


def leading_place(size: Number) -> Number:
    """The unit of the leading digit: the largest power of ten <= size (10^-300 for 0).

    >>> leading_place(0.0421), leading_place(10.0), leading_place(9.9999)
    (0.01, 10.0, 1.0)
    """
    if isinstance(size, np.ndarray):
        number = np.where(size < np.inf, size, 1.0)  # of no number the place of 1
        exponents = np.floor(np.log10(np.maximum(number, 1e-300))).astype(np.int64)
        table = np.asarray(_POWERS)
        # log10 may miss by one at a power of ten; the comparison with the table decides.
        exponents = exponents + (table[exponents + 331] <= number)
        exponents = exponents - (table[exponents + 330] > number)
        places: FloatArray = table[np.maximum(exponents, -300) + 330]
        return places
    if size <= 1e-300:
        return 1e-300
    exponent = int(f"{float(size):.17e}".split("e")[1])
    while power_of_ten(exponent) > size:
        exponent -= 1
    while power_of_ten(exponent + 1) <= size:
        exponent += 1
    return power_of_ten(exponent)


@dataclass(frozen=True)
class Precision:
    """`decimals` places, or `significant` figures; some kinds of step may ask for more."""

    decimals: int | None = 4
    significant: int | None = None
    kinds: tuple[tuple[str, int], ...] = ()
    """Kind of step and its places (or figures), where they differ from the rest."""
    subresults: bool = False
    """Whether what is written on the way to a step may be rounded or cut like the step itself:
    see `problems.computation.subresults`."""

    def places(self, kind: str) -> int:
        """Decimals or figures that a step of this kind asks for."""
        usual = self.decimals if self.significant is None else self.significant
        for name, places in self.kinds:
            if name == kind:
                return places
        return usual if usual is not None else 4

    def worded(self, kind: str = "") -> str:
        """What is asked of a step of this kind, or of most steps, in words.

        >>> Precision(4).worded("out"), Precision(None, 3).worded("out")
        ('4 decimals', '3 significant figures')
        """
        places = self.places(kind)
        unit = "decimal" if self.significant is None else "significant figure"
        return f"{places} {unit}{'' if places == 1 else 's'}"

    def unit(self, kind: str, ball: Ball) -> Number:
        """One unit of the last place asked for, of a value in this ball.

        With significant figures the unit follows the value; a ball that reaches over a power
        of ten takes the larger unit, so that the bound stays rigorous.
        """
        places = self.places(kind)
        if self.significant is None:
            return power_of_ten(-places)
        return leading_place(abs(ball.m) + ball.r) * power_of_ten(1 - places)

    def shown(self, kind: str, value: float) -> str:
        """A value as the printed key writes it, rounded half up.

        >>> Precision(4).shown("out", 0.59327), Precision(None, 3).shown("out", 0.0004999)
        ('0.5933', '0.000500')
        """
        places = self.places(kind)
        if self.significant is None:
            return rounded(value, places)
        return rounded_significant(value, places)

    def as_json(self) -> dict[str, Any]:
        """The form in exercise files."""
        doc: dict[str, Any] = (
            {"decimals": self.decimals}
            if self.significant is None
            else {"significant": self.significant}
        )
        doc |= {"kinds": dict(self.kinds)} if self.kinds else {}
        return doc | ({"subresults": True} if self.subresults else {})


EXACT = Context(prec=700)
"""Room for every digit of a double, however large, and for the decimals asked for."""


def rounded(value: float, decimals: int) -> str:
    """Half up, plain notation, no negative zero.

    >>> rounded(0.00005, 4), rounded(-0.00001, 4), rounded(1e25, 1)
    ('0.0001', '0.0000', '10000000000000000000000000.0')
    """
    quantum = Decimal(1).scaleb(-decimals)
    result = Decimal(repr(float(value))).quantize(quantum, ROUND_HALF_UP, EXACT)
    return f"{abs(result) if result == 0 else result:f}"


def rounded_significant(value: float, figures: int) -> str:
    """Half up to so many significant figures, plain notation.

    >>> rounded_significant(9.9996, 4), rounded_significant(0.0, 3)
    ('10.00', '0.00')
    """
    exact = Decimal(repr(float(value)))
    if exact == 0:
        return rounded(0.0, figures - 1)
    decimals = figures - 1 - exact.adjusted()
    result = exact.quantize(Decimal(1).scaleb(-decimals), ROUND_HALF_UP, EXACT)
    if result.adjusted() > exact.adjusted():
        result = result.quantize(Decimal(1).scaleb(-decimals + 1), ROUND_HALF_UP, EXACT)
    return f"{result:f}"
