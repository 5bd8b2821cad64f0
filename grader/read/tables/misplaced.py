"""Numbers that were written beside an empty cell of the answers, a column too far left or right.

They are not taken for answers, for nobody knows what else a column holds; but they are told, so
that the cell is no blank one.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from grader.errors import Fault
from grader.read.characters import MINUS
from grader.read.tables.header import means_answer
from grader.read.tables.table import Row
from problems.patterns import pattern
from problems.reasons import Reason, because

NUMBER = pattern(rf"\s*[+{re.escape(MINUS)}]?[0-9]*[.,]?[0-9]+([eE][+-]?[0-9]+)?\s*")
"""A decimal, and nothing else."""


def beside(columns: Iterable[str]) -> list[str]:
    """Columns of a tidy table in which a number can only be an answer.

    >>> beside(["exercise", "step", "symbol", "answer", "my answer", "points"])
    ['symbol', 'my answer']
    """
    return [name for name in columns if name == "symbol" or means_answer(name)]


def strayed(row: Row, columns: Sequence[str]) -> tuple[str, Fault] | None:
    """The number beside an empty answer, and why it does not count.

    >>> row = Row(2, {"step": "net_h1", "symbol": "0.5", "answer": ""})
    >>> strayed(row, ["step", "symbol", "answer"])[0]
    '0.5'
    """
    if row.cells["answer"].strip() or "answer" in row.refused:
        return None
    for name in beside(columns):
        if NUMBER.fullmatch(row.cells[name]):
            where = because("in_column", column=name)
            return row.cells[name].strip(), refusal_of(row.cells[name], where)
    return None


def refusal_of(text: str, where: Reason) -> Fault:
    """Why a number beside an empty answer does not count."""
    reason = because("number_beside_answers", text=text.strip()[:40], where=where)
    return Fault("beside_fields", reason)
