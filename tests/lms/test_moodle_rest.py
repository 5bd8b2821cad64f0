"""Moodle's REST interface: what it says in odd ways is said in words, nothing is believed."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from typing import Any

import pytest
from fake_moodle import FakeMoodle, Work
from misbehaving import Rule
from syncing_class import BRISK, NOW, connected, moodle_class

from grader.errors import NotTaken, PlatformError, RightsError, TokenError, Unreachable
from grader.lms.moodle.api import Moodle, address, login
from grader.lms.platform import Attachment, Feedback
from grader.lms.tokens import Token


@pytest.fixture
def fake() -> Iterator[FakeMoodle]:
    with moodle_class() as found:
        yield found


def at(fake: FakeMoodle, where: str = "", **more: Any) -> Moodle:
    return Moodle(where or fake.url, Token(fake.token), patience=NOW, **more)


FINE = Feedback(Decimal("87.50"), "<p>step 3</p>", "step 3", {"page.html": b"<p>"})


# which assignment ----------------------------------------------------------------------------


def test_the_address_or_either_number_finds_the_assignment(fake: FakeMoodle) -> None:
    fake.works[2] = Work(2, 44, "Homework 2", 10.0)
    assert at(fake, f"{fake.url}/mod/assign/view.php?id=44").assignment().name == "Homework 2"
    assert at(fake, number="44").assignment().id == "2"
    assert at(fake, number="2").assignment().most == 10


def test_a_number_that_fits_two_is_refused_with_both(fake: FakeMoodle) -> None:
    """The course module 1 is another assignment than the one with the id 1."""
    fake.works[2] = Work(2, 1, "Homework 2")
    with pytest.raises(PlatformError, match=r"Homework 1.*id=31.*Homework 2.*id=1;"):
        at(fake, number="1").assignment()
    assert at(fake, f"{fake.url}/mod/assign/view.php?id=1").assignment().id == "2"


def test_without_a_number_the_assignments_are_listed(fake: FakeMoodle) -> None:
    with pytest.raises(PlatformError, match=r"which assignment\?.*'Homework 1' is .*id=31"):
        at(fake).assignment()
    with pytest.raises(PlatformError, match="no assignment 99; there are"):
        at(fake, number="99").assignment()


@pytest.mark.parametrize(
    "grade, more, said",
    [(-3, {}, "scale"), (0, {}, "not graded in points"), (10, {"teamsubmission": 1}, "groups")],
)
def test_what_cannot_take_points_is_refused(
    fake: FakeMoodle, grade: float, more: dict[str, int], said: str
) -> None:
    fake.work.most, fake.work.more = grade, more
    with pytest.raises(PlatformError, match=said):
        connected(fake).assignment()


def test_switched_off_feedback_is_told(fake: FakeMoodle) -> None:
    fake.work.comments_on = fake.work.files_on = False
    fake.work.more = {"markingworkflow": 1}
    found = connected(fake).assignment()
    assert not found.takes_files
    assert [note.split()[0] for note in found.notes] == ["marking", "'Feedback", "'Feedback"]


# errors with status 200 ----------------------------------------------------------------------


def test_an_unknown_token_is_a_token_error(fake: FakeMoodle) -> None:
    with pytest.raises(TokenError, match="does not accept the token"):
        Moodle(fake.address(), Token("0123456789abcdef"), patience=NOW).assignment()


def test_a_function_outside_the_service_is_named(fake: FakeMoodle) -> None:
    fake.not_in_service.add("mod_assign_get_assignments")
    with pytest.raises(RightsError, match=r"mod_assign_get_assignments.*docs/moodle-sync\.md"):
        connected(fake).assignment()


def test_empty_lists_with_warnings_are_missing_rights(fake: FakeMoodle) -> None:
    """Not a class in which nobody has handed in anything."""
    assert list(connected(fake).submissions()) == []
    fake.sees_nothing = True
    with pytest.raises(RightsError, match=r"submissions cannot be read: No access rights"):
        connected(fake).submissions()
    with pytest.raises(RightsError, match="grades cannot be read"):
        connected(fake).grades()
    with pytest.raises(RightsError, match="assignments cannot be read"):
        at(fake, number="31", course="5").assignment()


def test_a_database_error_is_an_error(fake: FakeMoodle) -> None:
    moodle = connected(fake)
    assert isinstance(moodle, Moodle)
    with pytest.raises(PlatformError, match="Error writing to database"):
        moodle.call("mod_assign_save_grade", assignmentid=1, userid=4, grade=5, attemptnumber=-1)


# people and files ----------------------------------------------------------------------------


def test_people_are_students_with_the_surest_name_first(fake: FakeMoodle) -> None:
    found = {one.key: one.names for one in connected(fake).people()}
    assert found["4"] == ("s001", "u4", "ada@example.org", "Ada Example")
    assert "3" not in found
    fake.identity = set()
    assert {one.names for one in connected(fake).people()} >= {("Ann Lee",)}


def test_only_the_last_attempt_counts(fake: FakeMoodle) -> None:
    fake.hand_in(4, {"old.csv": b"1"})
    fake.hand_in(4, {"new.csv": b"2", "sub/dir/x.csv": b"3"}, reopened=True)
    [one] = connected(fake).submissions()
    assert (one.attempt, [file.name for file in one.files]) == (2, ["new.csv", "sub/dir/x.csv"])
    assert connected(fake).fetch(one.files[0]) == b"2"


@pytest.mark.parametrize(
    "about, said",
    [
        ({"status": "draft", "files": {"a.csv": b""}}, "draft"),
        ({"status": "new", "files": {}}, "nothing handed in"),
        ({"files": {}}, "neither a file nor a text"),
    ],
)
def test_what_is_not_handed_in_is_said(fake: FakeMoodle, about: dict[str, Any], said: str) -> None:
    fake.hand_in(4, **about)
    [one] = connected(fake).submissions()
    assert said in one.fault


def test_what_was_typed_is_there(fake: FakeMoodle) -> None:
    fake.hand_in(4, {}, text="<p>net_h1 = 0.3775</p>")
    [one] = connected(fake).submissions()
    assert (one.text, one.fault) == ("<p>net_h1 = 0.3775</p>", "")


def test_a_file_that_is_not_given_is_an_error(fake: FakeMoodle) -> None:
    url = f"{fake.url}/webservice/pluginfile.php/4/0/answers.csv"
    with pytest.raises(PlatformError, match="status 404"):
        connected(fake).fetch(Attachment("answers.csv", 3, url))


def test_the_token_goes_to_no_other_host(fake: FakeMoodle) -> None:
    url = f"http://localhost:{fake.port}/webservice/pluginfile.php/4/0/answers.csv"
    with pytest.raises(PlatformError, match="must not go"):
        connected(fake).fetch(Attachment("answers.csv", 3, url))
    assert not fake.paths


# writing -------------------------------------------------------------------------------------


def test_grade_comment_and_files_arrive(fake: FakeMoodle) -> None:
    connected(fake).give("4", FINE)
    row = fake.work.rows[4]
    assert (row.grade, row.comment, row.files) == (87.5, "<p>step 3</p>", {"page.html": b"<p>"})
    assert connected(fake).grades()["4"].points == Decimal("87.50000")


def test_several_files_share_one_draft_area(fake: FakeMoodle) -> None:
    more = Feedback(Decimal(1), "", "", {"a.html": b"1", "b.pdf": b"2"})
    connected(fake).give("4", more)
    assert fake.work.rows[4].files == {"a.html": b"1", "b.pdf": b"2"}


@pytest.mark.parametrize("points", ["-1", "-0.01", "100.01", "NaN", "Infinity"])
def test_points_outside_the_range_are_never_sent(fake: FakeMoodle, points: str) -> None:
    """Moodle would ignore them, and -1 would wipe the grade."""
    connected(fake).give("4", FINE)
    writes = fake.writes
    with pytest.raises(NotTaken):
        connected(fake).give("4", Feedback(Decimal(points), "", ""))
    assert fake.writes == writes
    assert fake.work.rows[4].grade == 87.5


def test_handing_out_leaves_the_grade_as_it_is(fake: FakeMoodle) -> None:
    """Also that there is none: no row says 0."""
    sheet = Feedback(None, "<p>Your worksheet</p>", "", {"worksheet.pdf": b"%PDF"})
    connected(fake).give("5", sheet)
    assert connected(fake).grades()["5"].points is None
    connected(fake).give("4", FINE)
    connected(fake).give("4", sheet)
    assert connected(fake).grades()["4"].points == Decimal("87.5")


# the way there -------------------------------------------------------------------------------


@pytest.mark.parametrize("what", ["500", "429", "hang", "cut", "lose", "html"])
@pytest.mark.parametrize(
    "function", ["mod_assign_save_grade", "upload.php", "mod_assign_get_grades"]
)
def test_what_fails_in_passing_is_tried_again(fake: FakeMoodle, what: str, function: str) -> None:
    fake.rules = [Rule(function, 1, what), Rule(function, 2, what)]
    moodle = connected(fake, patience=BRISK if what == "hang" else NOW)
    moodle.give("4", FINE)
    assert moodle.grades()["4"].points == Decimal("87.5")
    assert fake.work.rows[4].files == FINE.files


def test_tries_are_bounded(fake: FakeMoodle) -> None:
    fake.rules = [Rule("mod_assign_get_assignments", n, "500") for n in range(1, 20)]
    with pytest.raises(Unreachable, match="status 500"):
        connected(fake).assignment()
    assert fake.calls["mod_assign_get_assignments"] == NOW.tries


def test_retry_after_is_waited_for(fake: FakeMoodle) -> None:
    """But not for ever; a date says it as well as a number."""
    from dataclasses import replace

    slept: list[float] = []
    fake.rules = [
        Rule("mod_assign_get_assignments", 1, "429", wait="7"),
        Rule("mod_assign_get_assignments", 2, "429", wait="99999"),
        Rule("mod_assign_get_assignments", 3, "429", wait="Thu, 20 Nov 2025 10:00:00 GMT"),
    ]
    patience = replace(NOW, sleep=slept.append)
    connected(fake, patience=patience).assignment()
    assert slept == [7, patience.longest, 0]


def test_waits_grow(fake: FakeMoodle) -> None:
    from dataclasses import replace

    slept: list[float] = []
    fake.rules = [Rule("mod_assign_get_assignments", n, "500") for n in (1, 2, 3)]
    connected(fake, patience=replace(NOW, first=8.0, sleep=slept.append)).assignment()
    assert [round(16 / wait) for wait in slept] in ([2, 1, 0], [2, 1, 1], [3, 1, 0], [3, 1, 1])
    assert slept == sorted(slept)


def test_nobody_listens(fake: FakeMoodle) -> None:
    from service import free_port

    where = f"http://127.0.0.1:{free_port()}/mod/assign/view.php?id=31"
    with pytest.raises(Unreachable, match="cannot be reached"):
        Moodle(where, Token(fake.token), patience=NOW).assignment()


# login and addresses -------------------------------------------------------------------------


def test_login_gives_the_token(fake: FakeMoodle) -> None:
    found = login(fake.url, "teacher", Token(fake.password), "bpgrade")
    assert found.reveal() == fake.token
    assert fake.password not in " ".join(fake.paths)


@pytest.mark.parametrize("password, service", [("wrong password", "bpgrade"), ("", "other")])
def test_login_refused_is_a_token_error(fake: FakeMoodle, password: str, service: str) -> None:
    with pytest.raises(TokenError, match="gives no token"):
        login(fake.url, "teacher", Token(password or fake.password), service)


@pytest.mark.parametrize(
    "url, said",
    [
        ("http://lms.example/mod/assign/view.php?id=1", "in the open"),
        ("ftp://lms.example", "no address"),
        ("lms.example", "no address"),
        ("https://teacher:secret@lms.example", "no user name"),
        ("https://[::1", "no address"),
    ],
)
def test_addresses_that_would_leak_are_refused(url: str, said: str) -> None:
    with pytest.raises(PlatformError, match=said) as caught:
        address.read(url)
    assert "secret" not in str(caught.value)


@pytest.mark.parametrize(
    "url, base, activity",
    [
        ("https://lms.example/mod/assign/view.php?id=31", "https://lms.example", "31"),
        ("https://lms.example/m/mod/assign/view.php?id=31&x=1", "https://lms.example/m", "31"),
        ("https://lms.example/", "https://lms.example", ""),
        ("https://lms.example/my/", "https://lms.example", ""),
        ("https://lms.example/moodle", "https://lms.example/moodle", ""),
        ("https://lms.example/mod/quiz/view.php?id=31", "https://lms.example", ""),
        ("https://lms.example/mod/assign/view.php?id=x", "https://lms.example", ""),
    ],
)
def test_addresses_of_moodle(url: str, base: str, activity: str) -> None:
    found = address.read(url)
    assert (found.base, found.activity) == (base, activity)


def test_http_is_fine_at_home_or_when_it_is_said() -> None:
    assert address.read("http://localhost:8000/moodle").host == "localhost:8000"
    assert address.read("http://lms.example", insecure=True).base == "http://lms.example"
