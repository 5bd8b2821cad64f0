"""Rows of a range that name nobody, as `grader.read.tables.blocks` reads them, on columns."""

from __future__ import annotations

from dataclasses import replace

import polars as pl

from grader.bulk.rows import LINE, Rows
from grader.errors import Problem
from grader.read.tables.blocks import CONTINUED, IDS
from grader.read.tables.header import is_tidy


def with_owners(rows: Rows, file: str) -> Rows:
    """The rows of a tidy table, each with its exercise and student.

    Args:
        rows: of a range, which begins with a row that names its own.
        file: how messages call it.
    """
    own = [name for name in IDS if name in rows.columns]
    if not own or not is_tidy(rows.columns):
        return rows
    ids = rows.frame.select(pl.col(own).str.strip_chars())
    blank = ids.select(pl.all_horizontal(pl.all() == "")).to_series()
    if not blank.any():
        return rows
    repeats = ids.select(pl.all_horizontal(pl.all() == pl.all().shift(1))).to_series()
    begins = ~blank & ~repeats.fill_null(False)
    place = pl.select(pl.int_range(len(blank), dtype=pl.Int64)).to_series()
    head = pl.select(pl.when(~blank).then(place)).to_series().forward_fill()
    goes_on = blank & head.is_not_null() & begins.gather(head.fill_null(0))
    if not goes_on.any():
        return rows
    filled = [
        pl.select(pl.when(goes_on).then(ids[name].gather(head.fill_null(0)))
                  .otherwise(rows.frame[name])).to_series().alias(name)
        for name in own
    ]  # fmt: skip
    line = int(rows.frame[LINE].filter(goes_on)[0])
    note = Problem(file, line, None, "continued", CONTINUED)
    return replace(rows, frame=rows.frame.with_columns(filled), notes=(*rows.notes, note))
