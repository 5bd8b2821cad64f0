"""Displayed formulas: on one line where they fit, else broken and aligned at their relations.

Nothing is ever scaled down to fit. A chain `symbol = formula = numbers = value` that is too
long becomes one row for each relation; a row that is still too long ends before one of its
signs and goes on below, indented.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from problems.formulas.formula import Formula, Op, row
from templates.formulas.atoms import THICK
from templates.formulas.boxes import Box
from templates.formulas.breaking import lines, sides
from templates.formulas.mathfont import MathFont
from templates.formulas.setting import set_formula
from templates.formulas.speech import speech
from templates.pages.page import Display, Relation
from templates.pdf.faces import Typeface
from templates.pdf.paper import INK, Paper
from templates.pdf.strips import Draw, Strip
from templates.pdf.structure import Element

INDENT = 1.6
"""Of what goes on below a row, in em."""

ROW_GAP = 0.35
"""Between two rows of one display, in em."""


EQUATION_GAP = 0.5
"""Between two formulas of one display, in em."""


class SetRow(NamedTuple):
    """One row: what stands left of the alignment, and what stands right of it."""

    left: Box
    right: Box


def strips(
    display: Display, typeface: Typeface, size: float, width: float, element: Element,
    before: float, centred: bool, margin: float,
) -> list[Strip]:  # fmt: skip
    """A display as strips; those of one formula stay together.

    Args:
        display: its lines.
        typeface: whose metrics set it.
        size: of the letters, in points.
        width: of the frame.
        element: of the structure, to which the formulas belong.
        before: space above.
        centred: whether it stands in the middle of the frame.
        margin: its distance from the frame's left end otherwise.
    """
    room = (width - (0.0 if centred else margin)) / size
    done = list(set_equations(display, typeface.metrics, room))
    every = [line for rows in done for line in rows]
    stem = max((line.left.width for line in every), default=0.0)
    whole = stem + max((line.right.width for line in every), default=0.0)
    left = (width - whole * size) / 2 if centred else margin
    found: list[Strip] = []
    for lines_of, rows in zip(display.equations(), done, strict=True):
        formula = element.add("Formula", speech(_whole(lines_of)))
        for n, line in enumerate(rows):
            ascent = max(line.left.ascent, line.right.ascent, 0.7) * size
            descent = max(line.left.descent, line.right.descent, 0.25) * size
            draw = _drawer(line, left, stem, ascent, size, typeface, formula)
            space = (ROW_GAP if n else EQUATION_GAP) * size if found else before
            found.append(Strip(ascent + descent, draw, space, keep=n < len(rows) - 1))
    return found


def _whole(lines_of: Sequence[Relation]) -> Formula:
    parts = ((line.left, line.sign, line.right) for line in lines_of)
    return row(*(part for line in parts for part in line if part is not None))


def set_equations(display: Display, font: MathFont, room: float) -> Iterator[list[SetRow]]:
    """The rows of each formula of a display in a frame `room` em wide, aligned at their signs."""
    if len(display.lines) == 1:
        whole = set_formula(_whole(display.lines), font)
        if whole.width <= room:
            yield [SetRow(Box(), whole)]
            return
    equations = [list(map(_opened, lines_of)) for lines_of in display.equations()]
    lefts = [[_left(line, font) for line in lines_of] for lines_of in equations]
    beside = room - max(left.width for row_of in lefts for left in row_of)
    for lines_of, own in zip(equations, lefts, strict=True):
        pairs = zip(lines_of, own, strict=True)
        yield [done for line, left in pairs for done in _set_line(line, left, font, beside)]


def _opened(line: Relation) -> Relation:
    """A line whose sign stands within its formula, with the sign as its own."""
    if line.left is not None or line.sign is not None:
        return line
    (_, first), *rest = sides(line.right)
    if not rest:
        return line
    (sign, second), *more = rest
    return Relation(first, sign, _joined(second, more))


def _joined(first: Formula, more: Sequence[tuple[Op | None, Formula]]) -> Formula:
    return row(first, *(part for side in more for part in side if part is not None))


def _set_line(line: Relation, left: Box, font: MathFont, beside: float) -> Iterator[SetRow]:
    """A line as one row where it fits, else cut at its relations, then before its signs."""
    whole = set_formula(_begun(line), font)
    if whole.width <= beside:
        yield SetRow(left, whole)
        return
    for n, part in enumerate(_fitted(line, font, beside)):
        yield from _broken(Box() if n else left, _begun(part), font, beside)


def _begun(line: Relation) -> Formula:
    return row(line.sign, line.right) if line.sign is not None else line.right


def _left(line: Relation, font: MathFont) -> Box:
    """What stands left of the sign, and the space before the sign."""
    box = Box()
    if line.left is not None:
        box.append(set_formula(line.left, font))
        box.width += THICK if line.sign is not None else 0.0
    return box


def _fitted(line: Relation, font: MathFont, beside: float) -> Iterator[Relation]:
    """A line as it is, or cut at its relations; short sides share a row: `= numbers = value`."""
    (_, first), *rest = sides(line.right)
    held = Relation(line.left, line.sign, first)
    for sign, part in rest:
        joined = _joined(held.right, [(sign, part)])
        together = row(held.sign, joined) if held.sign is not None else joined
        if set_formula(together, font).width <= beside:
            held = Relation(held.left, held.sign, joined)
        else:
            yield held
            held = Relation(None, sign, part)
    yield held


def _broken(left: Box, formula: Formula, font: MathFont, room: float) -> Iterator[SetRow]:
    """A row, cut before its signs if it is too long for the room right of the alignment."""
    whole = set_formula(formula, font)
    if whole.width <= room:
        yield SetRow(left, whole)
        return

    def measured(part: Formula) -> float:
        return set_formula(part, font, joined=_begins_with_sign(part)).width

    parts = lines(formula, room - INDENT, measured)
    for n, part in enumerate(parts):
        box = set_formula(part, font, joined=n > 0 and _begins_with_sign(part))
        if n:
            shifted = Box(INDENT)
            shifted.append(box)
            yield SetRow(Box(), shifted)
        else:
            yield SetRow(left, box)


def _begins_with_sign(formula: Formula) -> bool:
    first = getattr(formula, "items", (formula,))[0]
    return isinstance(first, Op) and first.role == "binary"


def _drawer(
    line: SetRow, left: float, stem: float, ascent: float, size: float, typeface: Typeface,
    formula: Element,
) -> Draw:  # fmt: skip
    def draw(paper: Paper, x: float, top: float, height: float) -> None:
        baseline = top - ascent
        with paper.mark(formula):
            paper.ink(INK)
            start = x + left + (stem - line.left.width) * size
            paper.formula(start, baseline, line.left, size, typeface)
            paper.formula(x + left + stem * size, baseline, line.right, size, typeface)

    return draw
