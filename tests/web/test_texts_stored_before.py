"""What an earlier version stored and no file can hold stops nothing, and it is told."""

from __future__ import annotations

import json
import sqlite3
import zipfile
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
import warm
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
    done = warm.run(words, environment())
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


CLASH = """
    INSERT INTO auth_user (id, username, password, first_name, last_name, email, is_staff,
        is_superuser, is_active, date_joined)
    SELECT 900 + n, 'twin' || text, '', '', '', '', 0, 0, 1, '2026-03-01 12:00:00'
    FROM (SELECT 1 AS n, char(0) AS text UNION SELECT 2, char(65533) UNION SELECT 3, '')
"""
PARTS = """
    INSERT INTO bpgrade_member (course_id, user_id, role, ident, name, email, active)
    SELECT (SELECT min(id) FROM bpgrade_course), id, 'student', username, username, '', 1
    FROM auth_user WHERE id > 900
"""


def clashing(made: Place, tmp_path: Path, when: str) -> Path:
    """A backup in which two names become one: spoiled before it was made, or after."""
    place, file = copy_of(made, tmp_path / "clash"), tmp_path / f"{when}.zip"
    with closing(sqlite3.connect(place.file)) as connection, connection:
        twin = "char(1)" if when == "after" else "char(0)"
        connection.execute(CLASH.replace("char(0)", twin))
        connection.execute(PARTS)
    bpgrade("backup", "--data", place.data, file)
    if when == "after":
        for label in ("auth.User", "bpgrade.Member"):
            rewrite(file, f"tables/{label}.jsonl", b"twin\\u0001", b"twin\\u0000")
    return file


def rewrite(backup: Path, name: str, old: bytes, new: bytes) -> None:
    """Change a table of a backup, with the checksum for it."""
    import hashlib

    with zipfile.ZipFile(backup) as archive:
        members = {one: archive.read(one) for one in archive.namelist()}
    assert old in members[name]
    members[name] = members[name].replace(old, new)
    about = json.loads(members["backup.json"])
    label = Path(name).stem
    about["tables"][label]["sha256"] = hashlib.sha256(members[name]).hexdigest()
    members["backup.json"] = json.dumps(about).encode()
    with zipfile.ZipFile(backup, "w") as archive:
        for one, data in members.items():
            archive.writestr(one, data)


@pytest.mark.parametrize("when", ["before", "after"])
def test_names_that_become_one_are_told_apart(
    made: Place, postgres: Cluster, tmp_path: Path, when: str
) -> None:
    """Everything comes back, whichever database it goes to, and the same way in both."""
    file = clashing(made, tmp_path, when)
    found = []
    for where in (["--database-url", postgres.database()], []):
        target = ["--data", str(tmp_path / f"to{len(where)}"), *where]
        said = bpgrade("restore", file, *target)
        notes = [
            line for line in said.splitlines() if line.startswith("note: ") and "has the" in line
        ]
        assert len(notes) == 2
        assert '"renamed": ["user 90' in said  # and in the log
        assert "username 'twin\ufffd' already; it is 'twin\ufffd-2' now" in notes[0]
        assert "ident 'twin\ufffd' already; it is 'twin\ufffd-2' now" in notes[1]
        again = tmp_path / f"again{len(where)}.zip"
        bpgrade("backup", *target, again)
        with zipfile.ZipFile(again) as archive:
            users = list(map(json.loads, archive.read("tables/auth.User.jsonl").splitlines()))
            tables = json.loads(archive.read("backup.json"))["tables"]
        twins = {one["id"]: one["username"] for one in users if one["id"] > 900}
        assert sorted(twins.values()) == ["twin", "twin\ufffd", "twin\ufffd-2"]
        assert twins[903] == "twin"
        found.append((twins, notes, {name: table["rows"] for name, table in tables.items()}))
    assert found[0] == found[1]
    with zipfile.ZipFile(file) as archive:
        before = json.loads(archive.read("backup.json"))["tables"]
    assert found[0][2] == {name: table["rows"] for name, table in before.items()}
