"""An assignment on the disk, and what its students hand in, in every form."""

from __future__ import annotations

import csv
import io
import json
import zipfile
from collections.abc import Mapping, Sequence
from pathlib import Path

from click.testing import CliRunner, Result

from grader.assignments.folder import Folder
from grader.cli import cli
from problems.exercise import Exercise

ROSTER = """student,name,email
s001,Ada Example,ada@example.org
s002,Ben Sample,ben@example.org
s003,Zoë Łukasz O'Brien,zoe@example.org
s004,Ann Lee,ann1@example.org
s005,Ann Lee,ann2@example.org
s006,Cai Specimen,
"""


def assignment(folder: Path, family: str = "mazur", *more: str, roster: str = ROSTER) -> Path:
    """An assignment folder `hw1` without worksheets."""
    path = folder / "roster.csv"
    path.write_text(roster, "utf-8")
    out = folder / "hw1"
    made = ["generate", family, "--students", str(path), "--out", str(out), "--seed", "s"]
    done = CliRunner().invoke(cli, [*made, "--formats", "csv", *more])
    assert done.exit_code == 0, done.output
    return out


def exercise_of(folder: Path, student: str, number: int = 1) -> Exercise:
    """One student's exercise."""
    found = exercises_of(folder)
    return next(e for e in found if e.student == student and e.number == number)


def exercises_of(folder: Path) -> list[Exercise]:
    """All of an assignment."""
    return list(Folder(folder).exercises())


def right(exercise: Exercise) -> dict[str, str]:
    """Label -> the right answer as the key prints it."""
    return {exercise.labels[id]: exercise.printed[id] for id in exercise.asked}


def tidy(answers: Mapping[str, str], **about: str) -> bytes:
    """A table with a row an answer; `about` are further columns."""
    rows = [[*about.values(), label, text] for label, text in answers.items()]
    return table([*about, "step", "answer"], rows)


def with_id(exercise: Exercise, **wrong: str) -> bytes:
    """A tidy table that names its exercise; `wrong` replaces answers."""
    return tidy(right(exercise) | wrong, exercise=exercise.id)


def table(header: Sequence[str], rows: Sequence[Sequence[str]]) -> bytes:
    stream = io.StringIO(newline="")
    csv.writer(stream).writerows([header, *rows])
    return stream.getvalue().encode()


def zipped(members: Mapping[str, bytes]) -> bytes:
    """An archive, with names in UTF-8 as Moodle writes them."""
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in members.items():
            archive.writestr(name, data)
    return stream.getvalue()


def unmarked(contents: Mapping[bytes, bytes]) -> bytes:
    """An archive whose names are these bytes, with no word about their alphabet."""
    stream = io.BytesIO()
    stand_ins = {name: f"{n}".ljust(len(name), "x") for n, name in enumerate(contents)}
    with zipfile.ZipFile(stream, "w") as archive:
        for name, data in contents.items():
            archive.writestr(stand_ins[name], data)
    found = stream.getvalue()
    for name, stand_in in stand_ins.items():
        found = found.replace(stand_in.encode(), name)
    return found


class Checked:
    """What `bpgrade check` says."""

    def __init__(self, done: Result) -> None:
        assert not done.exception or isinstance(done.exception, SystemExit), done.exception
        self.status = done.exit_code
        self.stderr = done.stderr
        doc = json.loads(done.stdout)
        self.percent = {r["student"]: r["percent"] for r in doc["reports"]}
        self.reports = doc["reports"]
        inner = [p for report in doc["reports"] for p in report["problems"]]
        self.problems = [*doc["problems"], *inner]
        self.codes = [problem["code"] for problem in self.problems]
        self.summary = done.stderr.splitlines()[-1]


def check(folder: Path, *files: Path) -> Checked:
    """`bpgrade check FILES --assignment FOLDER --output json`."""
    words = ["check", *map(str, files), "--assignment", str(folder), "--output", "json"]
    return Checked(CliRunner().invoke(cli, words))
