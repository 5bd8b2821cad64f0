"""Slips that nobody wrote down, and the same slip at one step after another.

A step may not be asked for, or be left blank; what follows from it stands there all the same.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator

import numpy as np
import truth_table as table
from slipping import Site, ancestors, closed, later_lost, sites, usable, visible
from transcripts import Class, Student, marked, share_lost
from truth_table import Tally

from grader.marking.batch import SLIP, VERDICTS
from grader.marking.sign_conventions import Judged
from problems.computation import ids
from problems.misconceptions.slips import OF_THE_PEN
from problems.rules.expression import Expression


def reach(of: Class, id: str) -> set[str]:
    """The asked steps that read a step, directly or through steps that are not asked for."""
    found: set[str] = set()
    todo = list(of.graph.children[id])
    while todo:
        child = todo.pop()
        if child in of.design.asked:
            found.add(child)
        else:
            todo.extend(of.graph.children[child])
    return found


def _followed(of: Class, student: Student, direct: Collection[str], ok: np.ndarray) -> np.ndarray:
    """Where the children say something, and at least one visibly follows from the slip."""
    deviates = np.zeros(of.count, dtype=bool)
    for child in direct:
        ok = ok & visible(of, student.paper, child)
        true = of.true[child]
        deviates |= np.abs(student.paper[child] - np.asarray(true.m)) > np.asarray(true.r)
    return ok & deviates & ~closed(of, student.paper)


def slip_left_blank(tally: Tally, of: Class, student: Student, ok: np.ndarray, site: Site) -> None:
    """The slipped cell itself is blank."""
    judged = marked(of, student.paper, {site.id})
    direct = reach(of, site.id)
    ok = _followed(of, student, direct, ok)
    _unwritten(tally, of, of, judged, ok, site, {site.id, *direct})
    cost = _cost(judged, {site.id})
    tally.add(table.HIDDEN_BLANK, int(np.sum((cost > 1) & ok)), int(ok.sum()))
    _note_cost(tally, of, table.HIDDEN_BLANK, cost, (cost > 1) & ok, site)
    tally.transcripts += of.count


def slips_left_blank(tally: Tally, of: Class, rng: np.random.Generator, every: int = 4) -> None:
    """Every so-manieth slip, in a cell that is left blank."""
    for n, site in enumerate(sites(of, of.design.asked)[::every]):
        habit = ("round", "cut", "round carry full")[n % 3]
        student = Student(of, habit, rng, {site.id: site.rule})
        ok = usable(of, student.paper, site) & visible(of, student.paper, site.id)
        slip_left_blank(tally, of, student, ok, site)


def hidden_slips(tally: Tally, of: Class, rng: np.random.Generator, every: int = 1) -> None:
    """A slip at a step that the sheet does not ask for, such as a delta in the chain rule."""
    through = of.through_deltas()
    hidden = [id for id in through.graph.steps if id not in of.design.asked]
    for n, site in enumerate(sites(through, hidden)[::every]):
        habit = ("round", "cut", "round carry full")[n % 3]
        student = Student(through, habit, rng, {site.id: site.rule})
        direct = reach(through, site.id)
        ok = _followed(through, student, direct, usable(through, student.paper, site))
        if not ok.any():
            continue
        judged = marked(of, student.paper)
        _unwritten(tally, of, through, judged, ok, site, direct)
        cost = _cost(judged, ())
        tally.add(table.HIDDEN, int(np.sum((cost != 1) & ok)), int(ok.sum()))
        _note_cost(tally, of, table.HIDDEN, cost, (cost != 1) & ok, site)
        tally.transcripts += of.count


def _unwritten(
    tally: Tally,
    of: Class,
    through: Class,
    judged: Judged,
    ok: np.ndarray,
    site: Site,
    besides: Collection[str],
) -> None:
    """What is lost beyond the children, and beyond all that follows."""
    follows = {id for id in of.design.asked if site.id in ancestors(through, id)}
    later_lost(tally, of, table.HIDDEN_BEYOND, judged, ok, besides, str(site))
    aside = {site.id, *follows}
    later_lost(tally, of, table.HIDDEN_HONEST, judged, ok, aside, str(site))


def _cost(judged: Judged, besides: Collection[str]) -> np.ndarray:
    """How many steps each transcript loses."""
    lost = [lost for id, lost in share_lost(judged).items() if id not in besides]
    return np.asarray(np.sum(lost, axis=0))


def _note_cost(
    tally: Tally, of: Class, what: str, cost: np.ndarray, bad: np.ndarray, site: Site
) -> None:
    at = np.flatnonzero(bad)
    if len(at):
        tally.note(what, f"{of.name}: {site.slip} at {site.id} costs {cost[at[0]]} (draw {at[0]})")
        tally.causes[what, str(site)] += len(at)


# the same slip again ------------------------------------------------------------------------


def same_again(tally: Tally, of: Class, rng: np.random.Generator, most: int = 25) -> None:
    """One misconception at every sibling is charged once, at the first of them.

    A number that stands in a sibling's cell already took no work: those are left out.
    """
    kinds = list(_siblings(of))
    for n in rng.permutation(len(kinds))[:most]:
        name, rules = kinds[n]
        student = Student(of, "round", rng, rules)
        ok = np.ones(of.count, dtype=bool)
        for id, rule in rules.items():
            ok &= usable(of, student.paper, Site(id, name, rule)) & visible(of, student.paper, id)
        ok &= ~closed(of, student.paper)
        judged = marked(of, student.paper)
        verdicts, lost = judged.standing.verdicts, share_lost(judged)
        first, *others = [id for id in of.design.asked if id in rules]
        ok &= (verdicts[first] == SLIP) & _named(judged, first, name, of.count)
        for id in others:
            # What bears another name, because it writes the same digits, is counted elsewhere.
            here = ok & ((verdicts[id] != SLIP) | _named(judged, id, name, of.count))
            copies = [student.paper[b] == student.paper[id] for b in _siblings_before(of, id)]
            here &= ~np.any(copies, axis=0)
            bad = lost[id] & here
            tally.add(table.AGAIN, int(bad.sum()), int(here.sum()))
            if bad.any():
                verdict = VERDICTS[verdicts[id][np.flatnonzero(bad)[0]]]
                tally.note(table.AGAIN, f"{of.name}: {name} at {first}, at {id} {verdict}")
        tally.transcripts += of.count


def _siblings_before(of: Class, id: str) -> list[str]:
    """The steps before one that are of its kind, or gradients as it is."""
    kind, alike = ids.parse(id).kind, ("dw", "db")
    kinds = alike if kind in alike else (kind,)
    before = of.design.asked[: of.design.asked.index(id)]
    return [other for other in before if ids.parse(other).kind in kinds]


def _named(judged: Judged, id: str, name: str, count: int) -> np.ndarray:
    """Where a step's slip bears this name."""
    found = np.zeros(count, dtype=bool)
    found[[n for n, given in judged.slips.get(id, {}).items() if given == name]] = True
    return found


def _siblings(of: Class) -> Iterator[tuple[str, dict[str, Expression]]]:
    """A slip's name, and its rule at every step of one kind in a layer, over all examples.

    What merely copies a number is no misconception that is charged once.
    """
    groups: dict[tuple[object, ...], list[str]] = {}
    for id in of.design.asked:
        parsed = ids.parse(id)
        layer = parsed.indices[:1] if len(parsed.indices) > 1 else ()
        groups.setdefault((parsed.kind, layer, parsed.iteration), []).append(id)
    for members in groups.values():
        by_name: dict[str, dict[str, Expression]] = {}
        for id, name, rule in sites(of, members):
            if name not in OF_THE_PEN and len(set(rule.refs())) > 1:
                by_name.setdefault(name, {}).setdefault(id, rule)
        for name, rules in by_name.items():
            if len(rules) > 1:
                yield name, rules
