"""The service for tests: a class in the database, and a real server in a folder of its own."""

from __future__ import annotations

import os
import re
import socket
import subprocess
import sys
import time
import urllib.request
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import warm

from grader.assignments.folder import Order
from problems.drawing import family as families


def order(family: str = "mazur", **choices: Any) -> Order:
    """An order with a fixed secret."""
    return Order(family, family, families.source_of(family), "secret", **choices)


def course_of(*students: str, name: str = "Course") -> Any:
    """A course with a teacher `<name>-teacher` and students; all can log in with `password`."""
    from django.contrib.auth import get_user_model

    from grader.web.models import Course, Member, Role

    users = get_user_model().objects
    course = Course.objects.create(name=name)
    people = [(f"{name}-teacher", Role.TEACHER), (f"{name}-assistant", Role.ASSISTANT)]
    people += [(student, Role.STUDENT) for student in students]
    for ident, role in people:
        user = users.filter(username=ident).first()
        user = user or users.create_user(ident, f"{ident}@example.org", "password")
        Member.objects.create(
            course=course, user=user, role=role, ident=ident, name=f"Name of {ident}"
        )
    return course


def assignment_of(course: Any, family: str = "mazur", **settings: Any) -> Any:
    """A published assignment of a course."""
    from grader.web.assignments import create

    made = {"published": True, **settings}
    return create(course, order(family), made.pop("title", "Homework 1"), None, **made)


def right_answers(exercise: Any) -> dict[str, str]:
    """Label -> what a student who rounds correctly writes, carrying the exact values."""
    return {exercise.labels[id]: exercise.printed[id] for id in exercise.asked}


def free_port() -> int:
    """A port of loopback that nobody listens on."""
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return int(found.getsockname()[1])


@dataclass
class Server:
    """`bpgrade serve` in a process of its own."""

    data: Path
    port: int
    process: warm.Process | subprocess.Popen[bytes]
    log: Path
    options: tuple[str, ...] = ()
    """Of every command about it, besides its data folder."""

    @property
    def url(self) -> str:
        """Its address."""
        return f"http://127.0.0.1:{self.port}"

    @property
    def link(self) -> str:
        """The one-time link that it printed."""
        found = re.search(r"http://\S+/link/\S+", self.log.read_text())
        assert found, self.log.read_text()
        return found[0]

    def healthy(self, seconds: float = 20.0) -> bool:
        """Whether it answers within some seconds."""
        until = time.monotonic() + seconds
        while time.monotonic() < until and self.process.poll() is None:
            try:
                with urllib.request.urlopen(f"{self.url}/ready", timeout=2) as answer:
                    return bool(answer.status == 200)
            except OSError:
                time.sleep(0.05)
        return False

    def run(self, *words: str, status: int = 0) -> str:
        """What a command about this service prints, 80 columns wide."""
        clean = {k: v for k, v in os.environ.items() if not k.startswith("BPGRADE_")}
        command = ("-m", "grader.cli", *words, "--data", self.data, *self.options)
        done = warm.run(command, {**clean, "COLUMNS": "80"}, timeout=120)
        assert done.returncode == status, done.stdout + done.stderr
        return done.stdout + done.stderr

    def stop(self) -> None:
        """End it as a system does."""
        self.process.terminate()
        try:
            self.process.wait(15)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()


def started(data: Path, port: int | None = None, *options: str, cold: bool = False) -> Server:
    """Start a server and wait until it answers.

    Args:
        data: its folder.
        port: where; any that is free.
        options: of its command line.
        cold: whether by a new interpreter, as a system starts it.
    """
    data.mkdir(parents=True, exist_ok=True)
    chosen, log = port or free_port(), data.with_name(f"{data.name}.log")
    command = ["-m", "grader.cli", "serve", "--data", str(data), "--port", str(chosen), *options]
    clean = {k: v for k, v in os.environ.items() if not k.startswith("BPGRADE_")}
    environment = {**clean, "PYTHONUNBUFFERED": "1"}
    process: warm.Process | subprocess.Popen[bytes]
    with log.open("ab") as stream:
        if cold:
            process = subprocess.Popen(
                [sys.executable, *command], stdout=stream, stderr=stream, env=environment
            )
        else:
            process = warm.begun(command, environment, stdout=stream, stderr=stream)
    server = Server(data, chosen, process, log)
    assert server.healthy(), log.read_text()
    return server
