"""A real server killed while grades leave: in the end the platform has the newest of each."""

from __future__ import annotations

import json
import random
import sqlite3
import subprocess
import sys
import threading
import time
import uuid
from collections import Counter
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import harm
import pytest
import warm
from harm import SUPPORT, Harmed, Place, Student, environment, rounds, serving
from lti_platform import Item, Platform, platform
from postgres import Cluster
from service import free_port

pytestmark = pytest.mark.slow
TESTS = Path(__file__).resolve().parents[1] / "lms"
NAMES = (
    *("test_lti_keys.py", "test_lti_outbox.py"),
    *("test_lti_arriving.py", "test_lti_joining.py", "test_lti_registering.py"),
)
PACE = "first=0.2 most=1 quiet=0.5 lease=3 poll=0.1"
TROUBLES = (
    ("score", {"kind": "status", "status": 500}),
    ("score", {"kind": "status", "status": 503}),
    ("score", {"kind": "status", "status": 401}),
    ("score", {"kind": "cut"}),
    ("score", {"kind": "lost"}),
    ("score", {"kind": "hold"}),
    ("token", {"kind": "status", "status": 500}),
    ("token", {"kind": "cut"}),
)


@pytest.fixture(autouse=True)
def whole_service(monkeypatch: pytest.MonkeyPatch) -> None:
    """The server with all its addresses: the platform fetches our keys."""
    monkeypatch.setattr(harm, "SERVE", harm.WHOLE)


@pytest.fixture
def port() -> int:
    return free_port()


@pytest.fixture
def lms(port: int) -> Iterator[Platform]:
    with platform(f"http://127.0.0.1:{port}") as found:
        found.by_hand()
        yield found


def known(lms: Platform, place: Place) -> tuple[dict[str, str], Item]:
    """Introduce class and platform to each other: exercise -> whom the platform knows."""
    item = lms.item()
    told = {
        "platform": {
            "issuer": lms.issuer,
            "client_id": lms.tool.client_id,
            "auth_url": f"{lms.url}/mod/lti/auth.php",
            "token_url": f"{lms.url}/mod/lti/token.php",
            "keys_url": f"{lms.url}/mod/lti/certs.php",
        },
        "lineitem": lms.item_url(item),
    }
    words = (SUPPORT / "lti_seeding.py", place.data, place.database)
    done = warm.run(words, environment(), json.dumps(told))
    assert done.returncode == 0, done.stderr
    subs: dict[str, str] = json.loads(done.stdout)
    for sub in subs.values():
        lms.person(sub)
    return subs, item


class Work:
    """Students who hand in better and worse work until they are told to stop."""

    def __init__(self, server: Harmed, students: list[dict[str, Any]]) -> None:
        self.server, self.stop = server, threading.Event()
        self.threads = [threading.Thread(target=self._run, args=(one,)) for one in students]
        for thread in self.threads:
            thread.start()

    def end(self) -> None:
        self.stop.set()
        for thread in self.threads:
            thread.join(30)

    def _run(self, known: dict[str, Any]) -> None:
        one = Student(self.server.port, known)
        while not self.stop.is_set():
            answers = list(known["answers"].items())
            some = dict(random.sample(answers, random.randint(1, len(answers))))
            body = json.dumps({"exercise": known["task"], "answers": some}).encode()
            one.hand_in(uuid.uuid4().hex, body)
            self.stop.wait(0.05)
        one.close()


def test_a_server_killed_while_grades_leave_loses_none(
    either: Place, lms: Platform, port: int
) -> None:
    subs, item = known(lms, either)
    server = serving(either, port, BPGRADE_PACE=PACE)
    for _ in range(rounds(2, 15)):
        for endpoint, trouble in random.choices(TROUBLES, k=6):
            lms.fault(endpoint, **trouble)
        work = Work(server, either.students[:4])
        leaving(lms)
        server.kill()
        work.end()
        server = serving(either, port, BPGRADE_PACE=PACE)
    lms.heal()
    arrived = settled(either, 20 + 2 * len(either.students))
    late = lms.deliver()
    assert server.end() == 0
    wanted = newest(either)
    assert len(wanted) == 4
    assert arrived == {"sent": 4}, rows(either, "SELECT error, tries FROM bpgrade_outgoing")
    for task, score in wanted.items():
        assert item.grades[subs[task]].given[0] == pytest.approx(score)  # type: ignore[index]
    assert set(late) <= {409}
    scores = lms.asked("score")
    told = Counter(one.status for one in scores)
    print(f"scores sent: {dict(told)}, and {len(late)} came late: all newest are there")
    assert set(told) - {200}, "nothing went wrong"


def leaving(lms: Platform) -> None:
    """Wait until some grades more have left, then a moment."""
    enough, until = len(lms.asked("score")) + 8, time.monotonic() + 20
    while len(lms.asked("score")) < enough and time.monotonic() < until:
        time.sleep(0.02)
    time.sleep(random.uniform(0.0, 0.3))


def rows(place: Place, query: str) -> list[Any]:
    """Of whichever database."""
    if place.database:
        import psycopg

        with psycopg.connect(place.database) as connection:
            return connection.execute(query.encode()).fetchall()
    with closing(sqlite3.connect(place.file, timeout=10)) as connection:
        return connection.execute(query).fetchall()


def settled(place: Place, seconds: float) -> dict[str, int]:
    """Wait until everything is graded and sent; the states in the end."""
    until = time.monotonic() + seconds
    while True:
        stored = rows(place, "SELECT 1 FROM bpgrade_submission WHERE state = 'stored' LIMIT 1")
        query = "SELECT state, COUNT(*) FROM bpgrade_outgoing GROUP BY state"
        states = dict(rows(place, query))
        if (not stored and set(states) == {"sent"}) or time.monotonic() > until:
            return states
        time.sleep(0.2)


def newest(place: Place) -> dict[str, float]:
    """Exercise -> what counts: the last attempt."""
    query = (
        "SELECT task_id, counted FROM bpgrade_result AS result "
        "JOIN bpgrade_submission AS submission ON submission.id = result.submission_id "
        "ORDER BY attempt"
    )
    return dict(rows(place, query))


def test_the_rules_of_sending_hold_on_postgres(postgres: Cluster) -> None:
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider"]
    command += [str(TESTS / name) for name in NAMES]
    done = subprocess.run(
        command,
        capture_output=True,
        text=True,
        cwd=TESTS.parents[1],
        env=environment(BPGRADE_DATABASE=postgres.database()),
    )
    assert done.returncode == 0, done.stdout[-3000:]
    assert "skipped" not in done.stdout.splitlines()[-1], done.stdout[-500:]
