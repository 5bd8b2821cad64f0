"""A small learning platform that speaks LTI 1.3, on loopback, as Moodle was measured to speak it.

It registers tools, launches them, and offers grades, line items, results, and names and roles.
`platform.fault(...)` has an endpoint misbehave. Nothing is kept when it ends.
"""

from __future__ import annotations

import base64
import html
import itertools
import json
import secrets
import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import datetime
from functools import lru_cache
from html.parser import HTMLParser
from typing import Any
from urllib.parse import parse_qsl, urlencode, urlsplit

import jwt
from cryptography.hazmat.primitives.asymmetric import rsa
from werkzeug import Request, Response
from werkzeug.exceptions import HTTPException
from werkzeug.routing import Map, Rule
from werkzeug.serving import WSGIRequestHandler, make_server

CLAIM = "https://purl.imsglobal.org/spec/lti/claim/"
DEEP = "https://purl.imsglobal.org/spec/lti-dl/claim/"
AGS = "https://purl.imsglobal.org/spec/lti-ags/claim/endpoint"
NRPS = "https://purl.imsglobal.org/spec/lti-nrps/claim/namesroleservice"
TOOL = "https://purl.imsglobal.org/spec/lti-tool-configuration"
PLATFORM = "https://purl.imsglobal.org/spec/lti-platform-configuration"
SCORE = "https://purl.imsglobal.org/spec/lti-ags/scope/score"
RESULT = "https://purl.imsglobal.org/spec/lti-ags/scope/result.readonly"
LINEITEM = "https://purl.imsglobal.org/spec/lti-ags/scope/lineitem"
LINEITEM_READ = "https://purl.imsglobal.org/spec/lti-ags/scope/lineitem.readonly"
MEMBERS = "https://purl.imsglobal.org/spec/lti-nrps/scope/contextmembership.readonly"
SCOPES = (LINEITEM, LINEITEM_READ, RESULT, SCORE, MEMBERS)
MEMBERSHIP = "http://purl.imsglobal.org/vocab/lis/v2/membership#"
ADMIN = "http://purl.imsglobal.org/vocab/lis/v2/institution/person#Administrator"
SCORE_TYPE = "application/vnd.ims.lis.v1.score+json"
ITEM_TYPE = "application/vnd.ims.lis.v2.lineitem+json"
JWT_BEARER = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
TYPE_ID = "6"

URLS = Map(
    [
        Rule("/mod/lti/view.php", endpoint="view"),
        Rule("/mod/lti/launch.php", endpoint="start"),
        Rule("/mod/lti/openid-configuration.php", endpoint="configuration"),
        Rule("/mod/lti/openid-registration.php", endpoint="registration"),
        Rule("/mod/lti/auth.php", endpoint="auth"),
        Rule("/mod/lti/certs.php", endpoint="jwks"),
        Rule("/mod/lti/token.php", endpoint="token"),
        Rule("/mod/lti/contentitem_return.php", endpoint="chosen"),
        Rule("/mod/lti/services.php/<context>/lineitems", endpoint="lineitems"),
        Rule("/mod/lti/services.php/<context>/lineitems/<item>/lineitem", endpoint="lineitem"),
        Rule("/mod/lti/services.php/<context>/lineitems/<item>/lineitem/scores", endpoint="score"),
        Rule(
            "/mod/lti/services.php/<context>/lineitems/<item>/lineitem/results",
            endpoint="results",
        ),
        Rule(
            "/mod/lti/services.php/CourseSection/<context>/bindings/<type>/memberships",
            endpoint="members",
        ),
    ]
)


@dataclass
class Person:
    """Somebody on the platform; `sub` is its number of them."""

    sub: str
    name: str
    role: str = "Learner"
    """`Learner`, `Instructor`, `Administrator` or another word of the vocabulary."""
    email: str = ""
    sourcedid: str = ""

    @property
    def roles(self) -> list[str]:
        """As tokens give them."""
        if self.role == "Administrator":
            return [ADMIN, f"{MEMBERSHIP}Instructor", f"{MEMBERSHIP}Administrator"]
        return [f"{MEMBERSHIP}{self.role}"]


@dataclass
class Grade:
    """What the gradebook shows."""

    score: float | None
    """Scaled to the item's maximum; None after it was wiped."""
    comment: str
    stamp: float
    """Unix time of the score's timestamp."""
    given: tuple[float, float] | None = None
    """Score and maximum as they were sent."""


@dataclass
class Item:
    """A column of the gradebook."""

    id: str
    context: str
    label: str
    most: float
    resource: str = ""
    tag: str = ""
    link: str = ""
    grades: dict[str, Grade] = field(default_factory=dict)


@dataclass
class Link:
    """An activity that opens the tool."""

    id: str
    context: str
    title: str = "BP exercise"
    custom: dict[str, str] = field(default_factory=dict)
    item: str = ""
    """Its line item; '' for one without grades."""
    target: str = ""
    """Where it leads; '' for the tool's usual address."""


@dataclass
class Known:
    """A tool that has registered."""

    client_id: str
    deployment: str
    login_uri: str
    redirect_uris: list[str]
    jwks_uri: str
    active: bool = True
    keys: dict[str, Any] | None = None
    """Its key set, where it cannot be fetched: a tool that runs inside a test."""
    document: dict[str, Any] = field(default_factory=dict)


@dataclass
class Fault:
    """How an endpoint misbehaves, and how often.

    status   answers with it and does nothing
    cut      ends the connection and does nothing
    lost     does it, and ends the connection
    hang     does nothing, and says nothing until `release`
    stored   does it, and says nothing until `release`
    drip     sends a byte now and then until `release`
    hold     ends the connection; what was asked is done at `deliver`
    """

    kind: str
    times: int = 1
    status: int = 500
    headers: dict[str, str] = field(default_factory=dict)
    body: bytes = b""
    only: Callable[[Request], bool] = lambda request: True


@dataclass
class Seen:
    """A request, and what it was answered; 0 for none."""

    endpoint: str
    method: str
    path: str
    headers: dict[str, str]
    body: bytes
    status: int = 0
    at: float = field(default_factory=time.time)


class Quiet(WSGIRequestHandler):
    """Writes no log; a client that is gone is no error."""

    def log(self, *args: Any, **kwargs: Any) -> None:
        """Nothing."""

    def handle(self) -> None:
        """One connection."""
        with suppress(OSError, ValueError):
            super().handle()


_made = itertools.count()


@lru_cache(2)
def _key(number: int) -> rsa.RSAPrivateKey:
    """A key pair takes a while to find: of two platforms in a row each has another one."""
    return rsa.generate_private_key(public_exponent=65537, key_size=2048)


class Platform:
    """The platform; runs between `platform()`'s enter and exit.

    Args:
        tool: the tool's own address, such as `http://testserver`.
        clock: Unix time.
    """

    def __init__(self, tool: str, clock: Callable[[], float] = time.time) -> None:
        self.tool_url, self.clock = tool.rstrip("/"), clock
        self.server = make_server("127.0.0.1", 0, self, threaded=True, request_handler=Quiet)
        self.server.daemon_threads = True
        self.url = f"http://127.0.0.1:{self.server.server_port}"
        self.issuer = self.url
        self.kid = "platform-key-1"
        self.key = _key(next(_made) % 2)
        self.people: dict[str, Person] = {}
        self.enrolled: dict[str, list[str]] = {}
        self.items: dict[str, Item] = {}
        self.links: dict[str, Link] = {}
        self.tools: dict[str, Known] = {}
        self.tokens: dict[str, tuple[set[str], float]] = {}
        self.invitations: set[str] = set()
        self.seen: list[Seen] = []
        self.chosen: list[dict[str, Any]] = []
        """Content of each deep linking response that was good."""
        self.claims: dict[str, Any] = {}
        """Put over the claims of every launch; None leaves one out."""
        self.scopes = list(SCOPES)
        """What tools are allowed."""
        self.page: int | None = None
        """Members of a page, where the platform pages without being asked."""
        self.down_until = 0.0
        """By the clock: until then every connection ends without an answer."""
        self._faults: dict[str, list[Fault]] = {}
        self._held: list[Callable[[], Response]] = []
        self._released = threading.Event()
        self._lock = threading.RLock()
        self._jtis: set[str] = set()
        self._numbers = itertools.count(5)

    # what is there -----------------------------------------------------------------------

    def person(self, sub: str, role: str = "Learner", course: str = "2", **more: Any) -> Person:
        """Somebody in a course."""
        name = more.pop("name", f"Name of {sub}")
        found = Person(sub, name, role, more.pop("email", f"p{sub}@example.org"), **more)
        self.people[sub] = found
        self.enrolled.setdefault(course, []).append(sub)
        return found

    def item(self, course: str = "2", most: float = 10.0, **more: Any) -> Item:
        """A column."""
        made = Item(str(next(self._numbers)), course, more.pop("label", "Column"), most, **more)
        self.items[made.id] = made
        return made

    def link(self, course: str = "2", graded: bool = True, **more: Any) -> Link:
        """An activity, with its column."""
        made = Link(str(next(self._numbers)), course, **more)
        if graded:
            made.item = self.item(course, label=made.title, link=made.id).id
        self.links[made.id] = made
        return made

    def by_hand(self, keys: dict[str, Any] | None = None, **more: Any) -> Known:
        """A tool that an administrator has entered."""
        known = Known(
            secrets.token_hex(7) + "x",
            TYPE_ID,
            f"{self.tool_url}/lti/login",
            [f"{self.tool_url}/lti/launch"],
            f"{self.tool_url}/lti/jwks",
            keys=keys,
            **more,
        )
        self.tools[known.client_id] = known
        return known

    @property
    def tool(self) -> Known:
        """The tool that was registered last."""
        return list(self.tools.values())[-1]

    def as_model(self) -> Any:
        """A row of ours about this platform and the tool registered last."""
        from grader.web.lti import models

        made = models.Platform.objects.create(
            issuer=self.issuer,
            client_id=self.tool.client_id,
            name="Example platform",
            product="moodle",
            auth_url=f"{self.url}/mod/lti/auth.php",
            token_url=f"{self.url}/mod/lti/token.php",
            keys_url=f"{self.url}/mod/lti/certs.php",
            internal=True,
        )
        models.Deployment.objects.create(platform=made, ident=self.tool.deployment)
        return made

    def invite(self) -> str:
        """What the platform adds to a registration address: `?openid_configuration=...&...`."""
        token = secrets.token_urlsafe(24)
        self.invitations.add(token)
        where = f"{self.url}/mod/lti/openid-configuration.php"
        return "?" + urlencode({"openid_configuration": where, "registration_token": token})

    def item_url(self, item: Item | str) -> str:
        """The address of a column."""
        found = self.items[item if isinstance(item, str) else item.id]
        base = f"{self.url}/mod/lti/services.php/{found.context}/lineitems"
        return f"{base}/{found.id}/lineitem?type_id={TYPE_ID}"

    def items_url(self, course: str = "2") -> str:
        """The address of a course's columns."""
        return f"{self.url}/mod/lti/services.php/{course}/lineitems?type_id={TYPE_ID}"

    def members_url(self, course: str = "2") -> str:
        """The address of a course's names and roles."""
        base = f"{self.url}/mod/lti/services.php/CourseSection"
        return f"{base}/{course}/bindings/{TYPE_ID}/memberships"

    def asked(self, endpoint: str) -> list[Seen]:
        """The requests that came to an endpoint."""
        return [one for one in self.seen if one.endpoint == endpoint]

    # misbehaving -------------------------------------------------------------------------

    def fault(self, endpoint: str, kind: str, **more: Any) -> Fault:
        """Have an endpoint misbehave, the next time or several times; see `Fault`."""
        made = Fault(kind, **more)
        with self._lock:
            self._faults.setdefault(endpoint, []).append(made)
        return made

    def heal(self) -> None:
        """End all faults."""
        with self._lock:
            self._faults.clear()
        self.release()

    def release(self) -> None:
        """End all silence."""
        self._released.set()
        self._released = threading.Event()

    def deliver(self) -> list[int]:
        """Do what was held back, the latest first; the statuses that nobody gets."""
        with self._lock:
            held, self._held = self._held[::-1], []
        return [work().status_code for work in held]

    def _fault_for(self, endpoint: str, request: Request) -> Fault | None:
        with self._lock:
            for fault in self._faults.get(endpoint, []):
                if fault.times > 0 and fault.only(request):
                    fault.times -= 1
                    return fault
        return None

    # serving -----------------------------------------------------------------------------

    def __call__(self, environ: dict[str, Any], start: Any) -> Any:
        """As WSGI has it."""
        request = Request(environ)
        if self.clock() < self.down_until:
            raise _cut(environ)
        body = request.get_data(cache=True)
        adapter = URLS.bind_to_environ(environ)
        try:
            endpoint, values = adapter.match()
        except HTTPException as error:
            return error.get_response(environ)(environ, start)
        path = environ.get("REQUEST_URI", request.full_path)
        seen = Seen(endpoint, request.method, path, dict(request.headers), body)
        self.seen.append(seen)

        def work() -> Response:
            with self._lock:
                return getattr(self, f"_{endpoint}")(request, **values)

        fault = self._fault_for(endpoint, request)
        answer = self._misbehaved(fault, work, environ) if fault else work()
        seen.status = answer.status_code
        return answer(environ, start)

    def _misbehaved(
        self, fault: Fault, work: Callable[[], Response], environ: dict[str, Any]
    ) -> Response:
        if fault.kind == "status":
            return Response(fault.body, fault.status, fault.headers)
        if fault.kind == "drip":
            return Response(self._drops(), 200, {"Content-Length": "1000"})
        if fault.kind == "hold":
            self._held.append(work)
        if fault.kind in ("lost", "stored"):
            work()
        if fault.kind in ("hang", "stored"):
            self._released.wait(30)
        raise _cut(environ)

    def _drops(self) -> Iterator[bytes]:
        released = self._released
        for _ in range(1000):
            if released.wait(0.05):
                return
            yield b" "

    # keys and tokens ---------------------------------------------------------------------

    def _jwks(self, request: Request) -> Response:
        return _json(self.public_keys())

    def public_keys(self) -> dict[str, Any]:
        """Its key set: one key."""
        return {"keys": [as_jwk(self.key, self.kid)]}

    def _configuration(self, request: Request) -> Response:
        return _json(
            {
                "issuer": self.issuer,
                "token_endpoint": f"{self.url}/mod/lti/token.php",
                "token_endpoint_auth_methods_supported": ["private_key_jwt"],
                "token_endpoint_auth_signing_alg_values_supported": ["RS256"],
                "jwks_uri": f"{self.url}/mod/lti/certs.php",
                "authorization_endpoint": f"{self.url}/mod/lti/auth.php",
                "registration_endpoint": f"{self.url}/mod/lti/openid-registration.php",
                "scopes_supported": list(SCOPES),
                "response_types_supported": ["id_token"],
                "subject_types_supported": ["public", "pairwise"],
                "id_token_signing_alg_values_supported": ["RS256"],
                "claims_supported": ["sub", "iss", "name", "given_name", "family_name", "email"],
                PLATFORM: {
                    "product_family_code": "moodle",
                    "version": "2024100706",
                    "messages_supported": [
                        {"type": "LtiResourceLinkRequest"},
                        {"type": "LtiDeepLinkingRequest", "placements": ["ContentArea"]},
                    ],
                    "variables": ["ResourceLink.id", "User.id", "Context.id"],
                },
            }
        )

    def _registration(self, request: Request) -> Response:
        token = request.headers.get("Authorization", "").removeprefix("Bearer ")
        if request.method != "POST" or token not in self.invitations:
            return _json({"error": "invalid_token"}, 401)
        self.invitations.discard(token)
        doc = json.loads(request.get_data())
        known = Known(
            secrets.token_hex(7) + "r",
            TYPE_ID,
            doc["initiate_login_uri"],
            doc["redirect_uris"],
            doc["jwks_uri"],
            active=False,
            document=doc,
        )
        self.tools[known.client_id] = known
        stated = {**doc, "client_id": known.client_id}
        stated[TOOL] = {**doc[TOOL], "deployment_id": known.deployment}
        return _json(stated)

    def _token(self, request: Request) -> Response:
        form = request.form
        if form.get("grant_type") != "client_credentials":
            return _broken("unsupported_grant_type")
        if form.get("client_assertion_type") != JWT_BEARER:
            return _broken("invalid_request")
        try:
            tool = self._checked_assertion(form.get("client_assertion", ""))
        except _NoKeysError:
            words = b"<html>fix_jwks_alg(): Argument #1 ($jwks) must be of type array, null given"
            return Response(words, 404, {"Content-Type": "text/html"})
        except (jwt.PyJWTError, LookupError, ValueError) as error:
            return _broken(f'"{error}" invalid, unable to look up correct key')
        granted = set(form.get("scope", "").split()) & set(self.scopes)
        if not granted or not tool.active:
            return _json({"error": "invalid_scope"}, 400)
        made = secrets.token_hex(16)
        self.tokens[made] = (granted, self.clock() + 3600)
        answer = {"access_token": made, "token_type": "Bearer", "expires_in": 3600}
        answer["scope"] = " ".join(sorted(granted))
        return Response(json.dumps(answer), 200, {"Content-Type": "text/html; charset=utf-8"})

    def _checked_assertion(self, assertion: str) -> Known:
        claimed = jwt.decode(assertion, options={"verify_signature": False})
        tool = self.tools[claimed["iss"]]
        claims = self.verified(tool, assertion, f"{self.url}/mod/lti/token.php")
        if claims["sub"] != tool.client_id or claims["jti"] in self._jtis:
            raise ValueError("jti")
        self._jtis.add(claims["jti"])
        return tool

    def verified(self, tool: Known, token: str, audience: str) -> dict[str, Any]:
        """The claims of something that a tool has signed."""
        kid = jwt.get_unverified_header(token)["kid"]
        for one in self._keys_of(tool)["keys"]:
            if one["kid"] == kid:
                key = jwt.PyJWK(one, "RS256").key
                return jwt.decode(
                    token,
                    key,
                    ["RS256"],
                    audience=audience,
                    issuer=tool.client_id,
                    options={"require": ["exp", "iat", "iss", "aud"]},
                )
        raise LookupError("kid")

    def _keys_of(self, tool: Known) -> dict[str, Any]:
        if tool.keys is not None:
            return tool.keys
        import urllib.request

        try:
            with urllib.request.urlopen(tool.jwks_uri, timeout=5) as answer:
                return dict(json.load(answer))
        except (OSError, ValueError):
            raise _NoKeysError from None

    def _refused(self, request: Request, *scopes: str) -> Response | None:
        """The answer to whoever has no token for any of these scopes."""
        token = request.headers.get("Authorization", "").removeprefix("Bearer ")
        granted, until = self.tokens.get(token, (set(), 0.0))
        if until <= self.clock():
            return _json({"error": "invalid_token"}, 401)
        return None if granted & set(scopes) else _json({"error": "no scope"}, 401)

    # grades ------------------------------------------------------------------------------

    def _score(self, request: Request, context: str, item: str) -> Response:
        if refused := self._refused(request, SCORE):
            return refused
        found = self.items.get(item)
        if found is None or found.context != context:
            return _json([], 404)
        if request.args.get("type_id") != TYPE_ID or request.method != "POST":
            return _json([], 400)
        if request.headers.get("Content-Type") != SCORE_TYPE:
            return _json([], 400)
        return self._scored(found, request.get_data())

    def _scored(self, item: Item, data: bytes) -> Response:
        try:
            doc = json.loads(data)
            stamp = datetime.fromisoformat(doc["timestamp"]).timestamp()
            progress = (doc["activityProgress"], doc["gradingProgress"])
            most = float(doc["scoreMaximum"]) if "scoreGiven" in doc else 1.0
            person = self.people[doc["userId"]]
        except (ValueError, KeyError, TypeError):
            return _json([], 400)
        if person.role != "Learner" or most <= 0:
            return _json([], 400)
        before = item.grades.get(person.sub)
        if before and int(stamp) <= int(before.stamp):
            return _json([], 409)
        if progress[1] != "FullyGraded" or doc.get("scoreGiven") is None:
            item.grades[person.sub] = Grade(None, "", stamp)
            return Response(b"", 200)
        given = float(doc["scoreGiven"])
        share = min(1.0, max(0.0, given / most))
        comment = str(doc.get("comment", ""))
        item.grades[person.sub] = Grade(share * item.most, comment, stamp, (given, most))
        return Response(b"", 200)

    def _results(self, request: Request, context: str, item: str) -> Response:
        if refused := self._refused(request, RESULT):
            return refused
        found = self.items.get(item)
        if found is None:
            return _json([], 404)
        rows = [
            {
                "id": f"{self.item_url(found)}/results?user_id={sub}",
                "userId": sub,
                "resultScore": grade.score,
                "resultMaximum": found.most,
                "comment": grade.comment,
                "scoreOf": self.item_url(found),
                "timestamp": datetime.fromtimestamp(grade.stamp).astimezone().isoformat(),
            }
            for sub, grade in found.grades.items()
            if grade.score is not None
        ]
        wanted = request.args.get("user_id")
        return _json([row for row in rows if wanted in (None, row["userId"])])

    def _lineitems(self, request: Request, context: str) -> Response:
        reading = request.method == "GET"
        scopes = (LINEITEM, LINEITEM_READ) if reading else (LINEITEM,)
        if refused := self._refused(request, *scopes):
            return refused
        if not reading:
            return self._made_item(context, request)
        found = [one for one in self.items.values() if one.context == context]
        for name, attribute in (("resource_id", "resource"), ("tag", "tag")):
            if wanted := request.args.get(name):
                found = [one for one in found if getattr(one, attribute) == wanted]
        headers = {"Content-Type": "application/vnd.ims.lis.v2.lineitemcontainer+json"}
        if "limit" in request.args:  # what Moodle sends cannot be read
            found = found[: int(request.args["limit"])]
            headers["Link"] = "<http://x/?a=1&amp;from=2>; rel=“next”".encode().decode("latin-1")
        return Response(json.dumps([self._item_json(one) for one in found]), 200, headers)

    def _made_item(self, context: str, request: Request) -> Response:
        if request.headers.get("Content-Type") != ITEM_TYPE:
            return _json([], 400)
        doc = json.loads(request.get_data())
        made = self.item(
            context,
            float(doc["scoreMaximum"]),
            label=doc["label"],
            resource=doc.get("resourceId", ""),
            tag=doc.get("tag", ""),
            link=doc.get("resourceLinkId", ""),
        )
        return Response(json.dumps(self._item_json(made)), 201, {"Content-Type": ITEM_TYPE})

    def _lineitem(self, request: Request, context: str, item: str) -> Response:
        if refused := self._refused(request, LINEITEM):
            return refused
        found = self.items.get(item)
        if found is None:
            return _json([], 404)
        if request.method == "DELETE":  # of the activity's own item as well
            del self.items[item]
            return Response(b"", 204)
        if request.method == "PUT":
            doc = json.loads(request.get_data())
            found.label, found.most = doc["label"], float(doc["scoreMaximum"])
        return Response(json.dumps(self._item_json(found)), 200, {"Content-Type": ITEM_TYPE})

    def _item_json(self, item: Item) -> dict[str, Any]:
        doc: dict[str, Any] = {"id": self.item_url(item), "label": item.label}
        doc |= {"scoreMaximum": item.most, "resourceId": item.resource, "tag": item.tag}
        return doc | ({"resourceLinkId": item.link} if item.link else {})

    # names and roles ---------------------------------------------------------------------

    def _members(self, request: Request, context: str, type: str) -> Response:
        if refused := self._refused(request, MEMBERS):
            return refused
        if context not in self.enrolled:
            return _json([], 404)
        subs = self.enrolled[context]
        begin = int(request.args.get("from", 0))
        limit = min(int(request.args.get("limit", 0)) or 10**9, self.page or 10**9)
        headers = {
            "Content-Type": "application/vnd.ims.lti-nrps.v2.membershipcontainer+json",
        }
        if begin + limit < len(subs):
            where = f"{self.members_url(context)}?limit={limit}&from={begin + limit}"
            headers["Link"] = f'<{where}>; rel="next"'
        rows = [_member(self.people[sub]) for sub in subs[begin : begin + limit]]
        body = {"id": self.members_url(context), "context": {"id": context}, "members": rows}
        return Response(json.dumps(body), 200, headers)

    # launches ----------------------------------------------------------------------------

    def launch(self, client: Any, person: Person | str, link: Link | str, **more: Any) -> Any:
        """Open an activity as a browser does.

        Args:
            client: Django's test client, or a session of requests, which has the browser's
                cookies.
            person: who clicks.
            link: on what.
            more: claims of this launch that differ.

        Returns:
            The tool's answer to the launch itself; redirects of it are not followed.
        """
        page = self.begun(client, person, link)
        return self.finished(client, page, **more)

    def begun(self, client: Any, person: Person | str, link: Link | str) -> Any:
        """The first half: the tool's answer to the login, which leads to the platform."""
        sub = person if isinstance(person, str) else person.sub
        found = self.links[link if isinstance(link, str) else link.id]
        return self._login(client, sub, {"link": found.id}, found.target)

    def choosing(self, client: Any, person: Person | str, course: str = "2", **more: Any) -> Any:
        """Deep linking: the tool's page on which something is chosen."""
        sub = person if isinstance(person, str) else person.sub
        return self.finished(client, self._login(client, sub, {"course": course}, ""), **more)

    def _login(self, client: Any, sub: str, hint: dict[str, str], target: str) -> Any:
        return _posted(client, self.tool.login_uri, self._initiation(sub, hint, target))

    def _initiation(self, sub: str, hint: dict[str, str], target: str) -> dict[str, str]:
        tool = self.tool
        return {
            "iss": self.issuer,
            "target_link_uri": target or tool.redirect_uris[0],
            "login_hint": sub,
            "lti_message_hint": json.dumps(hint),
            "client_id": tool.client_id,
            "lti_deployment_id": tool.deployment,
        }

    def finished(self, client: Any, begun: Any, **more: Any) -> Any:
        """The second half: from the tool's answer to the login on."""
        where = begun.headers.get("Location", "")
        assert begun.status_code in (302, 303), (begun.status_code, _text(begun)[:500])
        assert where.startswith(f"{self.url}/mod/lti/auth.php?"), where
        answer = self.authorized(dict(parse_qsl(urlsplit(where).query)), more)
        assert answer.status_code == 200, answer.get_data(as_text=True)
        action, fields = form_of(answer.get_data(as_text=True))
        return _posted(client, action, fields)

    def page_url(self, person: Person | str, link: Link | str = "", course: str = "2") -> str:
        """A page of the platform for a browser: the activity in a frame, or the choice of one.

        Args:
            person: who is logged in there.
            link: the activity; '' for deep linking in a course.
            course: of the choice.
        """
        sub = person if isinstance(person, str) else person.sub
        hint = {"link": link if isinstance(link, str) else link.id} if link else {"course": course}
        return f"{self.url}/mod/lti/view.php?" + urlencode({"sub": sub, **hint})

    def _view(self, request: Request) -> Response:
        where = html.escape("/mod/lti/launch.php?" + request.query_string.decode())
        frame = f'<iframe src="{where}" title="tool" width="1000" height="800"></iframe>'
        window = f'<p><a href="{where}" target="_blank">In a window of its own</a></p>'
        page = f"<!DOCTYPE html><title>Platform</title><h1>Platform</h1>{window}{frame}"
        return Response(page, 200, {"Content-Type": "text/html; charset=utf-8"})

    def _start(self, request: Request) -> Response:
        hint = dict(request.args)
        sub = hint.pop("sub")
        link = self.links.get(hint.get("link", ""))
        asked = self._initiation(sub, hint, link.target if link else "")
        return _form(self.tool.login_uri, asked)

    def _auth(self, request: Request) -> Response:
        return self.authorized(dict(request.values), {})

    def authorized(self, asked: dict[str, str], more: dict[str, Any]) -> Response:
        """The page with the form that brings the token, or an error, to the tool."""
        tool = self.tools.get(asked.get("client_id", ""))
        redirect = asked.get("redirect_uri", "")
        if tool is None or redirect not in tool.redirect_uris:
            return Response("<h1>Not found</h1>", 404, {"Content-Type": "text/html"})
        state = {"state": asked["state"]} if "state" in asked else {}
        if error := self._auth_error(tool, asked):
            return _form(redirect, {"error": error, **state})
        hint = json.loads(asked["lti_message_hint"])
        claims = self._claims(tool, self.people[asked["login_hint"]], hint, asked["nonce"])
        return _form(redirect, {"id_token": self.signed({**claims, **more}), **state})

    def _auth_error(self, tool: Known, asked: dict[str, str]) -> str:
        must = {
            "scope": "openid",
            "response_type": "id_token",
            "response_mode": "form_post",
            "prompt": "none",
        }
        if any(asked.get(name) != value for name, value in must.items()):
            return "invalid_request"
        if not asked.get("nonce") or not asked.get("lti_message_hint"):
            return "invalid_request"
        if not tool.active:
            return "unauthorized_client"
        return "" if asked.get("login_hint") in self.people else "access_denied"

    def signed(self, claims: dict[str, Any], **header: Any) -> str:
        """A token of the platform; claims that are None are left out."""
        every = {**claims, **self.claims}
        kept = {name: value for name, value in every.items() if value is not None}
        return jwt.encode(kept, self.key, "RS256", headers={"kid": self.kid, **header})

    def _claims(
        self, tool: Known, person: Person, hint: dict[str, str], nonce: str
    ) -> dict[str, Any]:
        link = self.links.get(hint.get("link", ""))
        course = link.context if link else hint["course"]
        now = int(self.clock())
        first, _, last = person.name.partition(" ")
        target = (link.target if link else "") or tool.redirect_uris[0]
        claims: dict[str, Any] = {
            "iss": self.issuer,
            "aud": tool.client_id,
            "sub": person.sub,
            "iat": now,
            "exp": now + 60,
            "nonce": nonce,
            "name": person.name,
            "given_name": first,
            "family_name": last,
            "email": person.email,
            f"{CLAIM}version": "1.3.0",
            f"{CLAIM}deployment_id": tool.deployment,
            f"{CLAIM}target_link_uri": target,
            f"{CLAIM}roles": person.roles,
            f"{CLAIM}lis": {
                "person_sourcedid": person.sourcedid,
                "course_section_sourcedid": f"BP{course}",
            },
            f"{CLAIM}ext": {"lms": "moodle-2", "user_username": f"user{person.sub}"},
            **self._about(course),
        }
        return claims | (self._linked(link) if link else self._choice(course))

    def _about(self, course: str) -> dict[str, Any]:
        return {
            f"{CLAIM}context": {
                "id": course,
                "label": f"BP{course}",
                "title": f"Back-propagation {course}",
                "type": ["CourseSection"],
            },
            f"{CLAIM}launch_presentation": {
                "document_target": "window",
                "locale": "en",
                "return_url": f"{self.url}/mod/lti/return.php",
            },
            f"{CLAIM}tool_platform": {
                "guid": "example",
                "name": "Example platform",
                "product_family_code": "moodle",
                "version": "2024100706",
            },
            NRPS: {
                "context_memberships_url": self.members_url(course),
                "service_versions": ["1.0", "2.0"],
            },
        }

    def _linked(self, link: Link) -> dict[str, Any]:
        endpoint: dict[str, Any] = {
            "scope": [scope for scope in self.scopes if scope != MEMBERS],
            "lineitems": self.items_url(link.context),
        }
        if link.item:
            endpoint["lineitem"] = self.item_url(link.item)
        return {
            f"{CLAIM}message_type": "LtiResourceLinkRequest",
            f"{CLAIM}resource_link": {"id": link.id, "title": link.title, "description": ""},
            f"{CLAIM}custom": {**link.custom, "due": "$ResourceLink.submission.endDateTime"},
            AGS: endpoint,
        }

    def _choice(self, course: str) -> dict[str, Any]:
        where = f"{self.url}/mod/lti/contentitem_return.php?course={course}"
        return {
            f"{CLAIM}message_type": "LtiDeepLinkingRequest",
            f"{DEEP}deep_linking_settings": {
                "deep_link_return_url": where,
                "accept_types": ["ltiResourceLink"],
                "accept_presentation_document_targets": ["frame", "iframe", "window"],
                "accept_multiple": True,
                "auto_create": False,
                "data": "opaque",
            },
        }

    def _chosen(self, request: Request) -> Response:
        token = request.form.get("JWT", "")
        try:
            claimed = jwt.decode(token, options={"verify_signature": False})
            tool = self.tools[claimed["iss"]]
            claims = self.verified(tool, token, self.issuer)
            assert claims[f"{CLAIM}message_type"] == "LtiDeepLinkingResponse"
            assert claims[f"{CLAIM}version"] == "1.3.0"
            assert claims[f"{CLAIM}deployment_id"] == tool.deployment
            assert claims["nonce"]
            assert claims.get(f"{DEEP}data", "opaque") == "opaque"
            items = claims[f"{DEEP}content_items"]
        except (jwt.PyJWTError, LookupError, AssertionError, ValueError) as error:
            return Response(f"<h1>{html.escape(repr(error))}</h1>", 400)
        self.chosen.append(claims)
        course = request.args.get("course", "2")
        for one in items:
            self._placed(course, one)
        return Response("<h1>Taken</h1>", 200, {"Content-Type": "text/html"})

    def _placed(self, course: str, one: dict[str, Any]) -> Link:
        made = self.link(
            course,
            graded=False,
            title=one.get("title", ""),
            custom=one.get("custom", {}),
            target=one.get("url", ""),
        )
        if column := one.get("lineItem"):
            made.item = self.item(
                course,
                float(column["scoreMaximum"]),
                label=column.get("label", made.title),
                resource=column.get("resourceId", ""),
                tag=column.get("tag", ""),
                link=made.id,
            ).id
        return made


@contextmanager
def platform(tool: str = "http://testserver", **more: Any) -> Iterator[Platform]:
    """A platform that runs for a block."""
    made = Platform(tool, **more)
    thread = threading.Thread(target=made.server.serve_forever, args=(0.02,), daemon=True)
    thread.start()
    try:
        yield made
    finally:
        made.heal()
        made.server.shutdown()
        thread.join(10)
        made.server.server_close()


class _NoKeysError(Exception):
    """The tool's key set cannot be fetched."""


def as_jwk(key: rsa.RSAPrivateKey, kid: str) -> dict[str, str]:
    """The public half of a key."""
    numbers = key.public_key().public_numbers()
    return {
        "kty": "RSA",
        "alg": "RS256",
        "use": "sig",
        "kid": kid,
        "e": _packed(numbers.e),
        "n": _packed(numbers.n),
    }


def _packed(number: int) -> str:
    data = number.to_bytes((number.bit_length() + 7) // 8, "big")
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def _cut(environ: dict[str, Any]) -> ConnectionAbortedError:
    """End the connection without an answer; to be raised, as if it were the client's doing."""
    with suppress(OSError):
        environ["werkzeug.socket"].shutdown(socket.SHUT_RDWR)
    return ConnectionAbortedError()


def _json(doc: Any, status: int = 200) -> Response:
    return Response(json.dumps(doc), status, {"Content-Type": "application/json"})


def _broken(error: str) -> Response:
    """An error as Moodle writes it: no valid JSON where the error has quotes."""
    return Response(f'{{"error" : "{error}"}}', 400, {"Content-Type": "text/html"})


def _member(person: Person) -> dict[str, Any]:
    first, _, last = person.name.partition(" ")
    return {
        "status": "Active",
        "roles": [role.rpartition("#")[2] for role in person.roles],
        "user_id": person.sub,
        "lis_person_sourcedid": person.sourcedid,
        "name": person.name,
        "given_name": first,
        "family_name": last,
        "email": person.email,
    }


def _form(action: str, fields: dict[str, str]) -> Response:
    inputs = "".join(
        f'<input type="hidden" name="{html.escape(name)}" value="{html.escape(value)}">'
        for name, value in fields.items()
    )
    page = f'<form method="post" action="{html.escape(action)}">{inputs}</form>'
    script = "<script>document.forms[0].submit()</script>"
    return Response(page + script, 200, {"Content-Type": "text/html; charset=utf-8"})


class _Forms(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.action = ""
        self.fields: dict[str, str] = {}

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        known = {name: value or "" for name, value in attrs}
        if tag == "form":
            self.action = known.get("action", "")
        if tag == "input" and "name" in known:
            self.fields[known["name"]] = known.get("value", "")


def form_of(page: str) -> tuple[str, dict[str, str]]:
    """Where the last form of a page leads, and what its fields hold."""
    reader = _Forms()
    reader.feed(page)
    return reader.action, reader.fields


def _posted(client: Any, url: str, form: dict[str, str]) -> Any:
    """Post as the browser whose cookies the client has."""
    if hasattr(client, "mount"):  # a session of requests
        return client.post(url, data=form, allow_redirects=False, timeout=30)
    parts = urlsplit(url)
    path = parts.path + (f"?{parts.query}" if parts.query else "")
    return client.post(path, urlencode(form), "application/x-www-form-urlencoded")


def _text(answer: Any) -> str:
    return answer.text if hasattr(answer, "text") else answer.content.decode("utf-8", "replace")
