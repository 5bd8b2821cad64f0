"""Lines of `exercises.jsonl` for many exercises at once: the same bytes as one by one.

Exercises of one design differ in their ids, their givens and what follows from these. All else
is written once, with slots; values and tolerances are those that the gate has worked.
"""

from __future__ import annotations

import json
import math
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

from problems.computation.solve import Solved
from problems.drawing.design import Design
from problems.drawing.draw import Draw
from problems.exercise import Exercise, document, dumps, from_json, issued

OPEN, CLOSE = "\ufdd0", "\ufdd1"
"""Characters that no text may hold (Unicode, section 23.7): what is between them is a slot."""
_SLOT = re.compile(f'"{OPEN}(.+?){CLOSE}"')

Written = Mapping[str, Sequence[str]]
"""Name of a slot -> what stands there, for each exercise."""


class Lines:
    """Writes exercises of one design."""

    def __init__(self, design: Design) -> None:
        self._design = design
        self._encoded = {
            id: {text: _text(text) for text in grid.texts} for id, grid in design.grids.items()
        }
        self._templates: dict[int, tuple[str, list[str]]] = {}

    def write(
        self, draws: Sequence[Draw], names: Sequence[str], owners: Sequence[tuple[str, int]]
    ) -> list[str]:
        """A line for each draw, with its end.

        Args:
            draws: what `problems.drawing.draw.draw` found.
            names: the exercises' ids.
            owners: the student's id and the number of the exercise.

        Raises:
            ValueError: a value is not finite.
        """
        slots = dict(self._values(draws)) | {
            "id": [_text(name) for name in names],
            "student": [_text(student) for student, _ in owners],
        }
        lines = [""] * len(draws)
        for number in sorted({number for _, number in owners}):
            template, order = self._template(number)
            at = [n for n, owner in enumerate(owners) if owner[1] == number]
            rows = zip(*(slots[name] for name in order), strict=True)
            every = [template % row for row in rows] if len(at) == len(draws) else None
            picked = every or [template % tuple(slots[name][n] for name in order) for n in at]
            for n, line in zip(at, picked, strict=True):
                lines[n] = line
        return lines

    def _template(self, number: int) -> tuple[str, list[str]]:
        """The line with `%s` for each slot, and the slots in order."""
        if number not in self._templates:
            blank = Draw({id: f"{OPEN}{id}{CLOSE}" for id in self._encoded}, 0)
            pattern = issued(
                self._design, blank, f"{OPEN}id{CLOSE}", f"{OPEN}student{CLOSE}", number
            )
            values: dict[str, tuple[Any, Any]] = {
                id: (f"{OPEN}m {id}{CLOSE}", f"{OPEN}r {id}{CLOSE}") for id in self._design.asked
            }
            text = dumps(document(pattern, values)) + "\n"
            order = _SLOT.findall(text)
            self._templates[number] = (_SLOT.sub("%s", text.replace("%", "%%")), order)
        return self._templates[number]

    def _values(self, draws: Sequence[Draw]) -> Iterator[tuple[str, list[str]]]:
        """Slot -> what stands there for each draw, for givens, values and tolerances."""
        for id, encoded in self._encoded.items():
            yield id, [encoded[draw.givens[id]] for draw in draws]
        centres = list(zip(*(draw.solved.m for draw in draws), strict=True))
        radii = list(zip(*(draw.solved.r for draw in draws), strict=True))
        at = {id: n for n, id in enumerate(self._design.graph.steps)}
        for id in self._design.asked:
            yield f"m {id}", _written(centres[at[id]])
            yield f"r {id}", _written(radii[at[id]])


def _text(text: str) -> str:
    return json.dumps(text, ensure_ascii=False)


def _written(values: Sequence[float]) -> list[str]:
    """Doubles as JSON writes them: the shortest text that is read as the same."""
    if not all(map(math.isfinite, values)):
        raise ValueError("a value is not finite")
    return list(map(repr, values))


def read_back(line: bytes) -> Exercise:
    """An exercise of a line that this program has just written, with the values in it.

    Of any other line the values are worked anew from the givens, see `problems.exercise`.
    """
    doc = json.loads(line)
    steps = [step for step in doc["steps"] if "value" in step]
    known = Solved(
        {step["id"]: n for n, step in enumerate(steps)},
        [step["value"] for step in steps],
        [step["tolerance"] for step in steps],
    )
    return replace(from_json(doc), known=known)
