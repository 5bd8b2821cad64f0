"""A class's table gives what its submissions give one by one, cell by cell and as printed."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
import pytest
from class_tables import (
    HABITS,
    MIXED,
    ODD_CELLS,
    ODD_ROWS,
    POLICIES,
    Habits,
    Outcome,
    any_class,
    assignment_of,
    class_of,
    mixed,
    oddities,
    of_results,
    outcome,
    singly,
    table,
)
from click.testing import CliRunner, Result
from shipped_recipes import LAYERED as NETWORKS

from grader.assignments.folder import Folder
from grader.assignments.worksheets import silent
from grader.bulk import exercise_columns, survey
from grader.bulk.run import grade
from grader.cli import cli
from grader.commands import check
from grader.errors import AssignmentError
from grader.intake.collect import Gathered
from grader.marking.policy import DEFAULT
from grader.marking.policy_file import load_policy
from grader.results.feedback import Graded
from grader.support.workers import Workers
from problems.drawing import family as families
from problems.exercise import Exercise

SEEDS = range(30)
"""Classes with tables of any habits."""
OUTPUTS = ("json", "csv", "text")

FINE = """[precision]
off_per_digit = 0.15
[follow_through]
factor = 0.9
[slips]
point-shifted = 0.4
sign-flipped = 0.7
[weights]
net = 2.0
"dw.2" = 0.5
loss = 0.0
[rounding]
step = 0.25
"""


@pytest.fixture
def narrow(monkeypatch: pytest.MonkeyPatch) -> None:
    """Many small ranges and parts, as a large class has them."""
    monkeypatch.setattr(survey, "RANGE", 3_000)
    monkeypatch.setattr(exercise_columns, "PART", 12_000)


def compare(
    paths: list[Path],
    assignment: Path,
    tmp_path: Path,
    policy: str = "default",
    outputs: Sequence[str] = (),
) -> Outcome:
    """Compare the results, and what is printed as `outputs`, with the same marked one by one."""
    chosen, out = load_policy(policy), tmp_path / "results"
    found = grade(paths, assignment, chosen, out, Workers(), "parquet", silent)
    gathered, graded = singly(paths, assignment, chosen)
    many, single = of_results(out, found.notes), outcome(gathered, graded, assignment)
    assert many.problems == single.problems
    same_notes = [note for note in single.notes if note[3] != "encoding"]
    assert [note for note in many.notes if note[3] != "encoding"] == same_notes
    same(many.gradebook, single.gradebook)
    same(many.steps, single.steps)
    assert found.problems == len(single.problems)
    for output in outputs:
        command = ["check", *map(str, paths), "--assignment", str(assignment)]
        printed_alike([*command, "--policy", policy, "--output", output], (gathered, graded))
    return single


def same(many: pl.DataFrame, single: pl.DataFrame) -> None:
    """Equal in every cell; true values may differ by the last bit of an array's exp."""
    assert many.columns == single.columns
    assert len(many) == len(single)
    for name in many.columns:
        a, b = many[name], single[name]
        if name in ("expected", "tolerance"):
            a, b = a.fill_null(np.nan).to_numpy(), b.fill_null(np.nan).to_numpy()
            np.testing.assert_allclose(a, b, rtol=1e-12, atol=1e-15, equal_nan=True)
        else:
            assert a.to_list() == b.to_list(), name


def printed_alike(command: list[str], marked: tuple[Gathered, list[Graded]]) -> None:
    """`bpgrade check` of tables prints, as columns, what it prints of what was marked singly."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(check, "_graded", lambda *_: marked)
        patch.setattr(check, "LARGE", 1 << 60)
        single = CliRunner().invoke(cli, command)
    with pytest.MonkeyPatch.context() as patch:
        patch.delattr(check, "_graded")
        patch.setattr(check, "LARGE", 0)
        many = CliRunner().invoke(cli, command)
    for result in (many, single):
        assert result.exception is None or isinstance(result.exception, SystemExit), (
            result.exc_info
        )
    assert many.exit_code == single.exit_code
    assert told(many) == told(single)
    if command[-1] == "json":
        docs = [json.loads(result.stdout) for result in (many, single)]
        assert docs[0]["reports"] == docs[1]["reports"]
        assert ordered(docs[0]) == ordered(docs[1])
        if docs[1]["problems"]:
            return
    assert many.stdout == single.stdout


def told(result: Result) -> list[str]:
    """Lines of the other stream; encodings are noted by the reader of single files alone."""
    return sorted(line for line in result.stderr.splitlines() if "encoding" not in line)


def ordered(doc: dict[str, Any]) -> list[str]:
    return sorted(json.dumps(problem) for problem in doc["problems"])


@pytest.mark.parametrize("name", families.names())
@pytest.mark.usefixtures("narrow")
def test_every_family_alike(name: str, tmp_path: Path) -> None:
    paths, hw = class_of(name).written(tmp_path)
    tidy = compare(paths[:1], hw, tmp_path)
    wide = compare(paths[1:], hw, tmp_path, outputs=("json", "csv"))
    asked = next(Folder(hw).exercises()).asked
    verdicts = [set(one.steps["verdict"]) for one in (tidy, wide)]
    if name not in NETWORKS:  # some of a recipe's few rows may all be odd
        verdicts = [verdicts[0] | verdicts[1]]
    for found in verdicts:
        assert {"correct", "blank"} <= found or not asked


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.usefixtures("narrow")
def test_any_table_alike(seed: int, tmp_path: Path) -> None:
    made = any_class(seed)
    paths, hw = made.written(tmp_path)
    fine = tmp_path / "fine.toml"
    fine.write_text(FINE)
    policy = str(fine) if made.policy == "fine" else made.policy
    compare(paths, hw, tmp_path, policy, OUTPUTS[seed % 3 :][:1])


def test_every_oddity_is_among_the_tables() -> None:
    classes = [any_class(seed) for seed in SEEDS]
    rows = [row for one in classes for row in one.rows()]
    assert {cell for row in rows for cell in row} >= {*ODD_CELLS}
    assert {kind for one in classes for kind in oddities(one)} == {*ODD_ROWS}
    used = [habit for one in classes for habit in one.habits]
    for field, values in HABITS.items():
        assert {getattr(habit, field) for habit in used} == {*values}, field
    assert {one.policy for one in classes} == {*POLICIES}
    assert {e.id.rpartition("-")[0] for one in classes for e in one.exercises} == {*MIXED}


# input of other kinds ------------------------------------------------------------------------


def small(tmp_path: Path, rows: int = 12) -> tuple[Path, list[Exercise], Path]:
    """A class of two families, and its answers as a wide table."""
    hw = assignment_of(mixed(["mazur", "musilek"], rows // 2), tmp_path / "hw")
    known = list(Folder(hw).exercises())
    path = tmp_path / "class.csv"
    habit = Habits(False, 0.02, 0.5, 0.1, False, end="\n")
    path.write_bytes(table(known, habit, np.random.default_rng(7)))
    return hw, known, path


def test_parquet_says_the_same_as_csv(tmp_path: Path) -> None:
    hw, _, path = small(tmp_path)
    one = compare([path], hw, tmp_path)
    parquet = tmp_path / "class.parquet"
    pl.read_csv(path, infer_schema=False, empty_string_is_null=False).write_parquet(parquet)
    out = tmp_path / "of-parquet"
    grade([parquet], hw, DEFAULT, out, Workers(), "parquet", silent)
    same(of_results(out, []).steps, one.steps)


def test_numbers_of_a_parquet_file_are_answers(tmp_path: Path) -> None:
    hw, known, _ = small(tmp_path, 2)
    own = known[0]
    label = own.labels["net.1.1"]
    value = round(float(own.solution["net.1.1"].m), 4)
    frame = pl.DataFrame({"Student": [own.student], label: [value], "w99": [None]})
    path = tmp_path / "numbers.parquet"
    frame.write_parquet(path)
    out = tmp_path / "results"
    grade([path], hw, DEFAULT, out, Workers(), "csv", silent)
    steps = pl.read_csv(out / "steps.csv", infer_schema=False).filter(pl.col("id") == "net.1.1")
    assert steps.select("answer", "verdict").rows() == [(str(value), "correct")]


@pytest.mark.parametrize("several", ["all", "some"])
def test_a_student_with_two_exercises_must_say_which(several: str, tmp_path: Path) -> None:
    found = mixed(["mazur", "musilek"], 3)
    twice = found if several == "all" else found[::3]
    found = [replace(e, student=f"s{n % 3}") if e in twice else e for n, e in enumerate(found)]
    hw = assignment_of(found, tmp_path / "hw")
    path = tmp_path / "class.csv"
    path.write_text("student,v4,net_h1\n" + "".join(f"{e.student},0.5,0.5\n" for e in found))
    outcome = compare([path], hw, tmp_path)
    assert any("has 2 exercises" in problem[4] for problem in outcome.problems)


def test_a_spreadsheet_runs_nothing_of_the_results(tmp_path: Path) -> None:
    hw, known, _ = small(tmp_path, 2)
    path = tmp_path / "class.csv"
    labels = [known[0].labels[id] for id in ("net.1.1", "out.1.1")]
    path.write_text(f"exercise,{','.join(labels)}\n{known[0].id},=1+1,0.5\n{known[1].id},@x,0.5\n")
    out = tmp_path / "results"
    grade([path], hw, DEFAULT, out, Workers(), "csv", silent)
    written = (out / "steps.csv").read_text() + (out / "problems.csv").read_text()
    assert ",'=1+1," in written
    assert ",=1+1" not in written


@pytest.mark.parametrize(
    "text", ["", "student\n", "step;answer\n", "a,b\n1,2\n", 'student,v4\n"x,1\n']
)
def test_what_is_no_table_is_refused_alike(text: str, tmp_path: Path) -> None:
    hw, _, _ = small(tmp_path, 2)
    path = tmp_path / "odd.csv"
    path.write_text(text)
    compare([path], hw, tmp_path)


def test_a_lost_roll_is_made_anew_and_a_stale_one_too(tmp_path: Path) -> None:
    hw, _, path = small(tmp_path)
    compare([path], hw, tmp_path)
    (hw / exercise_columns.FOLDER / "roll.json").unlink()
    compare([path], hw, tmp_path)
    lines = (hw / "exercises.jsonl").read_text().splitlines()
    (hw / "exercises.jsonl").write_text("\n".join(lines[1:]) + "\n")
    compare([path], hw, tmp_path)


def test_exercises_written_by_another_program(tmp_path: Path) -> None:
    """Other spaces, another order of the keys."""
    hw, _, path = small(tmp_path)
    lines = (hw / "exercises.jsonl").read_text().splitlines()
    other = [
        json.dumps(dict(sorted(json.loads(line).items())), separators=(",", ":")) for line in lines
    ]
    (hw / "exercises.jsonl").write_text("\n".join(other) + "\n")
    compare([path], hw, tmp_path)


def test_broken_exercises_are_named(tmp_path: Path) -> None:
    hw, _, path = small(tmp_path)
    with (hw / "exercises.jsonl").open("a") as stream:
        stream.write('{"format": 1, "id": "x"}\n')
    with pytest.raises(AssignmentError, match="'network' is missing"):
        grade([path], hw, DEFAULT, tmp_path / "results", Workers(), "csv", silent)
    assert not (hw / exercise_columns.FOLDER).exists()


def test_results_replace_results_and_nothing_else(tmp_path: Path) -> None:
    hw, _, path = small(tmp_path)
    out = tmp_path / "results"
    for _ in range(2):
        grade([path], hw, DEFAULT, out, Workers(), "csv", silent)
    other = tmp_path / "mine"
    other.mkdir()
    (other / "letter.txt").write_text("dear")
    with pytest.raises(AssignmentError, match="holds no results"):
        grade([path], hw, DEFAULT, other, Workers(), "csv", silent)
    assert [p.name for p in other.iterdir()] == ["letter.txt"]


def test_files_of_two_assignments_are_not_one_class(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each has its own policy: they are graded one by one, whatever their size."""
    paths = []
    for n in range(2):
        hw = assignment_of(mixed(["mazur"], 2), tmp_path / f"hw{n}")
        path = hw / "class.csv"
        rng = np.random.default_rng(n)
        known = list(Folder(hw).exercises())
        path.write_bytes(table(known, Habits(False, 0.0, 0.0, 0.0, False), rng))
        paths.append(path)
    monkeypatch.setattr(check, "LARGE", 0)
    found = CliRunner().invoke(cli, ["check", *map(str, paths), "--output", "json"])
    assert len(json.loads(found.stdout)["reports"]) == 4
