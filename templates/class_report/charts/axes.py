"""What the pictures share: sizes, axes by the pixel, rows with names."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from problems.formulas.formula import Formula
from templates.formulas.spans import label, text_width
from templates.plots.recorder import DPI, TEXT, flat, ink

WIDTH = 640.0
ROW = 17.0
"""Pixels from one step to the next."""
MOST_ROWS = 40
"""Steps of one picture; more of them go on in the next one, so that each fits on a sheet."""

POINT = 72 / DPI
"""Points in a pixel: matplotlib's lines and letters are in points."""

Symbols = Mapping[str, Formula]
"""Id of a step -> how the text writes it."""


def chunks(rows: Sequence[Any]) -> list[Sequence[Any]]:
    """Rows in as many pictures as they need, of nearly one length.

    >>> [len(part) for part in chunks(range(41))]
    [21, 20]
    """
    parts = max(1, -(-len(rows) // MOST_ROWS))
    size = -(-len(rows) // parts) or 1
    return [rows[n : n + size] for n in range(0, len(rows), size)]


def axes_at(figure: Any, left: float, top: float, width: float, height: float) -> Any:
    """Axes whose frame is given in pixels from the upper left corner."""
    w, h = figure.bbox.size
    axes = figure.add_axes((left / w, 1 - (top + height) / h, width / w, height / h))
    axes.patch.set_visible(False)
    return axes


def words_at(axes: Any, x: float, y: float, text: str, **more: Any) -> None:
    """A text at a place of the axes."""
    axes.text(x, y, text, color=ink(more.pop("mark", "plain")), clip_on=False, **more)


def widest(names: Sequence[str], symbols: Mapping[str, Formula]) -> float:
    """Of the labels left of an axis, in pixels."""
    widths = [label(flat(symbols[n])).width if n in symbols else text_width(n) for n in names]
    return TEXT * max(widths, default=0.0)


def name_rows(axes: Any, names: Sequence[str]) -> None:
    """Names at the rows of a picture, the first on top."""
    axes.set_ylim(len(names) - 0.5, -0.5)
    axes.set_yticks(range(len(names)), names)
    axes.tick_params(axis="y", length=0, pad=5 * POINT)
    axes.spines["left"].set_linewidth(0.8)


def grid(axes: Any, axis: str) -> None:
    """Faint dotted lines across."""
    axes.grid(axis=axis, color=ink("faint"), linewidth=0.5, linestyle=(0, (1, 3)))
