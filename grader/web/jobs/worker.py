"""The thread of a server that has jobs made, one after the other, each in a process of its own.

The server's own threads and its interpreter's lock stay free; the process is niced, ends when
the server does, and is killed when its job is cancelled.
"""

from __future__ import annotations

import logging
import subprocess
import sys
import threading
import time
from collections.abc import Sequence

from django.utils import timezone

from grader.errors import reason_of
from grader.web.jobs import kinds, queue
from grader.web.jobs.models import Job, State
from grader.web.submission_store import NotStoredError, again, one_writer

COMMAND = (sys.executable, "-P", "-m", "grader.web.jobs.run")
"""-P: a folder called grader where the server was started must not be taken for ours."""
EVERY = 1.0
"""Seconds between two looks for a job."""
LOOK = 0.25
"""Seconds between two looks at the process."""
LONGEST = 3600.0
"""Seconds after which a job is ended."""
TOO_LONG = "It took more than an hour and was ended."

log = logging.getLogger("bpgrade.jobs")


class Worker(threading.Thread):
    """Claims jobs and has them made.

    Args:
        command: what makes one; the job's id and the claim are added.
        seconds: between two looks for a job.
    """

    def __init__(self, command: Sequence[str] = COMMAND, seconds: float = EVERY) -> None:
        super().__init__(name="jobs", daemon=True)
        self.command = tuple(command)
        self.seconds = seconds
        self.ended = threading.Event()

    def run(self) -> None:
        """Until `ended` is set."""
        pause = 0.0
        while not self.ended.wait(pause):
            pause = self.seconds
            try:
                if self.work():
                    pause = 0.0
            except NotStoredError:
                log.warning("the database does not answer; tried again later")
            except Exception:
                log.exception("having work done failed; tried again later")

    def end(self) -> None:
        """End what is being made; it waits for the next server."""
        self.ended.set()
        if self.is_alive():
            self.join(timeout=5.0)

    def work(self) -> bool:
        """Have one job made; False if there is none."""
        job = again(queue.claim)
        if job is None:
            return False
        begun = time.monotonic()
        try:
            process = subprocess.Popen(
                [*self.command, job.pk, job.owner],
                stdin=subprocess.PIPE,
                stdout=subprocess.DEVNULL,
            )
        except OSError as error:
            log.error("no process for a job", extra={"bpgrade": {"error": reason_of(error)}})
            self._settle(job, begun)
            return False
        try:
            self._watch(job, process)
        finally:
            process.kill()
            process.wait()
            assert process.stdin
            process.stdin.close()
        self._settle(job, begun)
        return True

    def _watch(self, job: Job, process: subprocess.Popen[bytes]) -> None:
        """Until it has ended, or should."""
        begun = beaten = time.monotonic()
        while process.poll() is None and not self.ended.wait(LOOK):
            now = time.monotonic()
            if now - begun > LONGEST:
                return
            if now - beaten > queue.BEAT:
                beaten = now
                if not again(lambda: _beat(job)):
                    return

    def _settle(self, job: Job, begun: float) -> None:
        """Say what the process did not: that it was cut off, by us or by itself."""
        if self.ended.is_set():
            again(lambda: queue.give_back(job, tried=False))
            return
        if time.monotonic() - begun > LONGEST:
            again(lambda: _too_long(job))
        elif again(lambda: queue.give_back(job, tried=True)):
            log.warning("job was cut off", extra={"bpgrade": {"job": job.pk, "kind": job.kind}})
            return
        now = again(lambda: Job.objects.filter(pk=job.pk).values_list("state", flat=True).first())
        if now in (State.CANCELLED, State.FAILED):
            again(lambda: kinds.undo(job))
        told = {"job": job.pk, "kind": job.kind, "state": str(now)}
        log.info("job ended", extra={"bpgrade": {**told, "s": round(time.monotonic() - begun)}})


def _beat(job: Job) -> bool:
    with one_writer():
        return queue.beat(job)


def _too_long(job: Job) -> None:
    mine = Job.objects.filter(pk=job.pk, owner=job.owner, state=State.RUNNING)
    mine.update(state=State.FAILED, words=TOO_LONG, ended=timezone.now())
