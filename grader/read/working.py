"""A number with its working behind it, `1.1776 (0.65+0.5276)`: that is no product."""

from __future__ import annotations

import re
from decimal import ROUND_DOWN, ROUND_HALF_UP, Decimal

from grader.errors import AnswerError
from grader.read import characters
from grader.read.ambiguity import Doubt, refuse
from grader.read.formula.exact import exact
from grader.read.formula.parse import NoNames, parse_formula
from problems.patterns import pattern
from problems.reasons import Reason, because


def _working(match: re.Match[str]) -> tuple[Reason, str] | None:
    """A number and, behind it, what it came from: nobody knows that it was to be multiplied.

    A bracket of its own behind a space always; anything else where it comes to that number.
    """
    first, behind = match["m"], match["b"]
    if not (match["gap"] and _is_bracket(behind)) and not _comes_to(first, behind):
        return None
    return because("reading_with_working", number=first), f"{first}*{behind}"


def _is_bracket(text: str) -> bool:
    """Whether a text is one bracket from its first sign to its last."""
    depth = 0
    for place, char in enumerate(text):
        depth += (char in characters.OPEN) - (char in characters.CLOSE)
        if depth == 0:
            return place == len(text) - 1 and char in characters.CLOSE
    return False


def _comes_to(number: str, text: str) -> bool:
    """Whether a text is worth a number, rounded or cut as that was written."""
    wanted = Decimal(number.replace(",", "."))
    unit = Decimal(1).scaleb(int(wanted.as_tuple().exponent))
    try:
        value = Decimal(repr(float(exact(parse_formula(text, NoNames())))))
        near = [value.quantize(unit, way) for way in (ROUND_HALF_UP, ROUND_DOWN)]
    except (AnswerError, ArithmeticError):  # no formula, or far beyond the number
        return False
    return wanted in near


_WORKING = Doubt(
    pattern(
        r"(?P<open>[(（])?(?P<m>[+-]?(?:\d++(?:[.,]\d++)?+|[.,]\d++)(?:[eE][+-]?\d{1,3})?)"
        rf"(?(open)[)）])(?P<gap>[{characters.SPACES}]*+)(?P<b>[(（a-z√\\].*)",
        re.DOTALL,
    ),
    _working,
    because("why_working"),
)


def check(text: str) -> None:
    """Refuse a number behind which stands what it came from.

    Args:
        text: an answer, from its first sign to its last.

    Raises:
        AnswerError: `ambiguous_separator`, with both readings.

    >>> check("2(0.3+0.4)")
    >>> check("1.1776 (0.65+0.5276)")
    Traceback (most recent call last):
        ...
    grader.errors.AnswerError: '1.1776 (0.65+0.5276)' can be read as 1.1776 with its working \
or as 1.1776*(0.65+0.5276) (a bracket behind a number is its working or a factor); write the one \
that you mean
    """
    if match := _WORKING.pattern.fullmatch(characters.plain(text)):
        refuse(_WORKING, match, text)
