"""Seeded draws: nice numbers that pass the quality gate, the same on every platform.

Each exercise has a key, the hash of (draw version, secret, assignment, student, exercise,
reissue). Attempts come in blocks of 64; a block's numbers are squeezed from SHAKE-256 of the
key and the block's number. The first attempt that passes the gate is issued, however many
are tried at once. Nothing here depends on a random library, so the numbers never change with
one. A change of this algorithm, or of what passes the gate, needs a new
`problems.versions.DRAW_VERSION`.
"""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from problems.arithmetic.elementary import BoolArray, FloatArray
from problems.arithmetic.precision import Precision
from problems.computation import ids
from problems.computation.graph import Graph
from problems.computation.kinds import Role
from problems.computation.solve import Indices, solve
from problems.drawing import gate
from problems.drawing.family import Design
from problems.drawing.separation import Separation
from problems.drawing.sieve import Sieve, sieve
from problems.errors import Complaint, GateError
from problems.versions import DRAW_VERSION

BLOCK = 64
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


def key(
    secret: str,
    assignment: str,
    student: str,
    exercise: int = 1,
    reissue: int = 0,
    version: int = DRAW_VERSION,
) -> bytes:
    """The hash that an exercise's numbers and id come from.

    >>> key("s", "hw1", "ada").hex()[:8] == key("s", "hw1", "bob").hex()[:8]
    False
    """
    parts = [version, secret, assignment, student, exercise, reissue]
    text = json.dumps(parts, ensure_ascii=True, separators=(",", ":"))
    return hashlib.sha256(text.encode("ascii")).digest()


@dataclass(frozen=True)
class Draw:
    """The givens of one exercise, as they are printed."""

    givens: dict[str, str]
    attempt: int
    """How many candidates were refused before it."""


class Candidates:
    """Turns keys and numbers of attempts into arrays of givens."""

    def __init__(self, design: Design) -> None:
        self.ids = list(design.grids)
        self.columns = {id: n for n, id in enumerate(self.ids)}
        grids = [design.grids[id] for id in self.ids]
        self.grids = grids
        self.sizes = np.array([len(grid.texts) for grid in grids], dtype=np.uint64)
        self.floats = [grid.floats for grid in grids]
        self.one_hot = self._one_hot_groups(design)

    def _one_hot_groups(self, design: Design) -> list[list[int]]:
        """Columns of targets of which exactly one is 1."""
        if not design.family.one_hot:
            return []
        groups: dict[int | None, list[int]] = {}
        for column, id in enumerate(self.ids):
            given = ids.parse(id)
            if given.role is Role.TARGET:
                groups.setdefault(given.example, []).append(column)
        return list(groups.values())

    def block(self, key: bytes, number: int) -> Indices:
        """Grid indices of 64 attempts, shape (64, givens)."""
        return self.attempts([key], number * BLOCK, BLOCK)

    def attempts(self, keys: Sequence[bytes], first: int, count: int) -> Indices:
        """Grid indices of some attempts of each key.

        Args:
            keys: of the exercises.
            first: the first attempt, from 0.
            count: how many; either all lie in one block, or they are whole blocks.

        Returns:
            Shape (keys * count, givens): all attempts of the first key, then of the second.
        """
        raw = b"".join(self._bytes(key, first, count) for key in keys)
        words = np.frombuffer(raw, dtype=">u4").astype(np.uint64).reshape(-1, len(self.ids))
        # Multiply and shift maps 32 random bits to 0..size-1; the bias is below 2^-15.
        indices: Indices = ((words * self.sizes) >> np.uint64(32)).astype(np.int64)
        for group in self.one_hot:
            hot = (words[:, group[0]] * np.uint64(len(group))) >> np.uint64(32)
            for n, column in enumerate(group):
                indices[:, column] = hot == n
        return indices

    def _bytes(self, key: bytes, first: int, count: int) -> bytes:
        """The bytes of some attempts; of a block no more is squeezed than up to the last."""
        each = 4 * len(self.ids)
        block, start = divmod(first, BLOCK)
        if start + count > BLOCK:
            blocks = range(block, block + count // BLOCK)
            return b"".join(_squeezed(key, n, each * BLOCK) for n in blocks)
        return _squeezed(key, block, each * (start + count))[each * start :]

    def values(self, indices: Indices) -> dict[str, FloatArray]:
        """The givens of many attempts as arrays."""
        return {id: self.floats[n][indices[:, n]] for n, id in enumerate(self.ids)}

    def texts(self, indices: NDArray[np.int64]) -> dict[str, str]:
        """The givens of one attempt as printed."""
        return {id: self.grids[n].texts[indices[n]] for n, id in enumerate(self.ids)}


def _squeezed(key: bytes, block: int, length: int) -> bytes:
    """The first bytes of a block; more bytes begin with the same."""
    return hashlib.shake_256(key + block.to_bytes(4, "big")).digest(length)


def must_pass(design: Design) -> tuple[gate.Check, ...]:
    """The quality gate of a design."""
    return gate.checks(*_gated(design))


def _gated(
    design: Design,
) -> tuple[Graph, tuple[str, ...], Precision, float | None, int, Separation | None]:
    """What the gate of a design depends on."""
    low, version = design.family.low, design.version
    return design.graph, design.asked, design.precision, low, version, design.separation


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
    return sieve(*_gated(design))


def draw(
    design: Design, keys: Sequence[bytes], progress: Progress = lambda done: None
) -> list[Draw]:
    """One exercise for each key.

    Args:
        design: what is drawn.
        keys: one an exercise, see `key`.
        progress: called with the number of exercises finished since the last call.

    Raises:
        GateError: some key has no acceptable draw within `MOST_ATTEMPTS`; the message says
            which checks fail most often and what may help.
    """
    candidates = Candidates(design)
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

    passed = sieve_of(design).survivors(givens, len(indices)).reshape(len(keys), count)
    return [
        Draw(candidates.texts(indices[n * count + at]), first + at) if row[at] else None
        for n, (row, at) in enumerate(zip(passed, np.argmax(passed, axis=1).tolist(), strict=True))
    ]


def reasons(design: Design, key: bytes, blocks: int = 32) -> list[tuple[gate.Check, float]]:
    """The checks that refuse most candidates, with the share of candidates they refuse."""
    candidates = Candidates(design)
    indices = np.concatenate([candidates.block(key, n) for n in range(blocks)])
    balls = solve(design.graph, candidates.values(indices), design.precision)
    shares: Counter[gate.Check] = Counter()
    with np.errstate(all="ignore"):
        for check in must_pass(design):
            passed = np.broadcast_to(np.asarray(check.passes(balls)), (len(indices),))
            shares[check] = 1.0 - float(np.mean(passed))  # type: ignore[assignment]
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
        f"none of {MOST_ATTEMPTS:,} draws of a {design.plan.network.topology()} net can be "
        f"graded at {_places_tried(design)}. Most often refused:"
    )
    worst = reasons(design, key)
    lines = [f"  {share:4.0%}  {describe(check)}" for check, share in worst]
    help = "Try more decimals, a smaller net (--layers), or wider ranges in the family file."
    if worst[0][0].name == "saturated":
        other = ", ".join(d for d in design.family.ranges if d != design.difficulty)
        help = (
            "The net inputs are too large for this activation: try another --difficulty "
            f"({other or 'none here'}), fewer inputs, or smaller ranges in the family file."
        )
    return [Complaint(design.family.name, "\n".join([what, *lines, help]))]


def describe(check: gate.Check) -> str:
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
        case "twins":
            return f"{check.step} and {check.other} cannot be told apart"
    return f"{check.step}: a unit is saturated or dead"
