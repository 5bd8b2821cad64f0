"""Bars with a name: where work first goes wrong, and the most common slips."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from problems.formulas.formula import Formula
from templates.class_report.charts.axes import (
    ROW,
    WIDTH,
    Symbols,
    axes_at,
    name_rows,
    widest,
    words_at,
)
from templates.class_report.findings import title_of
from templates.class_report.survey import (
    Deviation,
    SlipStatistics,
)
from templates.drawings.drawing import Drawing, Mark
from templates.formulas.spans import text_width
from templates.formulas.speech import speech
from templates.plots.recorder import TEXT, ink, recorded, sheet

MOST_SLIPS = 10


def _named_bars(
    rows: Sequence[tuple[str, float, str]], title: str, said: str, across: str,
    names: Mapping[str, Formula], mark: Mark, most: float | None = None,
) -> Drawing:  # fmt: skip
    """Rows of name, percent and what stands behind the bar."""
    left = 14 + widest([name for name, *_ in rows], names)
    right = 14 + TEXT * max((text_width(after) for *_, after in rows), default=0.0)
    height = max(1, len(rows)) * (ROW + 2)
    with sheet(WIDTH, height + 54) as figure:
        axes = axes_at(figure, left, 8, WIDTH - left - right, height)
        wide = [100 * share for _, share, _ in rows]
        axes.barh(
            range(len(rows)), wide, 0.68, facecolor=ink(mark, 0.45), edgecolor=ink(mark),
            linewidth=0.6,
        )  # fmt: skip
        top = most or max([1.0, *wide])
        axes.set_xlim(0, top)
        name_rows(axes, [name for name, *_ in rows])
        axes.yaxis.get_major_locator()
        axes.xaxis.get_major_locator().set_params(nbins=6)
        axes.set_xlabel(across)
        for n, (_, share, after) in enumerate(rows):
            words_at(axes, 100 * share + 0.008 * top, n, after, va="center")
        return recorded(figure, title, said, names)


def deviation_chart(
    deviations: Sequence[Deviation], submissions: int, symbols: Symbols, of: str = ""
) -> Drawing:
    """Where work first goes wrong, step by step."""
    rows = [(d.label, d.first / submissions, f"{d.first:,}") for d in deviations]
    said = " ".join(
        f"{speech(symbols[d.id])}: {100 * d.first / submissions:.0f} percent." for d in deviations
    )
    names = {d.label: symbols[d.id] for d in deviations}
    across = "percent of the submissions that first go wrong here"
    return _named_bars(rows, f"First deviations{of}", said, across, names, "wrong")


def slip_chart(slips: Sequence[SlipStatistics]) -> Drawing:
    """The most common misconceptions."""
    rows = [(title_of(s.slip), s.share, f"{s.submissions:,}") for s in slips[:MOST_SLIPS]]
    said = " ".join(f"{name}: {100 * share:.0f} percent." for name, share, _ in rows)
    across = "percent of the submissions that have it somewhere"
    return _named_bars(rows, "The most common slips", said, across, {}, "wrong")
