"""Reverse mode over the rules themselves: the adjoints of all that lies before a loss.

An adjoint is the derivative of the loss by a quantity: the sum over the quantity's readers of
the reader's adjoint times the reader's own derivative. Its id is `d` before the quantity's; a
term that is a step of its own adds the reader: `dh.2<y.1`. An adjoint that is a number whatever
the quantities are is no step, unless it is what was asked for.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from problems.recipes.expressions import ZERO, tidied
from problems.recipes.names import adjoint, path
from problems.rules.differentiation import partial, read_from
from problems.rules.expression import ONE, Constant, Expression, Product, Ref, total

Rules = Mapping[str, Expression]


def before(rules: Rules, of: str) -> list[str]:
    """All that a quantity depends on and the quantity itself, each after what it reads."""
    done: dict[str, None] = {}
    stack = [(of, False)]
    while stack:
        id, seen = stack.pop()
        if seen:
            done[id] = None
        elif id not in done:
            stack.append((id, True))
            reads = dict.fromkeys(rules[id].refs()) if id in rules else {}
            stack.extend((parent, False) for parent in reversed(reads) if parent not in done)
    return list(done)


class Reverse:
    """One pass backward.

    Args:
        rules: of the quantities before the loss; without cycles.
        of: id of the loss.
        by: whether a quantity's adjoint is wanted.
        paths: whether each term of a sum of several is a step of its own.
    """

    def __init__(self, rules: Rules, of: str, by: frozenset[str], paths: bool) -> None:
        self.rules = rules
        self.of = of
        self.by = by
        self.paths = paths
        self.numbers: dict[str, Expression] = {of: ONE}
        """Quantities whose adjoint is a number."""
        order = before(rules, of)
        self.alive: list[str] = []
        """What leads from a wanted quantity to the loss, in order of the forward pass."""
        self.readers: dict[str, list[str]] = {}
        self.through: list[str] = []
        """What is differentiated itself: all of these but what is only asked for."""
        for id in order:
            parents = dict.fromkeys(rules[id].refs()) if id in rules else {}
            through = [parent for parent in parents if parent in self.readers]
            if id in by or through:
                self.alive.append(id)
                self.readers[id] = []
                self.through += [id] if through else []
                for parent in through:
                    self.readers[parent].append(id)
        self.missed = frozenset(by) - frozenset(order)
        """What is wanted, but does not lead to the loss."""

    def backward(self) -> Iterator[tuple[str, Expression]]:
        """Ids of adjoints and paths with their rules, each after what it reads.

        Raises:
            NotImplementedError: a rule has no derivative.
        """
        far = {self.of: 0}
        for id in reversed(self.alive):
            if id != self.of:
                far[id] = 1 + max(far[reader] for reader in self.readers[id])
        at = {id: n for n, id in enumerate(self.alive)}
        for id in sorted(self.alive, key=lambda id: (far[id], at[id])):
            if id != self.of:
                yield from self.adjoint(id)

    def adjoint(self, id: str) -> Iterator[tuple[str, Expression]]:
        found = {reader: self.term(id, reader) for reader in self.readers[id]}
        terms = {reader: term for reader, term in found.items() if term != ZERO}
        if self.paths and len(terms) > 1:
            for reader, term in terms.items():
                yield path(id, reader), term
            terms = {reader: Ref(path(id, reader)) for reader in terms}
        rule = tidied(total(list(terms.values()))) if terms else ZERO
        if isinstance(rule, Constant) and id not in self.by:
            self.numbers[id] = rule
        else:
            yield adjoint(id), rule

    def term(self, id: str, reader: str) -> Expression:
        """The reader's adjoint times its derivative, which is taken from its value if it can."""
        rule = self.rules[reader]
        local = read_from(partial(rule, id) or ZERO, {rule: reader})
        above = self.numbers.get(reader) or Ref(adjoint(reader))
        return tidied(Product((above, local)))
