"""When work was handed in."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from typing import Any

from templates.class_report.charts.axes import (
    POINT,
    WIDTH,
    axes_at,
    grid,
)
from templates.class_report.survey import (
    Period,
    Timeline,
)
from templates.drawings.drawing import Drawing
from templates.formulas.spans import text_width
from templates.plots.recorder import TEXT, ink, recorded, sheet

_FORMS = {"hour": "%d %b %H:00", "day": "%d %b", "week": "%d %b %Y"}


def time_chart(course: Timeline) -> Drawing:
    """Submissions and their mean score, period by period."""
    periods = course.periods
    with sheet(WIDTH, 300) as figure:
        scores = axes_at(figure, 62, 12, WIDTH - 84, 96)
        _means(scores, periods)
        counts = axes_at(figure, 62, 132, WIDTH - 84, 110)
        counts.bar(
            range(len(periods)), [p.submissions for p in periods], 0.8,
            facecolor=ink("focus", 0.35), edgecolor=ink("focus"), linewidth=0.6,
        )  # fmt: skip
        counts.set_ylabel("submissions")
        counts.yaxis.get_major_locator().set_params(integer=True, nbins=4)
        counts.set_ylim(0, 1.08 * max(p.submissions for p in periods))
        for axes in (scores, counts):
            axes.set_xlim(-0.7, len(periods) - 0.3)
        _dates(counts, periods, course.unit)
        scores.tick_params(axis="x", labelbottom=False)
        scores.set_xticks(counts.get_xticks())
        counts.set_xlabel(f"{course.unit} in which it was handed in")
        said = " ".join(_spoken_periods(periods, course.unit))
        return recorded(figure, f"Submissions by the {course.unit}", said)


def _means(axes: Any, periods: Sequence[Period]) -> None:
    known = [(n, p.mean) for n, p in enumerate(periods) if p.mean is not None]
    axes.plot(
        [n for n, _ in known], [mean for _, mean in known], color=ink("focus"), linewidth=0.8,
        marker="o", markersize=5 * POINT, markerfacecolor=ink("focus"),
        markeredgecolor=ink("focus"), clip_on=False,
    )  # fmt: skip
    axes.set_ylim(0, 102)
    axes.set_yticks([0, 50, 100])
    axes.set_ylabel("mean percent")
    grid(axes, "y")


def _dates(axes: Any, periods: Sequence[Period], unit: str) -> None:
    """Dates below as many bars as there is room for."""
    names = [p.start.strftime(_FORMS[unit]) for p in periods]
    room = 1.35 * TEXT * max(map(text_width, names))
    every = max(1, math.ceil(len(periods) * room / (WIDTH - 84)))
    at = range(0, len(periods), every)
    axes.set_xticks(list(at), [names[n] for n in at])


def _spoken_periods(periods: Sequence[Period], unit: str) -> Iterator[str]:
    busiest = max(periods, key=lambda p: p.submissions)
    form = _FORMS[unit]
    yield f"From {periods[0].start.strftime(form)} to {periods[-1].start.strftime(form)}."
    yield f"Most came on {busiest.start.strftime(form)}: {busiest.submissions}."
