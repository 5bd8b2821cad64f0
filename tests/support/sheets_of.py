"""Worksheets and keys of every family, and the formulas that stand on a page."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import fields, is_dataclass, replace
from functools import lru_cache

from issued_exercises import exercises
from shipped_recipes import LAYERED

from problems.drawing import family
from problems.exercise import Exercise
from problems.formulas.formula import Formula, Matrix, row
from problems.versions import DRAW_VERSION
from templates.drawings.drawing import Drawing
from templates.pages.page import ArrayItem, Display, Item, Page
from templates.sheets import sheets

FAMILIES = LAYERED


def sheet(exercise: Exercise, student: str = "Ada Example") -> sheets.Sheet:
    """An exercise with its family's words."""
    made_by = family.load(exercise.family)
    sections = made_by.placed(exercise.graph)
    return sheets.Sheet(
        exercise, made_by.title, made_by.source, made_by.instructions, sections, student,
        made_by.look, made_by.given,
    )  # fmt: skip


@lru_cache(maxsize=64)
def pages(
    name: str, notation: str | None = None, version: int = DRAW_VERSION
) -> tuple[Page, Page]:
    """Worksheet and key of a family's first exercise, perhaps in another notation."""
    (exercise,) = exercises(name, 1, version=version)
    if notation is not None:
        exercise = replace(exercise, notation=notation)
    return sheets.worksheet([sheet(exercise)]), sheets.key([sheet(exercise)])


def formulas(part: object) -> Iterator[Formula]:
    """Every formula that is set as such on a page, in reading order."""
    match part:
        case Formula():
            yield part
        case Display():
            for lines in part.equations():
                whole = (p for line in lines for p in (line.left, line.sign, line.right))
                yield row(*(p for p in whole if p is not None))
        case Item(prompt=prompt):
            yield prompt
        case ArrayItem(prompt=prompt, cells=cells):
            yield row(prompt, Matrix(tuple(tuple(map(_prompt, line)) for line in cells)))
        case Drawing():
            return
        case tuple():
            for each in part:
                yield from formulas(each)
        case _ if is_dataclass(part):
            for field in fields(part):
                yield from formulas(getattr(part, field.name))


def _prompt(cell: Item | Formula) -> Formula:
    return cell.prompt if isinstance(cell, Item) else cell
