"""A formula means what is written, whoever wrote it in whatever spelling."""

from __future__ import annotations

from contextlib import suppress
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from measured import in_a_fork, work

from grader.errors import AnswerError
from grader.read.codes import CODES, caret
from grader.read.formula.exact import exact
from grader.read.formula.lexemes import Names
from grader.read.formula.parse import FUNCTIONS, AnyName, Listed, NoNames, parse_formula
from grader.read.formula.tree import (
    Call,
    Name,
    Negative,
    Node,
    Number,
    Power,
    Product,
    Quotient,
    Sum,
    evaluate,
    names,
    written,
)

NAMES = Listed(
    ["w_41", "w1", "w5", "x1", "y_4", "y_5", "y_6", "y_7", "t_1", "delta_o1", "eta", "alpha",
     "lambda", "beta", "gamma", "out_o1", "net_h1", "E", "S", "N", "I", "s1[1]", "W1[0,1]", "e6"]
)  # fmt: skip
VALUES = {name: 0.1 + 0.07 * n for n, name in enumerate(NAMES.known())}
V = {name.replace("[", "_").replace("]", "").replace(",", "_"): v for name, v in VALUES.items()}


def value(text: str, **choices: bool | None) -> float:
    return float(evaluate(parse_formula(text, NAMES, **choices), VALUES))


def logistic(x: float) -> float:
    return float(1 / (1 + np.exp(-x)))


SPELLINGS = [
    ("w_41", V["w_41"]),
    ("w41", V["w_41"]),
    ("w_{41}", V["w_41"]),
    ("w₄₁", V["w_41"]),
    ("w_{4,1}", None),
    ("δ_o1", V["delta_o1"]),
    ("delta_o1", V["delta_o1"]),
    ("\\delta_{o1}", V["delta_o1"]),
    ("2w1", 2 * V["w1"]),
    ("2(w1+x1)", 2 * (V["w1"] + V["x1"])),
    ("(w1+x1)(y_4+y_5)", (V["w1"] + V["x1"]) * (V["y_4"] + V["y_5"])),
    ("w1 x1", V["w1"] * V["x1"]),
    ("y_6(1-y_6)", V["y_6"] * (1 - V["y_6"])),
    ("(y_6-t_1) y_6 (1-y_6)", (V["y_6"] - V["t_1"]) * V["y_6"] * (1 - V["y_6"])),
    ("y_{6}\\left(1-y_{6}\\right)", V["y_6"] * (1 - V["y_6"])),
    ("w1·x1", V["w1"] * V["x1"]),
    ("w1×x1−t_1", V["w1"] * V["x1"] - V["t_1"]),
    ("w1÷x1", V["w1"] / V["x1"]),
    ("-w1^2", -(V["w1"] ** 2)),
    ("w1**2", V["w1"] ** 2),
    ("w1²", V["w1"] ** 2),
    ("w1⁻²", V["w1"] ** -2),
    ("(w1+x1)²x1", (V["w1"] + V["x1"]) ** 2 * V["x1"]),
    ("w1^{2}", V["w1"] ** 2),
    ("2^3^2*w1", 512 * V["w1"]),
    ("w1/x1*t_1", V["w1"] / V["x1"] * V["t_1"]),
    ("w1 - -x1", V["w1"] + V["x1"]),
    ("\\frac{w1}{x_1}", V["w1"] / V["x1"]),
    ("\\frac{1}{2}(t_1-y_6)^2", 0.5 * (V["t_1"] - V["y_6"]) ** 2),
    ("w1\\cdot x1", V["w1"] * V["x1"]),
    ("w1\\times10", V["w1"] * 10),
    ("\\eta\\delta_{o1}", V["eta"] * V["delta_o1"]),
    ("\\sigma(w1)", logistic(V["w1"])),
    ("\\sigma\\left( w1 \\right)", logistic(V["w1"])),
    ("σ(w1)(1-σ(w1))", logistic(V["w1"]) * (1 - logistic(V["w1"]))),
    ("sigmoid(w1)", logistic(V["w1"])),
    ("1/(1+e^(-w1))", logistic(V["w1"])),
    ("1/(1+e^{-w1})", logistic(V["w1"])),
    ("1/(1+exp(-w1))", logistic(V["w1"])),
    ("e^-w1", np.exp(-V["w1"])),
    ("ln(w1)", np.log(V["w1"])),
    ("\\ln(w1)", np.log(V["w1"])),
    ("log(w1)", np.log(V["w1"])),
    ("√w1", np.sqrt(V["w1"])),
    ("\\sqrt{w1}x1", np.sqrt(V["w1"]) * V["x1"]),
    ("tanh(w1)", np.tanh(V["w1"])),
    ("relu(w1)", V["w1"]),
    ("max(0, w1)", V["w1"]),
    ("min(0; w1)", 0.0),
    ("abs(-w1)", V["w1"]),
    ("2 π w1", 2 * np.pi * V["w1"]),
    ("5×10⁻⁴ w1", 5e-4 * V["w1"]),
    ("5e-4w1", 5e-4 * V["w1"]),
    ("E + S*N - I", V["E"] + V["S"] * V["N"] - V["I"]),
    ("beta gamma lambda", V["beta"] * V["gamma"] * V["lambda"]),
    ("αβγλ", None),
    ("s1[1]*W1[0,1]", VALUES["s1[1]"] * VALUES["W1[0,1]"]),
    ("0,5*w1", 0.5 * V["w1"]),
]  # fmt: skip


@pytest.mark.parametrize(("text", "wanted"), SPELLINGS)
def test_every_spelling_means_the_same(text: str, wanted: float | None) -> None:
    """The table of the design; None: refused, and nothing else is read instead."""
    if wanted is None:
        with pytest.raises(AnswerError):
            parse_formula(text, NAMES)
    else:
        assert value(text) == pytest.approx(wanted, rel=1e-14)


REFUSED = [
    ("1/2w1", "syntax", 3, "(a / b) * w1 or as a / (b * w1)"),
    ("w1/x1(1-y_4)", "syntax", 5, "(a / b) * (...)"),
    ("E(w1*x1)", "unknown_function", 0, "E*(...)"),
    ("gamma(10**8)", "unknown_function", 0, "gamma*(...)"),
    ("w1/x1(y_4)", "unknown_function", 3, "x1*(...)"),
    ("1/2(w1+x1)", "syntax", 3, "(a / b) * (...)"),
    ("e^-2w1", "syntax", 4, "(a ^ b) * w1"),
    ("w1^2x1", "syntax", 4, "a ^ (b * x1)"),
    ("√w1 x1", "syntax", 4, "√(a * x1)"),
    ("2e6", "syntax", 1, "2 * e6 or as 2*10^6"),
    ("2E-3", "syntax", 1, "2 * E-3"),
    ("10⁻³", "bad_char", 2, "10^-3"),
    ("max(0,5)", "ambiguous_separator", 5, "decimal comma or two values"),
    ("1,234w1", "ambiguous_separator", 1, "decimal point"),
    ("2 3", "ambiguous_separator", 1, "side by side"),
    ("3(4)", "syntax", 1, "uncertainty"),
    ("w1(x1)", "unknown_function", 0, "w1*(...)"),
    ("foo(w1)", "unknown_function", 0, "there are abs, cos, exp"),
    ("exp w1", "syntax", 0, "exp(...)"),
    ("(y_8 - t_1) * y_6", "unknown_name", 1, "this exercise has y_4, y_5, y_6, y_7"),
    ("detla_o1", "unknown_name", 0, "did you mean 'delta_o1'?"),
    ("W1", "unknown_name", 0, "unknown name"),
    ("w1 = x1", "wrong_kind", 3, "equation"),
    ("w1 < x1", "wrong_kind", 3, "comparison"),
    ("(w1, x1)", "wrong_kind", 3, "list"),
    ("[1, 2]", "wrong_kind", 0, "one value"),
    ("w1 x1)", "syntax", 5, "closes nothing"),
    ("(w1", "syntax", 3, "brackets are closed"),
    ("w1 +", "syntax", 4, "breaks off"),
    ("w1 + * x1", "syntax", 5, "does not fit"),
    ("--w1", "syntax", 1, "does not fit"),
    ("exp(w1, x1)", "syntax", 0, "one value"),
    ("max(w1)", "syntax", 0, "several values"),
    ("w1\u200bx1", "invisible_char", 2, "U+200B"),
    ("w1\u202e", "invisible_char", 2, "U+202E"),
    ("w1½", "bad_char", 2, "U+00BD"),
    ("'w1'", "forbidden_construct", 0, "quotation"),
    ("w1/0", "division_by_zero", 2, "exactly 0"),
    ("w1/(0.1+0.2-0.3)", "division_by_zero", 2, "exactly 0"),
    ("w1*0^0", "not_a_number", 4, "0^0"),
    ("w1*ln(0)", "not_a_number", 3, "logarithm"),
    ("w1+sqrt(-1)", "complex_value", 3, "not real"),
    ("w1+(-8)^(1/3)", "complex_value", 7, "not real"),
    ("w1^65", "too_complex", 2, "64"),
    ("9**9**9**9", "number_out_of_range", 4, "double"),
    ("exp(1000)w1", "number_out_of_range", 0, "double"),
    ("1" * 61, "number_too_long", 0, "60"),
    ("1e400", "number_out_of_range", 0, "double"),
    ("w1+" * 700 + "w1", "too_long", 2000, "2,000"),
    ("(" * 61 + "w1" + ")" * 61, "too_deep", 60, "60"),
    ("w1^" * 61 + "w1", "too_complex", 182, "60 powers"),
    ("w1/" * 61 + "w1", "too_complex", 182, "60 divisions"),
    ("", "empty", 0, "nothing"),
    ("  ", "empty", 0, "nothing"),
]


@pytest.mark.parametrize(("text", "code", "position", "said"), REFUSED)
def test_what_cannot_be_read_says_why_and_where(
    text: str, code: str, position: int, said: str
) -> None:
    """A code of the closed list, the place, and both readings where there are two."""
    with pytest.raises(AnswerError) as caught:
        parse_formula(text, NAMES)
    assert (caught.value.code, caught.value.position) == (code, position)
    assert said in caught.value.message
    assert code in CODES


def test_every_code_of_the_list_is_met_by_a_test() -> None:
    """No code without a text that leads to it."""
    elsewhere = {"spreadsheet_formula", "spreadsheet_error", "has_unit_or_text", "wrong_shape"}
    assert {code for _, code, *_ in REFUSED} | elsewhere == set(CODES)


def test_the_caret_stands_under_the_name() -> None:
    """As the design draws it."""
    text = "(y_8 - t_1) * y_6"
    with pytest.raises(AnswerError) as caught:
        parse_formula(text, NAMES)
    assert caret(text, caught.value.position, caught.value.length) == f"{text}\n ^^^"


def test_the_caret_of_a_long_text_stays_in_sight() -> None:
    """80 characters round the place."""
    shown, marks = caret("a + " * 100 + "?" + " + a" * 100, 400).splitlines()
    assert len(shown) == 80
    assert shown[marks.index("^")] == "?"


def test_positions_count_what_was_typed() -> None:
    """Spaces before the formula are part of the text."""
    with pytest.raises(AnswerError) as caught:
        parse_formula("   w1 + q", NAMES)
    assert caught.value.position == 8


def test_a_comma_is_read_as_the_file_writes_it() -> None:
    """Decimal comma or two arguments: the locale settles it."""
    assert value("max(0,5; w1)", comma=True) == 0.5
    assert value("max(0,5)", comma=False) == 5.0
    assert value("max(0,0.5)") == 0.5
    assert value("1,234*w1", comma=True) == pytest.approx(1.234 * V["w1"])


def test_eulers_number_gives_way_to_a_quantity_of_that_name() -> None:
    """LFD calls the error e."""
    assert parse_formula("e^2", Listed(["e"])) == Power(Name("e", "e"), Number("2", Fraction(2)))
    assert parse_formula("e^2", Listed(["E"])) == Call("exp", (Number("2", Fraction(2)),))
    with pytest.raises(AnswerError):
        parse_formula("2e", NoNames())


def test_division_by_zero_is_exact() -> None:
    """In doubles 0.1+0.2-0.3 is 5.6e-17."""
    with pytest.raises(AnswerError, match="divides by 0"):
        exact(parse_formula("(0.1+0.2-0.3)^-1", NoNames()))
    assert exact(parse_formula("0.1+0.2", NoNames())) == Fraction(3, 10)


def test_no_finite_value_is_no_exception() -> None:
    """Sample points outside the domain are drawn anew by the caller."""
    tree = parse_formula("ln(w1 - 5) / (w1 - w1)", NAMES)
    assert np.isnan(evaluate(tree, {"w1": np.array([0.5, 1.0])})).all()
    assert np.isinf(evaluate(parse_formula("1/(w1-w1)", NAMES), {"w1": 0.5}))


def test_names_are_listed_in_reading_order() -> None:
    """For the caller, who sees what a formula rests on."""
    assert list(names(parse_formula("w1*(x1 - w1)/y_4", NAMES))) == ["w1", "x1", "w1", "y_4"]


def refusal_of(text: str, known: Names) -> AnswerError | None:
    try:
        parse_formula(text, known)
    except AnswerError as error:
        return error
    return None


def trees() -> st.SearchStrategy[Node]:
    leaves = st.sampled_from(["w1", "x1", "y_4"]).map(lambda n: Name(n, n)) | st.integers(
        1, 9
    ).map(lambda n: Number(str(n), Fraction(n)))

    def grown(inner: st.SearchStrategy[Node]) -> st.SearchStrategy[Node]:
        several = st.lists(inner, min_size=2, max_size=3).map(tuple)
        return (
            several.map(Sum)
            | several.map(Product)
            | inner.map(Negative)
            | st.builds(Quotient, inner, inner)
            | st.builds(Power, inner, st.sampled_from([2, 3]).map(lambda n: Number(str(n), n)))
            | st.builds(Call, st.sampled_from(["exp", "logistic", "tanh"]), st.tuples(inner))
        )

    return st.recursive(leaves, grown, max_leaves=8)


@given(trees())
def test_what_we_write_reads_back_with_the_same_value(tree: Node) -> None:
    """The formula shown to the student is the one that was read."""
    text = written(tree)
    refusal = refusal_of(text, NAMES)
    if refusal:
        # constants that cannot be worked out are refused; trees are drawn without that care
        assert refusal.code in {"division_by_zero", "number_out_of_range", "complex_value"}, text
        return
    a, b = evaluate(tree, VALUES), evaluate(parse_formula(text, NAMES), VALUES)
    assert a == pytest.approx(b, rel=1e-12, nan_ok=True)


@given(st.text(max_size=60))
def test_no_text_raises_anything_but_a_refusal(text: str) -> None:
    """Students type what they type."""
    for known in (NAMES, AnyName(), NoNames()):
        refusal = refusal_of(text, known)
        if refusal:
            assert refusal.code in CODES
            assert 0 <= refusal.position <= len(text)


LONGEST = [
    "w1*x1+" * 333 + "w1", "(" * 60 + "w1" + ")" * 60, "-(" * 60 + "w1" + ")" * 60,
    "exp(" * 60 + "1" + ")" * 60, "1/(1+" * 60 + "w1" + ")" * 60, "w1/" * 60 + "w1",
    "2^(1/" * 40 + "2" + ")" * 40, "(1/3+" * 60 + "1" + ")" * 60, "0.123456789*" * 160 + "1",
    "1/7+1/11+1/13+1/17+1/19+1/23" * 9, "max(w1," * 60 + "1" + ")" * 60, "(w1)" * 499,
    "1.5e-300*" * 200 + "1", "w1 " * 600, "-" * 1999, "(" * 1999, "e^" * 999, "\\frac{" * 300,
]  # fmt: skip


@pytest.mark.parametrize("text", LONGEST, ids=range(len(LONGEST)))
def test_the_worst_texts_are_little_work(text: str) -> None:
    """Within all limits and as bad as possible, evaluated and written too."""
    parse_formula("w1", NAMES)
    assert in_a_fork(lambda: work(lambda: _handled(text))) < 300_000


def _handled(text: str) -> None:
    with suppress(AnswerError):
        tree = parse_formula(text, NAMES, FUNCTIONS)
        evaluate(tree, VALUES)
        written(tree)
        hash(tree)
