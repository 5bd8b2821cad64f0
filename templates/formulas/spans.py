"""Formulas as runs of text on one line, for the labels of a diagram.

A label has letters, numbers, signs and scripts; what needs two lines (a fraction, a matrix)
is written as `templates.formulas.plain` writes it. Widths are those of the wider of the shipped
fonts, so that a label placed by them stays free of its neighbours in either.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import NamedTuple

from problems.formulas.formula import (
    Big,
    Blank,
    Call,
    Fence,
    Formula,
    Frac,
    Hat,
    Matrix,
    Num,
    Op,
    Root,
    Row,
    Script,
    Style,
    Sym,
)
from templates.formulas.letters import BRACKETS, PRIME, apart, styled, unknown
from templates.formulas.mathfont import load
from templates.formulas.plain import plain

SCRIPT = 0.7
"""Size of a script relative to its base."""

DROP, RISE = 0.22, 0.4
"""How far scripts stand below and above the line, in em of their base."""

_SPACES = {"relation": 0.26, "binary": 0.2, "prefix": 0.0, "punctuation": 0.0}

FONTS = ("STIXTwoMath", "BPGModernMath")
"""Between them they are as wide as what a browser takes for want of either."""

UNKNOWN = 0.8
"""Width of a letter that neither has."""


@dataclass(frozen=True, slots=True)
class Span:
    """A run of letters of one style and size."""

    text: str
    style: Style = "upright"
    size: float = 1.0
    """Relative to the label's size."""
    rise: float = 0.0
    """Of the baseline, in em of the label."""
    before: float = 0.0
    """Space before it, in em of the label; negative where a script stands over another."""

    @property
    def width(self) -> float:
        """Of the letters alone, in em of the label."""
        return self.size * text_width(self.text, self.style)


class Label(NamedTuple):
    """A formula as spans, and the space that is left behind the last one."""

    spans: tuple[Span, ...] = ()
    after: float = 0.0

    @property
    def width(self) -> float:
        """In em of the label."""
        return sum(span.before + span.width for span in self.spans) + self.after


def label(formula: Formula) -> Label:
    """The formula as spans.

    >>> from problems.formulas.formula import Num, Script, Sym
    >>> [(s.text, s.style, s.size) for s in label(Script(Sym("w"), sub=Num("41"))).spans]
    [('w', 'italic', 1.0), ('41', 'upright', 0.7)]
    """
    return _set(formula, False)


def text_width(text: str, style: Style = "upright") -> float:
    """Width of a text in the wider one of the fonts, in em.

    >>> round(text_width("0.25"), 2)
    1.78
    """
    return sum(_advance(char, style) for char in text)


@lru_cache(maxsize=2048)
def _advance(char: str, style: Style) -> float:
    fonts = map(load, FONTS)
    glyphs = ((font, font.glyph(styled(char, style))) for font in fonts)
    return max((font.advances[g] for font, g in glyphs if g is not None), default=UNKNOWN)


def _set(formula: Formula, small: bool) -> Label:
    match formula:
        case Num(text):
            return _run(text.replace("-", "−"))
        case Sym():
            return _symbol(formula, small)
        case Op():
            return _operator(formula, small)
        case Row(items):
            return side_by_side(_set(item, small) for item in items)
        case Script():
            return _script(formula)
        case Fence(body, opening, closing):
            return side_by_side((_run(opening), _set(body, small), _run(closing)))
        case Call(function, argument):
            return side_by_side(
                (_set(function, small), _run("("), _set(argument, small), _run(")"))
            )
        case Frac() | Root() | Big() | Matrix() | Blank():
            return _run(plain(formula))
        case Hat():
            return _run(plain(formula), "italic")
        case _:
            raise unknown(formula)


def _run(text: str, style: Style = "upright") -> Label:
    return Label((Span(text, style),)) if text else Label()


def side_by_side(labels: Iterable[Label]) -> Label:
    """Labels behind each other; the space behind one goes before the next."""
    spans: list[Span] = []
    space = 0.0
    for part in labels:
        for number, span in enumerate(part.spans):
            spans.append(replace(span, before=span.before + space) if number == 0 else span)
        space = part.after if part.spans else space + part.after
    return Label(tuple(spans), space)


def _symbol(symbol: Sym, small: bool) -> Label:
    parts = apart(symbol)
    if isinstance(parts, Script):
        return _set(parts, small)
    single = symbol.style == "italic" and len(symbol.text) == 1
    style: Style = "italic" if single else symbol.style
    return _run(symbol.text.replace("φ", "ϕ"), style)


def _operator(op: Op, small: bool) -> Label:
    space = 0.0 if small or op.text in BRACKETS else _SPACES[op.role]
    after = 0.2 if op.text in ",;" and not small else space
    return Label((Span(op.text, before=space),), after)


def _script(script: Script) -> Label:
    base = _set(script.base, False)
    if script.sup == PRIME:
        base = side_by_side((base, _run("′")))
        return side_by_side((base, _lifted(script.sub, -DROP)))
    below, above = _lifted(script.sub, -DROP), _lifted(script.sup, RISE)
    if not (below.spans and above.spans):
        return side_by_side((base, below, above))
    first = replace(above.spans[0], before=above.spans[0].before - below.width)
    stacked = Label((first, *above.spans[1:]), max(0.0, below.width - above.width))
    return side_by_side((base, below, stacked))


def _lifted(script: Formula | None, rise: float) -> Label:
    if script is None:
        return Label()
    part = _set(script, True)
    return Label(tuple(_scaled(span, rise) for span in part.spans), part.after * SCRIPT)


def _scaled(span: Span, rise: float) -> Span:
    return replace(
        span,
        size=span.size * SCRIPT,
        rise=span.rise * SCRIPT + rise,
        before=span.before * SCRIPT,
    )
