"""What is said of a whole sheet: to its student, and to the teacher alone.

The same for one submission and for a column of thousands: sheets of which the same holds share
their words.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from grader.marking.batch import BLANK, UNDETERMINED
from grader.marking.sign_conventions import Judged
from templates.feedback.report import Note
from templates.feedback.sheet_words import for_teacher, remark
from templates.feedback.verdict_words import Said

MANY = 4
"""Undetermined steps from which on a person should look at a sheet,"""
SHARE = 0.25
"""if they are at least this share of the steps that were answered."""


@dataclass(frozen=True, slots=True)
class WholeSheet:
    """What holds for one submission as a whole."""

    remarks: tuple[str, ...]
    """For the student."""
    teacher: tuple[Note, ...]
    """What a person should look at."""
    vouched: int
    """Steps that count because the student has shown their rule elsewhere."""


def whole_sheets(judged: Judged, asked: Sequence[str], count: int) -> list[WholeSheet]:
    """What is said of each submission.

    Args:
        judged: what was found.
        asked: ids of the steps that ask for numbers.
        count: how many submissions.
    """
    standing = judged.standing
    vouched, untellable, unfounded = (np.zeros(count, dtype=np.int64) for _ in range(3))
    for id, verdict in standing.verdicts.items():
        found = standing[id]
        if found.vouched is not None:
            vouched += found.vouched
        for barred in (found.untold, found.zeroed, found.unfounded):
            if barred is not None:
                untellable += barred & (verdict == UNDETERMINED)
        if found.unfounded is not None:
            unfounded += found.unfounded & (verdict == UNDETERMINED)
    table = standing.table() if asked else np.full((1, count), BLANK)
    answered, unpaid = (table != BLANK).sum(axis=0), (table == UNDETERMINED).sum(axis=0)
    flags = (judged.flipped, judged.closed, judged.power)
    columns = (answered, unpaid, untellable, unfounded, vouched, *flags)
    return [_said(*row) for row in np.stack(columns).T.tolist()]


@lru_cache(maxsize=4096)
def _said(
    answered: int,
    unpaid: int,
    untellable: int,
    unfounded: int,
    vouched: int,
    flipped: int,
    closed: int,
    power: int,
) -> WholeSheet:
    """`untellable` of `unpaid` say for themselves why, such as too few digits."""
    counts = {"unpaid": unpaid, "paid": vouched, "answered": answered}
    undetermined = unpaid + vouched
    own, teacher = [], []
    if flipped:
        own.append(Said("other_sign"))
    if power:
        own.append(Said("off_by_power", {"power": power}))
        teacher.append(Said("off_by_power", {"power": power}))
    if undetermined > untellable:
        own.append(Said("undetermined", counts | {"unpaid": unpaid - untellable}))
    if unfounded > 0.5 * unpaid:
        teacher.append(Said("unfounded", counts | {"unfounded": unfounded}))
    elif closed:
        teacher.append(Said("closed", counts))
    elif undetermined >= max(MANY, SHARE * answered):
        teacher.append(Said("many_undetermined", counts))
    return WholeSheet(
        tuple(map(remark, own)),
        tuple(Note(said.code, said.arguments, for_teacher(said)) for said in teacher),
        vouched,
    )
