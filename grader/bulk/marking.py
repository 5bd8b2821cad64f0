"""A part of the class marked: what was found of it as tables, or as texts to print."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import polars as pl
from numpy.typing import NDArray

from grader.bulk.answer_columns import Cast, Handed
from grader.bulk.exercise_columns import Part
from grader.bulk.judging import Found, judged
from grader.bulk.other_exercises import Doubtful, doubtful
from grader.bulk.results import VERDICT_COLUMNS
from grader.bulk.sayings import Typed
from grader.marking.batch import VERDICTS, Codes, Indices
from grader.marking.mark import step_of
from grader.marking.policy import DUST, Policy
from grader.marking.words import LOST, Answers
from problems.arithmetic.elementary import FloatArray
from problems.exercise import Exercise

if TYPE_CHECKING:
    pass


@dataclass(frozen=True)
class Tables:
    """What is written of a part, a row a submission and a row an asked step of each."""

    gradebook: pl.DataFrame
    steps: pl.DataFrame
    doubtful: tuple[Doubtful, ...]
    """What is to be held against other exercises."""
    printed: pl.DataFrame | None = None
    """A row a submission, if they are printed instead: see `PRINTED`."""


PRINTED = {
    "first": pl.Int64,
    "text": pl.String,
    "problems": pl.String,
    "percent": pl.Float64,
    "answers": pl.Int32,
}
"""Where a submission begins, what is printed of it, what could not be read there (as JSON)."""


def marked(part: Part, handed: Handed, policy: Policy, printer: str = "") -> Tables:
    """Judge everything that was handed in for a part.

    Args:
        part: the exercises.
        handed: the answers.
        policy: what verdicts are worth.
        printer: one of `grader.bulk.printers.PRINTERS`; without one tables are made.
    """
    table = handed.pool.table()
    codes = handed.pool.codes()
    texts = pl.Series([one.text if one else "" for one in handed.pool.readings])
    books, steps, doubts, printed = [], [], [], []
    for cast in handed.casts:
        said = table.at(codes[cast.cells])
        found = judged(part, cast, said, policy, _typed(handed, cast, codes) if printer else None)
        book = _gradebook(part, cast, found, policy)
        if doubt := doubtful(part, cast, said, found.verdict, handed):
            doubts.append(doubt)
        typed = np.where(said.written, codes[cast.cells], 0)
        if printer:
            printed.append(_printed(cast, found, policy, book, texts, typed, printer))
            continue
        books.append(book)
        steps.append(_steps(part, cast, found, policy, texts, typed))
    if printer:
        return Tables(pl.DataFrame(), pl.DataFrame(), tuple(doubts), pl.concat(printed))
    return Tables(_in_order(books), _in_order(steps), tuple(doubts))


def _typed(handed: Handed, cast: Cast, codes: Indices) -> Callable[[int], Answers]:
    """Index of a submission -> its answers."""
    index = {id: k for k, id in enumerate(cast.mould.questions)}

    def answers(n: int) -> Answers:
        if n in cast.submissions:
            return cast.submissions[n].answers
        own = codes[cast.cells[:, n]]
        return Typed(index, lambda k: handed.pool.readings[own[k]])

    return answers


def _printed(
    cast: Cast,
    found: Found,
    policy: Policy,
    book: pl.DataFrame,
    texts: pl.Series,
    typed: Indices,
    printer: str,
) -> pl.DataFrame:
    from grader.bulk.printers import PRINTERS, Judgements

    assert found.sayings is not None
    problems = cast.problems()
    judgements = Judgements(
        cast.mould,
        book,
        _weights(cast.mould, policy),
        found.verdict,
        found.credit,
        found.expected,
        found.tolerance,
        found.sayings,
        found.sheets,
        texts,
        typed,
        problems,
    )
    listed = [
        json.dumps([problem.as_json() for problem in problems.get(n, ())])
        for n in range(len(cast.rows))
    ]
    columns = {
        "first": cast.first,
        "text": PRINTERS[printer](judgements),
        "problems": listed,
        "percent": book["percent"],
        "answers": np.full(len(cast.rows), len(cast.mould.questions)),
    }
    return pl.DataFrame(columns, schema=PRINTED)


def _in_order(tables: list[pl.DataFrame]) -> pl.DataFrame:
    """Tables of several moulds as one, in the order of the class."""
    if len(tables) == 1:
        return tables[0].drop("\x00row")
    return pl.concat(tables).sort("\x00row", maintain_order=True).drop("\x00row")


def _weights(mould: Exercise, policy: Policy) -> FloatArray:
    return np.array([policy.weight(step_of(id)) for id in mould.questions])


# tables ------------------------------------------------------------------------------------


def _gradebook(part: Part, cast: Cast, found: Found, policy: Policy) -> pl.DataFrame:
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
    for n, listed in cast.problems().items():
        problems[n] = len(listed)
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
    found: Found,
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
