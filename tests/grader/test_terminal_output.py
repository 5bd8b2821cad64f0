"""What a terminal shows: documents in 80 columns, a class in one line a student."""

from __future__ import annotations

import csv
import io
import re
from pathlib import Path

import pytest
from click.testing import CliRunner
from typed_rules import key_text

from grader.assignments.folder import Folder
from grader.cli import cli
from grader.support.terminal import cells
from problems.documents import documents

STUDENTS = ("ada", "bob", "cy")


def run(runner: CliRunner, *arguments: object) -> str:
    result = runner.invoke(cli, [str(a) for a in arguments])
    assert result.exit_code == 0, result.output
    return result.stdout


@pytest.fixture
def files(runner: CliRunner, tmp_path: Path) -> list[Path]:
    """Right answers of three students."""
    roster, out = tmp_path / "roster.csv", tmp_path / "hw1"
    roster.write_text("\n".join(["student", *STUDENTS]) + "\n", "utf-8")
    run(runner, "generate", "mazur", "--students", roster, "--out", out, "--seed", "s",
        "--formats", "csv")  # fmt: skip
    return [_filled(out, student) for student in STUDENTS]


def _filled(folder: Path, student: str) -> Path:
    path = folder / "students" / student / "answers.csv"
    exercises = {e.id: e for e in Folder(folder).exercises()}
    rows = list(csv.DictReader(io.StringIO(path.read_text("utf-8"), newline="")))
    for row in rows:
        exercise = exercises[row["exercise"]]
        id = next(i for i, label in exercise.labels.items() if label == row["step"])
        row["answer"] = key_text(exercise, id)
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, list(rows[0]))
        writer.writeheader()
        writer.writerows(rows)
    return path


@pytest.mark.parametrize("name", documents.names())
def test_documents_fit_a_terminal_and_begin_with_the_misprints(
    runner: CliRunner, name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """80 columns, whatever the places and statements are; what is wrong needs no scrolling."""
    monkeypatch.setenv("COLUMNS", "80")
    title, tally, *shown = run(runner, "documents", name).splitlines()
    assert max(map(cells, (title, tally, *shown))) <= 80
    wrong = [n for n, line in enumerate(shown) if re.search(r"\bmisprint($|:)", line)]
    others = [n for n, line in enumerate(shown) if line.startswith("  Other ")]
    assert max(wrong, default=0) < min(others)
    rows = [*documents.numbers(name), *documents.formulas(name)]
    assert len(wrong) == sum(row.agrees == "misprint" for row in rows)
    assert sum(line.split()[-1:] == ["rounded"] for line in shown) == sum(
        row.agrees == "rounded" for row in documents.numbers(name)
    )


def test_a_worked_solution_states_the_rules(runner: CliRunner) -> None:
    """As the printed key does: the loss with its factor, the update, what biases do."""
    said = " ".join(run(runner, "solve", "--document", "mazur").split())
    assert "E_o1 = 1/2 × (target_o1 − out_o1)^2" in said
    assert "Update: w_1^+ = w_1 − η × ∂E_total/∂w_1; the biases are not changed" in said
    assert said.index("Rules:") < said.index("Steps")


def test_several_files_get_one_line_each(runner: CliRunner, files: list[Path]) -> None:
    """Who, which exercise, points and verdicts; no step of anybody."""
    shown = run(runner, "check", *files).splitlines()
    lines = [line for line in shown if "41 correct" in line]
    assert len(lines) == len(files)
    assert shown[0].split() == ["student", "exercise", "points", "of", "%", "verdicts"]
    assert not any("net_h1" in line for line in shown)
    assert any(line.startswith("mean 100.0 %") for line in shown)


def test_verbose_shows_every_step_of_every_student(runner: CliRunner, files: list[Path]) -> None:
    """As one file shows them; -v changes nothing of that one."""
    shown = run(runner, "check", "-v", *files)
    assert sum(line.startswith("  net_h1 ") for line in shown.splitlines()) == len(files)
    one = run(runner, "check", files[0])
    assert "net_h1" in one
    assert one == run(runner, "check", "--verbose", files[0])


def test_a_line_hides_nothing_that_needs_a_look(runner: CliRunner, files: list[Path]) -> None:
    """What the teacher is told of a sheet stands below the lines, with the name."""
    own, other = (path.read_text("utf-8").splitlines() for path in files[:2])
    copied = [
        f"{a.rsplit(',', 1)[0]},{b.rsplit(',', 1)[1]}" for a, b in zip(own, other, strict=True)
    ]
    files[0].write_text("\n".join(copied) + "\n", "utf-8")
    alone = runner.invoke(cli, ["check", str(files[0])]).stdout
    assert alone.count("For the teacher: ") == 1
    several = runner.invoke(cli, ["check", *map(str, files)]).stdout
    assert several.count("For the teacher, of ada: ") == 1
    assert max(map(cells, several.splitlines())) <= 80
