"""Candidates for an exercise: numbers squeezed from a key, the same on every platform.

A key is the hash of (draw version, secret, assignment, student, exercise, reissue). Attempts come
in blocks of 64; a block's numbers are squeezed from SHAKE-256 of the key and the block's number.
Nothing here depends on a random library, so the numbers never change with one. A change of this
algorithm needs a new `problems.versions.DRAW_VERSION`.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from problems.arithmetic.elementary import FloatArray
from problems.computation.kinds import Role
from problems.computation.solve import Indices
from problems.drawing.design import Design
from problems.versions import DRAW_VERSION

BLOCK = 64


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
            given = design.plan.parse(id)
            if given.role is Role.TARGET and id not in design.always:
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
