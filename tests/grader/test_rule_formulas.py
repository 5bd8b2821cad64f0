"""Rules of any shape are printed, said and typed so that nothing gets lost."""

from __future__ import annotations

import re

import numpy as np
import pytest
from random_rules import random_rule
from typed_rules import typed

from grader.assignments.example import document_exercise
from grader.read.formula.formula import Formula, read_formula
from grader.read.formula.parse import NoNames, parse_formula
from grader.read.formula.tree import evaluate
from grader.read.number import Unreadable
from problems.computation.steps import Step
from problems.exercise import Exercise
from problems.formulas import formula as f
from problems.formulas.writing import Walk, Writer, number
from problems.rules.differentiation import partial
from problems.rules.expression import (
    NUMBERS,
    Constant,
    Expression,
    Function,
    Negative,
    Power,
    Product,
    Quotient,
    Ref,
    Square,
    Sum,
    difference,
    replaced,
)
from problems.rules.extrema import Max, Winner
from problems.rules.shorthand import mean
from templates.formulas.latex import latex
from templates.formulas.mathml import mathml
from templates.formulas.plain import plain
from templates.formulas.speech import speech

IDS = {"a": "w.1.1.1", "b": "x.1", "c": "w.1.2.1"}
A, B, C = (Ref(id) for id in IDS.values())
VALUES = {"w.1.1.1": 0.7, "x.1": -0.4, "w.1.2.1": 1.3}
UNPRINTED = re.compile(r"leaky_relu|Slope\(activation='relu")
"""Printed by a name that sheets define: it is not typed so."""
UNTYPED = "leaky_relu"


@pytest.fixture(scope="module")
def one() -> Exercise:
    return document_exercise("mazur")


def named(rule: Expression) -> Expression:
    return replaced(rule, lambda n: Ref(IDS[n.id]) if isinstance(n, Ref) and n.id in IDS else None)


def written(one: Exercise, rule: Expression, numbers: bool = False) -> f.Formula:
    step = Step("out.2.1", rule, tuple(dict.fromkeys(rule.refs())))
    if numbers:
        texts = {id: f"{value:g}" for id, value in VALUES.items()}
        return Walk(Writer(one.naming), step, lambda id: number(texts[id]), True).write(rule)
    return Writer(one.naming).symbolic(step)


def rules(count: int, depth: int = 3) -> list[Expression]:
    rng = np.random.default_rng(12)
    found = [named(random_rule(rng, depth)) for _ in range(count)]
    slopes = [partial(rule, id) for rule in found[: count // 3] for id in IDS.values()]
    return [*found, *(slope for slope in slopes if slope is not None)]


def value(rule: Expression) -> float:
    with np.errstate(all="ignore"):
        return float(rule.evaluate(VALUES, NUMBERS))


def test_what_is_printed_may_be_typed(one: Exercise) -> None:
    """As a key shows it on one line, with symbols and with numbers: it means the rule."""
    tried = 0
    for rule in rules(600):
        if UNPRINTED.search(repr(rule)) or not 1e-9 < abs(value(rule)) < 1e6:
            continue
        text = plain(written(one, rule))
        if len(text) > 1500 or max(text.count("^"), text.count("/")) > 50:
            continue
        read = read_formula(one, "out.2.1", text)
        assert isinstance(read, Formula), (text, read)
        assert evaluate(read.tree, VALUES) == pytest.approx(value(rule), rel=1e-9), text
        digits = plain(written(one, rule, numbers=True))
        functions = {"step": "step", "sgn": "sign", **_functions()}
        tree = parse_formula(digits, NoNames(), functions)
        assert evaluate(tree, {}) == pytest.approx(value(rule), rel=1e-9), digits
        tried += 1
    assert tried > 200


def test_every_rule_can_be_typed_in_some_way(one: Exercise) -> None:
    """Who wins too: the step of a part minus the largest of the others."""
    tried = 0
    for rule in rules(400, 2):
        if UNTYPED in repr(rule) or not abs(value(rule)) < 1e6:
            continue
        text = typed(rule, one)
        read = read_formula(one, "out.2.1", text)
        assert isinstance(read, Formula), (text, read)
        if not tied(rule):
            assert evaluate(read.tree, VALUES) == pytest.approx(value(rule), rel=1e-9), text
            tried += 1
    assert tried > 200


def tied(rule: Expression) -> bool:
    """Whether somewhere two largest parts are equal."""
    parts = list(rule.parts())
    if isinstance(rule, Winner):
        values = sorted(map(value, parts))
        return values[-1] - values[-2] < 1e-9 or any(map(tied, parts))
    return any(map(tied, parts))


def _functions() -> dict[str, str]:
    from grader.read.formula.formula import FUNCTIONS

    return FUNCTIONS


@pytest.mark.parametrize("form", [plain, latex, mathml, speech], ids=lambda form: form.__name__)
def test_rules_that_differ_look_and_sound_different(one: Exercise, form) -> None:
    """Brackets, ends of roots and of absolute values included."""
    found: dict[str, Expression] = {}
    for rule in [*EXAMPLES, *rules(1500, 2)]:
        text = form(written(one, rule))
        other = found.setdefault(text, rule)
        same = value(other) == pytest.approx(value(rule), rel=1e-9, nan_ok=True)
        assert same, (text, rule, other)


EXAMPLES = [
    Function("sqrt", Square(A)),
    Square(Function("sqrt", A)),
    Function("abs", Sum((A, B))),
    Sum((Function("abs", A), B)),
    Function("sin", Square(A)),
    Square(Function("sin", A)),
    Sum((A, Negative(Sum((B, C))))),
    Sum((A, Negative(B), C)),
    Product((A, Function("bipolar", B))),
    Negative(Function("bipolar", B)),
    Product((Quotient(A, B), C)),
    Quotient(A, Product((B, C))),
]

PRINTED = [
    (Function("exp", Negative(A)), "e^(−w_1)"),
    (Function("exp", Quotient(A, B)), "exp(w_1/i_1)"),
    (Function("sqrt", Sum((A, B))), "√(w_1 + i_1)"),
    (Function("sqrt", A), "√w_1"),
    (Function("abs", A), "abs(w_1)"),
    (Function("sign", A), "sgn(w_1)"),
    (Function("step", difference(A, B)), "step(w_1 − i_1)"),
    (Power(A, 3), "w_1^3"),
    (Power(Sum((A, B)), 4), "(w_1 + i_1)^4"),
    (Max((A, B, C)), "max(w_1, i_1, w_3)"),
    (Winner((A, B, C), 0), "[w_1 ≥ max(i_1, w_3)]"),
    (Winner((A, B, C), 1), "[w_1 < i_1 ≥ w_3]"),
    (Winner((A, B, C), 2), "[w_3 > max(w_1, i_1)]"),
    (mean((A, B)), "(w_1 + i_1)/2"),
    (Sum((A, Negative(Sum((B, C))))), "w_1 − (i_1 + w_3)"),
    (Product((C, Function("bipolar", A))), "w_3 × (2/(1 + e^(−w_1)) − 1)"),
    (Product((Constant("2"), Function("sqrt", A))), "2 × √w_1"),
]


@pytest.mark.parametrize(("rule", "text"), PRINTED, ids=[text for _, text in PRINTED])
def test_each_is_printed_as_texts_do(one: Exercise, rule: Expression, text: str) -> None:
    assert plain(written(one, rule)) == text


SAID = [
    (Function("sqrt", Square(A)), "the square root of w sub 1 squared, end root,"),
    (Function("abs", A), "the absolute value of w sub 1"),
    (Function("sin", A), "sine of w sub 1"),
    (Power(A, 3), "w sub 1 cubed"),
    (Winner((A, B), 1), "1 if i sub 1 is greater than w sub 1, else 0,"),
    (Quotient(A, Function("step", B)), "w sub 1 over step of i sub 1"),
]


@pytest.mark.parametrize(("rule", "words"), SAID, ids=[words for _, words in SAID])
def test_each_is_said(one: Exercise, rule: Expression, words: str) -> None:
    assert speech(written(one, rule)) == words


CONDITIONS = [
    ("[w1 > i1]", 1.0),
    ("[w1 < i1]", 0.0),
    ("2[w1 < w3 ≥ i1]", 2.0),
    ("[w1 <= w1] + [i1 >= i1] - [w1 > w1] - [w1 < w1]", 2.0),
    ("[max(w1; i1) > w3] + 1", 1.0),
]


@pytest.mark.parametrize(("text", "worth"), CONDITIONS)
def test_a_condition_in_square_brackets_is_1_or_0(one: Exercise, text: str, worth: float) -> None:
    """As keys print it; of equal numbers none is the larger."""
    read = read_formula(one, "out.2.1", text)
    assert isinstance(read, Formula), read
    assert evaluate(read.tree, VALUES) == worth


@pytest.mark.parametrize(
    "text", ["[w1, i1]", "[w1]", "[w1 = i1]", "w1 > i1", "[w1 > i1", "[w1 > ]"]
)
def test_what_is_no_condition_is_refused(one: Exercise, text: str) -> None:
    """Lists, equations, comparisons without brackets, and what breaks off."""
    assert isinstance(read_formula(one, "out.2.1", text), Unreadable)


@pytest.mark.parametrize("text", ["softplus(1)", "bipolar(-2)", "step(-1)", "sgn(0)", "cos(0)"])
def test_functions_of_numbers_can_be_typed_in_formulas(one: Exercise, text: str) -> None:
    """Worked out while they are read, without names."""
    read = read_formula(one, "out.2.1", f"{text} + w1")
    assert isinstance(read, Formula)
    name, _, argument = text.rstrip(")").partition("(")
    wanted = NUMBERS.call({"sgn": "sign"}.get(name, name), float(argument))
    assert evaluate(read.tree, VALUES) == pytest.approx(float(wanted) + 0.7)
