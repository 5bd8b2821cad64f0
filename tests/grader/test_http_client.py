"""Requests to other servers: over connections that are kept, through proxies, within limits."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress

import pytest

from grader.errors import AddressError, ResponseError, SilenceError
from grader.support.http_client import HttpClient, Patience

SHORT = Patience(connect=1.0, read=1.0, whole=5.0)
FINE = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"


class Server:
    """Says the same to every question; after so many of them it ends a connection."""

    def __init__(self, listening: socket.socket, said: bytes, each: int) -> None:
        self.listening, self.said, self.each = listening, said, each
        self.port = listening.getsockname()[1]
        self.heads: list[str] = []
        self.connections = 0
        self.ended = threading.Semaphore(0)
        """Released once for each connection that was ended."""

    def serve(self) -> None:
        """Until nobody listens any more."""
        with suppress(OSError):
            while True:
                taken, _ = self.listening.accept()
                self.connections += 1
                with taken, suppress(OSError):
                    self._answer(taken)
                self.ended.release()

    def _answer(self, taken: socket.socket) -> None:
        for _ in range(self.each):
            head = taken.recv(10_000)
            if not head:
                return
            self.heads.append(head.decode())
            taken.sendall(self.said)


@contextmanager
def serving(said: bytes = FINE, each: int = 100) -> Iterator[Server]:
    with socket.create_server(("127.0.0.1", 0)) as listening:
        server = Server(listening, said, each)
        thread = threading.Thread(target=server.serve)
        thread.start()
        try:
            yield server
        finally:
            listening.shutdown(socket.SHUT_RDWR)
            thread.join()


@contextmanager
def client(limit: int = 100, proxies: bool = False) -> Iterator[HttpClient]:
    made = HttpClient(SHORT, limit, proxies=proxies)
    try:
        yield made
    finally:
        made.close()


def test_a_connection_serves_many_questions() -> None:
    with serving() as server, client() as asking:
        for n in range(3):
            assert asking.call(True, "GET", f"http://127.0.0.1:{server.port}/{n}").body == b"ok"
    assert server.connections == 1
    assert [head.split()[1] for head in server.heads] == ["/0", "/1", "/2"]


def test_a_connection_that_was_ended_meanwhile_is_not_used_again() -> None:
    """What is sent into it would be lost, and could not be repeated."""
    with serving(each=1) as server, client() as asking:
        for _ in range(3):
            answer = asking.call(True, "POST", f"http://127.0.0.1:{server.port}/", content=b"x")
            assert answer.status == 200
            assert server.ended.acquire(timeout=5)
    assert server.connections == 3


def test_an_answer_that_is_too_long_does_not_reach_the_next_question() -> None:
    with serving(b"HTTP/1.1 200 OK\r\nContent-Length: 200\r\n\r\n" + b"x" * 200) as server:
        where = f"http://127.0.0.1:{server.port}/"
        with client() as asking:
            for _ in range(2):
                with pytest.raises(ResponseError, match="more than 100 bytes"):
                    asking.call(True, "GET", where)
        with client(200) as asking:
            assert asking.call(True, "GET", where).body == b"x" * 200


def test_an_error_says_whether_anything_was_sent() -> None:
    """What was not may be sent again without harm."""
    with serving(b"") as server, client() as asking:
        where = f"http://127.0.0.1:{server.port}/"
        with pytest.raises(SilenceError) as silent:
            asking.call(True, "POST", where)
    with client() as asking, pytest.raises(SilenceError) as refused:
        asking.call(True, "POST", where)
    assert (silent.value.sent, refused.value.sent) == (True, False)


def test_proxies_of_the_environment_are_used_only_where_that_is_meant(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """The service connects by itself: a proxy would look names up unjudged."""
    with serving() as server:
        monkeypatch.setenv("http_proxy", f"127.0.0.1:{server.port}")
        monkeypatch.setenv("no_proxy", "")
        where = f"http://127.0.0.2:{server.port}/a"
        with client(proxies=True) as asking:
            assert asking.call(True, "GET", where).body == b"ok"
        with client() as asking, pytest.raises(SilenceError, match="cannot be reached"):
            asking.call(True, "GET", where)
        monkeypatch.setenv("no_proxy", "127.0.0.2")
        with client(proxies=True) as asking, pytest.raises(SilenceError):
            asking.call(True, "GET", where)
    assert [head.split()[1] for head in server.heads] == [where]


def test_a_proxy_is_not_asked_for_internal_addresses(monkeypatch: pytest.MonkeyPatch) -> None:
    with serving() as server, client(proxies=True) as asking:
        monkeypatch.setenv("https_proxy", f"http://127.0.0.1:{server.port}")
        monkeypatch.setenv("no_proxy", "")
        for address in ("10.0.0.1", "[::1]", "169.254.169.254"):
            with pytest.raises(AddressError, match="internal network"):
                asking.call(False, "GET", f"https://{address}/")
    assert server.connections == 0
