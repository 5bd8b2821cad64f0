"""Many people come in at the same moment: a real server, both databases."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
import requests
from lti_platform import Platform, platform
from postgres import cluster
from service import Server, free_port, started

STUDENTS, WINDOWS, AT_ONCE = 12, 3, 12


@pytest.fixture(params=["sqlite", "postgres"])
def server(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Server]:
    port = free_port()
    where = ("--url", f"http://127.0.0.1:{port}")
    if request.param == "sqlite":
        found = started(tmp_path / "data", port, *where)
        yield found
        found.stop()
        return
    with cluster() as database:
        url = database.database()
        found = started(tmp_path / "data", port, *where, "--database-url", url)
        found.options = ("--database-url", url)
        yield found
        found.stop()


def invited(server: Server, lms: Platform) -> None:
    printed = server.run("lti", "invite", "--internal", "--url", server.url)
    answer = requests.get(printed.splitlines()[0] + lms.invite(), timeout=20)
    assert answer.status_code == 200, answer.text
    lms.tool.active = True


def follow(server: Server, lms: Platform, sub: str, link: str) -> tuple[str, str]:
    """Who, and the page they were led to, which must be there."""
    session = requests.Session()
    answer = lms.launch(session, sub, link)
    assert answer.status_code == 302, answer.text
    place = answer.headers["Location"]
    assert session.get(server.url + place, timeout=60).status_code == 200
    return sub, place


def test_everybody_at_once(server: Server) -> None:
    """Three windows of each student, and of the teacher before: one course, one exercise each."""
    with platform(server.url) as lms, ThreadPoolExecutor(AT_ONCE) as pool:
        invited(server, lms)
        lms.person("3", "Instructor")
        link = lms.link().id
        places = set(pool.map(lambda _: follow(server, lms, "3", link), range(WINDOWS)))
        assert {place.split("?")[0] for _, place in places} == {"/lti/choose/"}
        session = requests.Session()
        lms.launch(session, "3", link)
        page = session.get(f"{server.url}/lti/choose/", timeout=60).text
        token = page.split('name="csrfmiddlewaretoken" value="')[1].split('"')[0]
        chosen = {"action": "new", "title": "BP", "family": "mazur", "csrfmiddlewaretoken": token}
        answer = session.post(f"{server.url}/lti/choose/", chosen, timeout=60)
        assert answer.status_code == 200
        assert "/teach/assignment/" in answer.url
        subs = [lms.person(str(n)).sub for n in range(10, 10 + STUDENTS)]
        windows = [sub for sub in subs for _ in range(WINDOWS)]
        found = set(pool.map(lambda sub: follow(server, lms, sub, link), windows))
    assert len(found) == STUDENTS, "each student one place, in every window"
    assert len({place for _, place in found}) == STUDENTS, "no two the same"
    assert all(place.startswith("/learn/mazur-") for _, place in found)
