"""docs/python-api.md is run as it stands, against the Moodle of the tests."""

from __future__ import annotations

import doctest
import importlib
import subprocess
import sys
from pathlib import Path

import pytest
from syncing_class import answers, made, moodle_class

ROOT = Path(__file__).resolve().parents[2]
ADDRESS = "https://lms.example/mod/assign/view.php?id=31"


def test_the_page_is_right(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    text = (ROOT / "docs" / "python-api.md").read_text("utf-8").replace("```", "")
    folder = made(tmp_path)
    monkeypatch.chdir(tmp_path)
    with moodle_class() as fake:
        fake.hand_in(4, answers(folder.path, "s001"))
        fake.hand_in(5, answers(folder.path, "s002", 3))
        monkeypatch.setenv("BPGRADE_MOODLE_TOKEN", fake.token)
        assert ADDRESS in text
        page = doctest.DocTestParser().get_doctest(
            text.replace(ADDRESS, fake.address()), {}, "python-api.md", None, 0
        )
        said: list[str] = []
        results = doctest.DocTestRunner().run(page, out=said.append)
    assert results.attempted > 8
    assert not results.failed, "".join(said)


def test_every_name_is_there() -> None:
    lms = importlib.import_module("grader.lms")
    for name in lms.__all__:
        assert getattr(lms, name).__doc__
    with pytest.raises(AttributeError, match="nonesuch"):
        lms.nonesuch  # noqa: B018


def test_importing_it_loads_nothing_heavy() -> None:
    """Nor does the help of the commands."""
    heavy = "{'httpx', 'httpcore', 'keyring', 'tenacity', 'numpy', 'reportlab'}"
    for code in (
        "import grader.lms, sys",
        "import sys\nfrom click.testing import CliRunner\nfrom grader.cli import cli\n"
        "assert CliRunner().invoke(cli, ['moodle', 'sync', '--help']).exit_code == 0",
    ):
        check = f"{code}\nprint(sorted({heavy} & set(sys.modules)))"
        done = subprocess.run(
            [sys.executable, "-c", check], capture_output=True, text=True, check=True
        )
        assert done.stdout.strip() == "[]"
