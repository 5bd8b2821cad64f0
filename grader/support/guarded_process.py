"""Processes that are asked one question after the other: for work that may hang, grow or die.

They are started when first needed and ended if they hang; one that died is started anew for the
next question. PDF forms are read in one; the service judges submissions in several. What runs
inside is `grader.support.answering`; docs/decisions/guarded-processes.md says why no pool of a
library does it.
"""

from __future__ import annotations

import atexit
import json
import os
import subprocess
import sys
import threading
from collections.abc import Mapping, Sequence
from contextlib import suppress
from queue import LifoQueue
from typing import Any

from grader.support.answering import LENGTH
from problems.texts import cleaned_tree


def module(name: str) -> tuple[str, ...]:
    """The command that runs a module of ours.

    -P: a folder called grader where we are run must not be taken for ours.
    """
    return sys.executable, "-P", "-m", name


class GuardedProcess:
    """Keeps one process for all questions; threads take turns.

    Args:
        command: what to start.
        seconds: for one question, the start of the process included; then it is ended.
    """

    def __init__(self, command: Sequence[str], seconds: float) -> None:
        self.command = command
        self.seconds = seconds
        self._process: subprocess.Popen[bytes] | None = None
        self._owner = 0
        self._lock = threading.Lock()
        atexit.register(self.close)

    def answer(self, data: bytes) -> dict[str, Any] | None:
        """The answer to some bytes, or None where they were too much for it.

        Raises:
            OSError: no process can be started.
        """
        with self._lock:
            process = self._running()
            timer = threading.Timer(self.seconds, process.kill)
            timer.start()
            try:
                return self._asked(process, data)
            except (BrokenPipeError, ConnectionResetError, EOFError, ValueError):
                self.close()
                return None
            finally:
                timer.cancel()

    @property
    def pid(self) -> int | None:
        """Id of the process, None where none is running."""
        process = self._process
        running = process is not None and self._owner == os.getpid() and process.poll() is None
        return process.pid if process and running else None

    def _running(self) -> subprocess.Popen[bytes]:
        if self._owner != os.getpid():
            self._process = None  # we were forked; that process is the other one's
        if self._process is None or self._process.poll() is not None:
            self.close()
            self._owner = os.getpid()
            self._process = subprocess.Popen(
                self.command,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
            )
        return self._process

    def _asked(self, process: subprocess.Popen[bytes], data: bytes) -> dict[str, Any]:
        assert process.stdin
        assert process.stdout
        process.stdin.write(LENGTH.pack(len(data)) + data)
        process.stdin.flush()
        head = process.stdout.read(LENGTH.size)
        if len(head) < LENGTH.size:
            raise EOFError
        found = json.loads(process.stdout.read(*LENGTH.unpack(head)))
        answer: dict[str, Any] = cleaned_tree(found)  # it may hold what a hostile file says
        return answer

    def close(self) -> None:
        """End the process."""
        process, self._process = self._process, None
        if process is None or self._owner != os.getpid():
            return
        process.kill()
        process.wait()
        for stream in (process.stdin, process.stdout):
            if stream:
                with suppress(OSError):  # what it had not read is lost with it
                    stream.close()


class GuardedProcesses:
    """Several such processes; each question goes to one that is free.

    Args:
        command: what to start.
        seconds: for one question.
        count: of the processes, each started when it is needed.
    """

    def __init__(self, command: Sequence[str], seconds: float, count: int = 1) -> None:
        # the last one that was used comes first: it is running already
        self._free: LifoQueue[GuardedProcess] = LifoQueue()
        for _ in range(count):
            self._free.put(GuardedProcess(command, seconds))

    def ask(self, question: Mapping[str, Any]) -> dict[str, Any] | None:
        """The answer; None if the process died or hung over it, or none can be started."""
        process = self._free.get()
        try:
            return process.answer(json.dumps(question).encode())
        except OSError:
            return None
        finally:
            self._free.put(process)
