"""What became of every step, as bars of verdicts."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any, NamedTuple

from templates.class_report.charts.axes import (
    POINT,
    ROW,
    WIDTH,
    Symbols,
    axes_at,
    grid,
    name_rows,
    widest,
    words_at,
)
from templates.class_report.findings import WEAK
from templates.class_report.survey import (
    StepStatistics,
)
from templates.drawings.drawing import Drawing, Mark
from templates.feedback.report import Verdict
from templates.formulas.spans import text_width
from templates.formulas.speech import speech
from templates.plots.recorder import TEXT, ink, recorded, sheet

LINE = 18.0
"""Pixels of a line of the legend."""


class Kind(NamedTuple):
    """Verdicts that are drawn alike."""

    words: str
    verdicts: tuple[Verdict, ...]
    mark: Mark
    tint: float
    hatch: str = ""


KINDS = (
    Kind("right", ("correct", "carried"), "right", 0.35),
    Kind("too few digits", ("imprecise",), "partly", 0.35, "/"),
    Kind("undetermined", ("undetermined",), "partly", 0.1, "\\"),
    Kind("blank", ("blank",), "plain", 0.0),
    Kind("known slip", ("slip", "repeated"), "wrong", 0.9),
    Kind("wrong otherwise", ("wrong", "unreadable"), "wrong", 0.3, "x"),
)
"""From left to right in a bar; light for what is right, dark for what has a name."""


def step_chart(steps: Sequence[StepStatistics], symbols: Symbols, of: str = "") -> Drawing:
    """What became of every step, and whether it tells students apart.

    Args:
        steps: rows from top to bottom.
        symbols: of the steps.
        of: which part of the steps this is, for the title.
    """
    names = [step.label for step in steps]
    shown = {step.label: symbols[step.id] for step in steps}
    left = 14 + widest(names, shown)
    height = ROW * len(steps)
    top = 28 + LINE * 2
    with sheet(WIDTH, height + top + 40) as figure:
        shares = axes_at(figure, left, top, 0.60 * (WIDTH - left) - 30, height)
        _stacked(shares, steps, names)
        told = axes_at(
            figure, left + 0.60 * (WIDTH - left) + 22, top, 0.40 * (WIDTH - left) - 40, height
        )
        _discriminations(told, steps)
        _legend(axes_at(figure, 0, 8, WIDTH, LINE * 2))
        said = " ".join(map(_spoken_step, steps, [speech(symbols[s.id]) for s in steps]))
        return recorded(figure, f"Every step{of}", said, shown)


def _stacked(axes: Any, steps: Sequence[StepStatistics], names: Sequence[str]) -> None:
    begin = [0.0] * len(steps)
    for kind in KINDS:
        wide = [
            100 * sum(step.counts.get(v, 0) for v in kind.verdicts) / max(1, step.total)
            for step in steps
        ]
        _bars(axes, wide, begin, kind)
        begin = [a + b for a, b in zip(begin, wide, strict=True)]
    name_rows(axes, names)
    axes.set_xlim(0, 100)
    axes.set_xticks([0, 25, 50, 75, 100])
    axes.set_xlabel("percent of the submissions")
    for n, step in enumerate(steps):
        words_at(axes, 102, n, f"{100 * step.facility:.0f}", va="center", fontsize=TEXT * POINT)


def _bars(axes: Any, wide: Sequence[float], begin: Sequence[float], kind: Kind) -> None:
    rows = [n for n, width in enumerate(wide) if width > 0]
    edge = "faint" if kind.mark == "plain" else kind.mark
    axes.barh(
        rows, [wide[n] for n in rows], 0.74, [begin[n] for n in rows],
        facecolor=ink(kind.mark, kind.tint), edgecolor=ink(edge), linewidth=0.5,
        hatch=kind.hatch,
    )  # fmt: skip


def _discriminations(axes: Any, steps: Sequence[StepStatistics]) -> None:
    known = [(n, s.discrimination) for n, s in enumerate(steps) if s.discrimination is not None]
    low = min([0.0, *(value for _, value in known)])
    axes.set_xlim(min(-0.1, math.floor(low * 10) / 10), 1.0)
    name_rows(axes, [""] * len(steps))
    grid(axes, "y")
    axes.axvline(0.0, color=ink("plain"), linewidth=0.8)
    axes.axvline(WEAK, color=ink("plain"), linewidth=0.8, linestyle=(0, (2, 2)))
    axes.spines["left"].set_visible(False)
    for weak, marker in ((False, "o"), (True, "D")):
        own = [(n, value) for n, value in known if (value < WEAK) == weak]
        axes.plot(
            [v for _, v in own], [n for n, _ in own], linestyle="none", marker=marker,
            markersize=6 * POINT if weak else 7 * POINT,
            markerfacecolor=ink("focus", 0.0 if weak else 1.0), markeredgecolor=ink("focus"),
            clip_on=False,
        )  # fmt: skip
    axes.set_xticks([0, 0.2, 0.5, 1.0], ["0", "0.2", "0.5", "1"])
    axes.set_xlabel("discrimination")


def _legend(axes: Any) -> None:
    """What the hatchings mean, in two lines on top: three kinds in each."""
    axes.set_axis_off()
    axes.set_xlim(0, WIDTH)
    axes.set_ylim(LINE * 2, 0)
    half = len(KINDS) // 2
    for n, kinds in enumerate((KINDS[:half], KINDS[half:])):
        x, y = 10.0, LINE * (n + 0.5)
        for kind in kinds:
            edge = "faint" if kind.mark == "plain" else kind.mark
            axes.barh(
                [y], [22], 12, [x], facecolor=ink(kind.mark, kind.tint), edgecolor=ink(edge),
                linewidth=0.5, hatch=kind.hatch,
            )  # fmt: skip
            words_at(axes, x + 28, y, kind.words, va="center")
            x += 28 + TEXT * text_width(kind.words) + 16
    words_at(axes, x, y, "number: facility, %", va="center")


def _spoken_step(step: StepStatistics, name: str) -> str:
    found = f"{name}: facility {100 * step.facility:.0f} percent"
    if step.discrimination is not None:
        found += f", discrimination {step.discrimination:.2f}".replace("-", "minus ")
    return found + "."
