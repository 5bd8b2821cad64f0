"""Answers that were typed or pasted into a platform's text field, which keeps them as HTML.

Understood are a table (pasted from a spreadsheet program, or CSV as text) with the columns of
`answers.csv`, a table of two columns, and lines `net_h1 = 0.3775`. Anything else is told, not
guessed at; so is what is crossed out or hidden, which is no answer.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Sequence
from dataclasses import dataclass, field

from grader.errors import Problem
from grader.read.platforms.rich_text import PICTURE, seen
from grader.read.tables.table import UPLOAD
from grader.support.spreadsheet import plain_table
from problems.patterns import pattern
from problems.reasons import because

AHEAD = 1
"""Line n of the text, counting the rows of its tables, is line n + 1 of the table that is made."""
_LINE = pattern(
    r"\s*((?:n\d{1,4}\s?:)?[^=:＝：≈]{1,80}?(?:\s?:\s?(?:formula|general))?)\s*"
    r"(?::=|[=:＝：≈])\s*(.*?)\s*",
    re.IGNORECASE,
)
"""A label and its answer. Two colons belong to labels: `n1:s1[1]` in the examples of a round,
`delta_o1:formula` where a formula is asked for; any other ends the label, as `=` does."""
_TEX = pattern(r"\\[()\[\]]|\$\$?")
"""What TeX stands between."""
_FRACTION = pattern(r"\\[dt]?frac\{((?:[^{}]|\{[^{}]*\})*)\}\{((?:[^{}]|\{[^{}]*\})*)\}")
_RAISED = pattern(r"\^\(([^()]*)\)")
_QUOTIENT = pattern(r"\(([^()]*)\)/\(([^()]*)\)")
_OURS = ("student", "exercise", "step", "symbol", "answer")
_SHOWN = 20
"""Lines that are told of one by one."""


@dataclass(frozen=True, slots=True)
class Typed:
    """What was read."""

    table: bytes | None
    """A table as `bpgrade check` reads it; None if there is none. Its first `AHEAD` lines are
    ours."""
    problems: tuple[Problem, ...] = ()
    notes: tuple[Problem, ...] = ()


@dataclass
class _Answers:
    """What the lines of a text say."""

    file: str
    found: dict[int, dict[str, str]] = field(default_factory=dict)
    """Line -> cells of the table that is made."""
    problems: list[Problem] = field(default_factory=list)
    greetings: list[Problem] = field(default_factory=list)
    exercise: str = ""

    def answer(self, number: int, label: str, text: str) -> None:
        """A label and what was written for it."""
        known = label.casefold()
        if PICTURE in text:
            self.picture(number, label)
        elif known in ("exercise", "student"):
            self.exercise = text if known == "exercise" else self.exercise
        else:
            self.found[number] = {"step": _label(label), "answer": text}
            if self.exercise:
                self.found[number]["exercise"] = self.exercise

    def line(self, number: int, text: str) -> None:
        """A line of text, which may be a greeting."""
        match = _LINE.fullmatch(text) if len(text) <= UPLOAD.cell else None
        if match:
            self.answer(number, match[1], match[2])
        else:
            self.not_read(number, text)

    def row(self, number: int, cells: Sequence[str], header: Sequence[str]) -> None:
        """A row of a table, below a header of ours or without one."""
        if header and any(cells[len(header) :]):  # a comma that made two cells of a number
            self.not_read(number, " | ".join(cells))
        elif header:
            named = {name: cell for name, cell in zip(header, cells, strict=False) if name}
            picture = PICTURE in named.get("answer", "")
            if picture:
                self.answer(number, named.get("step", ""), PICTURE)
            elif any(named.values()):
                self.found[number] = named
        elif len(cells) == 2 and cells[0] and (not cells[1] or _has_digit("".join(cells))):
            self.answer(number, *cells)
        elif any(cells):
            self.not_read(number, " | ".join(cells))

    def not_read(self, number: int, text: str) -> None:
        """A line of another kind: a problem if a number could be in it, else a greeting."""
        reason = because("line_not_read", text=text[:60])
        found = self.problems if _has_digit(text) else self.greetings
        found.append(Problem(self.file, number, None, "not_csv", reason))

    def picture(self, number: int, label: str) -> None:
        """An answer that is there, but not as text."""
        reason = because("answer_is_a_picture", label=label[:60])
        self.problems.append(Problem(self.file, number, None, "not_csv", reason))

    def table(self) -> bytes | None:
        """The table that is made, its rows where the lines are; None if there is no answer."""
        if not self.found:
            return None
        used = set().union(*self.found.values())
        columns = [name for name in _OURS if name in used | {"step", "answer"}]
        rows = [
            [self.found[n].get(name, "") for name in columns] if n in self.found else []
            for n in range(1, max(self.found) + 1)
        ]
        return plain_table(columns, rows)


def answers_in(data: bytes, file: str) -> Typed:
    """The answers in a text field.

    Args:
        data: the page, as HTML in UTF-8.
        file: how messages call it.
    """
    if len(data) > UPLOAD.size:
        reason = because("text_field_too_large", size=len(data))
        return Typed(None, (Problem(file, None, None, "too_large", reason),))
    page = seen(data.decode("utf-8", "replace"))
    told = [
        because("crossed_out", text=text) if why == "crossed" else because("hidden", text=text)
        for why, text in page.aside
    ]
    if len(told) > _SHOWN:
        told[_SHOWN:] = [because("and_more_crossed_out", count=len(told) - _SHOWN)]
    aside = tuple(Problem(file, None, None, "left_out", reason) for reason in told)
    if not any(map(any, page.lines)):
        return Typed(None, (), aside)
    if len(page.lines) > UPLOAD.rows:
        reason = because("too_many_lines", count=len(page.lines), most=UPLOAD.rows)
        return Typed(None, (Problem(file, None, None, "too_many_rows", reason),))
    found = _pasted(page.lines) or _read(page.lines, file)
    return Typed(found.table, found.problems, (*found.notes, *aside))


def _pasted(lines: Sequence[tuple[str, ...]]) -> Typed | None:
    """CSV that was pasted as text; its cells may be separated by tabs."""
    if any(len(line) > 1 for line in lines):
        return None
    tabbed = ["\t".join(map(_tidy, line.split("\t"))) for (line,) in lines]
    tidy = [_tidy(line) for (line,) in lines]
    for delimiter, texts in ((",", tidy), (";", tidy), ("\t", tabbed)):
        try:
            rows = list(csv.reader(io.StringIO("\n".join(texts)), delimiter=delimiter))
        except csv.Error:
            continue
        if rows and _header(rows[0]):
            return Typed("\r\n".join([f"sep={delimiter}", *texts, ""]).encode())
    return None


def _read(lines: Sequence[tuple[str, ...]], file: str) -> Typed:
    """Lines `label = value` and rows of tables; a line `exercise = ...` says whose they are."""
    found = _Answers(file)
    header: list[str] = []
    for number, cells in enumerate(lines, 1):
        if len(cells) == 1:
            header = header if not cells[0] else []
            if cells[0]:
                found.line(number, _tidy(_without_tex(cells[0])))
        elif named := _header(cells):
            header = named
        else:
            found.row(number, [_tidy(_without_tex(cell)) for cell in cells], header)
    table = found.table()
    lost = found.problems[:_SHOWN]
    if len(found.problems) > _SHOWN:
        reason = because("and_more_lines", count=len(found.problems) - _SHOWN)
        lost.append(Problem(file, None, None, "not_csv", reason))
    if table is None:
        reason = because("text_without_answers")
        if any(PICTURE in cell for cells in lines for cell in cells):
            reason = because("text_without_answers_with_picture")
        return Typed(None, (Problem(file, None, None, "missing_column", reason),))
    return Typed(table, tuple(lost), tuple(found.greetings[:5]))


def _header(cells: Sequence[str]) -> list[str]:
    """Our names of the columns, '' where it is none of ours; empty if this is no header."""
    names = [cell.strip().casefold() for cell in cells]
    fits = {"step", "answer"} <= set(names)
    return [name if name in _OURS else "" for name in names] if fits else []


def _has_digit(text: str) -> bool:
    return any(char.isdecimal() for char in text)


def _label(text: str) -> str:
    """A label without marks of exponents and fractions, which labels do not have."""
    text = _FRACTION.sub(r"\1/\2", text)
    return _RAISED.sub(r"\1", _QUOTIENT.sub(r"\1/\2", text))


def _without_tex(text: str) -> str:
    """TeX without what it stands between; its decimal comma is a comma."""
    return _TEX.sub("", text).replace("{,}", ",")


def _tidy(text: str) -> str:
    return " ".join(text.replace("\xa0", " ").split())
