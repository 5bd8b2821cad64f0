"""A class of 500 with planted weaknesses: the report finds each, and nothing else.

Students are simulated with the engine: they compute by the right rules, round, carry on, and
go wrong where it is planted; the checker judges them.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from classroom import Classroom, assignment

from grader.assignments.folder import Folder
from grader.report.results import read
from grader.report.survey import survey
from templates.class_report.findings import COMMON, findings, surely_weak, weak_steps, words
from templates.class_report.survey import Group, Survey

HARD, WEAK, SLIPPED = "net.2.1", "loss", "delta.1.1"
COPIES = [(10, 200), (77, 411)]
EARLY = 12
"""Steps at which a large first input makes mistakes more likely."""

Make = Callable[[Classroom], None]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Folder:
    return assignment(tmp_path_factory.mktemp("class") / "hw1", "mazur-delta", 500)


def surveyed(folder: Folder, tmp_path: Path, make: Make, seed: int = 2) -> Survey:
    room = Classroom(tuple(folder.exercises()), seed)
    make(room)
    return survey(read(room.write(tmp_path / "results")), folder)


def able(room: Classroom) -> np.ndarray:
    """How often each student makes a mistake: a few often, most rarely.

    Not so often that half a sheet is wrong: there nothing counts that merely follows.
    """
    return 0.35 * room.rng.random(room.count) ** 2


def ordinary(room: Classroom) -> None:
    """Students who differ in how careful they are, and nothing else."""
    careless = able(room)
    for id in room.first.asked:
        room.mistakes[id] = room.any_of(careless)


def planted(room: Classroom) -> None:
    ordinary(room)
    room.mistakes[HARD] |= room.any_of(0.5)
    room.mistakes[WEAK] = room.any_of(0.4)
    room.slips[SLIPPED] = ("slope-left-out", room.any_of(0.3))
    first = room.givens()["x.1"]
    large = first > np.quantile(first, 2 / 3)
    for id in room.first.asked[:EARLY]:
        room.mistakes[id] |= large & room.any_of(0.35)
    room.copies = list(COPIES)


@pytest.fixture(scope="module")
def weak_class(folder: Folder, tmp_path_factory: pytest.TempPathFactory) -> Survey:
    return surveyed(folder, tmp_path_factory.mktemp("planted"), planted)


@pytest.fixture(scope="module")
def plain_class(folder: Folder, tmp_path_factory: pytest.TempPathFactory) -> Survey:
    return surveyed(folder, tmp_path_factory.mktemp("plain"), ordinary)


def only(survey: Survey) -> Group:
    (group,) = survey.groups
    assert group.submissions == 500
    return group


# each is found -----------------------------------------------------------------------------


def test_the_slip_is_found_at_its_step(weak_class: Survey) -> None:
    """30 % planted, less those who also made another mistake in the same cell."""
    slip = only(weak_class).slips[0]
    assert slip.slip == "slope-left-out"
    assert 0.2 < slip.share < 0.31
    assert slip.steps[0][0] == SLIPPED
    assert any("slope of the activation left out" in said for said in of(weak_class, "reteach"))


def test_the_hard_step_is_the_hardest(weak_class: Survey) -> None:
    """Half of the class fails there."""
    group = only(weak_class)
    hardest = min(group.steps, key=lambda step: step.facility)
    assert hardest.id == HARD
    assert hardest.facility < 0.5
    assert "net_o1" in of(weak_class, "hard")[0]


def test_the_hard_step_is_where_work_first_goes_wrong(weak_class: Survey) -> None:
    """Among those who were right so far more than half go wrong there."""
    group = only(weak_class)
    at = next(one for one in group.deviations if one.id == HARD)
    assert at.hazard == max(one.hazard for one in group.deviations if one.reached > 50)
    assert at.hazard > 0.5


def test_the_harder_draw_is_found(weak_class: Survey) -> None:
    """Large first inputs, and no other feature."""
    clear = [one for one in only(weak_class).variants.features if one.clear]
    assert [one.feature for one in clear] == ["x.1"]
    (one,) = clear
    assert one.correlation < -0.15
    assert one.terciles[-1].mean < one.terciles[0].mean - 5
    assert one.step in {only(weak_class).steps[n].label for n in range(EARLY)}
    assert "large" in of(weak_class, "draw")[0]


def test_both_pairs_are_found_and_no_third(weak_class: Survey) -> None:
    """Whoever copies has another one's numbers."""
    found = {(pair.first, pair.second) for pair in weak_class.agreement.pairs}
    assert found == {tuple(sorted(f"student-{n + 1:03}" for n in pair)) for pair in COPIES}
    for pair in weak_class.agreement.pairs:
        assert pair.shared > 10
        assert pair.expected < 0.5
        assert pair.by_chance < 1e-6


def test_the_step_that_tells_nothing_apart_is_found(weak_class: Survey) -> None:
    """Mistakes there have nothing to do with ability."""
    group = only(weak_class)
    weakest = min(group.steps, key=lambda step: step.discrimination or 0.0)
    assert weakest.id == WEAK
    assert abs(weakest.discrimination or 0.0) < 0.15
    assert "E_total" in of(weak_class, "weak")[0]


def of(survey: Survey, kind: str) -> list[str]:
    return [words(found.parts) for found in findings(survey) if found.kind == kind]


# and nothing that was not planted ------------------------------------------------------------


def test_an_ordinary_class_has_no_findings(plain_class: Survey) -> None:
    """Nothing stands out where nothing was planted."""
    group = only(plain_class)
    assert [slip.slip for slip in group.slips if slip.share >= COMMON] == []
    assert [one.feature for one in group.variants.features if one.clear] == []
    assert [step.id for step in weak_steps(group) if surely_weak(step)] == []
    assert plain_class.agreement.pairs == ()
    assert min(step.facility for step in group.steps) > 0.7
    assert group.alpha is not None
    assert group.alpha > 0.7


def test_coincidences_are_as_many_as_expected(plain_class: Survey) -> None:
    """Expected against seen: the estimate of chance is neither blind nor alarmist."""
    found = plain_class.agreement
    assert found.expected / 2 < found.seen < found.expected * 2


def unchanged(room: Classroom) -> None:
    """A third leaves all weights as they are: two decimals, so many of them agree."""
    ordinary(room)
    who = room.any_of(0.35)
    for id in room.first.asked:
        if id.startswith("new.w"):
            room.slips[id] = ("unchanged", who)
            room.mistakes[id] = np.zeros(room.count, dtype=bool)


def giving_up(room: Classroom) -> None:
    """Some hand in the first eight steps and leave the rest blank."""
    ordinary(room)
    who = room.any_of(0.3)
    for id in room.first.asked[8:]:
        room.blanks[id] = who


@pytest.mark.parametrize("make", [ordinary, unchanged, giving_up])
@pytest.mark.parametrize("seed", [2, 3])
def test_honest_classes_have_no_pairs(
    folder: Folder, tmp_path: Path, make: Make, seed: int
) -> None:
    """However alike their mistakes are."""
    assert surveyed(folder, tmp_path, make, seed).agreement.pairs == ()


def test_a_copier_of_wrong_answers_is_found_too(folder: Folder, tmp_path: Path) -> None:
    """Wrong for both: the source worked by a wrong rule throughout."""

    def make(room: Classroom) -> None:
        ordinary(room)
        source = np.arange(room.count) == 5
        for id in room.first.asked[:10]:
            room.mistakes[id] |= source
        room.copies = [(300, 5)]

    (pair,) = surveyed(folder, tmp_path, make).agreement.pairs
    assert (pair.first, pair.second) == ("student-006", "student-301")


def test_first_deviations_are_those_of_the_grade_book(folder: Folder, weak_class: Survey) -> None:
    """The report counts what the checker said of each student."""
    group = only(weak_class)
    counted: dict[str, int] = {}
    for score in weak_class.scores:
        counted[score.first_deviation] = counted.get(score.first_deviation, 0) + 1
    assert counted.pop("", 0) == group.faultless
    assert counted == {one.label: one.first for one in group.deviations}
    assert sum(counted.values()) + group.faultless == 500
