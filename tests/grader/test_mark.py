"""Verdicts: a closed set, decided by the step's ball alone for now."""

from __future__ import annotations

import random
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from issued_exercises import exercises
from typed_rules import key_answers

from grader.assignments.example import document_exercise
from grader.marking.mark import Handed, mark, mark_all, shown
from grader.read.answer import Answer, read_answer
from grader.read.number import read_number
from problems.arithmetic.ball import Ball
from problems.arithmetic.precision import Precision
from problems.documents import documents
from problems.drawing import family
from problems.exercise import Exercise

MAZUR = replace(document_exercise("mazur"), precision=Precision(4))
OUT, SMALL = "out.1.1", "dw.1.1.1"
"""0.593269992 ± 0.00013 and 0.000438568 ± 0.00011 at four decimals."""


def verdict(id: str, text: str) -> str:
    reading = read_number(text)
    report = mark(MAZUR, {id: reading} if reading else {})
    return next(step.verdict for step in report.steps if step.id == id)


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
    (OUT, "-0.5933", "slip"),
    (SMALL, "0.0004", "correct"),
    (SMALL, "0.000439", "correct"),
    (SMALL, "4e-4", "correct"),
    (SMALL, "0.0439", "slip"),
    (SMALL, "", "blank"),
    (SMALL, "x", "unreadable"),
]


@pytest.mark.parametrize(("id", "text", "expected"), TABLE)
def test_the_first_verdict_that_holds(id: str, text: str, expected: str) -> None:
    """docs/grading.md, Standing of an answer."""
    assert verdict(id, text) == expected


@settings(max_examples=50)
@given(st.sampled_from(MAZUR.asked), st.integers(0, 8))
def test_more_digits_than_asked_never_cost_anything(id: str, more: int) -> None:
    """Whatever is right at four decimals stays right with more of them."""
    true = float(MAZUR.solution[id].m)
    assert verdict(id, f"{true:.{4 + more}f}") == "correct"


@pytest.mark.parametrize("text", ["0", "0.0", "1", "-1"])
def test_a_bare_number_says_nothing_by_being_coarse(text: str) -> None:
    """ "0" and "1" are within half a unit of a lot of numbers; they earn nothing by it."""
    for id in MAZUR.asked:
        true = float(MAZUR.solution[id].m)
        if abs(float(text) - true) > 0.2:
            assert verdict(id, text) in ("wrong", "slip"), id


def key_of(exercise: Exercise) -> dict:
    return key_answers(exercise)


@pytest.mark.parametrize("name", family.names())
@pytest.mark.parametrize("choice", [{}, {"decimals": 6}, {"decimals": 8}])
def test_the_printed_key_scores_everything(name: str, choice: dict) -> None:
    """A key that its own checker rejects is the bug that users of other systems report most."""
    for exercise in exercises(name, 2, **choice):
        report = mark(exercise, key_of(exercise))
        assert report.score == report.max == len(exercise.questions)
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
    assert shown(MAZUR.solution[OUT], 4, None) == "0.59327 ± 0.00013"
    assert shown(Ball(0.5, 0.0001), 4, None) == "0.50000 ± 0.00010"


# the documents as submissions -----------------------------------------------------------------


def document_report(name: str):
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


def spoiled(exercise: Exercise, n: int) -> dict[str, Answer]:
    """The key with a few odd texts, others for every student."""
    found: dict[str, Answer] = dict(key_answers(exercise))
    rng = random.Random(n)
    for id in rng.sample(list(exercise.questions), k=min(n, len(exercise.questions))):
        text = rng.choice(["", "0", "-1.5", "abc", "0.12", "1e-3", "=1+1"])
        reading = read_answer(exercise, id, text)
        found.pop(id, None)
        if reading is not None:
            found[id] = reading
    return found


@pytest.mark.parametrize("name", family.names())
def test_many_are_marked_as_each_is_alone(name: str) -> None:
    """Whoever is marked beside a student changes nothing of the report, not a digit."""
    everybody = exercises(name, 6)
    alone = [
        mark(replace(one), spoiled(one, n), problems=()).as_json()
        for n, one in enumerate(everybody)
    ]
    works = [Handed(replace(one), spoiled(one, n)) for n, one in enumerate(everybody)]
    other = MAZUR if name != "mazur" else exercises("lfd", 1)[0]
    works.insert(3, Handed(replace(other), spoiled(other, 5)))
    together = [report.as_json() for report in mark_all(works)]
    del together[3]
    assert together == alone
    assert mark_all([]) == []
