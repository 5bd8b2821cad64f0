"""Pages of the printed kind as parts of a page of the service."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from templates.formulas.plain import plain
from templates.pages.page import Block, Code, Heading, Inlines, Math, Table, Text


def lowered(blocks: Sequence[Block], by: int) -> tuple[Block, ...]:
    """Blocks below headings of the page that they become a part of."""

    def lower(block: Block) -> Block:
        if not isinstance(block, Heading):
            return block
        return replace(block, level=min(block.level + by, 6))  # type: ignore[arg-type]

    return tuple(map(lower, blocks))


def worded(blocks: Sequence[Block]) -> tuple[Block, ...]:
    """Blocks in whose tables every row is named in letters too.

    A formula alone is no name that every screen reader reads out, nor one to search a page for.
    """
    return tuple(_named(block) if isinstance(block, Table) else block for block in blocks)


def _named(table: Table) -> Table:
    return replace(table, rows=tuple((_name(row[0]), *row[1:]) for row in table.rows))


def _name(cell: Inlines) -> Inlines:
    formulas = [part for part in cell if isinstance(part, Math)]
    if not formulas or len(formulas) < len(cell):
        return cell
    return (*cell, Text(" "), *(Code(plain(part.formula)) for part in formulas))
