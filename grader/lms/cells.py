"""A CSV file of which single cells are changed; every other byte stays as it is.

Platforms take back only what they have written themselves, in their own quoting, with their
own line ends; so nothing is written anew but the cells that change.
"""

from __future__ import annotations

from collections.abc import Container, Iterator, Mapping, Sequence
from dataclasses import dataclass

from grader.errors import PlatformFileError, Problem, SubmissionError
from grader.read.file_kinds import looked_at
from grader.read.tables.encoding import encoding_of
from grader.read.tables.table import CLASS
from problems.patterns import pattern
from problems.reasons import as_told

BOM = "\ufeff"
_QUOTED = pattern(r'"[^"]*+(?:""[^"]*+)*+"')
_BARE = {char: pattern(f"[^{char}\r\n]*+") for char in ",;\t"}
_LINE_END = pattern(r"\r\n|\r|\n")


@dataclass(frozen=True, slots=True)
class Cell:
    """One cell: what it says and where it stands."""

    text: str
    start: int
    end: int
    """Places in the file's text, quotes included."""
    quoted: bool


@dataclass(frozen=True, slots=True)
class Line:
    """One row; the header is line 1."""

    number: int
    cells: tuple[Cell, ...]
    place: int = 0
    """Below the header, from 0."""

    def text(self, column: int | None) -> str:
        """A cell without spaces around it; '' where there is no such column."""
        if column is None or column >= len(self.cells):
            return ""
        return self.cells[column].text.strip()


class Sheet:
    """A CSV file with a header.

    Raises:
        PlatformFileError: it is none; with the line and what to do.
    """

    def __init__(
        self, data: bytes, file: str, delimiters: str = ",", any_encoding: bool = False
    ) -> None:
        """
        Args:
            data: the file.
            file: how messages call it.
            delimiters: those that are taken; the one that the header shows most counts.
            any_encoding: whether it may be UTF-16 or Windows-1252 as well.
        """
        self.file = file
        self.encoding = _encoding(data, file, any_encoding)
        self.source = data.decode(self.encoding)
        self.bom = self.source.startswith(BOM)
        self.delimiter = self._delimiter(delimiters)
        lines = list(self._lines())
        if not lines:
            raise _refused(file, 1, "empty", "the file is empty; download it again")
        self.header: tuple[str, ...] = tuple(cell.text.strip() for cell in lines[0].cells)
        self.rows: tuple[Line, ...] = tuple(
            Line(line.number, line.cells, n) for n, line in enumerate(lines[1:])
        )

    def _delimiter(self, allowed: str) -> str:
        first = _LINE_END.split(self.source, maxsplit=1)[0]
        shown = {char: first.count(char) for char in ",;\t"}
        best = max(shown, key=lambda char: shown[char])
        if not shown[best] or best in allowed:
            return best if shown[best] else allowed[0]
        names = {",": "commas", ";": "semicolons", "\t": "tabs"}
        message = (
            f"its cells are separated by {names[best]}: a spreadsheet program has opened and "
            "saved this file; download it afresh and leave it as it is"
        )
        raise _refused(self.file, 1, "delimiter", message)

    def _lines(self) -> Iterator[Line]:
        place, number, cells = len(BOM) if self.bom else 0, 1, []
        begun = 1
        while place <= len(self.source):
            cell = self._cell(place, number)
            cells.append(cell)
            number += len(_LINE_END.findall(self.source, cell.start, cell.end))
            place = cell.end
            if self.source.startswith(self.delimiter, place):
                place += 1
                continue
            if len(cells) > 1 or cells[0].text.strip():
                yield Line(begun, tuple(cells))
            end = _LINE_END.match(self.source, place)
            if not end:
                return
            place, number, cells = end.end(), number + 1, []
            begun = number

    def _cell(self, place: int, number: int) -> Cell:
        source = self.source
        if not source.startswith('"', place):
            bare = _BARE[self.delimiter].match(source, place)
            end = bare.end() if bare else place
            return Cell(source[place:end], place, end, False)
        quoted = _QUOTED.match(source, place)
        if not quoted:
            message = 'a quote (") is opened here and never closed; download the file again'
            raise _refused(self.file, number, "unclosed_quote", message)
        after = source[quoted.end() : quoted.end() + 1]
        if after not in ("", self.delimiter, "\r", "\n"):
            message = 'text stands behind the closing quote (") of a cell; download it again'
            raise _refused(self.file, number, "quoting", message)
        text = quoted[0][1:-1].replace('""', '"')
        return Cell(text, place, quoted.end(), True)

    def changed(
        self, cells: Mapping[tuple[int, int], str], rows: Container[int] | None = None
    ) -> bytes:
        """The file with other texts in some cells.

        Args:
            cells: (row below the header from 0, column from 0) -> text.
            rows: those that stay, from 0; all where not given.
        """
        pieces, place = [], 0
        for line in self.rows:
            begun = line.cells[0].start
            if rows is not None and line.place not in rows:
                pieces.append(self.source[place:begun])
                place = self._end_of(line)
                continue
            for column, cell in enumerate(line.cells):
                text = cells.get((line.place, column), cell.text)
                if cell.text != text:
                    pieces += [self.source[place : cell.start], self.written(text, cell.quoted)]
                    place = cell.end
        return "".join([*pieces, self.source[place:]]).encode(self.encoding)

    def _end_of(self, line: Line) -> int:
        """Where a row ends, its line end included."""
        end = line.cells[-1].end
        found = _LINE_END.match(self.source, end)
        return found.end() if found else end

    def written(self, text: str, quoted: bool = False) -> str:
        """A cell as Moodle writes it: in quotes where a space, quote, or line end needs them."""
        if quoted or any(char in text for char in f'{self.delimiter}" \t\r\n'):
            return '"' + text.replace('"', '""') + '"'
        return text

    def ragged(self) -> list[Problem]:
        """Rows that have more or fewer cells than the header."""
        wanted = len(self.header)
        found = []
        for row in self.rows:
            if len(row.cells) != wanted:
                code = "too_few_fields" if len(row.cells) < wanted else "too_many_fields"
                message = (
                    f"{len(row.cells)} cells in a table of {wanted} columns; "
                    "download the file afresh"
                )
                found.append(Problem(self.file, row.number, None, code, as_told(message)))
        return found


def _encoding(data: bytes, file: str, any_encoding: bool) -> str:
    if len(data) > CLASS.size:
        message = f"{len(data):,} bytes are too many; the limit is {CLASS.size:,}"
        raise _refused(file, None, "too_large", message)
    kind = looked_at(data)
    if kind.kind not in ("text", "json") and data.strip():
        wanted = "the CSV file that the platform writes; download that"
        raise _refused(file, None, "not_csv", f"this is {kind.called}, not {wanted}")
    try:
        data.decode()
    except UnicodeDecodeError as error:
        if any_encoding:
            return _other_encoding(data, file)
        line = data.count(b"\n", 0, error.start) + 1
        message = (
            "this is no UTF-8: a spreadsheet program has opened and saved this file; download "
            "it afresh and leave it as it is"
        )
        raise _refused(file, line, "encoding", message) from None
    return "utf-8"


def _other_encoding(data: bytes, file: str) -> str:
    """UTF-16 in which the mark at the beginning is a character of the text, or Windows-1252."""
    for mark, name in ((b"\xff\xfe", "utf-16-le"), (b"\xfe\xff", "utf-16-be")):
        if data.startswith(mark):
            try:
                data.decode(name)
            except UnicodeDecodeError:
                break
            return name
    try:
        return encoding_of(data, file)
    except SubmissionError as error:
        raise PlatformFileError(error.problems) from None


def _refused(file: str, line: int | None, code: str, message: str) -> PlatformFileError:
    return PlatformFileError([Problem(file, line, None, code, as_told(message))])


def no_columns(file: str, header: Sequence[str], wanted: str) -> PlatformFileError:
    """The refusal of a file without the columns that are needed; it names those found."""
    found = ", ".join(repr(name[:40]) for name in header[:40]) or "none"
    message = f"{wanted}; found the columns {found}"
    return _refused(file, 1, "missing_column", message)
