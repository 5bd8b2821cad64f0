"""The rows of one file that belong to one part of a class; which of them need a closer look."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import polars as pl
from numpy.typing import NDArray

from grader.bulk.partition import answer_columns
from grader.read.tables.brackets import BRACKETED
from grader.read.tables.header import KNOWN, is_tidy
from grader.read.tables.misplaced import NUMBER, beside


@dataclass(frozen=True)
class Piece:
    """Rows of one file, of exercises of one part, sorted by their places."""

    file: str
    frame: pl.DataFrame
    columns: tuple[str, ...]
    delimiter: str
    comma: bool | None
    brackets: bool
    """Whether numbers in brackets may be negative ones."""
    order: int = 0
    """Number of the file."""

    @property
    def tidy(self) -> bool:
        """Whether a row is an answer."""
        return is_tidy(self.columns)


def cut_numbers(piece: Piece) -> NDArray[np.bool_]:
    """Rows in which a decimal comma without quotes may have made two cells of a number."""
    after = piece.columns.index("answer") + 1
    if piece.delimiter != "," or after >= len(piece.columns) or piece.columns[after] in KNOWN:
        return np.zeros(len(piece.frame), dtype=bool)
    return piece.frame[piece.columns[after]].str.contains(r"^\s*\d+\s*$").to_numpy()


def strayed(piece: Piece) -> NDArray[np.bool_]:
    """Rows in which a number may stand beside an empty answer."""
    number = f"^(?:{NUMBER.pattern})$"
    stray = [pl.col(name).str.contains(number) for name in beside(piece.columns)]
    found = (pl.col("answer").str.strip_chars() == "") & pl.any_horizontal(pl.lit(False), *stray)
    return piece.frame.select(found).to_series().to_numpy()


def bracketed(piece: Piece) -> NDArray[np.bool_]:
    """Rows with a number in brackets that may be a negative one."""
    if not piece.brackets:
        return np.zeros(len(piece.frame), dtype=bool)
    number = rf"^\s*{BRACKETED.pattern}\s*$"
    found = [pl.col(name).str.contains(number) for name in answer_columns(piece.columns)]
    return piece.frame.select(pl.any_horizontal(found)).to_series().to_numpy()
