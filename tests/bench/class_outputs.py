"""What a class's table costs by output: `check --output csv|json` beside `check --results`.

class_outputs.py [COUNT]: so many students (20,000), half of them with some slips. The floor is the
time of `--results` in the same run; the first of three commands is run once beforehand.
"""

from __future__ import annotations

import csv
import json
import random
import subprocess
import sys
import tempfile
import time
from pathlib import Path

BPGRADE = (sys.executable, "-m", "grader.cli")


def table_of(assignment: Path, target: Path) -> None:
    """Everybody's answers, a row a student: the key's numbers, some spoiled, some left out."""
    rng = random.Random(1)
    with (assignment / "exercises.jsonl").open() as lines, target.open("w", newline="") as stream:
        writer = csv.writer(stream)
        for n, line in enumerate(lines):
            exercise = json.loads(line)
            steps = [step for step in exercise["steps"] if step["asked"]]
            if n == 0:
                writer.writerow(["student", "exercise", *(step["label"] for step in steps)])
            spoiled = rng.random() < 0.5
            row = []
            for step in steps:
                odd = spoiled and rng.random() < 0.03
                value = 1.1 * step["value"] + 0.01 if odd else step["value"]
                row.append("" if rng.random() < 0.01 else f"{value:.4f}")
            writer.writerow([exercise["student"], exercise["id"], *row])


def seconds(*arguments: str) -> float:
    """Of one command, wall time; what it prints is thrown away."""
    begun = time.perf_counter()
    subprocess.run([*BPGRADE, *arguments], check=True, capture_output=True)
    return time.perf_counter() - begun


def main() -> None:
    """Print the table."""
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 20_000
    with tempfile.TemporaryDirectory() as folder:
        assignment, answers = Path(folder) / "hw", Path(folder) / "class.csv"
        made = ["generate", "mazur", "--count", str(count), "--seed", "bench", "--formats", "csv"]
        seconds(*made, "--out", str(assignment))
        table_of(assignment, answers)
        check = ["check", str(answers), "--assignment", str(assignment)]
        results = [*check, "--results", str(Path(folder) / "results")]
        seconds(*results)  # the columns of the class's exercises are made once
        floor = seconds(*results)
        print(f"{count:,} submissions, mazur\n{'output':>10} {'s':>8} {'times':>6}")
        print(f"{'--results':>10} {floor:>8.1f} {1:>6.1f}")
        for output in ("csv", "json"):
            found = seconds(*check, "--output", output)
            print(f"{output:>10} {found:>8.1f} {found / floor:>6.1f}")


if __name__ == "__main__":
    main()
