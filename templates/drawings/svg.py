"""Drawings as SVG: one element that stands alone or inside an HTML page."""

from __future__ import annotations

from html import escape
from typing import Literal, NamedTuple

from templates.drawings.drawing import (
    HEIGHT,
    INKS,
    LOOKS,
    Area,
    Circle,
    Drawing,
    Line,
    Mark,
    Shape,
    Words,
    pattern,
)
from templates.formulas.spans import Span

FONTS = "'STIX Two Text',STIX,'Latin Modern Roman','Times New Roman',Times,serif"
BASELINE = 0.31
"""From the middle of a label down to its baseline, in em."""

Setting = Literal["alone", "inline"]


class Inks(NamedTuple):
    """Colours by meaning."""

    ink: str
    paper: str
    marks: dict[str, str]


SETTINGS: dict[Setting, Inks] = {
    "alone": Inks("#111", "#fff", INKS),
    "inline": Inks(
        "currentColor",
        "var(--paper, #fff)",
        {mark: f"var(--{mark}, {colour})" for mark, colour in INKS.items()},
    ),
}
"""A picture file brings white paper; inside a page it takes the page's colours, dark or light."""


def svg(drawing: Drawing, setting: Setting = "alone") -> str:
    """The drawing as an `svg` element.

    Args:
        drawing: any drawing.
        setting: `alone` for a file or an `img`, `inline` for a page that defines the colours
            `--paper`, `--right`, `--partly`, `--wrong`, `--focus` and `--faint`.
    """
    inks = SETTINGS[setting]
    width, height = _n(drawing.width), _n(drawing.height)
    opening = (
        f'<svg xmlns="http://www.w3.org/2000/svg" role="img" viewBox="0 0 {width} {height}" '
        f'width="{width}" height="{height}" font-family="{FONTS}" fill="{inks.ink}">'
    )
    words = f"<title>{escape(drawing.title)}</title><desc>{escape(drawing.description)}</desc>"
    paper = f'<rect width="{width}" height="{height}" fill="{inks.paper}"/>'
    body = "".join(_shape(shape, inks) for shape in drawing.shapes)
    return f"{opening}{words}{paper if setting == 'alone' else ''}{body}</svg>"


def _n(number: float) -> str:
    """A coordinate to a hundredth of a pixel: the same bytes on every platform."""
    text = f"{number:.2f}".rstrip("0").rstrip(".")
    return "0" if text in ("-0", "") else text


def _shape(shape: Shape, inks: Inks) -> str:
    match shape:
        case Line():
            ends = zip(
                ("x1", "y1", "x2", "y2"), (shape.x1, shape.y1, shape.x2, shape.y2), strict=True
            )
            where = " ".join(f'{name}="{_n(value)}"' for name, value in ends)
            return f"<line {where} {_stroke(shape.mark, shape.width, shape.dash, inks)}/>"
        case Circle(x, y, r):
            where = f'cx="{_n(x)}" cy="{_n(y)}" r="{_n(r)}" fill="{inks.paper}"'
            width = LOOKS[shape.mark].width
            return f"<circle {where} {_stroke(shape.mark, width, shape.dash, inks)}/>"
        case Area(points, mark, tint):
            outline = " ".join(f"{_n(x)},{_n(y)}" for x, y in points)
            colour = f'fill="{_colour(mark, inks)}" fill-opacity="{_n(tint)}"'
            return f'<polygon points="{outline}" {colour}/>'
        case Words():
            return _words(shape, inks)


def _colour(mark: Mark, inks: Inks) -> str:
    return inks.marks.get(mark, inks.ink)


def _stroke(mark: Mark, width: float, dash: tuple[float, ...], inks: Inks) -> str:
    found = pattern(mark, dash)
    dashes = f' stroke-dasharray="{" ".join(map(_n, found))}"' if found else ""
    return f'stroke="{_colour(mark, inks)}" stroke-width="{_n(width)}"{dashes}'


def _words(words: Words, inks: Inks) -> str:
    turn = f' transform="rotate({_n(words.angle)} {_n(words.x)} {_n(words.y)})"'
    turned = turn if words.angle else ""
    halo = _halo(words, inks) if words.halo else ""
    fill = f' fill="{_colour(words.mark, inks)}"' if words.mark in inks.marks else ""
    baseline = _n(words.y + BASELINE * words.size)
    where = f'x="{_n(words.x)}" y="{baseline}" font-size="{_n(words.size)}"'
    text = f'<text {where} text-anchor="{words.anchor}"{fill}>{_spans(words)}</text>'
    return f"<g{turned}>{halo}{text}</g>" if turned or halo else text


def _halo(words: Words, inks: Inks) -> str:
    width, height = words.width + 4, HEIGHT * words.size
    x, y = words.x - width / 2, words.y - height / 2
    size = f'width="{_n(width)}" height="{_n(height)}"'
    return f'<rect x="{_n(x)}" y="{_n(y)}" {size} rx="3" fill="{inks.paper}"/>'


def _spans(words: Words) -> str:
    """Runs of letters, each moved from where the one before it ended."""
    text, level = "", 0.0
    for span in words.label.spans:
        text += _span(span, words.size, span.rise - level)
        level = span.rise
    return text


def _span(span: Span, size: float, rise: float) -> str:
    attributes = ""
    if span.before:
        attributes += f' dx="{_n(span.before * size)}"'
    if rise:
        attributes += f' dy="{_n(-rise * size)}"'
    if span.size != 1:
        attributes += f' font-size="{_n(span.size * size)}"'
    if span.style == "italic":
        attributes += ' font-style="italic"'
    if span.style == "bold":
        attributes += ' font-weight="bold"'
    return f"<tspan{attributes}>{escape(span.text)}</tspan>"
