"""Families: styles of exercise as data.

A family file says which network, which way of working, which numbers, which steps in which
order and in which words. `read` validates it and reports everything that is wrong at once;
`Family.design` settles the user's choices and gives the plan that the generator draws for.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Literal

from problems.arithmetic.grid import Grid
from problems.arithmetic.precision import Precision
from problems.computation import ids
from problems.computation.graph import build
from problems.computation.kinds import Role, W
from problems.computation.network import Layer, Method, Network, Plan, Task
from problems.computation.sections import Placed, Section, placed
from problems.computation.steps import Graph
from problems.drawing.family_checks import Checker
from problems.errors import Complaint, FamilyError, SpecError
from problems.formulas import notation
from problems.rules.activations import SOFTMAX
from problems.texts import cleaned_tree
from problems.versions import DRAW_VERSION, SUBRESULTS

SHIPPED = Path(__file__).parents[1] / "families"
DIFFICULTIES = ("easy", "standard", "hard")
ONE_HOT = Grid(("0", "1"))


@dataclass(frozen=True)
class Family:
    """A validated family file."""

    name: str
    title: str
    summary: str
    source: str
    notation: str
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
    decimals: int | None
    significant: int | None
    kinds: tuple[tuple[str, int], ...]
    may_add: int
    low: float | None
    one_hot: bool
    ranges: Mapping[str, Mapping[str, Grid]]
    """Difficulty -> kind of given (`w`, or `w.1` for one layer) -> its grid."""
    instructions: str
    sections: tuple[Section, ...]
    look: str = "standard"
    """How the printed pages are dressed: after which text."""
    given: str = "Given"
    """Heading of the table of givens."""
    separate_slips: bool = False
    """Whether any two slips at a step must be told apart, where numbers can do it."""

    def design(
        self,
        layers: str | None = None,
        decimals: int | None = None,
        significant: int | None = None,
        difficulty: str = "standard",
        version: int = DRAW_VERSION,
    ) -> Design:
        """The family with the user's choices settled.

        Args:
            layers: another topology, like `3-2-2`.
            decimals: other places for all steps,
            significant: or figures instead.
            difficulty: which ranges of numbers.
            version: of the draw; that of the assignment, where there is one.

        Raises:
            SpecError: a choice is not possible, with what is allowed.
        """
        if version > DRAW_VERSION:
            what = f"version {version} is newer than this bpgrade ({DRAW_VERSION}); upgrade it"
            raise SpecError([Complaint("draw", what)])
        if difficulty not in self.ranges:
            allowed = ", ".join(self.ranges)
            raise SpecError([Complaint("difficulty", f"{difficulty!r} is none of {allowed}")])
        network = self._network(parse_layers(layers or self.layers))
        task = self._task(network)
        precision = self._precision(decimals, significant)
        precision = replace(precision, subresults=version >= SUBRESULTS)
        plan = Plan(network, task, self.method)
        graph = build(plan)
        pieces = placed(self.sections, graph, self._titles())
        if not any(piece.questions for piece in pieces):
            raise SpecError([Complaint("section", f"{self.name} asks for no step of this net")])
        grids = {id: self._grid(id, difficulty) for id in plan.given_ids()}
        return Design(self, plan, precision, difficulty, tuple(pieces), grids, version)

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

    def _precision(self, decimals: int | None, significant: int | None) -> Precision:
        usual = self.significant if self.decimals is None else self.decimals
        if significant is not None:
            _in_range("significant", significant, 2, 10)
            return Precision(None, significant)
        if decimals is not None:
            _in_range("decimals", decimals, 1, 10)
            more = tuple((kind, decimals + n - (usual or 4)) for kind, n in self.kinds)
            return Precision(decimals, None, more)
        return Precision(self.decimals, self.significant, self.kinds)

    def _grid(self, id: str, difficulty: str) -> Grid:
        given, grids = ids.parse(id), self.ranges[difficulty]
        if given.role is Role.TARGET and self.one_hot:
            return ONE_HOT
        of_layer = grids.get(ids.of(given.row, given.layer)) if given.row.layered else None
        return of_layer or grids[given.kind]

    def _titles(self) -> dict[str, str]:
        return {"title": self.title}


def _in_range(name: str, value: int, low: int, high: int) -> None:
    if not low <= value <= high:
        raise SpecError([Complaint(name, f"{value} is not from {low} to {high}")])


@dataclass(frozen=True)
class Design:
    """What is drawn: a plan, its precision, the asked steps and a grid for each given."""

    family: Family
    plan: Plan
    precision: Precision
    difficulty: str
    sections: tuple[Placed, ...]
    grids: Mapping[str, Grid]
    version: int = DRAW_VERSION
    """Of the draw: decides what must pass the gate."""
    added: int = 0
    """Digits asked for beyond the user's choice, because the gate needs them."""

    @property
    def graph(self) -> Graph:
        """The graph of steps."""
        return build(self.plan)

    @property
    def asked(self) -> tuple[str, ...]:
        """Ids of the asked steps in the order of the worksheet."""
        return tuple(dict.fromkeys(id for piece in self.sections for id in piece.steps))

    @property
    def formulas(self) -> tuple[str, ...]:
        """Ids of the steps whose formulas are asked for, in the order of the worksheet."""
        return tuple(dict.fromkeys(id for piece in self.sections for id in piece.formulas))

    @property
    def generals(self) -> tuple[str, ...]:
        """Questions for formulas with letters, in the order of the worksheet."""
        return tuple(dict.fromkeys(id for piece in self.sections for id in piece.generals))

    @property
    def questions(self) -> tuple[str, ...]:
        """Everything that is answered, as of an exercise."""
        return (*self.asked, *map(ids.formula_of, self.formulas), *self.generals)

    def finer(self) -> Design | None:
        """The same with one more digit, if the family allows it."""
        decimals = self.precision.decimals
        if decimals is None or self.added >= self.family.may_add:
            return None
        kinds = tuple((kind, places + 1) for kind, places in self.precision.kinds)
        precision = replace(self.precision, decimals=decimals + 1, kinds=kinds)
        return replace(self, precision=precision, added=self.added + 1)


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


# files -------------------------------------------------------------------------------------


def names() -> list[str]:
    """The shipped families, the documents' styles first.

    >>> names()[:5]
    ['musilek', 'mazur', 'slides', 'lfd', 'valchanov']
    """
    found = sorted(file.stem for file in SHIPPED.glob("*.toml"))
    first = ["musilek", "mazur", "slides", "lfd", "valchanov"]
    return [n for n in first if n in found] + [n for n in found if n not in first]


def load(name: str) -> Family:
    """A shipped family.

    Raises:
        SpecError: there is none of that name; near names are suggested.
    """
    return read(source_of(name), name, f"{name}.toml")


def source_of(name: str) -> str:
    """The text of a shipped family file."""
    if name not in names():
        what = f"no family {name!r}; there are {', '.join(names())} (or give a .toml file)"
        raise SpecError([Complaint("family", what)])
    return (SHIPPED / f"{name}.toml").read_text("utf-8")


def definition_of(family: str) -> tuple[str, str]:
    """Name and text of a shipped family, or of a file of one's own.

    Raises:
        SpecError: no such family or file.
    """
    if not family.endswith(".toml"):
        return family, source_of(family)
    path = Path(family)
    try:
        return path.stem, path.read_text("utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise SpecError([Complaint(family, f"cannot be read: {error}")]) from None


def read(text: str, name: str, file: str) -> Family:
    """Validate a family file.

    Args:
        text: the TOML text.
        name: the family's name, used in exercise ids.
        file: how messages call the file.

    Raises:
        FamilyError: everything that is wrong, each with the key and what is allowed.
    """
    try:
        data = cleaned_tree(tomllib.loads(text))
    except tomllib.TOMLDecodeError as error:
        raise FamilyError([Complaint(file, f"this is no TOML: {error}")]) from None
    checker = Checker(file)
    family = _family(checker, data, name)
    if family.output == SOFTMAX and family.loss == "cross_entropy" and not family.one_hot:
        checker.complain("ranges.t", 'softmax with cross-entropy needs t = "one-hot"')
    if not checker.complaints:
        try:
            family.design()
        except SpecError as error:
            checker.complaints += [
                Complaint(f"{file}: {c.where}", c.what) for c in error.complaints
            ]
    if checker.complaints:
        raise FamilyError(checker.complaints)
    return family


LOOKS = ("standard", "musilek", "mazur", "slides", "lfd", "valchanov")
"""How the printed pages are dressed: after which text."""

_TOP = (
    "title summary source notation look given network task method precision gate ranges "
    "instructions section"
)
_NETWORK = "layers hidden output bias loss"
_TASK = "examples mode iterations update_biases update numeric"
_METHOD = "deltas gradients paths shares loss_of_errors factors"


def _family(check: Checker, data: dict[str, Any], name: str) -> Family:
    check.known(data, _TOP, "")
    net = check.table(data, "network", _NETWORK)
    task = check.table(data, "task", _TASK)
    method = check.table(data, "method", _METHOD)
    precision = check.table(data, "precision", "decimals significant may_add kinds")
    gate = check.table(data, "gate", "slope separate_slips")
    ranges, one_hot = check.ranges(data)
    decimals = check.number(precision, "precision.decimals", None, 1, 10)
    significant = check.number(precision, "precision.significant", None, 2, 10)
    hidden = check.activations(net, "network.hidden")
    return Family(
        name=name,
        title=check.text(data, "title", None),
        summary=check.text(data, "summary", ""),
        source=check.text(data, "source", ""),
        notation=check.choice(data, "notation", notation.names(), "standard"),
        layers=check.text(net, "network.layers", "2-2-1"),
        hidden=hidden,
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
        sections=check.sections(data),
        look=check.choice(data, "look", LOOKS, "standard"),
        given=check.text(data, "given", "Given"),
        separate_slips=check.flag(gate, "gate.separate_slips", False),
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
