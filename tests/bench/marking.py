"""How long marking one submission takes after start-up, beside a bare solve of the exercise.

Run by `make bench`. Kinds of submission: all right; one early slip; everything wrong (the
worst case: every mixture and every wrong rule is tried for every cell).
"""

from __future__ import annotations

import time
from collections.abc import Callable

from grader.marking.mark import mark
from grader.read.number import read_number
from problems.computation.solve import solve
from problems.drawing import family
from problems.drawing.candidates import key
from problems.drawing.draw import draw
from problems.exercise import Exercise, issued
from problems.misconceptions.slips import wrong_rules
from problems.rules.expression import NUMBERS


def timed(work: Callable[[], object], repeat: int = 30) -> float:
    """Median milliseconds."""
    work()
    spent = []
    for _ in range(repeat):
        start = time.perf_counter()
        work()
        spent.append(time.perf_counter() - start)
    return 1000 * sorted(spent)[len(spent) // 2]


def paper(exercise: Exercise, slip: str | None = None) -> dict[str, str]:
    """What a rounding student writes, with one wrong rule at a step."""
    carried = dict(exercise.numbers)
    written = {}
    for step in exercise.graph.steps.values():
        rule = wrong_rules(exercise.graph, step.id)[0].rule if step.id == slip else step.rule
        text = exercise.precision.shown(step.kind, float(rule.evaluate(carried, NUMBERS)))
        carried[step.id] = float(text)
        written[step.id] = text
    return {id: written[id] for id in exercise.asked}


def main() -> None:
    """Print the table."""
    print("marking one submission, milliseconds (median of 30)")
    for name in ("musilek", "mazur", "valchanov", "lfd"):
        design = family.load(name).design()
        exercise = issued(design, draw(design, [key("b", "b", "b")])[0], "x-1", "x")
        right, slipped = paper(exercise), paper(exercise, "net.1.1")
        wrong = {id: f"{float(text) * 1.37 + 0.0123:.4f}" for id, text in right.items()}
        if name == "lfd":
            slipped = paper(exercise, "n1:net.1.1")
        floor = timed(lambda e=exercise: solve(e.graph, e.numbers, e.precision))
        row = []
        for typed in (right, slipped, wrong):
            answers = {id: read_number(text) for id, text in typed.items()}
            row.append(timed(lambda e=exercise, a=answers: mark(e, a)))
        cells = "".join(f"{ms:8.2f}" for ms in row)
        head = f"  {name:12} {len(exercise.asked)} steps, solve {floor:.2f}"
        print(f"{head}; right, slip, all wrong:{cells}")


if __name__ == "__main__":
    main()
