"""A class graded again: what the same answers are worth now, beside what they were."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest
from click.testing import CliRunner

from grader.assignments.folder import Folder
from grader.bulk.changes import CHANGES_FILE, Changes, changes_in
from grader.cli import cli
from problems.rules.expression import NUMBERS


def run(*arguments: object) -> str:
    done = CliRunner().invoke(cli, [str(a) for a in arguments])
    assert done.exit_code == 0, done.output
    return done.output


@pytest.fixture
def classroom(tmp_path: Path) -> tuple[Path, Path]:
    """Three students; the first has one wrong number and goes on from it."""
    made = ["--count", 3, "--formats", "none", "--seed", "s"]
    run("generate", "mazur", *made, "--out", tmp_path / "hw")
    table = tmp_path / "class.csv"
    return tmp_path / "hw", table


def answers(folder: Path, table: Path, slip: str = "0.9876") -> None:
    exercises = list(Folder(folder).exercises())
    labels = [exercises[0].labels[id] for id in exercises[0].asked]
    rows = []
    for n, exercise in enumerate(exercises):
        own = {id: exercise.printed[id] for id in exercise.asked}
        if n == 0:
            step = exercise.graph.steps["net.2.1"]
            own["out.1.1"] = slip
            true = {id: float(ball.m) for id, ball in exercise.solution.items()}
            numbers = true | {"out.1.1": float(slip)}
            own["net.2.1"] = f"{float(step.rule.evaluate(numbers, NUMBERS)):.4f}"
        rows.append([exercise.student, exercise.id, *own.values()])
    with table.open("w", newline="") as stream:
        csv.writer(stream).writerows([["student", "exercise", *labels], *rows])


def changes(out: Path) -> list[dict[str, str]]:
    """Rows of the file, none where there is none."""
    path = out / CHANGES_FILE
    return list(csv.DictReader(path.read_text("utf-8").splitlines())) if path.exists() else []


def graded(table: Path, folder: Path, *more: object) -> tuple[str, Path]:
    out = folder / "results"
    return run("check", table, "--assignment", folder, "--results", out, *more), out


@pytest.mark.parametrize("form", ["parquet", "csv"])
def test_another_policy_shows_step_by_step_what_it_did(
    classroom: tuple[Path, Path], form: str
) -> None:
    """Verdict and points before and after; the terminal counts them."""
    folder, table = classroom
    answers(folder, table)
    said, out = graded(table, folder, "--steps", form)
    assert CHANGES_FILE not in said
    said, _ = graded(table, folder, "--steps", form, "--policy", "strict")
    rows = changes(out)
    changed = {row["id"]: (row["points_before"], row["points"]) for row in rows}
    assert changed["net.2.1"] == ("1.0", "0.0")
    assert {row["verdict"] for row in rows} == {"carried"}
    assert f"{len(rows)} step" in said
    assert changes_in(out) == Changes(len(rows), 1)


def test_the_same_again_changes_nothing(classroom: tuple[Path, Path]) -> None:
    """Then there is no such file, also where there was one before."""
    folder, table = classroom
    answers(folder, table)
    graded(table, folder)
    graded(table, folder, "--policy", "strict")
    said, out = graded(table, folder, "--policy", "strict")
    assert not (out / CHANGES_FILE).exists()
    assert "judged otherwise" not in said


def test_another_answer_is_no_change_of_the_marking(classroom: tuple[Path, Path]) -> None:
    """Its own step is new work; only steps with the same answer are compared."""
    folder, table = classroom
    answers(folder, table, "0.9876")
    graded(table, folder)
    answers(folder, table, "0.9123")
    _, out = graded(table, folder)
    assert not {"out.1.1", "net.2.1"} & {row["id"] for row in changes(out)}


def test_results_of_an_earlier_version_are_compared(classroom: tuple[Path, Path]) -> None:
    """Their grade book knew fewer columns and their steps fewer verdicts."""
    folder, table = classroom
    answers(folder, table)
    _, out = graded(table, folder, "--steps", "csv")
    text = (out / "steps.csv").read_text("utf-8")
    assert ",carried," in text
    (out / "steps.csv").write_text(text.replace(",carried,1.0,", ",wrong,0.0,", 1), "utf-8")
    said, _ = graded(table, folder, "--steps", "csv")
    (row,) = changes(out)
    assert (row["verdict_before"], row["verdict"]) == ("wrong", "carried")
    assert "1 step in 1 submission judged otherwise than before" in said
