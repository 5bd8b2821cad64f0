"""The pictures of a class report: what the statistics of `templates.class_report.survey` look
like.

Nothing rests on colour: kinds of bars differ in tint and hatching, and their values stand
beside them.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from problems.formulas.formula import Formula
from templates.class_report.findings import WEAK, title_of
from templates.class_report.survey import (
    Deviation,
    Period,
    SlipStatistics,
    StepStatistics,
    Timeline,
    Variant,
)
from templates.drawings.drawing import Drawing, Mark
from templates.feedback.report import Verdict
from templates.formulas.spans import label, text_width
from templates.formulas.speech import speech
from templates.plots.recorder import DPI, HALO, TEXT, flat, ink, recorded, sheet

WIDTH = 640.0
ROW = 17.0
"""Pixels from one step to the next."""
LINE = 18.0
"""Pixels of a line of the legend."""

MOST_ROWS = 40
"""Steps of one picture; more of them go on in the next one, so that each fits on a sheet."""

MOST_SLIPS = 10
MOST_FEATURES = 3
POINT = 72 / DPI
"""Points in a pixel: matplotlib's lines and letters are in points."""

SIGMAS = 1.96
"""Standard errors on either side of a mean: 95 % of normal samples."""


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


# axes --------------------------------------------------------------------------------------


def _axes(figure: Any, left: float, top: float, width: float, height: float) -> Any:
    """Axes whose frame is given in pixels from the upper left corner."""
    w, h = figure.bbox.size
    axes = figure.add_axes((left / w, 1 - (top + height) / h, width / w, height / h))
    axes.patch.set_visible(False)
    return axes


def _words(axes: Any, x: float, y: float, text: str, **more: Any) -> None:
    axes.text(x, y, text, color=ink(more.pop("mark", "plain")), clip_on=False, **more)


def _widest(names: Sequence[str], symbols: Mapping[str, Formula]) -> float:
    """Of the labels left of an axis, in pixels."""
    widths = [label(flat(symbols[n])).width if n in symbols else text_width(n) for n in names]
    return TEXT * max(widths, default=0.0)


def _rows(axes: Any, names: Sequence[str]) -> None:
    """Names at the rows of a picture, the first on top."""
    axes.set_ylim(len(names) - 0.5, -0.5)
    axes.set_yticks(range(len(names)), names)
    axes.tick_params(axis="y", length=0, pad=5 * POINT)
    axes.spines["left"].set_linewidth(0.8)


def _grid(axes: Any, axis: str) -> None:
    axes.grid(axis=axis, color=ink("faint"), linewidth=0.5, linestyle=(0, (1, 3)))


# scores ------------------------------------------------------------------------------------


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
        axes = _axes(figure, 60, 32, WIDTH - 80, 126)
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
                _words(
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
    _words(axes, end, top, left, ha="right", va="bottom")
    _words(axes, start, top, right, ha="left", va="bottom")


# steps -------------------------------------------------------------------------------------


def step_chart(steps: Sequence[StepStatistics], symbols: Symbols, of: str = "") -> Drawing:
    """What became of every step, and whether it tells students apart.

    Args:
        steps: rows from top to bottom.
        symbols: of the steps.
        of: which part of the steps this is, for the title.
    """
    names = [step.label for step in steps]
    shown = {step.label: symbols[step.id] for step in steps}
    left = 14 + _widest(names, shown)
    height = ROW * len(steps)
    top = 28 + LINE * 2
    with sheet(WIDTH, height + top + 40) as figure:
        shares = _axes(figure, left, top, 0.60 * (WIDTH - left) - 30, height)
        _stacked(shares, steps, names)
        told = _axes(
            figure, left + 0.60 * (WIDTH - left) + 22, top, 0.40 * (WIDTH - left) - 40, height
        )
        _discriminations(told, steps)
        _legend(_axes(figure, 0, 8, WIDTH, LINE * 2))
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
    _rows(axes, names)
    axes.set_xlim(0, 100)
    axes.set_xticks([0, 25, 50, 75, 100])
    axes.set_xlabel("percent of the submissions")
    for n, step in enumerate(steps):
        _words(axes, 102, n, f"{100 * step.facility:.0f}", va="center", fontsize=TEXT * POINT)


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
    _rows(axes, [""] * len(steps))
    _grid(axes, "y")
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
            _words(axes, x + 28, y, kind.words, va="center")
            x += 28 + TEXT * text_width(kind.words) + 16
    _words(axes, x, y, "number: facility, %", va="center")


def _spoken_step(step: StepStatistics, name: str) -> str:
    found = f"{name}: facility {100 * step.facility:.0f} percent"
    if step.discrimination is not None:
        found += f", discrimination {step.discrimination:.2f}".replace("-", "minus ")
    return found + "."


# bars with a name ----------------------------------------------------------------------------


def _named_bars(
    rows: Sequence[tuple[str, float, str]], title: str, said: str, across: str,
    names: Mapping[str, Formula], mark: Mark, most: float | None = None,
) -> Drawing:  # fmt: skip
    """Rows of name, percent and what stands behind the bar."""
    left = 14 + _widest([name for name, *_ in rows], names)
    right = 14 + TEXT * max((text_width(after) for *_, after in rows), default=0.0)
    height = max(1, len(rows)) * (ROW + 2)
    with sheet(WIDTH, height + 54) as figure:
        axes = _axes(figure, left, 8, WIDTH - left - right, height)
        wide = [100 * share for _, share, _ in rows]
        axes.barh(
            range(len(rows)), wide, 0.68, facecolor=ink(mark, 0.45), edgecolor=ink(mark),
            linewidth=0.6,
        )  # fmt: skip
        top = most or max([1.0, *wide])
        axes.set_xlim(0, top)
        _rows(axes, [name for name, *_ in rows])
        axes.yaxis.get_major_locator()
        axes.xaxis.get_major_locator().set_params(nbins=6)
        axes.set_xlabel(across)
        for n, (_, share, after) in enumerate(rows):
            _words(axes, 100 * share + 0.008 * top, n, after, va="center")
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


# variants ----------------------------------------------------------------------------------


def variant_chart(features: Sequence[Variant], names: Mapping[str, Formula]) -> Drawing:
    """Mean score of each third of the class, by the value of what was drawn."""
    shown = list(features[:MOST_FEATURES])
    means = [t.mean for one in shown for t in one.terciles]
    errors = [_half(t.error) for one in shown for t in one.terciles]
    low = min(m - e for m, e in zip(means, errors, strict=True))
    high = max(m + e for m, e in zip(means, errors, strict=True))
    margin = max(2.0, 0.12 * (high - low))
    wide = (WIDTH - 70) / max(1, len(shown))
    with sheet(WIDTH, 268) as figure:
        for n, one in enumerate(shown):
            axes = _axes(figure, 58 + n * wide, 34, wide - 24, 170)
            axes.set_ylim(max(-2.0, low - margin), min(102.0, high + margin))
            _thirds(axes, one)
            _grid(axes, "y")
            if n == 0:
                axes.set_ylabel("mean percent")
            else:
                axes.tick_params(axis="y", labelleft=False)
            top = 1.06
            name = one.name
            clear = "" if one.clear else " (not clear)"
            axes.text(0.5, top, name, transform=axes.transAxes, ha="center", va="bottom")
            axes.set_xlabel(f"r = {one.correlation:.2f}{clear}".replace("-", "−"))
        said = " ".join(map(_spoken_variant, shown))
        return recorded(figure, "Scores by what was drawn", said, names)


def _half(error: float) -> float:
    return 0.0 if math.isnan(error) else SIGMAS * error


def _thirds(axes: Any, one: Variant) -> None:
    count = len(one.terciles)
    means = [t.mean for t in one.terciles]
    axes.set_xlim(-0.6, count - 0.4)
    axes.plot(range(count), means, color=ink("focus"), linewidth=1.0)
    for n, third in enumerate(one.terciles):
        half = _half(third.error)
        axes.plot([n, n], [third.mean - half, third.mean + half], color=ink("focus"))
    axes.plot(
        range(count), means, linestyle="none", marker="o", markersize=8 * POINT,
        markerfacecolor=ink("focus"), markeredgecolor=ink("focus"),
    )  # fmt: skip
    axes.set_xticks(range(count), _names_of(one))


def _names_of(one: Variant) -> list[str]:
    """The thirds in few letters: `≤ 0.35`, `between`, `≥ 0.65`."""
    first, *middle, last = one.terciles if len(one.terciles) > 1 else (*one.terciles, None)
    names = [f"≤ {first.high:.2g}" if first else "", *["between"] * len(middle)]
    names += [f"≥ {last.low:.2g}"] if last else []
    return [name.replace("-", "−") for name in names]


def _spoken_variant(one: Variant) -> str:
    thirds = ", ".join(f"{t.low:g} to {t.high:g}: {t.mean:.1f} percent" for t in one.terciles)
    return f"{one.name}, correlation {one.correlation:.2f}: {thirds}."


# time --------------------------------------------------------------------------------------

_FORMS = {"hour": "%d %b %H:00", "day": "%d %b", "week": "%d %b %Y"}


def time_chart(course: Timeline) -> Drawing:
    """Submissions and their mean score, period by period."""
    periods = course.periods
    with sheet(WIDTH, 300) as figure:
        scores = _axes(figure, 62, 12, WIDTH - 84, 96)
        _means(scores, periods)
        counts = _axes(figure, 62, 132, WIDTH - 84, 110)
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
    _grid(axes, "y")


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
