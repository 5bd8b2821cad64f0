"""Asks the examiner about what is not stored: files before they are taken, and practice.

These processes are others than those that grade, so that practice never delays a submission.
"""

from __future__ import annotations

import base64
import logging
from collections.abc import Mapping
from typing import Any

from grader.support.guarded_process import GuardedProcesses
from grader.web.grading import COMMAND

SECONDS = 8.0
"""For one question, the start of the process included."""

log = logging.getLogger("bpgrade.asking")
_examiners = GuardedProcesses(COMMAND, SECONDS, 2)


def read_of(line: str, data: bytes, name: str) -> dict[str, Any] | None:
    """What a file says: `answers` that can be read, `problems`; None if it was too much.

    Args:
        line: of the exercise.
        data: the file.
        name: of the file.
    """
    question = {"line": line, "data": base64.b64encode(data).decode(), "name": name}
    return _asked("read", question)


def marks_of(line: str, answers: Mapping[str, str]) -> dict[str, Any] | None:
    """The report on what was typed so far; None if it could not be made.

    Args:
        line: of the exercise.
        answers: question -> text.
    """
    return _asked("mark", {"line": line, "answers": dict(answers)})


def _asked(ask: str, question: dict[str, Any]) -> dict[str, Any] | None:
    found = _examiners.ask({"ask": ask} | question)
    if found is None:
        log.error("no answer", extra={"bpgrade": {"ask": ask}})
    return found
