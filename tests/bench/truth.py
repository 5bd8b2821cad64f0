"""The truth bench: simulated transcripts, what the marker makes of them, and what peers would.

Run by `make truth`. Source: docs/grading.md. Every transcript belongs to an exercise that
passed the quality gate; students compute by hand, with or without slips, or fill the sheet
without computing, and the table says how many steps are judged as they must be.
`--exercises N` sets the size, `--seed N` draws other exercises and other students.
"""

from __future__ import annotations

import argparse
import sys
import time
import zlib

import cheats
import numpy as np
import truth_table as table
from coarse import coarse, old_weights
from filled_sheets import gain
from part_work import ONE_UNIT, SIBLINGS
from part_work import PARTS as PARTS_OF_WORK
from peers import peer_counts
from slipping import five_slips, one_slip, too_small, two_slips
from subrounding import HOW, working
from transcripts import CREDITS, SEED, Arrays, Class, Student, marked, numeric_families, share_lost
from truth_table import Tally
from two_in_a_cell import any_number, two_in_a_cell
from unwritten_slips import hidden_slips, same_again, slips_left_blank

from grader.marking.batch import CORRECT
from problems.computation import ids
from problems.rules.expression import Constant

HABITS = (
    "round",
    "round carry full",
    "cut",
    "cut carry full",
    "mixture",
    "more digits",
    "figures",
)
UNLIMITED = ONE_UNIT | cheats.ONE_KIND | SIBLINGS
KINDS_OF_CHEAT = cheats.CHEATS | cheats.COPIED | PARTS_OF_WORK | UNLIMITED
POINTS_ALLOWED = (
    dict.fromkeys(cheats.CHEATS | cheats.COPIED, table.CHEAT_POINTS)
    | dict.fromkeys(PARTS_OF_WORK, table.PART_POINTS)
    | dict.fromkeys(UNLIMITED, None)
)
"""Unearned points of 100 that each kind of sheet may earn; None where it is only told."""


def honest(tally: Tally, of: Class, rng: np.random.Generator) -> None:
    """Whoever keeps to the stated precision loses nothing."""
    for habit in HABITS:
        paper = Student(of, habit, rng).paper
        _all_correct(tally, of, paper, table.HONEST, habit)
        peer_counts(tally, of, paper, "honest", of.design.asked)


def sub_rounding(tally: Tally, of: Class, rng: np.random.Generator, times: int = 4) -> None:
    """Nor does whoever rounds or cuts inside the formulas too, in whatever order."""
    for how in HOW:
        for habit in ("round", "cut", "round carry full", "cut carry full"):
            for _ in range(times):
                student = Student(of, habit, rng, evaluate=working(how, rng))
                _all_correct(tally, of, student.paper, table.SUB_ROUNDING, f"{how}, {habit}")


def _all_correct(tally: Tally, of: Class, paper: Arrays, what: str, habit: str) -> None:
    for id, verdict in marked(of, paper).standing.verdicts.items():
        missed = np.flatnonzero(verdict != CORRECT)
        tally.add(what, len(missed), of.count)
        if len(missed):
            tally.note(what, f"{of.name}: {id} ({habit}; draw {missed[0]})")
    tally.transcripts += of.count


def degenerate(tally: Tally, of: Class, rng: np.random.Generator) -> None:
    """Zeros, one number everywhere, copied parents: no credit beyond what is truly right."""
    asked = of.design.asked
    papers = [{id: np.full(of.count, n) for id in asked} for n in (0.0, 0.5, 1.0, 0.1)]
    copied = {}
    for id in asked:
        parents = of.design.graph.steps[id].parents
        copied[id] = of.exact[parents[int(rng.integers(len(parents)))]]
    every = of.design.graph.givens
    givens = {id: of.givens[every[n % len(every)]] for n, id in enumerate(asked)}
    for paper in (*papers, copied, givens):
        _unearned(tally, of, paper, table.DEGENERATE, ())
    # Another forward pass with one's own weights is work, rightly done.
    work = ("net", "out", "loss", "share")
    _unearned(tally, of, zero_deltas(of, rng), table.ZERO_DELTAS, work)
    blank = share_lost(marked(of, papers[0], set(asked)))
    paid = sum(int(np.sum(~lost)) for lost in blank.values())
    tally.add(table.DEGENERATE, paid, of.count * len(asked))
    tally.transcripts += of.count


def _unearned(tally: Tally, of: Class, paper: Arrays, what: str, besides: tuple[str, ...]) -> None:
    for id, verdict in marked(of, paper).standing.verdicts.items():
        if ids.parse(id).kind not in besides:
            paid = (CREDITS[verdict] > 0) & (verdict != CORRECT)
            tally.add(what, int(paid.sum()), of.count)
    tally.transcripts += of.count


def zero_deltas(of: Class, rng: np.random.Generator) -> Arrays:
    """Right until the first deltas or gradients, 0 there, then consistently with 0."""
    depth = of.design.plan.network.depth
    first = [
        id
        for id in of.design.asked
        if ids.parse(id).kind in ("error", "delta", "dw", "dout")
        and (ids.parse(id).kind == "error" or f".{depth}." in id)
    ]
    return Student(of, "round", rng, dict.fromkeys(first, Constant("0"))).paper


def without_work(tally: Tally, of: Class, rng: np.random.Generator, every: int = 1) -> None:
    """Whoever does not compute earns next to nothing by it.

    With `every` > 1 only each so-manieth sheet of each kind is handed in.
    """
    for kind, writer in KINDS_OF_CHEAT.items():
        gains = tally.points.setdefault(kind, [])
        start = int(rng.integers(every))
        for n, (name, sheet) in enumerate(writer(of, rng)):
            if n % every == start or len(gains) == 0:
                gains.append((gain(of, sheet).unearned, f"{of.name}: {name}"))
                tally.transcripts += of.count


def coarse_and_old(tally: Tally, of: Class, rng: np.random.Generator, sites: int = 8) -> None:
    """Too few digits buy nothing, and the old weight is no new one."""
    paid, cells = old_weights(of, rng)
    tally.add(table.OLD_WEIGHTS, paid, cells)
    found = coarse(of, rng, sites)
    tally.add(table.COARSE, found.paid, found.of)
    tally.add(table.COARSE_EXACT, found.paid_exact, found.of)
    tally.add(table.COARSE_FOLLOWS, found.follows_paid, found.follows_of)
    tally.add(table.COARSE_HONEST, found.honest_lost, found.honest_of)
    for what, lines in ((table.COARSE_HONEST, found.examples), (table.COARSE, found.bought)):
        for line in lines:
            tally.note(what, line)
    tally.transcripts += 2 * of.count + found.transcripts


PARTS = (
    honest,
    sub_rounding,
    one_slip,
    too_small,
    two_slips,
    five_slips,
    two_in_a_cell,
    any_number,
    hidden_slips,
    slips_left_blank,
    same_again,
    degenerate,
    without_work,
    coarse_and_old,
)
"""What is tried in every family."""


def main() -> int:
    """Run all parts over all families; 1 if a limit is broken."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--exercises", type=int, default=68, help="exercises a family")
    parser.add_argument("--families", nargs="*", default=numeric_families())
    parser.add_argument("--seed", type=int, default=SEED, help=f"{SEED} unless given")
    parser.add_argument("--parts", nargs="*", help="only these: honest, one_slip, ...")
    parser.add_argument("--markdown", action="store_true", help="the tables alone")
    chosen = parser.parse_args()
    tally, start = Tally(), time.perf_counter()
    for name in chosen.families:
        of = Class.of(name, chosen.exercises, chosen.seed)
        before, began = tally.transcripts, time.perf_counter()
        for part in PARTS:
            if chosen.parts is None or part.__name__ in chosen.parts:
                rng = np.random.default_rng(
                    [chosen.seed, zlib.crc32(f"{name} {part.__name__}".encode())]
                )
                part(tally, of, rng)
        took = f"{time.perf_counter() - began:.0f} s"
        print(f"{name}: {tally.transcripts - before:,} transcripts, {took}", file=sys.stderr)
    seconds = time.perf_counter() - start
    print(f"{tally.transcripts:,} transcripts, seed {chosen.seed}, {seconds:.0f} s\n")
    print(table.tables(tally, POINTS_ALLOWED))
    broken = table.failures(tally, POINTS_ALLOWED)
    if not chosen.markdown:
        print(table.details(tally))
        print("\nLimits broken:" if broken else "\nAll limits hold.")
        print("\n".join(f"  {line}" for line in broken))
    return 1 if broken else 0


if __name__ == "__main__":
    sys.exit(main())
