"""A copy of the warm interpreter is given, and shows, what a new interpreter would."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest
import warm

SEEN = """
import os, sys
print(__name__, sys.argv[1:], sys.stdin.read(), sorted(os.environ), os.getcwd())
print("complaint", file=sys.stderr)
sys.exit(3)
"""


@pytest.mark.parametrize("kind", ["code", "script"])
def test_it_is_given_and_shows_the_same(kind: str, tmp_path: Path) -> None:
    script = tmp_path / "seen.py"
    script.write_text(SEEN)
    words = [*(("-c", SEEN) if kind == "code" else (str(script),)), "one", "two"]
    env = {"PATH": os.defpath, "LC_ALL": "C.UTF-8", "OWN": "1"}
    new = subprocess.run(
        [sys.executable, *words], input="read", env=env, capture_output=True, text=True
    )
    found = warm.run(words, env, "read")
    assert (found.returncode, found.stdout, found.stderr) == (3, new.stdout, new.stderr)


def test_a_signal_is_its_status() -> None:
    process = warm.begun(("-c", "import time; time.sleep(60)"), os.environ)
    assert process.poll() is None
    with pytest.raises(subprocess.TimeoutExpired):
        process.wait(0.01)
    process.kill()
    assert process.wait(30) == process.poll() == -signal.SIGKILL
    process.terminate()  # of what has ended: nothing
