"""Tables: columns as wide as they need, rows that are never torn, a header said again."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import nullcontext
from dataclasses import dataclass, replace
from typing import NamedTuple

from templates.pages.page import Inlines, Table
from templates.pdf.paper import Paper
from templates.pdf.prose import LEADING, Script, TextLine, draw_line, lines
from templates.pdf.strips import Draw, Strip
from templates.pdf.structure import Element

PAD = 5.0
"""Left and right of a cell, in points."""

ROW_PAD = 2.6
"""Above and below a row's lines."""

LONG, BETWEEN = 12, 16.0
"""Rows from which on a table is set in two panels, and the points between them."""

SMALLER = (0.94, 0.88, 0.82)
"""Sizes of the letters that are tried for a second panel, relative to those of a table."""

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


@dataclass(frozen=True)
class Setting:
    """How a table is set."""

    script: Script
    head: Script
    grid: Grid
    align: list[str]
    accent: str
    panels: int

    def lefts(self, left: float) -> list[float]:
        """Left ends of the panels."""
        return [left + n * (self.grid.width + BETWEEN) for n in range(self.panels)]


def strips(
    table: Table, script: Script, width: float, element: Element, before: float, accent: str
) -> list[Strip]:
    """A table as one strip a row; the header comes again on every page.

    A long table is set in two panels, row by row: as its steps are on the worksheet. Its letters
    may become smaller for that.
    """
    script, grid, natural = _measured(table, script, width)
    tree = element.add("Table")
    columns = len(table.header)
    align = [*table.align, *["left"] * columns][:columns]
    head = _head(script)
    panels = 2 if len(table.rows) >= LONG and _doubles(grid, width) else 1
    setting = Setting(script, head, grid, align, accent, panels)
    found = [_header(table.header, natural[0], setting, tree)]
    found[0].before = before
    again = _header(table.header, natural[0], setting, None)
    rows = []
    for n, cells in enumerate(table.rows, 1):
        row = tree.add("TR")
        elements = [
            row.add("TH", scope="Row") if column == 0 else row.add("TD")
            for column in range(columns)
        ]
        rows.append(_cells(cells, natural[n], setting, script, elements))
    for n in range(0, len(rows), panels):
        last = n + panels >= len(rows)
        found.append(_row(rows[n : n + panels], setting, last))
        found[-1].repeat = [again]
    for strip in (*found[1:3], *found[-3:-1]):  # no row or two alone on a page
        strip.keep = strip is not found[-1]
    return found


def _head(script: Script) -> Script:
    return Script(script.typeface, script.size, script.colour, "bold")


def _doubles(grid: Grid, width: float) -> bool:
    return 2 * grid.width + BETWEEN <= width


Laid = list[list[list[TextLine]]]
"""Row, column -> the lines of a cell where nothing breaks."""


def _measured(table: Table, script: Script, width: float) -> tuple[Script, Grid, Laid]:
    """The largest letters with which a long table stands in two panels, or those asked for."""
    natural = _natural(table, script)
    grid = Grid(_widths(natural, width))
    if len(table.rows) < LONG or _doubles(grid, width):
        return script, grid, natural
    pads = 2 * PAD * len(table.header)
    for scale in SMALLER:
        if 2 * (scale * (grid.width - pads) + pads) + BETWEEN <= width:
            smaller = replace(script, size=scale * script.size)
            natural = _natural(table, smaller)
            return smaller, Grid(_widths(natural, width)), natural
    return script, grid, natural


def _natural(table: Table, script: Script) -> Laid:
    """Every cell's lines where nothing breaks, the header first."""
    head = _head(script)
    rows = [[lines(cell, script, WIDE) for cell in cells] for cells in table.rows]
    return [[lines(cell, head, WIDE) for cell in table.header], *rows]


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
    cells: Sequence[Inlines], natural: Sequence[list[TextLine]], setting: Setting, script: Script,
    elements: Sequence[Element | None],
) -> list[Cell]:  # fmt: skip
    """Cells as they are where they fit, else broken anew to the column's width."""
    found = []
    for cell, whole, width, side, element in zip(
        cells, natural, setting.grid.widths, setting.align, elements, strict=True
    ):
        fits = all(line.width <= width - 2 * PAD + 1e-6 for line in whole)
        done = whole if fits else lines(cell, script, width - 2 * PAD)
        found.append(Cell(done, side, element))
    return found


def _header(
    header: Sequence[Inlines], natural: Sequence[list[TextLine]], setting: Setting,
    tree: Element | None,
) -> Strip:  # fmt: skip
    """The header; said again on a later page, and over a second panel, it is an ornament."""
    row = tree.add("TR") if tree is not None else None
    elements = [row.add("TH", scope="Column") if row is not None else None for _ in header]
    silent: list[Element | None] = [None] * len(header)
    panels = [
        _cells(header, natural, setting, setting.head, elements if n == 0 else silent)
        for n in range(setting.panels)
    ]
    strip = _row(panels, setting, last=False)
    strip.draw = _on_ground(strip.draw, setting)
    strip.keep = True
    return strip


def _on_ground(inner: Draw, setting: Setting) -> Draw:
    def draw(paper: Paper, left: float, top: float, height: float) -> None:
        with paper.artifact():
            for x in setting.lefts(left):
                paper.bar(x, top - height, setting.grid.width, height, "#eef1f5")
                paper.bar(x, top - 0.9, setting.grid.width, 0.9, setting.accent)
        inner(paper, left, top, height)

    return draw


def _row(panels: Sequence[list[Cell]], setting: Setting, last: bool) -> Strip:
    tallest = max((cell.height for cells in panels for cell in cells), default=0.0)
    height = max(tallest, LEADING * setting.script.size) + 2 * ROW_PAD
    rule = setting.accent if last else "#c9ced6"

    def draw(paper: Paper, left: float, top: float, height: float) -> None:
        for x, cells in zip(setting.lefts(left), panels, strict=False):
            _draw_row(paper, cells, setting, x, top, height)
            with paper.artifact():
                paper.bar(x, top - height, setting.grid.width, 0.5, rule)

    return Strip(height, draw)


def _draw_row(
    paper: Paper, cells: list[Cell], setting: Setting, left: float, top: float, height: float
) -> None:
    x = left
    for cell, width in zip(cells, setting.grid.widths, strict=True):
        y = top - (height - cell.height) / 2
        for line in cell.lines:
            spare = width - 2 * PAD - line.width
            shift = {"left": 0.0, "center": spare / 2, "right": spare}[cell.align]
            at = (x + PAD + shift, y - line.ascent)
            with paper.artifact() if cell.element is None else nullcontext():
                draw_line(paper, line, *at, cell.element, setting.script.typeface)
            y -= line.ascent + line.descent
        x += width
