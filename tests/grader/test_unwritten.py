"""Slips at steps that stand nowhere on the sheet: what they cost, and what is said of them."""

from __future__ import annotations

import json
from collections.abc import Mapping
from math import trunc

import numpy as np
import pytest

from grader.marking.diagnose import diagnose
from grader.marking.follow import follow
from grader.marking.inference import inferred, routes
from grader.marking.inversion import Reader
from grader.marking.mark import batch_of, mark
from grader.marking.policy import DEFAULT
from grader.marking.unwritten import with_deltas
from grader.read.number import read_number
from grader.web.api.shown import shown
from problems.arithmetic.ball import Ball
from problems.computation.steps import Graph
from problems.drawing import family
from problems.drawing.candidates import key
from problems.drawing.draw import draw
from problems.exercise import Exercise, issued
from problems.misconceptions.slips import wrong_rules
from problems.rules.expression import NUMBERS, Expression, Product, Ref, Sum
from templates.feedback.page import without_slips
from templates.feedback.report import Report, StepReport
from templates.feedback.show import Show


def drawn(name: str, count: int = 6) -> list[Exercise]:
    design = family.load(name).design()
    keys = [key("unwritten", name, str(n)) for n in range(count)]
    return [issued(design, one, f"{name}-{n}", "s") for n, one in enumerate(draw(design, keys))]


def cut(exercise: Exercise, kind: str, value: float) -> str:
    """Cut off after the decimals asked for, not rounded."""
    unit = 10 ** exercise.precision.places(kind)
    return f"{trunc(value * unit + (1e-9 if value > 0 else -1e-9)) / unit:.4f}"


def worked(
    exercise: Exercise, graph: Graph, slips: Mapping[str, Expression], through: str = ""
) -> dict[str, str]:
    """What somebody writes who cuts every number and works by way of `through`, if it is given."""
    carried: dict[str, float] = dict(exercise.numbers)
    paper: dict[str, str] = {}
    for step in graph.steps.values():
        ways = (step.rule, *step.others)
        right = next(
            (way for way in ways if any(ref.startswith(through) for ref in way.refs())), step.rule
        )
        rule = slips.get(step.id, right)
        paper[step.id] = cut(exercise, step.kind, float(rule.evaluate(carried, NUMBERS)))
        carried[step.id] = float(paper[step.id])
    return {id: paper[id] for id in exercise.asked}


def slip_of(graph: Graph, id: str, name: str) -> Expression:
    return next(wrong.rule for wrong in wrong_rules(graph, id) if wrong.slip == name)


def marked(exercise: Exercise, paper: Mapping[str, str]) -> Report:
    return mark(exercise, {id: read_number(text) for id, text in paper.items() if text})


def lost(report: Report) -> list[str]:
    return [one.id for one in report.steps if one.credit < 1]


def step(report: Report, id: str) -> StepReport:
    return next(one for one in report.steps if one.id == id)


# what they cost ------------------------------------------------------------------------------


@pytest.mark.parametrize("delta", ["delta.2.1", "delta.2.2"])
@pytest.mark.parametrize("name", ["error-squared", "slope-left-out", "half-left-in"])
def test_a_hidden_delta_is_charged_once_however_its_sibling_fits(delta: str, name: str) -> None:
    """The joint bias and the paths read both deltas: each could explain what the other does."""
    for exercise in drawn("musilek"):
        graph = with_deltas(exercise.graph)
        paper = worked(exercise, graph, {delta: slip_of(graph, delta, name)}, delta)
        assert len(lost(marked(exercise, paper))) == 1


def test_two_hidden_slips_are_charged_twice() -> None:
    """What one of them explains is no sign of the other, but each has children of its own."""
    exercise = drawn("musilek", 1)[0]
    graph = with_deltas(exercise.graph)
    slips = {id: slip_of(graph, id, "error-squared") for id in ("delta.2.1", "delta.2.2")}
    report = marked(exercise, worked(exercise, graph, slips, "delta.2"))
    assert len(lost(report)) == 2


@pytest.mark.parametrize("name", ["loss-for-derivative", "error-sign"])
def test_a_blank_cell_is_read_through_steps_that_nobody_asked_for(name: str) -> None:
    """The bias's gradient and the paths read the error by way of the deltas."""
    for exercise in drawn("musilek"):
        paper = worked(
            exercise, exercise.graph, {"error.1": slip_of(exercise.graph, "error.1", name)}
        )
        assert lost(marked(exercise, paper | {"error.1": ""})) == ["error.1"]


def test_a_slip_multiplies_what_was_cut_before_it() -> None:
    """Ten times a delta is off by ten units: the slip is found all the same."""
    for exercise in drawn("lfd"):
        blank = "n1:delta.2.1"
        tenfold = slip_of(exercise.graph, blank, "point-shifted")
        paper = worked(exercise, exercise.graph, {blank: tenfold})
        assert lost(marked(exercise, paper | {blank: ""})) == [blank]


def test_no_child_is_explained_twice() -> None:
    """Of the steps that claim a child one counts."""
    for exercise in drawn("musilek"):
        graph = with_deltas(exercise.graph)
        paper = worked(exercise, graph, {"delta.2.1": slip_of(graph, "delta.2.1", "slope-twice")})
        batch = batch_of(exercise, {id: read_number(text) for id, text in paper.items()})
        standing = follow(batch)
        diagnose(batch, standing)
        found = inferred(batch, graph, standing)
        children = [child for one in found for child, fit in one.explained.items() if fit.any()]
        assert len(children) == len(set(children))


def test_an_honest_sheet_with_blanks_shows_no_slip() -> None:
    """Whatever is left blank."""
    for exercise in drawn("mazur", 2):
        paper = worked(exercise, exercise.graph, {})
        for blank in exercise.asked:
            report = marked(exercise, paper | {blank: ""})
            assert lost(report) == [blank]
            assert step(report, blank).code == "blank"


# what is said --------------------------------------------------------------------------------


def test_a_blank_cell_is_told_the_slip_that_its_children_show() -> None:
    """The cell itself is as blank as before."""
    exercise = drawn("mazur", 1)[0]
    slip = slip_of(exercise.graph, "out.1.1", "exponent-sign")
    paper = worked(exercise, exercise.graph, {"out.1.1": slip})
    report = marked(exercise, paper | {"out.1.1": ""})
    cell = step(report, "out.1.1")
    assert (cell.verdict, cell.credit, cell.slip) == ("blank", 0, None)
    assert (cell.code, cell.arguments) == ("blank_slip", {"slip": "exponent-sign"})
    assert cell.message.startswith("nothing written, but what you wrote after it shows a slip")


def test_one_child_alone_tells_a_blank_cell_its_slip_and_is_not_paid() -> None:
    """It is no evidence that the value was ever used, but it bears the slip's name."""
    exercise = drawn("mazur", 1)[0]
    blank = "net.1.1"
    slip = slip_of(exercise.graph, blank, "bias-left-out")
    paper = worked(exercise, exercise.graph, {blank: slip})
    report = marked(exercise, paper | {blank: ""})
    assert step(report, blank).arguments == {"slip": "bias-left-out"}
    assert lost(report) == [blank, "out.1.1"]


def test_where_slips_are_not_named_a_blank_cell_is_only_blank() -> None:
    """On feedback pages and in the service."""
    exercise = drawn("mazur", 1)[0]
    slip = slip_of(exercise.graph, "out.1.1", "exponent-sign")
    paper = worked(exercise, exercise.graph, {"out.1.1": slip})
    report = marked(exercise, paper | {"out.1.1": ""})
    cell = step(without_slips(report), "out.1.1")
    assert (cell.code, cell.message, cell.arguments) == ("blank", "nothing written", {})
    found = shown(report.as_json(), Show(slips=False))["steps"]
    assert "exponent-sign" not in json.dumps(found)
    steps = shown(report.as_json(), DEFAULT.show)["steps"]
    told = next(one for one in steps if one["id"] == cell.id)
    assert told["code"] == "blank_slip"
    assert "shows a slip here" in told["message"]


# rules read backwards ------------------------------------------------------------------------


def test_a_straight_rule_is_solved_for_one_parent() -> None:
    """y = a + b·h at y = 0.5, a = 0.1, b = 2."""
    beside = {"a": Ball(np.array([0.1]), 0.0), "b": Ball(np.array([2.0]), 0.0)}
    rule = Sum((Ref("a"), Product((Ref("b"), Ref("h")))))
    reader = Reader("y", "h", rule, True, beside, np.array([0.5]), np.array([1e-4]))
    middle, off = reader.solved()
    assert middle == pytest.approx([0.2])
    assert off == pytest.approx([5e-5])


def test_a_step_that_only_one_unasked_step_reads_is_left_to_that() -> None:
    """An output's slope in Mazur's text, where the deltas stand nowhere, has two readers."""
    exercise = drawn("musilek", 1)[0]
    graph = with_deltas(exercise.graph)
    found = routes(graph, exercise.asked)
    assert {way.child for way in found["error.1"]} >= {"loss", "db.2", "dout.1.1"}
    written = set(exercise.asked)
    for id in graph.steps.keys() - found.keys():
        assert id not in written
        assert len(graph.children[id]) == 1
        assert not written & set(graph.children[id])
