"""Drawings on paper: the same description that is drawn as SVG."""

from __future__ import annotations

import math

from templates.drawings.drawing import (
    HEIGHT,
    INKS,
    LOOKS,
    Area,
    Circle,
    Drawing,
    Line,
    Words,
    pattern,
)
from templates.drawings.svg import BASELINE
from templates.formulas.letters import styled
from templates.formulas.mathfont import MathFont
from templates.formulas.spans import Span
from templates.pdf.faces import SUBSTITUTES, Typeface
from templates.pdf.paper import INK, PAPER, Paper

POINTS = 0.75
"""Points in a CSS pixel."""


def draw(
    paper: Paper, drawing: Drawing, left: float, top: float, scale: float, face: Typeface
) -> None:
    """The drawing with its upper left corner at a point, in the marks of the moment."""
    for shape in drawing.shapes:
        match shape:
            case Line(x1, y1, x2, y2, width, mark, dash):
                ends = (left + x1 * scale, top - y1 * scale, left + x2 * scale, top - y2 * scale)
                dashes = [length * scale for length in pattern(mark, dash)]
                paper.line(*ends, INKS.get(mark, INK), width * scale, dashes)
            case Circle(x, y, r, mark, dash):
                line = LOOKS[mark].width * scale
                dashes = [length * scale for length in pattern(mark, dash)]
                at = (left + x * scale, top - y * scale)
                paper.circle(*at, r * scale, INKS.get(mark, INK), PAPER, line, dashes)
            case Area(points, mark, tint):
                corners = [(left + x * scale, top - y * scale) for x, y in points]
                paper.area(corners, mixed(INKS.get(mark, INK), tint))
            case Words():
                _words(paper, shape, left, top, scale, face)


def mixed(colour: str, tint: float) -> str:
    """So much of a colour on white paper: what lies under it does not show through.

    >>> mixed("#000000", 0.5)
    '#808080'
    """
    shares = (int(colour[n : n + 2], 16) for n in (1, 3, 5))
    return "#" + "".join(f"{round(255 - tint * (255 - share)):02x}" for share in shares)


def _words(
    paper: Paper, words: Words, left: float, top: float, scale: float, face: Typeface
) -> None:
    """A label, on a halo of paper where it lies on lines."""
    size = words.size * scale
    metrics = face.metrics
    width = label_width(words.label.spans, metrics) * size
    start = {"start": 0.0, "middle": -width / 2, "end": -width}[words.anchor]
    with paper.turned(left + words.x * scale, top - words.y * scale, -words.angle):
        if words.halo:
            height = HEIGHT * size
            paper.bar(start - 1.5, -height / 2, width + 3.0, height, PAPER)
        paper.ink(INKS.get(words.mark, INK))
        x = start
        for span in words.label.spans:
            x += span.before * size
            baseline = -BASELINE * size + span.rise * size
            _span(paper, span, x, baseline, size, face)
            x += span_width(span, metrics) * size


def _span(paper: Paper, span: Span, x: float, y: float, size: float, face: Typeface) -> None:
    """Letters of the formulas' font, so that a label looks like the formula it names."""
    text = "".join(styled(SUBSTITUTES.get(char, char), span.style) for char in span.text)
    paper.signs(x, y, text, size * span.size, face)


def label_width(spans: tuple[Span, ...], metrics: MathFont) -> float:
    """True width of a label in em of its size."""
    return math.fsum(span.before + span_width(span, metrics) for span in spans)


def span_width(span: Span, metrics: MathFont) -> float:
    """True width of a run of letters, in em of the label."""
    letters = (SUBSTITUTES.get(char, char) for char in span.text)
    glyphs = (metrics.glyph(styled(char, span.style)) for char in letters)
    return span.size * sum(0.5 if g is None else metrics.advances[g] for g in glyphs)
