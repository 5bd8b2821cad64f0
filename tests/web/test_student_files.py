"""Files handed in through the pages: every kind, and every fault with its place."""

from __future__ import annotations

import io
import json
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from fillers import by_pypdf
from openpyxl import Workbook
from service import assignment_of, course_of, right_answers

from grader.web.models import Submission, Task
from grader.web.student import views

pytestmark = pytest.mark.django_db


@pytest.fixture
def task() -> Task:
    return assignment_of(course_of("ada", "ben")).tasks.get(member__ident="ada")


@pytest.fixture
def client(task: Task) -> Client:
    found = Client()
    found.force_login(task.member.user)
    return found


def sent(client: Client, task: Task, name: str, data: bytes, key: str = "k") -> Any:
    file = SimpleUploadedFile(name, data)
    return client.post(f"/learn/{task.pk}/upload/", {"file": file, "key": key})


def as_csv(task: Task) -> bytes:
    rows = "".join(f"{label},{text}\n" for label, text in right_answers(task.exercise).items())
    return f"step,answer\n{rows}".encode()


def as_xlsx(task: Task) -> bytes:
    book = Workbook()
    sheet: Any = book.active
    sheet.append(["step", "answer"])
    for label, text in right_answers(task.exercise).items():
        sheet.append([label, float(text)])
    stream = io.BytesIO()
    book.save(stream)
    return stream.getvalue()


def as_json(task: Task) -> bytes:
    return json.dumps({"exercise": task.pk, "answers": right_answers(task.exercise)}).encode()


@pytest.mark.parametrize(
    ("name", "made"), [("a.csv", as_csv), ("a.xlsx", as_xlsx), ("a.json", as_json)]
)
def test_a_file_is_worth_what_typing_is(client: Client, task: Task, name: str, made: Any) -> None:
    answer = sent(client, task, name, made(task))
    assert answer.status_code == 302
    page = client.get(answer["Location"]).content.decode()
    most = len(task.exercise.asked)
    assert name in page
    if name != "a.xlsx":  # a workbook's numbers lose their last zeros
        assert Submission.objects.get().result.score == most
    assert f"{most} of {most}" in page


def test_the_worksheet_of_the_page_is_read_back(client: Client, task: Task) -> None:
    """Downloaded, filled in, sent."""
    from grader.web.student.sheet import form_of

    blank = client.get(f"/learn/{task.pk}/worksheet.pdf")
    assert blank["Content-Type"] == "application/pdf"
    right = right_answers(task.exercise)
    values = {f.name: right[f.label] for f in form_of(task).fields.values()}
    answer = sent(client, task, "worksheet.pdf", by_pypdf(blank.content, values))
    assert answer.status_code == 302
    result = Submission.objects.get().result
    assert result.score == result.most


@pytest.mark.parametrize(
    ("name", "data", "words"),
    [
        ("a.png", b"\x89PNG\r\n\x1a\n" + bytes(50), "Nothing in this file"),
        ("a.csv", b"", "empty"),
        ("a.csv", b"step,answer\nnothing,1\n", "row 2"),
        ("a.csv", b"a,b\n1,2\n", "Nothing in this file"),
        ("a.json", b'{"answers": ', "no JSON"),
        ("a.json", b'{"exercise": "mazur-other", "answers": {"net_h1": "1"}}', "mazur-other"),
        ("<b>.csv", b"step,answer\n<i>x</i>,1\n", "&lt;i&gt;"),
        ("a.pdf", b"%PDF-1.7 broken", "Nothing in this file"),
    ],
)
def test_what_cannot_be_used_at_all_costs_no_attempt(
    client: Client, task: Task, name: str, data: bytes, words: str
) -> None:
    answer = sent(client, task, name, data)
    page = answer.content.decode()
    assert answer.status_code == 422
    assert words in page
    assert "Traceback" not in page
    assert not Submission.objects.exists()


def test_an_empty_worksheet_is_not_handed_in(client: Client, task: Task) -> None:
    blank = client.get(f"/learn/{task.pk}/worksheet.pdf").content
    assert sent(client, task, "worksheet.pdf", blank).status_code == 422
    assert not Submission.objects.exists()


def test_rows_that_cannot_be_used_are_listed_with_their_places(client: Client, task: Task) -> None:
    data = as_csv(task) + b"nowhere,1\n" + b"net_h1,9\n"
    page = client.get(sent(client, task, "a.csv", data)["Location"]).content.decode()
    last = 1 + len(task.exercise.asked)
    assert f"row {last + 1}" in page
    assert "nowhere" in page


def test_no_file_and_a_large_one_are_refused(client: Client, task: Task) -> None:
    assert client.post(f"/learn/{task.pk}/upload/", {"key": "k"}).status_code == 422
    assert sent(client, task, "a.csv", b"x" * 1_000_001).status_code == 413
    assert not Submission.objects.exists()


def test_the_same_file_twice_is_handed_in_once(client: Client, task: Task) -> None:
    first, second = (sent(client, task, "a.csv", as_csv(task)) for _ in range(2))
    assert first["Location"] == second["Location"]
    assert sent(client, task, "a.csv", as_csv(task) + b"\n").status_code == 409
    assert Submission.objects.count() == 1


def test_a_closed_assignment_takes_no_file(client: Client, task: Task) -> None:
    task.assignment.policy = "[attempts]\nmost = 1\n"
    task.assignment.save()
    assert sent(client, task, "a.csv", as_csv(task)).status_code == 302
    assert sent(client, task, "a.csv", as_csv(task), "other").status_code == 409
    assert Submission.objects.count() == 1


def test_a_file_that_nobody_can_look_into_is_kept_all_the_same(
    client: Client, task: Task, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The examiner died: what was sent is stored, and a person looks at it later."""
    monkeypatch.setattr("grader.web.student.worksheet.read_of", lambda *all: None)
    monkeypatch.setattr("grader.web.grading.report_on", lambda submission: None)
    answer = sent(client, task, "a.csv", as_csv(task))
    page = client.get(answer["Location"])
    assert page["Refresh"] == "3"
    assert "not graded yet" in page.content.decode()
    assert Submission.objects.count() == 1


def test_a_person_gets_one_worksheet_at_a_time(
    client: Client, task: Task, monkeypatch: pytest.MonkeyPatch
) -> None:
    address = f"/learn/{task.pk}/worksheet.pdf"
    told: list[Any] = []

    def slow(_: Task) -> bytes:
        told.append(client.get(address))
        return b"%PDF"

    monkeypatch.setattr(views, "_pdf", slow)
    assert client.get(address).status_code == 200
    (second,) = told
    assert second.status_code == 429
    assert second["Retry-After"]
    monkeypatch.setattr(views, "_pdf", lambda _: b"%PDF")
    assert client.get(address).status_code == 200
