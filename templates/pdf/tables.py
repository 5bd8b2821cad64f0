"""Tables: columns as wide as they need, rows that are never torn, a header said again."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from templates.page import Inlines, Table
from templates.pdf.paper import Paper
from templates.pdf.prose import LEADING, Script, TextLine, draw_line, lines
from templates.pdf.strips import Draw, Strip
from templates.pdf.structure import Element

PAD = 5.0
"""Left and right of a cell, in points."""

ROW_PAD = 2.6
"""Above and below a row's lines."""

WIDE = 100_000.0
"""A width at which nothing breaks."""


class Cell(NamedTuple):
    """Lines of a cell, and how they stand in their column."""

    lines: list[TextLine]
    align: str
    element: Element | None

    @property
    def height(self) -> float:
        return sum(line.ascent + line.descent for line in self.lines)


class Grid(NamedTuple):
    """The columns of a table."""

    widths: list[float]

    @property
    def width(self) -> float:
        return sum(self.widths)


def strips(
    table: Table, script: Script, width: float, element: Element, before: float, accent: str
) -> list[Strip]:
    """A table as one strip a row; the header comes again on every page."""
    tree = element.add("Table")
    columns = len(table.header)
    align = [*table.align, *["left"] * columns][:columns]
    head = Script(script.typeface, script.size, script.colour, "bold")
    natural = [[lines(cell, head, WIDE) for cell in table.header]]
    natural += [[lines(cell, script, WIDE) for cell in cells] for cells in table.rows]
    grid = Grid(_widths(natural, width))
    header = _header(table.header, natural[0], head, grid, align, tree, accent)
    again = _header(table.header, natural[0], head, grid, align, None, accent)
    header.before = before
    found = [header]
    for n, cells in enumerate(table.rows):
        row = tree.add("TR")
        elements = [
            row.add("TH", scope="Row") if column == 0 else row.add("TD")
            for column in range(columns)
        ]
        done = _cells(cells, natural[n + 1], script, grid, align, elements)
        found.append(_row(done, grid, script, accent, n == len(table.rows) - 1))
        found[-1].repeat = [again]
    header.keep = True
    if len(found) > 2:
        found[-2].keep = True
    return found


def _widths(cells: Sequence[Sequence[Sequence[TextLine]]], width: float) -> list[float]:
    """Natural widths; where they are too wide together, the wide ones give way."""
    columns = len(cells[0])
    natural = [
        max((line.width for row in cells for line in row[n]), default=0.0) + 2 * PAD
        for n in range(columns)
    ]
    if sum(natural) <= width:
        return natural
    narrow = sorted(range(columns), key=lambda n: natural[n])
    left, found = width, [0.0] * columns
    for done, n in enumerate(narrow):
        found[n] = min(natural[n], left / (columns - done))
        left -= found[n]
    return found


def _cells(
    cells: Sequence[Inlines], natural: Sequence[list[TextLine]], script: Script, grid: Grid,
    align: Sequence[str], elements: Sequence[Element | None],
) -> list[Cell]:  # fmt: skip
    """Cells as they are where they fit, else broken anew to the column's width."""
    found = []
    for cell, whole, width, side, element in zip(
        cells, natural, grid.widths, align, elements, strict=True
    ):
        fits = all(line.width <= width - 2 * PAD + 1e-6 for line in whole)
        done = whole if fits else lines(cell, script, width - 2 * PAD)
        found.append(Cell(done, side, element))
    return found


def _header(
    header: Sequence[Inlines], natural: Sequence[list[TextLine]], script: Script, grid: Grid,
    align: Sequence[str], tree: Element | None, accent: str,
) -> Strip:  # fmt: skip
    row = tree.add("TR") if tree is not None else None
    elements = [row.add("TH", scope="Column") if row is not None else None for _ in header]
    cells = _cells(header, natural, script, grid, align, elements)
    strip = _row(cells, grid, script, accent, last=False)
    inner = strip.draw

    def draw(paper: Paper, left: float, top: float, height: float) -> None:
        with paper.artifact():
            paper.bar(left, top - height, grid.width, height, "#eef1f5")
            paper.bar(left, top - 0.9, grid.width, 0.9, accent)
        if tree is None:
            with paper.artifact():
                inner(paper, left, top, height)
        else:
            inner(paper, left, top, height)

    strip.draw = draw
    strip.keep = True
    return strip


def _row(cells: list[Cell], grid: Grid, script: Script, accent: str, last: bool) -> Strip:
    tallest = max((cell.height for cell in cells), default=0.0)
    height = max(tallest, LEADING * script.size) + 2 * ROW_PAD
    return Strip(height, _drawer(cells, grid, script, accent if last else "#c9ced6"))


def _drawer(cells: list[Cell], grid: Grid, script: Script, rule: str) -> Draw:
    def draw(paper: Paper, left: float, top: float, height: float) -> None:
        x = left
        for cell, width in zip(cells, grid.widths, strict=True):
            _draw_cell(paper, cell, x, top - (height - cell.height) / 2, width, script)
            x += width
        with paper.artifact():
            paper.bar(left, top - height, grid.width, 0.5, rule)

    return draw


def _draw_cell(
    paper: Paper, cell: Cell, x: float, top: float, width: float, script: Script
) -> None:
    y = top
    for line in cell.lines:
        spare = width - 2 * PAD - line.width
        shift = {"left": 0.0, "center": spare / 2, "right": spare}[cell.align]
        at = (x + PAD + shift, y - line.ascent)
        draw_line(paper, line, *at, cell.element, script.typeface)
        y -= line.ascent + line.descent
