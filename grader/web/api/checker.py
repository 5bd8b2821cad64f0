"""The process that checks without storing: it may die, hang or grow as it likes.

Asked like `grader.web.grading_worker`; run as `python -m grader.web.api.checker`.
"""

from __future__ import annotations

import base64
import json
import os
from pathlib import Path
from typing import Any

from grader.errors import PolicyError, Problem
from grader.intake.collect import gather
from grader.marking.mark import mark
from grader.marking.policy_file import stored_policy
from grader.results.crosscheck import other_exercise
from grader.support.answering import answer_all, limit_memory
from grader.web.grading_worker import MEMORY, judged
from problems.errors import BpgradeError


def answered(question: dict[str, Any]) -> dict[str, Any]:
    """What was found, or why it is refused.

    Returns:
        `found`, or `code` and `detail`.
    """
    try:
        return {"found": _batch(question) if "folder" in question else _one(question)}
    except PolicyError as error:
        return {"code": "policy", "detail": str(error)}
    except BpgradeError as error:
        return {"code": "format", "detail": str(error)}


def _one(question: dict[str, Any]) -> dict[str, Any]:
    """One exercise: the report, and what a student may see of it by the policy."""
    data = base64.b64encode(question["answers"].encode()).decode()
    return judged({**question, "data": data, "name": "answers.json"})


def _batch(question: dict[str, Any]) -> dict[str, Any]:
    """A class's file, by the assignment's folder; names in messages are those of the sender."""
    os.chdir(question["folder"])
    policy = question["policy"]
    valued = stored_policy(policy)
    found = gather([Path(question["name"])], Path("assignment"))
    reports = []
    for work in found.works:
        one = work.submission
        report = mark(one.exercise, one.answers, valued, one.problems)
        if problem := other_exercise(one, report, work.folder):
            found.problems.append(problem)
        reports.append(report.as_json())
    return {
        "files": found.files,
        "reports": reports,
        "problems": _all(found.problems),
        "notes": _all(found.notes),
    }


def _all(problems: list[Problem]) -> list[dict[str, Any]]:
    return [problem.as_json() for problem in problems]


if __name__ == "__main__":
    limit_memory(MEMORY)
    answer_all(lambda question: answered(json.loads(question)))
