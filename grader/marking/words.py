"""What is to be said of each step of one submission: codes and arguments in its own notation.

`templates.feedback.verdict_words` makes sentences of them. Source of the codes: docs/formats.md.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from grader.marking.batch import VERDICTS, Mark
from grader.marking.sign_conventions import Judged
from grader.read.answer import Answer
from grader.read.number import Unreadable, Written
from problems.arithmetic.ball import Ball, within
from problems.arithmetic.precision import Precision, rounded, rounded_significant
from problems.computation import ids
from problems.computation.graph import build
from problems.computation.kinds import Role
from problems.exercise import Exercise
from problems.formulas.notation import Naming
from problems.formulas.writing import Walk, Writer
from problems.misconceptions.names import BOTH, slips_in
from problems.misconceptions.slips import wrong_rules
from problems.rules.expression import BALLS, NUMBERS
from templates.feedback.report import Verdict
from templates.feedback.verdict_words import Said, aftermath
from templates.formulas.plain import plain

if TYPE_CHECKING:
    from grader.marking.formulas import Marked
    from problems.drawing.gate import Finding

Answers = Mapping[str, Answer]
"""Step id -> what was read there; blank steps are absent."""

LOST = ("slip", "repeated", "wrong")
"""Verdicts of own work that fails at the step itself."""


class Saying(NamedTuple):
    """All that is said of one answer."""

    said: Said
    slip: str | None
    """The misconception found there."""
    used: tuple[str, ...]
    """Ids of the student's own deviating values that the verdict rests on."""
    hint: str = ""


RIGHT = Saying(Said("right"), None, ())
BLANK = Saying(Said("blank"), None, ())


@dataclass(frozen=True)
class Words:
    """Puts one submission's standing into the exercise's own notation."""

    exercise: Exercise
    answers: Answers
    judged: Judged
    formulas: Mapping[str, Marked]
    """Step -> what was found of its formula, where formulas are asked for."""
    at: int = 0
    """Which submission of those that were judged together."""

    def verdict(self, id: str) -> Verdict:
        """Of a step that asks for a number."""
        found = self.judged.standing[id].verdict
        assert found is not None
        code = int(found[self.at])
        return VERDICTS[code]  # type: ignore[return-value]

    def verdict_on(self, question: str) -> Verdict:
        """Of a step that asks for a number or a formula."""
        found = self.formulas.get(question)
        return found.verdict if found else self.verdict(question)

    def slip(self, id: str) -> str | None:
        """The misconception found there."""
        return self.judged.slips.get(id, {}).get(self.at)

    def slip_at(self, question: str) -> str | None:
        """The misconception found in a number or a formula."""
        found = self.formulas.get(question)
        return found.slip if found else self.slip(question)

    def used(self, id: str) -> tuple[str, ...]:
        """The student's own deviating values that the verdict rests on."""
        return self.judged.standing[id].used.get(self.at, ())

    def name(self, id: str) -> str:
        """What the text calls a step."""
        if ids.asks_general(id):
            return plain(self.exercise.symbol(id))
        return _plain_name(self.exercise.naming, ids.step_asked(id))

    def saying(self, id: str, paid: bool) -> Saying:
        """All that is said of a step that asks for a number, or of a formula.

        Args:
            id: the question.
            paid: whether it earns anything.
        """
        if ids.asks_formula(id):
            marked = self.formulas[id]
            used = tuple(map(ids.formula_of, marked.used))
            return Saying(self.formula_said(id), marked.slip, used)
        return Saying(self.said(id, paid), self.slip(id), self.used(id), self.hint(id))

    # a number ------------------------------------------------------------------------------

    def said(self, id: str, paid: bool) -> Said:
        """Code and arguments of a step.

        Args:
            id: of a step that asks for a number.
            paid: whether it earns anything.
        """
        match self.verdict(id):
            case "correct":
                return self._right(id)
            case "carried":
                return self._carried(id)
            case "undetermined" if self._is(self.judged.standing[id].untold):
                return Said("too_few_to_tell", self._asked(id))
            case "undetermined" if self._is(self.judged.standing[id].zeroed):
                zero = self._zero_before(id)
                return Said("not_followable", {"zero": self.name(zero or id)})
            case "undetermined" if self._is(self.judged.standing[id].unfounded):
                return Said("unfounded", self._sources(id))
            case "undetermined":
                paid_too = {"paid": True} if paid else {}
                return Said("undetermined", self._sources(id) | self._any(id) | paid_too)
            case "imprecise":
                rests = self._sources(id) if self.used(id) else {}
                return Said("too_few_digits", self._asked(id) | rests)
            case "slip" | "repeated" | "wrong" as lost:
                return self._lost(id, lost)
            case "unreadable":
                return unreadable(self.answers.get(id))
        behind = self.judged.standing[id].shown.get(self.at)
        return Said("blank_slip", {"slip": behind}) if behind else Said("blank")

    def _is(self, mark: Mark) -> bool:
        return mark is not None and bool(mark[self.at])

    def _carried(self, id: str) -> Said:
        if self._is(self.judged.standing[id].vouched):
            return Said("follows_vouched", self._sources(id) | self._any(id))
        return Said("follows", self._sources(id))

    def _lost(self, id: str, verdict: str) -> Said:
        slip = self.slip(id)
        named = {"slip": slip} if slip else {}
        if verdict != "repeated" and self._too_short(id):
            return Said("too_few_to_tell", self._asked(id) | named)
        if slip and BOTH in slip:
            return Said("two_slips", {"slips": list(slips_in(slip))})
        if slip:
            return Said(verdict, named | self._part(id, slip))
        zero = self._zero_before(id)
        return Said("not_followable", {"zero": self.name(zero)}) if zero else Said("wrong")

    def _part(self, id: str, slip: str) -> dict[str, Any]:
        """What the slip is about, where it happened in one place only."""
        reading = self.answers.get(id)
        found = [one for one in wrong_rules(self.exercise.graph, id) if one.slip == slip]
        if not isinstance(reading, Written) or not any(one.part for one in found):
            return {}
        step, true = self.exercise.graph.steps[id], self.exercise.solution
        unit = float(self.exercise.precision.unit(step.kind, true[id]))
        own = {ref: self._own(ref) for one in found for ref in one.rule.refs()}
        with np.errstate(all="ignore"):
            off = [abs(float(one.rule.evaluate(own, NUMBERS)) - reading.value) for one in found]
        near = {one.part for one, far in zip(found, off, strict=True) if far <= unit}
        part = near.pop() if len(near) == 1 else None
        if part is None:
            return {}
        walk = Walk(Writer(self.exercise.naming), step, self.exercise.naming.symbol)
        return {"part": plain(walk.write(part))}

    def _own(self, id: str) -> np.float64:
        """The student's number, or the true one where there is none."""
        reading = self.answers.get(id)
        value = reading.value if isinstance(reading, Written) else self.exercise.solution[id].m
        return np.float64(value)

    def _sources(self, id: str) -> dict[str, Any]:
        """The student's own values that the answer rests on."""
        own = [
            [self.name(used), reading.text.strip()]
            for used in self.used(id)
            if isinstance(reading := self.answers.get(used), Written)
        ]
        return {"sources": own}

    def _any(self, id: str) -> dict[str, Any]:
        """The number that every method gives, with the digits asked for: 0, or a flat output.

        None where the answer is merely so near to 0, to the old value or to another number on
        the sheet that it cannot be told from a guess.
        """
        reading, precision = self.answers.get(id), self.exercise.precision
        if not isinstance(reading, Written):
            return {"any": ""}
        unit = float(precision.unit(self.exercise.parse(id).kind, Ball(reading.value, 0.0)))
        flat = (0.0, 1.0, -1.0) if self.exercise.parse(id).role is Role.OUTPUT else (0.0,)
        if all(abs(reading.value - limit) > 0.5 * unit for limit in flat):
            return {}
        places = precision.places(self.exercise.parse(id).kind)
        significant = precision.significant is not None
        shown = (rounded_significant if significant else rounded)(reading.value, places)
        return {"any": shown}

    def _asked(self, id: str) -> dict[str, Any]:
        return asked_digits(self.exercise.precision, self.exercise.parse(id).kind)

    def missing_digits(self, id: str) -> int:
        """How many digits fewer than asked were written; at least 1, and 1 for a formula."""
        if ids.asks_formula(id):
            return 1
        kind = self.exercise.parse(id).kind
        return missing_digits(self.exercise.precision, kind, self.answers.get(id))

    def _too_short(self, id: str) -> bool:
        """Whether the few digits that were written hold the right number as well."""
        reading, precision = self.answers.get(id), self.exercise.precision
        if not isinstance(reading, Written):
            return False
        kind, standing = self.exercise.parse(id).kind, self.judged.standing
        asked = float(precision.unit(kind, Ball(reading.value, 0.0)))
        if reading.unit <= 1.5 * asked:
            return False
        balls = [self.exercise.solution[id]]
        own = standing[id].recomputed
        if own is not None:
            balls.append(own.at(self.at))
        return any(holds(reading.value, reading.unit, ball) for ball in balls)

    def _zero_before(self, id: str) -> str | None:
        """The nearest own zero that proves nothing and that the step rests on."""
        for parent in self.exercise.graph.steps[id].parents:
            if self._is(self.judged.standing[parent].dead):
                written = isinstance(self.answers.get(parent), Written)
                return parent if written else self._zero_before(parent)
        return None

    # right, but the numbers do not tell ------------------------------------------------------

    def _right(self, id: str) -> Said:
        """On numbers that never passed the gate: what the answer cannot be told from."""
        reading = self.answers.get(id)
        for finding in self.exercise.doubts.get(id, ()):
            if isinstance(reading, Written) and self._explains(finding, reading.value):
                return Said("right_in_doubt", self._asked(id) | self._undetectable(finding))
        return Said("right")

    def _explains(self, finding: Finding, value: float) -> bool:
        balls = self.exercise.solution
        unit = Ball(
            0.0,
            float(
                self.exercise.precision.unit(
                    self.exercise.parse(finding.step).kind, balls[finding.step]
                )
            ),
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

    def _undetectable(self, finding: Finding) -> dict[str, Any]:
        if finding.name == "zero":
            return {"from": "zero"}
        if finding.name == "slip":
            return {"from": "slip", "slip": finding.other}
        step = self.exercise.parse(finding.step)
        if step.role is Role.UPDATE and finding.other == step.related(Role.PARAMETER):
            return {"from": "old"}
        return {"from": "step", "name": self.name(finding.other)}

    # a formula -------------------------------------------------------------------------------

    def formula_said(self, question: str) -> Said:
        """Code and arguments of a question that asks for a formula."""
        marked = self.formulas[question]
        sources = [self.name(used) for used in marked.used]
        match marked.verdict:
            case "correct":
                return Said("right")
            case "carried":
                return Said("follows_formula", {"sources": sources})
            case "undetermined":
                return Said("undetermined_formula", {"sources": sources})
            case "blank":
                return Said("blank")
            case "unreadable":
                return unreadable(self.answers.get(question))
            case "slip" | "repeated" as lost:
                return Said(lost, {"slip": marked.slip})
        return marked.note or Said("other_formula")

    # the whole exercise ----------------------------------------------------------------------

    def hint(self, id: str) -> str:
        """The rule with symbols: what to look at, without a number."""
        if self.verdict(id) not in LOST:
            return ""
        rule = _plain_rule(self.exercise.naming, self.exercise.named, id)
        return f"look at {self.name(id)} = {rule}"

    def first_deviation(self) -> str | None:
        """The first step in the order of the worksheet that is neither right nor carried."""
        lost = (id for id in self.exercise.asked if self.verdict(id) in LOST)
        return next(lost, None) or next(self._lost_formulas(), None)

    def _lost_formulas(self) -> Iterator[str]:
        return (id for id, marked in self.formulas.items() if marked.verdict in LOST)

    def deviation(self) -> str:
        """Where the work first goes wrong, and what holds of what follows."""
        first = self.first_deviation()
        if first is None:
            return ""
        found: dict[str, str] = {id: self.verdict(id) for id in self.exercise.asked}
        found |= {id: marked.verdict for id, marked in self.formulas.items()}
        lost = [id for id, verdict in found.items() if verdict in LOST]
        what = "the formula for " if ids.asks_formula(first) else ""
        start = f"Your first deviation is {what}{self.name(first)}"
        if len(lost) == 1:
            order = list(found)
            after = aftermath([found[id] for id in order[order.index(first) + 1 :]])
            return f"{start}; {after}." if after else f"{start}."
        others = ", ".join(self.name(id) for id in lost if id != first)
        return f"{start}; look at {others} as well."


def unreadable(reading: Answer | None) -> Said:
    """Why a text is no number or no formula."""
    if not isinstance(reading, Unreadable):
        return Said("no_value")
    about = {"why": reading.code, "position": reading.position, "message": reading.message}
    return Said("unreadable", about | reading.reason.as_json())


def missing_digits(precision: Precision, kind: str, reading: Answer | None) -> int:
    """How many digits fewer than asked were written; at least 1 where that matters."""
    if not isinstance(reading, Written):
        return 1
    relative = precision.significant is not None
    written = reading.significant if relative else reading.decimals
    return max(1, precision.places(kind) - written)


def asked_digits(precision: Precision, kind: str) -> dict[str, Any]:
    """How many digits are asked for, and of what."""
    relative = precision.significant is not None
    unit = "significant figures" if relative else "decimals"
    return {"asked": precision.places(kind), "unit": unit}


def holds(value: float, unit: float, ball: Ball) -> bool:
    """Whether a short number may be a longer one, rounded or cut off.

    >>> [holds(0.3, 0.1, Ball(m, 0.0001)) for m in (0.2981, 0.3775, 0.41)]
    [True, True, False]
    """
    if value == 0:
        return False  # a 0 says nothing of what it was cut off from
    m, r = float(ball.m), float(ball.r)
    cut = abs(value) <= abs(m) + r and abs(m) - r < abs(value) + unit and value * m >= 0
    return abs(value - m) <= 0.5 * unit + r or cut


@lru_cache(maxsize=65536)
def _plain_name(naming: Naming, id: str) -> str:
    """A step's symbol in plain text; the steps of one exercise are named again and again."""
    return plain(naming.symbol(id))


@lru_cache(maxsize=65536)
def _plain_rule(naming: Naming, named: tuple[str, ...], id: str) -> str:
    """A step's rule with symbols, in plain text."""
    from problems.formulas.writing import Writer

    return plain(Writer(naming, None, named).symbolic(build(naming.plan).steps[id]))
