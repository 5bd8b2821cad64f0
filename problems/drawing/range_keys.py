"""Keys of `[ranges]`: one that means nothing is refused, one that is missing is named."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from typing import Any

from problems.arithmetic.grid import Grid
from problems.computation import ids
from problems.computation.kinds import RATE, SHIFT, Role, T
from problems.computation.network import Computation
from problems.drawing.asked import near
from problems.drawing.design import DIFFICULTIES
from problems.drawing.layered_numbers import no_such
from problems.errors import Complaint

ONE_HOT = Grid(("0", "1"))


def keys_of(id: str, plan: Computation) -> tuple[str, ...]:
    """The keys that a given's numbers may stand under, the narrower first.

    >>> from problems.computation.network import Layer, Network, Plan
    >>> plan = Plan(Network(2, (Layer(1),)))
    >>> keys_of("w.1.1.2", plan), keys_of("x.1", plan)
    (('w.1', 'w'), ('x',))
    """
    given = plan.parse(id)
    layer = (ids.of(given.row, given.layer),) if given.row.layered else ()
    return (*layer, given.kind)


def ranged(
    plan: Computation, grids: Mapping[str, Grid], own: Mapping[str, Grid], one_hot: bool
) -> tuple[dict[str, Grid], list[Complaint]]:
    """What each given is drawn from, and what is missing.

    Args:
        plan: of the network.
        grids: `[ranges]` of a difficulty.
        own: `[given]`, which goes before.
        one_hot: whether targets are.
    """
    found: dict[str, Grid] = {}
    lacking: dict[str, list[str]] = {}
    for id in plan.given_ids():
        *_, kind = keys = keys_of(id, plan)
        if id in own:
            found[id] = own[id]
        elif one_hot and plan.parse(id).role is Role.TARGET:
            found[id] = ONE_HOT
        elif key := next((key for key in keys if key in grids), None):
            found[id] = grids[key]
        else:
            lacking.setdefault(kind, []).append(id)
    return found, [Complaint(f"ranges.{kind}", _missing(kind, of)) for kind, of in lacking.items()]


def _missing(kind: str, of: list[str]) -> str:
    span = of[0] if len(of) == 1 else f"{of[0]} to {of[-1]}" if len(of) > 2 else " and ".join(of)
    usual = "0.1" if kind == SHIFT.name else "0.5"
    drawn = f'{kind} = {{from = "0.1", to = "0.9", step = "0.1"}} (or "{usual}") in [ranges]'
    return f"is missing: numbers are needed for {span}; write {drawn}, or exact ones in [given]"


def meaningless(
    table: Mapping[str, Any], plan: Computation, bad: Collection[str]
) -> Iterator[Complaint]:
    """Keys that no given of a network is drawn by.

    Args:
        table: `[ranges]` as it stands.
        plan: of the family's own network.
        bad: keys that are complained of already.
    """
    good = {key for id in plan.given_ids() for key in keys_of(id, plan)}
    one_hot = table.get(T.name) == "one-hot"
    for key, entry in table.items():
        if key in DIFFICULTIES:
            if not isinstance(entry, dict):
                yield Complaint(f"ranges.{key}", f"must be a table [ranges.{key}], not {entry!r}")
                continue
            for inner in entry:
                where = f"ranges.{key}.{inner}"
                if where not in bad:
                    yield from _judged(where, inner, good, plan)
                if inner == T.name and (one_hot or entry[inner] == "one-hot"):
                    what = (
                        'one-hot targets are for all difficulties; write t = "one-hot" in [ranges]'
                    )
                    yield Complaint(where, what)
        elif f"ranges.{key}" not in bad:
            yield from _judged(f"ranges.{key}", key, good, plan)


STANDS_READY = frozenset({RATE.name})
"""What may be there for nothing: families in formulas have a rate that no number needs."""


def _judged(where: str, key: str, good: Collection[str], plan: Computation) -> Iterator[Complaint]:
    if key in good or key in STANDS_READY:
        return
    known = sorted({*good, *DIFFICULTIES}) if where.count(".") == 1 else sorted(good)
    if any(ids.core(id) == key for id in plan.given_ids()):
        what = f"in [ranges] givens are {', '.join(sorted(good))}"
        yield Complaint(where, f'{what}; numbers of one given stand in [given]: "{key}" = ...')
    else:
        kind = key.partition(".")[0]
        absent = kind in plan.kinds.givens and kind not in good
        allowed = f"givens are {', '.join(sorted(good))}{near(key, known)}"
        yield Complaint(where, no_such(key, plan) if absent else f"means nothing; {allowed}")
