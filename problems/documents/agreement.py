"""How a printed number agrees with the computed one.

`rounded`  the true value, half up, at the printed decimals
`cut`      the true value with its further digits cut off
`carried`  right from numbers that were rounded before, as a person with pen and paper works
`misprint` none of these

A given is no result: its text must be the given number itself.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import ROUND_DOWN, Decimal
from itertools import product
from typing import Literal

from problems.arithmetic.precision import rounded
from problems.computation.steps import Step
from problems.rules.expression import NUMBERS, Expression

Agreement = Literal["rounded", "cut", "carried", "misprint"]


def decimals_of(printed: str) -> int:
    """Digits after the point.

    >>> decimals_of("0.750"), decimals_of("4")
    (3, 0)
    """
    return len(printed.partition(".")[2])


def directly(printed: str, value: float) -> Agreement:
    """`rounded`, `cut` or `misprint`, from the value alone.

    Source: Mazur, out_h1 and out_o1, as the slides print them.

    >>> directly("0.593269992", 0.5932699921), directly("0.7513", 0.7513650696)
    ('rounded', 'cut')
    >>> directly("0.59326992", 0.5932699921)
    'misprint'
    """
    number, places = Decimal(printed), decimals_of(printed)
    if number == Decimal(rounded(value, places)):
        return "rounded"
    quantum = Decimal(1).scaleb(-places)
    if number == Decimal(repr(float(value))).quantize(quantum, ROUND_DOWN):
        return "cut"
    return "misprint"


def carried(printed: str, step: Step, known: Mapping[str, Sequence[float]]) -> bool:
    """Whether one of the step's rules gives the number from one choice of its parents' values.

    Args:
        printed: the number as printed.
        step: its step in the document's own way of working.
        known: for every parent the values it may enter with.
    """
    rules = (step.rule, *step.others)
    return any(
        directly(printed, result) != "misprint"
        for rule in rules
        for result in _results(rule, known)
    )


def _results(rule: Expression, known: Mapping[str, Sequence[float]]) -> list[float]:
    """The rule's value for every combination of its parents' values (a handful each)."""
    parents = tuple(dict.fromkeys(rule.refs()))
    choices = product(*(known[parent] for parent in parents))
    return [rule.evaluate(dict(zip(parents, c, strict=True)), NUMBERS) for c in choices]
