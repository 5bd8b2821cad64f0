"""Displayed formulas: on one line where they fit, else broken and aligned at their relations.

Nothing is ever scaled down to fit. A chain `symbol = formula = numbers = value` that is too
long becomes one row for each relation; a row that is still too long ends before one of its
signs and goes on below, indented.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from problems.formula import Formula, Op, row
from templates.formulas.boxes import Box
from templates.formulas.breaking import lines, sides
from templates.formulas.mathfont import MathFont
from templates.formulas.setting import THICK, set_formula
from templates.formulas.speech import speech
from templates.page import Display, Relation
from templates.pdf.faces import Typeface
from templates.pdf.paper import INK, Paper
from templates.pdf.strips import Draw, Strip
from templates.pdf.structure import Element

INDENT = 1.6
"""Of what goes on below a row, in em."""

ROW_GAP = 0.35
"""Between two rows of one display, in em."""


class SetRow(NamedTuple):
    """One row: what stands left of the alignment, and what stands right of it."""

    left: Box
    right: Box


def strips(
    display: Display, typeface: Typeface, size: float, width: float, element: Element,
    before: float, centred: bool, margin: float,
) -> list[Strip]:  # fmt: skip
    """A display as strips that stay together.

    Args:
        display: its lines.
        typeface: whose metrics set it.
        size: of the letters, in points.
        width: of the frame.
        element: of the structure, to which the formula belongs.
        before: space above.
        centred: whether it stands in the middle of the frame.
        margin: its distance from the frame's left end otherwise.
    """
    room = (width - (0.0 if centred else margin)) / size
    rows = list(set_rows(display, typeface.metrics, room))
    stem = max(line.left.width for line in rows)
    whole = stem + max(line.right.width for line in rows)
    left = (width - whole * size) / 2 if centred else margin
    formula = element.add("Formula", speech(_whole(display)))
    found = []
    for n, line in enumerate(rows):
        ascent = max(line.left.ascent, line.right.ascent, 0.7) * size
        descent = max(line.left.descent, line.right.descent, 0.25) * size
        draw = _drawer(line, left, stem, ascent, size, typeface, formula)
        space = before if n == 0 else ROW_GAP * size
        found.append(Strip(ascent + descent, draw, space, keep=n < len(rows) - 1))
    return found


def _whole(display: Display) -> Formula:
    parts = ((line.left, line.sign, line.right) for line in display.lines)
    return row(*(part for line in parts for part in line if part is not None))


def set_rows(display: Display, font: MathFont, room: float) -> Iterator[SetRow]:
    """The rows of a display in a frame `room` em wide."""
    if len(display.lines) == 1:
        whole = set_formula(_whole(display), font)
        if whole.width <= room:
            yield SetRow(Box(), whole)
            return
    aligned = _aligned(display, font, room)
    lefts = [_left(line, font) for line in aligned]
    beside = room - max(left.width for left in lefts)
    for left, line in zip(lefts, aligned, strict=True):
        begin = row(line.sign, line.right) if line.sign is not None else line.right
        yield from _broken(left, begin, font, beside)


def _left(line: Relation, font: MathFont) -> Box:
    """What stands left of the sign, and the space before the sign."""
    box = Box()
    if line.left is not None:
        box.append(set_formula(line.left, font))
        box.width += THICK if line.sign is not None else 0.0
    return box


def _aligned(display: Display, font: MathFont, room: float) -> Sequence[Relation]:
    """The lines as they are, or one that is too long as a chain."""
    if len(display.lines) > 1:
        return display.lines
    (_, first), *rest = sides(_whole(display))
    if not rest:
        return display.lines
    chain = [Relation(first, *rest[0]), *(Relation(None, *side) for side in rest[1:])]
    return list(_closed_up(chain, font, room))


def _closed_up(chain: Sequence[Relation], font: MathFont, room: float) -> Iterator[Relation]:
    """Short sides share a row: `= numbers = value` where both fit."""
    stem = 0.0 if chain[0].left is None else set_formula(chain[0].left, font).width + THICK
    held: Relation | None = None
    for line in chain:
        if held is None:
            held = line
            continue
        assert line.sign is not None
        joined = row(held.right, line.sign, line.right)
        together = row(held.sign, joined) if held.sign is not None else joined
        if set_formula(together, font).width <= room - stem:
            held = Relation(held.left, held.sign, joined)
        else:
            yield held
            held = line
    if held is not None:
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
