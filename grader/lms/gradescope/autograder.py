"""What runs on Gradescope: one submission is checked, and results.json is written.

Whose work it is says Gradescope's login, never a file. What students may see names nobody
else: a file with another student's exercise is refused without saying whose it is.

Source: Gradescope's autograder documentation, "Autograder Specifications" and "Submission
Metadata".
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

from grader.assignments.folder import Folder
from grader.errors import Problem
from grader.lms.outcome import Outcome
from grader.lms.received import Received, judge, owner_of
from grader.marking.policy import Policy
from grader.results.crosscheck import OTHER
from grader.results.feedback import Graded
from grader.support.atomic_files import write_file
from problems.errors import BpgradeError
from problems.reasons import as_told
from problems.texts import parsed_json
from templates.feedback.comment import as_text, comments
from templates.feedback.page import Checked, without_slips
from templates.feedback.report import StepReport
from templates.feedback.show import Show

METADATA, SUBMISSION, RESULTS = "submission_metadata.json", "submission", "results/results.json"
CLASS = "source/class"
LARGEST = 50_000_000
"""Bytes of all files of a submission that are read."""
NOT_YOURS = (
    "this is not your exercise, or the file does not say which it is; hand in your own answers"
)


def main(root: Path) -> None:
    """Check the submission below Gradescope's folder and write the results."""
    try:
        found = results(root)
    except BpgradeError as error:
        print(error)  # to the teacher alone
        found = refused("This could not be checked. It is not your fault: tell your teacher.")
    target = root / RESULTS
    target.parent.mkdir(exist_ok=True)
    write_file(target, json.dumps(found, ensure_ascii=False, indent=1).encode())


def results(root: Path) -> dict[str, Any]:
    """The content of results.json.

    Raises:
        BpgradeError: the autograder itself is broken.
    """
    folder = Folder(root / CLASS)
    policy = folder.policy()
    metadata = parsed_json((root / METADATA).read_text("utf-8"))
    users = metadata.get("users") or []
    if len(users) != 1:
        return refused("This assignment is worked alone: hand it in without a group.")
    names = tuple(str(users[0].get(key) or "") for key in ("email", "name"))
    if not owner_of(names, folder.people).student:
        print(f"not in the class list: {names}")
        return refused("You are not in the class list of this assignment: tell your teacher.")
    one = Received("you", names, tuple(_files(root / SUBMISSION)))
    judged = judge([one], folder, policy) if one.files else None
    outcome = judged.outcomes.get(one.key) if judged else None
    problems = [] if judged is None else [*judged.problems, *judged.notes]
    for problem in problems:
        if problem.code == OTHER:
            print(problem)  # what is printed is shown to the staff alone
    told = (_said(problem) for problem in problems if problem.code != OTHER)
    said = "\n".join(dict.fromkeys(told))
    if outcome is None:
        return refused(said or "Nothing was handed in that can be read as answers.")
    for note in (note for one in outcome.graded for note in one.report.teacher):
        print(f"for the teacher: {note.message}")
    return graded(outcome, policy, said, hours_late(metadata))


def _files(place: Path) -> Iterator[tuple[str, bytes]]:
    left = LARGEST
    for path in sorted(place.rglob("*")):
        if path.is_symlink() or not path.is_file() or path.stat().st_size > left:
            continue
        data = path.read_bytes()
        left -= len(data)
        yield path.relative_to(place).as_posix(), data


def _said(problem: Problem) -> str:
    """A problem in words that name nobody else."""
    return str(
        problem._replace(reason=as_told(NOT_YOURS)) if problem.code == "identity" else problem
    )


def refused(message: str) -> dict[str, Any]:
    """No points, and why."""
    return {"score": 0, "output": message, "visibility": "visible", "tests": []}


def hours_late(metadata: Mapping[str, Any]) -> float:
    """Hours from the deadline to the submission; negative before it, 0 without one."""
    due = (metadata.get("assignment") or {}).get("due_date")
    made = metadata.get("created_at")
    if not due or not made:
        return 0.0
    return (datetime.fromisoformat(made) - datetime.fromisoformat(due)).total_seconds() / 3600


def graded(outcome: Outcome, policy: Policy, said: str, late: float) -> dict[str, Any]:
    """A test for each step, with as much as the policy shows.

    Args:
        outcome: the student's work.
        policy: what is shown, and what lateness costs.
        said: what could not be read.
        late: hours after the deadline.
    """
    score = policy.with_late(outcome.score, late)
    several = len(outcome.graded) + outcome.missing > 1
    tests = [test for one in outcome.graded for test in _tests(one, policy.show, several)]
    missed = round(outcome.most - sum(one.report.max for one in outcome.graded), 6)
    if outcome.missing:
        tests.append({"name": "not handed in", "score": 0, "max_score": missed})
    words = [said, _comment(outcome.graded, policy.show)]
    if score != outcome.score:
        words.append(f"{outcome.score:g} points before the rule for late work: {score:g} left.")
    return {
        "score": score,
        "output": "\n\n".join(filter(None, words)),
        "output_format": "text",
        "visibility": visibility(policy.show),
        "tests": tests,
        "extra_data": {"exercises": [one.exercise.id for one in outcome.graded]},
    }


def visibility(show: Show) -> str:
    """When students see the tests; points cannot be hidden on Gradescope while tests are seen.

    >>> visibility(Show()), visibility(Show(score=False)), visibility(Show(verdicts=False))
    ('visible', 'after_published', 'hidden')
    """
    if not show.verdicts:
        return "hidden"
    return "visible" if show.score else "after_published"


def _comment(works: Sequence[Graded], show: Show) -> str:
    return as_text(comments([Checked(one.report, one.exercise) for one in works], show))


def _tests(one: Graded, show: Show, several: bool) -> Iterator[dict[str, Any]]:
    report = one.report if show.slips else without_slips(one.report)
    before = f"Exercise {one.exercise.number}: " if several else ""
    for step in report.steps:
        yield {
            "name": before + step.label,
            "score": round(step.credit * step.weight, 6),
            "max_score": step.weight,
            "status": "passed" if step.credit >= 1 and step.verdict != "repeated" else "failed",
            "output": "\n".join(_lines(step, show)),
            "output_format": "text",
            "visibility": visibility(show),
        }


def _lines(step: StepReport, show: Show) -> Iterator[str]:
    yield f"your answer: {step.answer.strip() or 'none'}"
    yield step.verdict
    if show.messages and step.message:
        yield step.message
    if show.hints and step.hint:
        yield step.hint
    if show.expected:
        yield f"expected: {step.formula or f'{step.expected:.6g}'}"


if __name__ == "__main__":
    main(Path(sys.argv[1]))
