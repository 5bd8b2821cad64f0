"""How sheets and keys lie on paper: room, rows of units, columns, aligned signs, last pages."""

from __future__ import annotations

from functools import lru_cache
from itertools import pairwise

import pytest
from issued_exercises import exercises, ungated
from papers import letters
from sheets_of import FAMILIES, pages, sheet

from problems.computation import ids
from problems.exercise import Exercise
from templates.pages.html import html
from templates.pages.looks import look_of
from templates.pages.page import ArrayItem, Display, Heading, Item, Items, Page, Space, Table
from templates.pdf.blocks import Composer
from templates.pdf.displays import set_equations
from templates.pdf.document import BOTTOM, SIDE, SIZES, TOP, Options, _strips, pdf
from templates.pdf.items import Setting
from templates.pdf.items import strips as item_strips
from templates.pdf.paper import Paper
from templates.pdf.strips import Filled, Strip, fill, filled
from templates.sheets import sheets
from templates.sheets.rows import rowed

PAPERS = sorted(SIZES)
EXTREMES = [("musilek", "1-1-1"), ("musilek", "5-4-3"), ("valchanov", "5-5-4"), ("lfd", "1-1-1")]
MILLIMETRE = 72 / 25.4
FIFTH = 0.2
"""Of a page: less is a stub."""
LEAST_ROOM = 10.0
"""Two lines of handwriting, in millimetres."""


def laid(page: Page, paper: str) -> tuple[list[Filled], float]:
    """A page divided into leaves, and the height of their frame."""
    width, height = SIZES[paper]
    root = Paper("t", "t", "en", SIZES[paper], True).root
    composer = Composer(look_of(page), width - 2 * SIDE, root)
    frame = height - TOP - BOTTOM
    return filled(_strips(page, composer), frame), frame


@lru_cache(maxsize=32)
def extreme(name: str, layers: str) -> tuple[Page, Page]:
    one = [sheet(ungated(name, layers=layers, decimals=6))]
    return sheets.worksheet(one), sheets.key(one)


# room ------------------------------------------------------------------------------------------


@pytest.mark.parametrize("paper", PAPERS)
@pytest.mark.parametrize("name", FAMILIES)
def test_every_section_has_room_for_working(name: str, paper: str) -> None:
    """None is dropped or squeezed to nothing, whatever stands on its page."""
    page = pages(name)[0]
    sections = [block for block in page.blocks if isinstance(block, Items)]
    found, frame = laid(page, paper)
    rooms = [
        height
        for leaf in found
        for strip, height in zip(leaf.strips, leaf.heights, strict=True)
        if strip.gives_way
    ]
    assert len(rooms) == len(sections)
    assert min(rooms) >= LEAST_ROOM * MILLIMETRE
    for leaf in found:
        spaces = sum(strip.before for strip in leaf.strips[1:])
        assert sum(leaf.heights) + spaces <= frame + 1e-6


@pytest.mark.parametrize("name", FAMILIES)
def test_more_questions_have_more_room(name: str) -> None:
    """In every form of the sheet each section's fields are followed by its room."""
    blocks = pages(name)[0].blocks
    for block, after in pairwise(blocks):
        if isinstance(block, Items):
            assert isinstance(after, Space)
    assert sheets.working(1) < sheets.working(8) <= sheets.working(100)


# rows of units ---------------------------------------------------------------------------------


def unit_of(exercise: Exercise, question: str) -> tuple[int, int] | None:
    """The unit that a step belongs to, by its id alone."""
    id = ids.parse(question)
    if id.kind in ("error", "share"):
        return exercise.plan.network.depth, id.indices[0]
    if id.kind in ("plus", "minus") or id.kind.startswith("num") or len(id.indices) < 2:
        return None
    return id.indices[0], id.indices[1]


@pytest.mark.parametrize("name", FAMILIES)
def test_the_fields_of_a_unit_stand_together_and_begin_a_row(name: str) -> None:
    """No row holds the end of one unit and the begin of another that has several fields."""
    (exercise,) = exercises(name, 1)
    for block in pages(name)[0].blocks:
        if not isinstance(block, Items):
            continue
        single = [item for item in block.items if isinstance(item, Item)]
        units = [
            None if ids.asks_formula(item.step) else unit_of(exercise, item.step)
            for item in single
        ]
        for unit in set(units) - {None}:
            places = [n for n, one in enumerate(units) if one == unit]
            assert places == list(range(places[0], places[0] + len(places))), unit
            if len(places) > 1:
                assert single[places[0]].begins
                assert not any(single[n].begins for n in places[1:])


def test_vectors_of_a_layer_stand_in_one_row() -> None:
    """s and x of a layer beside each other, the next layer below."""
    page = pages("lfd")[0]
    first = next(block for block in page.blocks if isinstance(block, Items))
    assert all(isinstance(item, ArrayItem) for item in first.items)
    assert [item.begins for item in first.items] == [True, False, True, False]


def test_single_fields_flow() -> None:
    """Shares and their sum take one row, not three."""
    items = [block for block in pages("mazur")[0].blocks if isinstance(block, Items)]
    total = next(b for b in items if any(i.step == "loss" for i in b.items))  # type: ignore[union-attr]
    assert list(total.rows(3)) == [3]


@pytest.mark.parametrize(
    ("sizes", "most", "columns"), [((2, 2), 4, 2), ((4,), 3, 2), ((3, 3), 4, 3), ((6,), 3, 3)]
)
def test_columns_make_few_rows(sizes: tuple[int, ...], most: int, columns: int) -> None:
    """Of as many as fit the fewest that need no more rows."""
    one = next(b for b in pages("mazur")[0].blocks if isinstance(b, Items)).items[1]
    assert not one.begins
    fields = [(unit, one) for unit, size in enumerate(sizes, 1) for _ in range(size)]
    assert rowed(fields).best(most) == columns


@pytest.mark.parametrize("name", FAMILIES)
def test_html_begins_rows_too(name: str) -> None:
    """The same rows on a screen that is wide enough."""
    page = pages(name)[0]
    begun = sum(item.begins for b in page.blocks if isinstance(b, Items) for item in b.items)
    assert html(page).count('begins">') == begun


def test_rows_of_a_section_keep_to_their_columns() -> None:
    """A unit of five fields takes two rows of three columns, the next one begins below."""
    page = pages("musilek")[0]
    composer = Composer(look_of(page), 480.0, Paper("t", "t", "en", SIZES["a4"], True).root)
    last = [block for block in page.blocks if isinstance(block, Items)][-1]
    setting = Setting(composer.typeface, composer.size, "#000000", False)
    rows = item_strips(last, setting, 480.0, composer.root, 0.0, 16.0)
    assert len(rows) == len(list(last.rows(3)))


# keys ------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", FAMILIES)
def test_equations_of_a_section_align_at_their_signs(name: str) -> None:
    """One display a section; every equation has its left side, and its sign stands where the
    others' do."""
    page = pages(name)[1]
    displays = [block for block in page.blocks if isinstance(block, Display)]
    results = {"All results", "The error over the updates"}
    sections = [s for s in sheet(exercises(name, 1)[0]).sections if s.groups]
    headings = [b for b in page.blocks if isinstance(b, Heading) and b.level == 2]
    worked = [block for block in displays if block.lines[0].left is not None]
    assert len(worked) == len(sections)
    assert len(headings) >= len(sections) - len(results)
    font = Composer(look_of(page), 480.0, Paper("t", "t", "en", SIZES["a4"], True).root).typeface
    for display in worked:
        equations = list(set_equations(display, font.metrics, 45.0))
        assert len(equations) == len(display.equations())
        if len(display.lines) > 1:
            lefts = [rows[0].left.width for rows in equations]
            assert min(lefts) > 0  # what stands left of the sign is set flush to it
            assert max(row.right.width for rows in equations for row in rows) <= 45.0 - max(lefts)


@pytest.mark.parametrize("name", ["musilek", "mazur", "slides", "lfd", "sgd", "valchanov"])
def test_all_results_stand_in_two_columns(name: str) -> None:
    """The header twice beside each other, and everything within the frame."""
    data = pdf(pages(name)[1], Options("a4"))
    found = letters(data)
    width = SIZES["a4"][0]
    assert max(letter.right for letter in found) <= width - SIDE + 1.0
    table = [block for block in pages(name)[1].blocks if isinstance(block, Table)][-1]
    root = Paper("t", "t", "en", SIZES["a4"], True).root
    composer = Composer(look_of(pages(name)[1]), width - 2 * SIDE, root)
    assert len(list(composer.strips(table))) == 1 + -(-len(table.rows) // 2)


# last pages ------------------------------------------------------------------------------------


@pytest.mark.parametrize("paper", PAPERS)
@pytest.mark.parametrize("what", ["sheet", "key"])
@pytest.mark.parametrize("name", FAMILIES)
def test_no_last_page_holds_a_few_rows_alone(name: str, what: str, paper: str) -> None:
    """It holds a fifth of a page at least, room for working left out."""
    found, frame = laid(pages(name)[what == "key"], paper)
    assert len(found) == 1 or (found[-1].content >= FIFTH * frame and len(found[-1].strips) > 3)


@pytest.mark.parametrize("what", ["sheet", "key"])
@pytest.mark.parametrize(("name", "layers"), EXTREMES)
def test_extreme_networks_have_no_stub_either(name: str, layers: str, what: str) -> None:
    """Narrow and wide ones."""
    found, frame = laid(extreme(name, layers)[what == "key"], "a4")
    assert len(found) == 1 or found[-1].content >= FIFTH * frame


def test_a_stub_is_saved_by_less_space_or_shared() -> None:
    """A line too much goes back where spaces can give; else the pages before it give lines."""
    loose = [Strip(10.0, before=10.0) for _ in range(6)]
    assert len(fill(loose, 100.0)) == 2
    assert len(filled(loose, 100.0)) == 1
    solid = [Strip(10.0) for _ in range(11)]
    assert [len(page.strips) for page in fill(solid, 100.0)] == [10, 1]
    assert [len(page.strips) for page in filled(solid, 100.0)] == [9, 2]
    spaces = [strip.before for strip in solid]
    assert spaces == [0.0] * 11
