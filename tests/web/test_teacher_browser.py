"""A teacher's first hour, in a browser, from an empty folder; no page has a barrier."""

from __future__ import annotations

import csv
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import warm
from chromium import in_a_browser, opened
from service import Server, started

pytestmark = in_a_browser

SCREENS = os.environ.get("BPGRADE_SCREENS")
"""Folder for screenshots, where some are wanted."""

ROSTER = "student,name,email\n" + "".join(
    f"s{n:02},{name},{name.lower()}@example.org\n"
    for n, name in enumerate(["Ada", "Ben", "Cem", "Dan", "Eva", "Fay", "Gus", "Hal"], 1)
)

HAND_IN = """
import json, sys
from pathlib import Path
from grader.web.start import configure
configure(Path(sys.argv[1]))
from grader.web import grading
from grader.web.submission_store import keep
from grader.web.models import Draft, Task
tasks = list(Task.objects.select_related("member").order_by("member__ident"))
Draft.objects.create(task=tasks[5], answers={"net_h1": "0.5"})
for n, task in enumerate(tasks[:5]):
    exercise = task.exercise
    for attempt in range(1 + n % 2):
        typed = {exercise.labels[id]: exercise.printed[id] for id in exercise.asked}
        for id in list(exercise.asked)[attempt : 3 * n : 2]:
            typed[exercise.labels[id]] = "" if n == 3 else "0.77"
        if n:
            first = exercise.labels[exercise.asked[0]]
            typed[first] = typed[first][:-2]
        data = json.dumps({"exercise": task.id, "answers": typed}).encode()
        grading.grade(keep(task, f"key-{attempt}", data).submission)
"""
"""What students do, without their pages."""


@pytest.fixture
def server(tmp_path: Path) -> Iterator[Server]:
    found = started(tmp_path / "data")
    yield found
    found.stop()


@pytest.fixture
def browser(server: Server) -> Iterator[Any]:
    with opened() as found:
        yield found


class Teacher:
    """Somebody in front of a browser; every page that they see is looked at for barriers."""

    def __init__(self, page: Any, url: str) -> None:
        self.page, self.url = page, url
        self.links: dict[str, str] = {}
        """Name of a student -> personal link."""
        self.complaints: list[str] = []
        page.on("pageerror", lambda error: self.complaints.append(str(error)))
        page.on("console", self._said)

    def _said(self, message: Any) -> None:
        refused = "422" in message.text  # a form with faults, on purpose
        axe = message.location["url"].endswith("/page.css")  # it looks for imports beside the page
        if message.type == "error" and not refused and not axe:
            self.complaints.append(f"{message.text} {message.location}")

    def looks(self, name: str = "") -> str:
        """No barrier here; the text of the page."""
        from axe_playwright_python.sync_playwright import Axe

        found = Axe().run(self.page)
        assert found.violations_count == 0, f"{self.page.url}\n{found.generate_report()}"
        self.page.wait_for_timeout(50)
        wide = self.page.evaluate("document.documentElement.scrollWidth - innerWidth")
        assert wide <= 0, f"{self.page.url} is wider than the window by {wide}"
        if SCREENS and name:
            self.page.screenshot(path=f"{SCREENS}/{name}.png", full_page=True)
        return str(self.page.inner_text("main"))

    def button(self, name: str) -> None:
        self._go(self.page.get_by_role("button", name=name).first)

    def link(self, name: str) -> None:
        self._go(self.page.get_by_role("link", name=name, exact=True).first)

    def _go(self, what: Any) -> None:
        """Press it, and wait for the page that it leads to."""
        with self.page.expect_navigation():
            what.click()


def test_a_teachers_first_hour(server: Server, browser: Any) -> None:
    page = browser.new_page(viewport={"width": 1280, "height": 900})
    teacher = Teacher(page, server.url)
    begin(teacher, server)
    make_course(teacher)
    make_assignment(teacher)
    students_work(server)
    follow(teacher)
    change_policy(teacher)
    a_student_hands_in(teacher, browser)
    read_report(teacher)
    narrow_and_dark(teacher, browser)
    assert not teacher.complaints


def test_a_large_class_is_made_beside_the_pages(server: Server, browser: Any) -> None:
    page = browser.new_page(viewport={"width": 1280, "height": 900})
    teacher = Teacher(page, server.url)
    begin(teacher, server)
    page.get_by_label("Name").fill("Everybody")
    teacher.button("Make the course")
    teacher.link("Class list")
    rows = "".join(f"s{n},Student {n}\n" for n in range(70))
    page.get_by_label("Or write it here").fill(f"student,name\n{rows}")
    teacher.button("See what it changes")
    teacher.button("Apply")
    assert "Class list of Everybody" in teacher.looks("job")
    page.get_by_text("70 new").wait_for(timeout=60_000)  # by its script alone
    page.get_by_role("button", name="Cancel").wait_for(state="detached", timeout=10_000)
    teacher.looks()
    teacher.link("Go on")
    assert "70 students" in teacher.looks()
    assert not teacher.complaints


def begin(teacher: Teacher, server: Server) -> None:
    teacher.page.goto(server.link)
    teacher.looks()
    teacher.button("Go on")
    teacher.looks()
    for label in ("New password", "New password, once more"):
        teacher.page.get_by_label(label, exact=True).fill("quite a long pass phrase")
    teacher.button("Set the password")
    assert "No course yet" in teacher.looks("courses")


def make_course(teacher: Teacher) -> None:
    page = teacher.page
    page.get_by_label("Name").fill("Neural networks")
    teacher.button("Make the course")
    teacher.looks()
    teacher.link("Class list")
    page.get_by_label("Or write it here").fill("student,name\nada,Ada\n,Ben\nada,Ada\n")
    teacher.button("See what it changes")
    text = teacher.looks("roster-errors")
    assert "row 3" in text
    assert "row 4" in text
    page.get_by_label("Or write it here").fill(ROSTER)
    teacher.button("See what it changes")
    assert "8 new" in teacher.looks("roster")
    teacher.button("Apply")
    page.get_by_text("New links for all").click()
    teacher.button("Make 8 links")
    assert teacher.looks("links").count("/link/") == 8
    with page.expect_download() as download:
        page.get_by_role("link", name="Download as CSV").click()
    rows = list(csv.DictReader(Path(download.value.path()).read_text("utf-8-sig").splitlines()))
    assert len(rows) == 8
    teacher.links = {row["name"]: row["link"] for row in rows}
    teacher.link("Back to the course")
    teacher.link("Add a teacher or an assistant")
    page.get_by_label("Name", exact=True).fill("Iris")
    teacher.looks("staff")
    teacher.button("Add")
    assert "/link/" in teacher.looks()
    teacher.link("Back to the course")
    teacher.looks("teacher-course")


def make_assignment(teacher: Teacher) -> None:
    page = teacher.page
    teacher.link("New assignment")
    page.wait_for_selector("#preview article")
    page.get_by_label("Title").fill("Homework 1")
    page.get_by_label("Family", exact=True).select_option("mazur")
    page.get_by_label("Decimals").fill("1")
    page.wait_for_selector("#preview .message.error")
    assert "Try more decimals" in page.inner_text("#preview")
    page.get_by_label("Decimals").fill("")
    page.wait_for_selector("#preview article")
    assert "refused" in page.inner_text("#preview")
    teacher.looks("assign")
    teacher.button("Make the assignment")
    assert "8 exercises" in teacher.looks()
    teacher.button("Publish")
    assert "not begun: 8" in teacher.looks()


def students_work(server: Server) -> None:
    environment = {k: v for k, v in os.environ.items() if not k.startswith(("BPGRADE_", "DJANGO"))}
    done = warm.run(("-c", HAND_IN, server.data), environment, timeout=120)
    assert done.returncode == 0, done.stderr


def follow(teacher: Teacher) -> None:
    page = teacher.page
    page.locator("#live", has_text="graded: 5").wait_for(timeout=15_000)
    teacher.looks("teacher-assignment")
    teacher.link("Score")
    teacher.looks()
    teacher.link("Eva")
    text = teacher.looks("teacher-student")
    assert "Right value" in text
    page.get_by_text("The exercise", exact=True).click()
    teacher.looks()
    teacher.link("Draw another exercise instead")
    teacher.looks("reissue")
    teacher.link("Keep this one")
    teacher.link("Homework 1")
    teacher.link("Settings")
    teacher.looks("settings")
    page.get_by_label("Students see what was found").select_option("after the due date")
    teacher.button("Store")
    assert "needs one" in teacher.looks()
    teacher.link("Homework 1")


def change_policy(teacher: Teacher) -> None:
    page = teacher.page
    teacher.link("Policy and regrading")
    page.get_by_label("Policy", exact=True).select_option("own")
    page.get_by_text("A policy of one's own").click()
    page.get_by_label("Policy as TOML").fill("[weights]\nnet = 3\nloss = 2\n")
    teacher.button("See what it changes")
    assert "of 5 students" in teacher.looks("regrade")
    teacher.button("Apply this policy")
    assert "policy own" in teacher.looks()
    teacher.link("Policy and regrading")
    teacher.button("Put it back")
    assert "What it would change" in teacher.looks()
    teacher.button("Apply this policy")
    assert "policy default" in teacher.looks()


def a_student_hands_in(teacher: Teacher, browser: Any) -> None:
    """With the link that the teacher has given out, on a phone, while the teacher looks on."""
    context = browser.new_context(viewport={"width": 390, "height": 844})
    student = Teacher(context.new_page(), teacher.url)
    student.page.goto(teacher.links["Hal"])
    student.button("Go on")
    student.page.get_by_role("link", name="Begin").click()
    student.page.locator("input.entry").first.wait_for()
    for field in student.page.locator("input.entry").all():
        field.fill("0.5")
    student.button("Hand in")
    assert "0.5" in student.looks()
    assert not student.complaints
    context.close()
    teacher.page.locator("#live", has_text="graded: 6").wait_for(timeout=15_000)


def read_report(teacher: Teacher) -> None:
    teacher.link("Class report")
    assert "Class report" in teacher.looks("report")
    teacher.link("Homework 1")
    teacher.link("Neural networks")
    teacher.link("Who changed what")
    assert "assignment.regraded" in teacher.looks("log")


def narrow_and_dark(teacher: Teacher, browser: Any) -> None:
    """The same pages on a phone and in the dark."""
    kept = teacher.page.context.storage_state()
    teacher.link("Neural networks")
    course = teacher.page.url
    teacher.link("Homework 1")
    assignment = teacher.page.url
    teacher.link("Eva")
    addresses = {"teacher-course": course, "teacher-assignment": assignment}
    addresses |= {"teacher-student": teacher.page.url, "assign": f"{course}assign/"}
    addresses |= {"regrade": f"{assignment}regrade/", "report": f"{assignment}report/"}
    for suffix, options in {
        "phone": {"viewport": {"width": 360, "height": 780}},
        "dark": {"viewport": {"width": 1280, "height": 900}, "color_scheme": "dark"},
    }.items():
        context = browser.new_context(storage_state=kept, **options)
        other = Teacher(context.new_page(), teacher.url)
        for name, address in addresses.items():
            other.page.goto(address)
            if name == "assign":
                other.page.wait_for_selector("#preview article")
            other.looks(f"{name}-{suffix}")
        assert not other.complaints
        context.close()
