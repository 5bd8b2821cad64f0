"""Steps, and the graph that they make: what solver, key, checker and slips read."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property

from problems.computation import ids
from problems.computation.kinds import LAYERED, Kinds, Role
from problems.computation.network import Computation
from problems.rules.expression import Expression


@dataclass(frozen=True, slots=True)
class Step:
    """One quantity that a student may be asked to write down."""

    id: str
    rule: Expression
    parents: tuple[str, ...]
    """Ids that the rules read, each once, in reading order; givens included."""
    others: tuple[Expression, ...] = ()
    """Other right ways to the same quantity through steps that are on the worksheet too."""
    kinds: Kinds = field(default=LAYERED, repr=False)
    """The table that its kind is of."""

    @property
    def parsed(self) -> ids.StepId:
        """Its id, taken apart."""
        return ids.parse(self.id, self.kinds)

    @property
    def kind(self) -> str:
        """`net`, `out`, `delta`, ...: see `problems.computation.kinds`."""
        return self.parsed.kind

    @property
    def role(self) -> Role:
        """What the step does, whatever its kind is called."""
        return self.parsed.role


@dataclass(frozen=True, eq=False)
class Graph:
    """All steps of a plan in an order in which they can be computed.

    Two graphs are the same only if they are the same object; `build` interns them by plan.
    """

    plan: Computation
    steps: Mapping[str, Step]
    givens: tuple[str, ...]

    def parse(self, id: str) -> ids.StepId:
        """The id of a step or a given, taken apart."""
        return self.plan.parse(id)

    @cached_property
    def order(self) -> dict[str, int]:
        """Where each id stands in the order of the work; givens first."""
        return {id: n for n, id in enumerate((*self.givens, *self.steps))}

    @cached_property
    def children(self) -> dict[str, tuple[str, ...]]:
        """For each id the steps that read it."""
        found: dict[str, list[str]] = {id: [] for id in (*self.givens, *self.steps)}
        for step in self.steps.values():
            for parent in step.parents:
                found[parent].append(step.id)
        return {id: tuple(children) for id, children in found.items()}


class Unrolled(Computation):
    """A computation that has a graph of its own."""

    def graph(self) -> Graph:
        """All its steps."""
        raise NotImplementedError
