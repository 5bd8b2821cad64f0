"""The error over the updates, drawn for the answer key: does training get anywhere?

An exercise with more than one iteration asks for the first few points of a curve that nobody
sees by hand; the engine trains on and this module draws the rest of it.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise, takewhile
from typing import NamedTuple

from problems.arithmetic.elementary import log
from problems.arithmetic.precision import leading_place, rounded, rounded_significant
from problems.computation import ids
from problems.computation.kinds import LOSS
from problems.computation.network import Task, layered
from problems.computation.solve import train
from problems.exercise import Exercise
from problems.formulas.formula import Formula, Num, Op, Script, Sym, row
from problems.formulas.writing import number
from templates.drawings.drawing import LOOKS, PAD, Circle, Drawing, Line, Shape, Words
from templates.drawings.geometry import Point
from templates.formulas.spans import label
from templates.formulas.speech import speech
from templates.pages.page import Figure, Inlines, Math, Text

WIDTH, HEIGHT = 460.0, 230.0
MARGIN, ABOVE, BELOW = 8.0, 30.0, 44.0
"""Paper round everything, and room for the titles of the axes."""

SIZE, TITLE_SIZE = 12.5, 13.5
TICK, MINOR, GAP = 4.0, 4.0, 8.0
DOT = 2.6
"""Radius of a circle; ten updates that were asked for still stand side by side."""

OVERLAP = 0.5
"""Of one piece of the curve with the next, so that no seam shows between them."""

STEPS = 5
"""Intervals between ticks, at most about so many."""

STEEP = 50.0
"""From this ratio of the largest to the least error on the scale is logarithmic: on a linear
one everything but the first updates would lie on the axis."""

VANISHED = 1e-100
"""Less than this is no error any more, and has no place on a logarithmic scale."""

FLAT = 0.02
"""A change of less than this share is drawn from 0, as the flat line that it is."""

BEYOND = 1e4
"""Where the error grows by more than this it grows beyond all bounds, and the curve ends."""

MORE = 40
"""Updates shown past those that were asked for, at least: enough for the curve's shape."""


class Tick(NamedTuple):
    """A place on a scale; without a label it only subdivides a decade."""

    value: float
    label: Formula | None = None


@dataclass(frozen=True, slots=True)
class Scale:
    """From a value to its share of an axis, 0 to 1."""

    low: float
    high: float
    ticks: tuple[Tick, ...]
    logarithmic: bool = False

    def share(self, value: float) -> float:
        """How far along the axis the value stands."""
        low, high = self.low, self.high
        if self.logarithmic:
            value, low, high = (float(log(v)) for v in (value, low, high))
        return (value - low) / (high - low)


# scales ------------------------------------------------------------------------------------


def error_scale(losses: Sequence[float]) -> Scale:
    """The vertical scale: its first and last tick hold all losses between them.

    >>> [tick.value for tick in error_scale([0.298, 0.2, 0.031]).ticks]
    [0.0, 0.1, 0.2, 0.3]
    >>> error_scale([0.3, 0.0001]).logarithmic
    True
    """
    least, most = min(losses), max(losses)
    if least > VANISHED and most / least > STEEP:
        return _logarithmic(least, most)
    near = FLAT * most < most - least < most / 2  # else 0 is not far, or there is no change
    low, high = least if near else 0.0, most or 1.0
    step, place = _nice_step(high - low)
    unit = _at(step, place)
    counts = range(step * math.floor(low / unit), step * math.ceil(high / unit) + 1, step)
    ticks = tuple(Tick(_at(count, place), _written(count, place)) for count in counts)
    return Scale(ticks[0].value, ticks[-1].value, ticks)


def count_scale(last: int) -> Scale:
    """The horizontal scale: whole numbers of updates, from 0 to the last."""
    step, place = _nice_step(float(last))
    width = max(1, step * 10**place) if place >= 0 else 1
    ticks = tuple(Tick(float(n), Num(str(n))) for n in range(0, last + 1, width))
    return Scale(0.0, float(last), ticks)


def _logarithmic(least: float, most: float) -> Scale:
    """Ticks at powers of ten; between them marks at 2 to 9 where there is room for these."""
    low, high = _exponent(least), _exponent(most)
    high += most > _at(1, high)
    width = -(-(high - low) // STEPS)
    low = high - width * -(-(high - low) // width)
    ticks = [Tick(_at(1, n), _power(n)) for n in range(low, high + 1, width)]
    if high - low <= STEPS:
        ticks += [Tick(_at(k, n)) for n in range(low, high) for k in range(2, 10)]
    return Scale(_at(1, low), _at(1, high), tuple(ticks), logarithmic=True)


def _nice_step(span: float) -> tuple[int, int]:
    """The least of 1, 2, 5 times a power of ten that needs no more than `STEPS` steps.

    >>> _nice_step(0.3), _nice_step(50.0)
    ((1, -1), (1, 1))
    """
    least = span / STEPS
    place = _exponent(least)
    for step in (1, 2, 5):
        if _at(step, place) >= least:
            return step, place
    return 1, place + 1


def _exponent(value: float) -> int:
    return int(f"{float(leading_place(value)):e}".split("e")[1])


def _at(count: int, place: int) -> float:
    """count · 10^place as the nearest double: 3 · 0.1 would be a little more than 0.3."""
    return float(f"{count}e{place}")


# numbers as they are written ---------------------------------------------------------------


def _written(count: int, place: int) -> Formula:
    """A tick's number, with as many decimals as its neighbours."""
    if count == 0:
        return Num("0")
    if -5 <= place <= 4:
        return Num(rounded(_at(count, place), max(0, -place)))
    return row(Num(str(count)), Op("×", "binary"), _power(place))


def _power(exponent: int) -> Formula:
    """A power of ten, written out where that is as short."""
    if -3 <= exponent <= 3:
        return Num(rounded(_at(1, exponent), max(0, -exponent)))
    return Script(Num("10"), sup=Num(f"{exponent}"))


def brief(value: float) -> Formula:
    """A loss to three figures; very small and very large ones with a power of ten.

    >>> brief(0.03148)
    Num(text='0.0315')
    """
    if value == 0 or 1e-4 <= value < 1e5:
        return Num(rounded_significant(value, 3) if value else "0")
    digits, exponent = f"{value:.2e}".split("e")
    return row(Num(digits), Op("×", "binary"), _power(int(exponent)))


# the drawing -------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Curve:
    """A curve on its axes."""

    losses: Sequence[float]
    asked: int
    x: Scale
    y: Scale
    left: float
    right: float
    top: float = ABOVE
    bottom: float = HEIGHT - BELOW

    def at(self, count: float, loss: float) -> Point:
        """Where a point of the curve stands."""
        across, up = self.x.share(count), self.y.share(loss)
        return (
            self.left + across * (self.right - self.left),
            self.bottom - up * (self.bottom - self.top),
        )

    def axes(self) -> Iterator[Shape]:
        """Both axes, with faint lines across at the numbers of the vertical one."""
        for value, name in self.y.ticks:
            _, y = self.at(0, value)
            end = self.right if name else self.left + MINOR
            yield Line(self.left, y, end, y, LOOKS["faint"].width, "faint")
            if name:
                yield Words(self.left - GAP, y, label(name), SIZE, anchor="end")
        for value, name in self.x.ticks:
            x, _ = self.at(value, self.y.high)
            yield Line(x, self.bottom, x, self.bottom + TICK)
            if name:
                yield Words(x, self.bottom + TICK + 12, label(name), SIZE)
        yield Line(self.left, self.top, self.left, self.bottom)
        yield Line(self.left, self.bottom, self.right, self.bottom)

    def line(self) -> Iterator[Shape]:
        """The curve, circles at what was asked for, and the last error beside its end."""
        points = [self.at(count, loss) for count, loss in enumerate(self.losses)]
        for (x1, y1), (x2, y2) in pairwise(points):
            beyond = OVERLAP / math.hypot(x2 - x1, y2 - y1)
            yield Line(x1, y1, x2 + beyond * (x2 - x1), y2 + beyond * (y2 - y1), width=1.7)
        for point in points[: self.asked + 1]:
            yield Circle(*point, DOT)
        x, y = points[-1]
        yield Words(x + GAP, y, label(brief(self.losses[-1])), SIZE, anchor="start")

    def titles(self, symbol: Formula, across: str) -> Iterator[Shape]:
        """What the axes count."""
        log_note = [Sym(" (logarithmic)", "upright")] if self.y.logarithmic else []
        upward = label(row(symbol, *log_note))
        yield Words(MARGIN + PAD, self.top - 18, upward, TITLE_SIZE, anchor="start")
        middle = (self.left + self.right) / 2
        yield Words(middle, self.bottom + 33, label(Sym(across, "upright")), TITLE_SIZE)


def curve(
    losses: Sequence[float], asked: int, symbol: Formula, across: str = "updates"
) -> Drawing:
    """The losses as a curve.

    Args:
        losses: before the first update and after each one; two or more, all finite.
        asked: how many updates the exercise asks for; they and the start have a circle.
        symbol: what the text calls the loss.
        across: what the horizontal axis counts, in the plural.
    """
    x, y = count_scale(len(losses) - 1), error_scale(losses)
    widest = max(label(tick.label).width for tick in y.ticks if tick.label)
    end = label(brief(losses[-1])).width
    left = MARGIN + PAD + widest * SIZE + GAP
    right = WIDTH - MARGIN - PAD - end * SIZE - GAP
    drawn = _Curve(losses, asked, x, y, left, right)
    shapes = (*drawn.axes(), *drawn.line(), *drawn.titles(symbol, across))
    words = " ".join(_sentences(losses, asked, across, y))
    return Drawing(WIDTH, HEIGHT, f"The error over the {across}", words, shapes)


def _sentences(losses: Sequence[float], asked: int, across: str, y: Scale) -> Iterator[str]:
    """What the curve shows, for those who cannot see it."""
    one, last = across.removesuffix("s"), len(losses) - 1
    first, end, then = (speech(brief(losses[n])) for n in (0, last, min(asked, last)))
    verb = "falls" if losses[-1] < losses[0] else "rises"
    if first == end:
        yield f"The error is {first} before the first {one} and after {_many(last, one)}."
    else:
        course = f"from {first} before the first {one} to {end} after {_many(last, one)}"
        yield f"The error {verb} {course}; {_steadily(losses, one)}."
    yield f"After {_many(asked, one)}, as many as are asked for, it is {then}."
    if y.logarithmic:
        low, *_, high = (speech(tick.label) for tick in y.ticks if tick.label)
        yield f"The scale of the error is logarithmic, from {low} to {high}."


def _many(count: int, one: str) -> str:
    return f"{count} {one}" + ("s" if count != 1 else "")


def _steadily(losses: Sequence[float], one: str) -> str:
    """Whether it goes one way all the time."""
    changes = [after - before for before, after in pairwise(losses)]
    rises, falls = sum(c > 0 for c in changes), sum(c < 0 for c in changes)
    if len(changes) in (rises, falls):
        return f"it {'rises' if rises else 'falls'} at every {one}"
    return f"it falls at {falls} of them and rises at {rises}"


# an exercise's curve -----------------------------------------------------------------------


def error_curve(exercise: Exercise) -> Figure | None:
    """The curve of an exercise with several iterations, trained further in the same way.

    None where there is only one iteration, where nothing is updated, and where already the
    updates that are asked for lead to nothing that could be drawn.
    """
    task = exercise.plan.task
    if task.iterations == 1 or not task.update:
        return None
    trained, _ = train(layered(exercise.plan), exercise.numbers, shown_for(task.iterations))
    losses = _bounded([float(loss) for loss in trained])
    if len(losses) <= task.iterations:
        return None
    drawing = curve(losses, task.iterations, _loss_symbol(exercise), _across(task))
    return Figure(drawing, _caption(exercise, losses))


def _bounded(losses: Sequence[float]) -> list[float]:
    """What there is to see: a rate that is too large soon leads out of all numbers."""
    bound = BEYOND * max(1.0, losses[0])
    return list(takewhile(lambda loss: loss <= bound, losses))


def shown_for(asked: int) -> int:
    """How many updates are shown: the axis ends with a full ten.

    >>> shown_for(2), shown_for(10), shown_for(11)
    (50, 50, 60)
    """
    return -(-(asked + MORE) // 10) * 10


def _one_by_one(task: Task) -> bool:
    """Whether a point of the curve is a round through all examples, not one update."""
    return task.mode == "sequential" and task.examples > 1


def _across(task: Task) -> str:
    return "rounds" if _one_by_one(task) else "updates"


def _loss_symbol(exercise: Exercise) -> Formula:
    """The text's loss; of examples met one by one it has only that of each, so their mean."""
    if _one_by_one(exercise.plan.task):
        return row(Sym("mean of ", "upright"), exercise.naming.symbol(_first_loss()))
    return exercise.naming.symbol(ids.of(LOSS))


def _first_loss() -> str:
    return ids.at(ids.of(LOSS), 1)


def _caption(exercise: Exercise, losses: Sequence[float]) -> Inlines:
    task, last = exercise.plan.task, len(losses) - 1
    asked, across = task.iterations, _across(task)
    ends = (exercise.precision.shown(LOSS.name, losses[n]) for n in (0, asked))
    first, then = (Math(number(end)) for end in ends)
    if _one_by_one(task):
        mean, rounds = "the mean of ", "rounds through the examples"
        symbol, met = (
            exercise.naming.symbol(_first_loss()),
            " over the examples as they are met,",
        )
    else:
        mean, rounds, symbol, met = "", "updates", exercise.naming.symbol(ids.of(LOSS)), ""
    rest = f"the curve goes on in the same way to {last} {across}."
    if last < shown_for(asked):
        rest = f"after {last} {across} the curve ends, for the error grows beyond all bounds."
    return (
        Text(f"The exercise asks for {asked} {rounds}. The circles mark {mean}"),
        Math(symbol),
        Text(f"{met} before the first ("),
        first,
        Text(") and after each of them (in the end "),
        then,
        Text(f"); {rest}"),
    )
