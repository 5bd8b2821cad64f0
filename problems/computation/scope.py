"""Where the ids of one forward and backward pass live: an example and an iteration."""

from __future__ import annotations

from problems.computation import ids
from problems.computation.kinds import OUT, Kind, X
from problems.rules.expression import Expression, Ref

Parameters = dict[str, Expression]
"""Core id of a weight or bias -> where its current value is read."""


class Scope:
    """Where ids of one forward and backward pass live: an example and an iteration."""

    def __init__(self, example: int | None, iteration: int, parameters: Parameters) -> None:
        self.example = example
        self.iteration = iteration
        self.parameters = parameters

    def place(self, core: str) -> str:
        """The id of a core id in this pass."""
        return ids.at(core, self.example, self.iteration)

    def id(self, kind: Kind, *indices: int, path: int | None = None) -> str:
        """The id of a quantity of this pass."""
        return self.place(ids.of(kind, *indices, path=path))

    def ref(self, kind: Kind, *indices: int) -> Ref:
        """A quantity of this pass."""
        return Ref(self.id(kind, *indices))

    def given(self, kind: Kind, index: int) -> Ref:
        """A given of this pass's example."""
        return Ref(ids.at(ids.of(kind, index), self.example))

    def below(self, layer: int, i: int) -> Ref:
        """What feeds a unit: an input, or the output of the unit below."""
        return self.given(X, i) if layer == 1 else self.ref(OUT, layer - 1, i)
