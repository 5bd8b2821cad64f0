"""Symbols of steps that stand beside each other without their sections' headings.

On a worksheet a heading says which example, which round, and whether a formula is asked for;
in a list of all steps the symbol has to say it.
"""

from __future__ import annotations

from problems.computation import ids
from problems.exercise import Exercise
from problems.formulas.formula import Formula, Sym, row


def step_symbol(exercise: Exercise, question: str) -> Formula:
    """What the text writes for a question, with example, round and kind of question.

    Args:
        exercise: whose notation it is.
        question: id of a step, or of the question for its formula.
    """
    said = []
    if ids.asks_formula(question):
        said.append("formula")
    if ids.asks_general(question):
        return row(exercise.symbol(question), *_remark(said))
    parsed = exercise.parse(ids.step_asked(question))
    if exercise.plan.task.iterations > 1:
        said.append(f"round {parsed.iteration}")
    symbol = exercise.naming.symbol(ids.step_asked(question), of_example=True)
    return row(symbol, *_remark(said)) if said else symbol


def _remark(said: list[str]) -> tuple[Formula, ...]:
    return (Sym(f" ({', '.join(said)})", "upright"),) if said else ()
