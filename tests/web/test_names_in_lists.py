"""Lists of people: in the order in which they are looked up, and two of one name told apart."""

from __future__ import annotations

import html
import json
import re
from collections.abc import Iterator
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from lti_platform import Platform, platform
from service import assignment_of, course_of, right_answers
from teachers import client_of

from grader.web.grading import grade
from grader.web.lti.models import Context, Outgoing, Placement, Sending
from grader.web.models import Assignment, Course, Member, Result
from grader.web.submission_store import keep

NAMES = {
    "s1": "Zoë Łukasz", "s2": "Ann Lee", "s3": "Åsa Berg", "s4": "ann lee", "s5": "Bo Li",
    "s6": "Øyvind Dahl", "s7": "adam Ek",
}  # fmt: skip


@pytest.fixture
def course(db: Any) -> Course:
    found: Course = course_of(*NAMES, name="Nets")
    for ident, name in NAMES.items():
        Member.objects.filter(course=found, ident=ident).update(name=name)
    return found


@pytest.fixture
def lms() -> Iterator[Platform]:
    with platform() as found:
        found.by_hand(keys={"keys": []})
        yield found


@pytest.fixture
def assignment(course: Course) -> Assignment:
    found: Assignment = assignment_of(course)
    return found


def text_of(client: Client, address: str, **fields: str) -> str:
    page = client.post(address, fields) if fields else client.get(address)
    assert page.status_code == 200
    return " ".join(html.unescape(page.content.decode()).split())


def idents(page: str) -> list[str]:
    """Whose rows a page has, in order, found by their names."""
    names = [
        re.sub(r"<[^>]*>", "", one) for one in re.findall(r'<th scope="row"[^>]*>(.*?)</th>', page)
    ]
    by_name = {name: ident for ident, name in NAMES.items()}
    plain = [re.sub(r" \(s\d\)$", "", name) for name in names]
    return [by_name[name] for name in plain if name in by_name]


def test_the_course_lists_people_as_they_are_looked_up(course: Course) -> None:
    page = text_of(client_of("Nets-teacher"), reverse("teach-course", args=[course.pk]))
    found = idents(page)
    assert found == ["s7", "s2", "s4", "s3", "s5", "s6", "s1"]
    assert 'New link<span class="unseen"> for <bdi>Ann Lee (s2)</bdi></span>' in page


def test_progress_tells_two_of_one_name_apart(assignment: Assignment) -> None:
    """Sorted by name, whatever the case; only namesakes have their ids beside them."""
    address = reverse("teach-assignment", args=[assignment.pk])
    page = text_of(client_of("Nets-teacher"), address)
    assert idents(page) == ["s7", "s2", "s4", "s3", "s5", "s6", "s1"]
    for name in ("Ann Lee (s2)", "ann lee (s4)", ">Bo Li<", ">Åsa Berg<"):
        assert name in page


def test_pages_about_one_person_say_the_id(assignment: Assignment) -> None:
    client = client_of("Nets-teacher")
    person = assignment.course.members.get(ident="s2")
    address = reverse("teach-student", args=[assignment.pk, person.pk])
    assert "<title>Ann Lee (s2), " in text_of(client, address)
    task = assignment.tasks.get(member=person)
    address = reverse("teach-reissue", args=[assignment.pk, task.pk])
    assert "Another exercise for <bdi>Ann Lee (s2)</bdi>?" in text_of(client, address)


def test_links_have_the_id_beside_the_name(course: Course) -> None:
    address = reverse("teach-links", args=[course.pk])
    page = text_of(client_of("Nets-teacher"), address, action="link")
    assert '<th scope="row" class="left">Ann Lee</th><td>s2</td>' in page
    assert '<th scope="row" class="left">ann lee</th><td>s4</td>' in page
    assert idents(page) == ["s7", "s2", "s4", "s3", "s5", "s6", "s1"]


def test_the_log_and_messages_say_whose_link_it_was(course: Course) -> None:
    """Two of one name stand in the log one below the other."""
    client = client_of("Nets-teacher")
    for ident in ("s2", "s4"):
        person = course.members.get(ident=ident)
        address = reverse("teach-person", args=[course.pk, person.pk])
        text_of(client, address, action="link")
    log = text_of(client, reverse("teach-log", args=[course.pk]))
    assert "<td>Ann Lee (s2)</td>" in log
    assert "<td>ann lee (s4)</td>" in log
    gone = course.members.get(ident="s2")
    Member.objects.filter(pk=gone.pk).update(active=False)
    address = reverse("teach-person", args=[course.pk, gone.pk])
    page = client.post(address, {"action": "link"}, follow=True).content.decode()
    assert "Ann Lee (s2) logs in without a link from you." in page


def test_changes_of_scores_tell_two_of_one_name_apart(assignment: Assignment) -> None:
    """Another policy, and marking again: both say beforehand whose score changes."""
    for ident in ("s2", "s4"):
        task = assignment.tasks.get(member__ident=ident)
        answers = right_answers(task.exercise) | {"net_h1": ""}
        grade(keep(task, "k", json.dumps({"answers": answers}).encode()).submission)
    client = client_of("Nets-teacher")
    address = reverse("teach-regrade", args=[assignment.pk])
    weights = {"policy": "own", "policy_text": '[weights]\n"net.1.1" = 3\n"out.1.1" = 3\n'}
    page = text_of(client, address, action="preview", **weights)
    assert [page.count(f">{name}</th>") for name in ("Ann Lee (s2)", "ann lee (s4)")] == [1, 1]
    for result in Result.objects.all():
        result.report["steps"][1] |= {"verdict": "wrong", "credit": 0.0}
        Result.objects.filter(pk=result.pk).update(score=39, counted=39, report=result.report)
    page = text_of(client, reverse("teach-remark", args=[assignment.pk]), action="preview")
    for name in ("Ann Lee (s2)", "ann lee (s4)"):
        assert f">{name}</a></th>" in page  # whose score changes
        assert f">{name}</th><td><code>" in page  # and by which step


def test_refused_grades_say_whose_they_are(assignment: Assignment, lms: Platform) -> None:
    """On the page of the course, from which they are sent again."""
    context = Context.objects.create(
        platform=lms.as_model(), ident="2", title="Course", course=assignment.course
    )
    placement = Placement.objects.create(context=context, link="5", assignment=assignment)
    for ident in ("s2", "s4"):
        member = assignment.course.members.get(ident=ident)
        Outgoing.objects.create(
            placement=placement, member=member, sub=ident, score=1.0, most=2.0,
            stamp=assignment.created, due=assignment.created, state=Sending.REFUSED, error="400",
        )  # fmt: skip
    client = client_of("Nets-teacher")
    page = text_of(client, reverse("teach-course", args=[assignment.course.pk]))
    for name in ("Ann Lee (s2)", "ann lee (s4)"):
        assert f"<li>{name}, " in page
    address = reverse("lti-send", args=[assignment.course.pk])
    page = client.post(address, secure=True, follow=True).content.decode()
    assert "2 grades are on their way again." in page
