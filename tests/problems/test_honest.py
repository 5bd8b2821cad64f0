"""Whoever keeps to the stated precision is never marked wrong, at any depth."""

from __future__ import annotations

import numpy as np
import pytest
from issued_exercises import drawn
from students import HABITS, transcript

from grader.marking.mark import mark
from grader.read.number import read_number
from problems.arithmetic.ball import Ball, within
from problems.arithmetic.precision import Precision
from problems.computation import ids
from problems.computation.solve import solve
from problems.drawing import family
from problems.drawing.candidates import Candidates, key

COUNT = 10_000 // len(HABITS) + 1
"""Transcripts of each habit and family; twelve families make 1.2 x 10^5."""


def many(design, count: int) -> dict[str, np.ndarray]:
    """Ungated draws of a family: the claim holds without the gate as well."""
    candidates = Candidates(design)
    blocks = [candidates.block(key("honest", "t", "s"), n) for n in range(count // 64 + 1)]
    return {id: v[:count] for id, v in candidates.values(np.concatenate(blocks)).items()}


@pytest.mark.parametrize("name", family.names())
@pytest.mark.parametrize("significant", [None, 4])
def test_no_honest_step_lies_outside_its_ball(name: str, significant: int | None) -> None:
    """10^5 transcripts over all families: rounding, cutting, carrying either number, mixtures."""
    design = family.load(name).design()
    precision = design.precision if significant is None else Precision(None, significant)
    count = COUNT if significant is None else 500
    givens = many(design, count)
    balls = solve(design.graph, givens, precision)
    rng = np.random.default_rng(11)
    for habit in HABITS:
        paper = transcript(design.graph, givens, precision, habit, rng)
        for id, answers in paper.items():
            ball = balls[id]
            sure = np.isfinite(np.broadcast_to(np.asarray(ball.r), answers.shape))
            sure &= np.isfinite(answers)  # nobody writes the logarithm of 0.0000
            inside = np.asarray(within(answers, Ball(ball.m, ball.r))) | ~sure
            assert inside.all(), (name, habit, id)


@pytest.mark.parametrize("name", family.names())
def test_honest_students_get_every_point_from_the_marker(name: str) -> None:
    """The same through reading and marking, as a submission goes."""
    design = family.load(name).design()
    rng = np.random.default_rng(5)
    for exercise in drawn(design, 4):
        givens = {id: np.array([v]) for id, v in exercise.numbers.items()}
        for habit in ("round", "cut", "mixture"):
            paper = transcript(exercise.graph, givens, exercise.precision, habit, rng)
            answers = {}
            for id in exercise.asked:
                places = exercise.precision.places(exercise.graph.steps[id].kind)
                answers[id] = read_number(f"{float(paper[id][0]):.{places}f}")
            report = mark(exercise, answers)
            numbers = [step for step in report.steps if not ids.asks_formula(step.id)]
            assert {step.verdict for step in numbers} <= {"correct"}, (habit, report)


def test_a_narrower_tolerance_would_fail_honest_students() -> None:
    """Test the tester: half the radius is not enough, so the test can fail."""
    design = family.load("musilek").design(version=1)
    givens = many(design, 2000)
    balls = solve(design.graph, givens, design.precision)
    rng = np.random.default_rng(1)
    paper = transcript(design.graph, givens, design.precision, "cut", rng)
    outside = [
        id for id in paper if not np.all(within(paper[id], Ball(balls[id].m, 0.5 * balls[id].r)))
    ]
    assert len(outside) > 10
