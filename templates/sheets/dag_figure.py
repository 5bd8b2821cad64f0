"""The computation graph of a recipe's exercise: what is printed, what is left blank."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from types import MappingProxyType
from typing import Literal

from problems.exercise import Exercise
from problems.formulas.formula import Formula
from problems.recipes.names import adjoint, entry, path
from problems.recipes.recipe import Recipe
from templates.drawings.dag import Cell, Dag, DagEdge, DagNode, Shape, Slot
from templates.drawings.dag_blocks import FEW, Block, Read, blocks, reads
from templates.drawings.dag_drawing import draw_dag, fits, shrunk
from templates.drawings.drawing import Drawing
from templates.drawings.gates import gate
from templates.formulas.speech import speech
from templates.pages.page import Figure, Inline, Math, Text

Show = Literal["blank", "values", "givens", "names"]
"""Givens with blank boxes for what is asked; all numbers; givens alone; or no numbers at all."""
MOST_NODES = 40
"""More of them are drawn a name each."""
MOST_CELLS = 64
"""Of a grid; a larger one is a box with its size."""
LEAST_SCALE = 0.6
"""A drawing that would have to be made smaller than this shows less."""
Judged = Mapping[str, Slot]
"""Id of a step -> what stands there instead."""


def recipe_figure(exercise: Exercise, show: Show) -> Figure:
    """The graph with words on how it is to be read."""
    return Figure(dag_drawing(exercise, show), tuple(_legend(exercise, show)))


def _legend(exercise: Exercise, show: Show) -> Iterator[Inline]:
    """What stands where; nothing where there are no numbers."""
    if show == "names":
        return
    assert isinstance(exercise.plan, Recipe)
    derivatives = exercise.plan.program.derivatives
    losses = dict.fromkeys(found.of for found in derivatives.values())
    if not losses:
        yield Text("A quantity's value stands above its line or in its cell.")
    elif len(losses) == 1:
        yield Text("Above a line, or first in a cell: the value; below it: the derivative of ")
        yield Math(exercise.naming.symbol(next(iter(losses))))
        yield Text(" by it.")
    else:
        yield Text("Above a line, or first in a cell: the value; ")
        yield Text("below it: the derivative of the loss by it.")
    if show == "blank":
        yield Text(" Boxes are for your own notes; answers are given in the fields below.")


def dag_drawing(
    exercise: Exercise, show: Show, judged: Judged = MappingProxyType({}), title: str = ""
) -> Drawing:
    """The graph with as much detail as there is room for.

    Args:
        exercise: with a recipe.
        show: which numbers are printed.
        judged: what stands at some steps instead.
        title: what it is, if it is more than the graph.
    """
    slot = _slots(exercise, show, judged)
    drawing = None
    for few, most in ((FEW, MOST_CELLS), (1, MOST_CELLS), (0, MOST_CELLS), (0, 0)):
        dag = dag_of(exercise, slot, few, most)
        dag = replace(dag, title=title or dag.title)
        if len(dag.nodes) > MOST_NODES and most:
            continue
        drawing = draw_dag(dag)
        if fits(drawing) >= LEAST_SCALE:
            break
    assert drawing is not None
    return shrunk(drawing)


def _slots(exercise: Exercise, show: Show, judged: Judged) -> Callable[[str], Slot]:
    """What stands where a quantity's number belongs."""
    asked = frozenset(exercise.asked)

    def slot(id: str) -> Slot:
        if id in judged:
            return judged[id]
        if show == "names":
            return Slot()
        if id in exercise.givens:
            return Slot(exercise.givens[id])
        if show == "values":
            return Slot(exercise.printed[id]) if id in exercise.graph.steps else Slot()
        return Slot(blank=show == "blank" and id in asked)

    return slot


def dag_of(exercise: Exercise, slot: Callable[[str], Slot], few: int, most: int) -> Dag:
    """The graph as it is to be drawn.

    Args:
        exercise: with a recipe.
        slot: what stands where a quantity's number belongs.
        few: entries of a vector that are nodes of their own; with 0 there is one node a name.
        most: cells of a grid.
    """
    return _Dag(exercise, slot, few, most).dag()


class _Dag:
    def __init__(
        self, exercise: Exercise, slot: Callable[[str], Slot], few: int, most: int
    ) -> None:
        assert isinstance(exercise.plan, Recipe)
        self.exercise = exercise
        self.recipe = exercise.plan
        self.graph = exercise.graph
        self.slot = slot
        self.most = most
        self.blocks = blocks(self.graph, few)
        self.of = {id: n for n, block in enumerate(self.blocks) for id in block.ids}
        self.lines: dict[tuple[int, int], list[Read]] = {}
        self.back: dict[tuple[int, int], None] = {}
        """What names read of themselves and of later ones, from one step of time to the next."""
        for read in reads(self.graph):
            source, target = self.of[read.source], self.of[read.target]
            if source < target:
                self.lines.setdefault((source, target), []).append(read)
            else:
                self.back[source, target] = None
        self.losses = {found.of for found in self.recipe.program.derivatives.values()}
        self.depth = self.depths()
        self.apart = frozenset(n for n in range(len(self.blocks)) if self.is_shared(n))

    def depths(self) -> list[int]:
        found = [0] * len(self.blocks)
        for source, target in sorted(self.lines, key=lambda line: line[1]):
            found[target] = max(found[target], found[source] + 1)
        return found

    def is_shared(self, n: int) -> bool:
        """Whether a given is read at several places far from each other."""
        block = self.blocks[n]
        if not set(block.ids) <= set(self.graph.givens):
            return False
        readers = [target for source, target in self.lines if source == n]
        times = {self.blocks[m].time for m in readers if self.blocks[m].time is not None}
        far = len(readers) > 2 and len({self.depth[m] for m in readers}) > 1
        return block.time is None and (far or len(times) > 1)

    # nodes ---------------------------------------------------------------------------------------

    def dag(self) -> Dag:
        kept = [n for n in range(len(self.blocks)) if n not in self.apart]
        at = {n: k for k, n in enumerate(kept)}
        nodes = tuple(self.node(n) for n in kept)
        edges = tuple(
            self.edge(at[source], at[target], found)
            for (source, target), found in self.lines.items()
            if source in at and target in at
        )
        losses = [speech(self.exercise.naming.symbol(id)) for id in self.graph.steps
                  if id in self.losses]  # fmt: skip
        shared = tuple(self.node(n) for n in sorted(self.apart))
        return Dag(nodes, edges, shared, loss=" and ".join(losses))

    def node(self, n: int) -> DagNode:
        block = self.blocks[n]
        shared = tuple(
            self.title(self.blocks[source])
            for source, target in (*self.lines, *self.back)
            if target == n and (source in self.apart or (source, target) in self.back)
        )
        cells = tuple(tuple(self.cell(id) for id in row) for row in block.rows)
        if len(block.ids) > 1:
            wide = max(map(len, block.rows))
            shape: Shape = "grid" if len(block.ids) <= self.most else "name"
            size = f"{len(block.rows)}×{wide}" if wide > 1 else str(len(block.rows))
            return DagNode(self.title(block), cells, shape, True, shared, size, block.time)
        id = block.ids[0]
        if id in self.graph.givens:
            return DagNode(cells[0][0].name, cells, "leaf", time=block.time)
        sign = gate(self.graph.steps[id].rule)
        inside = cells[0][0].name if sign is None else sign
        return DagNode(inside, cells, "gate", sign is None, shared, time=block.time)

    def title(self, block: Block) -> Formula:
        """The symbol of a quantity, or the letter of several."""
        if len(block.ids) == 1:
            return self.exercise.naming.symbol(block.ids[0])
        time = () if block.time is None else (block.time,)
        return self.exercise.naming.symbol(entry(block.name, time))

    def cell(self, id: str) -> Cell:
        slot: Slot | None = None
        if adjoint(id) in self.graph.steps:
            slot = self.slot(adjoint(id))
        elif id in self.losses:
            slot = Slot("1") if not self.slot(self.graph.givens[0]).empty else None
        return Cell(self.exercise.naming.symbol(id), self.slot(id), slot)

    def edge(self, source: int, target: int, found: list[Read]) -> DagEdge:
        slot: Slot | None = None
        if len(found) == 1:
            part = path(found[0].source, found[0].target)
            slot = self.slot(part) if part in self.graph.steps else None
        return DagEdge(source, target, slot, all(read.backward for read in found))
