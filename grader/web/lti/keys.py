"""Our key pair, and the key sets of learning platforms.

A platform's keys come from the address of its registration alone; what a token says about where
its key is to be found is never looked at.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import json
import threading
import time
from dataclasses import dataclass, field
from datetime import timedelta
from functools import lru_cache
from typing import Any

import jwt
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.rsa import (
    RSAPrivateKey,
    RSAPublicKey,
    RSAPublicNumbers,
    generate_private_key,
)
from django.db import connection, transaction
from django.db.models import Q, QuerySet
from django.utils import timezone

from grader.errors import CallError, ResponseError
from grader.support.http_client import call
from grader.web.lti.models import Platform, ToolKey
from grader.web.submission_store import one_writer

ALGORITHM = "RS256"
BITS = 2048
"""Of our keys; platforms' keys must have as many."""
LOCK = 7_271_984
"""PostgreSQL's lock for the first key: any number that nothing else uses."""
LIFETIME = 300
"""Seconds for which what we sign holds: clocks differ."""
KEPT = timedelta(days=1)
"""How long a key that was replaced stays published: platforms keep what they fetched."""

MOST_BITS = 8192
"""Longer ones would make each check slow."""
MOST_KEYS = 50
FRESH = 3_600.0
"""Seconds after which a key set is fetched again."""
STALE = 86_400.0
"""Seconds for which it is used on, where the platform does not answer."""
AGAIN = 60.0
"""Seconds between two tries to fetch, after a failure or for a key that is not in the set."""

clock = time.monotonic
"""Of the key sets; tests put another one here."""


# ours --------------------------------------------------------------------------------------


def public_keys() -> dict[str, Any]:
    """Our key set, as platforms fetch it; makes the first key."""
    signing_key()
    listed = _standing().order_by("-created", "kid")
    return {"keys": [_as_jwk(_loaded(key.pem).public_key(), key.kid) for key in listed]}


def sign(claims: dict[str, Any], lifetime: int = LIFETIME) -> str:
    """A token of ours.

    Args:
        claims: what it says; `iat` and `exp` are added.
        lifetime: seconds for which it holds.
    """
    key = signing_key()
    now = int(timezone.now().timestamp())
    stated = {**claims, "iat": now, "exp": now + lifetime}
    return jwt.encode(stated, _loaded(key.pem), ALGORITHM, headers={"kid": key.kid})


def signing_key() -> ToolKey:
    """The newest of our keys; the first one is made at its first use, by one process alone."""
    return _newest() or _made(first=True)


def rotate(kept: timedelta = KEPT) -> ToolKey:
    """A new key that signs from now on.

    Args:
        kept: how long the earlier ones stay published; none for one that somebody else has.
    """
    return _made(first=False, kept=kept)


def _standing() -> QuerySet[ToolKey]:
    return ToolKey.objects.filter(Q(ended=None) | Q(ended__gt=timezone.now()))


def _newest() -> ToolKey | None:
    return _standing().order_by("-created", "kid").first()


def _made(first: bool, kept: timedelta = KEPT) -> ToolKey:
    fresh = _generated()
    with one_writer(), transaction.atomic():
        if connection.vendor == "postgresql":
            with connection.cursor() as cursor:
                cursor.execute("SELECT pg_advisory_xact_lock(%s)", [LOCK])
        before = _newest()
        if first and before:
            return before
        now = timezone.now()
        if before:  # two that are made in one moment still have an order
            fresh.created = max(now, before.created + timedelta(microseconds=1))
            ToolKey.objects.filter(ended=None).update(ended=now + kept)
        fresh.save(force_insert=True)
    return fresh


def _generated() -> ToolKey:
    key = generate_private_key(public_exponent=65537, key_size=BITS)
    pem = key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )
    return ToolKey(kid=_thumbprint(key.public_key()), pem=pem.decode(), created=timezone.now())


@lru_cache(8)
def _loaded(pem: str) -> RSAPrivateKey:
    key = serialization.load_pem_private_key(pem.encode(), None)
    assert isinstance(key, RSAPrivateKey)
    return key


def _as_jwk(key: RSAPublicKey, kid: str) -> dict[str, str]:
    return {**_numbers(key), "kid": kid, "use": "sig", "alg": ALGORITHM}


def _numbers(key: RSAPublicKey) -> dict[str, str]:
    numbers = key.public_numbers()
    return {"e": _packed(numbers.e), "kty": "RSA", "n": _packed(numbers.n)}


def _packed(number: int) -> str:
    data = number.to_bytes((number.bit_length() + 7) // 8, "big")
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def _thumbprint(key: RSAPublicKey) -> str:
    """By RFC 7638: the same key has the same name wherever it is."""
    text = json.dumps(_numbers(key), sort_keys=True, separators=(",", ":"))
    digest = hashlib.sha256(text.encode()).digest()
    return base64.urlsafe_b64encode(digest).rstrip(b"=").decode()


# theirs ------------------------------------------------------------------------------------


@dataclass
class _KeySet:
    """What is known of one address."""

    keys: dict[str, RSAPublicKey] = field(default_factory=dict)
    fetched: float | None = None
    tried: float | None = None
    failure: CallError | None = None
    """Of the last try."""
    lock: threading.Lock = field(default_factory=threading.Lock)


_sets: dict[tuple[str, bool], _KeySet] = {}
_sets_lock = threading.Lock()
MOST_SETS = 1_000


def platform_key(platform: Platform, kid: str) -> RSAPublicKey:
    """A platform's key.

    Args:
        platform: whose.
        kid: its name, from the header of a token.

    Raises:
        CallError: the key set cannot be fetched, or has no such key of RSA.
    """
    found = _set_of(platform)
    with found.lock:
        key = found.keys.get(kid) if _within(found.fetched, FRESH) else None
        if key is None and not _within(found.tried, AGAIN):
            _fetch(platform, found)
            key = found.keys.get(kid) if not found.failure else None
        if key is None and found.failure and _within(found.fetched, STALE):
            key = found.keys.get(kid)
        if key is None and found.failure:
            raise type(found.failure)(str(found.failure))
    if key is None:
        raise ResponseError("the token is signed with a key that is not in the platform's key set")
    return key


def forget_keys() -> None:
    """Fetch all key sets anew when they are needed."""
    with _sets_lock:
        _sets.clear()


def _set_of(platform: Platform) -> _KeySet:
    where = (platform.keys_url, platform.internal)
    with _sets_lock:
        if where not in _sets and len(_sets) >= MOST_SETS:
            _sets.clear()
        return _sets.setdefault(where, _KeySet())


def _within(since: float | None, seconds: float) -> bool:
    return since is not None and clock() - since < seconds


def _fetch(platform: Platform, found: _KeySet) -> None:
    found.tried = clock()
    try:
        keys = fetched_keys(platform.internal, platform.keys_url)
    except CallError as error:
        found.failure = error
        return
    found.keys, found.fetched, found.failure = keys, found.tried, None


def fetched_keys(internal: bool, url: str) -> dict[str, RSAPublicKey]:
    """The keys of an address, by name; asked for at every call.

    Raises:
        CallError: it does not answer, or with something else.
    """
    answer = call(internal, "GET", url, headers={"Accept": "application/json"})
    if answer.status != 200:
        raise ResponseError(f"the key set's address answers with status {answer.status}")
    doc = answer.json()
    listed = doc.get("keys") if isinstance(doc, dict) else None
    if not isinstance(listed, list):
        raise ResponseError("what the key set's address answers is no key set")
    found: dict[str, RSAPublicKey] = {}
    twice = set()
    for one in listed[:MOST_KEYS]:
        key = _public(one)
        if key is not None:
            twice |= {one["kid"]} & found.keys()
            found[one["kid"]] = key
    return {kid: key for kid, key in found.items() if kid not in twice}


def _public(one: Any) -> RSAPublicKey | None:
    """A key that may check signatures; None for any other entry."""
    if not isinstance(one, dict) or one.get("kty") != "RSA":
        return None
    if one.get("use", "sig") != "sig" or one.get("alg", ALGORITHM) != ALGORITHM:
        return None
    if not isinstance(one.get("kid"), str):
        return None
    try:
        key = RSAPublicNumbers(_number(one["e"]), _number(one["n"])).public_key()
    except (KeyError, TypeError, ValueError):
        return None
    return key if BITS <= key.key_size <= MOST_BITS else None


def _number(text: Any) -> int:
    if not isinstance(text, str) or len(text) > 4_096:
        raise ValueError("no number")
    try:
        data = base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
    except binascii.Error as error:
        raise ValueError("no number") from error
    return int.from_bytes(data, "big")
