"""Long work of a real server, on both databases: made, cut off by kill -9 and made again."""

from __future__ import annotations

import json
import time
from pathlib import Path
from typing import Any

import warm
from harm import SUPPORT, WHOLE, Place, environment, serving

SCRIPT = SUPPORT / "jobs_asked.py"


def asked(place: Place, *words: str) -> Any:
    """What the script beside the service prints."""
    done = warm.run((SCRIPT, place.data, place.database, *words), environment())
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def until(place: Place, wanted: str) -> dict[str, Any]:
    """Wait until the job is in a state."""
    found: dict[str, Any] = asked(place, "wait", wanted)
    assert found["state"] == wanted, found
    return found


def running(pid: int) -> bool:
    """Whether a process is there and no zombie."""
    try:
        return "Z" not in Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0]
    except OSError:
        return False


def children(pid: int) -> list[int]:
    """Processes that make jobs, below a server."""
    threads = Path(f"/proc/{pid}/task").iterdir()
    found = [one for thread in threads for one in (thread / "children").read_text().split()]
    return [int(one) for one in found if b"jobs.run" in Path(f"/proc/{one}/cmdline").read_bytes()]


def test_it_is_made_by_a_server_and_after_a_kill_by_the_next(either: Place) -> None:
    server = serving(either, serve=WHOLE)
    asked(either, "ask", "answers.zip")
    found = until(either, "done")
    assert found["size"] > 0
    asked(either, "ask", "worksheets.zip")
    until(either, "running")  # before, the process of the one before may still be there
    end = time.monotonic() + 30
    while not (own := children(server.process.pid)) and time.monotonic() < end:
        time.sleep(0.02)
    assert own
    server.kill()
    end = time.monotonic() + 10
    while any(map(running, own)) and time.monotonic() < end:
        time.sleep(0.05)
    assert not any(map(running, own)), "it goes on without its server"
    assert asked(either, "state")["state"] == "running"
    asked(either, "forget")  # as if half a minute had passed
    server = serving(either, serve=WHOLE)
    assert until(either, "done")["tries"] == 2
    assert server.end() == 0


def test_nobody_fills_the_queue_by_asking_at_once(either: Place) -> None:
    serving(either, serve=WHOLE).end()
    for _ in range(3):
        assert asked(either, "flood", "12") == 3


def test_of_two_servers_one_makes_it(either: Place) -> None:
    servers = [serving(either, serve=WHOLE), serving(either, serve=WHOLE)]
    for what in ("answers.zip", "booklet.pdf"):
        asked(either, "ask", what)
        assert until(either, "done")["tries"] == 1
    for server in servers:
        assert server.end() == 0
