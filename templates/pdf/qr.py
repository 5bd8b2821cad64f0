"""The square code on every page: which exercise it belongs to, and which page it is.

`BPG1:<exercise>:<page>:<check>`. The check letters tell a misread code; they protect nothing,
and nothing that yields a solution is in it.
"""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Iterator
from functools import lru_cache

import segno

from templates.pdf.paper import Paper

PREFIX = "BPG1"
CHECK = 6
MASK = 0
"""Chequered. Weighing all eight masks for a page takes longer than setting its formulas."""


def payload(exercise: str, page: int) -> str:
    """What the code of a page says.

    >>> payload("mazur-7f3a9c1234", 2)
    'BPG1:mazur-7f3a9c1234:2:6QDI6Q'
    """
    body = f"{PREFIX}:{exercise}:{page}"
    digest = hashlib.sha256(body.encode()).digest()
    return f"{body}:{base64.b32encode(digest).decode()[:CHECK]}"


@lru_cache(maxsize=64)
def _runs(text: str) -> tuple[int, tuple[tuple[int, int, int], ...]]:
    """Modules on a side, and runs of dark ones: column, row from above, length."""
    matrix = segno.make_qr(text, error="m", mask=MASK, boost_error=False).matrix
    return len(matrix), tuple(_row_runs(matrix))


def _row_runs(matrix: tuple[bytearray, ...]) -> Iterator[tuple[int, int, int]]:
    for number, row in enumerate(matrix):
        start = 0
        while start < len(row):
            end = start
            while end < len(row) and row[end] == row[start]:
                end += 1
            if row[start]:
                yield start, number, end - start
            start = end


def draw(paper: Paper, text: str, x: float, y: float, side: float) -> None:
    """The code with its lower left corner at a point; the margin around it is the paper's."""
    count, runs = _runs(text)
    module = side / count
    paper.bars(
        [(x + c * module, y + (count - 1 - r) * module, n * module, module) for c, r, n in runs]
    )
