"""What each student of a graded class has: points of all exercises together."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from decimal import ROUND_HALF_UP, Decimal
from pathlib import Path

from grader.assignments.folder import Folder
from grader.assignments.roster import Student
from grader.errors import PolicyError, Problem
from grader.lms.outcome import CENT
from grader.marking.mark import mark, step_of
from grader.marking.policy import Policy
from grader.marking.policy_file import load_policy, names
from grader.results.crosscheck import other_exercise
from grader.results.feedback import student as student_of
from problems.reasons import as_told
from problems.texts import parsed_json


@dataclass(frozen=True, slots=True)
class Score:
    """One student's points."""

    student: Student
    points: float
    most: float
    """Of a faultless student; exercises that were not handed in count."""

    def scaled(self, most: Decimal | None) -> Decimal:
        """Points, scaled to a platform's maximum; two decimals, half up, never more than it.

        Args:
            most: None for points as they are.
        """
        whole = Decimal(repr(self.most)) if most is None else most
        share = Decimal(repr(self.points)) / Decimal(repr(self.most)) if self.most else Decimal(0)
        return min((share * whole).quantize(CENT, ROUND_HALF_UP), whole)


@dataclass(frozen=True)
class Scores:
    """A class: those who handed in something, by id, in the order of the class list."""

    of: dict[str, Score]
    problems: tuple[Problem, ...] = ()
    class_list: tuple[Student, ...] = ()
    """Everybody: a name says who is meant only if nobody else has it."""


def of_results(folder: Folder, results: Path) -> Scores:
    """Of a class that `bpgrade check --results` has graded.

    Args:
        folder: the assignment.
        results: where gradebook.csv lies.

    Raises:
        ReportError: there are no results, or not those of a class.
    """
    from grader.report.results import scores

    found: dict[str, list[tuple[str, float, float]]] = {}
    for row in scores(results).iter_rows(named=True):
        id = _as_in_class(str(row["student"]), folder)
        found.setdefault(id, []).append((str(row["exercise"]), row["score"], row["max"]))
    return _scores(folder, found, _policy(folder, results))


def of_submissions(
    folder: Folder,
    paths: Sequence[Path],
    policy: Policy,
    told: Callable[[int], object] = lambda count: None,
) -> Scores:
    """Of submissions that are graded now.

    Args:
        folder: the assignment.
        paths: files, folders and archives, as for `bpgrade check`.
        policy: what verdicts are worth.
        told: called with the number of files read so far.
    """
    from grader.intake.collect import gather

    gathered = gather(paths, folder.path, told, policy)
    found: dict[str, list[tuple[str, float, float]]] = {}
    problems = list(gathered.problems)
    for work in gathered.works:
        sent = work.submission
        report = mark(sent.exercise, sent.answers, policy, sent.problems)
        problems += report.problems
        if problem := other_exercise(sent, report, folder):
            problems.append(problem)
        found.setdefault(report.student, []).append((report.exercise, report.score, report.max))
    scores = _scores(folder, found, policy)
    return replace(scores, problems=(*problems, *scores.problems))


def _scores(
    folder: Folder, found: dict[str, list[tuple[str, float, float]]], policy: Policy
) -> Scores:
    places = {id: n for n, id in enumerate(folder.roster)}
    ordered = sorted(found, key=lambda id: places.get(id, len(places)))
    scores: dict[str, Score] = {}
    problems = []
    for id in ordered:
        if id not in places:
            message = f"student {id[:60]!r} is graded, but not in the class list"
            problems.append(Problem(folder.path.name, None, None, "identity", as_told(message)))
            continue
        done = {exercise: most for exercise, _, most in found[id]}
        most = math.fsum(done.values()) + _left(folder, id, set(done), policy)
        points = math.fsum(score for _, score, _ in found[id])
        scores[id] = Score(student_of(folder, id), round(points, 6), round(most, 6))
    everybody = tuple(student_of(folder, id) for id in folder.roster)
    return Scores(scores, tuple(problems), everybody)


def _left(folder: Folder, id: str, done: set[str], policy: Policy) -> float:
    """Points of the exercises that were not handed in."""
    own = folder.exercises_of(id).values()
    if all(exercise.id in done for exercise in own):
        return 0.0
    left = [exercise for exercise in own if exercise.id not in done]
    steps = (step for exercise in left for step in exercise.questions)
    return math.fsum(policy.weight(step_of(step)) for step in steps)


def _as_in_class(id: str, folder: Folder) -> str:
    """Tables that a spreadsheet may open have an apostrophe before what it would run."""
    bare = id.removeprefix("'")
    return bare if id not in folder.roster and bare in folder.roster else id


def _policy(folder: Folder, results: Path) -> Policy:
    """The policy that the results were graded by, where it is still known."""
    try:
        name = parsed_json((results / "results.json").read_text("utf-8"))["policy"]
    except (OSError, ValueError, KeyError, TypeError):
        name = ""
    try:
        if name in names():
            return load_policy(name)
        return folder.policy()
    except PolicyError:
        return Policy()
