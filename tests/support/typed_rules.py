"""Rules as a student types them: in the exercise's own labels."""

from __future__ import annotations

from dataclasses import replace

from grader.read.answer import read_answer
from problems.computation import ids
from problems.exercise import Exercise
from problems.formulas import general
from problems.rules.expression import (
    Constant,
    Expression,
    Function,
    Negative,
    Power,
    Product,
    Quotient,
    Ref,
    Slope,
    Softmax,
    Square,
    Sum,
    difference,
)
from problems.rules.extrema import Max, Winner


def key_text(one: Exercise, question: str) -> str:
    """The key's answer to any question: a printed number, or a formula."""
    if ids.asks_general(question):
        return general_key(one, question)
    id = question.removesuffix(ids.FORMULA)
    return typed_key(one, id) if ids.asks_formula(question) else one.printed[id]


def general_key(one: Exercise, question: str) -> str:
    """The key with letters for the units, and the sum over the layer above written out."""
    kind, layer = general.asked(question)
    names = general.naming(one.notation, one.plan, layer or one.plan.network.depth)
    narrow = replace(one, plan=names.plan)
    narrow.__dict__["naming"] = names
    steps = narrow.graph.steps
    if kind in ("delta", "dout") and layer < one.plan.network.depth:
        above = f"sum_k({typed(steps[f'dout.{layer}.1'].rule, narrow)})"
        slope = typed(steps[f"slope.{layer}.1"].rule, narrow)
        return above if kind == "dout" else f"{above}*{slope}"
    return typed(steps[general.pattern(question)].rule, narrow)


def key_answers(one: Exercise) -> dict[str, object]:
    """Everything that is asked, as the key has it, read."""
    return {
        question: read_answer(one, question, key_text(one, question)) for question in one.questions
    }


def typed_key(one: Exercise, id: str, other: bool = False) -> str:
    """The rule as a student types it: in labels; `other`: in another, equal form."""
    return typed(one.graph.steps[id].rule, one, other)


def typed(rule: Expression, one: Exercise, other: bool = False) -> str:
    """An expression in labels."""
    match rule:
        case Ref(id):
            return one.naming.label(id)
        case Constant(text):
            return f"({text})"
        case Product(factors):
            return "*".join(typed(factor, one, other) for factor in factors)
        case Negative(of):
            return f"(-{typed(of, one, other)})"
        case Square(of):
            return f"({typed(of, one, other)})^2"
        case Power(of, exponent):
            return f"({typed(of, one, other)})^{exponent}"
        case Max(parts):
            return f"max({'; '.join(typed(part, one, other) for part in parts)})"
        case Winner(parts, index):
            others = (*parts[:index], *parts[index + 1 :])
            rest = Max(others) if len(others) > 1 else others[0]
            return typed(Function("step", difference(parts[index], rest)), one, other)
        case Softmax(nets, index):
            powers = [f"exp({typed(net, one, other)})" for net in nets]
            return f"{powers[index]}/({' + '.join(powers)})"
        case Slope("relu", of):
            return f"[{typed(of, one, other)} > 0]"
        case Slope("softplus", of):
            return f"sigmoid({typed(of, one, other)})"
        case Slope("bipolar", of):
            return f"(1 - {typed(of, one, other)}^2)/2"
        case Quotient(top, bottom):
            return f"({typed(top, one, other)})/({typed(bottom, one, other)})"
        case Slope("logistic", of) if other:
            return f"({typed(of, one, other)} - {typed(of, one, other)}^2)"
        case Slope("tanh", of) if other:
            return f"(1 - {typed(of, one, other)})*(1 + {typed(of, one, other)})"
        case Sum((a, Negative(b))) if other:
            return f"(-({typed(b, one, other)} - {typed(a, one, other)}))"
        case Slope("logistic", of):
            return f"{typed(of, one, other)}*(1 - {typed(of, one, other)})"
        case Slope("tanh", of):
            return f"(1 - {typed(of, one, other)}^2)"
        case Sum(terms):
            return "(" + " + ".join(typed(term, one, other) for term in terms) + ")"
        case Function("identity", of):
            return typed(of, one, other)
        case Function(name, of):
            return f"{name}({typed(of, one, other)})"
    raise AssertionError(rule)
