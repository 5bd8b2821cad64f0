"""A computation graph as it is to be drawn: gates, grids of numbers, and what reads what.

Each quantity has a value and, where a loss is differentiated, a gradient. Where everything goes
is the affair of `templates.drawings.dag_drawing`.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from problems.formulas.formula import Formula, Num
from templates.drawings.drawing import Mark
from templates.formulas.speech import speech

MOST_SPOKEN = 60
"""Quantities that a description names one by one; with more it only counts them."""

MARKED: tuple[Mark, ...] = ("wrong", "partly", "right")
Shape = Literal["leaf", "gate", "grid", "name"]


@dataclass(frozen=True, slots=True)
class Slot:
    """Where a number stands."""

    text: str = ""
    """The number as printed; empty for none."""
    blank: bool = False
    """Whether it is to be written here."""
    mark: Mark = "plain"

    @property
    def empty(self) -> bool:
        """Whether nothing is drawn here."""
        return not self.text and not self.blank and self.mark == "plain"

    @property
    def said(self) -> str:
        """In words; empty where there is nothing."""
        return speech(Num(self.text)) if self.text else "blank" if self.blank else ""


@dataclass(frozen=True, slots=True)
class Cell:
    """One quantity."""

    name: Formula
    value: Slot = Slot()
    gradient: Slot | None = None
    """None where nothing is differentiated by it."""


@dataclass(frozen=True, slots=True)
class DagNode:
    """A quantity, or all quantities of one name as a grid."""

    symbol: Formula
    """Inside: `×`, `exp`, or the quantity's own symbol; above a grid its name."""
    cells: tuple[tuple[Cell, ...], ...]
    """Rows; a single quantity has one cell."""
    shape: Shape = "gate"
    named: bool = True
    """Whether the symbol is the quantity's own name."""
    shared: tuple[Formula, ...] = ()
    """Names of shared givens that it reads besides those it has lines from."""
    size: str = ""
    """Of a block without numbers: `3×3`."""
    time: int | None = None
    """Its step of time, where the computation is unrolled."""

    @property
    def cell(self) -> Cell:
        """The only quantity of a gate or a leaf."""
        return self.cells[0][0]

    def all_cells(self) -> Iterator[Cell]:
        """Row by row."""
        return (cell for row in self.cells for cell in row)


@dataclass(frozen=True, slots=True)
class DagEdge:
    """A line from what is read to what reads it; both by their place among the nodes."""

    source: int
    target: int
    gradient: Slot | None = None
    """The part of the source's gradient that comes along here, where it is a step of its own."""
    backward: bool = False
    """Whether the reader reads the source's gradient instead of its value."""


@dataclass(frozen=True, slots=True)
class Dag:
    """Nodes, each after what it reads, and lines between them."""

    nodes: tuple[DagNode, ...]
    edges: tuple[DagEdge, ...]
    shared: tuple[DagNode, ...] = ()
    """Givens that are read all over the graph: they stand apart and have no lines."""
    title: str = "Computation graph"
    loss: str = ""
    """What the gradients are derivatives of, in words."""


def described(dag: Dag) -> str:
    """The graph in words: what each quantity reads, its value and its gradient."""
    return " ".join(_sentences(dag))


def _sentences(dag: Dag) -> Iterator[str]:
    cells = [(node, cell) for node in (*dag.shared, *dag.nodes) for cell in node.all_cells()]
    yield f"A computation graph of {len(cells)} quantities, from left to right."
    if dag.loss:
        yield f"Gradients are derivatives of {dag.loss}."
    read: dict[int, list[str]] = {}
    for edge in dag.edges:
        what = "the gradient of " if edge.backward else ""
        read.setdefault(edge.target, []).append(what + _title(dag.nodes[edge.source]))
    if len(cells) > MOST_SPOKEN:
        for n, node in enumerate(dag.nodes):
            if n in read:
                yield f"{_title(node)} reads {', '.join(read[n])}."
        return
    for node in dag.shared:
        yield from map(_said, node.all_cells())
    for n, node in enumerate(dag.nodes):
        from_shared = [speech(name) for name in node.shared]
        sources = [*read.get(n, []), *from_shared]
        if sources:
            yield f"{_title(node)} reads {', '.join(sources)}."
        yield from map(_said, node.all_cells())


def _title(node: DagNode) -> str:
    return speech(node.symbol if node.shape in ("grid", "name") else node.cell.name)


def _said(cell: Cell) -> str:
    parts = [f"value {cell.value.said}"] if cell.value.said else []
    if cell.gradient and cell.gradient.said:
        parts.append(f"gradient {cell.gradient.said}")
    return f"{speech(cell.name)}: {', '.join(parts)}." if parts else f"{speech(cell.name)}."


def judged(dag: Dag) -> str:
    """The marks in words, for those who cannot see them."""
    names: dict[Mark, list[str]] = {mark: [] for mark in MARKED}
    for node in (*dag.shared, *dag.nodes):
        for cell in node.all_cells():
            name = speech(cell.name)
            if cell.value.mark in names:
                names[cell.value.mark].append(name)
            if cell.gradient and cell.gradient.mark in names:
                names[cell.gradient.mark].append(f"gradient of {name}")
    for edge in dag.edges:
        if edge.gradient and edge.gradient.mark in names:
            source, target = _title(dag.nodes[edge.source]), _title(dag.nodes[edge.target])
            names[edge.gradient.mark].append(f"gradient of {source} from {target}")
    said = (f"{mark.capitalize()}: {', '.join(found)}." for mark, found in names.items() if found)
    return " ".join(said)
