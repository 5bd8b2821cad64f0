"""Processes that begin as copies of an interpreter whose libraries are loaded already.

A test that needs a server, or a command in a process of its own, needs the process, not the half
second in which Python loads the same libraries once more: here an interpreter that has loaded
them waits, and copies itself (`fork`) for each. What a copy is given, and what is seen of it, is
as with `subprocess`: arguments, environment, streams, folder, signals, status. How a service
starts from nothing is the business of `test_serving`, `test_startup` and `test_distribution`.

Run as a script it is that interpreter: it is asked over the socket that is its standard input.
"""

from __future__ import annotations

import atexit
import importlib
import json
import os
import resource
import runpy
import select
import signal
import socket
import subprocess
import sys
import tempfile
from collections.abc import Mapping, Sequence
from contextlib import suppress
from functools import cache
from types import MappingProxyType
from typing import IO, Any

LOADED = (
    "asyncio", "click", "cryptography.x509", "django.contrib.auth.hashers",
    "django.contrib.messages", "django.core.handlers.wsgi", "django.core.mail",
    "django.core.management.commands.migrate", "django.core.paginator",
    "django.core.serializers.json",
    "django.db.backends.sqlite3.base", "django.db.migrations.executor", "django.db.models",
    "django.forms", "django.template.backends.jinja2", "django.test.client", "django.urls",
    "django.views.generic", "grader.assignments.booklets", "grader.assignments.issue",
    "grader.assignments.worksheets", "grader.marking.mark", "grader.marking.policy_file",
    "grader.read.files", "grader.read.pdf.fields", "grader.results.crosscheck",
    "importlib.metadata", "jwt", "numpy", "problems.drawing.draw", "pydantic.json_schema",
    "pydantic.networks", "pydantic.type_adapter", "sqlite3", "templates.feedback.comment",
    "templates.feedback.page", "templates.pages.html", "waitress.server", "whitenoise.base",
    "zipfile",
)  # fmt: skip
"""Modules that have no settings and start no threads."""
MOST = 1 << 20
"""Bytes of a question."""


class Process:
    """A process that was begun warm; as `subprocess.Popen`, as far as tests need it."""

    def __init__(self, pid: int, ended: int, args: Sequence[str]) -> None:
        self.pid, self.args = pid, list(args)
        self.returncode: int | None = None
        self._ended = ended

    def poll(self) -> int | None:
        """Its status; None while it runs."""
        return self._awaited(0.0)

    def wait(self, timeout: float | None = None) -> int:
        """Its status, once it has ended: that of `exit`, or minus the signal's number.

        Raises:
            subprocess.TimeoutExpired: it runs after so many seconds.
        """
        found = self._awaited(timeout)
        if found is None:
            raise subprocess.TimeoutExpired(self.args, timeout or 0.0)
        return found

    def _awaited(self, seconds: float | None) -> int | None:
        if self.returncode is None and select.select([self._ended], [], [], seconds)[0]:
            self.returncode = int(os.read(self._ended, 64) or b"-9")
            os.close(self._ended)
        return self.returncode

    def send_signal(self, number: int) -> None:
        """Send a signal, unless it has ended."""
        if self.poll() is None:
            with suppress(ProcessLookupError):
                os.kill(self.pid, number)

    def terminate(self) -> None:
        """Ask it to end."""
        self.send_signal(signal.SIGTERM)

    def kill(self) -> None:
        """End it without a word."""
        self.send_signal(signal.SIGKILL)


def begun(
    words: Sequence[object],
    env: Mapping[str, str],
    stdin: IO[Any] | None = None,
    stdout: IO[Any] | None = None,
    stderr: IO[Any] | None = None,
    limits: Mapping[int, tuple[int, int]] = MappingProxyType({}),
) -> Process:
    """Begin what `python WORDS` would.

    Args:
        words: `-m MODULE`, `-c CODE` or a script, and its arguments.
        env: the environment, in whole.
        stdin: where it reads; nothing without one.
        stdout: where it writes.
        stderr: where it complains.
        limits: resource -> soft and hard limit, as `resource.setrlimit` takes them.
    """
    args = [str(word) for word in words]
    held = [(number, *both) for number, both in limits.items()]
    question = {"args": args, "env": dict(env), "folder": os.getcwd(), "limits": held}
    ended, end = os.pipe()
    with open(os.devnull, "r+b") as nothing:
        streams = [(one or nothing).fileno() for one in (stdin, stdout, stderr)]
        asked = _interpreter()
        socket.send_fds(asked, [json.dumps(question).encode()], [*streams, end])
        os.close(end)
    return Process(int(asked.recv(64)), ended, args)


def run(
    words: Sequence[object],
    env: Mapping[str, str],
    input: str = "",
    timeout: float | None = None,
) -> subprocess.CompletedProcess[str]:
    """What came of `python WORDS`: its status and all that it wrote, as text.

    Args:
        words: see `begun`.
        env: the environment, in whole.
        input: what it reads.
        timeout: seconds after which it is ended.

    Raises:
        subprocess.TimeoutExpired: it had to be ended.
    """
    temporary = tempfile.TemporaryFile
    with temporary() as given, temporary() as out, temporary() as err:
        given.write(input.encode())
        given.seek(0)
        process = begun(words, env, given, out, err)
        try:
            status = process.wait(timeout)
        except subprocess.TimeoutExpired:
            process.kill()
            raise
        out.seek(0)
        err.seek(0)
        texts = out.read().decode(), err.read().decode()
    return subprocess.CompletedProcess(process.args, status, *texts)


@cache
def _interpreter() -> socket.socket:
    """The socket of this process's warm interpreter; it ends with us."""
    ours, its = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    ours.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, MOST)
    with its:
        process = subprocess.Popen([sys.executable, __file__], stdin=its)
    assert ours.recv(64) == b"ready"

    def end() -> None:
        ours.close()
        process.wait()

    atexit.register(end)
    return ours


# the interpreter itself --------------------------------------------------------------------


def served(asked: socket.socket) -> dict[str, Any] | None:
    """Copy ourselves as often as we are asked to.

    Returns:
        In a copy what it is to be, with its streams in place; None once nobody asks any more.
    """
    asked.send(b"ready")
    while True:
        message, streams, _, _ = socket.recv_fds(asked, MOST, 4)
        _reaped()
        if not message:
            return None
        watcher = os.fork()
        if not watcher:
            return _watched(asked, json.loads(message), streams)
        for one in streams:
            os.close(one)


def _reaped() -> None:
    with suppress(ChildProcessError):
        while os.waitpid(-1, os.WNOHANG)[0]:
            pass


def _watched(
    asked: socket.socket, question: dict[str, Any], streams: Sequence[int]
) -> dict[str, Any]:
    """Begin the copy that was asked for, and stay behind to tell its end."""
    *own, end = streams
    pid = os.fork()
    if pid:
        asked.send(b"%d" % pid)
        for one in (asked.fileno(), *own):
            os.close(one)
        status = os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])
        with suppress(BrokenPipeError):
            os.write(end, b"%d" % status)
        os._exit(0)
    for number, one in enumerate(own):
        os.dup2(one, number)
    for one in streams:
        os.close(one)
    asked.close()
    return question


def become(question: Mapping[str, Any], path: Sequence[str]) -> None:
    """Run what was asked for, as a new interpreter would.

    Args:
        question: `args`, `env`, `folder`, `limits`.
        path: where modules of this environment are.
    """
    os.environ.clear()
    os.environ.update(question["env"])
    os.chdir(question["folder"])
    for number, soft, hard in question["limits"]:
        resource.setrlimit(number, (soft, hard))
    for stream in (sys.stdout, sys.stderr):
        stream.reconfigure(write_through="PYTHONUNBUFFERED" in os.environ)  # type: ignore[union-attr]
    kind, *rest = question["args"]
    more = [one for one in os.environ.get("PYTHONPATH", "").split(os.pathsep) if one]
    first = os.getcwd() if kind in ("-m", "-c") else os.path.dirname(os.path.abspath(kind))
    sys.path[:] = [first, *more, *path]
    sys.argv[:] = ["-c", *rest[1:]] if kind == "-c" else rest if kind == "-m" else [kind, *rest]
    if kind == "-m":
        runpy.run_module(rest[0], run_name="__main__", alter_sys=True)
    elif kind == "-c":
        exec(compile(rest[0], "<string>", "exec"), {"__name__": "__main__"})
    else:
        runpy.run_path(kind, run_name="__main__")


if __name__ == "__main__":
    given = {os.path.abspath(one) for one in os.environ.get("PYTHONPATH", "").split(os.pathsep)}
    base = [one for one in sys.path[1:] if os.path.abspath(one) not in given]
    for name in LOADED:
        importlib.import_module(name)
    with socket.socket(fileno=os.dup(0)) as own_end:
        wanted = served(own_end)
    if wanted is not None:
        become(wanted, base)
