"""Vectors and matrices of steps: labels that are entries of one array, and what fills it.

`s1[1]` and `s1[2]` are the vector `s1`; `W1[0,1]_new`, ... the matrix `W1_new`, whose first
index counts rows. Every entry stays a step of its own: an array is only a shorter way to write.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from grader.errors import AnswerError
from grader.read.array import ArrayReading, read_array
from grader.read.number import Reading, Written
from problems.computation.kinds import Role
from problems.computation.network import Computation
from problems.exercise import Exercise
from problems.formulas.notation import Labels
from problems.patterns import pattern
from problems.reasons import Reason, because

_ENTRY = pattern(r"(?P<before>.+)\[(?P<row>\d+)(?:,(?P<column>\d+))?\](?P<after>[^\[\]]*)")


@dataclass(frozen=True, slots=True)
class Layout:
    """Which step is where in an array."""

    label: str
    cells: tuple[tuple[str, ...], ...]
    """Ids row by row; a vector has one column."""
    constant: bool = False
    """Whether a 1 may be written on top, as for outputs that feed a layer with biases in W."""

    @property
    def shape(self) -> tuple[int, int]:
        """Rows and columns."""
        return len(self.cells), len(self.cells[0])

    def filled(self, text: str, comma: bool | None) -> list[tuple[str, Reading | None]]:
        """What was written for each step.

        Args:
            text: as typed.
            comma: whether the file writes decimal commas; None if that is not known.

        Raises:
            AnswerError: it is no array, or one of another shape (`wrong_shape`).
        """
        found = self._read(text, comma)
        if found is None:
            return []
        steps = [id for row in self.cells for id in row]
        return list(zip(steps, self._entries(found), strict=True))

    def _read(self, text: str, comma: bool | None) -> ArrayReading | None:
        """The array; of two readings of its commas the one that has the shape, if one has."""
        try:
            return read_array(text, comma=comma)
        except AnswerError as error:
            if error.code != "ambiguous_separator":
                raise
            both = (read_array(text, comma=one) for one in (False, True))
            fitting = [found for found in both if found and found.shape == self.shape]
            if len(fitting) != 1 or fitting[0].ragged:
                raise
            return fitting[0]

    def _entries(self, found: ArrayReading) -> tuple[Reading | None, ...]:
        if found.ragged:
            raise self._refused(because("rows_of_different_lengths"), found)
        entries = found.flat()
        if 1 in self.shape:  # as a row or as a column: nothing can be mistaken
            if self.constant and len(entries) == max(self.shape) + 1 and _is_one(entries[0]):
                entries = entries[1:]
            if 1 not in found.shape or len(entries) != max(self.shape):
                raise self._refused(_size(found.shape), found)
        elif found.shape == self.shape[::-1] != self.shape:
            raise self._refused(because("transposed", size=_size(found.shape)), found)
        elif found.shape != self.shape:
            raise self._refused(_size(found.shape), found)
        return entries

    def _refused(self, what: Reason, found: ArrayReading) -> AnswerError:
        place = len(found.text) - len(found.text.lstrip())
        size = _size(self.shape)
        reason = because("wrong_shape", found=what, label=self.label, size=size)
        return AnswerError("wrong_shape", place, reason)


def _size(shape: tuple[int, int]) -> Reason:
    rows, columns = shape
    if 1 in shape:
        return because("vector_size", count=max(shape))
    return because("matrix_size", rows=rows, columns=columns)


def _is_one(entry: Reading | None) -> bool:
    return isinstance(entry, Written) and entry.value == 1.0


class Arrays:
    """The arrays of an exercise, found by their labels."""

    def __init__(self, exercise: Exercise) -> None:
        self._layouts = {layout.label: layout for layout in _layouts(exercise)}
        self._labels = Labels({label: label for label in self._layouts})

    def find(self, typed: str) -> Layout | None:
        """The array of that label; None if there is none."""
        label = self._labels.find(typed)
        return self._layouts[label] if label else None


def _layouts(exercise: Exercise) -> Iterator[Layout]:
    places: dict[str, dict[tuple[int, int], str]] = {}
    for id in exercise.asked:
        match = _ENTRY.fullmatch(exercise.labels[id])
        if match:
            place = int(match["row"]), int(match["column"] or 0)
            places.setdefault(match["before"] + match["after"], {})[place] = id
    for label, entries in places.items():
        rows, columns = (sorted({place[axis] for place in entries}) for axis in (0, 1))
        if len(entries) > 1 and len(entries) == len(rows) * len(columns):
            cells = tuple(tuple(entries[row, column] for column in columns) for row in rows)
            yield Layout(label, cells, _has_constant(exercise.plan, cells[0][0]))


def _has_constant(plan: Computation, id: str) -> bool:
    parsed = plan.parse(id)
    if parsed.role is not Role.OUTPUT or parsed.layer == plan.network.depth:
        return False
    return plan.network.layers[parsed.layer].bias == "augmented"
