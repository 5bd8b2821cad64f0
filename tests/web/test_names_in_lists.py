"""Lists of people: in the order in which they are looked up, and two of one name told apart."""

from __future__ import annotations

import html
import re
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from service import assignment_of, course_of
from teachers import client_of

from grader.web.models import Assignment, Course, Member

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
