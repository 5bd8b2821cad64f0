"""Numbers in brackets, which spreadsheets' formats for accounts write for negative ones.

A single `(0.5)` is 0.5. In a table where other numbers have no brackets and none has a minus
sign it may be -0.5 as well, and is refused with both readings.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

from grader.errors import Fault
from grader.read.characters import MINUS
from problems.patterns import pattern
from problems.reasons import because

BRACKETED = pattern(r"\(\s*([0-9]*[.,]?[0-9]+(?:[.,][0-9]+)?)\s*\)")
"""A decimal without a sign in brackets, and nothing else."""
NEGATIVE = pattern(rf"[{re.escape(MINUS)}]")
"""What a negative number begins with."""


@dataclass(frozen=True, slots=True)
class Brackets:
    """What the answers of a table, or of a part of it, show."""

    bracketed: bool = False
    """Whether one is a number in brackets."""
    bare: bool = False
    """Whether one has no brackets at all."""
    negative: bool = False
    """Whether one begins with a minus sign."""

    @property
    def doubtful(self) -> bool:
        """Whether brackets may stand for minus signs."""
        return self.bracketed and self.bare and not self.negative


def in_all(parts: Iterable[Brackets]) -> Brackets:
    """What parts of a table show together."""
    every = list(parts)
    return Brackets(
        any(part.bracketed for part in every),
        any(part.bare for part in every),
        any(part.negative for part in every),
    )


def looked_at(texts: Iterable[str]) -> Brackets:
    """What answers show.

    >>> looked_at(["0.5", "(0.25)"]).doubtful, looked_at(["-0.5", "(0.25)"]).doubtful
    (True, False)
    """
    cells = [text.strip() for text in texts]
    return Brackets(
        any(BRACKETED.fullmatch(text) for text in cells),
        any(text and "(" not in text for text in cells),
        any(NEGATIVE.match(text) for text in cells),
    )


def refusal(text: str) -> Fault | None:
    """Code and reason for a number in brackets that may be negative; None for other texts."""
    match = BRACKETED.fullmatch(text.strip())
    if match is None or not match[1].strip("0.,"):
        return None
    typed, why = text.strip(), because("why_brackets")
    second = f"-{match[1]}"
    reason = because("two_readings", text=typed, first=match[1], second=second, why=why)
    return Fault("ambiguous_separator", reason)
