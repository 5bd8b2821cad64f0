"""A teacher's own numbers for a layered network: `[given]` by id, by layer or by kind.

A key is an id (`w.1.2.1`, `n2:x.1`) or the beginning of ids (`w.1`, the weights of a layer; `x`,
all inputs). What stands for several ids is one number or range for all of them, or `is = [...]`,
lists nested as the ids count: of `w.1` a row for each unit, in it a column for each unit below.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal
from typing import Any

from problems.arithmetic.grid import Grid
from problems.computation import ids
from problems.computation.kinds import RATE, SHIFT, B, Role
from problems.computation.network import Computation
from problems.drawing.asked import near, stands_for
from problems.drawing.own_number import numbers_of
from problems.errors import Complaint

WAYS = (
    'write {is = "0.5"} or "0.5"; {is = [["1", "2"], ["3", "4"]]} for a matrix, row by row; '
    '["0", "1"] or {from = "0.1", to = "0.9", step = "0.1"} to be drawn'
)
Entries = list[tuple[tuple[int, ...], str]]
"""What is left of an id's indices after its key's, and the id."""


def own_numbers(
    table: Mapping[str, Any], plan: Computation
) -> tuple[dict[str, Grid], list[Complaint]]:
    """What the givens of a network are or are drawn from, and what is wrong.

    Args:
        table: `[given]`, without the heading.
        plan: of the network.

    Returns:
        Grids by id, of exact numbers one value; a key of fewer ids goes before one of more.
    """
    given = plan.given_ids()
    found: list[dict[str, Grid]] = []
    complaints = []
    for key, entry in table.items():
        own = [id for id in given if stands_for(key, id)]
        try:
            found.append(dict(_numbers(key, entry, own, plan)))
        except ValueError as error:
            complaints.append(Complaint(f"given.{key}", str(error)))
    found.sort(key=len, reverse=True)
    return {id: grid for part in found for id, grid in part.items()}, complaints


def _numbers(
    key: str, entry: Any, own: Sequence[str], plan: Computation
) -> Iterator[tuple[str, Grid]]:
    if not own:
        raise ValueError(no_such(key, plan))
    exact = entry.get("is") if isinstance(entry, dict) else None
    if not isinstance(exact, list):
        grid = numbers_of(entry, WAYS)
        yield from ((id, grid) for id in own)
        return
    if set(entry) != {"is"}:
        raise ValueError("is = [...] stands alone")
    if own == [key]:
        raise ValueError('this is one number; write {is = "0.5"}')
    yield from _entries(exact, [(_rest(key, id, plan), id) for id in own], "")


def _rest(key: str, id: str, plan: Computation) -> tuple[int, ...]:
    """What an id counts by beyond what its key says: examples, then the rest of the indices."""
    parsed = plan.parse(id)
    said = key.split(":")[-1].count(".")
    examples = () if ":" in key or parsed.example is None else (parsed.example,)
    return (*examples, *parsed.indices[said:])


def _entries(exact: Any, entries: Entries, where: str) -> Iterator[tuple[str, Grid]]:
    if not entries[0][0]:
        (_, id), *more = entries
        if more or isinstance(exact, list):
            raise ValueError(f"a number belongs{where or ' here'}, for {id}, and no list")
        yield id, numbers_of(exact, WAYS)
        return
    parts: dict[int, Entries] = {}
    for (first, *rest), id in entries:
        parts.setdefault(first, []).append((tuple(rest), id))
    if not isinstance(exact, list) or len(exact) != len(parts):
        first_id, last_id = entries[0][1], entries[-1][1]
        found = f"a list of {len(exact)}" if isinstance(exact, list) else repr(exact)
        what = f"{len(parts)} entries belong{where or ' here'}, for {first_id} to {last_id}"
        raise ValueError(f"{what}, not {found}")
    for n, (part, inner) in enumerate(zip(exact, parts.values(), strict=True), 1):
        yield from _entries(part, inner, f"{where or ' in'} [{n}]")


def no_such(key: str, plan: Computation) -> str:
    """Why a key stands for no given of a network, with what there is."""
    word = ids.core(key).split(".")[0]
    own = [id for id in plan.given_ids() if ids.core(id).split(".")[0] == word]
    task = plan.task
    absent = {
        B.name: "has no biases (network.bias)",
        RATE.name: "is not updated (task.update)",
        SHIFT.name: 'takes no central differences (task.numeric = "none")',
    }
    if not own and word in absent:
        return f"means nothing: this {plan.described()} {absent[word]}"
    if not own:
        return f"is no given; givens are x, t, w, b, rate and shift{near(word, plan.kinds.givens)}"
    span = own[0] if len(own) == 1 else f"{own[0]} to {own[-1]}"
    hint = near(key, [part for id in own for part in (*ids.beginnings(plan.parse(id)), id)])
    data = f" of {task.examples} data points" if task.examples > 1 else ""
    return f"is no given of this {plan.described()}{data}; there are {span}{hint}"


def targets_of(
    numbers: Mapping[str, Grid], plan: Computation
) -> dict[str, tuple[int, Decimal | None]]:
    """Data point -> how many targets have own numbers, and, if all are exact, their sum."""
    points: dict[str, list[Grid | None]] = {}
    for id in plan.given_ids():
        if plan.parse(id).role is Role.TARGET:
            points.setdefault("", []).append(numbers.get(id))
    found = {}
    for point, grids in points.items():
        own = [grid for grid in grids if grid]
        exact = len(own) == len(grids) and all(len(grid.texts) == 1 for grid in own)
        total = sum((Decimal(grid.texts[0]) for grid in own), Decimal(0)) if exact else None
        found[point] = len(own), total
    return found
