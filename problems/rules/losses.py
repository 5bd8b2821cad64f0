"""Loss functions: one row each.

A loss is `factor` times the sum over the outputs of `core(output, target)`; one output's
share is `factor * core`. `error` is its derivative with respect to one output.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from problems.rules.activations import SOFTMAX
from problems.rules.expression import (
    ONE,
    Constant,
    Expression,
    Function,
    Negative,
    Product,
    Quotient,
    Square,
    Sum,
    difference,
    total,
)

Pair = Callable[[Expression, Expression], Expression]


@dataclass(frozen=True, slots=True)
class Loss:
    """One loss function of outputs y and targets t."""

    name: str
    title: str
    core: Pair
    error: Pair
    factor: Constant | None
    negative: bool
    outputs: frozenset[str] | None
    """Activations the output layer may have; None where any will do."""
    simplified: frozenset[str]
    """Output activations for which slope and error cancel: delta is output minus target.
    For softmax this needs targets that sum to 1; families see to it (one-hot)."""
    of_errors: bool = False
    """Whether the loss is also half the sum of the squared errors, as Musilek writes it."""

    def share(self, out: Expression, target: Expression) -> Expression:
        """One output's part of the loss."""
        return self.scaled(self.core(out, target))

    def whole(self, outs: list[Expression], targets: list[Expression]) -> Expression:
        """The loss of one example, from its outputs."""
        cores = [self.core(y, t) for y, t in zip(outs, targets, strict=True)]
        return self.scaled(total(cores))

    def scaled(self, core: Expression) -> Expression:
        """The factor and the sign put before a sum of cores."""
        body = Product((self.factor, core)) if self.factor else core
        return Negative(body) if self.negative else body


def _squared(y: Expression, t: Expression) -> Expression:
    return Square(difference(y, t))


def _twice(y: Expression, t: Expression) -> Expression:
    return Product((Constant("2"), difference(y, t)))


def _log_likelihood(y: Expression, t: Expression) -> Expression:
    return Product((t, Function("log", y)))


def _both_classes(y: Expression, t: Expression) -> Expression:
    other = Product((difference(ONE, t), Function("log", difference(ONE, y))))
    return Sum((_log_likelihood(y, t), other))


def _likelihood_ratio(y: Expression, t: Expression) -> Expression:
    return Negative(Quotient(t, y))


def _both_ratio(y: Expression, t: Expression) -> Expression:
    return Quotient(difference(y, t), Product((y, difference(ONE, y))))


LOSSES: dict[str, Loss] = {
    row.name: row
    for row in (
        Loss(
            "half_squares",
            "half the sum of squared errors",
            _squared,
            difference,
            Constant("1/2"),
            False,
            None,
            frozenset(),
            True,
        ),
        Loss(
            "squares",
            "sum of squared errors",
            _squared,
            _twice,
            None,
            False,
            None,
            frozenset(),
        ),
        Loss(
            "binary_cross_entropy",
            "binary cross-entropy",
            _both_classes,
            _both_ratio,
            None,
            True,
            frozenset({"logistic"}),
            frozenset({"logistic"}),
        ),
        Loss(
            "cross_entropy",
            "cross-entropy",
            _log_likelihood,
            _likelihood_ratio,
            None,
            True,
            frozenset({SOFTMAX, "logistic"}),
            frozenset({SOFTMAX}),
        ),
    )
}
