"""The largest of several parts, and which of them it is."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from problems.rules.expression import Arithmetic, Expression


@dataclass(frozen=True, slots=True)
class Max(Expression):
    """The largest of some parts."""

    of: tuple[Expression, ...]

    def evaluate(self, values: Mapping[str, Any], using: Arithmetic) -> Any:
        return using.largest([part.evaluate(values, using) for part in self.of])

    def parts(self) -> tuple[Expression, ...]:
        return self.of

    def rebuilt(self, parts: Sequence[Expression]) -> Expression:
        return Max(tuple(parts))


@dataclass(frozen=True, slots=True)
class Winner(Expression):
    """1 where part `index` (from 0) is the largest, else 0; of equal parts the first wins."""

    of: tuple[Expression, ...]
    index: int

    def evaluate(self, values: Mapping[str, Any], using: Arithmetic) -> Any:
        return using.winner([part.evaluate(values, using) for part in self.of], self.index)

    def parts(self) -> tuple[Expression, ...]:
        return self.of

    def rebuilt(self, parts: Sequence[Expression]) -> Expression:
        return Winner(tuple(parts), self.index)
