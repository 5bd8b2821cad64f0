"""Eight threads draw what one draws, whatever they share."""

from __future__ import annotations

import sys
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest

from problems.drawing import family, gate, sieve
from problems.drawing.candidates import Candidates, key
from problems.drawing.design import Design
from problems.drawing.draw import draw, must_pass
from problems.drawing.sieve import Sieve

THREADS = 8


@pytest.fixture
def hurried() -> Iterator[None]:
    """Threads take turns as often as they can."""
    before = sys.getswitchinterval()
    sys.setswitchinterval(2e-5)
    yield
    sys.setswitchinterval(before)


def columns(design: Design, names: str, each: int) -> tuple[Callable[..., np.ndarray], int]:
    """Givens of the first candidates of some keys, and how many they are."""
    candidates = Candidates(design)
    indices = candidates.attempts([key("s", "hw", name) for name in names], 0, each)

    def givens(id: str, alive: np.ndarray) -> np.ndarray:
        column = candidates.columns[id]
        return candidates.floats[column][indices[alive, column]]

    return givens, len(indices)


def fresh(design: Design) -> Sieve:
    return Sieve(design.graph, must_pass(design), design.precision)


@pytest.mark.parametrize("name", ["mazur", "lfd", "relu-softmax"])
def test_a_thread_that_puts_the_checks_in_order_robs_no_other_of_any(name: str) -> None:
    """One thread rests between its early and its late checks; another reorders them there."""
    design = family.load(name).design()
    (first, of_first), (second, of_second) = (
        columns(design, "abcdefgh", 512),
        columns(design, "ijklmnopqrstuvwx", 512),
    )
    alone = fresh(design).survivors(first, of_first)
    shared, resting, ordered = fresh(design), threading.Event(), threading.Event()

    def slowly(id: str, alive: np.ndarray) -> np.ndarray:
        if not resting.is_set():
            resting.set()
            assert ordered.wait(20)
        return first(id, alive)

    with ThreadPoolExecutor(1) as pool:
        found = pool.submit(shared.survivors, slowly, of_first)
        assert resting.wait(20)
        shared.survivors(second, of_second)
        assert shared.ordered
        ordered.set()
        assert np.array_equal(found.result(), alone)


@pytest.mark.parametrize("name", ["mazur", "lfd", "relu-softmax"])
def test_eight_threads_draw_what_one_draws(name: str, hurried: None) -> None:
    """With nothing kept from before: sieves, gates and graphs are made in the middle of it."""
    keys = [[key("threads", name, f"{t}-{n}") for n in range(12)] for t in range(THREADS)]
    expected = [draw(family.load(name).design(), part) for part in keys]
    for _ in range(2):
        sieve.sieve.cache_clear()
        gate.checks.cache_clear()
        barrier = threading.Barrier(THREADS)

        def work(part: list[bytes], barrier: threading.Barrier = barrier) -> list[object]:
            design = family.load(name).design()
            barrier.wait(20)
            return [one for k in part for one in draw(design, [k])]

        with ThreadPoolExecutor(THREADS) as pool:
            assert list(pool.map(work, keys)) == expected
