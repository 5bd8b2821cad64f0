"""What students see and do, through the pages as a browser without a script gets them."""

from __future__ import annotations

import html
import json
import re
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone
from secrets_of import revealing
from service import assignment_of, course_of, right_answers
from shipped_recipes import LAYERED as NETWORKS

from grader.web.models import Draft, Submission, Task
from grader.web.student.sheet import form_of
from problems.drawing.family import names
from templates.formulas.mathml import mathml
from templates.pages.page import Math
from templates.sheets.definitions import definitions

pytestmark = pytest.mark.django_db


@pytest.fixture
def task() -> Task:
    assignment = assignment_of(course_of("ada", "ben"))
    return assignment.tasks.get(member__ident="ada")


def logged_in(name: str = "ada") -> Client:
    client = Client()
    assert client.login(username=name, password="password")
    return client


def fields(task: Task, **changes: str) -> dict[str, str]:
    """Field -> right answer, with changes by label."""
    form = form_of(task)
    answers = right_answers(task.exercise) | changes
    return {f.name: answers.get(f.label, "") for f in form.fields.values()}


def key_in(page: str) -> str:
    found = re.search(r'name="key" value="([^"]+)"', page)
    assert found
    return found[1]


def hand_in(client: Client, task: Task, typed: dict[str, str], **more: str) -> Any:
    page = client.get(f"/learn/{task.pk}/").content.decode()
    sent = typed | {"do": "hand-in", "key": key_in(page), "base": "{}"} | more
    return client.post(f"/learn/{task.pk}/", sent)


# overview ----------------------------------------------------------------------------------


def test_the_overview_says_what_is_to_be_done(task: Task) -> None:
    """From the beginning to the second attempt."""
    client = logged_in()

    def words() -> str:
        return html.unescape(client.get("/learn/").content.decode())

    assert "not begun" in words()
    assert "no due date" in words()
    name = next(iter(form_of(task).fields))
    client.post(f"/learn/{task.pk}/", {name: "0.1", "do": "save", "base": "{}"})
    assert "draft saved" in words()
    hand_in(client, task, fields(task))
    assert ">handed in<" in words()
    most = len(task.exercise.asked)
    assert f"{most} of {most} points" in words()
    hand_in(client, task, fields(task, net_h1="7"))
    assert "handed in 2 times" in words()


def test_the_due_date_is_said_in_words(task: Task) -> None:
    task.assignment.due = timezone.now() + timedelta(days=3, minutes=5)
    task.assignment.save()
    assert "(in 3 days)" in logged_in().get("/learn/").content.decode()


# rights ------------------------------------------------------------------------------------


def addresses(task: Task) -> list[tuple[str, str]]:
    base = f"/learn/{task.pk}/"
    return [
        ("get", base), ("post", base), ("post", f"{base}read/"), ("post", f"{base}draft/"),
        ("post", f"{base}upload/"), ("get", f"{base}worksheet.pdf"), ("get", f"{base}answers.csv"),
    ]  # fmt: skip


@pytest.mark.parametrize("who", ["ben", "Course-teacher", "Course-assistant"])
def test_an_exercise_is_its_students_alone(task: Task, who: str) -> None:
    """Staff of the course may not hand in for a student either."""
    client = logged_in(who)
    for method, address in addresses(task):
        assert getattr(client, method)(address).status_code == 404, address
    assert not Submission.objects.exists()
    assert not Draft.objects.exists()


def test_who_is_not_logged_in_is_asked_to(task: Task) -> None:
    for method, address in addresses(task):
        answer = getattr(Client(), method)(address)
        assert answer.status_code == 302
        assert answer["Location"].startswith("/login/")


def test_what_is_not_published_is_not_there(task: Task) -> None:
    client = logged_in()
    answer = hand_in(client, task, fields(task))
    task.assignment.published = False
    task.assignment.save()
    for method, address in addresses(task):
        assert getattr(client, method)(address).status_code == 404, address
    assert client.get(answer["Location"]).status_code == 404
    assert client.get(f"/learn/practice/{task.assignment.pk}/?v=abcdef").status_code == 404
    assert "Homework" not in client.get("/learn/").content.decode()


def test_a_submission_is_seen_by_its_student_and_staff(task: Task) -> None:
    address = hand_in(logged_in(), task, fields(task))["Location"]
    assert logged_in().get(address).status_code == 200
    assert logged_in("ben").get(address).status_code == 404
    staff = logged_in("Course-teacher").get(address).content.decode()
    assert "This is what Name of ada (ada) sees" in staff
    assert "hand in again" not in staff


def test_forms_need_their_token(task: Task) -> None:
    client = Client(enforce_csrf_checks=True)
    client.force_login(task.member.user)
    for method, address in addresses(task):
        if method == "post":
            assert client.post(address, {}).status_code == 403, address


# worksheet ---------------------------------------------------------------------------------


@pytest.mark.parametrize("family", names())
def test_every_family_has_a_field_for_every_question(family: str) -> None:
    """With a name of its own, and a description that is there."""
    assignment = assignment_of(course_of("ada"), family)
    task = assignment.tasks.get()
    page = logged_in().get(f"/learn/{task.pk}/").content.decode()
    inputs = re.findall(r'<input class="entry"[^>]*>', page)
    assert len(inputs) == len(task.exercise.questions)
    spoken = re.findall(r'<input class="entry"[^>]*? aria-label="([^"]+)"', page)
    assert len(set(spoken)) == len(inputs)
    for described in re.findall(r'aria-describedby="([^"]+)"', page):
        assert f'id="{described}"' in page
    ids = re.findall(r' id="([^"]+)"', page)
    assert len(ids) == len(set(ids))


@pytest.mark.parametrize("family", NETWORKS)
def test_the_page_says_what_is_marked(family: str) -> None:
    """The rules of the printed sheet, whole, before the first field."""
    task = assignment_of(course_of("ada"), family).tasks.get()
    page = logged_in().get(f"/learn/{task.pk}/").content.decode()
    before = html.unescape(page[: page.index('<input class="entry"')])
    for what, said in definitions(task.exercise).rows:
        for part in (*what, *said):
            assert (mathml(part.formula) if isinstance(part, Math) else part.text) in before


@pytest.mark.parametrize("family", names())
def test_no_answer_of_the_worksheet_holds_a_solution(family: str) -> None:
    """Neither the page nor what it is told of entries, right ones and wrong ones alike."""
    task = assignment_of(course_of("ada"), family).tasks.get()
    client = logged_in()
    typed = dict.fromkeys(form_of(task).fields, "0.5")
    told = [
        client.get(f"/learn/{task.pk}/"),
        client.post(f"/learn/{task.pk}/", typed | {"do": "save", "base": "{}"}),
        posted(client, task, "read", typed),
        posted(client, task, "draft", {n: {"text": t} for n, t in typed.items()}),
        client.get(f"/learn/{task.pk}/answers.csv"),
    ]
    for answer in told:
        content = answer.content.decode()
        assert task.assignment.made.secret not in re.findall(r"\w+", content)
        for value in revealing(task.exercise):
            assert not re.search(rf"(?<![\d.]){re.escape(value)}(?!\d)", content), value


def posted(client: Client, task: Task, what: str, sent: Any) -> Any:
    body = json.dumps({"fields": sent})
    return client.post(f"/learn/{task.pk}/{what}/", body, content_type="application/json")


def test_the_same_is_said_of_right_and_wrong_entries(task: Task) -> None:
    """Readings know the digits, not the truth."""
    client, right = logged_in(), fields(task)
    name = next(iter(right))
    said = [
        posted(client, task, "read", {name: text}).json()["beside"][name]
        for text in (right[name], right[name][:-1] + str((int(right[name][-1]) + 1) % 10))
    ]
    assert said[0]["tone"] == said[1]["tone"] == "read"
    assert "4 decimals" in said[0]["words"]


@pytest.mark.parametrize(
    ("text", "tone", "words"),
    [
        ("0.59", "read", "read as 0.59 (2 decimals of 4)"),
        ("-5.9300e-1", "read", "−0.593 (5 decimals)"),
        ("1/3", "read", "(worked out)"),
        ("1,234", "refused", "cannot be read"),
        ("abc", "refused", "cannot be read"),
        ("  ", "", ""),
        ("\x00", "refused", "cannot be read"),
        ("9" * 5000, "refused", "cannot be read"),
        ("<b>&", "refused", "cannot be read"),
    ],
)
def test_entries_are_read_as_on_the_command_line(
    task: Task, text: str, tone: str, words: str
) -> None:
    name = next(iter(form_of(task).fields))
    found = posted(logged_in(), task, "read", {name: text}).json()["beside"][name]
    assert found["tone"] == tone
    assert words in found["words"]


def test_readings_are_limited(task: Task, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("grader.web.student.worksheet.READS", 2)
    client = logged_in()
    codes = [posted(client, task, "read", {}).status_code for _ in range(3)]
    assert codes == [200, 200, 429]


@pytest.mark.parametrize(
    "body", ["", "[]", "7", '{"fields": 7}', '{"fields": {"x": 1}}', "[" * 99999]
)
def test_nonsense_is_no_reading_and_no_draft(task: Task, body: str) -> None:
    client = logged_in()
    for what in ("read", "draft"):
        address = f"/learn/{task.pk}/{what}/"
        answer = client.post(address, body, content_type="application/json")
        assert answer.status_code == 200
    assert not any(one.answers for one in Draft.objects.all())


def test_before_it_opens_nothing_of_it_is_seen(task: Task) -> None:
    task.assignment.opens = timezone.now() + timedelta(hours=1)
    task.assignment.save()
    client = logged_in()
    page = client.get(f"/learn/{task.pk}/").content.decode()
    assert "Opens" in page
    assert "entry" not in page
    assert client.get(f"/learn/{task.pk}/worksheet.pdf").status_code == 404
    assert client.get(f"/learn/{task.pk}/answers.csv").status_code == 404
    assert posted(client, task, "read", {}).status_code == 409
    assert hand_in_raw(client, task).status_code == 409
    assert "Opens" in client.get("/learn/").content.decode()


def hand_in_raw(client: Client, task: Task) -> Any:
    return client.post(f"/learn/{task.pk}/", fields(task) | {"do": "hand-in", "key": "k"})


# handing in --------------------------------------------------------------------------------


def test_right_answers_get_a_receipt_and_all_points(task: Task) -> None:
    client = logged_in()
    answer = hand_in(client, task, fields(task))
    assert answer.status_code == 302
    page = client.get(answer["Location"]).content.decode()
    found = Submission.objects.get()
    assert found.pk in page
    assert found.digest in page
    most = len(task.exercise.asked)
    assert f"{most} of {most}" in page
    assert json.loads(bytes(found.data))["exercise"] == task.pk


def test_an_early_slip_is_carried(task: Task) -> None:
    """What follows from it is right, and the page says so."""
    client = logged_in()
    answers = right_answers(task.exercise)
    first = next(iter(answers))
    other = {first: f"{float(answers[first]) + 0.01:.4f}"}
    page = client.get(hand_in(client, task, fields(task, **other))["Location"]).content.decode()
    assert "first deviation" in page
    assert "wrong" in page


def test_pressed_twice_is_handed_in_once(task: Task) -> None:
    client = logged_in()
    page = client.get(f"/learn/{task.pk}/").content.decode()
    sent = fields(task) | {"do": "hand-in", "key": key_in(page)}
    first, second = (client.post(f"/learn/{task.pk}/", sent)["Location"] for _ in range(2))
    assert first == second
    assert Submission.objects.count() == 1


def test_a_page_from_before_with_other_answers_is_another_attempt(task: Task) -> None:
    """After going back in the browser: nothing is lost, and a new key is given."""
    client = logged_in()
    sent = fields(task) | {"do": "hand-in", "key": "same"}
    client.post(f"/learn/{task.pk}/", sent)
    name = next(iter(sent))
    again = client.post(f"/learn/{task.pk}/", sent | {name: "0.12345"})
    assert again.status_code == 409
    page = again.content.decode()
    assert 'value="0.12345"' in page
    assert key_in(page) != "same"


def test_blank_fields_are_asked_about(task: Task) -> None:
    client = logged_in()
    typed = fields(task)
    name = next(iter(typed))
    asked = hand_in(client, task, typed | {name: " "})
    assert asked.status_code == 200
    assert "1 of" in asked.content.decode()
    assert not Submission.objects.exists()
    hidden = re.findall(r'type="hidden" name="([^"]+)" value="([^"]*)"', asked.content.decode())
    sent = {name: html.unescape(value) for name, value in hidden}
    done = client.post(f"/learn/{task.pk}/", sent | {"do": "hand-in"})
    assert done.status_code == 302
    assert len(json.loads(bytes(Submission.objects.get().data))["answers"]) == len(typed) - 1


def test_nothing_at_all_is_not_handed_in(task: Task) -> None:
    answer = hand_in(logged_in(), task, {}, confirmed="1")
    assert answer.status_code == 422
    assert not Submission.objects.exists()


def test_a_closed_assignment_takes_nothing(task: Task) -> None:
    task.assignment.closes = timezone.now() - timedelta(minutes=1)
    task.assignment.save()
    client = logged_in()
    answer = hand_in(client, task, fields(task))
    assert answer.status_code == 409
    assert "Not handed in" in answer.content.decode()
    assert next(iter(fields(task).values())) in answer.content.decode()
    assert posted(client, task, "draft", {}).status_code == 409
    assert client.post(f"/learn/{task.pk}/", {"do": "save"}).status_code == 409
    assert not Submission.objects.exists()


def test_attempts_end(task: Task) -> None:
    task.assignment.policy = "[attempts]\nmost = 1\n"
    task.assignment.save()
    client = logged_in()
    assert "1 attempt left" in client.get(f"/learn/{task.pk}/").content.decode()
    assert hand_in(client, task, fields(task)).status_code == 302
    assert hand_in(client, task, fields(task, net_h1="1")).status_code == 409
    page = client.get(f"/learn/{task.pk}/").content.decode()
    assert "All attempts are used" in page
    assert Submission.objects.count() == 1


def test_what_is_not_stored_is_said_and_stands_there(
    task: Task, monkeypatch: pytest.MonkeyPatch
) -> None:
    from grader.web.submission_store import NotStoredError

    def fails(*args: Any, **kwargs: Any) -> None:
        raise NotStoredError("OperationalError")

    monkeypatch.setattr("grader.web.student.worksheet.keep", fails)
    client = logged_in()
    answer = hand_in(client, task, fields(task, net_h1="0.98765"), key="mine")
    page = answer.content.decode()
    assert answer.status_code == 503
    assert "Not stored" in page
    assert 'value="0.98765"' in page
    assert not Submission.objects.exists()


def test_saving_shows_how_everything_is_read(task: Task) -> None:
    client = logged_in()
    typed = fields(task, net_h1="0.3x", net_h2="0,39")
    page = client.post(f"/learn/{task.pk}/", typed | {"do": "save", "base": "{}"}).content.decode()
    assert "Saved" in page
    assert "cannot be read" in page
    assert 'aria-invalid="true"' in page
    again = client.get(f"/learn/{task.pk}/").content.decode()
    assert 'value="0.3x"' in again
