"""A large class in a browser: its lists on a wide screen and a phone, a link that comes early."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import warm
from chromium import fits, in_a_browser, opened, violations
from service import Server, started

pytestmark = in_a_browser
SUPPORT = Path(__file__).parents[1] / "support"
ROWS = '[aria-label^="Students"] tbody tr'

SEED = """
import json, sys
sys.path.append(sys.argv[2])
from pathlib import Path
from grader.web import start
start.configure(Path(sys.argv[1]))
start.prepare()
from django.contrib.auth import get_user_model
from django.utils import timezone
from service import assignment_of, course_of, order
from grader.web.accounts import new_link, new_user
from grader.web.jobs import kinds, queue
from grader.web.jobs.models import Job, State
from grader.web.models import Member, Role
course = course_of("ada", name="Nets")
users = get_user_model()
made = users.objects.bulk_create([users(username=f"u{n}") for n in range(149)])
Member.objects.bulk_create(
    Member(course=course, user=one, role=Role.STUDENT, ident=f"id{n:03}", name=f"Zoë Nr{n:03}")
    for n, one in enumerate(made)
)
assignment = assignment_of(course)
teacher = users.objects.get(username="Nets-teacher")
job = queue.ask(teacher, kinds.planned(course, order(), "Early", {"published": True}))
Job.objects.update(state=State.RUNNING, owner="x", beat=timezone.now())
print(json.dumps({
    "teacher": new_link(teacher, once=True),
    "ada": new_link(users.objects.get(username="ada")),
    "course": course.pk, "assignment": assignment.pk, "early": job.assignment_id,
}))
"""
"""A class, an assignment, and another one that some worker is making."""

MAKE = """
import sys
from pathlib import Path
from grader.web import start
start.configure(Path(sys.argv[1]))
from grader.web.jobs import making
from grader.web.jobs.models import Job
making.make(Job.objects.get(owner="x"))
"""


def script(code: str, data: Path) -> str:
    done = warm.run(("-c", code, data, SUPPORT), os.environ)
    assert done.returncode == 0, done.stderr
    return done.stdout


@pytest.fixture
def served(tmp_path: Path) -> Iterator[tuple[Server, dict[str, str]]]:
    data = tmp_path / "data"
    data.mkdir()
    known = json.loads(script(SEED, data).splitlines()[-1])
    server = started(data)
    yield server, known
    server.stop()


@pytest.fixture
def browser() -> Iterator[Any]:
    with opened() as found:
        yield found


def logged_in(context: Any, server: Server, link: str) -> Any:
    page = context.new_page()
    page.goto(f"{server.url}/link/{link}/")
    if page.get_by_role("button", name="Go on").count():
        page.get_by_role("button", name="Go on").click()
    return page


def test_a_link_that_is_followed_early_leads_on_by_itself(
    served: tuple[Server, dict[str, str]], browser: Any
) -> None:
    server, known = served
    page = logged_in(browser.new_context(), server, known["ada"])
    page.goto(f"{server.url}/lti/soon/{known['early']}/")
    assert "being made at this moment" in page.get_by_role("status").inner_text()
    assert violations(page) == []
    script(MAKE, server.data)
    page.wait_for_url("**/learn/**", timeout=20_000)
    assert page.get_by_role("heading", level=1).count()


def test_lists_have_no_barriers_and_keep_what_is_typed(
    served: tuple[Server, dict[str, str]], browser: Any
) -> None:
    server, known = served
    context = browser.new_context(color_scheme="dark")
    page = logged_in(context, server, known["teacher"])
    for width in (360, 1280):
        page.set_viewport_size({"width": width, "height": 800})
        for path in (f"course/{known['course']}", f"assignment/{known['assignment']}"):
            page.goto(f"{server.url}/teach/{path}/")
            pages = page.get_by_role("navigation", name="Pages of students")
            pages.get_by_role("link", name="Next").click()
            assert "page=2" in page.url
            assert page.locator(ROWS).count() == 50
            assert violations(page) == []
            assert fits(page)
            page.get_by_label("Name or id").fill("zoe 123")
            page.get_by_role("button", name="Find").click()
            assert page.locator(ROWS).count() == 1
            assert violations(page) == []
            assert fits(page)
            page.get_by_role("link", name="Show all").click()
            assert page.locator(ROWS).count() == 100


def test_figures_that_are_fetched_anew_leave_the_field_alone(
    served: tuple[Server, dict[str, str]], browser: Any
) -> None:
    """And come for the same page of the table."""
    server, known = served
    page = logged_in(browser.new_context(), server, known["teacher"])
    asked: list[str] = []
    page.on("request", lambda one: asked.append(one.url) if "/progress/" in one.url else None)
    page.clock.install()
    page.goto(f"{server.url}/teach/assignment/{known['assignment']}/?sort=score&down=1&page=2")
    page.clock.run_for(5_100)
    page.wait_for_function("document.querySelectorAll('tbody tr').length == 50")
    assert asked
    assert {"sort=score", "down=1", "page=2"} <= set(asked[0].split("?")[1].split("&"))
    page.get_by_label("Name or id").fill("zoe")
    page.get_by_role("heading", level=1).click()
    count = len(asked)
    page.clock.run_for(60_000)
    assert len(asked) == count
    assert page.get_by_label("Name or id").input_value() == "zoe"
