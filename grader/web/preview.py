"""A look at what would be drawn: one exercise, and how often the quality gate refuses.

The drawing itself may try for many seconds before it gives up; a preview stops earlier.
"""

from __future__ import annotations

import time
from contextlib import suppress
from dataclasses import dataclass

import numpy as np

from grader.assignments.folder import Order
from grader.assignments.roster import Student
from grader.assignments.worksheets import sheet
from problems.drawing.candidates import Candidates, key
from problems.drawing.design import Design
from problems.drawing.draw import Draw, describe, reasons, sieve_of, with_more_digits
from problems.errors import GateError
from problems.exercise import issued
from templates.pages.page import Page
from templates.sheets import sheets

SAMPLE = 1024
"""Candidates that the share of refusals is measured on."""
BATCH = 8192
MOST = 262_144
SECONDS = 4.0
BLOCKS = 8
"""Blocks of candidates that each check is measured on."""


@dataclass(frozen=True)
class Trial:
    """What a preview shows."""

    page: Page | None
    """The worksheet of one exercise; None if none was found."""
    asked: int
    """Questions."""
    topology: str
    precision: str
    refused: float
    """Share of the candidates that the gate refuses."""
    tried: int
    """Candidates until one passed, or until the search was given up."""
    ended: bool
    """Whether as many were tried as for a real exercise."""
    reasons: tuple[tuple[str, float], ...]
    """What is refused most often, with its share of the candidates."""
    added: int = 0
    """Digits more than chosen, because fewer cannot be graded."""


def tried(order: Order, variant: int = 0) -> Trial:
    """Draw one exercise of an order, for somebody who does not exist.

    Args:
        order: what is wanted.
        variant: another number, another exercise.

    Raises:
        SpecError: the choices do not fit the family.
    """
    until = time.monotonic() + SECONDS
    bits = key("preview", order.family, str(variant))
    design = order.design()
    candidates = Candidates(design)
    drawn: Draw | None = None
    count, ended = 0, False

    def search(one: Design) -> None:
        nonlocal design, drawn, count, ended
        design = one
        drawn, count, ended = _search(one, candidates, bits, until)
        if drawn is None and ended:
            raise GateError([])

    with suppress(GateError):  # then it is told what is refused
        with_more_digits(design, search)
    worst = tuple((describe(check), share) for check, share in reasons(design, bits, BLOCKS))
    return Trial(
        _page(order, design, drawn) if drawn else None,
        len(design.questions),
        design.plan.shape,
        _places(design),
        _refused(design, candidates, bits),
        count,
        ended,
        tuple((words, share) for words, share in worst if share > 0),
        design.added,
    )


def _refused(design: Design, candidates: Candidates, bits: bytes) -> float:
    values = candidates.values(candidates.attempts([bits], 0, SAMPLE))
    passed = sieve_of(design).survivors(lambda id, alive: values[id][alive], SAMPLE)
    return 1.0 - float(np.mean(passed))


def _search(
    design: Design, candidates: Candidates, bits: bytes, until: float
) -> tuple[Draw | None, int, bool]:
    """The first candidate that passes, how many were tried, and whether that were all."""
    for first in range(0, MOST, BATCH):
        indices = candidates.attempts([bits], first, BATCH)
        values = candidates.values(indices)
        passed = sieve_of(design).survivors(lambda id, alive, v=values: v[id][alive], BATCH)  # type: ignore[misc]
        if passed.any():
            at = int(np.argmax(passed))
            return Draw(candidates.texts(indices[at]), first + at), first + at + 1, True
        if time.monotonic() > until:
            return None, first + BATCH, False
    return None, MOST, True


def _page(order: Order, design: Design, drawn: Draw) -> Page:
    exercise = issued(design, drawn, f"{order.family}-preview", "preview", 1)
    return sheets.worksheet([sheet(order, Student("preview", "Preview", "", "preview"), exercise)])


def _places(design: Design) -> str:
    precision = design.precision
    if precision.significant is not None:
        return f"{precision.significant} significant figures"
    return f"{precision.decimals} decimal{'' if precision.decimals == 1 else 's'}"
