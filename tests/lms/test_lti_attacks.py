"""Hostile and borderline launches: every one ends as it must, whatever is wrong with it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import jwt
import pytest
from django.conf import settings as django_settings
from django.test import Client
from django.utils import timezone
from launches import (
    CLIENT,
    ISSUER,
    TOOL,
    Browser,
    claims,
    confused,
    key,
    now,
    platform,
    signed,
    silent,
    swapped,
    unsigned,
    verdict,
)

from grader.web.lti import launch
from grader.web.lti.models import Identity, Login

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("registered")]


Make = Callable[[str], str]
ONE_TOKEN: dict[str, tuple[str, Make]] = {
    "good": ("accepted", lambda n: signed(claims(n))),
    "no algorithm": ("refused", unsigned),
    "public key as shared secret": ("refused", confused),
    "a stranger's key": ("refused", lambda n: signed(claims(n), "stranger")),
    "unknown kid": ("refused", lambda n: signed(claims(n), kid="zz")),
    "no kid": ("refused", lambda n: jwt.encode(claims(n), key(), "RS256")),
    "keys from elsewhere": ("accepted", lambda n: signed(claims(n), jku="https://evil.example")),
    "a key in the header": (
        "refused",
        lambda n: signed(claims(n), "stranger", jwk={"kty": "RSA"}),
    ),
    "unknown crit": ("refused", lambda n: signed(claims(n), crit=["bork"], bork=1)),
    "signature cut off": ("refused", lambda n: signed(claims(n)).rsplit(".", 1)[0] + "."),
    "claims changed": ("refused", swapped),
    "no token at all": ("refused", lambda n: "x.y"),
    "expired": ("refused", lambda n: signed(claims(n, exp=now(-60)))),
    "expired by 5 s": ("accepted", lambda n: signed(claims(n, exp=now(-5)))),
    "no exp": ("refused", lambda n: signed(claims(n, exp=None))),
    "exp is no number": ("refused", lambda n: signed(claims(n, exp=float("nan")))),
    "exp is infinite": ("refused", lambda n: signed(claims(n, exp=float("inf")))),
    "expired by 27 s": ("accepted", lambda n: signed(claims(n, exp=now(-27)))),
    "expired by 33 s": ("refused", lambda n: signed(claims(n, exp=now(-33)))),
    "iat 27 s ahead": ("accepted", lambda n: signed(claims(n, iat=now(27)))),
    "iat 33 s ahead": ("refused", lambda n: signed(claims(n, iat=now(33)))),
    "no iat": ("refused", lambda n: signed(claims(n, iat=None))),
    "iat 5 s ahead": ("accepted", lambda n: signed(claims(n, iat=now(5)))),
    "iat an hour ahead": ("refused", lambda n: signed(claims(n, iat=now(3600)))),
    "iat a month ago": (
        "refused",
        lambda n: signed(claims(n, iat=now(-30 * 86400), exp=now(10**8))),
    ),
    "nbf ahead": ("refused", lambda n: signed(claims(n, nbf=now(3600)))),
    "no nonce": ("refused", lambda n: signed(claims(n, nonce=None))),
    "nonce never given": ("refused", lambda n: signed(claims("zzz"))),
    "nonce is a list": ("refused", lambda n: signed(claims(n, nonce=[n]))),
    "other aud": ("refused", lambda n: signed(claims(n, aud="tool2"))),
    "several aud": ("refused", lambda n: signed(claims(n, aud=["other", CLIENT]))),
    "several aud, ours first": ("refused", lambda n: signed(claims(n, aud=[CLIENT, "other"]))),
    "aud in a list": ("accepted", lambda n: signed(claims(n, aud=[CLIENT]))),
    "azp another": ("refused", lambda n: signed(claims(n, aud=[CLIENT, "other"], azp="other"))),
    "azp another, aud ours": ("refused", lambda n: signed(claims(n, azp="other"))),
    "other iss": ("refused", lambda n: signed(claims(n, iss="https://evil.example"))),
    "other deployment": ("refused", lambda n: signed(claims(n, deployment_id="99"))),
    "no deployment": ("refused", lambda n: signed(claims(n, deployment_id=None))),
    "deployment is a list": ("refused", lambda n: signed(claims(n, deployment_id=["1"]))),
    "version 1.1": ("refused", lambda n: signed(claims(n, version="1.1"))),
    "unknown message": ("refused", lambda n: signed(claims(n, message_type="X"))),
    "nobody": ("accepted", lambda n: signed(claims(n, sub=None))),
    "foreign target": (
        "refused",
        lambda n: signed(claims(n, target_link_uri="https://evil.example/x")),
    ),
    "target's host in its name": (
        "refused",
        lambda n: signed(claims(n, target_link_uri=f"{TOOL}.evil.example/lti/launch")),
    ),
    "target's host as user": (
        "refused",
        lambda n: signed(claims(n, target_link_uri="https://tool.example@evil.example/")),
    ),
    "a target that is no address": (
        "refused",
        lambda n: signed(claims(n, target_link_uri="https://[")),
    ),
    "sub with a NUL": ("refused", lambda n: signed(claims(n, sub="a" + chr(0)))),
    "no roles": ("refused", lambda n: signed(claims(n, roles=None))),
    "roles are a text": ("refused", lambda n: signed(claims(n, roles="Instructor"))),
    "sub of a megabyte": ("refused", lambda n: signed(claims(n, sub="s" * 10**6))),
    "sub of 300 characters": ("refused", lambda n: signed(claims(n, sub="s" * 300))),
    "context is a text": ("accepted", lambda n: signed(claims(n, context="2"))),
    "link is a list": ("accepted", lambda n: signed(claims(n, resource_link=["5"]))),
}


@pytest.mark.parametrize("name", ONE_TOKEN)
def test_a_token(name: str) -> None:
    """After a proper login, with this token."""
    wanted, make = ONE_TOKEN[name]
    browser = Browser()
    state, nonce = browser.begin()
    answer = browser.launch(make(nonce), state)
    assert verdict(answer) == wanted, answer.content.decode()[-800:]
    session = django_settings.SESSION_COOKIE_NAME in answer.cookies
    assert session == (wanted == "accepted" and name != "nobody")
    assert Identity.objects.exists() == session
    unread = answer.status_code == 413
    assert Login.objects.exists() == unread, "used up, whatever came of it"


def test_the_same_launch_again() -> None:
    """From the same browser, without cookies, and from another one."""
    browser = Browser()
    state, nonce = browser.begin()
    token = signed(claims(nonce))
    assert verdict(browser.launch(token, state)) == "accepted"
    assert verdict(browser.launch(token, state)) == "refused"
    assert verdict(Browser().launch(token, state)) == "refused"


def test_a_refused_launch_cannot_be_mended() -> None:
    """One use: also of a state whose first launch was refused."""
    browser = Browser()
    state, nonce = browser.begin()
    assert verdict(browser.launch(signed(claims(nonce), "stranger"), state)) == "refused"
    assert verdict(browser.launch(signed(claims(nonce)), state)) == "refused"


def test_nonce_and_state_belong_together() -> None:
    """A nonce of one login with the state of another."""
    browser = Browser()
    _, first = browser.begin()
    second, _ = browser.begin()
    assert verdict(browser.launch(signed(claims(first)), second)) == "refused"


def test_launches_belong_to_a_browser() -> None:
    """A state that another browser began, or nobody."""
    attacker, victim = Browser(), Browser()
    state, nonce = attacker.begin()
    victim.begin()
    answer = victim.launch(signed(claims(nonce)), state)
    assert verdict(answer) == "refused"
    assert verdict(victim.launch(signed(claims(nonce)), "made-up")) == "refused"
    assert django_settings.SESSION_COOKIE_NAME not in answer.cookies


def test_a_cookie_of_the_right_name_is_not_enough() -> None:
    """It must hold what this browser was given."""
    browser = Browser()
    state, nonce = browser.begin()
    browser.client.cookies[launch.cookie_of(state)] = "made-up"
    assert verdict(browser.launch(signed(claims(nonce)), state)) == "refused"


def test_two_launches_at_once_in_one_browser() -> None:
    """Two links opened in two tabs."""
    browser = Browser()
    (one, first), (two, second) = browser.begin(), browser.begin()
    assert verdict(browser.launch(signed(claims(second)), two)) == "accepted"
    assert verdict(browser.launch(signed(claims(first)), one)) == "accepted"


def test_a_login_of_long_ago(monkeypatch: pytest.MonkeyPatch) -> None:
    """After ten minutes the state is worth nothing."""
    browser = Browser()
    state, nonce = browser.begin()
    Login.objects.update(begun=timezone.now() - launch.OLDEST - timedelta(seconds=1))
    assert verdict(browser.launch(signed(claims(nonce)), state)) == "refused"


def test_keys_that_cannot_be_had() -> None:
    """A key server that never answers: refused in time, and not asked again at once."""
    with silent() as url:
        platform(url, "https://slow.example")
        browser = Browser()
        for _ in range(2):
            state, nonce = browser.begin("https://slow.example")
            token = signed(claims(nonce, iss="https://slow.example"))
            assert verdict(browser.launch(token, state)) == "refused"


def test_a_platform_speaks_for_itself_alone(keys_url: str) -> None:
    """The state of one platform does not let in a token of another."""
    platform(keys_url, "https://other.example")
    browser = Browser()
    state, nonce = browser.begin("https://other.example")
    assert verdict(browser.launch(signed(claims(nonce)), state)) == "refused"


def test_a_platform_that_is_switched_off(registered: Any) -> None:
    """Nobody logs in; who has begun is not let in either."""
    browser = Browser()
    state, nonce = browser.begin()
    registered.active = False
    registered.save()
    asked = {"iss": ISSUER, "client_id": CLIENT, "login_hint": "4"}
    assert browser.client.post("/lti/login", asked, secure=True).status_code == 400
    assert verdict(browser.launch(signed(claims(nonce)), state)) == "refused"


@pytest.mark.parametrize("address", ["/lti/login", "/lti/launch"])
def test_forms_have_a_size(address: str) -> None:
    """Refused by what is said of it, before anything is read."""
    answer = Client().post(address, {"iss": ISSUER, "state": "s" * 70_000}, secure=True)
    assert answer.status_code == 413


def test_unknown_platforms_leave_nothing() -> None:
    """No state is stored for what nobody registered."""
    nul = {"iss": ISSUER + chr(0)}
    strangers = ({"iss": "https://evil.example"}, {"iss": ISSUER, "client_id": "other"}, {}, nul)
    for asked in strangers:
        assert Client().post("/lti/login", asked, secure=True).status_code == 400
    assert not Login.objects.exists()


def test_logins_under_way_are_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    """A flood fills nothing; old ones make room."""
    monkeypatch.setattr(launch, "MOST_LOGINS", 3)
    browsers = [Browser() for _ in range(3)]
    for browser in browsers:
        browser.begin()
    asked = {"iss": ISSUER, "client_id": CLIENT, "login_hint": "4"}
    assert Client().post("/lti/login", asked, secure=True).status_code == 503
    Login.objects.update(begun=timezone.now() - launch.OLDEST - timedelta(seconds=1))
    Browser().begin()
    assert Login.objects.count() == 1


def test_without_a_public_address_nothing_is_let_in(settings: Any) -> None:
    """What a client calls us is never believed."""
    settings.URL = ""
    answer = Client(headers={"host": "evil.example"}).post(
        "/lti/login", {"iss": ISSUER, "client_id": CLIENT}, secure=True
    )
    assert answer.status_code == 404
    assert b"public address" in answer.content


def test_cookies_survive_in_a_frame() -> None:
    """`SameSite=None; Secure` on both; partitioned by the server's last layer."""
    browser = Browser()
    state, nonce = browser.begin()
    kept = browser.client.cookies[launch.cookie_of(state)]
    assert (kept["samesite"], kept["secure"], kept["httponly"]) == ("None", True, True)
    answer = browser.launch(signed(claims(nonce)), state, **{"Sec-Fetch-Dest": "iframe"})
    session = answer.cookies[django_settings.SESSION_COOKIE_NAME]
    assert (session["samesite"], session["secure"]) == ("None", True)
    page = browser.client.get(answer["Location"], secure=True)
    assert f"frame-ancestors {ISSUER}" in page["Content-Security-Policy"]


def test_a_session_of_its_own_window_is_framed_by_nobody() -> None:
    """Only who was launched into a frame may be shown in one."""
    browser = Browser()
    answer = browser.arrive(headers={"Sec-Fetch-Dest": "document"})
    assert answer.cookies[django_settings.SESSION_COOKIE_NAME]["samesite"] == "Lax"
    page = browser.client.get(answer["Location"], secure=True)
    assert "frame-ancestors 'none'" in page["Content-Security-Policy"]


def test_a_browser_without_cookies_is_shown_a_way() -> None:
    """The page offers a window of its own, which begins the launch again."""
    browser = Browser()
    state, nonce = browser.begin()
    browser.client.cookies.clear()
    answer = browser.launch(signed(claims(nonce)), state)
    assert answer.status_code == 403
    assert b'target="_blank"' in answer.content
    assert b"/lti/login?iss=https%3A%2F%2Flms.example" in answer.content
