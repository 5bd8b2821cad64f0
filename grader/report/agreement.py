"""Wrong answers that two students share though they have different numbers.

Every student has an exercise of their own, so an answer that is wrong for one and stands at
the same step of another one came there by chance, or from the other's paper. Chance is
estimated from the class itself: how densely answers to the step lie round that number. A pair
is worth a look if fewer than `FEW_BY_CHANCE` pairs of a class of this size would share as many.

No pair of students is ever compared as such: answers are grouped by step and text, and only
groups of few, in which at least one answer is wrong, are opened.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence

import numpy as np
import polars as pl

from grader.report.groups import Cohort
from grader.report.results import Results
from problems.arithmetic.elementary import FloatArray
from templates.class_report.survey import Agreement, Pair

WRONG = ("slip", "repeated", "wrong")
"""Verdicts that speak of their own; what is carried from a wrong answer repeats it."""

FEW_BY_CHANCE = 0.01
"""Pairs in the whole class that may share as many wrong answers by chance."""

LEAST = 3
"""Answers in common below which nothing is said at all."""

DIGITS = 2
"""An answer with fewer significant digits (0, 1, 0.5) is anybody's."""

RARE = 20
"""An answer that more students give than this is common property."""

MOST_PAIRS = 4_000_000
"""Coincidences that are opened at most, the rarest first."""

_NUMBER = r"^[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?$"


def agreement(cohorts: Sequence[Cohort], results: Results) -> Agreement:
    """Pairs of submissions that share rare answers which are wrong for one of them."""
    pairs: list[Pair] = []
    seen, expected, compared = 0, 0.0, 0
    for cohort in cohorts:
        if cohort.count < 2:
            continue
        answers = _with_chance(numbers(cohort, results), cohort.count)
        shared = _coincidences(answers)
        seen += shared.height
        expected += _expected(answers, cohort.count)
        compared += cohort.count
        pairs += _pairs(cohort, answers, shared)
    pairs.sort(key=lambda one: (one.by_chance, -one.shared, one.first, one.second))
    return Agreement(tuple(pairs), seen, expected, compared)


# answers -----------------------------------------------------------------------------------


def numbers(cohort: Cohort, results: Results) -> pl.DataFrame:
    """Numbers that say something: `who`, `step`, `text` (normalised), `value`, `unit`, `wrong`."""
    places = pl.LazyFrame(
        {"row": cohort.rows.astype(np.uint32), "who": np.arange(cohort.count, dtype=np.uint32)}
    )
    text = pl.col("answer").str.strip_chars().str.replace(",", ".", literal=True)
    text = text.str.replace("−", "-", literal=True).str.replace(r"^\+", "")
    digits = pl.col("text").str.replace(r"[eE].*$", "").str.replace_all(r"[^0-9]", "")
    places_of = pl.col("text").str.extract(r"\.(\d*)", 1).str.len_chars().fill_null(0)
    return (
        results.steps.lazy()
        .join(places, on="row", how="inner")
        .select("who", step="id", text=text, wrong=pl.col("verdict").is_in(WRONG))
        .filter(pl.col("text").str.contains(_NUMBER))
        .with_columns(
            significant=digits.str.strip_chars_start("0").str.len_chars(),
            value=pl.col("text").cast(pl.Float64, strict=False),
            unit=pl.lit(10.0).pow(-places_of.cast(pl.Float64)),
        )
        .filter(pl.col("significant") >= DIGITS, pl.col("value").is_finite())
        .select("who", "step", "text", "wrong", "value", "unit", "significant")
        .collect()
    )


def _with_chance(answers: pl.DataFrame, count: int) -> pl.DataFrame:
    """With `likely`, the estimate that another student writes just this at the step, and
    `chance`, the same on the safe side: at least what its digits and the class allow for.
    """
    parts = []
    for _, own in answers.group_by("step", maintain_order=True):
        likely = densities(own["value"].to_numpy(), own["unit"].to_numpy(), count)
        most = 10.0 ** -own["significant"].to_numpy().astype(float)
        same = own.select(pl.len().over("text"))["len"].to_numpy().astype(np.int64)
        others = (same - 2) / max(1, count - 2)
        least = np.maximum(np.minimum(most, 0.01), 0.1 / count)
        chance = np.minimum(1.0, np.maximum.reduce([likely, least, others]))
        parts.append(own.with_columns(likely=likely, chance=chance, same=same))
    return pl.concat(parts) if parts else answers.with_columns(likely=0.0, chance=0.0, same=0)


def densities(values: FloatArray, units: FloatArray, count: int) -> FloatArray:
    """How likely another student's answer to the step falls on each of these numbers.

    The nearest neighbours of a number among all answers say how densely answers lie there;
    a number takes up one unit of its last digit.

    Args:
        values: all answers to one step.
        units: one unit of the last digit of each.
        count: students.
    """
    ordered = np.sort(values)
    size = len(values)
    near = min(size, max(5, math.isqrt(size)))
    at = np.searchsorted(ordered, values)
    start = np.clip(at - near // 2, 0, size - near)
    width = ordered[start + near - 1] - ordered[start]
    return np.minimum(1.0, (near - 1) / count * units / np.maximum(width, units))


def _expected(answers: pl.DataFrame, count: int) -> float:
    """Coincidences of a wrong answer with any other, by chance, among the rare ones.

    A pair in which both are wrong is counted from either side, so half of each.
    """
    rare = answers.filter(pl.col("wrong"), pl.col("same") <= RARE).unique(["who", "text"])
    if rare.is_empty():
        return 0.0
    both = float(answers["wrong"].mean() or 0.0)  # type: ignore[arg-type]
    return float(rare["likely"].sum()) * (count - 1) * (1 - both / 2)


# coincidences ------------------------------------------------------------------------------


def _coincidences(answers: pl.DataFrame) -> pl.DataFrame:
    """Pairs `a` < `b` with the `step` and `text` that both have, wrong for one of them.

    One number written at several steps is one coincidence.
    """
    sizes = answers.group_by("step", "text").agg(pl.len().alias("n"), pl.col("wrong").any())
    rare = sizes.filter(pl.col("wrong"), pl.col("n").is_between(2, RARE)).sort("n")
    opened = rare.filter((pl.col("n") * (pl.col("n") - 1) // 2).cum_sum() <= MOST_PAIRS)
    own = answers.join(opened.select("step", "text"), on=["step", "text"], how="semi")
    left = own.select("step", "text", a="who", wrong_a="wrong")
    right = own.select("step", "text", b="who", wrong_b="wrong")
    return (
        left.join(right, on=["step", "text"])
        .filter(pl.col("a") < pl.col("b"), pl.col("wrong_a") | pl.col("wrong_b"))
        .select("a", "b", "step", "text")
        .unique(["a", "b", "text"], keep="any")
    )


def _pairs(cohort: Cohort, answers: pl.DataFrame, shared: pl.DataFrame) -> Iterator[Pair]:
    """Pairs beyond chance."""
    often = (
        shared.group_by("a", "b")
        .agg(pl.len().alias("n"), pl.col("step").cast(pl.String))
        .filter(pl.col("n") >= LEAST)
    )
    chance = np.zeros(cohort.count)
    wrong = answers.filter(pl.col("wrong")).unique(["who", "text"], keep="any")
    np.add.at(chance, wrong["who"].to_numpy(), wrong["chance"].to_numpy())
    possible = cohort.count * (cohort.count - 1) / 2
    for a, b, count, steps in often.iter_rows():
        expected = float(chance[a] + chance[b])
        by_chance = possible * at_least(count, expected)
        if by_chance < FEW_BY_CHANCE:
            names = sorted((str(cohort.students[a]), str(cohort.students[b])))
            order = {id: n for n, id in enumerate(cohort.questions)}
            listed = sorted(steps, key=lambda id: order.get(id, len(order)))
            labels = tuple(cohort.label(id) for id in listed)
            yield Pair(names[0], names[1], cohort.number, count, expected, by_chance, labels)


def at_least(count: int, expected: float) -> float:
    """Probability of `count` or more rare events where so many are expected (Poisson).

    >>> round(at_least(1, 0.1), 4), at_least(0, 0.1)
    (0.0952, 1.0)
    """
    if count <= 0:
        return 1.0
    if expected <= 0:
        return 0.0
    term = math.exp(count * math.log(expected) - expected - math.lgamma(count + 1))
    total, n = 0.0, count
    while term > total * 1e-12 and n < count + 1000:
        total += term
        n += 1
        term *= expected / n
    return min(1.0, total)
