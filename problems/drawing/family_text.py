"""Family files from choices: what `bpgrade new` writes, with a word on what may be changed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from problems.drawing.typed_numbers import toml, toml_key

Entries = Mapping[str, Any]
"""Keys of `[given]` or `[ranges]` with what stands there."""


@dataclass(frozen=True, kw_only=True)
class Choices:
    """What all kinds of file have in common."""

    title: str
    notation: str = "standard"
    instructions: str = ""
    decimals: int = 4
    ask: tuple[str, ...] = ()
    """Names and ids of what is asked for; all, if there are none."""
    given: Entries = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class LayeredChoices(Choices):
    """What decides an exercise of a layered network."""

    layers: str = "2-2-1"
    hidden: str = "logistic"
    output: str = "logistic"
    loss: str = "half_squares"
    bias: str = "unit"
    ranges: Entries = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class RecipeChoices(Choices):
    """What decides an exercise of formulas."""

    steps: str
    sizes: Mapping[str, int] = field(default_factory=dict)


NETWORK = """\
# Widths from inputs to outputs; activations: logistic, tanh, identity, relu, softplus, softmax;
# bias: unit, layer (shared), augmented (weight of a constant 1) or none.
"""
RANGES = """\
# Numbers that are drawn, for each student others: by kind (w) or layer (w.1).
"""
GIVEN = """\
# Numbers of your own: by id (w.1.2.1: layer, unit, unit below), layer or kind; of w.1 a row for
# each unit. Ranges may stand here as well.
"""
SECTIONS = """
# The parts of the worksheet. kinds: net out loss error slope delta dw db new.w new.b; layers:
# all, hidden, output or a number; show = "vector" for matrices, "formula" to ask for formulas.
[[section]]
title = "Forward pass"
steps = [{ kinds = "net out", order = "layer" }, { kinds = "loss" }]

[[section]]
title = "Backward pass"
steps = [
    { kinds = "delta", order = "layer", direction = "down" },
    { kinds = "dw db", order = "layer" },
]

[[section]]
title = "New weights and biases"
scope = "update"
steps = [{ kinds = "new.w new.b", order = "layer" }]
"""


def layered_text(of: LayeredChoices) -> str:
    """The family file of a layered network."""
    network = {"layers": of.layers, "hidden": of.hidden, "output": of.output}
    network |= {"bias": of.bias, "loss": of.loss}
    parts = [_head(of), NETWORK + _table("network", network), _precision(of)]
    if of.ranges:
        parts.append(RANGES + _table("ranges", of.ranges))
    if of.given:
        parts.append(GIVEN + _table("given", of.given))
    parts.append(_ask(of) if of.ask else SECTIONS.lstrip("\n"))
    return "\n".join(parts)


def recipe_text(of: RecipeChoices) -> str:
    """The family file of a recipe."""
    lines = "\n".join(line.rstrip() for line in of.steps.strip().splitlines())
    said = "# One line, one quantity: name[i] for i in N = formula; grad L of w: the derivatives."
    parts = [_head(of) + f"{said}\nsteps = '''\n{lines}\n'''\n"]
    if of.sizes:
        parts.append(_table("sizes", of.sizes))
    parts.append("# Numbers given, or drawn for each student.\n" + _table("given", of.given))
    parts.append(_precision(of))
    if of.ask:
        parts.append(_ask(of))
    return "\n".join(parts)


def _head(of: Choices) -> str:
    found = ["# An exercise for `bpgrade generate`; see docs/own-exercises.md."]
    found += [f"title = {toml(of.title)}", f"notation = {toml(of.notation)}"]
    if of.instructions:
        found.append(f"instructions = {toml(of.instructions)}")
    return "\n".join(found) + "\n"


def _precision(of: Choices) -> str:
    said = "# may_add: so many decimals more may be asked for, where else no draw can be graded."
    return f"{said}\n{_table('precision', {'decimals': of.decimals, 'may_add': 2})}"


def _ask(of: Choices) -> str:
    return "# These steps alone are asked for.\n" + _table("ask", {"steps": list(of.ask)})


def _table(name: str, entries: Entries) -> str:
    lines = [f"{toml_key(key)} = {toml(entry)}" for key, entry in entries.items()]
    return "\n".join([f"[{name}]", *lines]) + "\n"
