"""Computation graphs of recipes: what is shown, and that nothing lies on anything else."""

from __future__ import annotations

import itertools
import math
from collections.abc import Sequence
from typing import get_args

import pytest
from graph_recipes import SAMPLES, sample
from recipe_exercises import NAMES as RECIPES
from recipe_exercises import exercises, worked

from grader.marking.mark import mark
from grader.read.number import read_number
from problems.formulas.formula import Formula
from problems.rules.expression import Constant, Negative, Product, Quotient, Ref, Sum
from templates.class_report.network import class_graph
from templates.class_report.survey import StepStatistics
from templates.drawings.dag import Slot
from templates.drawings.dag_blocks import blocks
from templates.drawings.dag_drawing import PAGE
from templates.drawings.drawing import Circle, Drawing, Line, Words, box_of
from templates.drawings.gates import gate
from templates.drawings.geometry import Box, Disc, Segment, covered, overlap, overlap_disc
from templates.drawings.layers import Extent, Layered, Link
from templates.drawings.svg import svg
from templates.feedback.marked_graph import marked_graph
from templates.formulas.plain import plain
from templates.pages.page import Block, Figure
from templates.pdf.figures import POINTS
from templates.sheets.dag_figure import Show, dag_drawing, recipe_figure
from templates.sheets.handed import handed_out, named_only

NAMES = tuple(SAMPLES)
SHOWN: tuple[Show, ...] = get_args(Show)


def words_of(drawing: Drawing) -> list[Words]:
    return [shape for shape in drawing.shapes if isinstance(shape, Words)]


def text(words: Words) -> str:
    return "".join(span.text for span in words.label.spans)


def letters(words: Words) -> Box:
    """What the letters cover, without the paper around them."""
    box = box_of(words)
    return box._replace(width=words.width - 0.5, height=0.8 * words.size)


def faults(drawing: Drawing) -> list[str]:
    """Labels that touch a label, a line or a circle that is not their own."""
    all_words = words_of(drawing)
    found = [
        f"{text(a)} on {text(b)}"
        for a, b in itertools.combinations(all_words, 2)
        if overlap(letters(a), letters(b)) > 0
    ]
    for shape in drawing.shapes:
        for words in all_words:
            box = letters(words)
            if isinstance(shape, Line):
                line = Segment(shape.x1, shape.y1, shape.x2, shape.y2)
                if covered(box, line) > 0:
                    found.append(f"{text(words)} on {line}")
            elif isinstance(shape, Circle) and (shape.x, shape.y) != (words.x, words.y):
                if overlap_disc(box, Disc(shape.x, shape.y, shape.r)) > 0:
                    found.append(f"{text(words)} on {shape}")
            elif isinstance(shape, Circle) and words.width > 2 * shape.r - 3:
                found.append(f"{text(words)} leaves its circle")
    return found


def inside(drawing: Drawing) -> bool:
    corners = [corner for words in words_of(drawing) for corner in box_of(words).corners()]
    ends = [p for s in drawing.shapes if isinstance(s, Line) for p in ((s.x1, s.y1), (s.x2, s.y2))]
    return all(0 <= x <= drawing.width and 0 <= y <= drawing.height for x, y in (*corners, *ends))


@pytest.mark.parametrize("show", SHOWN)
@pytest.mark.parametrize("name", NAMES)
def test_nothing_lies_on_a_label_and_nothing_is_cut(name: str, show: Show) -> None:
    """For every kind of graph, on the worksheet, in the key and without numbers."""
    drawing = dag_drawing(sample(name), show)
    assert not faults(drawing)
    assert inside(drawing)


@pytest.mark.parametrize("name", NAMES)
def test_it_can_be_read_on_a_page(name: str) -> None:
    """It fits below the heading, and no number is smaller than 4.9 points (indices are)."""
    drawing = dag_drawing(sample(name), "values")
    scale = min(1.0, PAGE[0] / drawing.width)
    assert drawing.height * scale <= PAGE[1] + 1
    numbers = [words for words in words_of(drawing) if "." in text(words)]
    assert min(words.size for words in numbers) * scale * POINTS >= 4.9


@pytest.mark.parametrize("name", NAMES)
def test_a_worksheet_shows_no_result(name: str) -> None:
    """Only givens are printed, and the derivative of the loss by itself."""
    one = sample(name)
    known = {value.replace("-", "−") for value in one.givens.values()} | {"1"}
    for words in words_of(dag_drawing(one, "blank")):
        number = text(words).split("=")[-1]
        assert not any(char == "." for char in number) or number in known
    results = set(one.printed.values()) - set(one.givens.values()) - {"1"}
    said = dag_drawing(one, "blank").description
    assert not [value for value in results if len(value) > 3 and value.lstrip("-") in said]


@pytest.mark.parametrize("name", ["circuit", "rnn", "lstm", "wengert", "attention"])
def test_a_key_shows_every_value_and_gradient(name: str) -> None:
    """Above and below; of shared givens too."""
    one = sample(name)
    said = [text(words).split("=")[-1] for words in words_of(dag_drawing(one, "values"))]
    paths = [id for id in one.printed if "<" in id]
    for id, value in one.printed.items():
        assert id in paths or value.replace("-", "−") in said


def test_places_do_not_depend_on_the_numbers() -> None:
    """All students of an assignment see the same picture."""
    one, other = (dag_drawing(sample("rnn", sign), "blank") for sign in ("-", "−"))
    assert [(w.x, w.y) for w in words_of(one)] == [(w.x, w.y) for w in words_of(other)]
    assert svg(one) == svg(dag_drawing(sample("rnn"), "blank"))


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("conv", {"x": (4, 4), "k": (2, 2), "z": (3, 3), "b": (1, 1)}),
        ("batchnorm", {"x": (4, 1), "mu": (1, 1), "x_hat": (4, 1)}),
        ("attention", {"Q": (2, 2), "s": (2, 2), "t": (1, 1)}),
    ],
)
def test_maps_are_grids_and_vectors_columns(
    name: str, expected: dict[str, tuple[int, int]]
) -> None:
    """A name with two indices, or more entries than a few."""
    shapes = {one.name: (len(one.rows), len(one.rows[0])) for one in blocks(sample(name).graph)}
    assert {name: shapes[name] for name in expected} == expected


def test_a_recurrence_is_unrolled() -> None:
    """Each step of time stands alone, and what goes along with it too; the rest does not."""
    times = {one.ids[0]: one.time for one in blocks(sample("adam").graph)}
    assert times["w.0.1"] == 0
    assert times["w.2.1"] == 2
    assert (times["h.1.1"], times["x.1"], times["L.2"]) == (1, 1, 2)
    assert (times["c.1"], times["rate"]) == (None, None)


@pytest.mark.parametrize("name", ["long-time", "large-map"])
def test_what_is_too_large_is_drawn_a_name_each(name: str) -> None:
    """180 nodes, or a map of 144 numbers: a box with its name and size."""
    drawing = dag_drawing(sample(name), "values")
    assert any("×" in text(words) or text(words) == "60" for words in words_of(drawing))
    assert len(words_of(drawing)) < 40


def test_the_description_says_what_reads_what() -> None:
    """Whoever cannot see the picture hears every number in it, and who reads it."""
    one = sample("circuit")
    said = dag_drawing(one, "values").description
    assert "q reads p sub 1, p sub 2." in said
    assert "Gradients are derivatives of f." in said
    value, gradient = (one.printed[id].replace("-", "minus ") for id in ("q", "dq"))
    assert f"q: value {value}, gradient {gradient}." in said
    assert "q: value blank, gradient blank." in dag_drawing(one, "blank").description


def test_verdicts_have_letters_and_are_said() -> None:
    """In a wire and in a cell; the student's number stands with its verdict."""
    judged = {
        "y": Slot("0.52", mark="right"),
        "dy": Slot(mark="wrong"),
        "z.1.1": Slot("9", mark="wrong"),
    }
    drawing = dag_drawing(sample("conv"), "givens", judged)
    said = {text(words): words.mark for words in words_of(drawing)}
    assert (said["✓0.52"], said["✗"], said["✗9"]) == ("right", "wrong", "wrong")
    assert "Wrong: z sub 11" in drawing.description or "Wrong: z sub 1" in drawing.description
    assert "gradient of y" in drawing.description
    assert "Right: y." in drawing.description
    assert not faults(drawing)


def test_the_legend_names_the_loss_and_says_what_boxes_are_for() -> None:
    """So that no one hands in the drawing instead of the fields."""
    caption = recipe_figure(sample("circuit"), "blank").caption
    words = "".join(getattr(part, "text", "") for part in caption)
    assert "derivative of" in words
    assert "answers are given in the fields" in words


def figure(blocks_of_page: Sequence[Block]) -> Drawing:
    (found,) = [block.drawing for block in blocks_of_page if isinstance(block, Figure)]
    return found


@pytest.mark.parametrize("name", RECIPES)
def test_sheets_and_feedback_show_the_graph(name: str) -> None:
    """Boxes on the worksheet, results in the key, the student's numbers in the feedback."""
    (one, *_) = exercises(name)
    last = one.asked[-1]
    result = one.printed[last].replace("-", "−")
    blank, solved = (figure(handed_out(one, "Given", key)) for key in (False, True))
    assert not any(result == text(w).split("=")[-1] for w in words_of(blank))
    assert any(result in text(w) for w in words_of(solved))
    report = mark(one, {**worked(one), last: read_number("99")})
    judged = marked_graph(one, report.steps)
    assert any(text(w) == "✗99" for w in words_of(judged))
    assert any(w.mark == "right" for w in words_of(judged))
    for drawing in (blank, solved, judged, figure(named_only(one))):
        assert not faults(drawing)
        assert inside(drawing)
    assert not any("." in text(w) for w in words_of(figure(named_only(one))))


def test_what_a_student_types_never_fills_the_picture() -> None:
    """Only short numbers are repeated; of anything else the verdict is shown."""
    (one, *_) = exercises("rnn")
    report = mark(
        one, {**worked(one), "L": read_number("1e400000"), "h.1": read_number("<b>" * 99)}
    )
    drawing = marked_graph(one, report.steps)
    assert max(len(text(words)) for words in words_of(drawing)) < 16
    assert [text(words) for words in words_of(drawing)].count("✗") >= 1


def test_a_class_sees_where_it_fails() -> None:
    """Each step's facility stands where its number stands on the key."""
    (one, *_) = exercises("circuit")
    steps = [
        StepStatistics(id, id, {"wrong": 3}, 0.0 if id == "q" else 1.0, None) for id in one.asked
    ]
    drawing = class_graph(one, steps)
    said = [text(words) for words in words_of(drawing)]
    assert said.count("✗0 %") == 1
    assert said.count("✓100 %") == len(steps) - 1
    assert not faults(drawing)


# gates ----------------------------------------------------------------------------------------

X, Y = Ref("x"), Ref("y")


@pytest.mark.parametrize(
    ("rule", "sign"),
    [
        (Product((X, Y)), "×"),
        (Product((Constant("2"), X)), "×2"),
        (Sum((X, Y)), "+"),
        (Sum((X, Constant("1"))), "+1"),
        (Sum((X, Negative(Y))), "−"),
        (Sum((X, Negative(Y), Negative(X))), None),
        (Negative(X), "×−1"),
        (Quotient(Constant("1"), X), "1/x"),
        (Product((X, Sum((X, Y)))), None),
        (Product((Constant("0.123456"), X)), None),
    ],
)
def test_a_gate_shows_what_a_small_rule_does(rule: Sum, sign: str | None) -> None:
    """A larger one shows the quantity's own symbol instead."""
    found: Formula | None = gate(rule)
    assert (found and plain(found).replace(" ", "")) == sign


# layers ---------------------------------------------------------------------------------------


def test_things_of_a_layer_keep_apart_and_a_chain_is_straight() -> None:
    """Whatever their sizes."""
    extents = [Extent(20, 5 + n, 9) for n in range(8)]
    links = [Link(0, 3), Link(1, 3), Link(2, 3), Link(3, 4), Link(4, 5), Link(0, 5), Link(5, 6)]
    found = Layered([*extents], [*links, Link(2, 7)])
    for layer in found.layers:
        for n, m in itertools.pairwise(layer):
            a, b = found.places[n], found.places[m]
            assert b.at - b.extent.before >= a.at + a.extent.after + 13.9
    places = {place.node: place.at for place in found.places}
    assert math.isclose(places[3], places[4], abs_tol=0.5)
