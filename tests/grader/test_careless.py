"""Many slips of the pen on one sheet explain nothing: they are how a sheet is filled."""

from __future__ import annotations

import pytest
from issued_exercises import exercises
from rounded_work import lost, marked, worked

from problems.computation import ids
from problems.rules.expression import Expression, Ref


def paid_for_nothing(name: str, put: dict[str, Expression | float], idle: set[str]) -> float:
    """Share of a sheet that is paid in cells where nothing was worked, in points of 100."""
    exercise = exercises(name)[0]
    report = marked(exercise, worked(exercise, put))
    paid = [s.credit for s in report.steps if s.id in idle and s.verdict != "correct"]
    return 100 * sum(paid) / len(exercise.asked)


@pytest.mark.parametrize("name", ["mazur", "lfd", "musilek", "valchanov"])
def test_each_kind_once_and_its_siblings_copied(name: str) -> None:
    """The neighbour's cell is no swap if it is written everywhere."""
    first: dict[tuple[object, ...], str] = {}
    copied: dict[str, Expression | float] = {}
    for id in exercises(name)[0].asked:
        parsed = ids.parse(id)
        key = (parsed.kind, parsed.indices[:1] if len(parsed.indices) > 1 else ())
        if first.setdefault(key, id) != id:
            copied[id] = Ref(first[key])
    assert paid_for_nothing(name, copied, set(copied)) <= 10


def test_every_hidden_net_input_a_hundredfold() -> None:
    """All that is 0 behind it took no work."""
    exercise = exercises("lfd")[0]
    nets = [id for id in exercise.asked if ids.core(id).startswith("net.1.")]
    put: dict[str, Expression | float] = {
        id: 100.0 * float(exercise.solution[id].m) for id in nets
    }
    paper = worked(exercise, put)
    idle = {id for id, text in paper.items() if float(text) == 0}
    assert len(nets) > 3
    assert len(idle) > 10
    assert paid_for_nothing("lfd", put, idle) <= 3


def test_two_slips_of_the_pen_are_two_steps() -> None:
    """Whoever shifts a point twice loses these two."""
    exercise = exercises("mazur")[0]
    put: dict[str, Expression | float] = {
        id: 10.0 * float(exercise.solution[id].m) for id in ("net.1.1", "error.1")
    }
    paper = worked(exercise, put)
    assert lost(marked(exercise, paper)) == ["net.1.1", "error.1"]
