"""One exercise, one submission: a verdict, a message and a hint for every asked step.

A pure function of the exercise, the answers and the policy; the order of the answers in the
file plays no part. The judging is that of `grader.follow` for a column of one; here the
verdicts get their words.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING

import numpy as np

from grader.batch import SLIP, VERDICTS, WRONG, Batch
from grader.conventions import Judged, judge
from grader.errors import Problem
from grader.policy import DEFAULT, Policy
from grader.read.answer import Answer
from grader.read.number import Unreadable, Written
from problems import ids
from problems.ball import Ball, within
from problems.catalogue import CATALOGUE
from problems.exercise import Exercise
from problems.expression import BALLS
from problems.formula import Formula
from problems.notation import Naming
from problems.precision import Precision, power_of_ten, rounded, rounded_significant
from problems.slips import wrong_rules
from templates.formulas.plain import plain
from templates.report import Report, StepReport, Verdict

if TYPE_CHECKING:
    from grader.formulas import Marked
    from problems.gate import Finding

Answers = Mapping[str, Answer]
"""Step id -> what was read there; blank steps are absent."""

LOST = ("slip", "wrong")
OTHER_SIGN = (
    "Your deltas have the opposite sign throughout and your gradients and updates come out "
    "right: you use the other sign convention of the literature, which is accepted."
)


def batch_of(exercise: Exercise, answers: Answers) -> Batch:
    """One submission as a column of one."""
    values, units, unreadable = {}, {}, {}
    for id in exercise.asked:
        reading = answers.get(id)
        written = reading if isinstance(reading, Written) else None
        values[id] = np.array([written.value if written else np.nan])
        units[id] = np.array([written.unit if written else np.nan])
        unreadable[id] = np.array([isinstance(reading, Unreadable)])
    graph, precision = exercise.graph, exercise.precision
    return Batch(graph, precision, exercise.solution, values, units, unreadable, 1)


def mark(
    exercise: Exercise,
    answers: Answers,
    policy: Policy = DEFAULT,
    problems: Sequence[Problem] = (),
) -> Report:
    """Every asked step with its verdict.

    Args:
        exercise: what was asked.
        answers: what was read; ids that are not asked are ignored.
        policy: credits and weights.
        problems: what could not be read, passed on into the report.
    """
    judged = judge(batch_of(exercise, answers))
    words = _Words(exercise, answers, judged, _formulas(exercise, answers))
    steps = (
        *(_step(exercise, id, answers, policy, words) for id in exercise.asked),
        *(
            _formula_step(exercise, question, answers, policy, words)
            for question in words.formulas
        ),
    )
    return Report(
        exercise.student,
        exercise.id,
        steps,
        tuple(problems),
        words.first_deviation(),
        words.remarks(),
        policy.score(steps),
        words.deviation(),
    )


def _step(
    exercise: Exercise, id: str, answers: Answers, policy: Policy, words: _Words
) -> StepReport:
    ball, reading = exercise.solution[id], answers.get(id)
    verdict, slip = words.verdict(id), words.slip(id)
    return StepReport(
        id=id,
        label=exercise.labels[id],
        answer=reading.text if reading else "",
        verdict=verdict,
        credit=policy.credit(verdict, slip, words.missing_digits(id)),
        weight=policy.weight(id),
        expected=float(ball.m),
        tolerance=float(ball.r),
        message=words.message(id),
        slip=slip,
        used=words.used(id),
        hint=words.hint(id),
    )


def _formulas(exercise: Exercise, answers: Answers) -> Mapping[str, Marked]:
    """What was found of each formula; most exercises ask for none and need no grammar."""
    if not (exercise.formulas or exercise.generals):
        return {}
    from grader.formulas import mark_formulas

    return mark_formulas(exercise, answers)


def _formula_step(
    exercise: Exercise, question: str, answers: Answers, policy: Policy, words: _Words
) -> StepReport:
    reading, marked = answers.get(question), words.formulas[question]
    return StepReport(
        id=question,
        label=exercise.labels[question],
        answer=reading.text if reading else "",
        verdict=marked.verdict,
        credit=policy.credit(marked.verdict, marked.slip, 1),
        weight=policy.weight(step_of(question)),
        expected=0.0,
        tolerance=0.0,
        message=words.formula_message(question),
        slip=marked.slip,
        used=tuple(map(ids.formula_of, marked.used)),
        formula=plain(_key_formula(exercise, question)),
    )


def step_of(question: str) -> str:
    """A step that a question is about: for letters, the first unit's."""
    if ids.asks_general(question):
        from problems import general

        return general.pattern(question)
    return question.removesuffix(ids.FORMULA)


def _key_formula(exercise: Exercise, question: str) -> Formula:
    from problems import general
    from problems.writing import Writer

    if ids.asks_general(question):
        return general.formula(exercise.notation, exercise.plan, question)
    step = exercise.graph.steps[step_of(question)]
    return Writer(exercise.naming).symbolic(step)


@dataclass(frozen=True)
class _Words:
    """Puts one submission's standing into the exercise's own notation."""

    exercise: Exercise
    answers: Answers
    judged: Judged
    formulas: Mapping[str, Marked]
    """Step -> what was found of its formula, where formulas are asked for."""

    def formula_message(self, question: str) -> str:
        reading, marked = self.answers.get(question), self.formulas[question]
        match marked.verdict:
            case "correct":
                return "right"
            case "carried":
                own = ", ".join(self.name(used) for used in marked.used)
                return f"right from your own formula for {own}" if own else "right from your own"
            case "blank":
                return "nothing written"
            case "unreadable":
                lost = "it has no value where the network's numbers are ordinary ones"
                return reading.message if isinstance(reading, Unreadable) else lost
            case "slip":
                return CATALOGUE[marked.slip or ""].student
        return marked.note or "another function of the network's quantities than the right one"

    def verdict(self, id: str) -> Verdict:
        code = int(self.judged.standing.verdicts[id][0])
        return VERDICTS[code]  # type: ignore[return-value]

    def slip(self, id: str) -> str | None:
        return self.judged.slips.get(id, {}).get(0)

    def used(self, id: str) -> tuple[str, ...]:
        return self.judged.standing.used.get(id, {}).get(0, ())

    def name(self, id: str) -> str:
        if ids.asks_general(id):
            return plain(self.exercise.symbol(id))
        return _plain_name(self.exercise.naming, id.removesuffix(ids.FORMULA))

    def message(self, id: str) -> str:
        reading = self.answers.get(id)
        match self.verdict(id):
            case "correct":
                return "right" + self.doubt(id)
            case "carried":
                return f"right from {self.sources(id)}"
            case "imprecise":
                start = f"follows from {self.sources(id)}" if self.used(id) else "right"
                return f"{start}, but too few digits: {self.asked(id)} are asked for"
            case "blank":
                return "nothing written"
            case "unreadable":
                return reading.message if isinstance(reading, Unreadable) else ""
            case "slip":
                return CATALOGUE[self.slip(id) or ""].student
        return "neither the value of this step nor what follows from your own values"

    def sources(self, id: str) -> str:
        """The student's own values that the answer rests on."""
        own = [
            f"{self.name(used)} = {reading.text.strip()}"
            for used in self.used(id)
            if isinstance(reading := self.answers.get(used), Written)
        ]
        if not own:
            return "your own earlier values"
        more = f" and {len(own) - 2} more" if len(own) > 3 else ""
        return f"your own {', '.join(own[: 2 if more else 3])}{more}"

    def missing_digits(self, id: str) -> int:
        return missing_digits(self.exercise.precision, id, self.answers.get(id))

    def asked(self, id: str) -> str:
        return digits(self.exercise.precision, ids.parse(id).kind)

    def hint(self, id: str) -> str:
        """The rule with symbols: what to look at, without a number."""
        if self.verdict(id) not in ("slip", "wrong"):
            return ""
        from problems.writing import Writer

        writer = Writer(self.exercise.naming, None, self.exercise.named)
        step = self.exercise.graph.steps[id]
        return f"look at {self.name(id)} = {plain(writer.symbolic(step))}"

    # what holds for the whole exercise ------------------------------------------------------

    def first_deviation(self) -> str | None:
        """The first step in the order of the work that is neither right nor carried."""
        asked = set(self.exercise.asked)
        for id in self.exercise.graph.steps:
            if id in asked and int(self.judged.standing.verdicts[id][0]) in (SLIP, WRONG):
                return id
        lost = (id for id, marked in self.formulas.items() if marked.verdict in LOST)
        return next(lost, None)

    def remarks(self) -> tuple[str, ...]:
        found = []
        if bool(self.judged.flipped[0]):
            found.append(OTHER_SIGN)
        return tuple(found)

    def deviation(self) -> str:
        """Where the work first goes wrong, and whether what follows is consistent with it."""
        first = self.first_deviation()
        if first is None:
            return ""
        lost = [id for id in self.exercise.asked if self.verdict(id) in ("slip", "wrong")]
        lost += [id for id, marked in self.formulas.items() if marked.verdict in LOST]
        what = "the formula for " if ids.asks_formula(first) else ""
        start = f"Your first deviation is {what}{self.name(first)}"
        if len(lost) == 1:
            return f"{start}; everything after it is consistent with it."
        others = ", ".join(self.name(id) for id in lost if id != first)
        return f"{start}; look at {others} as well."

    # undetectable cases ------------------------------------------------------------------------

    def doubt(self, id: str) -> str:
        """On numbers that never passed the gate: what the answer cannot be told from."""
        reading = self.answers.get(id)
        for finding in self.exercise.doubts.get(id, ()):
            if isinstance(reading, Written) and self._explains(finding, reading.value):
                what = self._undetectable(finding)
                return f"; at {self.asked(id)} it cannot be told from {what}"
        return ""

    def _explains(self, finding: Finding, value: float) -> bool:
        balls = self.exercise.solution
        unit = Ball(
            0.0,
            float(self.exercise.precision.unit(ids.parse(finding.step).kind, balls[finding.step])),
        )
        if finding.name == "zero":
            return bool(within(value, unit))
        if finding.name in ("parent", "twins"):
            return bool(within(value, balls[finding.other].widened(unit.r)))
        wrong = wrong_rules(self.exercise.graph, finding.step)
        return any(
            bool(within(value, rule.rule.evaluate(balls, BALLS).widened(unit.r)))
            for rule in wrong
            if rule.slip == finding.other
        )

    def _undetectable(self, finding: Finding) -> str:
        if finding.name == "zero":
            return "0"
        if finding.name == "slip":
            return f"the slip '{CATALOGUE[finding.other].title}'"
        old = ids.parse(finding.step).kind.startswith("new")
        if old and finding.other in (ids.core(finding.step).removeprefix("new."),):
            return "the unchanged value"
        return self.name(finding.other)


def missing_digits(precision: Precision, id: str, reading: Answer | None) -> int:
    """How many digits fewer than asked were written; at least 1 where that matters."""
    if not isinstance(reading, Written):
        return 1
    relative = precision.significant is not None
    written = reading.significant if relative else reading.decimals
    return max(1, precision.places(ids.parse(id).kind) - written)


@lru_cache(maxsize=65536)
def _plain_name(naming: Naming, id: str) -> str:
    """A step's symbol in plain text; the steps of one exercise are named again and again."""
    return plain(naming.symbol(id))


def digits(precision: Precision, kind: str) -> str:
    """`4 decimals`, `1 decimal`, `5 significant figures`."""
    places = precision.places(kind)
    what = "significant figure" if precision.significant is not None else "decimal"
    return f"{places} {what}{'' if places == 1 else 's'}"


def shown(ball: Ball, places: int, significant: int | None) -> str:
    """Value to one digit more than asked; the tolerance rounded up to the same place.

    >>> shown(Ball(0.593269992, 0.000124), 4, None)
    '0.59327 ± 0.00013'
    """
    value, radius = float(ball.m), float(ball.r)
    if significant is not None:
        text = rounded_significant(value, places + 1)
        decimals = len(text.partition(".")[2])
    else:
        decimals = places + 1
        text = rounded(value, decimals)
    unit = power_of_ten(-decimals)
    steps = int(-(-radius * (1 - 1e-9) // unit))
    return f"{text} ± {rounded(steps * unit, decimals)}"
