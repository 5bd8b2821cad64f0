"""A table of answers cut into ranges of whole rows, without reading its cells.

Newlines and quotes are counted block by block; a range ends at a newline outside quotes. A file
that is out of the ordinary (not UTF-8, lone CRs, a quote never closed, ...) is left in one
piece for the reader of single files, which knows all of that and says what is wrong.
"""

from __future__ import annotations

import codecs
import csv
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from grader.errors import SubmissionError, UncutError
from grader.read.file_kinds import looked_at
from grader.read.platforms.quiz_words import is_response
from grader.read.tables.header import holds_answers, is_tidy
from grader.read.tables.table import Limits, has_titles, read_table
from grader.support.paths import refuse_no_text
from problems.reasons import because

MASSES = Limits(because("a_classs_table"), 1 << 62, 1 << 62, 200, 2_000, 100_000, 2_500_000)
"""Of a class of any size; cells and columns stay as bounded as anywhere."""

RANGE = 6 << 20
"""Bytes of a range: some 20,000 rows of a small net."""
HEADER = 1 << 20
"""Bytes in which the header must end."""
_PARQUET = b"PAR1"
ROWS = 20_000
"""Rows of a range of a Parquet file."""


@dataclass(frozen=True, slots=True)
class Range:
    """Whole rows of a file."""

    path: Path
    file: str
    """As messages call it."""
    start: int
    end: int
    """Bytes; in a Parquet file rows."""
    line: int
    """Number of the first row's line."""
    header: bytes = b""
    """Everything above the first row; empty where the file is read in one piece."""
    columns: tuple[str, ...] = ()
    delimiter: str = ","

    @property
    def parquet(self) -> bool:
        """Whether the file holds columns, not text."""
        return not self.delimiter

    @property
    def whole(self) -> bool:
        """Whether this is a text that is read in one piece."""
        return not self.header and not self.parquet


def is_parquet(path: Path) -> bool:
    """Whether a file holds columns, by its first bytes."""
    if not path.is_file():
        return False
    with path.open("rb") as stream:
        return stream.read(len(_PARQUET)) == _PARQUET


def is_class_table(path: Path) -> bool:
    """Whether a file is a table of answers that is read in bulk: CSV or Parquet."""
    if not path.is_file():
        return False
    with path.open("rb") as stream:
        head = stream.read(HEADER)
    if head.startswith(_PARQUET):
        return True
    if looked_at(head).kind != "text":
        return False
    try:
        text = head[: head.rfind(b"\n") + 1] or head
        columns = read_table(text, path.name, MASSES, titled=True).columns
    except SubmissionError:
        return path.suffix.casefold() in (".csv", ".tsv")
    return holds_answers(columns) and not any(map(is_response, columns))


def ranges(path: Path, file: str) -> list[Range]:
    """The ranges of a file in their order."""
    if is_parquet(path):
        return list(_parquet(path, file))
    try:
        return list(_text(path, file))
    except UncutError:
        return [Range(path, file, 0, path.stat().st_size, 1)]


def _parquet(path: Path, file: str) -> Iterator[Range]:
    import polars as pl

    refuse_no_text(path)
    table = pl.scan_parquet(path)
    try:
        columns = tuple(table.collect_schema().names())
        count = table.select(pl.len()).collect().item()
    except pl.exceptions.PolarsError:
        columns, count = (), 0  # whoever reads the rows says so
    for start in range(0, max(count, 1), ROWS):
        end = min(start + ROWS, count)
        yield Range(path, file, start, end, start + 2, b"", columns, "")


def _text(path: Path, file: str) -> Iterator[Range]:
    with path.open("rb") as stream:
        head = stream.read(HEADER)
        header = _header(head)
        try:
            table = read_table(header, file, MASSES, titled=True)
            titled = has_titles(head[: head.rfind(b"\n") + 1], file, MASSES)
        except SubmissionError:
            raise UncutError from None
        columns, delimiter = table.columns, table.delimiter
        if titled or not holds_answers(columns):
            raise UncutError
        same = _same_owner(columns, delimiter)
        stream.seek(len(header))
        start, line = len(header), 1 + header.count(b"\n")
        checked = codecs.getincrementaldecoder("utf-8")()
        while block := stream.read(RANGE):
            block += stream.readline()
            while block.count(b'"') % 2:  # the newline stands inside quotes
                more = stream.readline()
                if not more or len(block) > 4 * RANGE:
                    raise UncutError
                block += more
            block += _rest(stream, block, same)
            if _is_odd(block, checked):
                raise UncutError
            end = start + len(block)
            yield Range(path, file, start, end, line, header, columns, delimiter)
            start, line = end, line + block.count(b"\n")
    if line == 1 + header.count(b"\n"):
        raise UncutError  # no rows: the reader of single files says so


Same = Callable[[bytes, bytes], bool]


def _same_owner(columns: tuple[str, ...], delimiter: str) -> Same | None:
    """Whether a line goes on with the exercise of the line above; None where none can."""
    at = [columns.index(name) for name in ("exercise", "student") if name in columns]
    if not at or not is_tidy(columns):
        return None

    def whose(line: bytes) -> list[str]:
        try:
            cells = next(csv.reader([line.decode()], delimiter=delimiter), [])
        except (UnicodeDecodeError, csv.Error):
            return []
        return [cells[n].strip() if n < len(cells) else "" for n in at]

    return lambda above, line: not any(found := whose(line)) or found == whose(above)


def _rest(stream: BinaryIO, block: bytes, same: Same | None) -> bytes:
    """The lines behind a block that belong to its last exercise: rows may leave its id out."""
    rest, last = b"", block[block.rfind(b"\n", 0, -1) + 1 :]
    while same and len(rest) < RANGE:
        place = stream.tell()
        line = stream.readline()
        if not line or line.count(b'"') % 2 or not same(last, line):
            stream.seek(place)
            break
        rest, last = rest + line, line
    return rest


def _header(head: bytes) -> bytes:
    """The lines up to the header's end; `sep=;` may stand above it."""
    at, lines = (
        0,
        1 + head.removeprefix(b"\xef\xbb\xbf").lstrip(b'"')[:4].lower().startswith(b"sep="),
    )
    while lines:
        end = head.find(b"\n", at) + 1
        if not end:
            raise UncutError
        lines -= bool(head[at:end].strip(b" \t\r\n,;\xef\xbb\xbf"))
        at = end
    if b'"' in head[:at].removeprefix(b"\xef\xbb\xbf") and head[:at].count(b'"') % 2:
        raise UncutError
    if _is_odd(head[:at], codecs.getincrementaldecoder("utf-8")()):
        raise UncutError
    return head[:at]


def _is_odd(block: bytes, utf8: codecs.IncrementalDecoder) -> bool:
    """Whether a block of whole lines holds what only the reader of single files knows."""
    if block.count(b"\r") != block.count(b"\r\n") or b"\x00" in block or b"\x1a" in block:
        return True
    if block.isascii():
        return False
    try:
        utf8.decode(block)
    except UnicodeDecodeError:
        return True
    return False
