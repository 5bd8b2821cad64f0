"""Slips at steps that stand nowhere on the sheet: not asked for, or left blank.

Such a slip shows in everything that reads the step. Where `grader.marking.inference` finds the
value behind the children, the sheet is followed through once more as if it stood there, and the
step is charged to the first child that it made wrong. Texts that write the chain rule out (no
deltas) have their deltas as unwritten steps.
Source: docs/grading.md, Unwritten steps.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields, replace
from functools import lru_cache

import numpy as np

from grader.marking.batch import (
    CARRIED,
    SLIP,
    WRONG,
    Batch,
    Flag,
    Indices,
    Mark,
    Standing,
    StepStanding,
    gathered,
    spread,
)
from grader.marking.diagnose import Named
from grader.marking.follow import follow
from grader.marking.inference import FEWEST, IS_FINE, NAMELESS, Inferred, inferred, routes
from problems.arithmetic.ball import Ball
from problems.arithmetic.elementary import BoolArray, FloatArray
from problems.computation.graph import build
from problems.computation.network import Plan
from problems.computation.solve import rule_ball
from problems.computation.steps import Graph


@lru_cache(maxsize=256)
def with_deltas(graph: Graph) -> Graph:
    """The graph of the same plan in which every delta is a step."""
    plan = graph.plan
    if plan.method.deltas == "all":
        return graph
    return build(Plan(plan.network, plan.task, replace(plan.method, deltas="all")))


@dataclass(frozen=True)
class Column:
    """An unwritten step's values as a column over the submissions that are walked again."""

    value: FloatArray
    """nan where none was found."""
    off: FloatArray
    slips: Mapping[int, str]
    """Row -> the slip that gives the value."""


def recover(batch: Batch, standing: Standing, named: Named) -> None:
    """Standing once more, with the unwritten values that wrong answers agree on.

    Args:
        batch: the submissions.
        standing: what the walk found; its rows are changed where the second walk explains
            more and takes nothing away.
        named: the slips found; slips at steps that are not asked for join them, under the
            first child of each that is lost by it.
    """
    with np.errstate(all="ignore"):
        found = inferred(batch, with_deltas(batch.graph), standing)
    again = np.zeros(batch.count, dtype=bool)
    for behind in found:
        again[behind.at[behind.rank >= FEWEST]] = True
    for behind in found:
        _name_alone(standing, named, behind, ~again[behind.at])
    rows = np.flatnonzero(again)
    if len(rows):
        columns = {b.step: column for b in found if (column := _column(b, rows)) is not None}
        _followed(batch, standing, named, rows, columns)


def _name_alone(standing: Standing, named: Named, behind: Inferred, where: BoolArray) -> None:
    """One child alone of a blank cell is no evidence of having used it, but bears its slip."""
    verdicts = standing.verdicts
    for child, explained in behind.explained.items():
        for n in np.flatnonzero(where & explained).tolist():
            row = int(behind.at[n])
            standing[behind.step].shown[row] = behind.slips[n]
            if verdicts[child][row] == WRONG:
                verdicts[child][row] = SLIP
                named.setdefault(child, {})[row] = behind.slips[n]


def _column(behind: Inferred, rows: Indices) -> Column | None:
    """A step's values as a column over some rows; None if it has none there."""
    here = np.isin(behind.at, rows)
    if not here.any():
        return None
    at = np.searchsorted(rows, behind.at[here])
    value, off = np.full((2, len(rows)), np.nan)
    value[at], off[at] = behind.value[here], behind.off[here]
    slips = [slip for slip, used in zip(behind.slips, here.tolist(), strict=True) if used]
    named = zip(at.tolist(), slips, strict=True)
    return Column(value, off, {n: slip for n, slip in named if slip != NAMELESS})


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
    batch: Batch, standing: Standing, named: Named, rows: Indices, columns: Mapping[str, Column]
) -> None:
    second = follow(_with_values(taken(batch, rows), columns))
    first, verdicts = standing.verdicts, second.verdicts
    for id, column in columns.items():
        if id in batch.values:
            before = first[id][rows]
            second[id].verdict = np.where(np.isnan(column.value), verdicts[id], before)
        else:
            second[id].verdict = None  # nobody was asked for it
    verdicts = second.verdicts
    kept = np.flatnonzero(_is_better(standing, second, rows))
    if not len(kept):
        return
    charged = _charge(batch, standing, second, rows, kept, columns)
    _keep_names(standing, second, named, rows, kept)
    for children, id, n in charged:
        slip = columns[id].slips.get(n)
        if slip:
            named.setdefault(children[0], {})[int(rows[n])] = slip
            verdicts[children[0]][n] = SLIP
            _hand_over(second, id, children[0], n, len(rows))
            continue
        for child in children:
            second[child].mark("guessed", n, len(rows))
    for id in columns.keys() & batch.values.keys():
        shown = {int(rows[n]): slip for n, slip in columns[id].slips.items() if n in kept}
        standing[id].shown.update(shown)
    _overwrite(batch, standing, second, rows, kept)


def _hand_over(second: Standing, id: str, child: str, n: int, count: int) -> None:
    """The child that is charged shows the work of the slip behind it, as much as there is."""
    flags: tuple[Flag, ...] = ("elaborate", "chance")
    for flag in flags:
        marks: Mark = getattr(second[id], flag)
        if marks is not None:
            second[child].mark(flag, n, count)
            getattr(second[child], flag)[n] = marks[n]


def _keep_names(
    standing: Standing, second: Standing, named: Named, rows: Indices, kept: Indices
) -> None:
    """What is as wrong as before keeps the name of its slip; what is explained loses it."""
    verdicts = second.verdicts
    for id, verdict in standing.verdicts.items():
        before, again = verdict[rows[kept]], verdicts[id]
        lost = kept[(before == SLIP) & (again[kept] == WRONG)]
        again[lost] = SLIP
        flags: tuple[Flag, ...] = ("elaborate", "chance")
        for flag in flags:
            old: Mark = getattr(standing[id], flag)
            if old is not None:
                second[id].mark(flag, lost, len(rows))
                getattr(second[id], flag)[lost] = old[rows[lost]]
        for n in kept[(before == SLIP) & (again[kept] != SLIP)].tolist():
            named.get(id, {}).pop(int(rows[n]), None)


def _with_values(part: Batch, columns: Mapping[str, Column]) -> Batch:
    """The submissions as if the inferred values stood on the sheet."""
    graph = with_deltas(part.graph)
    true = dict(part.true)
    for step in graph.steps.values():
        if step.id not in true:
            true[step.id] = rule_ball(step.kind, step.rule, true, part.precision)
    values, units = dict(part.values), dict(part.units)
    unreadable = dict(part.unreadable)
    nowhere = np.zeros(part.count, dtype=bool)
    for id, column in columns.items():
        value = column.value
        number = Ball(np.where(np.isnan(value), 0.0, value), 0.0)
        unit = spread(part.precision.unit(graph.steps[id].kind, number), part.count)
        before = values.get(id, np.full(part.count, np.nan))
        values[id] = np.where(np.isnan(value), before, value)
        units[id] = np.where(np.isnan(value), units.get(id, before), unit)
        unreadable[id] = unreadable.get(id, nowhere) & np.isnan(value)
    offs = {id: column.off for id, column in columns.items()}
    return Batch(graph, part.precision, true, values, units, unreadable, part.count, offs)


def _is_better(standing: Standing, second: Standing, rows: Indices) -> BoolArray:
    """Where more is explained and nothing that was fine is lost."""
    gained = np.zeros(len(rows), dtype=np.int64)
    lost = np.zeros(len(rows), dtype=bool)
    verdicts = second.verdicts
    for id, verdict in standing.verdicts.items():
        before, after = IS_FINE[verdict[rows]], IS_FINE[verdicts[id]]
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
    columns: Mapping[str, Column],
) -> list[tuple[list[str], str, int]]:
    """Charge each unwritten step to the first child that it made wrong.

    Returns:
        The children that it explains, the charged one first; the step; and the row.
    """
    ways = routes(with_deltas(batch.graph), batch.asked)
    charged = []
    first, verdicts = standing.verdicts, second.verdicts
    for id, column in columns.items():
        reading = {way.child for way in ways[id]}
        children = [child for child in batch.asked if child in reading]
        for n in kept[~np.isnan(column.value[kept])].tolist():
            explained = [
                c
                for c in children
                if first[c][rows[n]] in (WRONG, SLIP) and verdicts[c][n] == CARRIED
            ]
            # A blank cell has lost its own points; but where no slip explains the value, or one
            # child alone tells it, that child is no evidence of having used it.
            told = n in column.slips and len(explained) >= FEWEST
            if explained and not (told and id in batch.values):
                verdicts[explained[0]][n] = WRONG
                charged.append((explained, id, n))
    return charged


def _overwrite(
    batch: Batch, standing: Standing, second: Standing, rows: Indices, kept: Indices
) -> None:
    """Put the second walk's findings in the place of the first one's."""
    at = rows[kept]
    verdicts = second.verdicts
    for id, verdict in standing.verdicts.items():
        verdict[at] = verdicts[id][kept]
        notes, again = standing[id].used, second[id].used
        for n, row in zip(kept.tolist(), at.tolist(), strict=True):
            notes.pop(row, None)
            if n in again:
                notes[row] = again[n]
    names = [f.name for f in fields(StepStanding) if f.name not in ("verdict", "used", "shown")]
    for id in (*batch.graph.steps, *batch.graph.givens):
        for name in names:
            mine, theirs = getattr(standing[id], name), getattr(second[id], name)
            if mine is not None or theirs is not None:
                merged = _merged(mine, theirs, batch, id, at, kept, len(rows))
                setattr(standing[id], name, merged)


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
        if isinstance(theirs, Ball):
            again = gathered(theirs, kept, rows)
        else:
            again = gathered(batch.true[id], at, batch.count)
        before = gathered(old, at, batch.count)
        if np.all(before.m == again.m) and np.all(before.r == again.r):
            return old
        m, r = spread(old.m, batch.count).copy(), spread(old.r, batch.count).copy()
        m[at], r[at] = again.m, again.r
        return Ball(m, r)
    merged = np.zeros(batch.count, dtype=bool) if mine is None else np.array(mine)
    merged[at] = False if theirs is None else np.asarray(theirs)[kept]
    return merged
