"""A call in a process of its own: what it returns, how long it takes, how much it swells."""

from __future__ import annotations

import os
import pickle
import re
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

from grader.read.child import READER

CAN_MEASURE = sys.platform == "linux"


class Measured(NamedTuple):
    """What a call did."""

    result: Any
    seconds: float
    megabytes: float
    """The most that was held at once, above what was held before."""
    helper: float
    """The most that the process which reads PDF forms held, in all; 0 if there is none left."""


def measured(call: Callable[[], Any]) -> Measured:
    """Run a call in a fork; an exception or a death there is an error here."""
    into, out = os.pipe()
    child = os.fork()
    if child == 0:
        os.close(into)
        status = 1
        try:
            found = pickle.dumps(_watched(call))
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


def _watched(call: Callable[[], Any]) -> Measured:
    before = _memory("VmRSS")
    Path("/proc/self/clear_refs").write_text("5")
    start = time.perf_counter()
    result = call()
    seconds = time.perf_counter() - start
    grown = _memory("VmHWM") - before
    reader = READER.pid
    helper = _memory("VmHWM", str(reader)) if reader else 0.0
    READER.close()
    return Measured(result, seconds, grown, helper)


def _memory(what: str, process: str = "self") -> float:
    found = re.search(rf"{what}:\s+(\d+) kB", Path(f"/proc/{process}/status").read_text())
    return int(found[1]) / 1000 if found else 0.0
