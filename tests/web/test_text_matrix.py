"""Any text through every door of the service, with either database behind it.

Nothing breaks, both databases are given the same, and afterwards everything can be shown,
counted, copied and moved into the other one.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import warm
from harm import SUPPORT, environment
from postgres import Cluster, cluster
from text_doors import DOORS, KINDS

pytestmark = pytest.mark.slow
EXAMPLES = 40 if os.environ.get("BPGRADE_FAULTS") == "long" else 3
SHUT = {
    "API: address",
    "API: token",
    "LTI: login",
    "address: course",
    "address: exercise",
    "address: file",
    "address: none",
    "address: submission",
    "assignment, choices",
    "family, raw",
    "log in",
    "password",
    "staff, known",
}
"""Doors that do not open to a text that means nothing to them, not even to a plain one."""


@dataclass(frozen=True)
class Sent:
    """A database through whose doors everything was sent."""

    data: Path
    database: str
    found: dict[str, Any]

    @property
    def options(self) -> tuple[str, ...]:
        more = ("--database-url", self.database) if self.database else ()
        return ("--data", str(self.data), *more)


@pytest.fixture(scope="module")
def postgres() -> Iterator[Cluster]:
    with cluster() as found:
        yield found


@pytest.fixture(scope="module")
def on_sqlite(tmp_path_factory: pytest.TempPathFactory) -> Sent:
    return sent(tmp_path_factory.mktemp("sqlite") / "data")


@pytest.fixture(scope="module")
def on_postgres(postgres: Cluster, tmp_path_factory: pytest.TempPathFactory) -> Sent:
    return sent(tmp_path_factory.mktemp("postgres") / "data", postgres.database())


@pytest.fixture(params=["on_sqlite", "on_postgres"])
def either(request: pytest.FixtureRequest) -> Sent:
    found: Sent = request.getfixturevalue(request.param)
    return found


def sent(data: Path, database: str = "") -> Sent:
    """Send everything."""
    words = (SUPPORT / "text_doors.py", data, database, EXAMPLES)
    done = warm.run(words, environment(), timeout=300)
    assert done.returncode == 0, done.stderr[-3000:]
    return Sent(data, database, json.loads(done.stdout.splitlines()[-1]))


def bpgrade(*words: object) -> str:
    """Run the command line; what it said."""
    done = warm.run(("-m", "grader.cli", *words), environment())
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout + done.stderr


def test_no_text_breaks_a_door_or_a_page_behind_it(either: Sent) -> None:
    assert either.found["broken"] == []
    assert set(either.found["answers"]) == set(DOORS)
    assert all(set(answers) == set(KINDS) for answers in either.found["answers"].values())
    shut = {name for name, answers in either.found["answers"].items() if answers["plain"] >= 400}
    assert shut == SHUT


def test_both_databases_take_and_refuse_the_same(on_sqlite: Sent, on_postgres: Sent) -> None:
    assert on_sqlite.found["answers"] == on_postgres.found["answers"]


def test_what_came_in_moves_from_sqlite_to_postgres(
    on_sqlite: Sent, postgres: Cluster, tmp_path: Path
) -> None:
    assert moved(on_sqlite, tmp_path, postgres.database())


def test_what_came_in_moves_from_postgres_to_sqlite(on_postgres: Sent, tmp_path: Path) -> None:
    assert moved(on_postgres, tmp_path, "")


def moved(source: Sent, tmp_path: Path, database: str) -> bool:
    """Whether a backup, restored into another database, gives the same backup."""
    first, second = tmp_path / "first.zip", tmp_path / "second.zip"
    target = Sent(tmp_path / "new", database, {})
    said = bpgrade("backup", *source.options, first)
    said += bpgrade("restore", first, *target.options)
    said += bpgrade("backup", *target.options, second)
    assert "note:" not in said  # all of it was clean from the door on
    return tables(first) == tables(second)


def tables(file: Path) -> dict[str, Any]:
    """Digest of each table of a backup."""
    import zipfile

    with zipfile.ZipFile(file) as archive:
        found: dict[str, Any] = json.loads(archive.read("backup.json"))["tables"]
    return found
