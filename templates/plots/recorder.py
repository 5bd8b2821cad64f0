"""A renderer for matplotlib that writes down our own primitives.

matplotlib measures in pixels from the lower left corner, a drawing from the upper left one.
Texts are measured by the metrics of the shipped fonts, so that the layout is that of both
media. Colours must be those of `ink`: a drawing knows marks, not colours.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from itertools import pairwise
from typing import Any, Literal

from matplotlib.backend_bases import FigureCanvasBase, RendererBase
from matplotlib.colors import to_hex, to_rgb
from matplotlib.figure import Figure

from problems.formulas.formula import Fence, Formula, Frac, Op, Row, Script, row
from templates.drawings.drawing import INKS, SOLID, Area, Drawing, Line, Mark, Shape, Words
from templates.drawings.geometry import Point
from templates.drawings.svg import BASELINE
from templates.formulas.spans import Label, Span, label

DPI = 96.0
"""So that matplotlib's pixels are those of a drawing."""

TEXT = 12.5
"""Size of all words, in pixels, as in the other drawings."""

BLACK = "#000000"
HATCH = 6.0
"""Pixels between the lines of a hatching."""

SHIFTS = {"left": 0.0, "center": 0.5, "right": 1.0}
ANCHORS: dict[str, Literal["start", "middle", "end"]] = {
    "left": "start",
    "center": "middle",
    "right": "end",
}
HALO = "halo"
"""The group id of a text that stands on paper of its own, over lines; it must be centred."""

SETTINGS = {
    "font.size": TEXT * 72 / DPI,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.linewidth": 0.8,
    "axes.axisbelow": True,
    "axes.unicode_minus": True,
    "axes.xmargin": 0.0,
    "axes.ymargin": 0.0,
    "grid.linewidth": 0.5,
    "lines.linewidth": 1.2,
    "patch.linewidth": 0.8,
    "path.simplify": False,
    "xtick.major.size": 3.0,
    "ytick.major.size": 3.0,
    "text.usetex": False,
    "text.parse_math": False,
}
"""On matplotlib's own defaults: what a user has set elsewhere changes no report."""

Colour = tuple[float, float, float, float]


def ink(mark: Mark, tint: float = 1.0) -> Colour:
    """The colour that stands for a mark; with a tint less than 1 that much of it on paper."""
    return (*to_rgb(INKS.get(mark, BLACK)), tint)


MARKS: dict[str, Mark] = {colour: mark for mark, colour in INKS.items()}  # type: ignore[misc]


@contextmanager
def sheet(width: float, height: float) -> Iterator[Figure]:
    """An empty figure of so many pixels, with settings of our own."""
    from matplotlib import style

    with style.context(["default", SETTINGS]):
        figure = Figure((width / DPI, height / DPI), dpi=DPI)
        FigureCanvasBase(figure)
        yield figure


def recorded(
    figure: Figure, title: str, description: str, names: Mapping[str, Formula] | None = None
) -> Drawing:
    """The figure as a drawing.

    Args:
        figure: made by `sheet`, all of its colours by `ink`.
        title: what it is.
        description: what it shows, for those who cannot see it.
        names: texts that stand for formulas.
    """
    figure.patch.set_visible(False)
    renderer = Recorder(
        *figure.bbox.size, {text: label(flat(f)) for text, f in (names or {}).items()}
    )
    figure.draw(renderer)
    return Drawing(renderer.width, renderer.height, title, description, tuple(renderer.shapes))


def flat(formula: Formula) -> Formula:
    """The formula with fractions on one line, so that their scripts stay scripts."""
    match formula:
        case Frac(top, bottom):
            return row(flat(top), Op("/", "prefix"), flat(bottom))
        case Script(base, sub, sup):
            return Script(flat(base), sub, sup)
        case Fence(body, opening, closing):
            return Fence(flat(body), opening, closing)
        case Row(items):
            return Row(tuple(map(flat, items)))
        case _:
            return formula


class Recorder(RendererBase):
    """Writes down what matplotlib draws."""

    def __init__(self, width: float, height: float, names: Mapping[str, Label]) -> None:
        super().__init__()
        self.width, self.height = float(width), float(height)
        self.names = names
        self.shapes: list[Shape] = []

    # what matplotlib asks ----------------------------------------------------------------------

    def flipy(self) -> bool:
        """Texts are handed over from the lower left corner, as paths are."""
        return False

    def get_canvas_width_height(self) -> tuple[float, float]:
        """In pixels."""
        return self.width, self.height

    def points_to_pixels(self, points: Any) -> Any:
        """Of a line's width."""
        return points * DPI / 72

    def get_text_width_height_descent(
        self, s: str, prop: Any, ismath: Any
    ) -> tuple[float, float, float]:
        """By the metrics of the fonts that the drawing is shown in."""
        size = self._size(prop)
        return self.label(s).width * size, 0.95 * size, 0.22 * size

    # what matplotlib draws -----------------------------------------------------------------------

    def draw_path(self, gc: Any, path: Any, transform: Any, rgbFace: Any = None) -> None:  # noqa: N803
        """An outline, its filling and its hatching."""
        for points in path.to_polygons(transform, closed_only=False):
            outline = [(float(x), self.height - float(y)) for x, y in points]
            if rgbFace is not None and len(outline) > 2:
                tint = float(rgbFace[3]) if len(rgbFace) > 3 else 1.0
                self.shapes.append(Area(tuple(outline), self._mark(rgbFace), tint))
            width = self.points_to_pixels(gc.get_linewidth())
            if gc.get_hatch():
                self.shapes += self._hatching(outline, gc)
            if width > 0 and gc.get_rgb()[3] > 0:
                self.shapes += self._strokes(outline, gc, width)

    def _strokes(self, outline: Sequence[Point], gc: Any, width: float) -> Iterator[Shape]:
        mark = self._mark(gc.get_rgb())
        dash = tuple(self.points_to_pixels(length) for length in gc.get_dashes()[1] or ())
        for (x1, y1), (x2, y2) in pairwise(outline):
            if math.hypot(x2 - x1, y2 - y1) > 0.01:
                yield Line(x1, y1, x2, y2, width, mark, dash or SOLID)

    def _hatching(self, outline: Sequence[Point], gc: Any) -> Iterator[Shape]:
        mark = self._mark(gc.get_rgb())
        left, right = min(x for x, _ in outline), max(x for x, _ in outline)
        top, bottom = min(y for _, y in outline), max(y for _, y in outline)
        signs = gc.get_hatch()
        for rises in [sign == "/" for sign in "/\\" if sign in signs or "x" in signs]:
            for x1, y1, x2, y2 in slanted(right - left, bottom - top):
                up = (y1, y2) if not rises else (bottom - top - y1, bottom - top - y2)
                yield Line(left + x1, top + up[0], left + x2, top + up[1], 0.7, mark, SOLID)

    def draw_text(
        self, gc: Any, x: float, y: float, s: str, prop: Any, angle: float, ismath: Any = False,
        mtext: Any = None,
    ) -> None:  # fmt: skip
        """Words with the left end of their baseline at a point.

        They are anchored as they are aligned: another font of the reader's is a little wider
        or narrower, and then they still end where they should.
        """
        size, turn = self._size(prop), math.radians(-angle)
        words = self.label(s)
        side = mtext.get_ha() if mtext is not None else "left"
        along = SHIFTS[side] * words.width * size
        drop = BASELINE * size
        left = x + along * math.cos(turn) + drop * math.sin(turn)
        top = self.height - y + along * math.sin(turn) - drop * math.cos(turn)
        mark, halo = self._mark(gc.get_rgb()), mtext is not None and mtext.get_gid() == HALO
        place = float(left), float(top), words, size, -float(angle), mark, halo
        self.shapes.append(Words(*place, ANCHORS[side]))

    def draw_image(self, gc: Any, x: float, y: float, im: Any, transform: Any = None) -> None:
        """Nothing here is made of pixels."""
        raise NotImplementedError("plots of a report are lines, areas and words")

    # helpers -------------------------------------------------------------------------------------

    def label(self, text: str) -> Label:
        """A formula where the text stands for one."""
        return self.names.get(text) or Label((Span(text),))

    def _size(self, prop: Any) -> float:
        return float(prop.get_size_in_points()) * DPI / 72

    def _mark(self, colour: Any) -> Mark:
        return MARKS.get(to_hex(tuple(colour)[:3]), "plain")


def slanted(width: float, height: float) -> Iterator[tuple[float, float, float, float]]:
    """Falling lines that hatch a rectangle from 0, 0: x1, y1, x2, y2 of each.

    >>> list(slanted(6.0, 6.0))
    [(0.0, 0.0, 6.0, 6.0)]
    """
    start = -height + (height % HATCH)
    while start < width - 1e-9:
        x1, x2 = max(0.0, start), min(width, start + height)
        if x2 > x1:
            yield x1, x1 - start, x2, x2 - start
        start += HATCH
