"""A backup holds everything, byte by byte; restoring gives it back in either database."""

from __future__ import annotations

import hashlib
import json
import sqlite3
import zipfile
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
import warm
from harm import (
    SUPPORT,
    Burst,
    Place,
    Student,
    copy_of,
    environment,
    found,
    seeded,
    serving,
)
from postgres import Cluster, cluster

from grader.web.database import FILE

pytestmark = pytest.mark.slow


def bpgrade(*words: object, code: int = 0) -> str:
    """Run the command line; what it said."""
    done = warm.run(("-m", "grader.cli", *words), environment())
    assert done.returncode == code, done.stdout + done.stderr
    return done.stdout + done.stderr


@pytest.fixture(scope="module")
def used(tmp_path_factory: pytest.TempPathFactory) -> Place:
    """A class that has handed in, with bytes that are no text and all digits of a time."""
    place = seeded(tmp_path_factory.mktemp("used") / "data", students=3)
    server = serving(place)
    for student in place.students:
        one = Student(server.port, student)
        assert one.hand_in("k1", one.body(), "")[0] == 201
        assert one.hand_in("k2", b"\x00\xff\xfe no text", "")[0] == 201
        one.close()
    assert server.end() == 0
    return place


@pytest.fixture(scope="module")
def postgres() -> Iterator[Cluster]:
    with cluster() as found:
        yield found


def tables(file: Path) -> dict[str, Any]:
    """Digest of each table of a backup."""
    with zipfile.ZipFile(file) as archive:
        about = json.loads(archive.read("backup.json"))
    found: dict[str, Any] = about["tables"]
    return found


def test_a_backup_restored_is_the_same(used: Place, tmp_path: Path) -> None:
    first, second = tmp_path / "a.zip", tmp_path / "b.zip"
    assert "6 submissions" in bpgrade("backup", "--data", used.data, first)
    assert first.stat().st_mode & 0o077 == 0
    assert "all checksums fit" in bpgrade("restore", first, "--data", tmp_path / "new")
    bpgrade("backup", "--data", tmp_path / "new", second)
    assert tables(first) == tables(second)
    before, after = (rows(folder) for folder in (used.data, tmp_path / "new"))
    assert before == after
    assert any(b"\x00\xff" in row[-1] for row in after)


def rows(data: Path) -> list[Any]:
    with closing(sqlite3.connect(data / FILE)) as connection:
        query = "SELECT id, received, attempt, state, data FROM bpgrade_submission ORDER BY id"
        return connection.execute(query).fetchall()


def test_whoever_could_log_in_still_can_and_hands_in(used: Place, tmp_path: Path) -> None:
    bpgrade("backup", "--data", used.data, tmp_path / "a.zip")
    bpgrade("restore", tmp_path / "a.zip", "--data", tmp_path / "new")
    place = Place(tmp_path / "new", "", used.students)
    server = serving(place)
    one = Student(server.port, place.students[0])
    assert one.hand_in("k1", one.body())[0] == 200
    assert one.hand_in("k3", one.body())[0] == 201
    one.close()
    server.end()
    assert found(place, {}).gaps == 0


def test_to_postgres_and_back(used: Place, postgres: Cluster, tmp_path: Path) -> None:
    """As when SQLite is outgrown; new rows are numbered on."""
    first, there, back = (tmp_path / f"{name}.zip" for name in "abc")
    url = postgres.database()
    bpgrade("backup", "--data", used.data, first)
    bpgrade("restore", first, "--data", tmp_path / "pg", "--database-url", url)
    bpgrade("backup", "--data", tmp_path / "pg", "--database-url", url, there)
    bpgrade("restore", there, "--data", tmp_path / "back")
    bpgrade("backup", "--data", tmp_path / "back", back)
    assert tables(first) == tables(there) == tables(back)
    place = Place(tmp_path / "pg", url, used.students)
    server = serving(place)
    one = Student(server.port, place.students[1])
    assert one.hand_in("k9", one.body())[0] == 201
    assert one.hand_in("x", b"bare", "/bare")[0] == 201
    one.close()
    server.end()


def test_a_backup_of_a_busy_service_is_of_one_moment(used: Place, tmp_path: Path) -> None:
    server = serving(used)
    burst = Burst(server, 4).go()
    for n in range(2):
        file = tmp_path / f"{n}.zip"
        bpgrade("backup", "--data", used.data, file)
        bpgrade("restore", file, "--data", tmp_path / f"{n}")
        after = found(Place(tmp_path / f"{n}"), {})
        assert after.whole
        assert after.gaps == 0
    burst.end()
    assert set(burst.statuses) <= {200, 201}
    assert server.end() == 0
    assert not list(used.data.glob(".backup*"))


def test_what_is_there_is_not_overwritten(used: Place, tmp_path: Path) -> None:
    file = tmp_path / "a.zip"
    bpgrade("backup", "--data", used.data, file)
    assert "--force" in bpgrade("backup", "--data", used.data, file, code=1)
    bpgrade("restore", file, "--data", tmp_path / "new")
    assert "in use" in bpgrade("restore", file, "--data", tmp_path / "new", code=1)
    assert "kept what was there" in bpgrade("restore", file, "--data", tmp_path / "new", "--force")
    assert len(list((tmp_path / "new").glob(f"{FILE}.before-*"))) == 1


def test_a_damaged_backup_is_refused_and_nothing_is_made(used: Place, tmp_path: Path) -> None:
    whole = tmp_path / "whole.zip"
    bpgrade("backup", "--data", used.data, whole)
    for harm in ("cut", "changed", "text", "later"):
        file = tmp_path / f"{harm}.zip"
        file.write_bytes(whole.read_bytes())
        damage(file, harm)
        said = bpgrade("restore", file, "--data", tmp_path / "new", code=1)
        assert "Traceback" not in said
        assert not (tmp_path / "new" / FILE).exists()


def damage(file: Path, harm: str) -> None:
    if harm == "cut":
        file.write_bytes(file.read_bytes()[:-200])
    elif harm == "text":
        file.write_text("no archive")
    else:
        with zipfile.ZipFile(file) as archive:
            members = {name: archive.read(name) for name in archive.namelist()}
        if harm == "later":
            about = json.loads(members["backup.json"])
            members["backup.json"] = json.dumps({**about, "migration": "9999_later"}).encode()
        else:
            name = "tables/bpgrade.Submission.jsonl"
            members[name] = members[name].replace(b'"k1"', b'"k7"', 1)
        with zipfile.ZipFile(file, "w") as archive:
            for name, data in members.items():
                archive.writestr(name, data)


def test_check_says_what_is_in_it_and_makes_nothing(used: Place, tmp_path: Path) -> None:
    file = tmp_path / "a.zip"
    bpgrade("backup", "--data", used.data, file)
    digest = hashlib.sha256(file.read_bytes()).digest()
    assert "3 exercises" in bpgrade("restore", file, "--check", "--data", tmp_path / "no")
    assert not (tmp_path / "no").exists()
    assert hashlib.sha256(file.read_bytes()).digest() == digest


def test_long_work_is_left_out_and_ends_with_what_was_there(used: Place, tmp_path: Path) -> None:
    place, file = copy_of(used, tmp_path / "data"), tmp_path / "one.zip"
    bpgrade("backup", "--data", place.data, file)
    words = (SUPPORT / "jobs_asked.py", place.data, "", "ask", "answers.zip")
    asked = warm.run(words, environment())
    assert asked.returncode == 0, asked.stderr
    bpgrade("restore", file, "--data", place.data, "--force")
    with closing(sqlite3.connect(place.data / FILE)) as connection:
        assert connection.execute("SELECT COUNT(*) FROM bpgrade_job").fetchone() == (0,)
        assert connection.execute("PRAGMA foreign_key_check").fetchall() == []
    assert "bpgrade.Job" not in tables(file)
