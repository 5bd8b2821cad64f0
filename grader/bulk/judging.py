"""A part of the class judged: `grader.marking.sign_conventions.judge` on columns.

Nothing is judged here that is not judged there: columns of thousands of submissions go through
the same walk, the same diagnosis and the same policy as a single one.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from grader.bulk.answer_columns import Cast
from grader.bulk.exercise_columns import Part
from grader.bulk.readings import Readings
from grader.bulk.sayings import Sayings, Slice, joined, sayings_of
from grader.marking.batch import IMPRECISE, REPEATED, SLIP, VERDICTS, Batch, Codes, Indices, spread
from grader.marking.policy import Policy
from grader.marking.sign_conventions import Judged, judge
from grader.marking.whole_sheet import WholeSheet, whole_sheets
from grader.marking.words import Answers
from problems.arithmetic.elementary import FloatArray
from problems.computation import ids
from problems.computation.solve import Solution, solve
from problems.exercise import Exercise
from problems.misconceptions.names import BOTH

if TYPE_CHECKING:
    from grader.marking.formulas import Marked

SLICE = 16_384
"""Submissions judged at once: their columns stay in the cache."""

Texts = list[str | None]


@dataclass(frozen=True)
class Found:
    """What was found of the submissions of a mould; arrays have shape (questions, n)."""

    verdict: Codes
    credit: FloatArray
    expected: FloatArray
    tolerance: FloatArray
    slip: Indices
    """Index into `slips`, 0 for none."""
    slips: Texts
    used: Indices
    """Index into `useds`, 0 for none."""
    useds: Texts
    sheets: Sequence[WholeSheet]
    """One a submission."""
    sayings: Sayings | None
    """What is said of each, where that is printed."""


Typing = Callable[[int], Answers] | None
"""Index of a submission -> its answers; None where nothing is said of single ones."""


def judged(
    part: Part, cast: Cast, said: Readings, policy: Policy, answers: Typing = None
) -> Found:
    """All submissions of a mould, slice by slice."""
    pieces = [
        _judged(part, cast, said, policy, slice(start, start + SLICE), answers)
        for start in range(0, len(cast.rows), SLICE)
    ]
    return pieces[0] if len(pieces) == 1 else _joined(pieces)


def _judged(
    part: Part, cast: Cast, said: Readings, policy: Policy, at: slice, answers: Typing
) -> Found:
    mould, rows = cast.mould, cast.rows[at]
    count, asked = len(rows), mould.asked
    true = solve(mould.graph, part.givens(cast.number, rows), mould.precision)
    batch = Batch(
        mould.graph,
        mould.precision,
        true,
        {id: said.value[k, at] for k, id in enumerate(asked)},
        {id: said.unit[k, at] for k, id in enumerate(asked)},
        {id: said.unreadable[k, at] for k, id in enumerate(asked)},
        count,
    )
    found = judge(batch)
    shape = (len(mould.questions), count)
    verdict: Codes = np.zeros(shape, dtype=np.int8)
    names, useds = _Names(shape), _Names(shape)
    own = found.standing.verdicts
    for k, id in enumerate(asked):
        verdict[k] = own[id]
    _take_words(found, asked, names, useds)
    formulas = _formulas(cast, at) if mould.formulas or mould.generals else {}
    _take_formulas(cast, at, formulas, verdict, names, useds)
    digits = said.significant if mould.precision.significant is not None else said.decimals
    credit = _credits(mould, policy, verdict, names, digits[:, at])
    sayings = None
    if answers is not None:
        judged = Slice(part, cast, at.start, answers, true, found, formulas, verdict, credit)
        sayings = sayings_of(judged)
    return Found(
        verdict,
        credit,
        _over_questions(true, mould, count, "m"),
        _over_questions(true, mould, count, "r"),
        names.codes,
        names.texts,
        useds.codes,
        useds.texts,
        whole_sheets(found, asked, count),
        sayings,
    )


class _Names:
    """Texts for a few of many cells."""

    def __init__(self, shape: tuple[int, int]) -> None:
        self.codes = np.zeros(shape, dtype=np.int64)
        self.texts: Texts = [None]
        self._known: dict[str, int] = {}

    def put(self, question: int, submission: int, text: str) -> None:
        """The text of a cell."""
        if text not in self._known:
            self._known[text] = len(self.texts)
            self.texts.append(text)
        self.codes[question, submission] = self._known[text]


def _take_words(found: Judged, asked: Sequence[str], names: _Names, useds: _Names) -> None:
    index = {id: k for k, id in enumerate(asked)}
    for id, slips in found.slips.items():
        for n, name in slips.items():
            names.put(index[id], n, name)
    for id in asked:
        for n, used in found.standing[id].used.items():
            if used:
                useds.put(index[id], n, " ".join(used))


def _formulas(cast: Cast, at: slice) -> dict[int, dict[str, Marked]]:
    """Submission -> what was found of its formulas, one by one as in `grader.marking.mark`."""
    from grader.marking.formulas import mark_formulas

    own = {n: cast.submissions[n] for n in range(*at.indices(len(cast.rows)))}
    return {n: mark_formulas(one.exercise, one.answers) for n, one in own.items()}


def _take_formulas(
    cast: Cast,
    at: slice,
    formulas: Mapping[int, Mapping[str, Marked]],
    verdict: Codes,
    names: _Names,
    useds: _Names,
) -> None:
    index = {id: k for k, id in enumerate(cast.mould.questions)}
    for n, found in formulas.items():
        for question, one in found.items():
            k, m = index[question], n - at.start
            verdict[k, m] = VERDICTS.index(one.verdict)
            if one.slip:
                names.put(k, m, one.slip)
            if one.used:
                useds.put(k, m, " ".join(map(ids.formula_of, one.used)))


def _over_questions(true: Solution, mould: Exercise, count: int, part: str) -> FloatArray:
    """Value or tolerance of every question; nan for formulas, which have none."""
    table = np.full((len(mould.questions), count), np.nan)
    for k, id in enumerate(mould.asked):
        table[k] = spread(getattr(true[id], part), count)
    return table


def _joined(pieces: Sequence[Found]) -> Found:
    slips, slip = _merged([(piece.slips, piece.slip) for piece in pieces])
    useds, used = _merged([(piece.useds, piece.used) for piece in pieces])
    return Found(
        np.concatenate([piece.verdict for piece in pieces], axis=1),
        np.concatenate([piece.credit for piece in pieces], axis=1),
        np.concatenate([piece.expected for piece in pieces], axis=1),
        np.concatenate([piece.tolerance for piece in pieces], axis=1),
        slip,
        slips,
        used,
        useds,
        [sheet for piece in pieces for sheet in piece.sheets],
        joined([one.sayings for one in pieces if one.sayings is not None])
        if pieces[0].sayings is not None
        else None,
    )


def _merged(pieces: Iterable[tuple[Texts, Indices]]) -> tuple[Texts, Indices]:
    """Several lists of texts as one, with the codes moved."""
    texts: Texts = [None]
    moved = []
    for own, codes in pieces:
        moved.append(np.where(codes > 0, codes + len(texts) - 1, 0))
        texts += own[1:]
    return texts, np.concatenate(moved, axis=1)


# credit ------------------------------------------------------------------------------------


def _credits(
    mould: Exercise, policy: Policy, verdict: Codes, slips: _Names, digits: NDArray[np.int64]
) -> FloatArray:
    """Share of each question's points, by `Policy.credit`."""
    table = np.array([policy.credit(name) for name in VERDICTS])
    credit: FloatArray = table[verdict]
    if policy.slips or any(BOTH in (name or "") for name in slips.texts):
        for code in (SLIP, REPEATED):
            by_slip = np.array([policy.credit(VERDICTS[code], name) for name in slips.texts])
            credit = np.where(verdict == code, by_slip[slips.codes], credit)
    if policy.off_per_digit is not None:
        for k, n in np.argwhere(verdict == IMPRECISE).tolist():
            id = mould.questions[k]
            asked = 1 if ids.asks_formula(id) else mould.precision.places(mould.parse(id).kind)
            credit[k, n] = policy.credit("imprecise", None, max(1, asked - int(digits[k, n])))
    return credit
