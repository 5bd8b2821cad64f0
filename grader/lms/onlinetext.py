"""Answers that were typed or pasted into a platform's text field, which keeps them as HTML.

Understood are a table (pasted from a spreadsheet program, or CSV as text) with the columns of
`answers.csv`, and lines `net_h1 = 0.3775`. Anything else is told, not guessed at.
"""

from __future__ import annotations

import csv
import io
from dataclasses import dataclass
from html.parser import HTMLParser

from grader.errors import Problem
from grader.read.table import UPLOAD
from grader.spreadsheet import plain_table
from problems.patterns import pattern

_LINE = pattern(r"\s*([^=:]{1,60}?)\s*[=:]\s*(.*?)\s*")
_BREAKS = frozenset({"br", "p", "div", "li", "tr", "h2", "h3", "h4", "pre", "ul", "ol"})
_SILENT = frozenset({"script", "style", "head", "title", "h1"})
"""What is no answer; Canvas writes assignment and student above the text."""


@dataclass(frozen=True, slots=True)
class Typed:
    """What was read."""

    table: bytes | None
    """A table as `bpgrade check` reads it; None if there is none."""
    problems: tuple[Problem, ...] = ()
    notes: tuple[Problem, ...] = ()


class _Text(HTMLParser):
    """The lines of a page, and the rows of its tables."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.lines: list[str] = [""]
        self.rows: list[list[str]] = []
        self.cell: list[str] | None = None
        self.silent = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Blocks end the line, cells begin."""
        if tag in _SILENT:
            self.silent += 1
        if tag == "tr":
            self.rows.append([])
        if tag in ("td", "th") and self.rows:
            self.cell = []
        if tag in _BREAKS and self.cell is None:
            self.lines.append("")

    def handle_endtag(self, tag: str) -> None:
        """Blocks end the line, cells end."""
        if tag in _SILENT:
            self.silent = max(0, self.silent - 1)
        if tag in ("td", "th") and self.cell is not None:
            self.rows[-1].append(_tidy("".join(self.cell)))
            self.cell = None
        if tag in _BREAKS and self.cell is None:
            self.lines.append("")

    def handle_data(self, data: str) -> None:
        """Text; in a cell its line ends are spaces."""
        if self.silent:
            return
        if self.cell is not None:
            self.cell.append(data)
            return
        first, *more = data.splitlines() or [""]
        self.lines[-1] += first
        self.lines += more
        if data.endswith(("\n", "\r")):
            self.lines.append("")


def _tidy(text: str) -> str:
    return " ".join(text.replace("\xa0", " ").split())


def answers_in(data: bytes, file: str) -> Typed:
    """The answers in a text field.

    Args:
        data: the page, as HTML in UTF-8.
        file: how messages call it.
    """
    if len(data) > UPLOAD.size:
        message = f"{len(data):,} bytes are too many for a text field"
        return Typed(None, (Problem(file, None, None, "too_large", message),))
    reader = _Text()
    reader.feed(data.decode("utf-8", "replace"))
    reader.close()
    lines = [line for line in map(_tidy, reader.lines) if line]
    rows = [row for row in reader.rows if any(row)]
    if _is_answers(rows):
        return Typed(plain_table(rows[0], rows[1:]))
    if not lines:
        return Typed(None)
    pasted = _pasted(lines)
    if pasted:
        return Typed(pasted)
    return _from_lines(lines, file)


def _is_answers(rows: list[list[str]]) -> bool:
    return bool(rows) and {"step", "answer"} <= {cell.casefold() for cell in rows[0]}


def _pasted(lines: list[str]) -> bytes | None:
    """CSV that was pasted as text."""
    for delimiter in ",;\t":
        try:
            rows = list(csv.reader(io.StringIO("\n".join(lines)), delimiter=delimiter))
        except csv.Error:
            continue
        if _is_answers([[cell.strip() for cell in rows[0]]]):
            return "\r\n".join([f"sep={delimiter}", *lines, ""]).encode()
    return None


def _from_lines(lines: list[str], file: str) -> Typed:
    """Lines `label = value`; a line `exercise = ...` says whose they are.

    A line that is not understood is a problem if a number could be in it, else a greeting.
    """
    found: list[tuple[str, str]] = []
    unread: list[tuple[bool, Problem]] = []
    exercise = ""
    for number, line in enumerate(lines, 1):
        match = _LINE.fullmatch(line)
        if match and match[1].casefold() in ("exercise", "student"):
            exercise = match[2] if match[1].casefold() == "exercise" else exercise
        elif match:
            found.append((match[1], match[2]))
        else:
            message = f"not read as an answer: {line[:60]!r}; write 'net_h1 = 0.3775'"
            has_digit = any(char.isdecimal() for char in line)
            unread.append((has_digit, Problem(file, number, None, "not_csv", message)))
    if not found:
        message = (
            "this text holds neither a table with the columns 'step' and 'answer' nor lines "
            "like 'net_h1 = 0.3775'; grade it by hand, or ask for a file"
        )
        return Typed(None, (Problem(file, None, None, "missing_column", message),))
    ahead = ["exercise"] if exercise else []
    rows = [[*([exercise] if exercise else []), label, value] for label, value in found]
    lost = tuple(problem for digit, problem in unread if digit)
    greetings = tuple(problem for digit, problem in unread if not digit)
    return Typed(plain_table([*ahead, "step", "answer"], rows), lost[:20], greetings[:5])
