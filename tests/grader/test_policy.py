"""A policy decides what a verdict is worth, never what is right."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from issued_exercises import exercises

from grader.errors import PolicyError
from grader.marking.mark import mark
from grader.marking.policy import Attempts, Late, Policy, Rounding
from grader.marking.policy_file import load_policy, names
from grader.read.number import read_number
from templates.feedback.report import Report

EXERCISE = exercises("mazur")[0]


def report(policy: Policy) -> Report:
    """One slip, things that follow from it, a blank and a coarse answer."""
    paper = {id: EXERCISE.printed[id] for id in EXERCISE.asked}
    paper["delta.2.1"] = "9.8765"
    paper["dout.1.1<1"] = f"{9.8765 * EXERCISE.numbers['w.2.1.1']:.4f}"
    paper["out.1.2"] = ""
    paper["loss"] = paper["loss"][:-2]
    return mark(EXERCISE, {id: read_number(t) for id, t in paper.items() if t}, policy)


def test_shipped_policies_load_and_differ_as_their_names_say() -> None:
    """default, strict (no follow-through), formative (shows everything), exam (scores only)."""
    assert names() == ("default", "exam", "formative", "strict")
    shipped = {name: load_policy(name) for name in names()}
    assert shipped["strict"].credit("carried") == 0
    assert shipped["default"].credit("carried") == 1
    assert shipped["formative"].show.expected
    assert not shipped["default"].show.expected
    assert shipped["exam"].show.score
    assert {name: one.credit("repeated", "unchanged") for name, one in shipped.items()} == {
        "default": 1.0, "formative": 1.0, "exam": 0.5, "strict": 0.0,
    }  # fmt: skip
    assert {one.credit("undetermined") for one in shipped.values()} == {0.0}
    assert not shipped["exam"].show.verdicts
    assert not shipped["exam"].show.hints


def test_a_policy_changes_points_and_never_a_verdict() -> None:
    """Regrading needs no more than the files that are there."""
    default, strict = report(load_policy("default")), report(load_policy("strict"))
    assert [s.verdict for s in default.steps] == [s.verdict for s in strict.steps]
    carried = sum(s.verdict == "carried" for s in default.steps)
    assert carried > 0
    assert default.score - strict.score == carried


@pytest.mark.parametrize(
    ("text", "id", "verdict", "credit"),
    [
        ("[credit]\nimprecise = 0.8", "loss", "imprecise", 0.8),
        ("[precision]\noff_per_digit = 0.1", "loss", "imprecise", 0.8),
        ("[follow_through]\nfactor = 0.5", "dout.1.1<1", "carried", 0.5),
        ("[credit]\nblank = 0.1", "out.1.2", "blank", 0.1),
    ],
)
def test_credits_come_from_the_file(tmp_path: Path, text, id, verdict, credit) -> None:
    """What is left out stays as in the default."""
    path = tmp_path / "mine.toml"
    path.write_text(text, "utf-8")
    step = next(s for s in report(load_policy(path)).steps if s.id == id)
    assert (step.verdict, step.credit) == (verdict, pytest.approx(credit))


def test_weights_of_kinds_layers_and_steps(tmp_path: Path) -> None:
    """What fits best counts."""
    path = tmp_path / "mine.toml"
    path.write_text('[weights]\nnet = 0\n"dw.2" = 2\n"dw.2.1.1" = 5\n', "utf-8")
    weights = {s.id: s.weight for s in report(load_policy(path)).steps}
    assert weights["net.1.1"] == 0
    assert (weights["dw.2.1.1"], weights["dw.2.1.2"], weights["dw.1.1.1"]) == (5, 2, 1)


def test_a_slip_may_earn_something_of_its_own(tmp_path: Path) -> None:
    """Forgetting the learning rate may be worth more than writing nonsense."""
    path = tmp_path / "mine.toml"
    path.write_text("[slips]\nrate-left-out = 0.5\n", "utf-8")
    policy = load_policy(path)
    assert policy.credit("slip", "rate-left-out") == 0.5
    assert policy.credit("slip", "unchanged") == 0


FAULTS = [
    ("[credit]\ncorect = 1", "corect"),
    ("[credit]\ncarried = 2", "credit.carried"),
    ("[slips]\nno-such-slip = 0.5", "no-such-slip"),
    ('[weights]\n"dv.1" = 2', "dv.1"),
    ("[late]\noff_per_day = -1", "late.off_per_day"),
    ('[attempts]\ncounts = "worst"', "best, last"),
    ("[rounding]\ndecimals = 1.5", "rounding.decimals"),
    ("[show]\nexpected = 1", "show.expected"),
    ("[shows]\nexpected = true", "shows"),
    ("credit = = 1", "TOML"),
]


@pytest.mark.parametrize(("text", "says"), FAULTS)
def test_a_faulty_policy_is_told_what_is_wrong(tmp_path: Path, text: str, says: str) -> None:
    """File, key, what is allowed."""
    path = tmp_path / "mine.toml"
    path.write_text(text, "utf-8")
    with pytest.raises(PolicyError) as caught:
        load_policy(path)
    assert "mine.toml" in str(caught.value)
    assert says in str(caught.value)


def test_all_faults_of_a_policy_come_at_once(tmp_path: Path) -> None:
    """One round of mending."""
    path = tmp_path / "mine.toml"
    path.write_text("[credit]\nwrong = 7\nslip = -1\n[show]\nscore = 0\n", "utf-8")
    with pytest.raises(PolicyError) as caught:
        load_policy(path)
    assert len(caught.value.complaints) == 3


def test_an_unknown_name_gets_a_suggestion() -> None:
    """And the list of what there is."""
    with pytest.raises(PolicyError, match="did you mean 'strict'"):
        load_policy("strickt")


LATE = Late(off_per_day=10, grace_hours=2, most_off=40, cut_off_hours=200)
HOURS = [(-5, 50), (0, 50), (2, 50), (2.1, 45), (25, 40), (100, 30), (199, 30), (201, 0)]


@pytest.mark.parametrize(("hours", "left"), HOURS)
def test_the_late_rule_takes_off_by_days_begun(hours: float, left: float) -> None:
    """Grace, most, cut-off."""
    assert Policy(late=LATE).with_late(50, hours) == left


@pytest.mark.parametrize(
    ("counts", "most", "value"),
    [
        ("best", None, 9),
        ("last", None, 4),
        ("average", None, 6.33),
        ("last", 2, 9),
        ("best", 1, 6),
    ],
)
def test_attempts_are_counted_as_the_policy_says(counts, most, value) -> None:
    """Best, last or average; later attempts may not count."""
    assert Policy(attempts=Attempts(counts, most)).of_attempts([6, 9, 4]) == value
    assert Policy().of_attempts([]) == 0


@given(st.floats(0, 1000), st.integers(0, 4))
def test_rounding_is_half_up_and_near(score: float, decimals: int) -> None:
    """Never further off than half a unit."""
    assert abs(Rounding(decimals).of(score) - score) <= 0.5 * 10**-decimals + 1e-9


def test_rounding_never_lifts_a_score_above_its_maximum() -> None:
    """40.6 of 40.6 stays so with steps of 0.25."""
    assert Policy(rounding=Rounding(step=0.25)).rounded(40.65, 40.7) <= 40.7
