"""The tests of keeping and grading once more, with PostgreSQL behind them."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
from harm import environment
from postgres import Cluster

pytestmark = pytest.mark.slow
TESTS = Path(__file__).resolve().parents[1] / "web"


NAMES = ("test_keeping.py", "test_failing_database.py")


def test_the_same_holds_on_postgres(postgres: Cluster) -> None:
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider"]
    command += [str(TESTS / name) for name in NAMES]
    done = subprocess.run(
        command,
        capture_output=True,
        text=True,
        cwd=TESTS.parents[1],
        env=environment(BPGRADE_DATABASE=postgres.database()),
    )
    assert done.returncode == 0, done.stdout[-3000:]
