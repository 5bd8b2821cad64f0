"""Students with a slip or two who go on consistently, and what the marker makes of them."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import NamedTuple

import numpy as np
import truth_table as table
from peers import peer_counts
from subrounding import HOW, working
from transcripts import Arrays, Class, Student, credits_of, marked, of_kinds, share_lost
from truth_table import Tally

from grader.marking.batch import VERDICTS
from grader.marking.sign_conventions import Judged
from problems.computation import ids
from problems.misconceptions.slips import wrong_rules
from problems.rules.expression import NUMBERS, Constant, Expression, Product


class Site(NamedTuple):
    """A step, the name of a slip there, and its wrong rule."""

    id: str
    slip: str
    rule: Expression

    def __str__(self) -> str:
        return f"{self.slip} at {ids.parse(self.id).kind}"


def sites(of: Class, among: Collection[str]) -> list[Site]:
    """Every wrong rule at some steps."""
    return [Site(id, w.slip, w.rule) for id in among for w in wrong_rules(of.graph, id)]


def usable(of: Class, paper: Mapping[str, np.ndarray], site: Site) -> np.ndarray:
    """Where the slip makes another number at all, and every later number is one."""
    with np.errstate(all="ignore"):
        wrong = site.rule.evaluate(of.exact, NUMBERS)
    ok = np.ones(of.count, dtype=bool)
    for asked in of.design.asked:
        ok &= np.isfinite(paper[asked])
    # Output minus a target of 0 is the output: copying it is no mistake there.
    return ok & (np.abs(wrong - of.exact[site.id]) > 1e-9)


def visible(of: Class, paper: Mapping[str, np.ndarray], id: str) -> np.ndarray:
    """Where a number other than 0 is written: a wrong 0 is dead by the guard, on purpose."""
    unit = np.asarray(of.design.precision.unit(of.graph.steps[id].kind, of.true[id]))
    return np.asarray(np.abs(paper[id]) > 0.5 * unit * (1 + 1e-9))


SHUT, ALL_BUT = 0.5, 20.0
"""Slopes of so many units of the last place are 0 as written, and all but 0."""


def closed(of: Class, paper: Mapping[str, np.ndarray], units: float = ALL_BUT) -> np.ndarray:
    """Where every pass stops at a layer whose slopes are all but 0 at the student's own numbers.

    Every output is near 1.0000 or 0.0000, or every unit of a layer is dead, so that whatever
    comes after is a few units at most, by any method.
    """
    layers: dict[tuple[int | None, int], dict[int, np.ndarray]] = {}
    depth = of.design.plan.network.depth
    for id, value in paper.items():
        parsed = ids.parse(id)
        if parsed.inner or parsed.kind not in ("slope", "out") or not parsed.indices:
            continue
        unit = np.asarray(of.design.precision.unit(parsed.kind, of.true[id]))
        if parsed.kind == "slope":
            flat = np.abs(value) < units * unit
        elif parsed.layer == depth and id.replace("out", "slope") not in of.graph.steps:
            flat = np.minimum(np.abs(value), np.abs(1 - value)) < units * unit
        else:
            continue
        place = layers.setdefault((parsed.example, parsed.iteration), {})
        place[parsed.layer] = place.get(parsed.layer, np.ones(of.count, dtype=bool)) & flat
    stopped = [np.logical_or.reduce(list(place.values())) for place in layers.values()]
    shut: np.ndarray = np.logical_and.reduce(stopped)
    return shut


def later_lost(
    tally: Tally,
    of: Class,
    what: str,
    judged: Judged,
    ok: np.ndarray,
    besides: Collection[str],
    cause: str,
) -> None:
    """Count the steps without full credit other than those named, by what caused it."""
    for id, lost in share_lost(judged).items():
        if id in besides:
            continue
        at = np.flatnonzero(lost & ok)
        tally.add(what, len(at), int(np.sum(ok)))
        if len(at):
            verdict = VERDICTS[judged.standing.verdicts[id][at[0]]]
            where = ", ".join(filter(None, sorted(besides)))
            tally.note(what, f"{of.name}: {id} is {verdict} ({where}: {cause}; draw {at[0]})")
            tally.causes[what, cause] += len(at)


def apart(
    tally: Tally,
    of: Class,
    whats: tuple[str, str],
    student: Student,
    ok: np.ndarray,
    besides: Collection[str],
    cause: str,
) -> Judged:
    """Count later steps lost, those of closed sheets by themselves."""
    judged, shut = marked(of, student.paper), closed(of, student.paper)
    for what, where in zip(whats, (ok & ~shut, ok & shut), strict=True):
        if where.any():
            later_lost(tally, of, what, judged, where, besides, cause)
    tally.transcripts += of.count
    return judged


def one_slip(tally: Tally, of: Class, rng: np.random.Generator, every: int = 1) -> None:
    """One slip, everything else consistent; then with blanks, mixtures and copying errors.

    With `every` > 1 only each so-manieth wrong rule is tried.
    """
    for n, site in enumerate(sites(of, of.design.asked)[::every]):
        habit = ("round", "cut", "round carry full")[n % 3]
        student = Student(of, habit, rng, {site.id: site.rule})
        ok = usable(of, student.paper, site)
        if not ok.any():
            continue
        seen = ok & visible(of, student.paper, site.id)
        whats = (table.LATER, table.LATER_CLOSED)
        judged = apart(tally, of, whats, student, seen, {site.id}, str(site))
        later_lost(tally, of, table.LATER_ZERO, judged, ok & ~seen, {site.id}, str(site))
        shut = closed(of, student.paper)
        later_ones = [lost for id, lost in share_lost(judged).items() if id != site.id]
        loses = shut & seen & np.any(later_ones, axis=0)
        tally.add(table.CLOSED_UNSEEN, int((loses & ~judged.closed).sum()), int(loses.sum()))
        nearly = seen & shut & ~closed(of, student.paper, SHUT)
        later_lost(tally, of, table.LATER_NEARLY, judged, nearly, {site.id}, str(site))
        _at_the_slip(tally, of, student, judged, site, ok)
        later = [a for a in of.design.asked if a != site.id]
        peer_counts(tally, of, student.paper, "later", later)
        seen &= ~shut
        _child_blank(tally, of, student, seen, site, n)
        if n % 4 == 0:
            mixed = Student(of, habit, rng, {site.id: site.rule}, mixing=True)
            _later(tally, of, mixed, table.LATER_MIXED, site)
            _miscopied(tally, of, rng, site, habit)
        if n % 6 == 1:
            how, slips = HOW[n % 3], {site.id: site.rule}
            wrote = "cut" if how == "cut" else "round"
            inside = Student(of, wrote, rng, slips, evaluate=working(how, rng))
            _later(tally, of, inside, table.LATER_SUB, site)


def _later(tally: Tally, of: Class, student: Student, what: str, site: Site) -> None:
    """Steps lost to one slip in another habit of working, wherever anybody can follow it."""
    ok = usable(of, student.paper, site) & visible(of, student.paper, site.id)
    ok &= ~closed(of, student.paper)
    besides = {site.id, student.miscopied}
    later_lost(tally, of, what, marked(of, student.paper), ok, besides, str(site))
    tally.transcripts += of.count


def _at_the_slip(
    tally: Tally, of: Class, student: Student, judged: Judged, site: Site, ok: np.ndarray
) -> None:
    """Whether the slip itself is paid, and which name it gets."""
    paid = credits_of(judged)[site.id] > 0
    tally.add(table.CREDITED, int(np.sum(paid & ok)), int(ok.sum()))
    if (paid & ok).any():
        draw = np.flatnonzero(paid & ok)[0]
        tally.note(table.CREDITED, f"{of.name}: {site.id} {site.slip} (draw {draw})")
    count_names(tally, of, student, judged, site, ok & visible(of, student.paper, site.id))
    peer_counts(tally, of, student.paper, "slip", [site.id])


def count_names(
    tally: Tally, of: Class, student: Student, judged: Judged, site: Site, ok: np.ndarray
) -> None:
    """How often the slip gets its own name.

    Two slips that write the same digits here (the gradient with a neighbour's input *is* the
    neighbour's gradient) cannot be told apart by anyone; those are counted by themselves.
    """
    id, name, _ = site
    names = judged.slips.get(id, {})
    numbers = alike(of, student, id)
    unit = student.asked_unit(of.graph.steps[id].kind, student.paper[id])
    for k in np.flatnonzero(ok):
        given = names.get(int(k), "(none)")
        same = given in numbers and abs(numbers[given][k] - student.paper[id][k]) <= unit[k]
        tally.add(table.NAMED, int(given != name and not same), 1)
        tally.add(table.SAME_DIGITS, int(given != name and same), 1)
        if given != name:
            tally.confusions[name, f"{given}{' (same digits)' if same else ''}"] += 1


def alike(of: Class, student: Student, id: str) -> Arrays:
    """Name of a slip -> the number nearest to the student's that it makes from the same values."""
    found: Arrays = {}
    for wrong in wrong_rules(of.graph, id):
        with np.errstate(all="ignore"):
            parents = {ref: student.value(ref) for ref in set(wrong.rule.refs())}
            value = np.broadcast_to(wrong.rule.evaluate(parents, NUMBERS), (of.count,))
        before = found.get(wrong.slip)
        if before is None:
            found[wrong.slip] = value
        else:
            nearer = np.abs(value - student.paper[id]) < np.abs(before - student.paper[id])
            found[wrong.slip] = np.where(nearer, value, before)
    return found


def _child_blank(
    tally: Tally, of: Class, student: Student, ok: np.ndarray, site: Site, n: int
) -> None:
    """A cell that follows from the slip is left blank."""
    asked_children = [c for c in of.graph.children[site.id] if c in of.design.asked]
    if asked_children:
        gone = asked_children[n % len(asked_children)]
        judged = marked(of, student.paper, {gone})
        later_lost(tally, of, table.LATER_BLANK, judged, ok, {site.id, gone}, str(site))
        tally.transcripts += of.count


def _miscopied(tally: Tally, of: Class, rng: np.random.Generator, site: Site, habit: str) -> None:
    """A later value is written wrongly and carried rightly."""
    later = [c for c in of.graph.children[site.id] if c in of.design.asked]
    if later:
        copy = Student(of, habit, rng, {site.id: site.rule}, miscopied=later[0])
        _later(tally, of, copy, table.LATER_COPIED, site)


def too_small(tally: Tally, of: Class, rng: np.random.Generator) -> None:
    """A number on the way back is 100 times too small, and everything follows from it."""
    for id in of_kinds(of, "error", "slope", "dout", "delta"):
        rule = Product((Constant("0.01"), of.graph.steps[id].rule))
        student = Student(of, "round", rng, {id: rule})
        _later(tally, of, student, table.LATER_TINY, Site(id, "100 times too small", rule))


# two slips ----------------------------------------------------------------------------------


def two_slips(tally: Tally, of: Class, rng: np.random.Generator, pairs: int = 60) -> None:
    """Two independent slips cost exactly two steps."""
    every = sites(of, of.design.asked)
    for _ in range(pairs):
        a, b = (every[n] for n in rng.choice(len(every), 2))
        if a.id == b.id or b.id in a.rule.refs() or a.id in b.rule.refs():
            continue
        if b.id in ancestors(of, a.id) or a.id in ancestors(of, b.id):
            continue
        student = Student(of, "round", rng, {a.id: a.rule, b.id: b.rule})
        ok = usable(of, student.paper, a) & usable(of, student.paper, b)
        ok &= visible(of, student.paper, a.id) & visible(of, student.paper, b.id)
        apart(tally, of, (table.TWO, table.TWO_CLOSED), student, ok, {a.id, b.id}, f"{a}, {b}")


def five_slips(tally: Tally, of: Class, rng: np.random.Generator, times: int = 20) -> None:
    """A weak student: five slips anywhere, one upon the other, and all else consistent."""
    place = {id: n for n, id in enumerate((*of.graph.givens, *of.graph.steps))}
    # Rules that read what comes later could wait for each other.
    every = [
        site
        for site in sites(of, of.design.asked)
        if all(place[ref] < place[site.id] for ref in site.rule.refs())
    ]
    for _ in range(times):
        chosen = {site.id: site for site in (every[n] for n in rng.choice(len(every), 5))}
        student = Student(of, "round", rng, {id: site.rule for id, site in chosen.items()})
        ok = np.ones(of.count, dtype=bool)
        for id, site in chosen.items():
            ok &= usable(of, student.paper, site) & visible(of, student.paper, id)
        ok &= ~closed(of, student.paper)
        later_lost(tally, of, table.FIVE, marked(of, student.paper), ok, chosen, "five slips")
        tally.transcripts += of.count


def ancestors(of: Class, id: str) -> set[str]:
    """Everything that a step follows from."""
    found: set[str] = set()
    todo = [id]
    while todo:
        step = of.graph.steps.get(todo.pop())
        for parent in step.parents if step else ():
            if parent not in found:
                found.add(parent)
                todo.append(parent)
    return found
