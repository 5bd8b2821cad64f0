"""Canvas' REST interface: pages, files on other hosts, comments that are given once."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from typing import Any

import pytest
from fake_canvas import FakeCanvas
from misbehaving import Rule
from syncing_class import BRISK, NOW, canvas_class, connected

from grader.errors import NotTaken, PlatformError, RightsError, TokenError, Unreachable
from grader.lms.canvas import address
from grader.lms.canvas.api import Canvas
from grader.lms.platform import Attachment, Feedback
from grader.lms.tokens import Token


@pytest.fixture
def fake() -> Iterator[FakeCanvas]:
    with canvas_class() as found:
        yield found


FILES = {"hw1-feedback.html": b"<p>", "hw1-feedback.pdf": b"%PDF"}
FINE = Feedback(Decimal("87.5"), "<p>step 3</p>", "step 3", FILES, 1, "bpgrade 0123456789")


def test_the_assignment_and_its_rubric(fake: FakeCanvas) -> None:
    fake.about["rubric"] = [{"id": "_1", "description": "Forward", "points": 60, "ratings": []}]
    fake.about["post_manually"] = True
    found = connected(fake).assignment()
    assert (found.id, found.most, found.course) == ("12", 100, "7")
    assert [(one.id, one.name, one.points) for one in found.rubric] == [("_1", "Forward", 60)]
    assert "posted by hand" in found.notes[0]


def test_numbers_do_as_well_as_the_address(fake: FakeCanvas) -> None:
    canvas = Canvas(fake.url, Token(fake.token), "12", "7", patience=NOW)
    assert canvas.assignment().name == "Homework 1"
    with pytest.raises(PlatformError, match=r"Give its address.*courses/NUMBER"):
        Canvas(fake.url, Token(fake.token), patience=NOW).assignment()


@pytest.mark.parametrize(
    "about, said",
    [
        ({"grading_type": "pass_fail"}, "pass_fail"),
        ({"grading_type": "not_graded"}, "not_graded"),
        ({"points_possible": None}, "not graded in points"),
        ({"points_possible": 0}, "not graded in points"),
        ({"group_category_id": 5}, "groups"),
    ],
)
def test_what_cannot_take_points_is_refused(
    fake: FakeCanvas, about: dict[str, Any], said: str
) -> None:
    fake.about = about
    with pytest.raises(PlatformError, match=said):
        connected(fake).assignment()


def test_every_page_is_read(fake: FakeCanvas) -> None:
    """A page holds two; five students are there, and no teacher."""
    canvas = connected(fake)
    found = {one.key: one.names for one in canvas.people()}
    assert list(found) == ["4", "5", "6", "7", "8"]
    assert found["4"] == ("s001", "u4", "ada@example.org", "Ada Example")
    for id in found:
        fake.hand_in(int(id), {"a.csv": b"1"})
        fake.subs[int(id)].score = float(id)
    assert len(canvas.submissions()) == 5
    assert [one.points for one in canvas.grades().values()] == [4, 5, 6, 7, 8]
    assert len(canvas.grades(["4", "6", "8"])) == 3
    assert fake.calls["users"] == 3


def test_only_what_was_submitted_is_a_submission(fake: FakeCanvas) -> None:
    fake.hand_in(4, {"old.csv": b"1"})
    fake.hand_in(4, {"new.csv": b"2"})
    fake.subs[5].body, fake.subs[5].submitted = "<p>0.3775</p>", "2026-11-22T02:00:00Z"
    ada, ben = connected(fake).submissions()
    assert (ada.attempt, [file.name for file in ada.files], ada.fault) == (2, ["new.csv"], "")
    assert f"{ada.submitted:%H:%M %Z}" == "02:02 UTC"
    assert (ben.text, ben.fault) == ("<p>0.3775</p>", "")


def test_files_come_from_another_host_without_the_token(fake: FakeCanvas) -> None:
    fake.hand_in(4, {"answers.csv": b"a,b"})
    canvas = connected(fake)
    [one] = canvas.submissions()
    assert canvas.fetch(one.files[0]) == b"a,b"
    assert fake.calls["stored"] == 1
    assert fake.leaked == []


def test_a_file_over_plain_http_elsewhere_is_not_fetched(fake: FakeCanvas) -> None:
    with pytest.raises(PlatformError, match="in the open"):
        connected(fake).fetch(Attachment("a.csv", 1, "http://files.example/a.csv"))


def test_lateness_is_canvas_own_affair(fake: FakeCanvas) -> None:
    """What was entered is compared, not what is left of it."""
    fake.subs[4].off = 10
    canvas = connected(fake)
    canvas.give("4", FINE)
    assert canvas.grades(["4"])["4"].points == Decimal("87.5")


@pytest.mark.parametrize("redirected", [False, True])
def test_grade_comment_and_files_arrive(fake: FakeCanvas, redirected: bool) -> None:
    """In three steps each, the second without the token."""
    fake.redirected = redirected
    connected(fake).give("4", FINE)
    sub = fake.subs[4]
    [comment] = sub.comments
    assert (sub.score, comment["comment"]) == (87.5, "step 3\n\n[bpgrade 0123456789]")
    assert [one["filename"] for one in comment["attachments"]] == list(FILES)
    assert [fake.files[one["id"]] for one in comment["attachments"]] == list(FILES.values())
    assert fake.leaked == []


def test_the_same_feedback_is_given_once(fake: FakeCanvas) -> None:
    canvas = connected(fake)
    canvas.give("4", FINE)
    writes = fake.writes
    canvas.give("4", FINE)
    assert fake.writes == writes
    assert len(fake.subs[4].comments) == 1


def test_a_grade_that_is_missing_is_sent_without_a_second_comment(fake: FakeCanvas) -> None:
    canvas = connected(fake)
    canvas.give("4", FINE)
    fake.subs[4].score = None
    canvas.give("4", FINE)
    assert (fake.subs[4].score, len(fake.subs[4].comments)) == (87.5, 1)


def test_rubric_rows_are_filled_in(fake: FakeCanvas) -> None:
    rows = {"_1": Decimal("50"), "_2": Decimal("37.5")}
    connected(fake).give("4", Feedback(Decimal("87.5"), "", "", {}, 1, "bpgrade x", rows))
    assert fake.subs[4].rubric == {"_1": 50.0, "_2": 37.5}


@pytest.mark.parametrize("points", ["-1", "100.01", "NaN"])
def test_points_outside_the_range_are_never_sent(fake: FakeCanvas, points: str) -> None:
    """Canvas would take more than the maximum as extra credit."""
    with pytest.raises(NotTaken):
        connected(fake).give("4", Feedback(Decimal(points), "", ""))
    assert fake.writes == 0


def test_handing_out_leaves_the_grade_alone(fake: FakeCanvas) -> None:
    sheet = Feedback(None, "", "Your worksheet", {"worksheet.pdf": b"%PDF"}, 1, "bpgrade w")
    connected(fake).give("4", sheet)
    assert fake.subs[4].score is None
    assert fake.subs[4].comments[0]["attempt"] is None


# errors --------------------------------------------------------------------------------------


def test_an_unknown_token_is_a_token_error(fake: FakeCanvas) -> None:
    with pytest.raises(TokenError, match="does not know the token"):
        Canvas(fake.address(), Token("0123456789"), patience=NOW).assignment()


def test_a_missing_right_is_said(fake: FakeCanvas) -> None:
    fake.rules = [Rule("users", 1, "deny")]
    with pytest.raises(RightsError, match="list of students: not allowed"):
        connected(fake).people()
    fake.forbidden.add(4)
    with pytest.raises(RightsError, match="grade of user 4"):
        connected(fake).give("4", FINE)


def test_an_assignment_that_is_not_there(fake: FakeCanvas) -> None:
    where = f"{fake.url}/courses/7/assignments/13"
    with pytest.raises(PlatformError, match="assignment 13 of course 7: not found"):
        Canvas(where, Token(fake.token), patience=NOW).assignment()


@pytest.mark.parametrize("what", ["500", "429", "throttled", "hang", "cut", "lose"])
@pytest.mark.parametrize(
    "function", ["announce", "receive", "confirm", "edit", "submission", "several"]
)
def test_what_fails_in_passing_ends_with_one_comment(
    fake: FakeCanvas, what: str, function: str
) -> None:
    """Also where the answer was lost after everything was stored."""
    fake.rules = [Rule(function, 1, what), Rule(function, 2, what)]
    canvas = connected(fake, patience=BRISK if what == "hang" else NOW)
    canvas.give("4", FINE)
    assert canvas.grades(["4"])["4"].points == Decimal("87.5")
    [comment] = fake.subs[4].comments
    assert len(comment["attachments"]) == 2


def test_tries_are_bounded(fake: FakeCanvas) -> None:
    fake.rules = [Rule("edit", n, "500") for n in range(1, 20)]
    with pytest.raises(Unreachable):
        connected(fake).give("4", FINE)
    assert fake.calls["edit"] == 3
    fake.rules = [Rule("assignment", n, "throttled") for n in range(1, 20)]
    with pytest.raises(Unreachable, match="fewer requests"):
        connected(fake).assignment()
    assert fake.calls["assignment"] - 1 == NOW.tries


@pytest.mark.parametrize(
    "url, course, activity",
    [
        ("https://canvas.example/courses/7/assignments/12", "7", "12"),
        ("https://canvas.example/courses/7/assignments/12?module_item_id=3", "7", "12"),
        ("https://canvas.example/courses/7/gradebook/speed_grader?assignment_id=12", "7", "12"),
        ("https://canvas.example/courses/7", "7", ""),
        ("https://canvas.example", "", ""),
    ],
)
def test_addresses_of_canvas(url: str, course: str, activity: str) -> None:
    found = address.read(url)
    assert (found.base, found.course, found.activity) == (
        "https://canvas.example", course, activity,
    )  # fmt: skip
