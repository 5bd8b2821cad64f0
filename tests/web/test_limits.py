"""Limits on rates: they slide, they end, they say until when, and they lock nobody out."""

from __future__ import annotations

import json
import re
from collections.abc import Callable

import pytest
from api import Caller, caller
from clock import Clock
from django.contrib.auth import get_user_model
from django.test import Client, RequestFactory
from service import assignment_of, course_of
from waitress.proxy_headers import parse_proxy_headers

from grader.web import housekeeping, limits, views
from grader.web.accounts import new_link
from grader.web.api import access
from grader.web.models import Tally, Task
from grader.web.student import practice, worksheet

pytestmark = pytest.mark.django_db


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    return Clock(monkeypatch)


@pytest.fixture
def task() -> Task:
    return assignment_of(course_of("ada", "ben")).tasks.get(member__ident="ada")


def student(name: str = "ada", place: str = "192.0.2.1") -> Client:
    client = Client(REMOTE_ADDR=place)
    client.force_login(get_user_model().objects.get(username=name))
    return client


# the window ------------------------------------------------------------------------------------


def test_a_window_slides(clock: Clock) -> None:
    """Five in a minute: two at its begin, three later; each place is free when its minute ends."""
    assert [limits.wait("x", 5, 60) for _ in range(2)] == [0, 0]
    clock.pass_by(30)
    assert [limits.wait("x", 5, 60) for _ in range(3)] == [0, 0, 0]
    assert limits.wait("x", 5, 60) == pytest.approx(30)
    clock.pass_by(29)
    assert limits.wait("x", 5, 60) == pytest.approx(1)
    clock.pass_by(1.5)
    assert [limits.wait("x", 5, 60) for _ in range(2)] == [0, 0]
    assert limits.wait("x", 5, 60) == pytest.approx(29.5)


def test_no_limit_lasts_for_a_lifetime(clock: Clock) -> None:
    """Slow but steady tries never meet it, and what is refused does not prolong it."""
    for _ in range(300):
        assert limits.wait("slow", 5, 60) == 0
        clock.pass_by(13)
    for _ in range(5):
        limits.wait("fast", 5, 60)
    for _ in range(100):
        assert limits.wait("fast", 5, 60) > 0
        clock.pass_by(0.5)
    clock.pass_by(10.5)
    assert limits.wait("fast", 5, 60) == 0


def test_many_tries_are_a_small_tally(clock: Clock) -> None:
    for _ in range(600):
        assert limits.wait("many", 600, 60) == 0
        clock.pass_by(0.05)
    assert limits.wait("many", 600, 60) > 0
    assert len(Tally.objects.get(what="many").tries) <= limits.PARTS + 1


def test_a_clock_that_went_back_locks_nobody_out(clock: Clock) -> None:
    for _ in range(5):
        limits.wait("x", 5, 60)
    clock.pass_by(-86_400)
    assert limits.wait("x", 5, 60) == 0


def test_several_limits_count_together_or_not_at_all() -> None:
    assert limits.wait_for_all({"a": 5, "b": 1}, 60) == 0
    assert limits.wait_for_all({"a": 5, "b": 1}, 60) > 0
    assert sum(n for _, n in Tally.objects.get(what="a").tries) == 1


def test_what_is_over_is_cleared(clock: Clock) -> None:
    limits.wait("x", 5, 60)
    clock.pass_by(59)
    limits.wait("y", 5, 60)
    clock.pass_by(2)
    housekeeping.clear()
    assert [one.what for one in Tally.objects.all()] == ["y"]


# every limit -----------------------------------------------------------------------------------

Ask = Callable[[Task], int]


def _sent(task: Task, path: str, body: object) -> int:
    client = student()
    return client.post(path, json.dumps(body), "application/json").status_code


def _got(path: str) -> int:
    return student().get(path).status_code


def _saved(task: Task) -> int:
    return student().post(f"/learn/{task.pk}/", {"do": "save", "base": "{}"}).status_code


def _listed(task: Task) -> int:
    return task.asking.get("/families").status_code


LIMITS: dict[str, tuple[object, str, float, Ask]] = {
    "draft": (
        worksheet, "SAVES", worksheet.SPAN,
        lambda task: _sent(task, f"/learn/{task.pk}/draft/", {"fields": {}}),
    ),
    "read": (
        worksheet, "READS", worksheet.SPAN,
        lambda task: _sent(task, f"/learn/{task.pk}/read/", {"fields": {}}),
    ),
    "hand-in": (worksheet, "HANDS", worksheet.SPAN, _saved),
    "upload": (
        worksheet, "HANDS", worksheet.SPAN,
        lambda task: student().post(f"/learn/{task.pk}/upload/").status_code,
    ),
    "practice": (
        practice, "VARIANTS", practice.SPAN,
        lambda task: _got(f"/learn/practice/{task.assignment.pk}/?v=abcdefghijkl"),
    ),
    "practice-check": (
        practice, "CHECKS", practice.SPAN,
        lambda task: _sent(
            task,
            f"/learn/practice/{task.assignment.pk}/check/",
            {"variant": "abcdefghijkl", "fields": {}},
        ),
    ),
    "api": (access, "MOST", access.SPAN, _listed),
    "unknown token": (
        access, "MOST_UNKNOWN", access.SPAN,
        lambda task: Caller("bpg_x").get("/families").status_code,
    ),
    "link": (
        views, "FROM_PLACE", views.SPAN, lambda task: Client().post("/link/unknown/").status_code,
    ),
    "password": (
        views, "TRIES", views.SPAN,
        lambda task: student().post("/password/", {"old": "?"}).status_code,
    ),
    "login": (
        views, "TRIES", views.SPAN,
        lambda task: Client().post("/login/", {"name": "ada", "password": "?"}).status_code,
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", LIMITS)
def test_each_limit_ends_with_its_window(
    name: str, task: Task, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Three tries, refused, refused just before the end; after it three again, and again."""
    module, constant, span, ask = LIMITS[name]
    monkeypatch.setattr(module, constant, 3)
    task.asking = caller("ada")  # type: ignore[attr-defined]
    for _ in range(3):
        assert 429 not in [ask(task) for _ in range(3)]
        assert ask(task) == 429
        clock.pass_by(span - 1)
        assert ask(task) == 429
        clock.pass_by(1.5)


# who is let in ---------------------------------------------------------------------------------


def test_sixty_students_behind_one_address_get_in_within_a_minute(clock: Clock) -> None:
    names = [f"s{n}" for n in range(60)]
    course_of(*names)
    users = get_user_model().objects
    for name in names:
        client = Client(REMOTE_ADDR="192.0.2.7")
        answer = client.post(f"/link/{new_link(users.get(username=name))}/")
        assert answer.status_code == 302
        assert client.get("/learn/").status_code == 200
        clock.pass_by(1)
    for name in names:  # and by password, some after a wrong one
        client = Client(REMOTE_ADDR="192.0.2.7")
        client.post("/login/", {"name": name, "password": "wrong"})
        answer = client.post("/login/", {"name": name, "password": "password"})
        assert answer.status_code == 302


def test_wrong_passwords_of_others_do_not_lock_the_owner_out(clock: Clock) -> None:
    course_of("ada")
    own = Client(REMOTE_ADDR="192.0.2.1")
    assert own.post("/login/", {"name": "ada", "password": "password"}).status_code == 302
    own.post("/logout/")
    for n in range(2 * views.TO_ACCOUNT):
        stranger = Client(REMOTE_ADDR=f"198.51.100.{n}")
        stranger.post("/login/", {"name": "ada", "password": f"guess {n}"})
    stranger = Client(REMOTE_ADDR="203.0.113.9")
    assert stranger.post("/login/", {"name": "ada", "password": "password"}).status_code == 429
    assert own.post("/login/", {"name": "ada", "password": "password"}).status_code == 302


def test_ten_wrong_passwords_from_one_address_leave_the_others_alone(clock: Clock) -> None:
    course_of("ada")
    for n in range(10):
        Client(REMOTE_ADDR="198.51.100.1").post("/login/", {"name": "ada", "password": str(n)})
    refused = Client(REMOTE_ADDR="198.51.100.1").post(
        "/login/", {"name": "ada", "password": "password"}
    )
    assert refused.status_code == 429
    elsewhere = Client(REMOTE_ADDR="192.0.2.1")
    assert elsewhere.post("/login/", {"name": "ada", "password": "password"}).status_code == 302


def test_the_mark_of_a_device_is_of_one_account() -> None:
    """Who has an account of their own does not get a free try at others."""
    course_of("ada", "eve")
    eve = Client(REMOTE_ADDR="192.0.2.2")
    assert eve.post("/login/", {"name": "eve", "password": "password"}).status_code == 302
    eve.post("/logout/")
    tried = [
        eve.post("/login/", {"name": "ada", "password": str(n)}).status_code
        for n in range(views.TRIES + 1)
    ]
    assert tried == [401] * views.TRIES + [429]


def test_the_message_says_that_it_is_a_limit_and_until_when(clock: Clock) -> None:
    course_of("ada")
    client = Client()
    for _ in range(views.TRIES):
        client.post("/login/", {"name": "ada", "password": "wrong"})
    clock.pass_by(100)
    answer = client.post("/login/", {"name": "ada", "password": "wrong"})
    page = answer.content.decode()
    assert answer.status_code == 429
    assert "This is a limit" in page
    assert re.search(r"it ends at \d\d:\d\d:\d\d \(in 4 minutes\)", page)


def test_right_passwords_are_no_guesses(clock: Clock) -> None:
    course_of("ada")
    client = student()
    for n in range(views.TRIES + 1):
        old = f"orange-lamp-{n - 1}" if n else "password"
        new = f"orange-lamp-{n}"
        answer = client.post("/password/", {"old": old, "first": new, "second": new})
        assert answer.status_code == 302


def test_the_administration_sets_no_passwords_of_ones_own() -> None:
    get_user_model().objects.create_superuser("root", "", "password")
    client = Client()
    client.login(username="root", password="password")
    answer = client.post("/admin/password_change/", {"old_password": "?"})
    assert answer["Location"] == "/password/"


def test_a_network_of_addresses_is_one_place(clock: Clock) -> None:
    """Somebody with IPv6 has 2^64 addresses at hand."""
    course_of("ada")
    tried = [
        Client(REMOTE_ADDR=f"2001:db8:1:2:{n:x}::{n:x}")
        .post("/login/", {"name": "ada", "password": "?"})
        .status_code
        for n in range(views.TRIES + 1)
    ]
    assert tried == [401] * views.TRIES + [429]
    elsewhere = Client(REMOTE_ADDR="2001:db8:1:3::1")
    assert elsewhere.post("/login/", {"name": "ada", "password": "password"}).status_code == 302


@pytest.mark.parametrize(
    ("header", "place"),
    [
        ("192.0.2.1", "192.0.2.1"),
        ("203.0.113.5, 192.0.2.1", "192.0.2.1"),
        ("192.0.2.1:4711", "192.0.2.1"),
        ("::ffff:192.0.2.1", "192.0.2.1"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
        ("[2001:db8:1:2:3:4:5:6]:4711", "2001:db8:1:2::/64"),
    ],
)
def test_places_behind_a_web_server(header: str, place: str, rf: RequestFactory) -> None:
    """As waitress takes them from X-Forwarded-For."""
    request = rf.get("/")
    environ = {**request.META, "HTTP_X_FORWARDED_FOR": header, "REMOTE_PORT": "5000"}
    parse_proxy_headers(environ, 1, {"x-forwarded-for"})
    request.META.update(environ)
    assert limits.place_of(request) == place


def test_the_administration_has_no_door_of_its_own() -> None:
    course_of("ada")
    client = Client()
    answer = client.get("/admin/login/?next=/admin/auth/")
    assert answer["Location"] == "/login/?next=%2Fadmin%2Fauth%2F"
    posted = client.post("/admin/login/", {"username": "ada", "password": "password"})
    assert posted.status_code == 302
    assert "_auth_user_id" not in client.session
    client.login(username="ada", password="password")
    assert client.get("/admin/", follow=True).status_code == 404


def test_the_administration_is_reached_through_the_common_door() -> None:
    get_user_model().objects.create_superuser("root", "", "password")
    client = Client()
    answer = client.post("/login/?next=/admin/", {"name": "root", "password": "password"})
    assert answer["Location"] == "/admin/"
    assert client.get("/admin/").status_code == 200
