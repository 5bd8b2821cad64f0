"""Clients of a service that is harmed, and what its database holds afterwards.

Whoever hands in does so over HTTP, as a student's program does. `SERVE` and `READS_ANSWERS`
are all that knows which views answer.
"""

from __future__ import annotations

import atexit
import http.client
import json
import os
import random
import shutil
import signal
import socket
import sqlite3
import subprocess
import threading
import time
import uuid
from collections import Counter
from collections.abc import Mapping
from contextlib import closing, suppress
from dataclasses import dataclass, field
from pathlib import Path
from types import MappingProxyType
from typing import Any

import warm
from service import free_port

from grader.web.database import FILE

SUPPORT = Path(__file__).resolve().parent
SERVE = (str(SUPPORT / "serve_for_faults.py"),)
"""With a few addresses that only measure."""
WHOLE = ("-m", "grader.cli", "serve")
"""With the whole service."""
LONG = os.environ.get("BPGRADE_FAULTS") == "long"


def rounds(short: int, long: int) -> int:
    """How often harm is done: in the gate, and by `make faults`."""
    return long if LONG else short


@dataclass
class Place:
    """Where a service keeps what it stores, and the students who hand in."""

    data: Path
    database: str = ""
    students: list[dict[str, Any]] = field(default_factory=list)

    @property
    def file(self) -> Path:
        """The SQLite database."""
        return self.data / FILE


def environment(**more: str) -> dict[str, str]:
    """Of a server: nothing of the tests' own settings."""
    clean = {k: v for k, v in os.environ.items() if not k.startswith(("BPGRADE_", "DJANGO"))}
    return {**clean, "PYTHONUNBUFFERED": "1", "PYTHONPATH": str(SUPPORT), **more}


def seeded(data: Path, database: str = "", students: int = 16) -> Place:
    """A database with a class in it."""
    words = (SUPPORT / "seeding.py", data, database, students)
    done = warm.run(words, environment())
    assert done.returncode == 0, done.stderr
    return Place(data, database, json.loads(done.stdout))


def copy_of(place: Place, data: Path) -> Place:
    """The same class in another folder."""
    shutil.copytree(place.data, data)
    return Place(data, "", place.students)


@dataclass
class Harmed:
    """A server that may be killed."""

    place: Place
    port: int
    process: warm.Process
    log: Path

    def kill(self) -> None:
        """End it without a word."""
        self.process.send_signal(signal.SIGKILL)
        self.process.wait()

    def end(self) -> int:
        """End it as a system does; the exit code."""
        self.process.terminate()
        try:
            return self.process.wait(20)
        except subprocess.TimeoutExpired:
            self.kill()
            return -9

    def health(self, seconds: float = 5.0, path: str = "/health") -> int:
        """The status of /health; 0 without an answer."""
        asked = http.client.HTTPConnection("127.0.0.1", self.port, timeout=seconds)
        with closing(asked):
            try:
                asked.request("GET", path)
                return asked.getresponse().status
            except (OSError, http.client.HTTPException):
                return 0


def serving(
    place: Place,
    port: int = 0,
    limits: Mapping[int, tuple[int, int]] = MappingProxyType({}),
    serve: tuple[str, ...] = (),
    **settings: str,
) -> Harmed:
    """Start a server and wait until it answers.

    Args:
        place: what it serves.
        port: where; any that is free.
        limits: of its process, see `warm.begun`.
        serve: its command.
        settings: of its environment.
    """
    port = port or free_port()
    command = [*(serve or SERVE), "--data", str(place.data), "--port", str(port)]
    command += ["--database-url", place.database] if place.database else []
    log = place.data.with_name(f"{place.data.name}.log")
    with log.open("ab") as stream:
        process = warm.begun(
            command, environment(**settings), stdout=stream, stderr=stream, limits=limits
        )
    server = Harmed(place, port, process, log)
    atexit.register(process.kill)  # where a test fails before it ends its server
    until = time.monotonic() + 30
    while time.monotonic() < until and process.poll() is None:
        if server.health(2) == 200:
            return server
        time.sleep(0.02)
    server.kill()
    raise AssertionError(log.read_text()[-3000:])


class Student:
    """One who hands in; keeps the connection as long as it lasts."""

    def __init__(self, port: int, known: dict[str, Any], seconds: float = 15.0) -> None:
        self.port, self.known, self.seconds = port, known, seconds
        self._connection: http.client.HTTPConnection | None = None

    @property
    def where(self) -> str:
        """Where this student hands in."""
        return f"/api/v1/exercises/{self.known['task']}/submissions"

    def body(self, note: str = "") -> bytes:
        """Right answers, and something that nobody reads."""
        answers = self.known["answers"]
        return json.dumps({"exercise": self.known["task"], "answers": answers, "x": note}).encode()

    def hand_in(self, key: str, body: bytes, path: str = "") -> tuple[int, str]:
        """Status and id; (0, '') without an answer."""
        if self._connection is None:
            self._connection = http.client.HTTPConnection(
                "127.0.0.1", self.port, timeout=self.seconds
            )
        headers = {
            "Authorization": f"Bearer {self.known['token']}",
            "Idempotency-Key": key,
            "Content-Type": "application/json",
        }
        try:
            self._connection.request("POST", path or self.where, body, headers)
            answer = self._connection.getresponse()
            found = answer.read()
            if answer.status in (200, 201):
                return answer.status, str(json.loads(found)["id"])
            return answer.status, ""
        except (OSError, http.client.HTTPException, ValueError, KeyError):
            self.close()
            return 0, ""

    def close(self) -> None:
        """Begin anew with the next one."""
        if self._connection is not None:
            self._connection.close()
        self._connection = None


class Burst:
    """Students who hand in all at once until told to stop."""

    def __init__(
        self,
        server: Harmed,
        clients: int = 8,
        size: int = 200,
        retry: bool = False,
        path: str = "",
    ) -> None:
        self.server, self.size, self.retry, self.more = server, size, retry, path
        self.acked: dict[str, str] = {}
        """Key -> id of what was answered with 200 or 201."""
        self.statuses: Counter[int] = Counter()
        self._stop = threading.Event()
        self._threads = [
            threading.Thread(target=self._run, args=(n,), daemon=True) for n in range(clients)
        ]

    def go(self) -> Burst:
        """Begin."""
        for thread in self._threads:
            thread.start()
        return self

    def lasts(self, acked: int, most: float = 0.0) -> Burst:
        """Wait until so many are acknowledged, then up to some seconds: for any moment."""
        until = time.monotonic() + 60
        while len(self.acked) < acked and time.monotonic() < until:
            time.sleep(0.01)
        time.sleep(random.uniform(0.0, most))
        return self

    def end(self) -> Burst:
        """Stop and wait for the last answers."""
        self._stop.set()
        for thread in self._threads:
            thread.join(30)
        return self

    def _run(self, n: int) -> None:
        students = self.server.place.students
        one = Student(self.server.port, students[n % len(students)])
        while not self._stop.is_set():
            self._hand_in(one)
        one.close()

    def _hand_in(self, one: Student) -> None:
        key = uuid.uuid4().hex
        body = one.body("x" * self.size)
        while not self._stop.is_set():
            status, id = one.hand_in(key, body, one.where + self.more)
            self.statuses[status] += 1
            if status in (200, 201):
                self.acked[key] = id
                return
            if not self.retry and status:
                return
            time.sleep(0.02)
            if not self.retry:
                return


@dataclass(frozen=True)
class Found:
    """What a database holds, beside what was acknowledged."""

    rows: int
    acked: int
    lost: int
    changed: int
    """Acknowledged under another id than the one that is stored."""
    twice: int
    gaps: int
    """Exercises whose attempts do not count up from 1."""
    states: dict[str, int]
    whole: bool
    """SQLite's own check of its file."""

    @property
    def good(self) -> bool:
        """Whether nothing is wrong."""
        return self.whole and not (self.lost or self.changed or self.twice or self.gaps)


QUERY = "SELECT key, id, task_id, attempt, state FROM bpgrade_submission"


def found(place: Place, acked: dict[str, str]) -> Found:
    """Compare what was acknowledged with what is there."""
    rows, whole = _postgres(place) if place.database else _sqlite(place)
    stored = {key: id for key, id, *_ in rows}
    attempts: dict[str, list[int]] = {}
    for _, _, task, attempt, _ in rows:
        attempts.setdefault(task, []).append(attempt)
    return Found(
        rows=len(rows),
        acked=len(acked),
        lost=sum(key not in stored for key in acked),
        changed=sum(key in stored and stored[key] != id for key, id in acked.items()),
        twice=len(rows) - len(stored),
        gaps=sum(sorted(all) != list(range(1, len(all) + 1)) for all in attempts.values()),
        states=dict(Counter(state for *_, state in rows)),
        whole=whole,
    )


def _sqlite(place: Place) -> tuple[list[Any], bool]:
    with closing(sqlite3.connect(place.file, timeout=10)) as connection:
        whole = connection.execute("PRAGMA integrity_check").fetchone()[0] == "ok"
        return connection.execute(QUERY).fetchall(), whole


def _postgres(place: Place) -> tuple[list[Any], bool]:
    import psycopg

    with psycopg.connect(place.database) as connection:
        return connection.execute(QUERY).fetchall(), True


def all_graded(place: Place, seconds: float) -> dict[str, int]:
    """Wait until nothing is left to grade; the states in the end."""
    until = time.monotonic() + seconds
    while True:
        states = found(place, {}).states
        if "stored" not in states or time.monotonic() > until:
            return states
        time.sleep(0.25)


def connected(port: int, first: bytes = b"", seconds: float = 2.0) -> socket.socket:
    """A connection on which something was sent."""
    made = socket.create_connection(("127.0.0.1", port), timeout=seconds)
    with suppress(OSError):
        made.sendall(first)
    return made
