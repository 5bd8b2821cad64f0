"""Our keys, platforms' key sets, and what calls to platforms are allowed."""

from __future__ import annotations

import socket
import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import timedelta
from typing import Any

import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from django.db import connection
from django.utils import timezone
from jwt.algorithms import ECAlgorithm
from lti_platform import Platform, as_jwk, platform

from grader.errors import AddressError, CallError, ResponseError, SilenceError
from grader.support import addresses, http_client
from grader.support.addresses import allowed, checked
from grader.support.http_client import Patience, call
from grader.web.lti import keys
from grader.web.lti.models import Platform as Row
from grader.web.lti.models import ToolKey

pytestmark = pytest.mark.django_db
SHORT = Patience(connect=1.0, read=0.3, whole=0.8)


@pytest.fixture
def lms() -> Iterator[Platform]:
    with platform() as found:
        yield found


@pytest.fixture
def row(lms: Platform) -> Row:
    keys.forget_keys()
    lms.by_hand()
    made: Row = lms.as_model()
    return made


class Clock:
    """Stands still until it is moved."""

    def __init__(self) -> None:
        self.now = 1_000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    made = Clock()
    monkeypatch.setattr(keys, "clock", made)
    return made


# ours --------------------------------------------------------------------------------------


def test_what_we_sign_is_checked_with_what_we_publish() -> None:
    token = keys.sign({"iss": "me", "aud": "you"})
    (published,) = keys.public_keys()["keys"]
    assert jwt.get_unverified_header(token)["kid"] == published["kid"]
    claims = jwt.decode(token, jwt.PyJWK(published).key, ["RS256"], audience="you")
    assert claims["exp"] - claims["iat"] == keys.LIFETIME


def test_only_public_parts_are_published() -> None:
    (published,) = keys.public_keys()["keys"]
    assert set(published) == {"kty", "use", "alg", "kid", "n", "e"}
    assert (published["kty"], published["use"], published["alg"]) == ("RSA", "sig", "RS256")


def test_the_first_key_stays() -> None:
    assert keys.signing_key().kid == keys.signing_key().kid
    assert ToolKey.objects.count() == 1


def test_the_newest_signs_and_the_earlier_ones_stay_for_a_while() -> None:
    first = keys.signing_key()
    second = keys.rotate()
    assert keys.signing_key().kid == second.kid
    assert {key["kid"] for key in keys.public_keys()["keys"]} == {first.kid, second.kid}
    ToolKey.objects.filter(kid=first.kid).update(ended=timezone.now() - timedelta(seconds=1))
    assert [key["kid"] for key in keys.public_keys()["keys"]] == [second.kid]


def test_a_key_that_is_known_to_others_vanishes_at_once() -> None:
    keys.signing_key()
    second = keys.rotate(kept=timedelta())
    assert [key["kid"] for key in keys.public_keys()["keys"]] == [second.kid]


@pytest.mark.django_db(transaction=True)
def test_the_first_key_is_one_for_all(monkeypatch: pytest.MonkeyPatch) -> None:
    """Several that find none at the same moment agree on one."""
    if connection.vendor == "sqlite" and connection.is_in_memory_db():
        monkeypatch.setattr(keys, "_newest", _once_nothing(keys._newest))
        found = {keys.signing_key().kid for _ in range(2)}
    else:
        found = _at_once()
    assert len(found) == ToolKey.objects.count() == 1


def _once_nothing(newest: Any) -> Any:
    """As if another process made the key between the look and the making."""
    looked: list[int] = []

    def look() -> ToolKey | None:
        looked.append(1)
        if len(looked) == 1:
            keys._made(first=False)
            return None
        found: ToolKey | None = newest()
        return found

    return look


def _at_once() -> set[str]:
    found: set[str] = set()
    together = threading.Barrier(4)

    def ask() -> None:
        together.wait()
        found.add(keys.signing_key().kid)
        connection.close()

    threads = [threading.Thread(target=ask) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return found


# theirs ------------------------------------------------------------------------------------


def test_a_platforms_key_is_fetched_once(lms: Platform, row: Row) -> None:
    assert (
        keys.platform_key(row, lms.kid).public_numbers() == lms.key.public_key().public_numbers()
    )
    keys.platform_key(row, lms.kid)
    assert len(lms.asked("jwks")) == 1


def test_an_unknown_kid_is_looked_up_at_most_once_a_minute(
    lms: Platform, row: Row, clock: Clock
) -> None:
    keys.platform_key(row, lms.kid)
    lms.kid = "new"
    clock.now += 59
    for _ in range(5):
        with pytest.raises(ResponseError, match="not in the platform's key set"):
            keys.platform_key(row, "new")
    assert len(lms.asked("jwks")) == 1
    clock.now += 2
    assert keys.platform_key(row, "new")
    assert len(lms.asked("jwks")) == 2


def test_a_failure_is_remembered_for_a_minute(lms: Platform, row: Row, clock: Clock) -> None:
    lms.fault("jwks", "status", status=500)
    for _ in range(3):
        with pytest.raises(CallError, match="500"):
            keys.platform_key(row, lms.kid)
    assert len(lms.asked("jwks")) == 1
    clock.now += 61
    assert keys.platform_key(row, lms.kid)


def test_keys_outlive_a_platform_that_is_down_by_a_day(
    lms: Platform, row: Row, clock: Clock
) -> None:
    keys.platform_key(row, lms.kid)
    lms.fault("jwks", "cut", times=100)
    clock.now += keys.STALE - 1
    assert keys.platform_key(row, lms.kid)
    clock.now += 61
    with pytest.raises(CallError):
        keys.platform_key(row, lms.kid)


def test_a_key_that_was_withdrawn_is_gone_after_an_hour(
    lms: Platform, row: Row, clock: Clock
) -> None:
    keys.platform_key(row, lms.kid)
    old, lms.kid = lms.kid, "new"
    clock.now += keys.FRESH + 1
    with pytest.raises(ResponseError):
        keys.platform_key(row, old)


def small() -> dict[str, str]:
    return as_jwk(rsa.generate_private_key(public_exponent=65537, key_size=1024), "k")


def elliptic() -> dict[str, Any]:
    key = ec.generate_private_key(ec.SECP256R1()).public_key()
    return {**ECAlgorithm.to_jwk(key, as_dict=True), "kid": "k"}


def good() -> dict[str, str]:
    return as_jwk(rsa.generate_private_key(public_exponent=65537, key_size=2048), "k")


UNUSABLE = {
    "elliptic": elliptic,
    "symmetric": lambda: {"kty": "oct", "k": "c2VjcmV0", "kid": "k", "alg": "HS256"},
    "too small": small,
    "for encryption": lambda: {**good(), "use": "enc"},
    "another algorithm": lambda: {**good(), "alg": "RS512"},
    "no number": lambda: {**good(), "n": 7},
    "no base64": lambda: {**good(), "n": "ä" * 400},
    "no exponent": lambda: {k: v for k, v in good().items() if k != "e"},
    "even exponent": lambda: {**good(), "e": "Ag"},
    "no name": lambda: {k: v for k, v in good().items() if k != "kid"},
    "no object": lambda: "k",
}


@pytest.mark.parametrize("kind", UNUSABLE)
def test_only_keys_of_rsa_count(
    lms: Platform, row: Row, kind: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """And what is wrong with one entry is no reason to do without the others."""
    own = as_jwk(lms.key, lms.kid)
    monkeypatch.setattr(lms, "public_keys", lambda: {"keys": [UNUSABLE[kind](), own]})
    assert keys.platform_key(row, lms.kid)
    with pytest.raises(ResponseError):
        keys.platform_key(row, "k")


def test_of_two_keys_of_one_name_none_counts(
    lms: Platform, row: Row, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(lms, "public_keys", lambda: {"keys": [good(), good()]})
    with pytest.raises(ResponseError):
        keys.platform_key(row, "k")


@pytest.mark.parametrize("body", [b"", b"[]", b'{"keys": 1}', b"<html>", b"[" * 60_000])
def test_what_is_no_key_set_is_refused(lms: Platform, row: Row, body: bytes) -> None:
    lms.fault("jwks", "status", status=200, body=body)
    with pytest.raises(ResponseError):
        keys.platform_key(row, lms.kid)


# calls -------------------------------------------------------------------------------------


def jwks(lms: Platform) -> str:
    return f"{lms.url}/mod/lti/certs.php"


def test_redirects_are_not_followed(lms: Platform, row: Row) -> None:
    lms.fault("jwks", "status", status=302, headers={"Location": jwks(lms)})
    with pytest.raises(ResponseError, match="302"):
        keys.platform_key(row, lms.kid)
    assert len(lms.asked("jwks")) == 1


@pytest.mark.parametrize("kind", ["hang", "drip"])
def test_silence_ends_whatever_form_it_has(lms: Platform, kind: str) -> None:
    lms.fault("jwks", kind)
    with pytest.raises(SilenceError, match="in time"):
        call(True, "GET", jwks(lms), patience=SHORT)


DRIPS = 600
"""After which a server that drips ends the connection: half a minute at the least."""


@contextmanager
def speaking(*parts: bytes, every: float = 0.0) -> Iterator[str]:
    """The address of a server that says this to whoever comes first; the last part over and
    over, if `every` some seconds, until nobody would wait any longer."""
    ended = threading.Event()

    def speak() -> None:
        taken, _ = listening.accept()
        with taken, suppress(OSError):
            taken.recv(10_000)
            for part in parts:
                taken.sendall(part)
            for _ in range(DRIPS if every else 0):
                if ended.wait(every):
                    break
                taken.sendall(parts[-1])

    with socket.create_server(("127.0.0.1", 0)) as listening:
        thread = threading.Thread(target=speak)
        thread.start()
        try:
            yield f"http://127.0.0.1:{listening.getsockname()[1]}/"
        finally:
            ended.set()
            thread.join()


def test_headers_that_drip_are_silence_too() -> None:
    with (
        speaking(b"HTTP/1.1 200 OK\r\n", b"X: y\r\n", every=0.05) as url,
        pytest.raises(SilenceError, match="in time"),
    ):
        call(True, "GET", url, patience=SHORT)


def test_interim_answers_for_ever_are_silence_too() -> None:
    with (
        speaking(b"HTTP/1.1 100 Continue\r\n\r\n", every=0.05) as url,
        pytest.raises(SilenceError, match="in time"),
    ):
        call(True, "GET", url, patience=SHORT)


CUT = [
    b"HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\n{}",
    b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\n{}",
    b"",
]


@pytest.mark.parametrize("said", CUT)
def test_an_answer_that_is_cut_off_is_none(said: bytes) -> None:
    with speaking(said) as url, pytest.raises(SilenceError, match="ended the connection"):
        call(True, "GET", url)


@pytest.mark.parametrize("said", [b"SSH-2.0-OpenSSH\r\n", b"HTTP/1.1 abc\r\n\r\n"])
def test_what_is_no_web_server_is_told(said: bytes) -> None:
    with speaking(said) as url, pytest.raises(ResponseError, match="as the web does"):
        call(True, "GET", url)


def test_an_answer_has_a_limit(lms: Platform) -> None:
    lms.fault("jwks", "status", status=200, body=b"x" * (http_client.LIMIT + 1))
    with pytest.raises(ResponseError, match="65,536"):
        call(True, "GET", jwks(lms))
    lms.fault("jwks", "status", status=200, body=b"x" * http_client.LIMIT)
    assert len(call(True, "GET", jwks(lms)).body) == http_client.LIMIT


def test_a_packed_answer_is_refused(lms: Platform) -> None:
    """It could be a thousand times as long as it looks."""
    lms.fault("jwks", "status", status=200, headers={"Content-Encoding": "gzip"})
    with pytest.raises(ResponseError, match="packed"):
        call(True, "GET", jwks(lms))


def test_nobody_listens() -> None:
    with socket.create_server(("127.0.0.1", 0)) as listening:
        port = listening.getsockname()[1]
    with pytest.raises(SilenceError, match="refused"):
        call(True, "GET", f"http://127.0.0.1:{port}/")


INTERNAL = [
    "127.0.0.1",
    "10.1.2.3",
    "172.16.0.1",
    "192.168.1.1",
    "100.64.0.1",
    "0.0.0.0",
    "169.254.169.254",
    "224.0.0.1",
    "240.0.0.1",
    "255.255.255.255",
    "::1",
    "::",
    "fe80::1",
    "fe80::1%eth0",
    "fc00::1",
    "ff02::1",
    "::ffff:127.0.0.1",
    "::ffff:10.0.0.1",
    "64:ff9b::a00:1",
    "2002:7f00:1::",
]
NEVER = {"0.0.0.0", "169.254.169.254", "224.0.0.1", "::", "fe80::1", "fe80::1%eth0", "ff02::1"}


@pytest.mark.parametrize("address", INTERNAL)
def test_internal_addresses_are_for_platforms_that_are_internal(address: str) -> None:
    assert not allowed(address, False)
    assert allowed(address, True) == (address not in NEVER)


@pytest.mark.parametrize("address", ["93.184.215.14", "2606:2800:21f:cb07::1"])
def test_public_addresses_are_allowed(address: str) -> None:
    assert allowed(address, False)


@pytest.mark.parametrize("host", ["127.0.0.1", "[::1]", "localhost", "127.1", "0x7f000001", "0"])
def test_this_machine_is_not_called(host: str) -> None:
    with pytest.raises((AddressError, SilenceError)) as told:
        call(False, "GET", f"https://{host}:1/")
    assert "refused" not in str(told.value)


def test_the_address_that_was_judged_is_the_one_that_is_called(
    lms: Platform, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A name that means something else at the second look is looked up once."""
    port = int(lms.url.rpartition(":")[2])
    asked: list[str] = []

    def look_up(host: str, *args: Any, **kwargs: Any) -> Any:
        asked.append(host)
        kind = (socket.AF_INET, socket.SOCK_STREAM, 6, "")
        return [(*kind, ("10.0.0.1", port)), (*kind, ("127.0.0.1", port))][len(asked) - 1 :]

    monkeypatch.setattr(addresses, "allowed", lambda address, internal: address == "127.0.0.1")
    monkeypatch.setattr(socket, "getaddrinfo", look_up)
    answer = call(True, "GET", f"http://lms.example:{port}/mod/lti/certs.php")
    assert (answer.status, asked) == (200, ["lms.example"])


def test_a_name_that_leads_inside_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    found = [(socket.AF_INET, socket.SOCK_STREAM, 6, "", ("192.168.0.7", 443))]
    monkeypatch.setattr(socket, "getaddrinfo", lambda *args, **kwargs: found)
    with pytest.raises(AddressError, match="internal network"):
        call(False, "GET", "https://lms.example/token")


def test_a_resolver_that_hangs_is_waited_for_briefly(monkeypatch: pytest.MonkeyPatch) -> None:
    over = threading.Event()
    monkeypatch.setattr(socket, "getaddrinfo", lambda *args, **kwargs: over.wait(20) and [])
    with pytest.raises(SilenceError, match="in time"):
        call(False, "GET", "https://lms.example/", patience=Patience(0.1, 0.1, 0.2))
    over.set()


ADDRESSES = [
    "",
    "lms.example",
    "ftp://lms.example/",
    "file:///etc/passwd",
    "https:///token",
    "https://me:secret@lms.example/",
    "https://lms.example/a b",
    "https://lms.example/\r\nX: y",
    "https://lms.example:99999/",
    "https://lms.exämple/",
    "https://[::1/",
    "https://lms.example/" + "x" * 2_000,
]


@pytest.mark.parametrize("url", ADDRESSES)
def test_what_is_no_address_is_refused(url: str) -> None:
    with pytest.raises(AddressError):
        checked(url, True)


def test_http_is_for_internal_platforms() -> None:
    with pytest.raises(AddressError, match="not https"):
        checked("http://lms.example/", False)


def test_a_header_cannot_carry_another(lms: Platform) -> None:
    """Tokens come from platforms, and could hold a line's end."""
    with pytest.raises(CallError):
        call(True, "GET", jwks(lms), headers={"Authorization": "Bearer x\r\nY: z"})
    assert not lms.seen


def test_certificates_are_checked(tmp_path: Any) -> None:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(*own_certificate(tmp_path))
    with socket.create_server(("127.0.0.1", 0)) as listening:

        def shake() -> None:
            taken, _ = listening.accept()
            try:
                context.wrap_socket(taken, server_side=True).close()
            except (OSError, ssl.SSLError):
                taken.close()

        thread = threading.Thread(target=shake)
        thread.start()
        with pytest.raises(SilenceError, match="certificate of 127"):
            call(True, "GET", f"https://127.0.0.1:{listening.getsockname()[1]}/")
        thread.join()


def own_certificate(folder: Any) -> tuple[str, str]:
    """One that nobody has signed."""
    from cryptography import x509
    from cryptography.hazmat.primitives import hashes, serialization

    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "lms.example")])
    made = x509.CertificateBuilder().subject_name(name).issuer_name(name)
    made = made.public_key(key.public_key()).serial_number(7)
    begin = timezone.now() - timedelta(days=1)
    signed = (
        made.not_valid_before(begin)
        .not_valid_after(begin + timedelta(days=9))
        .sign(key, hashes.SHA256())
    )
    paths = folder / "cert.pem", folder / "key.pem"
    paths[0].write_bytes(signed.public_bytes(serialization.Encoding.PEM))
    private = serialization.PrivateFormat.PKCS8
    plain = serialization.NoEncryption()
    paths[1].write_bytes(key.private_bytes(serialization.Encoding.PEM, private, plain))
    return str(paths[0]), str(paths[1])
