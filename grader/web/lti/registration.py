"""A platform makes itself known: dynamic registration, or what an administrator typed.

Whoever can register may create courses and people here, so registering takes an invitation: an
address with a secret, good for one platform and a week, which the platform's administrator
pastes as the tool's registration address.
"""

from __future__ import annotations

import json
import secrets
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from urllib.parse import urlsplit

from django.db import transaction
from django.urls import reverse
from django.utils import timezone

from grader.errors import CallError, RegistrationError
from grader.support.http_client import call
from grader.web import accounts
from grader.web.assignments import note
from grader.web.lti.access_tokens import SCOPES
from grader.web.lti.embedding import origin_of
from grader.web.lti.launch import base, launch_url, text_of, url_of
from grader.web.lti.models import Deployment, Invitation, Platform
from problems.texts import parsed_json

DAYS = 7
"""An invitation's life."""
LONGEST = 65_536
"""Bytes of a platform's configuration and of its answer."""
TOOL = "https://purl.imsglobal.org/spec/lti-tool-configuration"
PLATFORM = "https://purl.imsglobal.org/spec/lti-platform-configuration"
NAME = "bpgrade"


@dataclass(frozen=True)
class Addresses:
    """Where a platform answers."""

    issuer: str
    auth_url: str
    token_url: str
    keys_url: str
    registration_url: str = ""
    product: str = ""
    audience: str = ""


def invite(user: Any = None, internal: bool = False) -> str:
    """A new registration address.

    Args:
        user: who invites, for the audit log.
        internal: whether the platform may be in a private network.
    """
    secret = secrets.token_urlsafe(24)
    with transaction.atomic():
        Invitation.objects.create(
            digest=accounts.digest_of(secret),
            internal=internal,
            expires=timezone.now() + timedelta(days=DAYS),
        )
        note(user, None, "platform.invited")
    return base() + reverse("lti-register", args=[secret])


def invitation_of(secret: str) -> Invitation | None:
    """A good invitation; None if it is unknown, has ended or was used."""
    found = Invitation.objects.filter(digest=accounts.digest_of(secret), used=None)
    return found.filter(expires__gt=timezone.now()).first()


# dynamic registration --------------------------------------------------------------------------


def register(invitation: Invitation, configuration_url: str, token: str) -> Platform:
    """Fetch a platform's configuration, ask it to register us, and note what it says.

    Args:
        invitation: used up when this succeeds.
        configuration_url: `openid_configuration` as the platform gave it.
        token: `registration_token`, if it gave one.

    Raises:
        RegistrationError: it cannot be reached, says no, or is somebody else.
    """
    found = _addresses(_asked(invitation, "GET", configuration_url), configuration_url)
    _refuse_stranger(found)
    headers = {"Content-Type": "application/json"}
    if token:
        headers["Authorization"] = f"Bearer {token}"
    body = json.dumps(description()).encode()
    given = _asked(invitation, "POST", found.registration_url, headers, body)
    client = text_of(given, "client_id")
    if not client:
        raise RegistrationError("the platform's answer names no client_id")
    told = given.get(TOOL)
    deployment = text_of(told, "deployment_id") if isinstance(told, dict) else ""
    deployment = deployment or text_of(given, "deployment_id")
    with transaction.atomic():
        fresh = Invitation.objects.filter(pk=invitation.pk, used=None)
        if not fresh.update(used=timezone.now()):
            raise RegistrationError("this registration address was used already")
        return enter(found, client, [deployment] if deployment else [], invitation.internal)


def _asked(
    invitation: Invitation,
    method: str,
    url: str,
    headers: dict[str, str] | None = None,
    body: bytes = b"",
) -> dict[str, Any]:
    """An object that the platform answers with."""
    if not origin_of(url):
        raise RegistrationError(f"{url[:80]!r} is no web address")
    try:
        answer = call(
            invitation.internal, method, url, headers=headers or {}, body=body, limit=LONGEST
        )
        found = parsed_json(answer.body)
    except CallError as error:
        raise RegistrationError(f"{origin_of(url)} cannot be reached: {error}") from None
    except ValueError:
        raise RegistrationError(f"{origin_of(url)} did not answer with JSON") from None
    if answer.status not in (200, 201) or not isinstance(found, dict):
        raise RegistrationError(f"{origin_of(url)} answered with status {answer.status}")
    return found


def _addresses(found: dict[str, Any], configuration_url: str) -> Addresses:
    names = ("authorization_endpoint", "token_endpoint", "jwks_uri", "registration_endpoint")
    auth, token, keys, registration = (url_of(found, name) for name in names)
    issuer = text_of(found, "issuer", 500)
    missing = [
        name for name, url in zip(names, (auth, token, keys, registration), strict=True) if not url
    ]
    if missing or not issuer:
        what = ", ".join(missing or ["issuer"])
        raise RegistrationError(f"{configuration_url[:80]} does not say {what}")
    _refuse_other_host(issuer, configuration_url)
    about = found.get(PLATFORM)
    product = text_of(about, "product_family_code", 60) if isinstance(about, dict) else ""
    audience = url_of(found, "authorization_server")
    return Addresses(issuer, auth, token, keys, registration, product, audience)


def _refuse_other_host(issuer: str, configuration_url: str) -> None:
    """Some platforms are configured from another host than they speak for; but none that is
    known already."""
    same = origin_of(issuer) == origin_of(configuration_url)
    if not same and Platform.objects.filter(issuer=issuer).exists():
        raise RegistrationError(
            f"{issuer[:80]} is registered already, and this configuration is from another host"
        )


def _refuse_stranger(found: Addresses) -> None:
    """Nobody may speak for an issuer that is known with other keys."""
    others = Platform.objects.filter(issuer=found.issuer).exclude(keys_url=found.keys_url)
    if others.exists():
        raise RegistrationError(
            f"{found.issuer} is registered already, with another key set; remove the old "
            "registration first (bpgrade lti remove)"
        )


def description() -> dict[str, Any]:
    """What we say of ourselves (LTI Dynamic Registration 1.0, section 3)."""
    host = urlsplit(base()).netloc
    return {
        "application_type": "web",
        "response_types": ["id_token"],
        "grant_types": ["implicit", "client_credentials"],
        "initiate_login_uri": base() + reverse("lti-login"),
        "redirect_uris": [launch_url()],
        "jwks_uri": base() + reverse("lti-keys"),
        "client_name": NAME,
        "client_uri": base(),
        "token_endpoint_auth_method": "private_key_jwt",
        "scope": " ".join(SCOPES),
        TOOL: {
            "domain": host,
            "target_link_uri": launch_url(),
            "description": "Back-propagation exercises, graded step by step",
            "claims": ["iss", "sub", "name", "given_name", "family_name", "email"],
            "custom_parameters": {"user_idnumber": "$Person.sourcedId"},
            "messages": [
                {
                    "type": "LtiDeepLinkingRequest",
                    "target_link_uri": launch_url(),
                    "label": "Choose exercise",
                },
                {"type": "LtiResourceLinkRequest", "target_link_uri": launch_url()},
            ],
        },
    }


# by hand ---------------------------------------------------------------------------------------


def enter(
    found: Addresses, client: str, deployments: list[str], internal: bool = False, name: str = ""
) -> Platform:
    """Note a platform, or what is new about one that is known."""
    with transaction.atomic():
        platform, _ = Platform.objects.update_or_create(
            issuer=found.issuer,
            client_id=client,
            defaults={
                "auth_url": found.auth_url,
                "token_url": found.token_url,
                "keys_url": found.keys_url,
                "audience": found.audience,
                "product": found.product,
                "name": (name or origin_of(found.issuer).partition("//")[2] or found.issuer)[:200],
                "internal": internal,
                "active": True,
            },
        )
        for ident in deployments:
            allow(platform, ident)
        note(None, None, "platform.registered", platform.name, client=client)
    return platform


def allow(platform: Platform, ident: str) -> Deployment:
    """Let launches in that come from one more place where the platform installed us."""
    return Deployment.objects.get_or_create(platform=platform, ident=ident[:255])[0]
