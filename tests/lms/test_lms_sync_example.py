"""examples/lms_sync.py: what a cron job runs."""

from __future__ import annotations

from pathlib import Path

import pytest
from cron import SCRIPT, cron
from fake_canvas import FakeCanvas
from fake_moodle import FakeMoodle
from syncing_class import answers, canvas_class, made, moodle_class

from grader.assignments.folder import Folder


@pytest.fixture(scope="module")
def hw1(tmp_path_factory: pytest.TempPathFactory) -> Folder:
    return made(tmp_path_factory.mktemp("example"))


@pytest.mark.parametrize("kind", ["moodle", "canvas"])
def test_new_work_is_graded_once_and_logged(kind: str, hw1: Folder) -> None:
    """Grades arrive, the second run sends nothing, the token is nowhere."""
    fake: FakeMoodle | FakeCanvas = moodle_class() if kind == "moodle" else canvas_class()
    with fake:
        fake.hand_in(4, answers(hw1.path, "s001"))
        fake.hand_in(5, answers(hw1.path, "s002", 3))
        secret = {f"BPGRADE_{kind.upper()}_TOKEN": fake.token}
        first = cron(kind, hw1.path, fake.address(), **secret)
        assert first.returncode == 0, first.stderr
        assert "Ada Example: no grade -> 100.00" in first.stderr
        assert "2 sent, 0 problems" in first.stderr
        writes = fake.writes
        place = {"BPGRADE_FOLDER": str(hw1.path), "BPGRADE_URL": fake.address()}
        second = cron(kind, **secret, **place)
        assert second.returncode == 0, second.stderr
        assert "0 sent, 0 problems" in second.stderr
        assert fake.writes == writes
        assert fake.token not in first.stdout + first.stderr + second.stdout + second.stderr


def test_what_cannot_be_graded_ends_with_1(hw1: Folder) -> None:
    """The others are graded all the same."""
    with moodle_class() as fake:
        fake.hand_in(4, answers(hw1.path, "s001"))
        fake.hand_in(5, {"answers.csv": b"no,table\nat,all\n"})
        done = cron("moodle", hw1.path, fake.address(), BPGRADE_MOODLE_TOKEN=fake.token)
        assert done.returncode == 1
        assert "Ben Sample" in done.stderr
        assert fake.work.rows[4].grade == 100


@pytest.mark.parametrize(
    "words, said",
    [((), "which folder, which address"), (("hw0", "https://lms.example"), "no assignment.json")],
)
def test_what_is_missing_is_said(words: tuple[str, ...], said: str, tmp_path: Path) -> None:
    done = cron("moodle", *words, BPGRADE_MOODLE_TOKEN="0123456789abcdef")
    assert done.returncode != 0
    assert said in done.stderr
    assert "Traceback" not in done.stderr


def test_it_is_short_enough_to_read() -> None:
    assert len(SCRIPT.read_text("utf-8").splitlines()) <= 60
