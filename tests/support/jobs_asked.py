"""Long work beside a service that runs; run as a script, prints JSON.

jobs_asked.py DATA DATABASE ask WHAT | flood COUNT | state | wait STATE | forget
"""

from __future__ import annotations

import json
import sys
import threading
import time
from contextlib import suppress
from datetime import timedelta
from pathlib import Path
from typing import Any

from grader.web import start


def answered(words: list[str]) -> Any:
    """What came of it."""
    from django.contrib.auth import get_user_model
    from django.utils import timezone

    from grader.web.jobs import files, queue
    from grader.web.jobs.models import Job
    from grader.web.models import Assignment

    if words[0] == "ask":
        assignment = Assignment.objects.get()
        teacher = get_user_model().objects.get(username="Course-teacher")
        arguments = {"what": words[1]}
        wanted = queue.Wanted("download", "it", assignment.course, assignment, arguments)
        return queue.ask(teacher, wanted).pk
    if words[0] == "flood":
        return flooded(int(words[1]))
    job = Job.objects.latest("asked")
    if words[0] == "forget":
        Job.objects.filter(pk=job.pk).update(beat=timezone.now() - timedelta(hours=1))
    end = time.monotonic() + 60
    while words[0] == "wait" and job.state != words[1] and time.monotonic() < end:
        time.sleep(0.1)
        job.refresh_from_db()
    place = files.place_of(job)
    size = place.stat().st_size if place.exists() else 0
    return {"state": job.state, "tries": job.tries, "words": job.words, "size": size}


def flooded(count: int) -> int:
    """So many different things asked for in one moment; how many of them are to be made."""
    from django.contrib.auth import get_user_model
    from django.db import connection

    from grader.web.jobs import queue
    from grader.web.jobs.models import Job
    from grader.web.models import Assignment

    assignment = Assignment.objects.select_related("course").get()
    teacher = get_user_model().objects.get(username="Course-teacher")
    together = threading.Barrier(count)

    def ask(number: int) -> None:
        wanted = queue.Wanted("download", "it", assignment.course, assignment, {"what": number})
        connection.ensure_connection()
        together.wait(30)
        with suppress(queue.FullError):
            queue.ask(teacher, wanted)
        connection.close()

    threads = [threading.Thread(target=ask, args=(n,)) for n in range(count)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    found = Job.objects.count()
    Job.objects.all().delete()
    return found


if __name__ == "__main__":
    start.configure(Path(sys.argv[1]), sys.argv[2])
    print(json.dumps(answered(sys.argv[3:])))
