"""Links, tokens and sessions end when their owner becomes somebody else to the service."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pytest
from api import Caller
from django.contrib.auth import get_user_model
from django.test import Client
from service import course_of

from grader.assignments.roster import Student
from grader.web import roster_import
from grader.web.accounts import new_link, new_token
from grader.web.lti.enrollment import Told, enrolled
from grader.web.models import Member, Role

pytestmark = pytest.mark.django_db


@dataclass
class Ways:
    """A link, a token and a session of somebody."""

    user: Any
    link: str
    token: str
    session: Client

    def open(self) -> tuple[bool, bool, bool]:
        """Which of them let somebody in."""
        client = Client()
        client.post(f"/link/{self.link}/")
        by_link = "_auth_user_id" in client.session
        by_token = Caller(self.token).get("/courses").status_code != 401
        return by_link, by_token, self.session.get("/tokens/").status_code == 200


OPEN, SHUT = (True, True, True), (False, False, False)


def ways_of(name: str) -> Ways:
    user = get_user_model().objects.get(username=name)
    client = Client()
    client.force_login(user)
    return Ways(user, new_link(user), new_token(user, "mine", ["read"]), client)


def teacher(course: str = "Course") -> Client:
    client = Client()
    assert client.login(username=f"{course}-teacher", password="password")
    return client


def by_staff_page(ways: Ways) -> None:
    other = course_of(name="Other")
    form = {"account": ways.user.username, "role": "assistant"}
    assert teacher("Other").post(f"/teach/course/{other.pk}/staff/", form).status_code == 302


def by_launch(ways: Ways) -> None:
    member = Member.objects.get(user=ways.user)
    enrolled(member.course, ways.user, Told("sub", Role.ASSISTANT, "", "", ""))


def by_launch_elsewhere(ways: Ways) -> None:
    enrolled(course_of(name="Other"), ways.user, Told("sub", Role.ASSISTANT, "", "", ""))


def by_handing_over(ways: Ways) -> None:
    """Its only part in a course belongs to the account of a platform from now on."""
    other = get_user_model().objects.create_user("from the platform")
    course = Member.objects.get(user=ways.user).course
    enrolled(course, other, Told("sub", Role.STUDENT, "ada", "", ""))


def by_administration(ways: Ways) -> None:
    ways.user.is_staff = True
    ways.user.save()


def by_class_list(ways: Ways) -> None:
    course = Member.objects.get(user=ways.user).course
    roster_import.apply(course, [Student("ben", "Ben", "", "ben")], None)


def by_password(ways: Ways) -> None:
    answer = Client()
    answer.force_login(ways.user)
    form = {"old": "password", "first": "orange-lamp-7", "second": "orange-lamp-7"}
    assert answer.post("/password/", form).status_code == 302
    assert answer.get("/tokens/").status_code == 200, "the browser that did it stays"


def by_switching_off(ways: Ways) -> None:
    ways.user.is_active = False
    ways.user.save()


CHANGES: tuple[Callable[[Ways], None], ...] = (
    by_staff_page, by_launch, by_launch_elsewhere, by_handing_over, by_administration,
    by_class_list, by_password, by_switching_off,
)  # fmt: skip


@pytest.mark.parametrize("change", CHANGES, ids=lambda change: change.__name__)
def test_old_ways_in_end(change: Callable[[Ways], None]) -> None:
    course_of("ada", "ben")
    ada, ben = ways_of("ada"), ways_of("ben")
    assert ada.open() == OPEN
    change(ada)
    assert ada.open() == SHUT
    assert ben.open() == OPEN, "nobody else is touched"


def test_a_link_of_a_student_never_opens_to_staff() -> None:
    """Whatever made its owner a teacher, and whether or not we saw it happen."""
    course = course_of("ada")
    ada = ways_of("ada")
    Member.objects.filter(course=course, user=ada.user).update(role=Role.TEACHER)
    assert ada.open()[0] is False


def entered(name: str, how: str) -> None:
    """Somebody who is in a course already gets a part in one of other teachers."""
    other, user = course_of(name="Other"), get_user_model().objects.get(username=name)
    if how == "staff page":
        form = {"account": name, "role": "teacher"}
        assert teacher("Other").post(f"/teach/course/{other.pk}/staff/", form).status_code == 302
    elif how == "launch":
        enrolled(other, user, Told("sub", Role.TEACHER, "", "", ""))
    else:
        Member.objects.create(course=other, user=user, role=Role.STUDENT, ident="again")


@pytest.mark.parametrize("how", ["staff page", "launch", "class list"])
def test_a_link_made_before_leads_into_no_further_course(how: str) -> None:
    """A teacher makes one for a colleague; it must not lead into a course of others later."""
    course_of("ada")
    user = get_user_model().objects.get(username="Course-assistant")
    link = new_link(user, once=True)
    entered(user.username, how)
    client = Client()
    client.post(f"/link/{link}/")
    assert "_auth_user_id" not in client.session


def test_other_news_of_a_member_end_nothing() -> None:
    course_of("ada")
    ada = ways_of("ada")
    member = Member.objects.get(user=ada.user)
    enrolled(member.course, ada.user, Told("sub", Role.STUDENT, "", "Another name", ""))
    assert Member.objects.get(user=ada.user).name == "Another name"
    assert ada.open() == OPEN


def test_who_stays_in_another_course_keeps_them() -> None:
    course_of("ada", "ben")
    other = course_of("ada", name="Other")
    ada = ways_of("ada")
    roster_import.apply(other, [Student("eve", "Eve", "", "eve")], None)
    assert ada.open() == OPEN


def test_a_teacher_who_joins_another_course_keeps_them() -> None:
    course_of("ada")
    other = course_of(name="Other")
    ways = ways_of("Course-teacher")
    form = {"account": "Course-teacher", "role": "teacher"}
    assert teacher("Other").post(f"/teach/course/{other.pk}/staff/", form).status_code == 302
    assert ways.open()[1:] == (True, True)


def test_logging_in_ends_nothing(settings: Any) -> None:
    """Not even where the stored password is hashed anew."""
    course_of("ada")
    ada = ways_of("ada")
    settings.PASSWORD_HASHERS = [
        "django.contrib.auth.hashers.ScryptPasswordHasher",
        *settings.PASSWORD_HASHERS,
    ]
    assert Client().login(username="ada", password="password")
    assert ada.user.password != get_user_model().objects.get(pk=ada.user.pk).password
    assert ada.open()[:2] == (True, True)
