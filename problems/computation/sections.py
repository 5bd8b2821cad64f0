"""The parts of a worksheet: which steps, in which order, under which heading."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from problems.computation import ids
from problems.computation.kinds import Role
from problems.computation.steps import Graph


@dataclass(frozen=True, slots=True)
class Item:
    """A choice of steps within a section."""

    kinds: tuple[str, ...]
    layers: str = "all"
    """`all`, `hidden`, `output` or a layer's number."""
    order: str = "kind"
    """`kind`: all of a kind, then the next kind; `layer`: layer by layer; `unit`: unit by unit."""
    direction: str = "up"
    """Layers from the inputs up, or from the outputs down."""
    show: str = "steps"
    """`vector`: a layer's steps as entries of one vector or matrix; `formula`: the formulas of
    the steps are asked for, not their numbers; `general`: one formula, with letters for the
    units, for all steps of a kind in a layer."""


@dataclass(frozen=True, slots=True)
class Section:
    """A part of a family's worksheet."""

    title: str
    text: str
    scope: str
    """`pass`: for each example and iteration; `update`: for each update; `once`: at the end."""
    items: tuple[Item, ...]


@dataclass(frozen=True, slots=True)
class Group:
    """Steps that stand together: one, or the entries of a vector or matrix."""

    steps: tuple[str, ...]
    vector: bool = False
    formula: bool = False
    """Whether formulas are asked for."""
    general: str = ""
    """The question, where one formula with letters is asked for all units of a layer."""

    @property
    def questions(self) -> tuple[str, ...]:
        """Ids of what is asked: the steps, or their formulas."""
        if self.general:
            return (self.general,)
        return tuple(map(ids.formula_of, self.steps)) if self.formula else self.steps


@dataclass(frozen=True, slots=True)
class Placed:
    """A section of a certain exercise with the ids of its steps."""

    title: str
    text: str
    groups: tuple[Group, ...]

    @property
    def steps(self) -> tuple[str, ...]:
        """Ids of the steps whose numbers are asked for, in reading order."""
        return tuple(id for group in self.groups if not group.formula for id in group.steps)

    @property
    def formulas(self) -> tuple[str, ...]:
        """Ids of the steps whose formulas are asked for, in reading order."""
        return tuple(id for group in self.groups if group.formula for id in group.steps)

    @property
    def generals(self) -> tuple[str, ...]:
        """Questions for formulas with letters, in reading order."""
        return tuple(group.general for group in self.groups if group.general)

    @property
    def questions(self) -> tuple[str, ...]:
        """Everything that is asked, in reading order."""
        return tuple(id for group in self.groups for id in group.questions)


Place = tuple[int | None, int]
"""Example (None: no example) and iteration."""


def _places(graph: Graph) -> Iterator[tuple[str, Place]]:
    """Blocks of sections in the order of the work."""
    task = graph.plan.task
    examples = [None] if task.examples == 1 else list(range(1, task.examples + 1))
    sequential = task.mode == "sequential" and task.examples > 1
    for iteration in range(1, task.iterations + 1):
        for example in examples:
            yield "pass", (example, iteration)
            if sequential:
                yield "update", (example, iteration)
        if not sequential:
            yield "update", (None, iteration)
    yield "once", (None, 0)


def _heading(graph: Graph, place: Place) -> str:
    task = graph.plan.task
    example, iteration = place
    parts = []
    if task.iterations > 1 and iteration:
        parts.append(f"iteration {iteration}")
    if example:
        parts.append(f"data point {example}")
    return ", ".join(parts)


def placed(sections: Sequence[Section], graph: Graph) -> list[Placed]:
    """The sections of one exercise, repeated for its examples and iterations.

    Sections without any step in this network and without text are left out.
    """
    found: list[Placed] = []
    for scope, place in _places(graph):
        for section in sections:
            if section.scope != scope:
                continue
            groups = tuple(g for item in section.items for g in _groups(item, graph, place))
            if groups or not section.items:
                where = _heading(graph, place)
                title = f"{section.title} ({where})" if where else section.title
                found.append(Placed(title, section.text, groups))
    return found


def _groups(item: Item, graph: Graph, place: Place) -> Iterator[Group]:
    chosen = [id for id in graph.steps if _chosen(item, graph, place, id)]
    chosen.sort(key=lambda id: _order(item, graph, ids.parse(id)))
    if item.show == "general":
        yield from (Group((), general=name) for name in dict.fromkeys(map(_general, chosen)))
        return
    if item.show != "vector":
        yield from (Group((id,), formula=item.show == "formula") for id in chosen)
        return
    done: dict[tuple[Role, int], list[str]] = {}
    for id in chosen:
        parsed = ids.parse(id)
        done.setdefault((parsed.role, parsed.layer), []).append(id)
    for steps in done.values():
        yield Group(tuple(steps), vector=True)


def _general(id: str) -> str:
    parsed = ids.parse(id)
    return ids.general(parsed.row, parsed.layer if parsed.row.layered else 0)


def _chosen(item: Item, graph: Graph, place: Place, id: str) -> bool:
    parsed = ids.parse(id)
    example, iteration = place
    if parsed.inner or parsed.kind not in item.kinds or parsed.example != example:
        return False
    if iteration and parsed.iteration != iteration:
        return False
    if item.layers == "all" or not parsed.indices:
        return True
    depth = graph.plan.network.depth
    layer = parsed.layer_in(depth)
    if item.layers == "hidden":
        return layer < depth
    return layer == (depth if item.layers == "output" else int(item.layers))


def _order(item: Item, graph: Graph, id: ids.StepId) -> tuple[object, ...]:
    kind = item.kinds.index(id.kind)
    layer = id.layer_in(graph.plan.network.depth)
    level = -layer if item.direction == "down" else layer
    rest = id.indices[1:] if len(id.indices) > 1 else id.indices
    path = id.path or 0
    if item.order == "unit":
        return (level, rest[:1], kind, rest, path)
    if item.order == "layer":
        return (level, kind, rest, path)
    return (kind, level, rest, path)
