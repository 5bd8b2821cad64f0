"""What is computed: the network's shape, the training task and the way of working.

These three are everything the graph of steps depends on; the numbers come later.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Literal

from problems.computation import ids
from problems.computation.kinds import LAYERED, RATE, SHIFT, B, Kinds, T, W, X
from problems.errors import Complaint, SpecError
from problems.rules.activations import SOFTMAX, is_known
from problems.rules.losses import LOSSES

BIASES = ("unit", "layer", "augmented", "none")
Bias = Literal["unit", "layer", "augmented", "none"]
"""Per unit; shared by a layer (Musilek, Mazur); weight of a constant x_0 = 1 (LFD); absent."""

LARGEST = 64
"""Most units of a layer and most layers: more is nothing to compute by hand."""


@dataclass(frozen=True, slots=True)
class Layer:
    """One layer of units."""

    units: int
    activation: str = "logistic"
    bias: Bias = "unit"


@dataclass(frozen=True, slots=True)
class Network:
    """A feed-forward network and its loss; weights are not part of the shape."""

    inputs: int
    layers: tuple[Layer, ...]
    loss: str = "half_squares"

    def __post_init__(self) -> None:
        complaints = list(_complaints(self))
        if complaints:
            raise SpecError(complaints)

    @property
    def outputs(self) -> int:
        """Units of the last layer."""
        return self.layers[-1].units

    @property
    def depth(self) -> int:
        """Layers that compute: hidden ones and the output layer."""
        return len(self.layers)

    def below(self, layer: int) -> int:
        """Width of what feeds layer `layer` (from 1): inputs or units."""
        return self.inputs if layer == 1 else self.layers[layer - 2].units

    def topology(self) -> str:
        """Widths as the user writes them.

        >>> Network(3, (Layer(2), Layer(2))).topology()
        '3-2-2'
        """
        return "-".join(str(n) for n in (self.inputs, *(layer.units for layer in self.layers)))

    def parameters(self) -> list[str]:
        """Ids of all weights and biases, layer by layer: `w.1.1.1`, ..., `b.1`."""
        names: list[str] = []
        for number, layer in enumerate(self.layers, 1):
            names += weight_ids(layer, number, self.below(number)) + bias_ids(layer, number)
        return names

    def weights(self) -> list[str]:
        """Ids of all weights, layer by layer."""
        found = (weight_ids(ly, n, self.below(n)) for n, ly in enumerate(self.layers, 1))
        return [id for of_layer in found for id in of_layer]


def weight_ids(layer: Layer, number: int, below: int) -> list[str]:
    """Ids of a layer's weights, unit by unit, from the first unit below to the last."""
    return [
        ids.of(W, number, j, i) for j in range(1, layer.units + 1) for i in range(1, below + 1)
    ]


def bias_ids(layer: Layer, number: int) -> list[str]:
    """Ids of a layer's biases: one for the layer, one for each unit, or none."""
    if layer.bias == "none":
        return []
    if layer.bias == "layer":
        return [ids.of(B, number)]
    return [ids.of(B, number, j) for j in range(1, layer.units + 1)]


def _complaints(net: Network) -> list[Complaint]:
    found: list[Complaint] = []
    if not net.layers:
        return [Complaint("layers", "a network needs at least one layer of units")]
    widths = (net.inputs, *(layer.units for layer in net.layers))
    if min(widths) < 1 or max(widths) > LARGEST or len(widths) > LARGEST:
        found.append(Complaint("layers", f"widths are whole numbers from 1 to {LARGEST}"))
    for number, layer in enumerate(net.layers, 1):
        if not is_known(layer.activation):
            found.append(Complaint(f"layer {number}", f"no activation {layer.activation!r}"))
        elif layer.activation == SOFTMAX and number < len(net.layers):
            found.append(Complaint(f"layer {number}", "softmax is for the last layer only"))
        if layer.bias not in BIASES:
            allowed = ", ".join(BIASES)
            found.append(Complaint(f"layer {number}", f"bias {layer.bias!r} is none of {allowed}"))
    loss = LOSSES.get(net.loss)
    if loss is None:
        found.append(Complaint("loss", f"{net.loss!r} is none of {', '.join(LOSSES)}"))
    elif loss.outputs is not None and net.layers[-1].activation not in loss.outputs:
        allowed = ", ".join(sorted(loss.outputs))
        found.append(Complaint("loss", f"{net.loss} needs an output layer with {allowed}"))
    return found


@dataclass(frozen=True, slots=True)
class Task:
    """How the network is trained."""

    examples: int = 1
    mode: Literal["batch", "sequential"] = "batch"
    """Average over the examples, or an update after each one (SGD)."""
    iterations: int = 1
    update_biases: bool = True
    update: bool = True
    """Whether new weights are asked for at all."""
    numeric: tuple[str, ...] = ()
    """Parameters whose gradient is also taken by central differences."""


@dataclass(frozen=True, slots=True)
class Method:
    """The way of working that a document follows: which intermediate steps exist."""

    deltas: Literal["all", "output", "none"] = "all"
    """Layers whose delta is a step of its own; elsewhere error times slope is written out."""
    gradients: Literal["delta", "chain"] = "delta"
    """A gradient is delta times input, or the chain error times slope times input."""
    paths: bool = False
    """Each path's part of dE/d(out) is a step (`dout.1.1<2`)."""
    shares: bool = False
    """Each output's part of the loss is a step (`loss.1`)."""
    loss_of_errors: bool = False
    """The loss is written with the errors (Musilek) instead of the outputs."""
    factors: bool = False
    """The last factor of the chain rule is a step: d(net)/d(weight), what flows through it."""


class Computation:
    """What is computed: everything that the graph of steps depends on, without the numbers."""

    if TYPE_CHECKING:

        @property
        def network(self) -> Network:
            """The layers."""

        @property
        def task(self) -> Task:
            """How often it is gone through."""

        @property
        def method(self) -> Method:
            """Which intermediate steps exist."""

        @property
        def kinds(self) -> Kinds:
            """What its quantities are called."""

    def parse(self, id: str) -> ids.StepId:
        """An id of this computation, taken apart.

        Raises:
            ValueError: the text is none.
        """
        return ids.parse(id, self.kinds)

    def given_ids(self) -> tuple[str, ...]:
        """Ids of everything that is handed to the student."""
        raise NotImplementedError

    @property
    def shape(self) -> str:
        """What it is, in a word."""
        raise NotImplementedError

    def described(self) -> str:
        """What it is, in a few words."""
        raise NotImplementedError


@dataclass(frozen=True)
class Plan(Computation):
    """The training of a layered network."""

    network: Network
    task: Task = field(default_factory=Task)
    method: Method = field(default_factory=Method)

    @cached_property
    def kinds(self) -> Kinds:
        """Those of every layered network."""
        return LAYERED

    def given_ids(self) -> tuple[str, ...]:
        """Inputs, targets, parameters, rate and shift."""
        task, net = self.task, self.network
        examples = [None] if task.examples == 1 else list(range(1, task.examples + 1))
        inputs, outputs = range(1, net.inputs + 1), range(1, net.outputs + 1)
        found = [ids.at(ids.of(X, i), n) for n in examples for i in inputs]
        found += [ids.at(ids.of(T, k), n) for n in examples for k in outputs]
        found += net.parameters()
        found += [ids.of(RATE)] if task.update else []
        found += [ids.of(SHIFT)] if task.numeric else []
        return tuple(found)

    @property
    def shape(self) -> str:
        """Its widths: `3-2-1`."""
        return self.network.topology()

    def described(self) -> str:
        """Its widths.

        >>> Plan(Network(3, (Layer(2), Layer(1)))).described()
        '3-2-1 net'
        """
        return f"{self.network.topology()} net"


def layered(plan: Computation) -> Plan:
    """The plan of a layered network, where one is needed.

    Raises:
        SpecError: it is another computation.
    """
    if not isinstance(plan, Plan):
        what = f"this is for layered networks, not for a {plan.described()}"
        raise SpecError([Complaint("", what)])
    return plan
