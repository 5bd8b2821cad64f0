"""A device without room: a message, never a traceback, and nothing half-written."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

FULL = Path("/dev/full")
needs_full = pytest.mark.skipif(not FULL.exists(), reason="there is no /dev/full here")


def run(*words: object, out: Path | None = None) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "grader.cli", *map(str, words)]
    with (out or FULL).open("w") as stream:
        return subprocess.run(command, stdout=stream, stderr=subprocess.PIPE, text=True)


@needs_full
@pytest.mark.parametrize(
    "words",
    [
        ("families",),
        ("generate", "mazur", "--students", "{roster}", "--out", "{place}/hw"),
        ("read", "0.5"),
        ("--help",),
    ],
    ids=lambda words: words[0],
)
def test_output_that_has_no_room(tmp_path: Path, words: tuple[str, ...]) -> None:
    roster = tmp_path / "roster.csv"
    roster.write_text("student,name\nada,Ada L\n")
    told = run(*(word.format(roster=roster, place=tmp_path) for word in words))
    assert told.returncode != 0
    assert "No space left on device" in told.stderr
    assert "Traceback" not in told.stderr
