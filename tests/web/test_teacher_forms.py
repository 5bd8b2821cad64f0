"""What teachers send: class lists, links, families, policies, times; and what is refused."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.contrib.auth import get_user_model
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from service import assignment_of, course_of
from teachers import client_of

from grader.web.accounts import user_of_link
from grader.web.models import Assignment, Audit, Course, Link, Member, Role, Task
from grader.web.teacher import assignment_forms
from problems.drawing import family as families

pytestmark = pytest.mark.django_db


@pytest.fixture
def course() -> Course:
    found: Course = course_of("ada", "ben", name="Nets")
    return found


@pytest.fixture
def client(course: Course) -> Client:
    return client_of("Nets-teacher")


def address(name: str, *ids: Any) -> str:
    return reverse(f"teach-{name}", args=[getattr(one, "pk", one) for one in ids])


@pytest.mark.parametrize(
    "typed",
    ["00000000250", "9" * 5000, "0" * 5000 + "21", "-1", "1.5", "\u0665", "1e1", "21", "0"],
)
def test_a_number_of_exercises_is_read_in_whole(
    client: Client, course: Course, typed: str
) -> None:
    form = {"title": "T", "family": "mazur", "exercises": typed, "action": "create"}
    answer = client.post(address("assign", course), form)
    assert answer.status_code == 422
    assert "A whole number from 1 to 20." in answer.content.decode()
    assert Assignment.objects.count() == 0


# the class list ----------------------------------------------------------------------------

LIST = "student,name,email\nada,Ada L.,ada@example.org\ncem,Cem,\n"


def sent(client: Client, course: Course, text: str, action: str = "preview") -> Any:
    return client.post(address("roster", course), {"roster": text, "action": action})


def idents(course: Course) -> list[str]:
    found = course.members.filter(role=Role.STUDENT, active=True)
    return sorted(found.values_list("ident", flat=True))


def test_a_list_is_shown_before_it_is_applied(client: Client, course: Course) -> None:
    page = sent(client, course, LIST).content.decode()
    assert "1 new, 1 with another name or address, 1 gone, 0 as before" in page
    assert idents(course) == ["ada", "ben"]
    assert not Audit.objects.exists()


def test_an_applied_list_keeps_who_leaves_and_draws_for_who_comes(
    client: Client, course: Course
) -> None:
    assignment = assignment_of(course)
    assert sent(client, course, LIST, "apply").status_code == 302
    assert idents(course) == ["ada", "cem"]
    assert not course.members.get(ident="ben").active
    assert assignment.tasks.filter(member__ident="ben").count() == 1
    assert assignment.tasks.filter(member__ident="cem").count() == 1
    assert course.members.get(ident="ada").name == "Ada L."
    assert Audit.objects.get(action="roster.changed").detail["gone"] == 1
    sent(client, course, "student\nada\nben\ncem\n", "apply")
    assert idents(course) == ["ada", "ben", "cem"]
    assert Task.objects.filter(member__ident="ben").count() == 1


def test_a_list_applied_twice_changes_nothing(client: Client, course: Course) -> None:
    for _ in range(2):
        sent(client, course, LIST, "apply")
    assert Audit.objects.filter(action="roster.changed").count() == 1


@pytest.mark.parametrize(
    "text, said",
    [
        ("student,name\nada,Ada\n,Ben\nada,Ada\n", ["row 3", "row 4", "2 places"]),
        ("name\nAda\n", ["no column &#39;student&#39;"]),
        ("student,name\nada," + "x" * 201 + "\n", ["row 2, name", "200 characters"]),
        ("student\nNets-teacher\n", ["teacher or assistant"]),
        ("", ["Nothing was changed"]),
        ('student\n"ada\n', ["Nothing was changed"]),
    ],
)
@pytest.mark.parametrize("action", ["preview", "apply"])
def test_a_list_with_a_fault_changes_nothing(
    client: Client, course: Course, text: str, said: list[str], action: str
) -> None:
    answer = sent(client, course, text, action)
    page = answer.content.decode()
    assert answer.status_code == 422
    assert [words for words in said if words not in page] == []
    assert idents(course) == ["ada", "ben"]


def test_a_file_is_read_as_on_the_command_line(client: Client, course: Course) -> None:
    file = SimpleUploadedFile("class.csv", "student;name\nzoe;Zoë\n".encode("cp1252"))
    page = client.post(address("roster", course), {"file": file, "action": "preview"})
    assert "Zoë" in page.content.decode()


def test_a_huge_file_is_refused(client: Client, course: Course) -> None:
    file = SimpleUploadedFile("class.csv", b"student\n" + b"x\n" * 800_000)
    assert client.post(address("roster", course), {"file": file}).status_code == 422


# links and staff ---------------------------------------------------------------------------


def links_on(answer: Any) -> list[str]:
    return [one.split("/")[-2] for one in answer.content.decode().split("</code>")[:-1]]


def test_new_links_work_and_end_the_old_ones(client: Client, course: Course) -> None:
    first = links_on(client.post(address("links", course)))
    second = links_on(client.post(address("links", course)))
    assert [user_of_link(secret) for secret in first] == [None, None]
    assert [user_of_link(secret).username for secret in second] == ["ada", "ben"]
    assert all(secret not in str(Link.objects.values_list()) for secret in second)


def test_a_link_for_one_leaves_the_others(client: Client, course: Course) -> None:
    ada, ben = links_on(client.post(address("links", course)))
    one = course.members.get(ident="ada")
    (new,) = links_on(client.post(address("person", course, one), {"action": "link"}))
    assert user_of_link(ada) is None
    assert user_of_link(ben) is not None
    assert user_of_link(new).username == "ada"


def test_nobody_gets_a_link_into_a_course_of_others(client: Client, course: Course) -> None:
    """Who is somebody elsewhere could be impersonated there."""
    other = course_of("dan", name="Other")
    ada = course.members.get(ident="ada")
    Member.objects.create(course=other, user=ada.user, role=Role.TEACHER, ident="x")
    client.post(address("person", course, ada), {"action": "link"})
    client.post(address("links", course))
    assert not Link.objects.filter(user=ada.user).exists()
    assert Link.objects.count() == 1


def test_nobody_gets_a_link_of_an_administrator(client: Client, course: Course) -> None:
    ada = course.members.get(ident="ada")
    get_user_model().objects.filter(pk=ada.user_id).update(is_staff=True)
    client.post(address("person", course, ada), {"action": "link"})
    assert not Link.objects.exists()


def test_an_assistant_comes_by_a_link_that_works_once(client: Client, course: Course) -> None:
    fields = {"name": "Iris", "email": "iris@example.org", "role": "assistant"}
    (secret,) = links_on(client.post(address("staff", course), fields))
    browser = Client()
    assert browser.post(reverse("link", args=[secret])).url == reverse("password")
    assert browser.get(address("course", course)).status_code == 200
    assert Client().post(reverse("link", args=[secret])).url == reverse("login")


def test_somebody_with_an_account_is_added_without_a_link(client: Client, course: Course) -> None:
    course_of(name="Other")
    fields = {"account": "Other-teacher", "role": "teacher"}
    assert client.post(address("staff", course), fields).status_code == 302
    assert client_of("Other-teacher").get(address("course", course)).status_code == 200
    assert not Link.objects.exists()
    assert client.post(address("staff", course), fields).status_code == 422
    assert client.post(address("staff", course), {"account": "nobody"}).status_code == 422
    assert client.post(address("staff", course), {"role": "teacher"}).status_code == 422


def test_staff_are_taken_off_but_not_oneself(client: Client, course: Course) -> None:
    for ident in ("Nets-assistant", "Nets-teacher"):
        one = course.members.get(ident=ident)
        client.post(address("person", course, one), {"action": "remove"})
    assert not course.members.get(ident="Nets-assistant").active
    assert course.members.get(ident="Nets-teacher").active


# assignments -------------------------------------------------------------------------------

PLAN = {"title": "HW", "family": "mazur", "exercises": "1", "action": "create"}


def test_an_assignment_is_made_as_chosen(client: Client, course: Course) -> None:
    wanted = PLAN | {"layers": "2-3-2", "decimals": "5", "exercises": "2", "paper": "letter"}
    wanted |= {"policy": "strict", "due": "2030-05-01T12:00", "feedback": "after the due date"}
    assert client.post(address("assign", course), wanted).status_code == 302
    made = Assignment.objects.get()
    order = made.made
    chosen = (order.layers, order.decimals, order.exercises, order.paper)
    assert chosen == ("2-3-2", 5, 2, "letter")
    assert (made.policy, made.published, made.practice) == ("strict", False, False)
    assert made.due is not None
    assert made.tasks.count() == 4


@pytest.mark.parametrize(
    "fields, field",
    [
        ({"title": ""}, "title"),
        ({"layers": "two"}, "layers"),
        ({"layers": "99-99-99"}, "layers"),
        ({"decimals": "0"}, "decimals"),
        ({"decimals": "4", "significant": "4"}, "significant"),
        ({"exercises": "21"}, "exercises"),
        ({"family": "nothing"}, "family"),
        ({"family": "own"}, "definition"),
        ({"family": "own", "definition": "title = 3"}, "definition"),
        ({"policy": "own", "policy_text": "[credit]\nslip = 9"}, "policy_text"),
        ({"policy": "own"}, "policy_text"),
        ({"due": "tomorrow"}, "due"),
        ({"due": "2030-01-02T00:00", "closes": "2030-01-01T00:00"}, "closes"),
        ({"opens": "2030-01-02T00:00", "closes": "2030-01-01T00:00"}, "closes"),
        ({"feedback": "after the due date"}, "due"),
        ({"decimals": "1"}, "family"),
    ],
)
def test_a_fault_is_said_at_its_field_and_nothing_is_made(
    client: Client, course: Course, fields: dict[str, str], field: str
) -> None:
    answer = client.post(address("assign", course), PLAN | fields)
    page = answer.content.decode()
    assert answer.status_code == 422
    assert f'href="#{field}"' in page
    assert not Assignment.objects.exists()


@pytest.mark.parametrize(
    "name, typed, said",
    [
        ("title", "x" * 201, "At most 200 characters."),
        ("title", " ", "This is needed."),
        ("title", "HW \u202e1", "There is a character in it that cannot be shown."),
        ("due", "tomorrow", "A day and a time, such as 2026-03-01T17:05."),
        ("feedback", "sometimes", "Choose one of at once, after the due date, never."),
        ("decimals", "1.0", "A whole number from 1 to 12."),
    ],
)
def test_complaints_say_what_to_do_and_keep_what_was_typed(
    client: Client, course: Course, name: str, typed: str, said: str
) -> None:
    """Also of other fields, whatever is wrong with the first."""
    fields = PLAN | {name: typed, "layers": "two", "policy_text": "mine"}
    page = client.post(address("assign", course), fields).content.decode()
    assert f"{said}</li></ul>" in page
    assert f'id="{name}-error"' in page
    assert ('id="layers-error"' in page) == (name != "decimals")  # no net is tried for it
    assert "mine</textarea>" in page
    assert Assignment.objects.count() == 0


def test_a_family_of_ones_own_is_uploaded(client: Client, course: Course) -> None:
    text = families.source_of("mazur").replace("A backpropagation exercise", "My own exercise")
    file = SimpleUploadedFile("mine.toml", text.encode())
    client.post(address("assign", course), PLAN | {"family": "own", "file": file})
    assert Assignment.objects.get().made.made_by.title.startswith("My own exercise")


@pytest.mark.parametrize("data", [b"\xff\xfe\x00", b"# " + b"x" * 270_000, b"[[["])
def test_a_broken_family_file_is_refused(client: Client, course: Course, data: bytes) -> None:
    file = SimpleUploadedFile("mine.toml", data)
    answer = client.post(address("assign", course), PLAN | {"family": "own", "file": file})
    assert answer.status_code == 422
    assert 'id="definition-error"' in answer.content.decode()


def preview(client: Client, course: Course, **fields: str) -> str:
    answer = client.post(
        address("assign", course),
        PLAN | {"action": "preview"} | fields,
        headers={assignment_forms.FRAGMENT: "preview"},
    )
    assert answer.status_code == 200
    assert not Assignment.objects.exists()
    return str(answer.content.decode())


def test_the_preview_is_an_exercise_and_what_the_gate_says(client: Client, course: Course) -> None:
    page = preview(client, course)
    assert "<html" not in page
    assert "% of the candidates are refused" in page
    assert "<svg" in page
    assert preview(client, course, variant="1") != page
    assert preview(client, course) == page


def test_the_preview_says_when_nothing_can_be_drawn(client: Client, course: Course) -> None:
    page = preview(client, course, decimals="1")
    assert "Nothing can be drawn" in page or "Nothing was found" in page  # on a slow machine
    assert "cannot be told" in page
    assert "layers" not in preview(client, course, layers="two").split("<")[0]


def test_without_a_script_the_page_brings_the_preview(client: Client, course: Course) -> None:
    for action in ("preview", "another"):
        answer = client.post(address("assign", course), PLAN | {"action": action})
        page = answer.content.decode()
        assert "<html" in page
        assert "A drawn exercise" in page
        assert 'value="HW"' in page


def test_settings_are_changed_and_noted(client: Client, course: Course) -> None:
    assignment = assignment_of(course)
    fields = {"title": "HW 1b", "feedback": "never", "due": "2030-05-01T12:00"}
    assert client.post(address("settings", assignment), fields).status_code == 302
    assignment.refresh_from_db()
    assert (assignment.title, assignment.feedback, assignment.practice) == (
        "HW 1b",
        "never",
        False,
    )
    assert set(Audit.objects.get(action="assignment.changed").detail) >= {"title", "due"}
    again = Audit.objects.count()
    page = client.get(address("settings", assignment)).content.decode()
    assert 'value="2030-05-01T12:00"' in page
    client.post(address("settings", assignment), fields)
    assert Audit.objects.count() == again
    bad = fields | {"closes": "2029-01-01T00:00"}
    assert client.post(address("settings", assignment), bad).status_code == 422


def test_who_joined_by_hand_gets_an_exercise(client: Client, course: Course) -> None:
    assignment = assignment_of(course, due=timezone.now() + timedelta(days=1))
    user = get_user_model().objects.create_user("eva")
    Member.objects.create(course=course, user=user, role=Role.STUDENT, ident="eva")
    page = client.get(address("assignment", assignment)).content.decode()
    assert "1 student has no exercise yet" in page
    client.post(address("complete", assignment))
    assert assignment.tasks.filter(member__ident="eva").count() == 1
