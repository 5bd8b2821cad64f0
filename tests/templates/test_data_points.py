"""Which data point, round and precision a symbol of a sheet belongs to."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest
from issued_exercises import exercises
from sheets_of import pages, sheet

from problems.arithmetic.precision import Precision
from problems.exercise import Exercise
from templates.formulas.plain import plain
from templates.pages.page import Display, Heading, Inlines, Math, Note, Page, Paragraph, Text
from templates.sheets.givens import givens
from templates.sheets.sheets import how_to_write, key, worksheet

SEVERAL = ["lfd", "sgd"]


def said(parts: Inlines) -> str:
    return "".join(plain(p.formula) if isinstance(p, Math) else p.text for p in parts)  # type: ignore[union-attr]


def lines(page: Page) -> list[str]:
    """Headings and displays as text, in reading order."""
    found = []
    for block in page.blocks:
        if isinstance(block, Heading):
            found.append(f"# {block.text}")
        if isinstance(block, Display):
            for equation in block.equations():
                parts = [p for line in equation for p in (line.left, line.sign, line.right)]
                found.append(" ".join(plain(part) for part in parts if part is not None))
    return found


def of_a_point(page: Page, n: int) -> list[str]:
    """What stands under the headings of a data point."""
    found, inside = [], False
    for line in lines(page):
        inside = f"(data point {n})" in line if line.startswith("#") else inside
        found += [line] if inside else []
    return found


@pytest.mark.parametrize("name", SEVERAL)
def test_a_data_point_has_its_name_and_its_own_target(name: str) -> None:
    """Point 2 is x_2 with target y_2; y_1 stands nowhere near it."""
    (exercise,) = exercises(name, 1)
    points = [said(b.parts) for b in givens(exercise) if isinstance(b, Paragraph)][:2]
    for n, point in enumerate(points, 1):
        assert re.match(rf"Data point {n}: x\^\(0\) = x_{n} = .* with target y_{n} = ", point)
    second = of_a_point(pages(name)[1], 2)
    assert any("y_2" in line for line in second)
    assert not any("y_1" in line for line in second)


def test_several_outputs_of_a_data_point_are_counted_behind_it() -> None:
    """y_2,1 is the first output of the second data point."""
    (exercise,) = exercises("lfd", 1)
    plan = exercise.plan
    last = replace(plan.network.layers[-1], units=2)
    wide = replace(plan, network=replace(plan.network, layers=(plan.network.layers[0], last)))
    naming = replace(exercise, plan=wide).naming
    assert plain(naming.symbol("n2:t.1")) == "y_{2,1}"
    assert naming.label("n2:t.1") == "n2:y[1]"


def test_a_matrix_and_its_entries_are_of_the_same_update() -> None:
    """W(t + 2) over w(t + 2); the second point meets the weights of the first."""
    page = pages("sgd")[1]
    first, second = of_a_point(page, 1), of_a_point(page, 2)
    assert any(line.startswith("W^(1)(t + 1) = W^(1)(t) − η G^(1)(x_1)") for line in first)
    assert any(line.startswith("W^(1)(t + 2) = W^(1)(t + 1) − η G^(1)(x_2)") for line in second)
    new = [line for line in second if re.match(r"[Ww]_?\S*\(t", line)]
    assert len(new) > 4
    assert all(re.match(r"[Ww]_?\S*\(t \+ 2\)", line) for line in new)
    assert any("(W^(1)(t + 1))^T" in line for line in second)
    assert not any("(t + 1))^T" in line for line in first)


@pytest.mark.parametrize("name", SEVERAL)
def test_results_without_headings_name_their_data_point(name: str) -> None:
    """In the last table two symbols are never the same."""
    (exercise,) = exercises(name, 1)
    table = key([sheet(exercise)]).blocks[-1]
    symbols = [said(row[0]) for row in table.rows]  # type: ignore[union-attr]
    assert len(set(symbols)) == len(symbols)


def notes(exercise: Exercise) -> str:
    found = [b for b in worksheet([sheet(exercise)]).blocks if isinstance(b, Note)]
    return " ".join(said(note.parts) for note in found)


def test_other_digits_are_asked_of_steps_by_their_symbols() -> None:
    """Not of 'upper errors', which the sheet calls otherwise."""
    (exercise,) = exercises("lfd-numeric", 1)
    words = "with 4 decimals, but e(w_11^(1) + Δ) and e(w_11^(1) − Δ) and the like with 6."
    assert words in notes(exercise)


def test_one_decimal_is_one() -> None:
    """The word follows the number."""
    (exercise,) = exercises("mazur", 1)
    coarse = replace(exercise, precision=Precision(1))
    (begin, *_) = how_to_write(coarse, ())
    assert isinstance(begin, Text)
    assert begin.text == "Write every number with 1 decimal"
