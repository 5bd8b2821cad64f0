"""On the real server: many clients at once, and the examples of docs/api.md."""

from __future__ import annotations

import json
import os
import re
import shutil
import sqlite3
import subprocess
import urllib.error
import urllib.request
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
import warm
from chromium import CHROMIUM, fits, opened, violations
from service import Server, started

CLIENTS, KEYS = 16, 50

SEED = """
import os, sys, json
sys.path[:0] = [{support!r}]
from pathlib import Path
from grader.web import start
start.configure(Path({data!r}))
start.prepare()
from service import assignment_of, course_of, right_answers
from grader.web.accounts import new_token
course = course_of("ada")
task = assignment_of(course).tasks.get()
user = task.member.user
teacher = course.members.get(role="teacher").user
print(json.dumps([task.pk, right_answers(task.exercise),
                  new_token(user, "t", ["read", "submit"]),
                  new_token(teacher, "t", ["read", "teach"]),
                  {{"EXERCISE": task.pk, "ASSIGNMENT": task.assignment_id,
                    "COURSE": course.pk}}]))
"""


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Server, list[Any]]]:
    data = tmp_path_factory.mktemp("served") / "data"
    support = str(Path(__file__).parents[1] / "support")
    script = SEED.format(support=support, data=str(data))
    data.mkdir()
    made = warm.run(("-c", script), os.environ)
    assert made.returncode == 0, made.stderr
    server = started(data)
    yield server, json.loads(made.stdout.splitlines()[-1])
    server.stop()


def sent(url: str, token: str, body: bytes, key: str) -> tuple[int, dict[str, Any]]:
    headers = {
        "Authorization": f"Bearer {token}",
        "Content-Type": "application/json",
        "Idempotency-Key": key,
    }
    for _ in range(200):
        try:
            with urllib.request.urlopen(urllib.request.Request(url, body, headers)) as answer:
                return answer.status, json.load(answer)
        except urllib.error.HTTPError as error:
            found = json.load(error)
            if error.code != 503:
                return error.code, found
    raise AssertionError("never stored")


@pytest.mark.slow
def test_one_key_is_one_submission(served: tuple[Server, list[Any]]) -> None:
    """Each key is sent eight times, by whichever client is free; below the limit on rates."""
    server, (task, answers, token, _, _) = served
    url = f"{server.url}/api/v1/exercises/{task}/submissions"
    body = json.dumps({"answers": answers}).encode()
    other = json.dumps({"answers": {}}).encode()
    work = [(f"k{n % KEYS}", n) for n in range(CLIENTS * KEYS // 2)]
    with ThreadPoolExecutor(CLIENTS) as team:
        found = list(team.map(lambda one: (one[0], sent(url, token, body, one[0])), work))
    ids: dict[str, set[str]] = {}
    for key, (status, answer) in found:
        assert status in (200, 201), answer
        ids.setdefault(key, set()).add(answer["id"])
    assert sum(status == 201 for _, (status, _) in found) == KEYS
    assert {len(own) for own in ids.values()} == {1}
    assert len({id for own in ids.values() for id in own}) == KEYS
    assert sent(url, token, other, "k0")[0] == 409
    base = sqlite3.connect(server.data / "bpgrade.sqlite3")
    rows = base.execute("SELECT count(*), max(attempt) FROM bpgrade_submission").fetchone()
    base.close()
    assert rows == (KEYS, KEYS)


@pytest.mark.slow
@pytest.mark.skipif(not shutil.which("curl"), reason="curl is not there")
def test_the_examples_work(served: tuple[Server, list[Any]], tmp_path: Path) -> None:
    """All of docs/api.md, as it is written there."""
    server, (_, _, student, teacher, ids) = served
    text = (Path(__file__).parents[2] / "docs" / "api.md").read_text("utf-8")
    examples = re.findall(r"```sh (student|teacher)\n(.*?)```", text, re.DOTALL)
    assert len(examples) >= 5
    for who, commands in examples:
        token = student if who == "student" else teacher
        done = subprocess.run(
            ["bash", "-euc", commands],
            cwd=tmp_path,
            env={"PATH": os.environ["PATH"], "SERVICE": server.url, "TOKEN": token, **ids},
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, (commands, done.stdout, done.stderr)
        assert done.stdout.startswith("{")


@pytest.mark.slow
@pytest.mark.skipif(CHROMIUM is None, reason="NO BROWSER: chromium is not installed")
@pytest.mark.parametrize("width, colours", [(360, "light"), (1280, "dark")])
def test_axe_finds_nothing(tmp_path: Path, width: int, colours: Any) -> None:
    """The pages of tokens and of the interface: accessible, no wider than a phone, no errors."""
    server = started(tmp_path / "data")
    try:
        with opened() as browser:
            size: Any = {"width": width, "height": 800}
            page = browser.new_page(viewport=size, color_scheme=colours)
            page.goto(server.link)
            page.get_by_role("button", name="Go on").click()
            page.goto(f"{server.url}/tokens/")
            page.get_by_label("Name").fill("my script")
            page.get_by_role("button", name="Make the token").click()
            assert page.get_by_label("Token", exact=True).input_value().startswith("bpg_")
            for _ in range(2):
                assert violations(page) == []
                assert fits(page)
                page.goto(f"{server.url}/api/v1/docs")
    finally:
        server.stop()
