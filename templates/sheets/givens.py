"""What is handed out: inputs, targets, weights, biases and constants, as tables or matrices."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from problems.computation import ids
from problems.computation.kinds import RATE, SHIFT, B, T, W, X
from problems.computation.network import Layer, bias_ids, weight_ids
from problems.exercise import Exercise
from problems.formulas.formula import EQUALS, Formula, Matrix, Num, Op, row
from problems.formulas.vectors import Array, Cell, Vectors
from problems.formulas.writing import number
from templates.drawings.drawing import Shown
from templates.formulas.measure import width
from templates.pages.page import (
    Align,
    Block,
    Heading,
    Inline,
    Inlines,
    Math,
    Paragraph,
    Table,
    Text,
    single,
    text,
)
from templates.sheets.figure import unit_name

PAPER = 48.0
"""What a table may be wide, in em: a sheet of paper at 10 points."""
BESIDE = 1.8
"""Em between two columns of numbers."""
DOTS = Op("…", "binary")


def givens(exercise: Exercise, shown: Shown = "values", heading: str = "Given") -> list[Block]:
    """All numbers that are handed out, as a table, or as matrices where the text has them.

    Args:
        exercise: whose numbers.
        shown: what the network's drawing says on its lines. Where it has no room for the
            values, so many weights are no list to be read: each layer has a table of its own.
        heading: what the text calls it.
    """
    vectors = Vectors(exercise.naming)
    if vectors.letters:
        return [Heading(2, heading), *_given_arrays(exercise, vectors)]
    header = (text("Given"), text("Values"))
    dense = shown != "values"
    groups = _given_groups(exercise, dense)
    rows = tuple((text(name), _values(exercise, found)) for name, found in groups)
    tables = _weight_tables(exercise) if dense else ()
    return [Heading(2, heading), Table(header, rows), *tables]


def _given_groups(exercise: Exercise, dense: bool) -> Iterator[tuple[str, list[str]]]:
    """Names and ids; without what stands in the tables of weights, if the net is dense."""
    network, task = exercise.plan.network, exercise.plan.task
    for n in range(1, task.examples + 1):
        example = n if task.examples > 1 else None
        of = f" of data point {n}" if example else ""
        yield f"Inputs{of}", [ids.at(ids.of(X, i), example) for i in range(1, network.inputs + 1)]
        yield (
            f"Targets{of}",
            [ids.at(ids.of(T, k), example) for k in range(1, network.outputs + 1)],
        )
    for number_, layer in enumerate(network.layers, 1):
        where = _layer_name(number_, network.depth)
        weights = weight_ids(layer, number_, network.below(number_))
        if not dense:
            yield f"Weights into the {where}", weights
        biases = bias_ids(layer, number_)
        if biases and not (dense and _has_own_biases(layer)):
            plural = "Biases" if len(biases) > 1 else "Bias"
            yield f"{plural} of the {where}", biases
    yield from _rest(exercise)


def _targets(exercise: Exercise, example: int | None) -> list[str]:
    outputs = exercise.plan.network.outputs
    return [ids.at(ids.of(T, k), example) for k in range(1, outputs + 1)]


def _rest(exercise: Exercise) -> Iterator[tuple[str, list[str]]]:
    for kind, name in ((RATE, "Learning rate"), (SHIFT, "Shift of the numerical approach")):
        if ids.of(kind) in exercise.givens:
            yield name, [ids.of(kind)]


def _layer_name(number_: int, depth: int) -> str:
    if number_ == depth:
        return "output layer"
    return "hidden layer" if depth == 2 else f"hidden layer {number_}"


def _values(exercise: Exercise, names: Sequence[str]) -> Inlines:
    parts: list[Inline] = []
    for id in names:
        if parts:
            parts.append(Text(", "))
        parts.append(Math(_given(exercise, id)))
    return tuple(parts)


def _given(exercise: Exercise, id: str) -> Formula:
    return row(exercise.naming.symbol(id), EQUALS, number(exercise.givens[id]))


def _has_own_biases(layer: Layer) -> bool:
    """Whether each unit has a bias to itself, which then stands in its row of weights."""
    return layer.bias in ("unit", "augmented")


def _weight_tables(exercise: Exercise) -> Iterator[Table]:
    """One table for each layer, or several of some columns each where one is too wide."""
    network = exercise.plan.network
    for number_, layer in enumerate(network.layers, 1):
        below = range(1, network.below(number_) + 1)
        columns = len(below) + _has_own_biases(layer)
        parts = -(-columns // _columns_that_fit(exercise, number_))
        size = -(-len(below) // parts)
        for start in range(0, len(below), size):
            yield _weight_table(exercise, number_, below[start : start + size])


def _columns_that_fit(exercise: Exercise, layer: int) -> int:
    """How many of a layer's numbers stand side by side on a sheet of paper."""
    network = exercise.plan.network
    units, below = network.layers[layer - 1].units, network.below(layer)
    names = _weights_of(exercise, [ids.of(W, layer, units, i) for i in (1, below)])
    found = [exercise.givens[id] for id in weight_ids(network.layers[layer - 1], layer, below)]
    longest = max(width(number(text)) for text in found)
    return max(1, int((PAPER - width(names)) / (longest + BESIDE)))


def _weight_table(exercise: Exercise, layer: int, columns: Sequence[int]) -> Table:
    """Row: a unit, with the names of its weights in the table; column: where they come from."""
    network = exercise.plan.network
    shape, below = network.layers[layer - 1], network.below(layer)
    with_bias = _has_own_biases(shape) and columns[-1] == below
    header = [text("Unit"), *((Math(unit_name(exercise, layer - 1, i)),) for i in columns)]
    if with_bias:
        header.append((Text("Bias "), Math(_from_to(exercise, bias_ids(shape, layer)))))
    rows = []
    for j in range(1, shape.units + 1):
        weights = [ids.of(W, layer, j, i) for i in columns]
        shown = [*weights, ids.of(B, layer, j)] if with_bias else weights
        cells = ((Math(number(exercise.givens[id])),) for id in shown)
        rows.append(((Math(_weights_of(exercise, weights)),), *cells))
    caption = f"Weights into the {_layer_name(layer, network.depth)}: "
    caption += "row = unit, column = where the weight comes from"
    if len(columns) < below:
        caption += f" (columns {columns[0]} to {columns[-1]} of {below})"
    right: list[Align] = ["right"] * len(header)
    return Table(tuple(header), tuple(rows), caption, ("left", *right[1:]))


def _weights_of(exercise: Exercise, weights: Sequence[str]) -> Formula:
    """A unit with the names of some of its weights: h1: w1 ... w8.

    One formula, which no line break can tear apart.
    """
    id = ids.parse(weights[0])
    unit = unit_name(exercise, id.layer, id.unit)
    return row(unit, Op(":", "punctuation"), _from_to(exercise, weights))


def _from_to(exercise: Exercise, names: Sequence[str]) -> Formula:
    """The first and the last symbol, so that it is clear how the indices run."""
    first, last = (exercise.naming.symbol(id) for id in (names[0], names[-1]))
    return first if len(names) == 1 else row(first, DOTS, last)


def _given_arrays(exercise: Exercise, vectors: Vectors) -> Iterator[Block]:
    network, task = exercise.plan.network, exercise.plan.task
    for n in range(1, task.examples + 1):
        example = n if task.examples > 1 else None
        array = vectors.inputs(example)
        targets = _targets(exercise, example)
        label = f"Data point {n}: " if example else "Data point: "
        named = row(array.symbol, EQUALS, vectors.point(n)) if example else array.symbol
        parts = (
            Math(row(named, EQUALS, matrix(exercise, array))),
            Text(" with target "),
            *_values(exercise, targets),
        )
        yield Paragraph((Text(label), *parts))
    for number_ in range(1, network.depth + 1):
        yield single(filled(exercise, vectors.weights(number_)))
    for name, names in _rest(exercise):
        yield Paragraph((Text(f"{name}: "), *_values(exercise, names)))


def filled(exercise: Exercise, array: Array) -> Formula:
    """An array with its numbers: W = [...]."""
    return row(array.symbol, EQUALS, matrix(exercise, array))


def matrix(exercise: Exercise, array: Array) -> Matrix:
    """The numbers of an array as printed, with a 1 where the text has a constant."""

    def cell(id: Cell) -> Formula:
        return Num("1") if id is None else number(exercise.printed[id])

    return Matrix(tuple(tuple(cell(id) for id in cells) for cells in array.cells))
