"""The error curve of the key: true numbers, whole scales, and nothing over the edge."""

from __future__ import annotations

import itertools
import math
import xml.etree.ElementTree as ET
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st
from issued_exercises import exercises
from plans import PLANS, random_givens

from problems.arithmetic.precision import Precision
from problems.computation import ids
from problems.computation.graph import build
from problems.computation.network import Plan, Task
from problems.computation.sections import Group, Placed
from problems.computation.solve import train, values
from problems.exercise import Exercise
from problems.formulas.formula import Script, Sym, word
from templates.drawings.drawing import Circle, Drawing, Line, Words, bounds, box_of
from templates.drawings.geometry import overlap
from templates.drawings.svg import svg
from templates.pages.page import Figure, Heading, Math, Table, Text
from templates.sheets.curve import (
    HEIGHT,
    STEPS,
    WIDTH,
    count_scale,
    curve,
    error_curve,
    error_scale,
    shown_for,
)
from templates.sheets.sheets import Sheet, key, worksheet

LOSS = Script(Sym("E"), sub=word("total"))
LOSSES = st.one_of(
    st.lists(st.floats(0, 5), min_size=2, max_size=70),
    st.lists(st.floats(1e-12, 1e9), min_size=2, max_size=70),
    st.lists(st.floats(0.29, 0.31), min_size=2, max_size=70),
    st.builds(
        lambda first, ratio, count: [first * ratio**n for n in range(count)],
        st.floats(0.001, 10),
        st.floats(0.5, 1.1),
        st.integers(2, 70),
    ),
)


def exercise_of(plan: Plan, seed: int = 7, rate: str = "0.5") -> Exercise:
    """An exercise that asks for every step of a plan, with drawn numbers."""
    graph = build(plan)
    numbers = {id: f"{float(v[0]):.2f}" for id, v in random_givens(graph, 1, seed).items()}
    known = numbers | {"rate": rate}
    return Exercise("x-1", "ada", "x", "standard", plan, known, Precision(5), tuple(graph.steps))


def with_task(name: str, task: Task) -> Plan:
    return replace(PLANS[name], task=task)


def figure_of(exercise: Exercise) -> Figure:
    found = error_curve(exercise)
    assert found is not None
    return found


def said(words: Words) -> str:
    return "".join(span.text for span in words.label.spans)


def labels(drawing: Drawing) -> list[Words]:
    return [shape for shape in drawing.shapes if isinstance(shape, Words)]


def circles(drawing: Drawing) -> list[Circle]:
    return [shape for shape in drawing.shapes if isinstance(shape, Circle)]


def amount(words: Words) -> float:
    """A tick's number; raised letters are an exponent."""
    raised = "".join(span.text for span in words.label.spans if span.rise > 0)
    level = "".join(span.text for span in words.label.spans if span.rise == 0)
    return float(level) ** int(raised.replace("−", "-") or 1)


def read_off(drawing: Drawing, y: float) -> float:
    """What a reader with a ruler takes from the vertical axis at a height."""
    ticks = [w for w in labels(drawing) if w.anchor == "end"]
    low, high = ticks[0], ticks[-1]
    share = (y - low.y) / (high.y - low.y)
    bottom, top = amount(low), amount(high)
    if any("logarithmic" in said(w) for w in labels(drawing)):
        return bottom * (top / bottom) ** share
    return bottom + share * (top - bottom)


# numbers ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("exercise", exercises("two-rounds", 8), ids=lambda e: e.id)
def test_the_circles_stand_at_the_answers(exercise: Exercise) -> None:
    """Read off with a ruler, they are the losses that the students compute."""
    drawing = figure_of(exercise).drawing
    found = [read_off(drawing, circle.y) for circle in circles(drawing)]
    assert len(found) == exercise.plan.task.iterations + 1
    for number, iteration in enumerate((1, 2)):
        true = float(exercise.solution[ids.at("loss", None, iteration)].m)
        assert found[number] == pytest.approx(true, rel=1e-9)


@pytest.mark.parametrize(
    "name, task",
    [
        ("mazur", Task(iterations=9)),
        ("mazur", Task(iterations=9, update_biases=False)),
        ("softmax", Task(iterations=9)),
        ("lfd", Task(examples=3, iterations=9)),
        ("sgd", Task(examples=2, mode="sequential", iterations=9)),
    ],
)
def test_training_goes_on_as_the_exercise_began(name: str, task: Task) -> None:
    """The same losses as in one long graph: joint biases, kept biases, batch and one by one."""
    exercise = exercise_of(with_task(name, task), rate="0.1")
    long = values(build(exercise.plan), exercise.numbers)
    losses, _ = train(exercise.plan, exercise.numbers, 8)
    for n, loss in enumerate(losses, 1):
        if task.mode == "batch":
            true = float(long[ids.at("loss", None, n)])
        else:
            each = [float(long[ids.at("loss", k, n)]) for k in range(1, task.examples + 1)]
            true = sum(each) / len(each)
        assert loss == pytest.approx(true, rel=1e-9)


def test_the_last_error_is_written_at_the_end_of_the_curve() -> None:
    """So that the curve's end can be read without a ruler."""
    exercise = exercises("two-rounds", 1)[0]
    losses, _ = train(exercise.plan, exercise.numbers, shown_for(2))
    (end,) = (w for w in labels(figure_of(exercise).drawing) if w.anchor == "start" and w.x > 200)
    assert float(said(end)) == pytest.approx(losses[-1], rel=0.005)


def test_the_caption_says_what_is_asked_and_what_is_shown() -> None:
    """With the first error and the last one asked for, rounded as the key does."""
    exercise = exercises("two-rounds", 1)[0]
    losses, _ = train(exercise.plan, exercise.numbers, 2)
    caption = figure_of(exercise).caption
    words = "".join(part.text for part in caption if isinstance(part, Text))
    assert "asks for 2 updates" in words
    assert "to 50 updates" in words
    shown = [getattr(part.formula, "text", "") for part in caption if isinstance(part, Math)]
    assert shown[1:] == [exercise.precision.shown("loss", losses[n]) for n in (0, 2)]


# scales ----------------------------------------------------------------------------------------


@given(LOSSES)
def test_ticks_cover_the_losses(losses: list[float]) -> None:
    """Within the first and the last one, give or take the last bit."""
    scale = error_scale(losses)
    named = [tick.value for tick in scale.ticks if tick.label]
    assert named[0] <= min(losses) * (1 + 1e-12)
    assert named[-1] >= max(losses) * (1 - 1e-12)
    assert (scale.low, scale.high) == (named[0], named[-1])
    assert all(-1e-9 <= scale.share(loss) <= 1 + 1e-9 for loss in losses)


@given(LOSSES)
def test_ticks_are_round_and_few(losses: list[float]) -> None:
    """Steps of 1, 2 or 5, or whole decades: enough of them to read, not more."""
    scale = error_scale(losses)
    named = [tick.value for tick in scale.ticks if tick.label]
    assert 2 <= len(named) <= STEPS + 3
    for low, high in itertools.pairwise(named):
        if scale.logarithmic:
            decades = math.log10(high / low)
            assert decades == pytest.approx(round(decades))
        else:
            assert f"{high - low:.6e}"[0] in "125"
            assert f"{high - low:.6e}"[1:8] == ".000000"


@pytest.mark.parametrize(
    "losses, logarithmic",
    [([0.3, 0.006], False), ([0.3, 0.0059], True), ([0.3, 0.0], False), ([0.01, 5.0], True)],
)
def test_a_fall_by_more_than_fifty_is_drawn_in_decades(
    losses: list[float], logarithmic: bool
) -> None:
    """Otherwise everything but the first updates lies on the axis; zero has no logarithm."""
    assert error_scale(losses).logarithmic is logarithmic


def test_a_change_that_is_none_is_drawn_flat() -> None:
    """A dead network must not look like one that learns."""
    assert error_scale([0.3, 0.3 - 1e-12]).low == 0.0
    assert error_scale([0.3, 0.2]).low > 0.1
    assert error_scale([0.0, 0.0]).high == 1.0


@given(st.integers(1, 1000))
def test_updates_are_counted_in_whole_numbers(last: int) -> None:
    """From 0 to as many as there are."""
    scale = count_scale(last)
    counts = [tick.value for tick in scale.ticks]
    assert counts[0] == 0
    assert counts[-1] <= scale.high == last
    assert all(count == int(count) for count in counts)
    assert 2 <= len(counts) <= STEPS + 1


# the drawing -----------------------------------------------------------------------------------


@given(LOSSES, st.integers(1, 10))
def test_nothing_leaves_the_drawing(losses: list[float], asked: int) -> None:
    """Whatever the numbers are, and however long."""
    drawing = curve(losses, asked, LOSS)
    left, top, right, bottom = bounds(drawing.shapes)
    assert (drawing.width, drawing.height) == (WIDTH, HEIGHT)
    assert left >= 0
    assert top >= 0
    assert right <= WIDTH
    assert bottom <= HEIGHT


@given(LOSSES)
def test_no_label_touches_another(losses: list[float]) -> None:
    """Ticks, titles and the last error are apart."""
    boxes = [box_of(words) for words in labels(curve(losses, 2, LOSS))]
    assert not [pair for pair in itertools.combinations(boxes, 2) if overlap(*pair) > 0.01]


@given(LOSSES)
def test_the_same_losses_give_the_same_drawing(losses: list[float]) -> None:
    """To the byte, for goldens and reissued keys; and it is well-formed."""
    first, again = (svg(curve(list(losses), 2, LOSS)) for _ in range(2))
    assert first == again
    ET.fromstring(first)


def test_the_curve_needs_no_colour() -> None:
    """Black on white, faint lines behind: a copier keeps all of it."""
    drawing = curve([0.3, 0.2, 0.1], 1, LOSS)
    assert {shape.mark for shape in drawing.shapes} == {"plain", "faint"}
    faint = [s for s in drawing.shapes if isinstance(s, Line) and s.mark == "faint"]
    assert drawing.shapes.index(faint[-1]) < drawing.shapes.index(circles(drawing)[0])


@pytest.mark.parametrize(
    "losses, words",
    [
        (
            [0.298, 0.1, 0.031],
            "falls from 0.298 before the first update to 0.0310 after 2 updates",
        ),
        ([0.3, 0.2, 0.1], "it falls at every update"),
        ([0.1, 0.3, 0.2], "rises from 0.100"),
        ([0.1, 0.3, 0.2], "it falls at 1 of them and rises at 1"),
        ([0.3, 0.2], "After 1 update, as many as are asked for, it is 0.200"),
        ([0.3, 0.3, 0.3], "The error is 0.300 before the first update and after 2 updates"),
        ([0.3, 0.001], "logarithmic, from 0.001 to 1"),
        ([0.3, 2e-7], "to 2.00 times 10 to the power minus 7 after"),
    ],
)
def test_the_description_tells_the_course(losses: list[float], words: str) -> None:
    """Whoever cannot see the curve hears where it begins, where it ends and how it goes."""
    assert words in curve(losses, 1, LOSS).description


# exercises -------------------------------------------------------------------------------------


def test_only_several_iterations_have_a_curve() -> None:
    """One update is no course; without an update nothing changes."""
    assert error_curve(exercise_of(PLANS["mazur"])) is None
    without = exercise_of(with_task("mazur", Task(iterations=2, update=False)))
    assert error_curve(without) is None


def test_examples_met_one_by_one_are_counted_in_rounds() -> None:
    """A round updates once an example; the text has no symbol for its mean error."""
    figure = figure_of(exercise_of(PLANS["sgd"], rate="0.05"))
    words = [said(words) for words in labels(figure.drawing)]
    assert "rounds" in words
    assert any(title.startswith("mean of L") for title in words)
    assert "before the first round" in figure.drawing.description
    caption = "".join(part.text for part in figure.caption if isinstance(part, Text))
    assert "2 rounds through the examples" in caption


@pytest.mark.parametrize("rate", ["5", "50", "1000"])
@pytest.mark.parametrize("name", ["leaky", "batch twice", "sgd", "one"])
def test_training_that_bursts_ends_within_the_paper(name: str, rate: str) -> None:
    """A rate far too large leads to infinity; the curve says so, or is left out."""
    for seed in range(4):
        figure = error_curve(exercise_of(PLANS[name], seed, rate))
        if figure is None:
            continue
        assert "nan" not in svg(figure.drawing)
        words = "".join(part.text for part in figure.caption if isinstance(part, Text))
        assert ("beyond all bounds" in words) != ("in the same way" in words)


def test_the_key_shows_the_curve_and_the_worksheet_does_not() -> None:
    """The curve gives answers away."""
    exercise = exercises("two-rounds", 1)[0]
    section = Placed("All", "", tuple(Group((id,)) for id in exercise.asked))
    sheet = Sheet(exercise, "Two rounds", "", "Do it.", (section,), "Ada")
    blocks = key([sheet]).blocks
    place = blocks.index(Heading(2, "The error over the updates"))
    assert isinstance(blocks[place + 1], Figure)
    assert blocks[place + 2] == Heading(2, "All results")
    assert isinstance(blocks[-1], Table)
    assert sum(isinstance(block, Figure) for block in worksheet([sheet]).blocks) == 1
