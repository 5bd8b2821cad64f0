"""What earlier versions wrote is read, and means the same."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

from click.testing import CliRunner

from grader.cli import cli
from templates.feedback.report import FORMAT, Report

GOLDENS = Path(__file__).parents[1] / "goldens"
STORED = GOLDENS / "stored"


def run(*words: object) -> str:
    done = CliRunner().invoke(cli, [str(word) for word in words])
    assert done.exit_code == 0, done.output
    return done.stdout


def test_a_report_is_read_and_written_as_it_was() -> None:
    doc = json.loads((STORED / "report.json").read_text("utf-8"))
    assert len(doc["reports"]) == 2
    for stored in doc["reports"]:
        assert not stored["problems"]
        assert Report.from_json(stored).as_json() == {**stored, "format": FORMAT}


def test_the_same_answers_to_the_same_assignment_get_the_same_marks() -> None:
    """Every verdict, credit and message of a stored assignment."""
    before = json.loads((STORED / "report.json").read_text("utf-8"))
    now = json.loads(
        run("check", STORED / "class.csv", "--assignment", GOLDENS / "mazur", "--output", "json")
    )
    assert now == before


def test_a_folder_of_results_is_reported_on(tmp_path: Path) -> None:
    results = tmp_path / "results"
    shutil.copytree(STORED / "results", results)
    out = tmp_path / "report"
    line = ["report", results, "--assignment", GOLDENS / "mazur", "--out", out]
    run(*line, "--format", "html")
    steps = (out / "steps.csv").read_text("utf-8")
    assert "net_h1" in steps
    assert "98.8" in (out / "report.html").read_text("utf-8")
