"""The Moodle of the tests is as Moodle was measured; a test for each row of the table."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
import requests
from fake_moodle import FakeMoodle
from syncing_class import moodle_class

from grader.lms.moodle.api import flat

SAVE = {
    "assignmentid": 1,
    "userid": 4,
    "grade": 87.5,
    "attemptnumber": -1,
    "addattempt": 0,
    "workflowstate": "",
    "applytoall": 0,
    "plugindata": {
        "assignfeedbackcomments_editor": {"text": "<p>step 3</p>", "format": 1},
        "files_filemanager": 0,
    },
}


@pytest.fixture
def fake() -> Iterator[FakeMoodle]:
    with moodle_class() as found:
        yield found


def rest(fake: FakeMoodle, function: str, token: str = "", **arguments: Any) -> Any:
    """An answer; its status is always 200."""
    data = {"wstoken": token or fake.token, "wsfunction": function, "moodlewsrestformat": "json"}
    url = f"{fake.url}/webservice/rest/server.php"
    answer = requests.post(url, data={**data, **dict(flat(arguments))}, timeout=5)
    assert answer.status_code == 200
    return answer.json()


def save(fake: FakeMoodle, **changed: Any) -> Any:
    return rest(fake, "mod_assign_save_grade", **{**SAVE, **changed})


def stored(fake: FakeMoodle, user: int = 4) -> str | None:
    """A grade, read back."""
    found = rest(fake, "mod_assign_get_grades", assignmentids=[1])["assignments"]
    rows = {row["userid"]: row["grade"] for one in found for row in one["grades"]}
    return rows.get(user)


def test_errors_come_with_status_200(fake: FakeMoodle) -> None:
    assert rest(fake, "mod_assign_get_grades", "wrong")["errorcode"] == "invalidtoken"
    assert rest(fake, "core_no_such_function")["errorcode"] == "accessexception"
    assert rest(fake, "core_enrol_get_enrolled_users", courseid=9)["errorcode"] == "nopermissions"


def test_login_gives_a_token_or_an_error(fake: FakeMoodle) -> None:
    sent = {"username": "teacher", "password": fake.password, "service": "bpgrade"}
    url = f"{fake.url}/login/token.php"
    assert requests.get(url, sent, timeout=5).json() == {"token": fake.token, "privatetoken": None}
    wrong = requests.get(url, {**sent, "password": "x"}, timeout=5).json()
    assert wrong["errorcode"] == "invalidlogin"
    assert "exception" not in wrong


def test_enrolled_users(fake: FakeMoodle) -> None:
    """With a capability students only; idnumber is absent where empty or not to be seen."""
    options = [{"name": "withcapability", "value": "mod/assign:submit"}]
    ask = {"courseid": 2, "options": options}
    found = rest(fake, "core_enrol_get_enrolled_users", **ask)
    assert {one["id"] for one in found} == {4, 5, 6, 7, 8}
    assert len(rest(fake, "core_enrol_get_enrolled_users", courseid=2)) == 6
    fake.users[4].idnumber = ""
    found = rest(fake, "core_enrol_get_enrolled_users", **ask)
    assert ["idnumber" in one for one in found] == [False, True, True, True, True]
    fake.identity = {"email"}
    found = rest(fake, "core_enrol_get_enrolled_users", **ask)
    assert not any("idnumber" in one for one in found)
    slim = [*options, {"name": "userfields", "value": "id,fullname"}]
    found = rest(fake, "core_enrol_get_enrolled_users", courseid=2, options=slim)
    assert set(found[0]) == {"id", "fullname"}


def test_users_by_a_field_that_is_not_seen_are_none(fake: FakeMoodle) -> None:
    ask = {"field": "idnumber", "values": ["s001"]}
    assert len(rest(fake, "core_user_get_users_by_field", **ask)) == 1
    fake.identity = set()
    assert rest(fake, "core_user_get_users_by_field", **ask) == []


def test_assignments(fake: FakeMoodle) -> None:
    [course] = rest(fake, "mod_assign_get_assignments")["courses"]
    [one] = course["assignments"]
    assert (one["id"], one["cmid"], one["grade"]) == (1, 31, 100.0)
    assert {row["plugin"] for row in one["configs"]} == {"comments", "file"}


def test_submissions(fake: FakeMoodle) -> None:
    """Only who touched it; without the right an empty list and warnings."""
    fake.hand_in(4, {"answers.csv": b"a,b"})
    [one] = rest(fake, "mod_assign_get_submissions", assignmentids=[1])["assignments"]
    [sub] = one["submissions"]
    assert (sub["userid"], sub["attemptnumber"], sub["status"]) == (4, 0, "submitted")
    [file] = sub["plugins"][0]["fileareas"][0]["files"]
    assert (file["filename"], file["filesize"]) == ("answers.csv", 3)
    fake.sees_nothing = True
    found = rest(fake, "mod_assign_get_submissions", assignmentids=[1])
    assert found["assignments"] == []
    assert found["warnings"]


def test_files_need_token_and_the_right(fake: FakeMoodle) -> None:
    """`token`, not `wstoken`; somebody else's is a 404 in JSON."""
    fake.hand_in(4, {"answers.csv": b"a,b"})
    fake.tokens["of-ben"] = 5
    url = f"{fake.url}/webservice/pluginfile.php/4/0/answers.csv"
    assert requests.get(url, {"token": fake.token}, timeout=5).content == b"a,b"
    assert b"invalidtoken" in requests.get(url, {"wstoken": fake.token}, timeout=5).content
    other = requests.get(url, {"token": "of-ben"}, timeout=5)
    assert other.status_code == 404
    assert "error" in other.json()


def test_user_mappings(fake: FakeMoodle) -> None:
    [one] = rest(fake, "mod_assign_get_user_mappings", assignmentids=[1])["assignments"]
    assert {"id": 104, "userid": 4} in one["mappings"]


def test_upload_makes_a_draft_area(fake: FakeMoodle) -> None:
    answer = requests.post(
        f"{fake.url}/webservice/upload.php",
        data={"token": fake.token, "itemid": 0},
        files={"file_0": ("page.html", b"<p>")},
        timeout=5,
    )
    item = answer.json()[0]["itemid"]
    assert fake.drafts[item] == {"page.html": b"<p>"}


def test_save_grade_always_says_null(fake: FakeMoodle) -> None:
    assert save(fake) is None
    assert stored(fake) == "87.50000"
    for ignored in (100.5, -3):
        assert save(fake, grade=ignored) is None
        assert stored(fake) == "87.50000"
    fake.work.overridden.add(4)
    assert save(fake, grade=50) is None
    assert stored(fake) == "87.50000"


def test_minus_one_clears(fake: FakeMoodle) -> None:
    save(fake)
    save(fake, grade=-1)
    assert stored(fake) == "-1.00000"


def test_unknown_users_and_teachers_get_a_row(fake: FakeMoodle) -> None:
    for user in (3, 777):
        assert save(fake, userid=user) is None
        assert stored(fake, user) == "87.50000"


def test_an_attempt_above_the_last_is_opened(fake: FakeMoodle) -> None:
    fake.hand_in(4, {"answers.csv": b""})
    save(fake, attemptnumber=1)
    assert [one.status for one in fake.work.attempts[4]] == ["submitted", "reopened"]


@pytest.mark.parametrize("typed", ["55,5", "abc"])
def test_what_is_no_number_is_refused(fake: FakeMoodle, typed: str) -> None:
    assert save(fake, grade=typed)["errorcode"] == "invalidparameter"


def test_without_comment_fields_it_dies_half_way(fake: FakeMoodle) -> None:
    found = save(fake, plugindata={"files_filemanager": 0})
    assert found["exception"] == "dml_write_exception"
    assert stored(fake) == "87.50000"


def test_item_0_keeps_earlier_files(fake: FakeMoodle) -> None:
    fake.drafts[701] = {"page.html": b"<p>"}
    more = dict(SAVE["plugindata"])  # type: ignore[call-overload]
    save(fake, plugindata={**more, "files_filemanager": 701})
    save(fake)
    assert fake.work.rows[4].files == {"page.html": b"<p>"}
