"""Exercises: drawn, or read from an assignment folder."""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from pathlib import Path

from grader.assignments import folder
from grader.assignments.folder import Order
from grader.assignments.issue import exercise_ids
from grader.assignments.roster import numbered
from problems.drawing import family as known
from problems.drawing.candidates import key
from problems.drawing.design import Design, Family
from problems.drawing.draw import Draw, draw
from problems.errors import GateError
from problems.exercise import Exercise, issued


def families() -> dict[str, Family]:
    """The shipped families by name, the documents' styles first.

    >>> families()["mazur"].layers
    '2-2-2'
    """
    return {name: known.load(name) for name in known.names()}


def generate(
    family: str,
    count: int = 1,
    *,
    seed: str | None = None,
    students: Sequence[str] | None = None,
    name: str | None = None,
    layers: str | None = None,
    decimals: int | None = None,
    significant: int | None = None,
    difficulty: str = "standard",
) -> list[Exercise]:
    """Draw exercises; nothing is written.

    The same seed, name, students and choices give what `bpgrade generate` issues.

    Args:
        family: a shipped family, or a .toml file of one's own.
        count: how many students without names; not used where `students` are given.
        seed: secret text; None for one that nobody knows.
        students: their ids, one exercise each.
        name: of the assignment, part of the seed; the family's name if None.
        layers: another topology, like `3-2-2`.
        decimals: decimals that are asked for,
        significant: or significant figures instead.
        difficulty: `easy`, `standard` or `hard`.

    Returns:
        One exercise for each student. As with `bpgrade generate`, they ask for one digit more
        where only that can be graded and the family allows it.

    Raises:
        SpecError: no such family, choices that do not fit, or nothing that can be graded.

    >>> [exercise.id for exercise in generate("mazur", 2, seed="spring")]
    ['mazur-f0f32d8764', 'mazur-bf5150ab6d']
    """
    short, definition = known.definition_of(family)
    secret = secrets.token_hex(16) if seed is None else seed
    order = Order(
        name or short, short, definition, secret, layers, decimals, significant, difficulty
    )
    people = students if students is not None else [s.student for s in numbered(count)]
    keys = [key(secret, order.name, who, 1, 0, order.draw) for who in people]
    design, draws = _drawn(order.design(), keys)
    ids = exercise_ids(short, keys)
    return [
        issued(design, drawn, id, who) for drawn, id, who in zip(draws, ids, people, strict=True)
    ]


def _drawn(design: Design, keys: Sequence[bytes]) -> tuple[Design, list[Draw]]:
    """The draws of all keys, with more digits where needed and allowed."""
    try:
        return design, draw(design, keys)
    except GateError:
        finer = design.finer()
        if finer is None:
            raise
        return _drawn(finer, keys)


def load(path: str | Path) -> list[Exercise]:
    """All exercises of an assignment, in the order of its file.

    Args:
        path: the assignment folder, or something in it.

    Raises:
        AssignmentError: there is no assignment there or above, or it cannot be read.
    """
    return list(folder.Folder(folder.find(Path(path))).exercises())
