"""Every formula in every setting."""

from __future__ import annotations

import re
import xml.etree.ElementTree as ET
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from problems.computation import graph
from problems.computation.network import Layer, Method, Network, Plan, Task
from problems.formulas import formula as f
from problems.formulas import notation, writing
from problems.formulas.formula import EQUALS, MINUS, NEGATIVE, PARTIAL, PLUS, Formula, row
from templates.formulas.breaking import lines, pieces, sides
from templates.formulas.latex import latex
from templates.formulas.letters import atomic, tall
from templates.formulas.mathml import mathml
from templates.formulas.measure import width
from templates.formulas.plain import plain
from templates.formulas.spans import label
from templates.formulas.speech import speech

RENDERERS: dict[str, Callable[[Formula], object]] = {
    "mathml": mathml,
    "latex": latex,
    "plain": plain,
    "speech": speech,
    "label": label,
    "width": width,
}
CORE = {"math", "mrow", "mi", "mn", "mo", "mspace", "mfrac", "msqrt", "msub", "msup", "msubsup"}
CORE |= {"mover", "munder", "munderover", "mtable", "mtr", "mtd"}


def script(base: str, sub: str, sup: str = "") -> Formula:
    above = f.Fence(f.Num(sup)) if sup else None
    return f.Script(f.word(base), f.Num(sub) if sub.isdigit() else f.word(sub), above)


def d(top: Formula, bottom: Formula) -> Formula:
    return f.Frac(row(PARTIAL, top), row(PARTIAL, bottom))


Y4, W64, E = script("y", "4"), script("w", "64"), f.Sym("E")
DOT, TIMES, COMMA = f.Op("·", "binary"), f.Op("×", "binary"), f.Op(",", "punctuation")
BRACKETED = f.Row((f.Op("(", "punctuation"), f.Num("1"), f.Op(")", "punctuation")))

NODES: dict[type[Formula], Formula] = {
    f.Num: f.Num("-0.2"),
    f.Sym: f.Sym("w"),
    f.Op: f.Op("+", "binary"),
    f.Row: row(Y4, PLUS, f.Num("1")),
    f.Script: W64,
    f.Frac: f.Frac(f.Num("1"), f.Num("2")),
    f.Fence: f.Fence(row(Y4, MINUS, f.Num("1"))),
    f.Call: f.Call(f.Sym("φ"), f.Num("4.3")),
    f.Root: f.Root(f.Num("2")),
    f.Big: f.Big("∑", Y4, row(f.Sym("k"), EQUALS, f.Num("1")), f.Sym("N")),
    f.Matrix: f.Matrix(((f.Num("1"), f.Num("2")), (f.Num("3"), f.Num("4")))),
    f.Blank: f.Blank("net.1.1"),
    f.Hat: f.Hat(f.Sym("y")),
}


def test_there_is_an_example_of_every_node() -> None:
    """A new node must be set by every renderer; this list is what asks them."""
    classes = {node for node in vars(f).values() if isinstance(node, type)}
    assert set(NODES) == {node for node in classes if issubclass(node, Formula)} - {Formula}


@pytest.mark.parametrize("name", RENDERERS)
@pytest.mark.parametrize("node", NODES.values(), ids=lambda node: type(node).__name__)
def test_every_renderer_sets_every_node(name: str, node: Formula) -> None:
    """And none of them as nothing."""
    assert RENDERERS[name](node)


@pytest.mark.parametrize("name", RENDERERS)
def test_an_unknown_node_is_refused(name: str) -> None:
    """Rather than left out of what is printed."""

    class Strange(Formula):
        pass

    with pytest.raises(TypeError, match="Strange"):
        RENDERERS[name](row(f.Num("1"), Strange()))


KNOWN = [
    (
        row(script("net", "1"), EQUALS, script("w", "1"), DOT, script("i", "1")),
        "net_1 = w_1·i_1",
        r"\mathrm{net}_ 1 = w_1 \cdot i_1",
        "net sub 1 equals w sub 1 times i sub 1",
    ),
    (
        d(E, W64),
        "∂E/∂w_64",
        r"\frac{\partial E}{\partial w_{64}}",
        "partial E over partial w sub 64",
    ),
    (
        row(d(E, Y4), d(Y4, script("v", "4"))),
        "(∂E/∂y_4)(∂y_4/∂v_4)",
        r"\frac{\partial E}{\partial y_4}\frac{\partial y_4}{\partial v_4}",
        "partial E over partial y sub 4 times partial y sub 4 over partial v sub 4",
    ),
    (
        f.Frac(f.Num("1"), row(f.Num("1"), PLUS, f.Script(f.Sym("e"), sup=row(NEGATIVE, Y4)))),
        "1/(1 + e^(−y_4))",
        r"\frac{1}{1 + e^{-y_4}}",
        "the fraction 1 over 1 plus e to the power minus y sub 4, end fraction,",
    ),
    (
        f.Script(f.Fence(row(Y4, MINUS, f.Num("0.1"))), sup=f.Num("2")),
        "(y_4 − 0.1)^2",
        "(y_4 - 0.1)^2",
        "open bracket y sub 4 minus 0.1 close bracket squared",
    ),
    (
        row(f.Frac(f.Num("1"), f.Num("2")), f.Fence(row(Y4, PLUS, Y4))),
        "(1/2)(y_4 + y_4)",
        r"\frac{1}{2}(y_4 + y_4)",
        "one half times open bracket y sub 4 plus y sub 4 close bracket",
    ),
    (
        f.Script(f.Sym("w"), f.Num("01"), BRACKETED),
        "w_01^(1)",
        "w_{01}^{(1)}",
        "w sub 01 superscript 1",
    ),
    (
        f.Script(f.Sym("w"), row(f.Num("10"), COMMA, f.Num("5"))),
        "w_{10,5}",
        "w_{10,5}",
        "w sub 10 comma 5",
    ),
    (
        f.Call(f.Sym("θ′", "upright"), script("s", "1", "2")),
        "θ′(s_1^(2))",
        r"\theta'(s_1^{(2)})",
        "theta prime of s sub 1 superscript 2",
    ),
    (row(f.Num("2"), f.Sym("Δ")), "2Δ", r"2\Delta", "2 Delta"),
    (f.Sym("ŷ"), "ŷ", r"\hat{y}", "y hat"),
    (f.Hat(f.Sym("y")), "ŷ", r"\hat{y}", "y hat"),
    (
        f.Matrix(((f.Num("0.7"),), (f.Num("-1"),))),
        "[0.7; -1]",
        r"\left\lbrack \begin{matrix} 0.7 \cr -1 \end{matrix} \right\rbrack",
        "the column vector 0.7, minus 1, end vector,",
    ),
    (
        NODES[f.Matrix],
        "[[1, 2], [3, 4]]",
        r"\left\lbrack \begin{matrix} 1 & 2 \cr 3 & 4 \end{matrix} \right\rbrack",
        "the 2 by 2 matrix, row 1: 1, 2; row 2: 3, 4, end matrix,",
    ),
    (
        NODES[f.Big],
        "∑_{k=1}^{N} y_4",
        r"\sum_{k=1}^N y_4",
        "the sum from k equals 1 to N of y sub 4",
    ),
    (f.Blank("x", 3), "____", r"\underline{\hspace{3em}}", "blank"),
    (
        row(f.Sym("w"), f.Op("←", "relation"), f.Sym("δ", "bold")),
        "w ← δ",
        r"w \leftarrow \boldsymbol{\delta}",
        "w becomes bold delta",
    ),
    (f.Script(f.Sym("w"), sup=f.Op("+", "binary")), "w^+", "w^+", "w plus"),
]


@pytest.mark.parametrize("formula, text, tex, words", KNOWN)
def test_known_formulas_give_known_text(formula: Formula, text: str, tex: str, words: str) -> None:
    """Written down by hand, from the documents."""
    assert (plain(formula), latex(formula), speech(formula)) == (text, tex, words)


# random trees --------------------------------------------------------------------------------

LEAVES = st.one_of(
    st.sampled_from(["0.5", "-0.25", "1", "41"]).map(f.Num),
    st.sampled_from(["w", "y", "net", "α", "θ′", "ŷ", "ReLU", "Δ"]).map(f.word),
    st.sampled_from(["x", "δ", "W"]).map(lambda text: f.Sym(text, "bold")),
    st.just(f.Blank("a")),
)


def joined(parts: list[Formula]) -> Formula:
    """Parts with signs between them."""
    items = [parts[0]]
    for number, part in enumerate(parts[1:]):
        items += [(PLUS, EQUALS, DOT, TIMES)[number % 4], part]
    return row(*items)


def branches(children: st.SearchStrategy[Formula]) -> st.SearchStrategy[Formula]:
    maybe = st.none() | children
    return st.one_of(
        st.lists(children, min_size=1, max_size=4).map(joined),
        st.lists(children, min_size=2, max_size=3).map(lambda parts: row(*parts)),
        st.builds(f.Script, children, maybe, maybe),
        st.builds(f.Frac, children, children),
        st.builds(
            lambda a, pair: f.Fence(a, *pair), children, st.sampled_from(["()", "[]", "{}"])
        ),
        st.builds(f.Call, st.sampled_from([f.Sym("φ"), f.word("tanh")]), children),
        st.builds(f.Root, children),
        st.builds(f.Big, st.sampled_from(["∑", "max"]), children, maybe, maybe),
        st.builds(f.Hat, children, st.sampled_from("^¯˜")),
        st.builds(lambda a, b: f.Matrix(((a, b), (b, a))), children, children),
    )


TREES = st.recursive(LEAVES, branches, max_leaves=12)


@given(TREES)
def test_mathml_is_well_formed_and_core(tree: Formula) -> None:
    """Only elements that all browsers draw, so no polyfill is needed."""
    root = ET.fromstring(mathml(tree, display=True))
    assert {element.tag for element in root.iter()} <= CORE


@given(TREES)
def test_latex_survives_a_markdown_parser(tree: Formula) -> None:
    """GitHub's Markdown pass takes escapes, emphasis, links and table cells before the maths."""
    text = latex(tree)
    assert not re.search(r"\\[^A-Za-z]", text)
    assert not re.search(r"(?<![A-Za-z0-9])_(?! )", text)
    assert not set("[]|*$`<>\n") & set(text)
    assert text.count("{") == text.count("}")


@given(TREES)
def test_lines_of_text_are_single_lines_with_balanced_brackets(tree: Formula) -> None:
    """A terminal or a table cell has one line."""
    text = plain(tree)
    assert "\n" not in text
    assert text == text.strip()
    assert text.count("(") == text.count(")")
    assert "  " not in speech(tree)


def opened(formula: Formula) -> list[Formula]:
    """The parts of a row, its brackets as signs: a line may end within them."""
    found: list[Formula] = []
    for item in formula.items if isinstance(formula, f.Row) else (formula,):
        if isinstance(item, f.Fence):
            ends = f.Op(item.open, "punctuation"), f.Op(item.close, "punctuation")
            found += [ends[0], *opened(item.body), ends[1]]
        else:
            found.append(item)
    return found


@given(TREES)
def test_breaking_a_formula_loses_nothing(tree: Formula) -> None:
    """Pieces, lines and sides of a formula together are the formula."""
    whole = tree.items if isinstance(tree, f.Row) else (tree,)
    for parts in (pieces(tree, 4), lines(tree, 4)):
        assert opened(row(*parts)) == opened(row(*whole))
    again = [part for sign, part in sides(tree) for part in ((sign,) if sign else ()) + (part,)]
    assert row(*again) == row(*whole)


def test_lines_keep_their_limit_where_the_formula_lets_them() -> None:
    """A sum of ten products breaks at its signs, each line beginning with one."""
    long = joined([row(f.Num("0.1234"), DOT, f.Num("0.5678")) for _ in range(10)])
    sums = row(*(PLUS if item == EQUALS else item for item in long.items))  # type: ignore[attr-defined]
    found = lines(sums, 20)
    assert len(found) > 2
    assert max(map(width, found)) <= 20


# what the documents write ----------------------------------------------------------------------

PLAN = Plan(
    Network(2, (Layer(2, "tanh"), Layer(2, bias="layer"))),
    Task(examples=2, numeric=("w.1.1.1",)),
    Method(paths=True, shares=True, gradients="chain"),
)


@pytest.mark.parametrize("name", notation.names())
def test_every_rule_of_every_notation_can_be_set(name: str) -> None:
    """Symbols and numbers of all steps, in all settings."""
    steps = graph.build(PLAN)
    numbers = dict.fromkeys([*steps.givens, *steps.steps], "-0.5933")
    writer = writing.Writer(notation.Naming(notation.load(name), PLAN), numbers)
    for step in steps.steps.values():
        worked = writer.worked(step)
        formula = row(worked.symbol, EQUALS, worked.formula, EQUALS, worked.numbers)
        for render in RENDERERS.values():
            assert render(formula)
        ET.fromstring(mathml(formula))
        assert not re.search(r"\\[^A-Za-z]", latex(formula))


# details of MathML -----------------------------------------------------------------------------


def test_text_in_formulas_is_escaped() -> None:
    """A symbol comes from a file that a teacher may have got from somewhere."""
    for tree in (f.Num("<b>"), f.Op("<&>", "relation"), f.Sym("<"), f.Sym("<!>")):
        assert "".join(ET.fromstring(mathml(tree)).itertext()) == tree.text
    assert "<script>" not in mathml(f.Sym("<script>", "upright")) + mathml(f.Fence(E, "<script>"))


def test_letters_have_the_style_of_the_tree() -> None:
    """One letter is italic by itself; MathML Core has no bold, so bold letters are characters."""
    assert mathml(f.Sym("w")) == "<math><mi>w</mi></math>"
    assert 'mathvariant="normal"' in mathml(f.Sym("T", "upright"))
    assert "\U0001d431" in mathml(f.Sym("x", "bold"))
    assert "\U0001d739" in mathml(f.Sym("δ", "bold"))
    assert "\u210e" in mathml(f.Sym("hh", "italic"))


def test_brackets_grow_only_round_what_is_tall() -> None:
    """A stretched bracket round letters is a little too big, as with TeX's \\left."""
    low, high = f.Fence(Y4), f.Fence(f.Frac(Y4, Y4))
    assert 'stretchy="true"' not in mathml(low)
    assert 'stretchy="true"' in mathml(high)
    assert (tall(low), tall(high)) == (False, True)


def test_signs_in_scripts_have_no_space() -> None:
    """As in TeX: a space belongs to the line, not to an index."""
    assert 'lspace="0.2222em"' in mathml(row(Y4, PLUS, Y4))
    assert 'lspace="0.2222em"' not in mathml(f.Script(Y4, sup=row(Y4, PLUS, Y4)))


def test_a_partial_derivative_is_one_thing() -> None:
    """So it needs no brackets in a fraction, and is heard as one."""
    assert "<mo" in mathml(row(PARTIAL, W64))
    assert atomic(row(PARTIAL, W64))
    assert not atomic(row(f.Num("2"), f.Sym("Δ")))


def test_a_label_is_about_as_wide_as_its_letters() -> None:
    """Digits are half an em, scripts smaller; a superscript stands over its subscript."""
    plain_width = label(script("w", "41")).width
    assert 1.2 < plain_width < 1.6
    both = f.Script(f.Sym("w"), f.Num("41"), f.Num("1"))
    assert label(both).width == pytest.approx(plain_width)
