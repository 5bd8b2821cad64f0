"""Launches of LTI as a platform makes them, right and wrong: keys, tokens, and the two steps."""

from __future__ import annotations

import base64
import hashlib
import hmac
import http.server
import json
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cache
from typing import Any
from urllib.parse import parse_qs, urlsplit

import jwt
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from django.test import Client

CLAIM = "https://purl.imsglobal.org/spec/lti/claim/"
PLAIN = ("iss", "aud", "sub", "exp", "iat", "nbf", "nonce", "azp", "name", "email")
TOOL = "https://tool.example"
ISSUER, CLIENT, DEPLOYMENT, KID = "https://lms.example", "tool1", "1", "k1"


def key(name: str = "platform") -> rsa.RSAPrivateKey:
    """A private key; the same for the same name."""
    return _made(name)


@cache
def _made(name: str) -> rsa.RSAPrivateKey:
    return rsa.generate_private_key(public_exponent=65537, key_size=2048)


def public_pem(private: rsa.RSAPrivateKey) -> bytes:
    """The public half, as text."""
    return private.public_key().public_bytes(
        serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
    )


def key_set() -> dict[str, Any]:
    """What the platform publishes."""
    public = json.loads(jwt.algorithms.RSAAlgorithm.to_jwk(key().public_key()))
    return {"keys": [{**public, "kid": KID, "alg": "RS256", "use": "sig"}]}


@contextmanager
def published() -> Iterator[str]:
    """The address of a server with the platform's key set."""

    class Answers(http.server.BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            body = json.dumps(key_set()).encode()
            self.send_response(200)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *args: Any) -> None:
            """Silent."""

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Answers)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}/jwks"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


@contextmanager
def silent() -> Iterator[str]:
    """The address of a server that takes connections and never says anything."""
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        listening.listen(5)
        yield f"http://127.0.0.1:{listening.getsockname()[1]}/jwks"


def platform(keys_url: str, issuer: str = ISSUER) -> Any:
    """A registered platform whose keys lie at an address of this machine."""
    from grader.web.lti.models import Deployment, Platform

    found = Platform.objects.create(
        issuer=issuer,
        client_id=CLIENT,
        name="LMS",
        auth_url=f"{issuer}/auth",
        token_url=f"{issuer}/token",
        keys_url=keys_url,
        internal=True,
    )
    Deployment.objects.create(platform=found, ident=DEPLOYMENT)
    return found


# tokens --------------------------------------------------------------------------------------


def now(seconds: float = 0) -> int:
    """The present second, or one before or after it."""
    return int(time.time()) + int(seconds)


def claims(given: str, **other: Any) -> dict[str, Any]:
    """Those of a good launch, some of them changed; None leaves one out."""
    found: dict[str, Any] = {
        "iss": ISSUER,
        "aud": CLIENT,
        "sub": "4",
        "exp": now(60),
        "iat": now(),
        "nonce": given,
        f"{CLAIM}message_type": "LtiResourceLinkRequest",
        f"{CLAIM}version": "1.3.0",
        f"{CLAIM}deployment_id": DEPLOYMENT,
        f"{CLAIM}target_link_uri": f"{TOOL}/lti/launch",
        f"{CLAIM}resource_link": {"id": "5", "title": "BP exercise"},
        f"{CLAIM}context": {"id": "2", "label": "BP1", "title": "Back-propagation 101"},
        f"{CLAIM}roles": ["http://purl.imsglobal.org/vocab/lis/v2/membership#Instructor"],
    }
    for name, value in other.items():
        plain = name in PLAIN or name.startswith("https:")
        found[name if plain else CLAIM + name] = value
    return {name: value for name, value in found.items() if value is not None}


def signed(found: dict[str, Any], by: str = "platform", **header: Any) -> str:
    """A token; further entries of its header by name."""
    return jwt.encode(found, key(by), "RS256", headers={"kid": KID, **header})


def part(value: Any) -> str:
    """A part of a token."""
    data = value if isinstance(value, bytes) else json.dumps(value).encode()
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def unsigned(nonce: str) -> str:
    """A token that says it needs no signature."""
    return f"{part({'alg': 'none', 'kid': KID})}.{part(claims(nonce))}."


def confused(nonce: str) -> str:
    """A token signed with the public key as if it were a shared secret."""
    head = f"{part({'alg': 'HS256', 'kid': KID, 'typ': 'JWT'})}.{part(claims(nonce))}"
    return f"{head}.{part(hmac.new(public_pem(key()), head.encode(), hashlib.sha256).digest())}"


def swapped(nonce: str) -> str:
    """A token whose claims were changed after it was signed."""
    head, _, signature = signed(claims(nonce)).split(".")
    return f"{head}.{part(claims(nonce, sub='other'))}.{signature}"


# the two steps -------------------------------------------------------------------------------


@dataclass
class Browser:
    """Somebody's browser."""

    client: Client = field(default_factory=lambda: Client(raise_request_exception=False))

    def begin(self, issuer: str = ISSUER, **more: str) -> tuple[str, str]:
        """Log in at the tool; state and nonce that it sends back to the platform."""
        asked = {
            "iss": issuer,
            "target_link_uri": f"{TOOL}/lti/launch",
            "login_hint": "4",
            "lti_message_hint": "m",
            "client_id": CLIENT,
            "lti_deployment_id": DEPLOYMENT,
        }
        answer = self.client.post("/lti/login", asked | more, secure=True)
        assert answer.status_code == 302, answer.content
        query = parse_qs(urlsplit(answer["Location"]).query)
        return query["state"][0], query["nonce"][0]

    def launch(self, token: str, state: str, **headers: str) -> Any:
        """Come back with a token."""
        sent = {"id_token": token, "state": state}
        return self.client.post("/lti/launch", sent, secure=True, headers=headers or None)

    def arrive(self, **other: Any) -> Any:
        """Both steps with a good token, some of its claims changed."""
        headers = other.pop("headers", {})
        state, nonce = self.begin()
        return self.launch(signed(claims(nonce, **other)), state, **headers)


def verdict(answer: Any) -> str:
    """Whether a launch was let in."""
    if 200 <= answer.status_code < 400:
        return "accepted"
    refused = 400 <= answer.status_code < 500 or answer.status_code in (502, 503, 504)
    return "refused" if refused else f"HTTP {answer.status_code}"
