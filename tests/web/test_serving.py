"""The server as a process: how it starts, what it says, how it ends."""

from __future__ import annotations

import http.client
import json
import signal
import socket
import subprocess
import sys
import threading
import time
import urllib.request
from pathlib import Path
from typing import Any

import pytest
import warm
from harm import (
    Burst,
    Harmed,
    Place,
    Student,
    all_graded,
    connected,
    copy_of,
    environment,
    found,
    seeded,
    serving,
)
from service import free_port, started

from grader.errors import ServiceError
from grader.web import server as servers
from grader.web.database import file_system, refuse_networked

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def original(tmp_path_factory: pytest.TempPathFactory) -> Place:
    return seeded(tmp_path_factory.mktemp("seed") / "data", students=3)


@pytest.fixture
def server(original: Place, tmp_path: Path) -> Harmed:
    return serving(copy_of(original, tmp_path / "data"), BPGRADE_PATIENCE="ending=3")


def test_the_first_start_prints_a_link_and_a_second_one_another(tmp_path: Path) -> None:
    """As long as nobody has set a password."""
    first = started(tmp_path / "data", cold=True)
    link = first.link
    first.stop()
    assert first.process.returncode == 0
    assert "/link/" in link
    for file in (tmp_path / "data").iterdir():
        assert file.stat().st_mode & 0o077 == 0
    first.log.unlink()
    second = started(tmp_path / "data")
    assert second.link != link
    second.stop()


def test_a_port_that_is_taken_is_said_in_one_line(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        said = refused(tmp_path, "--port", str(port))
    assert f"port {port} of 127.0.0.1 is taken" in said
    assert "Traceback" not in said
    assert not (tmp_path / "data" / "bpgrade.sqlite3").exists()


def test_an_address_of_others_is_refused(tmp_path: Path) -> None:
    assert "no address" in refused(tmp_path, "--host", "192.0.2.1")
    assert "no address" in refused(tmp_path, "--host", "no.such.host.invalid")


def refused(folder: Path, *options: str) -> str:
    command = [sys.executable, "-m", "grader.cli", "serve", "--data", str(folder / "data")]
    done = subprocess.run(
        [*command, *options], capture_output=True, text=True, env=environment(), timeout=30
    )
    assert done.returncode == 1
    return done.stderr


def test_an_open_address_without_tls_is_warned_of(tmp_path: Path) -> None:
    """The address that it prints can be opened all the same."""
    server = started(tmp_path / "data", free_port(), "--host", "0.0.0.0")
    said = server.log.read_text()
    server.stop()
    assert "WARNING: 0.0.0.0 can be reached from outside" in said
    assert f"serves http://127.0.0.1:{server.port}" in said


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_what_was_begun_is_finished(server: Harmed, number: signal.Signals) -> None:
    """Half a request is there when it is told to end; nobody else gets in any more."""
    one = Student(server.port, server.place.students[0])
    body = one.body()
    head = (
        f"POST {one.where} HTTP/1.1\r\nHost: 127.0.0.1\r\n"
        f"Authorization: Bearer {one.known['token']}\r\nIdempotency-Key: k\r\n"
        f"Content-Length: {len(body)}\r\n\r\n"
    ).encode()
    with connected(server.port, head + body[:50], 5) as begun:
        time.sleep(0.3)
        server.process.send_signal(number)
        time.sleep(0.3)
        with pytest.raises(ConnectionRefusedError):
            connected(server.port)
        begun.sendall(body[50:])
        assert begun.recv(4096).startswith(b"HTTP/1.1 201")
    assert server.process.wait(10) == 0
    assert found(server.place, {}).rows == 1


def test_it_does_not_wait_for_ever(server: Harmed) -> None:
    with connected(server.port, b"POST / HTTP/1.1\r\n"):
        time.sleep(0.3)
        begun = time.monotonic()
        assert server.end() == 0  # killed after 20 s, which is another code
        assert time.monotonic() - begun > 2


def test_told_twice_it_ends_at_once(server: Harmed) -> None:
    with connected(server.port, b"POST / HTTP/1.1\r\n"):
        time.sleep(0.3)
        server.process.send_signal(signal.SIGINT)
        time.sleep(0.3)
        server.process.send_signal(signal.SIGINT)
        assert server.process.wait(20) == 130  # whoever waits for the request ends with 0


def test_the_log_is_json_without_answers_names_and_secrets(server: Harmed) -> None:
    """Also where something is refused, and where the grader has nothing to read."""
    burst = Burst(server, 2).go()
    time.sleep(0.5)
    burst.end()
    one = Student(server.port, server.place.students[0])
    one.hand_in("private-key", b"SECRET-WORDS = 1")
    one.close()
    asked = http.client.HTTPConnection("127.0.0.1", server.port, timeout=5)
    for path in ("/login/?next=SECRET-WORDS", "/link/SECRET-WORDS/", "/api/v1/SECRET-WORDS"):
        asked.request("GET", path, headers={"Cookie": "bpgrade=SECRET-WORDS"})
        asked.getresponse().read()
    asked.close()
    all_graded(server.place, 30)
    server.end()
    lines = server.log.read_text().splitlines()
    events = [json.loads(line) for line in lines if line.startswith("{")]
    assert {"started", "request", "ended"} <= {line["event"] for line in events}
    text = "\n".join(line for line in lines if "/link/" not in line)
    private = ["SECRET-WORDS", "private-key", "net_h1", "Name of", one.known["task"]]
    private += [student["token"] for student in server.place.students]
    assert [word for word in private if word in text] == []


def test_times_for_tests_are_checked(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BPGRADE_PATIENCE", "request=soon")
    with pytest.raises(ServiceError):
        servers.Patience.from_environment()


def test_a_network_file_system_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    mounts = tmp_path / "mounts"
    mounts.write_text(f"disk / ext4 rw 0 0\nserver:/x {tmp_path}/far nfs4 rw 0 0\n")
    assert file_system(tmp_path / "far" / "data", mounts) == "nfs4"
    assert file_system(tmp_path / "farther", mounts) == "ext4"
    monkeypatch.setattr("grader.web.database.file_system", lambda path: "nfs4")
    with pytest.raises(ServiceError, match="network file system"):
        refuse_networked(tmp_path)


def test_a_database_that_is_not_safe_is_refused(original: Place, tmp_path: Path) -> None:
    """Where WAL cannot be had, SQLite says nothing and does without."""
    place = copy_of(original, tmp_path / "data")
    script = (
        "from grader.web import database, start; from pathlib import Path; import sys;"
        "database.SQLITE = 'PRAGMA journal_mode=DELETE; PRAGMA synchronous=NORMAL';"
        "start.configure(Path(sys.argv[1])); start.prepare()"
    )
    done = warm.run(("-c", script, place.data), environment())
    assert "journal_mode is delete, must be wal; synchronous is 1, must be 2" in done.stderr


@pytest.mark.parametrize(
    ("sent", "status"),
    [
        (b"\x00nonsense\r\n\r\n", b"400"),
        (b"GET\r\n\r\n", b"400"),
        (b"GET / HTTP/1.1\r\nContent-Length: x\r\n\r\n", b"400"),
        (b"X" * (servers.HEADERS + 1000), b"431"),
    ],
)
def test_what_makes_no_sense_is_answered(server: Harmed, sent: bytes, status: bytes) -> None:
    with connected(server.port, sent, 30) as one:
        assert one.recv(100).split()[1] == status
    assert "uncaptured" not in server.log.read_text()
    assert server.end() == 0


def test_health_and_readiness_wait_behind_nothing() -> None:
    """All threads are busy, and more requests wait for one."""
    held, busy = threading.Event(), threading.Semaphore(0)

    def application(environ: dict[str, Any], start: Any) -> list[bytes]:
        if environ["PATH_INFO"] not in servers.PROBES:
            busy.release()
            held.wait(60)
        start("200 OK", [("Content-Length", "2")])
        return [b"ok"]

    server = servers.Server("127.0.0.1", 0)
    thread = threading.Thread(target=server.run, args=(application,), daemon=True)
    thread.start()
    slow = b"GET /slow HTTP/1.1\r\nHost: localhost\r\n\r\n"
    waiting = [connected(server.port, slow) for _ in range(3 * servers.THREADS)]
    for _ in range(servers.THREADS):
        assert busy.acquire(timeout=30)
    for path in ("/health", "/ready") * 2:
        asked = http.client.HTTPConnection("127.0.0.1", server.port, timeout=30)
        asked.request("GET", path)
        assert asked.getresponse().read() == b"ok"
        asked.close()
    held.set()
    for one in waiting:
        one.settimeout(30)
        assert one.recv(100).startswith(b"HTTP/1.1 200")
        one.close()
    server.end()
    thread.join(30)
    assert not thread.is_alive()


def test_browsers_are_told_to_stay_with_tls(tmp_path: Path) -> None:
    """Behind a web server with TLS, and only where the browser came by it."""
    server = started(tmp_path / "data", None, "--url", "https://bpgrade.example.org")
    try:
        for scheme, told in (("https", True), ("http", False)):
            headers = {"X-Forwarded-Proto": scheme, "X-Forwarded-For": "192.0.2.1"}
            request = urllib.request.Request(f"{server.url}/login/", headers=headers)
            with urllib.request.urlopen(request, timeout=10) as answer:
                found = answer.headers.get("Strict-Transport-Security")
            assert (found == f"max-age={365 * 24 * 3600}") is told
    finally:
        server.stop()
