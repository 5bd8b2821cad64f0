"""`bpgrade lti`: platforms from the command line, and what is wrong between them and us."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
import requests
from lti_platform import Platform, platform
from service import Server, free_port, started


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A service that knows its address."""
    port = free_port()
    data = tmp_path_factory.mktemp("service") / "data"
    found = started(data, port, "--url", f"http://127.0.0.1:{port}")
    try:
        yield found
    finally:
        found.stop()


@pytest.fixture
def lms(server: Server) -> Iterator[Platform]:
    with platform(server.url) as found:
        yield found


def lti(server: Server, *words: str, status: int = 0) -> str:
    """What a command prints."""
    return server.run("lti", *words, status=status)


def number(server: Server, name: str) -> str:
    """The platform's number in the list."""
    (row,) = [line for line in lti(server, "platforms").splitlines() if name in line]
    return row.split()[0]


def test_invite_register_list_remove(server: Server, lms: Platform) -> None:
    """The printed address is what a platform opens."""
    printed = lti(server, "invite", "--internal", "--url", server.url)
    address = printed.splitlines()[0]
    answer = requests.get(address + lms.invite(), timeout=20)
    assert answer.status_code == 200, answer.text
    name = lms.url.removeprefix("http://")
    assert lms.tool.client_id in lti(server, "platforms")
    one = number(server, name)
    assert "deployment 77" in lti(server, "allow", one, "77")
    assert "77" in lti(server, "platforms")
    lti(server, "remove", one, "--yes")
    assert name not in lti(server, "platforms")


def test_add_by_hand(server: Server, lms: Platform) -> None:
    """With what the platform shows; a launch is let in afterwards."""
    lms.by_hand()
    auth, token, keys = (f"{lms.url}/mod/lti/{n}.php" for n in ("auth", "token", "certs"))
    words = ["add", "--issuer", lms.issuer, "--client-id", lms.tool.client_id, "--internal"]
    words += ["--deployment", lms.tool.deployment, "--name", "By hand"]
    lti(server, *words, "--auth-url", auth, "--token-url", token, "--keys-url", keys)
    lms.person("3", "Instructor")
    answer = lms.launch(requests.Session(), "3", lms.link())
    assert answer.headers["Location"].startswith("/lti/choose/?")
    lti(server, "remove", number(server, "By hand"), "--yes")
    refused = lti(
        server, *words, "--auth-url", "nowhere", "--token-url", token, "--keys-url", keys, status=1
    )
    assert "--auth-url: 'nowhere' is no web address" in refused


def registered(server: Server, lms: Platform) -> str:
    address = lti(server, "invite", "--internal", "--url", server.url).splitlines()[0]
    assert requests.get(address + lms.invite(), timeout=20).status_code == 200
    lms.tool.active = True
    return number(server, lms.url.removeprefix("http://"))


def told(server: Server) -> dict[str, str]:
    """The doctor's findings: part -> state and advice."""
    printed = lti(server, "doctor", "--url", server.url, status=1)
    assert max(map(len, printed.splitlines())) <= 80, printed
    return {"text": " ".join(printed.split())}


def test_the_doctor_says_what_moodle_does_not(server: Server, lms: Platform) -> None:
    """A private address, an odd port, no TLS: in words, with the setting's name."""
    one = registered(server, lms)
    text = told(server)["text"]
    for words in ("curlsecurityblockedhosts", "curlsecurityallowedport", "frames keep no cookie"):
        assert words in text
    assert "leave to send grades given" in text
    assert "its clock +0 s" in text or "its clock -1 s" in text or "its clock +1 s" in text
    lti(server, "remove", one, "--yes")


def test_the_doctor_finds_faults_of_the_platform(server: Server, lms: Platform) -> None:
    """A key set that is none, a token that is refused because our keys were not fetched."""
    one = registered(server, lms)
    lms.fault("jwks", "status", times=9)
    lms.tool.jwks_uri = "http://127.0.0.1:9/jwks"
    text = told(server)["text"]
    assert "its key set not usable" in text
    assert "leave to send grades refused" in text
    lti(server, "remove", one, "--yes")


def test_there_must_be_a_service(tmp_path: Path) -> None:
    """Commands make none."""
    done = subprocess.run(
        [sys.executable, "-m", "grader.cli", "lti", "platforms", "--data", str(tmp_path / "no")],
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert done.returncode == 1
    assert "there is no" in done.stderr
    assert not (tmp_path / "no").exists()
