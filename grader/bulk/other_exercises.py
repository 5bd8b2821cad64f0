"""Submissions of a class that other exercises fit: what was lost is held against every part.

Whoever marks a part lays its doubtful submissions aside. When all parts are marked, each part's
exercises are brought into order once and everything laid aside is looked up there, so the work
grows with the class and not with its square.
"""

from __future__ import annotations

import pickle
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from grader.bulk.answer_columns import Cast, Handed
from grader.bulk.exercise_columns import Part, Roll, keys_of, load_part
from grader.bulk.readings import Readings
from grader.errors import Problem
from grader.marking.attribution import Fit, Keys, Sheets, foreign
from grader.marking.batch import VERDICTS, Codes, Indices
from grader.results.crosscheck import ENOUGH, LOST, OTHER, told


@dataclass(frozen=True)
class Doubtful:
    """Submissions of one mould that may have been worked on other exercises."""

    sheets: Sheets
    places: tuple[tuple[str, int | None], ...]
    """File and row of each."""


@dataclass(frozen=True, slots=True)
class Comparison:
    """What was laid aside, to be looked up in one part of the class."""

    roll: Roll
    number: int
    aside: tuple[Path, ...]


Found = tuple[str, Fit, Problem]
"""The submission's own exercise, the one that fits it, and what is said about it."""


def doubtful(
    part: Part, cast: Cast, said: Readings, verdict: Codes, handed: Handed
) -> Doubtful | None:
    """The submissions of a mould in which so much is lost that they are looked up.

    Args:
        part: the exercises.
        cast: the submissions.
        said: what was read: shape (questions, submissions).
        verdict: what was found, of the same shape.
        handed: where it stands.
    """
    lost = np.isin(verdict, [VERDICTS.index(name) for name in LOST]).sum(axis=0)
    at: Indices = np.flatnonzero(lost >= ENOUGH)
    if not len(at):
        return None
    rows, asked = cast.rows[at], len(cast.mould.asked)
    who = part.frame.select("id", "student")[rows]
    own = Keys(
        cast.mould,
        who["id"].to_list(),
        who["student"].to_list(),
        part.givens(cast.number, rows),
    )
    places = []
    for n, row in zip(at.tolist(), rows.tolist(), strict=True):
        one = cast.submissions.get(n)
        places.append((one.file, one.row) if one else handed.place(row))
    sheets = Sheets(own, said.value[:asked, at], said.unit[:asked, at])
    return Doubtful(sheets, tuple(places))


def lay_aside(doubts: Iterable[Doubtful], path: Path) -> None:
    """Write down what is to be looked up; whoever does it again writes the same."""
    path.write_bytes(pickle.dumps(list(doubts)))


def compare(job: Comparison) -> list[Found]:
    """Look up everything that was laid aside in one part of the class."""
    keys = keys_of(load_part(job.roll, job.number))
    among = sum(job.roll.sizes)
    found = []
    for path in job.aside:
        doubts: list[Doubtful] = pickle.loads(path.read_bytes())
        for one in doubts:
            for own in keys:
                if own.asks_like(one.sheets.own.mould):
                    found += [_told(one, fit) for fit in foreign(one.sheets, own, among)]
    return found


def _told(one: Doubtful, fit: Fit) -> Found:
    own = one.sheets.own
    reason = told(own.ids[fit.sheet], own.students[fit.sheet], fit)
    return own.ids[fit.sheet], fit, Problem(*one.places[fit.sheet], None, OTHER, reason)


def clearest(found: Iterable[Sequence[Found]]) -> list[Problem]:
    """Of the parts' answers the one that is least by chance, for each submission."""
    best: dict[str, Found] = {}
    for own, fit, problem in (one for part in found for one in part):
        if own not in best or fit.chance < best[own][1].chance:
            best[own] = (own, fit, problem)
    return [problem for _, _, problem in best.values()]
