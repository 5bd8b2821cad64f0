"""Another distribution with one of our names is said, by `doctor` and before any command."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner

from grader.cli import cli
from grader.support.own_packages import OWN, shadowed

ROOT = Path(__file__).resolve().parents[2]


def other_distribution(place: Path, name: str) -> None:
    """Somebody else's package, installed."""
    (place / name).mkdir(parents=True)
    (place / name / "__init__.py").write_text("")
    info = place / "other_school-1.0.dist-info"
    info.mkdir()
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: other-school\nVersion: 1.0\n")
    (info / "RECORD").write_text(f"{name}/__init__.py,,\n")


@pytest.mark.parametrize("name", OWN)
def test_doctor_names_the_distribution(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Also if ours is still the one that is found."""
    other_distribution(tmp_path, name)
    monkeypatch.setattr(sys, "path", [*sys.path, str(tmp_path)])
    done = CliRunner().invoke(cli, ["doctor"])
    assert done.exit_code == 1
    said = " ".join(done.output.split())
    assert f"{name} also in other-school" in said
    assert "pip uninstall other-school" in said


def test_a_command_says_what_is_in_the_way(tmp_path: Path) -> None:
    other_distribution(tmp_path, "templates")
    code = f"import sys; sys.path[:0] = [{str(tmp_path)!r}, {str(ROOT)!r}]\n"
    code += "from grader.cli import main; main()"
    done = subprocess.run(
        [sys.executable, "-c", code, "--help"],
        capture_output=True,
        text=True,
        cwd=tmp_path.parent,
        env={**os.environ, "PYTHONSAFEPATH": "1"},
        check=False,
    )
    assert done.returncode == 1
    assert f"templates in {tmp_path / 'templates'}" in done.stderr
    assert "environment of its own" in done.stderr


def test_elsewhere_all_names_are_taken(tmp_path: Path) -> None:
    assert set(shadowed(tmp_path)) == set(OWN)
