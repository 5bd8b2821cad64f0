"""Writes a recipe's lines out: every value of their indices, as rules over ids.

Indices are whole numbers under + - * and nothing else; how much is written out is bounded.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from problems.errors import Complaint
from problems.recipes.expressions import exceeds
from problems.recipes.formulas import WORDS, Formula, Reading, id_of
from problems.recipes.indices import Indices, Refused, spans
from problems.recipes.language import Call, Definition, Loop, Node, Place, Statement, walked
from problems.recipes.names import name, written
from problems.rules.expression import Expression

MOST_STEPS = 2_000
MOST_NODES = 600
"""Of one rule."""


@dataclass(frozen=True, slots=True)
class Rule:
    """A quantity's rule, and the line that it comes from."""

    rule: Expression
    line: int
    """Number of the statement, from 0."""
    place: Place


@dataclass(frozen=True, slots=True)
class Wanted:
    """A derivative that a line asks for, with one choice of its indices."""

    of: str
    by: tuple[str, ...]
    """Ids, or their beginnings: `w` stands for `w.1` and `w.2`."""
    line: int
    place: Place


@dataclass
class Written:
    """A recipe written out."""

    rules: dict[str, Rule] = field(default_factory=dict)
    gradients: list[Wanted] = field(default_factory=list)
    read: dict[str, tuple[str, Place]] = field(default_factory=dict)
    """Id -> who reads it first, and where."""
    complaints: list[Complaint] = field(default_factory=list)

    def complain(self, place: Place, what: str) -> None:
        """Note what is wrong."""
        self.complaints.append(Complaint(str(place), what))


def written_out(
    statements: Sequence[Statement], sizes: Mapping[str, int], givens: Iterable[str]
) -> Written:
    """All rules of a recipe, by the ids of what they define.

    Args:
        statements: its lines.
        sizes: named whole numbers.
        givens: ids of what is handed out.
    """
    writer = _Writer(sizes, frozenset(givens), statements)
    for number, statement in enumerate(statements):
        try:
            writer.add(statement, number)
        except Refused as refused:
            writer.found.complaints.append(refused.complaint)
    return writer.found


class _Writer:
    def __init__(
        self, sizes: Mapping[str, int], givens: frozenset[str], statements: Sequence[Statement]
    ) -> None:
        self.found = Written()
        self.sizes = sizes
        self.givens = givens
        defined = {s.target.name for s in statements if isinstance(s, Definition)}
        self.names = defined | set(map(name, givens))
        self.owner = ""
        self.reading = Reading(self.note)

    def note(self, id: str, place: Place) -> None:
        self.found.read.setdefault(id, (self.owner, place))

    def add(self, statement: Statement, number: int) -> None:
        own, place = statement.target.name, statement.target.place
        if own in WORDS or own in self.sizes:
            taken = "a size" if own in self.sizes else "a word of the language"
            raise Refused(place, f"no quantity can be called {own!r}: it is {taken}")
        if "_by_" in own:
            raise Refused(place, f"{own!r}: _by_ names the parts of gradients in forms")
        for loop in _loops(statement):
            if loop.variable in self.names:
                what = f"{loop.variable!r} is a quantity; give the loop another letter"
                raise Refused(loop.place, what)
        choices = spans(statement.loops, self.sizes, MOST_STEPS)
        if not choices:
            raise Refused(place, "a loop of this line is empty")
        for at in choices:
            if isinstance(statement, Definition):
                self.define(statement, number, at)
            else:
                by = tuple(id_of(quantity, at) for quantity in statement.by)
                wanted = Wanted(id_of(statement.target, at), by, number, place)
                self.found.gradients.append(wanted)

    def define(self, line: Definition, number: int, at: Indices) -> None:
        id, place = id_of(line.target, at), line.target.place
        if id in self.givens or id in self.found.rules:
            known = "given already" if id in self.givens else "defined already"
            raise Refused(place, f"{written(id)} is {known}")
        if len(self.found.rules) >= MOST_STEPS:
            raise Refused(place, f"more than {MOST_STEPS:,} steps")
        self.owner = id
        rule = Formula(at, self.reading).read(line.formula)
        if exceeds(rule, MOST_NODES):
            what = f"the rule of {written(id)} has more than {MOST_NODES} parts; put steps between"
            raise Refused(place, what)
        self.found.rules[id] = Rule(rule, number, place)


def _loops(statement: Statement) -> Iterable[Loop]:
    """Those of the line and those inside its formula."""
    yield from statement.loops
    inside: tuple[Node, ...] = ()
    if isinstance(statement, Definition):
        inside = tuple(walked(statement.formula))
    for node in inside:
        if isinstance(node, Call):
            yield from node.loops
