"""Students who do a part of the work and fill the rest so that it seems to follow."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from filled_sheets import (
    UPDATES,
    Named,
    Writer,
    filled,
    first_errors,
    forward,
    idles,
    smallest,
)
from transcripts import Class, of_kinds

from problems.computation import ids
from problems.computation.trivial import is_straight
from problems.rules.expression import Constant, Expression, Negative, Ref


def part_honest(of: Class, rng: np.random.Generator) -> Named:
    """Some of the sheet is worked through; the rest is zeros and old weights, or begins with the
    smallest numbers and goes on with zeros."""
    asked, done = set(of.design.asked), forward(of)
    start = {id: smallest(of, id) for id in first_errors(of)}
    for name, own in _parts(of):
        for before, cells in (("", own), ("forward, ", own | done)):
            rest = asked - cells
            yield before + name, filled(of, rng, idles(of, rest))
            if rest & set(start):
                begun = {id: start[id] for id in rest & set(start)}
                yield f"{before}{name}, rest tiny", filled(of, rng, idles(of, rest) | begun)


def _parts(of: Class) -> Iterator[tuple[str, set[str]]]:
    """Names of parts of the work, and the cells that belong to them."""
    asked = of.design.asked
    for layer, unit in sorted({ids.parse(id).indices for id in of_kinds(of, "net")}):
        own = {id for id in asked if ids.parse(id).indices[:2] == (layer, unit)}
        yield f"unit {layer}.{unit}", own | _output_cells(of, layer, unit)
    if of.design.plan.task.examples > 1:
        yield "first example", {id for id in asked if ids.parse(id).example == 1}
    if of.design.plan.task.iterations > 1:
        yield "first round", {id for id in asked if ids.parse(id).iteration == 1}
    for name, each in (("kind", _kind), ("kind in each layer", _kind_and_layer)):
        yield f"each {name} once", set({each(id): id for id in reversed(asked)}.values())


def _output_cells(of: Class, layer: int, unit: int) -> set[str]:
    """Error and share of an output unit, which do not name its layer."""
    if layer != of.design.plan.network.depth:
        return set()
    return {id for id in of_kinds(of, "error", "share") if ids.parse(id).indices == (unit,)}


def _kind(id: str) -> str:
    return ids.parse(id).kind


def _kind_and_layer(id: str) -> tuple[str, tuple[int, ...]]:
    return ids.parse(id).kind, ids.parse(id).indices[:1]


def constants(of: Class, rng: np.random.Generator) -> Named:
    """One number for each kind of step on the way back, large enough to be told from 0."""
    later = set(of.design.asked) - forward(of)
    updates = set(of_kinds(of, *UPDATES)) & later
    back = later - updates
    for text in ("0.0010", "0.0050", "0.0200", "0.1000", "0.2500"):
        number: dict[str, Expression] = {id: Constant(text) for id in back}
        yield f"forward, {text}, updates computed", filled(of, rng, number)
        yield f"forward, {text}, old weights", filled(of, rng, number | idles(of, updates))
    chosen = {id: Constant(_fitting(id)) for id in back}
    yield "forward, a number for each kind", filled(of, rng, chosen)
    same = {id: Constant("1") for id in of_kinds(of, "net")}
    follows = set(of_kinds(of, "out", "slope"))
    first = set({_kind_and_layer(id): id for id in sorted(follows, reverse=True)}.values())
    rest = same | idles(of, later - follows)
    yield "nets 1, outs and slopes copied", filled(of, rng, rest, unworked=follows - first)


def _fitting(id: str) -> str:
    """Numbers that fit each other: 0.1 times 0.25 is 0.025, and so on."""
    return {"error": "0.1", "slope": "0.25", "delta": "0.025", "dout": "0.025"}.get(
        ids.parse(id).kind, "0.0125"
    )


def partly_saturated(of: Class, rng: np.random.Generator) -> Named:
    """A layer, an example or a round at flat net inputs; all else is worked through."""
    nets, plan = of_kinds(of, "net"), of.design.plan
    places = {f"layer {n}": {"layer": n} for n in range(1, plan.network.depth)}
    if plan.task.examples > 1:
        places["last example"] = {"example": plan.task.examples}
    if plan.task.iterations > 1:
        places["last round"] = {"iteration": plan.task.iterations}
    for name, place in places.items():
        ((which, number),) = place.items()
        group = [id for id in nets if getattr(ids.parse(id), which) == number]
        yield from _at_flat_nets(of, rng, name, group)


def unit_saturated(of: Class, rng: np.random.Generator) -> Named:
    """The same with a single unit.

    Whoever makes a slip in its net input alone writes the same sheet, and is owed what follows.
    """
    nets = of_kinds(of, "net")
    for layer, unit in sorted({ids.parse(id).indices for id in nets}):
        group = [id for id in nets if ids.parse(id).indices == (layer, unit)]
        if len(group) < sum(ids.parse(id).layer == layer for id in nets):
            yield from _at_flat_nets(of, rng, f"unit {layer}.{unit}", group)


def _at_flat_nets(of: Class, rng: np.random.Generator, name: str, nets: list[str]) -> Named:
    places = {_place(id) for id in nets}
    cells = {id for id in of.design.asked if _place(id) in places}
    easy = cells - set(of_kinds(of, "dout", "error", "share"))
    for number in (20.0, -20.0):
        put = dict.fromkeys(nets, number)
        yield f"{name} at {number:g}, rest computed", filled(of, rng, {}, put=put, easy=easy)


def _place(id: str) -> tuple[object, ...]:
    """The unit that a cell belongs to, its example and round."""
    parsed = ids.parse(id)
    return parsed.indices[:2], parsed.example, parsed.iteration


def invented(of: Class, rng: np.random.Generator) -> Named:
    """Numbers out of the air, no two alike, and copies wherever the right rule copies."""
    copying = {
        id
        for id in of.design.asked
        if isinstance(of.graph.steps[id].rule, Ref) or is_straight(of.graph, of.graph.steps[id])
    }
    rest = [id for id in of.design.asked if id not in copying]
    done = forward(of)
    for name, cells in (("all", rest), ("forward, then", [id for id in rest if id not in done])):
        put = {id: np.round(rng.uniform(0.05, 0.95, of.count), 4) for id in cells}
        free = copying if name == "all" else copying - done
        yield f"{name} invented, copies where right", filled(of, rng, {}, free, put)


def siblings_copied(of: Class, rng: np.random.Generator) -> Named:
    """Each kind is worked once in a layer; its siblings are that number, or its negative."""
    first: dict[tuple[object, ...], str] = {}
    same: dict[str, Expression] = {}
    for id in of.design.asked:
        before = first.setdefault((*_kind_and_layer(id), ids.parse(id).iteration), id)
        if before != id:
            same[id] = Ref(before)
    yield "each kind once, copied", filled(of, rng, same)
    yield "each kind once, negated", filled(of, rng, {id: Negative(r) for id, r in same.items()})


PARTS: dict[str, Writer] = {
    "part-honest": part_honest,
    "partly saturated": partly_saturated,
    "constants": constants,
    "invented": invented,
}
"""Writers who do some of everything."""
SIBLINGS: dict[str, Writer] = {"siblings copied": siblings_copied}
"""Writers who work one step of each kind."""
ONE_UNIT: dict[str, Writer] = {"one unit saturated": unit_saturated}
"""Writers whose sheet may be that of one honest slip."""
