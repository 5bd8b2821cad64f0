"""A disk that is full, a database that goes away: 503, nothing acknowledged is lost."""

from __future__ import annotations

import os
import resource
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from harm import LONG, Burst, Place, all_graded, copy_of, found, rounds, seeded, serving
from postgres import Cluster

pytestmark = pytest.mark.slow
TMPFS = "3m"


SMALL_FILES = {resource.RLIMIT_FSIZE: (1 << 20, resource.RLIM_INFINITY)}


def test_files_that_must_not_grow(place: Place) -> None:
    """As on a full disk: 503, healthy all the time, and it goes on by itself."""
    server = serving(place, limits=SMALL_FILES)
    full = Burst(server, 4, size=20_000).go()
    time.sleep(rounds(2, 8))
    full.end()
    assert server.health() == 200
    resource.prlimit(
        server.process.pid,
        resource.RLIMIT_FSIZE,
        (resource.RLIM_INFINITY, resource.RLIM_INFINITY),
    )
    room = Burst(server, 4, size=20_000).go()
    time.sleep(1)
    room.end()
    assert server.end() == 0
    judge_full_disk(place, full, room)


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    folder = tmp_path / "disk"
    folder.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", f"size={TMPFS}", "tmpfs", str(folder)]
    if os.geteuid() or subprocess.run(mount, capture_output=True).returncode:
        print("\n*** no tmpfs can be mounted here: SKIPPED (needs root) ***", file=sys.__stderr__)
        pytest.skip("no tmpfs can be mounted")
    try:
        yield folder
    finally:
        subprocess.run(["umount", "-l", str(folder)], check=False)


def test_a_disk_that_is_full(original: Place, small_disk: Path) -> None:
    place = copy_of(original, small_disk / "data")
    server = serving(place, BPGRADE_LEAST_FREE="1")
    full = Burst(server, 4, size=3_000).go()
    time.sleep(rounds(2, 8))
    full.end()
    assert server.health() == 200
    subprocess.run(["mount", "-o", "remount,size=64m", str(small_disk)], check=True)
    room = Burst(server, 4, size=3_000).go()
    time.sleep(1)
    room.end()
    assert server.end() == 0
    judge_full_disk(place, full, room)
    shutil.rmtree(place.data)


def judge_full_disk(place: Place, full: Burst, room: Burst) -> None:
    after = found(place, full.acked | room.acked)
    print(f"while full {dict(full.statuses)}, with room {dict(room.statuses)}: {after}")
    assert after.good, after
    assert set(full.statuses) <= {200, 201, 503}
    assert full.statuses[503]
    assert full.acked
    assert room.acked
    assert set(room.statuses) <= {200, 201, 503}


def test_a_disk_that_is_nearly_full_takes_nothing(place: Place) -> None:
    free = shutil.disk_usage(place.data).free
    server = serving(place)
    burst = Burst(server, 1).go()
    time.sleep(0.5)
    burst.end()
    server.end()
    assert set(burst.statuses) == {201}
    assert refuses_to_start(place, BPGRADE_LEAST_FREE=str(free * 2))


def refuses_to_start(place: Place, **settings: str) -> str:
    try:
        server = serving(place, **settings)
    except AssertionError as error:
        return str(error)
    server.end()
    return ""


def test_a_database_that_crashes_in_a_burst(postgres: Cluster, tmp_path: Path) -> None:
    """PostgreSQL is stopped the hard way and started again: the senders only see 503."""
    place = seeded(tmp_path / "data", postgres.database())
    server = serving(place)
    burst = Burst(server, rounds(4, 8), retry=True).go()
    for _ in range(rounds(1, 3)):
        time.sleep(0.7)
        postgres.stop()
        time.sleep(0.5)
        assert server.health() == 200
        postgres.start()
        until, before = time.monotonic() + 60, len(burst.acked)
        while len(burst.acked) == before and time.monotonic() < until:
            time.sleep(0.01)
        assert len(burst.acked) > before
    time.sleep(0.5)
    burst.end()
    after = found(place, burst.acked)
    states = all_graded(place, 120 if LONG else 60)
    server.end()
    print(f"{dict(burst.statuses)}: {after}")
    assert after.good, after
    assert set(burst.statuses) <= {200, 201, 503}
    assert set(states) == {"graded"}
