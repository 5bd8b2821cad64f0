"""How long the command line takes before anybody sees anything, beside a bare import.

Run by `make bench`. All commands take turns, so that a busy machine slows all of them alike;
the ratio to the floor is what to watch. Byte code is written and used, as after an
installation.
"""

from __future__ import annotations

import os
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROUNDS = 25
BPGRADE = str(Path(sys.executable).with_name("bpgrade"))
"""The installed command."""

Command = tuple[str, ...]


def bpgrade(*arguments: str) -> Command:
    """A run of the command line."""
    return (BPGRADE, *arguments)


def hw1(place: Path) -> tuple[Path, Path]:
    """An assignment, and a submission to it in which one early slip is carried on."""
    from marking import paper

    from grader.assignments.folder import Folder
    from grader.assignments.worksheets import blank_answers

    folder = place / "hw1"
    order = ("mazur", "--count", "30", "--out", str(folder), "--seed", "s", "--formats", "none")
    subprocess.run(bpgrade("generate", *order), check=True, capture_output=True)
    exercise = next(Folder(folder).exercises())
    lines = blank_answers([exercise]).decode().splitlines()
    typed = paper(exercise, "net.1.1").values()
    filled = [lines[0], *(line + text for line, text in zip(lines[1:], typed, strict=True))]
    answers = place / "answers.csv"
    answers.write_text("\n".join(filled), "utf-8")
    return folder, answers


def medians(commands: dict[str, Command], rounds: int) -> dict[str, float]:
    """Median milliseconds of each command, run in turns."""
    environment = {k: v for k, v in os.environ.items() if k != "PYTHONDONTWRITEBYTECODE"}
    spent: dict[str, list[float]] = {name: [] for name in commands}
    for turn in range(rounds + 1):
        for name, command in commands.items():
            start = time.perf_counter()
            subprocess.run(command, check=True, capture_output=True, env=environment)
            if turn:  # the first turn writes the byte code
                spent[name].append(1000 * (time.perf_counter() - start))
    return {name: statistics.median(times) for name, times in spent.items()}


def main() -> None:
    """Print the table."""
    with tempfile.TemporaryDirectory() as place:
        folder, answers = hw1(Path(place))
        check = bpgrade("check", str(answers), "--assignment", str(folder))
        found = medians(
            {
                "python -c 'import click'": (sys.executable, "-c", "import click"),
                "bpgrade --help": bpgrade("--help"),
                "python -c 'import numpy, click'": (sys.executable, "-c", "import numpy, click"),
                "bpgrade check answers.csv": check,
            },
            ROUNDS,
        )
    floor_help, help, floor_check, checked = found.values()
    ratios = ("floor", f"{help / floor_help:.2f}", "floor", f"{checked / floor_check:.2f}")
    print(f"start-up, milliseconds (median of {ROUNDS} in turns), and the ratio to the floor")
    for (name, ms), ratio in zip(found.items(), ratios, strict=True):
        print(f"  {name:34} {ms:8.1f} {ratio:>8}")


if __name__ == "__main__":
    main()
