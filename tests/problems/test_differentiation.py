"""Derivatives of rules: mpmath, autograd and small steps find the same on trees at random."""

from __future__ import annotations

import math
import warnings

import autograd
import mpmath
import numpy as np
import pytest
from judges import Ag, Mp
from random_rules import NAMES, random_rule

from problems.rules.activations import ACTIVATIONS
from problems.rules.differentiation import partial, read_from
from problems.rules.expression import (
    BALLS,
    NUMBERS,
    ONE,
    Constant,
    Expression,
    Function,
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
from problems.rules.functions import FUNCTIONS
from problems.rules.shorthand import mean, power

A, B, C = (Ref(name) for name in NAMES)
ALONE: dict[str, Expression] = {
    **{name: Function(name, Product((A, B))) for name in (*FUNCTIONS, *ACTIVATIONS)},
    "quotient": Quotient(Product((A, A, B)), Sum((A, B))),
    "power": Power(difference(A, B), 5),
    "reciprocal": power(A, -2),
    "max": Max((Product((A, B)), Square(B), C)),
    "softmax": Softmax((Product((A, B)), Square(A), C), 1),
    "mean": mean((Square(A), Product((A, B)), C)),
    "product of several": Product((A, B, Function("sin", A), C)),
}
ZERO = Constant("0")


def slopes(rule: Expression, at: dict[str, float]) -> dict[str, float]:
    with np.errstate(all="ignore"):
        return {
            id: float((partial(rule, id) or ZERO).evaluate(at, NUMBERS)) for id in sorted(NAMES)
        }


def by_mpmath(rule: Expression, at: dict[str, float], by: str) -> float:
    def along(x: mpmath.mpf) -> mpmath.mpf:
        values = {id: mpmath.mpf(value) for id, value in at.items()} | {by: x}
        return rule.evaluate(values, Mp())

    return float(mpmath.diff(along, mpmath.mpf(at[by]), relative=False))


def by_autograd(rule: Expression, at: dict[str, float], by: str) -> float:
    using = Ag()

    def along(x: float) -> float:
        return using.np.sum(rule.evaluate({**at, by: x}, using))

    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", "Output seems independent")
        return float(autograd.grad(along)(at[by]))


def agree(found: float, judged: float) -> bool:
    return abs(found - judged) <= 1e-9 * max(1.0, abs(judged))


def somewhere(rng: np.random.Generator) -> dict[str, float]:
    return {id: float(rng.uniform(0.2, 2.0)) for id in NAMES}


@pytest.mark.parametrize("name", ALONE)
def test_each_function_and_node_alone(name: str) -> None:
    rng, rule = np.random.default_rng(4), ALONE[name]
    with mpmath.workdps(50):
        for _ in range(40):
            at = somewhere(rng)
            for id, found in slopes(rule, at).items():
                assert agree(found, by_mpmath(rule, at, id)), (at, id)
                assert agree(found, by_autograd(rule, at, id)), (at, id)


def test_trees_at_random() -> None:
    """Every node within every other."""
    rng, judged = np.random.default_rng(8), 0
    with mpmath.workdps(50):
        for _ in range(400):
            rule, at = random_rule(rng), somewhere(rng)
            with np.errstate(all="ignore"):
                value = float(rule.evaluate(at, NUMBERS))
            if not abs(value) < 1e6:
                continue
            for id, found in slopes(rule, at).items():
                if math.isfinite(found) and abs(found) < 1e6:
                    assert agree(found, by_mpmath(rule, at, id)), (rule, at, id)
                    judged += 1
    assert judged > 700


def test_autograd_finds_the_same_in_trees() -> None:
    """A second judge, which differentiates the other way round."""
    rng = np.random.default_rng(9)
    for _ in range(400):
        rule, at = random_rule(rng), somewhere(rng)
        with np.errstate(all="ignore"):
            judged = {id: by_autograd(rule, at, id) for id in NAMES if id in rule.refs()}
            for id, found in slopes(rule, at).items():
                if math.isfinite(found) and abs(found) < 1e6 and id in judged:
                    assert agree(found, judged[id]), (rule, at, id)


def test_balls_of_derivatives_hold_their_values() -> None:
    """Derivatives are rules like others: values at choices inside lie inside."""
    rng = np.random.default_rng(10)
    for _ in range(300):
        rule, at = random_rule(rng, 2), somewhere(rng)
        for by in dict.fromkeys(rule.refs()):
            slope = partial(rule, by)
            if slope is None:
                continue
            balls = {id: BALLS.constant(str(m)).widened(0.01) for id, m in at.items()}
            inside = {id: m + 0.01 * float(rng.uniform(-1, 1)) for id, m in at.items()}
            with np.errstate(all="ignore"):
                ball, value = slope.evaluate(balls, BALLS), slope.evaluate(inside, NUMBERS)
            if ball.r < 1e100 and math.isfinite(value):
                assert abs(value - ball.m) <= ball.r + 1e-12 * max(1.0, abs(ball.m)), (rule, by)


def test_of_equal_largest_parts_the_first_passes_it_on() -> None:
    """As pooling does; the slopes of a tie sum to 1, never to 2."""
    tied = Max((A, B, C))
    assert slopes(tied, {"a": 0.5, "b": 0.5, "c": 0.5}) == {"a": 1.0, "b": 0.0, "c": 0.0}
    assert slopes(tied, {"a": 0.1, "b": 0.3, "c": 0.1 + 0.2}) == {"a": 0.0, "b": 1.0, "c": 0.0}


def test_derivatives_are_as_short_as_by_hand() -> None:
    """No factors of 1, equal terms counted, signs in front: they are printed in keys."""
    assert partial(Product((A, B)), "a") == B
    assert partial(Function("log", A), "a") == Quotient(ONE, A)
    assert partial(Quotient(A, B), "a") == Quotient(ONE, B)
    assert partial(mean((A, B, C)), "b") == Quotient(ONE, Constant("3"))
    assert partial(Product((A, A)), "a") == Product((Constant("2"), A))
    assert partial(Max((ZERO, A)), "a") == Winner((ZERO, A), 1)
    assert partial(Function("step", A), "a") is None
    assert partial(Function("tanh", A), "b") is None


def test_a_derivative_is_read_from_the_steps_that_have_its_parts() -> None:
    """e^z by z is h where h = e^z is a step; a softmax is read from its outputs."""
    nets = (A, B)
    rule = Softmax(nets, 0)
    steps: dict[Expression, str] = {Softmax(nets, k): f"p.{k + 1}" for k in range(2)}
    assert list(read_from(partial(rule, "b") or ZERO, steps).refs()) == ["p.1", "p.2"]
    assert read_from(
        partial(Function("logistic", A), "a") or ZERO, {Function("logistic", A): "h"}
    ) == Slope("logistic", Ref("h"))
