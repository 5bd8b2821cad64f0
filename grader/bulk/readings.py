"""Every distinct text read once, by the reader of single answers.

Thousands of students write the same few thousand numbers; so each text is read by
`grader.read.number` as anywhere else, and the columns take what it says by position.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import polars as pl
from numpy.typing import NDArray

from grader.read.number import Reading, Unreadable, Written, read_number
from problems.elementary import BoolArray, FloatArray

Ints = NDArray[np.int64]

NAMED = "=≈"
"""Signs in texts whose reading depends on the step they answer: `v4 = 0.5`."""

MOST_KEPT = 400_000
"""Readings kept from one part to the next."""

_kept: dict[tuple[str, bool | None], Reading | None] = {}


@dataclass(frozen=True)
class Readings:
    """What texts say, as arrays of the shape of the codes that they were made from."""

    value: FloatArray
    """nan where no number was read."""
    unit: FloatArray
    """One unit of the last digit written; nan likewise."""
    decimals: Ints
    significant: Ints
    written: BoolArray
    """Where something stands, readable or not."""
    unreadable: BoolArray


class Pool:
    """Cells with their texts, and what each of them says.

    Cells have positions; position 0 is a blank one.
    """

    def __init__(self) -> None:
        self.readings: list[Reading | None] = [None]
        self._texts: list[pl.Series] = [pl.Series([""])]
        self._codes: list[Ints] = [np.zeros(1, dtype=np.int64)]
        self._count = 1
        self._single: list[tuple[str, Reading]] = []

    def add_cells(self, cells: pl.Series, comma: bool | None) -> int:
        """Read cells; the position of the first.

        Args:
            cells: texts; empty ones are blank.
            comma: whether their file writes decimal commas; None if that is not known.
        """
        self._settle()
        kinds = pl.Categories.random()
        coded = cells.cast(pl.Categorical(kinds))
        texts = kinds.to_series().to_list()
        codes = coded.to_physical().to_numpy().astype(np.int64) + len(self.readings)
        self.readings += [_read(text, comma) for text in texts]
        return self._add(cells, codes)

    def add(self, reading: Reading) -> int:
        """Position of a cell that was read already."""
        self._single.append((reading.text, reading))
        return self._count + len(self._single) - 1

    def _settle(self) -> None:
        if self._single:
            codes = np.arange(len(self._single)) + len(self.readings)
            self.readings += [reading for _, reading in self._single]
            texts = pl.Series([text for text, _ in self._single], dtype=pl.String)
            self._single = []
            self._add(texts, codes)

    def _add(self, cells: pl.Series, codes: Ints) -> int:
        self._texts.append(cells.alias(""))
        self._codes.append(codes)
        self._count += len(cells)
        return self._count - len(cells)

    def texts(self) -> pl.Series:
        """The text at each position."""
        self._settle()
        return pl.concat(self._texts)

    def codes(self) -> Ints:
        """Index into `readings` at each position."""
        self._settle()
        return np.concatenate(self._codes)


def _read(text: str, comma: bool | None) -> Reading | None:
    key = (text, comma)
    if key not in _kept:
        if len(_kept) > MOST_KEPT:
            _kept.clear()
        _kept[key] = read_number(text, comma=comma)
    return _kept[key]


def columns_of(readings: list[Reading | None]) -> Readings:
    """Readings as arrays."""
    count = len(readings)
    value, unit = np.full(count, np.nan), np.full(count, np.nan)
    decimals, significant = np.zeros(count, dtype=np.int64), np.zeros(count, dtype=np.int64)
    written, unreadable = np.zeros(count, dtype=bool), np.zeros(count, dtype=bool)
    for n, reading in enumerate(readings):
        written[n] = reading is not None
        if isinstance(reading, Written):
            value[n], unit[n] = reading.value, reading.unit
            decimals[n], significant[n] = reading.decimals, reading.significant
        elif isinstance(reading, Unreadable):
            unreadable[n] = True
    return Readings(value, unit, decimals, significant, written, unreadable)
