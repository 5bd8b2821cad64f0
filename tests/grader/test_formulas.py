"""Formula answers: equal forms are right, near misses told apart, own errors followed."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

import pytest
import sympy
from click.testing import CliRunner
from issued_exercises import exercises
from typed_rules import key_text, typed_key

from grader.cli import cli
from grader.marking.formulas import agree, mark_formulas, sample
from grader.marking.mark import mark
from grader.read.formula.formula import Formula, read_formula, read_general
from grader.read.number import Unreadable
from problems.computation import ids
from problems.drawing.family import names as families
from problems.exercise import Exercise
from problems.rules.expression import Expression
from templates.feedback.report import StepReport
from templates.formulas.latex import latex
from templates.formulas.plain import plain

FAMILIES = [name for name in families() if name.endswith(("-formulas", "-mixed"))]


def exercise(name: str) -> Exercise:
    return exercises(name, 1)[0]


def read(one: Exercise, id: str, text: str) -> Formula:
    found = read_formula(one, id, text)
    assert isinstance(found, Formula), found
    return found


def graded(one: Exercise, answers: Mapping[str, str]) -> dict[str, StepReport]:
    """Step -> its report, from typed formulas."""
    read_ = {ids.formula_of(id): read_formula(one, id, text) for id, text in answers.items()}
    report = mark(one, {id: answer for id, answer in read_.items() if answer is not None})
    return {
        step.id.removesuffix(ids.FORMULA): step
        for step in report.steps
        if step.id.endswith(ids.FORMULA)
    }


# the key ---------------------------------------------------------------------------------------


class Symbols:
    """sympy as one more reader of the graph."""

    def constant(self, text: str) -> sympy.Expr:
        return sympy.Rational(text)

    def call(self, name: str, x: sympy.Expr) -> sympy.Expr:
        return {"logistic": lambda v: 1 / (1 + sympy.exp(-v)), "tanh": sympy.tanh}[name](x)

    def slope(self, name: str, y: sympy.Expr) -> sympy.Expr:
        return y * (1 - y) if name == "logistic" else 1 - y**2

    def square(self, x: sympy.Expr) -> sympy.Expr:
        return x**2


def symbolic(rule: Expression, values: Mapping[str, sympy.Expr]) -> sympy.Expr:
    return rule.evaluate(values, Symbols())  # type: ignore[arg-type, no-any-return]


@pytest.mark.parametrize("name", FAMILIES)
def test_keys_are_the_derivatives_that_sympy_finds(name: str) -> None:
    """The loss as a function of the givens, differentiated by another program."""
    one = exercise(name)
    givens = {id: sympy.Symbol(id.replace(".", "_")) for id in one.graph.givens}
    values: dict[str, sympy.Expr] = dict(givens)
    for step in one.graph.steps.values():
        values[step.id] = symbolic(step.rule, values)
    at = {symbol: sympy.Rational(37 + 11 * n, 97) for n, symbol in enumerate(givens.values())}
    checked = 0
    for id in one.formulas:
        kind = ids.parse(id).kind
        if kind in ("dw", "db"):
            wanted = sympy.diff(values["loss"], givens[id[1:]])
        elif kind == "new.w":
            weight = givens[id.removeprefix("new.")]
            wanted = weight - givens["rate"] * sympy.diff(values["loss"], weight)
        else:
            continue
        found = values[id].subs(at).evalf(25)
        assert abs(found - wanted.subs(at).evalf(25)) < 1e-18
        checked += 1
    assert checked or name == "mazur-mixed"


@pytest.mark.parametrize("name", FAMILIES)
def test_the_printed_key_is_read_back_as_right(name: str) -> None:
    """As plain text, the way the worksheet's own names are typed."""
    one = exercise(name)
    reports = graded(one, {id: typed_key(one, id) for id in one.formulas})
    asked = {reports[id].verdict for id in one.formulas}
    assert asked == {"correct"}


def printed(one: Exercise) -> dict[str, str]:
    """Id -> its name in LaTeX, of all that can be named, as the sheet prints it."""
    last = max(one.formulas, key=list(one.graph.steps).index)
    named = [*one.graph.givens, *list(one.graph.steps)[: list(one.graph.steps).index(last)]]
    kinds = ("x", "w", "b", "net", "out", "delta", "dw", "db", "dout", "error", "dnet")
    found = {id: latex(one.naming.symbol(id)) for id in named if ids.parse(id).kind in kinds}
    return {id: name for id, name in found.items() if "^" in name and "/" not in id}


@pytest.mark.parametrize("name", ["lfd-formulas", "valchanov-formulas"])
def test_names_with_their_layer_above_are_read_as_the_sheet_prints_them(name: str) -> None:
    one = exercise(name)
    last = max(one.formulas, key=list(one.graph.steps).index)
    names = printed(one)
    assert len(names) > 5
    for id, text in names.items():
        spellings = [text, text.replace("^{", "^").replace(")}", ")"), f"({text})^2", f"2{text}"]
        spellings.append(re.sub(r"(_\{?\w+\}?)(\^\{\(\d\)\})", r"\2\1", text))
        for spelled in spellings:
            assert id in read(one, last, spelled).names, (spelled, id)
    two = list(names)[:2]
    assert read(one, last, "".join(names[id] for id in two)).names == tuple(two)


def test_a_formula_in_the_letters_of_lfd_is_right() -> None:
    one = exercise("lfd-formulas")
    text = r"\delta_1^{(1)} = w_{11}^{(2)}\delta_1^{(2)}(1-(x_1^{(1)})^2)"
    assert graded(one, {"delta.1.1": text})["delta.1.1"].verdict == "correct"
    swapped = text.replace("w_{11}", "w_{21}")
    assert graded(one, {"delta.1.1": swapped})["delta.1.1"].verdict != "correct"


def test_an_upper_index_that_could_be_a_power_is_no_name() -> None:
    """h_1 is a name there, and h_1^(2) its square; w^{(2)}_11 says nothing in that text."""
    one = exercise("valchanov-formulas")
    assert read(one, "dw.2.1.1", "delta2[1]*h_1^{(2)}").names == ("delta.2.1", "out.1.1")
    assert isinstance(read_formula(one, "dw.2.1.1", r"\delta_1^{2}*h1"), Unreadable)


# equality --------------------------------------------------------------------------------------

EQUAL = [
    ("delta.2.1", "(y1 - t1)*y1*(1 - y1)"),
    ("delta.2.1", "(y_1-t_1) y_1 (1-y_1)"),
    ("delta.2.1", "-(t1 - y1)*(y1 - y1^2)"),
    ("delta.2.1", "dL/dy1 * dy1/da2[1]"),
    ("delta.2.1", r"\frac{\partial L}{\partial y_1} \cdot y_{1}(1-y_{1})"),
    ("delta.2.1", r"\frac{\partial L}{\partial y_1}\frac{\partial y_1}{\partial a_1^{(2)}}"),
    ("delta.2.1", r"\frac{\partial L}{\partial y_1}y_1(1-y_1)"),
    ("delta.2.1", "(y1 - t1)*sigma(a2[1])*(1 - sigma(a2[1]))"),
    ("delta.2.1", "delta2[1] = (y1-t1)*y1*(1-y1)"),
    ("dw.2.1.1", "delta2[1]*h1"),
    ("dw.2.1.1", "δ2[1]·h1"),
    ("dw.2.1.1", "(y1-t1)*y1*(1-y1)*sigma(x1*w11 + x2*w21 + b1[1])"),
    ("dout.1.1", "(y1-t1)*y1*(1-y1)*u11 + (y2-t2)*y2*(1-y2)*u12"),
    ("slope.1.1", "h1 - h1^2"),
    ("delta.1.1", "(delta2[1]*u11 + delta2[2]*u12)*h1*(1-h1)"),
    ("new.w.2.1.1", "u11 - eta*delta2[1]*h1"),
    ("new.w.2.1.1", "u_{11} − η dL/du11"),
]


@pytest.mark.parametrize("id, text", EQUAL)
def test_any_equal_form_is_right(id: str, text: str) -> None:
    """Through givens, through earlier quantities, in any spelling."""
    one = exercise("valchanov-formulas")
    assert agree(read(one, id, text), id, sample(one))
    assert graded(one, {id: text})[id].verdict == "correct"


WRONG = [
    ("dw.2.1.1", "2*delta2[1]*h1", "2 times"),
    ("delta.2.1", "2*(y1 - t1)*y1*(1 - y1)", "The factor 1/2 cancels the 2"),
    ("delta.2.1", "-(y1 - t1)*y1*(1 - y1)", ""),
    ("dw.2.1.1", "delta2[1]*h1*u11", "u11 does not belong there"),
    ("new.w.2.1.1", "u11 - delta2[1]*h1", ""),
    ("dw.2.1.1", "delta2[1]*x1", ""),
    ("dout.1.1", "delta2[1]*u11 + delta2[2]*u21", ""),
    ("delta.2.1", "y1 - t1 + 0.0001", "another function"),
]


@pytest.mark.parametrize("id, text, words", WRONG)
def test_a_near_miss_is_wrong_and_told(id: str, text: str, words: str) -> None:
    """A factor, a sign, an index: by the catalogue's name or in words."""
    report = graded(exercise("valchanov-formulas"), {id: text})[id]
    assert report.verdict in ("slip", "wrong")
    assert words in report.message


def test_a_wrong_factor_of_the_chain_rule_is_carried_into_the_gradient() -> None:
    """What flows through the weight is a step of its own: u_21 comes from h_2, not from h_1."""
    one = exercise("valchanov-formulas")
    reports = graded(one, {"dnet.2.1.2": "h1", "dw.2.1.2": "delta2[1]*h1"})
    assert reports["dnet.2.1.2"].verdict in ("wrong", "slip")
    assert reports["dw.2.1.2"].verdict == "carried"
    named = graded(one, {"dnet.2.1.2": "h1", "dw.2.1.2": "delta2[1] * da2[1]/du21"})
    assert named["dw.2.1.2"].verdict == "correct"


def test_a_wrong_delta_carried_into_the_gradient_is_carried() -> None:
    """Who writes the formula out after a slip loses the slip alone."""
    one = exercise("valchanov-formulas")
    reports = graded(
        one,
        {
            "delta.2.1": "(y1 - t1)",  # the slope is forgotten
            "dw.2.1.1": "(y1 - t1)*h1",
            "dw.2.1.2": "(y1 - t1)*h2",
            "new.w.2.1.1": "u11 - eta*(y1 - t1)*h1",
        },
    )
    assert reports["delta.2.1"].verdict == "slip"
    assert reports["dw.2.1.1"].verdict == "carried"
    assert "δ" in reports["dw.2.1.1"].message
    assert reports["new.w.2.1.1"].verdict == "carried"
    assert reports["dw.2.2.1"].verdict == "blank"


# with letters for the units ----------------------------------------------------------------------


def general(one: Exercise, answers: Mapping[str, str]) -> dict[str, StepReport]:
    """Question -> its report, from typed formulas with letters."""
    read_ = {id: read_general(one, id, text) for id, text in answers.items()}
    report = mark(one, {id: answer for id, answer in read_.items() if answer is not None})
    return {step.id: step for step in report.steps if ids.asks_general(step.id)}


@pytest.mark.parametrize(
    "question, text",
    [
        ("delta.1:general", "sum_k(delta2[k]*u_jk)*h_j*(1-h_j)"),
        ("delta.1:general", "h_j*(1-h_j)*sum_k(u_{jk}*(y_k-t_k)*y_k*(1-y_k))"),
        ("delta.1:general", "sum_k(dL/dy_k * dy_k/da2[k] * u_jk * (h_j - h_j^2))"),
        ("dw.1:general", "delta1[j]*x_i"),
        ("dw.1:general", "sum_k((y_k - t_k)*y_k*(1 - y_k)*u_jk)*h_j*(1 - h_j)*x_i"),
        ("dw.2:general", "(y_j - t_j)*y_j*(1 - y_j)*h_i"),
        ("dw.2:general", "δ2[j]·h_i"),
    ],
)
def test_a_formula_with_letters_stands_for_all_units(question: str, text: str) -> None:
    """The generalized forms of the text, and equal ones."""
    found = general(exercise("valchanov-formulas"), {question: text})[question]
    assert found.verdict == "correct", found.message


@pytest.mark.parametrize(
    "question, text, verdict",
    [
        ("delta.1:general", "sum_k(delta2[k]*u_kj)*h_j*(1-h_j)", "unreadable"),
        ("delta.1:general", "delta2[k]*u_jk*h_j*(1-h_j)", "unreadable"),
        ("delta.1:general", "sum_k(delta2[k]*u_jk)", "slip"),
        ("dw.1:general", "delta1[j]*h_j", "slip"),
        ("dw.2:general", "(y_j - t_j)*h_i", "wrong"),
        ("dw.2:general", "-delta2[j]*h_i", "slip"),
    ],
)
def test_a_wrong_formula_with_letters_is_told(question: str, text: str, verdict: str) -> None:
    """A sum forgotten, an index swapped, a factor missing."""
    found = general(exercise("valchanov-formulas"), {question: text})[question]
    assert found.verdict in (verdict, "wrong"), found
    assert found.message


def test_a_wrong_general_delta_is_carried_into_the_general_gradient() -> None:
    """Written out, the gradient follows from the own delta."""
    reports = general(
        exercise("valchanov-formulas"),
        {
            "delta.1:general": "sum_k(delta2[k]*u_jk)",
            "dw.1:general": "sum_k(delta2[k]*u_jk)*x_i",
        },
    )
    assert reports["dw.1:general"].verdict == "carried"


@pytest.mark.parametrize("question", ["delta.1:general", "dw.1:general", "dw.2:general"])
def test_the_general_key_is_what_the_text_prints(question: str) -> None:
    """Valchanov: delta_j = sum over k of delta_k u_jk, times h_j (1 - h_j)."""
    from problems.formulas import general as letters

    one = exercise("valchanov-formulas")
    printed = {
        "delta.1:general": "δ_j^(1) = ∑_k δ_k^(2) u_jk·h_j(1 − h_j)",
        "dw.1:general": "∂L/∂w_ij = δ_j^(1) x_i",
        "dw.2:general": "∂L/∂u_ij = δ_j^(2) h_i",
    }
    found = letters.formula(one.notation, one.plan, question)
    assert plain(found).replace("·∂", "·") == printed[question]


def test_a_symbol_stands_for_the_right_quantity() -> None:
    """delta times output is the gradient's formula whatever was written for delta."""
    reports = graded(
        exercise("valchanov-formulas"),
        {"delta.2.1": "(y1 - t1)", "dw.2.1.1": "delta2[1]*h1"},
    )
    assert reports["dw.2.1.1"].verdict == "correct"


@pytest.mark.parametrize(
    "text, code",
    [
        ("delta2[1]", "wrong_kind"),
        ("dL/du11/h1", "wrong_kind"),
        ("(y1 - t_8)*y1", "unknown_name"),
        ("(y1 - t1", "syntax"),
        ("__import__('os')", "bad_char"),
        ("frobnicate(y1)", "unknown_function"),
    ],
)
def test_what_cannot_be_a_formula_is_refused_with_its_reason(text: str, code: str) -> None:
    """And never evaluated; a step is not its own explanation."""
    found = read_formula(exercise("valchanov-formulas"), "delta.2.1", text)
    assert isinstance(found, Unreadable)
    codes = {code, "syntax", "forbidden_construct", "unknown_name"}
    assert found.code == code or (code == "bad_char" and found.code in codes)


def test_an_error_points_at_its_place_in_what_was_typed() -> None:
    """Names with signs are found first; the place must not move."""
    text = "dL/dy1 * q99"
    found = read_formula(exercise("valchanov-formulas"), "delta.2.1", text)
    assert isinstance(found, Unreadable)
    assert text[found.position :].startswith("q99")


@pytest.mark.parametrize("text", ["dL/dy1(3)", "dL/dy1'", "dL/dy1'(2)"])
def test_an_error_names_what_was_typed(text: str) -> None:
    """Not the plain word that stood for it."""
    found = read_formula(exercise("valchanov-formulas"), "delta.2.1", text)
    assert isinstance(found, Unreadable)
    assert "'dL/dy1" in found.message or '"dL/dy1' in found.message
    assert "ref" not in found.message


@pytest.mark.parametrize("text", ["2dL/du11", "0.5a2[1]", "2 h1 a2[1]"])
def test_a_name_with_signs_may_follow_a_number(text: str) -> None:
    """As plain names may: 2w1 is a product."""
    assert read(exercise("valchanov-formulas"), "new.w.2.1.1", text).tree


def test_the_sample_is_the_same_for_the_same_exercise() -> None:
    """A verdict does not depend on the hour."""
    one, two = exercise("lfd-formulas"), exercise("mazur-formulas")
    again = replace(one)
    assert sample(again).value("x.1").tolist() == sample(one).value("x.1").tolist()
    assert sample(two).value("x.1").tolist() != sample(one).value("x.1").tolist()


def test_an_exercise_without_formulas_has_none_marked() -> None:
    """Most families ask for numbers alone."""
    assert mark_formulas(exercise("mazur"), {}) == {}


# from the command line ---------------------------------------------------------------------------


@pytest.mark.parametrize("name", FAMILIES)
def test_formulas_go_from_worksheet_to_verdict(
    name: str, tmp_path: Path, runner: CliRunner
) -> None:
    """generate, fill in the key in answers.csv, check: full marks; JSON has the formula."""
    out = tmp_path / "hw"
    made = ["generate", name, "--count", "1", "--seed", "s", "--out", str(out)]
    assert runner.invoke(cli, made).exit_code == 0
    from grader.assignments.folder import Folder

    (one,) = Folder(out).exercises()
    path = out / "students" / "student-01" / "answers.csv"
    rows = ["exercise,step,answer"]
    for question in one.questions:
        rows.append(f'{one.id},"{one.labels[question]}","{key_text(one, question)}"')
    path.write_text("\n".join(rows), "utf-8")
    result = runner.invoke(cli, ["check", str(path), "--output", "json"])
    assert result.exit_code == 0, result.output
    report = json.loads(result.stdout)["reports"][0]
    assert report["percent"] == 100
    formulas = [step for step in report["steps"] if ids.asks_formula(step["id"])]
    assert len(formulas) == len(one.formulas) + len(one.generals)
    assert all(step["formula"] and step["expected"] is None for step in formulas)


@pytest.mark.parametrize("name", [n for n in FAMILIES if n.endswith("-formulas")])
def test_symbolic_worksheets_show_no_numbers(name: str) -> None:
    """Neither givens nor values: only names."""
    from sheets_of import pages

    from templates.pages.page import Figure, Table, Text

    (work, key) = pages(name)
    tables = [block for block in (*work.blocks, *key.blocks) if isinstance(block, Table)]
    rules = ((Text("Rule"),), (Text("On this sheet"),))
    assert [table.header for table in tables] == [rules, rules]
    assert not re.search(r"\d\.\d", repr(tables))
    (figure,) = (block for block in work.blocks if isinstance(block, Figure))
    assert figure.drawing.shown == "names"
