"""Scores by what was drawn."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any

from problems.formulas.formula import Formula
from templates.class_report.charts.axes import (
    POINT,
    WIDTH,
    axes_at,
    grid,
)
from templates.class_report.survey import (
    Variant,
)
from templates.drawings.drawing import Drawing
from templates.plots.recorder import ink, recorded, sheet

MOST_FEATURES = 3
SIGMAS = 1.96
"""Standard errors on either side of a mean: 95 % of normal samples."""


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
            axes = axes_at(figure, 58 + n * wide, 34, wide - 24, 170)
            axes.set_ylim(max(-2.0, low - margin), min(102.0, high + margin))
            _thirds(axes, one)
            grid(axes, "y")
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
