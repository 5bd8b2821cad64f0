"""Tokens, scores, columns, class lists: as a platform like Moodle answers them."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from typing import Any

import jwt
import pytest
from django.utils import timezone
from lti_class import own_key
from lti_platform import MEMBERS as MEMBERS_SCOPE
from lti_platform import SCORE as SCORE_SCOPE
from lti_platform import Item, Platform, platform

from grader.errors import RefusalError, ResponseError
from grader.support import http_client
from grader.support.http_client import Patience
from grader.web.lti import access_tokens, keys, nrps
from grader.web.lti.access_tokens import check_token
from grader.web.lti.ags import Score, line_item_for, line_items, results, send_score
from grader.web.lti.models import Platform as Row
from grader.web.lti.nrps import members
from grader.web.lti.outcomes import (
    Busy,
    Delivered,
    Down,
    Older,
    Outcome,
    Refused,
    TokenRefused,
    words,
)

pytestmark = pytest.mark.django_db
WHEN = datetime(2026, 3, 1, 12, tzinfo=UTC)


@pytest.fixture
def lms() -> Iterator[Platform]:
    access_tokens.forget_tokens()
    with platform() as found:
        yield found


@pytest.fixture
def row(lms: Platform) -> Row:
    own_key()
    lms.by_hand(keys=keys.public_keys())
    for sub in ("5", "6", "7"):
        lms.person(sub)
    lms.person("1", "Instructor")
    made: Row = lms.as_model()
    return made


@pytest.fixture
def item(lms: Platform, row: Row) -> Item:
    return lms.item()


def score(**changed: Any) -> Score:
    usual = {"sub": "5", "score": 12.0, "most": 16.0, "comment": "fine", "stamp": WHEN}
    return Score(**{**usual, **changed})


def sent(lms: Platform, row: Row, item: Item, **changed: Any) -> Outcome:
    return send_score(row, lms.item_url(item), score(**changed))


# tokens ------------------------------------------------------------------------------------


def test_a_token_is_asked_for_once(lms: Platform, row: Row, item: Item) -> None:
    for n in range(3):
        assert isinstance(sent(lms, row, item, stamp=WHEN + timedelta(seconds=n)), Delivered)
    assert len(lms.asked("token")) == 1


def test_a_token_is_replaced_a_minute_before_it_ends(
    lms: Platform, row: Row, item: Item, monkeypatch: pytest.MonkeyPatch
) -> None:
    now = 1_000.0
    monkeypatch.setattr(access_tokens, "clock", lambda: now)
    sent(lms, row, item)
    now += 3_600 - access_tokens.EARLY - 1
    sent(lms, row, item)
    assert len(lms.asked("token")) == 1
    now += 2
    sent(lms, row, item)
    assert len(lms.asked("token")) == 2


def test_the_assertion_is_what_platforms_want(row: Row) -> None:
    made = [access_tokens.assertion(row) for _ in range(2)]
    first, second = (jwt.decode(one, options={"verify_signature": False}) for one in made)
    assert jwt.get_unverified_header(made[0])["kid"] == keys.signing_key().kid
    assert first["iss"] == first["sub"] == row.client_id
    assert first["aud"] == row.token_url
    assert first["jti"] != second["jti"]
    row.audience = "https://lms.example"
    told = jwt.decode(access_tokens.assertion(row), options={"verify_signature": False})
    assert told["aud"] == "https://lms.example"


def test_each_service_has_a_token_of_its_own(lms: Platform, row: Row, item: Item) -> None:
    sent(lms, row, item)
    members(row, lms.members_url())
    asked = [one.body.decode() for one in lms.asked("token")]
    assert len(asked) == 2
    assert "score" in asked[0]
    assert "lineitem" not in asked[0]
    assert "contextmembership.readonly" in asked[1]


def test_a_token_that_is_not_taken_is_replaced_once(lms: Platform, row: Row, item: Item) -> None:
    sent(lms, row, item)
    lms.tokens.clear()
    assert isinstance(sent(lms, row, item, stamp=WHEN + timedelta(seconds=1)), Delivered)
    assert len(lms.asked("token")) == 2
    lms.fault("score", "status", status=401, times=2)
    refused = sent(lms, row, item, stamp=WHEN + timedelta(seconds=2))
    assert isinstance(refused, TokenRefused)
    assert len(lms.asked("score")) == 5


def test_broken_errors_are_repeated_as_they_are(lms: Platform, row: Row, item: Item) -> None:
    lms.tool.keys = {"keys": []}
    refused = sent(lms, row, item)
    assert isinstance(refused, TokenRefused)
    assert "gives no token" in refused.reason
    assert "unable to look up correct key" in refused.reason


def test_a_platform_that_cannot_fetch_our_keys_says_so_in_words(
    lms: Platform, row: Row, item: Item
) -> None:
    lms.tool.keys = None  # nobody listens at the tool's address
    told = check_token(row)
    assert "cannot fetch our key set" in told
    assert "curlsecurityallowedport" in told
    assert "fix_jwks_alg" not in told


def test_a_scope_that_was_not_granted(lms: Platform, row: Row, item: Item) -> None:
    lms.scopes = [MEMBERS_SCOPE]
    assert "invalid_scope" in words(sent(lms, row, item))
    assert check_token(row, MEMBERS_SCOPE) == ""


NO_TOKENS = [
    b"",
    b"<html>",
    b"[]",
    b'{"access_token": 7}',
    b'{"access_token": ""}',
    b'{"access_token": "a\\r\\nb"}',
    b'{"access_token": "\\u2013"}',
    b'{"token_type": "Bearer"}',
]


@pytest.mark.parametrize("body", NO_TOKENS)
def test_what_is_no_token_is_not_used(lms: Platform, row: Row, item: Item, body: bytes) -> None:
    lms.fault("token", "status", status=200, body=body)
    assert isinstance(sent(lms, row, item), TokenRefused)
    assert not lms.asked("score")


@pytest.mark.parametrize("ends", [b'"3600"', b"1e999", b"null", b'"soon"', b"-5", b"[]"])
def test_odd_ends_of_tokens_do_no_harm(lms: Platform, row: Row, item: Item, ends: bytes) -> None:
    lms.tokens["given"] = ({SCORE_SCOPE}, lms.clock() + 10)
    body = b'{"access_token": "given", "expires_in": ' + ends + b"}"
    lms.fault("token", "status", status=200, body=body)
    assert isinstance(sent(lms, row, item), Delivered)
    assert all(until < access_tokens.clock() + 2 * access_tokens.LONGEST for _, until in _kept())


def _kept() -> list[tuple[str, float]]:
    return list(access_tokens._tokens.values())


def test_secrets_are_not_repeated(lms: Platform, row: Row, item: Item) -> None:
    """Neither the token nor our assertion, where the platform repeats them in an error."""
    sent(lms, row, item)
    ((token, _),) = _kept()
    lms.fault("score", "status", status=400, body=f"bad token {token}".encode())
    told = sent(lms, row, item)
    assert isinstance(told, Refused)
    assert token not in told.reason


# scores ------------------------------------------------------------------------------------


def test_a_score_is_scaled_by_the_platform(lms: Platform, row: Row, item: Item) -> None:
    assert isinstance(sent(lms, row, item), Delivered)
    grade = item.grades["5"]
    assert (grade.score, grade.comment, grade.stamp) == (7.5, "fine", WHEN.timestamp())


def test_the_request_is_exactly_what_platforms_take(lms: Platform, row: Row, item: Item) -> None:
    sent(lms, row, item)
    (asked,) = lms.asked("score")
    assert asked.path.startswith(f"/mod/lti/services.php/2/lineitems/{item.id}/lineitem/scores?")
    assert asked.path.endswith("?type_id=6")
    assert asked.headers["Content-Type"] == "application/vnd.ims.lis.v1.score+json"
    assert json.loads(asked.body) == {
        "userId": "5",
        "scoreGiven": 12.0,
        "scoreMaximum": 16.0,
        "activityProgress": "Completed",
        "gradingProgress": "FullyGraded",
        "timestamp": "2026-03-01T12:00:00.000Z",
        "comment": "fine",
    }


def test_scores_stay_within_their_bounds() -> None:
    """Other platforms refuse what Moodle clips."""
    assert score(score=17.0).as_json()["scoreGiven"] == 16.0
    assert score(score=-1.0).as_json()["scoreGiven"] == 0.0


def test_a_second_score_of_the_same_second_is_older(lms: Platform, row: Row, item: Item) -> None:
    sent(lms, row, item)
    assert isinstance(sent(lms, row, item, score=3.0), Older)
    assert item.grades["5"].score == 7.5


@pytest.mark.parametrize("sub", ["1", "99"])
def test_teachers_and_strangers_are_refused_for_good(
    lms: Platform, row: Row, item: Item, sub: str
) -> None:
    told = sent(lms, row, item, sub=sub)
    assert told == Refused("the platform answers 400")


STATUSES = [
    (200, Delivered),
    (201, Delivered),
    (204, Delivered),
    (301, Down),
    (400, Refused),
    (403, Refused),
    (404, Refused),
    (408, Down),
    (409, Older),
    (410, Refused),
    (429, Busy),
    (500, Down),
    (502, Down),
    (503, Down),
]


@pytest.mark.parametrize(("status", "kind"), STATUSES)
def test_every_status_means_one_thing(
    lms: Platform, row: Row, item: Item, status: int, kind: type
) -> None:
    lms.fault("score", "status", status=status)
    assert isinstance(sent(lms, row, item), kind)


@pytest.mark.parametrize("status", [429, 503])
def test_busy_platforms_say_for_how_long(lms: Platform, row: Row, item: Item, status: int) -> None:
    lms.fault("score", "status", status=status, headers={"Retry-After": "120"})
    told = sent(lms, row, item)
    assert isinstance(told, Busy)
    assert told.seconds == 120
    when = format_datetime(timezone.now() + timedelta(seconds=600), usegmt=True)
    lms.fault("score", "status", status=status, headers={"Retry-After": when})
    told = sent(lms, row, item)
    assert isinstance(told, Busy)
    assert told.seconds is not None
    assert 500 < told.seconds <= 600
    lms.fault("score", "status", status=429, headers={"Retry-After": "whenever"})
    told = sent(lms, row, item)
    assert isinstance(told, Busy)
    assert told.seconds is None


@pytest.mark.parametrize("endpoint", ["token", "score"])
@pytest.mark.parametrize("kind", ["cut", "hang", "drip"])
def test_silence_is_down(
    lms: Platform,
    row: Row,
    item: Item,
    endpoint: str,
    kind: str,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(http_client, "PATIENCE", Patience(1.0, 0.2, 0.5))
    lms.fault(endpoint, kind)
    assert isinstance(sent(lms, row, item), Down)


def test_what_a_platform_says_is_one_line_of_words(lms: Platform, row: Row, item: Item) -> None:
    page = "<h1>No</h1>\n<p>\x1b[31m&lt;b&gt;" + "x" * 500
    lms.fault("score", "status", status=404, body=page.encode())
    told = words(sent(lms, row, item))
    assert told.startswith("the platform answers 404: No ?[31m<b>xxx")
    assert len(told) < 200


# line items --------------------------------------------------------------------------------


def test_a_column_is_found_before_one_is_made(lms: Platform, row: Row) -> None:
    first = line_item_for(row, lms.items_url(), "a1", "bp", "Homework 1", 16)
    again = line_item_for(row, lms.items_url(), "a1", "bp", "Homework 1", 16)
    assert first == again
    assert [one.method for one in lms.asked("lineitems")] == ["GET", "POST", "GET"]
    assert (first.label, first.most, first.resource, first.tag) == ("Homework 1", 16, "a1", "bp")
    assert isinstance(send_score(row, first.url, score()), Delivered)


def test_columns_of_others_are_not_taken(lms: Platform, row: Row) -> None:
    """Also where a platform does not heed what was asked for."""
    lms.item(resource="a1", tag="other")
    lms.item(resource="a2", tag="bp")
    lms.item("3", resource="a1", tag="bp")
    made = line_item_for(row, lms.items_url(), "a1", "bp", "Homework 1", 16)
    assert len(line_items(row, lms.items_url())) == 3
    assert made.url == lms.item_url(list(lms.items.values())[-1])


def test_lists_are_asked_for_without_a_limit(lms: Platform, row: Row) -> None:
    """What follows a limit cannot be read at Moodle."""
    line_items(row, lms.items_url())
    assert "limit" not in lms.asked("lineitems")[0].path


def test_nothing_of_ours_can_delete_a_column() -> None:
    import pathlib

    folder = pathlib.Path(keys.__file__).parent
    assert not [path for path in folder.glob("*.py") if '"DELETE"' in path.read_text("utf-8")]


def test_a_platform_that_makes_no_columns_is_told(lms: Platform, row: Row) -> None:
    lms.scopes = [SCORE_SCOPE]
    with pytest.raises(RefusalError, match="gives no token"):
        line_item_for(row, lms.items_url(), "a1", "bp", "Homework 1", 16)


def test_results_come_back(lms: Platform, row: Row, item: Item) -> None:
    sent(lms, row, item)
    (found,) = results(row, lms.item_url(item))
    assert (found.sub, found.score, found.most, found.comment) == ("5", 7.5, 10, "fine")


ODD_LISTS = [b"{}", b"<html>", b'[{"id": []}]', b'["x"]', b'[{"scoreMaximum": "much"}]']


@pytest.mark.parametrize("body", ODD_LISTS)
def test_odd_columns_are_refused(lms: Platform, row: Row, body: bytes) -> None:
    lms.fault("lineitems", "status", status=200, body=body)
    with pytest.raises(ResponseError):
        line_items(row, lms.items_url())


# names and roles ---------------------------------------------------------------------------


def test_a_class_list_is_read_to_its_end(lms: Platform, row: Row) -> None:
    for n in range(100, 130):
        lms.person(str(n), sourcedid="" if n % 2 else f"S{n}")
    lms.page = 7
    found = members(row, lms.members_url())
    assert len(found) == 34
    assert len(lms.asked("members")) == 5
    by_sub = {one.sub: one for one in found}
    assert by_sub["1"].roles == {"Instructor"}
    assert by_sub["5"].roles == {"Learner"}
    assert (by_sub["100"].sourcedid, by_sub["101"].sourcedid) == ("S100", "")
    assert by_sub["5"].active


def test_long_names_of_roles_and_missing_fields(lms: Platform, row: Row) -> None:
    rows = [
        {"user_id": 5, "roles": ["http://purl.imsglobal.org/vocab/lis/v2/membership#Learner"]},
        {"user_id": "5", "roles": ["Instructor"]},
        {"roles": ["Learner"], "name": "Nobody"},
        {"user_id": "8", "status": "Inactive", "given_name": "Ada", "family_name": None},
        {"user_id": "9", "roles": ["http://purl.imsglobal.org/vocab/lis/v2/system/person#User"]},
    ]
    lms.fault("members", "status", status=200, body=json.dumps({"members": rows}).encode())
    found = members(row, lms.members_url())
    assert [(one.sub, set(one.roles), one.name, one.active) for one in found] == [
        ("5", {"Learner"}, "", True),
        ("8", set(), "Ada", False),
        ("9", set(), "", True),
    ]


@pytest.mark.parametrize("link", ["https://evil.example/members", "{own}"])
def test_a_list_neither_leads_away_nor_round(lms: Platform, row: Row, link: str) -> None:
    """The token is for nobody else."""
    where = link.replace("{own}", f"{lms.members_url()}?limit={nrps.PEOPLE}")
    headers = {"Link": f'<{where}>; rel="next"'}
    lms.fault("members", "status", status=200, body=b'{"members": []}', headers=headers, times=9)
    with pytest.raises(ResponseError, match=r"another address|no end"):
        members(row, lms.members_url())
    assert len(lms.asked("members")) == 1


def test_a_course_that_is_not_shown(lms: Platform, row: Row) -> None:
    with pytest.raises(RefusalError, match="404"):
        members(row, lms.members_url("77"))
