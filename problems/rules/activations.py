"""Activation functions: one row each, read by every interpreter of an expression.

A row gives the value, the slope and how both act on balls. The slope is taken from the
output where a formula in the output exists (all five documents do so), else from the net
input. Adding an activation is adding a row.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from typing import Literal

from problems.arithmetic import elementary
from problems.arithmetic.ball import Ball, increasing
from problems.arithmetic.elementary import DUST, Number, where
from problems.patterns import pattern

SlopeAt = Literal["net", "out"]


@dataclass(frozen=True, slots=True)
class Activation:
    """One activation function."""

    name: str
    title: str
    value: Callable[[Number], Number]
    slope: Callable[[Number], Number]
    """The derivative, as a function of the net input or of the output: see `slope_at`."""
    slope_at: SlopeAt
    slope_ball: Callable[[Ball], Ball]
    parameter: float | None = None
    """The slope on the left of a leaky ReLU."""
    low: float = 0.05
    """Slope below which the quality gate counts a unit as saturated or dead."""
    straight: bool = False
    """Made of straight pieces: where its slope is 1, leaving it out is no mistake."""
    in_layers: bool = True
    """Whether a layer may name it."""

    @property
    def at_output(self) -> bool:
        """Whether the slope is a function of the output."""
        return self.slope_at == "out"

    def ball(self, b: Ball) -> Ball:
        """The image of a ball; every row is an increasing function."""
        return increasing(self.value, b)


def _logistic_slope_ball(y: Ball) -> Ball:
    return Ball(y.m * (1.0 - y.m), abs(1.0 - 2.0 * y.m) * y.r + y.r * y.r)


def _tanh_slope_ball(y: Ball) -> Ball:
    return Ball(1.0 - y.m * y.m, 2.0 * abs(y.m) * y.r + y.r * y.r)


def _bipolar_slope_ball(y: Ball) -> Ball:
    return Ball(0.5 * (1.0 - y.m * y.m), abs(y.m) * y.r + 0.5 * (y.r * y.r))


def _logistic_peak_ball(v: Ball) -> Ball:
    return increasing(elementary.logistic, v)


def _step_slopes(left: float) -> tuple[Callable[[Number], Number], Callable[[Ball], Ball]]:
    """Slope `left` up to zero and 1 above; undecided where the ball touches zero."""

    def slope(v: Number) -> Number:
        return where(v > DUST, v * 0.0 + 1.0, v * 0.0 + left)

    def ball(v: Ball) -> Ball:
        clear = abs(v.m) > v.r + DUST
        return Ball(slope(v.m), where(clear, v.m * 0.0, v.m * 0.0 + (1.0 - left)))

    return slope, ball


def _leaky(left: float, name: str, title: str, low: float) -> Activation:
    def value(v: Number) -> Number:
        return where(v > 0, v * 1.0, v * left)

    slope, ball = _step_slopes(left)
    return Activation(name, title, value, slope, "net", ball, left, low, straight=True)


def _identity(v: Number) -> Number:
    return v


def _one(v: Number) -> Number:
    return v * 0.0 + 1.0


def _exact_one(v: Ball) -> Ball:
    return Ball(_one(v.m), v.m * 0.0)


ACTIVATIONS: dict[str, Activation] = {
    row.name: row
    for row in (
        Activation(
            "logistic",
            "logistic function",
            elementary.logistic,
            lambda y: y * (1.0 - y),
            "out",
            _logistic_slope_ball,
        ),
        Activation(
            "tanh",
            "hyperbolic tangent",
            elementary.tanh,
            lambda y: 1.0 - y * y,
            "out",
            _tanh_slope_ball,
        ),
        Activation(
            "identity", "identity", _identity, _one, "net", _exact_one, low=0.5, straight=True
        ),
        _leaky(0.0, "relu", "ReLU", 0.5),
        _leaky(0.01, "leaky_relu", "leaky ReLU", 0.005),
        Activation(
            "softplus",
            "softplus",
            elementary.softplus,
            elementary.logistic,
            "net",
            _logistic_peak_ball,
        ),
        Activation(
            "bipolar",
            "bipolar sigmoid",
            lambda v: elementary.tanh(0.5 * v),
            lambda y: 0.5 * (1.0 - y * y),
            "out",
            _bipolar_slope_ball,
            in_layers=False,
        ),
    )
}

IN_LAYERS = tuple(row.name for row in ACTIVATIONS.values() if row.in_layers)
"""The rows that a layer may name."""

SOFTMAX = "softmax"
"""Not a row: it takes the whole layer (`problems.rules.expression.Softmax`)."""

_LEAKY = pattern(r"leaky_relu\((0\.\d{1,4})\)")


@lru_cache(maxsize=64)
def activation(name: str) -> Activation:
    """The row of that name; `leaky_relu(0.1)` sets the slope on the left.

    Raises:
        KeyError: there is no such row.

    >>> activation("leaky_relu(0.1)").value(-2.0)
    -0.2
    """
    match = _LEAKY.fullmatch(name)
    if match:
        return _leaky(float(match[1]), name, "leaky ReLU", 0.5 * float(match[1]))
    return ACTIVATIONS[name]


def is_known(name: str) -> bool:
    """Whether a layer may name this activation; softmax is known as well."""
    return name == SOFTMAX or name in IN_LAYERS or bool(_LEAKY.fullmatch(name))
