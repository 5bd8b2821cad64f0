"""Verdicts: a closed set, decided by the step's ball alone for now."""

from __future__ import annotations

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st
from issued_exercises import exercises

from grader.mark import judge, mark, shown
from grader.read.number import read_number
from problems import documents, family
from problems.ball import Ball
from problems.exercise import Exercise
from problems.precision import Precision

FOUR = Precision(4)
OUT = Ball(0.593269992, 0.000124)
SMALL = Ball(0.00043857, 0.000107)

TABLE = [
    (OUT, "0.5933", "correct"),
    (OUT, "0.59326999", "correct"),
    (OUT, "0.5932", "correct"),
    (OUT, "0.5934", "wrong"),
    (OUT, "0.593", "imprecise"),
    (OUT, "0.59", "imprecise"),
    (OUT, "0.6", "imprecise"),
    (OUT, "0.5", "imprecise"),
    (OUT, "0.60", "wrong"),
    (OUT, "1", "wrong"),
    (OUT, "0", "wrong"),
    (OUT, "-0.59", "wrong"),
    (SMALL, "0.0004", "correct"),
    (SMALL, "0.000439", "correct"),
    (SMALL, "0.00", "wrong"),
    (SMALL, "-0.0004", "wrong"),
    (SMALL, "4e-4", "correct"),
    (SMALL, "", "blank"),
    (SMALL, "x", "unreadable"),
]


@pytest.mark.parametrize(("ball", "text", "verdict"), TABLE)
def test_the_first_verdict_that_holds(ball: Ball, text: str, verdict: str) -> None:
    """Design page GRADING, section 3."""
    assert judge("out", ball, read_number(text), FOUR) == verdict


@given(st.floats(-5, 5), st.integers(0, 8))
def test_more_digits_than_asked_never_cost_anything(value: float, more: int) -> None:
    """Whatever is right at four decimals stays right with more of them."""
    ball = Ball(value, 1e-4)
    assert judge("out", ball, read_number(f"{value:.{4 + more}f}"), FOUR) == "correct"


@given(st.floats(-5, 5))
def test_one_number_written_everywhere_earns_nothing_by_being_coarse(value: float) -> None:
    """ "0" and "1" are within half a unit of a lot of numbers; they say nothing."""
    ball = Ball(value, 1e-4)
    for text in ("0", "0.0", "1", "-1"):
        if not abs(float(text) - value) <= 1e-4:
            verdict = judge("out", ball, read_number(text), FOUR)
            assert verdict == "wrong" or abs(float(text) - value) < 0.2


def key_of(exercise: Exercise) -> dict:
    return {id: read_number(exercise.printed[id]) for id in exercise.asked}


@pytest.mark.parametrize("name", family.names())
@pytest.mark.parametrize("choice", [{}, {"decimals": 6}, {"decimals": 8}])
def test_the_printed_key_scores_everything(name: str, choice: dict) -> None:
    """A key that its own checker rejects is the bug that users of other systems report most."""
    for exercise in exercises(name, 2, **choice):
        report = mark(exercise, key_of(exercise))
        assert report.score == report.max == len(exercise.asked)
        assert report.percent == 100.0


def test_the_report_does_not_depend_on_the_order_of_the_answers() -> None:
    """A pure function of exercise, answers and policy."""
    exercise = exercises("musilek")[0]
    answers = list(key_of(exercise).items())
    first = mark(exercise, dict(answers))
    for seed in range(5):
        random.Random(seed).shuffle(answers)
        assert mark(exercise, dict(answers)) == first


def test_blank_costs_its_own_points_and_no_more() -> None:
    """Nothing written, nothing else touched."""
    exercise = exercises("mazur")[0]
    answers = key_of(exercise)
    del answers["out.1.1"]
    report = mark(exercise, answers)
    assert report.score == report.max - 1
    assert report.counts() == {"correct": report.max - 1, "blank": 1}


def test_the_interval_is_shown_in_words_that_contain_it() -> None:
    """Rounded outwards, so nobody is told a smaller tolerance than is granted."""
    assert shown(OUT, 4, None) == "0.59327 ± 0.00013"
    assert shown(Ball(0.5, 0.0001), 4, None) == "0.50000 ± 0.00010"


# the documents as submissions -----------------------------------------------------------------


def document_report(name: str):
    from grader.example import document_exercise

    exercise = document_exercise(name)
    typed = documents.transcript(name)
    return mark(exercise, {id: read_number(text) for id, text in typed.items()}), typed


def lost(name: str) -> dict[str, str]:
    report, typed = document_report(name)
    wrong = [
        s for s in report.steps if s.id in typed and s.verdict not in ("correct", "imprecise")
    ]
    return {step.id: step.answer for step in wrong}


def test_musilek_loses_only_the_shared_bias() -> None:
    """dE/db1 = 0.0008 is the document's one mistake; 0.5000 for b1 cannot be told from right."""
    assert lost("musilek") == {"db.1": "0.0008"}


def test_mazur_prints_three_weights_with_a_digit_too_few() -> None:
    """He works with nine decimals; three new weights have eight, everything is right."""
    report, typed = document_report("mazur")
    short = {s.id: s.verdict for s in report.steps if s.id in typed and s.verdict != "correct"}
    assert short == dict.fromkeys(["new.w.1.1.2", "new.w.1.2.1", "new.w.1.2.2"], "imprecise")


def test_the_slides_lose_nothing_but_misprints() -> None:
    """Cut digits cost nothing; their misprints are in givens, labels and the last lines."""
    misprinted = {row.id for row in documents.numbers("slides") if row.agrees == "misprint"}
    assert misprinted
    assert lost("slides") == {}
