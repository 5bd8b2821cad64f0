"""What is printed of a class is printed alike, marked as columns or one by one."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from class_tables import Habits, assignment_of, habits, mixed, table
from click.testing import CliRunner, Result

from grader.assignments.folder import Folder
from grader.bulk import exercise_columns, survey
from grader.cli import cli
from grader.commands import check, classwide
from problems.drawing import family as families


@pytest.fixture(autouse=True)
def narrow(monkeypatch: pytest.MonkeyPatch) -> None:
    """Many small ranges and parts, as a large class has them."""
    monkeypatch.setattr(survey, "RANGE", 3_000)
    monkeypatch.setattr(exercise_columns, "PART", 12_000)


def checked(
    paths: list[Path], hw: Path, output: str, large: int, patch: pytest.MonkeyPatch, policy: str
) -> Result:
    """`bpgrade check` of tables, as columns if they are as large as that."""
    patch.setattr(check, "LARGE", large)
    command = ["check", *map(str, paths), "--assignment", str(hw), "--output", output]
    return CliRunner().invoke(cli, [*command, "--policy", policy])


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


@pytest.mark.parametrize("name", families.names())
def test_every_family(name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    hw = assignment_of(mixed([name], 6), tmp_path / "hw")
    known = list(Folder(hw).exercises())
    rng = np.random.default_rng(sum(map(ord, name)))
    path = tmp_path / "class.csv"
    path.write_bytes(table(known, Habits(False, 0.05, 0.6, 0.1, False), rng))
    doc = alike([path], hw, monkeypatch)
    steps = [step for report in doc["reports"] for step in report["steps"]]
    assert {"correct", "blank"} < {step["verdict"] for step in steps} or not known[0].asked
    assert len({step["message"] for step in steps}) > 3


@pytest.mark.parametrize("seed", range(16))
def test_any_table(seed: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    rng = np.random.default_rng(1_000 + seed)
    names = ["musilek", "mazur", "lfd", "valchanov", "deep", "lfd-formulas", "two-rounds"]
    chosen = [str(name) for name in rng.choice(names, rng.integers(1, 4), replace=False)]
    hw = assignment_of(mixed(chosen, 3), tmp_path / "hw")
    known = list(Folder(hw).exercises())
    paths = []
    for n in range(rng.integers(1, 3)):
        path = tmp_path / f"table-{n}.csv"
        path.write_bytes(table(known, habits(rng), rng))
        paths.append(path)
    alike(paths, hw, monkeypatch, str(rng.choice(["default", "strict", "exam"])))


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
