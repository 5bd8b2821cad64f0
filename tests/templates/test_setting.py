"""Formulas as boxes: TeX's rules, judged by LaTeX's own widths and by looking at the boxes."""

from __future__ import annotations

import json
import statistics
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from latex_widths import chosen
from sheets_of import FAMILIES, formulas, pages

from problems.formulas import formula as f
from problems.formulas import notation
from problems.formulas.formula import EQUALS, MINUS, NEGATIVE, PARTIAL, PLUS, Formula, row
from templates.formulas.atoms import MEDIUM, THICK
from templates.formulas.boxes import Box, placed
from templates.formulas.latex import latex
from templates.formulas.mathfont import MathFont, load
from templates.formulas.mathml import mathml
from templates.formulas.plain import plain
from templates.formulas.setting import set_formula
from templates.formulas.speech import speech

WIDTHS = json.loads((Path(__file__).parents[1] / "goldens/formula-widths.json").read_text("utf-8"))
MODERN, TIMES = load("BPGModernMath"), load("STIXTwoMath")
FONTS = [MODERN, TIMES]
X, Y = f.Sym("x"), f.Sym("y")
HALF = f.Frac(f.Num("1"), f.Num("2"))


def marks(
    formula: Formula, font: MathFont = MODERN, **how: bool
) -> list[tuple[float, float, str]]:
    """The glyphs of a formula as text, with their places."""
    box = set_formula(formula, font, **how)
    return [(x, y, font.text[glyph.id]) for x, y, glyph in placed(box).glyphs]


def text(formula: Formula, font: MathFont = MODERN) -> str:
    return "".join(what for _, _, what in marks(formula, font))


# against LaTeX ----------------------------------------------------------------------------------


def test_the_golden_set_is_the_one_that_was_measured() -> None:
    """A changed page needs new measurements: `make widths`."""
    assert list(chosen()) == list(WIDTHS)


def test_widths_agree_with_latex_within_three_percent_on_average() -> None:
    """Latin Modern under both; the largest difference is bounded as well."""
    errors = {
        source: set_formula(formula, MODERN).width / WIDTHS[source] - 1
        for source, formula in chosen().items()
    }
    assert statistics.fmean(map(abs, errors.values())) < 0.03
    worst = max(errors, key=lambda source: abs(errors[source]))
    assert abs(errors[worst]) < 0.08, worst


# all formulas -----------------------------------------------------------------------------------


@pytest.mark.parametrize("name", FAMILIES)
@pytest.mark.parametrize("style", notation.names())
def test_every_formula_of_every_family_is_set_by_all_five_renderers(name: str, style: str) -> None:
    """On worksheets and keys, in each notation; no character is missing in either font."""
    every = {formula for page in pages(name, style) for formula in formulas(page.blocks)}
    assert len(every) > 20
    for formula in every:
        for render in (mathml, latex, plain, speech):
            assert render(formula)
        for font in FONTS:
            box = set_formula(formula, font)
            assert box.width > 0.3
            assert box.height > 0.3
            assert "□" not in text(formula, font), plain(formula)


@pytest.mark.parametrize("font", FONTS, ids=lambda font: font.name)
def test_no_ink_leaves_its_box(font: MathFont) -> None:
    """Up and down; to the sides a slanted letter may hang over by a hair."""
    for name in FAMILIES:
        for page in pages(name):
            for formula in formulas(page.blocks):
                assert_within(set_formula(formula, font), font)


def assert_within(box: Box, font: MathFont) -> None:
    for x, y, glyph in placed(box).glyphs:
        left, bottom, right, top = (edge * glyph.size for edge in font.boxes[glyph.id])
        assert y + top <= box.ascent + 1e-6
        assert y + bottom >= -box.descent - 1e-6
        assert x + left >= -0.12
        assert x + right <= box.width + 0.12


# rules ------------------------------------------------------------------------------------------


def test_a_relation_has_thick_spaces_and_a_sum_medium_ones() -> None:
    """TeXbook, page 170."""
    alone = set_formula(X, MODERN).width + set_formula(Y, MODERN).width
    equals = set_formula(EQUALS, MODERN).width
    assert set_formula(row(X, EQUALS, Y), MODERN).width == pytest.approx(
        alone + equals + 2 * THICK
    )
    plus = set_formula(f.Op("+", "binary"), MODERN).width
    assert set_formula(row(X, PLUS, Y), MODERN).width == pytest.approx(alone + plus + 2 * MEDIUM)


def test_a_sign_stands_close_to_its_number() -> None:
    """-0.2 and 1 - 0.2 differ."""
    (_, _, _), (first, _, _), *_ = marks(row(NEGATIVE, f.Num("0.2")))
    minus = MODERN.advances[MODERN.characters[0x2212]]
    assert first == pytest.approx(minus)
    spaced = marks(row(f.Num("1"), MINUS, f.Num("0.2")))
    assert spaced[2][0] - spaced[1][0] == pytest.approx(minus + MEDIUM)


def test_there_is_no_space_round_signs_in_scripts() -> None:
    """j+1 as an index is tight."""
    index = row(f.Sym("j"), PLUS, f.Num("1"))
    tight = set_formula(f.Script(X, sub=index), MODERN).width
    loose = set_formula(X, MODERN).width + MODERN.sizes[2] * set_formula(index, MODERN).width
    assert tight < loose - MEDIUM / 2


def test_the_bar_of_a_fraction_lies_on_the_axis_between_its_parts() -> None:
    """As high as the minus sign beside it."""
    done = placed(set_formula(HALF, MODERN))
    ((_, y, bar),) = done.rules
    assert y + bar.height / 2 == pytest.approx(MODERN.constants["AxisHeight"])
    (_, top, _), (_, bottom, _) = done.glyphs
    assert top > y + bar.height
    assert bottom < y


def test_fractions_within_a_line_are_smaller() -> None:
    """A displayed fraction has parts of full size."""
    sizes = [
        placed(set_formula(HALF, MODERN, display=shown)).glyphs[0][2].size
        for shown in (True, False)
    ]
    assert sizes == [1.0, MODERN.sizes[2]]


def test_scripts_stand_low_and_high_and_do_not_touch() -> None:
    """A subscript under a superscript keeps its distance."""
    (_, base, _), (_, high, _), (_, low, _) = marks(f.Script(X, f.Num("4"), f.Num("2")))
    assert low < base < high
    both = set_formula(f.Script(X, HALF, HALF), MODERN)
    rules = sorted(y for _, y, _ in placed(both).rules)
    assert rules[1] - rules[0] > 0.9


def test_scripts_of_a_letter_stand_where_the_font_says() -> None:
    """TeXbook, rule 18: shifts of the font, or what keeps a tall subscript from rising."""
    c = MODERN.constants
    small = set_formula(f.Num("4"), MODERN).ascent * MODERN.sizes[2]
    (_, _, _), (_, low, _) = marks(f.Script(X, sub=f.Num("4")))
    assert low == pytest.approx(-max(c["SubscriptShiftDown"], small - c["SubscriptTopMax"]))
    (_, _, _), (_, lower, _) = marks(f.Script(X, sub=f.Sym("x")))
    assert lower == pytest.approx(-c["SubscriptShiftDown"])
    (_, _, _), (_, high, _) = marks(f.Script(X, sup=f.Num("2")))
    assert high == pytest.approx(c["SuperscriptShiftUp"])


def test_a_square_is_set_on_the_bracket() -> None:
    """Not floating above the letters inside."""
    squared = f.Script(f.Fence(row(f.Num("0.9"), MINUS, f.Num("0.5"))), sup=f.Num("2"))
    *_, (_, _, bracket), (_, height, two) = marks(squared)
    assert (bracket, two) == (")", "2")
    assert height == pytest.approx(marks(f.Script(X, sup=f.Num("2")))[1][1], abs=0.05)


@pytest.mark.parametrize("font", FONTS, ids=lambda font: font.name)
@pytest.mark.parametrize("rows", [1, 2, 3, 5, 9, 17])
def test_brackets_cover_a_matrix_of_any_height(font: MathFont, rows: int) -> None:
    """Beyond the largest glyph they are put together of parts."""
    body = tuple((f.Num("1"),) for _ in range(rows))
    matrix = set_formula(f.Matrix(body), font)
    edges = [
        (y + font.boxes[g.id][1] * g.size, y + font.boxes[g.id][3] * g.size)
        for x, y, g in placed(matrix).glyphs
        if x < 0.2
    ]
    digits = [y for _, y, g in placed(matrix).glyphs if font.text[g.id] == "1"]
    assert min(low for low, _ in edges) < min(digits) + 0.1
    assert max(high for _, high in edges) > max(digits) + 0.45
    assert matrix.ascent + matrix.descent < 1.2 * rows + 1.4


def test_an_assembled_bracket_has_no_gaps() -> None:
    """Each part reaches into its neighbour."""
    body = tuple((f.Num("1"),) for _ in range(12))
    box = set_formula(f.Matrix(body), MODERN)
    spans = sorted(
        (y + MODERN.boxes[g.id][1], y + MODERN.boxes[g.id][3])
        for x, y, g in placed(box).glyphs
        if x < 0.1
    )
    assert len(spans) > 2
    assert all(low < end for (_, end), (low, _) in pairwise(spans))


def test_limits_stand_above_and_below_only_in_displays() -> None:
    """In a line a sum's limits are scripts."""
    total = f.Big("∑", X, row(f.Sym("k"), EQUALS, f.Num("1")), f.Sym("N"))
    shown, inline = set_formula(total, MODERN), set_formula(total, MODERN, display=False)
    assert shown.height > inline.height + 0.5
    assert shown.width < inline.width


def test_a_root_covers_what_is_under_it() -> None:
    """Sign and bar meet."""
    box = set_formula(f.Root(HALF), MODERN)
    fraction = set_formula(HALF, MODERN)
    bar = max((y, rule.width) for _, y, rule in placed(box).rules)
    assert bar[0] > fraction.ascent
    assert bar[1] >= fraction.width


def test_hats_stand_over_the_middle_of_their_letter() -> None:
    """And a slanted letter's middle leans to the right."""
    box = placed(set_formula(f.Hat(f.Sym("y")), MODERN))
    (_, _, letter), (x, y, hat) = box.glyphs
    left, bottom, right, _ = MODERN.boxes[hat.id]
    middle = x + (left + right) / 2
    assert y + bottom > MODERN.boxes[letter.id][3] - 0.05
    assert 0.1 < middle < MODERN.advances[letter.id]


def test_blanks_are_fields_of_their_width_on_the_axis() -> None:
    """Also within a matrix."""
    cells = ((f.Blank("a", 4.0),), (f.Num("1"),), (f.Blank("b", 5.0),))
    fields = placed(set_formula(row(X, EQUALS, f.Matrix(cells)), MODERN)).fields
    assert [(field.step, field.width) for _, _, field in fields] == [("a", 4.0), ("b", 5.0)]
    assert fields[0][1] > fields[1][1] + fields[1][2].height


def test_partial_derivatives_are_slanted_and_words_upright() -> None:
    """∂E/∂net: LaTeX's \\partial leans, a word of letters does not."""
    done = marks(f.Frac(row(PARTIAL, f.Sym("E")), row(PARTIAL, f.Sym("net", "upright"))))
    assert "".join(char for *_, char in done) == "∂E∂net"
    glyphs = placed(set_formula(PARTIAL, MODERN)).glyphs
    assert glyphs[0][2].id == MODERN.characters[0x1D715]


def test_an_unknown_character_is_seen() -> None:
    """An empty square, never nothing."""
    assert text(f.Sym("李")) == "□"


def test_what_was_set_before_does_not_show() -> None:
    """Boxes are remembered, and shared; laying one open must not change it."""
    formula = row(f.Script(X, f.Num("4")), EQUALS, HALF)
    first = marks(formula)
    set_formula(row(formula, PLUS, formula), MODERN)
    assert marks(formula) == first


LEAVES = st.sampled_from([X, f.Num("0.25"), f.Num("-3"), f.Script(Y, f.Num("12")), HALF])
TREES = st.recursive(
    LEAVES,
    lambda inner: st.one_of(
        st.builds(lambda a, b: row(a, PLUS, b), inner, inner),
        st.builds(f.Frac, inner, inner),
        st.builds(lambda a: f.Script(f.Fence(a), sup=f.Num("2")), inner),
        st.builds(f.Root, inner),
        st.builds(lambda a: f.Matrix(((a,), (a,))), inner),
    ),
    max_leaves=8,
)


@given(TREES)
def test_any_tree_is_set_with_its_ink_inside(formula: Formula) -> None:
    """In both fonts."""
    for font in FONTS:
        assert_within(set_formula(formula, font), font)
