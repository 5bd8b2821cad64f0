"""A call in a process of its own: what it returns, how much work it is, how much it swells.

Work is counted in calls that the interpreter makes, so a busy machine finds the same number. What
hides inside a single call, such as a pattern that tries every way of cutting a text, is bounded by
the processor time after which the process is ended.
"""

from __future__ import annotations

import os
import pickle
import re
import resource
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

from grader.read.pdf.form_file import READER

CAN_MEASURE = sys.platform == "linux"

PATIENCE = 20
"""Seconds of the processor, not of the clock, after which a call is given up: some hundred times
what the slowest of them takes."""


class Measured(NamedTuple):
    """What a call did."""

    result: Any
    calls: int
    megabytes: float
    """The most that was held at once, above what was held before."""
    helper: float
    """The most that the process which reads PDF forms held, in all; 0 if there is none left."""


def measured(call: Callable[[], Any]) -> Measured:
    """Run a call in a fork; an exception, a death or no end is an error here."""
    return Measured(*in_a_fork(lambda: _watched(call)))


def in_a_fork(call: Callable[[], Any]) -> Any:
    """What a call returns; an exception, a death or more than `PATIENCE` is an error here."""
    into, out = os.pipe()
    child = os.fork()
    if child == 0:
        os.close(into)
        status = 1
        try:
            resource.setrlimit(resource.RLIMIT_CPU, (PATIENCE, PATIENCE + 1))
            found = pickle.dumps(call())
            with os.fdopen(out, "wb") as stream:
                stream.write(found)
            status = 0
        finally:
            os._exit(status)
    os.close(out)
    with os.fdopen(into, "rb") as stream:
        found = stream.read()
    _, status = os.waitpid(child, 0)
    assert status == 0, f"the call died: {status}"
    return pickle.loads(found)


def work(call: Callable[[], object]) -> int:
    """How many calls the interpreter makes for one, those of built-in functions included.

    >>> work(lambda: [abs(n) for n in range(100)]) >= 100
    True
    """
    count = 0

    def seen(_frame: object, event: str, _argument: object) -> None:
        nonlocal count
        count += event in ("call", "c_call")

    before = sys.getprofile()
    sys.setprofile(seen)
    try:
        call()
    finally:
        sys.setprofile(before)
    return count


def _watched(call: Callable[[], Any]) -> tuple[Any, int, float, float]:
    before = _memory("VmRSS")
    Path("/proc/self/clear_refs").write_text("5")
    found: list[Any] = []
    calls = work(lambda: found.append(call()))
    grown = _memory("VmHWM") - before
    reader = READER.pid
    helper = _memory("VmHWM", str(reader)) if reader else 0.0
    READER.close()
    return found[0], calls, grown, helper


def _memory(what: str, process: str = "self") -> float:
    found = re.search(rf"{what}:\s+(\d+) kB", Path(f"/proc/{process}/status").read_text())
    return int(found[1]) / 1000 if found else 0.0
