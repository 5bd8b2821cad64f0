"""A class of 100,000: how long it takes to make and to read the assignment, in how much room.

Run by `make bench`. Everything is really done, nothing extrapolated; COUNT=N for another class.
The floors, measured in the same run: a bare numpy pass over as many nets as are tried, and
json.loads of the lines.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import numpy as np
from draws import bare_pass

from grader.support.workers import cores

COUNT = int(os.environ.get("COUNT", "100000"))
FAMILY = "mazur"
TRIED = 12.6
"""Candidates for one exercise of the family (tests/bench/draws.py)."""

MADE = """
import resource, sys, time
from grader.cli import cli
start = time.perf_counter()
cli(sys.argv[1:], standalone_mode=False)
peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
print(time.perf_counter() - start, peak)
"""
READ = """
import re, sys, time
from pathlib import Path
from grader.assignments.folder import Folder
def room():
    return int(re.search(r"RssAnon:\\s+(\\d+)", Path("/proc/self/status").read_text())[1]) // 1024
start = time.perf_counter()
folder = Folder(Path(sys.argv[1]))
one = folder.look_up("", sys.argv[2])
assert one.student == sys.argv[2]
print(time.perf_counter() - start, room())
start = time.perf_counter()
count = sum(1 for _ in folder.exercises())
print(time.perf_counter() - start, room())
"""


def printed(script: str, *arguments: str) -> list[list[float]]:
    """The numbers that a script prints last, a list for each line."""
    done = subprocess.run(
        [sys.executable, "-c", script, *arguments], capture_output=True, text=True, check=True
    )
    rows = [line.split() for line in done.stdout.splitlines()]
    return [[float(cell) for cell in row] for row in rows if row[0][0].isdigit()]


def floor_of_drawing() -> float:
    """Seconds for a bare pass over as many nets as are tried."""
    rng = np.random.default_rng(1)
    start = time.perf_counter()
    for _ in range(int(COUNT * TRIED) // 20_000 + 1):
        bare_pass(rng, 20_000)
    return time.perf_counter() - start


def floor_of_reading(folder: Path) -> float:
    """Seconds for json.loads of every line."""
    start = time.perf_counter()
    with (folder / "exercises.jsonl").open("rb") as stream:
        for line in stream:
            json.loads(line)
    return time.perf_counter() - start


def main() -> None:
    """Print the table."""
    with tempfile.TemporaryDirectory() as place:
        rows = []
        for workers in sorted({1, cores()}):
            folder = Path(place) / f"hw{workers}"
            order = f"generate {FAMILY} --count {COUNT} --formats none --seed s --out {folder}"
            ((seconds, peak),) = printed(MADE, *order.split(), "--workers", str(workers))
            rows.append((f"drawn and written, {workers} at work", seconds, peak, "drawing"))
        student = f"student-{COUNT // 2:0{max(2, len(str(COUNT)))}}"
        opened, read = printed(READ, str(folder), student)
        rows.append(("opened, one student found", *opened, "reading"))
        rows.append(("every exercise read", *read, "reading"))
        floors = {"drawing": floor_of_drawing(), "reading": floor_of_reading(folder)}
        size = (folder / "exercises.jsonl").stat().st_size / 1e6
    print(f"{COUNT:,} exercises of {FAMILY} ({size:,.0f} MB), --formats none")
    print(f"  {'':34}{'seconds':>9}{'MB':>7}{'a second':>11}{'x floor':>9}")
    for name, seconds, room, floor in rows:
        rate, ratio = COUNT / seconds, seconds / floors[floor]
        shown = f"{rate:11,.0f}" if "opened" not in name else f"{'':11}"
        print(f"  {name:34}{seconds:9.1f}{room:7.0f}{shown}{ratio:9.2f}")
    for name, seconds in floors.items():
        print(f"  {'floor of ' + name:34}{seconds:9.1f}")


if __name__ == "__main__":
    main()
