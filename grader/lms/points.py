"""Points as platforms and spreadsheet programs write them, thousands marked or not."""

from __future__ import annotations

from decimal import Decimal, InvalidOperation

from problems.patterns import pattern

NUMBER = pattern(r"[0-9]{1,9}(?:[.,][0-9]{1,9})?")
GROUPED = (
    r"[0-9]{1,3}(?:,[0-9]{3})+(?:\.[0-9]{1,9})?|"
    r"[0-9]{1,3}(?:\.[0-9]{3})+,[0-9]{1,9}|[0-9]{1,3}(?:\.[0-9]{3}){2,}|"
    r"[0-9]{1,3}(?:[ \xa0\u2009\u202f'’][0-9]{3})+(?:[.,][0-9]{1,9})?"
)
"""Thousands marked by commas, points, spaces or apostrophes."""
POINTS = f"(?:{GROUPED}|{NUMBER.pattern})"
"""Pattern of a number of points inside a longer text."""

_GROUPED = pattern(GROUPED)


def decimal(value: object) -> Decimal | None:
    """A number of an interface; None if it is none, or not finite.

    >>> decimal("87.50"), decimal(None), decimal("NaN")
    (Decimal('87.50'), None, None)
    """
    try:
        found = Decimal(str(value))
    except InvalidOperation:
        return None
    return found if found.is_finite() else None


def readings(text: str) -> list[Decimal]:
    """Everything that a number of points may mean: none if it is none, two if it is ambiguous.

    >>> readings("1,000.00"), readings("1.000,00"), readings("1'000"), readings("12,5")
    ([Decimal('1000.00')], [Decimal('1000.00')], [Decimal('1000')], [Decimal('12.5')])
    >>> readings("1,000"), readings("ten")
    ([Decimal('1.000'), Decimal('1000')], [])
    """
    found = []
    if NUMBER.fullmatch(text):
        found.append(Decimal(text.replace(",", ".")))
    if _GROUPED.fullmatch(text):
        found.append(_without_groups(text))
    return found


def _without_groups(text: str) -> Decimal:
    """The number without the signs that mark thousands."""
    signs = [char for char in text if not char.isdigit()]
    # the last sign is a decimal one if it is of another kind than those before it
    decimal = signs[-1] != signs[0]
    whole, part = text, ""
    if decimal:
        whole, _, part = text.rpartition(signs[-1])
    digits = "".join(char for char in whole if char.isdigit())
    return Decimal(f"{digits}.{part}" if part else digits)


def two_readings(text: str, values: list[Decimal]) -> str:
    """Why an ambiguous number is refused, for a message."""
    one, other = (f"{value.normalize():f}" for value in values)
    return f"{text!r} may mean {one} or {other} points"
