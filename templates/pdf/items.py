"""What is asked: prompts with fields to be filled in, in columns and in reading order."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import accumulate
from typing import NamedTuple

from problems.formulas.formula import Blank, Formula, Matrix, row
from templates.formulas.boxes import Box, placed
from templates.formulas.setting import set_formula
from templates.formulas.speech import speech
from templates.pages.page import ArrayItem, Item, Items
from templates.pdf.faces import Typeface
from templates.pdf.paper import INK, Paper
from templates.pdf.strips import Strip
from templates.pdf.structure import Element

GAP = 0.35
"""Between a prompt and its field, in em."""

ROW_GAP = 0.55
COLUMN_GAP = 1.6


class SetItem(NamedTuple):
    """A prompt with its fields as one box."""

    box: Box
    stem: float
    """Width of what stands left of the alignment: the prompt of a single field."""
    prompt: Formula
    names: dict[str, tuple[str, str]]
    """Step -> name of its field, and what is asked."""


@dataclass(frozen=True)
class Setting:
    """How items are set."""

    typeface: Typeface
    size: float
    accent: str
    bullets: bool


def strips(
    items: Items, setting: Setting, width: float, element: Element, before: float, margin: float
) -> list[Strip]:
    """Rows of items, each as one strip."""
    done = [_set(item, setting) for item in items.items]
    if not done:
        return []
    columns = _columns(items, done, (width - margin) / setting.size)
    found = []
    rows = _rows(items, done, columns)
    stems = _stems(rows, columns)
    for n, cells in enumerate(rows):
        ascent = max(cell.box.ascent for cell in cells) * setting.size
        descent = max(cell.box.descent for cell in cells) * setting.size
        pitch = (width - margin) / columns
        draw = _drawer(cells, stems, margin, pitch, ascent, setting, element)
        space = before if n == 0 else ROW_GAP * setting.size
        found.append(Strip(ascent + descent, draw, space))
    if len(found) > 1:
        found[0].keep = found[-2].keep = True  # no row of a section stands alone
    return found


def _set(item: Item | ArrayItem, setting: Setting) -> SetItem:
    metrics = setting.typeface.metrics
    if isinstance(item, Item):
        prompt = set_formula(item.prompt, metrics)
        field = set_formula(Blank(item.step, item.width), metrics, display=False)
        box = Box()
        box.append(prompt)
        box.append(field, GAP)
        names = {item.step: (item.name, _question(item.prompt, item.hint))}
        return SetItem(box, prompt.width, item.prompt, names)
    cells = tuple(tuple(map(_cell, cells)) for cells in item.cells)
    box = set_formula(row(item.prompt, Matrix(cells)), metrics, display=False)
    asked = [cell for cells in item.cells for cell in cells if isinstance(cell, Item)]
    names = {cell.step: (cell.name, _question(cell.prompt, cell.hint)) for cell in asked}
    return SetItem(box, 0.0, item.prompt, names)


def _cell(cell: Item | Formula) -> Formula:
    return Blank(cell.step, cell.width) if isinstance(cell, Item) else cell


def _question(prompt: Formula, hint: str) -> str:
    """What the field's tooltip says: `v sub 4 equals; 4 decimals`."""
    return f"{speech(prompt)}; {hint}" if hint else speech(prompt)


def _columns(items: Items, done: Sequence[SetItem], width: float) -> int:
    """As many as make fewest rows, if the widest item has room in each."""
    widest = max(item.box.width for item in done)
    fitting = max(1, int((width + COLUMN_GAP) // (widest + COLUMN_GAP)))
    return items.best(min(fitting, items.columns))


def _rows(items: Items, done: Sequence[SetItem], columns: int) -> list[Sequence[SetItem]]:
    """Items in rows; one that begins a row leaves the rest of the one before empty."""
    ends = list(accumulate(items.rows(columns)))
    return [done[start:end] for start, end in zip([0, *ends], ends, strict=False)]


def _stems(rows: Sequence[Sequence[SetItem]], columns: int) -> list[float]:
    """For each column the width of its widest prompt, so that its fields stand in line."""
    return [
        max((cells[column].stem for cells in rows if column < len(cells)), default=0.0)
        for column in range(columns)
    ]


def _drawer(
    cells: Sequence[SetItem],
    stems: Sequence[float],
    margin: float,
    pitch: float,
    ascent: float,
    setting: Setting,
    element: Element,
) -> Callable[[Paper, float, float, float], None]:
    def draw(paper: Paper, left: float, top: float, height: float) -> None:
        for n, cell in enumerate(cells):
            x = left + margin + n * pitch
            if setting.bullets:
                with paper.artifact():
                    y = top - ascent + 0.19 * setting.size
                    side = 0.36 * setting.size
                    paper.bar(x - 1.1 * setting.size, y, side, side, setting.accent)
            x += (stems[n] - cell.stem) * setting.size if cell.stem else 0.0
            _draw(paper, cell, x, top - ascent, setting, element)

    return draw


def _draw(
    paper: Paper, cell: SetItem, x: float, baseline: float, setting: Setting, element: Element
) -> None:
    paragraph = element.add("P")
    formula = paragraph.add("Formula", speech(cell.prompt))
    size = setting.size
    with paper.mark(formula):
        paper.ink(INK)
        paper.formula(x, baseline, cell.box, size, setting.typeface)
    for dx, dy, field in placed(cell.box).fields:
        name, question = cell.names[field.step]
        paper.text_field(
            name, question, x + dx * size, baseline + dy * size,
            field.width * size, field.height * size, paragraph, setting.accent,
        )  # fmt: skip
