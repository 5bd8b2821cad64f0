"""Whole sheets with a misconception at every place where it can happen, and its name."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner

from grader.assignments.folder import Order
from grader.assignments.issue import issue
from grader.assignments.roster import with_folders
from grader.cli import cli
from problems.drawing import family

SHEETS = Path(__file__).with_name("sheets")
CLASS = with_folders([("ada", "Ada Example", "ada@example.org")])
WEIGHTS = {f"dw.{layer}.{j}.{i}" for layer in (1, 2) for j in (1, 2) for i in (1, 2)}


@pytest.mark.parametrize(
    ("sheet", "name", "slip", "where"),
    [
        ("rate_in_gradient", "mazur", "rate-in-gradient", WEIGHTS),
        ("bias_times_bias", "musilek", "bias-gradient-times-bias", {"db.1", "db.2"}),
        ("bias_zero", "musilek", "bias-gradient-zero", {"db.1", "db.2"}),
        (
            "delta_two_left_out",
            "lfd",
            "delta-two-left-out",
            {"n1:delta.2.1", "n2:delta.2.1"},
        ),
    ],
)
def test_a_misconception_is_named_wherever_it_shows(
    sheet: str, name: str, slip: str, where: set[str], tmp_path: Path
) -> None:
    """Exercises of the first draw, which knew nothing of these slips, are diagnosed as well."""
    order = Order(name, name, family.source_of(name), "demo", formats=(), draw=1)
    issue(order, CLASS, tmp_path / name)
    arguments = ["check", str(SHEETS / f"{sheet}.csv"), "--assignment", str(tmp_path / name)]
    result = CliRunner().invoke(cli, [*arguments, "--output", "json"])
    assert result.exit_code == 0, result.output
    (report,) = json.loads(result.stdout)["reports"]
    assert {s["id"]: s["slip"] for s in report["steps"] if s["slip"]} == dict.fromkeys(where, slip)
    assert {s["verdict"] for s in report["steps"]} <= {"correct", "carried", "slip", "repeated"}
