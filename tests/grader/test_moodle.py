"""The responses of a Moodle quiz, a row an attempt, all fields of a question in one cell."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import pytest
from handed_in import assignment, check, exercise_of, right, table

HEADER = [
    "Last name", "First name", "Username", "ID number", "Email address", "Status", "Started",
    "Completed", "Duration", "Grade/100.00", "Response 1", "Right answer 1",
]  # fmt: skip
DAY = "22 November 2026  2:24 AM"


@pytest.fixture
def hw(tmp_path: Path) -> Path:
    return assignment(tmp_path)


def cell(answers: Mapping[str, str], word: str = "part") -> str:
    return "; ".join(f"{word} {n}: {text}" for n, text in enumerate(answers.values(), 1))


def attempt(who: list[str], *responses: str) -> list[str]:
    return [*who, "Finished", DAY, DAY, "now", "57.50", *responses]


ADA = ["Example", "Ada", "ada", "s001", "ada@example.org"]
BEN = ["Sample", "Ben", "", "", "ben@example.org"]
ZOE = ["OBrien", "Zoë Łukasz", "zoe", "", ""]
AVERAGES = ["Overall average", "", "", "", "", "", "", "", "", "57.5", "", ""]


def responses(tmp_path: Path, rows: list[list[str]], header: list[str] | None = None) -> Path:
    path = tmp_path / "responses.csv"
    path.write_bytes(b"\xef\xbb\xbf" + table(header or HEADER, rows))
    return path


def test_a_class_is_graded_from_its_responses(hw: Path, tmp_path: Path) -> None:
    """Students by id number, e-mail address or name; the line of averages is no student."""
    rows = [
        attempt(who, cell(right(exercise_of(hw, id))), "part 1: 0.3775; ...")
        for who, id in ((ADA, "s001"), (BEN, "s002"), (ZOE, "s003"))
    ]
    done = check(hw, responses(tmp_path, [*rows, AVERAGES]))
    assert done.percent == {"s001": 100, "s002": 100, "s003": 100}
    assert done.problems == []
    assert done.summary == "1 file, 3 submissions graded, 0 problems"


def test_blank_parts_are_blank_and_texts_are_read_as_typed(hw: Path, tmp_path: Path) -> None:
    """`part 2: ;` and the last part without its space; a decimal comma; a word."""
    answers = right(exercise_of(hw, "s001"))
    labels = list(answers)
    answers[labels[1]] = ""
    answers[labels[2]] = answers[labels[2]].replace(".", ",")
    answers[labels[3]] = "about a half"
    answers[labels[-1]] = ""
    text = cell(answers).rstrip()
    done = check(hw, responses(tmp_path, [attempt(ADA, text, "")]))
    (report,) = done.reports
    verdicts = [step["verdict"] for step in report["steps"]]
    assert verdicts[:5] == ["correct", "blank", "correct", "unreadable", "correct"]
    assert verdicts[-1] == "blank"
    assert [p["row"] for p in done.problems] == [2]


def test_fields_may_be_named_instead_of_numbered(hw: Path, tmp_path: Path) -> None:
    """`net_h1: 0.9; out_h1: 0.5`."""
    answers = right(exercise_of(hw, "s001"))
    text = "; ".join(f"{label}: {value}" for label, value in answers.items())
    assert check(hw, responses(tmp_path, [attempt(ADA, text, "")])).percent == {"s001": 100}


def test_parts_that_do_not_fit_are_refused_not_shifted(hw: Path, tmp_path: Path) -> None:
    """One part too few, or an answer that itself looks like a part."""
    answers = right(exercise_of(hw, "s001"))
    short = cell(dict(list(answers.items())[:-1]))
    odd = cell(answers).replace("part 2:", "part 7:", 1)
    for text in (short, odd):
        done = check(hw, responses(tmp_path, [attempt(ADA, text, "")]))
        assert done.codes == ["bad_step"]
        assert done.percent == {}


def test_an_empty_attempt_does_not_count(hw: Path, tmp_path: Path) -> None:
    """Moodle writes `-` for a question without an answer."""
    good = cell(right(exercise_of(hw, "s001")))
    done = check(hw, responses(tmp_path, [attempt(ADA, good, ""), attempt(ADA, "-", "")]))
    assert done.percent == {"s001": 100}


def test_several_questions_are_the_exercises_in_their_order(tmp_path: Path) -> None:
    """Questions of another kind between them are named."""
    hw = assignment(tmp_path, "mazur", "--exercises", "2")
    first, second = (exercise_of(hw, "s001", n) for n in (1, 2))
    header = [*HEADER[:10], "Response 1", "Response 2", "Response 3"]
    row = attempt(ADA, cell(right(first)), "-0.1385", cell(right(second)))
    done = check(hw, responses(tmp_path, [row], header))
    assert [r["percent"] for r in done.reports] == [100, 100]
    assert "Response 2" in done.stderr


def test_other_languages_of_moodle(hw: Path, tmp_path: Path) -> None:
    """Headers are localised."""
    header = ["Nachname", "Vorname", "Anmeldename", "Status", "Antwort 1", "Richtige Antwort 1"]
    row = ["Example", "Ada", "xyz17", "Beendet", cell(right(exercise_of(hw, "s001")), "Teil"), ""]
    assert check(hw, responses(tmp_path, [row], header)).percent == {"s001": 100}


def test_an_unknown_student_is_listed(hw: Path, tmp_path: Path) -> None:
    """With the row; so is one whose name fits two."""
    rows = [
        attempt(["Nobody", "No", "nn", "x9", ""], "part 1: 0.5", ""),
        attempt(["Lee", "Ann", "", "", ""], "part 1: 0.5", ""),
    ]
    done = check(hw, responses(tmp_path, rows))
    assert [(p["row"], p["code"]) for p in done.problems] == [(2, "identity"), (3, "identity")]
    assert "fits 2 students" in done.problems[1]["message"]
