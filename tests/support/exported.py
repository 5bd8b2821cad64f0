"""Classes to be exported, and what our own checker says of every catalogued slip."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import lru_cache
from importlib import resources

import numpy as np
from issued_exercises import exercises
from shipped_recipes import LAYERED

from grader.assignments.folder import Order
from grader.assignments.roster import Student
from grader.export.classes import Owned
from grader.marking.batch import VERDICTS, Batch
from grader.marking.policy import Policy
from grader.marking.sign_conventions import judge
from problems.drawing import family
from problems.exercise import Exercise
from problems.misconceptions.catalogue import CATALOGUE
from problems.misconceptions.slips import wrong_rules
from problems.rules.expression import BALLS

ADA = Student("s001", "Ada Example", "ada@example.org", "s001")
BEN = Student("s002", "Ben Sample", "ben@example.org", "s002")
NUMERIC = [name for name in family.names() if not name.endswith("-formulas")]
"""Families that ask for numbers, perhaps for formulas too."""
NUMERIC_NETWORKS = [name for name in NUMERIC if name in LAYERED]
"""Those of networks."""


def order_of(name: str, called: str = "hw1") -> Order:
    """An assignment of a family that ships with bpgrade."""
    text = (resources.files("problems") / "families" / f"{name}.toml").read_text("utf-8")
    return Order(called, name, text, "secret")


def hostile_order() -> Order:
    """A teacher's own family whose words try to break out."""
    order = order_of("mazur-delta")
    nasty = "]]> </text> {1:NM:=5} {#1} <b>x</b> & \\( }"
    lines = [
        f"{line.split()[0]} = {json.dumps(nasty)}" if line.startswith(("title", "given")) else line
        for line in order.definition.splitlines()
    ]
    return replace(order, definition="\n".join(lines))


@lru_cache(maxsize=64)
def issued_to(name: str, student: Student = ADA, count: int = 1) -> Owned:
    """A student with some exercises of a family."""
    own = tuple(
        replace(e, id=f"{name}-{student.student}-{n}", student=student.student, number=n)
        for n, e in enumerate(exercises(name, 3)[:count], 1)
    )
    return Owned(student, own)


@dataclass(frozen=True)
class Slipped:
    """One number that a catalogued slip makes, rounded as asked, and what the checker says."""

    step: str
    meant: str
    """Name of the slip whose rule makes the number."""
    typed: str
    verdict: str
    slip: str
    """What the checker names; '' for none."""


def outcome(slip: str, policy: Policy) -> tuple[float, str]:
    """What a slip is worth, and the words that go with it."""
    return policy.credit("slip", slip), CATALOGUE[slip].student


@lru_cache(maxsize=32)
def slipped(exercise: Exercise) -> tuple[Slipped, ...]:
    """Every catalogued slip at every step, everything else right: judged in one go."""
    return tuple(_slipped(exercise))


def _slipped(exercise: Exercise) -> Iterator[Slipped]:
    tried = list(_tried(exercise))
    count = len(tried)
    values, units, unreadable = {}, {}, {}
    for id in exercise.asked:
        texts = [exercise.printed[id]] * count
        for n, (step, _, typed) in enumerate(tried):
            if step == id:
                texts[n] = typed
        values[id] = np.array([float(t) for t in texts])
        units[id] = np.array([10.0 ** -len(t.partition(".")[2]) for t in texts])
        unreadable[id] = np.zeros(count, dtype=bool)
    batch = Batch(
        exercise.graph, exercise.precision, exercise.solution, values, units, unreadable, count
    )
    judged = judge(batch)
    for n, (step, meant, typed) in enumerate(tried):
        verdict = VERDICTS[int(judged.standing.verdicts[step][n])]
        yield Slipped(step, meant, typed, verdict, judged.slips.get(step, {}).get(n, ""))


def _tried(exercise: Exercise) -> Iterator[tuple[str, str, str]]:
    with np.errstate(all="ignore"):
        for id in exercise.asked:
            for wrong in wrong_rules(exercise.graph, id):
                value = float(wrong.rule.evaluate(exercise.solution, BALLS).m)
                if np.isfinite(value) and abs(value) < 1e6:
                    kind = exercise.graph.steps[id].kind
                    yield id, wrong.slip, exercise.precision.shown(kind, value)
