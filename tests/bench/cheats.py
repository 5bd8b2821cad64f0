"""Students who want points without the work: what they write, and what they earn by it.

Each writer knows which cells it truly computed; credit in any other cell is unearned.

    PYTHONPATH=.:tests/bench python tests/bench/cheats.py --exercises 20 --families mazur lfd
"""

from __future__ import annotations

import argparse
from collections.abc import Mapping

import numpy as np
from filled_sheets import (
    UPDATES,
    Gain,
    Named,
    Sheet,
    Writer,
    filled,
    first_errors,
    flat_net,
    forward,
    gain,
    idle,
    idles,
    smallest,
)
from part_work import ONE_UNIT, PARTS
from transcripts import SEED, Class, Student, numeric_families, of_kinds

from problems.computation import ids
from problems.rules.expression import Constant, Expression, Ref

# tiny, zero, saturated -----------------------------------------------------------------------


def tiny(of: Class, rng: np.random.Generator) -> Named:
    """Smallest numbers for the errors, then zeros and the old weights."""
    done, slopes = forward(of), set(of_kinds(of, "slope"))
    start: dict[str, Expression] = {id: smallest(of, id) for id in first_errors(of)}
    later = set(of.design.asked) - done
    back = later - slopes - set(of_kinds(of, "plus", "minus", "num.dw", "num.db"))
    yield "tiny, then zeros", filled(of, rng, idles(of, later) | start)
    if slopes:
        rest = idles(of, later - slopes) | start
        yield "tiny, slopes, then zeros", filled(of, rng, rest)
    yield "tiny, then consistently", filled(of, rng, start, unworked=back)
    for times in (5, 20):
        more = {id: smallest(of, id, times) for id in start}
        yield f"{times} times tiny, then zeros", filled(of, rng, idles(of, later) | more)
    minus: dict[str, Expression] = {id: smallest(of, id, -1) for id in start}
    yield "minus tiny, then consistently", filled(of, rng, minus, unworked=back)
    every: dict[str, Expression] = {id: smallest(of, id) for id in of.design.asked}
    yield "tiny in every cell", filled(of, rng, every)
    keeps = {id: idle(of, id) for id in of_kinds(of, *UPDATES)}
    yield "tiny in every cell, old weights", filled(of, rng, every | keeps)
    after: dict[str, Expression] = {id: smallest(of, id) for id in later}
    yield "forward, then tiny in every cell", filled(of, rng, after | keeps)


def saturated(of: Class, rng: np.random.Generator) -> Named:
    """Net inputs at which every activation is flat, so that everything after is 0."""
    done, outs = forward(of), set(of_kinds(of, "out"))
    after = set(of.design.asked) - done
    easy = outs | after - set(of_kinds(of, "error"))
    losses = set(of_kinds(of, "share", "loss"))
    for sign in (1.0, -1.0):
        nets = {id: sign * flat_net(of, id, n) for n, id in enumerate(of_kinds(of, "net"))}
        name = f"nets {20 * sign:g}"
        yield f"{name}, then consistently", filled(of, rng, {}, put=nets, easy=easy)
        yield f"{name}, then zeros", filled(of, rng, idles(of, after), put=nets, easy=outs)
        rest = idles(of, after | losses)
        yield f"{name}, then zeros, no loss", filled(of, rng, rest, put=nets, easy=outs)


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


def one_kind_copied(of: Class, rng: np.random.Generator) -> Named:
    """Everything worked through but one kind of step, for which a parent is copied."""
    for kind in sorted({ids.parse(id).kind for id in of.design.asked} - {"net", "loss"}):
        for which in (0, -1):
            side = "last" if which else "first"
            steps = [of.graph.steps[id] for id in of_kinds(of, kind)]
            # A bias gradient that is its delta is rightly copied.
            copied = {s.id: Ref(s.parents[which]) for s in steps if len(s.parents) > 1}
            yield f"{side} parents copied for each {kind}", filled(of, rng, copied)


def _only(of: Class, cells: Mapping[str, Expression], rng: np.random.Generator) -> Sheet:
    """Some cells filled in, all others left blank."""
    sheet = filled(of, rng, cells)
    blank = frozenset(of.design.asked) - set(cells)
    return Sheet(sheet.paper, {}, blank)


def copied_sheet(of: Class, rng: np.random.Generator) -> Named:
    """The honest sheet of a neighbour, handed in whole."""
    theirs = Student(of, "round", rng).paper
    yield (
        "another student's sheet",
        Sheet({id: np.roll(np.asarray(v), 1) for id, v in theirs.items()}, {}),
    )


CHEATS: dict[str, Writer] = {
    "tiny": tiny,
    "saturated": saturated,
    "zeros": zeros,
    "copies": copies,
}
"""Writers who compute a forward pass at most."""
COPIED: dict[str, Writer] = {"copied sheet": copied_sheet}
ONE_KIND: dict[str, Writer] = {"one kind copied": one_kind_copied}
"""Writers to whom one misconception is charged once, as the policy has it."""


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
    for name, found in gains(of, CHEATS | COPIED | PARTS | ONE_UNIT | ONE_KIND, seed).items():
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
