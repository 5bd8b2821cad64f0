"""Two slips in one cell: both named or none, never paid; and wrong numbers that mean nothing."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import truth_table as table
from slipping import Site, usable, visible
from transcripts import Class, Student, credits_of, marked, of_kinds
from truth_table import Tally

from problems.computation import ids
from problems.misconceptions.names import BOTH
from problems.misconceptions.pairs import Pairs, pairs
from problems.rules.expression import Expression, Ref, replaced

HABITS = ("round", "cut", "round carry full")


def pair_rules(found: Pairs) -> Iterator[tuple[str, Expression]]:
    """The names of each pair at a step with its rule, from the parts that it is made of."""
    wrapped = [
        replaced(wrap.rule, {Ref(found.step): base.rule}.get)
        for wrap in found.wraps
        for base in found.bases
    ]
    every = (*wrapped, *found.composed)
    for name, n in zip(found.names, found.order, strict=True):
        yield name, every[n]


def two_in_a_cell(tally: Tally, of: Class, rng: np.random.Generator, times: int = 100) -> None:
    """Students who make two slips at one step and go on consistently."""
    every = [
        Site(id, name, rule)
        for id in of.design.asked
        for name, rule in pair_rules(pairs(of.graph, id))
    ]
    for n, k in enumerate(rng.choice(len(every), min(times, len(every)), replace=False)):
        site = every[k]
        student = Student(of, HABITS[n % 3], rng, {site.id: site.rule})
        ok = usable(of, student.paper, site) & visible(of, student.paper, site.id)
        right = of.true[site.id]  # no gate keeps two slips together from the right number
        ok &= np.abs(student.paper[site.id] - right.m) > right.r
        if not ok.any():
            continue
        judged = marked(of, student.paper)
        paid = credits_of(judged)[site.id] > 0
        names = judged.slips.get(site.id, {})
        given = [names.get(int(m), "") for m in np.flatnonzero(ok)]
        otherwise = [name for name in given if BOTH in name and name != site.slip]
        tally.add(table.PAIR_CREDITED, int((paid & ok).sum()), len(given))
        tally.add(table.PAIR_OTHERWISE, len(otherwise), len(given))
        tally.add(table.PAIR_UNNAMED, given.count(""), len(given))
        for name in otherwise:
            tally.confusions[site.slip, name] += 1
        tally.transcripts += of.count


def any_number(tally: Tally, of: Class, rng: np.random.Generator, times: int = 2) -> None:
    """A number that means nothing, somewhere among the true values, in an honest sheet."""
    honest = Student(of, "round", rng).paper
    for id in of.design.asked:
        kind = ids.parse(id).kind
        true = np.stack([np.zeros(of.count), *(of.exact[same] for same in of_kinds(of, kind))])
        unit = np.asarray(of.design.precision.unit(kind, of.true[id]))
        for _ in range(times):
            drawn = rng.uniform(true.min(axis=0), true.max(axis=0))
            number = np.round(drawn / unit) * unit
            names = marked(of, {**honest, id: number}).slips.get(id, {}).values()
            tally.add(table.PAIR_INVENTED, sum(BOTH in name for name in names), of.count)
            tally.transcripts += of.count
