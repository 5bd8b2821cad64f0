"""Numbers that were written beside an empty cell of the answers, a column too far left or right.

They are not taken for answers, for nobody knows what else a column holds; but they are told, so
that the cell is no blank one.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from grader.read.characters import MINUS
from grader.read.tables.header import means_answer
from grader.read.tables.table import Row
from problems.patterns import pattern

NUMBER = pattern(rf"\s*[+{re.escape(MINUS)}]?[0-9]*[.,]?[0-9]+([eE][+-]?[0-9]+)?\s*")
"""A decimal, and nothing else."""


def beside(columns: Iterable[str]) -> list[str]:
    """Columns of a tidy table in which a number can only be an answer.

    >>> beside(["exercise", "step", "symbol", "answer", "my answer", "points"])
    ['symbol', 'my answer']
    """
    return [name for name in columns if name == "symbol" or means_answer(name)]


def strayed(row: Row, columns: Sequence[str]) -> tuple[str, tuple[str, str]] | None:
    """The number beside an empty answer, and why it does not count (code and message).

    >>> row = Row(2, {"step": "net_h1", "symbol": "0.5", "answer": ""})
    >>> strayed(row, ["step", "symbol", "answer"])[0]
    '0.5'
    """
    if row.cells["answer"].strip() or "answer" in row.refused:
        return None
    for name in beside(columns):
        if NUMBER.fullmatch(row.cells[name]):
            return row.cells[name].strip(), refusal_of(row.cells[name], f"in column {name!r}")
    return None


def refusal_of(text: str, where: str) -> tuple[str, str]:
    """Code and message for a number beside an empty answer."""
    message = (
        f"the cell is empty, but {text.strip()[:40]!r} stands {where}; write it below 'answer'"
    )
    return "beside_fields", message
