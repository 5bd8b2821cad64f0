"""The main job in one go: generate an assignment, fill one submission, check it.

Run by `make demo`; everything it writes goes to the folder `demo`.
"""

from __future__ import annotations

import csv
import json
import shutil
import subprocess
from pathlib import Path

from problems.exercise import from_json
from problems.rules.expression import NUMBERS

HERE = Path(__file__).resolve().parent
DEMO = HERE.parent / "demo"


def run(*command: object) -> int:
    """Show a command as it would be typed, then run it."""
    words = [str(part) for part in command]
    shown = [
        str(Path(word).relative_to(HERE.parent)) if word.startswith(str(HERE.parent)) else word
        for word in words
    ]
    print("\n$ " + " ".join(shown), flush=True)
    return subprocess.run(shown, cwd=HERE.parent, check=False).returncode


def solve_like_a_student(folder: Path, student: str) -> Path:
    """Fill in answers.csv: the bias of net_h1 forgotten, everything after it consistent.

    And one cell left blank, one with too few digits. Uses bpgrade's own rules, as a student
    would with a pocket calculator.
    """
    lines = (folder / "exercises.jsonl").read_text("utf-8").splitlines()
    exercise = next(e for e in map(json.loads, lines) if e["student"] == student)
    solved = from_json(exercise)
    carried = dict(solved.numbers)
    for step in solved.graph.steps.values():
        value = float(step.rule.evaluate(carried, NUMBERS))
        if step.id == "net.1.1":
            value -= solved.numbers["b.1"]
        carried[step.id] = round(value, 4)
    written = {solved.labels[id]: f"{carried[id]:.4f}" for id in solved.asked}
    written |= {"out_h2": "", "E_o2": written["E_o2"][:-2]}
    path = folder / "students" / student / "answers.csv"
    with path.open(encoding="utf-8", newline="") as stream:
        rows = list(csv.DictReader(stream))
    for row in rows:
        row["answer"] = written[row["step"]]
    with path.open("w", encoding="utf-8", newline="") as stream:
        writer = csv.DictWriter(stream, list(rows[0]))
        writer.writeheader()
        writer.writerows(rows)
    return path


def main() -> None:
    """Generate, fill in, check; leaves the folder to look at."""
    shutil.rmtree(DEMO, ignore_errors=True)
    folder = DEMO / "hw1"
    roster = HERE / "roster.csv"
    if run(
        "bpgrade", "generate", "mazur", "--students", roster, "--out", folder, "--seed", "demo"
    ):
        raise SystemExit("generate failed")
    answers = solve_like_a_student(folder, "ada")
    print("\n(ada forgets one bias and goes on consistently; one blank, too few digits once)")
    if run("bpgrade", "check", answers, "--feedback", DEMO / "feedback"):
        raise SystemExit("check failed")
    print(f"\nLook at {folder.relative_to(HERE.parent)}/students/ada/worksheet.html in a browser")
    print("at demo/feedback/ada.html for what she is told,")
    print(f"and at {folder.relative_to(HERE.parent)}/keys/ada.html for the worked solution.")


if __name__ == "__main__":
    main()
