"""What a student who rounds every number writes down, and how it is marked."""

from __future__ import annotations

from collections.abc import Mapping

from grader.marking.mark import mark
from grader.marking.policy_file import load_policy
from grader.read.number import read_number
from problems.exercise import Exercise
from problems.misconceptions.slips import wrong_rules
from problems.rules.expression import NUMBERS, Expression
from templates.feedback.report import Report, StepReport


def worked(exercise: Exercise, put: Mapping[str, Expression | float] = {}) -> dict[str, str]:
    """What a rounding student writes, with other rules or numbers at some steps."""
    carried: dict[str, float] = dict(exercise.numbers)
    paper: dict[str, str] = {}
    for step in exercise.graph.steps.values():
        chosen = put.get(step.id, step.rule)
        value = chosen if isinstance(chosen, float) else float(chosen.evaluate(carried, NUMBERS))
        text = exercise.precision.shown(step.kind, value)
        carried[step.id] = float(text)
        paper[step.id] = text
    return {id: paper[id] for id in exercise.asked}


def marked(exercise: Exercise, paper: Mapping[str, str], policy: str = "default") -> Report:
    answers = {id: read_number(text) for id, text in paper.items() if text}
    return mark(exercise, answers, load_policy(policy))


def step(report: Report, id: str) -> StepReport:
    return next(one for one in report.steps if one.id == id)


def lost(report: Report) -> list[str]:
    return [one.id for one in report.steps if one.credit < 1]


def slip_at(exercise: Exercise, id: str, name: str) -> Expression:
    return next(wrong.rule for wrong in wrong_rules(exercise.graph, id) if wrong.slip == name)
