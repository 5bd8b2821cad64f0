"""Plans that between them use every activation, loss, bias kind, mode and way of working."""

from __future__ import annotations

import numpy as np

from problems.computation.network import Layer, Method, Network, Plan, Task
from problems.computation.steps import Graph

CHAIN = Method("none", "chain", paths=True, shares=True)
MAZUR = Method("output", "chain", paths=True, shares=True)
DELTA = Method()
MUSILEK = Method("none", "chain", loss_of_errors=True)


def net(text: str, activations: str, bias: str = "unit", loss: str = "half_squares") -> Network:
    widths = [int(w) for w in text.split("-")]
    names = activations.split()
    layers = tuple(
        Layer(width, name, bias)  # type: ignore[arg-type]
        for width, name in zip(widths[1:], names, strict=True)
    )
    return Network(widths[0], layers, loss)


PLANS = {
    "mazur": Plan(net("2-2-2", "logistic logistic", "layer"), Task(update_biases=False), MAZUR),
    "musilek": Plan(net("3-2-2", "logistic logistic", "layer"), Task(), MUSILEK),
    "chain": Plan(net("2-3-2", "tanh logistic"), Task(), CHAIN),
    "deep chain": Plan(net("2-2-3-2", "tanh softplus logistic", "layer"), Task(), CHAIN),
    "lfd": Plan(net("2-2-1", "tanh tanh", "augmented", "squares"), Task(examples=3), DELTA),
    "sgd": Plan(
        net("2-2-1", "tanh identity", "augmented", "squares"),
        Task(examples=2, mode="sequential", iterations=2),
        DELTA,
    ),
    "softmax": Plan(net("2-3-3", "relu softmax", "unit", "cross_entropy"), Task(), DELTA),
    "softmax squares": Plan(net("2-2-3", "tanh softmax", "none"), Task(), DELTA),
    "binary": Plan(net("3-2-1", "tanh logistic", "unit", "binary_cross_entropy"), Task(), DELTA),
    "logistic cross-entropy": Plan(
        net("2-2-2", "logistic logistic", "unit", "cross_entropy"), Task(), CHAIN
    ),
    "leaky": Plan(net("2-2-2", "leaky_relu leaky_relu(0.2)"), Task(iterations=2), DELTA),
    "wide": Plan(net("5-4-3-2", "softplus tanh logistic"), Task(), DELTA),
    "one": Plan(net("1-1", "logistic"), Task(iterations=3), DELTA),
    "batch twice": Plan(net("2-2-2", "logistic tanh"), Task(examples=2, iterations=2), DELTA),
}


def random_givens(graph: Graph, count: int, seed: int = 7) -> dict[str, np.ndarray]:
    """Arrays of plausible numbers for every given."""
    rng = np.random.default_rng(seed)
    found = {}
    for id in graph.givens:
        kind = id.split(":")[-1].split(".")[0]
        if kind == "t":
            found[id] = rng.uniform(0.05, 0.95, count)
        elif kind == "rate":
            found[id] = rng.uniform(0.1, 1.0, count)
        elif kind == "shift":
            found[id] = np.full(count, 0.1)
        else:
            found[id] = rng.uniform(-1.5, 1.5, count)
    if graph.plan.network.layers[-1].activation == "softmax":
        targets = [id for id in found if id.split(":")[-1].startswith("t.")]
        whole = sum(found[id] for id in targets)
        found |= {id: found[id] / whole for id in targets}  # probabilities sum to 1
    return found
