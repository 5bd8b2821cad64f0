"""A page as its parts, before any medium: what Markdown, HTML and PDF all set.

A page is a header and a list of blocks; a block holds inline parts, formulas, fields to be
filled in or a drawing. Nothing here knows what an exercise is, or what a browser is.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from problems.formulas.formula import Formula, Op, row
from templates.drawings.drawing import Drawing
from templates.formulas.breaking import sides

Align = Literal["left", "center", "right"]
Level = Literal[1, 2, 3]
Tone = Literal["neutral", "right", "partly", "wrong"]

# Inline parts ------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Text:
    """Words as they are."""

    text: str


@dataclass(frozen=True, slots=True)
class Strong:
    """Words of weight."""

    text: str


@dataclass(frozen=True, slots=True)
class Emphasis:
    """Words with a stress."""

    text: str


@dataclass(frozen=True, slots=True)
class Code:
    """What is typed or read letter by letter: a label, a file name."""

    text: str


@dataclass(frozen=True, slots=True)
class Math:
    """A formula within a line."""

    formula: Formula


@dataclass(frozen=True, slots=True)
class Badge:
    """A verdict or a count in a word; the word carries the meaning, the tone colours it."""

    text: str
    tone: Tone = "neutral"


Inline = Text | Strong | Emphasis | Code | Math | Badge
Inlines = tuple[Inline, ...]

# Blocks ------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Heading:
    """A heading; level 1 is for the page's title."""

    level: Level
    text: str


@dataclass(frozen=True, slots=True)
class Paragraph:
    """Running text."""

    parts: Inlines


@dataclass(frozen=True, slots=True)
class Bullets:
    """A list of short paragraphs."""

    items: tuple[Inlines, ...]
    numbered: bool = False


@dataclass(frozen=True, slots=True)
class Relation:
    """One line of a display: what stands left of the sign, the sign, what stands right.

    A line with something left of its sign begins an equation; one without goes on with it.
    """

    left: Formula | None
    sign: Op | None
    right: Formula


@dataclass(frozen=True, slots=True)
class Display:
    """A formula on its own, or several: chains of lines, all aligned at their signs."""

    lines: tuple[Relation, ...]

    def equations(self) -> list[tuple[Relation, ...]]:
        """The lines of each formula."""
        found: list[list[Relation]] = []
        for line in self.lines:
            if line.left is not None or not found:
                found.append([])
            found[-1].append(line)
        return [tuple(lines) for lines in found]


@dataclass(frozen=True, slots=True)
class Table:
    """Rows of cells under a header; the first column names the row."""

    header: tuple[Inlines, ...]
    rows: tuple[tuple[Inlines, ...], ...]
    caption: str = ""
    align: tuple[Align, ...] = ()
    """One a column; missing ones are left."""


@dataclass(frozen=True, slots=True)
class Figure:
    """A drawing with its caption; the drawing brings its own alternative text."""

    drawing: Drawing
    caption: Inlines = ()


@dataclass(frozen=True, slots=True)
class Item:
    """A step that is asked: a prompt and a field to write in."""

    step: str
    """Id of the step: the field's name."""
    label: str
    """What the step is called in a table of answers."""
    prompt: Formula
    """What stands before the field, its relation included: `net_h1 =`."""
    width: float = 6.0
    """Of the field, in em."""
    name: str = ""
    """Of the field in a form; one that no other field of the page has."""
    hint: str = ""
    """How the answer is to be written, for the tooltip: `4 decimals`."""
    begins: bool = False
    """Whether it begins a row, as the first field of a unit."""


@dataclass(frozen=True, slots=True)
class ArrayItem:
    """A vector or matrix whose entries are fields, or constants that are given.

    An entry that is asked is an item whose prompt is not used.
    """

    label: str
    prompt: Formula
    cells: tuple[tuple[Item | Formula, ...], ...]
    begins: bool = False
    """Whether it begins a row."""


@dataclass(frozen=True, slots=True)
class Items:
    """Steps that are asked together, in columns where the page is wide enough."""

    items: tuple[Item | ArrayItem, ...]
    columns: Literal[1, 2, 3, 4] = 2
    """At most."""

    def rows(self, columns: int) -> Iterator[int]:
        """How many items each row holds in so many columns."""
        length = 0
        for item in self.items:
            if length and (item.begins or length == columns):
                yield length
                length = 0
            length += 1
        if length:
            yield length

    def best(self, most: int) -> int:
        """The fewest columns, up to so many, that make fewest rows."""
        return min(range(1, most + 1), key=lambda n: (len(list(self.rows(n))), n))


@dataclass(frozen=True, slots=True)
class Space:
    """Room for working."""

    millimetres: float


@dataclass(frozen=True, slots=True)
class Note:
    """A remark beside the work: how to write numbers, what to hand in."""

    parts: Inlines


@dataclass(frozen=True, slots=True)
class PageBreak:
    """What follows begins a new sheet of paper."""


Block = Heading | Paragraph | Bullets | Display | Table | Figure | Items | Space | Note | PageBreak


@dataclass(frozen=True, slots=True)
class Header:
    """Who and what: at the top of every sheet."""

    student: str
    exercises: tuple[str, ...]
    """Ids; with each page break that `Page.blocks` holds the next one begins."""

    @property
    def exercise(self) -> str:
        """The ids as one text."""
        return ", ".join(self.exercises)


@dataclass(frozen=True, slots=True)
class Page:
    """One document: a worksheet, a key, feedback, a report."""

    title: str
    """Of the file; printed as first heading where no block is a heading of level 1."""
    language: str
    """BCP 47, such as `en` or `de-AT`."""
    header: Header
    blocks: tuple[Block, ...]
    look: str = "standard"
    """How it is dressed: a name of `templates.pages.looks`."""

    @property
    def is_titled(self) -> bool:
        """Whether a block sets the title itself."""
        return any(isinstance(block, Heading) and block.level == 1 for block in self.blocks)


def text(words: str) -> Inlines:
    """Plain words as inline parts."""
    return (Text(words),)


def chain(formula: Formula) -> Display:
    """A formula broken at each of its relations: `v = w·x = 0.1·4 = 0.4` in three lines.

    >>> from problems.formulas.formula import EQUALS, Num, Sym, row
    >>> found = chain(row(Sym("v"), EQUALS, Sym("x"), EQUALS, Num("4"))).lines
    >>> [(line.left, line.right) for line in found][1]
    (None, Num(text='4'))
    """
    (sign, first), *rest = sides(formula)
    if not rest:
        return Display((Relation(None, sign, first),))
    begin = Relation(first, *rest[0])
    return Display((begin, *(Relation(None, *side) for side in rest[1:])))


def chained(formula: Formula) -> Relation:
    """A formula as one line of a display, what stands before its first relation left of it."""
    (_, left), *rest = sides(formula)
    (sign, first), *more = rest
    return Relation(left, sign, row(first, *(part for side in more for part in side if part)))


def single(formula: Formula) -> Display:
    """A formula in one line; a medium still breaks it where it is too long."""
    return Display((Relation(None, None, formula),))
