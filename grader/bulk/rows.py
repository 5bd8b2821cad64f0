"""A range of rows as columns of text.

Rows that are as the header says are read by polars; as soon as one is not, the whole range goes
through the reader of single files. Both give the same columns, and the same faults.
"""

from __future__ import annotations

import io
from dataclasses import dataclass

import numpy as np
import polars as pl

from grader.bulk.survey import MASSES, Range
from grader.errors import Problem, SubmissionError
from grader.read.tables.answers import not_answers
from grader.read.tables.header import canonical, holds_answers
from grader.read.tables.table import Row, read_table, refusal
from problems.reasons import because
from problems.texts import REPLACED

LINE, WIDTH = "\x00line", "\x00width"
"""Columns beside those of the file: the row's line, and how many cells were written."""


@dataclass(frozen=True)
class Rows:
    """Rows of a file."""

    frame: pl.DataFrame
    """The file's columns as text (blank cells are empty), `LINE` and `WIDTH`."""
    columns: tuple[str, ...]
    delimiter: str
    problems: tuple[Problem, ...] = ()
    notes: tuple[Problem, ...] = ()


def read_rows(range_: Range) -> Rows:
    """The rows of a range.

    Raises:
        SubmissionError: something that leaves the whole file in doubt.
    """
    if range_.parquet:
        return _from_parquet(range_)
    with range_.path.open("rb") as stream:
        stream.seek(range_.start)
        data = stream.read(range_.end - range_.start)
    odd = range_.whole or "" in range_.columns or b"\x00" in data
    if odd or not _is_regular(data, range_):
        return _from_any(data, range_)
    frame = pl.read_csv(
        io.BytesIO(data),
        has_header=False,
        new_columns=list(range_.columns),
        separator=range_.delimiter,
        quote_char='"' if b'"' in data else None,
        infer_schema=False,
        empty_string_is_null=False,
    )
    frame = frame.with_columns(
        pl.int_range(range_.line, range_.line + len(frame), dtype=pl.Int64).alias(LINE),
        pl.lit(len(range_.columns), dtype=pl.Int32).alias(WIDTH),
    )
    if _repeats_header(frame, range_) or _too_long(frame):
        return _from_any(data, range_)
    return Rows(_without_blank(frame, range_.columns), range_.columns, range_.delimiter)


def _is_regular(data: bytes, range_: Range) -> bool:
    """Whether every line has as many cells as the header, and quotes only around cells."""
    letters = np.frombuffer(data, dtype=np.uint8)
    ends = np.flatnonzero(letters == 10)
    if not data.endswith(b"\n"):
        ends = np.append(ends, len(letters))
    cuts = np.flatnonzero(letters == ord(range_.delimiter))
    quotes = np.flatnonzero(letters == ord('"'))
    if len(quotes):
        if not _tight(letters, quotes, range_.delimiter):
            return False
        if (np.searchsorted(quotes, ends) % 2).any():
            return False  # a cell of several lines
        cuts = cuts[np.searchsorted(quotes, cuts) % 2 == 0]
    each = np.diff(np.searchsorted(cuts, ends), prepend=0)
    return bool((each == len(range_.columns) - 1).all())


def _tight(letters: np.ndarray, quotes: np.ndarray, delimiter: str) -> bool:
    """Quotes open at the beginning of a cell and close at its end, or stand twice within."""
    opening, closing = quotes[0::2], quotes[1::2]
    if len(opening) != len(closing):
        return False
    padded = np.concatenate(([10], letters, [10]))
    outside = np.zeros(256, dtype=bool)
    outside[[10, ord(delimiter)]] = True
    opens = outside[padded[opening]]
    opens[1:] |= opening[1:] - 1 == closing[:-1]
    outside[[13, ord('"')]] = True
    return bool(opens.all() and outside[padded[closing + 2]].all())


def _repeats_header(frame: pl.DataFrame, range_: Range) -> bool:
    first = range_.columns[0].casefold()
    return bool((frame[range_.columns[0]].str.strip_chars().str.to_lowercase() == first).any())


def _too_long(frame: pl.DataFrame) -> bool:
    longest = frame.select(pl.col(pl.String).str.len_bytes().max()).row(0)
    return max((length or 0 for length in longest), default=0) > MASSES.cell


def _without_blank(frame: pl.DataFrame, columns: tuple[str, ...]) -> pl.DataFrame:
    """Rows in which something stands; most files have no others."""
    if frame[columns[0]].str.len_bytes().min():
        return frame
    blank = pl.all_horizontal(pl.col(*columns).str.strip_chars() == "")
    return frame.filter(~blank)


def _from_any(data: bytes, range_: Range) -> Rows:
    """By the reader of single files, with the header above the range."""
    table = read_table(range_.header + data, range_.file, MASSES, titled=True)
    if not holds_answers(table.columns):
        raise not_answers(table)
    ahead = 1 + range_.header.count(b"\n") if range_.header else 1
    shift = range_.line - ahead
    rows = list(table.rows)
    if range_.whole and not table.problems and not rows:
        raise refusal(range_.file, "no_rows", because("no_rows"), 1)
    columns: dict[str, list[str]] = {
        name: [row.cells[name] for row in rows] for name in table.columns
    }
    frame = pl.DataFrame(columns, schema=dict.fromkeys(table.columns, pl.String)).with_columns(
        pl.Series(LINE, [row.line + shift for row in rows], pl.Int64),
        pl.Series(WIDTH, [row.width for row in rows], pl.Int32),
    )
    problems = tuple(_moved(problem, shift) for problem in table.problems)
    return Rows(frame, table.columns, table.delimiter, problems, table.notes)


def _moved(problem: Problem, lines: int) -> Problem:
    return problem._replace(row=problem.row + lines) if problem.row else problem


def _from_parquet(range_: Range) -> Rows:
    asked = pl.scan_parquet(range_.path).slice(range_.start, range_.end - range_.start)
    try:
        part = asked.collect()
    except pl.exceptions.PolarsError:
        raise refusal(range_.file, "not_csv", because("parquet_damaged")) from None
    names = list(canonical(part.columns))
    if len(set(names)) < len(names):
        twice = next(name for name in names if names.count(name) > 1)
        reason = because("two_columns_called_alike", name=twice[:60])
        raise refusal(range_.file, "duplicate_column", reason)
    if not holds_answers(names):
        reason = because("columns_of_no_answers", columns=", ".join(names)[:200])
        raise refusal(range_.file, "missing_column", reason)
    part.columns = names
    frame = part.select(_as_text(column) for column in part.get_columns())
    frame = frame.with_columns(
        pl.int_range(range_.line, range_.line + len(frame), dtype=pl.Int64).alias(LINE),
        pl.lit(len(names), dtype=pl.Int32).alias(WIDTH),
    )
    return Rows(frame, tuple(names), "")


def _as_text(column: pl.Series) -> pl.Series:
    """Cells as they would be typed; a number has the fewest digits that mean it."""
    if column.dtype == pl.String:
        return column.fill_null("").str.replace_all("\x00", REPLACED, literal=True)
    if column.dtype.is_float():
        texts = [None if value is None or value != value else repr(value) for value in column]
        return pl.Series(column.name, texts, pl.String).fill_null("")
    if column.dtype == pl.Null:
        return pl.Series(column.name, [""] * len(column), pl.String)
    if column.dtype.is_integer() or column.dtype.is_temporal() or column.dtype == pl.Boolean:
        return column.cast(pl.String).fill_null("")
    if isinstance(column.dtype, pl.Categorical | pl.Enum | pl.Decimal):
        return column.cast(pl.String).fill_null("")
    name = column.name[:60]
    reason = because("column_of_other_type", name=name, type=str(column.dtype))
    raise SubmissionError([Problem("", None, name, "wrong_type", reason)])


def as_rows(frame: pl.DataFrame, columns: tuple[str, ...]) -> list[Row]:
    """Rows as the reader of single files takes them."""
    lines, widths = frame[LINE].to_list(), frame[WIDTH].to_list()
    cells = frame.select(columns).rows()
    return [
        Row(line, dict(zip(columns, row, strict=True)), width)
        for line, width, row in zip(lines, widths, cells, strict=True)
    ]
