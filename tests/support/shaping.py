"""How a shape of file is written and made known to the bench of reading.

A shape takes a `Sheet` and gives files: path -> bytes, as they lie in a folder that is handed to
the reader. To add one, write a function below `@shape("name")` in a module that `file_shapes`
imports; the bench and its test take it up.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from problems.exercise import Exercise

Files = dict[str, bytes]


@dataclass(frozen=True)
class Sheet:
    """What one student hands in."""

    exercise: Exercise
    student: str
    name: str
    typed: Mapping[str, str]
    """Question -> text; what is left out is blank."""

    @property
    def rows(self) -> list[tuple[str, str]]:
        """Label and text, in the order of the worksheet."""
        labels = self.exercise.labels
        return [(labels[id], self.typed.get(id, "")) for id in self.exercise.asked]


Shape = Callable[[Sheet], Files]
SHAPES: dict[str, Shape] = {}
SLOW: set[str] = set()
"""Shapes of which few files are made."""
LISTS: set[str] = set()
"""Shapes with several numbers in a cell: texts with spaces or commas may be refused there."""
ENCODINGS = {"CSV, Windows-1252": "cp1252"}
"""Shapes that cannot hold every sign: ordinary texts may be refused there."""


def shape(name: str, slow: bool = False, lists: bool = False) -> Callable[[Shape], Shape]:
    """Register a shape.

    Args:
        name: as the tables call it.
        slow: whether only a few files of it are made.
        lists: whether a cell holds several numbers.
    """

    def known(function: Shape) -> Shape:
        SHAPES[name] = function
        if slow:
            SLOW.add(name)
        if lists:
            LISTS.add(name)
        return function

    return known


def written(
    rows: Sequence[Sequence[str]],
    delimiter: str = ",",
    end: str = "\r\n",
    quoting: int = csv.QUOTE_MINIMAL,
    encoding: str = "utf-8",
) -> bytes:
    """Rows as text; a sign that the encoding lacks becomes a question mark."""
    stream = io.StringIO(newline="")
    writer = csv.writer(stream, delimiter=delimiter, lineterminator=end, quoting=quoting)  # type: ignore[arg-type]
    writer.writerows(rows)
    return stream.getvalue().encode(encoding, "replace")


def tidy(of: Sheet) -> list[list[str]]:
    """Header and rows with an answer each."""
    return [["exercise", "step", "answer"], *([of.exercise.id, *row] for row in of.rows)]


def wide(of: Sheet) -> list[list[str]]:
    """Header and the student's row."""
    labels, texts = zip(*of.rows, strict=True)
    return [["student", *labels], [of.student, *texts]]


def as_number(text: str) -> object:
    """What a program makes of a text: a number if it is one in its own language."""
    whole = text.lstrip("-")
    if not text.isascii() or "_" in text or (whole[:1] == "0" and whole[1:2].isdigit()):
        return text  # a program that makes 6851 of 06851 has lost what was typed
    try:
        return float(text)
    except ValueError:
        return text
