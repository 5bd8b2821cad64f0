"""Platforms make themselves known, are listed, switched off, and give their class list."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone
from jobs_made import made
from launches import Browser
from lti_platform import Platform, platform

from grader.web.jobs import starting
from grader.web.jobs.models import Job
from grader.web.lti import access_tokens, keys, registration
from grader.web.lti.models import Context, Invitation
from grader.web.lti.models import Platform as Known
from grader.web.models import Audit, Course, Member, Role, Task

pytestmark = pytest.mark.django_db
URL = "http://testserver"


@pytest.fixture
def lms() -> Iterator[Platform]:
    keys.forget_keys()
    access_tokens.forget_tokens()
    with platform(URL) as found:
        yield found


@pytest.fixture(autouse=True)
def public_address(settings: Any) -> None:
    settings.URL = URL


def path_of(address: str) -> str:
    assert address.startswith(f"{URL}/lti/register/")
    return address.removeprefix(URL)


def registered(lms: Platform) -> Known:
    answer = Client().get(path_of(registration.invite(internal=True)) + lms.invite())
    assert answer.status_code == 200, answer.content.decode()
    lms.tool.keys = keys.public_keys()
    lms.tool.active = True  # as its administrator does
    return Known.objects.get(issuer=lms.issuer)


# registration --------------------------------------------------------------------------------


def test_a_platform_registers_itself(lms: Platform) -> None:
    """What it says is noted; what it was told lets it launch."""
    found = registered(lms)
    assert found.client_id == lms.tool.client_id
    assert found.auth_url == f"{lms.url}/mod/lti/auth.php"
    assert found.token_url == f"{lms.url}/mod/lti/token.php"
    assert found.keys_url == f"{lms.url}/mod/lti/certs.php"
    assert found.product == "moodle"
    assert [one.ident for one in found.deployments.all()] == [lms.tool.deployment]
    told = lms.tool.document
    assert told["initiate_login_uri"] == f"{URL}/lti/login"
    assert told["redirect_uris"] == [f"{URL}/lti/launch"]
    assert told["jwks_uri"] == f"{URL}/lti/jwks"
    assert "lti-ags/scope/score" in told["scope"]
    lms.person("3", "Instructor")
    assert lms.launch(Client(), "3", lms.link()).status_code == 302


def test_the_page_tells_the_platform_that_it_is_over(lms: Platform) -> None:
    """By a script of a file, to the platform's origin alone, in the platform's frame."""
    answer = Client().get(path_of(registration.invite(internal=True)) + lms.invite())
    assert b"lti-close.js" in answer.content
    assert f'data-origin="{lms.issuer}"'.encode() in answer.content
    assert f"frame-ancestors {lms.url}" in answer["Content-Security-Policy"]


def test_an_invitation_is_good_once(lms: Platform) -> None:
    """For one platform, and only if it succeeded; before, it can be tried again."""
    place = path_of(registration.invite(internal=True))
    broken = Client().get(f"{place}?openid_configuration={lms.url}/nowhere")
    assert broken.status_code == 422
    lms.fault("registration", "status")
    assert Client().get(place + lms.invite()).status_code == 422
    assert Client().get(place + lms.invite()).status_code == 200
    assert Client().get(place + lms.invite()).status_code == 404


def test_no_registration_without_invitation(lms: Platform) -> None:
    """A made-up secret, one that has ended."""
    assert Client().get("/lti/register/made-up/" + lms.invite()).status_code == 404
    place = path_of(registration.invite(internal=True))
    Invitation.objects.update(expires=timezone.now() - timedelta(seconds=1))
    assert Client().get(place + lms.invite()).status_code == 404
    assert not lms.asked("configuration")


def test_internal_addresses_only_where_the_administrator_allows_them(lms: Platform) -> None:
    """An invitation that does not say so reaches nothing on this machine."""
    answer = Client().get(path_of(registration.invite()) + lms.invite())
    assert answer.status_code == 422
    assert not lms.asked("configuration")


def test_nobody_speaks_for_a_platform_that_is_known(lms: Platform) -> None:
    """Another key set for the same issuer would be everybody there."""
    registered(lms)
    with platform(URL) as thief:
        thief.issuer = lms.issuer
        answer = Client().get(path_of(registration.invite(internal=True)) + thief.invite())
    assert answer.status_code == 422
    assert b"registered already" in answer.content
    assert Known.objects.get().keys_url == f"{lms.url}/mod/lti/certs.php"


@pytest.mark.parametrize("kind", ["status", "cut", "lost"])
def test_a_platform_that_fails_half_way(lms: Platform, kind: str) -> None:
    """Nothing is noted; the page says what happened."""
    lms.fault("registration", kind)
    answer = Client().get(path_of(registration.invite(internal=True)) + lms.invite())
    assert answer.status_code == 422
    assert b'role="alert"' in answer.content
    assert not Known.objects.exists()


# the platforms' page -------------------------------------------------------------------------


@pytest.fixture
def root(django_user_model: Any) -> Client:
    client = Client()
    client.force_login(django_user_model.objects.create_superuser("root", "r@example.org", "p"))
    return client


def test_whoever_runs_the_service_invites_and_switches_off(lms: Platform, root: Client) -> None:
    """An address is shown once; a platform that is off lets nobody in."""
    page = root.post("/lti/platforms/", {"internal": "1"}).content.decode()
    assert f"{URL}/lti/register/" in page
    found = registered(lms)
    place = f"/lti/platforms/{found.pk}/"
    lms.person("3", "Instructor")
    link = lms.link()
    root.post(place, {"action": "off"})
    assert lms.begun(Client(), "3", link).status_code == 400
    root.post(place, {"action": "on"})
    assert lms.launch(Client(), "3", link).status_code == 302
    root.post(place, {"action": "refuse", "deployment": lms.tool.deployment})
    assert lms.launch(Client(), "3", link).status_code == 403
    root.post(place, {"action": "allow", "deployment": lms.tool.deployment})
    assert lms.launch(Client(), "3", link).status_code == 302
    actions = set(Audit.objects.values_list("action", flat=True))
    assert {"platform.invited", "platform.off", "platform.on", "platform.allowed"} <= actions


def test_teachers_do_not_see_platforms(lms: Platform) -> None:
    """Only who runs the service."""
    registered(lms)
    browser = Client()
    lms.person("3", "Instructor")
    lms.launch(browser, "3", lms.link())
    assert browser.get("/lti/platforms/").status_code == 404


# the class list ------------------------------------------------------------------------------


def course_of(lms: Platform) -> tuple[Course, Client]:
    """A course that a teacher opened from the platform, with an assignment."""
    registered(lms)
    browser = Client()
    lms.person("3", "Instructor", name="Tea Cher")
    lms.launch(browser, "3", lms.link())
    browser.post("/lti/choose/", {"action": "new", "title": "BP 1", "family": "mazur"})
    return Course.objects.get(), browser


def fetched(course: Course, browser: Client) -> str:
    answer = browser.post(f"/lti/course/{course.pk}/fetch/", follow=True)
    assert answer.status_code == 200
    return str(answer.content.decode())


def test_the_class_is_fetched_and_gets_exercises(lms: Platform) -> None:
    """Names, ids, addresses as the platform has them; all pages of a long list."""
    course, browser = course_of(lms)
    lms.page = 2
    lms.person("5", name="Bob O'Brien", email="bob@example.org", sourcedid="S002")
    lms.person("6", name="Ann Ångström")
    lms.person("7", name="Ann Ångström")
    lms.person("8", "Mentor")
    page = fetched(course, browser)
    assert "3 new, 0 back, 0 gone" in page
    students = course.members.filter(role=Role.STUDENT).order_by("pk")
    assert [(one.ident, one.name) for one in students] == [
        ("S002", "Bob O'Brien"),
        ("6", "Ann Ångström"),
        ("7", "Ann Ångström"),
    ]
    assert Task.objects.count() == 3
    assert "0 new, 0 back, 0 gone" in fetched(course, browser)


def test_a_large_class_is_fetched_by_a_job(lms: Platform, monkeypatch: pytest.MonkeyPatch) -> None:
    """Its page leads to the job; the platform is asked again when that is made."""
    course, browser = course_of(lms)
    monkeypatch.setattr(starting, "LARGE", 1)
    lms.person("5", name="Bob", sourcedid="S002")
    lms.person("6", name="Ann", sourcedid="S001")
    answer = browser.post(f"/lti/course/{course.pk}/fetch/")
    job = Job.objects.get()
    assert answer["Location"] == f"/teach/job/{job.pk}/"
    assert not course.members.filter(role=Role.STUDENT).exists()
    lms.person("7", name="Cem", sourcedid="S003")
    made(job)
    assert Job.objects.get().words.endswith("3 new, 0 back, 0 gone.")
    assert Task.objects.count() == course.members.filter(role=Role.STUDENT).count() == 3


def test_who_is_fetched_is_who_launches(lms: Platform) -> None:
    """One account, one exercise."""
    course, browser = course_of(lms)
    lms.person("5", name="Bob O'Brien", sourcedid="S002")
    fetched(course, browser)
    answer = lms.launch(Client(), "5", next(iter(lms.links)))
    assert answer["Location"] == f"/learn/{Task.objects.get().pk}/"
    assert Member.objects.filter(role=Role.STUDENT).count() == 1


def test_who_leaves_and_comes_back(lms: Platform) -> None:
    """Students of an uploaded list are not touched."""
    course, browser = course_of(lms)
    lms.person("5")
    other = Course.objects.get().members.model.objects
    from grader.web.accounts import new_user

    other.create(course=course, user=new_user("zoe"), role=Role.STUDENT, ident="zoe")
    fetched(course, browser)
    lms.enrolled["2"].remove("5")
    assert "0 new, 0 back, 1 gone" in fetched(course, browser)
    active = course.members.filter(role=Role.STUDENT, active=True)
    assert [one.ident for one in active] == ["zoe"]
    lms.enrolled["2"].append("5")
    assert "0 new, 1 back, 0 gone" in fetched(course, browser)


def test_a_platform_that_tells_nothing(lms: Platform) -> None:
    """Without the service, and with one that fails: the class stays."""
    course, browser = course_of(lms)
    lms.person("5")
    fetched(course, browser)
    lms.fault("members", "status", times=9)
    assert "gave no class list" in fetched(course, browser)
    assert course.members.filter(role=Role.STUDENT, active=True).count() == 1
    Context.objects.update(memberships_url="")
    assert "does not let bpgrade see" in fetched(course, browser)


def test_a_link_without_a_column_gets_one(lms: Platform) -> None:
    """Where the platform lets us make columns."""
    registered(lms)
    browser = Client()
    lms.person("3", "Instructor")
    link = lms.link(graded=False)
    lms.launch(browser, "3", link)
    browser.post("/lti/choose/", {"action": "new", "title": "BP 1", "family": "mazur"})
    placement = Context.objects.get().placements.get()
    (item,) = lms.items.values()
    assert placement.lineitem_url == lms.item_url(item)
    assert (item.label, item.most) == ("BP 1", 41)
    assert item.resource == placement.assignment.pk


def test_choosing_inside_the_platform(lms: Platform) -> None:
    """Deep linking from end to end: the platform takes our answer and makes the link."""
    registered(lms)
    lms.person("3", "Instructor")
    lms.person("5")
    teacher = Client()
    assert lms.choosing(teacher, "3")["Location"].startswith("/lti/choose/?")
    made = {"action": "new", "title": "BP 1", "family": "musilek"}
    page = teacher.post("/lti/choose/", made).content.decode()
    from lti_platform import form_of

    action, fields = form_of(page)
    import requests

    assert requests.post(action, fields, timeout=10).status_code == 200
    (link,) = lms.links.values()
    assert link.title == "BP 1"
    answer = lms.launch(Client(), "5", link)
    assert answer["Location"] == f"/learn/{Task.objects.get().pk}/"


def test_browsers_of_two_people_do_not_mix(lms: Platform) -> None:
    """Who is launched in a browser of somebody else becomes themselves there."""
    course_of(lms)
    lms.person("5")
    lms.person("6")
    browser = Browser().client
    link = next(iter(lms.links))
    first = lms.launch(browser, "5", link)["Location"]
    second = lms.launch(browser, "6", link)["Location"]
    assert browser.get(second).status_code == 200
    assert browser.get(first).status_code == 404
