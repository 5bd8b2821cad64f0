"""Runs examples/lms_sync.py as cron would."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

SCRIPT = Path(__file__).resolve().parents[2] / "examples" / "lms_sync.py"


def cron(kind: str, *words: object, **environment: str) -> subprocess.CompletedProcess[str]:
    """The script in a process of its own."""
    clean = {k: v for k, v in os.environ.items() if not k.startswith("BPGRADE_")}
    return subprocess.run(
        [sys.executable, str(SCRIPT), kind, *map(str, words)],
        env={**clean, **environment},
        capture_output=True,
        text=True,
        check=False,
    )
