"""Seeded draws: nice numbers that pass the quality gate, the same on every platform.

Each exercise has a key, and each key a row of attempts (`problems.drawing.candidates`). The first
attempt that passes the gate is issued, however many are tried at once. A change of this
algorithm, or of what passes the gate, needs a new `problems.versions.DRAW_VERSION`.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from typing import TypeVar

import numpy as np

from problems.arithmetic.elementary import BoolArray, FloatArray
from problems.arithmetic.precision import Precision
from problems.computation.solve import Indices, Solved, solve
from problems.computation.steps import Graph
from problems.drawing import gate
from problems.drawing.candidates import BLOCK, Candidates
from problems.drawing.design import Design
from problems.drawing.forced import forced, key_of
from problems.drawing.reasons import FINE, nearby
from problems.drawing.separation import Separation, separation
from problems.drawing.sieve import Sieve, sieve, told_apart
from problems.drawing.untold import untold
from problems.errors import Complaint, GateError

CHUNK = 65_536
"""Most candidates that are drawn at once."""
FEW, MANY = 512, 16_384
"""So many candidates at least are drawn at once, for arrays of fewer cost as much: in the first
block, which holds an exercise in most families, and after it."""
MOST_ATTEMPTS = 262_144
"""Attempts for one exercise before the family is refused."""
HOPELESS = 4_096
"""Attempts of each after which, if nobody has an exercise, the first key is tried alone."""
LAST = MOST_ATTEMPTS + 16_384
"""Attempts that are looked at nevertheless, as they always were."""

Progress = Callable[[int], None]
T = TypeVar("T")


@dataclass(frozen=True)
class Draw:
    """The givens of one exercise, as they are printed."""

    givens: dict[str, str]
    attempt: int
    """How many candidates were refused before it."""
    solved: Solved = field(default_factory=Solved, compare=False, repr=False)
    """Every step, as the gate worked it."""


def must_pass(design: Design) -> tuple[gate.Check, ...]:
    """The quality gate of a design."""
    found = told_apart(gate.checks(*_gated(design)), untold(design))
    waived = forced(design)
    return tuple(check for check in found if key_of(check) not in waived)


def _gated(
    design: Design,
) -> tuple[Graph, tuple[str, ...], Precision, float | None, int, Separation | None]:
    """What the gate of a design depends on."""
    low, version = design.family.low, design.version
    return design.graph, design.asked, design.precision, low, version, separation(design)


def passing(design: Design, values: dict[str, FloatArray], count: int) -> BoolArray:
    """Which of many candidates can be graded.

    Args:
        design: what is drawn.
        values: for each given an array over the candidates.
        count: how many candidates there are.
    """
    return sieve_of(design).survivors(lambda id, alive: values[id][alive], count)


def sieve_of(design: Design) -> Sieve:
    """The quality gate of a design, for many candidates at once."""
    return sieve(*_gated(design), design.always, untold(design), forced(design))


def with_more_digits(design: Design, work: Callable[[Design], T]) -> tuple[Design, T]:
    """Work with a design, or with one more digit as long as nothing can be graded else.

    Args:
        design: as it was asked for.
        work: draws by a design.

    Returns:
        The design that could be drawn, and what was drawn.

    Raises:
        GateError: nothing can be graded, and the family allows no further digit.
    """
    while True:
        try:
            return design, work(design)
        except GateError:
            finer = design.finer()
            if finer is None:
                raise
            design = finer


def draw(
    design: Design, keys: Sequence[bytes], progress: Progress = lambda done: None
) -> list[Draw]:
    """One exercise for each key.

    Args:
        design: what is drawn.
        keys: one an exercise, see `key`.
        progress: called with the number of exercises finished since the last call.

    Raises:
        GateError: numbers are drawn, and some key has no acceptable draw within
            `MOST_ATTEMPTS`; the message says which checks fail most often and what may help.
    """
    candidates = Candidates(design)
    if design.fixed:
        progress(len(keys))
        return [_given(design)] * len(keys)
    found: dict[int, Draw] = {}
    pending = list(range(len(keys)))
    alone: list[Draw] = []
    first = 0
    while pending:
        if first >= LAST:
            raise GateError(_why_refused(design, candidates, keys[pending[0]]))
        if first >= HOPELESS and not found and not alone and len(keys) > 1:
            alone = draw(design, keys[:1])  # raises, if it is as hopeless as it seems
        count = _attempts_at_once(first, len(pending))
        group = max(1, CHUNK // count)
        left: list[int] = []
        for start in range(0, len(pending), group):
            part = pending[start : start + group]
            hits = _search(design, candidates, [keys[n] for n in part], first, count)
            found |= {n: hit for n, hit in zip(part, hits, strict=True) if hit}
            left += [n for n, hit in zip(part, hits, strict=True) if not hit]
            progress(sum(hit is not None for hit in hits))
        pending = left
        first += count
    return [found[n] for n in range(len(keys))]


def _given(design: Design) -> Draw:
    """The only exercise that there is where all numbers are exact."""
    texts = {id: grid.texts[0] for id, grid in design.grids.items()}
    numbers = {id: float(text) for id, text in texts.items()}
    balls = solve(design.graph, numbers, design.precision)
    at = {id: n for n, id in enumerate(design.graph.steps)}
    centres, radii = ([float(getattr(balls[id], part)) for id in at] for part in "mr")
    return Draw(texts, 0, Solved(at, centres, radii))


def _attempts_at_once(first: int, pending: int) -> int:
    """How many attempts of each pending key are tried next: a power of two, within a block.

    As few as fill the arrays, because all after the first that passes are in vain; but no
    fewer than were tried before within a block, because it is squeezed from its beginning.
    """
    fewest = BLOCK if first >= BLOCK else max(first, 2)
    filled = MANY if first >= BLOCK else FEW
    wanted = 1 << (max(1, filled // pending) - 1).bit_length()
    return min(max(fewest, wanted), first or wanted, LAST - first)


def _search(
    design: Design, candidates: Candidates, keys: list[bytes], first: int, count: int
) -> list[Draw | None]:
    """The first passing attempt of each key within a range of attempts."""
    indices = candidates.attempts(keys, first, count)

    def givens(id: str, alive: Indices) -> FloatArray:
        column = candidates.columns[id]
        values: FloatArray = candidates.floats[column][indices[alive, column]]
        return values

    sieved = sieve_of(design).sieved(givens, len(indices))
    passed = sieved.passed.reshape(len(keys), count)
    at = np.argmax(passed, axis=1)
    lucky = np.flatnonzero(passed.any(axis=1))
    hits = lucky * count + at[lucky]
    found: list[Draw | None] = [None] * len(keys)
    solutions = sieved.solved(tuple(design.graph.steps), hits)
    for n, hit, solved in zip(lucky.tolist(), hits.tolist(), solutions, strict=True):
        found[n] = Draw(candidates.texts(indices[hit]), first + int(at[n]), solved)
    return found


def reasons(design: Design, key: bytes, blocks: int = 32) -> list[tuple[gate.Check, float]]:
    """The checks that refuse most candidates, with the share of candidates they refuse."""
    candidates = Candidates(design)
    indices = np.concatenate([candidates.block(key, n) for n in range(blocks)])
    values = candidates.values(indices)
    balls = solve(design.graph, values, design.precision)
    there = nearby(design.graph.givens, design.always, lambda id, alive: values[id][alive])
    every = np.arange(len(indices))
    close = solve(design.graph, {id: there(id, every) for id in values}, FINE)
    shares: Counter[gate.Check] = Counter()
    with np.errstate(all="ignore"):
        for check in must_pass(design):
            refused = np.broadcast_to(np.asarray(check.refuses(balls, close)), (len(indices),))
            shares[check] = float(np.mean(refused))  # type: ignore[assignment]
    return [(check, float(share)) for check, share in shares.most_common(5)]


def _places_tried(design: Design) -> str:
    """The precision that was asked for, and the finer one that did not help either."""
    last = design.precision.worded()
    if not design.added or design.precision.decimals is None:
        return last
    first = replace(design.precision, decimals=design.precision.decimals - design.added)
    return f"{first.worded()} as asked, nor at up to {last}"


def _why_refused(design: Design, candidates: Candidates, key: bytes) -> list[Complaint]:
    what = (
        f"none of {MOST_ATTEMPTS:,} draws of a {design.plan.described()} can be "
        f"graded at {_places_tried(design)}. Most often refused:"
    )
    worst = reasons(design, key)
    lines = [f"  {share:4.0%}  {describe(check)}" for check, share in worst]
    help = "Try more decimals, a smaller net (--layers), or wider ranges in the family file."
    if worst[0][0].name == "saturated":
        other = ", ".join(d for d in design.family.difficulties if d != design.difficulty)
        help = (
            "The net inputs are too large for this activation: try another --difficulty "
            f"({other or 'none here'}), fewer inputs, or smaller ranges in the family file."
        )
    return [Complaint(design.family.name, "\n".join([what, *lines, help]))]


def describe(check: gate.Check | gate.Finding) -> str:
    """One line on what a check refuses."""
    match check.name:
        case "zero":
            return f"{check.step} cannot be told from 0"
        case "parent":
            return f"{check.step} cannot be told from {check.other}"
        case "slip":
            return f"{check.step} cannot be told from the slip '{check.other}'"
        case "pair":
            return f"two slips at {check.step} cannot be told from each other"
        case "undecided":
            return f"{check.step} is not decided: two maxima are equal, or a divisor may be 0"
        case "twins":
            return f"{check.step} and {check.other} cannot be told apart"
    return f"{check.step}: a unit is saturated or dead"
