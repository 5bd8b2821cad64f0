"""How what is computed, and its numbers, stand in exercise files (docs/formats.md).

A layered network is written as its layers with their weights; a recipe as its text, with a
number for each id.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from problems.arithmetic.grid import decimal
from problems.computation import ids
from problems.computation.graph import build
from problems.computation.kinds import RATE, SHIFT, Kind, T, W, X
from problems.computation.network import (
    Computation,
    Layer,
    Method,
    Network,
    Plan,
    Task,
    bias_ids,
)
from problems.recipes.recipe import ADJOINTS, Recipe

Doc = dict[str, Any]
Givens = Mapping[str, str]
"""Id of a given -> the decimal as printed."""

MOST_GIVENS = 2_000


def written(plan: Computation, givens: Givens) -> Doc:
    """What an exercise's object says of its computation and its numbers."""
    if isinstance(plan, Recipe):
        return _recipe_json(plan, givens)
    assert isinstance(plan, Plan)
    return _layered_json(plan, givens)


def read(doc: Doc) -> tuple[Computation, dict[str, str]]:
    """The computation and the numbers of an exercise's object.

    Raises:
        KeyError: something is missing.
        ValueError: something is not what it should be.
        SpecError: there is no such computation.
    """
    if "recipe" in doc:
        recipe = _recipe(doc)
        return recipe, _checked(recipe, {str(id): text for id, text in doc["givens"].items()})
    plan = _layered(doc)
    return plan, _checked(plan, _layered_givens(doc, plan))


def _checked(plan: Computation, found: dict[str, str]) -> dict[str, str]:
    for text in found.values():
        decimal(text)
    missing = [id for id in build(plan).givens if id not in found]
    if missing:
        raise ValueError(f"no number for {missing[0]}")
    return found


# recipes -----------------------------------------------------------------------------------


def _recipe_json(recipe: Recipe, givens: Givens) -> Doc:
    return {
        "recipe": {
            "steps": recipe.text,
            "sizes": dict(recipe.sizes),
            "paths": recipe.paths,
            "adjoints": recipe.adjoints,
        },
        "givens": dict(givens),
    }


def _recipe(doc: Doc) -> Recipe:
    told, givens = doc["recipe"], doc["givens"]
    if len(givens) > MOST_GIVENS:
        raise ValueError(f"{len(givens):,} givens; there are at most {MOST_GIVENS:,}")
    for id in givens:
        if not re.fullmatch(r"[A-Za-z][A-Za-z0-9_]*(\.(0|[1-9]\d{0,4}))*", id):
            raise ValueError(f"{id!r} is no id of a given")
    if told["adjoints"] not in ADJOINTS:
        raise ValueError(f"adjoints {told['adjoints']!r} is none of {', '.join(ADJOINTS)}")
    sizes = tuple((str(name), int(size)) for name, size in told["sizes"].items())
    return Recipe(str(told["steps"]), sizes, tuple(givens), bool(told["paths"]), told["adjoints"])


# layered networks --------------------------------------------------------------------------


def _layered_json(plan: Plan, givens: Givens) -> Doc:
    task = plan.task
    examples = [None] if task.examples == 1 else list(range(1, task.examples + 1))
    return {
        "network": {
            "inputs": plan.network.inputs,
            "layers": [_layer_json(plan, givens, n) for n in range(1, plan.network.depth + 1)],
        },
        "loss": plan.network.loss,
        "inputs": [_column(givens, X, plan.network.inputs, n) for n in examples],
        "targets": [_column(givens, T, plan.network.outputs, n) for n in examples],
        "rate": givens.get(ids.of(RATE)),
        "iterations": task.iterations,
        "task": {
            "mode": task.mode,
            "update": task.update,
            "update_biases": task.update_biases,
            "numeric": list(task.numeric),
            "shift": givens.get(ids.of(SHIFT)),
        },
        "method": {
            "deltas": plan.method.deltas,
            "gradients": plan.method.gradients,
            "paths": plan.method.paths,
            "shares": plan.method.shares,
            "loss_of_errors": plan.method.loss_of_errors,
        }
        | ({"factors": True} if plan.method.factors else {}),
    }


def _layer_json(plan: Plan, givens: Givens, number: int) -> Doc:
    network = plan.network
    layer = network.layers[number - 1]
    rows = [
        [givens[ids.of(W, number, j, i)] for i in range(1, network.below(number) + 1)]
        for j in range(1, layer.units + 1)
    ]
    biases = [givens[id] for id in bias_ids(layer, number)]
    return {
        "activation": layer.activation,
        "weights": rows,
        "bias": layer.bias,
        "biases": biases,
    }


def _column(givens: Givens, kind: Kind, count: int, example: int | None) -> list[str]:
    return [givens[ids.at(ids.of(kind, n), example)] for n in range(1, count + 1)]


def _layered(doc: Doc) -> Plan:
    layers = doc["network"]["layers"]
    network = Network(
        int(doc["network"]["inputs"]),
        tuple(Layer(len(e["weights"]), str(e["activation"]), e["bias"]) for e in layers),
        str(doc["loss"]),
    )
    task, method = doc["task"], doc["method"]
    return Plan(
        network,
        Task(
            len(doc["inputs"]),
            task["mode"],
            int(doc["iterations"]),
            bool(task["update_biases"]),
            bool(task["update"]),
            tuple(task["numeric"]),
        ),
        Method(
            method["deltas"],
            method["gradients"],
            bool(method["paths"]),
            bool(method["shares"]),
            bool(method["loss_of_errors"]),
            bool(method.get("factors", False)),
        ),
    )


def _layered_givens(doc: Doc, plan: Plan) -> dict[str, str]:
    task = plan.task
    found: dict[str, str] = {}
    for n, (inputs, targets) in enumerate(zip(doc["inputs"], doc["targets"], strict=True), 1):
        example = n if task.examples > 1 else None
        found |= {ids.at(ids.of(X, i), example): text for i, text in enumerate(inputs, 1)}
        found |= {ids.at(ids.of(T, k), example): text for k, text in enumerate(targets, 1)}
    for number, layer in enumerate(doc["network"]["layers"], 1):
        for j, row in enumerate(layer["weights"], 1):
            found |= {ids.of(W, number, j, i): text for i, text in enumerate(row, 1)}
        names = bias_ids(plan.network.layers[number - 1], number)
        found |= dict(zip(names, layer["biases"], strict=True))
    for kind, text in ((RATE, doc["rate"]), (SHIFT, doc["task"].get("shift"))):
        found |= {ids.of(kind): text} if text is not None else {}
    return found
