"""Long work as teachers and assistants see it; a large class is one of three here."""

from __future__ import annotations

import io
import re
import zipfile
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from jobs_made import download_of, made
from service import assignment_of, course_of
from teachers import client_of

from grader.web.jobs import starting
from grader.web.jobs.models import Job, State
from grader.web.models import Assignment, Link, Member, Task

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def large(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(starting, "LARGE", 2)


@pytest.fixture
def assignment() -> Any:
    return assignment_of(course_of("ada", "ben", "cem", name="Nets"))


@pytest.fixture
def client(assignment: Any) -> Client:
    return client_of("Nets-teacher")


def job_of(answer: Any) -> Job:
    """The job to whose page an answer leads."""
    job = Job.objects.get(state__in=["waiting", "running"])
    assert answer.status_code == 302
    assert answer["Location"] == reverse("teach-job", args=[job.pk])
    return job


def text_of(client: Client, job: Job) -> str:
    return client.get(reverse("teach-job", args=[job.pk])).content.decode()


PLAN = {
    "action": "make",
    "family": "mazur",
    "title": "Homework 2",
    "exercises": "1",
    "due": "2030-01-02T03:04",
    "feedback": "after the due date",
}


def test_a_download_waits_is_made_and_taken(assignment: Any, client: Client) -> None:
    address = reverse("teach-download", args=[assignment.pk, "answers.zip"])
    job = job_of(client.get(address))
    assert "waits for its turn" in text_of(client, job)
    assert 'http-equiv="refresh"' in text_of(client, job)
    Job.objects.update(state=State.RUNNING, words="worksheets", done=1, of=3)
    page = text_of(client, job)
    assert re.search(r'<progress id="bar" max="3" value="1">', page)
    assert "Writing files" in page
    course = client.get(reverse("teach-course", args=[assignment.course_id])).content.decode()
    assert reverse("teach-job", args=[job.pk]) in course
    Job.objects.update(state=State.WAITING)
    page = text_of(client, made(job))
    assert 'http-equiv="refresh"' not in page
    assert "Cancel" not in page
    result = reverse("teach-job-result", args=[job.pk])
    assert result in page
    answer = client.get(result)
    assert "Homework_1-answers.zip" in answer["Content-Disposition"]
    data = b"".join(answer.streaming_content)
    answer.close()
    assert len(zipfile.ZipFile(io.BytesIO(data)).namelist()) == 3


def test_a_script_gets_only_what_changes(assignment: Any, client: Client) -> None:
    job = download_of(assignment)
    address = reverse("teach-job", args=[job.pk])
    part = client.get(address, headers={"X-Fragment": "job"}).content.decode()
    assert "<h1>" not in part
    assert part.strip() in text_of(client, job)


def test_a_small_class_is_answered_at_once(
    assignment: Any, client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(starting, "LARGE", 3)
    answer = client.get(reverse("teach-download", args=[assignment.pk, "answers.zip"]))
    assert answer.status_code == 200
    answer.close()
    assert not Job.objects.exists()


def test_the_report_is_a_page_and_a_file(assignment: Any, client: Client) -> None:
    address = reverse("teach-report", args=[assignment.pk])
    job = made(job_of(client.get(address)))
    page = client.get(reverse("teach-job-result", args=[job.pk])).content.decode()
    assert "Nothing is graded yet" in page
    job = made(job_of(client.get(f"{address}?as=pdf")))
    assert (job.state, job.words) == (State.FAILED, "Nothing is graded yet.")
    assert "Nothing is graded yet" in text_of(client, job)


def test_cancelling(assignment: Any, client: Client) -> None:
    job = download_of(assignment)
    address = reverse("teach-job", args=[job.pk])
    assert client_of("Nets-assistant").post(address).status_code == 302
    job.refresh_from_db()
    assert job.state == State.CANCELLED
    assert client.get(reverse("teach-job-result", args=[job.pk])).status_code == 404


def test_too_many_are_refused_with_words(assignment: Any, client: Client) -> None:
    for what in ("answers.zip", "keys.zip", "worksheets.zip"):
        download_of(assignment, what)
    answer = client.get(reverse("teach-download", args=[assignment.pk, "keys.pdf"]), follow=True)
    assert "3 things are being made for you already" in answer.content.decode()


def test_an_assignment_keeps_all_its_settings(assignment: Any, client: Client) -> None:
    address = reverse("teach-assign", args=[assignment.course_id])
    job = made(job_of(client.post(address, PLAN)))
    found = Assignment.objects.get(title="Homework 2")
    assert found.due is not None
    assert found.due.year == 2030
    assert (found.feedback, found.practice, found.published) == (
        "after the due date",
        False,
        False,
    )
    assert found.tasks.count() == 3
    assert reverse("teach-assignment", args=[found.pk]) in text_of(client, job)


def test_a_double_click_makes_one_assignment(assignment: Any, client: Client) -> None:
    address = reverse("teach-assign", args=[assignment.course_id])
    assert client.post(address, PLAN)["Location"] == client.post(address, PLAN)["Location"]


def test_secrets_do_not_stay_with_a_job_that_ended(assignment: Any, client: Client) -> None:
    client.post(reverse("teach-assign", args=[assignment.course_id]), PLAN)
    job = Job.objects.get()
    assert job.assignment
    assert job.assignment.order["secret"] not in repr(job.arguments)
    assert made(job).arguments == {}


def test_while_an_assignment_is_made_its_page_is_that_of_the_job(
    assignment: Any, client: Client
) -> None:
    """For whoever could have asked for it; nobody else finds it, and its students see nothing."""
    job = job_of(client.post(reverse("teach-assign", args=[assignment.course_id]), PLAN))
    address = reverse("teach-assignment", args=[job.assignment_id])
    assert client.get(address)["Location"] == reverse("teach-job", args=[job.pk])
    assert client_of("Nets-assistant").get(address).status_code == 404
    assert client_of("ada").get(address).status_code == 404
    practice = reverse("work-practice", args=[job.assignment_id])
    assert client_of("ada").get(practice).status_code == 404
    assert "Homework 2" not in client_of("ada").get(reverse("work")).content.decode()
    made(job)
    assert client.get(address).status_code == 200


def test_what_is_cancelled_before_its_turn_leaves_no_assignment(
    assignment: Any, client: Client
) -> None:
    job = job_of(client.post(reverse("teach-assign", args=[assignment.course_id]), PLAN))
    client.post(reverse("teach-job", args=[job.pk]))
    assert list(Assignment.every.all()) == [assignment]
    job.refresh_from_db()
    assert job.state == State.CANCELLED


def test_a_class_list_is_applied_and_exercises_are_drawn(assignment: Any, client: Client) -> None:
    address = reverse("teach-roster", args=[assignment.course_id])
    form = {"roster": "student,name\nada,Ada\nben,Ben\ndan,Dan\n", "action": "apply"}
    job = made(job_of(client.post(address, form)))
    assert job.words == "The class list is applied: 1 new, 2 changed, 1 gone."
    assert not Member.objects.get(ident="cem").active
    assert Task.objects.filter(assignment=assignment, member__ident="dan").count() == 1


def test_exercises_for_newcomers(assignment: Any, client: Client) -> None:
    assignment.tasks.filter(member__ident="cem").delete()
    job = made(job_of(client.post(reverse("teach-complete", args=[assignment.pk]))))
    assert job.words == "Exercises for 1 more students."
    assert assignment.tasks.count() == 3


def test_what_is_for_teachers_is_not_there_for_assistants(assignment: Any, client: Client) -> None:
    client.post(reverse("teach-complete", args=[assignment.pk]))
    job = Job.objects.get()
    assistant = client_of("Nets-assistant")
    assert assistant.get(reverse("teach-job", args=[job.pk])).status_code == 404
    assert assistant.post(reverse("teach-job", args=[job.pk])).status_code == 404
    course = assistant.get(reverse("teach-course", args=[assignment.course_id]))
    assert job.pk not in course.content.decode()


def test_links_of_a_large_class_are_made_at_once(assignment: Any, client: Client) -> None:
    page = client.post(reverse("teach-links", args=[assignment.course_id])).content.decode()
    found = re.findall(r"/link/([\w-]+)/", page)
    assert len(set(found)) == 3
    assert Link.objects.count() == 3
    client.post(reverse("teach-links", args=[assignment.course_id]))
    for secret in set(found):
        assert Client().get(f"/link/{secret}/").status_code != 302
