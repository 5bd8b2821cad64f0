"""Rules at random: trees of every node and function, over quantities of moderate size."""

from __future__ import annotations

import numpy as np

from problems.rules.activations import ACTIVATIONS
from problems.rules.expression import (
    ONE,
    Constant,
    Expression,
    Function,
    Negative,
    Product,
    Quotient,
    Ref,
    Softmax,
    Square,
    Sum,
)
from problems.rules.extrema import Max, Winner
from problems.rules.functions import FUNCTIONS
from problems.rules.shorthand import mean, power

NAMES = ("a", "b", "c")
NODES = (
    "sum", "difference", "product", "negative", "square", "power", "quotient", "function",
    "function", "function", "softmax", "max", "winner", "mean",
)  # fmt: skip
POSITIVE = ("log", "sqrt")


def random_rule(rng: np.random.Generator, depth: int = 3) -> Expression:
    """A tree; logarithms, roots and divisors are of what is positive."""
    if depth == 0:
        return Ref(str(rng.choice(NAMES))) if rng.random() < 0.85 else Constant("0.7")
    kind = str(rng.choice(NODES))
    parts = [random_rule(rng, depth - 1) for _ in range(3)]
    first, second, _ = parts
    match kind:
        case "sum":
            return Sum(tuple(parts))
        case "difference":
            return Sum((first, Negative(second)))
        case "product":
            return Product(tuple(parts))
        case "negative":
            return Negative(first)
        case "square":
            return Square(first)
        case "power":
            return power(first, int(rng.integers(3, 6)))
        case "quotient":
            return Quotient(first, Sum((ONE, Square(second))))
        case "softmax":
            return Softmax(tuple(parts), int(rng.integers(3)))
        case "max":
            return Max(tuple(parts))
        case "winner":
            return Winner(tuple(parts), int(rng.integers(3)))
        case "mean":
            return mean(parts)
    name = str(rng.choice([*FUNCTIONS, *ACTIVATIONS, "leaky_relu(0.2)"]))
    of = Sum((ONE, Square(first))) if name in POSITIVE else first
    # a function of a function of ... overflows: what goes in is tamed first
    return Function(name, of if depth == 1 else Function("tanh", of) if name == "exp" else of)
