"""One misconception is charged once: the same slip at a sibling step again.

Who multiplies every gradient by the learning rate has one thing to learn, not eight. The first
step keeps the verdict `slip`; the others of the same kind and layer are `repeated`, and the
policy says what they are worth. A slip that merely copies a number is charged each time:
otherwise one would write down one old weight after the other.
Source: docs/grading.md, Slips.
"""

from __future__ import annotations

from functools import lru_cache

from grader.marking.batch import (
    BLANK,
    REPEATED,
    SLIP,
    WRONG,
    Batch,
    Mark,
    Standing,
)
from grader.marking.diagnose import Named
from problems.computation import ids
from problems.computation.kinds import Role
from problems.computation.network import Computation

FORGIVEN = 2
"""So many different misconceptions are charged once; whoever has more of them is charged for
each step of the others, or a sheet could be half wrong and cost a tenth."""
MOSTLY = 0.5
"""Share of a sheet's answers from which on slips and wrong numbers are no single error."""


def charge_once(batch: Batch, standing: Standing, named: Named) -> None:
    """Turn `slip` into `repeated` where the same slip was charged at a sibling before.

    Args:
        batch: the submissions.
        standing: what was found; its verdicts are changed in place.
        named: the slips; they keep their names.
    """
    if not standing.any("elaborate"):
        return
    table, verdicts = standing.table(), standing.verdicts
    lost = ((table == SLIP) | (table == WRONG)).sum(axis=0)
    answered = (table != BLANK).sum(axis=0)
    mostly = lost >= MOSTLY * answered
    shown: dict[tuple[str, str, int, int], int] = {}
    forgiven: dict[int, set[str]] = {}
    for id in (id for id in batch.graph.steps if id in named):
        for n, slip in named[id].items():
            if not mostly[n] and _is_again(batch, standing, id, n, slip, shown):
                names = forgiven.setdefault(n, set())
                if slip in names or len(names) < FORGIVEN:
                    names.add(slip)
                    verdicts[id][n] = REPEATED


def _is_again(
    batch: Batch,
    standing: Standing,
    id: str,
    row: int,
    slip: str,
    shown: dict[tuple[str, str, int, int], int],
) -> bool:
    """Whether a slip was charged before and its number took work.

    A number that stands on the sheet by chance counts as well, once for each step at which the
    same wrong rule gives one that does not.

    Args:
        shown: kind of slip and row -> steps that show it, less those by chance; grows.
    """
    key = (*_siblings(batch.graph.parse(id), slip), row)
    met, times = key in shown, shown.get(key, 0)
    copied = _is_copied(batch, id, row)
    works = not copied and _holds(standing[id].elaborate, row)
    chance = not copied and times >= 1 and _holds(standing[id].chance, row)
    shown[key] = times + works - chance
    return met and (works or chance)


def _holds(mark: Mark, row: int) -> bool:
    return mark is not None and bool(mark[row])


def _is_copied(batch: Batch, id: str, row: int) -> bool:
    """Whether the number stands in a sibling's cell already: then writing it took no work.

    Gradients of weights and of biases are siblings in this.
    """
    value = batch.values[id][row]
    return any(
        batch.values[other][row] == value for other in _before(batch.asked, batch.graph.plan)[id]
    )


@lru_cache(maxsize=256)
def _before(asked: tuple[str, ...], plan: Computation) -> dict[str, tuple[str, ...]]:
    """Asked step -> its siblings that stand before it."""
    found: dict[str, tuple[str, ...]] = {}
    places: dict[tuple[Role | str, int], list[str]] = {}
    for id in asked:
        before = places.setdefault(_place(plan.parse(id)), [])
        found[id] = tuple(before)
        before.append(id)
    return found


def _place(parsed: ids.StepId) -> tuple[Role | str, int]:
    """Kind and layer; steps without a layer (errors, shares) are siblings all."""
    kind = parsed.role if parsed.role is Role.GRADIENT else parsed.kind
    return kind, parsed.layer if len(parsed.indices) > 1 else 0


def _siblings(parsed: ids.StepId, slip: str) -> tuple[str, str, int]:
    """Slip, kind and layer; steps without a layer (errors, shares) are siblings all."""
    return slip, parsed.kind, parsed.layer if len(parsed.indices) > 1 else 0
