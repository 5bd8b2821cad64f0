"""The catalogue of misconceptions: each is one rule of the graph replaced by a wrong one.

A slip knows the kinds of step it can happen at and makes the wrong rule from the right one.
The quality gate refuses an exercise in which a wrong rule gives an acceptable number; the
checker tries the same rules on a wrong answer to name what went wrong. Sources: the
documents' own warnings and misprints, and what students do.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import NamedTuple

from problems.computation import ids
from problems.computation.ids import StepId
from problems.computation.kinds import LAYERED, OUT, Kind, Role, X
from problems.computation.network import Layer
from problems.computation.steps import Graph, Step
from problems.rules.activations import SOFTMAX, activation
from problems.rules.expression import Expression, Ref, replaced, total


class Altered(NamedTuple):
    """A wrong rule, and the part of the right one that it is about."""

    rule: Expression
    part: Expression | None = None


Wrong = Iterator[Expression | Altered]

EVERY = ("*",)
"""Stands for all kinds of step."""


@dataclass(frozen=True, slots=True)
class Site:
    """A step at which a slip may happen, with its surroundings."""

    graph: Graph
    step: Step
    id: StepId

    @property
    def layer(self) -> Layer:
        """The step's layer."""
        return self.graph.plan.network.layers[self.id.layer - 1]

    @property
    def last(self) -> bool:
        """Whether the step belongs to the output layer."""
        return self.id.layer == self.graph.plan.network.depth

    @property
    def straight(self) -> bool:
        """Whether the layer's activation is made of straight pieces (ReLU, identity)."""
        name = self.layer.activation
        return name != SOFTMAX and activation(name).straight

    @property
    def average(self) -> bool:
        """Whether the step is a mean over the examples."""
        return self.id.example is None and self.graph.plan.task.examples > 1

    def ref(self, kind: Kind, *indices: int) -> Ref:
        """A step or given of the same example and iteration."""
        core = ids.of(kind, *indices)
        name = ids.at(core, self.id.example, self.id.iteration)
        return Ref(name if name in self.graph.steps else ids.at(core, self.id.example))

    def own(self, kind: Kind) -> Ref:
        """Another step of the same unit."""
        return self.ref(kind, *self.id.indices[:2])

    def below(self, layer: int, i: int) -> Ref:
        """What feeds a layer's weights from a unit: an input, or the output of the unit below."""
        return self.ref(X, i) if layer == 1 else self.ref(OUT, layer - 1, i)

    def has(self, ref: Ref) -> bool:
        """Whether the graph knows the id."""
        return ref.id in self.graph.steps or ref.id in self.graph.givens


@dataclass(frozen=True, slots=True)
class Slip:
    """One misconception."""

    name: str
    kinds: tuple[str, ...]
    """Names of the kinds of step it can happen at; `*` for all."""
    title: str
    student: str
    """What to look at again; never the right value."""
    teacher: str
    source: str
    rules: Callable[[Site], Wrong]
    since: int = 1
    """Version of the draw from which exercises must tell it from the right rule."""
    gated: bool = True
    """Whether exercises must tell it at all; else it is named where the numbers tell it."""
    recipes: tuple[Role, ...] = ()
    """Roles of a recipe's steps at which it can happen, besides those kinds."""
    about: str = ""
    """What to look at again where the part is known: a sentence with `{part}`."""

    def made(self, site: Site) -> Iterator[Altered]:
        """The wrong rules that it makes at a step."""
        for found in self.rules(site):
            yield found if isinstance(found, Altered) else Altered(found)

    def applies(self, kind: Kind) -> bool:
        """Whether it can happen at a kind of step: what it names are kinds of layers."""
        if kind.name in LAYERED and LAYERED[kind.name] is kind:
            return kind.name in self.kinds or self.kinds == EVERY
        return kind.role in self.recipes or self.kinds == EVERY


@dataclass(frozen=True, slots=True)
class WrongRule:
    """A slip at a step: the rule that makes its number."""

    slip: str
    rule: Expression
    gated: bool = True
    part: Expression | None = None
    """The part of the right rule that it is about, where a sentence can name it."""


CATALOGUE: dict[str, Slip] = {}


def known(entry: Slip) -> None:
    """Enter a slip, whose name is its own.

    Raises:
        ValueError: another slip has the name.
    """
    if entry.name in CATALOGUE:
        raise ValueError(f"two slips are called {entry.name!r}")
    CATALOGUE[entry.name] = entry


Where = Role | Kind | tuple[Role | Kind, ...]
"""Steps of a role, whatever they are called, or of one kind alone."""

ANYWHERE: Where = ()


def slip(
    name: str,
    where: Where,
    title: str,
    student: str,
    teacher: str,
    source: str = "Common in hand work",
    since: int = 1,
    gated: bool = True,
) -> Callable[[Callable[[Site], Wrong]], Callable[[Site], Wrong]]:
    """Enter a wrong rule into the catalogue."""

    def enter(rules: Callable[[Site], Wrong]) -> Callable[[Site], Wrong]:
        known(Slip(name, _named(where), title, student, teacher, source, rules, since, gated))
        return rules

    return enter


def _named(where: Where) -> tuple[str, ...]:
    """The names of the kinds, in the order in which the slip names them."""
    listed = where if isinstance(where, tuple) else (where,)
    found = [LAYERED.named(one) if isinstance(one, Role) else (one.name,) for one in listed]
    return tuple(name for names in found for name in names) or EVERY


def role_of(part: Expression) -> Role | None:
    """Role of what a bare reference points to; of other expressions none."""
    return ids.parse(part.id).role if isinstance(part, Ref) else None


def is_weight(part: Expression) -> bool:
    """Whether a factor is a weight, at whatever iteration."""
    return isinstance(part, Ref) and ids.parse(part.id).is_weight


def is_bias(part: Expression) -> bool:
    """Whether a term is a bias, at whatever iteration."""
    return isinstance(part, Ref) and ids.parse(part.id).is_bias


def without(parts: tuple[Expression, ...], out: Callable[[Expression], bool]) -> Expression | None:
    """The sum or product's other parts; None if nothing or everything stays."""
    kept = [part for part in parts if not out(part)]
    return total(kept) if kept and len(kept) < len(parts) else None


def mapped_refs(rule: Expression, change: Callable[[str], str | None]) -> Expression:
    """The rule reading other ids where `change` names one."""

    def swap(node: Expression) -> Expression | None:
        new = change(node.id) if isinstance(node, Ref) else None
        return Ref(new) if new else None

    return replaced(rule, swap)
