"""Tables from CSV files: bytes to rows, with the line each row ends in.

A file is read twice: once to see whether it is a table at all, and where its faults are; then
row by row. Nothing but the bytes and one row is kept, so that a file of a million rows takes
no more memory than a small one.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from itertools import islice

from grader.errors import Fault, Problem, SubmissionError
from grader.read.file_kinds import looked_at
from grader.read.tables.encoding import encoding_of, lines_of
from grader.read.tables.header import (
    KNOWN,
    MOVED,
    WITHIN,
    answer_above,
    canonical,
    header_at,
    holds_answers,
    titles,
)
from problems.patterns import pattern
from problems.reasons import Reason, because


@dataclass(frozen=True, slots=True)
class Limits:
    """How much is read before it is refused."""

    whose: Reason
    size: int
    """Bytes."""
    rows: int
    columns: int
    """Of a table with a row an answer; such a table needs four."""
    wide: int
    """Columns of a table with a row a student."""
    cell: int
    """Characters."""
    tags: int
    """Opening and closing tags of a workbook's sheets, which take time one by one."""


UPLOAD = Limits(because("one_students_file"), 1_000_000, 2_000, 50, 500, 2_000, 200_000)
CLASS = Limits(because("a_classs_file"), 20_000_000, 250_000, 200, 2_000, 100_000, 2_500_000)
"""Named by a teacher: 5,000 students with 50 answers each fit."""

DELIMITERS = {",": because("commas"), ";": because("semicolons"), "\t": because("tabs")}
MOST = 500
"""Problems of one kind that are listed one by one."""

_MOST_CELLS = 200_000
_SEP = pattern(r'"?sep=([,;\t])"?\s*', re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Row:
    """One row: the line it ends in (the header is line 1) and its cells by column name."""

    line: int
    cells: Mapping[str, str]
    width: int = 1_000_000
    """How many cells were written; the others are blank because the row ends early."""
    refused: Mapping[str, Fault] = field(default_factory=dict)
    """Column -> why, for cells that hold no text and no number."""


@dataclass(frozen=True, slots=True)
class Table:
    """A header and its rows, which can be gone through again and again."""

    file: str
    columns: tuple[str, ...]
    rows: Iterable[Row]
    problems: tuple[Problem, ...]
    notes: tuple[Problem, ...] = ()
    delimiter: str = ","
    """Empty where the file separates its cells otherwise, as a workbook does."""


class Listing:
    """Problems of a file; very many of one kind are counted instead of listed."""

    def __init__(self, file: str) -> None:
        self.file = file
        self._found: list[Problem] = []
        self._counts: dict[str, int] = {}

    def add(self, line: int | None, column: str | None, code: str, reason: Reason) -> None:
        """One more."""
        self._counts[code] = self._counts.get(code, 0) + 1
        if self._counts[code] <= MOST:
            self._found.append(Problem(self.file, line, column, code, reason))

    def all(self) -> tuple[Problem, ...]:
        """Those listed, and how many more there are."""
        more = [
            Problem(self.file, None, None, code, because("and_more_places", count=count - MOST))
            for code, count in self._counts.items()
            if count > MOST
        ]
        return (*self._found, *more)


def refusal(file: str, code: str, reason: Reason, line: int | None = None) -> SubmissionError:
    """A file that cannot be used at all."""
    return SubmissionError([Problem(file, line, None, code, reason)])


def check_size(size: int, file: str, limits: Limits) -> None:
    """Refuse what is too large before it is read.

    Raises:
        SubmissionError: it is.
    """
    if size > limits.size:
        whose, most = limits.whose, limits.size
        reason = because("too_many_bytes", size=size, whose=whose, most=most)
        if limits is UPLOAD and size <= CLASS.size:
            reason = because("too_many_bytes_of_one", size=size, whose=whose, most=most)
        raise refusal(file, "too_large", reason)


# lines to rows -----------------------------------------------------------------------------


class _Source:
    """A file's rows, from its beginning each time they are asked for."""

    def __init__(
        self, data: bytes, file: str, limits: Limits, ahead: int, titled: bool = False
    ) -> None:
        self.data, self.file, self.limits, self.ahead = data, file, limits, ahead
        self.encoding = encoding_of(data, file)
        self.delimiter = ","
        self.wrapped = False
        """Whether whole rows stand in quotes, the header too."""
        self.titles: list[tuple[int, list[str]]] = []
        """Rows above the header."""
        self._titled, self._width = titled, 0
        self.says_so = self._first_line()
        if not self.says_so:
            self.delimiter = max(DELIMITERS, key=self._fit)
        self._fit(self.delimiter)

    def _first_line(self) -> bool:
        """Whether a line `sep=;` stands above the header; it is meant for Excel."""
        match = _SEP.fullmatch(next(lines_of(self.data, self.encoding, self.file), ""))
        if match:
            self.delimiter = match[1]
        return bool(match)

    def _fit(self, delimiter: str) -> tuple[int, int]:
        """How well a delimiter cuts the header: known names first, then how many cells."""
        self.delimiter, self.wrapped, self.titles = delimiter, False, []
        first = []
        with suppress(SubmissionError):  # whoever reads all rows says what is wrong with one
            for row in islice(self._written(), WITHIN if self._titled else 1):
                first.append(row)
        if not first:
            return 0, 0
        inside = [self._inside(cells) for _, cells in first]
        whole = [inner or cells for inner, (_, cells) in zip(inside, first, strict=True)]
        at = header_at(whole) if self._titled else 0
        self.titles = first[:at]
        self.wrapped = inside[at] is not None and holds_answers(canonical(whole[at]))
        cells = whole[at] if self.wrapped else first[at][1]
        self._width = len(cells)
        return sum(name in KNOWN for name in canonical(cells, self._titled)), len(cells)

    def _inside(self, cells: list[str]) -> list[str] | None:
        """The cells of a row that stands in quotes as a whole; None where it does not."""
        if self.delimiter not in cells[0] or any(cell.strip() for cell in cells[1:]):
            return None
        try:
            found = next(csv.reader([cells[0]], delimiter=self.delimiter, strict=True), None)
        except csv.Error:
            return None
        return found

    def rows(self) -> Iterator[tuple[int, list[str]]]:
        """Line and cells of the header and of each row below it that is not blank."""
        for line, cells in islice(self._written(), len(self.titles), None):
            inside = self._inside(cells) if len(cells) == 1 or self.wrapped else None
            whole = inside and (self.wrapped or len(inside) == self._width > 1)
            yield line, inside if inside and whole else cells

    def _written(self) -> Iterator[tuple[int, list[str]]]:
        """Line and cells of each row that is not blank, as they are written."""
        reader = csv.reader(self._fed(), delimiter=self.delimiter, strict=True)
        last = -self.ahead
        while True:
            try:
                cells = next(reader)
            except StopIteration:
                return
            except csv.Error as error:
                raise self._fault(str(error), last + 1, reader.line_num - self.ahead) from None
            last = reader.line_num - self.ahead
            if any(cell and not cell.isspace() for cell in cells):
                yield last, cells

    def _fed(self) -> Iterator[str]:
        lines = lines_of(self.data, self.encoding, self.file, self.ahead)
        for number, line in enumerate(lines, 1 - self.ahead):
            if number > 2 * self.limits.rows + 10:
                raise self.too_many(number)
            if line.count(self.delimiter) > _MOST_CELLS:
                reason = because("too_many_cells_in_line", most=_MOST_CELLS)
                raise refusal(self.file, "too_many_columns", reason, number)
            yield "\n" if number == 1 - self.ahead and self.says_so else line

    def too_many(self, line: int) -> SubmissionError:
        """More rows than are read."""
        reason = because("too_many_rows", most=self.limits.rows)
        return refusal(self.file, "too_many_rows", reason, line)

    def _fault(self, error: str, start: int, line: int) -> SubmissionError:
        if "end of data" in error:
            return refusal(self.file, "unclosed_quote", because("quote_never_closed"), start)
        if "field limit" in error:
            return refusal(self.file, "too_long", because("cell_without_end"), start)
        return refusal(self.file, "quoting", because("text_behind_quote"), line)


@dataclass(frozen=True, slots=True)
class _Rows:
    """The good rows under a header."""

    source: _Source
    columns: tuple[str, ...]

    def __iter__(self) -> Iterator[Row]:
        rows = self.source.rows()
        next(rows)
        for line, cells in rows:
            if not _row_fault(cells, self.columns, self.source):
                padded = [*cells, *[""] * (len(self.columns) - len(cells))]
                yield Row(line, dict(zip(self.columns, padded, strict=False)), len(cells))


def has_titles(data: bytes, file: str, limits: Limits) -> bool:
    """Whether lines stand above the header of a table of answers.

    Raises:
        SubmissionError: it is no text.
    """
    return bool(_Source(data, file, limits, 0, titled=True).titles)


def read_table(
    data: bytes, file: str, limits: Limits = CLASS, ahead: int = 0, titled: bool = False
) -> Table:
    """A table with a header row.

    Args:
        data: the file's bytes.
        file: how messages call it.
        limits: what may be read.
        ahead: how many of the first lines are ours, so that messages do not count them.
        titled: whether it is a table of answers, above whose header lines may stand.

    Raises:
        SubmissionError: no header, a column named twice, or not a table.
    """
    check_size(len(data), file, limits)
    kind = looked_at(data)
    if kind.kind not in ("text", "json"):
        reason = kind.instead_of(because("csv_table"), because("save_as_csv"))
        raise refusal(file, "encrypted" if kind.kind == "locked" else "not_csv", reason)
    if not data.strip(b" \t\r\n\x00\x0b\x0c\x1a\xef\xbb\xbf\xff\xfe"):
        raise refusal(file, "empty", because("file_empty"), 1)
    source = _Source(data, file, limits, ahead, titled)
    header = next(source.rows(), None)
    if header is None:
        raise refusal(file, "empty", because("file_empty"), 1)
    if answer_above((cells for _, cells in source.titles), header[1]) is not None:
        raise refusal(file, "missing_column", MOVED, header[0])
    columns = named_columns(header[1], file, header[0], limits, titled)
    problems = _scanned(source, header[1], columns)
    rows = _Rows(source, columns)
    return Table(file, columns, rows, problems, tuple(_notes(source)), source.delimiter)


def _notes(source: _Source) -> Iterator[Problem]:
    """What is worth saying of how a table was read."""
    if source.encoding == "cp1252":
        yield Problem(source.file, None, None, "encoding", because("read_as_windows_1252"))
    if source.titles:
        line = source.titles[-1][0]
        yield Problem(source.file, line, None, "titles", titles(source.titles))
    if source.wrapped:
        yield Problem(source.file, None, None, "quoting", because("whole_rows_in_quotes"))


def _scanned(source: _Source, header: list[str], columns: tuple[str, ...]) -> tuple[Problem, ...]:
    """Faults of all rows.

    Raises:
        SubmissionError: a fault that leaves all other rows in doubt.
    """
    listing = Listing(source.file)
    header = _folded(header)
    rows = source.rows()
    first, _ = next(rows)
    for number, (line, cells) in enumerate(rows, 1):
        if number > source.limits.rows:
            raise source.too_many(line)
        if cells[0].strip().casefold() == header[0] and _folded(cells) == header:
            reason = because("header_again", line=first)
            raise refusal(source.file, "duplicate_header", reason, line)
        fault = _row_fault(cells, columns, source)
        if fault and fault.code == "too_many_fields" and any(c.endswith("\\") for c in cells):
            reason = because("commas_with_backslashes", why=fault.reason)
            raise refusal(source.file, fault.code, reason, line)
        if fault:
            listing.add(line, None, *fault)
    return listing.all()


def _folded(cells: list[str]) -> list[str]:
    return [cell.strip().casefold() for cell in cells]


def _row_fault(cells: list[str], columns: tuple[str, ...], source: _Source) -> Fault | None:
    """Why a row cannot be used: more cells than columns, or a cell that is too long."""
    if len(cells) > len(columns) and any(c.strip() for c in cells[len(columns) :]):
        count, named = len(cells), len(columns)
        reason = because("too_many_cells", count=count, columns=named)
        if source.delimiter == ",":
            reason = because("too_many_cells_perhaps_comma", count=count, columns=named)
        return Fault("too_many_fields", reason)
    longest = max(map(len, cells))
    if longest > source.limits.cell:
        reason = because("cell_of_too_many", count=longest, most=source.limits.cell)
        return Fault("too_long", reason)
    return None


def named_columns(
    cells: list[str], file: str, line: int, limits: Limits, synonyms: bool = True
) -> tuple[str, ...]:
    """The names in a header.

    Args:
        cells: as they are written.
        file: how messages call it.
        line: where it stands.
        limits: how many columns are read.
        synonyms: whether other words for the columns of a table of answers count.

    Raises:
        SubmissionError: too many, or one of them twice.
    """
    names = list(canonical(cells, synonyms))
    while names and not names[-1]:
        names.pop()
    most = limits.columns if {"step", "answer"} <= set(names) else limits.wide
    if len(names) > most:
        reason = because("too_many_columns", count=len(names), most=most)
        raise refusal(file, "too_many_columns", reason, line)
    seen: dict[str, int] = {}
    for n, name in enumerate(names, 1):
        if name and name in seen:
            short = name[:60]
            reason = because("columns_called_alike", first=seen[name], second=n, name=short)
            raise SubmissionError([Problem(file, line, short, "duplicate_column", reason)])
        seen[name] = n
    return tuple(names)
