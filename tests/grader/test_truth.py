"""The truth bench in small: the same code as `make truth`, a few exercises of four families."""

from __future__ import annotations

import zlib
from functools import lru_cache, partial

import numpy as np
import pytest
import truth
import truth_table as table
from subrounding import working
from transcripts import Class, Student
from truth_table import Row, Tally

FAMILIES = ("mazur", "lfd", "relu-softmax", "two-rounds")
EXERCISES = 3
SEED = 2
PARTS = (
    truth.honest,
    partial(truth.sub_rounding, times=1),
    partial(truth.one_slip, every=32),
    truth.too_small,
    partial(truth.two_slips, pairs=8),
    partial(truth.five_slips, times=3),
    partial(truth.hidden_slips, every=23),
    partial(truth.slips_left_blank, every=67),
    partial(truth.same_again, most=5),
    truth.degenerate,
    partial(truth.without_work, every=3),
    partial(truth.coarse_and_old, sites=1),
    partial(truth.two_in_a_cell, times=20),
    partial(truth.any_number, times=1),
)


@lru_cache(maxsize=1)
def tried() -> Tally:
    """What every kind of student does in every family, once for all tests."""
    tally = Tally()
    for name in FAMILIES:
        of = Class.of(name, EXERCISES, SEED)
        rng = np.random.default_rng([SEED, zlib.crc32(name.encode())])
        for part in PARTS:
            part(tally, of, rng)
    return tally


@pytest.mark.parametrize("row", [row for row in table.ROWS if row.most is not None], ids=str)
def test_no_more_goes_wrong_than_the_limit(row: Row) -> None:
    """Nothing lost that must not be, and nothing given."""
    tally = tried()
    assert row.most is not None
    assert tally.of[row.what] > 0
    assert tally.share(row.what) <= row.most, tally.lost.get(row.what)


@pytest.mark.parametrize("kind", truth.POINTS_ALLOWED)
def test_nobody_earns_much_without_the_work(kind: str) -> None:
    """Neither zeros nor tiny, saturated, copied or half-done sheets are worth the trouble."""
    most, where = max(tried().points[kind])
    limit = truth.POINTS_ALLOWED[kind]
    assert limit is None or most <= limit, where


def test_a_coarse_number_buys_none_of_its_children() -> None:
    """What is 5 or 10 % off is paid no more often beside a coarse number than beside an exact."""
    tally = tried()
    assert tally.of[table.COARSE] > 100
    assert tally.numbers[table.COARSE] <= tally.numbers[table.COARSE_EXACT]


def test_seeds_decide_what_is_tried() -> None:
    """The same seed gives the same exercises and students, another one others."""
    one, again = (Class.of("mazur", 2, seed=7).givens["w.1.1.1"] for _ in range(2))
    others = [Class.of("mazur", 2, seed=seed).givens["w.1.1.1"] for seed in range(8, 12)]
    assert (one == again).all()
    assert any((one != other).any() for other in others)


def test_inside_a_rule_numbers_are_really_written() -> None:
    """Whoever cuts sub-results writes other numbers than whoever cuts results alone."""
    of = Class.of("musilek", 2, SEED)
    plain = Student(of, "cut", np.random.default_rng(1)).paper
    inside = Student(
        of, "cut", np.random.default_rng(1), evaluate=working("cut", np.random.default_rng(1))
    ).paper
    assert sum(int((plain[id] != inside[id]).sum()) for id in of.design.asked) > 10


def test_a_limit_that_is_broken_is_said() -> None:
    """The bench fails on one honest step lost, and on points for nothing."""
    tally = Tally()
    assert table.failures(tally, truth.POINTS_ALLOWED) == []
    tally.add(table.HONEST, 1, 1_000_000)
    tally.points["tiny"] = [(table.CHEAT_POINTS + 0.1, "mazur: tiny")]
    assert len(table.failures(tally, truth.POINTS_ALLOWED)) == 2
    assert f"| {table.HONEST} | 1 | 1,000,000 |" in table.tables(tally, truth.POINTS_ALLOWED)
