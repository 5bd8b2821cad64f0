"""What a worksheet hands out: every number once, as a list or as tables of weights."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

import pytest
from issued_exercises import exercises
from plans import net, random_givens
from shipped_recipes import LAYERED

from problems.arithmetic.precision import Precision
from problems.computation.graph import build
from problems.computation.network import Plan
from problems.exercise import Exercise
from problems.formulas.formula import Matrix, Row
from templates.formulas.measure import width
from templates.formulas.plain import plain
from templates.pages.page import Block, Figure, Heading, Inlines, Math, Table
from templates.sheets.figure import network_figure, unit_name
from templates.sheets.givens import givens
from templates.sheets.sheets import Sheet, worksheet

NOTATIONS = ["musilek", "mazur", "standard", "valchanov"]
PAGE = 48.0
"""Of 480 points at 10 points, in em."""
BETWEEN = 1.8
"""Padding of the printed page between two columns of numbers, in em."""


def exercise_of(
    layers: str, notation: str = "musilek", bias: str = "unit", decimals: int = 2
) -> Exercise:
    """An exercise of any size; too large ones are never drawn, but files may hold them."""
    network = net(layers, " ".join(["tanh"] * layers.count("-")), bias)
    plan = Plan(network)
    numbers = random_givens(build(plan), 1, 5)
    known = {id: f"{float(value[0]):.{decimals}f}" for id, value in numbers.items()}
    return Exercise("x-1", "ada", "x", notation, plan, known, Precision(5), ("loss",))


def dense(exercise: Exercise) -> list[Block]:
    """The givens as they stand below a drawing that shows no values."""
    return givens(exercise, "nothing")


def tables(exercise: Exercise) -> list[Table]:
    """The tables of weights, without the one of inputs, targets and the rate."""
    _, first, *others = dense(exercise)
    assert isinstance(first, Table)
    assert all(isinstance(block, Table) for block in others)
    return [block for block in others if isinstance(block, Table)]


def said(parts: Inlines) -> str:
    """A cell as it reads."""
    return "".join(
        plain(part.formula) if isinstance(part, Math) else part.text for part in parts
    ).replace("−", "-")


def numbers(blocks: list[Block]) -> Iterator[str]:
    """Every number that is handed out: right of an equals sign, or alone in a cell."""
    first, *others = (block for block in blocks if isinstance(block, Table))
    for _, values in first.rows:
        for part in values:
            if isinstance(part, Math):
                assert isinstance(part.formula, Row)
                yield plain(part.formula).split("=")[1].strip().replace("−", "-")
    for table in others:
        yield from (said(cell) for row in table.rows for cell in row[1:])


@pytest.mark.parametrize("bias", ["unit", "layer", "augmented", "none"])
@pytest.mark.parametrize("notation", NOTATIONS)
def test_every_given_number_is_there_once(notation: str, bias: str) -> None:
    """8-8-4 has 108 weights and biases: none is lost, none is said twice."""
    exercise = exercise_of("8-8-4", notation, bias)
    assert Counter(numbers(dense(exercise))) == Counter(exercise.givens.values())
    assert Counter(numbers(givens(exercise))) == Counter(exercise.givens.values())


@pytest.mark.parametrize("notation", NOTATIONS)
def test_a_weight_stands_in_its_unit_s_row_and_its_origin_s_column(notation: str) -> None:
    """The names of units are those in the circles of the drawing."""
    exercise = exercise_of("8-8-4", notation)
    for layer, table in enumerate(tables(exercise), 1):
        columns = [said(cell) for cell in table.header]
        for j, row in enumerate(table.rows, 1):
            assert said(row[0]).startswith(plain(unit_name(exercise, layer, j)))
            for i in range(1, 9):
                column = columns.index(plain(unit_name(exercise, layer - 1, i)))
                assert said(row[column]) == exercise.givens[f"w.{layer}.{j}.{i}"]
            assert said(row[-1]) == exercise.givens[f"b.{layer}.{j}"]


@pytest.mark.parametrize("notation", NOTATIONS)
def test_rows_name_their_first_and_last_weight(notation: str) -> None:
    """Mazur numbers weights through, Valchanov writes where they come from first."""
    exercise = exercise_of("8-8-4", notation)
    for layer, table in enumerate(tables(exercise), 1):
        for j, row in enumerate(table.rows, 1):
            for i in (1, 8):
                assert plain(exercise.naming.symbol(f"w.{layer}.{j}.{i}")) in said(row[0])
        assert plain(exercise.naming.symbol(f"b.{layer}.1")) in said(table.header[-1])


def test_shared_biases_stay_with_the_small_numbers() -> None:
    """A column of one number eight times would say it eight times."""
    _, small, *_ = dense(exercise_of("8-8-4", bias="layer"))
    assert isinstance(small, Table)
    names = [said(row[0]) for row in small.rows]
    assert names == [
        "Inputs", "Targets", "Bias of the hidden layer", "Bias of the output layer",
        "Learning rate",
    ]  # fmt: skip
    assert all(len(table.header) == 9 for table in tables(exercise_of("8-8-4", bias="layer")))


@pytest.mark.parametrize("bias", ["unit", "layer"])
@pytest.mark.parametrize("notation", NOTATIONS)
@pytest.mark.parametrize("layers", ["8-8-4", "12-9-10-2", "64-20-3", "1-9-9"])
@pytest.mark.parametrize("decimals", [1, 2, 4])
def test_tables_fit_the_paper(layers: str, notation: str, bias: str, decimals: int) -> None:
    """480 points at 10 points; wide layers are split into parts of about the same width."""
    exercise = exercise_of(layers, notation, bias, decimals)
    for table in tables(exercise):
        cells = zip(*(table.rows), strict=True)
        widest = [max(width(parts[0].formula) for parts in column) for column in cells]  # type: ignore[union-attr]
        assert sum(widest) + BETWEEN * (len(widest) - 1) <= PAGE


def test_8_columns_of_two_decimals_stand_side_by_side() -> None:
    """With the bias besides: an 8-8-4 net has one table a layer."""
    for notation in NOTATIONS:
        assert len(tables(exercise_of("8-8-4", notation))) == 2


def test_the_parts_of_a_wide_layer_say_which_columns_they_hold() -> None:
    """And the bias stands in the last part alone."""
    first, second, *_ = tables(exercise_of("12-3-2"))
    assert first.caption.endswith("(columns 1 to 6 of 12)")
    assert second.caption.endswith("(columns 7 to 12 of 12)")
    assert not any("Bias" in said(cell) for cell in first.header)
    assert "Bias" in said(second.header[-1])


def test_captions_name_the_layer() -> None:
    """As the list does where there is room for one."""
    captions = [table.caption for table in tables(exercise_of("2-3-3-2"))]
    assert [caption.split(":")[0] for caption in captions] == [
        "Weights into the hidden layer 1",
        "Weights into the hidden layer 2",
        "Weights into the output layer",
    ]


@pytest.mark.parametrize("name", LAYERED)
def test_small_networks_keep_their_list(name: str) -> None:
    """Where the drawing shows the values, they are few enough to be read in a line."""
    exercise = exercises(name, 1)[0]
    assert network_figure(exercise).drawing.shown == "values"
    assert sum(isinstance(block, Table) for block in givens(exercise)) <= 1


def test_matrices_stay_matrices() -> None:
    """LFD's text writes them so, and they are compact at any size."""
    exercise = exercise_of("8-8-4", "lfd", "augmented")
    blocks = dense(exercise)
    assert not any(isinstance(block, Table) for block in blocks)
    assert str(blocks).count(Matrix.__name__) == 3


def test_the_worksheet_takes_what_its_drawing_shows() -> None:
    """8-8-4 is a thicket without labels; its numbers stand in two tables."""
    exercise = exercise_of("8-8-4", bias="layer")
    blocks = worksheet([Sheet(exercise, "Wide", "", "Do it.", (), "Ada")]).blocks
    (figure,) = (block for block in blocks if isinstance(block, Figure))
    assert figure.drawing.shown == "nothing"
    place = blocks.index(Heading(2, "Given"))
    assert [type(block) for block in blocks[place + 1 : place + 4]] == [Table] * 3
