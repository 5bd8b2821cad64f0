"""Functions of one number that rules may call, besides the activations: one row each.

A row gives the value and how it acts on balls; derivatives are other rules
(`problems.rules.differentiation`). A ball that leaves a function's domain, or reaches where it
has no bound, bounds nothing: its radius is vast.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache

from problems.arithmetic import elementary
from problems.arithmetic.ball import LEAST, SLACK, VAST, Ball, increasing, spread
from problems.arithmetic.elementary import LARGEST, Number, greater, where
from problems.arithmetic.trigonometry import cos, sin
from problems.rules.activations import Activation, activation

TINY = 1e-300
"""What a logarithm is taken of where its argument's ball reaches below this, or 0."""

QUARTER = 1.57
"""A little less than a quarter of a turn, in radians."""


@dataclass(frozen=True, slots=True)
class ElementaryFunction:
    """One function."""

    name: str
    value: Callable[[Number], Number]
    ball: Callable[[Ball], Ball]
    """The image of a ball."""
    exact: bool = False
    """Whether it leaves digits as they are, or gives whole numbers: nothing is rounded."""


def _exp_ball(b: Ball) -> Ball:
    """Values are clipped at e^700: what lies beyond is out of bounds."""
    high = b.m + b.r
    found = spread(elementary.exp(b.m), elementary.exp(b.m - b.r), elementary.exp(high))
    return Ball(found.m, where(high < LARGEST, found.r, VAST))


def _log_ball(b: Ball) -> Ball:
    found = increasing(lambda v: elementary.log(greater(v, TINY)), b)
    return Ball(found.m, where(b.m - b.r > TINY, found.r, VAST))


def _sqrt_ball(b: Ball) -> Ball:
    """Only an exact 0 has a root that is bounded: below a ball that reaches 0 there is none."""
    low = greater(b.m - b.r, 0.0)
    m, high = elementary.sqrt(greater(b.m, 0.0)), elementary.sqrt(greater(b.m + b.r, 0.0))
    bounded = (b.m - b.r > LEAST) | ((b.m == 0) & (b.r == 0))
    return Ball(m, where(bounded, spread(m, elementary.sqrt(low), high).r, VAST))


def _sin_ball(b: Ball) -> Ball:
    return _wave(sin(b.m), abs(cos(b.m)), b.r)


def _cos_ball(b: Ball) -> Ball:
    return _wave(cos(b.m), abs(sin(b.m)), b.r)


def _wave(m: Number, steep: Number, r: Number) -> Ball:
    """|f(x + d) - f(x)| <= |f'(x)| sin d + |f(x)| (1 - cos d) up to a quarter of a turn."""
    near = where(r < QUARTER, r, QUARTER)
    reach = steep * sin(near) + abs(m) * (1.0 - cos(near)) + SLACK * near
    r = where(r < QUARTER, reach, 1.0 + abs(m))
    return Ball(m, where(m == m, r, VAST))


def _abs_ball(b: Ball) -> Ball:
    return Ball(abs(b.m), b.r)


def _sign_ball(b: Ball) -> Ball:
    m = elementary.sign(b.m)
    return Ball(m, where(_decided(b), 0.0, 1.0 + abs(m)))


def _step_ball(b: Ball) -> Ball:
    """Undecided where the ball touches the jump."""
    return Ball(elementary.step(b.m), where(_decided(b), 0.0, 1.0))


def _decided(b: Ball) -> bool:
    """Whether all of a ball lies on one side of 0, or is one number."""
    beyond: bool = (abs(b.m) > b.r + SLACK * greater(abs(b.m), 1.0)) | (b.r == 0)
    return beyond


FUNCTIONS: dict[str, ElementaryFunction] = {
    row.name: row
    for row in (
        ElementaryFunction("exp", elementary.exp, _exp_ball),
        ElementaryFunction("log", elementary.log, _log_ball),
        ElementaryFunction("sqrt", elementary.sqrt, _sqrt_ball),
        ElementaryFunction("sin", sin, _sin_ball),
        ElementaryFunction("cos", cos, _cos_ball),
        ElementaryFunction("abs", abs, _abs_ball, exact=True),
        ElementaryFunction("sign", elementary.sign, _sign_ball, exact=True),
        ElementaryFunction("step", elementary.step, _step_ball, exact=True),
    )
}

LEAST_ARGUMENT = {"log": TINY, "sqrt": 0.0}
"""Function -> where the centre of a ball is taken that lies outside of its domain."""


@lru_cache(maxsize=64)
def function(name: str) -> ElementaryFunction | Activation:
    """The row of a function that a rule may call.

    Raises:
        KeyError: there is none of that name.

    >>> function("sqrt").value(0.25), function("relu").value(-2.0)
    (0.5, -0.0)
    """
    return FUNCTIONS.get(name) or activation(name)
