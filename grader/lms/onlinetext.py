"""Answers that were typed or pasted into a platform's text field, which keeps them as HTML.

Understood are a table (pasted from a spreadsheet program, or CSV as text) with the columns of
`answers.csv`, and lines `net_h1 = 0.3775`. Anything else is told, not guessed at.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator
from dataclasses import dataclass
from html import unescape

from grader.errors import Problem
from grader.read.table import UPLOAD
from grader.spreadsheet import plain_table
from problems.patterns import pattern

AHEAD = 1
"""Line n of the text, or row n of its table, is line n + 1 of the table that is made."""
_LINE = pattern(
    r"\s*((?:n\d{1,4}\s?:)?[^=:]{1,60}?(?:\s?:\s?(?:formula|general))?)\s*(?::=|[=:])\s*(.*?)\s*",
    re.IGNORECASE,
)
"""A label and its answer. Two colons belong to labels: `n1:s1[1]` in the examples of a round,
`delta_o1:formula` where a formula is asked for; any other ends the label, as `=` does."""
_TOKEN = pattern(r"<(/?)([A-Za-z][A-Za-z0-9]*+)[^<>]*+>|[^<]++|<", re.DOTALL)
_HUGE = pattern(r"&#[xX]?[0-9a-fA-F]{9,}+;?")
"""Numbers of characters that no character has."""
_BREAKS = frozenset({"br", "p", "div", "li", "tr", "h2", "h3", "h4", "pre", "ul", "ol"})
_SILENT = frozenset({"script", "style", "head", "title", "h1"})
"""What is no answer; Canvas writes assignment and student above the text."""


@dataclass(frozen=True, slots=True)
class Typed:
    """What was read."""

    table: bytes | None
    """A table as `bpgrade check` reads it; None if there is none. Its first `AHEAD` lines are
    ours."""
    problems: tuple[Problem, ...] = ()
    notes: tuple[Problem, ...] = ()


class _Text:
    """The lines of a page, and the rows of its tables.

    Cut by an own expression: the standard library's parser takes minutes for 60 KB of `<a `, and
    raises on others. This one looks at every character a fixed number of times.
    """

    def __init__(self, page: str) -> None:
        self.rows: list[list[str]] = []
        self.cell: list[str] | None = None
        self.silent = 0
        self._pieces: list[str] = []
        for closing, tag, text in _tokens(page):
            if tag:
                self._tag(tag.casefold(), bool(closing))
            elif not self.silent:
                (self._pieces if self.cell is None else self.cell).append(text)

    @property
    def lines(self) -> list[str]:
        """What is seen outside of tables; each block is a line of its own."""
        return _seen("".join(self._pieces)).split("\n")

    def _tag(self, tag: str, closing: bool) -> None:
        """Blocks end the line, cells begin and end."""
        if tag in _SILENT:
            self.silent = max(0, self.silent + (-1 if closing else 1))
        if tag in ("td", "th"):
            if self.cell is not None:
                self.rows[-1].append(_tidy(_seen("".join(self.cell))))
            self.cell = [] if self.rows and not closing else None
        if tag == "tr" and not closing:
            self.rows.append([])
        if tag in _BREAKS and self.cell is None:
            self._pieces.append("\n")


def _seen(text: str) -> str:
    """Text with the characters that its entities stand for."""
    return unescape(_HUGE.sub("\ufffd", text))


def _tokens(page: str) -> Iterator[tuple[str, str, str]]:
    """Slash and name of each tag, or a text; comments and declarations are left out."""
    place = 0
    while place < len(page):
        closing = _closing(page, place)
        if closing:
            end = page.find(closing, place)
            if end < 0:
                return  # a comment that never ends hides the rest
            place = end + len(closing)
            continue
        token = _TOKEN.match(page, place)
        if not token:
            return
        yield token[1] or "", token[2] or "", "" if token[2] else token[0]
        place = token.end()


def _closing(page: str, place: int) -> str:
    """What ends the comment or declaration that begins at a place; '' if none does."""
    if page.startswith("<!--", place):
        return "-->"
    return ">" if page.startswith(("<!", "<?"), place) else ""


def _tidy(text: str) -> str:
    return " ".join(text.replace("\xa0", " ").split())


def _tabbed(line: str) -> str:
    """The same with its tabs, which separate the cells of a table that was pasted as text."""
    return "\t".join(map(_tidy, line.split("\t")))


def answers_in(data: bytes, file: str) -> Typed:
    """The answers in a text field.

    Args:
        data: the page, as HTML in UTF-8.
        file: how messages call it.
    """
    if len(data) > UPLOAD.size:
        message = f"{len(data):,} bytes are too many for a text field"
        return Typed(None, (Problem(file, None, None, "too_large", message),))
    page = data.decode("utf-8", "replace").replace("\r\n", "\n").replace("\r", "\n")
    reader = _Text(page)
    lines = [line for line in map(_tabbed, reader.lines) if line.strip()]
    if _is_answers([row for row in reader.rows if any(row)]):
        return Typed(plain_table(["sep=,"], reader.rows))
    if not lines:
        return Typed(None)
    if len(lines) > UPLOAD.rows:
        message = f"{len(lines):,} lines; more than {UPLOAD.rows:,} are not read"
        return Typed(None, (Problem(file, None, None, "too_many_rows", message),))
    pasted = _pasted(lines)
    if pasted:
        return Typed(pasted)
    return _from_lines([_tidy(line) for line in lines], file)


def _is_answers(rows: list[list[str]]) -> bool:
    return bool(rows) and {"step", "answer"} <= {cell.casefold() for cell in rows[0]}


def _pasted(tabbed: list[str]) -> bytes | None:
    """CSV that was pasted as text; its cells may be separated by tabs."""
    tidy = [_tidy(line) for line in tabbed]
    for delimiter, lines in ((",", tidy), (";", tidy), ("\t", tabbed)):
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
    found: dict[int, tuple[str, str]] = {}
    unread: list[tuple[bool, Problem]] = []
    exercise = ""
    for number, line in enumerate(lines, 1):
        match = _LINE.fullmatch(line) if len(line) <= UPLOAD.cell else None
        if match and match[1].casefold() in ("exercise", "student"):
            exercise = match[2] if match[1].casefold() == "exercise" else exercise
        elif match:
            found[number] = match[1], match[2]
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
    whose = [exercise] if exercise else []
    rows = [
        [*whose, *found[number]] if number in found else [] for number in range(1, max(found) + 1)
    ]
    lost = tuple(problem for digit, problem in unread if digit)
    greetings = tuple(problem for digit, problem in unread if not digit)
    header = ["exercise", "step", "answer"][0 if exercise else 1 :]
    return Typed(plain_table(header, rows), lost[:20], greetings[:5])
