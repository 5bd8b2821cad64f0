"""Slips at updates, averages and central differences."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from problems.computation import ids, kinds
from problems.computation.kinds import Role
from problems.misconceptions.catalogue import Site, Wrong, mapped_refs, role_of, slip
from problems.rules.expression import (
    Constant,
    Expression,
    Negative,
    Product,
    Quotient,
    Ref,
    Sum,
    difference,
    replaced,
)

# updates -----------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Update:
    """An update rule taken apart: old value minus (or, wrongly, plus) a product."""

    old: Expression
    factors: tuple[Expression, ...]
    """The learning rate and the gradient, and what a slip has made of them."""
    minus: bool

    def stepping(self, factors: tuple[Expression, ...]) -> Expression:
        """The rule with another step."""
        return Update(self.old, factors, self.minus).rule()

    def rule(self) -> Expression:
        """Put together again."""
        step = self.factors[0] if len(self.factors) == 1 else Product(self.factors)
        return Sum((self.old, Negative(step) if self.minus else step))


def update_parts(rule: Expression) -> Iterator[Update]:
    """An update rule taken apart, whatever slip has changed it already; of other rules nothing."""
    if isinstance(rule, Sum) and len(rule.terms) == 2:
        old, step = rule.terms
        minus = isinstance(step, Negative)
        inner = step.of if isinstance(step, Negative) else step
        yield Update(old, inner.factors if isinstance(inner, Product) else (inner,), minus)


RATE = Ref(ids.of(kinds.RATE))


@slip(
    "unchanged",
    Role.UPDATE,
    "not updated",
    "This is the old value: the update is missing.",
    "The old value was written as the new one.",
)
def _unchanged(at: Site) -> Wrong:
    yield from (update.old for update in update_parts(at.step.rule))


@slip(
    "plus-for-minus",
    Role.UPDATE,
    "gradient added instead of subtracted",
    "Gradient descent goes against the gradient.",
    "The step was added instead of subtracted.",
)
def _plus_for_minus(at: Site) -> Wrong:
    for update in update_parts(at.step.rule):
        yield Update(update.old, update.factors, minus=False).rule()


@slip(
    "rate-left-out",
    Role.UPDATE,
    "learning rate left out",
    "Multiply the gradient by the learning rate.",
    "The full gradient was subtracted.",
)
def _rate_left_out(at: Site) -> Wrong:
    for update in update_parts(at.step.rule):
        rest = tuple(factor for factor in update.factors if factor != RATE)
        yield update.stepping(rest or update.factors)


@slip(
    "rate-twice",
    Role.UPDATE,
    "learning rate applied twice",
    "The learning rate is applied once.",
    "The gradient was multiplied by the learning rate twice.",
)
def _rate_twice(at: Site) -> Wrong:
    yield from (update.stepping((RATE, *update.factors)) for update in update_parts(at.step.rule))


@slip(
    "gradient-for-weight",
    Role.UPDATE,
    "gradient written for the new value",
    "The new value is the old one minus the step.",
    "The gradient, or the step, was written as the new value.",
)
def _gradient_for_weight(at: Site) -> Wrong:
    for update in update_parts(at.step.rule):
        yield update.factors[-1]
        yield Product(update.factors)


# several examples, numerical approach ------------------------------------------------------


@slip(
    "mean-forgotten",
    (Role.LOSS, Role.GRADIENT),
    "not divided by N",
    "The batch gradient is the mean over the examples.",
    "The sum over the examples was not divided by their number.",
)
def _mean_forgotten(at: Site) -> Wrong:
    if at.average and isinstance(at.step.rule, Product):
        yield at.step.rule.factors[1]


@slip(
    "last-example-only",
    (Role.LOSS, Role.GRADIENT),
    "one example only",
    "The mean takes in every example.",
    "One example's value was written as the mean.",
)
def _last_example_only(at: Site) -> Wrong:
    if at.average and isinstance(at.step.rule, Product):
        yield from at.step.rule.factors[1].parts()


@slip(
    "stale-weights",
    (Role.NET, Role.OUTPUT_GRADIENT, Role.PATH, Role.DELTA, Role.UPDATE),
    "weights from before an earlier update",
    "Which weights are valid here: those that the last update left behind.",
    "The original weights or biases were used where updated ones are wanted: at a later example "
    "of stochastic gradient descent, or in a later round.",
    gated=False,
)
def _stale_weights(at: Site) -> Wrong:
    rule = _chain_written_out(at)
    stale = mapped_refs(rule, _original)
    if stale != rule:
        yield stale


def _original(name: str) -> str | None:
    """The initial parameter behind an updated one."""
    read = ids.parse(name)
    return read.related(Role.PARAMETER) if read.role is Role.UPDATE else None


def _chain_written_out(at: Site) -> Expression:
    """A rule; of a delta with the sum over the paths in it, which few sheets ask for."""
    if at.id.role is not Role.DELTA:
        return at.step.rule

    def inside(node: Expression) -> Expression | None:
        if isinstance(node, Ref) and role_of(node) is Role.OUTPUT_GRADIENT:
            return at.graph.steps[node.id].rule
        return None

    return replaced(at.step.rule, inside)


@slip(
    "two-shift-forgotten",
    Role.DIFFERENCE_QUOTIENT,
    "divided by the shift instead of twice the shift",
    "The two points are two shifts apart.",
    "The central difference was divided by Delta instead of 2 Delta.",
    "LFD lecture 21, Numerical Approach",
)
def _two_shift_forgotten(at: Site) -> Wrong:
    yield Product((Constant("2"), at.step.rule))


@slip(
    "one-sided-difference",
    Role.DIFFERENCE_QUOTIENT,
    "one-sided difference",
    "The central difference compares the points on both sides.",
    "The loss at the upper point was compared with the unshifted loss.",
    "LFD lecture 21, Numerical Approach",
)
def _one_sided_difference(at: Site) -> Wrong:
    if isinstance(at.step.rule, Quotient):
        up = at.step.rule.top.parts()[0]
        yield Quotient(difference(up, at.ref(kinds.LOSS)), Ref(ids.of(kinds.SHIFT)))
