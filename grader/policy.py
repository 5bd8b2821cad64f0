"""How verdicts become points."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

DEFAULT_CREDITS = MappingProxyType(
    {
        "correct": 1.0,
        "imprecise": 0.5,
        "carried": 1.0,
        "slip": 0.0,
        "wrong": 0.0,
        "blank": 0.0,
        "unreadable": 0.0,
    }
)


@dataclass(frozen=True)
class Policy:
    """Credit of each verdict and weight of each kind of step."""

    name: str = "default"
    credits: Mapping[str, float] = field(default_factory=lambda: DEFAULT_CREDITS)
    weights: Mapping[str, float] = field(default_factory=lambda: MappingProxyType({}))
    """Kind of step -> weight; 1 where not named."""

    def credit(self, verdict: str) -> float:
        """0 to 1."""
        return self.credits[verdict]

    def weight(self, kind: str) -> float:
        """Points of a step of this kind."""
        return self.weights.get(kind, 1.0)


DEFAULT = Policy()
