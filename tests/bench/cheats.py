"""Students who want points without the work: what they write, and what they earn by it.

Each writer knows which cells it truly computed; credit in any other cell is unearned.

    PYTHONPATH=.:tests/bench python tests/bench/cheats.py --exercises 20 --families mazur lfd
"""

from __future__ import annotations

import argparse
from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass, field

import numpy as np
from transcripts import (
    SEED,
    Arrays,
    Class,
    Student,
    credits_of,
    marked,
    numeric_families,
    of_kinds,
)

from problems import ids
from problems.expression import Constant, Expression, Ref

FORWARD = ("net", "out", "share", "loss", "dnet")
UPDATES = ("new.w", "new.b")
ZERO = Constant("0")


@dataclass(frozen=True)
class Sheet:
    """What stands on the papers of a class, and which of it was computed."""

    paper: Arrays
    worked: frozenset[str]
    """Asked ids whose rule was truly applied, to right or own numbers."""
    units: Arrays = field(default_factory=dict)
    blank: frozenset[str] = frozenset()


Named = Iterator[tuple[str, Sheet]]
Writer = Callable[[Class, np.random.Generator], Named]


def filled(
    of: Class,
    rng: np.random.Generator,
    slips: Mapping[str, Expression],
    unworked: Collection[str] = (),
    put: Mapping[str, np.ndarray | float] | None = None,
) -> Sheet:
    """An honest sheet but for cells filled in by other rules, or with numbers.

    Args:
        of: the exercises.
        rng: the student's.
        slips: cells and the rules that fill them.
        unworked: further cells that cost no work though they follow.
        put: cells and the numbers written there.
    """
    paper = Student(of, "round", rng, slips, put=put).paper
    # A number that no calculator shows (a logarithm of 0) is written as 0.
    finite = {id: np.where(np.isfinite(v), v, 0.0) for id, v in paper.items()}
    worked = set(of.design.asked) - set(slips) - set(unworked) - set(put or {})
    return Sheet(finite, frozenset(worked))


def idle(of: Class, id: str) -> Expression:
    """What costs nothing: the old value of a weight, else 0."""
    step = of.graph.steps[id]
    return Ref(step.parents[0]) if step.kind in UPDATES else ZERO


def idles(of: Class, among: Collection[str]) -> dict[str, Expression]:
    """The same for many cells."""
    return {id: idle(of, id) for id in among}


def forward(of: Class) -> set[str]:
    """The asked steps of the first pass through the net and of its loss."""
    return {id for id in of_kinds(of, *FORWARD) if ids.parse(id).iteration == 1}


def smallest(of: Class, id: str) -> Constant:
    """One unit of the last place asked for: 0.0001 at four decimals."""
    return Constant(f"1e-{of.design.precision.places(ids.parse(id).kind)}")


def _units(of: Class, among: Collection[str]) -> list[tuple[str, Constant]]:
    return [(id, smallest(of, id)) for id in among]


def first_errors(of: Class) -> list[str]:
    """Where the way back begins: the errors, or the output deltas, or the output gradients."""
    depth = of.design.plan.network.depth
    errors = of_kinds(of, "error")
    last = [id for id in of.design.asked if f".{depth}." in id]
    deltas = [id for id in last if ids.parse(id).kind == "delta"]
    return errors or deltas or [id for id in last if ids.parse(id).kind in ("dw", "db")]


# tiny, zero, saturated -----------------------------------------------------------------------


def tiny(of: Class, rng: np.random.Generator) -> Named:
    """Smallest numbers for the errors, then zeros and the old weights."""
    done, slopes = forward(of), set(of_kinds(of, "slope"))
    start: dict[str, Expression] = {id: smallest(of, id) for id in first_errors(of)}
    later = set(of.design.asked) - done
    yield "tiny, then zeros", filled(of, rng, idles(of, later) | start)
    if slopes:
        rest = idles(of, later - slopes) | start
        yield "tiny, slopes, then zeros", filled(of, rng, rest)
    yield "tiny, then consistently", filled(of, rng, start, unworked=later - slopes)
    for times in (5, 20):
        more = {id: Constant(f"{times}e{c.text[2:]}") for id, c in _units(of, start)}
        yield f"{times} times tiny, then zeros", filled(of, rng, idles(of, later) | more)
    minus: dict[str, Expression] = {id: Constant(f"-{smallest(of, id).text}") for id in start}
    yield "minus tiny, then consistently", filled(of, rng, minus, unworked=later - slopes)
    every: dict[str, Expression] = {id: smallest(of, id) for id in of.design.asked}
    yield "tiny in every cell", filled(of, rng, every)
    keeps = {id: idle(of, id) for id in of_kinds(of, *UPDATES)}
    yield "tiny in every cell, old weights", filled(of, rng, every | keeps)
    back: dict[str, Expression] = {id: smallest(of, id) for id in later}
    yield "forward, then tiny in every cell", filled(of, rng, back | keeps)


def saturated(of: Class, rng: np.random.Generator) -> Named:
    """Net inputs at which every activation is flat, so that everything after is 0."""
    nets, done = of_kinds(of, "net"), forward(of)
    after = set(of.design.asked) - done
    for sign in ("", "-"):
        chosen: dict[str, Expression] = {
            id: Constant(f"{sign}{20 + (7 * n) % 50 / 10}") for n, id in enumerate(nets)
        }
        outs = set(of_kinds(of, "out"))
        easy = outs | after - set(of_kinds(of, "error"))
        yield f"nets {sign}20, then consistently", filled(of, rng, chosen, easy)
        yield f"nets {sign}20, then zeros", filled(of, rng, chosen | idles(of, after), outs)
        flat = chosen | idles(of, after | set(of_kinds(of, "share", "loss")))
        yield f"nets {sign}20, then zeros, no loss", filled(of, rng, flat, outs)


def zeros(of: Class, rng: np.random.Generator) -> Named:
    """Nothing but numbers that stand there already, from the start or after a forward pass."""
    asked = set(of.design.asked)
    after, updates = asked - forward(of), set(of_kinds(of, *UPDATES))
    slopes = set(of_kinds(of, "slope"))
    yield "forward, then zeros", filled(of, rng, idles(of, after))
    yield "forward, slopes, then zeros", filled(of, rng, idles(of, after - slopes))
    for text in ("0", "1", "0.5", "0.1"):
        number = {id: Constant(text) for id in asked}
        yield f"{text} everywhere", filled(of, rng, number)
        yield f"{text} everywhere, old weights", filled(of, rng, number | idles(of, updates))
    yield "old weights, rest blank", _only(of, idles(of, updates), rng)


def copies(of: Class, rng: np.random.Generator) -> Named:
    """Parents copied, from the start or after a forward pass."""
    after = set(of.design.asked) - forward(of)
    for which in (0, -1):
        side = "last" if which else "first"
        for where, cells in (("everywhere", of.design.asked), ("after the forward pass", after)):
            copied = {id: Ref(of.graph.steps[id].parents[which]) for id in cells}
            yield f"{side} parents copied {where}", filled(of, rng, copied)


def _only(of: Class, cells: Mapping[str, Expression], rng: np.random.Generator) -> Sheet:
    """Some cells filled in, all others left blank."""
    sheet = filled(of, rng, cells)
    blank = frozenset(of.design.asked) - set(cells)
    return Sheet(sheet.paper, frozenset(), blank=blank)


# another's sheet, part of the work, constants ------------------------------------------------


def copied_sheet(of: Class, rng: np.random.Generator) -> Named:
    """The honest sheet of a neighbour, handed in whole."""
    theirs = Student(of, "round", rng).paper
    yield (
        "another student's sheet",
        Sheet({id: np.roll(np.asarray(v), 1) for id, v in theirs.items()}, frozenset()),
    )


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
    yield (
        "nets 1, outs and slopes copied",
        filled(of, rng, same | idles(of, later - follows), unworked=follows),
    )


def _fitting(id: str) -> str:
    """Numbers that fit each other: 0.1 times 0.25 is 0.025, and so on."""
    return {"error": "0.1", "slope": "0.25", "delta": "0.025", "dout": "0.025"}.get(
        ids.parse(id).kind, "0.0125"
    )


def partly_saturated(of: Class, rng: np.random.Generator) -> Named:
    """Some units, an example or a round at flat net inputs; all else is worked through."""
    for name, nets in _groups_of_nets(of):
        places = {_place(id) for id in nets}
        cells = {id for id in of.design.asked if _place(id) in places}
        easy = cells - set(of_kinds(of, "dout", "error", "share"))
        for number in (20.0, -20.0):
            put = dict.fromkeys(nets, number)
            yield f"{name} at {number:g}, rest computed", filled(of, rng, {}, easy, put)


def _place(id: str) -> tuple[object, ...]:
    """The unit that a cell belongs to, its example and round."""
    parsed = ids.parse(id)
    return parsed.indices[:2], parsed.example, parsed.iteration


def _groups_of_nets(of: Class) -> Iterator[tuple[str, list[str]]]:
    nets, plan = of_kinds(of, "net"), of.design.plan
    for layer, unit in sorted({ids.parse(id).indices for id in nets}):
        yield f"unit {layer}.{unit}", [n for n in nets if ids.parse(n).indices == (layer, unit)]
    for layer in range(1, plan.network.depth):
        yield f"layer {layer}", [n for n in nets if ids.parse(n).layer == layer]
    if plan.task.examples > 1:
        yield "last example", [n for n in nets if ids.parse(n).example == plan.task.examples]
    if plan.task.iterations > 1:
        yield "last round", [n for n in nets if ids.parse(n).iteration == plan.task.iterations]


CHEATS: dict[str, Writer] = {
    "tiny": tiny,
    "saturated": saturated,
    "zeros": zeros,
    "copies": copies,
}
"""Writers who compute a forward pass at most."""
COPIED: dict[str, Writer] = {"copied sheet": copied_sheet}
PARTS: dict[str, Writer] = {
    "part-honest": part_honest,
    "partly saturated": partly_saturated,
    "constants": constants,
}
"""Writers who do some of everything."""


# what it earns ------------------------------------------------------------------------------


@dataclass(frozen=True)
class Gain:
    """Points of 100: the mean over a family's exercises."""

    earned: float
    worked: float
    unearned: float
    """Credit in cells that were not computed."""


def gain(of: Class, sheet: Sheet) -> Gain:
    """What a sheet earns, and how much of it without work."""
    credit = credits_of(marked(of, sheet.paper, sheet.blank, sheet.units))
    share = 100.0 / len(credit)
    points = {id: float(np.mean(c)) * share for id, c in credit.items()}
    unearned = sum(p for id, p in points.items() if id not in sheet.worked)
    return Gain(sum(points.values()), len(sheet.worked) * share, unearned)


# the tool ------------------------------------------------------------------------------------


def gains(of: Class, writers: Mapping[str, Writer], seed: int) -> dict[str, Gain]:
    """Name of a sheet -> what it gains in this family."""
    found: dict[str, Gain] = {}
    for writer in writers.values():
        for name, sheet in writer(of, np.random.default_rng(seed)):
            found[name] = gain(of, sheet)
    return found


def show(of: Class, seed: int) -> None:
    """Print what every writer earns in a family."""
    print(f"\n{of.name}: {of.count} exercises, {len(of.design.asked)} cells")
    print(f"  {'sheet':44} {'earned':>7} {'worked':>7} {'unearned':>9}")
    for name, found in gains(of, CHEATS | COPIED | PARTS, seed).items():
        print(f"  {name:44} {found.earned:7.1f} {found.worked:7.1f} {found.unearned:9.1f}")


def main() -> None:
    """Print the gains of every writer, family by family."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--exercises", type=int, default=20, help="exercises a family")
    parser.add_argument("--families", nargs="*", default=numeric_families())
    parser.add_argument("--seed", type=int, default=SEED)
    chosen = parser.parse_args()
    print(f"seed {chosen.seed}")
    for name in chosen.families:
        show(Class.of(name, chosen.exercises, chosen.seed), chosen.seed)


if __name__ == "__main__":
    main()
