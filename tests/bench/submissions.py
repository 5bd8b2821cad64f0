"""Submissions a second that are durable when they are acknowledged, beside a bare insert.

Run by `make bench`. The floor is a Django view on the same server that does one durable insert
and nothing else: no token, no rights, no transaction of several statements. Both take turns,
so that a busy machine slows them alike; the ratio is what to watch.
"""

from __future__ import annotations

import statistics
import sys
import tempfile
import threading
import time
from contextlib import ExitStack
from pathlib import Path

import _pytest.outcomes
from harm import Harmed, Place, Student, found, seeded, serving
from postgres import cluster

CLIENTS = 50
SECONDS = 3.0
ROUNDS = 3


class Load:
    """Fifty clients at once for some seconds."""

    def __init__(self, server: Harmed, path: str) -> None:
        self.server, self.path = server, path
        self.spent: list[float] = []
        self.failed = 0
        self._lock = threading.Lock()

    def run(self, seconds: float) -> float:
        """Acknowledged a second."""
        until = time.monotonic() + seconds
        before = len(self.spent)
        threads = [
            threading.Thread(target=self._client, args=(n, until), daemon=True)
            for n in range(CLIENTS)
        ]
        begun = time.monotonic()
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        return (len(self.spent) - before) / (time.monotonic() - begun)

    def _client(self, n: int, until: float) -> None:
        students = self.server.place.students
        one = Student(self.server.port, students[n % len(students)], 30)
        body, spent, failed = one.body(), [], 0
        k = 0
        while time.monotonic() < until:
            k += 1
            begun = time.perf_counter()
            status, _ = one.hand_in(f"{until}-{n}-{k}", body, self.path)
            spent.append(time.perf_counter() - begun)
            failed += status != 201
        one.close()
        with self._lock:
            self.spent += spent
            self.failed += failed


def measured(place: Place) -> tuple[str, float]:
    """The lines of a table, and the ratio."""
    server = serving(place, BPGRADE_SWEEPING="off")
    loads = {"one bare insert": Load(server, "/bare"), "a submission": Load(server, "")}
    speeds: dict[str, list[float]] = {name: [] for name in loads}
    for load in loads.values():
        load.run(0.5)  # threads and connections are there
        load.spent.clear()
    for _ in range(ROUNDS):
        for name, load in loads.items():
            speeds[name].append(load.run(SECONDS))
    server.end()
    lines = []
    for name, load in loads.items():
        assert not load.failed, f"{name}: {load.failed} failed"
        speed = statistics.median(speeds[name])
        p99 = 1000 * sorted(load.spent)[int(0.99 * len(load.spent))]
        lines.append(f"  {name:20} {speed:8.0f} a second   p99 {p99:7.0f} ms")
    assert found(place, {}).gaps == 0
    floor, ours = (statistics.median(all) for all in speeds.values())
    return "\n".join(lines), ours / floor


def main() -> None:
    """Print the table."""
    print(f"durable submissions, {CLIENTS} clients at once (median of {ROUNDS} in turns)")
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        places = {"SQLite": seeded(folder / "sqlite", students=CLIENTS)}
        try:
            database = stack.enter_context(cluster()).database()
            places["PostgreSQL"] = seeded(folder / "postgres", database, students=CLIENTS)
        except _pytest.outcomes.Skipped:
            print("PostgreSQL is not installed and is left out", file=sys.stderr)
        for name, place in places.items():
            lines, ratio = measured(place)
            print(f"{name}: {ratio:.2f} of the bare insert\n{lines}")


if __name__ == "__main__":
    main()
