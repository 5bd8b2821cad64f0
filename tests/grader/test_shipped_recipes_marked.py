"""Shipped recipes from end to end: right files are right, a wrong number costs one step."""

from __future__ import annotations

import csv
import json
from pathlib import Path

import pytest
from click.testing import CliRunner
from issued_exercises import exercises
from recipe_exercises import worked
from shipped_recipes import NAMES

from grader.cli import cli
from grader.marking.mark import mark
from problems.exercise import Exercise, from_json
from problems.rules.expression import NUMBERS


def texts(one: Exercise, wrong: str = "") -> dict[str, str]:
    """What a student writes who has one number wrong, if any, and works on with it."""
    known, found = dict(one.numbers), dict[str, str]()
    for step in one.graph.steps.values():
        value = float(step.rule.evaluate(known, NUMBERS))
        value = 1.2 * value + 0.03 if step.id == wrong else value
        found[step.id] = one.precision.shown(step.kind, value)
        known[step.id] = float(found[step.id])
    return found


@pytest.mark.parametrize("name", NAMES)
def test_honest_work_is_right_throughout(name: str) -> None:
    for one in exercises(name, 5):
        assert {step.verdict for step in mark(one, worked(one)).steps} == {"correct"}


@pytest.mark.parametrize("name", NAMES)
def test_files_go_through_the_commands(name: str, tmp_path: Path) -> None:
    """A file of right numbers has all points; one wrong number costs its step alone."""
    run, folder = CliRunner(), tmp_path / "hw"
    options = ["--count", "1", "--seed", "s", "--formats", "csv", "--out", str(folder)]
    made = run.invoke(cli, ["generate", name, *options])
    assert made.exit_code == 0, made.output
    one = from_json(json.loads((folder / "exercises.jsonl").read_text("utf-8").splitlines()[0]))
    sheet = folder / "students" / one.student / "answers.csv"
    rows = [row for row in csv.reader(sheet.read_text("utf-8-sig").splitlines()) if row]
    labels = {label: id for id, label in one.labels.items()}
    for wrong in ("", one.asked[0]):
        written = texts(one, wrong)
        handed = tmp_path / "answers.csv"
        with handed.open("w", newline="") as stream:
            filled = ([*row[:-1], written[labels[row[1]]]] for row in rows[1:])
            csv.writer(stream).writerows([rows[0], *filled])
        options = ["--assignment", str(folder), "--output", "json"]
        done = run.invoke(cli, ["check", str(handed), *options])
        (report,) = json.loads(done.stdout)["reports"]
        verdicts = {step["id"]: step["verdict"] for step in report["steps"]}
        assert set(verdicts) == set(one.asked)
        missed = [
            id for id, verdict in verdicts.items() if verdict in {"wrong", "slip", "missing"}
        ]
        assert missed == [wrong] * bool(wrong), verdicts
        assert wrong or set(verdicts.values()) == {"correct"}
