"""Reports of every released format load for ever."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from grader.errors import Problem
from problems.errors import FormatError, FormatTooNew
from templates.feedback.report import FORMAT, Report, upgraded
from templates.feedback.verdict_words import SENTENCES

STORED = sorted((Path(__file__).parent / "reports").glob("format-*.json"))


def stored(path: Path) -> dict[str, Any]:
    return json.loads(path.read_text("utf-8"))


@pytest.mark.parametrize("path", STORED, ids=lambda path: path.stem)
def test_a_stored_report_loads(path: Path) -> None:
    """With all that stood in it, and with a code for every step."""
    doc = stored(path)
    report = Report.from_json(doc, Problem.from_json)
    assert (report.score, report.max, report.percent) == (doc["score"], doc["max"], doc["percent"])
    assert report.deviation == doc["deviation"]
    for step, old in zip(report.steps, doc["steps"], strict=True):
        assert (step.verdict, step.message) == (old["verdict"], old["message"])
        assert step.code in SENTENCES
    again = Report.from_json(report.as_json(), Problem.from_json)
    assert again == report


def test_every_released_format_is_stored() -> None:
    """One example of each before the present one."""
    assert [path.stem for path in STORED] == [f"format-{n}" for n in range(1, FORMAT)]


def test_an_upgrade_derives_the_code_from_the_verdict() -> None:
    """And keeps the name of a slip; the stored object stays as it is."""
    doc = stored(STORED[0])
    before = json.dumps(doc)
    found = {step["verdict"]: step for step in upgraded(doc)["steps"]}
    assert json.dumps(doc) == before
    codes = {verdict: step["code"] for verdict, step in found.items()}
    assert codes == {
        "correct": "right", "imprecise": "too_few_digits", "carried": "follows", "slip": "slip",
        "wrong": "wrong", "blank": "blank", "unreadable": "unreadable",
    }  # fmt: skip
    assert found["slip"]["arguments"] == {"slip": found["slip"]["slip"]}


def test_other_formats_are_refused() -> None:
    """A later one with the advice to upgrade, and what has none."""
    with pytest.raises(FormatTooNew, match="upgrade bpgrade"):
        upgraded(stored(STORED[0]) | {"format": FORMAT + 1})
    for no_number in (None, "2", 0):
        with pytest.raises(FormatError):
            upgraded(stored(STORED[0]) | {"format": no_number})
