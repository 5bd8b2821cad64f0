"""Why launches or grades fail: everything between a platform and us, tried and said in words."""

from __future__ import annotations

import email.utils
import ipaddress
import socket
from collections.abc import Iterator
from urllib.parse import urlsplit

from django.conf import settings
from django.urls import reverse
from django.utils import timezone

from grader.errors import CallError
from grader.support.http_client import Answer, call
from grader.support.terminal import plural
from grader.web.doctor import Finding
from grader.web.lti import access_tokens, keys
from grader.web.lti.launch import LEEWAY
from grader.web.lti.models import Invitation, Outgoing, Placement, Platform, Sending

USUAL_PORTS = (443, 80)
"""What Moodle lets itself fetch from, unless its administrator allows more."""


def findings() -> Iterator[Finding]:
    """What, its state, what to do about it: of us, then of each platform."""
    yield from _address()
    platforms = list(Platform.objects.order_by("pk").prefetch_related("deployments"))
    if not platforms:
        invited = Invitation.objects.filter(used=None, expires__gt=timezone.now()).count()
        state = f"none; {invited} invited" if invited else "none"
        yield "platforms", state, "register one: bpgrade lti invite"
    for one in platforms:
        yield from _platform(one)


# us ------------------------------------------------------------------------------------------


def _address() -> Iterator[Finding]:
    url = settings.URL
    if not url:
        yield "public address", "not given", "give --url as for bpgrade serve"
        return
    parts = urlsplit(url)
    safe = parts.scheme == "https"
    frames = "" if safe else "use https, or let links open in a new window: frames keep no cookie"
    yield "public address", url, frames
    port = parts.port or (443 if safe else 80)
    usual = port in USUAL_PORTS
    yield (
        "port",
        str(port),
        ""
        if usual
        else f"Moodle fetches our keys only from ports 443 and 80: add {port} to its setting "
        "curlsecurityallowedport, or serve on 443",
    )
    yield from _reachable(str(parts.hostname), port)
    yield _own_keys(url)


def _reachable(host: str, port: int) -> Iterator[Finding]:
    """Whether a platform would take our address: Moodle blocks private ones."""
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except OSError:
        yield "its name", f"{host} has no address", "enter it in the domain name system"
        return
    addresses = sorted({str(one[4][0]) for one in found})
    private = [one for one in addresses if not ipaddress.ip_address(one.split("%")[0]).is_global]
    yield (
        "its name",
        ", ".join(addresses),
        f"Moodle fetches nothing from private addresses: take {private[0]} out of its setting "
        "curlsecurityblockedhosts, or use a public address"
        if private
        else "",
    )
    if host in ("localhost", "127.0.0.1"):
        yield "host", host, "localhost and 127.0.0.1 are two different hosts: use one throughout"


def _own_keys(url: str) -> Finding:
    """Our key set as others get it."""
    place = url + reverse("lti-keys")
    try:
        answer = call(True, "GET", place)
        theirs = {one["kid"] for one in answer.json()["keys"]}
    except (CallError, KeyError, TypeError) as error:
        return "our key set", "not reachable", f"{place}: {error}"
    ours = {str(one["kid"]) for one in keys.public_keys()["keys"]}
    if not ours <= theirs:
        return "our key set", "another one", f"{place} answers with keys of another service"
    return "our key set", "published", ""


# a platform ----------------------------------------------------------------------------------


def _platform(one: Platform) -> Iterator[Finding]:
    name = one.name or one.issuer
    yield (
        name,
        "on" if one.active else "off",
        "" if one.active else "switched off: nobody is let in",
    )
    places = ", ".join(place.ident for place in one.deployments.all())
    advice = "" if places else f"no launch is let in: bpgrade lti allow {one.pk} DEPLOYMENT"
    yield "  deployments", places or "none", advice
    yield from _their_keys(one)
    yield _token(one)
    yield from _grades(one)


def _their_keys(one: Platform) -> Iterator[Finding]:
    try:
        answer = call(one.internal, "GET", one.keys_url)
    except CallError as error:
        yield "  its key set", "not reachable", str(error)
        return
    yield _clock(answer)
    try:
        count = len(keys.fetched_keys(one.internal, one.keys_url))
    except CallError as error:
        yield "  its key set", "not usable", str(error)
        return
    yield (
        "  its key set",
        plural(count, "key"),
        "" if count else "no RSA key in it: nobody is let in",
    )


def _clock(answer: Answer) -> Finding:
    """The platform's clock beside ours, by the date of its answer."""
    text = answer.headers.get("date", "")
    try:
        theirs = email.utils.parsedate_to_datetime(text)
    except ValueError:
        return "  its clock", "not said", ""
    ahead = round((theirs - timezone.now()).total_seconds())
    far = abs(ahead) > LEEWAY.total_seconds()
    advice = "launches are refused: set both clocks (NTP)" if far else ""
    return "  its clock", f"{ahead:+d} s", advice


def _token(one: Platform) -> Finding:
    """Whether the platform believes our signature."""
    wrong = access_tokens.check_token(one)
    return "  leave to send grades", "refused" if wrong else "given", wrong


def _grades(one: Platform) -> Iterator[Finding]:
    links = Placement.objects.filter(context__platform=one)
    bare = links.filter(lineitem_url="").count()
    advice = "let the platform's tool settings allow grade sync, and open the links again"
    yield "  links", f"{links.count()}, {bare} without a column", advice if bare else ""
    own = Outgoing.objects.filter(placement__context__platform=one)
    waiting, refused = (own.filter(state=s) for s in (Sending.WAITING, Sending.REFUSED))
    late = waiting.filter(tries__gt=0).order_by("due").first()
    yield "  grades waiting", str(waiting.count()), late.error if late else ""
    last = refused.order_by("-pk").first()
    yield "  grades refused", str(refused.count()), last.error if last else ""
