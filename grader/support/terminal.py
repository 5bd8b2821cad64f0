"""Text for a terminal: tables that fit the window, colours, progress bars."""

from __future__ import annotations

import shutil
import sys
import textwrap
import unicodedata
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import click

from problems.computation import ids
from problems.texts import seen_line

TONES = {
    "correct": "green",
    "imprecise": "yellow",
    "carried": "cyan",
    "undetermined": "bright_blue",
    "slip": "magenta",
    "repeated": "bright_magenta",
    "wrong": "red",
    "blank": "bright_black",
    "unreadable": "red",
}


def width() -> int:
    """Columns of the window; 80 where there is none."""
    return max(40, min(shutil.get_terminal_size((80, 24)).columns, 120))


def cells(text: str) -> int:
    """Columns that a text takes.

    >>> cells("Δ"), cells("李")
    (1, 2)
    """
    wide = sum(unicodedata.east_asian_width(char) in "WF" for char in text)
    return len(text) + wide - sum(bool(unicodedata.combining(char)) for char in text)


def _padded(text: str, to: int, right: bool) -> str:
    gap = " " * max(0, to - cells(text))
    return gap + text if right else text + gap


def table(
    header: Sequence[str],
    rows: Sequence[Sequence[str]],
    right: Sequence[int] = (),
    styles: dict[int, Any] | None = None,
    indent: str = "",
    total: int | None = None,
) -> str:
    """A table whose last column is wrapped to fit the window.

    Args:
        header: names of the columns.
        rows: the cells as text.
        right: columns that are set flush right.
        styles: column -> function from a cell's text to the styled text.
        indent: what stands before each line.
        total: columns to fit into; the window's where not given.

    >>> print(table(["step", "value"], [["net", "0.5"], ["out", "0.25"]], right=[1], total=80))
    step  value
    net     0.5
    out    0.25
    """
    count = len(header)
    total = total or width()
    every = [list(header), *[list(row) for row in rows]]
    widths = [max(cells(row[n]) for row in every) for n in range(count)]
    before = len(indent) + sum(widths[:-1]) + 2 * (count - 1)
    last = max(16, total - before)
    lines: list[str] = []
    for number, row in enumerate(every):
        wrapped = _wrapped(row[-1], last if count > 1 else total - len(indent))
        for n, piece in enumerate(wrapped):
            shown = row[:-1] if n == 0 else [""] * (count - 1)
            parts = [_padded(text, widths[k], k in right) for k, text in enumerate(shown)]
            final = _padded(piece, widths[-1], True) if count - 1 in right else piece
            if styles and number and n == 0:
                parts = [styles[k](p) if k in styles else p for k, p in enumerate(parts)]
            lines.append(_trimmed(indent + "  ".join([*parts, final])))
    return "\n".join(lines)


def _trimmed(line: str) -> str:
    return line.rstrip()


def _wrapped(text: str, to: int) -> list[str]:
    return textwrap.wrap(text, to, break_long_words=True, break_on_hyphens=False) or [""]


def printable(text: str) -> str:
    """A text from outside without characters that a terminal would act on.

    >>> print(printable("0.5" + chr(27) + "[31m"))
    0.5\\x1b[31m
    """
    return seen_line(text)


def paragraph(text: str, indent: str = "") -> str:
    """Running text wrapped to the window."""
    return textwrap.fill(text, width(), initial_indent=indent, subsequent_indent=indent)


def toned(verdict: str) -> str:
    """A verdict in its colour; the word itself carries the meaning."""
    return click.style(verdict, fg=TONES.get(verdict.strip()))


def plural(count: int, noun: str) -> str:
    """
    >>> plural(1, "student"), plural(2, "student")
    ('1 student', '2 students')
    """
    return f"{count:,} {noun}{'' if count == 1 else 's'}"


def asked_in(questions: Sequence[str]) -> str:
    """How much a sheet or a section asks for.

    >>> asked_in(["net.1.1", "out.1.1", "delta.1.1:formula"]), asked_in(["delta.1:general"])
    ('2 steps and 1 formula', '1 formula')
    """
    formulas = sum(map(ids.asks_formula, questions))
    counts = ((len(questions) - formulas, "step"), (formulas, "formula"))
    return " and ".join(plural(count, noun) for count, noun in counts if count) or "no steps"


class Bar:
    """Progress over phases, shown on a terminal only."""

    def __init__(self) -> None:
        self._bar: Any = None
        self._phase = ""

    def __call__(self, phase: str, done: int, of: int) -> None:
        """Called by the work; see `grader.assignments.issue.Progress`."""
        if not sys.stderr.isatty():
            return
        if phase != self._phase:
            self.close()
            self._phase = phase
            self._bar = click.progressbar(length=of, label=f"{phase:8}", file=sys.stderr)
            self._bar.__enter__()
        self._bar.update(done - self._bar.pos)

    def close(self) -> None:
        """End the line of the current phase."""
        if self._bar is not None:
            self._bar.render_finish()
            self._bar = None


@contextmanager
def progress() -> Iterator[Bar]:
    """A progress bar for the block; hidden where standard error is no terminal."""
    bar = Bar()
    try:
        yield bar
    finally:
        bar.close()
