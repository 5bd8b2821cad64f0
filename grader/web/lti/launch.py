"""Login and launch: who comes from which platform, checked before anything is believed.

The platform sends the browser to us (login), we send it back with a state and a nonce, and it
returns with a signed token (launch): OpenID Connect's implicit flow as LTI 1.3 uses it. State
and nonce are one row, bound to a cookie of this browser, good for ten minutes and for one use.
"""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlencode

import jwt
from django.conf import settings
from django.db import transaction
from django.urls import reverse
from django.utils import timezone

from grader.errors import AnswerError, CallError
from grader.web import accounts, limits
from grader.web.lti import keys
from grader.web.lti.embedding import origin_of
from grader.web.lti.models import Deployment, Login, Platform
from problems.texts import REPLACED, cleaned_tree, shown_line

CLAIM = "https://purl.imsglobal.org/spec/lti/claim/"
MESSAGES = ("LtiResourceLinkRequest", "LtiDeepLinkingRequest")
ALGORITHM = "RS256"
LEEWAY = timedelta(seconds=30)
"""By which clocks may differ."""
OLDEST = timedelta(minutes=10)
"""Since a token was issued, and since a login was begun."""
MOST_LOGINS = 20_000
"""Logins under way; a flood of them fills nothing further."""
FROM_ONE_PLACE = 2_000
"""Logins of one address within `OLDEST`: a school behind one address, not a flood."""
LONGEST_FORM = 65_536
"""Bytes of a login's or launch's form."""
COOKIE = "bpgrade-launch-"
LAST_SECOND = 1e12
"""Times in tokens are smaller; also than infinity."""
HINTS = (
    "iss",
    "target_link_uri",
    "login_hint",
    "lti_message_hint",
    "client_id",
    "lti_deployment_id",
)
"""What a platform sends to begin a launch: enough to begin it again."""
LONGEST_HINTS = 8_000


class RefusedLaunchError(Exception):
    """The launch is not believed; the code says why."""

    def __init__(self, code: str, status: int = 403, retry: str = "") -> None:
        self.code, self.status = code, status
        self.retry = retry
        """Query that begins the launch again, in a window of its own."""
        super().__init__(code)


@dataclass(frozen=True)
class Begun:
    """Where the browser goes, and what it brings back."""

    url: str
    cookie: str
    """Name of the cookie."""
    secret: str
    """Its value."""


@dataclass(frozen=True)
class Launch:
    """A checked launch."""

    platform: Platform
    deployment: Deployment
    claims: Mapping[str, Any]

    @property
    def chooses(self) -> bool:
        """Whether somebody picks what a link shall open (deep linking)."""
        return bool(self.claims[f"{CLAIM}message_type"] == MESSAGES[1])

    @property
    def sub(self) -> str:
        """The platform's number of the person; '' where it keeps them anonymous."""
        return text_of(self.claims, "sub")

    @property
    def roles(self) -> list[str]:
        """All roles, with their namespaces."""
        return [role for role in self.claims[f"{CLAIM}roles"] if isinstance(role, str)]

    def part(self, name: str) -> Mapping[str, Any]:
        """A claim that is an object; empty where there is none."""
        found = self.claims.get(name if name.startswith("https:") else f"{CLAIM}{name}")
        return found if isinstance(found, dict) else {}


def text_of(found: Mapping[str, Any], name: str, longest: int = 255) -> str:
    """A text of a claim on one line; '' where it is missing, no text or an unresolved variable.

    >>> text_of({"a": " x\\ny ", "b": 3, "c": "$ResourceLink.id"}, "a")
    'x y'
    >>> text_of({"c": "$ResourceLink.id"}, "c")
    ''
    """
    value = found.get(name)
    if not isinstance(value, str) or value.startswith("$"):
        return ""
    return shown_line(value)[:longest]


def is_sub(value: Any) -> bool:
    """Whether it can be a platform's number of somebody; what had to be cleaned is nobody's.

    >>> is_sub("6"), is_sub(6), is_sub("a" * 256), is_sub(chr(0)), is_sub(REPLACED)
    (True, False, False, False, False)
    """
    whole = isinstance(value, str) and 0 < len(value) <= 255
    return whole and value.isprintable() and REPLACED not in value


def url_of(found: Mapping[str, Any], name: str, longest: int = 1000) -> str:
    """A web address of a claim; '' for none, and for one that is too long to be kept whole."""
    value = text_of(found, name, longest + 1)
    return value if len(value) <= longest and origin_of(value) else ""


def base() -> str:
    """Our public address, from the settings alone.

    Raises:
        RefusedLaunchError: none is set; what a client calls us is never believed.
    """
    if not settings.URL:
        raise RefusedLaunchError("no_public_address", 404)
    return str(settings.URL)


def launch_url() -> str:
    """Where platforms send launches to."""
    return base() + reverse("lti-launch")


# login ---------------------------------------------------------------------------------------


def begin(sent: Mapping[str, str], place: str, now: datetime | None = None) -> Begun:
    """Answer a platform's request to log somebody in.

    Args:
        sent: the form or query.
        place: the client's address, for limits.
        now: the time, for tests.

    Raises:
        RefusedLaunchError: an unknown platform, or too many at once.
    """
    platform = _platform(sent.get("iss", ""), sent.get("client_id", ""))
    when = now or timezone.now()
    if limits.wait(f"launch:{place}", FROM_ONE_PLACE, OLDEST.total_seconds()):
        raise RefusedLaunchError("busy", 429)
    state, nonce, secret = (secrets.token_urlsafe(24) for _ in range(3))
    with transaction.atomic():
        Login.objects.filter(begun__lt=when - OLDEST).delete()
        if Login.objects.count() >= MOST_LOGINS:
            raise RefusedLaunchError("busy", 503)
        Login.objects.create(
            digest=accounts.digest_of(state),
            nonce=nonce,
            browser=accounts.digest_of(secret),
            platform=platform,
            asked=_hints(sent),
            begun=when,
        )
    query = {
        "scope": "openid",
        "response_type": "id_token",
        "response_mode": "form_post",
        "prompt": "none",
        "client_id": platform.client_id,
        "redirect_uri": launch_url(),
        "state": state,
        "nonce": nonce,
        "login_hint": sent.get("login_hint", ""),
    }
    if "lti_message_hint" in sent:
        query["lti_message_hint"] = sent["lti_message_hint"]
    joint = "&" if "?" in platform.auth_url else "?"
    return Begun(platform.auth_url + joint + urlencode(query), cookie_of(state), secret)


def _hints(sent: Mapping[str, str]) -> str:
    found = urlencode({name: sent[name] for name in HINTS if name in sent})
    return found if len(found) <= LONGEST_HINTS else ""


def cookie_of(state: str) -> str:
    """Name of the cookie that belongs to a state: several launches may be under way."""
    return COOKIE + accounts.digest_of(state)[:12]


def _platform(issuer: str, client: str) -> Platform:
    if not (issuer + client).isprintable():
        raise RefusedLaunchError("unknown_platform", 400)
    found = Platform.objects.filter(issuer=issuer, active=True)
    if client:
        found = found.filter(client_id=client)
    known = list(found[:2])
    if len(known) != 1:
        raise RefusedLaunchError("unknown_platform", 400)
    return known[0]


# launch --------------------------------------------------------------------------------------


def verified(
    token: str, state: str, cookies: Mapping[str, str], now: datetime | None = None
) -> Launch:
    """Believe a launch, or refuse it. The state is used up either way.

    Args:
        token: `id_token` as it came.
        state: as it came.
        cookies: of the browser.
        now: the time, for tests.

    Raises:
        RefusedLaunchError: something does not fit; its code says what.
    """
    when = now or timezone.now()
    login = _used_up(state)
    if login is None:
        raise RefusedLaunchError("unknown_state")
    if not login.platform.active:
        raise RefusedLaunchError("unknown_platform")
    if when - login.begun > OLDEST:
        raise RefusedLaunchError("state_too_old")
    cookie = cookies.get(cookie_of(state))
    if cookie is None:
        raise RefusedLaunchError("no_cookie", retry=login.asked)
    if not secrets.compare_digest(accounts.digest_of(cookie), login.browser):
        raise RefusedLaunchError("not_this_browser")
    claims = _signed(token, login.platform)
    _check_times(claims, when)
    if not secrets.compare_digest(str(claims["nonce"]).encode(), login.nonce.encode()):
        raise RefusedLaunchError("wrong_nonce")
    return Launch(login.platform, _check_message(claims, login.platform), claims)


def _used_up(state: str) -> Login | None:
    """The login of a state, which nobody can use again."""
    with transaction.atomic():
        found = (
            Login.objects.select_for_update(of=("self",))
            .select_related("platform")
            .filter(digest=accounts.digest_of(state))
            .first()
        )
        if found is not None:
            Login.objects.filter(pk=found.pk).delete()
    return found


def _signed(token: str, platform: Platform) -> dict[str, Any]:
    """The claims of a token that this platform has signed for us."""
    try:
        header = jwt.get_unverified_header(token)
    except jwt.PyJWTError:
        raise RefusedLaunchError("bad_token") from None
    kid = header.get("kid")
    if header.get("alg") != ALGORITHM or "crit" in header or not isinstance(kid, str):
        raise RefusedLaunchError("bad_header")
    try:
        key = keys.platform_key(platform, kid)
    except AnswerError:
        raise RefusedLaunchError("unknown_key") from None
    except CallError:
        raise RefusedLaunchError("key_set_unreachable", 502) from None
    try:
        claims: dict[str, Any] = jwt.decode(
            token,
            key,
            algorithms=[ALGORITHM],
            issuer=platform.issuer,
            audience=platform.client_id,
            # times are checked by our own clock, which tests and doctors can set
            options={
                "require": ["exp", "iat", "nonce", "aud", "iss"],
                "verify_exp": False,
                "verify_iat": False,
                "verify_nbf": False,
            },
        )
    except jwt.PyJWTError as error:
        raise RefusedLaunchError(_CODES.get(type(error).__name__, "bad_token")) from None
    checked: dict[str, Any] = cleaned_tree(claims)
    return checked


_CODES = {
    "InvalidSignatureError": "bad_signature",
    "InvalidAudienceError": "wrong_audience",
    "InvalidIssuerError": "wrong_issuer",
    "MissingRequiredClaimError": "missing_claim",
}


def _check_times(claims: Mapping[str, Any], now: datetime) -> None:
    second, leeway = now.timestamp(), LEEWAY.total_seconds()
    times = {name: claims[name] for name in ("exp", "iat", "nbf") if name in claims}
    if not all(_is_time(time) for time in times.values()):
        raise RefusedLaunchError("bad_time")
    if times["exp"] <= second - leeway:
        raise RefusedLaunchError("expired")
    if times["iat"] > second + leeway or times.get("nbf", second) > second + leeway:
        raise RefusedLaunchError("not_yet_valid")
    if times["iat"] < second - OLDEST.total_seconds() - leeway:
        raise RefusedLaunchError("issued_too_long_ago")


def _is_time(value: Any) -> bool:
    """NaN would pass every comparison."""
    number = isinstance(value, int | float) and not isinstance(value, bool)
    return number and abs(value) < LAST_SECOND


def _check_message(claims: Mapping[str, Any], platform: Platform) -> Deployment:
    """The deployment of a message that is meant for us alone and makes sense."""
    if claims["aud"] not in (platform.client_id, [platform.client_id]):
        raise RefusedLaunchError("several_audiences")
    if claims.get("azp", platform.client_id) != platform.client_id:
        raise RefusedLaunchError("wrong_party")
    if claims.get(f"{CLAIM}version") != "1.3.0":
        raise RefusedLaunchError("wrong_version")
    if claims.get(f"{CLAIM}message_type") not in MESSAGES:
        raise RefusedLaunchError("unknown_message")
    if not isinstance(claims.get(f"{CLAIM}roles"), list):
        raise RefusedLaunchError("no_roles")
    if "sub" in claims and not is_sub(claims["sub"]):
        raise RefusedLaunchError("bad_person")
    if origin_of(str(claims.get(f"{CLAIM}target_link_uri"))) != origin_of(base()):
        raise RefusedLaunchError("foreign_target")
    ident = claims.get(f"{CLAIM}deployment_id")
    found = platform.deployments.filter(ident=ident).first() if isinstance(ident, str) else None
    if found is None:
        raise RefusedLaunchError("unknown_deployment")
    return found
