"""The table of kinds: what a computation's quantities are called, count by, belong to and do.

Readers ask for a quantity's role, indices and parameter; only this table and `ids` know names.
The rows here are those of a layered network; another computation has a table of its own. An id
is `word.INDEX...`; see `problems.computation.ids`.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property
from typing import Literal


class Role(StrEnum):
    """What a quantity does in a computation, whatever it is called there."""

    INPUT = "input"
    TARGET = "target"
    PARAMETER = "parameter"
    RATE = "learning rate"
    SHIFT = "shift"
    """Of the numerical approach: by how much a parameter is raised and lowered."""
    NET = "net input"
    OUTPUT = "output"
    SHARE = "share of the loss"
    """One output's part of the loss."""
    LOSS = "loss"
    ERROR = "error"
    """Derivative of the loss by an output of the network."""
    SLOPE = "slope"
    """Derivative of an activation."""
    PATH = "path"
    """One reader's part of a hidden output's gradient."""
    OUTPUT_GRADIENT = "gradient of an output"
    """Derivative of the loss by an output inside the network: the sum of its paths."""
    DELTA = "delta"
    """Derivative of the loss by a net input."""
    FACTOR = "factor"
    """Derivative of a net input by a weight: what flows through the weight."""
    GRADIENT = "gradient"
    """Derivative of the loss by a parameter."""
    RAISED = "loss at the raised parameter"
    LOWERED = "loss at the lowered parameter"
    DIFFERENCE_QUOTIENT = "central difference"
    UPDATE = "update"
    """A parameter's new value."""
    GIVEN = "given"
    """Of a recipe: what is handed out, whatever it is for."""
    QUANTITY = "quantity"
    """Of a recipe: what a line defines."""
    ADJOINT = "adjoint"
    """Of a recipe: the derivative of a loss by a quantity."""


VALUES = (Role.PARAMETER, Role.UPDATE)
"""A parameter's value, given or updated."""

SHIFTED = (Role.RAISED, Role.LOWERED)
NUMERIC = (*SHIFTED, Role.DIFFERENCE_QUOTIENT)
"""The numerical approach."""

FORWARD = (Role.NET, Role.OUTPUT)
"""What a forward pass computes on its way to the loss."""

Scope = Literal["exercise", "example", "pass", "update"]
"""How often there is one: once; for each example; for each example and iteration; for each
update."""

ANY = "*"
"""Either kind of parameter: `plus.w.1.1.1` and `plus.b.1`."""


@dataclass(frozen=True, slots=True)
class Kind:
    """A row: quantities of one kind."""

    name: str
    """Its name in files: precisions, sections, policies."""
    role: Role
    indices: tuple[str, ...]
    """What its indices count. In layers: the network's inputs or outputs (`input`, `output`),
    its layers (`layer`), the layer's units (`unit`), the units that feed the layer (`below`)."""
    scope: Scope
    parents: tuple[str, ...] = ()
    """Names of the kinds that its rule may read, of whatever iteration; givens have none."""
    parameter: str = ""
    """The kind of parameter that it belongs to; `ANY` where its ids say so."""
    word: str = ""
    """What its ids begin with, where that is another kind's name."""

    @property
    def given(self) -> bool:
        """Whether it is handed out, not computed."""
        return not self.parents

    @property
    def connects(self) -> bool:
        """Whether it belongs to a connection between two units, as a weight does."""
        return "below" in self.indices

    @property
    def at_end(self) -> bool:
        """Whether it counts the network's inputs or outputs, so that ids need no layer."""
        return self.indices in (("input",), ("output",))

    @property
    def layered(self) -> bool:
        """Whether its ids name a layer."""
        return "layer" in self.indices


class Kinds:
    """A table of kinds.

    Args:
        rows: in the order in which they are computed, roughly; givens first.
        index: pattern of an index.
        reader: pattern of what a path comes from.

    >>> LAYERED["dw"].role, LAYERED["dw"].indices
    (<Role.GRADIENT: 'gradient'>, ('layer', 'unit', 'below'))
    >>> LAYERED.related(LAYERED["b"], Role.UPDATE).name
    'new.b'
    """

    def __init__(
        self, rows: tuple[Kind, ...], index: str = r"[1-9]\d*", reader: str = r"[1-9]\d*"
    ) -> None:
        self.index = index
        self.reader = reader
        self._rows = {row.name: row for row in rows}
        self._related = {(row.parameter, row.role): row for row in rows}

    def __iter__(self) -> Iterator[Kind]:
        return iter(self._rows.values())

    def __getitem__(self, name: str) -> Kind:
        return self._rows[name]

    def __contains__(self, name: object) -> bool:
        return name in self._rows

    @cached_property
    def givens(self) -> tuple[str, ...]:
        """Names of what is handed out."""
        return tuple(row.name for row in self if row.given)

    @cached_property
    def steps(self) -> tuple[str, ...]:
        """Names of what is computed."""
        return tuple(row.name for row in self if not row.given)

    def named(self, *roles: Role) -> tuple[str, ...]:
        """Names of the kinds that have one of the roles."""
        return tuple(row.name for row in self if row.role in roles)

    @cached_property
    def stems(self) -> dict[str, tuple[Kind, str]]:
        """What stands before the indices of ids that files name -> kind, kind of parameter.

        >>> [(stem, row.name) for stem, (row, of) in LAYERED.stems.items() if of]
        [('plus.w', 'plus'), ('plus.b', 'plus'), ('minus.w', 'minus'), ('minus.b', 'minus')]
        """
        parameters = self.named(Role.PARAMETER)
        found = {row.name: (row, "") for row in self}
        for row in self:
            if row.parameter == ANY:
                found |= {f"{row.name}.{of}": (row, of) for of in parameters}
        return found

    def related(self, kind: Kind, role: Role) -> Kind:
        """The kind that has another role for the same kind of parameter.

        Raises:
            KeyError: there is none.
        """
        found = self._related.get((kind.parameter, role))
        return found or self._related[ANY, role]


_UNIT = ("layer", "unit")
_PAIR = ("layer", "unit", "below")

X = Kind("x", Role.INPUT, ("input",), "example")
T = Kind("t", Role.TARGET, ("output",), "example")
W = Kind("w", Role.PARAMETER, _PAIR, "exercise", parameter="w")
B = Kind("b", Role.PARAMETER, _UNIT, "exercise", parameter="b")
"""Of a layer's joint bias, and of what belongs to it, ids name no unit."""
RATE = Kind("rate", Role.RATE, (), "exercise")
SHIFT = Kind("shift", Role.SHIFT, (), "exercise")

_PARAMETERS = ("w", "b", "new.w", "new.b")
_BACK = ("error", "dout", "slope", "delta")

NET = Kind("net", Role.NET, _UNIT, "pass", ("x", "out", *_PARAMETERS, "shift"))
OUT = Kind("out", Role.OUTPUT, _UNIT, "pass", ("net",))
SHARE = Kind("share", Role.SHARE, ("output",), "pass", ("out", "t"), word="loss")
LOSS = Kind("loss", Role.LOSS, (), "pass", ("out", "t", "error", "share", "loss"))
ERROR = Kind("error", Role.ERROR, ("output",), "pass", ("out", "t"))
SLOPE = Kind("slope", Role.SLOPE, _UNIT, "pass", ("net", "out"))
PATH = Kind("path", Role.PATH, _UNIT, "pass", (*_BACK, "w", "new.w"), word="dout")
DOUT = Kind("dout", Role.OUTPUT_GRADIENT, _UNIT, "pass", (*_BACK, "path", "w", "new.w"))
DELTA = Kind("delta", Role.DELTA, _UNIT, "pass", ("error", "dout", "slope", "out", "t"))
DNET = Kind("dnet", Role.FACTOR, _PAIR, "pass", ("x", "out"))
DW = Kind("dw", Role.GRADIENT, _PAIR, "pass", (*_BACK, "x", "out", "dnet", "dw"), "w")
DB = Kind("db", Role.GRADIENT, _UNIT, "pass", (*_BACK, "db"), "b")
PLUS = Kind("plus", Role.RAISED, (), "pass", ("out", "t"), ANY)
MINUS = Kind("minus", Role.LOWERED, (), "pass", ("out", "t"), ANY)
NUM_DW = Kind("num.dw", Role.DIFFERENCE_QUOTIENT, _PAIR, "pass", ("plus", "minus", "shift"), "w")
NUM_DB = Kind("num.db", Role.DIFFERENCE_QUOTIENT, _UNIT, "pass", ("plus", "minus", "shift"), "b")
NEW_W = Kind("new.w", Role.UPDATE, _PAIR, "update", ("w", "new.w", "rate", "dw"), "w")
NEW_B = Kind("new.b", Role.UPDATE, _UNIT, "update", ("b", "new.b", "rate", "db"), "b")

LAYERED = Kinds(
    (
        X, T, W, B, RATE, SHIFT,
        NET, OUT, SHARE, LOSS, ERROR, SLOPE, PATH, DOUT, DELTA, DNET, DW, DB,
        PLUS, MINUS, NUM_DW, NUM_DB, NEW_W, NEW_B,
    )
)  # fmt: skip
"""The kinds of a layered network."""
