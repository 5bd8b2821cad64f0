"""Feedback pages: what was found, in the exercise's notation, and no more than is allowed."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from click.testing import CliRunner
from handed_in import tidy
from issued_exercises import exercises
from papers import complaints, texts
from typed_rules import key_answers, key_text

from grader.assignments.folder import Folder
from grader.cli import cli
from grader.marking.mark import mark
from grader.read.answer import read_answer
from grader.read.number import read_number
from problems.computation import ids
from problems.drawing.family import names as families
from templates.feedback.marked import marks
from templates.feedback.page import feedback
from templates.feedback.show import Show
from templates.pages.html import html

EXERCISE = exercises("musilek")[0]


def page(show: Show, **typed: str) -> str:
    paper = {id: EXERCISE.printed[id] for id in EXERCISE.asked} | {"net.1.1": "7.7777"} | typed
    answers = {id: read_number(text) for id, text in paper.items() if text}
    return html(feedback(mark(EXERCISE, answers), EXERCISE, show, "A title", "Ada <b>"))


def words(text: str) -> str:
    return re.sub(r"<[^>]*>", " ", text.split("</style>")[-1])


def test_the_right_values_stay_hidden_unless_shown() -> None:
    """Only what the student wrote, right or wrong, may stand there."""
    blank = {id: "" for id in EXERCISE.asked if id not in ("net.1.1",)}
    hidden, shown = page(Show(), **blank), page(Show(expected=True), **blank)
    given = set(EXERCISE.givens.values())
    for id in EXERCISE.asked:
        value = EXERCISE.printed[id].lstrip("-")
        if value not in given and id != "net.1.1":
            assert value not in words(hidden), id
            assert value in words(shown), id


def test_answers_and_names_are_escaped() -> None:
    """A student may type anything."""
    text = page(Show(), **{"out.1.1": "<script>alert(1)</script>"})
    assert "<script" not in text
    assert "&lt;script&gt;" in text
    assert "Ada <b>" not in text


def test_the_page_says_where_the_work_first_deviates() -> None:
    """And marks the unit in the drawing, not by colour alone."""
    text = page(Show())
    assert "first deviation" in words(text)
    assert "✗" in text
    assert "✓" in text


@pytest.mark.parametrize("key", ["score", "verdicts", "messages"])
def test_each_part_can_be_left_out(key: str) -> None:
    """A page without it is shorter and different."""
    full, less = page(Show()), page(Show(**{key: False}))
    assert len(words(less)) < len(words(full))


def test_an_exam_shows_scores_only() -> None:
    """No verdict, no message, no hint."""
    show = Show(verdicts=False, messages=False, hints=False, slips=False)
    text = words(page(show))
    assert "points" in text
    for word in ("carried", "right from", "first deviation", "look at"):
        assert word not in text


def run(*arguments: object, code: int = 0) -> str:
    result = CliRunner().invoke(cli, [str(a) for a in arguments])
    assert result.exit_code == code, result.output
    return result.output


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    roster = tmp_path / "roster.csv"
    roster.write_text("student,name\nada,Ada\n../zoë,Zoë\n", "utf-8")
    out = tmp_path / "hw1"
    run("generate", "mazur", "--students", roster, "--out", out, "--seed", "s", "--exercises", 2)
    for answers in out.glob("students/*/answers.csv"):
        header, *rows = answers.read_text("utf-8-sig").splitlines()
        answers.write_text("\n".join([header, *(f"{row}0.5" for row in rows)]), "utf-8")
    return out


def test_one_page_a_student_with_all_exercises(folder: Path, tmp_path: Path) -> None:
    """Named safely, beside nothing else."""
    files = [
        folder / "students" / s.folder / "answers.csv" for s in Folder(folder).roster.values()
    ]
    run("check", *files, "--feedback", tmp_path / "feedback")
    assert sorted(p.name for p in (tmp_path / "feedback").iterdir()) == ["ada.html", "zoe.html"]
    text = (tmp_path / "feedback" / "ada.html").read_text("utf-8")
    for exercise in Folder(folder).exercises():
        assert (exercise.id in text) == (exercise.student == "ada")


def test_policy_option_regrades_without_touching_anything(folder: Path) -> None:
    """Only credits and scores change in the report, nothing in the folder."""
    before = {p: p.read_bytes() for p in folder.rglob("*") if p.is_file()}
    answers = folder / "students" / "ada" / "answers.csv"
    run("check", answers, "--policy", "strict")
    run("check", answers, "--policy", "exam", "--output", "csv")
    assert "did you mean 'strict'" in run("check", answers, "--policy", "strikt", code=2)
    assert {p: p.read_bytes() for p in folder.rglob("*") if p.is_file()} == before


def test_feedback_can_be_printed(tmp_path: Path, runner: CliRunner) -> None:
    """The same page as PDF: accessible, verdicts in words, every sign in the fonts."""
    out = tmp_path / "hw"
    made = ["generate", "mazur", "--count", "1", "--out", str(out), "--formats", "csv"]
    assert runner.invoke(cli, made).exit_code == 0
    answers = out / "students" / "student-01" / "answers.csv"
    table = answers.read_text("utf-8-sig").splitlines()
    answers.write_text("\n".join([table[0], *(f"{row}0.5" for row in table[1:])]), "utf-8")
    pages = tmp_path / "feedback"
    command = ["check", str(answers), "--feedback", str(pages), "--feedback-as", "both"]
    assert runner.invoke(cli, command).exit_code == 0
    assert {path.name for path in pages.iterdir()} == {"student-01.html", "student-01.pdf"}
    data = (pages / "student-01.pdf").read_bytes()
    assert complaints(data) == []
    said = " ".join(texts(data))
    assert "wrong" in said
    assert "□" not in said


@pytest.mark.parametrize("name", families())
def test_every_family_has_a_page_of_partly_wrong_work(name: str, tmp_path: Path) -> None:
    """Numbers and formulas, with letters or not: the first wrong, the last blank."""
    out = tmp_path / "hw"
    run("generate", name, "--count", 1, "--out", out, "--formats", "csv")
    (exercise,) = Folder(out).exercises()
    first, *others = exercise.questions
    typed = {exercise.labels[id]: key_text(exercise, id) for id in others[:-1]}
    answers = out / "students" / "student-01" / "answers.csv"
    answers.write_bytes(tidy({exercise.labels[first]: "7.7777"} | typed, exercise=exercise.id))
    pages = tmp_path / "feedback"
    run("check", answers, "--assignment", out, "--feedback", pages, "--feedback-as", "both")
    said = words((pages / "student-01.html").read_text("utf-8"))
    assert "first deviation" in said
    assert ("first deviation is the formula for" in said) == ids.asks_formula(first)
    assert "□" not in " ".join(texts((pages / "student-01.pdf").read_bytes()))


@pytest.mark.parametrize("name", ["mazur-mixed", "mazur-formulas", "lfd-formulas"])
def test_a_wrong_formula_marks_the_unit_that_it_is_about(name: str) -> None:
    """As a wrong number of the same step would."""
    exercise = exercises(name, 1)[0]
    for step in (id for id in exercise.formulas if ids.parse(id).kind == "delta"):
        question = ids.formula_of(step)
        typed = f"7*({key_text(exercise, question)})"
        wrong = {question: read_answer(exercise, question, typed)}
        found = marks(exercise, mark(exercise, key_answers(exercise) | wrong).steps)
        assert found[step.replace("delta", "unit")] == "wrong"
