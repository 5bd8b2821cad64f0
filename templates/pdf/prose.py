"""Running text set in lines, with formulas in it.

Lines are broken where they are full and set flush left, as long formulas and narrow columns
want it; a formula in a line raises the line's height as far as it needs.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from problems.formulas.formula import Formula
from templates.drawings.drawing import INKS
from templates.formulas.boxes import Box
from templates.formulas.breaking import Measure, pieces
from templates.formulas.mathfont import MathFont
from templates.formulas.setting import set_formula
from templates.formulas.speech import speech
from templates.pages.page import Badge, Code, Emphasis, Inlines, Math, Strong, Text
from templates.pdf.faces import Face, Typeface
from templates.pdf.paper import INK, Paper
from templates.pdf.strips import Draw, Strip
from templates.pdf.structure import Element

LEADING = 1.32
"""From baseline to baseline, in sizes of the letters."""

ASCENT, DESCENT = 0.92, 0.30
"""What a line of text takes above and below its baseline, in sizes of the letters."""


@dataclass(frozen=True, slots=True)
class Script:
    """How words are set: faces, size and colour."""

    typeface: Typeface
    size: float
    colour: str = INK
    weight: str = "regular"

    @property
    def face(self) -> Face:
        """Of plain words."""
        face: Face = getattr(self.typeface, self.weight)
        return face


class Word(NamedTuple):
    """Letters that are not torn apart."""

    text: str
    face: Face
    size: float
    colour: str
    width: float


class Inset(NamedTuple):
    """A formula within a line."""

    box: Box
    size: float
    width: float
    said: str
    """What is read out for it; empty for a later piece of a formula that was broken."""


Item = Word | Inset


class Atom(NamedTuple):
    """Items that stand together, and the space before them if no line begins here."""

    items: tuple[Item, ...]
    space: float

    @property
    def width(self) -> float:
        return sum(item.width for item in self.items)


class TextLine(NamedTuple):
    """A line with the places of its items."""

    items: tuple[tuple[float, Item], ...]
    width: float
    ascent: float
    descent: float


def lines(parts: Inlines, script: Script, width: float) -> list[TextLine]:
    """The parts in lines no wider than `width` points."""
    found: list[list[tuple[float, Item]]] = [[]]
    x = 0.0
    for atom in _atoms(parts, script, width):
        space = atom.space if found[-1] else 0.0
        if found[-1] and x + space + atom.width > width + 1e-6:
            found.append([])
            x = space = 0.0
        x += space
        for item in atom.items:
            found[-1].append((x, item))
            x += item.width
    return [_line(items, script.size) for items in found if items]


def _line(items: list[tuple[float, Item]], size: float) -> TextLine:
    ascent, descent = ASCENT * size, DESCENT * size
    for _, item in items:
        if isinstance(item, Inset):
            ascent = max(ascent, item.box.ascent * item.size + 0.1 * size)
            descent = max(descent, item.box.descent * item.size + 0.1 * size)
    x, last = items[-1]
    return TextLine(tuple(items), x + last.width, ascent, descent)


def _atoms(parts: Inlines, script: Script, width: float) -> Iterator[Atom]:
    """What may not be broken: words, with formulas and punctuation that touch them."""
    held: list[Item] = []
    gap = 0.0
    for item, space in _items(parts, script, width):
        if space and held:
            yield Atom(tuple(held), gap)
            held = []
        if not held:
            gap = space
        held.append(item)
    if held:
        yield Atom(tuple(held), gap)


def _items(parts: Inlines, script: Script, width: float) -> Iterator[tuple[Item, float]]:
    """Items with the space before each; 0 where they touch."""
    space = 0.0
    for part in parts:
        if isinstance(part, Math):
            for inset in _insets(part.formula, script, width):
                yield inset, space or (0.02 if inset.said == "" else 0.0)
                space = 0.0
            continue
        face, colour = _face(part, script)
        for n, chunk in enumerate(part.text.split(" ")):
            space = script.face.width(" ") * script.size if n else space
            for word in _words(chunk, face, script.size, colour, width):
                yield word, space
                space = 0.0


def _face(part: Text | Strong | Emphasis | Code | Badge, script: Script) -> tuple[Face, str]:
    match part:
        case Text():
            return script.face, script.colour
        case Strong():
            return script.typeface.bold, script.colour
        case Emphasis():
            return script.typeface.italic, script.colour
        case Code():
            return script.typeface.code, script.colour
        case Badge(_, tone):
            return script.typeface.bold, INKS.get(tone, INK)


def _words(chunk: str, face: Face, size: float, colour: str, width: float) -> Iterator[Word]:
    """A word, in pieces if it is longer than the line."""
    while chunk:
        end = len(chunk)
        whole = face.width(chunk) * size
        while end > 1 and whole > width:
            end -= 1
            whole = face.width(chunk[:end]) * size
        yield Word(chunk[:end], face, size, colour, whole)
        chunk = chunk[end:]


def _insets(formula: Formula, script: Script, width: float) -> Iterator[Inset]:
    """A formula; one longer than half a line in pieces between which a line may end."""
    metrics, size = script.typeface.metrics, script.size
    whole = set_formula(formula, metrics, display=False)
    if whole.width * size <= 0.5 * width:
        yield Inset(whole, size, whole.width * size, speech(formula))
        return
    said = speech(formula)
    limit = 0.5 * width / size
    for n, piece in enumerate(pieces(formula, limit, _measure(metrics))):
        box = set_formula(piece, metrics, display=False, joined=n > 0)
        space = 0.25 if n else 0.0
        yield Inset(box, size, (box.width + space) * size, said if n == 0 else "")


def _measure(metrics: MathFont) -> Measure:
    return lambda formula: set_formula(formula, metrics, display=False).width


# drawing -----------------------------------------------------------------------------------------


def draw_line(
    paper: Paper, line: TextLine, x: float, baseline: float, element: Element | None,
    typeface: Typeface,
) -> None:  # fmt: skip
    """A line at its place; formulas become children of the element, if there is one."""
    words: list[tuple[float, Word]] = []
    formula: Element | None = None
    for dx, item in line.items:
        if isinstance(item, Word):
            words.append((dx, item))
            continue
        _draw_words(paper, words, x, baseline, element)
        words = []
        if element is not None and (item.said or formula is None):
            formula = element.add("Formula", item.said or "continued")
        with paper.mark(formula):
            paper.ink(INK)
            paper.formula(x + dx, baseline, item.box, item.size, typeface)
    _draw_words(paper, words, x, baseline, element)


def _draw_words(
    paper: Paper, words: Sequence[tuple[float, Word]], x: float, baseline: float,
    element: Element | None,
) -> None:  # fmt: skip
    """Neighbouring words of one face as one string, so that they are copied as one."""
    if not words:
        return
    with paper.mark(element):
        for start, run in _joined(words):
            paper.ink(run.colour)
            paper.words(x + start, baseline, run.text, run.face, run.size)


def _joined(words: Sequence[tuple[float, Word]]) -> Iterator[tuple[float, Word]]:
    start, run = words[0]
    end = start + run.width
    for x, word in words[1:]:
        gap = x - end
        if word[1:4] == run[1:4] and abs(gap - run.face.width(" ") * run.size) < 0.12 * run.size:
            text = f"{run.text} {word.text}"
            run = run._replace(text=text, width=run.face.width(text) * run.size)
            end = x + word.width
        else:
            yield start, run._replace(text=run.text + " ")
            start, run, end = x, word, x + word.width
    yield start, run._replace(text=run.text + " ")


def strips(
    parts: Inlines,
    script: Script,
    width: float,
    element: Element,
    before: float = 0.0,
    indent: float = 0.0,
    align: str = "left",
) -> list[Strip]:
    """A paragraph as one strip a line; first and last lines are not left alone."""
    found = []
    set_lines = lines(parts, script, width - indent)
    for n, line in enumerate(set_lines):
        lead = max(line.ascent + line.descent, LEADING * script.size)
        shift = _shift(align, width - indent - line.width)
        draw = drawer(line, element, script.typeface, indent + shift)
        keep = len(set_lines) > 1 and n in (0, len(set_lines) - 2)
        found.append(Strip(lead, draw, before if n == 0 else 0.0, keep))
    return found


def _shift(align: str, spare: float) -> float:
    return {"left": 0.0, "center": spare / 2, "right": spare}[align]


def drawer(line: TextLine, element: Element, typeface: Typeface, dx: float) -> Draw:
    """Draws a line in the middle of its strip, `dx` points from the left."""

    def draw(paper: Paper, left: float, top: float, height: float) -> None:
        slack = height - line.ascent - line.descent
        draw_line(paper, line, left + dx, top - slack / 2 - line.ascent, element, typeface)

    return draw
