"""What is said of each answer of a part, in the words of single submissions.

Most answers of a class are right or blank, and nothing else is said of them; the others go
through `grader.marking.words` one by one, and what is said of many is kept once.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from grader.bulk.answer_columns import Cast
from grader.bulk.exercise_columns import Part
from grader.marking.batch import BLANK as BLANK_CODE
from grader.marking.batch import CORRECT, VERDICTS, Codes, Indices
from grader.marking.sign_conventions import Judged
from grader.marking.words import BLANK, LOST, RIGHT, Answers, Saying, Words
from grader.read.answer import Answer
from problems.arithmetic.elementary import BoolArray, FloatArray
from problems.computation.solve import Solution

if TYPE_CHECKING:
    from grader.marking.formulas import Marked


@dataclass(frozen=True)
class Sayings:
    """What is said of submissions of one mould."""

    codes: Indices
    """Index into `entries`: shape (questions, n)."""
    entries: Sequence[Saying]
    deviations: Sequence[str]
    """Where each submission first goes wrong, in words; empty if nowhere."""


class Typed(Mapping[str, Answer]):
    """One submission's answers, looked up where they lie.

    Args:
        index: question -> its row.
        reading: what was read in a row; None where blank.
    """

    def __init__(self, index: Mapping[str, int], reading: Callable[[int], Answer | None]) -> None:
        self._index, self._reading = index, reading

    def __getitem__(self, question: str) -> Answer:
        found = self._reading(self._index[question])
        if found is None:
            raise KeyError(question)
        return found

    def __iter__(self) -> Iterator[str]:
        return (id for id, k in self._index.items() if self._reading(k) is not None)

    def __len__(self) -> int:
        return sum(1 for _ in self)


@dataclass(frozen=True)
class Slice:
    """Submissions that were judged together, and what came of it."""

    part: Part
    cast: Cast
    start: int
    """Index in the cast of the first of them."""
    answers: Callable[[int], Answers]
    """Index in the cast -> what was read."""
    true: Solution
    judged: Judged
    formulas: Mapping[int, Mapping[str, Marked]]
    """Index in the cast -> what was found of its formulas."""
    verdict: Codes
    credit: FloatArray

    def words(self, n: int) -> Words:
        """Of one of the submissions, counted from the first of them."""
        at = self.start + n
        one = self.cast.submissions.get(at)
        exercise = one.exercise if one else self.part.exercise(int(self.cast.rows[at]))
        exercise.solved(self.true, n)
        return Words(exercise, self.answers(at), self.judged, self.formulas.get(at, {}), n)


def sayings_of(found: Slice) -> Sayings:
    """Everything that is said of them."""
    questions = found.cast.mould.questions
    entries: list[Saying] = [RIGHT, BLANK]
    codes: Indices = np.where(found.verdict == BLANK_CODE, 1, 0)
    deviations = [""] * codes.shape[1]
    known: dict[str, int] = {}
    special = _special(found)
    lost = np.any(np.isin(found.verdict, [VERDICTS.index(name) for name in LOST]), axis=0)
    deviating = set(np.flatnonzero(lost).tolist())
    for n in np.flatnonzero(np.any(special, axis=0) | lost).tolist():
        words = found.words(n)
        for k in np.flatnonzero(special[:, n]).tolist():
            saying = words.saying(questions[k], bool(found.credit[k, n] > 0))
            key = _key(saying)
            if key not in known:
                known[key] = len(entries)
                entries.append(saying)
            codes[k, n] = known[key]
        if n in deviating:
            deviations[n] = words.deviation()
    return Sayings(codes, entries, deviations)


def _special(found: Slice) -> BoolArray:
    """Answers of which more is said than that they are right, or blank."""
    verdict, mould, judged = found.verdict, found.cast.mould, found.judged
    special: BoolArray = np.not_equal(verdict, BLANK_CODE)
    if mould.gated:
        special &= verdict != CORRECT
    index = {id: k for k, id in enumerate(mould.asked)}
    for id, k in index.items():
        here = judged.standing[id]
        for some in (judged.slips.get(id, {}), here.used, here.shown):
            special[k, list(some)] = True
    return special


def _key(saying: Saying) -> str:
    said, slip, used, hint = saying
    arguments = json.dumps(said.arguments, default=dict) if said.arguments else ""
    return "\n".join((said.code, slip or "", " ".join(used), hint, arguments))


def joined(pieces: Sequence[Sayings]) -> Sayings:
    """Of several slices, one after the other."""
    entries: list[Saying] = []
    codes: list[Indices] = []
    deviations: list[str] = []
    for piece in pieces:
        codes.append(piece.codes + len(entries))
        entries += piece.entries
        deviations += piece.deviations
    return Sayings(np.concatenate(codes, axis=1), entries, deviations)
