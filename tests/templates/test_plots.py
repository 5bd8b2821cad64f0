"""Plots of the class report: whole, in both media, and not by colour alone."""

from __future__ import annotations

import itertools
from datetime import datetime, timedelta

import pytest
from issued_exercises import exercises

from problems.formulas.formula import Formula
from templates.class_report.charts.axes import chunks
from templates.class_report.charts.bars import deviation_chart, slip_chart
from templates.class_report.charts.scores import score_chart
from templates.class_report.charts.steps import KINDS, step_chart
from templates.class_report.charts.timeline import time_chart
from templates.class_report.charts.variants import variant_chart
from templates.class_report.step_names import step_symbol
from templates.class_report.survey import (
    Deviation,
    Period,
    SlipStatistics,
    StepStatistics,
    Tercile,
    Timeline,
    Unit,
    Variant,
)
from templates.drawings.drawing import Area, Drawing, Line, Words, bounds, box_of
from templates.drawings.geometry import overlap
from templates.drawings.svg import svg


def symbols(family: str) -> dict[str, Formula]:
    exercise = exercises(family)[0]
    return {id: step_symbol(exercise, id) for id in exercise.questions}


def steps(family: str, discrimination: float | None = 0.4) -> list[StepStatistics]:
    counts = {"correct": 3, "imprecise": 1, "slip": 2, "wrong": 2, "blank": 1}
    labels = exercises(family)[0].labels
    return [
        StepStatistics(id, label, counts, 0.5, discrimination)  # type: ignore[arg-type]
        for id, label in labels.items()
    ]


def step_picture(family: str, discrimination: float | None) -> Drawing:
    part = chunks(steps(family, discrimination))[0]
    return step_chart(part, symbols(family))


def deviation_picture(family: str) -> Drawing:
    found = [Deviation(s.id, s.label, 40, 90, 3) for s in steps(family)]
    return deviation_chart(chunks(found)[0], 99, symbols(family))


def slip_picture() -> Drawing:
    names = ("slope-left-out", "updated-weights-used", "a-slip-of-later-days")
    return slip_chart([SlipStatistics(name, 12_345, 20_000, ()) for name in names])


def variant_picture(values: tuple[float, ...]) -> Drawing:
    thirds = tuple(Tercile(v, v + 0.05, 9, 60.0 + n, 2.0) for n, v in enumerate(values))
    return variant_chart([Variant("x.1", "x1", -0.5, 0.001, thirds, True)] * 3, {})


def time_picture(unit: Unit, step: timedelta, count: int) -> Drawing:
    start = datetime(2026, 9, 30)
    periods = (Period(start + n * step, n % 5, 50.0 if n % 5 else None) for n in range(count))
    return time_chart(Timeline(unit, tuple(periods), (), 0))


DRAWINGS = {
    "scores": lambda: score_chart([0.0, 99.0, 100.0] * 4000, 66.3, 99.0),
    "scores of nobody else": lambda: score_chart([0.0], 0.0, 0.0),
    "scores of the perfect": lambda: score_chart([100.0] * 5, 100.0, 100.0),
    "steps": lambda: step_picture("lfd", 0.4),
    "rounds": lambda: step_picture("two-rounds", -1.0),
    "no discrimination": lambda: step_picture("mazur", None),
    "deviations": lambda: deviation_picture("valchanov"),
    "slips": slip_picture,
    "draws": lambda: variant_picture((-0.95, 0.0, 0.95)),
    "two values": lambda: variant_picture((-0.95, 0.95)),
    "one value": lambda: variant_picture((0.5,)),
    "hours": lambda: time_picture("hour", timedelta(hours=1), 70),
    "days": lambda: time_picture("day", timedelta(days=1), 90),
    "weeks": lambda: time_picture("week", timedelta(weeks=1), 3),
    "one day": lambda: time_picture("day", timedelta(days=1), 2),
}


@pytest.mark.parametrize("name", DRAWINGS)
def test_nothing_is_cut_off(name: str) -> None:
    """All shapes lie on the drawing's own ground."""
    drawing = DRAWINGS[name]()
    left, top, right, bottom = bounds(drawing.shapes)
    assert left >= -1
    assert top >= -1
    assert right <= drawing.width + 1
    assert bottom <= drawing.height + 1


@pytest.mark.parametrize("name", DRAWINGS)
def test_no_words_lie_on_others(name: str) -> None:
    """Labels of axes, bars and rows can be told apart."""
    words = [shape for shape in DRAWINGS[name]().shapes if isinstance(shape, Words)]
    boxes = [box_of(one)._replace(width=one.width, height=0.9 * one.size) for one in words]
    for (a, one), (b, other) in itertools.combinations(zip(boxes, words, strict=True), 2):
        assert overlap(a, b) < 1.5, (one.label, other.label)


@pytest.mark.parametrize("name", DRAWINGS)
def test_drawings_say_what_they_show(name: str) -> None:
    """For those who cannot see them; the same drawing every time."""
    drawing = DRAWINGS[name]()
    assert drawing.title
    assert len(drawing.description) > 20
    assert svg(drawing) == svg(DRAWINGS[name]())


def test_kinds_of_bars_differ_without_colour() -> None:
    """In tint or in hatching, each from every other one."""
    looks = {(kind.tint, kind.hatch) for kind in KINDS}
    assert len(looks) == len(KINDS)
    shapes = step_picture("mazur", 0.4).shapes
    assert {area.tint for area in shapes if isinstance(area, Area)} >= {0.3, 0.35, 0.9}
    assert sum(isinstance(shape, Line) and shape.mark == "wrong" for shape in shapes) > 100
