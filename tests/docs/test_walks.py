"""CONTRIBUTING.md is walked as it stands: each addition to a copy of the code, then used."""

from __future__ import annotations

import csv
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Mapping, Sequence
from decimal import Decimal
from pathlib import Path

import pytest
from handed_in import assignment, exercise_of, right, tidy

from grader.assignments.folder import Folder
from grader.lms import sync
from grader.lms.platform import (
    Assignment,
    Attachment,
    CurrentGrade,
    Feedback,
    Person,
    PlatformSubmission,
)
from templates.feedback import verdict_words

ROOT = Path(__file__).resolve().parents[2]
ROOMS = ("problems", "templates", "grader", "bpgrade")
PAGE = (ROOT / "CONTRIBUTING.md").read_text("utf-8")


def section(title: str) -> str:
    """A part of the page, up to the next heading of its level."""
    found = re.search(rf"(?ms)^### {re.escape(title)}\n(.*?)(?=^##)", PAGE)
    assert found, title
    return found[1]


def block(title: str) -> str:
    """The code that a part shows."""
    found = re.search(r"(?ms)^```\w*\n(.*?)^```", section(title))
    assert found, title
    return found[1]


class Copy:
    """The code in a folder of its own, to be added to."""

    def __init__(self, place: Path) -> None:
        self.place = place
        for room in ROOMS:
            skip = shutil.ignore_patterns("__pycache__")
            shutil.copytree(ROOT / room, place / room, ignore=skip)

    def python(self, *arguments: str) -> str:
        """What a run prints that ends with 0 or 1."""
        done = subprocess.run(
            [sys.executable, *arguments],
            cwd=self.place,
            env={**os.environ, "PYTHONPATH": str(self.place), "PYTHONDONTWRITEBYTECODE": "1"},
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode in (0, 1), done.stderr
        assert "Traceback" not in done.stderr, done.stderr
        return done.stdout + done.stderr

    def bpgrade(self, *arguments: str) -> str:
        """What the command prints."""
        return self.python("-m", "grader.cli", *arguments)

    def blank(self, folder: str) -> list[dict[str, str]]:
        """Rows of the blank table of the first student."""
        first = min((self.place / folder / "students").iterdir())
        text = (first / "answers.csv").read_text("utf-8")
        return list(csv.DictReader(text.splitlines()))


@pytest.fixture
def copy(tmp_path: Path) -> Copy:
    return Copy(tmp_path / "tree")


def test_a_family_is_a_file(copy: Copy) -> None:
    """Named as its file; listed and drawn without another line of code."""
    command, _, target = block("A family").removeprefix("$ bpgrade ").strip().partition(" > ")
    source = copy.bpgrade(*command.split())
    changed = source.replace("2-2-2", "2-3-2")
    assert changed != source
    (copy.place / target).write_text(changed, "utf-8")
    assert "three-hidden" in copy.bpgrade("families")
    draw = ["generate", "three-hidden", "--count", "3", "--out", "try"]
    made = copy.bpgrade(*draw, "--formats", "csv")
    assert "3 exercises for 3 students: 2-3-2 net" in made
    assert "out_h3" in {row["step"] for row in copy.blank("try")}


def test_a_notation_is_a_file(copy: Copy) -> None:
    """A family that names it is printed and typed in its names."""
    notations = copy.place / "problems" / "notations"
    mazur = (notations / "mazur.toml").read_text("utf-8")
    mine, rows = re.subn(r"(?m)^net = .*\n", lambda _: block("A notation"), mazur)
    assert rows == 1
    (notations / "zed.toml").write_text(mine, "utf-8")
    family = copy.bpgrade("families", "mazur", "--source")
    (copy.place / "zed.toml").write_text(family.replace('notation = "mazur"', 'notation = "zed"'))
    copy.bpgrade(*["generate", "zed.toml", "--count", "1", "--out", "try", "--formats", "csv,md"])
    assert copy.blank("try")[0]["step"] == "z_h1"
    worksheet = next((copy.place / "try" / "students").rglob("worksheet.md"))
    assert "net_" not in worksheet.read_text("utf-8")


def test_a_slip_is_a_function(copy: Copy) -> None:
    """It is named to the student, and no exercise is drawn differently."""
    module = copy.place / "problems" / "misconceptions" / "forward.py"
    draw = ["generate", "mazur", "--count", "1", "--seed", "s", "--formats", "csv", "--out"]
    copy.bpgrade(*draw, "before")
    module.write_text(module.read_text("utf-8") + "\n\n" + block("A slip"), "utf-8")
    copy.bpgrade(*draw, "after")
    before, after = (copy.place / name / "exercises.jsonl" for name in ("before", "after"))
    assert before.read_bytes() == after.read_bytes()
    script = (
        "from pathlib import Path\n"
        "from grader.assignments.folder import Folder\n"
        "one = next(iter(Folder(Path('after')).exercises()))\n"
        "from problems.misconceptions.slips import named_only\n"
        "from problems.rules.expression import BALLS\n"
        "found = [w for w in named_only(one.graph, 'net.1.1') if w.slip == 'bias-twice']\n"
        "number = found[0].rule.evaluate(one.solution, BALLS).m\n"
        "print(f'exercise,step,answer\\n{one.id},{one.labels[\"net.1.1\"]},{number:.4f}')\n"
    )
    (copy.place / "slipped.csv").write_text(copy.python("-c", script), "utf-8")
    said = copy.bpgrade("check", "slipped.csv", "--assignment", "after")
    assert "The bias is added once." in said
    assert "bias-twice" in copy.bpgrade("slips")


class Shelf:
    """A platform as small as one can be: what `Platform` lists, in memory."""

    name, site, replaces_files = "shelf", "https://shelf.example", True

    def __init__(self, sheet: bytes) -> None:
        self.sheet = sheet
        self.given: dict[str, CurrentGrade] = {}

    def assignment(self) -> Assignment:
        return Assignment("1", "Homework", Decimal(100), "7")

    def people(self) -> Sequence[Person]:
        return [Person("4", ("s001",), "Ada Example")]

    def submissions(self) -> Sequence[PlatformSubmission]:
        file = Attachment("answers.csv", len(self.sheet), "https://shelf.example/answers.csv")
        return [PlatformSubmission("4", 1, None, (file,))]

    def grades(self, keys: Sequence[str] = ()) -> Mapping[str, CurrentGrade]:
        return self.given

    def fixed(self, key: str) -> str:
        return ""

    def fetch(self, file: Attachment) -> bytes:
        return self.sheet

    def give(self, key: str, feedback: Feedback) -> None:
        self.given[key] = CurrentGrade(feedback.points)


def test_a_platform_is_a_class_with_these_methods(tmp_path: Path) -> None:
    """The exchange grades, gives and remembers, and the second time does nothing."""
    folder = Folder(assignment(tmp_path))
    exercise = exercise_of(folder.path, "s001")
    shelf = Shelf(tidy(right(exercise), exercise=exercise.id))
    plan = sync.plan(folder, shelf)
    assert [one.fault for one in sync.apply(plan)] == [""]
    assert shelf.given["4"].points == Decimal(100)
    assert [change.action for change in sync.plan(folder, shelf)] == ["keep"]


def test_a_sentence_is_made_of_a_code_in_one_table(monkeypatch: pytest.MonkeyPatch) -> None:
    """Another language is other sentences; codes and arguments stay."""
    code, arguments = "too_few_digits", {"asked": 4, "unit": "decimals"}
    said = verdict_words.Said(code, arguments)
    english = said.sentence
    other = {**verdict_words.SENTENCES, code: lambda about: f"nur {about['asked']} Stellen"}
    monkeypatch.setattr(verdict_words, "SENTENCES", other)
    assert (said.code, said.arguments) == (code, arguments)
    assert english != said.sentence == "nur 4 Stellen"


@pytest.mark.parametrize(
    "page", ["CONTRIBUTING.md", "docs/architecture.md", "docs/accessibility.md"]
)
def test_every_place_that_a_page_names_is_there(page: str) -> None:
    """Files and folders in code letters; a move that forgets a page fails here."""
    text = (ROOT / page).read_text("utf-8")
    named = re.findall(r"`((?:problems|templates|grader|tests|docs)/[\w./-]*)`", text)
    dotted = re.findall(r"`((?:problems|templates|grader)(?:\.\w+)+)`", text)
    assert len(named) > 10
    assert [place for place in named if not (ROOT / place).exists()] == []
    for name in dotted:
        parts = name.split(".")
        found = [ROOT.joinpath(*parts[:n]) for n in range(len(parts) - 2, len(parts) + 1)]
        assert any(at.is_dir() or at.with_suffix(".py").exists() for at in found), name
