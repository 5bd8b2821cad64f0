"""The fast way to an exercise finds what the plain one does: nothing else is a fast way."""

from __future__ import annotations

import hashlib

import numpy as np
import pytest
from shipped_recipes import LAYERED as NETWORKS

from problems.computation.solve import Indices, solve
from problems.drawing import family
from problems.drawing.candidates import key
from problems.drawing.design import Design
from problems.drawing.draw import Draw, draw, must_pass
from problems.drawing.sieve import Sieve


def plain_block(design: Design, key: bytes, number: int) -> np.ndarray:
    """Attempts as the module's text describes them: 64 a block, 32 bits a given."""
    raw = hashlib.shake_256(key + number.to_bytes(4, "big")).digest(64 * 4 * len(design.grids))
    words = [int.from_bytes(raw[n : n + 4], "big") for n in range(0, len(raw), 4)]
    rows = np.array(words, dtype=object).reshape(64, -1)
    indices = rows * [len(grid.texts) for grid in design.grids.values()] // 2**32
    targets = [n for n, id in enumerate(design.grids) if id.split(":")[-1].startswith("t.")]
    if design.family.one_hot:
        assert design.plan.task.examples == 1
        hot = rows[:, targets[0]] * len(targets) // 2**32
        indices[:, targets] = hot[:, None] == np.arange(len(targets))
    return indices.astype(np.int64)


def in_turn(design: Design, givens: dict[str, np.ndarray], count: int) -> np.ndarray:
    """Everything is solved, every check is asked, in the order in which they are listed."""
    balls = solve(design.graph, givens, design.precision)
    passed = np.ones(count, dtype=bool)
    with np.errstate(all="ignore"):
        for check in must_pass(design):
            passed &= check.passes(balls)
    return passed


def plain_draw(design: Design, key: bytes) -> Draw:
    """Block after block until something passes."""
    for number in range(1000):
        indices = plain_block(design, key, number)
        grids = list(design.grids.items())
        givens = {id: grid.floats[indices[:, n]] for n, (id, grid) in enumerate(grids)}
        passed = in_turn(design, givens, 64)
        if passed.any():
            at = int(np.argmax(passed))
            texts = {id: grid.texts[indices[at, n]] for n, (id, grid) in enumerate(grids)}
            return Draw(texts, number * 64 + at)
    raise AssertionError("nothing passes")


@pytest.mark.parametrize("name", NETWORKS)
def test_the_fast_way_finds_what_the_plain_one_does(name: str) -> None:
    """For each family, alone and in a crowd, before and after the checks were put in order."""
    design = family.load(name).design()
    keys = [key("plain", name, str(n)) for n in range(2)]
    expected = [plain_draw(design, one) for one in keys]
    assert draw(design, keys) == expected
    crowd = [key("crowd", name, str(n)) for n in range(40 if name == "musilek" else 700)]
    assert draw(design, [keys[0], *crowd, keys[1]])[:: len(crowd) + 1] == expected


def new_sieve(design: Design) -> Sieve:
    return Sieve(design.graph, must_pass(design), design.precision)


@pytest.mark.parametrize("name", NETWORKS)
def test_the_order_of_the_checks_decides_nothing(name: str) -> None:
    """Those that pass every check in turn pass, before and after the checks are put in order."""
    design = family.load(name).design()
    blocks = 800 if name == "musilek" else 80  # one candidate of thousands passes there
    indices = np.concatenate([plain_block(design, b"k", n) for n in range(blocks)])
    numbers = {id: g.floats[indices[:, n]] for n, (id, g) in enumerate(design.grids.items())}

    def givens(id: str, alive: Indices) -> np.ndarray:
        return numbers[id][alive]

    expected = in_turn(design, numbers, len(indices))
    sieve = new_sieve(design)
    assert np.array_equal(sieve.survivors(givens, len(indices)), expected)
    assert sieve.ordered
    assert np.array_equal(sieve.survivors(givens, len(indices)), expected)
    assert 0 < np.count_nonzero(expected) <= len(expected)


def test_what_wrong_rules_share_is_worked_once() -> None:
    """Otherwise the sieve would be right, but slow."""
    design = family.load("mazur").design()
    parts = new_sieve(design).parts
    assert len(parts) > 30
    assert all("#" in name for name in parts)
