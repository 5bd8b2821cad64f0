"""A class in the database of a service that does not run yet; run as a script.

seeding.py DATA [DATABASE_URL] [STUDENTS]: prints a line of JSON with each student's exercise,
token and answers.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path

from service import assignment_of, course_of, right_answers

from grader.web import start


def main(data: str, database: str = "", students: str = "16") -> None:
    """Make it and say what there is."""
    start.configure(Path(data), database)
    start.prepare()
    from django.conf import settings

    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
    from grader.web.accounts import new_token

    assignment = assignment_of(course_of(*(f"s{n}" for n in range(int(students)))))
    found = [
        {
            "task": task.pk,
            "token": new_token(task.member.user, "faults", ["read", "submit"]),
            "answers": right_answers(task.exercise),
        }
        for task in assignment.tasks.select_related("member__user")
    ]
    print(json.dumps(found))


if __name__ == "__main__":
    main(*sys.argv[1:])
