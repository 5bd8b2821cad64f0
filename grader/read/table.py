"""Tables from CSV files: bytes to rows, with the line each row stands in."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from dataclasses import dataclass

from grader.errors import Problem, SubmissionError

LARGEST = 20_000_000
"""Bytes of a table; a class of 30,000 fits."""
LONGEST_CELL = 10_000
DELIMITERS = (",", ";", "\t")


@dataclass(frozen=True, slots=True)
class Row:
    """One row: the line it ends in (the header is line 1) and its cells by column name."""

    line: int
    cells: dict[str, str]


@dataclass(frozen=True, slots=True)
class Table:
    """A header and its rows."""

    file: str
    columns: tuple[str, ...]
    rows: tuple[Row, ...]
    problems: tuple[Problem, ...]


def decode(data: bytes, file: str) -> str:
    """Text of a file in UTF-8, UTF-16 with a mark, or Windows-1252.

    Raises:
        SubmissionError: too large, or no text at all.
    """
    if len(data) > LARGEST:
        message = f"{len(data):,} bytes are too many; the limit is {LARGEST:,}"
        raise SubmissionError([Problem(file, None, None, "too_large", message)])
    encoding = "utf-16" if data.startswith((b"\xff\xfe", b"\xfe\xff")) else "utf-8-sig"
    try:
        text = data.decode(encoding)
    except UnicodeDecodeError:
        text = data.decode("cp1252", errors="replace")
    if "\x00" in text:
        message = "this is not a text file; save it as CSV (UTF-8)"
        raise SubmissionError([Problem(file, None, None, "not_text", message)])
    return text


def delimiter_of(header: str) -> str:
    """The sign that separates most columns of the header.

    >>> delimiter_of("student;exercise;step;answer")
    ';'
    """
    return max(DELIMITERS, key=header.count)


def read_table(data: bytes, file: str) -> Table:
    """A table with a header row.

    Args:
        data: the file's bytes.
        file: how messages call it.

    Raises:
        SubmissionError: no header, a column named twice, or not a table.
    """
    text = decode(data, file)
    header_line = next((line for line in text.splitlines() if line.strip()), "")
    if not header_line:
        raise SubmissionError([Problem(file, 1, None, "empty_file", "the file is empty")])
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter_of(header_line))
    try:
        return _table(reader, file)
    except csv.Error as error:
        message = f"this is no CSV table: {error}"
        problem = Problem(file, reader.line_num, None, "bad_csv", message)
        raise SubmissionError([problem]) from None


def _table(reader: Iterator[list[str]], file: str) -> Table:
    columns: tuple[str, ...] | None = None
    rows: list[Row] = []
    problems: list[Problem] = []
    for cells in reader:
        line = getattr(reader, "line_num", 0)
        if not any(cell.strip() for cell in cells):
            continue
        if columns is None:
            columns = _columns(cells, file, line)
            continue
        if len(cells) > len(columns) and any(c.strip() for c in cells[len(columns) :]):
            message = f"{len(cells)} cells in a table of {len(columns)} columns"
            problems.append(Problem(file, line, None, "row_too_long", message))
            continue
        if any(len(cell) > LONGEST_CELL for cell in cells):
            message = f"a cell of more than {LONGEST_CELL:,} characters"
            problems.append(Problem(file, line, None, "cell_too_long", message))
            continue
        padded = [*cells, *[""] * (len(columns) - len(cells))]
        rows.append(Row(line, dict(zip(columns, padded, strict=False))))
    return Table(file, columns or (), tuple(rows), tuple(problems))


def _columns(cells: list[str], file: str, line: int) -> tuple[str, ...]:
    names = [cell.strip() for cell in cells]
    while names and not names[-1]:
        names.pop()
    known = {"student", "exercise", "step", "answer", "symbol", "name", "email"}
    names = [name.casefold() if name.casefold() in known else name for name in names]
    for n, name in enumerate(names):
        if name and name in names[:n]:
            first = names.index(name) + 1
            message = f"columns {first} and {n + 1} are both called {name!r}; keep one"
            raise SubmissionError([Problem(file, line, name, "duplicate_column", message)])
    return tuple(names)
