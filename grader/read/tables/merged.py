"""Cells of a workbook that were merged: one value stands where several were asked for."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple

from grader.errors import Fault
from grader.read.tables.header import KNOWN, is_tidy
from problems.reasons import because

_REF = re.compile(rb"<(?:\w+:)?mergeCell\s[^<>]*?ref=[\"']([A-Z]{1,3}\d{1,7}:[A-Z]{1,3}\d{1,7})")


class Block(NamedTuple):
    """Merged cells, rows and columns counted from 1, both ends included."""

    ref: str
    left: int
    top: int
    right: int
    bottom: int


def blocks(sheet: Any) -> list[Block]:
    """The merged cells of a sheet that openpyxl reads row by row, where it passes them over."""
    from openpyxl.utils import range_boundaries

    with sheet._get_source() as stream:
        xml: bytes = stream.read()
    behind = xml[max(0, xml.rfind(b"sheetData")) :]  # they stand behind all cells
    refs = (match[1].decode() for match in _REF.finditer(behind))
    return [Block(ref, *range_boundaries(ref)) for ref in refs]


def answers_in(
    found: Sequence[Block], columns: Sequence[str], numbers: Sequence[int]
) -> Iterator[tuple[Block, list[tuple[int, int]]]]:
    """The blocks in which an answer is one of several things.

    Args:
        found: all merged cells.
        columns: of the table.
        numbers: of its rows that are not blank, rising.

    Yields:
        A block, and row and place of its cells that would be answers. Blocks of ids, symbols and
        titles alone say nothing that could be misread.
    """
    tidy = is_tidy(columns)
    asked = [n for n, name in enumerate(columns, 1)
             if (name == "answer" if tidy else name and name not in KNOWN)]  # fmt: skip
    for block in found:
        places = [n for n in asked if block.left <= n <= block.right]
        if places:
            rows = (n for n in numbers if block.top <= n <= block.bottom)
            cells = [(number, place - 1) for number in rows for place in places]
            if len(cells) > 1 or (cells and block.left not in asked):
                yield block, cells


def refusal_of(block: Block, text: str) -> Fault:
    """Why no answer is read from what stands in merged cells."""
    return Fault("wrong_type", because("merged_cells", cells=block.ref, text=text[:40]))
