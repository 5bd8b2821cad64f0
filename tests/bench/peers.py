"""Fixed tolerances, as other systems have them: what they make of the same transcripts."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping

import numpy as np
from transcripts import Class
from truth_table import Tally

PEERS: dict[str, Callable[[np.ndarray, np.ndarray], np.ndarray]] = {
    "relative 1e-2, absolute 1e-8": lambda a, t: np.abs(a - t) <= 1e-8 + 1e-2 * np.abs(t),
    "relative 1e-3": lambda a, t: np.abs(a - t) <= 1e-3 * np.abs(t),
    "num_to_tol": lambda a, t: np.abs(a - t) <= np.maximum(0.01, np.round(2e-4 * np.abs(t), 2)),
    "absolute 1e-4": lambda a, t: np.abs(a - t) <= 1e-4 * (1 + 1e-9),
    "equal to 4 decimals": lambda a, t: np.abs(np.round(a, 4) - np.round(t, 4)) < 1e-9,
    "4 significant figures": lambda a, t: (
        np.abs(a - t) <= 0.5001 * 10.0 ** (np.floor(np.log10(np.abs(t) + 1e-300)) - 3)
    ),
}


def peer_counts(
    tally: Tally, of: Class, paper: Mapping[str, np.ndarray], what: str, only: Iterable[str]
) -> None:
    """How many of some answers each fixed tolerance accepts."""
    only = list(only)
    for name, accepts in PEERS.items():
        counts = tally.peers.setdefault(name, Counter())
        for id in only:
            with np.errstate(all="ignore"):
                good = accepts(paper[id], of.exact[id])
            counts[what] += int(np.sum(good))
            counts[f"{what} of"] += of.count
