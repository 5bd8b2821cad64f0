"""The truth bench in small: the same code as `make truth`, a few exercises of four families."""

from __future__ import annotations

import zlib
from functools import lru_cache, partial

import numpy as np
import pytest
import truth
import truth_table as table
from transcripts import Class
from truth_table import Row, Tally

FAMILIES = ("mazur", "lfd", "relu-softmax", "two-rounds")
EXERCISES = 3
SEED = 2
HELD = (
    table.HONEST,
    table.CREDITED,
    table.NAMED,
    table.LATER,
    table.LATER_BLANK,
    table.LATER_MIXED,
    table.LATER_COPIED,
    table.TWO,
    table.HIDDEN_BEYOND,
    table.HIDDEN_HONEST,
    table.DEGENERATE,
    table.ZERO_DELTAS,
)
PARTS = (
    truth.honest,
    partial(truth.sub_rounding, times=1),
    partial(truth.one_slip, every=24),
    truth.too_small,
    partial(truth.two_slips, pairs=8),
    partial(truth.hidden_slips, every=23),
    partial(truth.slips_left_blank, every=67),
    partial(truth.same_again, most=5),
    truth.degenerate,
    truth.without_work,
    partial(truth.coarse_and_old, sites=1),
)


@lru_cache(maxsize=len(FAMILIES))
def tried(name: str) -> Tally:
    """What every kind of student does in a family, once for all tests."""
    of, tally = Class.of(name, EXERCISES, SEED), Tally()
    rng = np.random.default_rng([SEED, zlib.crc32(name.encode())])
    for part in PARTS:
        part(tally, of, rng)
    return tally


@pytest.mark.parametrize("row", [row for row in table.ROWS if row.what in HELD], ids=str)
@pytest.mark.parametrize("name", FAMILIES)
def test_no_more_goes_wrong_than_the_limit(name: str, row: Row) -> None:
    """Nothing lost that must not be, and nothing given."""
    tally = tried(name)
    assert row.most is not None
    assert tally.share(row.what) <= row.most, tally.lost.get(row.what)
