"""How fast candidates are drawn and gated, beside a bare numpy pass in the same run.

Run by `make bench`. A figure on its own says little on a noisy machine; the ratio to the floor
is what to watch.
"""

from __future__ import annotations

import time
from collections.abc import Callable

import numpy as np

from problems.computation.solve import solve
from problems.drawing import family
from problems.drawing.candidates import Candidates, key
from problems.drawing.draw import CHUNK, draw, must_pass, passing

CANDIDATES = 100_000
ISSUED = 4_000


def bare_pass(rng: np.random.Generator, count: int) -> np.ndarray:
    """The floor: forward, backward and update of a 3-2-2 net, plain numpy, no tolerances."""
    x, w1 = rng.random((count, 3)), rng.random((count, 2, 3))
    w2, t = rng.random((count, 2, 2)), rng.random((count, 2))
    b = rng.random((count, 2))
    h = 1 / (1 + np.exp(-(np.einsum("nji,ni->nj", w1, x) + b[:, :1])))
    y = 1 / (1 + np.exp(-(np.einsum("nkj,nj->nk", w2, h) + b[:, 1:])))
    d2 = (y - t) * y * (1 - y)
    d1 = np.einsum("nk,nkj->nj", d2, w2) * h * (1 - h)
    new2 = w2 - 0.5 * d2[:, :, None] * h[:, None, :]
    new1 = w1 - 0.5 * d1[:, :, None] * x[:, None, :]
    return new1.sum((1, 2)) + new2.sum((1, 2)) + d2.sum(1) + d1.sum(1)


def timed(work: Callable[[], object], repeat: int = 3) -> float:
    """The best of a few runs, in seconds."""
    best = float("inf")
    for _ in range(repeat):
        start = time.perf_counter()
        work()
        best = min(best, time.perf_counter() - start)
    return best


def main() -> None:
    """Print the table."""
    design = family.load("musilek").design()
    candidates = Candidates(design)
    secret = key("bench", "bench", "bench")
    blocks = [candidates.block(secret, n) for n in range(CANDIDATES // 64 + 1)]
    indices = np.concatenate(blocks)[:CANDIDATES]
    chunks = [indices[n : n + CHUNK] for n in range(0, CANDIDATES, CHUNK)]
    must_pass(design)

    def solving() -> None:
        for chunk in chunks:
            solve(design.graph, candidates.values(chunk), design.precision)

    def gating() -> int:
        return sum(
            int(passing(design, candidates.values(chunk), len(chunk)).sum()) for chunk in chunks
        )

    rng = np.random.default_rng(1)
    floor = timed(lambda: bare_pass(rng, CANDIDATES))
    rows = [
        ("bare numpy forward and backward pass (floor)", floor),
        ("values and tolerances of all 41 steps", timed(solving)),
        ("the same with the quality gate", timed(gating)),
    ]
    print(f"{CANDIDATES:,} candidate draws of a 3-2-2 net (family musilek, {gating()} pass)")
    for name, seconds in rows:
        rate = CANDIDATES / seconds
        print(f"  {name:46} {seconds:7.3f} s {rate:12,.0f} /s   {seconds / floor:5.1f} x floor")
    print(f"exercises issued (drawn until one passes), measured on {ISSUED:,} of each family")
    print(f"  {'family':22}{'tried for one':>14}{'a second':>10}{'100,000, extrapolated':>24}")
    for name in family.names():
        chosen = family.load(name).design()
        draw(chosen, [key("warm", "bench", str(n)) for n in range(1000)])
        keys = [key("bench", "bench", str(n)) for n in range(ISSUED)]
        start = time.perf_counter()
        draws = draw(chosen, keys)
        rate = ISSUED / (time.perf_counter() - start)
        tried = sum(one.attempt + 1 for one in draws) / ISSUED
        print(f"  {name:22}{tried:14,.1f}{rate:10,.0f}{100_000 / rate:22,.0f} s")


if __name__ == "__main__":
    main()
