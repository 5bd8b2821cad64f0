"""Checking without storing: a class's file, and any exercise for other software."""

from __future__ import annotations

import itertools
import json
import tempfile
from collections.abc import Mapping
from decimal import Decimal
from pathlib import Path
from typing import Any

from django.http import HttpRequest
from ninja import Router

from grader.errors import ApiError
from grader.read.tables.table import CLASS
from grader.support.guarded_process import GuardedProcesses, module
from grader.web.api.access import caller_of, limit_heavy, scoped
from grader.web.api.assignments import refuse_policy
from grader.web.api.bodies import CLASS_FILES, body_of
from grader.web.api.given import BatchShape, Question
from grader.web.api.shapes import ReportShape
from grader.web.assignments import write_folder
from grader.web.models import Assignment, Member, Role, Task
from grader.web.rights import assignment_for_staff, is_staff
from grader.web.seats import BUSY, SOON, seat

COMMAND = module("grader.web.api.checker")
ONE_SECONDS = 5.0
"""For one exercise; a usual one takes some 20 ms."""
CLASS_SECONDS = 60.0
"""For a class's file; some 200 students a second."""
MOST_STEPS = 20_000
"""Weights times examples times iterations of a posted exercise."""

CLOSE = Decimal("0.05")
"""Givens that differ by no more are as good as the same to who wants to try answers."""

_one, _class = GuardedProcesses(COMMAND, ONE_SECONDS), GuardedProcesses(COMMAND, CLASS_SECONDS)

router = Router(tags=["Checking"])
TEACH = scoped("teach")


@router.post(
    "/assignments/{assignment}/check",
    response=BatchShape,
    auth=TEACH,
    exclude_unset=True,
    summary="Check a class's file",
)
def check_class(request: HttpRequest, assignment: str) -> dict[str, Any]:
    """Grade a table or archive with the answers of a class; nothing is stored.

    Formats, limits and codes of problems are those of `bpgrade check` (docs/formats.md).
    """
    found = assignment_for_staff(caller_of(request).user, assignment)
    limit_heavy(request)
    data, name = body_of(request, CLASS_FILES, CLASS.size)
    with seat(caller_of(request).user.pk) as free:
        if not free:
            raise ApiError(429, "too_often", BUSY, headers={"Retry-After": str(SOON)})
        return _checked(found, data, name)


def _checked(found: Assignment, data: bytes, name: str) -> dict[str, Any]:
    """A class's file, checked beside a folder of its assignment."""
    with tempfile.TemporaryDirectory(prefix="bpgrade-") as place:
        folder = Path(place)
        (folder / "assignment").mkdir()
        write_folder(found, folder / "assignment")
        handed = _stored(folder, name, data)
        question = {"folder": place, "name": handed, "policy": found.policy}
        return _asked(_class, question)


def _stored(folder: Path, name: str, data: bytes) -> str:
    """The file under its own name, which may say whose it is; else under a plain one."""
    for called in (name, f"class{Path(name).suffix[:10]}"):
        try:
            (folder / called).write_bytes(data)
        except (OSError, ValueError):
            continue
        return called
    raise ApiError(422, "invalid", "The file's name cannot be used.")


@router.post(
    "/check",
    response=ReportShape,
    auth=TEACH,
    exclude_unset=True,
    summary="Check answers to any exercise",
)
def check(request: HttpRequest, question: Question) -> dict[str, Any]:
    """For other software: an object of exercises.jsonl and answers in, a report out.

    Nothing is stored. For who teaches alone: a student could try an exercise that differs from
    their own in the twelfth decimal. What one has to hand in oneself elsewhere is not tried.
    """
    caller = caller_of(request)
    if not is_staff(caller.user):
        raise ApiError(403, "scope", "Only who teaches or assists in a course may check here.")
    limit_heavy(request)
    _refuse_large(question)
    refuse_policy(question.policy)
    exercise = question.exercise.model_dump(exclude_unset=True)
    _refuse_own(caller.user, exercise)
    answers = {"answers": {label: _plain(one) for label, one in question.answers.items()}}
    asked = {
        "line": json.dumps(exercise),
        "answers": json.dumps(answers),
        "policy": question.policy,
    }
    return _asked(_one, asked)


def _plain(answer: Any) -> Any:
    """Numbers as they were typed."""
    if isinstance(answer, list):
        return [_plain(one) for one in answer]
    return str(answer) if isinstance(answer, int | Decimal) else answer


def _refuse_large(question: Question) -> None:
    """Before any work is done for it."""
    exercise = question.exercise
    widths = [exercise.network.inputs, *(len(one.weights) for one in exercise.network.layers)]
    weights = sum(a * b for a, b in itertools.pairwise(widths))
    if weights * len(exercise.inputs) * exercise.iterations > MOST_STEPS or weights > 2000:
        raise ApiError(422, "too_large", "The network is larger than what is checked here.")


def _refuse_own(user: Any, exercise: Mapping[str, Any]) -> None:
    """Numbers that one has to hand in are not tried without limit here, whatever id they carry.

    Nor are numbers close to them, from which the right ones could be read off.
    """
    parts = Member.objects.filter(user=user, role=Role.STUDENT, active=True)
    lines = Task.objects.filter(member__in=parts).values_list("line", flat=True)
    wanted = _numbers(exercise)
    if any(_are_close(_numbers(json.loads(line)), wanted) for line in lines.iterator()):
        raise ApiError(403, "own_exercise")


def _numbers(exercise: Mapping[str, Any]) -> Any:
    """All givens as numbers: 0.50 is 0.5 here."""
    if "recipe" in exercise:
        return _decimals(list(exercise["givens"].values()))
    layers = [(one["weights"], one["biases"]) for one in exercise["network"]["layers"]]
    return _decimals([layers, exercise["inputs"], exercise["targets"]])


def _are_close(a: Any, b: Any) -> bool:
    """Whether lists have the same form, and numbers that differ by no more than `CLOSE`."""
    if isinstance(a, list) or isinstance(b, list):
        alike = isinstance(a, list) and isinstance(b, list) and len(a) == len(b)
        return alike and all(map(_are_close, a, b))
    return bool(abs(a - b) <= CLOSE)


def _decimals(found: Any) -> Any:
    if isinstance(found, list | tuple):
        return [_decimals(one) for one in found]
    return Decimal(found)


def _asked(checkers: GuardedProcesses, question: dict[str, Any]) -> dict[str, Any]:
    """What the checking process finds.

    Raises:
        ApiError: it found the question wanting, or died or hung over it.
    """
    answer = checkers.ask(question)
    if answer is None:
        raise ApiError(422, "too_complex")
    if "code" in answer:
        raise ApiError(422, answer["code"], answer["detail"][:1000])
    found: dict[str, Any] = answer["found"]
    return found
