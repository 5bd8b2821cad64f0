"""PDF documents: one page of blocks, or a booklet of many.

pdf(worksheet)                     one student's worksheet, with fields
booklet(worksheets, "Worksheets")  a class in one file, to be printed
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from problems.texts import seen
from templates.pages.fields import EXERCISES
from templates.pages.looks import look_of
from templates.pages.page import Block, Heading, Items, Page, Paragraph, Space, Table
from templates.pdf import qr
from templates.pdf.blocks import Composer
from templates.pdf.faces import Typeface
from templates.pdf.paper import Paper
from templates.pdf.strips import Filled, Strip, filled
from templates.pdf.structure import Element

SIZES = {"a4": (595.28, 841.89), "letter": (612.0, 792.0)}
"""Paper sizes in points, by name."""

SIDE, TOP, BOTTOM = 56.0, 76.0, 52.0
"""Margins, in points; 20 mm at the sides leaves room for a punch."""

CODE_SIDE = 45.0
GREY = "#555555"


class Leaf(NamedTuple):
    """A page of paper, before it is drawn."""

    filled: Filled
    exercise: str
    next_title: str


@dataclass(frozen=True)
class Options:
    """How a document is printed."""

    paper: str = "a4"
    form: bool = True
    """Whether the fields can be filled in on a screen."""
    duplex: bool = False
    """Whether every student begins on a sheet of their own when printed on both sides."""


def pdf(page: Page, options: Options | None = None) -> bytes:
    """One document.

    Args:
        page: its blocks and header.
        options: paper size and fields; A4 with fields if None.
    """
    options = options or Options()
    title = f"{page.title} [{page.header.exercise}]" if page.header.exercises else page.title
    paper = Paper(title, page.title, page.language, SIZES[options.paper], options.form)
    _lay_out(paper, page, options, paper.root, 0)
    if options.form and paper.has_fields:
        paper.hidden_field(EXERCISES, page.header.exercise)
    paper.end_page()
    return paper.finish()


def booklet(
    pages: Iterable[Page],
    title: str,
    options: Options | None = None,
    progress: Callable[[], None] = lambda: None,
) -> bytes:
    """Many documents in one file, each with its own page numbers and an outline entry.

    Args:
        pages: one for each student.
        title: of the file.
        options: paper size; fields are left out, for names would clash and paper has none.
        progress: called after each document.
    """
    options = options or Options(form=False, duplex=True)
    paper: Paper | None = None
    for page in pages:
        if paper is None:
            paper = Paper(title, title, page.language, SIZES[options.paper], False)
        else:
            paper.end_page()
            if options.duplex and paper.page_number % 2:
                paper.end_page()
        section = paper.root.add("Sect")
        paper.bookmark(seen(page.header.student), 0, SIZES[options.paper][1])
        _lay_out(paper, page, options, section, 1)
        progress()
    if paper is None:
        raise ValueError("a booklet of no pages")
    paper.end_page()
    return paper.finish()


def _lay_out(paper: Paper, page: Page, options: Options, root: Element, outline: int) -> None:
    """Compose, divide and draw; the last page of paper is left open."""
    width, height = paper.size[0] - 2 * SIDE, paper.size[1] - TOP - BOTTOM
    composer = Composer(look_of(page), width, root)
    leaves = _leaves(filled(_strips(page, composer), height), page)
    levels = {id(strip): (words, level) for words, level, strip in composer.headings}
    for n, leaf in enumerate(leaves, 1):
        if n > 1:
            paper.end_page()
        _running(paper, page, composer, leaf, n, len(leaves))
        top = paper.size[1] - TOP
        for number, (strip, high) in enumerate(
            zip(leaf.filled.strips, leaf.filled.heights, strict=True)
        ):
            top -= strip.before if number else 0.0
            if id(strip) in levels:
                words, level = levels[id(strip)]
                paper.bookmark(words, outline + level - 1, top)
            strip.draw(paper, SIDE, top, high)
            top -= high


def _strips(page: Page, composer: Composer) -> list[Strip]:
    """All strips; words that introduce steps or a table stay with them."""
    found: list[Strip] = []
    blocks = _titled(page)
    for n, block in enumerate(blocks):
        strips = list(composer.strips(block))
        following = blocks[n + 1] if n + 1 < len(blocks) else None
        introduces = n > 0 and isinstance(blocks[n - 1], Heading)
        if isinstance(block, Paragraph) and introduces and isinstance(following, Items | Table):
            for strip in strips:
                strip.keep = True
        if isinstance(block, Items) and isinstance(following, Space) and strips:
            strips[-1].keep = True  # room for working on the page of the last fields
        found += strips
    return found


def _titled(page: Page) -> Sequence[Block]:
    """The blocks, headed by the title unless one of them is."""
    return page.blocks if page.is_titled else (Heading(1, page.title), *page.blocks)


def _leaves(pages: Sequence[Filled], page: Page) -> list[Leaf]:
    """Pages with the exercise that each belongs to, and what the next one begins with."""
    exercises = list(page.header.exercises)
    at = 0
    found = []
    for n, one in enumerate(pages):
        if n and exercises and any(strip.new_page for strip in one.strips):
            at = min(at + 1, len(exercises) - 1)
        following = pages[n + 1].titles() if n + 1 < len(pages) else []
        exercise = exercises[at] if exercises else ""
        found.append(Leaf(one, exercise, following[0] if following else ""))
    return found


def _running(paper: Paper, page: Page, composer: Composer, leaf: Leaf, n: int, of: int) -> None:
    """Head and foot: who, which exercise, page x of y, and the code of the page."""
    look, face = composer.look, composer.typeface
    width, height = paper.size
    code_side = CODE_SIDE + 10 if leaf.exercise else 0.0
    with paper.artifact():
        paper.ink("#222222")
        paper.words(SIDE, height - 38, seen(page.header.student), face.bold, 9.5)
        paper.ink(GREY)
        paper.words(SIDE, height - 51, leaf.exercise, face.code, 8.0)
        _right(paper, f"page {n} of {of}", width - SIDE - code_side, height - 38, face, 8.8)
        paper.bar(SIDE, height - 62, width - 2 * SIDE - code_side, 0.5, look.accent)
        if leaf.exercise:
            code = qr.payload(leaf.exercise, n)
            qr.draw(paper, code, width - SIDE - CODE_SIDE, height - 22 - CODE_SIDE, CODE_SIDE)
        paper.ink(GREY)
        foot = look.running.format(n=n, of=of) if look.running else page.title
        paper.words(SIDE, 30, foot, face.regular, 8.0)
        if look.points_on and leaf.next_title:
            _right(paper, f"{leaf.next_title} →", width - SIDE, 30, face, 8.0)


def _right(paper: Paper, text: str, x: float, y: float, face: Typeface, size: float) -> None:
    paper.words(x - face.regular.width(text) * size, y, text, face.regular, size)
