"""What an answer shows, apart from what it is consistent with.

The quality gate guarantees that the *true* numbers can be told from what costs no work: 0, the
step's own parents, the old value. At a student's own numbers nothing guarantees it: behind an
error of 0.0001 every gradient is 0.0000. So an answer that follows from own values is asked
once more whether, at those values, the right rule gives a number that takes work to find.
Source: docs/grading.md, Evidence.
"""

from __future__ import annotations

from collections.abc import Container, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from grader.batch import (
    CARRIED,
    CORRECT,
    IMPRECISE,
    UNDETERMINED,
    WRONG,
    Batch,
    Standing,
)
from grader.diagnose import COPIES, Named
from grader.guards import UPDATES
from problems import gate, ids
from problems.activations import SOFTMAX
from problems.ball import SLACK, Ball, apart
from problems.elementary import BoolArray, array, greater
from problems.expression import Ref, Sum
from problems.graph import Graph, Step

MARGIN = 4.0
"""So many radii from 0 and from the old value a number must be for no rough guess to do; an
output from where its activation is flat."""
FLAT = {"logistic": (0.0, 1.0), "tanh": (-1.0, 1.0), "softplus": (0.0,), SOFTMAX: (0.0, 1.0)}
"""Where outputs lie whatever the net input, if it is large."""


@dataclass(frozen=True, slots=True)
class Trivial:
    """The numbers that a step's answer must be told from."""

    zero: bool
    parents: tuple[tuple[str, str], ...]
    """Ids of parents, each with the target that, where it is 0, makes the step its equal."""
    flat: tuple[float, ...]
    """Of an output, where its activation is flat."""


@lru_cache(maxsize=65536)
def trivial(graph: Graph, asked: tuple[str, ...], id: str) -> Trivial:
    """What the quality gate keeps a step's true value apart from, for own values as well.

    Parents count that stand on the sheet; not those of a plain sum of steps, for there one
    vanishing term makes it the other one.

    >>> from problems.graph import build
    >>> from problems.network import Layer, Network, Plan
    >>> graph = build(Plan(Network(1, (Layer(1),))))
    >>> trivial(graph, ("out.1.1", "error.1"), "error.1")
    Trivial(zero=True, parents=(('out.1.1', 't.1'), ('t.1', '')), flat=())
    """
    step = graph.steps[id]
    found = list(gate.trivial_checks(graph, step))
    sheet = {*asked, *graph.givens}
    target = next((p for p in step.parents if ids.parse(p).kind == "t"), "")
    parents = tuple(
        (check.other, target if ids.parse(check.other).kind == "out" else "")
        for check in found
        if check.name == "parent" and check.other in sheet and not _adds_steps(step)
    )
    zero = any(check.name == "zero" for check in found)
    return Trivial(zero, parents, _flat(graph, step))


def _adds_steps(step: Step) -> bool:
    rule = step.rule
    return isinstance(rule, Sum) and all(isinstance(term, Ref) for term in rule.terms)


def _flat(graph: Graph, step: Step) -> tuple[float, ...]:
    parsed = ids.parse(step.id)
    if parsed.kind != "out" or parsed.inner:
        return ()
    return FLAT.get(graph.plan.network.layers[parsed.layer - 1].activation, ())


def is_determined(batch: Batch, step: Step, ball: Ball, parents: Mapping[str, Ball]) -> BoolArray:
    """Where the right rule's number can be told from every number that costs no work.

    Args:
        batch: the submissions.
        step: whose answer it is.
        ball: what the rule gives at some choice of parents.
        parents: that choice.
    """
    never = trivial(batch.graph, batch.asked, step.id)
    good = np.asarray(~np.isnan(array(ball.m)))
    if never.zero:
        good = good & apart(ball, Ball(0.0, 0.0))
    for parent, target in never.parents:
        if parent in parents:
            differs = np.asarray(apart(ball, parents[parent]))
            if target in parents:
                differs = differs | (array(parents[target].m) == 0)
            good = good & differs
    for limit in never.flat:
        good = good & _is_clear(ball, Ball(limit, 0.0))
    return good


def is_firm(graph: Graph, step: Step, ball: Ball, parents: Mapping[str, Ball]) -> BoolArray:
    """Where even a rough guess (0, the old value, one digit) would be visibly wrong.

    The slope of a straight activation is one of two numbers: that is always a guess.
    """
    firm = _is_clear(ball, Ball(0.0, 0.0))
    if step.kind == "slope" and gate.is_straight(graph, step):
        firm = np.zeros_like(firm)
    if step.kind in UPDATES:
        firm = firm & _is_clear(ball, parents[step.parents[0]])
    return firm


def _is_clear(a: Ball, b: Ball) -> BoolArray:
    dust = SLACK * array(greater(np.abs(array(a.m)), 1.0))
    clear: BoolArray = np.abs(array(a.m) - array(b.m)) > MARGIN * array(a.r) + array(b.r) + dust
    return clear


# what counts of it ---------------------------------------------------------------------------

ALIKE = {"x": "in", "out": "in", "error": "dout", "new.w": "w", "new.b": "b"}
"""Kinds of source that make no difference to the rule that reads them."""
LOSSES = ("loss", "share")
INVENTED = 0.4
"""Share of the answers from which on numbers that nothing explains are no accident, and..."""
FOREIGN = 0.6
"""... share of the answers that read the given numbers: who works with other ones has these
wrong and all that merely follows from them right, ..."""
FEWEST_INVENTED = 6
"""... if there are at least so many."""
CLOSED = 0.25
"""Share of undetermined answers from which on a sheet tells too little about its student..."""
FEWEST_CLOSED = 4
"""... if there are at least so many."""
EXPLAINED_SHARE, UNEXPLAINED_SHARE = 2.0, 0.5
"""So many undetermined answers count for each that shows the rule, where they follow from a
number that nothing explains; as many as show it, where they follow from a named slip."""

Kind = tuple[str, frozenset[str]]


@lru_cache(maxsize=256)
def rule_kinds(graph: Graph, asked: tuple[str, ...]) -> Mapping[str, Kind]:
    """Asked step -> the kind of work that leads to it from what is asked or given.

    An output delta and a hidden one are different work; with `x` or `out` as the input of a
    weight it is the same. Biases make no difference, and of the losses there is one kind.
    """
    written = {*asked, *graph.givens}
    found: dict[str, Kind] = {}
    for id in asked:
        step = graph.steps[id]
        kinds = {ids.parse(source).kind for source in _sources(graph, step, written)}
        if step.kind in LOSSES:
            found[id] = (LOSSES[0], frozenset())
        else:
            found[id] = (step.kind, frozenset(ALIKE.get(k, k) for k in kinds) - {"b"})
    return found


def _sources(graph: Graph, step: Step, written: Container[str]) -> set[str]:
    """What a step rests on that stands on the paper."""
    found: set[str] = set()
    for parent in step.parents:
        if parent in written:
            found.add(parent)
        else:
            found |= _sources(graph, graph.steps[parent], written)
    return found


def settle(batch: Batch, standing: Standing, named: Named) -> BoolArray:
    """Decide which answers count that follow but show little; slips are named already.

    What follows from a sheet of invented numbers is undetermined. A weak answer counts if the
    same student has shown its kind of rule at least once; undetermined ones count (`vouched`)
    if it has been shown as often, or twice as often where they follow from a number that
    nothing explains.

    Args:
        batch: the submissions.
        standing: what the walk found; its verdicts are changed in place.
        named: the slips found.

    Returns:
        Which submissions have so many undetermined answers that a person should look.
    """
    verdicts = standing.verdicts
    if not any((v == UNDETERMINED).any() or (v == WRONG).any() for v in verdicts.values()):
        return np.zeros(batch.count, dtype=bool)
    unexplained = _unexplained(batch, standing, named)
    _bar_invented(batch, standing, unexplained)
    _weaken_repeats(batch, standing, named)
    kinds = rule_kinds(batch.graph, batch.asked)
    nowhere = np.zeros(batch.count, dtype=bool)
    shown = {kind: np.zeros(batch.count) for kind in set(kinds.values())}
    silent = {kind: np.zeros(batch.count) for kind in shown}
    for id, verdict in verdicts.items():
        weak = standing.weak.get(id, nowhere)
        shown[kinds[id]] += (verdict == CORRECT) | ((verdict == CARRIED) & ~weak)
        silent[kinds[id]] += (verdict == UNDETERMINED) & ~standing.untold.get(id, nowhere)
    for id, verdict in verdicts.items():
        some, many = shown[kinds[id]], silent[kinds[id]]
        weak = standing.weak.get(id, nowhere) & (verdict == CARRIED)
        share = np.where(unexplained.get(id, nowhere), UNEXPLAINED_SHARE, EXPLAINED_SHARE)
        told = ~standing.untold.get(id, nowhere)
        vouched = (verdict == UNDETERMINED) & told & (some >= 1) & (many <= share * some)
        verdict[weak & (some < 1)] = UNDETERMINED
        if vouched.any():
            standing.vouched[id] = vouched
            verdict[vouched] = CARRIED
    return _closed(batch, standing)


def _unexplained(batch: Batch, standing: Standing, named: Named) -> dict[str, BoolArray]:
    """Where a number rests on one that nothing explains, or copying; absent if nowhere."""
    found: dict[str, BoolArray] = {}
    for step in batch.graph.steps.values():
        before = [found[p] for p in step.parents if p in found]
        rests = np.logical_or.reduce(before) if before else None
        verdict = standing.verdicts.get(step.id)
        if verdict is not None:
            here = _is_invented(standing, named, step.id)
            if rests is not None:
                here = here | (rests & (verdict != CORRECT) & (verdict != IMPRECISE))
            rests = here
        if rests is not None and rests.any():
            found[step.id] = rests
    return found


def _weaken_repeats(batch: Batch, standing: Standing, named: Named) -> None:
    """What repeats a number by its nature shows no more than that number does.

    The gradient of a bias is its unit's delta: written below an invented delta it is a copy.
    """
    for id, verdict in standing.verdicts.items():
        source = _repeated(batch.graph, batch.graph.steps[id])
        if source in standing.verdicts:
            copied = (verdict == CARRIED) & _is_invented(standing, named, source)
            if copied.any():
                nowhere = np.zeros(batch.count, dtype=bool)
                standing.weak[id] = standing.weak.get(id, nowhere) | copied


def _repeated(graph: Graph, step: Step) -> str:
    """The parent whose number a step repeats by its nature; else ''."""
    if isinstance(step.rule, Ref):
        return step.rule.id
    return step.parents[0] if gate.is_straight(graph, step) else ""


def _is_invented(standing: Standing, named: Named, id: str) -> BoolArray:
    """Where nothing but copying explains an answer."""
    invented: BoolArray = standing.verdicts[id] == WRONG
    invented[[n for n, slip in named.get(id, {}).items() if slip in COPIES]] = True
    return invented


def _bar_invented(batch: Batch, standing: Standing, unexplained: Mapping[str, BoolArray]) -> None:
    """What follows from invented numbers shows nothing, where much of a sheet is invented."""
    fabricated = _is_mostly_wrong(batch, standing, batch.asked, INVENTED)
    givens = set(batch.graph.givens) - {"rate"}  # which many share
    reading = [id for id in batch.asked if givens & set(batch.graph.steps[id].parents)]
    fabricated |= _is_mostly_wrong(batch, standing, reading, FOREIGN)
    if not fabricated.any():
        return
    for id, verdict in standing.verdicts.items():
        if id in unexplained:
            verdict[fabricated & unexplained[id] & (verdict == CARRIED)] = UNDETERMINED


def _is_mostly_wrong(
    batch: Batch, standing: Standing, among: Sequence[str], share: float
) -> BoolArray:
    """Where nothing explains so large a share of some answers."""
    if not among:
        return np.zeros(batch.count, dtype=bool)
    wrong = np.sum([standing.verdicts[id] == WRONG for id in among], axis=0)
    answered = np.sum([~np.isnan(batch.values[id]) for id in among], axis=0)
    mostly: BoolArray = wrong >= np.maximum(FEWEST_INVENTED, share * answered)
    return mostly


def _closed(batch: Batch, standing: Standing) -> BoolArray:
    """Where a quarter of the answers is undetermined, or every output of one pass is."""
    silent = np.zeros(batch.count)
    answered = np.zeros(batch.count)
    nowhere = np.zeros(batch.count, dtype=bool)
    flat: dict[tuple[int | None, int], list[BoolArray]] = {}
    for id, verdict in standing.verdicts.items():
        here = verdict == UNDETERMINED
        silent += here
        answered += ~np.isnan(batch.values[id])
        parsed = ids.parse(id)
        if parsed.kind == "out" and parsed.layer == batch.graph.plan.network.depth:
            told = here | standing.vouched.get(id, nowhere)
            flat.setdefault((parsed.example, parsed.iteration), []).append(told)
    closed: BoolArray = silent >= np.maximum(FEWEST_CLOSED, CLOSED * answered)
    for outputs in flat.values():
        closed |= np.logical_and.reduce(outputs)
    return closed
