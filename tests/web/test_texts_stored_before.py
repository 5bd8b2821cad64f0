"""What an earlier version stored and no file can hold stops nothing, and it is told."""

from __future__ import annotations

import json
import sqlite3
import subprocess
import sys
import zipfile
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
from harm import Place, copy_of, environment, seeded
from postgres import Cluster, cluster

from grader.web.database import FILE

pytestmark = pytest.mark.slow
PLANTED = 4
"""Rows that `plant` spoils."""


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Place:
    return seeded(tmp_path_factory.mktemp("old") / "data", students=3)


@pytest.fixture
def old(made: Place, tmp_path: Path) -> Place:
    """A database with NUL and lone surrogates in it."""
    place = copy_of(made, tmp_path / "data")
    with closing(sqlite3.connect(place.file)) as connection, connection:
        connection.execute("UPDATE bpgrade_member SET name = 'A' || char(0) WHERE ident = 's0'")
        connection.execute(
            "UPDATE bpgrade_member SET ident = 's1' || char(0) || 'x' WHERE ident = 's1'"
        )
        connection.execute("UPDATE bpgrade_course SET name = char(0)")
        connection.execute(
            "INSERT INTO bpgrade_draft (task_id, answers, times, changed) VALUES "
            "((SELECT min(id) FROM bpgrade_task), ?, '{}', '2026-03-01 12:00:00')",
            [json.dumps({"net.1.1": "0.5\ud800", "\x00": "\\ud800"})],
        )
    return place


@pytest.fixture(scope="module")
def postgres() -> Iterator[Cluster]:
    with cluster() as found:
        yield found


def run(*words: object) -> str:
    """A command in a process of its own; what it said."""
    command = [sys.executable, *map(str, words)]
    done = subprocess.run(command, capture_output=True, env=environment(), text=True)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout + done.stderr


def bpgrade(*words: object) -> str:
    return run("-m", "grader.cli", *words)


def test_a_backup_is_made_and_says_how_many_rows_were_mended(old: Place, tmp_path: Path) -> None:
    file = tmp_path / "a.zip"
    assert f"{PLANTED} rows were mended" in bpgrade("backup", "--data", old.data, file)
    with zipfile.ZipFile(file) as archive:
        members = archive.read("tables/bpgrade.Member.jsonl").decode()
    assert '"A\ufffd"' in members
    assert "\\u0000" not in members


def test_it_moves_to_postgres(old: Place, postgres: Cluster, tmp_path: Path) -> None:
    file, url = tmp_path / "a.zip", postgres.database()
    bpgrade("backup", "--data", old.data, file)
    said = bpgrade("restore", file, "--data", tmp_path / "pg", "--database-url", url)
    assert "note:" not in said


def test_an_old_backup_is_restored_and_says_so(
    old: Place, postgres: Cluster, tmp_path: Path
) -> None:
    """Those of earlier versions hold what they found."""
    new, file, url = tmp_path / "new.zip", tmp_path / "old.zip", postgres.database()
    bpgrade("backup", "--data", old.data, new)
    spoil(new, file)
    for where in (["--database-url", url], []):
        said = bpgrade("restore", file, "--data", tmp_path / f"to{len(where)}", *where)
        assert "2 rows were mended" in said


def spoil(backup: Path, to: Path) -> None:
    """Put a NUL into a row and a name too long into another, with the checksum for it."""
    import hashlib

    name = "tables/bpgrade.Member.jsonl"
    with zipfile.ZipFile(backup) as archive:
        members = {one: archive.read(one) for one in archive.namelist()}
    members[name] = members[name].replace('"A\ufffd"'.encode(), b'"A\\u0000"')
    members[name] = members[name].replace(b'"Name of s2"', b'"' + 201 * b"9" + b'"')
    about = json.loads(members["backup.json"])
    about["tables"]["bpgrade.Member"] |= {"sha256": hashlib.sha256(members[name]).hexdigest()}
    members["backup.json"] = json.dumps(about).encode()
    with zipfile.ZipFile(to, "w") as archive:
        for one, data in members.items():
            archive.writestr(one, data)


UPGRADE = """
import sys
from pathlib import Path
from grader.web import start
start.configure(Path(sys.argv[1]))
start.prepare()
"""


def test_an_upgrade_mends_it_and_keeps_everything_else(old: Place, tmp_path: Path) -> None:
    with closing(sqlite3.connect(old.file)) as connection, connection:
        before = connection.execute("SELECT id, line FROM bpgrade_task").fetchall()
        connection.execute("DELETE FROM django_migrations WHERE name LIKE '0006_texts%'")
        row = "SELECT course_id, user_id, 'student', 's1' || char(65533) || 'x', '', '', 1"
        columns = "(course_id, user_id, role, ident, name, email, active)"
        other = "(SELECT min(id) FROM auth_user WHERE id NOT IN (SELECT user_id FROM \
            bpgrade_member WHERE ident LIKE 's%')) AS user_id"
        connection.execute("DELETE FROM bpgrade_member WHERE role = 'teacher'")
        connection.execute(
            f"INSERT INTO bpgrade_member {columns} {row} FROM "
            f"(SELECT course_id, {other} FROM bpgrade_member LIMIT 1)"
        )
    assert '"rows": 4' in run("-c", UPGRADE, old.data)
    with closing(sqlite3.connect(old.data / FILE)) as connection:
        idents = [i for (i,) in connection.execute("SELECT ident FROM bpgrade_member")]
        drafts = connection.execute("SELECT answers FROM bpgrade_draft").fetchall()
        assert connection.execute("SELECT id, line FROM bpgrade_task").fetchall() == before
    assert not any("\x00" in ident for ident in idents)
    assert len(set(idents)) == len(idents)
    assert json.loads(drafts[0][0]) == {"net.1.1": "0.5\ufffd", "\ufffd": "\\ud800"}
    assert "note:" not in bpgrade("backup", "--data", old.data, tmp_path / "after.zip")
