"""Closed forms are the steps, and `verify` finds whatever is off."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import mpmath
import numpy as np
import pytest
import sympy
from click.testing import CliRunner
from issued_exercises import exercises
from random_rules import NAMES, random_rule
from shipped_recipes import LAYERED

from grader.assignments.example import document_exercise
from grader.cli import cli
from grader.symbolic.closed_form import SYMBOLS, _Numpy, closed_form, symbol, written
from grader.symbolic.derivation import Evaluation
from grader.symbolic.verification import differences
from problems.computation import ids
from problems.drawing import family
from problems.exercise import Exercise
from problems.rules import expression
from problems.rules.differentiation import partial
from problems.rules.expression import NUMBERS, Constant

MANY = ["sgd", "two-rounds"]
"""Families whose later rounds are long in closed form: their first steps do."""


def value_of(exercise: Exercise, id: str) -> float:
    """A closed form with the givens put in."""
    found = closed_form(exercise.graph, id)
    numbers = {symbol(id).name: mpmath.mpf(text) for id, text in exercise.givens.items()}
    assert {free.name for free in found.free_symbols} <= set(numbers)
    return float(Evaluation(numbers)[found])


SLOW = ("attention", "conv", "conv-3x3", "lstm")
"""Recipes whose adjoints sympy simplifies for seconds."""


@pytest.mark.parametrize("name", LAYERED)
def test_a_closed_form_has_the_steps_value(name: str) -> None:
    """In givens alone, for every kind of step."""
    exercise = exercises(name, 1)[0]
    tried: set[str] = set()
    for id in exercise.graph.steps:
        step = ids.parse(id)
        if step.kind in tried or step.iteration > 1 or (name in MANY and step.example == 2):
            continue
        tried.add(step.kind)
        right = float(exercise.solution[id].m)
        assert value_of(exercise, id) == pytest.approx(right, rel=1e-9, abs=1e-12), id


def test_every_rule_has_a_counterpart_in_sympy() -> None:
    """Trees at random, derivatives too; and sympy's own derivative is ours."""
    rng, symbols = np.random.default_rng(3), {id: symbol(id) for id in NAMES}
    tried = 0
    for _ in range(120):
        rule, at = random_rule(rng, 2), {id: float(rng.uniform(0.2, 2.0)) for id in NAMES}
        numbers = {id: mpmath.mpf(value) for id, value in at.items()}
        whole = rule.evaluate(symbols, SYMBOLS)
        for by in NAMES:
            slope = partial(rule, by)
            found = (slope or Constant("0")).evaluate(symbols, SYMBOLS)
            right = float((slope or Constant("0")).evaluate(at, NUMBERS))
            for form in (found, sympy.diff(whole, symbols[by])):
                assert float(Evaluation(numbers)[form]) == pytest.approx(right, 1e-9, 1e-12), rule
            tried += 1
        value = float(Evaluation(numbers)[whole])
        assert value == pytest.approx(float(rule.evaluate(at, NUMBERS)), 1e-9, 1e-12), rule
    assert tried > 300


@pytest.mark.parametrize("name", [name for name in family.names() if name not in SLOW])
def test_python_lines_run_as_they_stand(name: str) -> None:
    """Every step's, with numpy and the givens by their names and nothing else."""
    exercise = exercises(name, 1)[0]
    for id in exercise.graph.steps:
        line = written(exercise, id, "python")
        known = {symbol(given).name: number for given, number in exercise.numbers.items()}
        exec(line, {"__builtins__": {}, "numpy": np}, known)
        right = float(exercise.solution[id].m)
        assert known[symbol(id).name] == pytest.approx(right, rel=1e-9, abs=1e-12), id


def test_the_largest_of_three_is_numpys_too() -> None:
    """As sympy joins them where one ReLU feeds another."""
    x, y = symbol("x.1"), symbol("x.2")
    printed = _Numpy().doprint(sympy.Max(0, x, sympy.Max(y, x / 2)))
    values = {"numpy": np, "x_1": np.array([-1.0, 2.0, -3.0]), "x_2": np.array([-2.0, 1.0, 4.0])}
    assert eval(printed, values).tolist() == [0.0, 2.0, 4.0]


@pytest.mark.parametrize(
    "options, expected",
    [
        (["--symbolic", "net_h1"], "net_h1 = b_1 + w_1*i_1 + w_2*i_2"),
        (["--symbolic", "net.1.1", "--output", "python"], "net_1_1 = b_1 + w_1_1_1*x_1"),
        (["--symbolic", "net_h1", "--output", "latex"], "= b_1 + w_1 i_1 + w_2 i_2"),
    ],
)
def test_solve_prints_them(options: list[str], expected: str) -> None:
    done = CliRunner().invoke(cli, ["solve", "--document", "mazur", *options])
    assert done.exit_code == 0, done.output
    assert expected in done.output
    assert len(done.output.splitlines()) == 1


def test_without_a_step_all_are_printed() -> None:
    done = CliRunner().invoke(cli, ["solve", "--document", "mazur", "--symbolic"])
    assert len(done.output.splitlines()) == len(document_exercise("mazur").asked)


@pytest.mark.parametrize(
    "options, said",
    [
        (["--symbolic", "net_h7"], "no step 'net_h7'; did you mean 'net_h2'"),
        (["--output", "latex"], "--output belongs to --symbolic"),
        (["--symbolic", "net_h1", "--train", "3"], "either --train or --symbolic"),
    ],
)
def test_what_makes_no_sense_is_said(options: list[str], said: str) -> None:
    done = CliRunner().invoke(cli, ["solve", "--document", "mazur", *options])
    assert done.exit_code != 0
    assert said in done.output


def values_of(exercise: Exercise) -> dict[str, float]:
    """What a file stores."""
    return {id: float(exercise.solution[id].m) for id in exercise.asked}


@pytest.mark.parametrize("name", LAYERED)
def test_every_step_of_every_family_is_derived_anew(name: str) -> None:
    exercise = exercises(name, 1)[0]
    found = dict(differences(exercise, values_of(exercise)))
    assert list(found) == list(exercise.graph.steps)
    assert not any(found.values())


def issued(place: Path, name: str) -> Path:
    line = ["generate", name, "--count", "2", "--seed", "s", "--formats", "none"]
    done = CliRunner().invoke(cli, [*line, "--out", str(place / name)])
    assert done.exit_code == 0, done.output
    return place / name


def test_verify_says_a_line_a_family(tmp_path: Path) -> None:
    places = [str(issued(tmp_path, name)) for name in ("mazur", "sgd")]
    done = CliRunner().invoke(cli, ["verify", *places])
    assert done.exit_code == 0, done.output
    lines = done.output.splitlines()
    assert [line.split(":")[0] for line in lines] == ["mazur", "sgd"]
    assert all("2 exercises" in line and "50 digits" in line for line in lines)


def test_a_stored_value_that_is_off_is_found(tmp_path: Path) -> None:
    hw = issued(tmp_path, "mazur")
    lines = [json.loads(line) for line in (hw / "exercises.jsonl").read_text().splitlines()]
    lines[1]["steps"][5]["value"] += 1e-6
    (hw / "exercises.jsonl").write_text("\n".join(map(json.dumps, lines)) + "\n")
    done = CliRunner().invoke(cli, ["verify", str(hw)])
    assert done.exit_code == 1
    assert "1 off" in done.output
    assert f"{lines[1]['id']}: step {lines[1]['steps'][5]['id']}" in done.output


def test_a_value_that_is_not_stored_is_no_silence(tmp_path: Path) -> None:
    """Of an asked step; said with the exercise, the step and what should stand there."""
    hw = issued(tmp_path, "mazur")
    lines = [json.loads(line) for line in (hw / "exercises.jsonl").read_text().splitlines()]
    step = lines[1]["steps"][5]
    right = step.pop("value")
    (hw / "exercises.jsonl").write_text("\n".join(map(json.dumps, lines)) + "\n")
    done = CliRunner().invoke(cli, ["verify", str(hw)])
    assert done.exit_code == 1
    said = f"{lines[1]['id']}: step {step['id']}: no value is stored where {str(right)[:14]}"
    assert "1 off" in done.output
    assert said in done.output


@pytest.mark.parametrize("name", ["mazur", "lfd-numeric", "relu-softmax", "deep"])
@pytest.mark.parametrize("significant", [8, 10])
def test_a_tenth_of_the_steps_own_unit_is_found(name: str, significant: int) -> None:
    """However fine that unit is, at every asked step; and what doubles are off by is not."""
    exercise = exercises(name, 1, significant=significant)[0]
    right = values_of(exercise)
    assert not any(dict(differences(exercise, right)).values())
    units = {
        id: float(exercise.precision.unit(ids.parse(id).kind, exercise.solution[id]))
        for id in right
    }
    moved = {id: value + units[id] / 10 for id, value in right.items()}
    found = dict(differences(exercise, moved))
    assert [id for id, off in found.items() if off] == [id for id in found if id in moved]


PLANTED = {
    "logistic": lambda y: y * (1.0 - y) * (1.0 + 1e-9),
    "tanh": lambda y: 1.0 - y,
    "relu": lambda v: v * 0.0 + 0.5,
}


@pytest.mark.parametrize(
    "activation, name", [("logistic", "mazur"), ("tanh", "lfd"), ("relu", "relu-softmax")]
)
def test_a_wrong_rule_is_found(
    activation: str, name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A slope that is off by a billionth, lacks a square, or is everywhere 1/2."""
    hw = issued(tmp_path, name)
    right = expression.Balls.slope

    def slope(self: expression.Balls, which: str, x: expression.Ball) -> expression.Ball:
        found = right(self, which, x)
        return expression.Ball(PLANTED[which](x.m), found.r) if which in PLANTED else found

    monkeypatch.setattr(expression.Balls, "slope", slope)
    done = CliRunner().invoke(cli, ["verify", str(hw)])
    assert done.exit_code == 1
    assert "off" in done.output


def test_a_step_that_nobody_can_derive_is_no_silence() -> None:
    exercise = exercises("mazur", 1)[0]
    from grader.symbolic.verification import Rederived

    with mpmath.workdps(50), pytest.raises(KeyError):
        Rederived(exercise).value(ids.StepId("momentum"))


def test_it_is_loaded_only_there() -> None:
    """Neither solving nor checking needs computer algebra."""
    code = (
        "import sys\nfrom click.testing import CliRunner\nfrom grader.cli import cli\n"
        "assert CliRunner().invoke(cli, ['solve', '--document', 'mazur']).exit_code == 0\n"
        "assert CliRunner().invoke(cli, ['verify', '--help']).exit_code == 0\n"
        "print(sorted({'sympy', 'mpmath'} & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
