"""Questions for the plugin qtype_formulas: our graph in its language, judged by a parser of
its own."""

from __future__ import annotations

import math
from dataclasses import replace
from pathlib import Path

import formulas_plugin as plugin
import numpy as np
import pytest
from click.testing import CliRunner
from exported import ADA, NUMERIC, NUMERIC_NETWORKS, issued_to, order_of
from handed_in import assignment
from hypothesis import given
from hypothesis import strategies as st
from plans import PLANS, random_givens
from random_rules import NAMES, random_rule

from grader.cli import cli
from grader.export.classes import Owned
from grader.export.tally import Tally
from grader.lms.moodle.export import formulas
from grader.lms.moodle.export.plugin import TERMS, Term
from grader.lms.moodle.export.questions import Style
from grader.marking.policy import DEFAULT, Policy
from problems.arithmetic.precision import Precision
from problems.computation.graph import build
from problems.computation.network import Layer, Method, Network, Plan, Task
from problems.computation.solve import values
from problems.exercise import Exercise
from problems.rules.activations import ACTIVATIONS
from problems.rules.differentiation import partial
from problems.rules.expression import NUMBERS
from problems.rules.functions import FUNCTIONS, function

CHAIN = ("out.1.1", "out.2.1", "delta.2.1", "dw.2.1.1", "new.w.2.1.1")
WORTH = Policy(weights={"out": 1.0, "delta": 3.0, "dw": 2.0, "new.w": 1.0})


def written(owned: Owned, name: str, policy: Policy = DEFAULT, boxes: int = 8) -> bytes:
    people, tally = iter([owned]), Tally()
    return b"".join(formulas.quiz(order_of(name), people, policy, Style(), boxes, tally))


def question_of(name: str, boxes: int = 8) -> tuple[Exercise, plugin.Question]:
    owned = issued_to(name)
    (question,) = plugin.read(written(owned, name, boxes=boxes))
    return owned.exercises[0], question


@pytest.fixture
def chain() -> tuple[Exercise, plugin.Question]:
    """Two inputs, one hidden unit, one output: five boxes worth 1, 1, 3, 2 and 1 points."""
    network = Network(2, (Layer(1, "logistic", "layer"), Layer(1, "logistic", "layer")))
    plan = Plan(network, Task(update_biases=False), Method("output", "deltas"))
    givens = {
        "x.1": "0.05", "x.2": "0.10", "t.1": "0.01", "w.1.1.1": "0.15", "w.1.1.2": "0.20",
        "w.2.1.1": "0.40", "b.1": "0.35", "b.2": "0.60", "rate": "0.5",
    }  # fmt: skip
    exercise = Exercise(
        "chain-1", "s001", "mazur-delta", "mazur", plan, givens, Precision(4), CHAIN
    )
    data = written(Owned(ADA, (exercise,)), "mazur-delta", WORTH)
    (question,) = plugin.read(data)
    return exercise, question


def worked(exercise: Exercise, **own: float) -> list[str]:
    """What somebody types who has these numbers at some steps and goes on from them."""
    have = dict(exercise.numbers)
    for step in exercise.graph.steps.values():
        name = step.id.replace(".", "_")
        value = own.get(name, step.rule.evaluate(have, NUMBERS))
        have[step.id] = round(value, 4) if step.id in exercise.asked else value
    return [f"{have[id]:.4f}" for id in exercise.asked]


def test_marks_are_those_that_were_measured(chain: tuple[Exercise, plugin.Question]) -> None:
    """All right 8/8; first value wrong and the rest consistent 7/8; sign of delta wrong and the
    rest consistent 5/8; one box blank or no number 0/8."""
    exercise, question = chain
    assert question.most == 8
    assert question.judge(worked(exercise)) == pytest.approx(8)
    assert question.judge(worked(exercise, out_1_1=0.7)) == pytest.approx(7)
    delta = float(exercise.solution["delta.2.1"].m)
    assert question.judge(worked(exercise, delta_2_1=-delta)) == pytest.approx(5)
    for text in ("", "abc"):
        typed = worked(exercise)
        typed[2] = text
        assert question.judge(typed) == 0


def test_parts_do_not_see_each_other(chain: tuple[Exercise, plugin.Question]) -> None:
    """With two boxes a part, what follows in the next part from an own value is lost."""
    exercise, _ = chain
    data = written(Owned(ADA, (exercise,)), "mazur-delta", WORTH, boxes=2)
    (question,) = plugin.read(data)
    assert [part.boxes for part in question.parts] == [2, 2, 1]
    assert question.judge(worked(exercise)) == pytest.approx(8)
    assert question.judge(worked(exercise, out_1_1=0.9)) == pytest.approx(1 + 0 + 1 - 1)


@pytest.mark.parametrize("name", NUMERIC)
def test_the_key_gets_full_marks_and_values_are_those_of_the_graph(name: str) -> None:
    """The plugin's own model answers are the solution; printed ones are right; others are not."""
    exercise, question = question_of(name)
    answers = [value for part in question.parts for value in part.answers]
    assert answers == pytest.approx([exercise.solution[id].m for id in exercise.asked], rel=1e-12)
    typed = [exercise.printed[id] for id in exercise.asked]
    assert question.judge(typed) == pytest.approx(question.most)
    edges = [f"{exercise.solution[id].m + exercise.solution[id].r:.15f}" for id in exercise.asked]
    assert question.judge(edges) == pytest.approx(question.most)
    off = [f"{float(text) + 17:.4f}" for text in typed]
    assert question.judge(off) < 0.35 * question.most


@pytest.mark.parametrize("name", NUMERIC_NETWORKS)
def test_an_early_slip_is_carried_through_its_part(name: str) -> None:
    """All steps in one part: one wrong first number costs that box, hardly anything else."""
    exercise, question = question_of(name, boxes=100)
    first = exercise.asked[0]
    shifted = float(exercise.solution[first].m) + 0.05
    have = dict(exercise.numbers)
    for step in exercise.graph.steps.values():
        value = step.rule.evaluate(have, NUMBERS)
        have[step.id] = shifted if step.id == first else value
    typed = [f"{have[id]:.12f}" for id in exercise.asked]
    assert question.judge(typed) == pytest.approx(question.most - 1)
    alone = plugin.read(written(issued_to(name), name, boxes=1))[0]
    assert alone.judge(typed) < question.most - 1


@pytest.mark.parametrize("name", sorted(PLANS))
def test_every_rule_is_written_so_that_it_computes_the_same(name: str) -> None:
    """All activations, losses, biases and modes; also where an input is negative."""
    graph = build(PLANS[name])
    for n in range(3):
        givens = {id: float(v[n]) for id, v in random_givens(graph, 3).items()}
        true = values(graph, givens)
        names = {id: Term(f"v{k}") for k, id in enumerate((*graph.givens, *graph.steps))}
        known = {names[id].text: float(np.asarray(true[id])) for id in names}
        for step in graph.steps.values():
            for rule in (step.rule, *step.others):
                text = rule.evaluate(names, TERMS).text
                found = plugin.Parser(text, known)
                assert found.choice() == pytest.approx(true[step.id], rel=1e-9, abs=1e-12)
                assert found.peek() == "", text


@given(st.floats(-50, 50))
def test_functions_are_right_everywhere(x: float) -> None:
    """Written out with exp and log, they still are what they are."""
    for name in (*ACTIVATIONS, *FUNCTIONS, "leaky_relu(0.2)"):
        if name in ("log", "sqrt") and x <= 0:
            continue
        text = TERMS.call(name, Term("x")).text
        got = plugin.Parser(text, {"x": x}).choice()
        assert got == pytest.approx(float(function(name).value(x)), rel=1e-9, abs=1e-9), name


def test_every_rule_is_right_in_the_plugins_language() -> None:
    """Trees at random, derivatives too: maxima, who wins, powers, softmax."""
    rng, names = np.random.default_rng(2), {id: Term(id) for id in NAMES}
    tried = 0
    for _ in range(300):
        rule, at = random_rule(rng, 2), {id: float(rng.uniform(0.2, 2.0)) for id in NAMES}
        for one in (rule, *(partial(rule, id) for id in NAMES)):
            if one is not None and len(text := one.evaluate(names, TERMS).text) < 5_000:
                wanted = float(one.evaluate(at, NUMBERS))
                got = plugin.Parser(text, dict(at)).choice()
                assert got == pytest.approx(wanted, rel=1e-9, abs=1e-9), text
                tried += 1
    assert tried > 500


@pytest.mark.parametrize("index", range(3))
def test_of_equal_ones_the_first_wins_there_too(index: int) -> None:
    """Ties that doubles miss by a hair included."""
    for a, b, c in ((1.0, 1.0, 1.0), (0.1 + 0.2, 0.3, 0.1), (0.3, 0.1 + 0.2, 0.1)):
        text = TERMS.winner([Term("a"), Term("b"), Term("c")], index).text
        got = plugin.Parser(text, {"a": a, "b": b, "c": c}).choice()
        assert got == NUMBERS.winner([a, b, c], index)


def test_the_parser_refuses_what_the_plugin_was_not_seen_to_do() -> None:
    """Test of the tester."""
    assert plugin.variables("a=1/(1+exp(0-1+1)); b=(a<1)?a*2:0;")["b"] == 1.0
    for text in ("a=2^3;", "a=-1;", "a=b;", "a=1", "a==1;", "a=1/0;", "a=tan(1);"):
        with pytest.raises(plugin.PluginError):
            plugin.variables(text)
    assert math.isinf(plugin.variables("a=exp(10000);")["a"])


def test_fields_without_points_are_left_out() -> None:
    """A part of nothing but such would be worth 0."""
    owned = issued_to("mazur")
    policy = Policy(weights={"net": 0.0})
    (question,) = plugin.read(written(owned, "mazur", policy))
    assert sum(p.boxes for p in question.parts) == 37
    assert all(part.mark > 0 for part in question.parts)


def test_formula_questions_are_essays_here_too(tmp_path: Path) -> None:
    """An exercise of formulas alone has no part with boxes."""
    from moodle_reader import read

    owned = issued_to("mazur-formulas")
    data = written(owned, "mazur-formulas")
    assert plugin.read(data) == []
    assert [q.kind for q in read(data)] == ["essay"]
    mixed = written(issued_to("mazur-mixed"), "mazur-mixed")
    assert [q.kind for q in read(mixed)] == ["formulas", "essay"]


def test_the_command_writes_them_and_says_what_is_lost(tmp_path: Path) -> None:
    """Blank boxes and the plugin are named."""
    hw = assignment(tmp_path)
    done = CliRunner().invoke(cli, ["export", "moodle", str(hw), "--type", "formulas"])
    assert done.exit_code == 0, done.output
    found = plugin.read((hw / "exports" / "moodle-formulas.xml").read_bytes())
    assert len({q.idnumber for q in found}) == 6
    said = " ".join(done.output.split())
    assert "qtype_formulas" in said
    assert "costs its whole part" in said


def test_variables_are_never_taken_for_braces_in_the_text() -> None:
    """The plugin puts values in for {name}: TeX has braces as well."""
    _, question = question_of("mazur")
    for name in question.known:
        assert f"{{{name}}}" not in question.text
        assert all(f"{{{name}}}" not in part.text for part in question.parts)


def test_replacing_a_box_in_the_rule_is_seen() -> None:
    """Test of the test: a chain that reads the wrong box gives other marks."""
    exercise, question = question_of("mazur", boxes=100)
    typed = [exercise.printed[id] for id in exercise.asked]
    part = question.parts[0]
    broken = replace(part, program=part.program.replace("abs(_1-", "abs(_2-"))
    assert broken.judge(typed) < part.judge(typed)
