"""Codes with arguments: what is said of a step, and the sentence made of it."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from issued_exercises import exercises

import grader.marking.mark
from grader.marking.batch import CARRIED, REPEATED, SLIP, UNDETERMINED
from grader.marking.mark import batch_of, mark
from grader.marking.policy import DEFAULT, Policy
from grader.marking.sign_conventions import Judged, judge
from grader.marking.whole_sheet import whole_sheets
from grader.read.number import read_number
from problems.misconceptions.slips import CATALOGUE
from templates.feedback.report import Report, StepReport
from templates.feedback.verdict_words import SENTENCES, Said

ROOT = Path(__file__).parents[2]
EXERCISE = exercises("mazur")[0]


def marked(paper: dict[str, str], policy: Policy = DEFAULT) -> Report:
    return mark(EXERCISE, {id: read_number(text) for id, text in paper.items() if text}, policy)


def printed(**changes: str) -> dict[str, str]:
    paper = {id: EXERCISE.printed[id] for id in EXERCISE.asked}
    return paper | {id.replace("_", "."): text for id, text in changes.items()}


def step(report: Report, id: str) -> StepReport:
    return next(one for one in report.steps if one.id == id)


class Set:
    """Marking in which some steps are found to be something else."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, **changes: object) -> None:
        self.changes = changes
        monkeypatch.setattr(grader.marking.mark, "judge", self)

    def __call__(self, batch: object) -> Judged:
        found = judge(batch)  # type: ignore[arg-type]
        for id, code in self.changes.get("verdicts", {}).items():  # type: ignore[attr-defined]
            found.standing.verdicts[id][:] = code
        for id, used in self.changes.get("used", {}).items():  # type: ignore[attr-defined]
            found.standing[id].used = {0: used}
        for id in self.changes.get("vouched", ()):  # type: ignore[attr-defined]
            found.standing[id].vouched = np.array([True])
        for id, name in self.changes.get("slips", {}).items():  # type: ignore[attr-defined]
            found.slips[id] = {0: name}
        held = {"closed": np.array([bool(self.changes.get("closed"))])}
        return replace(found, **held, power=np.array([self.changes.get("power", 0)]))


def test_every_code_stands_in_the_documentation() -> None:
    """The list is closed, so programs can rely on it."""
    page = (ROOT / "docs" / "formats.md").read_text("utf-8")
    missing = [code for code in SENTENCES if f"`{code}`" not in page]
    assert not missing


def test_a_carried_answer_names_its_sources_as_data() -> None:
    """Symbol and text of every own value, for programs; the sentence says the same."""
    paper = printed(net_1_1="0.9000", out_1_1="0.7109")
    found = step(marked(paper), "out.1.1")
    assert (found.code, found.arguments) == ("follows", {"sources": [["net_h1", "0.9000"]]})
    assert found.message == "right from your own net_h1 = 0.9000"


def test_too_few_digits_say_how_many_are_asked_for() -> None:
    """As a number and a unit."""
    found = step(marked(printed(out_1_1=EXERCISE.printed["out.1.1"][:-2])), "out.1.1")
    assert found.verdict == "imprecise"
    assert (found.code, found.arguments) == ("too_few_digits", {"asked": 4, "unit": "decimals"})
    assert found.message == "right, but too few digits: 4 decimals are asked for"


def test_what_is_too_short_to_tell_says_so_and_earns_nothing() -> None:
    """A bare 1 for a number near it is neither right nor wrong; a bare 3 is wrong."""
    id = next(id for id in EXERCISE.asked if 0.55 < float(EXERCISE.printed[id]) < 0.95)
    found = step(marked({id: "1"}), id)
    assert (found.code, found.credit) == ("too_few_to_tell", 0)
    assert found.message == "too few digits to tell: 4 decimals are asked for"
    assert step(marked({id: "3"}), id).code == "wrong"


def test_an_undetermined_step_says_why_it_earns_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whose numbers, what every method gives there, and that no other step shows the rule."""
    Set(monkeypatch, verdicts={"delta.2.1": UNDETERMINED}, used={"delta.2.1": ("out.2.1",)})
    paper = printed(out_2_1="1.0000", delta_2_1="0")
    found = step(marked(paper), "delta.2.1")
    assert (found.verdict, found.code, found.credit) == ("undetermined", "undetermined", 0)
    assert found.message == (
        "follows from your own numbers (out_o1 = 1.0000), but there every method gives 0.0000: "
        "no points, because your other steps do not show this rule often enough"
    )
    generous = replace(DEFAULT, credits={**DEFAULT.credits, "undetermined": 0.5})
    paid = step(marked(paper, generous), "delta.2.1")
    assert (paid.credit, paid.arguments["paid"]) == (0.5, True)
    assert "no points" not in paid.message


def test_a_vouched_step_says_why_it_counts(monkeypatch: pytest.MonkeyPatch) -> None:
    """It is carried, and the report tells that the rule was shown elsewhere."""
    used = {"delta.2.1": ("out.2.1",)}
    Set(monkeypatch, verdicts={"delta.2.1": CARRIED}, used=used, vouched=["delta.2.1"])
    report = marked(printed(out_2_1="1.0000", delta_2_1="0.0000"))
    found = step(report, "delta.2.1")
    assert (found.verdict, found.code, found.credit) == ("carried", "follows_vouched", 1)
    assert found.message == (
        "right from your own out_o1 = 1.0000; any method gives 0.0000 there, but you have shown "
        "this rule elsewhere"
    )
    assert any("it counts, because you have shown its rule" in said for said in report.remarks)


def test_a_repeated_slip_is_the_same_slip_again(monkeypatch: pytest.MonkeyPatch) -> None:
    """It says what to look at, and counts by the policy."""
    name = "slope-left-out"
    codes = {"delta.2.1": SLIP, "delta.2.2": REPEATED}
    Set(monkeypatch, verdicts=codes, slips=dict.fromkeys(codes, name))
    paper = printed(delta_2_1="5.1234", delta_2_2="6.1234")
    found = step(marked(paper), "delta.2.2")
    assert (found.verdict, found.code, found.arguments) == ("repeated", "repeated", {"slip": name})
    assert found.message == f"the same slip again: {CATALOGUE[name].student}"
    assert found.credit == 1
    assert found.hint
    own = replace(DEFAULT, credits={**DEFAULT.credits, "repeated": 0.0}, slips={name: 0.25})
    again, first = (step(marked(paper, own), id) for id in ("delta.2.2", "delta.2.1"))
    assert (first.credit, again.credit) == (0.25, 0.25), "a repetition costs no more than a slip"


def test_what_a_zero_hides_is_not_called_wrong() -> None:
    """What comes after an own 0 cannot be followed, and the 0 is named."""
    found = step(marked({"delta.2.1": "0", "dw.2.1.1": "0.7319"}), "dw.2.1.1")
    assert (found.verdict, found.code, found.credit) == ("wrong", "not_followable", 0)
    assert (
        found.message
        == f"cannot be followed: a 0 at {found.arguments['zero']} hides what comes after"
    )


def test_an_unreadable_answer_carries_the_readers_code() -> None:
    """The code of the answer itself, and where in the text."""
    found = step(marked(printed(out_1_1="1.2.3")), "out.1.1")
    assert found.code == "unreadable"
    assert found.arguments["message"] == found.message
    assert set(found.arguments) == {"why", "position", "message", "reason", "arguments"}


def test_arguments_are_json() -> None:
    """Every report goes through JSON and comes back the same."""
    paper = printed(net_1_1="9.9000", out_1_1="0.9", out_1_2="x", delta_2_1="0", dw_2_1_1="")
    report = marked(paper)
    again = Report.from_json(json.loads(json.dumps(report.as_json())))
    assert again == replace(report, problems=())


# whole sheets ------------------------------------------------------------------------------


def judged_with(undetermined: int, vouched: int, closed: bool = False, power: int = 0) -> Judged:
    answers = {id: read_number(EXERCISE.printed[id]) for id in EXERCISE.asked}
    found = judge(batch_of(EXERCISE, answers))
    asked = list(EXERCISE.asked)
    for id in asked[:undetermined]:
        found.standing.verdicts[id][:] = UNDETERMINED
    for id in asked[undetermined : undetermined + vouched]:
        found.standing[id].vouched = np.array([True])
    return replace(found, closed=np.array([closed]), power=np.array([power]))


@pytest.mark.parametrize(
    ("unpaid", "paid", "said"),
    [
        (1, 0, "1 step follows from your own numbers where every method gives the same, or nearly:"
         " it shows nothing, because your other steps do not show its rule often enough."),
        (2, 3, "5 steps follow from your own numbers where every method gives the same, or nearly:"
         " 3 count, because you have shown their rule elsewhere; 2 show nothing, because your"
         " other steps do not show their rule often enough."),
    ],
)  # fmt: skip
def test_the_sheet_tells_how_many_are_undetermined(unpaid: int, paid: int, said: str) -> None:
    """And whether they count, and why."""
    (sheet,) = whole_sheets(judged_with(unpaid, paid), EXERCISE.asked, 1)
    assert sheet.remarks == (said,)
    assert sheet.vouched == paid


def test_steps_that_say_why_themselves_are_not_counted_again() -> None:
    """Too few digits and an own 0 are no matter of what every method gives."""
    found = judged_with(6, 0)
    for id in EXERCISE.asked[:2]:
        found.standing[id].untold = np.array([True])
    for id in EXERCISE.asked[2:4]:
        found.standing[id].zeroed = np.array([True])
    (sheet,) = whole_sheets(found, EXERCISE.asked, 1)
    assert sheet.remarks[0].startswith("2 steps follow")
    all_but_one = judged_with(1, 0)
    all_but_one.standing[EXERCISE.asked[0]].untold = np.array([True])
    assert whole_sheets(all_but_one, EXERCISE.asked, 1)[0].remarks == ()


def test_only_the_teacher_hears_of_sheets_that_show_little() -> None:
    """Many undetermined steps, a closed network; few of them are no matter."""
    few, many = (whole_sheets(judged_with(n, 0), EXERCISE.asked, 1)[0] for n in (3, 20))
    assert few.teacher == ()
    assert [note.code for note in many.teacher] == ["many_undetermined"]
    (closed,) = whole_sheets(judged_with(20, 0, closed=True), EXERCISE.asked, 1)
    assert [note.code for note in closed.teacher] == ["closed"]
    for note in (*many.teacher, *closed.teacher):
        assert note.message not in many.remarks + closed.remarks
        assert not {"cheat", "fraud", "copied", "suspicious"} & set(note.message.lower().split())


def test_a_factor_over_all_answers_is_told_to_both() -> None:
    """The student can mend it, the teacher should know."""
    (sheet,) = whole_sheets(judged_with(0, 0, power=4), EXERCISE.asked, 1)
    assert "10,000 times too large" in sheet.remarks[0]
    assert [note.code for note in sheet.teacher] == ["off_by_power"]
    (small,) = whole_sheets(judged_with(0, 0, power=-1), EXERCISE.asked, 1)
    assert "10 times too small" in small.remarks[0]


def test_two_words_for_digits() -> None:
    """Singular and plural."""
    about = {"asked": 1, "unit": "significant figures"}
    assert "1 significant figure is" in Said("too_few_to_tell", about).sentence


def test_what_rests_on_numbers_from_nowhere_is_not_said_to_be_any_methods() -> None:
    """Another exercise's numbers follow from each other: no method gives them here."""
    own, other = exercises("mazur")[:2]
    answers = {id: read_number(other.printed[id]) for id in own.asked}
    report = mark(own, answers)
    codes = [one.code for one in report.steps if one.verdict == "undetermined"]
    assert codes.count("unfounded") > 10
    barred = codes.count("undetermined")
    counted = [said for said in report.remarks if "every method gives the same" in said]
    assert len(counted) == (barred > 0)
