"""The process that makes one job: `python -m grader.web.jobs.run JOB CLAIM`.

It ends when its standard input does: the server holds the other end, and may be gone at any
time.
"""

from __future__ import annotations

import os
import signal
import sys
import threading

GIVING_WAY = 5
"""Niceness: submissions come first; with more, a busy machine would never come to it."""
CUT_OFF = 1
"""Exit code where nothing was said of how the job ended."""


def main(pk: str, claim: str) -> None:
    """Make a job that was claimed.

    Args:
        pk: its id.
        claim: the `owner` that its worker has put in.
    """
    os.nice(GIVING_WAY)
    os.umask(0o077)
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for the server, which ends us
    threading.Thread(target=_end_with_server, daemon=True).start()
    import django

    django.setup()
    from grader.web.jobs.making import make  # models exist only now
    from grader.web.jobs.models import Job

    found = Job.objects.filter(pk=pk, owner=claim).select_related("course", "assignment", "user")
    if job := found.first():
        make(job)


def _end_with_server() -> None:
    while os.read(sys.stdin.fileno(), 4096):
        pass
    os._exit(CUT_OFF)


if __name__ == "__main__":
    main(*sys.argv[1:])
