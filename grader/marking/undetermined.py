"""Which answers count that follow from own numbers but show little.

An answer that follows is worth something if the same student has shown that kind of rule where
it can be told from what costs no work. Slips are named already when this is decided: a small
number behind a named slip is another thing than one that nothing explains.
Source: docs/grading.md, Evidence.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Container, Mapping, Sequence
from functools import lru_cache

import numpy as np

from grader.marking.batch import (
    CARRIED,
    CORRECT,
    IMPRECISE,
    SLIP,
    UNDETERMINED,
    WRONG,
    Batch,
    Standing,
    either,
    held,
)
from grader.marking.diagnose import COPIES, Named
from grader.marking.evidence import COPIED
from problems.arithmetic.ball import Ball
from problems.arithmetic.elementary import BoolArray, FloatArray, array
from problems.computation import ids
from problems.computation.kinds import RATE, Role
from problems.computation.steps import Graph, Step
from problems.computation.trivial import is_straight
from problems.misconceptions.slips import OF_THE_PEN
from problems.rules.expression import Ref

ALIKE = {Role.INPUT: Role.OUTPUT, Role.ERROR: Role.OUTPUT_GRADIENT, Role.UPDATE: Role.PARAMETER}
"""Roles of sources that make no difference to the rule that reads them."""
LOSSES = (Role.LOSS, Role.SHARE)
INVENTED = 0.5
"""Share of the answers from which on numbers that nothing explains are no accident, or..."""
FOREIGN, UNNAMED = 0.55, 0.25
"""... of those that read the given numbers the share that is lost, and that nothing explains,
where few are right that read nothing else: who works with other givens has these wrong and
all that merely follows from them right, ..."""
FEWEST_INVENTED = 6
"""... if there are at least so many."""
CLOSED = 0.25
"""Share of undetermined answers from which on a sheet tells too little about its student..."""
FEWEST_CLOSED = 4
"""... if there are at least so many."""
EXPLAINED_SHARE = 2.0
"""So many undetermined answers count for each that shows the rule, where they follow from a
named slip..."""
UNEXPLAINED_SHARES = (1.0, 1.0, 0.5, 0.25)
"""... and where they follow from numbers that nothing explains, by how many of these the sheet
has: one may be a blunder, many are invented."""

FEWEST_CARELESS = 3
"""From so many slips of the pen on (signs, points, cells) they explain nothing any more: who
copies the neighbour's cells, or moves every decimal point, is not careless."""

TINY = 4.0
"""A wrong number of so few units makes everything after it 0: that is no blunder among many."""

Kind = tuple[str, frozenset[str]]
MadeUp = Mapping[str, list[int]]
"""Step -> submissions whose slip there explains nothing."""


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
        sources = [graph.parse(source) for source in _sources(graph, step, written)]
        if step.role in LOSSES:
            found[id] = (LOSSES[0], frozenset())
        else:
            rests = frozenset(ALIKE.get(s.role, s.role) for s in sources if not s.is_bias)
            found[id] = (step.kind + _activation(graph, step), rests)
    return found


def _activation(graph: Graph, step: Step) -> str:
    """Of an output or a slope, whose rule it is."""
    parsed = step.parsed
    if parsed.role not in (Role.OUTPUT, Role.SLOPE) or parsed.inner:
        return ""
    return f" {graph.plan.network.layers[parsed.layer - 1].activation}"


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

    What follows from a sheet of invented numbers is undetermined. A weak answer that rests on
    numbers which nothing explains counts if the same student has shown its kind of rule at
    least once; undetermined ones count (`vouched`)
    if it has been shown often enough, which is more often where they follow from numbers that
    nothing explains.

    Args:
        batch: the submissions.
        standing: what the walk found; its verdicts are changed in place.
        named: the slips found.

    Returns:
        Which submissions have so many undetermined answers that a person should look.
    """
    verdicts = standing.verdicts
    table = standing.table()
    made_up = _made_up(named)
    doubtful = ((table == UNDETERMINED) | (table == WRONG)).any()
    if not (doubtful or standing.any("weak") or any(made_up.values())):
        return np.zeros(batch.count, dtype=bool)
    unexplained = _unexplained(batch, standing, made_up)
    _bar_invented(batch, standing)
    _excuse_copies(batch, standing, unexplained)
    _silence_twins(batch, standing, unexplained, made_up)
    _weaken_repeats(batch, standing, made_up)
    kinds = rule_kinds(batch.graph, batch.asked)
    nowhere = np.zeros(batch.count, dtype=bool)
    shown = {kind: np.zeros(batch.count) for kind in set(kinds.values())}
    silent = {kind: np.zeros(batch.count) for kind in shown}
    for id, verdict in verdicts.items():
        weak = held(standing[id].weak, nowhere)
        shown[kinds[id]] += (verdict == CORRECT) | ((verdict == CARRIED) & ~weak)
        silent[kinds[id]] += (verdict == UNDETERMINED) & ~_is_barred(standing, id, nowhere)
    invented_share = _invented_share(batch, standing, made_up)
    for id, verdict in verdicts.items():
        some, many = shown[kinds[id]], silent[kinds[id]]
        weak = held(standing[id].weak, nowhere) & (verdict == CARRIED)
        share = np.where(unexplained.get(id, nowhere), invented_share, EXPLAINED_SHARE)
        told = ~_is_barred(standing, id, nowhere)
        vouched = (verdict == UNDETERMINED) & told & (some >= 1) & (many <= share * some)
        verdict[weak & (some < 1) & unexplained.get(id, nowhere)] = UNDETERMINED
        if vouched.any():
            standing[id].vouched = vouched
            verdict[vouched] = CARRIED
    return _closed(batch, standing)


def _invented_share(batch: Batch, standing: Standing, made_up: MadeUp) -> FloatArray:
    """How many undetermined answers count that follow from numbers which nothing explains."""
    most = len(UNEXPLAINED_SHARES) - 1
    invented = np.zeros(batch.count, dtype=np.int64)
    for id in standing.verdicts:
        value = batch.values[id]
        unit = array(batch.precision.unit(batch.graph.steps[id].kind, batch.true[id]))
        wrong = _is_invented(standing, made_up, id)
        invented += np.where(wrong & (np.abs(value) <= TINY * unit), most, wrong)
    return np.array(UNEXPLAINED_SHARES)[np.minimum(invented, most)]


def _unexplained(batch: Batch, standing: Standing, made_up: MadeUp) -> dict[str, BoolArray]:
    """Where a number rests on one that nothing explains, or copying; absent if nowhere."""
    found: dict[str, BoolArray] = {}
    for step in batch.graph.steps.values():
        before = [found[p] for p in step.parents if p in found]
        rests = np.logical_or.reduce(before) if before else None
        verdict = standing[step.id].verdict
        if verdict is not None:
            here = _is_invented(standing, made_up, step.id)
            here = either(standing[step.id].guessed, here)
            if rests is not None:
                here = here | (rests & (verdict != CORRECT) & (verdict != IMPRECISE))
            rests = here
        if rests is not None and rests.any():
            found[step.id] = rests
    return found


def _weaken_repeats(batch: Batch, standing: Standing, made_up: MadeUp) -> None:
    """What repeats a number by its nature shows no more than that number does.

    The gradient of a bias is its unit's delta: written below an invented delta it is a copy.
    """
    verdicts = standing.verdicts
    for id, verdict in verdicts.items():
        source = _repeated(batch.graph, batch.graph.steps[id])
        if source in verdicts:
            shows_little = _is_invented(standing, made_up, source)
            shows_little |= verdicts[source] == UNDETERMINED
            shows_little = either(standing[source].weak, shows_little)
            copied = (verdict == CARRIED) & shows_little
            if copied.any():
                standing[id].weak = either(standing[id].weak, copied)


def _excuse_copies(batch: Batch, standing: Standing, unexplained: Mapping[str, BoolArray]) -> None:
    """What equals an ingredient by chance, and follows from a named slip alone, counts weakly.

    Nobody names a slip so that the right rule may give a copy; an invented number is made so.
    """
    nowhere = np.zeros(batch.count, dtype=bool)
    for id, verdict in standing.verdicts.items():
        copied = standing[id].copied
        if copied is not None:
            told = ~_is_barred(standing, id, nowhere) & ~unexplained.get(id, nowhere)
            excused = copied & told & (verdict == UNDETERMINED)
            verdict[excused] = CARRIED
            standing[id].weak = either(standing[id].weak, excused)


def _is_barred(standing: Standing, id: str, nowhere: BoolArray) -> BoolArray:
    """Where nothing can vouch for an answer: too few digits, behind a wrong 0, or invented."""
    found = standing[id]
    marks = [m for m in (found.untold, found.zeroed, found.unfounded) if m is not None]
    barred: BoolArray = np.logical_or.reduce(marks) if marks else nowhere
    return barred


def _repeated(graph: Graph, step: Step) -> str:
    """The parent whose number a step repeats by its nature; else ''."""
    if isinstance(step.rule, Ref):
        return step.rule.id
    return step.parents[0] if is_straight(graph, step) else ""


def _is_invented(standing: Standing, made_up: MadeUp, id: str) -> BoolArray:
    """Where nothing but copying, or one slip of the pen among many, explains an answer."""
    invented: BoolArray = np.equal(standing[id].verdict, WRONG)  # type: ignore[arg-type]
    invented[made_up.get(id, [])] = True
    return invented


def _made_up(named: Named) -> MadeUp:
    """Step -> submissions whose slip there explains nothing: copies, and the pen's if many."""
    every = (n for found in named.values() for n, slip in found.items() if slip in OF_THE_PEN)
    careless = {n for n, times in Counter(every).items() if times >= FEWEST_CARELESS}
    return {
        id: [n for n, s in found.items() if s in COPIES or (s in OF_THE_PEN and n in careless)]
        for id, found in named.items()
    }


def _bar_invented(batch: Batch, standing: Standing) -> None:
    """What follows from invented numbers shows nothing, where much of a sheet is invented."""
    fabricated = _is_mostly(batch, standing, batch.asked, (WRONG,), INVENTED)
    givens = set(batch.graph.givens) - {ids.of(RATE)}  # which many share
    reading = [id for id in batch.asked if givens & set(batch.graph.steps[id].parents)]
    foreign = _is_mostly(batch, standing, reading, (WRONG, SLIP), FOREIGN)
    foreign &= _is_mostly(batch, standing, reading, (WRONG,), UNNAMED)
    fabricated |= foreign & ~_starts_right(batch, standing)
    if not fabricated.any():
        return
    for id, verdict in standing.verdicts.items():
        barred = fabricated & ((verdict == CARRIED) | (verdict == UNDETERMINED))
        if barred.any():
            verdict[barred] = UNDETERMINED
            standing[id].unfounded = either(standing[id].unfounded, barred)


@lru_cache(maxsize=256)
def _earlier_siblings(graph: Graph, asked: tuple[str, ...]) -> Mapping[str, tuple[str, ...]]:
    """Asked step -> asked steps of its kind before it, whose answer it may have been copied from.

    Not behind straight activations: there equal numbers are nothing strange.
    """
    kinds = [(id, graph.steps[id].kind) for id in asked if not is_straight(graph, graph.steps[id])]
    return {
        id: tuple(other for other, k in kinds[:n] if k == kind)
        for n, (id, kind) in enumerate(kinds)
    }


def _silence_twins(
    batch: Batch, standing: Standing, unexplained: Mapping[str, BoolArray], made_up: MadeUp
) -> None:
    """What follows from invented numbers and equals a sibling's answer may be copied from it.

    Those who copy others copy right answers as well, and with the other sign.
    """
    times = Counter(n for rows in made_up.values() for n in rows)
    copier = np.zeros(batch.count, dtype=bool)
    copier[[n for n, slips in times.items() if slips >= FEWEST_CARELESS]] = True
    verdicts = standing.verdicts
    for id, siblings in _earlier_siblings(batch.graph, batch.asked).items():
        verdict = verdicts[id]
        if id not in unexplained:
            continue
        carried = (verdict == CARRIED) & unexplained[id]
        if not carried.any():
            continue
        value = batch.values[id]
        unit = batch.precision.unit(batch.graph.steps[id].kind, Ball(value, 0.0))
        for other in siblings:
            followed = np.isin(verdicts[other], (CARRIED, UNDETERMINED))
            followed |= copier & (verdicts[other] == CORRECT)
            near = COPIED * array(unit)
            same = np.abs(value - batch.values[other]) <= near
            same |= copier & (np.abs(value + batch.values[other]) <= near)
            verdict[carried & followed & same] = UNDETERMINED


def _starts_right(batch: Batch, standing: Standing) -> BoolArray:
    """Where most answers are right that read nothing but given numbers."""
    givens = set(batch.graph.givens)
    first = [id for id in batch.asked if givens.issuperset(batch.graph.steps[id].parents)]
    right = np.zeros(batch.count)
    verdicts = standing.verdicts
    for id in first:
        right += np.isin(verdicts[id], (CORRECT, IMPRECISE))
    most: BoolArray = right > 0.5 * len(first)
    return most


def _is_mostly(
    batch: Batch, standing: Standing, among: Sequence[str], codes: Sequence[int], share: float
) -> BoolArray:
    """Where so large a share of some answers has one of some verdicts."""
    if not among:
        return np.zeros(batch.count, dtype=bool)
    verdicts = standing.verdicts
    these = np.sum([np.isin(verdicts[id], codes) for id in among], axis=0)
    answered = np.sum([~np.isnan(batch.values[id]) for id in among], axis=0)
    mostly: BoolArray = these >= np.maximum(FEWEST_INVENTED, share * answered)
    return mostly


def _closed(batch: Batch, standing: Standing) -> BoolArray:
    """Where a quarter of the answers is undetermined, or every output of one pass is."""
    silent = np.zeros(batch.count)
    answered = np.zeros(batch.count)
    flat: dict[tuple[int | None, int], list[BoolArray]] = {}
    for id, verdict in standing.verdicts.items():
        here = verdict == UNDETERMINED
        silent += here
        answered += ~np.isnan(batch.values[id])
        parsed = batch.graph.parse(id)
        if parsed.role is Role.OUTPUT and parsed.layer == batch.graph.plan.network.depth:
            told = either(standing[id].vouched, here)
            flat.setdefault((parsed.example, parsed.iteration), []).append(told)
    closed: BoolArray = silent >= np.maximum(FEWEST_CLOSED, CLOSED * answered)
    for outputs in flat.values():
        closed |= np.logical_and.reduce(outputs)
    return closed
