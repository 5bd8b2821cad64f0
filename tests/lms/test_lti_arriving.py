"""A checked launch becomes an account, a part in a course, and a page to go to."""

from __future__ import annotations

import re
from typing import Any

import pytest
from django.test import Client
from launches import CLAIM, ISSUER, TOOL, Browser, claims, platform, signed
from lti_visits import (
    ADMIN,
    ASSISTANT,
    BACK,
    GRADES,
    LINEITEM,
    NAMES,
    choosing,
    returned,
    student,
    teacher,
)
from service import assignment_of

from grader.web.lti import embedding, keys, provisioning
from grader.web.lti.deep_linking import DEEP
from grader.web.lti.models import Context, Deployment, Identity, Placement, Platform
from grader.web.lti.provisioning import AGS, NRPS
from grader.web.models import Assignment, Audit, Course, Member, Role, Task
from grader.web.teacher import people

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("registered")]


def placed() -> Placement:
    """A link that a teacher has placed, with an assignment behind it."""
    browser, _ = teacher()
    browser.client.post(
        "/lti/choose/", {"action": "new", "title": "BP 1", "family": "mazur"}, secure=True
    )
    return Placement.objects.get()


def test_a_teacher_comes_first() -> None:
    """Account, course and part in it are made; the link asks what it shall open."""
    browser, answer = teacher()
    assert answer["Location"].startswith("/lti/choose/?")
    course = Course.objects.get()
    assert course.name == "Back-propagation 101"
    member = course.members.get()
    assert (member.role, member.name) == (Role.TEACHER, "Tea Cher")
    context = Context.objects.get()
    assert (context.memberships_url, context.lineitems_url) == (
        NAMES["context_memberships_url"],
        GRADES["lineitems"],
    )
    page = browser.client.get("/lti/choose/", secure=True).content.decode()
    assert "BP exercise" in page


def test_a_student_before_any_teacher() -> None:
    """Is told so; nothing is made."""
    _, answer = student()
    assert answer.status_code == 403
    assert b"No teacher has opened this course" in answer.content
    assert not Course.objects.exists()
    assert not Identity.objects.exists()


def test_a_student_before_the_link_opens_anything() -> None:
    """A page that says so, not an error."""
    teacher()
    browser, answer = student()
    assert answer["Location"] == "/lti/waiting/"
    assert b"Not open yet" in browser.client.get("/lti/waiting/", secure=True).content


def test_a_link_is_placed_and_opens_exercises() -> None:
    """Choosing publishes; each student lands on their own worksheet, at once and later again."""
    link = placed()
    assert link.lineitem_url == LINEITEM
    assert link.assignment.published
    _, first = student("7")
    _, second = student("8")
    tasks = {task.member.name: task.pk for task in Task.objects.all()}
    assert first["Location"] == f"/learn/{tasks['Student 7']}/"
    assert second["Location"] == f"/learn/{tasks['Student 8']}/"
    _, again = student("7")
    assert again["Location"] == first["Location"]
    assert Task.objects.count() == 2


def test_people_are_known_by_number_not_by_name() -> None:
    """Two students of one name and address are two; one who changes the name stays one."""
    placed()
    student("7", name="Ann Ångström", email="ann@example.org")
    student("8", name="Ann Ångström", email="ann@example.org")
    student("7", name="Ann Öst")
    students = Member.objects.filter(role=Role.STUDENT).order_by("pk")
    assert [one.name for one in students] == ["Ann Öst", "Ann Ångström"]


def test_the_id_number_is_the_id_of_the_class_list() -> None:
    """`lis.person_sourcedid`, else the number; a clash is told apart."""
    placed()
    student("7", lis={"person_sourcedid": "S003"})
    student("8", lis={"person_sourcedid": "S003"})
    student("9", lis={"person_sourcedid": ""})
    student("10", lis={"person_sourcedid": "$Person.sourcedId"})
    idents = Member.objects.filter(role=Role.STUDENT).order_by("pk")
    assert [one.ident for one in idents] == ["S003", "S003-2", "9", "10"]


def test_an_account_of_ours_cannot_be_claimed(django_user_model: Any) -> None:
    """A platform that names the e-mail address of somebody here gets a new account."""
    django_user_model.objects.create_superuser("root", "root@example.org", "password")
    _, answer = teacher(name="root", email="root@example.org")
    assert answer.status_code == 302
    identity = Identity.objects.get()
    assert identity.user.username != "root"
    assert not identity.user.is_staff
    assert not identity.user.is_superuser
    assert not identity.user.has_usable_password()


def test_roles() -> None:
    """Assistants, people of the institution alone, and teachers who look as a student."""
    link = placed()
    _, answer = student("8", roles=ASSISTANT)
    assert answer["Location"] == f"/teach/assignment/{link.assignment.pk}/"
    _, nobody = student("9", roles=ADMIN)
    assert b"no part in this course" in nobody.content
    assert not Identity.objects.filter(sub="9").exists()
    _, look = student("4")  # the teacher's own number
    assert look["Location"] == f"/teach/assignment/{link.assignment.pk}/"
    assert not Task.objects.filter(member__role=Role.TEACHER).exists()


def test_a_student_who_becomes_a_teacher() -> None:
    """Is promoted, and the log says so."""
    placed()
    student("7")
    _, answer = teacher(sub="7")
    assert "/teach/" in answer["Location"]
    assert Audit.objects.filter(action="person.role").exists()


def test_a_course_is_not_entered_through_another(registered: Any) -> None:
    """The custom parameter of a link opens assignments of its own course alone."""
    link = placed()
    other = {"id": "3", "title": "Another course"}
    _, answer = teacher(
        sub="5",
        context=other,
        resource_link={"id": "9"},
        custom={"assignment": link.assignment.pk},
    )
    assert answer["Location"].startswith("/lti/choose/?"), "nothing is opened: it must be chosen"
    _, answer = student(
        "7", context=other, resource_link={"id": "9"}, custom={"assignment": link.assignment.pk}
    )
    assert answer["Location"] == "/lti/waiting/"
    assert Placement.objects.count() == 1


def test_nobody_chooses_for_another_course() -> None:
    """Only who was launched to choose, and teaches the course."""
    placed()
    browser, _ = student()
    assert browser.client.get("/lti/choose/", secure=True).status_code == 404
    assert Client().get("/lti/choose/", secure=True).status_code == 302


def test_who_was_taken_off_the_course_chooses_nothing() -> None:
    """Even in the middle of it."""
    browser, _ = teacher()
    Member.objects.update(active=False)
    made = {"action": "new", "title": "BP", "family": "mazur"}
    assert browser.client.post("/lti/choose/", made, secure=True).status_code == 404
    assert not Assignment.objects.exists()


def test_who_left_comes_back_by_a_launch() -> None:
    """The platform says who is in the course."""
    placed()
    student("7")
    Member.objects.filter(role=Role.STUDENT).update(active=False)
    _, answer = student("7")
    assert answer["Location"].startswith("/learn/")


# deep linking --------------------------------------------------------------------------------


def test_a_new_assignment_goes_back_signed() -> None:
    """As the platform wants it: link, custom parameter, column with the points."""
    browser = choosing()
    made = {"action": "new", "title": "BP 2", "family": "mazur"}
    page = browser.client.post("/lti/choose/", made, secure=True)
    found = returned(page)
    assignment = Assignment.objects.get()
    assert found[f"{CLAIM}message_type"] == "LtiDeepLinkingResponse"
    assert found[f"{CLAIM}deployment_id"] == "1"
    assert found[f"{DEEP}data"] == "opaque"
    (item,) = found[f"{DEEP}content_items"]
    assert item["type"] == "ltiResourceLink"
    assert item["url"] == f"{TOOL}/lti/launch"
    assert item["custom"] == {"assignment": assignment.pk}
    assert item["lineItem"]["scoreMaximum"] == 41
    assert item["lineItem"]["resourceId"] == assignment.pk
    assert f"form-action 'self' {ISSUER};" in page["Content-Security-Policy"]
    assert browser.client.get("/lti/choose/", secure=True).status_code == 404, "chosen once"


def test_the_link_that_comes_of_it_opens_the_assignment() -> None:
    """The platform gives the custom parameter back with every launch of the link."""
    browser = choosing()
    made = {"action": "new", "title": "BP 2", "family": "mazur"}
    item = returned(browser.client.post("/lti/choose/", made, secure=True))
    custom = item[f"{DEEP}content_items"][0]["custom"]
    _, answer = student("7", resource_link={"id": "77"}, custom=custom)
    task = Task.objects.get()
    assert answer["Location"] == f"/learn/{task.pk}/"
    assert Placement.objects.get().lineitem_url == LINEITEM


def test_several_are_chosen_where_the_platform_takes_several() -> None:
    """And one where it takes one."""
    for several in (True, False):
        browser = choosing(accept_multiple=several)
        course = Course.objects.get()
        ids = [assignment_of(course, title=f"HW {several} {n}").pk for n in (1, 2)]
        wanted = {"action": "choose", "assignment": ids}
        found = returned(browser.client.post("/lti/choose/", wanted, secure=True))
        assert len(found[f"{DEEP}content_items"]) == (2 if several else 1)


def test_nothing_chosen_goes_back_too() -> None:
    """The platform's dialogue ends."""
    found = returned(choosing().client.post("/lti/choose/", {"action": "cancel"}, secure=True))
    assert found[f"{DEEP}content_items"] == []


def test_a_long_new_assignment_comes_back_to_the_choice() -> None:
    """Made with all choices on its own page, it is chosen already when that page is done."""
    browser = choosing()
    course = Course.objects.get()
    form = {"action": "create", "title": "BP 3", "family": "mazur", "exercises": "1"}
    answer = browser.client.post(f"/teach/course/{course.pk}/assign/", form, secure=True)
    assignment = Assignment.objects.get()
    assert answer["Location"].startswith("/lti/choose/?choice=")
    assert answer["Location"].endswith(f"&assignment={assignment.pk}")
    page = browser.client.get(answer["Location"], secure=True).content.decode()
    assert re.search(rf'value="{assignment.pk}" checked', page)


def test_mistakes_in_the_quick_form_are_told() -> None:
    """No title, no family, nothing chosen."""
    browser = choosing()
    for sent in ({"action": "new"}, {"action": "new", "title": "x", "family": "?"}, {}):
        page = browser.client.post("/lti/choose/", sent, secure=True)
        assert page.status_code == 422
        assert b'role="alert"' in page.content


def test_students_choose_nothing() -> None:
    """Even if the platform sends them to."""
    placed()
    _, answer = student(
        "7",
        message_type="LtiDeepLinkingRequest",
        resource_link=None,
        **{f"{DEEP}deep_linking_settings": {"deep_link_return_url": BACK}},
    )
    assert answer.status_code == 403


def test_a_return_address_that_is_none() -> None:
    """No form is made that runs a script or goes nowhere."""
    browser = choosing(deep_link_return_url="javascript:alert(1)")
    made = {"action": "new", "title": "BP 2", "family": "mazur"}
    answer = browser.client.post("/lti/choose/", made, secure=True)
    assert answer.status_code == 404
    assert b"javascript:" not in answer.content


def test_two_links_in_two_windows() -> None:
    """What is chosen in a window is for its own link, whichever was opened last."""
    browser, first = teacher(resource_link={"id": "1", "title": "One"})
    second = browser.arrive(resource_link={"id": "2", "title": "Two"}, **{AGS: GRADES})
    course = Course.objects.get()
    one, two = (assignment_of(course, title=title).pk for title in ("A", "B"))
    for where, wanted in ((first, one), (second, two)):
        chosen = {"action": "choose", "assignment": wanted}
        name = where["Location"].split("choice=")[1]
        answer = browser.client.post("/lti/choose/", {**chosen, "choice": name}, secure=True)
        assert answer.status_code == 302
    links = dict(Placement.objects.values_list("link", "assignment_id"))
    assert links == {"1": one, "2": two}
    late = browser.client.get(first["Location"], secure=True)
    assert late.status_code == 404
    assert b"follow the link again" in late.content


def test_choosing_again_counts_and_an_old_choice_does_not() -> None:
    """A new word of the link counts; what was chosen here since is not undone by the old one."""
    teacher()
    course = Course.objects.get()
    one, two = (assignment_of(course, title=title).pk for title in ("A", "B"))
    link = {"id": "9"}

    def opens(wanted: str) -> str:
        student("7", resource_link=link, custom={"assignment": wanted})
        return str(Placement.objects.get(link="9").assignment_id)

    assert opens(one) == one
    assert opens(two) == two
    assert opens(two) == two
    provisioning.place(Context.objects.get(), "9", course.assignments.get(pk=one))
    assert opens(two) == one, "chosen here since"


def test_courses_of_two_deployments_are_two(registered: Any) -> None:
    """Their ids are those of a deployment alone; a link without a course has one of its own."""
    Deployment.objects.create(platform=registered, ident="2")
    teacher(sub="1")
    teacher(sub="2", deployment_id="2")
    assert Course.objects.count() == 2
    assert all(course.members.count() == 1 for course in Course.objects.all())
    teacher(sub="3", context=None, resource_link={"id": "x1"})
    teacher(sub="4", context=None, resource_link={"id": "x2"})
    assert Course.objects.count() == 4


def test_names_that_are_written_in_two_ways() -> None:
    """Accounts are called as the database will call them; long numbers fit the class list."""
    placed()
    names = ["Zoe\u0308", "Zo\u00eb", "Ｚｏｅ", "ﷺ" * 140]
    for n, name in enumerate(names * 2):
        _, answer = student(str(n), name=name)
        assert answer.status_code == 302, name
    _, answer = student("n" * 255)
    assert answer.status_code == 302
    longest = max(Member.objects.values_list("ident", flat=True), key=len)
    assert len(longest) <= 200


def test_an_assistant_before_the_link_opens_anything() -> None:
    """Waits as students do: choosing is the teacher's."""
    teacher()
    _, answer = student("8", roles=ASSISTANT)
    assert answer["Location"] == "/lti/waiting/"


def test_a_course_that_was_put_away() -> None:
    """Its students are told so."""
    placed()
    Course.objects.update(archived=True)
    browser, answer = student("7")
    assert answer["Location"] == "/lti/waiting/"
    assert b"put the course away" in browser.client.get("/lti/waiting/", secure=True).content


def test_silence_about_services_while_choosing() -> None:
    """Platforms may say nothing of them then; with a link they are switched off."""
    teacher()
    choosing_without = {AGS: None, NRPS: None, f"{DEEP}deep_linking_settings": {}}
    teacher(message_type="LtiDeepLinkingRequest", resource_link=None, **choosing_without)
    assert Context.objects.get().memberships_url == NAMES["context_memberships_url"]
    teacher(**{AGS: None, NRPS: None})
    assert Context.objects.get().memberships_url == ""


def test_a_launched_session_ends(monkeypatch: pytest.MonkeyPatch) -> None:
    """With the browser, after some hours, or by the button."""
    placed()
    browser, answer = student("7")
    assert not browser.client.cookies["bpgrade"]["max-age"]
    page = browser.client.get(answer["Location"], secure=True)
    assert b"Log out" in page.content
    monkeypatch.setattr(embedding, "HOURS", -1)
    assert browser.client.get(answer["Location"], secure=True).status_code == 302
    frame = {"Sec-Fetch-Dest": "iframe"}
    told = browser.client.get("/login/", secure=True, headers=frame)
    assert b"follow the link again" in told.content
    assert "frame-ancestors *" in told["Content-Security-Policy"]


def test_nobody_gets_a_link_to_a_platforms_account() -> None:
    """It might have parts in other courses later."""
    placed()
    student("7")
    member = Member.objects.get(role=Role.STUDENT)
    boss = Member.objects.get(role=Role.TEACHER)
    assert not people.may_link(boss.user, [member])


def test_issuers_are_kept_apart(keys_url: str) -> None:
    """The same number on another platform is another person and another course."""
    placed()
    student("7")
    Platform.objects.all().delete()
    keys.forget_keys()
    platform(keys_url, "https://other.example")
    browser = Browser()
    state, nonce = browser.begin("https://other.example")
    token = signed(claims(nonce, iss="https://other.example", sub="7"))
    assert browser.launch(token, state)["Location"].startswith("/lti/choose/?")
    assert Identity.objects.filter(sub="7").count() == 2
