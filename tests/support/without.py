"""Python as it is where some libraries are not installed."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterable
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]

HIDE = """
import sys
class Hidden:
    def find_spec(self, name, path=None, target=None):
        if name.partition(".")[0] in {names!r}:
            raise ModuleNotFoundError(f"No module named {{name!r}}", name=name)
sys.meta_path.insert(0, Hidden())
sys.path.insert(0, {root!r})
from grader.cli import main
main()
"""


def bpgrade_without(
    names: Iterable[str], *arguments: str, cwd: Path
) -> subprocess.CompletedProcess[str]:
    """`bpgrade ARGUMENTS` where no module of these names can be imported."""
    code = HIDE.format(names=set(names), root=str(ROOT))
    return subprocess.run(
        [sys.executable, "-c", code, *arguments],
        capture_output=True,
        text=True,
        cwd=cwd,
        timeout=120,
        check=False,
    )
