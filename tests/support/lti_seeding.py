"""Has a platform know the class of a service that does not run yet; run as a script.

lti_seeding.py DATA DATABASE_URL: reads a line of JSON with the platform's addresses, prints one
with what it calls each student, by their exercise.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

from grader.web import start

LAST = 'title = "Last"\n[attempts]\ncounts = "last"\n'
"""Every attempt changes the grade."""


def main(data: str, database: str, told: dict[str, Any]) -> dict[str, str]:
    """Place a link; every student has an identity."""
    start.configure(Path(data), database)
    from grader.web.lti.models import Context, Deployment, Identity, Placement, Platform
    from grader.web.models import Assignment

    platform = Platform.objects.create(**told["platform"], internal=True)
    Deployment.objects.create(platform=platform, ident="6")
    assignment = Assignment.objects.get()
    assignment.policy = LAST
    assignment.save()
    context = Context.objects.create(platform=platform, ident="2", course=assignment.course)
    Placement.objects.create(
        context=context, link="5", assignment=assignment, lineitem_url=told["lineitem"]
    )
    found = {}
    for task in assignment.tasks.select_related("member__user"):
        found[task.pk] = str(100 + task.member.pk)
        issuer = told["platform"]["issuer"]
        Identity.objects.create(issuer=issuer, sub=found[task.pk], user=task.member.user)
    return found


if __name__ == "__main__":
    print(json.dumps(main(sys.argv[1], sys.argv[2], json.load(sys.stdin))))
