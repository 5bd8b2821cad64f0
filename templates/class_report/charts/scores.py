"""How many submissions reached how much."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from templates.class_report.charts.axes import (
    WIDTH,
    axes_at,
    words_at,
)
from templates.drawings.drawing import Drawing
from templates.formulas.spans import text_width
from templates.plots.recorder import HALO, TEXT, ink, recorded, sheet


def histogram(percents: Sequence[float]) -> list[tuple[int, int, int]]:
    """Scores by tens: from, to (100 belongs to the last), how many.

    >>> histogram([0.0, 55.0, 100.0])[5]
    (50, 60, 1)
    """
    counts = [0] * 10
    for percent in percents:
        counts[max(0, min(9, int(percent // 10)))] += 1
    return [(10 * n, 10 * n + 10, count) for n, count in enumerate(counts)]


def score_chart(percents: Sequence[float], mean: float, median: float) -> Drawing:
    """How many submissions reached how much."""
    bars = histogram(percents)
    most = max(count for *_, count in bars)
    with sheet(WIDTH, 206) as figure:
        axes = axes_at(figure, 60, 32, WIDTH - 80, 126)
        heights = [count for *_, count in bars]
        axes.bar(
            [low + 5 for low, *_ in bars], heights, 9.2, facecolor=ink("focus", 0.35),
            edgecolor=ink("focus"),
        )  # fmt: skip
        axes.set_xlim(0, 100)
        axes.set_ylim(0, most * 1.12 or 1)
        axes.set_xticks(range(0, 101, 10))
        axes.yaxis.get_major_locator().set_params(integer=True, nbins=5)
        axes.set_xlabel("percent of the points")
        axes.set_ylabel("submissions")
        _marked_at(axes, mean, median)
        for (low, _, count), height in zip(bars, heights, strict=True):
            if count:
                words_at(
                    axes,
                    low + 5,
                    height + most * 0.02,
                    f"{count:,}",
                    ha="center",
                    va="bottom",
                    gid=HALO,
                )
        listed = "; ".join(f"{low} to {high} percent: {n}" for low, high, n in bars if n)
        said = (
            f"{len(percents)} submissions, mean {mean:.1f}, median {median:.1f} percent. {listed}."
        )
        return recorded(figure, "Scores", said)


def _marked_at(axes: Any, mean: float, median: float) -> None:
    """Lines at mean and median, each with its name above, beside the other's."""
    marks = [
        (mean, f"mean {mean:.1f}", (0, (6, 3))),
        (median, f"median {median:.1f}", (0, (1.5, 2.5))),
    ]
    (low, left, _), (high, right, _) = sorted(marks)
    for x, _, dash in marks:
        axes.axvline(
            x, color=ink("plain"), linewidth=1.1, linestyle=dash, ymax=1.02, clip_on=False
        )
    wide = [100 * TEXT * text_width(name) / (WIDTH - 80) for name in (left, right)]
    start = min(high + 0.8, 103 - wide[1])
    end = max(min(low - 0.8, start - 1.6), wide[0] - 9)
    start = max(start, end + 1.6)
    top = 1.03 * axes.get_ylim()[1]
    words_at(axes, end, top, left, ha="right", va="bottom")
    words_at(axes, start, top, right, ha="left", va="bottom")
