"""Blocks of a page laid out as strips, dressed by a look."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import assert_never

from templates.pages.looks import Look
from templates.pages.page import (
    Block,
    Bullets,
    Display,
    Figure,
    Heading,
    Inlines,
    Items,
    Note,
    PageBreak,
    Paragraph,
    Space,
    Table,
    Text,
)
from templates.pdf import displays, figures, items, prose, tables
from templates.pdf.faces import TYPEFACES, Typeface
from templates.pdf.paper import PAPER, Paper
from templates.pdf.prose import Script
from templates.pdf.strips import Draw, Strip
from templates.pdf.structure import Element

MILLIMETRE = 72 / 25.4
SIZES = {1: 1.75, 2: 1.22, 3: 1.06}
"""Of headings, relative to the text."""

ROOM_LEAST, ROOM_MOST = 0.5, 2.6
"""How far room for working may shrink and grow, relative to what was asked for."""

PALE = "#f3f5f8"
DOTS = "#b9c0ca"


@dataclass
class Composer:
    """Lays blocks out in a frame.

    Args:
        look: how the page is dressed.
        width: of the frame, in points.
        root: the element that all blocks belong to.
    """

    look: Look
    width: float
    root: Element
    headings: list[tuple[str, int, Strip]] = field(default_factory=list)
    """Title, level and strip of each heading, for the outline."""

    @property
    def typeface(self) -> Typeface:
        """The faces of the look."""
        return TYPEFACES[self.look.typeface]

    @property
    def size(self) -> float:
        """Of the letters, in points."""
        return self.look.size

    @property
    def text(self) -> Script:
        """How running text is set."""
        return Script(self.typeface, self.size)

    @property
    def margin(self) -> float:
        """How far formulas and fields are indented."""
        return 1.6 * self.size

    def strips(self, block: Block) -> Iterator[Strip]:
        """The strips of one block."""
        gap = 0.55 * self.size
        match block:
            case Heading(level, text):
                yield from self.heading(level, text)
            case Paragraph(parts):
                paragraph = self.root.add("P")
                yield from prose.strips(parts, self.text, self.width, paragraph, gap)
            case Bullets():
                yield from self.bullets(block, gap)
            case Display():
                centred = self.look.displays == "center"
                yield from displays.strips(
                    block, self.typeface, self.size, self.width, self.root, 1.4 * gap, centred,
                    self.margin,
                )  # fmt: skip
            case Table():
                yield from self.table(block, gap)
            case Figure():
                yield from self.figure(block, gap)
            case Items():
                how = items.Setting(self.typeface, self.size, self.look.accent, self.look.bullets)
                yield from items.strips(block, how, self.width, self.root, 1.2 * gap, self.margin)
            case Space(millimetres):
                yield self.room(millimetres * MILLIMETRE, 1.4 * gap)
            case Note(parts):
                yield from self.note(parts, 1.4 * gap)
            case PageBreak():
                yield Strip(0.0, new_page=True, keep=True)
            case _:
                assert_never(block)

    # headings ----------------------------------------------------------------------------------

    def heading(self, level: int, text: str) -> Iterator[Strip]:
        """A heading in the manner of the look; it stays with what follows."""
        manner = self.look.title if level == 1 else self.look.heading
        on_bar = manner == "bar" or (manner == "cover" and level == 1)
        colour = PAPER if on_bar else self.look.accent
        size = self.size * SIZES[level]
        script = Script(self.typeface, size, colour, "bold")
        if manner == "slide":
            script = Script(self.typeface, size * 1.12, colour, "regular")
        element = self.root.add(f"H{level}")
        pad = 0.55 * size if on_bar else 0.0
        parts: Inlines = (Text(text),)
        found = prose.strips(parts, script, self.width - 2 * pad, element, 0.0)
        above = {1: 0.0, 2: 1.9 * self.size, 3: 1.2 * self.size}[level]
        for n, strip in enumerate(found):
            strip.before = above if n == 0 else 0.0
            strip.keep = True
            strip.draw = self._dressed(strip.draw, manner, pad, n == len(found) - 1)
            strip.height += 0.5 * size if on_bar else 0.0
        found[0].heading = text
        self.headings.append((text, level, found[0]))
        yield from found
        if manner in ("rule", "slide"):
            yield Strip(3.0, self._rule(manner), keep=True)

    def _dressed(self, inner: Draw, manner: str, pad: float, last: bool) -> Draw:
        accent = self.look.accent

        def draw(paper: Paper, left: float, top: float, height: float) -> None:
            if pad:
                with paper.artifact():
                    paper.bar(left, top - height, self.width, height + 0.2, accent)
                    if manner == "cover":
                        paper.bar(left, top - height, 5.0, height + 0.2, "#e0a526")
            inner(paper, left + pad, top, height)

        return draw

    def _rule(self, manner: str) -> Draw:
        accent = self.look.accent

        def draw(paper: Paper, left: float, top: float, height: float) -> None:
            with paper.artifact():
                long = self.width if manner == "slide" else 42.0
                paper.bar(left, top - 1.6, long, 0.6 if manner == "slide" else 1.4, accent)

        return draw

    # lists, notes, room ------------------------------------------------------------------------

    def bullets(self, block: Bullets, gap: float) -> Iterator[Strip]:
        """A list; each entry with its bullet or number."""
        tree = self.root.add("L")
        for n, parts in enumerate(block.items, 1):
            entry = tree.add("LI")
            sign = f"{n}." if block.numbered else "•"
            label, body = entry.add("Lbl"), entry.add("LBody")
            indent = 1.6 * self.size
            found = prose.strips(
                parts, self.text, self.width, body, gap if n == 1 else gap / 2, indent
            )
            if found:
                found[0].draw = self._with_sign(found[0].draw, sign, label)
            yield from found

    def _with_sign(self, inner: Draw, sign: str, label: Element) -> Draw:
        (line,) = prose.lines((Text(sign),), self.text, self.width)
        draw_sign = prose.drawer(line, label, self.typeface, 0.4 * self.size)

        def draw(paper: Paper, left: float, top: float, height: float) -> None:
            draw_sign(paper, left, top, height)
            inner(paper, left, top, height)

        return draw

    def note(self, parts: Inlines, before: float) -> Iterator[Strip]:
        """A remark on a pale ground with a coloured edge."""
        element = self.root.add("P")
        small = Script(self.typeface, 0.94 * self.size)
        found = prose.strips(parts, small, self.width - 8.0, element, before, 2.0)
        pad = 4.0
        for n, strip in enumerate(found):
            first, last = n == 0, n == len(found) - 1
            strip.keep = not last
            strip.height += pad * (first + last)
            strip.draw = self._on_ground(strip.draw, pad if first else 0.0, pad if last else 0.0)
        yield from found

    def _on_ground(self, inner: Draw, above: float, below: float) -> Draw:
        def draw(paper: Paper, left: float, top: float, height: float) -> None:
            with paper.artifact():
                paper.bar(left, top - height, self.width, height + 0.2, PALE)
                paper.bar(left, top - height, 2.4, height + 0.2, self.look.accent)
            inner(paper, left + 6.0, top - above, height - above - below)

        return draw

    def room(self, height: float, before: float) -> Strip:
        """Room for working: a dotted frame that grows and shrinks with the page."""

        def draw(paper: Paper, left: float, top: float, height: float) -> None:
            if height < 14.0:
                return
            with paper.artifact():
                paper.frame(left, top - height, self.width, height, DOTS, 0.6, (1.2, 2.4))
                paper.ink("#7a828e")
                face = self.typeface.italic
                paper.words(left + 5.0, top - 10.5, "Working", face, 0.76 * self.size)

        return Strip(height, draw, before, least=ROOM_LEAST * height, most=ROOM_MOST * height)

    # tables and figures ------------------------------------------------------------------------

    def table(self, block: Table, gap: float) -> Iterator[Strip]:
        """A table, below its caption."""
        before = 1.4 * gap
        if block.caption:
            element = self.root.add("P")
            script = Script(self.typeface, 0.94 * self.size, weight="italic")
            for strip in prose.strips((Text(block.caption),), script, self.width, element, before):
                strip.keep = True
                yield strip
            before = 0.4 * gap
        script = Script(self.typeface, 0.96 * self.size)
        accent = self.look.accent
        yield from tables.strips(block, script, self.width, self.root, before, accent)

    def figure(self, block: Figure, gap: float) -> Iterator[Strip]:
        """A drawing in the middle, with its caption below."""
        drawing = block.drawing
        scale = min(figures.POINTS, self.width / drawing.width)
        element = self.root.add("Figure", f"{drawing.title}. {drawing.description}")
        height, indent = drawing.height * scale, (self.width - drawing.width * scale) / 2
        typeface = self.typeface

        def draw(paper: Paper, left: float, top: float, _: float) -> None:
            element.box = (left, top - height, left + self.width, top)
            with paper.mark(element):
                figures.draw(paper, drawing, left + indent, top, scale, typeface)

        caption = block.caption
        yield Strip(height, draw, 1.2 * gap, keep=bool(caption))
        if caption:
            words = self.root.add("Caption")
            script = Script(self.typeface, 0.92 * self.size)
            yield from prose.strips(caption, script, self.width, words, 0.6 * gap, align="center")
