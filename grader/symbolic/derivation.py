"""The quantities of a network written down a second time, and differentiated by sympy.

Nothing here reads the rules of `problems.computation.graph` or its slopes: the forward pass and
the losses are written from their definitions, and every derivative is taken by sympy. A unit's
net input and output carry a shift that is 0, so that the loss can be differentiated by them. An
output is a symbol with a definition: its derivative is carried along from below (by sums over all
paths, from the inputs up, which is not back-propagation), so that expressions stay small.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from types import MappingProxyType
from typing import Any

import mpmath
import sympy

from problems.computation.ids import StepId
from problems.computation.network import Network

NONE: Mapping[str, Any] = MappingProxyType({})


def _activated(name: str, nets: list[Any], j: int) -> Any:
    """The output of unit j (from 0) of a layer."""
    base, _, parameter = name.partition("(")
    net = nets[j]
    if base == "softmax":
        return sympy.exp(net) / sympy.Add(*map(sympy.exp, nets))
    if base == "logistic":
        return 1 / (1 + sympy.exp(-net))
    if base in ("relu", "leaky_relu"):
        left = {"relu": "0", "leaky_relu": "0.01"}[base]
        return sympy.Max(sympy.Rational(parameter.rstrip(")") or left) * net, net)
    known = {
        "tanh": sympy.tanh(net),
        "softplus": sympy.log(1 + sympy.exp(net)),
        "identity": net,
    }
    return known[base]


def _lost(name: str, y: Any, t: Any) -> Any:
    """What one output adds to the loss."""
    known = {
        "half_squares": (t - y) ** 2 / 2,
        "squares": (t - y) ** 2,
        "cross_entropy": -t * sympy.log(y),
        "binary_cross_entropy": -t * sympy.log(y) - (1 - t) * sympy.log(1 - y),
    }
    return known[name]


class Derivation:
    """Expressions for everything in one pass through a network."""

    def __init__(self, network: Network) -> None:
        self.network = network
        self.nets: dict[tuple[int, int], Any] = {}
        self.outs: dict[str, Any] = {}
        """Name of the symbol of an output -> its definition in what is below it."""
        below: list[Any] = [self.symbol(f"x.{i + 1}") for i in range(network.inputs)]
        for number, layer in enumerate(network.layers, 1):
            nets = [self._net(number, j, below) for j in range(1, layer.units + 1)]
            below = []
            for j, net in enumerate(nets, 1):
                self.nets[number, j] = net
                out = _activated(layer.activation, nets, j - 1)
                self.outs[f"out.{number}.{j}"] = out + self.symbol(f"shift.out.{number}.{j}")
                below.append(self.symbol(f"out.{number}.{j}"))
        self.shares = [
            _lost(network.loss, y, self.symbol(f"t.{k}")) for k, y in enumerate(below, 1)
        ]
        self.loss = sympy.Add(*self.shares)
        self.expression = lru_cache(maxsize=None)(self._expression)
        self._by = lru_cache(maxsize=None)(self._derivative)

    def symbol(self, name: str) -> sympy.Symbol:
        """The symbol of a given of one pass, or of a shift."""
        return sympy.Symbol(name, real=True)

    def _net(self, number: int, j: int, below: list[Any]) -> Any:
        terms = [self.symbol(f"w.{number}.{j}.{i}") * x for i, x in enumerate(below, 1)]
        bias = self.network.layers[number - 1].bias
        if bias != "none":
            own = f"b.{number}" if bias == "layer" else f"b.{number}.{j}"
            terms.append(self.symbol(own))
        return sympy.Add(*terms, self.symbol(f"shift.net.{number}.{j}"))

    def _expression(self, step: StepId) -> Any:
        """A quantity of one pass in givens and shifts, by its id without example and iteration.

        Raises:
            KeyError: there is no derivation of this kind of step.
        """
        at = ".".join(map(str, step.indices))
        match step.kind:
            case "net":
                return self.nets[step.indices]  # type: ignore[index]
            case "out":
                return self.symbol(f"out.{at}")
            case "loss":
                return self.loss
            case "share":
                return self.shares[step.indices[0] - 1]
            case "error":
                return self._by(self.loss, f"shift.out.{self.network.depth}.{at}")
            case "dout":
                return self._by(self.loss, f"shift.out.{at}")
            case "delta":
                return self._by(self.loss, f"shift.net.{at}")
            case "dw" | "db":
                return self._by(self.loss, f"{step.kind[1:]}.{at}")
            case "slope":
                return self._by(self.outs[f"out.{at}"], f"shift.net.{at}")
            case "dnet":
                return self._by(self.nets[step.indices[:2]], f"w.{at}")  # type: ignore[index]
            case "path":
                above = (step.layer + 1, step.path or 0)
                through = self._by(self.loss, f"shift.net.{above[0]}.{above[1]}")
                return through * self._by(self.nets[above], f"shift.out.{at}")
        raise KeyError(step.kind)

    def _derivative(self, of: Any, name: str) -> Any:
        """By a symbol, directly and through every output that the expression reads."""
        through = [
            sympy.diff(of, read) * self._by(self.outs[read.name], name)
            for read in sorted(of.free_symbols, key=str)
            if read.name in self.outs
        ]
        return sympy.Add(sympy.diff(of, self.symbol(name)), *through)


class Evaluation(dict[Any, Any]):
    """Numbers of mpmath for expressions of sympy; what two of them share is worked once.

    Args:
        givens: name of a symbol -> its number; shifts are 0.
        definitions: name of a symbol -> the expression that it stands for.
    """

    def __init__(self, givens: Mapping[str, Any], definitions: Mapping[str, Any] = NONE) -> None:
        super().__init__()
        self._givens = givens
        self._definitions = definitions

    def __missing__(self, expression: Any) -> Any:
        value = self[expression] = self._worked(expression)
        return value

    def _worked(self, expression: Any) -> Any:
        if isinstance(expression, sympy.Symbol):
            return self._symbol(expression.name)
        if isinstance(expression, sympy.Rational):
            return mpmath.mpf(expression.p) / expression.q
        parts = [self[part] for part in expression.args]
        return _FUNCTIONS[expression.func](*parts)

    def _symbol(self, name: str) -> Any:
        if name in self._definitions:
            return self[self._definitions[name]]
        return mpmath.mpf(0) if name.startswith("shift.") else self._givens[name]


def _product(*parts: Any) -> Any:
    value = mpmath.mpf(1)
    for part in parts:
        value *= part
    return value


_FUNCTIONS: dict[Any, Any] = {
    sympy.Add: lambda *parts: sum(parts, mpmath.mpf(0)),
    sympy.Mul: _product,
    sympy.Pow: lambda base, exponent: mpmath.power(base, exponent),
    sympy.exp: mpmath.exp,
    sympy.log: mpmath.log,
    sympy.tanh: mpmath.tanh,
    sympy.sin: mpmath.sin,
    sympy.cos: mpmath.cos,
    sympy.Abs: abs,
    sympy.sign: mpmath.sign,
    sympy.Max: max,
    sympy.Heaviside: lambda x, at_zero=0: at_zero if x == 0 else mpmath.mpf(x > 0),
    sympy.DiracDelta: lambda x, order=0: mpmath.mpf(0),  # away from the jump
}
