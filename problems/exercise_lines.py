"""Lines of `exercises.jsonl` for many exercises at once: the same bytes as one by one.

Exercises of one design differ in their ids, their givens and what follows from these. All else
is written once, with slots; the values of all are solved as arrays.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import numpy as np

from problems.arithmetic.elementary import FloatArray, Number
from problems.computation.solve import solve
from problems.drawing.design import Design
from problems.drawing.draw import Draw
from problems.exercise import document, dumps, issued

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
        self._floats = {
            id: dict(zip(grid.texts, grid.floats.tolist(), strict=True))
            for id, grid in design.grids.items()
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
        numbers: dict[str, Number] = {}
        for id, encoded in self._encoded.items():
            texts = [draw.givens[id] for draw in draws]
            yield id, [encoded[text] for text in texts]
            floats = self._floats[id]
            numbers[id] = np.array([floats[text] for text in texts])
        balls = solve(self._design.graph, numbers, self._design.precision)
        for id in self._design.asked:
            yield f"m {id}", _written(balls[id].m, len(draws))
            yield f"r {id}", _written(balls[id].r, len(draws))


def _text(text: str) -> str:
    return json.dumps(text, ensure_ascii=False)


def _written(number: Number, count: int) -> list[str]:
    """Doubles as JSON writes them: the shortest text that is read as the same."""
    values: FloatArray = np.broadcast_to(np.asarray(number, dtype=np.float64), (count,))
    if not np.isfinite(values).all():
        raise ValueError("a value is not finite")
    return list(map(repr, values.tolist()))
