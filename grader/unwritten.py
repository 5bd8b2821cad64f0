"""Slips at steps that stand nowhere on the sheet: not asked for, or left blank.

Such a slip shows in everything that reads the step. Each wrong child, solved for the unwritten
value with its other parents as the student has them, gives an interval; children whose
intervals meet explain each other, and the value where they meet is taken as what the student
worked with. The sheet is then followed through once more as if it stood there. Texts that
write the chain rule out (no deltas) have their deltas as unwritten steps.
Source: docs/grading.md, Unwritten steps.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, fields, replace
from functools import lru_cache

import numpy as np

from grader.batch import (
    BLANK,
    CARRIED,
    CORRECT,
    IMPRECISE,
    SLIP,
    UNDETERMINED,
    UNREADABLE,
    WRONG,
    Batch,
    Codes,
    Indices,
    Standing,
    gathered,
    spread,
)
from grader.diagnose import Named, diagnose
from grader.follow import follow
from problems.ball import Ball
from problems.elementary import BoolArray, FloatArray, array
from problems.expression import NUMBERS, Expression, Ref
from problems.graph import Graph, Step, build
from problems.network import Plan
from problems.precision import power_of_ten
from problems.slips import wrong_rules
from problems.solve import rule_ball

FEWEST = 2
"""So many wrong children at least must agree on an unwritten value."""
NARROW = 0.4
"""Their interval's half width, as a share of the value, up to which they tell it."""
BEND = 1e-9
"""How far from a straight line a rule may be for its children to be solved."""
SLACK_UNITS = 1.5
"""How far a child may be from what follows, in units: it was rounded or cut, and carried."""
FINE = (CORRECT, CARRIED, IMPRECISE)

Inferred = dict[str, tuple[FloatArray, FloatArray]]
"""Unwritten step -> the value found behind its children, nan where none, and how far off."""


@lru_cache(maxsize=256)
def with_deltas(graph: Graph) -> Graph:
    """The graph of the same plan in which every delta is a step."""
    plan = graph.plan
    if plan.method.deltas == "all":
        return graph
    return build(Plan(plan.network, plan.task, replace(plan.method, deltas="all")))


def recover(batch: Batch, standing: Standing, named: Named) -> None:
    """Standing once more, with the unwritten values that wrong answers agree on.

    Args:
        batch: the submissions.
        standing: what the walk found; its rows are changed where the second walk explains
            more and takes nothing away.
        named: the slips found; slips at steps that are not asked for join them, under the
            first child of each that is lost by it.
    """
    doubtful = np.zeros(batch.count, dtype=bool)
    for _, here in _doubtful(with_deltas(batch.graph), standing.verdicts, batch.count):
        doubtful |= here
    rows = np.flatnonzero(doubtful)
    if not len(rows):
        return
    with np.errstate(all="ignore"):
        found = _rows_of(batch, standing, rows).inferred()
    if not found:
        return
    at = np.flatnonzero(np.logical_or.reduce([~np.isnan(v) for v, _ in found.values()]))
    picked = {id: (value[at], off[at]) for id, (value, off) in found.items()}
    _followed(batch, standing, named, rows[at], picked)


def _doubtful(
    graph: Graph, verdicts: Mapping[str, Codes], count: int
) -> Iterator[tuple[str, BoolArray]]:
    """Unwritten steps, and where so many of their children are lost that they may explain them.

    One is enough for a step that is asked and blank; two must agree on one that is not asked.
    """
    lost = {id: (verdict == WRONG) | (verdict == SLIP) for id, verdict in verdicts.items()}
    lost = {id: here for id, here in lost.items() if here.any()}
    for step in graph.steps.values():
        children = [lost[child] for child in graph.children[step.id] if child in lost]
        asked = step.id in verdicts
        if len(children) >= (1 if asked else FEWEST):
            times = np.sum(children, axis=0)
            where = times >= FEWEST
            if asked:
                where = (times >= 1) & np.isin(verdicts[step.id], (BLANK, UNREADABLE))
            if where.any():
                yield step.id, where


# which value ---------------------------------------------------------------------------------


@dataclass(frozen=True)
class _Reader:
    """A child of an unwritten step: how it reads the step, and what stands there."""

    child: str
    step: str
    rule: Expression
    only: bool
    """Whether every right way to the child reads the step."""
    answer: FloatArray
    unit: FloatArray
    tells: BoolArray
    """Where the answer took work: it is none of the child's other ingredients, up to its sign
    and decimal point, and does not repeat the step."""
    start: FloatArray
    """The rule's value where the step is 0, ..."""
    slope: FloatArray
    """... and what it gains for each 1 of the step, ..."""
    bends: BoolArray
    """... unless it is no straight line in the step."""


@dataclass(frozen=True)
class _Rows:
    """Some submissions, with what their steps are worth after the first walk."""

    graph: Graph
    batch: Batch
    verdicts: Mapping[str, Codes]
    value: dict[str, FloatArray]
    """Id -> the number that a child would take; grows in the order of the steps."""

    def inferred(self) -> Inferred:
        """Unwritten step -> the value that its wrong children agree on, and how far off."""
        found: Inferred = {}
        doubtful = dict(_doubtful(self.graph, self.verdicts, self.batch.count))
        for step in self.graph.steps.values():
            if step.id not in self.value:
                self.value[step.id] = self._worked(step.rule)
        for step in self.graph.steps.values():
            if step.id in doubtful:
                hidden = doubtful[step.id]
                agreed, off = self._agreed(step)
                known = hidden & ~np.isnan(agreed)
                if known.any():
                    value, half = (np.where(known, x, np.nan) for x in (agreed, off))
                    found[step.id] = value, half
                    self.value[step.id] = np.where(known, agreed, self.value[step.id])
        return found

    def _worked(self, rule: Expression) -> FloatArray:
        """What a rule gives at the values that are known."""
        refs = {ref: self.value[ref] for ref in rule.refs()}
        return np.broadcast_to(array(rule.evaluate(refs, NUMBERS)), (self.batch.count,)).copy()

    def _agreed(self, step: Step) -> tuple[FloatArray, FloatArray]:
        """The value that explains most wrong children, and how far it may be off; or nan.

        Two children at least must agree; of a step that is asked and blank one is enough, if a
        catalogued slip explains all that are wrong. No child that is fine may contradict.
        """
        readers = list(self._readers(step))
        lost = [(r, here) for r in readers if (here := self._is_lost(r.child)).any()]
        fine = [(r, here) for r in readers if r.only and (here := self._is_fine(r.child)).any()]
        fewest = 1 if step.id in self.verdicts else FEWEST
        best, half = (np.full(self.batch.count, np.nan) for _ in range(2))
        if len(lost) < fewest:
            return best, half
        wrong = np.sum([here for _, here in lost], axis=0)
        most = np.zeros(self.batch.count)
        for middle, off, named in self._candidates(step, [r for r, _ in lost]):
            fits = [(r, self._fits(r, middle, off) & here) for r, here in lost]
            agree = np.sum([fit for _, fit in fits], axis=0)
            telling = np.sum([fit & r.tells for r, fit in fits], axis=0)
            good = (telling >= FEWEST) & (off <= NARROW * np.abs(middle))
            if named:
                good |= (agree >= fewest) & (agree == wrong)
            else:  # where every child has a slip of its own, those explain as much
                nameless = [fit & (self.verdicts[r.child] == WRONG) for r, fit in fits]
                good &= np.logical_or.reduce(nameless)
            good &= np.abs(middle - self.value[step.id]) > off
            if not good.any():
                continue
            for reader, here in fine:
                good &= ~here | self._fits(reader, middle, off)
            better = good & ((agree > most) | ((agree == most) & (off < half)))
            best, half = np.where(better, middle, best), np.where(better, off, half)
            most = np.where(better, agree, most)
        return best, half

    def _is_lost(self, id: str) -> BoolArray:
        verdict = self.verdicts[id]
        lost: BoolArray = (verdict == WRONG) | (verdict == SLIP)
        return lost

    def _is_fine(self, id: str) -> BoolArray:
        fine: BoolArray = np.isin(self.verdicts[id], (*FINE, UNDETERMINED))
        return fine

    def _candidates(
        self, step: Step, readers: Sequence[_Reader]
    ) -> Iterator[tuple[FloatArray, FloatArray, bool]]:
        """Values that may stand behind wrong children, how far off, and whether a slip's.

        First those of catalogued slips, then what each child gives that is a straight line in
        the step.
        """
        for wrong in wrong_rules(self.graph, step.id):
            if all(ref in self.value for ref in wrong.rule.refs()):
                refs = {ref: self.value[ref] for ref in wrong.rule.refs()}
                number = array(wrong.rule.evaluate(refs, NUMBERS))
                number = np.broadcast_to(number, (self.batch.count,))
                yield number, _unit(self.batch, step, number), True
        for reader in readers:
            told = ~reader.bends & (reader.slope != 0) & self._is_lost(reader.child)
            safe = np.where(told, reader.slope, np.nan)
            yield (reader.answer - reader.start) / safe, reader.unit / np.abs(safe), False

    def _readers(self, step: Step) -> Iterator[_Reader]:
        """Asked children with the way to them that reads the step."""
        for id in self.graph.children[step.id]:
            if id in self.verdicts:
                child = self.graph.steps[id]
                rule = self._reading(child, step.id)
                if rule is not None:
                    answer = self.batch.values[id]
                    ways = (child.rule, *child.others)
                    only = all(step.id in way.refs() for way in ways)
                    unit, line = _unit(self.batch, child, answer), self._line(rule, step.id)
                    tells = self._tells(rule, step.id, answer, unit)
                    yield _Reader(id, step.id, rule, only, answer, unit, tells, *line)

    def _tells(self, rule: Expression, id: str, answer: FloatArray, unit: FloatArray) -> BoolArray:
        """Where an answer is no mere copy of what its rule reads beside a step."""
        tells = np.full(self.batch.count, not isinstance(rule, Ref))
        for ref in rule.refs():
            if ref != id:
                for power in range(-3, 4):
                    copy = np.abs(self.value[ref]) * power_of_ten(power)
                    tells &= np.abs(np.abs(answer) - copy) > 0.5 * unit
        return tells

    def _fits(self, reader: _Reader, middle: FloatArray, off: FloatArray) -> BoolArray:
        """Where a child follows from a value of the step, as far as that is known."""
        follows = reader.start + reader.slope * middle
        reach = np.abs(reader.slope) * off
        if reader.bends.any():
            low, mid, high = (self._child(reader, x) for x in (middle - off, middle, middle + off))
            follows = np.where(reader.bends, mid, follows)
            bent = np.fmax(np.abs(high - mid), np.abs(low - mid))
            reach = np.where(reader.bends, bent, reach)
        fits: BoolArray = np.abs(reader.answer - follows) <= SLACK_UNITS * reader.unit + reach
        return fits

    def _child(self, reader: _Reader, value: FloatArray) -> FloatArray:
        """What the child would be if the step had a value."""
        refs = {ref: self.value[ref] for ref in reader.rule.refs() if ref != reader.step}
        return array(reader.rule.evaluate({**refs, reader.step: value}, NUMBERS))

    def _reading(self, child: Step, id: str) -> Expression | None:
        """The way to a child that reads a step."""
        ways = (rule for rule in (child.rule, *child.others) if id in rule.refs())
        rule = next(ways, None)
        known = rule is not None and all(r == id or r in self.value for r in rule.refs())
        return rule if known else None

    def _line(self, rule: Expression, id: str) -> tuple[FloatArray, FloatArray, BoolArray]:
        """A rule as a straight line in one step's value: at 0, per 1, and where it bends."""
        refs = {ref: self.value[ref] for ref in rule.refs() if ref != id}
        points = [
            array(rule.evaluate({**refs, id: np.full(self.batch.count, x)}, NUMBERS))
            for x in (0.0, 1.0, 2.0)
        ]
        slope = points[1] - points[0]
        bend = np.abs(points[2] - points[1] - slope)
        scale = 1.0 + np.max([np.abs(p) for p in points], axis=0)
        return points[0], slope, ~(bend <= BEND * scale)


def _unit(batch: Batch, step: Step, value: FloatArray) -> FloatArray:
    """One unit of the last place asked for; of no number that of 0."""
    number = np.where(np.isfinite(value), value, 0.0)
    return spread(batch.precision.unit(step.kind, Ball(number, 0.0)), batch.count)


def _rows_of(batch: Batch, standing: Standing, rows: Indices) -> _Rows:
    """Some submissions by themselves, in the graph in which every delta is a step."""
    graph = with_deltas(batch.graph)
    part = taken(batch, rows)
    value = {
        id: spread(gathered(ball, rows, batch.count).m, len(rows))
        for id, ball in standing.effective.items()
    }
    verdicts = {id: v[rows] for id, v in standing.verdicts.items()}
    return _Rows(graph, part, verdicts, value)


def taken(batch: Batch, rows: Indices) -> Batch:
    """Some rows of a batch."""
    return Batch(
        batch.graph,
        batch.precision,
        {id: gathered(ball, rows, batch.count) for id, ball in batch.true.items()},
        {id: v[rows] for id, v in batch.values.items()},
        {id: v[rows] for id, v in batch.units.items()},
        {id: v[rows] for id, v in batch.unreadable.items()},
        len(rows),
    )


# followed through once more ------------------------------------------------------------------


def _followed(
    batch: Batch, standing: Standing, named: Named, rows: Indices, inferred: Inferred
) -> None:
    part = _with_values(taken(batch, rows), inferred)
    second = follow(part)
    hidden = diagnose(part, replace(second, verdicts={id: second.verdicts[id] for id in inferred}))
    for id, (value, _) in inferred.items():
        if id in batch.values:
            before, again = standing.verdicts[id][rows], second.verdicts[id]
            second.verdicts[id] = np.where(np.isnan(value), again, before)
        else:
            del second.verdicts[id]  # nobody was asked for it
    kept = np.flatnonzero(_is_better(standing, second, rows))
    if not len(kept):
        return
    charged = _charge(batch, standing, second, rows, kept, inferred, hidden)
    _keep_names(standing, second, named, rows, kept)
    for children, id, n in charged:
        if n in hidden.get(id, {}):
            named.setdefault(children[0], {})[int(rows[n])] = hidden[id][n]
            second.verdicts[children[0]][n] = SLIP
            for marks in (second.elaborate, second.chance):
                if id in marks:
                    marks.setdefault(children[0], np.zeros(len(rows), dtype=bool))[n] = marks[id][
                        n
                    ]
            continue
        for child in children:
            nowhere = np.zeros(len(rows), dtype=bool)
            second.guessed.setdefault(child, nowhere)[n] = True
    _overwrite(batch, standing, second, rows, kept)


def _keep_names(
    standing: Standing, second: Standing, named: Named, rows: Indices, kept: Indices
) -> None:
    """What is as wrong as before keeps the name of its slip; what is explained loses it."""
    for id, verdict in standing.verdicts.items():
        before, again = verdict[rows[kept]], second.verdicts[id]
        lost = kept[(before == SLIP) & (again[kept] == WRONG)]
        again[lost] = SLIP
        for old, new in ((standing.elaborate, second.elaborate), (standing.chance, second.chance)):
            if id in old:
                new.setdefault(id, np.zeros(len(rows), dtype=bool))[lost] = old[id][rows[lost]]
        for n in kept[(before == SLIP) & (again[kept] != SLIP)].tolist():
            named.get(id, {}).pop(int(rows[n]), None)


def _with_values(part: Batch, inferred: Inferred) -> Batch:
    """The submissions as if the inferred values stood on the sheet."""
    graph = with_deltas(part.graph)
    true = dict(part.true)
    for step in graph.steps.values():
        if step.id not in true:
            true[step.id] = rule_ball(step.kind, step.rule, true, part.precision)
    values, units = dict(part.values), dict(part.units)
    unreadable = dict(part.unreadable)
    nowhere = np.zeros(part.count, dtype=bool)
    for id, (value, _) in inferred.items():
        unit = _unit(part, graph.steps[id], value)
        before = values.get(id, np.full(part.count, np.nan))
        values[id] = np.where(np.isnan(value), before, value)
        units[id] = np.where(np.isnan(value), units.get(id, before), unit)
        unreadable[id] = unreadable.get(id, nowhere) & np.isnan(value)
    offs = {id: off for id, (_, off) in inferred.items()}
    return Batch(graph, part.precision, true, values, units, unreadable, part.count, offs)


def _is_better(standing: Standing, second: Standing, rows: Indices) -> BoolArray:
    """Where more is explained and nothing that was fine is lost."""
    gained = np.zeros(len(rows), dtype=np.int64)
    lost = np.zeros(len(rows), dtype=bool)
    for id, verdict in standing.verdicts.items():
        before = np.isin(verdict[rows], FINE)
        after = np.isin(second.verdicts[id], FINE)
        gained += after & ~before
        lost |= before & ~after
    better: BoolArray = (gained >= 1) & ~lost
    return better


def _charge(
    batch: Batch,
    standing: Standing,
    second: Standing,
    rows: Indices,
    kept: Indices,
    inferred: Inferred,
    hidden: Named,
) -> list[tuple[list[str], str, int]]:
    """Charge each unwritten step to the first child that it made wrong.

    Returns:
        The children that it explains, the charged one first; the step; and the row.
    """
    graph = with_deltas(batch.graph)
    charged = []
    for id, (value, _) in inferred.items():
        children = [c for c in batch.asked if c in graph.children[id]]
        for n in kept[~np.isnan(value[kept])].tolist():
            explained = [
                c
                for c in children
                if standing.verdicts[c][rows[n]] in (WRONG, SLIP)
                and second.verdicts[c][n] == CARRIED
            ]
            # A blank cell has lost its own points; but where no slip explains the value, or one
            # child alone tells it, that child is no evidence of having used it.
            told = n in hidden.get(id, {}) and len(explained) >= FEWEST
            if explained and not (told and id in batch.values):
                second.verdicts[explained[0]][n] = WRONG
                charged.append((explained, id, n))
    return charged


def _overwrite(
    batch: Batch, standing: Standing, second: Standing, rows: Indices, kept: Indices
) -> None:
    """Put the second walk's findings in the place of the first one's."""
    at = rows[kept]
    for id, verdict in standing.verdicts.items():
        verdict[at] = second.verdicts[id][kept]
        notes = standing.used.setdefault(id, {})
        again = second.used.get(id, {})
        for n, row in zip(kept.tolist(), at.tolist(), strict=True):
            notes.pop(row, None)
            if n in again:
                notes[row] = again[n]
    for name in (f.name for f in fields(Standing) if f.name not in ("verdicts", "used")):
        mine, theirs = getattr(standing, name), getattr(second, name)
        for id in {*mine, *theirs} & {*batch.graph.steps, *batch.graph.givens}:
            mine[id] = _merged(mine.get(id), theirs.get(id), batch, id, at, kept, len(rows))


def _merged(
    mine: Ball | BoolArray | None,
    theirs: Ball | BoolArray | None,
    batch: Batch,
    id: str,
    at: Indices,
    kept: Indices,
    rows: int,
) -> Ball | BoolArray:
    """One step's entry with some rows replaced; where it is absent nothing deviates."""
    if isinstance(mine, Ball) or isinstance(theirs, Ball):
        old = mine if isinstance(mine, Ball) else batch.true[id]
        m, r = spread(old.m, batch.count).copy(), spread(old.r, batch.count).copy()
        if isinstance(theirs, Ball):
            again = gathered(theirs, kept, rows)
        else:
            again = gathered(batch.true[id], at, batch.count)
        m[at], r[at] = again.m, again.r
        return Ball(m, r)
    merged = np.zeros(batch.count, dtype=bool) if mine is None else np.array(mine)
    merged[at] = False if theirs is None else np.asarray(theirs)[kept]
    return merged
