"""The inner side of a guarded process: it answers questions, within limits, until they end.

A question and an answer are eight bytes of length and so many bytes each; answers are JSON. The
outer side is `grader.support.guarded_process`.
"""

from __future__ import annotations

import json
import signal
import struct
import sys
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

LENGTH = struct.Struct("<Q")


def answer_all(answer: Callable[[bytes], Any], cpu_seconds: float = 0.0) -> None:
    """Answer what comes on standard input, on standard output, until it ends.

    Args:
        answer: question -> what JSON can hold.
        cpu_seconds: of work for one question, where the system can count it; then this process
            ends. 0 for any.
    """
    questions, answers = sys.stdin.buffer, sys.stdout.buffer
    while len(head := questions.read(LENGTH.size)) == LENGTH.size:
        question = questions.read(*LENGTH.unpack(head))
        _clock(cpu_seconds)
        found = json.dumps(answer(question)).encode()
        _clock(0.0)
        answers.write(LENGTH.pack(len(found)) + found)
        answers.flush()


def _clock(seconds: float) -> None:
    if sys.platform != "win32":
        signal.setitimer(signal.ITIMER_PROF, seconds)


def limit_memory(most: int, beside: bool = False) -> None:
    """Refuse this process more memory, where the system can.

    Args:
        most: bytes of address space.
        beside: whether what it has already does not count.
    """
    if sys.platform != "win32":
        import resource

        with suppress(OSError):  # where there is no /proc, time alone is limited
            if beside:
                pages = int(Path("/proc/self/statm").read_text().split()[0])
                most += pages * resource.getpagesize()
            resource.setrlimit(resource.RLIMIT_AS, (most, most))
