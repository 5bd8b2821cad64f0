"""Which fields of a section stand beside each other: those of one unit, in one row.

A section lists its steps kind by kind or unit by unit; on paper everything that belongs to a
unit, or to a weight that is shifted, stands together, so that a value is written beside what it
comes from. Vectors and matrices of one layer stand together in the same way.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterable
from dataclasses import replace

from problems.computation.kinds import NUMERIC, Role
from problems.computation.network import Computation
from problems.computation.sections import Group
from templates.pages.page import ArrayItem, Item, Items

Field = Item | ArrayItem
Owner = Hashable
"""What fields stand together for; None for what stands for itself."""


def owner(group: Group, plan: Computation) -> Owner:
    """The unit, layer or weight that a group of steps belongs to.

    >>> from problems.computation.network import Layer, Network, Plan
    >>> net = Plan(Network(2, (Layer(2), Layer(1))))
    >>> owner(Group(("net.1.2",)), net), owner(Group(("error.1",)), net)
    ((1, 2), (2, 1))
    >>> owner(Group(("plus.w.1.1.1",)), net), owner(Group(("loss",)), net)
    (('w', (1, 1, 1)), None)
    """
    if group.general or group.formula:
        return None
    id = plan.parse(group.steps[0])
    if group.vector:
        return ("layer", id.layer) if id.indices else None
    if id.role in NUMERIC:
        return (plan.parse(id.related(Role.PARAMETER)).kind, id.indices)
    if id.row.at_end:
        return (id.layer_in(plan.network.depth), id.indices[0])
    return id.indices[:2] if len(id.indices) > 1 else None


def rowed(fields: Iterable[tuple[Owner, Field]]) -> Items:
    """Fields in the order of their owners, each of which begins a row.

    Owners of one field each follow each other within a row; so do fields without an owner.
    """
    together: dict[Owner, list[Field]] = {}
    for n, (of, field) in enumerate(fields):
        together.setdefault(("alone", n) if of is None else of, []).append(field)
    found: list[Field] = []
    sizes: list[int] = []
    for own in together.values():
        flows = bool(sizes) and len(own) == 1 and _goes_on(found[-1], own[0], sizes[-1])
        found += [replace(own[0], begins=not flows), *own[1:]]
        sizes.append(len(own))
    return Items(tuple(found), 4)


def _goes_on(before: Field, field: Field, size: int) -> bool:
    """Whether a single field stands in the row of single ones before it."""
    return size == 1 and type(before) is type(field)
