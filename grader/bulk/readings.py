"""Every distinct text read once, by the reader of single answers.

Thousands of students write the same few thousand numbers; so each text is read by
`grader.read.number` as anywhere else, and the columns take what it says by position.
"""

from __future__ import annotations

from dataclasses import dataclass, fields

import numpy as np
import polars as pl
from numpy.typing import NDArray

from grader.read.number import Reading, Unreadable, read_number
from problems.arithmetic.elementary import BoolArray, FloatArray

Ints = NDArray[np.int64]

NAMED = "=≈"
"""Signs in texts whose reading depends on the step they answer: `v4 = 0.5`."""

MOST_KEPT = 400_000
"""Readings kept from one part to the next."""

_kept: dict[bool | None, dict[str, tuple[Reading | None, Facts]]] = {}


Facts = tuple[float, float, int, int, bool, bool, bool]
"""Of a reading: value, unit, decimals, significant digits, written, unreadable, named."""


@dataclass(frozen=True)
class Readings:
    """What texts say, as arrays of one shape."""

    value: FloatArray
    """nan where no number was read."""
    unit: FloatArray
    """One unit of the last digit written; nan likewise."""
    decimals: Ints
    significant: Ints
    written: BoolArray
    """Where something stands, readable or not."""
    unreadable: BoolArray
    named: BoolArray
    """Where the reading depends on the step that is answered."""

    def at(self, codes: Ints) -> Readings:
        """The readings of some cells."""
        return Readings(*(getattr(self, field.name)[codes] for field in fields(self)))


class Pool:
    """Cells, and what each of them says.

    Cells have positions; position 0 is a blank one.
    """

    def __init__(self) -> None:
        self.readings: list[Reading | None] = [None]
        self._facts: list[Facts] = [facts(None)]
        self._codes: list[Ints] = [np.zeros(1, dtype=np.int64)]
        self._count = 1
        self._single: list[Reading] = []
        self._table: Readings | None = None

    def add_cells(self, cells: pl.Series, comma: bool | None) -> int:
        """Read cells; the position of the first.

        Args:
            cells: texts; empty ones are blank.
            comma: whether their file writes decimal commas; None if that is not known.
        """
        self._settle()
        codes, texts = coded(cells)
        codes = codes + len(self.readings)
        found = _read(texts, comma)
        self.readings += [reading for reading, _ in found]
        self._facts += [facts for _, facts in found]
        return self._add(codes)

    def add(self, reading: Reading) -> int:
        """Position of a cell that was read already."""
        self._single.append(reading)
        return self._count + len(self._single) - 1

    def _settle(self) -> None:
        if self._single:
            codes = np.arange(len(self._single)) + len(self.readings)
            self.readings += self._single
            self._facts += map(facts, self._single)
            self._single = []
            self._add(codes)

    def _add(self, codes: Ints) -> int:
        self._codes.append(codes)
        self._count += len(codes)
        return self._count - len(codes)

    def codes(self) -> Ints:
        """Index into `readings` at each position."""
        self._settle()
        return np.concatenate(self._codes)

    def table(self) -> Readings:
        """What `readings` say, by the same index."""
        self._settle()
        if self._table is None or len(self._table.value) < len(self._facts):
            rows = np.array(self._facts)
            self._table = Readings(
                rows[:, 0],
                rows[:, 1],
                rows[:, 2].astype(np.int64),
                rows[:, 3].astype(np.int64),
                *(rows[:, n] > 0 for n in (4, 5, 6)),
            )
        return self._table


def coded(cells: pl.Series) -> tuple[Ints, list[str]]:
    """For each cell the number of its text, and the distinct texts."""
    kinds = pl.Categories.random()
    column = cells.cast(pl.Categorical(kinds))
    # the categories live as long as a column has them
    return column.to_physical().to_numpy().astype(np.int64), kinds.to_series().to_list()


def _read(texts: list[str], comma: bool | None) -> list[tuple[Reading | None, Facts]]:
    """What texts say; those met before are not read again."""
    kept = _kept.setdefault(comma, {})
    if len(kept) > MOST_KEPT:
        kept.clear()
    found = []
    for text in texts:
        known = kept.get(text)  # asked once: another thread may make room meanwhile
        if known is None:
            reading = read_number(text, comma=comma)
            known = kept[text] = reading, facts(reading)
        found.append(known)
    return found


def facts(reading: Reading | None) -> Facts:
    """What the columns take of a reading."""
    if reading is None:
        return np.nan, np.nan, 0, 0, False, False, False
    named = any(sign in reading.text for sign in NAMED)
    if isinstance(reading, Unreadable):
        return np.nan, np.nan, 0, 0, True, True, named
    return (
        reading.value, reading.unit, reading.decimals, reading.significant, True, False, named,
    )  # fmt: skip
