"""Whatever ends at the wrong moment: what was acknowledged is there, once."""

from __future__ import annotations

import os
import random
import shutil
import signal
import sqlite3
import subprocess
import sys
import threading
import time
from collections import Counter
from contextlib import closing, suppress
from pathlib import Path

import pytest
from harm import (
    SUPPORT,
    Burst,
    Place,
    Student,
    all_graded,
    copy_of,
    environment,
    found,
    rounds,
    serving,
)

pytestmark = pytest.mark.slow


def test_a_server_killed_in_a_burst_loses_nothing(place: Place) -> None:
    """And comes back each time, and grades what was left over."""
    acked: dict[str, str] = {}
    server, killed = serving(place), rounds(2, 12)
    for _ in range(killed):
        burst = Burst(server).go().lasts(12, 0.3)
        server.kill()
        burst.end()
        acked |= burst.acked
        server = serving(place, server.port)  # which fails if it does not come back
    after = found(place, acked)
    assert after.good, after
    assert after.acked > 20
    states = all_graded(place, 60 + 0.1 * after.rows)
    assert server.end() == 0
    assert states == {"graded": after.rows}
    print(f"killed {killed} times: {after}")


def test_the_same_at_once_is_stored_once(either: Place) -> None:
    """Sixteen send each key at the same moment."""
    server = serving(either)
    keys, clients = rounds(20, 200), 16
    together, lock = threading.Barrier(clients), threading.Lock()
    statuses: Counter[int] = Counter()
    ids: dict[int, set[str]] = {}

    def send() -> None:
        one = Student(server.port, either.students[0], 30)
        for key in range(keys):
            together.wait()
            status, id = one.hand_in(f"key{key}", one.body(str(key)))
            with lock:
                statuses[status] += 1
                ids.setdefault(key, set()).add(id)
        one.close()

    threads = [threading.Thread(target=send) for _ in range(clients)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    one = Student(server.port, either.students[0])
    assert one.hand_in("key0", one.body("other"))[0] == 409
    one.close()
    after = found(either, {})
    server.end()
    assert (after.rows, after.twice, after.gaps) == (keys, 0, 0)
    assert statuses == {201: keys, 200: keys * (clients - 1)}
    assert all(len(one) == 1 for one in ids.values())


def test_graders_that_are_killed_cost_nothing_but_a_review(place: Place) -> None:
    """The grading processes die at random; every submission is stored, graded or in review."""
    server = serving(place)
    burst = Burst(server, 4, path="?grade=1").go()
    until, killed = time.monotonic() + rounds(2, 20), 0
    while time.monotonic() < until:
        time.sleep(random.uniform(0.05, 0.3))
        for child in graders_of(server.process.pid):
            with suppress(ProcessLookupError):
                os.kill(child, signal.SIGKILL)
                killed += 1
    burst.end()
    states = all_graded(place, 60)
    after = found(place, burst.acked)
    assert server.end() == 0
    print(f"{killed} graders killed: {after}")
    assert after.good, after
    assert killed
    assert set(burst.statuses) <= {200, 201}
    assert set(states) <= {"graded", "review"}


def graders_of(process: int) -> list[int]:
    """The grading processes that a server has started."""
    children = Path(f"/proc/{process}/task/{process}/children")
    tasks = Path(f"/proc/{process}/task").glob("*/children")
    found: list[int] = []
    for one in {children, *tasks}:
        with suppress(FileNotFoundError, ProcessLookupError):  # threads come and go
            found += map(int, one.read_text().split())
    return found


@pytest.mark.parametrize("form", ["empty", "older"])
def test_a_migration_that_is_cut_off_is_all_or_nothing(
    original: Place, tmp_path: Path, form: str
) -> None:
    """Killed at any moment: the tables are the old ones or the new ones, and it starts again."""
    times = rounds(1, 25)
    for n in range(times):
        place = Place(tmp_path / f"{n}")
        if form == "older":
            place = copy_of(original, place.data)
            forget_a_migration(place)
        before = schema(place.file)
        process = subprocess.Popen(
            [sys.executable, str(SUPPORT / "preparing.py"), str(place.data)],
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            env=environment(),
        )
        assert process.stdout
        assert process.stdout.readline() == b"now\n"
        time.sleep(random.uniform(0, 0.45 if form == "empty" else 0.12))
        process.kill()
        process.communicate()
        assert schema(place.file) in (before, schema(original.file)), n
        serving(place).end()
        assert schema(place.file) == schema(original.file)
        if form == "older" and schema(place.file) != before:
            assert list(place.data.glob("*.before-*"))


def schema(file: Path) -> dict[str, str]:
    """Table -> its definition; nothing for no database."""
    if not file.exists():
        return {}
    with closing(sqlite3.connect(file)) as connection:
        found = connection.execute("SELECT name, sql FROM sqlite_master WHERE sql IS NOT NULL")
        return dict(found.fetchall())


def forget_a_migration(place: Place) -> None:
    """As an earlier version left it: without the tables of the log of Django's admin pages."""
    with closing(sqlite3.connect(place.file)) as connection, connection:
        connection.execute("DROP TABLE django_admin_log")
        connection.execute("DELETE FROM django_migrations WHERE app = 'admin'")


def loop_disk(folder: Path) -> Path:
    """A small disk in a file, mounted; skips where that cannot be done."""
    image, at = folder / "disk.img", folder / "mounted"
    at.mkdir()
    commands = [
        ["truncate", "-s", "96M", str(image)],
        ["mkfs.ext4", "-q", "-F", str(image)],
        ["mount", "-o", "loop", str(image), str(at)],
    ]
    for command in commands:
        able = not os.geteuid() and shutil.which(command[0])
        if not able or subprocess.run(command, capture_output=True).returncode:
            print("\n*** no loop device can be mounted: SKIPPED (root) ***", file=sys.__stderr__)
            pytest.skip("no loop device can be mounted")
    return at


def test_a_power_cut_loses_nothing(original: Place, tmp_path: Path) -> None:
    """What had reached the disk at one moment holds everything acknowledged until then."""
    total = 0
    for n in range(rounds(1, 10)):
        folder = tmp_path / f"{n}"
        folder.mkdir()
        at = loop_disk(folder)
        try:
            place = copy_of(original, at / "data")
            subprocess.run(["sync", "-f", str(at)], check=True)  # the class was there before
            server = serving(place, BPGRADE_LEAST_FREE="1")
            burst = Burst(server, 4).go().lasts(12, 0.5)
            acked = dict(burst.acked)
            server.process.send_signal(signal.SIGSTOP)
            image, cut = folder / "disk.img", folder / "cut.img"
            subprocess.run(["cp", "--sparse=always", str(image), str(cut)], check=True)
            server.kill()
            burst.end()
        finally:
            subprocess.run(["umount", "-l", str(at)], check=False)
        subprocess.run(["mount", "-o", "loop", str(cut), str(at)], check=True)
        try:
            after = found(Place(at / "data"), acked)
        finally:
            subprocess.run(["umount", "-l", str(at)], check=False)
        assert after.good, after
        total += after.acked
    assert total > 10
    print(f"power cuts: {total} acknowledged, none lost")
