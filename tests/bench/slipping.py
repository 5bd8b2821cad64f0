"""Students with a slip or two who go on consistently, and what the marker makes of them."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping

import numpy as np
import truth_table as table
from peers import peer_counts
from subrounding import HOW, working
from transcripts import Arrays, Class, Student, marked, share_lost
from truth_table import Tally

from grader.batch import IMPRECISE, REPEATED, SLIP, VERDICTS
from grader.conventions import Judged
from problems import ids
from problems.expression import NUMBERS, Constant, Expression, Product
from problems.slips import OF_THE_PEN, wrong_rules

Site = tuple[str, str, Expression]
"""A step, the name of a slip there, and its wrong rule."""


def sites(of: Class, among: Collection[str]) -> list[Site]:
    """Every wrong rule at some steps."""
    return [(id, w.slip, w.rule) for id in among for w in wrong_rules(of.graph, id)]


def usable(of: Class, paper: Mapping[str, np.ndarray], id: str, rule: Expression) -> np.ndarray:
    """Where the slip makes another number at all, and every later number is one."""
    with np.errstate(all="ignore"):
        wrong = rule.evaluate(of.exact, NUMBERS)
    ok = np.ones(of.count, dtype=bool)
    for asked in of.design.asked:
        ok &= np.isfinite(paper[asked])
    # Output minus a target of 0 is the output: copying it is no mistake there.
    return ok & (np.abs(wrong - of.exact[id]) > 1e-9)


def visible(of: Class, paper: Mapping[str, np.ndarray], id: str) -> np.ndarray:
    """Where a number other than 0 is written: a wrong 0 is dead by the guard, on purpose."""
    unit = np.asarray(of.design.precision.unit(of.graph.steps[id].kind, of.true[id]))
    return np.asarray(np.abs(paper[id]) > 0.5 * unit * (1 + 1e-9))


def closed(of: Class, paper: Mapping[str, np.ndarray]) -> np.ndarray:
    """Where every pass stops at a layer whose slopes are all 0 at the student's own numbers.

    Every output is 1.0000 or 0.0000, or every unit of a layer is dead, so that everything
    after is 0 whatever the method.
    """
    layers: dict[tuple[int | None, int], dict[int, np.ndarray]] = {}
    depth = of.design.plan.network.depth
    for id, value in paper.items():
        parsed = ids.parse(id)
        if parsed.inner or parsed.kind not in ("slope", "out") or not parsed.indices:
            continue
        unit = np.asarray(of.design.precision.unit(parsed.kind, of.true[id]))
        if parsed.kind == "slope":
            flat = np.abs(value) < 0.5 * unit
        elif parsed.layer == depth and id.replace("out", "slope") not in of.graph.steps:
            flat = np.minimum(np.abs(value), np.abs(1 - value)) < 0.5 * unit
        else:
            continue
        place = layers.setdefault((parsed.example, parsed.iteration), {})
        place[parsed.layer] = place.get(parsed.layer, np.ones(of.count, dtype=bool)) & flat
    stopped = [np.logical_or.reduce(list(place.values())) for place in layers.values()]
    shut: np.ndarray = np.logical_and.reduce(stopped)
    return shut


def later_lost(
    tally: Tally, of: Class, what: str, judged: Judged, ok: np.ndarray, besides: Collection[str]
) -> None:
    """Count the steps without full credit other than those named."""
    for id, lost in share_lost(judged).items():
        if id in besides:
            continue
        at = np.flatnonzero(lost & ok)
        tally.add(what, len(at), int(np.sum(ok)))
        if len(at):
            verdict = VERDICTS[judged.standing.verdicts[id][at[0]]]
            where = ", ".join(sorted(besides))
            tally.note(what, f"{of.name}: {id} is {verdict} ({where}; draw {at[0]})")


def apart(
    tally: Tally,
    of: Class,
    whats: tuple[str, str],
    student: Student,
    judged: Judged,
    ok: np.ndarray,
    besides: Collection[str],
) -> None:
    """Count later steps lost, those of closed sheets by themselves."""
    shut = closed(of, student.paper)
    later_lost(tally, of, whats[0], judged, ok & ~shut, besides)
    if (ok & shut).any():
        later_lost(tally, of, whats[1], judged, ok & shut, besides)


def one_slip(tally: Tally, of: Class, rng: np.random.Generator, every: int = 1) -> None:
    """One slip, everything else consistent; then with blanks, mixtures and copying errors.

    With `every` > 1 only each so-manieth wrong rule is tried.
    """
    for n, (id, name, rule) in enumerate(sites(of, of.design.asked)[::every]):
        habit = ("round", "cut", "round carry full")[n % 3]
        student = Student(of, habit, rng, {id: rule})
        ok = usable(of, student.paper, id, rule)
        seen = visible(of, student.paper, id)
        if not ok.any():
            continue
        judged = marked(of, student.paper)
        tally.transcripts += of.count
        _at_the_slip(tally, of, student, judged, (id, name, rule), ok)
        later_lost(tally, of, table.LATER_ZERO, judged, ok & ~seen, {id})
        ok &= seen
        apart(tally, of, (table.LATER, table.LATER_CLOSED), student, judged, ok, {id})
        later = [a for a in of.design.asked if a != id]
        peer_counts(tally, of, student.paper, "later", later)
        ok &= ~closed(of, student.paper)
        _child_blank(tally, of, student, ok, id, n)
        if n % 4 == 0:
            _mixed(tally, of, rng, id, rule, habit)
            _miscopied(tally, of, rng, id, rule, habit)
            slip_left_blank(tally, of, student, ok, id)
        if n % 6 == 1:
            _inside(tally, of, rng, id, rule, HOW[n % 3])


def _at_the_slip(
    tally: Tally, of: Class, student: Student, judged: Judged, site: Site, ok: np.ndarray
) -> None:
    """Whether the slip itself is paid, and which name it gets."""
    id, name, _ = site
    lost = share_lost(judged)[id] & (judged.standing.verdicts[id] != IMPRECISE)
    tally.add(table.CREDITED, int(np.sum(~lost & ok)), int(ok.sum()))
    if (~lost & ok).any():
        tally.note(
            table.CREDITED, f"{of.name}: {id} {name} (draw {np.flatnonzero(~lost & ok)[0]})"
        )
    count_names(tally, of, student, judged, site, ok & visible(of, student.paper, id))
    peer_counts(tally, of, student.paper, "slip", [id])


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
    tally: Tally, of: Class, student: Student, ok: np.ndarray, id: str, n: int
) -> None:
    """A cell that follows from the slip is left blank."""
    asked_children = [c for c in of.graph.children[id] if c in of.design.asked]
    if asked_children:
        gone = asked_children[n % len(asked_children)]
        judged = marked(of, student.paper, {gone})
        later_lost(tally, of, table.LATER_BLANK, judged, ok, {id, gone})
        tally.transcripts += of.count


def _good(of: Class, student: Student, id: str, rule: Expression) -> np.ndarray:
    """Where a sheet with one slip is one that anybody can follow."""
    ok = usable(of, student.paper, id, rule) & visible(of, student.paper, id)
    return ok & ~closed(of, student.paper)


def _mixed(
    tally: Tally, of: Class, rng: np.random.Generator, id: str, rule: Expression, habit: str
) -> None:
    """Own and true values mixed at random."""
    mixed = Student(of, habit, rng, {id: rule}, mixing=True)
    judged = marked(of, mixed.paper)
    later_lost(tally, of, table.LATER_MIXED, judged, _good(of, mixed, id, rule), {id})
    tally.transcripts += of.count


def _miscopied(
    tally: Tally, of: Class, rng: np.random.Generator, id: str, rule: Expression, habit: str
) -> None:
    """A later value is written wrongly and carried rightly."""
    later = [c for c in of.graph.children[id] if c in of.design.asked]
    if later:
        copy = Student(of, habit, rng, {id: rule}, miscopied=later[0])
        judged = marked(of, copy.paper)
        ok = _good(of, copy, id, rule)
        later_lost(tally, of, table.LATER_COPIED, judged, ok, {id, later[0]})
        tally.transcripts += of.count


def _inside(
    tally: Tally, of: Class, rng: np.random.Generator, id: str, rule: Expression, how: str
) -> None:
    """The slip of a student who writes down every sub-result."""
    student = Student(
        of, "cut" if how == "cut" else "round", rng, {id: rule}, evaluate=working(how, rng)
    )
    judged = marked(of, student.paper)
    later_lost(tally, of, table.LATER_SUB, judged, _good(of, student, id, rule), {id})
    tally.transcripts += of.count


def too_small(tally: Tally, of: Class, rng: np.random.Generator) -> None:
    """A number on the way back is 100 times too small, and everything follows from it."""
    for id in of.design.asked:
        if of.graph.steps[id].kind in ("error", "slope", "dout", "delta"):
            rule = Product((Constant("0.01"), of.graph.steps[id].rule))
            student = Student(of, "round", rng, {id: rule})
            ok = usable(of, student.paper, id, rule) & visible(of, student.paper, id)
            later_lost(tally, of, table.LATER_TINY, marked(of, student.paper), ok, {id})
            tally.transcripts += of.count


# two slips ----------------------------------------------------------------------------------


def two_slips(tally: Tally, of: Class, rng: np.random.Generator, pairs: int = 60) -> None:
    """Two independent slips cost exactly two steps."""
    every = sites(of, of.design.asked)
    for _ in range(pairs):
        (a, _, rule_a), (b, _, rule_b) = (every[n] for n in rng.choice(len(every), 2))
        if a == b or set(rule_a.refs()) & {b} or set(rule_b.refs()) & {a}:
            continue
        if ancestors(of, a) & {b} or ancestors(of, b) & {a}:
            continue
        student = Student(of, "round", rng, {a: rule_a, b: rule_b})
        ok = usable(of, student.paper, a, rule_a) & usable(of, student.paper, b, rule_b)
        ok &= visible(of, student.paper, a) & visible(of, student.paper, b)
        judged = marked(of, student.paper)
        apart(tally, of, (table.TWO, table.TWO_CLOSED), student, judged, ok, {a, b})
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


# slips that nobody wrote down ---------------------------------------------------------------


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


def slip_left_blank(tally: Tally, of: Class, student: Student, ok: np.ndarray, id: str) -> None:
    """The slipped cell itself is blank."""
    judged = marked(of, student.paper, {id})
    direct = reach(of, id)
    ok = _followed(of, student, direct, ok)
    later_lost(tally, of, table.HIDDEN_BEYOND, judged, ok, {id, *direct})
    cost = _cost(judged, {id})
    tally.add(table.HIDDEN_BLANK, int(np.sum((cost > 1) & ok)), int(ok.sum()))
    _note_cost(tally, of, table.HIDDEN_BLANK, cost, (cost > 1) & ok, id)
    tally.transcripts += of.count


def hidden_slips(tally: Tally, of: Class, rng: np.random.Generator, every: int = 1) -> None:
    """A slip at a step that the sheet does not ask for, such as a delta in the chain rule."""
    through = of.through_deltas()
    hidden = [id for id in through.graph.steps if id not in of.design.asked]
    for n, (id, name, rule) in enumerate(sites(through, hidden)[::every]):
        habit = ("round", "cut", "round carry full")[n % 3]
        student = Student(through, habit, rng, {id: rule})
        direct = reach(through, id)
        ok = _followed(through, student, direct, usable(through, student.paper, id, rule))
        if not ok.any():
            continue
        judged = marked(of, student.paper)
        later_lost(tally, of, table.HIDDEN_BEYOND, judged, ok, direct)
        cost = _cost(judged, ())
        tally.add(table.HIDDEN, int(np.sum((cost != 1) & ok)), int(ok.sum()))
        _note_cost(tally, of, table.HIDDEN, cost, (cost != 1) & ok, f"{id} {name}")
        tally.transcripts += of.count


def _cost(judged: Judged, besides: Collection[str]) -> np.ndarray:
    """How many steps each transcript loses."""
    lost = [lost for id, lost in share_lost(judged).items() if id not in besides]
    return np.asarray(np.sum(lost, axis=0))


def _note_cost(
    tally: Tally, of: Class, what: str, cost: np.ndarray, bad: np.ndarray, where: str
) -> None:
    at = np.flatnonzero(bad)
    if len(at):
        tally.note(what, f"{of.name}: {where} costs {cost[at[0]]} (draw {at[0]})")


# the same slip again ------------------------------------------------------------------------


def same_again(tally: Tally, of: Class, rng: np.random.Generator, most: int = 25) -> None:
    """One misconception at every sibling: the first is the slip, the others are it again."""
    kinds = list(_siblings(of))
    for n in rng.permutation(len(kinds))[:most]:
        name, rules = kinds[n]
        student = Student(of, "round", rng, rules)
        ok = np.ones(of.count, dtype=bool)
        for id, rule in rules.items():
            ok &= usable(of, student.paper, id, rule) & visible(of, student.paper, id)
        ok &= ~closed(of, student.paper)
        verdicts = marked(of, student.paper).standing.verdicts
        first, *others = [id for id in of.design.asked if id in rules]
        ok &= verdicts[first] == SLIP
        for id in others:
            bad = (verdicts[id] != REPEATED) & ok
            tally.add(table.AGAIN, int(bad.sum()), int(ok.sum()))
            if bad.any():
                verdict = VERDICTS[verdicts[id][np.flatnonzero(bad)[0]]]
                tally.note(table.AGAIN, f"{of.name}: {name} at {first}, at {id} {verdict}")
        tally.transcripts += of.count


def _siblings(of: Class) -> Iterator[tuple[str, dict[str, Expression]]]:
    """A slip's name, and its rule at every step of one kind in a layer, over all examples."""
    groups: dict[tuple[object, ...], list[str]] = {}
    for id in of.design.asked:
        parsed = ids.parse(id)
        layer = parsed.indices[:1] if len(parsed.indices) > 1 else ()
        groups.setdefault((parsed.kind, layer, parsed.iteration), []).append(id)
    for members in groups.values():
        by_name: dict[str, dict[str, Expression]] = {}
        for id, name, rule in sites(of, members):
            if name not in OF_THE_PEN:
                by_name.setdefault(name, {}).setdefault(id, rule)
        for name, rules in by_name.items():
            if len(rules) > 1:
                yield name, rules
