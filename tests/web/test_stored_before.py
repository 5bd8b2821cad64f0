"""Databases and backups of earlier versions come into the present one with all they hold."""

from __future__ import annotations

import json
import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path
from typing import Any

from harm import environment

from grader.web.database import FILE

STORED = Path(__file__).parents[1] / "goldens" / "stored"

HELD = (
    "SELECT m.ident, t.id, t.line, s.key, s.name, s.data, s.digest, r.score, r.most "
    "FROM bpgrade_result r JOIN bpgrade_submission s ON s.id = r.submission_id "
    "JOIN bpgrade_task t ON t.id = s.task_id JOIN bpgrade_member m ON m.id = t.member_id "
    "ORDER BY m.ident"
)
"""Whose, what was asked, what was handed in, what it got."""

PREPARED = """
import json, sys
from pathlib import Path
from grader.web import start
start.configure(Path(sys.argv[1]))
start.prepare()
from grader.web.models import Member, Result
from templates.feedback.report import Report
found = [Report.from_json(one.report) for one in Result.objects.all()]
print(json.dumps({
    "pending": start.pending_migrations(),
    "people": sorted(Member.objects.values_list("ident", "role", "name")),
    "scores": sorted(report.score for report in found),
    "lines": [one.submission.task.exercise.id for one in Result.objects.order_by("id")],
}))
"""


def prepared(data: Path) -> dict[str, Any]:
    """What the present version finds after its start."""
    command = [sys.executable, "-c", PREPARED, str(data)]
    done = subprocess.run(command, capture_output=True, env=environment(), text=True)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)  # type: ignore[no-any-return]


def held(data: Path) -> list[tuple[Any, ...]]:
    with closing(sqlite3.connect(data / FILE)) as connection:
        return list(connection.execute(HELD))


def test_a_database_of_the_first_migration_comes_with_all_it_holds(tmp_path: Path) -> None:
    """And a copy of it as it was is kept."""
    with closing(sqlite3.connect(tmp_path / FILE)) as connection:
        connection.executescript((STORED / "service-0001.sql").read_text("utf-8"))
    before = held(tmp_path)
    assert [row[0] for row in before] == ["ada", "zoë"]
    found = prepared(tmp_path)
    assert found["pending"] == []
    assert found["scores"] == [40.0, 41.0]
    assert found["lines"] == [row[1] for row in before]
    assert [person[0] for person in found["people"]] == ["ada", "teacher1", "zoë"]
    assert held(tmp_path) == before
    copies = list(tmp_path.glob(f"{FILE}.before-*-0001_first"))
    assert len(copies) == 1


def test_a_backup_of_an_earlier_version_is_restored(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "grader.cli", "restore", str(STORED / "backup.zip")]
    done = subprocess.run(
        [*command, "--data", str(tmp_path)], capture_output=True, env=environment(), text=True
    )
    assert done.returncode == 0, done.stdout + done.stderr
    found = prepared(tmp_path)
    assert found["pending"] == []
    assert found["scores"] == [40.0, 41.0]
    rows = held(tmp_path)
    assert [(row[0], row[7]) for row in rows] == [("ada", 41.0), ("zoë", 40.0)]
    assert all(json.loads(row[5])["answers"]["out_h2"] for row in rows)
