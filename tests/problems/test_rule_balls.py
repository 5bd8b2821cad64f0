"""Balls of functions and nodes hold whatever mpmath finds at 50 digits, up to the edges."""

from __future__ import annotations

import itertools
import math
from collections.abc import Iterator

import mpmath
import numpy as np
import pytest
from judges import Mp

from problems.arithmetic.ball import VAST, Ball
from problems.arithmetic.elementary import DUST
from problems.rules.activations import ACTIVATIONS
from problems.rules.expression import (
    BALLS,
    NUMBERS,
    Expression,
    Function,
    Power,
    Quotient,
    Ref,
    Slope,
)
from problems.rules.extrema import Max, Winner
from problems.rules.functions import FUNCTIONS
from problems.rules.shorthand import power

A, B, C = Ref("a"), Ref("b"), Ref("c")
NAMES = ("a", "b", "c")
OF_ONE: dict[str, Expression] = {
    **{name: Function(name, A) for name in (*FUNCTIONS, *ACTIVATIONS)},
    **{f"power {n}": Power(A, n) for n in (3, 4, 5, 8)},
    "reciprocal": power(A, -3),
}
OF_ONE |= {f"slope of {name}": Slope(name, A) for name in ACTIVATIONS}
OF_THREE: dict[str, Expression] = {
    "quotient": Quotient(A, B),
    "max": Max((A, B, C)),
    **{f"winner {n}": Winner((A, B, C), n) for n in range(3)},
}
RULES = OF_ONE | OF_THREE
JUMPS = (
    "sign",
    "step",
    "winner 0",
    "winner 1",
    "winner 2",
    "slope of relu",
    "slope of leaky_relu",
)


class Defined(Mp):
    """Slopes from their definitions: in the output of a function, or in its net input."""

    def slope(self, name: str, x: mpmath.mpf) -> mpmath.mpf:
        match name:
            case "logistic":
                return x * (1 - x)
            case "tanh":
                return 1 - x**2
            case "bipolar":
                return (1 - x) * (1 + x) / 2
            case "softplus":
                return 1 / (1 + mpmath.exp(-x))
            case "identity":
                return mpmath.mpf(1)
        left = {"relu": 0.0, "leaky_relu": 0.01}[name]
        return mpmath.mpf(1 if x > 0 else left)


def centres(rng: np.random.Generator) -> Iterator[tuple[float, float]]:
    """Centres and radii: usual ones, edges at 0, ties, huge, tiny, exact."""
    m, r = float(rng.uniform(-6, 6)), float(rng.choice([0.0, 1e-6, 1e-4, 0.01, 0.3, 3.0]))
    size = float(10.0 ** rng.uniform(-320, 308))
    yield m, r
    yield round(m, 1), 0.0
    yield r, r
    yield -r, r
    yield r * (1 + 1e-15), r
    yield r * (1 - 1e-9), r
    yield float(rng.choice([-1, 1])) * size, size * float(rng.choice([0.0, 1e-9, 0.5, 1.0, 2.0]))
    yield float(rng.uniform(-800, 800)), r
    yield float(rng.choice([0.0, -0.0, 1.0, -1.0, math.pi / 2, 100.0])), r


def cases(count: int) -> Iterator[dict[str, Ball]]:
    rng = np.random.default_rng(11)
    while count > 0:
        pool = list(centres(rng))
        for m, r in pool:
            others = [pool[int(rng.integers(len(pool)))] for _ in range(2)]
            yield {n: Ball(*b) for n, b in zip(NAMES, [(m, r), *others], strict=True)}
            count -= 1


def points(ball: Ball, rng: np.random.Generator) -> list[mpmath.mpf]:
    """Both ends, the centre, one between, and 0 where the ball holds it: exactly."""
    m, r = mpmath.mpf(ball.m), mpmath.mpf(ball.r)
    found = [m - r, m + r, m, m + float(rng.uniform(-1, 1)) * r]
    return [*found, *([mpmath.mpf(0)] if abs(m) <= r else [])]


def near_a_jump(values: dict[str, mpmath.mpf]) -> bool:
    """Whether what decides is within the dust that counts as 0."""
    decide = [*values.values(), *([mpmath.mpf(0)] if len(values) == 1 else [])]
    dust = 2 * DUST * max(1, *map(abs, decide))
    return any(abs(a - b) <= dust for a, b in itertools.combinations(decide, 2))


def true_values(name: str, balls: dict[str, Ball], rng: np.random.Generator) -> Iterator[object]:
    """What the rule may really come to; None where it is undefined."""
    rule = RULES[name]
    used = list(dict.fromkeys(rule.refs()))
    every = list(itertools.product(*(points(balls[id], rng) for id in used)))
    for at in every if len(every) < 30 else [every[n] for n in rng.integers(len(every), size=30)]:
        values = dict(zip(used, at, strict=True))
        if name in JUMPS and near_a_jump(values):
            continue
        if name == "log" and values["a"] <= 0:
            yield None
            continue
        try:
            found = rule.evaluate(values, Defined())
        except ZeroDivisionError:
            found = None
        yield None if isinstance(found, mpmath.mpc) else found


@pytest.mark.parametrize("name", RULES)
def test_what_is_true_lies_inside(name: str) -> None:
    """For thousands of balls; where a value in the ball is undefined nothing is bounded."""
    rng, bounded = np.random.default_rng(5), 0
    with mpmath.workdps(50), np.errstate(all="ignore"):
        for balls in cases(2000 if name in OF_ONE else 1200):
            ball = RULES[name].evaluate(balls, BALLS)
            if not ball.r < VAST:
                continue
            bounded += 1
            m, r = mpmath.mpf(float(ball.m)), mpmath.mpf(float(ball.r))
            for true in true_values(name, balls, rng):
                assert true is not None, (balls, ball)
                off = abs(true - m)
                assert off <= r * (1 + DUST) + DUST * max(abs(m), 1), (balls, ball, true)
    assert bounded > 300


@pytest.mark.parametrize("name", RULES)
def test_a_ball_is_not_much_too_wide(name: str) -> None:
    """Away from edges the ends of the image are reached, but for what is second order."""
    rng = np.random.default_rng(6)
    with mpmath.workdps(50):
        for _ in range(200):
            balls = {n: Ball(float(rng.uniform(0.5, 6)), 0.01) for n in NAMES}
            ball = RULES[name].evaluate(balls, BALLS)
            if name in JUMPS:
                continue
            found = [abs(true - float(ball.m)) for true in true_values(name, balls, rng)]
            assert ball.r <= 1.1 * float(max(found)) + 2e-4 * max(1.0, abs(ball.m)), balls


@pytest.mark.parametrize("name", RULES)
def test_what_is_no_number_is_bounded_by_nothing(name: str) -> None:
    """Neither as a float nor as an array."""
    for n in NAMES if name in OF_THREE else ("a",):
        balls = {id: Ball(1.5, 0.1) for id in NAMES} | {n: Ball(math.nan, 0.1)}
        if n in RULES[name].refs():
            for b in (balls, {id: Ball(np.array([b.m]), b.r) for id, b in balls.items()}):
                with np.errstate(invalid="ignore"):
                    ball = RULES[name].evaluate(b, BALLS)
                assert np.isnan(ball.m).all() or np.all(np.asarray(ball.r) >= VAST), ball


@pytest.mark.parametrize("name", RULES)
def test_one_exercise_gets_what_a_column_gets(name: str) -> None:
    """Bit for bit, values and balls."""
    every = [b for b in cases(400) if all(abs(b[n].m) < 1e5 for n in NAMES)]
    column = {
        n: Ball(np.array([b[n].m for b in every]), np.array([b[n].r for b in every]))
        for n in NAMES
    }
    with np.errstate(all="ignore"):
        whole = RULES[name].evaluate(column, BALLS)
        values = RULES[name].evaluate({n: b.m for n, b in column.items()}, NUMBERS)
    shape = np.zeros(len(every))
    m, r, values = (np.asarray(v) + shape for v in (whole.m, whole.r, values))
    for k, balls in enumerate(every):
        one = RULES[name].evaluate(balls, BALLS)
        np.testing.assert_array_equal([one.m, one.r], [m[k], r[k]])
        if "quotient" not in name and "reciprocal" not in name:
            alone = RULES[name].evaluate({n: b.m for n, b in balls.items()}, NUMBERS)
            np.testing.assert_array_equal(alone, values[k])


def test_touching_balls_leave_it_open_who_wins() -> None:
    """Radius 1 from the moment that they touch; equal exact numbers are no question."""
    for gap, wanted in ((0.2, [1.0, 1.0]), (0.21, [0.0, 0.0]), (0.1, [1.0, 1.0])):
        balls = {"a": Ball(0.5, 0.1), "b": Ball(0.5 + gap, 0.1)}
        found = [Winner((A, B), n).evaluate(balls, BALLS) for n in range(2)]
        assert [ball.r for ball in found] == wanted
    tie = {"a": Ball(0.1 + 0.2), "b": Ball(0.3), "c": Ball(0.2)}
    for parts, wins in (((A, B, C), (1, 0, 0)), ((B, A, C), (1, 0, 0)), ((C, B, A), (0, 1, 0))):
        won = [Winner(parts, n).evaluate(tie, BALLS) for n in range(3)]
        assert [(ball.m, ball.r) for ball in won] == [(w, 0.0) for w in wins]


def test_a_sum_of_decimals_that_is_0_is_taken_for_0() -> None:
    """0.3 - 0.1 - 0.2 is not negative, though its doubles are."""
    net = 0.3 - 0.1 - 0.2
    assert net < 0
    assert NUMBERS.call("step", net) == 1.0
    assert NUMBERS.call("sign", net) == 0.0
    assert NUMBERS.slope("relu", 0.1 + 0.2 - 0.3) == 0.0
    assert BALLS.slope("relu", Ball(0.1 + 0.2 - 0.3)).r == 1.0
    assert NUMBERS.call("step", -1e-9) == 0.0
