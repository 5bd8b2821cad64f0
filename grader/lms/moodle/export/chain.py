"""The boxes of one part of a question, judged in the language of the plugin qtype_formulas.

A box is right if it is near the true value. It follows if it is near what one of the right
rules gives on the other boxes of its part. That shows something only where the rule's number,
at the values in these boxes, can be told from what costs no work: from 0, from the numbers
that the rule reads, and from what a saturated unit gives for every input. A box that follows
and shows nothing counts where the same part shows its kind of rule twice as often.

Some numbers rightly are those of another box: db = delta, or the output of a ReLU. They show
something if that box does, or if anything else that follows from it does.

Source: docs/exports.md.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from string import ascii_lowercase

import numpy as np

from grader.export.fields import Field
from grader.export.number_format import at_least, plain
from grader.lms.moodle.export.plugin import TERMS, Term, number
from grader.marking.evidence import FLAT, MARGIN
from grader.marking.undetermined import Kind, rule_kinds
from problems.arithmetic.ball import Ball, apart
from problems.computation.kinds import Role
from problems.computation.solve import rule_ball
from problems.computation.steps import Step
from problems.exercise import Exercise
from problems.rules.expression import Expression

SHOWN = 2
"""So often a part must show a kind of rule for each box that follows and shows nothing."""


class Values:
    """Variables of the question: givens and true values."""

    def __init__(self, exercise: Exercise) -> None:
        self.exercise = exercise
        graph = exercise.graph
        self.names = {id: Term(f"bpg{n}") for n, id in enumerate(graph.givens)}
        self.names |= {id: Term(f"bpv{n}") for n, id in enumerate(graph.steps)}

    @cached_property
    def assignments(self) -> str:
        """A variable for each given, and one for each step by its rule."""
        given = [
            f"{self.names[id].text}={number(self.exercise.givens[id]).text};"
            for id in self.exercise.graph.givens
        ]
        worked = [
            f"{self.names[step.id].text}={step.rule.evaluate(self.names, TERMS).text};"
            for step in self.exercise.graph.steps.values()
        ]
        return " ".join([*given, *worked])


@dataclass(frozen=True, slots=True)
class Idle:
    """A number that costs no work."""

    gap: Term
    """How far the rule's number is from it."""
    room: float
    """Nearer than this, nothing is shown."""
    box: int | None = None
    """The box in which it stands, where it may be repeated if it shows something itself."""


@dataclass(frozen=True, slots=True)
class Way:
    """One of the right rules of a box, over other boxes of its part."""

    at: str
    """Number of the box and letter of the rule: ends the names of its variables."""
    reads: tuple[str, ...]
    """What it rests on that stands on the paper or in the exercise."""
    value: Term
    """The rule's number."""
    radius: float
    """How far from the rule's number an answer may be that follows by it."""
    idle: tuple[Idle, ...]

    @property
    def repeats(self) -> bool:
        """Whether its number may be that of another box."""
        return any(idle.box is not None for idle in self.idle)

    @property
    def shown(self) -> str:
        """The variable that says whether it shows something."""
        return f"bpu{self.at}" if self.repeats else f"bpt{self.at}"

    def lines(self) -> Iterator[str]:
        """`bpm`: the rule's number; `bpc`: the box follows by it; `bpn`: the number costs no
        work; `bpt`: it does, and so the box shows something."""
        yield f"bpm{self.at}={self.value.text};"
        box = self.at.rstrip(ascii_lowercase)
        yield f"bpc{self.at}=(abs(_{box}-bpm{self.at})<{at_least(self.radius)})?1:0;"
        for n, idle in enumerate(self.idle):
            near = f"abs({idle.gap.text})<{at_least(idle.room)}"
            yield f"bpn{self.at}{n}=({near})?1:0;"
        found = "+".join(f"bpn{self.at}{n}" for n in range(len(self.idle)))
        yield f"bpt{self.at}=({found}<bpc{self.at})?1:0;"

    def again(self) -> Iterator[str]:
        """`bpu`: as `bpt`, but a number may be repeated that shows something (`bpx`)."""
        if self.repeats:
            found = "+".join(
                f"bpn{self.at}{n}" + (f"*(1-bpx{idle.box})" if idle.box is not None else "")
                for n, idle in enumerate(self.idle)
            )
            yield f"bpu{self.at}=({found}<bpc{self.at})?1:0;"


@dataclass(frozen=True)
class Chain:
    """The boxes of one part, and what each may hold."""

    exercise: Exercise
    boxes: tuple[Field, ...]
    values: Values

    @cached_property
    def at(self) -> Mapping[str, int]:
        """Step -> its box."""
        return {box.step: n for n, box in enumerate(self.boxes)}

    @cached_property
    def between(self) -> tuple[Step, ...]:
        """Steps that are asked nowhere and rest on a box of this part: worked out on the way."""
        asked, moving = set(self.exercise.asked), set(self.at)
        found = []
        for step in self.exercise.graph.steps.values():
            if step.id not in asked and moving & set(step.parents):
                moving.add(step.id)
                found.append(step)
        return tuple(found)

    @cached_property
    def names(self) -> Mapping[str, Term]:
        """What each id is called within the part."""
        own = {id: Term(f"_{n}") for id, n in self.at.items()}
        hidden = {step.id: Term(f"bph{n}") for n, step in enumerate(self.between)}
        return {**self.values.names, **own, **hidden}

    @cached_property
    def balls(self) -> Mapping[str, Ball]:
        """What an honest student may have who works with the numbers in these boxes."""
        true = self.exercise.solution
        found = dict(true)
        precision = self.exercise.precision
        for id in self.at:
            found[id] = Ball(true[id].m, precision.unit(self.exercise.parse(id).kind, true[id]))
        for step in self.between:
            found[step.id] = self.worked(step.id, step.rule, found)
        return found

    def worked(self, id: str, rule: Expression, balls: Mapping[str, Ball]) -> Ball:
        """What an honest student may write who works a rule from numbers in these balls."""
        with np.errstate(all="ignore"):
            return rule_ball(self.exercise.parse(id).kind, rule, balls, self.exercise.precision)

    # what a box may follow from -----------------------------------------------------------

    @cached_property
    def ways(self) -> tuple[tuple[Way, ...], ...]:
        """For each box the right rules that read other boxes of the part."""
        moving = {*self.at, *(step.id for step in self.between)}
        return tuple(
            tuple(
                self._way(f"{n}{letter}", self.exercise.graph.steps[id], rule)
                for letter, rule in zip(ascii_lowercase, self._rules(id), strict=False)
                if moving & set(rule.refs())
            )
            for id, n in self.at.items()
        )

    def _rules(self, id: str) -> tuple[Expression, ...]:
        step = self.exercise.graph.steps[id]
        return (step.rule, *step.others)

    def _way(self, at: str, step: Step, rule: Expression) -> Way:
        radius = float(self.worked(step.id, rule, self.balls).r)
        reads = tuple(self._read(rule))
        idle = tuple(self._idle(step, reads, Term(f"bpm{at}"), radius))
        return Way(at, reads, rule.evaluate(self.names, TERMS), radius, idle)

    def _idle(self, step: Step, reads: tuple[str, ...], m: Term, radius: float) -> Iterator[Idle]:
        """0, the old value and the ends of an activation, where a rough guess would do; and what
        the rule reads."""
        yield Idle(m, MARGIN * radius)
        true = self.exercise.solution
        for id in reads:
            old = step.role is Role.UPDATE and id == step.parents[0]
            room = (MARGIN if old else 1.0) * radius + float(self.balls[id].r)
            repeats = not apart(true[step.id], true[id])
            yield Idle(m - self.names[id], room, self.at.get(id) if repeats else None)
        for limit in filter(None, self._limits(step)):
            yield Idle(m - number(repr(limit)), MARGIN * radius)

    def _limits(self, step: Step) -> tuple[float, ...]:
        """Where an output lies whatever the net input, if it is large."""
        if step.role is not Role.OUTPUT:
            return ()
        layer = self.exercise.plan.network.layers[step.parsed.layer - 1]
        return FLAT.get(layer.activation, ())

    def _read(self, rule: Expression) -> Iterator[str]:
        """What a rule reads; of hidden steps the boxes that they rest on."""
        hidden = {step.id: step for step in self.between}
        waiting = list(rule.refs())
        seen: set[str] = set()
        while waiting:
            id = waiting.pop(0)
            if id in hidden:
                waiting += [p for p in hidden[id].parents if p in hidden or p in self.at]
            elif id not in seen:
                seen.add(id)
                yield id

    # what counts --------------------------------------------------------------------------

    def lines(self) -> Iterator[str]:
        """Assignments that end with `mark`, the share of the part's points."""
        for step in self.between:
            yield f"{self.names[step.id].text}={step.rule.evaluate(self.names, TERMS).text};"
        for n, box in enumerate(self.boxes):
            yield f"bpr{n}=(abs(_{n}-{number(box.value).text})<{box.tolerance})?1:0;"
            for way in self.ways[n]:
                yield from way.lines()
        for id in self.exercise.graph.steps:  # what a box repeats comes before it
            if id in self.at:
                yield from self._standing(id, self.at[id])
        yield from self._settled()
        points = "+".join(f"{plain(box.weight)}*bpk{n}" for n, box in enumerate(self.boxes))
        yield f"mark=({points})/{plain(self.most)};"

    def _standing(self, id: str, n: int) -> Iterator[str]:
        """`bps`: a box shows something; `bpx`: its number may be repeated; `bpo`: it follows
        and shows nothing."""
        ways = self.ways[n]
        for way in ways:
            yield from way.again()
        shown = "+".join([f"bpr{n}", *(way.shown for way in ways)])
        yield f"bps{n}=(0<{shown})?1:0;"
        after = [f"bpt{w.at}" for found in self.ways for w in found if id in w.reads]
        if after:  # as every box is read that is repeated
            yield f"bpx{n}=(0<{'+'.join([f'bps{n}', *after])})?1:0;"
        if ways:
            follows = "+".join(f"bpc{way.at}" for way in ways)
            yield f"bpo{n}=(bps{n}<{follows})?1-bps{n}:0;"

    def _settled(self) -> Iterator[str]:
        """`bpk`: a box counts; one that shows nothing if its kind is shown enough (`bpw`)."""
        kinds: dict[Kind, list[int]] = {}
        of = rule_kinds(self.exercise.graph, self.exercise.asked)
        for id, n in self.at.items():
            kinds.setdefault(of[id], []).append(n)
        for count, members in enumerate(kinds.values()):
            following = [n for n in members if self.ways[n]]
            if following:
                shown = "+".join(f"bps{n}" for n in members)
                silent = "+".join(f"bpo{n}" for n in following)
                yield f"bpw{count}=({shown}<{SHOWN}*({silent}))?0:1;"
            for n in members:
                yield f"bpk{n}=bps{n}{f'+bpo{n}*bpw{count}' if n in following else ''};"

    @property
    def most(self) -> float:
        """Points of the part."""
        return round(sum(box.weight for box in self.boxes), 9)
