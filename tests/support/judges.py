"""Independent judges: other programs' arithmetic, walked over the same graph."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import mpmath
import sympy

from problems.computation import ids
from problems.computation.steps import Graph


class Mp:
    """mpmath numbers in high precision."""

    def constant(self, text: str) -> Any:
        top, _, bottom = text.partition("/")
        return mpmath.mpf(top) / mpmath.mpf(bottom or "1")

    def call(self, name: str, x: Any) -> Any:
        base, _, parameter = name.partition("(")
        if base in ("exp", "log", "sqrt", "sin", "cos", "sign"):
            return getattr(mpmath, base)(x)
        if base == "abs":
            return abs(x)
        if base == "step":
            return mpmath.mpf(x >= 0)
        if base == "bipolar":
            return (1 - mpmath.exp(-x)) / (1 + mpmath.exp(-x))
        if base == "logistic":
            return 1 / (1 + mpmath.exp(-x))
        if base == "tanh":
            return mpmath.tanh(x)
        if base == "softplus":
            return mpmath.log(1 + mpmath.exp(x))
        if base == "identity":
            return x
        left = {"relu": "0", "leaky_relu": parameter.rstrip(")") or "0.01"}[base]
        return x if x > 0 else mpmath.mpf(left) * x

    def power(self, x: Any, exponent: int) -> Any:
        return x**exponent

    def largest(self, xs: Sequence[Any]) -> Any:
        return max(xs)

    def winner(self, xs: Sequence[Any], index: int) -> Any:
        return mpmath.mpf(list(xs).index(max(xs)) == index)

    def slope(self, name: str, x: Any) -> Any:
        raise AssertionError("the judge differentiates by itself")

    def softmax(self, xs: Sequence[Any], index: int) -> Any:
        powers = [mpmath.exp(x) for x in xs]
        return powers[index] / sum(powers)

    def square(self, x: Any) -> Any:
        return x**2


class Sy:
    """sympy expressions."""

    def constant(self, text: str) -> Any:
        return sympy.Rational(text)

    def call(self, name: str, x: Any) -> Any:
        base = name.partition("(")[0]
        found = {
            "log": sympy.log,
            "logistic": lambda v: 1 / (1 + sympy.exp(-v)),
            "tanh": sympy.tanh,
            "softplus": lambda v: sympy.log(1 + sympy.exp(v)),
            "identity": lambda v: v,
        }
        return found[base](x)

    def slope(self, name: str, x: Any) -> Any:
        """Slopes are steps of ours: written as they are, to be compared with derivatives."""
        if name == "logistic":
            return x * (1 - x)
        if name == "tanh":
            return 1 - x**2
        if name == "softplus":
            return 1 / (1 + sympy.exp(-x))
        assert name == "identity"
        return sympy.Integer(1)

    def softmax(self, xs: Sequence[Any], index: int) -> Any:
        powers = [sympy.exp(x) for x in xs]
        return powers[index] / sum(powers)

    def square(self, x: Any) -> Any:
        return x**2


class Ag:
    """autograd's numpy: automatic differentiation by somebody else."""

    def __init__(self) -> None:
        import autograd.numpy as anp

        self.np = anp

    def constant(self, text: str) -> float:
        top, _, bottom = text.partition("/")
        return float(top) / float(bottom or 1)

    def call(self, name: str, x: Any) -> Any:
        base, _, parameter = name.partition("(")
        np = self.np
        if base in ("relu", "leaky_relu"):
            left = float(parameter.rstrip(")") or 0.01) if base == "leaky_relu" else 0.0
            return np.where(x > 0, x, left * x)
        return {
            "exp": np.exp,
            "log": np.log,
            "sqrt": np.sqrt,
            "sin": np.sin,
            "cos": np.cos,
            "abs": np.abs,
            "sign": np.sign,
            "step": lambda v: np.where(v >= 0, 1.0, 0.0),
            "bipolar": lambda v: np.tanh(v / 2),
            "logistic": lambda v: 1 / (1 + np.exp(-v)),
            "tanh": np.tanh,
            "softplus": lambda v: np.logaddexp(0.0, v),
            "identity": lambda v: v,
        }[base](x)

    def slope(self, name: str, x: Any) -> Any:
        raise AssertionError("the judge differentiates by itself")

    def softmax(self, xs: Sequence[Any], index: int) -> Any:
        powers = [self.np.exp(x) for x in xs]
        return powers[index] / sum(powers)

    def square(self, x: Any) -> Any:
        return x * x

    def power(self, x: Any, exponent: int) -> Any:
        return x**exponent

    def largest(self, xs: Sequence[Any]) -> Any:
        return self.np.max(self.np.array(xs))

    def winner(self, xs: Sequence[Any], index: int) -> Any:
        return 1.0 if self.np.argmax(self.np.array(xs)) == index else 0.0


FORWARD = ("net", "out", "loss", "share")


def loss_of(
    graph: Graph, id: str, values: Mapping[str, Any], using: Any, iteration: int = 1
) -> Any:
    """The loss step `id`, walking forward from givens and from the weights of its iteration.

    Backward steps are never evaluated, so a judge cannot borrow our derivatives.
    """
    found = dict(values)
    for step in graph.steps.values():
        parsed = ids.parse(step.id)
        if parsed.kind not in FORWARD or parsed.iteration != iteration or parsed.inner:
            continue
        if step.id in values:
            continue
        rules = [step.rule, *step.others]
        rule = next((r for r in rules if all(ref in found for ref in r.refs())), None)
        if rule is None:
            continue  # another example's pass, which starts from later weights
        found[step.id] = rule.evaluate(found, using)
    return found[id]
