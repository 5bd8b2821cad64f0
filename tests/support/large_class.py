"""The rows behind the bench of a large course; run as a script beside a service.

large_class.py DATA begin: a course with a hundred students who can hand in. Prints JSON.
large_class.py DATA graded: everybody's exercise handed in and graded, copied from one result.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path

from grader.web import start

FEW = 100


def begin() -> None:
    """A course, its first students, an assignment."""
    start.prepare()
    from django.conf import settings

    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
    from django.contrib.auth import get_user_model
    from service import assignment_of, course_of, right_answers

    from grader.web.accounts import new_link, new_token

    course = course_of(*(f"s{n}" for n in range(FEW)), name="Large")
    assignment = assignment_of(course)
    students = [
        {
            "task": task.pk,
            "token": new_token(task.member.user, "bench", ["read", "submit"]),
            "answers": right_answers(task.exercise),
        }
        for task in assignment.tasks.select_related("member__user")
    ]
    teacher = get_user_model().objects.get(username="Large-teacher")
    found = {"course": course.pk, "assignment": assignment.pk, "students": students}
    found |= {"link": new_link(teacher, once=True), "token": new_token(teacher, "b", ["teach"])}
    print(json.dumps(found))


def graded() -> None:
    """Copy a result to everybody who has none, in short transactions."""
    import time

    from django.db import transaction
    from django.utils import timezone

    from grader.web.models import Result, State, Submission, Task

    one = Result.objects.select_related("submission").first()
    assert one is not None
    without = list(Task.objects.filter(submissions=None).values_list("pk", flat=True))
    for first in range(0, len(without), 100):
        made = [
            Submission(task_id=task, key="k", digest="", data=one.submission.data, attempt=1)
            for task in without[first : first + 100]
        ]
        for submission in made:
            submission.state, submission.received = State.GRADED, timezone.now()
        same = {"score": one.score, "counted": one.counted, "most": one.most}
        results = [
            Result(submission=each, report=one.report, policy=one.policy, **same) for each in made
        ]
        with transaction.atomic():
            Submission.objects.bulk_create(made)
            Result.objects.bulk_create(results)
        time.sleep(0.1)


if __name__ == "__main__":
    start.configure(Path(sys.argv[1]))
    {"begin": begin, "graded": graded}[sys.argv[2]]()
