"""Logs as lines of JSON, without answers and without names."""

from __future__ import annotations

import json
import logging
from datetime import UTC, datetime


class Json(logging.Formatter):
    """One object a line; what a record brings as `extra={"bpgrade": {...}}` stands in it."""

    def format(self, record: logging.LogRecord) -> str:
        """The line; control characters are escaped by JSON."""
        line = {
            "time": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "event": record.getMessage()[:500],
            **getattr(record, "bpgrade", {}),
        }
        if record.exc_info and record.exc_info[0]:
            line["error"] = record.exc_info[0].__name__
            line["where"] = _where(record)
        return json.dumps(line, ensure_ascii=True)


def _where(record: logging.LogRecord) -> str:
    """File and line of the innermost frame: enough to find it, nothing that was handled there."""
    trace = record.exc_info[2] if record.exc_info else None
    while trace is not None and trace.tb_next is not None:
        trace = trace.tb_next
    if trace is None:
        return ""
    return f"{trace.tb_frame.f_code.co_filename.rsplit('/', 1)[-1]}:{trace.tb_lineno}"
