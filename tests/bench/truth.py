"""The truth bench: simulated transcripts, what the marker makes of them, and what peers would.

Run by `make truth`. Source: docs/grading.md. Every transcript belongs to an
exercise that passed the quality gate; students compute by hand, with or without slips, and
the table says how many steps are judged as they must be. `--exercises N` sets the size.
"""

from __future__ import annotations

import argparse
import time
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

import numpy as np

from grader.batch import CARRIED, CORRECT, IMPRECISE, Batch
from grader.conventions import Judged, judge
from problems import family
from problems.draw import draw, key
from problems.expression import NUMBERS, Expression
from problems.family import Design
from problems.graph import Graph
from problems.precision import leading_place, power_of_ten
from problems.slips import wrong_rules
from problems.solve import Solution, solve, values

Arrays = dict[str, np.ndarray]
HABITS = ("round", "round carry full", "cut", "cut carry full", "mixture", "more digits")


@dataclass
class Class:
    """The exercises of a family as columns."""

    design: Design
    givens: Arrays
    count: int
    true: Solution
    exact: Arrays

    @property
    def graph(self) -> Graph:
        return self.design.graph

    @staticmethod
    def of(name: str, count: int) -> Class:
        design = family.load(name).design()
        draws = draw(design, [key("truth", name, str(n)) for n in range(count)])
        givens = {id: np.array([float(d.givens[id]) for d in draws]) for id in design.graph.givens}
        true = solve(design.graph, givens, design.precision)
        exact = {
            id: np.broadcast_to(np.asarray(v, dtype=float), (count,))
            for id, v in values(design.graph, givens).items()
        }
        return Class(design, givens, count, true, exact)


class Student:
    """Works through the graph step by step; computes on demand what a wrong rule asks for."""

    def __init__(
        self,
        of: Class,
        habit: str,
        rng: np.random.Generator,
        slips: dict[str, Expression] | None = None,
        mixing: bool = False,
        miscopied: str = "",
    ) -> None:
        self.of, self.habit, self.rng = of, habit, rng
        self.slips = slips or {}
        self.mixing = mixing
        self.miscopied = miscopied
        self.carried: Arrays = dict(of.givens)
        self.paper: Arrays = {}
        self.unit: Arrays = {}
        self.full = habit.endswith("full") or (habit == "mixture" and rng.random() < 0.5)
        for id in of.graph.steps:
            self.value(id)

    def value(self, id: str) -> np.ndarray:
        """What the student carries on for a step."""
        if id not in self.carried:
            self.compute(id)
        return self.carried[id]

    def compute(self, id: str) -> None:
        step = self.of.graph.steps[id]
        rule = self.slips.get(id, step.rule)
        parents = {ref: self.entered(ref, id) for ref in dict.fromkeys(rule.refs())}
        with np.errstate(all="ignore"):
            value = np.broadcast_to(rule.evaluate(parents, NUMBERS), (self.of.count,))
        unit = self.asked_unit(step.kind, value)
        written = self.written(value, unit)
        if id == self.miscopied:
            written = written + unit * 10.0 ** self.rng.integers(1, 3) * 3
        self.paper[id] = written
        exact = self.full or id == self.miscopied
        self.carried[id] = value if exact else written

    def entered(self, ref: str, by: str) -> np.ndarray:
        own = self.value(ref)
        if not self.mixing or ref not in self.of.graph.steps or by in self.slips:
            return own
        return np.where(self.rng.random(self.of.count) < 0.5, own, self.of.exact[ref])

    def asked_unit(self, kind: str, value: np.ndarray) -> np.ndarray:
        precision = self.of.design.precision
        if precision.significant is None:
            return np.full(self.of.count, power_of_ten(-precision.places(kind)))
        places = power_of_ten(1 - precision.places(kind))
        return np.asarray(leading_place(np.abs(value))) * places

    def written(self, value: np.ndarray, unit: np.ndarray) -> np.ndarray:
        if self.habit.startswith("cut"):
            return np.trunc(value / unit) * unit
        if self.habit == "mixture":
            cut = self.rng.random(self.of.count) < 0.5
            return np.where(cut, np.trunc(value / unit), np.round(value / unit)) * unit
        if self.habit == "more digits":
            finer = unit * 10.0 ** -self.rng.integers(1, 4, self.of.count)
            return np.round(value / finer) * finer
        return np.round(value / unit) * unit


def marked(of: Class, paper: Arrays, blank: set[str] = frozenset()) -> Judged:  # type: ignore[assignment]
    """The marker's judgement on a column of transcripts."""
    answers, units, nothing = {}, {}, np.zeros(of.count, dtype=bool)
    for id in of.design.asked:
        value = np.full(of.count, np.nan) if id in blank else paper[id]
        answers[id] = value
        kind = of.graph.steps[id].kind
        unit = of.design.precision.unit(kind, of.true[id])
        units[id] = np.where(np.isnan(value), np.nan, unit)
    bad = dict.fromkeys(answers, nothing)
    batch = Batch(of.graph, of.design.precision, of.true, answers, units, bad, of.count)
    return judge(batch)


FULL = (CORRECT, CARRIED)


@dataclass
class Tally:
    """Counts over all families."""

    transcripts: int = 0
    numbers: Counter[str] = field(default_factory=Counter)
    of: Counter[str] = field(default_factory=Counter)
    confusions: Counter[tuple[str, str]] = field(default_factory=Counter)
    lost: list[str] = field(default_factory=list)
    """The first few steps that lost credit though they must not."""
    peers: dict[str, Counter[str]] = field(default_factory=dict)

    def add(self, what: str, bad: int, of: int) -> None:
        self.numbers[what] += bad
        self.of[what] += of


PEERS: dict[str, Callable[[np.ndarray, np.ndarray], np.ndarray]] = {
    "relative 1e-2, absolute 1e-8": lambda a, t: np.abs(a - t) <= 1e-8 + 1e-2 * np.abs(t),
    "relative 1e-3": lambda a, t: np.abs(a - t) <= 1e-3 * np.abs(t),
    "num_to_tol": lambda a, t: np.abs(a - t) <= np.maximum(0.01, np.round(2e-4 * np.abs(t), 2)),
    "absolute 1e-4": lambda a, t: np.abs(a - t) <= 1e-4 * (1 + 1e-9),
    "equal to 4 decimals": lambda a, t: np.abs(np.round(a, 4) - np.round(t, 4)) < 1e-9,
    "4 significant figures": lambda a, t: (
        np.abs(a - t) <= 0.5001 * 10.0 ** (np.floor(np.log10(np.abs(t) + 1e-300)) - 3)
    ),
}


def peer_counts(tally: Tally, of: Class, paper: Arrays, what: str, only: list[str]) -> None:
    """The same transcripts under fixed tolerances: how many answers each accepts."""
    for name, accepts in PEERS.items():
        counts = tally.peers.setdefault(name, Counter())
        for id in only:
            with np.errstate(all="ignore"):
                good = accepts(paper[id], of.exact[id])
            counts[what] += int(np.sum(good))
            counts[f"{what} of"] += of.count


def honest(tally: Tally, of: Class, rng: np.random.Generator) -> None:
    """Whoever keeps to the stated precision loses nothing."""
    for habit in HABITS:
        student = Student(of, habit, rng)
        judged = marked(of, student.paper)
        lost = sum(int(np.sum(v != CORRECT)) for v in judged.standing.verdicts.values())
        tally.add("honest students: steps not correct", lost, of.count * len(of.design.asked))
        tally.transcripts += of.count
        peer_counts(tally, of, student.paper, "honest", list(of.design.asked))


def slip_sites(of: Class) -> Iterator[tuple[str, str, Expression]]:
    """Every wrong rule at every asked step."""
    for id in of.design.asked:
        for wrong in wrong_rules(of.graph, id):
            yield id, wrong.slip, wrong.rule


def later_lost(
    tally: Tally, of: Class, what: str, judged: Judged, ok: np.ndarray, besides: set[str]
) -> None:
    """Count the steps without full credit other than those named."""
    for id, verdict in judged.standing.verdicts.items():
        if id in besides:
            continue
        lost = np.flatnonzero(~np.isin(verdict, FULL) & ok)
        tally.add(what, len(lost), int(np.sum(ok)))
        if len(lost) and len(tally.lost) < 20:
            where = ", ".join(sorted(besides))
            tally.lost.append(f"{of.design.family.name}: {what}: {id} ({where}; draw {lost[0]})")


def usable(of: Class, paper: Arrays, id: str, rule: Expression) -> np.ndarray:
    """Where the slip makes another number at all, and every later number is one."""
    with np.errstate(all="ignore"):
        wrong = rule.evaluate(of.exact, NUMBERS)
    ok = np.ones(of.count, dtype=bool)
    for asked in of.design.asked:
        ok &= np.isfinite(paper[asked])
    # Output minus a target of 0 is the output: copying it is no mistake there.
    return ok & (np.abs(wrong - of.exact[id]) > 1e-9) & visible(of, paper, id)


def visible(of: Class, paper: Arrays, id: str) -> np.ndarray:
    """Where a number other than 0 is written: a wrong 0 is dead by the guard, on purpose."""
    unit = np.asarray(of.design.precision.unit(of.graph.steps[id].kind, of.true[id]))
    return np.abs(paper[id]) > 0.5 * unit * (1 + 1e-9)


def one_slip(tally: Tally, of: Class, rng: np.random.Generator, every: int = 1) -> None:
    """One slip, everything else consistent; then with blanks, mixtures and copying errors.

    With `every` > 1 only each so-manieth wrong rule is tried.
    """
    children = of.graph.children
    for n, (id, name, rule) in enumerate(list(slip_sites(of))[::every]):
        habit = ("round", "cut", "round carry full")[n % 3]
        student = Student(of, habit, rng, {id: rule})
        ok = usable(of, student.paper, id, rule)
        if not ok.any():
            continue
        judged = marked(of, student.paper)
        verdict = judged.standing.verdicts[id]
        tally.add(
            "slips credited",
            int(np.sum(np.isin(verdict, (*FULL, IMPRECISE)) & ok)),
            int(ok.sum()),
        )
        count_names(tally, of, student, judged.slips.get(id, {}), id, name, ok)
        later_lost(tally, of, "later steps lost", judged, ok, {id})
        tally.transcripts += of.count
        peer_counts(tally, of, student.paper, "slip", [id])
        later = [a for a in of.design.asked if a != id]
        peer_counts(tally, of, student.paper, "later", later)
        asked_children = [c for c in children[id] if c in judged.standing.verdicts]
        if asked_children:
            gone = asked_children[n % len(asked_children)]
            again = marked(of, student.paper, {gone})
            later_lost(tally, of, "later steps lost, a child left blank", again, ok, {id, gone})
            tally.transcripts += of.count
        if n % 4 == 0:
            mixed_and_miscopied(tally, of, rng, id, rule, habit)
            slip_left_blank(tally, of, student, ok, id)


def count_names(
    tally: Tally,
    of: Class,
    student: Student,
    names: dict[int, str],
    id: str,
    name: str,
    ok: np.ndarray,
) -> None:
    """How often the slip gets its own name.

    Two slips that write the same digits here (the gradient with a neighbour's input *is* the
    neighbour's gradient) cannot be told apart by anyone; those are counted by themselves.
    """
    numbers = alike(of, student, id)
    unit = student.asked_unit(of.graph.steps[id].kind, student.paper[id])
    for k in np.flatnonzero(ok):
        given = names.get(int(k), "(none)")
        same = given in numbers and abs(numbers[given][k] - student.paper[id][k]) <= unit[k]
        tally.add("slips named otherwise", int(given != name and not same), 1)
        tally.add("slips that write another slip's digits", int(given != name and same), 1)
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


def mixed_and_miscopied(
    tally: Tally, of: Class, rng: np.random.Generator, id: str, rule: Expression, habit: str
) -> None:
    """Own and true values mixed at random; a later value written wrongly and carried rightly."""
    mixed = Student(of, habit, rng, {id: rule}, mixing=True)
    ok = usable(of, mixed.paper, id, rule)
    judged = marked(of, mixed.paper)
    later_lost(tally, of, "later steps lost, own and true values mixed", judged, ok, {id})
    later = [c for c in of.graph.children[id] if c in of.design.asked]
    if later:
        copy = Student(of, habit, rng, {id: rule}, miscopied=later[0])
        ok = usable(of, copy.paper, id, rule)
        judged = marked(of, copy.paper)
        later_lost(tally, of, "later steps lost, a value miscopied", judged, ok, {id, later[0]})
        tally.transcripts += of.count
    tally.transcripts += of.count


def slip_left_blank(tally: Tally, of: Class, student: Student, ok: np.ndarray, id: str) -> None:
    """The slipped cell itself blank: only its direct children may be lost."""
    judged = marked(of, student.paper, {id})
    direct = reach(of, id)
    for child in direct:
        ok = ok & visible(of, student.paper, child)
    later_lost(tally, of, "beyond the children, the slip left blank", judged, ok, {id, *direct})
    tally.transcripts += of.count


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


def two_slips(tally: Tally, of: Class, rng: np.random.Generator) -> None:
    """Two independent slips cost exactly two steps."""
    sites = list(slip_sites(of))
    for _ in range(60):
        (a, _, rule_a), (b, _, rule_b) = (sites[n] for n in rng.choice(len(sites), 2))
        if a == b or set(rule_a.refs()) & {b} or set(rule_b.refs()) & {a}:
            continue
        if ancestors(of, a) & {b} or ancestors(of, b) & {a}:
            continue
        student = Student(of, "round", rng, {a: rule_a, b: rule_b})
        ok = usable(of, student.paper, a, rule_a) & usable(of, student.paper, b, rule_b)
        judged = marked(of, student.paper)
        later_lost(tally, of, "two slips: further steps lost", judged, ok, {a, b})
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


def degenerate(tally: Tally, of: Class, rng: np.random.Generator) -> None:
    """Zeros, one number everywhere, copied parents: no credit beyond what is truly right."""
    papers: list[Arrays] = []
    for number in (0.0, 0.5, 1.0, 0.1):
        papers.append({id: np.full(of.count, number) for id in of.design.asked})
    copied = {}
    for id in of.design.asked:
        parents = of.graph.steps[id].parents
        copied[id] = of.exact[parents[int(rng.integers(len(parents)))]]
    givens = {
        id: of.givens[of.graph.givens[n % len(of.graph.givens)]]
        for n, id in enumerate(of.design.asked)
    }
    papers += [copied, givens, zero_deltas(of, rng)]
    for n, paper in enumerate(papers):
        judged = marked(of, paper)
        for id, verdict in judged.standing.verdicts.items():
            if n == 6 and of.graph.steps[id].kind in ("net", "out", "loss", "share"):
                continue  # another forward pass with one's own weights is work, rightly done
            paid = np.isin(verdict, (CARRIED, IMPRECISE))
            what = "zero deltas: unearned steps" if n == 6 else "degenerate: unearned steps"
            tally.add(what, int(paid.sum()), of.count)
        tally.transcripts += of.count
    blank = marked(of, papers[0], set(of.design.asked))
    paid = sum(int(np.sum(v != 0)) for v in blank.standing.verdicts.values())
    tally.add("degenerate: unearned steps", paid, of.count * len(of.design.asked))
    tally.transcripts += of.count


def zero_deltas(of: Class, rng: np.random.Generator) -> Arrays:
    """Right until the first deltas or gradients, 0 there, then consistently with 0."""
    from problems.expression import Constant

    depth = of.design.plan.network.depth
    zero = Constant("0")
    first = [
        id
        for id in of.design.asked
        if of.graph.steps[id].kind in ("error", "delta", "dw", "dout")
        and (of.graph.steps[id].kind == "error" or f".{depth}." in id)
    ]
    slips: dict[str, Expression] = dict.fromkeys(first, zero)
    return Student(of, "round", rng, slips).paper


ROWS = (
    ("honest students: steps not correct", "0"),
    ("slips credited", "0"),
    ("slips named otherwise", "1 %"),
    ("slips that write another slip's digits", "-"),
    ("later steps lost", "0"),
    ("later steps lost, a child left blank", "0"),
    ("later steps lost, own and true values mixed", "0"),
    ("later steps lost, a value miscopied", "0"),
    ("beyond the children, the slip left blank", "0"),
    ("two slips: further steps lost", "0"),
    ("degenerate: unearned steps", "0"),
    ("zero deltas: unearned steps", "0"),
)


def print_table(tally: Tally, seconds: float) -> None:
    print(f"\n{tally.transcripts:,} transcripts in {seconds:.0f} s\n")
    print("| what | found | of | share | must be |")
    print("|---|---|---|---|---|")
    for what, must in ROWS:
        bad, of = tally.numbers[what], tally.of[what]
        print(f"| {what} | {bad:,} | {of:,} | {100 * bad / max(of, 1):.4f} % | {must} |")
    print("\n| rule | honest answers rejected | slips accepted | later answers lost to one slip |")
    print("|---|---|---|---|")
    ours = ("honest students: steps not correct", "slips credited", "later steps lost")
    shares = [tally.numbers[what] / max(1, tally.of[what]) for what in ours]
    print("| **bpgrade** | " + " | ".join(f"**{100 * s:.2f} %**" for s in shares) + " |")
    for name, counts in tally.peers.items():
        rejected = 1 - counts["honest"] / max(1, counts["honest of"])
        accepted = counts["slip"] / max(1, counts["slip of"])
        lost = 1 - counts["later"] / max(1, counts["later of"])
        print(f"| {name} | {100 * rejected:.1f} % | {100 * accepted:.1f} % | {100 * lost:.1f} % |")
    if tally.lost:
        print("\nSteps lost (the first of each kind):")
        print("\n".join(f"  {line}" for line in tally.lost))
    print("\nMost frequent confusions (slip -> name given):")
    for (slip, given), count in tally.confusions.most_common(12):
        print(f"  {slip} -> {given}: {count:,}")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--exercises", type=int, default=62, help="exercises a family")
    parser.add_argument("--families", nargs="*", default=family.names())
    chosen = parser.parse_args()
    tally, start = Tally(), time.perf_counter()
    for n, name in enumerate(chosen.families):
        rng = np.random.default_rng(n)
        of = Class.of(name, chosen.exercises)
        before = tally.transcripts
        for part in (honest, one_slip, two_slips, degenerate):
            part(tally, of, rng)
        print(f"{name}: {tally.transcripts - before:,} transcripts", flush=True)
    print_table(tally, time.perf_counter() - start)


if __name__ == "__main__":
    main()
