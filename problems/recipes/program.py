"""A recipe written out as a whole: rules in an order in which they can be computed.

Lines stand in any order; what a quantity reads is computed before it. Complaints name the line
and the column, what was read, and what there is.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from heapq import heappop, heappush
from typing import NamedTuple

from problems.computation.kinds import Kind, Kinds, Role
from problems.errors import Complaint, SpecError
from problems.recipes.expressions import nodes
from problems.recipes.language import Definition, Place, Statement
from problems.recipes.names import apart, bare, begins, name, of_adjoint, written
from problems.recipes.reader import read
from problems.recipes.reverse import Reverse, before
from problems.recipes.unrolling import MOST_STEPS, Rule, Wanted, Written, written_out
from problems.rules.expression import Expression

MOST_NODES = 200_000
"""Of all rules."""

INDEX = r"0|[1-9]\d*"
READER = r"[A-Za-z]\w*(?:\.\d+)*"


class Derivative(NamedTuple):
    """What an adjoint is: the derivative of a loss by a quantity."""

    of: str
    by: str


@dataclass(frozen=True, slots=True)
class Program:
    """A recipe's steps in order."""

    statements: tuple[Statement, ...]
    rules: Mapping[str, Expression]
    lines: Mapping[str, int]
    """Id of a step -> the statement that it comes from, from 0."""
    kinds: Kinds
    derivatives: Mapping[str, Derivative]
    """Id of an adjoint -> what it is."""


def program(text: str, sizes: Mapping[str, int], givens: Sequence[str], paths: bool) -> Program:
    """A recipe written out.

    Args:
        text: its lines.
        sizes: named whole numbers.
        givens: ids of what is handed out.
        paths: whether each reader's part of an adjoint is a step of its own.

    Raises:
        SpecError: everything that is wrong, each with its place.

    >>> found = program("L = (y - t)**2/2\\ny = w*x\\ngrad L of w", {}, ["w", "x", "t"], False)
    >>> list(found.rules), found.kinds["dw"].role
    (['y', 'L', 'dy', 'dw'], <Role.ADJOINT: 'adjoint'>)
    """
    statements, wrong = read(text)
    if wrong:
        raise SpecError(wrong)
    out = written_out(statements, sizes, givens)
    _refuse(out)
    rules = _Rules(out, givens)
    rules.differentiate(paths)
    rules.check_reads()
    rules.check_unused()
    _refuse(out)
    order = rules.sorted()
    _refuse(out)
    found = {id: out.rules[id] for id in order}
    return Program(
        tuple(statements),
        {id: one.rule for id, one in found.items()},
        {id: one.line for id, one in found.items()},
        _kinds(found, givens, statements),
        {
            id: Derivative(of, of_adjoint(id))
            for id, of in rules.adjoints.items()
            if bare(id) == id
        },
    )


def _refuse(written: Written) -> None:
    if written.complaints:
        raise SpecError(written.complaints)


class _Rules:
    """The rules of a recipe, while they are put together."""

    def __init__(self, written: Written, givens: Sequence[str]) -> None:
        self.written = written
        self.givens = dict.fromkeys(givens)
        self.defined = dict(written.rules)
        self.adjoints: dict[str, str] = {}
        """Id of an adjoint -> the loss that it is the derivative of."""
        self.size = sum(1 for one in self.defined.values() for _ in nodes(one.rule))

    @property
    def known(self) -> Iterable[str]:
        return [*self.givens, *self.written.rules]

    # derivatives ----------------------------------------------------------------------------

    def differentiate(self, paths: bool) -> None:
        rules = {id: one.rule for id, one in self.defined.items()}
        for wanted in self.written.gradients:
            if wanted.of not in self.defined:
                self.unknown(wanted.of, wanted.place, "a gradient is of a quantity with a line")
            elif self.acyclic(wanted):
                by = self.wanted(wanted)
                if by is not None:
                    self.backward(wanted, Reverse(rules, wanted.of, by, paths))

    def acyclic(self, wanted: Wanted) -> bool:
        """Whether what lies before the loss can be put in order; else that is said later."""
        order = before({id: one.rule for id, one in self.defined.items()}, wanted.of)
        at = {id: n for n, id in enumerate(order)}
        return all(
            at[parent] < at[id]
            for id in order
            if id in self.defined
            for parent in self.defined[id].rule.refs()
        )

    def wanted(self, wanted: Wanted) -> frozenset[str] | None:
        found: set[str] = set()
        for beginning in wanted.by:
            of = [id for id in self.known if begins(id, beginning)]
            if not of:
                self.unknown(
                    beginning, wanted.place, f"{written(wanted.of)} has no such derivative"
                )
                return None
            found |= set(of)
        return frozenset(found)

    def backward(self, wanted: Wanted, reverse: Reverse) -> None:
        loss = written(wanted.of)
        for beginning in wanted.by:
            reached = [id for id in reverse.alive if begins(id, beginning)]
            if not reached:
                self.written.complain(
                    wanted.place, f"{loss} does not depend on {written(beginning)}"
                )
        updated = next((id for id in reverse.through if self.reads_derivatives(id)), None)
        if updated:
            what = (
                f"{loss} depends on {written(wanted.by[0])} through {written(updated)}, "
                "which reads derivatives itself; ask for the gradient by what this round starts "
                "from, like grad L[k] of w[k-1]"
            )
            self.written.complain(wanted.place, what)
            return
        try:
            for id, rule in reverse.backward():
                self.add(wanted, id, rule)
        except NotImplementedError as error:
            self.written.complain(wanted.place, f"grad {loss}: {error}")

    def reads_derivatives(self, id: str) -> bool:
        reads = self.defined[id].rule.refs()
        return any(ref not in self.givens and ref not in self.defined for ref in reads)

    def add(self, wanted: Wanted, id: str, rule: Expression) -> None:
        if id in self.givens or id in self.written.rules:
            other = self.adjoints.get(id)
            known = f"the derivative of {written(other)}" if other else "a quantity"
            what = f"{written(id)} would be the derivative of {written(wanted.of)}, but is {known}"
            self.written.complain(wanted.place, what)
            return
        self.size += sum(1 for _ in nodes(rule))
        if len(self.written.rules) >= MOST_STEPS or self.size > MOST_NODES:
            what = f"more than {MOST_STEPS:,} steps or {MOST_NODES:,} parts with the derivatives"
            raise SpecError([Complaint(str(wanted.place), what)])
        self.adjoints[id] = wanted.of
        self.written.rules[id] = Rule(rule, wanted.line, wanted.place)

    # names ----------------------------------------------------------------------------------

    def check_reads(self) -> None:
        known = set(self.known)
        for id, (by, place) in self.written.read.items():
            if id not in known:
                self.unknown(id, place, f"{written(by)} reads it")

    def check_unused(self) -> None:
        read = {name(id) for one in self.written.rules.values() for id in one.rule.refs()}
        for given in dict.fromkeys(map(name, self.givens)):
            if given not in read:
                what = f"no line reads {given}; leave it out, or use it"
                self.written.complaints.append(Complaint(f"given.{given}", what))

    def unknown(self, id: str, place: Place, why: str) -> None:
        there = [other for other in self.known if name(other) == name(id)]
        if there:
            span = (
                written(there[0])
                if len(there) == 1
                else f"{written(there[0])} … {written(there[-1])}"
            )
            self.written.complain(place, f"there is no {written(id)} ({why}); there is {span}")
            return
        names = list(dict.fromkeys(map(name, self.known)))
        from difflib import get_close_matches  # slow to load

        near = get_close_matches(name(id), names, n=1)
        hint = f"did you mean {near[0]!r}? " if near else ""
        what = f"nothing is called {name(id)!r} ({why}); {hint}there are {', '.join(names)}"
        self.written.complain(place, what)

    # order ----------------------------------------------------------------------------------

    def sorted(self) -> list[str]:
        """What a step reads before it; else line by line, and a line without a break if it can."""
        rules = self.written.rules
        rank = {id: (one.line, n) for n, (id, one) in enumerate(rules.items())}
        waits = {id: {p for p in one.rule.refs() if p in rules} for id, one in rules.items()}
        readers: dict[str, list[str]] = {id: [] for id in rules}
        for id, parents in waits.items():
            for parent in parents:
                readers[parent].append(id)
        ready: dict[int, list[tuple[int, str]]] = {}
        for id, parents in waits.items():
            if not parents:
                heappush(ready.setdefault(rank[id][0], []), (rank[id][1], id))
        found: list[str] = []
        line = -1
        while any(ready.values()):
            if not ready.get(line):
                line = min(one for one, left in ready.items() if left)
            _, id = heappop(ready[line])
            found.append(id)
            for reader in readers[id]:
                waits[reader].discard(id)
                if not waits[reader]:
                    heappush(ready.setdefault(rank[reader][0], []), (rank[reader][1], reader))
        if len(found) < len(rules):
            self.complain_of_cycle({id: waits[id] for id in rules if waits[id]})
        return found

    def complain_of_cycle(self, waits: Mapping[str, set[str]]) -> None:
        id = next(iter(waits))
        seen: list[str] = []
        while id not in seen:
            seen.append(id)
            id = min(waits[id], key=lambda one: one not in seen)
        ring = [*seen[seen.index(id) :], id]
        what = "a ring: " + ", which reads ".join(map(written, ring))
        self.written.complain(self.written.rules[id].place, what)


# kinds -------------------------------------------------------------------------------------


def _kinds(
    rules: Mapping[str, Rule], givens: Sequence[str], statements: Sequence[Statement]
) -> Kinds:
    """A row for each name; what a name's quantities read together are its parents."""
    parents: dict[str, dict[str, None]] = {name(id): {} for id in givens}
    counts = {name(id): len(apart(id).indices) for id in givens}
    for id, one in rules.items():
        own = apart(id)
        found = parents.setdefault(own.kind, {})
        found |= dict.fromkeys(apart(ref).kind for ref in one.rule.refs())
        counts.setdefault(own.kind, len(own.indices))
    handed = set(map(name, givens))
    lines = {s.target.name for s in statements if isinstance(s, Definition)}
    rows = (
        Kind(
            kind,
            _role(kind, handed, lines),
            tuple(f"index {n}" for n in range(1, counts[kind] + 1)),
            "exercise",
            tuple(read),
            word="" if bare(kind) == kind else bare(kind),
        )
        for kind, read in parents.items()
    )
    return Kinds(tuple(rows), INDEX, READER)


def _role(kind: str, givens: set[str], lines: set[str]) -> Role:
    if bare(kind) != kind:
        return Role.PATH
    if kind in lines:
        return Role.QUANTITY
    return Role.GIVEN if kind in givens else Role.ADJOINT
