"""A part of the class judged: `grader.marking.sign_conventions.judge` on columns, and what it
comes to.

Nothing is judged here that is not judged there: columns of thousands of submissions go through
the same walk, the same diagnosis and the same policy as a single one.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
import polars as pl
from numpy.typing import NDArray

from grader.bulk.answer_columns import Cast, Handed
from grader.bulk.exercise_columns import Part
from grader.bulk.other_exercises import Doubtful, doubtful
from grader.bulk.readings import Readings
from grader.bulk.results import VERDICT_COLUMNS
from grader.marking.batch import IMPRECISE, REPEATED, SLIP, VERDICTS, Batch, Codes, Indices, spread
from grader.marking.mark import step_of
from grader.marking.policy import DUST, Policy
from grader.marking.sign_conventions import Judged, judge
from grader.marking.whole_sheet import NOTHING, WholeSheet, whole_sheets
from grader.marking.words import LOST
from problems.arithmetic.elementary import FloatArray
from problems.computation import ids
from problems.computation.solve import Solution, solve
from problems.exercise import Exercise
from problems.misconceptions.names import BOTH

SLICE = 16_384
"""Submissions judged at once: their columns stay in the cache."""

Texts = list[str | None]


@dataclass(frozen=True)
class Tables:
    """What is written of a part, a row a submission and a row an asked step of each."""

    gradebook: pl.DataFrame
    steps: pl.DataFrame
    doubtful: tuple[Doubtful, ...]
    """What is to be held against other exercises."""


@dataclass(frozen=True)
class _Found:
    """Verdicts and what belongs to them: arrays of shape (questions, n)."""

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


def marked(part: Part, handed: Handed, policy: Policy) -> Tables:
    """Judge everything that was handed in for a part."""
    table = handed.pool.table()
    codes = handed.pool.codes()
    texts = pl.Series([one.text if one else "" for one in handed.pool.readings])
    books, steps, doubts = [], [], []
    for cast in handed.casts:
        said = table.at(codes[cast.cells])
        found = _found(part, cast, said, policy)
        books.append(_gradebook(part, cast, found, policy))
        if doubt := doubtful(part, cast, said, found.verdict, handed):
            doubts.append(doubt)
        typed = np.where(said.written, codes[cast.cells], 0)
        steps.append(_steps(part, cast, found, policy, texts, typed))
    return Tables(_in_order(books), _in_order(steps), tuple(doubts))


def _in_order(tables: list[pl.DataFrame]) -> pl.DataFrame:
    """Tables of several moulds as one, in the order of the class."""
    if len(tables) == 1:
        return tables[0].drop("\x00row")
    return pl.concat(tables).sort("\x00row", maintain_order=True).drop("\x00row")


# judging -----------------------------------------------------------------------------------


def _found(part: Part, cast: Cast, said: Readings, policy: Policy) -> _Found:
    """All submissions of a mould, slice by slice."""
    pieces = [
        _judged(part, cast, said, policy, slice(start, start + SLICE))
        for start in range(0, len(cast.rows), SLICE)
    ]
    return pieces[0] if len(pieces) == 1 else _joined(pieces)


def _judged(part: Part, cast: Cast, said: Readings, policy: Policy, at: slice) -> _Found:
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
    found = judge(batch) if asked else None
    shape = (len(mould.questions), count)
    verdict: Codes = np.zeros(shape, dtype=np.int8)
    names, useds = _Names(shape), _Names(shape)
    if found is not None:
        for k, id in enumerate(asked):
            verdict[k] = found.standing.verdicts[id]
        _take_words(found, asked, names, useds)
    if mould.formulas or mould.generals:
        _take_formulas(part, cast, at, verdict, names, useds)
    digits = said.significant if mould.precision.significant is not None else said.decimals
    return _Found(
        verdict,
        _credits(mould, policy, verdict, names, digits[:, at]),
        _over_questions(true, mould, count, "m"),
        _over_questions(true, mould, count, "r"),
        names.codes,
        names.texts,
        useds.codes,
        useds.texts,
        whole_sheets(found, asked, count) if found is not None else [NOTHING] * count,
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
    for id, notes in found.standing.used.items():
        for n, used in notes.items():
            if used:
                useds.put(index[id], n, " ".join(used))


def _take_formulas(
    part: Part, cast: Cast, at: slice, verdict: Codes, names: _Names, useds: _Names
) -> None:
    """Formulas are compared one by one, as in `grader.marking.mark`."""
    from grader.marking.formulas import mark_formulas

    index = {id: k for k, id in enumerate(cast.mould.questions)}
    for n in range(*at.indices(len(cast.rows))):
        submission = cast.submissions[n]
        for question, one in mark_formulas(submission.exercise, submission.answers).items():
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


def _joined(pieces: Sequence[_Found]) -> _Found:
    slips, slip = _merged([(piece.slips, piece.slip) for piece in pieces])
    useds, used = _merged([(piece.useds, piece.used) for piece in pieces])
    return _Found(
        np.concatenate([piece.verdict for piece in pieces], axis=1),
        np.concatenate([piece.credit for piece in pieces], axis=1),
        np.concatenate([piece.expected for piece in pieces], axis=1),
        np.concatenate([piece.tolerance for piece in pieces], axis=1),
        slip,
        slips,
        used,
        useds,
        [sheet for piece in pieces for sheet in piece.sheets],
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


def _weights(mould: Exercise, policy: Policy) -> FloatArray:
    return np.array(
        [policy.weight(step_of(id) if ids.asks_formula(id) else id) for id in mould.questions]
    )


# tables ------------------------------------------------------------------------------------


def _gradebook(part: Part, cast: Cast, found: _Found, policy: Policy) -> pl.DataFrame:
    weights = _weights(cast.mould, policy)
    most = float(round(weights.sum(), DUST))
    points = (found.credit * weights[:, None]).sum(axis=0).round(DUST)
    exact, at = np.unique(points, return_inverse=True)
    scores = np.array([policy.rounded(float(score), most) for score in exact])
    percents = np.array(
        [round(100 * score / round(most, 6), 1) if most else 0.0 for score in scores]
    )
    who = part.frame.select("student", "id", "number")[cast.rows]
    tally = {
        name: pl.Series((found.verdict == code).sum(axis=0), dtype=pl.Int32)
        for code, name in enumerate(VERDICTS)
    }
    problems = np.zeros(len(cast.rows), dtype=np.int32)
    for n, one in cast.submissions.items():
        problems[n] += len(one.problems)
    for n, _ in cast.unread:
        problems[n] += 1
    return pl.DataFrame(
        {
            "\x00row": cast.rows,
            "student": who["student"],
            "exercise": who["id"],
            "number": who["number"],
            "score": scores[at],
            "max": np.full(len(cast.rows), round(most, 6)),
            "percent": percents[at],
            "first_deviation": _first_deviations(cast.mould, found.verdict),
            "remarks": [" ".join(sheet.remarks) for sheet in found.sheets],
            "for_teacher": [
                " ".join(note.message for note in sheet.teacher) for sheet in found.sheets
            ],
            **{name: tally[name] for name in VERDICT_COLUMNS},
            "vouched": pl.Series([sheet.vouched for sheet in found.sheets], dtype=pl.Int32),
            "problems": problems,
        }
    )


def _first_deviations(mould: Exercise, verdict: Codes) -> pl.Series:
    """The first step in the order of the worksheet that is neither right nor carried."""
    lost = np.isin(verdict, [VERDICTS.index(name) for name in LOST])
    first = np.where(lost.any(axis=0), lost.argmax(axis=0) + 1, 0)
    return pl.Series(["", *mould.questions]).gather(first)


def _steps(
    part: Part,
    cast: Cast,
    found: _Found,
    policy: Policy,
    texts: pl.Series,
    typed: Indices,
) -> pl.DataFrame:
    """A row for each question of each submission, the questions of one together.

    `typed` are indices into `texts`, shape (questions, n).
    """
    mould, (questions, count) = cast.mould, typed.shape
    who = part.frame.select("student", "id")[cast.rows]
    whose = np.repeat(np.arange(count), questions)
    asked = np.tile(np.arange(questions), count)
    labels = [mould.labels[id] for id in mould.questions]
    return pl.DataFrame(
        {
            "\x00row": cast.rows[whose],
            "student": _few(who["student"], whose),
            "exercise": _few(who["id"], whose),
            "step": _few(labels, asked),
            "id": _few(mould.questions, asked),
            "answer": _few(texts, _by_submission(typed)),
            "verdict": _few(VERDICTS, _by_submission(found.verdict)),
            "credit": _by_submission(found.credit),
            "weight": np.tile(_weights(mould, policy), count),
            "expected": pl.Series(_by_submission(found.expected)).fill_nan(None),
            "tolerance": pl.Series(_by_submission(found.tolerance)).fill_nan(None),
            "slip": _few(found.slips, _by_submission(found.slip)),
            "used": _few(found.useds, _by_submission(found.used)),
        }
    )


def _few(texts: Sequence[str | None] | pl.Series, codes: NDArray[np.integer]) -> pl.Series:
    """Many cells with few texts, each of them kept once."""
    return pl.Series(texts, dtype=pl.String).cast(pl.Categorical).gather(codes)


def _by_submission(table: NDArray) -> NDArray:  # type: ignore[type-arg]
    """(questions, n) laid out submission by submission."""
    return np.ascontiguousarray(table.T).ravel()
