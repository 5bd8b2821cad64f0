"""Every verdict reaches every surface; what is for the teacher reaches nobody else."""

from __future__ import annotations

import csv
import json
import re
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any, get_args

import pytest
from classroom import Classroom, assignment
from click.testing import CliRunner
from issued_exercises import exercises

import grader.commands.check as check
from grader.assignments.folder import Folder
from grader.bulk.checked_singly import gradebook
from grader.bulk.results import VERDICT_COLUMNS
from grader.cli import cli
from grader.lms.gradescope import autograder
from grader.marking.batch import VERDICTS
from grader.marking.mark import mark, mark_all
from grader.marking.policy import DEFAULT, DEFAULT_CREDITS
from grader.read.number import read_number
from grader.report.results import read
from grader.report.survey import survey
from grader.report.tables import files
from grader.results.feedback import Graded
from grader.support.terminal import TONES as COLOURS
from grader.web.api.shown import shown
from problems.misconceptions.slips import CATALOGUE
from templates.class_report.charts.steps import KINDS
from templates.class_report.page import SEEN, class_report
from templates.feedback.comment import as_text, comments_on
from templates.feedback.marked import TONES
from templates.feedback.page import feedback, without_slips
from templates.feedback.report import Note, Report, StepReport, Verdict
from templates.feedback.sheet_words import for_teacher
from templates.feedback.show import Show
from templates.feedback.verdict_words import SENTENCES, Said
from templates.pages.html import html

ROOT = Path(__file__).parents[2]
EXERCISE = exercises("mazur")[0]
CLOSED = Said("closed", {"unpaid": 9, "paid": 3, "answered": 41})
NOTE = Note(CLOSED.code, CLOSED.arguments, for_teacher(CLOSED))
SLIP = "slope-left-out"


def said(step: StepReport, verdict: Verdict, words: Said) -> StepReport:
    slip = words.arguments.get("slip")
    code, about = words.code, words.arguments
    made = replace(step, verdict=verdict, code=code, arguments=about, message=words.sentence)
    return replace(made, slip=slip, credit=DEFAULT.credit(verdict, slip))


EXERCISE_STEP = mark(EXERCISE, {}).steps[0]


def report() -> Report:
    """A slip, the same again, an undetermined step, and a note for the teacher."""
    found = mark(EXERCISE, {id: read_number(EXERCISE.printed[id]) for id in EXERCISE.asked})
    steps = {step.id: step for step in found.steps}
    for id, verdict, words in (
        ("delta.2.1", "slip", Said("slip", {"slip": SLIP})),
        ("delta.2.2", "repeated", Said("repeated", {"slip": SLIP})),
        ("dw.1.1.1", "undetermined", Said("undetermined", {"sources": [], "any": "0.0000"})),
    ):
        steps[id] = said(steps[id], verdict, words)  # type: ignore[arg-type]
    every = tuple(steps.values())
    return replace(found, steps=every, points=None, teacher=(NOTE,), first_deviation="delta.2.1")


# the closed set ----------------------------------------------------------------------------


@pytest.mark.parametrize(
    "known",
    [COLOURS, TONES, SEEN, VERDICT_COLUMNS, DEFAULT_CREDITS, VERDICTS],
    ids=["terminal", "network", "class report", "grade book", "policy", "marking"],
)
def test_every_verdict_is_known(known: object) -> None:
    """No surface falls over the one it forgot, or leaves it out of a sum."""
    assert sorted(known) == sorted(get_args(Verdict))  # type: ignore[call-overload]


def test_the_picture_of_steps_draws_every_verdict_once() -> None:
    """So the bars add up; and no two kinds look alike in grey."""
    assert sorted(v for kind in KINDS for v in kind.verdicts) == sorted(get_args(Verdict))
    assert len({(kind.tint, kind.hatch) for kind in KINDS}) == len(KINDS)


@pytest.mark.parametrize("page", ["grading.md", "formats.md"])
def test_every_verdict_is_documented(page: str) -> None:
    text = (ROOT / "docs" / page).read_text("utf-8")
    assert not [verdict for verdict in get_args(Verdict) if f"`{verdict}`" not in text]


# students ----------------------------------------------------------------------------------


def test_the_feedback_page_says_both() -> None:
    """In words, with a sign, and without a word of the note for the teacher."""
    text = html(feedback(report(), EXERCISE, Show(), "Mazur", "Ada"))
    assert "≈ undetermined" in text
    assert "✗ repeated" in text
    assert "The same slip again: " in text
    assert "closed" not in text.split("</style>")[-1]


def test_no_slip_is_named_where_the_policy_hides_them() -> None:
    """Neither by its title nor by its code nor by being called the same again."""
    veiled = without_slips(report())
    doc = json.dumps([step.as_json() for step in veiled.steps])
    for word in (SLIP, CATALOGUE[SLIP].student, "repeated", "again"):
        assert word not in doc
    api = json.dumps(shown(report().as_json(), Show(slips=False)))
    for word in (SLIP, CATALOGUE[SLIP].student, "repeated", "again"):
        assert word not in api


def test_a_student_gets_no_note_for_the_teacher() -> None:
    """On a learning platform, through the interface."""
    found = report()
    assert "closed" not in as_text(comments_on([found], Show()))
    api = shown(found.as_json(), Show())
    assert "teacher" not in api
    assert api["format"] == 2


def test_the_comment_lists_what_needs_another_look() -> None:
    """A repetition and an undetermined step among them, whatever they earn."""
    text = as_text(comments_on([report()], Show()))
    assert "1 is undetermined" in text
    assert "repeats a slip. It is the same slip again: " in text


FINE_CODES = {"right", "right_in_doubt", "follows", "follows_vouched", "follows_formula"}
"""What is said of steps that no comment lists."""
ABOUT = {
    "sources": [["y_4", "0.9"]], "any": "0.0000", "asked": 4, "unit": "decimals", "slip": SLIP,
    "slips": [SLIP, "bias-left-out"], "zero": "net_h1", "factor": "2", "name": "w_1",
    "message": "'abc' is not a number", "from": "zero",
}  # fmt: skip


SUBJECTS = {
    "too_few_to_tell": "There are ", "two_slips": "There are ", "slip": CATALOGUE[SLIP].student,
    "blank_slip": "What you wrote ", "unreadable": "'abc' is ", "factor_missing": "The factor ",
    "factor_too_many": "The factor ",
}  # fmt: skip
"""How what is said of a step begins; with `It ` where it is not listed."""


@pytest.mark.parametrize("code", sorted(set(SENTENCES) - FINE_CODES - {"blank"}))
def test_a_comment_is_made_of_whole_sentences(code: str) -> None:
    """Each with a subject, a capital letter and a full stop, whatever is said of a step."""
    about = ABOUT | ({"sources": ["out_o1"]} if code.endswith("_formula") else {})
    step = replace(
        EXERCISE_STEP, answer="9.9", verdict="wrong", message=Said(code, about).sentence,
        hint="look at net_h1 = w_1 × i_1", code=code, arguments=about,
    )  # fmt: skip
    [comment] = comments_on([replace(report(), steps=(step,), deviation="")], Show())
    for line in (*comment.lines, *(line.said for line in comment.steps)):
        assert re.fullmatch(r"([A-Z0-9'\"].*[^ ][.?!])", line), line
        assert not re.search(r"[.?!] [a-z]", line), line
    [line] = comment.steps
    assert line.said.startswith(f"Your answer 9.9 is wrong. {SUBJECTS.get(code, 'It ')}"), line
    assert line.said.endswith(" Look at net_h1 = w_1 × i_1.")


def test_a_repetition_that_is_paid_has_not_passed_on_gradescope() -> None:
    """Its number is wrong; only its points are there."""
    graded = Graded(report(), EXERCISE, None, DEFAULT)  # type: ignore[arg-type]
    label = EXERCISE.labels["delta.2.2"]
    (one,) = (t for t in autograder._tests(graded, Show(), False) if t["name"] == label)
    assert (one["score"], one["status"]) == (1, "failed")


# teachers ----------------------------------------------------------------------------------


@pytest.mark.parametrize("output", ["text", "json", "csv"])
def test_the_note_reaches_the_teacher_in_every_output(
    output: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """`bpgrade check --output`, also for one submission."""
    run = CliRunner().invoke
    made = ["generate", "mazur", "--count", "1", "--formats", "csv", "--out", str(tmp_path / "hw")]
    assert run(cli, made).exit_code == 0
    sheet = next((tmp_path / "hw" / "students").glob("*/answers.csv"))
    rows = list(csv.DictReader(sheet.read_text("utf-8-sig").splitlines()))
    rows[0]["answer"] = "0.5"
    with sheet.open("w", newline="") as stream:
        writer = csv.DictWriter(stream, rows[0])
        writer.writeheader()
        writer.writerows(rows)

    def noted(*args: Any) -> list[Report]:
        return [replace(one, teacher=(NOTE,)) for one in mark_all(*args)]

    monkeypatch.setattr(check, "mark_all", noted)
    done = run(cli, ["check", str(sheet), "--output", output])
    assert done.exit_code == 0, done.output
    assert NOTE.message in " ".join(done.stdout.split())


def test_the_grade_book_holds_counts_and_notes() -> None:
    """How many steps have each verdict, and what a person should look at."""
    (row,) = gradebook([Graded(report(), EXERCISE, None, DEFAULT)]).to_dicts()  # type: ignore[arg-type]
    assert (row["undetermined"], row["slip"], row["repeated"], row["correct"]) == (1, 1, 1, 38)
    assert row["for_teacher"] == NOTE.message
    assert row["remarks"] == ""


Change = Callable[[dict[str, str]], None]


@pytest.fixture(scope="module")
def results(tmp_path_factory: pytest.TempPathFactory) -> tuple[Folder, Path]:
    base = tmp_path_factory.mktemp("surfaces")
    folder = assignment(base / "hw", "mazur", 6)
    Classroom(tuple(folder.exercises())).write(folder.path / "results")
    return folder, folder.path / "results"


def rewritten(results: Path, to: Path, change: Change) -> Path:
    """A results folder with other rows in its grade book."""
    to.mkdir()
    (to / "steps.csv").write_bytes((results / "steps.csv").read_bytes())
    rows = list(csv.DictReader((results / "gradebook.csv").read_text("utf-8").splitlines()))
    for row in rows:
        change(row)
    with (to / "gradebook.csv").open("w", newline="") as stream:
        writer = csv.DictWriter(stream, rows[0])
        writer.writeheader()
        writer.writerows(rows)
    return to


def test_the_class_report_lists_sheets_to_look_at(
    results: tuple[Folder, Path], tmp_path: Path
) -> None:
    """With what is there, and that it accuses nobody; without names where none are wanted."""
    folder, place = results
    first = next(iter(folder.exercises())).student

    def noted(row: dict[str, str]) -> None:
        row["for_teacher"] = NOTE.message if row["student"] == first else ""

    own = rewritten(place, tmp_path / "noted", noted)
    found = survey(read(own), folder)
    (look,) = found.looks
    assert look.why == NOTE.message
    text = html(class_report(found))
    assert "Sheets to look at" in text
    assert "No accusation" in text
    assert b"closed" in files(found)["look_at.csv"]
    hidden = survey(read(own), folder, anonymous=True)
    assert hidden.looks[0].student != look.student


def test_results_of_an_earlier_version_are_reported(
    results: tuple[Folder, Path], tmp_path: Path
) -> None:
    """Their grade book knows neither the new verdicts nor notes."""
    folder, place = results

    def old(row: dict[str, str]) -> None:
        for name in ("for_teacher", "undetermined", "repeated", "vouched"):
            del row[name]

    found = survey(read(rewritten(place, tmp_path / "old", old)), folder)
    assert found.looks == ()
    assert "look_at.csv" not in files(found)
    assert "Sheets to look at" not in html(class_report(found))
