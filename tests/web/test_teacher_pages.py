"""Every page of teachers, for everybody who might ask for it."""

from __future__ import annotations

import io
import json
import zipfile
from typing import Any

import pytest
from django.test import Client
from django.urls import get_resolver, reverse
from jobs_made import download_of, made
from service import assignment_of, course_of, right_answers
from teachers import client_of

from grader.web import grading
from grader.web.models import Audit, Course, Member, Role, State, Submission
from grader.web.submission_store import keep

pytestmark = pytest.mark.django_db

TEACHER_ONLY = {
    "teach-course-change",
    "teach-roster",
    "teach-links",
    "teach-staff",
    "teach-person",
    "teach-assign",
    "teach-settings",
    "teach-publish",
    "teach-complete",
    "teach-regrade",
    "teach-remark",
    "teach-reissue",
}
POST_ONLY = {
    "teach-course-change",
    "teach-links",
    "teach-person",
    "teach-publish",
    "teach-complete",
    "teach-grade",
}


class World:
    """A course with work in it, and another course."""

    def __init__(self) -> None:
        self.course = course_of("ada", "ben", "cem", name="Nets")
        self.other = course_of("dan", name="Other")
        self.assignment = assignment_of(self.course)
        self.task = self.assignment.tasks.get(member__ident="ada")
        self.submission = self.hand_in(net_h1="0.1")
        self.member = self.course.members.get(ident="ada")
        self.job = made(download_of(self.assignment))

    def hand_in(self, **changes: str) -> Submission:
        typed = right_answers(self.task.exercise) | changes
        data = json.dumps({"exercise": self.task.id, "answers": typed}).encode()
        found = keep(self.task, f"k{Submission.objects.count()}", data).submission
        grading.grade(found)
        return found

    def address(self, name: str) -> str:
        """An address of the teachers' pages, with ids of this world."""
        values = {
            "course": self.course.pk,
            "assignment": self.assignment.pk,
            "member": self.member.pk,
            "task": self.task.pk,
            "submission": self.submission.pk,
            "form": "csv",
            "what": "answers.zip",
            "job": self.job.pk,
        }
        ((_, parameters),) = get_resolver().reverse_dict.getlist(name)[0][0]
        return reverse(name, kwargs={key: values[key] for key in parameters})


@pytest.fixture
def world() -> World:
    return World()


def names() -> list[str]:
    """All addresses of the teachers' pages that belong to a course."""
    from grader.web.teacher.urls import urlpatterns

    return [str(one.name) for one in urlpatterns if one.name != "teach"]


def asked(client: Client, world: World, name: str) -> Any:
    send = client.post if name in POST_ONLY else client.get
    answer = send(world.address(name))
    answer.close()
    return answer


@pytest.mark.parametrize("name", names())
def test_strangers_log_in_first(world: World, name: str) -> None:
    answer = asked(Client(), world, name)
    assert answer.status_code == 302
    assert answer.url.startswith("/login/")


@pytest.mark.parametrize("who", ["ada", "Other-teacher", "Other-assistant", "dan"])
@pytest.mark.parametrize("name", names())
def test_others_see_nothing_and_change_nothing(world: World, name: str, who: str) -> None:
    lines = Audit.objects.count()
    assert asked(client_of(who), world, name).status_code == 404
    assert Audit.objects.count() == lines


@pytest.mark.parametrize("name", names())
def test_assistants_see_and_leave_the_rest_to_teachers(world: World, name: str) -> None:
    status = asked(client_of("Nets-assistant"), world, name).status_code
    assert (status == 404) == (name in TEACHER_ONLY)


@pytest.mark.parametrize("name", names())
def test_teachers_may_do_everything(world: World, name: str) -> None:
    answer = asked(client_of("Nets-teacher"), world, name)
    assert answer.status_code in (200, 302)
    assert answer.get("Location", "/teach/").startswith("/teach/")


def test_who_left_the_course_sees_it_no_more(world: World) -> None:
    Member.objects.filter(ident="Nets-teacher").update(active=False)
    assert client_of("Nets-teacher").get(world.address("teach-course")).status_code == 404


def test_the_list_of_courses_is_for_staff(world: World) -> None:
    assert Client().get("/teach/").status_code == 302
    assert client_of("ada").get("/teach/").status_code == 404
    page = client_of("Nets-assistant").get("/teach/").content.decode()
    assert "Nets" in page
    assert "Other" not in page
    assert "New course" not in page
    assert client_of("Nets-assistant").post("/teach/", {"name": "Mine"}).status_code == 404


def test_a_teacher_opens_renames_and_archives_a_course(world: World) -> None:
    client = client_of("Nets-teacher")
    assert client.post("/teach/", {"name": " "}).status_code == 422
    answer = client.post("/teach/", {"name": "Deep nets"})
    course = Course.objects.get(name="Deep nets")
    assert answer.url == reverse("teach-course", args=[course.pk])
    assert course.members.get().role == Role.TEACHER
    change = reverse("teach-course-change", args=[course.pk])
    client.post(change, {"action": "rename", "name": "Deeper nets"})
    client.post(change, {"action": "archive"})
    course.refresh_from_db()
    assert (course.name, course.archived) == ("Deeper nets", True)
    assert "Archive" in client.get("/teach/").content.decode()
    lines = Audit.objects.filter(course=course).order_by("-time", "-pk")
    actions = list(lines.values_list("action", flat=True))
    assert actions[::-1] == ["course.created", "course.renamed", "course.archived"]


def test_a_name_is_text_and_never_markup(world: World) -> None:
    Member.objects.filter(ident="ada").update(name="<script>alert(1)</script>{{ 7*7 }}")
    page = client_of("Nets-teacher").get(world.address("teach-assignment")).content.decode()
    assert "<script>alert" not in page
    assert "&lt;script&gt;alert(1)&lt;/script&gt;{{ 7*7 }}" in page


def test_progress_counts_everybody_once(world: World) -> None:
    from grader.web.models import Draft

    Draft.objects.create(task=world.assignment.tasks.get(member__ident="ben"), answers={"a": "1"})
    page = client_of("Nets-assistant").get(world.address("teach-progress")).content.decode()
    for stage, count in {
        "not begun": 1,
        "draft": 1,
        "handed in": 0,
        "review": 0,
        "graded": 1,
    }.items():
        assert f"{stage}: <strong>{count}</strong>" in page
    assert "40 of 41" in page


def test_the_table_is_sorted_as_asked(world: World) -> None:
    client, address = client_of("Nets-teacher"), world.address("teach-assignment")
    page = client.get(f"{address}?sort=score&down=1").content.decode()
    assert page.index("Name of ada") < page.index("Name of ben")
    assert 'aria-sort="descending"' in page
    page = client.get(f"{address}?sort=score").content.decode()
    assert page.index("Name of ben") < page.index("Name of ada")
    assert client.get(f"{address}?sort=nothing").status_code == 200


def test_the_student_page_shows_everything_that_was_found(world: World) -> None:
    page = client_of("Nets-assistant").get(world.address("teach-student")).content.decode()
    assert "0.1" in page
    assert "Right value" in page
    assert page.count("<h1>") == 1
    assert "Draw another exercise" not in page  # that is for teachers


def test_numbers_of_another_exercise_are_told_to_staff_alone(world: World) -> None:
    """With the exercise that they belong to; whoever handed in learns nothing of it."""
    other = world.assignment.tasks.get(member__ident="ben")
    found = world.hand_in(**right_answers(other.exercise))
    found.refresh_from_db()
    address = f"{world.address('teach-student')}?attempt={found.pk}"
    page = client_of("Nets-assistant").get(address).content.decode()
    assert f"these are the numbers of exercise {other.pk} (of {other.exercise.student})" in page
    own = f"{world.address('teach-student')}?attempt={world.submission.pk}"
    assert other.pk not in client_of("Nets-assistant").get(own).content.decode()
    student = client_of("ada")
    seen = student.get(reverse("work-submission", args=[found.pk])).content.decode()
    assert "Attempt" in seen or "attempt" in seen
    assert other.pk not in seen
    assert "other_exercise" not in json.dumps(found.result.report)


def test_another_students_attempt_is_not_chosen(world: World) -> None:
    ben = world.course.members.get(ident="ben")
    address = reverse("teach-student", args=[world.assignment.pk, ben.pk])
    page = (
        client_of("Nets-teacher").get(f"{address}?attempt={world.submission.pk}").content.decode()
    )
    assert "Nothing handed in" in page
    assert "Right value" not in page


def test_staff_are_no_students(world: World) -> None:
    teacher = world.course.members.get(role=Role.TEACHER)
    address = reverse("teach-student", args=[world.assignment.pk, teacher.pk])
    assert client_of("Nets-teacher").get(address).status_code == 404
    dan = world.other.members.get(ident="dan")
    address = reverse("teach-student", args=[world.assignment.pk, dan.pk])
    assert client_of("Nets-teacher").get(address).status_code == 404


def test_what_was_handed_in_comes_back_byte_by_byte(world: World) -> None:
    answer = client_of("Nets-assistant").get(world.address("teach-raw"))
    assert answer.content == bytes(world.submission.data)
    assert "attachment" in answer["Content-Disposition"]


def test_what_is_left_for_review_is_graded_again(world: World) -> None:
    Submission.objects.filter(pk=world.submission.pk).update(state=State.REVIEW, tries=3)
    answer = client_of("Nets-assistant").post(world.address("teach-grade"))
    assert answer.status_code == 302
    world.submission.refresh_from_db()
    assert world.submission.state == State.GRADED
    assert Audit.objects.filter(action="submission.graded-again").count() == 1


def test_a_grader_that_fails_again_leaves_it_for_review(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(grading, "report_on", lambda submission: None)
    Submission.objects.filter(pk=world.submission.pk).update(state=State.REVIEW, tries=3)
    client_of("Nets-teacher").post(world.address("teach-grade"))
    world.submission.refresh_from_db()
    assert world.submission.state == State.REVIEW


def test_a_new_exercise_is_asked_about_first(world: World) -> None:
    client, address = client_of("Nets-teacher"), world.address("teach-reissue")
    assert "1 attempt handed in" in client.get(address).content.decode()
    assert world.assignment.tasks.filter(member=world.member).count() == 1
    assert client.post(address).status_code == 302
    assert world.assignment.tasks.filter(member=world.member, current=True).count() == 1
    assert world.assignment.tasks.filter(member=world.member).count() == 2
    assert client.post(address).status_code == 404  # replaced already
    page = client.get(world.address("teach-student")).content.decode()
    assert "(replaced)" in page


def test_publishing_is_said_in_the_log(world: World) -> None:
    client = client_of("Nets-teacher")
    client.post(world.address("teach-publish"), {"published": "0"})
    world.assignment.refresh_from_db()
    assert not world.assignment.published
    page = client.get(world.address("teach-log")).content.decode()
    assert "assignment.unpublished" in page


def test_the_log_is_paged(world: World) -> None:
    from grader.web.assignments import note

    for n in range(120):
        note(None, world.course, "test.line", f"number {n}")
    client, address = client_of("Nets-assistant"), world.address("teach-log")
    first = client.get(address).content.decode()
    assert "number 119" in first
    assert "number 69" not in first
    assert "number 69" in client.get(f"{address}?page=2").content.decode()
    assert client.get(f"{address}?page=none").status_code == 200


def test_grades_are_safe_in_a_spreadsheet(world: World) -> None:
    Member.objects.filter(ident="ada").update(name="=1+1")
    client = client_of("Nets-assistant")
    table = client.get(world.address("teach-grades")).content.decode()
    assert "'=1+1" in table
    assert "ada,'=1+1,,40.0,41.0,97.6,1,0.0" in table
    rows = json.loads(client.get(world.address("teach-grades").replace("csv", "json")).content)
    assert rows[0]["name"] == "=1+1"
    assert rows[1]["score"] is None
    assert client.get(world.address("teach-grades").replace("csv", "exe")).status_code == 404


@pytest.mark.parametrize("what", ["worksheets.zip", "keys.zip", "answers.zip"])
def test_downloads_hold_a_file_for_everybody(world: World, what: str) -> None:
    address = reverse("teach-download", args=[world.assignment.pk, what])
    answer = client_of("Nets-assistant").get(address)
    data = b"".join(answer.streaming_content)
    answer.close()
    listed = zipfile.ZipFile(io.BytesIO(data)).namelist()
    for student in ("ada", "ben", "cem"):
        assert [name for name in listed if name.startswith(student)]


@pytest.mark.parametrize("what", ["booklet.pdf", "keys.pdf"])
def test_booklets_are_of_the_present_class(world: World, what: str) -> None:
    Member.objects.filter(ident="cem").update(active=False)
    address = reverse("teach-download", args=[world.assignment.pk, what])
    answer = client_of("Nets-teacher").get(address)
    assert answer.status_code == 200
    assert answer.content.startswith(b"%PDF")


def test_an_unknown_download_is_not_there(world: World) -> None:
    address = reverse("teach-download", args=[world.assignment.pk, "secret.txt"])
    assert client_of("Nets-teacher").get(address).status_code == 404


def test_the_class_report_is_a_page_and_a_file(world: World) -> None:
    world.hand_in(net_h1="0.2", net_h2="7")
    client, address = client_of("Nets-assistant"), world.address("teach-report")
    page = client.get(address).content.decode()
    assert "Class report" in page
    hidden = client.get(f"{address}?anonymous=1").content.decode()
    assert "40 of 41" in page or "97.6" in page
    assert "ada" not in hidden
    assert client.get(f"{address}?as=pdf&anonymous=1").content.startswith(b"%PDF")


def test_a_report_of_nothing_says_so(world: World) -> None:
    Submission.objects.all().delete()
    page = client_of("Nets-teacher").get(world.address("teach-report")).content.decode()
    assert "Nothing is graded yet" in page
