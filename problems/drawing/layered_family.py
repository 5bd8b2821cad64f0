"""Families of layered networks: which network, which way of working, which numbers."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from problems.arithmetic.grid import Grid
from problems.computation import ids
from problems.computation.graph import build
from problems.computation.kinds import W
from problems.computation.network import Computation, Layer, Method, Network, Plan, Task
from problems.computation.sections import Placed, Section, placed
from problems.computation.steps import Graph
from problems.drawing.asked import listed, near, selected, stands_for
from problems.drawing.design import LOOKS, Family
from problems.drawing.family_checks import Checker
from problems.drawing.layered_numbers import own_numbers, targets_of
from problems.drawing.own_number import unnested
from problems.drawing.range_keys import meaningless, ranged
from problems.errors import Complaint, SpecError
from problems.formulas import notation
from problems.rules.activations import SOFTMAX


@dataclass(frozen=True, kw_only=True)
class LayeredFamily(Family):
    """A validated family file of a layered network."""

    layers: str
    hidden: tuple[str, ...]
    """Activation of the hidden layers; the last entry repeats."""
    output: str
    bias: str
    loss: str
    task: Task
    numeric: str
    """`none`, `first` (one weight a layer) or `all`."""
    method: Method
    ranges: Mapping[str, Mapping[str, Grid]]
    """Difficulty -> kind of given (`w`, or `w.1` for one layer) -> its grid."""
    sections: tuple[Section, ...]
    numbers: Mapping[str, Any] = field(default_factory=dict)
    """`[given]`: id or beginning of ids -> exact numbers, or what they are drawn from."""
    ask: tuple[str, ...] = ()
    """Names and ids of what is asked for; of all that the sections hold, if there are none."""

    @property
    def own(self) -> bool:
        """Whether it has numbers of somebody's own."""
        return bool(self.numbers)

    @property
    def difficulties(self) -> tuple[str, ...]:
        """Those that it has ranges for."""
        return tuple(self.ranges)

    @property
    def shape(self) -> str:
        """Its usual widths."""
        return self.layers

    def facts(self) -> list[list[str]]:
        """Network, biases and loss."""
        shape = f"{self.layers}, hidden {', '.join(self.hidden)}, output {self.output}"
        return [["network", shape], ["biases", self.bias], ["loss", self.loss]]

    def placed(self, graph: Graph) -> tuple[Placed, ...]:
        """Its sections, repeated for examples and iterations; or those of its steps asked for."""
        if not self.ask:
            return tuple(placed(self.sections, graph))
        if self.sections:
            return selected(placed(self.sections, graph), self.ask)
        steps = [id for id in graph.steps if not ids.parse(id).inner]
        return (Placed(ASKED, "", listed(steps, self.ask)),)

    def planned(self, layers: str | None, difficulty: str) -> Computation:
        """The training of its network, or of one of other widths."""
        network = self._network(parse_layers(layers or self.layers))
        return Plan(network, self._task(network), self.method)

    def grids(self, plan: Computation, difficulty: str) -> dict[str, Grid]:
        """From the numbers of its own, and the ranges of a difficulty.

        Raises:
            SpecError: they do not fit the network, or some are missing.
        """
        own, complaints = own_numbers(self.numbers, plan)
        found, missing = ranged(plan, self.ranges[difficulty], own, self.one_hot)
        complaints += [*missing, *self._targets(plan, own)]
        if complaints:
            raise SpecError(complaints)
        return found

    def _targets(self, plan: Computation, own: Mapping[str, Grid]) -> Iterator[Complaint]:
        """Targets that are not one-hot where they must be, or are in part only."""
        bound = self.output == SOFTMAX and self.loss == "cross_entropy"
        for point, (given, total) in targets_of(own, plan).items():
            where = f" of {point}" if point else ""
            if self.one_hot and given and total is None:
                what = f"one-hot targets are drawn together; give all{where} exactly, or none"
                yield Complaint("given.t", what)
            elif bound and total is not None and total != 1:
                what = (
                    f"softmax with cross-entropy needs targets{where} whose sum is 1, not {total}"
                )
                yield Complaint("given.t", what)
            elif bound and total is None and not self.one_hot:
                what = f'softmax with cross-entropy needs t = "one-hot", or exact targets{where}'
                yield Complaint("ranges.t", what)

    def _network(self, widths: tuple[int, ...]) -> Network:
        inputs, *units = widths
        last = len(units) - 1
        layers = []
        for n, count in enumerate(units):
            hidden = self.hidden[min(n, len(self.hidden) - 1)]
            activation = self.output if n == last else hidden
            layers.append(Layer(count, activation, self.bias))  # type: ignore[arg-type]
        return Network(inputs, tuple(layers), self.loss)

    def _task(self, network: Network) -> Task:
        chosen: tuple[str, ...] = ()
        if self.numeric == "all":
            chosen = tuple(network.parameters())
        elif self.numeric == "first":
            chosen = tuple(ids.of(W, n, 1, 1) for n in range(1, network.depth + 1))
        t = self.task
        return Task(t.examples, t.mode, t.iterations, t.update_biases, t.update, chosen)


def parse_layers(text: str) -> tuple[int, ...]:
    """Widths from the inputs to the outputs.

    Raises:
        SpecError: not of the form 3-2-2.

    >>> parse_layers("3-2-2")
    (3, 2, 2)
    """
    if not re.fullmatch(r"[1-9]\d?(-[1-9]\d?)+", text.strip()):
        what = f"{text!r} is not a topology; write widths from inputs to outputs, like 3-2-2"
        raise SpecError([Complaint("layers", what)])
    return tuple(int(width) for width in text.strip().split("-"))


_TOP = (
    "title summary source notation look given network task method precision gate ranges ask "
    "instructions section"
)
ASKED = "What is asked"
"""Heading of the steps that are asked for, where a file has no sections."""
_NETWORK = "layers hidden output bias loss"
_TASK = "examples mode iterations update_biases update numeric"
_METHOD = "deltas gradients paths shares loss_of_errors factors"


def layered(check: Checker, data: dict[str, Any], name: str, issued: bool = False) -> Family:
    """A family of layers from its file's tables; the checker collects what is wrong.

    From an `issued` file exercises were made: what means nothing in it then stays.
    """
    check.known(data, _TOP, "")
    net = check.table(data, "network", _NETWORK)
    task = check.table(data, "task", _TASK)
    method = check.table(data, "method", _METHOD)
    precision = check.table(data, "precision", "decimals significant may_add kinds")
    gate = check.table(data, "gate", "slope separate_slips")
    ranges, one_hot = check.ranges(data)
    decimals = check.number(precision, "precision.decimals", None, 1, 10)
    significant = check.number(precision, "precision.significant", None, 2, 10)
    heading, numbers = _given(check, data)
    ask = check.names(check.table(data, "ask", "steps"), "ask.steps")
    found = LayeredFamily(
        name=name,
        title=check.text(data, "title", None),
        summary=check.text(data, "summary", ""),
        source=check.text(data, "source", ""),
        notation=check.choice(data, "notation", notation.names(), "standard"),
        layers=check.text(net, "network.layers", "2-2-1"),
        hidden=check.activations(net, "network.hidden"),
        output=check.activations(net, "network.output")[0],
        bias=check.choice(net, "network.bias", ["unit", "layer", "augmented", "none"], "unit"),
        loss=check.text(net, "network.loss", "half_squares"),
        task=_task(check, task),
        numeric=check.choice(task, "task.numeric", ["none", "first", "all"], "none"),
        method=_method(check, method),
        decimals=4 if decimals is None and significant is None else decimals,
        significant=significant,
        kinds=check.kinds(precision),
        may_add=check.number(precision, "precision.may_add", 0, 0, 6) or 0,
        low=check.real(gate, "gate.slope", None, 0.0, 1.0),
        one_hot=one_hot,
        ranges=ranges,
        instructions=check.text(data, "instructions", ""),
        sections=() if ask and "section" not in data else check.sections(data),
        look=check.choice(data, "look", LOOKS, "standard"),
        given=heading,
        numbers=numbers,
        ask=ask,
        separate_slips=check.flag(gate, "gate.separate_slips", False),
    )
    _check_numbers(check, found, data, issued)
    return found


def _given(check: Checker, data: dict[str, Any]) -> tuple[str, dict[str, Any]]:
    """Heading of the table of givens, and the numbers of one's own."""
    table = data.get("given", "Given")
    if not isinstance(table, dict):
        return check.text(data, "given", "Given"), {}
    rest = {key: entry for key, entry in table.items() if key != "heading"}
    return check.text(table, "given.heading", "Given"), unnested(rest)


def _check_numbers(
    check: Checker, family: LayeredFamily, data: dict[str, Any], issued: bool
) -> None:
    """Complain of numbers that are missing or mean nothing, and of steps that there are not."""
    try:
        plan = family.planned(None, "standard")
    except SpecError:
        return  # what is wrong with the network is said when it is designed
    said = {complaint.where.partition(": ")[2] for complaint in check.complaints}
    if not issued and isinstance(data.get("ranges"), dict):
        for complaint in meaningless(unnested(data["ranges"]), plan, said):
            check.complain(*complaint)
    for difficulty in family.difficulties:
        try:
            family.grids(plan, difficulty)
        except SpecError as error:
            news = [c for c in error.complaints if c.where not in said]
            said |= {c.where for c in news}
            for complaint in news:
                check.complain(*complaint)
    _check_asked(check, family, build(plan))


def _check_asked(check: Checker, family: LayeredFamily, graph: Graph) -> None:
    there = [id for id in graph.steps if not ids.parse(id).inner]
    shown = [id for piece in family.placed(graph) for id in (*piece.steps, *piece.formulas)]
    shown += [ids.steps_asked(id) for piece in family.placed(graph) for id in piece.generals]
    for name in family.ask:
        if any(stands_for(name, id) for id in shown):
            continue
        if any(stands_for(name, id) for id in there):
            check.complain(
                "ask.steps",
                f"{name!r} stands in no [[section]]; add it to one, or leave all sections out",
            )
        else:
            rows = dict.fromkeys(ids.parse(id).row for id in there)
            words = ", ".join(row.name for row in rows)
            hint = near(name, [part for id in there for part in ids.beginnings(ids.parse(id))])
            check.complain(
                "ask.steps",
                f"nothing computed is called {name!r}; there are {words}, with indices{hint}",
            )


def _task(check: Checker, table: dict[str, Any]) -> Task:
    mode: Literal["batch", "sequential"] = check.choice(  # type: ignore[assignment]
        table, "task.mode", ["batch", "sequential"], "batch"
    )
    return Task(
        examples=check.number(table, "task.examples", 1, 1, 20) or 1,
        mode=mode,
        iterations=check.number(table, "task.iterations", 1, 1, 10) or 1,
        update_biases=check.flag(table, "task.update_biases", True),
        update=check.flag(table, "task.update", True),
    )


def _method(check: Checker, table: dict[str, Any]) -> Method:
    return Method(
        deltas=check.choice(table, "method.deltas", ["all", "output", "none"], "all"),  # type: ignore[arg-type]
        gradients=check.choice(table, "method.gradients", ["delta", "chain"], "delta"),  # type: ignore[arg-type]
        paths=check.flag(table, "method.paths", False),
        shares=check.flag(table, "method.shares", False),
        loss_of_errors=check.flag(table, "method.loss_of_errors", False),
        factors=check.flag(table, "method.factors", False),
    )
