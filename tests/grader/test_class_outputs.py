"""Odd tables of a class are told alike, marked as columns or one by one (see `test_bulk`)."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
import pytest
from class_tables import Habits, assignment_of, mixed, table
from click.testing import CliRunner, Result

from grader.assignments.folder import Folder
from grader.bulk import exercise_columns, survey
from grader.cli import cli
from grader.commands import check, classwide


@pytest.fixture(autouse=True)
def narrow(monkeypatch: pytest.MonkeyPatch) -> None:
    """Many small ranges and parts, as a large class has them."""
    monkeypatch.setattr(survey, "RANGE", 3_000)
    monkeypatch.setattr(exercise_columns, "PART", 12_000)


def checked(
    paths: list[Path], hw: Path, output: str, large: int, patch: pytest.MonkeyPatch, policy: str
) -> Result:
    """`bpgrade check` of tables, as columns if they are as large as that.

    Without a policy the assignment's own holds.
    """
    patch.setattr(check, "LARGE", large)
    command = ["check", *map(str, paths), "--assignment", str(hw), "--output", output]
    return CliRunner().invoke(cli, [*command, *(["--policy", policy] if policy else [])])


def alike(
    paths: list[Path], hw: Path, monkeypatch: pytest.MonkeyPatch, policy: str = "default"
) -> dict[str, Any]:
    """Compare all outputs; the document of the JSON."""
    called: list[str] = []
    printed = classwide.printed
    monkeypatch.setattr(classwide, "printed", lambda *a: called.append("columns") or printed(*a))
    docs = []
    for output in ("csv", "text", "json"):
        single = checked(paths, hw, output, 1 << 60, monkeypatch, policy)
        assert not called
        many = checked(paths, hw, output, 0, monkeypatch, policy)
        assert called == ["columns"]
        called.clear()
        assert many.exception is None or isinstance(many.exception, SystemExit), many.exc_info
        assert many.exit_code == single.exit_code
        assert told(many) == told(single)
        if output == "json":
            docs = [json.loads(result.stdout) for result in (many, single)]
            assert docs[0]["reports"] == docs[1]["reports"]
            assert ordered(docs[0]) == ordered(docs[1])
            if not docs[1]["problems"]:
                assert many.stdout == single.stdout
        else:
            assert many.stdout == single.stdout
    return docs[0]


def told(result: Result) -> list[str]:
    """Lines of the other stream; encodings are noted by the reader of single files alone."""
    return sorted(line for line in result.stderr.splitlines() if "encoding" not in line)


def ordered(doc: dict[str, Any]) -> list[str]:
    return sorted(json.dumps(problem) for problem in doc["problems"])


@pytest.fixture
def two(tmp_path: Path) -> tuple[Path, Path]:
    """An assignment of two students, and their table."""
    hw = assignment_of(mixed(["mazur"], 2), tmp_path / "hw")
    path = tmp_path / "class.csv"
    known = list(Folder(hw).exercises())
    path.write_bytes(table(known, Habits(False, 0.0, 0.3, 0.0, False), np.random.default_rng(3)))
    return hw, path


def test_a_file_that_is_named_twice_is_read_once(
    two: tuple[Path, Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    hw, path = two
    link = tmp_path / "again.csv"
    link.symlink_to(path)
    assert len(alike([path, path, link], hw, monkeypatch)["reports"]) == 2
    command = ["check", str(path), str(link), "--assignment", str(hw), "--results"]
    found = CliRunner().invoke(cli, [*command, str(tmp_path / "results")])
    assert found.stdout.startswith("1 file, 2 submissions graded")
    assert "alike" not in found.stderr


def test_of_one_submission_every_step_is_shown(
    two: tuple[Path, Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Also if its table is large."""
    hw, path = two
    lines = path.read_text().splitlines()
    path.write_text("\n".join([*lines[:2], ",".join(["nobody", "", *lines[2].split(",")[2:]])]))
    alike([path], hw, monkeypatch)
    shown = checked([path], hw, "text", 0, monkeypatch, "default").stdout
    assert "net_h1" in shown
    assert "mean" not in shown


@pytest.mark.parametrize("broken", ["assignment.json", "policy", "cut", "empty", "gone"])
def test_an_assignment_that_cannot_be_used_is_told_alike(
    broken: str, two: tuple[Path, Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    """File by file, in the form that was asked for."""
    hw, path = two
    exercises, about = hw / "exercises.jsonl", hw / "assignment.json"
    match broken:
        case "assignment.json":
            about.write_text("{")
        case "policy":
            about.write_text(json.dumps(json.loads(about.read_text()) | {"policy": "gone"}))
        case "cut":
            exercises.write_bytes(exercises.read_bytes()[:-30])
        case "empty":
            exercises.write_bytes(b"")
        case _:
            exercises.unlink()
    for output in ("csv", "text", "json"):
        single = checked([path], hw, output, 1 << 60, monkeypatch, "")
        many = checked([path], hw, output, 0, monkeypatch, "")
        assert (many.stdout, told(many)) == (single.stdout, told(single))
        assert many.exit_code == 1
        assert isinstance(many.exception, SystemExit)


def test_parquet_of_any_size_is_printed(
    two: tuple[Path, Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    hw, path = two
    parquet = tmp_path / "class.parquet"
    pl.read_csv(path, infer_schema=False).write_parquet(parquet)
    found = checked([parquet], hw, "csv", check.LARGE, monkeypatch, "default")
    assert found.stdout == checked([path], hw, "csv", 0, monkeypatch, "default").stdout


@pytest.mark.parametrize("kept", [4, 40, -40])
@pytest.mark.parametrize("results", [False, True])
def test_a_damaged_parquet_file_is_refused(
    kept: int, results: bool, two: tuple[Path, Path], tmp_path: Path
) -> None:
    hw, path = two
    parquet = tmp_path / "class.parquet"
    pl.read_csv(path, infer_schema=False).write_parquet(parquet)
    parquet.write_bytes(parquet.read_bytes()[:kept])
    command = ["check", str(parquet), "--assignment", str(hw)]
    out = ["--results", str(tmp_path / "results")] if results else []
    found = CliRunner().invoke(cli, [*command, *out])
    assert found.exit_code == 1
    assert isinstance(found.exception, SystemExit)
    assert "damaged or incomplete" in found.stderr
