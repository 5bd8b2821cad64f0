"""Teachers and students who come to the service from a platform."""

from __future__ import annotations

import re
from typing import Any

import jwt
from launches import CLIENT, ISSUER, Browser

from grader.web.lti import keys
from grader.web.lti.deep_linking import DEEP
from grader.web.lti.provisioning import AGS, NRPS

LEARNER = ["http://purl.imsglobal.org/vocab/lis/v2/membership#Learner"]
ASSISTANT = ["http://purl.imsglobal.org/vocab/lis/v2/membership/Instructor#TeachingAssistant"]
ADMIN = ["http://purl.imsglobal.org/vocab/lis/v2/institution/person#Administrator"]
LINEITEM = f"{ISSUER}/mod/lti/services.php/2/lineitems/13/lineitem?type_id=6"
GRADES = {
    "scope": ["https://purl.imsglobal.org/spec/lti-ags/scope/score"],
    "lineitems": f"{ISSUER}/mod/lti/services.php/2/lineitems?type_id=6",
    "lineitem": LINEITEM,
}
NAMES = {"context_memberships_url": f"{ISSUER}/members", "service_versions": ["2.0"]}
BACK = f"{ISSUER}/mod/lti/contentitem_return.php?course=2"


def teacher(**other: Any) -> tuple[Browser, Any]:
    """A teacher's launch, and what it leads to."""
    browser = Browser()
    return browser, browser.arrive(**{AGS: GRADES, NRPS: NAMES, "name": "Tea Cher", **other})


def student(sub: str = "7", **other: Any) -> tuple[Browser, Any]:
    """A student's launch, and what it leads to."""
    browser = Browser()
    told = {"sub": sub, "roles": LEARNER, AGS: GRADES, "name": f"Student {sub}"}
    return browser, browser.arrive(**(told | other))


def choosing(**settings: Any) -> Browser:
    """A teacher whom the platform sends to choose."""
    asked = {
        "accept_types": ["ltiResourceLink"],
        "accept_multiple": True,
        "deep_link_return_url": BACK,
        "data": "opaque",
        **settings,
    }
    browser, answer = teacher(
        message_type="LtiDeepLinkingRequest",
        resource_link=None,
        **{f"{DEEP}deep_linking_settings": asked},
    )
    assert answer["Location"].startswith("/lti/choose/?")
    return browser


def returned(page: Any) -> dict[str, Any]:
    """The claims of the form that goes back, checked by our published key."""
    text = page.content.decode()
    assert f'action="{BACK}"' in text.replace("&amp;", "&")
    token = re.search(r'name="JWT" value="([^"]+)"', text)
    assert token
    published_keys = jwt.PyJWKSet.from_dict(keys.public_keys())
    kid = jwt.get_unverified_header(token[1])["kid"]
    return dict(
        jwt.decode(
            token[1],
            published_keys[kid].key,
            algorithms=["RS256"],
            audience=ISSUER,
            issuer=CLIENT,
            options={"require": ["exp", "iat", "nonce"]},
        )
    )
