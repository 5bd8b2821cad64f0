"""Long lists of teachers' pages: a hundred at a time, found by name or id, figures of all."""

from __future__ import annotations

import csv
import html
import io
import json
import re

import pytest
from django.contrib.auth import get_user_model
from django.db import connection
from django.test import Client, RequestFactory
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from launches import platform
from lti_class import BEGIN
from service import assignment_of, course_of, right_answers
from teachers import client_of

from grader.web.grading import grade
from grader.web.lti.models import Context, Outgoing, Placement, Sending
from grader.web.models import Assignment, Course, Member, Result, Role, State, Submission, Task
from grader.web.submission_store import keep
from grader.web.teacher import listing

pytestmark = pytest.mark.django_db

MANY = 300


def crowd(course: Course, count: int, begin: int = 0) -> None:
    """Students in a course, without logins of their own making."""
    users = get_user_model()
    made = users.objects.bulk_create(
        [users(username=f"{course.name}{n}") for n in range(begin, begin + count)]
    )
    Member.objects.bulk_create(
        Member(
            course=course,
            user=user,
            role=Role.STUDENT,
            ident=f"id{n:04}",
            name=f"Zoë Nr{n:04}",
            email=f"mail{n:04}@example.org",
        )
        for n, user in enumerate(made, begin)
    )


def graded_copies(assignment: Assignment, count: int) -> None:
    """One submission that is graded in truth, and the same for the first so many students."""
    first, *rest = assignment.tasks.order_by("member__ident")[:count]
    body = json.dumps({"answers": right_answers(first.exercise)}).encode()
    one = grade(keep(first, "k", body).submission)
    assert one
    copies = [copy_of(task) for task in rest]
    Submission.objects.bulk_create(copies)
    Result.objects.bulk_create(result_like(one, each) for each in copies)


def copy_of(task: Task, attempt: int = 1) -> Submission:
    known = {"key": f"k{attempt}", "digest": "", "data": b"{}", "state": State.GRADED}
    return Submission(task=task, attempt=attempt, **known)


def result_like(one: Result, submission: Submission, **other: float) -> Result:
    points = {"score": one.score, "counted": one.counted, "most": one.most} | other
    return Result(submission=submission, report=one.report, policy=one.policy, **points)


@pytest.fixture
def course() -> Course:
    found: Course = course_of(name="Nets")
    crowd(found, MANY)
    return found


@pytest.fixture
def assignment(course: Course) -> Assignment:
    found: Assignment = assignment_of(course)
    return found


@pytest.fixture
def client(course: Course) -> Client:
    return client_of("Nets-teacher")


def text_of(client: Client, address: str) -> str:
    page = client.get(address)
    assert page.status_code == 200
    return " ".join(html.unescape(page.content.decode()).split())


def numbers(page: str) -> list[int]:
    """Whose rows a page has, in order."""
    rows = re.findall(r'<th scope="row"[^>]*>(.*?)</th>', page)
    return [int(found[1]) for row in rows if (found := re.search(r"Zoë Nr(\d{4})", row))]


def links(page: str) -> list[str]:
    """Addresses of the other pages, as they are followed: without the place on the page."""
    (nav,) = re.findall(r'<nav class="pages" aria-label="Pages of students">(.*?)</nav>', page)
    return [one.split("#")[0] for one in re.findall(r'href="([^"]+)"', nav)]


# pages -------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["teach-course", "teach-assignment"])
def test_everybody_is_on_one_of_the_pages(
    assignment: Assignment, client: Client, name: str
) -> None:
    """By following "Next" all are seen, in order, nobody twice."""
    ident = assignment.pk if name == "teach-assignment" else assignment.course_id
    address, seen, pages = reverse(name, args=[ident]), list[int](), 0
    while address:
        page = text_of(client, address)
        seen += numbers(page)
        pages += 1
        further = re.search(r'<a rel="next" href="([^"#]+)', page)
        address = further[1] if further else ""
    assert seen == list(range(MANY))
    assert pages == MANY // listing.PAGE


def test_the_page_that_one_is_on_is_said(course: Course, client: Client) -> None:
    address = reverse("teach-course", args=[course.pk])
    page = text_of(client, f"{address}?page=2")
    assert '<strong aria-current="page"><span class="unseen">Page </span>2</strong>' in page
    assert "300 students, 101 to 200" in page
    assert f"{address}?" in links(page)
    assert f"{address}?page=3" in links(page)


@pytest.mark.parametrize("asked, first", [("0", 200), ("-1", 200), ("99", 200), ("x", 0), ("", 0)])
def test_a_page_that_is_none_is_the_nearest(
    course: Course, client: Client, asked: str, first: int
) -> None:
    page = text_of(client, reverse("teach-course", args=[course.pk]) + f"?page={asked}")
    assert numbers(page)[0] == first


def test_a_small_class_has_neither_pages_nor_search(client: Client) -> None:
    small = course_of(name="Small")
    crowd(small, 3, begin=9000)
    other = assignment_of(small)
    teacher = client_of("Small-teacher")
    for address in (
        reverse("teach-course", args=[small.pk]),
        reverse("teach-assignment", args=[other.pk]),
    ):
        page = text_of(teacher, address)
        assert len(numbers(page)) == 3
        assert 'class="pages"' not in page
        assert 'role="search"' not in page


# search ------------------------------------------------------------------------------------


@pytest.mark.parametrize("text", ["id0123", "zoe NR0123", "mail0123@", " 0123  Zoë "])
@pytest.mark.parametrize("name", ["teach-course", "teach-assignment"])
def test_somebody_is_found_by_name_id_or_address(
    assignment: Assignment, client: Client, name: str, text: str
) -> None:
    ident = assignment.pk if name == "teach-assignment" else assignment.course_id
    page = text_of(client, reverse(name, args=[ident]) + "?q=" + text.replace(" ", "+"))
    assert numbers(page) == [123]
    assert "Show all" in page


def test_nobody_is_found(assignment: Assignment, client: Client) -> None:
    """What was looked for is said back, as text."""
    for name, ident in (
        ("teach-course", assignment.course_id),
        ("teach-assignment", assignment.pk),
    ):
        answer = client.get(reverse(name, args=[ident]), {"q": "<b>nobody\0</b>"})
        page = answer.content.decode()
        assert "Nobody in the class has" in page
        assert "<b>nobody" not in page
        assert "&lt;b&gt;nobody" in page


def test_who_left_is_found_too(course: Course, client: Client) -> None:
    Member.objects.filter(course=course, ident__gte="id0150").exclude(role=Role.TEACHER).update(
        active=False
    )
    Member.objects.filter(course=course, role=Role.TEACHER).update(active=True)
    address = reverse("teach-course", args=[course.pk])
    page = text_of(client, address)
    assert "150 left the class" in page
    assert page.count("<li>Zoë Nr") == listing.PAGE
    assert text_of(client, f"{address}?left=2").count("<li>Zoë Nr") == 50
    found = text_of(client, f"{address}?q=id0222")
    assert "1 of 150 left the class" in found
    assert "<li>Zoë Nr0222 (id0222)</li>" in found


# order and figures ---------------------------------------------------------------------------


def test_the_order_holds_over_all_pages_and_stays(assignment: Assignment, client: Client) -> None:
    """Sorted by what everybody has, not within a page; each link keeps order and search."""
    graded_copies(assignment, 150)
    low = Result.objects.get(submission__task__member__ident="id0140")
    Result.objects.filter(pk=low.pk).update(counted=1.0)
    address = reverse("teach-assignment", args=[assignment.pk])
    page = text_of(client, f"{address}?sort=score&down=1&q=Zo%C3%AB&page=2")
    found = numbers(page)
    assert found[:49] == [n for n in range(100, 150) if n != 140]
    assert found[49] == 140
    assert found[50] == 150
    for link in links(page):
        assert {"sort=score", "down=1", "q=Zo%C3%AB"} <= set(link.split("?")[1].split("&"))
    (live,) = re.findall(r'data-address="([^"]+)"', page)
    assert numbers(text_of(client, live)) == found
    heads = re.findall(r'<th scope="col"[^>]*><a href="[^"]*\?([^"#]+)', page)
    assert len(heads) == 5
    assert all("q=Zo%C3%AB" in head and "page=" not in head for head in heads)


def test_figures_are_of_everybody_whatever_is_shown(
    assignment: Assignment, client: Client
) -> None:
    graded_copies(assignment, 150)
    assignment.tasks.filter(member__ident="id0299").delete()
    address = reverse("teach-assignment", args=[assignment.pk])
    for more in ("", "?page=3", "?q=id0007", "?q=nobody"):
        page = text_of(client, address + more)
        assert "graded: <strong>150</strong>" in page
        assert "not begun: <strong>150</strong>" in page
        assert "Mean of what is graded: 100.0 %" in page
        assert "1 student has no exercise yet" in page
        course = text_of(client, reverse("teach-course", args=[assignment.course_id]) + more)
        assert "Make 300 links" in course


def test_namesakes_on_other_pages_are_told_apart(assignment: Assignment, client: Client) -> None:
    Member.objects.filter(course=assignment.course, ident="id0290").update(name="Zoë Nr0001")
    page = text_of(client, reverse("teach-assignment", args=[assignment.pk]) + "?q=id0290")
    assert "Zoë Nr0001 (id0290)" in page


def test_downloads_are_whole(assignment: Assignment, client: Client) -> None:
    address = reverse("teach-grades", args=[assignment.pk, "csv"])
    text = client.get(address, {"page": "2", "q": "id0007"}).content.decode("utf-8-sig")
    assert len(list(csv.DictReader(io.StringIO(text)))) == MANY


# what somebody handed in -----------------------------------------------------------------------


def test_attempts_of_one_student(assignment: Assignment, client: Client) -> None:
    """The newest first, a hundred at a time; each can be looked at from its page."""
    graded_copies(assignment, 1)
    one = Result.objects.select_related("submission__task").get()
    copies = [copy_of(one.submission.task, n) for n in range(2, 251)]
    Submission.objects.bulk_create(copies)
    Result.objects.bulk_create(result_like(one, each) for each in copies)
    person = one.submission.task.member_id
    address = reverse("teach-student", args=[assignment.pk, person])
    page = text_of(client, address)
    assert re.findall(r">Attempt (\d+)</a>", page)[:2] == ["250", "249"]
    assert page.count(">Attempt ") == listing.PAGE + 1  # and the one that is shown below
    page = text_of(client, f"{address}?page1=3")
    assert re.findall(r">Attempt (\d+)</a>", page)[-1] == "1"
    (link,) = re.findall(r'<a href="([^"#]+)#found">Attempt 7</a>', page)
    page = text_of(client, address + link)
    assert '<h2 id="found">Attempt 7 at' in page
    assert 'aria-current="true">Attempt 7</a>' in page


# queries ---------------------------------------------------------------------------------------


def queries(client: Client, address: str) -> int:
    with CaptureQueriesContext(connection) as found:
        assert client.get(address).status_code == 200
    return len(found)


def everything(course: Course, assignment: Assignment, count: int) -> None:
    """Work of everybody, and as many grades that a platform has refused."""
    graded_copies(assignment, count)
    lms = platform("https://keys.example", f"https://{course.pk}.example")
    context = Context.objects.create(platform=lms, ident=course.pk, title="Course", course=course)
    placement = Placement.objects.create(
        context=context, link="5", assignment=assignment, lineitem_url="https://lms.example/1"
    )
    Outgoing.objects.bulk_create(
        Outgoing(
            placement=placement,
            member=member,
            sub=member.ident,
            score=1.0,
            most=2.0,
            stamp=BEGIN,
            due=BEGIN,
            state=Sending.REFUSED,
            error="unknown",
        )
        for member in course.members.filter(role=Role.STUDENT)
    )


def test_a_page_asks_as_much_for_ten_students_as_for_many(client: Client) -> None:
    counts: dict[str, dict[int, int]] = {}
    for count, begin in ((10, 1000), (MANY, 2000)):
        course = course_of(name=f"Of {count}")
        crowd(course, count, begin)
        assignment = assignment_of(course)
        everything(course, assignment, count)
        teacher = client_of(f"Of {count}-teacher")
        person = assignment.tasks.order_by("member__ident")[0].member_id
        for address in (
            reverse("teach-course", args=[course.pk]),
            reverse("teach-course", args=[course.pk]) + "?q=Nr&page=2",
            reverse("teach-assignment", args=[assignment.pk]),
            reverse("teach-assignment", args=[assignment.pk]) + "?sort=score&page=2",
            reverse("teach-progress", args=[assignment.pk]),
            reverse("teach-student", args=[assignment.pk, person]),
        ):
            key = re.sub(r"/[\w-]{16}/", "/…/", address).replace(str(person), "…")
            counts.setdefault(key, {})[count] = queries(teacher, address)
        page = text_of(teacher, reverse("teach-course", args=[course.pk]))
        assert f"{count} grades could not be handed over" in page
        assert page.count("unknown") == 10
        told = text_of(teacher, reverse("teach-assignment", args=[assignment.pk]))
        assert f"on their way: 0; refused: {count}." in told
    assert len(counts) == 6
    for address, found in counts.items():
        assert found[10] == found[MANY], (address, found)
        assert found[MANY] <= 25, (address, found)


def test_the_way_to_other_pages_is_short_however_many_there_are() -> None:
    request = RequestFactory().get("/", {"page": "25"})
    found = listing.listed(request, range(5000), "here")
    assert found.numbers == [1, None, 24, 25, 26, None, 50]
    assert found.address(3) == "?page=3#here"
