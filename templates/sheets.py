"""Worksheets and answer keys: exercises laid out as pages."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from problems import ids
from problems.exercise import Exercise
from problems.formula import EQUALS, Formula, Matrix, Num, Op, Row, row
from problems.network import bias_ids
from problems.precision import Precision
from problems.sections import Group, Placed
from problems.vectors import Array, Cell, Vectors
from problems.writing import Writer, number
from templates.figure import network_figure
from templates.page import (
    ArrayItem,
    Block,
    Code,
    Display,
    Header,
    Heading,
    Inline,
    Inlines,
    Item,
    Items,
    Math,
    Note,
    Page,
    PageBreak,
    Paragraph,
    Relation,
    Space,
    Table,
    Text,
    single,
    text,
)

LANGUAGE = "en"
WORKING = 22.0
"""Room for working below a section, in millimetres."""
PLUS_MINUS = Op("±", "binary")


@dataclass(frozen=True)
class Sheet:
    """One exercise with the words of its family."""

    exercise: Exercise
    title: str
    source: str
    instructions: str
    sections: tuple[Placed, ...]
    student: str
    """The name as printed."""


def worksheet(sheets: Sequence[Sheet]) -> Page:
    """What a student gets: givens, instructions, fields to fill in; nothing of the solution."""
    return _page(sheets, "Worksheet", _worksheet_blocks)


def key(sheets: Sequence[Sheet]) -> Page:
    """What a teacher gets: every step worked, and a table of the results."""
    return _page(sheets, "Answer key", _key_blocks)


def _page(sheets: Sequence[Sheet], what: str, blocks: object) -> Page:
    first = sheets[0]
    ids_shown = ", ".join(sheet.exercise.id for sheet in sheets)
    found: list[Block] = []
    for n, sheet in enumerate(sheets, 1):
        if n > 1:
            found.append(PageBreak())
        found += _opening(sheet, n, len(sheets), what)
        found += blocks(sheet)  # type: ignore[operator]
    title = f"{what}: {first.title} ({first.student})"
    return Page(title, LANGUAGE, Header(first.student, ids_shown), tuple(found))


def _opening(sheet: Sheet, n: int, of: int, what: str) -> list[Block]:
    count = f", exercise {n} of {of}" if of > 1 else ""
    level = 1 if n == 1 else 2
    words: list[Inline] = [Text(f"{what}{count}, for "), Text(f"{sheet.student}. ")]
    words += [Text("Exercise "), Code(sheet.exercise.id), Text(".")]
    opening: list[Block] = [
        Heading(level, sheet.title),  # type: ignore[arg-type]
        Paragraph(tuple(words)),
        Paragraph(text(sheet.instructions)),
    ]
    if sheet.source:
        opening.append(Paragraph(text(f"In the style of: {sheet.source}.")))
    return [*opening, network_figure(sheet.exercise), *givens(sheet.exercise)]


# givens ------------------------------------------------------------------------------------


def givens(exercise: Exercise) -> list[Block]:
    """All numbers that are handed out, as a table, or as matrices where the text has them."""
    vectors = Vectors(exercise.naming)
    if vectors.letters:
        return [Heading(2, "Given"), *_given_arrays(exercise, vectors)]
    header = (text("Given"), text("Values"))
    rows = [(text(name), _values(exercise, found)) for name, found in _given_groups(exercise)]
    return [Heading(2, "Given"), Table(header, tuple(rows))]


def _given_groups(exercise: Exercise) -> Iterator[tuple[str, list[str]]]:
    network, task = exercise.plan.network, exercise.plan.task
    for n in range(1, task.examples + 1):
        example = n if task.examples > 1 else None
        of = f" of example {n}" if example else ""
        yield f"Inputs{of}", [ids.at(f"x.{i}", example) for i in range(1, network.inputs + 1)]
        yield f"Targets{of}", [ids.at(f"t.{k}", example) for k in range(1, network.outputs + 1)]
    for number_, layer in enumerate(network.layers, 1):
        where = _layer_name(number_, network.depth)
        weights = [p for p in network.parameters() if p.startswith(f"w.{number_}.")]
        yield f"Weights into the {where}", weights
        biases = bias_ids(layer, number_)
        if biases:
            plural = "Biases" if len(biases) > 1 else "Bias"
            yield f"{plural} of the {where}", biases
    yield from _rest(exercise)


def _rest(exercise: Exercise) -> Iterator[tuple[str, list[str]]]:
    if "rate" in exercise.givens:
        yield "Learning rate", ["rate"]
    if "shift" in exercise.givens:
        yield "Shift of the numerical approach", ["shift"]


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


def _given_arrays(exercise: Exercise, vectors: Vectors) -> Iterator[Block]:
    network, task = exercise.plan.network, exercise.plan.task
    for n in range(1, task.examples + 1):
        example = n if task.examples > 1 else None
        array = vectors.inputs(example)
        targets = [ids.at(f"t.{k}", example) for k in range(1, network.outputs + 1)]
        label = f"Data point {n}: " if example else "Data point: "
        parts = (
            Math(_filled(exercise, array)),
            Text(" with target "),
            *_values(exercise, targets),
        )
        yield Paragraph((Text(label), *parts))
    for number_ in range(1, network.depth + 1):
        yield Display((Relation(None, None, _filled(exercise, vectors.weights(number_))),))
    for name, names in _rest(exercise):
        yield Paragraph((Text(f"{name}: "), *_values(exercise, names)))


def _filled(exercise: Exercise, array: Array) -> Formula:
    """An array with its numbers: W = [...]."""
    return row(array.symbol, EQUALS, _matrix(exercise, array))


def _matrix(exercise: Exercise, array: Array) -> Matrix:
    def cell(id: Cell) -> Formula:
        return Num("1") if id is None else number(exercise.printed[id])

    return Matrix(tuple(tuple(cell(id) for id in cells) for cells in array.cells))


# worksheet ---------------------------------------------------------------------------------


def how_to_write(precision: Precision) -> Inlines:
    """The precision that is asked for, and how numbers are typed."""
    if precision.significant is not None:
        digits = f"{precision.significant} significant figures"
    else:
        digits = f"{precision.decimals} decimals"
    more = "".join(f", {_kind_name(kind)} with {n}" for kind, n in precision.kinds)
    return text(
        f"Write every number with {digits}{more}. You may round or cut off, and carry on with "
        "the written number or with the one on your calculator; more digits never cost anything. "
        "Type numbers like 0.5933, -0.02 or 5.9e-3. Hand in answers.csv with the column "
        "'answer' filled in; leave a cell empty rather than guess."
    )


def _kind_name(kind: str) -> str:
    names = {"plus": "the upper errors", "minus": "the lower errors"}
    return names.get(kind, kind)


def _worksheet_blocks(sheet: Sheet) -> Iterator[Block]:
    yield Note(how_to_write(sheet.exercise.precision))
    for section in sheet.sections:
        yield Heading(2, section.title)
        if section.text:
            yield Paragraph(text(section.text))
        if section.groups:
            yield Items(tuple(_item(sheet.exercise, group) for group in section.groups))
            yield Space(WORKING)


def _item(exercise: Exercise, group: Group) -> Item | ArrayItem:
    vectors = Vectors(exercise.naming)
    if group.vector and vectors.can(group.steps):
        array = vectors.array(group.steps)
        cells = tuple(
            tuple(Num("1") if id is None else _field(exercise, id) for id in cells)
            for cells in array.cells
        )
        labels = [exercise.labels.get(id, id) for id in group.steps]
        label = labels[0] if len(labels) == 1 else f"{labels[0]} … {labels[-1]}"
        return ArrayItem(label, row(array.symbol, EQUALS), cells)
    return _field(exercise, group.steps[0])


def _field(exercise: Exercise, id: str) -> Item:
    writer = Writer(exercise.naming)
    step = exercise.graph.steps[id]
    prompt = row(writer.left(step), writer.relation(step))
    return Item(id, exercise.labels.get(id, id), prompt)


# key ---------------------------------------------------------------------------------------


def _key_blocks(sheet: Sheet) -> Iterator[Block]:
    exercise = sheet.exercise
    writer = Writer(exercise.naming, exercise.printed, exercise.asked)
    for section in sheet.sections:
        yield Heading(2, section.title)
        for group in section.groups:
            yield from _worked(exercise, writer, group)
    yield Heading(2, "All results")
    yield results(exercise)


def _worked(exercise: Exercise, writer: Writer, group: Group) -> Iterator[Block]:
    vectors = Vectors(exercise.naming)
    if group.vector and vectors.can(group.steps):
        array = vectors.array(group.steps)
        lines = [Relation(array.symbol, EQUALS, array.rule)] if array.rule else []
        yield Display((*lines, Relation(None, EQUALS, _matrix(exercise, array))))
    for id in group.steps:
        for inner in (i for i in exercise.graph.steps if i.startswith(f"{id}/")):
            yield worked_step(exercise, writer, inner)
        yield worked_step(exercise, writer, id)


def worked_step(exercise: Exercise, writer: Writer, id: str) -> Display:
    """symbol = formula = numbers = value ± tolerance, as the documents print it."""
    found = writer.worked(exercise.graph.steps[id])
    parts = [found.symbol, found.relation, found.formula]
    if found.numbers not in (found.value, found.formula):
        parts += [EQUALS, found.numbers]
    # A row within the row: value and tolerance are never torn apart at a line's end.
    value = Row((found.value, PLUS_MINUS, Num(tolerance(exercise, id))))
    return single(Row((*row(*parts, EQUALS).items, value)))  # type: ignore[attr-defined]


def tolerance(exercise: Exercise, id: str) -> str:
    """How far an answer may be from the true value, to two figures, rounded up."""
    radius = float(exercise.solution[id].r)
    return rounded_up(radius)


def rounded_up(radius: float) -> str:
    """Two significant figures, never below the radius.

    >>> rounded_up(0.00012413), rounded_up(0.0001)
    ('0.00013', '0.00010')
    """
    from problems.precision import leading_place, rounded

    unit = float(leading_place(radius)) / 10
    steps = int(-(-radius * (1 - 1e-9) // unit))
    decimals = max(0, -int(f"{unit:e}".split("e")[1]))
    return rounded(steps * unit, decimals)


def results(exercise: Exercise) -> Table:
    """Label, value and tolerance of every asked step."""
    header = (text("Step"), text("To be typed as"), text("Value"), text("Tolerance"))
    rows = tuple(
        (
            (Math(exercise.naming.symbol(id)),),
            (Code(exercise.labels[id]),),
            (Math(number(exercise.printed[id])),),
            text(f"± {tolerance(exercise, id)}"),
        )
        for id in exercise.asked
    )
    return Table(header, rows, "", ("left", "left", "right", "right"))
