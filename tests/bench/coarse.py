"""Numbers with too few digits: the old weight for the new one, and what a coarse parent buys."""

from __future__ import annotations

import itertools
from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
from filled_sheets import UPDATES, filled, idles
from transcripts import Arrays, Class, Student, credits_of, marked, of_kinds

from problems.arithmetic.ball import Ball, within
from problems.arithmetic.precision import power_of_ten
from problems.computation.solve import rule_ball


def old_weights(of: Class, rng: np.random.Generator) -> tuple[int, int]:
    """Everything honest but the new weights, which are the old ones: cells paid, of how many.

    They are written as the sheet prints them ("0.30") and with all digits ("0.3000"). After a
    second update an old weight may be truly right again; such cells do not count.
    """
    updates = of_kinds(of, *UPDATES)
    paid = cells = 0
    paper = filled(of, rng, idles(of, updates)).paper
    for units in ({id: _printed_unit(of, id) for id in updates}, {}):
        credit = credits_of(marked(of, paper, units=units))
        for id in updates:
            wrong = ~np.asarray(within(paper[id], of.true[id]))
            paid += int(np.sum((credit[id] > 0) & wrong))
            cells += int(wrong.sum())
    return paid, cells


def _printed_unit(of: Class, id: str) -> np.ndarray:
    """One unit of the last digit of the weight that a new one began as."""
    while id in of.graph.steps:
        id = of.graph.steps[id].parents[0]
    return of.printed[id]


@dataclass
class Coarse:
    """Children of a coarse number, each 5 or 10 % off: how many are paid."""

    paid: int = 0
    """Of those that follow from nothing on the sheet."""
    follows_paid: int = 0
    """Of those that are rightly worked out with the coarse number, or with what follows from it
    and true numbers."""
    follows_of: int = 0
    paid_exact: int = 0
    """The same children beside an exact parent."""
    of: int = 0
    honest_lost: int = 0
    """Children that follow from the coarse number as written, or are truly right, unpaid."""
    honest_of: int = 0
    examples: list[str] = field(default_factory=list)
    """Some of those lost, in words."""
    bought: list[str] = field(default_factory=list)
    """Some of those paid."""
    transcripts: int = 0


def coarse(of: Class, rng: np.random.Generator, most: int) -> Coarse:
    """One early cell with 1 or 2 decimals, right or one off; its children from other numbers."""
    found = Coarse()
    honest = Student(of, "round", rng).paper
    sites = [
        (parent, child)
        for parent in of_kinds(of, "net", "out", "error", "slope", "delta", "dout")
        for child in of.design.graph.children[parent]
        if child in of.design.asked
    ]
    chosen = rng.permutation(len(sites))[:most]
    for parent, child in (sites[n] for n in chosen):
        for decimals in (1, 2):
            for off in (-1, 0, 1):
                _coarse_at(of, rng, found, honest, parent, child, decimals, off)
    return found


def _coarse_at(
    of: Class,
    rng: np.random.Generator,
    found: Coarse,
    honest: Arrays,
    parent: str,
    child: str,
    decimals: int,
    off: int,
) -> None:
    unit = power_of_ten(-decimals)
    written = np.round(honest[parent] / unit + off) * unit
    units = {parent: np.full(of.count, unit)}
    follows = Student(of, "round", rng, put={parent: written}).paper
    credit = credits_of(marked(of, follows, units=units))[child]
    speaks = written != 0
    lost = np.flatnonzero((credit < 1) & speaks)
    found.honest_lost += len(lost)
    for draw in lost[:1]:
        number = f"{parent} = {written[draw]:.{decimals}f}, {child} = {follows[child][draw]:.4f}"
        found.examples.append(f"{of.name}: {number} (draw {draw})")
    found.honest_of += int(speaks.sum())
    asked = power_of_ten(-of.design.precision.places(of.graph.steps[child].kind))
    for factor in (0.9, 0.95, 1.05, 1.1):
        value = np.round(of.exact[child] * factor / asked) * asked
        beside = Student(of, "round", rng, put={child: value, parent: written}).paper
        exact = Student(of, "round", rng, put={child: value}).paper
        # What follows from the coarse number as it stands there is rightly paid.
        right = np.asarray(within(value, of.true[child]))
        explained = _is_worked_out(of, child, value, beside) & ~right
        off_it = ~explained & ~right
        paid = credits_of(marked(of, beside, units=units))[child] > 0
        paid_exact = credits_of(marked(of, exact))[child] > 0
        found.follows_paid += int(np.sum(paid & explained))
        found.follows_of += int(explained.sum())
        for draw in np.flatnonzero(paid & off_it)[:1]:
            number = f"{parent} = {written[draw]:.{decimals}f}, {child} = {value[draw]:.4f}"
            found.bought.append(f"{of.name}: {number} (draw {draw})")
        found.paid += int(np.sum(paid & off_it))
        found.paid_exact += int(np.sum(paid_exact & off_it))
        found.of += int(off_it.sum())
    found.transcripts += 9 * of.count


def _is_worked_out(
    of: Class, child: str, value: np.ndarray, paper: Mapping[str, np.ndarray]
) -> np.ndarray:
    """Where a right way to a step gives the number from what stands on the sheet, or is true.

    Numbers count as they are written, to a unit of the precision asked for, the coarse one too.
    """
    step, precision = of.graph.steps[child], of.design.precision
    own: dict[str, Ball] = {}
    for id, one in of.graph.steps.items():
        if id in of.design.asked:
            written = Ball(paper[id], 0.0)
            own[id] = Ball(paper[id], np.asarray(precision.unit(one.kind, written)))
        else:  # it stands nowhere: what follows from what does
            own[id] = rule_ball(one.kind, one.rule, {**of.true, **own}, precision)
    explained = np.zeros(of.count, dtype=bool)
    for rule in (step.rule, *step.others):
        read = [ref for ref in dict.fromkeys(rule.refs()) if ref in own]
        for taken in itertools.product((True, False), repeat=len(read)):
            if any(taken):
                mine = {ref: own[ref] for ref, is_own in zip(read, taken, strict=True) if is_own}
                ball = rule_ball(step.kind, rule, {**of.true, **mine}, precision)
                explained |= np.asarray(within(value, ball))
    return explained
