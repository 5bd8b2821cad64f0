"""The computation graph of a recipe coloured by verdicts: what was written, and how it went."""

from __future__ import annotations

import re
from collections.abc import Iterable

from problems.computation import ids
from problems.exercise import Exercise
from templates.drawings.dag import Slot
from templates.drawings.drawing import Drawing
from templates.feedback.marked import worst
from templates.feedback.report import StepReport, Verdict
from templates.pages.page import Badge, Inlines, Text
from templates.sheets.dag_figure import dag_drawing

SHORT = re.compile(r"[-\u2212+]?\d{0,5}[.,]?\d{1,6}")
"""Numbers that have room in a drawing; of others only the verdict is shown."""


def marked_graph(exercise: Exercise, steps: Iterable[StepReport]) -> Drawing:
    """The graph with the givens, and the student's numbers with their verdicts.

    Where nothing was written there is no sign.
    """
    verdicts: dict[str, set[Verdict]] = {}
    written: dict[str, str] = {}
    for step in steps:
        if ids.asks_general(step.id):
            continue
        id = ids.step_asked(step.id)
        verdicts.setdefault(id, set()).add(step.verdict)
        if step.id == id and SHORT.fullmatch(step.answer):
            written[id] = step.answer
    judged = {
        id: Slot(written.get(id, ""), mark=worst(found))
        for id, found in verdicts.items()
        if found != {"blank"}
    }
    return dag_drawing(exercise, "givens", judged)


LEGEND: Inlines = (
    Text("Your numbers, each with its verdict: "),
    Badge("✓ right", "right"),
    Text(" or right from your own numbers, "),
    Badge("≈ partly", "partly"),
    Text(" too few digits or undetermined, "),
    Badge("✗ wrong", "wrong"),
    Text(" or unreadable. Values stand above, derivatives below. Empty: nothing written."),
)
