"""The quality gate for many candidates at once: refused early, worked late.

Which candidates pass does not depend on the order of the checks, nor on how much is worked at
once. So the checks that refuse most for the least work come first, as measured on the first
candidates; the steps that a check reads are worked when it reads them, for those that are
left; and the wrong rules of a step share their common parts.

Source: docs/grading.md, on the quality gate.
"""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Collection, Iterator, Sequence
from functools import lru_cache

import numpy as np

from problems.arithmetic.elementary import BoolArray, Number
from problems.arithmetic.precision import Precision
from problems.computation.solve import Givens, Indices, Solved, Unfolding
from problems.computation.steps import Graph
from problems.drawing import gate
from problems.drawing.forced import Key, key_of
from problems.drawing.gate import Check
from problems.drawing.reasons import FINE, nearby
from problems.drawing.separation import Separation
from problems.rules.expression import Constant, Expression, Negative, Ref

SLICE = 8_192
"""Candidates worked at once: enough to be fast, few enough to stay in the cache."""
WORTHWHILE = 0.8
"""The dead are carried along until no more than this share is alive;"""
MANY = 256
"""fewer dead than this always are."""
PILOT = 4_096
"""Candidates after which the checks are put in order."""
NOTABLE = 0.02
"""Share of the candidates it sees that a check must refuse to be tried early."""
FEWEST = 5
"""Refusals that are no accident."""


class Sieved:
    """What is left of some candidates, and what was worked of them on the way.

    Args:
        count: how many candidates there were.
        left: of each slice of them the balls of those that pass every check.
    """

    def __init__(self, count: int, left: Sequence[Unfolding]) -> None:
        self._left = left
        self.passed: BoolArray = np.zeros(count, dtype=bool)
        """Whether each candidate passes."""
        for balls in left:
            self.passed[balls.alive] = True

    def solved(self, steps: Sequence[str], of: Indices) -> Iterator[Solved]:
        """Steps of some candidates that pass, these given in rising order.

        What no check has read of them is worked now; all other candidates are dropped.
        """
        at = {id: n for n, id in enumerate(steps)}
        for balls in self._left:
            balls.keep(np.isin(balls.alive, of))
            with np.errstate(all="ignore"):
                m = _columns([balls[id].m for id in steps], len(balls.alive))
                r = _columns([balls[id].r for id in steps], len(balls.alive))
            for centres, radii in zip(m, r, strict=True):
                yield Solved(at, centres, radii)


class Sieve:
    """The checks of a design, in the order that costs least; threads may share it.

    Args:
        graph: the steps.
        must: everything that a draw must pass, see `problems.drawing.gate.checks`.
        precision: what the worksheet asks for.
        fixed: givens that are the same in all candidates.
    """

    def __init__(
        self,
        graph: Graph,
        must: Sequence[Check],
        precision: Precision,
        fixed: frozenset[str] = frozenset(),
    ) -> None:
        self._graph = graph
        self._precision = precision
        self._fixed = fixed
        self._reasons = any(check.nearby for check in must)
        """Whether what is the same for a reason passes."""
        self.parts: dict[str, Expression] = {}
        """Name -> what several wrong rules of a step have in common."""
        checks = _sharing(must, graph, precision, self.parts)
        early = [check for check in checks if check.name == "saturated"]
        self._order = early, [check for check in checks if check.name != "saturated"]
        """What is tried early and what late, always read and written as one."""
        self._lock = threading.Lock()
        self._tried: Counter[Check] | None = Counter()
        self._refused: Counter[Check] = Counter()
        self._seen = 0

    @property
    def ordered(self) -> bool:
        """Whether enough was seen to put the checks in order."""
        return self._tried is None

    def survivors(self, givens: Givens, count: int) -> BoolArray:
        """Which of `count` candidates pass every check."""
        return self.sieved(givens, count).passed

    def sieved(self, givens: Givens, count: int) -> Sieved:
        """Try every check on `count` candidates."""
        early, late = self._order  # once: another thread may put them in order meanwhile
        every = _slices(np.arange(count), SLICE)
        alive = [self._left(early, givens, part).alive for part in every]
        rest = np.concatenate(alive) if alive else np.arange(0)
        left = [self._left(late, givens, part) for part in _slices(rest, SLICE)]
        with self._lock:
            self._put_in_order(count)
        return Sieved(count, left)

    def _left(self, checks: Sequence[Check], givens: Givens, alive: Indices) -> Unfolding:
        """The balls of those candidates that pass some checks."""
        balls = Unfolding(self._graph, self._precision, givens, alive, self.parts)
        close = self._close(givens, alive)
        passed = np.ones(len(alive), dtype=bool)
        left = len(alive)
        step = ""
        with np.errstate(all="ignore"):
            for check in checks:
                if not left:
                    break
                if check.step != step:
                    balls.forget_parts()
                    step = check.step
                passed &= np.logical_not(check.refuses(balls, close))
                before, left = left, int(np.count_nonzero(passed))
                tried = self._tried
                if tried is not None:
                    tried[check] += before
                    self._refused[check] += before - left
                if left < min(WORTHWHILE * len(passed), len(passed) - MANY):
                    balls.keep(passed)
                    if close is not None:
                        close.keep(passed)
                    passed = np.ones(left, dtype=bool)
            balls.keep(passed)
        return balls

    def _close(self, givens: Givens, alive: Indices) -> Unfolding | None:
        """The same for numbers close by, where reasons count."""
        if not self._reasons:
            return None
        there = nearby(self._graph.givens, self._fixed, givens)
        return Unfolding(self._graph, FINE, there, alive, {})

    def _put_in_order(self, count: int) -> None:
        """Once enough was seen: what refuses many comes first, all else as it was."""
        self._seen += count
        tried = self._tried
        if tried is None or self._seen < PILOT:
            return
        every = [check for part in self._order for check in part]
        notable = {c for c in every if self._refused[c] >= max(NOTABLE * tried[c], FEWEST)}
        self._order = [c for c in every if c in notable], [c for c in every if c not in notable]
        self._tried = None


def _columns(rows: Sequence[Number], count: int) -> list[list[float]]:
    """For each of some candidates its number in each row."""
    every = [np.broadcast_to(np.asarray(row, dtype=np.float64), count) for row in rows]
    return np.transpose(every).tolist()  # type: ignore[no-any-return]


def _slices(of: Indices, length: int) -> Iterator[Indices]:
    return (of[n : n + length] for n in range(0, len(of), length))


def told_apart(
    checks: Sequence[Check], untold: Collection[tuple[str, Expression]]
) -> tuple[Check, ...]:
    """Checks without those of wrong rules that no draw can tell from the right one.

    Args:
        checks: of the gate.
        untold: steps with such rules, see `problems.drawing.untold`.
    """
    return tuple(c for c in checks if c.rule is None or (c.step, c.rule) not in untold)


@lru_cache(maxsize=64)
def sieve(
    graph: Graph,
    asked: tuple[str, ...],
    precision: Precision,
    low: float | None,
    version: int,
    separation: Separation | None,
    fixed: frozenset[str] = frozenset(),
    untold: frozenset[tuple[str, Expression]] = frozenset(),
    forced: frozenset[Key] = frozenset(),
) -> Sieve:
    """The sieve of a design, made once; it learns its order from the first candidates."""
    must = told_apart(gate.checks(graph, asked, precision, low, version, separation), untold)
    must = tuple(check for check in must if key_of(check) not in forced)
    return Sieve(graph, must, precision, fixed)


# common parts ------------------------------------------------------------------------------


def _sharing(
    checks: Sequence[Check], graph: Graph, precision: Precision, parts: dict[str, Expression]
) -> list[Check]:
    """The checks, with what the wrong rules of a step have in common under a name in `parts`."""
    rules: dict[str, list[Expression]] = {}
    for check in checks:
        if check.rule is not None:
            rules.setdefault(check.step, []).append(check.rule)
    common = {step: _Common(step, of, parts) for step, of in rules.items()}
    return [
        check
        if check.rule is None
        else check.reading(
            graph.steps[check.step], common[check.step].without(check.rule), precision
        )
        for check in checks
    ]


class _Common:
    """Finds what occurs more than once in the rules of a step."""

    def __init__(
        self, step: str, rules: Sequence[Expression], parts: dict[str, Expression]
    ) -> None:
        self.step = step
        self.parts = parts
        self.counts = Counter(node for rule in rules for node in _inner(rule))
        self.names: dict[Expression, Ref] = {}

    def without(self, rule: Expression) -> Expression:
        """The rule, reading its common parts by their names."""
        return rule.rebuilt([self._named(part) for part in rule.parts()])

    def _named(self, node: Expression) -> Expression:
        if isinstance(node, Ref | Constant):
            return node
        if isinstance(node, Negative):  # a sum subtracts it: its inside alone is shared
            return Negative(self._named(node.of))
        if self.counts[node] < 2:
            return self.without(node)
        if node not in self.names:
            name = f"{self.step}#{len(self.names)}"
            self.names[node] = Ref(name)
            self.parts[name] = self.without(node)
        return self.names[node]


def _inner(rule: Expression) -> Iterator[Expression]:
    """All nodes below a rule's own."""
    for part in rule.parts():
        yield part
        yield from _inner(part)
