"""The documents' own examples as exercises."""

from __future__ import annotations

from grader.errors import AssignmentError
from problems.arithmetic.precision import Precision
from problems.documents import documents
from problems.exercise import Exercise


def document_exercise(name: str) -> Exercise:
    """The example that a document works through, in its notation.

    Raises:
        AssignmentError: no such document, or one without numbers.
    """
    if name not in documents.names():
        known = ", ".join(documents.names())
        raise AssignmentError(f"no document {name!r}; there are {known}")
    document = documents.load(name)
    if not document.givens:
        raise AssignmentError(f"{name} prints formulas but no numbers; nothing to solve")
    notation = "mazur" if name == "slides" else name
    exercise = Exercise(
        f"{name}-document",
        name,
        name,
        notation,
        document.plan,
        document.givens,
        Precision(document.decimals),
        (),
    )
    asked = tuple(id for id in exercise.graph.steps if not exercise.parse(id).inner)
    return Exercise(
        exercise.id,
        name,
        name,
        notation,
        document.plan,
        document.givens,
        exercise.precision,
        asked,
    )
