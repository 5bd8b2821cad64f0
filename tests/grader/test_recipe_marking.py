"""Work on recipes, marked: honest work is right, a slip is named, what follows is carried on."""

from __future__ import annotations

import csv
import json
from collections import Counter
from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner
from recipe_exercises import FOLDER, NAMES, design, exercises, worked

from grader.cli import cli
from grader.marking.mark import mark
from grader.symbolic.verification import differences
from problems.computation.solve import solve
from problems.drawing.draw import must_pass
from problems.drawing.reasons import FINE, beside
from problems.exercise import Exercise, from_json
from problems.misconceptions.catalogue import WrongRule
from problems.misconceptions.slips import wrong_rules

DRAWN = [name for name in NAMES if name != "circuit"]


@pytest.mark.parametrize("name", NAMES)
def test_honest_work_is_right_throughout(name: str) -> None:
    """From the written numbers, and from the calculator's."""
    for one in exercises(name):
        assert {step.verdict for step in mark(one, worked(one)).steps} == {"correct"}


def wrong_at(one: Exercise, name: str) -> list[tuple[str, WrongRule]]:
    """Slips that the exercise's numbers show, a few for each step."""
    close = solve(one.graph, beside(one.numbers), FINE)
    shown = {
        (check.step, check.rule)
        for check in must_pass(design(name))
        if check.rule is not None and bool(np.all(check.passes(one.solution)))
        and not bool(np.all(~np.asarray(check.nearby(close))))  # type: ignore[misc]
    }  # fmt: skip
    found = []
    for id in one.asked:
        rules = [wrong for wrong in wrong_rules(one.graph, id) if (id, wrong.rule) in shown]
        found += [(id, wrong) for wrong in rules[:: max(1, len(rules) // 4)]]
    return found


@pytest.mark.parametrize("name", DRAWN)
def test_a_slip_earns_nothing_and_costs_its_step_alone(name: str) -> None:
    """What is the same for a reason is left out: it is the right number."""
    one = exercises(name)[0]
    verdicts: Counter[str] = Counter()
    others: Counter[str] = Counter()
    for id, wrong in wrong_at(one, name):
        try:
            answers = worked(one, id, wrong)
        except (ZeroDivisionError, OverflowError, ValueError):
            continue
        for step in mark(one, answers).steps:
            (verdicts if step.id == id else others)[step.verdict] += 1
    assert not verdicts.keys() & {"correct", "carried"}
    assert verdicts["slip"] > 0.9 * verdicts.total()
    assert others["wrong"] + others["slip"] == 0
    assert others["undetermined"] < 0.05 * others.total()


def test_a_class_goes_through_the_commands(tmp_path: Path) -> None:
    run, folder = CliRunner(), tmp_path / "hw"
    made = run.invoke(
        cli,
        ["generate", str(FOLDER / "circuit.toml"), "--count", "2", "--seed", "s",
         "--formats", "csv,md", "--out", str(folder)],
    )  # fmt: skip
    assert made.exit_code == 0, made.output
    assert "cannot be told from 'index beside'" in made.output
    one = from_json(json.loads((folder / "exercises.jsonl").read_text("utf-8").splitlines()[0]))
    sheet = folder / "students" / one.student / "answers.csv"
    rows = list(csv.reader(sheet.read_text("utf-8-sig").splitlines()))
    labels = {label: id for id, label in one.labels.items()}
    right = {id: one.printed[id] for id in one.asked} | {"dq": "-0.1966"}
    handed = tmp_path / "answers.csv"
    with handed.open("w", newline="") as stream:
        csv.writer(stream).writerows(
            [rows[0], *([*row[:-1], right[labels[row[1]]]] for row in rows[1:] if row)]
        )
    done = run.invoke(cli, ["check", str(handed), "--assignment", str(folder)])
    assert done.exit_code == 0, done.output
    assert "19 of 20 points" in done.output
    key = (folder / "keys" / f"{one.student}.md").read_text("utf-8")
    assert r"\mathrm{d}w_1 = \mathrm{d}p_1" in key.replace("& ", "")


def test_a_slip_says_what_it_is_about() -> None:
    """By construction: the term, factor or path that the rule lacks."""
    one = exercises("rnn")[0]
    said = {}
    for id in ("h.1", "dv", "dh.2<h.3"):
        for wrong in (wrong for wrong in wrong_rules(one.graph, id) if wrong.part):
            found = next(s for s in mark(one, worked(one, id, wrong)).steps if s.id == id)
            if found.slip == wrong.slip:
                said.setdefault((id, wrong.slip), found.message)
    assert said["h.1", "term-left-out"] == "Does the sum have the term u·x_1?"
    assert said["dv", "path-lost"].endswith("is missing: (∂L/∂v)_{←y_1}.")
    assert said["dh.2<h.3", "function-slope-left-out"].endswith("on the way, 1 − h_3^2?")


@pytest.mark.parametrize("name", NAMES)
def test_values_are_those_of_the_text_worked_by_other_means(name: str) -> None:
    """Lines as they stand, and derivatives as quotients of differences, at 50 digits."""
    one = exercises(name)[0]
    stored = {id: float(one.solution[id].m) for id in one.asked}
    found = dict(differences(one, stored))
    assert found.keys() == one.graph.steps.keys()
    assert {id: off for id, off in found.items() if off} == {}
    step = one.asked[-1]
    assert dict(differences(one, stored | {step: stored[step] + 1e-9}))[step]
