"""Lines of `exercises.jsonl` sorted by the moulds that they are cast from.

Lines that differ only in names and in givens are cast from one *mould*: what it asks for is read
once, the givens are collected by a pattern. So a class takes as long as a pattern over its lines.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from contextlib import suppress
from typing import Any

import numpy as np

from grader.marking.attribution import Keys
from problems.arithmetic.elementary import FloatArray
from problems.errors import FormatError
from problems.exercise import Exercise, as_json, dumps, from_json
from problems.line_layout import GIVEN, taken_apart
from problems.texts import parsed_json

COLUMNS = ("id", "student", "number", "mould", "row")
"""Of an exercise: who and which; its mould and its row there."""


def keys_in(lines: Iterable[bytes]) -> list[Keys]:
    """The true values of the exercises on some lines; lines that are broken are left out."""
    caster = Caster()
    for line in lines:
        with suppress(ValueError, FormatError):
            caster.take(line)
    columns = caster.columns
    at: list[list[int]] = [[] for _ in caster.lines]
    for n, mould in enumerate(columns["mould"]):
        at[mould].append(n)
    return [
        Keys(
            from_json(json.loads(line)),
            [columns["id"][n] for n in at[mould]],
            [columns["student"][n] for n in at[mould]],
            caster.numbers(mould),
        )
        for mould, line in enumerate(caster.lines)
    ]


class Caster:
    """Sorts lines by the mould that they are cast from."""

    def __init__(self) -> None:
        self.columns: dict[str, list[Any]] = {name: [] for name in COLUMNS}
        self.lines: list[bytes] = []
        """The first line of each mould."""
        self.givens: list[list[bytes]] = []
        """For each mould the givens of its lines, one after the other."""
        self._count: list[int] = []
        self._moulds: dict[tuple[bytes, ...], int] = {}

    def take(self, line: bytes) -> None:
        """One line of the file."""
        own, parts = line, taken_apart(line)
        if parts is None:  # written by another program: brought into our own form first
            own = dumps(as_json(from_json(json.loads(line)))).encode()
            parts = taken_apart(own)
            if parts is None:
                raise FormatError("this line cannot be read")
        pieces = GIVEN.split(parts.numbers)
        key = (*parts.style, b'""'.join(pieces[::2]), parts.asked)
        mould = self._moulds[key] if key in self._moulds else self._new(key, own)
        self.givens[mould] += pieces[1::2]
        row = self._count[mould]
        self._count[mould] += 1
        cells = (parsed_json(parts.id), parsed_json(parts.student), parts.number, mould, row)
        for column, cell in zip(self.columns.values(), cells, strict=True):
            column.append(cell)

    def _new(self, key: tuple[bytes, ...], line: bytes) -> int:
        """A mould not met before; refuses what is no exercise."""
        from_json(json.loads(line), "the exercise")
        self._moulds[key] = len(self.lines)
        self.lines.append(line)
        self.givens.append([])
        self._count.append(0)
        return self._moulds[key]

    def numbers(self, mould: int) -> dict[str, FloatArray]:
        """Id of a given -> its number in each exercise of a mould."""
        names = given_order(from_json(json.loads(self.lines[mould])))
        table = np.array(list(map(float, self.givens[mould]))).reshape(-1, len(names))
        return {id: table[:, n] for n, id in enumerate(names)}


def given_order(mould: Exercise) -> Sequence[str]:
    """Ids of the givens in the order in which a line names them."""
    text = dumps(as_json(mould)).encode()
    parts = taken_apart(text)
    if parts is None:
        raise AssertionError("what we write we can read")
    count = iter(range(1_000_000))
    marked = GIVEN.sub(lambda _: b'"%d"' % next(count), parts.numbers)
    end = parts.begin + len(parts.numbers)
    numbered = from_json(json.loads(text[: parts.begin] + marked + text[end:])).givens
    return sorted(numbered, key=lambda id: int(numbered[id]))
