"""Slips of the pen: they need no misunderstanding and come last, after every misconception."""

from __future__ import annotations

from problems.computation.ids import neighbours
from problems.computation.kinds import Role
from problems.computation.trivial import BEHIND_ACTIVATION
from problems.misconceptions.catalogue import ANYWHERE, Site, Wrong, slip
from problems.misconceptions.updates import update_parts
from problems.rules.expression import Constant, Negative, Product, Ref


@slip(
    "sign-flipped",
    ANYWHERE,
    "sign flipped",
    "Look at the sign.",
    "The number is right but for its sign.",
)
def _sign_flipped(at: Site) -> Wrong:
    yield Negative(at.step.rule)


@slip(
    "point-shifted",
    ANYWHERE,
    "decimal point shifted",
    "Look at the place of the decimal point.",
    "The number is right but for a power of ten.",
)
def _point_shifted(at: Site) -> Wrong:
    for factor in ("10", "1/10", "100", "1/100"):
        yield Product((Constant(factor), at.step.rule))


@slip(
    "parent-copied",
    ANYWHERE,
    "a value copied instead of computed",
    "This is one of the values that go into this step, not the step itself.",
    "One of the step's own ingredients was written in its place.",
)
def _parent_copied(at: Site) -> Wrong:
    if at.step.role not in BEHIND_ACTIVATION or not at.straight:
        yield from (Ref(parent) for parent in at.step.parents)


@slip(
    "cells-swapped",
    ANYWHERE,
    "the value of another cell",
    "This is the value of a neighbouring step; was it written into the wrong cell?",
    "The value of another step of the same kind was written here (swapped or off by one row).",
)
def _cells_swapped(at: Site) -> Wrong:
    for other in at.graph.steps:
        if neighbours(at.id, at.graph.parse(other)):
            yield Ref(other)


@slip(
    "weight-factored-out",
    Role.UPDATE,
    "step multiplied by the old value",
    "The step is subtracted as it is; the old value does not multiply it.",
    "w(1 - rate * gradient) was written instead of w - rate * gradient.",
    since=2,
)
def _weight_factored_out(at: Site) -> Wrong:
    for update in update_parts(at.step.rule):
        yield update.stepping((update.old, *update.factors))
