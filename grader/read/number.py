"""A number as a student types it.

First rule: never another value than was written. What has two readings is refused with both
named. The text is kept as typed; digits are counted, for the verdict `imprecise` needs them.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from decimal import Decimal

MINUS = str.maketrans({"−": "-", "–": "-", "＋": "+", "－": "-"})
LARGEST_EXPONENT = 300
MOST_DIGITS = 60


@dataclass(frozen=True, slots=True)
class Written:
    """A number that could be read."""

    text: str
    value: float
    place: int
    """Exponent of the last digit written: -4 for 0.5933, -6 for 5.93e-4."""
    significant: int
    """Digits from the first one that is not zero; 0 for zero."""

    @property
    def decimals(self) -> int:
        """Digits after the point, as if no exponent had been written."""
        return max(0, -self.place)


@dataclass(frozen=True, slots=True)
class Unreadable:
    """A text that is no number, or more than one."""

    text: str
    code: str
    position: int
    """Where in the text, from 0."""
    message: str


Reading = Written | Unreadable

_PLAIN = re.compile(r"([+-]?)(\d*)(?:\.(\d*))?(?:[eE]([+-]?\d{1,5}))?", re.ASCII)
_COMMA = re.compile(r"([+-]?)(\d+),(\d+)(?:[eE]([+-]?\d{1,5}))?", re.ASCII)


def read_number(text: str) -> Reading | None:
    """What a cell says; None for a blank one.

    >>> read_number("0.5933").value, read_number(" -5e-4 ").decimals
    (0.5933, 4)
    >>> read_number("0,5").value, read_number("1,234").code
    (0.5, 'ambiguous_separator')
    >>> read_number("") is None
    True
    """
    plain = text.strip().strip("\ufeff").strip().translate(MINUS)
    if not plain:
        return None
    if _COMMA.fullmatch(plain):
        return _with_comma(text, plain)
    match = _PLAIN.fullmatch(plain)
    if not match or not (match[2] or match[3]):
        return _refused(text, plain)
    return _written(text, plain)


def _with_comma(text: str, plain: str) -> Reading:
    whole, fraction = plain.lstrip("+-").split("e")[0].split("E")[0].split(",")
    thousands = len(fraction) == 3 and len(whole) <= 3 and not whole.startswith("0")
    if thousands:
        readings = f"{plain.replace(',', '.')} or {plain.replace(',', '')}"
        return Unreadable(
            text,
            "ambiguous_separator",
            text.find(","),
            f"{text.strip()!r} can be read as {readings}; write a decimal point",
        )
    return _written(text, plain.replace(",", "."))


def _written(text: str, plain: str) -> Reading:
    exponent = re.search(r"[eE]([+-]?\d+)", plain)
    digits = re.sub(r"[eE].*", "", plain).lstrip("+-").replace(".", "")
    if len(digits) > MOST_DIGITS or (exponent and abs(int(exponent[1])) > LARGEST_EXPONENT):
        return Unreadable(text, "out_of_range", 0, f"{text.strip()[:20]!r} has too many digits")
    value = Decimal(plain)
    place = value.as_tuple().exponent
    if not isinstance(place, int) or (abs(value.adjusted()) > LARGEST_EXPONENT and value):
        return Unreadable(text, "out_of_range", 0, f"{text.strip()[:20]!r} is out of range")
    return Written(text, float(value), place, len(digits.lstrip("0")))


def _refused(text: str, plain: str) -> Unreadable:
    good = re.match(r"[+-]?[0-9]*\.?[0-9]*(?:[eE][+-]?[0-9]*)?", plain)
    position = len(good[0]) if good else 0
    position += len(text) - len(text.lstrip())
    shown = text.strip() if len(text.strip()) <= 40 else text.strip()[:37] + "..."
    lowered = plain.casefold().lstrip("+-")
    if lowered in ("nan", "inf", "infinity"):
        return Unreadable(text, "not_finite", position, f"{shown!r} is no finite number")
    message = f"{shown!r} is not a number; write it like 0.5933, -0.02 or 5.9e-3"
    return Unreadable(text, "not_a_number", position, message)
