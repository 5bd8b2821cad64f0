"""Clients that dawdle must not keep others out, and are ended in the end."""

from __future__ import annotations

import resource
import select
import socket
import time
from collections.abc import Callable
from contextlib import suppress

import pytest
from harm import LONG, Harmed, Place, Student, connected, found, rounds, serving

pytestmark = pytest.mark.slow
DESCRIPTORS = 256
DEADLINE = 3.0
HEAD = b"POST /api/v1/exercises/x/submissions HTTP/1.1\r\nHost: x\r\n"


FEW_DESCRIPTORS = {resource.RLIMIT_NOFILE: (DESCRIPTORS, DESCRIPTORS)}


def still_open(sockets: list[socket.socket]) -> int:
    """How many the server has not closed."""
    left = 0
    for one in sockets:
        one.setblocking(False)
        try:
            while found := one.recv(65536):
                pass
            left += bool(found)
        except BlockingIOError:
            left += 1
        except OSError:
            pass
    return left


def healthy_while(server: Harmed, seconds: float, each: Callable[[], None]) -> float:
    """Share of the calls of /health that were answered."""
    asked = answered = 0
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        each()
        asked += 1
        answered += server.health(3) == 200
        time.sleep(0.4)
    return answered / asked


SLOW = {
    "headers": (HEAD + b"X-A: ", b"a"),
    "body": (HEAD + b"Content-Length: 5000\r\n\r\n", b"a"),
    "silent": (b"", b""),
}
"""What such a client sends at first, and then a byte at a time."""


@pytest.mark.parametrize("kinds", [[*SLOW], *([kind] for kind in SLOW if LONG)])
def test_three_hundred_slow_clients_keep_nobody_out(place: Place, kinds: list[str]) -> None:
    server = serving(place, limits=FEW_DESCRIPTORS, BPGRADE_PATIENCE=f"request={DEADLINE}")
    slow: list[tuple[socket.socket, bytes]] = []
    for n in range(300):
        first, byte = SLOW[kinds[n % len(kinds)]]
        with suppress(OSError):
            slow.append((connected(server.port, first), byte))

    def trickle() -> None:
        for one, byte in slow:
            with suppress(OSError):
                one.send(byte)

    try:
        share = healthy_while(server, rounds(5, 20), trickle)
        left = still_open([one for one, _ in slow])
    finally:
        for one, _ in slow:
            one.close()
        code = server.end()
    print(f"{len(slow)} slow clients: {share:.0%} of /health answered, {left} left")
    assert share >= 0.95
    assert left == 0
    assert code == 0


def test_answers_that_nobody_takes_are_dropped(place: Place) -> None:
    """Twelve clients, more than there are threads, ask for megabytes and read nothing."""
    server = serving(place, BPGRADE_PATIENCE="answer=2 slowest=1e9")
    asked = [connected(server.port, b"GET /large HTTP/1.1\r\nHost: x\r\n\r\n") for _ in range(12)]
    try:
        assert healthy_while(server, 4, lambda: None) >= 0.95
        assert not any(ends_whole(one) for one in asked)
    finally:
        for one in asked:
            one.close()
        assert server.end() == 0


def ends_whole(one: socket.socket) -> bool:
    """Whether an answer of eight megabytes arrives in whole."""
    total = 0
    one.settimeout(5)
    with suppress(OSError):
        while part := one.recv(1 << 20):
            total += len(part)
    return total >= 8_000_000


def test_an_upload_that_is_cut_off_is_not_stored(place: Place) -> None:
    server = serving(place)
    one = Student(server.port, place.students[0])
    body = one.body()
    head = (
        f"POST /api/v1/exercises/{one.known['task']}/submissions HTTP/1.1\r\nHost: x\r\n"
        f"Authorization: Bearer {one.known['token']}\r\nIdempotency-Key: cut\r\n"
        f"Content-Length: {len(body) + 500}\r\n\r\n"
    )
    for end in (len(body), len(body) // 2, 1, 0):
        connected(server.port, head.encode() + body[:end]).close()
    assert one.hand_in("whole", body)[0] == 201
    one.close()
    server.end()
    assert found(place, {}).rows == 1


REFUSED = [
    (HEAD + b"Content-Length: 900000000\r\n\r\n", 413),
    (HEAD + b"X-Long: " + b"x" * 70_000, 431),
    (HEAD + b"Content-Length: -5\r\n\r\n", 400),
    (HEAD + b"Transfer-Encoding: chunked\r\n\r\nzz\r\n", 400),
    (HEAD + b"Transfer-Encoding: gzip\r\n\r\n", 501),
]


def test_what_is_too_large_is_refused_before_it_is_read(place: Place) -> None:
    server = serving(place)
    found = []
    for request, _ in REFUSED:
        with connected(server.port, request, 5) as one:
            readable, _, _ = select.select([one], [], [], 5)
            found.append(int(one.recv(4096).split(b" ")[1]) if readable else 0)
    server.end()
    assert found == [status for _, status in REFUSED]


def test_chunks_without_end_are_refused(place: Place) -> None:
    server = serving(place)
    chunk = b"10000\r\n" + b"x" * 65536 + b"\r\n"
    answer = b""
    with connected(server.port, HEAD + b"Transfer-Encoding: chunked\r\n\r\n", 5) as one:
        with suppress(OSError):
            for _ in range(100):
                one.sendall(chunk)
                if select.select([one], [], [], 0)[0]:
                    break
        with suppress(OSError):
            answer = one.recv(4096)
    assert server.health() == 200
    server.end()
    assert answer[:12] in (b"HTTP/1.1 413", b"")
