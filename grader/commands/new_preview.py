"""What `bpgrade new` shows before it writes: one exercise solved, and what the gate finds."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from grader.commands.solve import worked
from grader.support.terminal import plural
from problems.drawing import family as families
from problems.drawing.candidates import key
from problems.drawing.design import Design
from problems.drawing.draw import draw, with_more_digits
from problems.drawing.forced import indistinct, worded
from problems.exercise import issued

MOST = 12
"""Lines on what cannot be told apart."""


def shown(text: str, file: Path) -> str:
    """One exercise of a family file, with its findings.

    Args:
        text: of the file.
        file: what it will be called.

    Raises:
        SpecError: nothing can be made of it, with every reason.
    """
    made = families.read(text, file.stem, file.name)
    bits = key("preview", file.stem, "1")
    design, (drawn,) = with_more_digits(made.design(), lambda one: draw(one, [bits]))
    one = issued(design, drawn, f"{file.stem}-preview", "somebody")
    return "\n".join(["", worked(one, design.sections), "", *_findings(design), ""])


def _findings(design: Design) -> Iterator[str]:
    if design.fixed:
        yield "All numbers are given: everybody gets the same exercise."
    if design.added:
        yield f"Worksheets ask for {design.precision.worded()}: with fewer no draw can be graded."
    found = worded(design, indistinct(design))
    if not found:
        yield "Every slip that is known can be told from what is right."
        return
    yield f"With these numbers, {plural(len(found), 'case')} cannot be told apart:"
    yield from (f"  {line}" for line in found[:MOST])
    if len(found) > MOST:
        yield f"  ... and {plural(len(found) - MOST, 'more case')}"
