"""A class of 200,000 graded end to end, beside the time that polars takes to read the file.

Run by `make bench`; STUDENTS=N for another size, TIMES=10 for the flatness of time and memory as
well (some minutes more). One student in ten makes a slip that the rest of the work follows from;
one cell in twenty is blank. Times are whole processes from their start.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import polars as pl

from problems.drawing import family
from problems.drawing.candidates import key
from problems.drawing.draw import draw
from problems.exercise import Exercise, as_json, dumps, issued
from problems.misconceptions.slips import wrong_rules
from problems.rules.expression import NUMBERS

STUDENTS = int(os.environ.get("STUDENTS", "200000"))
TIMES = int(os.environ.get("TIMES", "0"))
DIFFERENT = 1_000
"""Exercises drawn; beyond them the numbers repeat under other names."""
DECIMALS = 4


def class_files(folder: Path, students: int) -> Path:
    """An assignment folder and the table of its answers; the table's path."""
    design = family.load("musilek").design("3-2-2")
    draws = draw(design, [key("bench", "bulk", str(n)) for n in range(DIFFERENT)])
    some = [issued(design, one, "x-0", "s-0") for one in draws]
    command = [sys.executable, "-m", "grader.cli", "generate", "musilek", "--layers", "3-2-2"]
    command += ["--count", "1", "--formats", "none", "--seed", "bench", "--out", str(folder)]
    subprocess.run(command, check=True, capture_output=True)
    shutil.rmtree(folder / "exercises.roll", ignore_errors=True)
    _exercises(folder / "exercises.jsonl", some, students)
    path = folder.with_suffix(".csv")
    with path.open("wb") as stream:
        for start in range(0, students, 50_000):
            part = _answers(some, start, min(start + 50_000, students))
            part.write_csv(stream, include_header=start == 0)
    return path


def _name(n: int) -> tuple[str, str]:
    return f"s{n:07d}", f"musilek-{n:010x}"


def _exercises(path: Path, some: Sequence[Exercise], students: int) -> None:
    lines = []
    for exercise in some:
        text = dumps(as_json(replace(exercise, id="\x00", student="\x01")))
        lines.append(text.replace("\\u0000", "%s").replace("\\u0001", "%s"))
    with path.open("w") as stream:
        for n in range(students):
            student, id = _name(n)
            stream.write(lines[n % len(lines)] % (id, student) + "\n")


def _answers(some: Sequence[Exercise], start: int, end: int) -> pl.DataFrame:
    """What students start to end - 1 hand in, rounding and carrying on with what they wrote."""
    rng = np.random.default_rng(start)
    count, graph, mould = end - start, some[0].graph, some[0]
    drawn = np.arange(start, end) % len(some)
    carried = {id: np.array([one.numbers[id] for one in some])[drawn] for id in graph.givens}
    where = rng.integers(0, len(mould.asked), count)
    slips = rng.random(count) < 0.1
    columns: dict[str, list[str]] = {}
    for k, id in enumerate(mould.asked):
        step = graph.steps[id]
        value = np.broadcast_to(step.rule.evaluate(carried, NUMBERS), count)
        rules = [w.rule for w in wrong_rules(graph, id) if carried.keys() >= {*w.rule.refs()}]
        if rules:
            value = np.where(slips & (where == k), rules[0].evaluate(carried, NUMBERS), value)
        carried[id] = np.round(value, DECIMALS)
        cells = np.char.mod(f"%.{DECIMALS}f", carried[id])
        columns[mould.labels[id]] = np.where(rng.random(count) < 0.05, "", cells).tolist()
    who = [_name(n) for n in range(start, end)]
    names = {"student": [s for s, _ in who], "exercise": [id for _, id in who]}
    return pl.DataFrame(names | columns)


def run(*arguments: str) -> tuple[float, float]:
    """Seconds of a command from its start to its end, and its largest memory in MB.

    The memory is that of the largest process; with workers each has that much at most.
    """
    script = (
        "import resource, runpy, sys, atexit\n"
        "def told():\n"
        "    own = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss\n"
        "    children = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss\n"
        "    print('RSS', max(own, children) // 1024, file=sys.stderr)\n"
        "atexit.register(told)\n"
        "if __name__ == '__main__':\n"
        "    sys.argv = ['bpgrade', *sys.argv[1:]]\n"
        "    runpy.run_module('grader.cli', run_name='__main__')\n"
    )
    with tempfile.NamedTemporaryFile("w", suffix=".py") as file:
        file.write(script)
        file.flush()
        start = time.perf_counter()
        done = subprocess.run(
            [sys.executable, file.name, *arguments], capture_output=True, text=True
        )
        seconds = time.perf_counter() - start
    if done.returncode != 0:
        raise SystemExit(done.stdout + done.stderr)
    return seconds, float(done.stderr.rsplit("RSS", 1)[1])


def reading(path: Path) -> float:
    """Seconds that polars takes to read the file as text, after its start."""
    best = float("inf")
    for _ in range(5):
        start = time.perf_counter()
        pl.read_csv(path, infer_schema=False)
        best = min(best, time.perf_counter() - start)
    return best


def own_process(path: Path) -> float:
    """The same with the start of Python and polars, as all other times have it."""
    best = float("inf")
    for _ in range(3):
        start = time.perf_counter()
        code = "import sys, polars; polars.read_csv(sys.argv[1], infer_schema=False)"
        subprocess.run([sys.executable, "-c", code, str(path)], check=True)
        best = min(best, time.perf_counter() - start)
    return best


def graded(path: Path, folder: Path, *options: str) -> tuple[float, float]:
    """Seconds and memory of grading the table."""
    out = folder.with_name("results")
    found = run("check", str(path), "--assignment", str(folder), "--results", str(out), *options)
    shutil.rmtree(out)
    return found


def best_of(times: int, *arguments: object) -> tuple[float, float]:
    """The fastest run; machines are noisy."""
    return min(graded(*arguments) for _ in range(times))  # type: ignore[arg-type]


def table(
    title: str, rows: Sequence[tuple[str, float, float]], answers: int, floor: float
) -> None:
    """Print runs with their ratios."""
    print(title)
    for name, seconds, memory in rows:
        rate = f"{answers / seconds:12,.0f} answers/s" if seconds else ""
        room = f"{memory:7,.0f} MB" if memory else " " * 10
        print(f"  {name:34} {seconds:7.2f} s {seconds / floor:6.1f} x floor {rate} {room}")


def lent(count: int, path: Path, folder: Path) -> tuple[float, float]:
    """The fastest run on workers that are there already, each a process with one thread."""
    from distributed import LocalCluster

    from grader.support.workers import settle

    settle()
    with LocalCluster(
        n_workers=count, threads_per_worker=1, host="127.0.0.1", dashboard_address="127.0.0.1:0"
    ) as cluster:
        seconds, _ = best_of(3, path, folder, "--scheduler", cluster.scheduler_address)
    return seconds, 0.0


def main() -> None:
    """Print the tables."""
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place) / "hw"
        path = class_files(folder, STUDENTS)
        answers = STUDENTS * len(
            json.loads((folder / "exercises.jsonl").open().readline())["steps"]
        )
        size = path.stat().st_size / 1e6
        floor = reading(path)
        process = own_process(path)
        first = graded(path, folder)
        rows = [
            ("polars reads the file (floor)", floor, 0.0),
            ("the same, a process of its own", process, 0.0),
            ("the first time (exercises as well)", *first),
            ("one process", *best_of(3, path, folder)),
            ("--workers 2", *best_of(3, path, folder, "--workers", "2")),
            *[(f"{n} Dask workers, running", *lent(n, path, folder)) for n in (1, 2)],
        ]
        title = f"{STUDENTS:,} submissions of a 3-2-2 net, {answers:,} answers, {size:.0f} MB"
        table(title, rows, answers, floor)
        if TIMES:
            flatness(Path(place), rows[2][1:])


def flatness(place: Path, one: tuple[float, float]) -> None:
    """So many times the submissions."""
    folder = place / "large"
    path = class_files(folder, TIMES * STUDENTS)
    graded(path, folder)
    seconds, memory = graded(path, folder)
    print(f"{TIMES} times the submissions: {seconds / one[0]:.1f} times as long, "
          f"{memory:,.0f} MB instead of {one[1]:,.0f} MB")  # fmt: skip


if __name__ == "__main__":
    main()
