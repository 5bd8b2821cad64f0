"""A teacher chooses what a link of the platform opens: an assignment that is there, or a new one.

Two ways lead here. In deep linking the platform asks, and gets a signed answer; otherwise a
link was placed that opens nothing yet, and what is chosen is noted on our side alone.
"""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods

from grader.assignments.folder import Order
from grader.errors import CallError
from grader.web import assignments
from grader.web.assignments import note
from grader.web.class_progress import most_of
from grader.web.jobs import kinds, queue, starting
from grader.web.lti import course_linking, embedding, keys, services
from grader.web.lti.launch import CLAIM, Launch, launch_url, text_of, url_of
from grader.web.lti.models import Context
from grader.web.lti.provisioning import AGS, CUSTOM, Arrived, place
from grader.web.models import Assignment, Course, Role
from grader.web.rights import member_of
from problems.drawing import family as families
from problems.errors import SpecError
from problems.texts import shown_line

DEEP = "https://purl.imsglobal.org/spec/lti-dl/claim/"
PENDING = "chooses"
"""Key of the session: what is to be chosen, by name."""
NAME = "choice"
"""Field of the form, and of the address."""
MOST_OPEN = 20
"""Choices of one session; the oldest is forgotten."""
LONGEST_RETURN = 8_000
"""Characters of the address to return to."""
TAG = "bpgrade"
"""Of our columns in a platform's gradebook."""
LIFETIME = 300
"""Seconds that our answer is good for."""


@dataclass(frozen=True)
class Pending:
    """What a teacher is choosing for; kept in the session."""

    context: int
    deployment: str
    link: str = ""
    """The link that opens nothing yet; '' in deep linking."""
    title: str = ""
    lineitem: str = ""
    return_url: str = ""
    data: str = ""
    several: bool = False
    deep: bool = False
    """Whether the platform wants an answer."""
    columns: bool = True
    """Whether the platform takes columns of its gradebook along with links."""


def begin(request: HttpRequest, launch: Launch, arrived: Arrived) -> str:
    """Remember what is to be chosen; where the teacher goes.

    Several choices may be open in several windows, so each has a name of its own.
    """
    name = secrets.token_urlsafe(6)
    open_ones = dict(list(_open(request).items())[1 - MOST_OPEN :])
    open_ones[name] = vars(_pending(launch, arrived.context))
    request.session[PENDING] = open_ones
    return f"{reverse('lti-choose')}?{NAME}={name}"


def _open(request: HttpRequest) -> dict[str, dict[str, Any]]:
    found = request.session.get(PENDING)
    return found if isinstance(found, dict) else {}


def _pending(launch: Launch, context: Context) -> Pending:
    deployment = launch.deployment.ident
    link = launch.part("resource_link")
    if not launch.chooses:
        title = text_of(link, "title") or context.title
        lineitem = url_of(launch.part(AGS), "lineitem")
        return Pending(context.pk, deployment, text_of(link, "id"), title, lineitem)
    asked = launch.part(f"{DEEP}deep_linking_settings")
    data = asked.get("data")
    return Pending(
        context.pk,
        deployment,
        title=text_of(asked, "title"),
        return_url=url_of(asked, "deep_link_return_url", LONGEST_RETURN),
        data=data if isinstance(data, str) else "",  # the whole form has at most 64 KB
        several=asked.get("accept_multiple") is True,
        deep=True,
        columns=asked.get("accept_lineitem") is not False,
    )


def pending_of(request: HttpRequest, name: str) -> tuple[Pending, Context]:
    """What is being chosen in this window, by a teacher of the course.

    Raises:
        Http404: nothing, or by somebody else.
    """
    kept = _open(request).get(name)
    if kept is None:
        raise Http404("no such page")
    pending = Pending(**kept)
    found = Context.objects.select_related("course", "platform").filter(pk=pending.context)
    context = found.first()
    if context is None:
        raise Http404("no such page")
    member_of(request.user, context.course_id, Role.TEACHER)
    return pending, context


def _only(request: HttpRequest) -> str:
    """The choice that is meant where none is named: the only one."""
    names = list(_open(request))
    return names[0] if len(names) == 1 else ""


def _close(request: HttpRequest, name: str) -> None:
    request.session[PENDING] = {k: v for k, v in _open(request).items() if k != name}


def waiting_for(request: HttpRequest, course: Course) -> str:
    """Where a new assignment of a course is taken for a link that waits; '' if none does."""
    own = set(course.contexts.values_list("pk", flat=True))
    names = [name for name, kept in _open(request).items() if kept.get("context") in own]
    return f"{reverse('lti-choose')}?{NAME}={names[-1]}" if names else ""


@login_required
@require_http_methods(["GET", "POST"])
def choose(request: HttpRequest) -> HttpResponse:
    """The assignments of the course, and a quick way to a new one."""
    name = request.POST.get(NAME) or request.GET.get(NAME) or _only(request)
    if name not in _open(request):
        return _chosen_before(request)
    pending, context = pending_of(request, name)
    problem = ""
    chosen: list[Assignment] = []
    if request.method == "POST":
        if request.POST.get("action") == "cancel":
            return _answered(request, name, context, [])
        chosen, problem = _choice(request, pending, context)
        if chosen:
            _publish(request, chosen)
            return _answered(request, name, context, chosen)
    page = {
        "course": context.course,
        "pending": pending,
        "choice": name,
        "platform": context.platform.name or embedding.origin_of(context.platform.auth_url),
        "assignments": context.course.assignments.order_by("-created"),
        "families": [families.load(one) for one in families.names()],
        "wanted": request.POST.get("assignment") or request.GET.get("assignment", ""),
        "problem": problem,
        "form": request.POST,
    }
    return render(request, "lti/choose.html.j2", page, status=422 if problem else 200)


def _choice(
    request: HttpRequest, pending: Pending, context: Context
) -> tuple[list[Assignment], str]:
    """What was chosen or made, and what is wrong."""
    if request.POST.get("action") == "join":
        return [], _joined(request, context)
    if request.POST.get("action") == "new":
        return _made(request, context.course)
    return _chosen(request, pending, context.course)


def _chosen_before(request: HttpRequest) -> HttpResponse:
    """Chosen already, or in a window of long ago."""
    page = {
        "title": "There is nothing to choose here",
        "text": "It was chosen already, or too long ago. Go back to the platform and follow the "
        "link again.",
    }
    return render(request, "plain.html.j2", page, status=404)


def _joined(request: HttpRequest, context: Context) -> str:
    """Lead the platform's course to one that is here; what is wrong, '' if nothing."""
    try:
        course = course_linking.join(context, request.POST.get("code", ""), request.user)
    except course_linking.JoinError as error:
        return str(error)
    messages.success(request, f"This is “{course.name}” now. Choose one of its assignments.")
    return ""


def _chosen(
    request: HttpRequest, pending: Pending, course: Course
) -> tuple[list[Assignment], str]:
    ids = [one for one in request.POST.getlist("assignment") if one.isprintable()]
    wanted = ids[: 50 if pending.several else 1]
    found = list(course.assignments.filter(pk__in=wanted))
    return found, "" if found else "Choose an assignment, or make a new one."


def _made(request: HttpRequest, course: Course) -> tuple[list[Assignment], str]:
    """A new assignment with the family's own choices."""
    from grader.assignments.roster import safe_name

    title = shown_line(request.POST.get("title", ""))[:200]
    family = request.POST.get("family", "")
    if not title or not title.isprintable():
        return [], "Give the new assignment a title."
    if family not in families.names():
        return [], "Choose a family for the new assignment."
    order = Order(
        name=safe_name(title) or "assignment",
        family=family,
        definition=families.source_of(family),
        secret=secrets.token_hex(16),
    )
    try:
        if starting.large(course, order.exercises):
            job = queue.ask(request.user, kinds.planned(course, order, title, {"published": True}))
            assert job.assignment
            return [job.assignment], ""
        return [assignments.create(course, order, title, request.user)], ""
    except (SpecError, queue.FullError) as error:
        return [], str(error)


def _publish(request: HttpRequest, chosen: Sequence[Assignment]) -> None:
    """From now on the platform decides who sees the link."""
    for assignment in chosen:
        if not assignment.published and not assignment.making:
            with transaction.atomic():
                assignment.published = True
                assignment.save(update_fields=["published"])
                note(request.user, assignment.course, "assignment.published", assignment.title)


def _answered(
    request: HttpRequest, name: str, context: Context, chosen: Sequence[Assignment]
) -> HttpResponse:
    """Back to the platform with what was chosen, or to the assignment's own page."""
    pending, _ = pending_of(request, name)
    _close(request, name)
    if pending.deep:
        return _returned(request, pending, context, chosen)
    if not chosen:
        return redirect("teach-course", context.course_id)
    lineitem = pending.lineitem or _column(request, context, chosen[0])
    with transaction.atomic():
        place(context, pending.link, chosen[0], lineitem)
        note(request.user, context.course, "link.placed", chosen[0].title, link=pending.title)
    messages.success(request, f"The link of the platform now opens {chosen[0].title}.")
    return redirect("teach-assignment", chosen[0].pk)


def _column(request: HttpRequest, context: Context, assignment: Assignment) -> str:
    """A column of the gradebook, where the platform has made none and lets us; else ''."""
    if not context.lineitems_url or services.LINEITEM not in context.scopes:
        return ""
    try:
        found = services.line_item_for(
            context.platform,
            context.lineitems_url,
            resource=assignment.pk,
            tag=TAG,
            label=assignment.title,
            most=whole_of(assignment),
        )
    except CallError as error:
        messages.error(request, f"The platform has made no column for the points: {error}")
        return ""
    return found.url


def _returned(
    request: HttpRequest, pending: Pending, context: Context, chosen: Sequence[Assignment]
) -> HttpResponse:
    origin = embedding.origin_of(pending.return_url)
    if not origin:
        raise Http404("the platform gave no address to return to")
    signed = keys.sign(answer(pending, context, chosen), LIFETIME)
    page = {"address": pending.return_url, "token": signed, "chosen": chosen}
    response = render(request, "lti/return.html.j2", page)
    frame = request.session.get(embedding.FRAMED) or "'none'"
    response["Content-Security-Policy"] = embedding.policy(frame=frame, form=f"'self' {origin}")
    return response


def answer(pending: Pending, context: Context, chosen: Sequence[Assignment]) -> dict[str, Any]:
    """The claims of a deep linking response (LTI Deep Linking 2.0, section 4.1)."""
    platform = context.platform
    claims: dict[str, Any] = {
        "iss": platform.client_id,
        "aud": platform.issuer,
        "nonce": secrets.token_urlsafe(24),
        f"{CLAIM}message_type": "LtiDeepLinkingResponse",
        f"{CLAIM}version": "1.3.0",
        f"{CLAIM}deployment_id": pending.deployment,
        f"{DEEP}content_items": [item_of(one, pending.columns) for one in chosen],
    }
    if pending.data:
        claims[f"{DEEP}data"] = pending.data
    if not chosen:
        claims[f"{DEEP}msg"] = "Nothing was chosen."
    return claims


def whole_of(assignment: Assignment) -> float:
    """Points of a faultless student."""
    return most_of(assignment, assignment.valued) * assignment.made.exercises


def item_of(assignment: Assignment, column: bool = True) -> dict[str, Any]:
    """A link as the platform shall make it, with a column of its gradebook."""
    found: dict[str, Any] = {
        "type": "ltiResourceLink",
        "url": launch_url(),
        "title": assignment.title,
        "custom": {CUSTOM: assignment.pk},
        "window": {"targetName": "_blank"},
    }
    most = whole_of(assignment)
    if column and most:
        found["lineItem"] = {
            "scoreMaximum": most,
            "label": assignment.title,
            "resourceId": assignment.pk,
            "tag": TAG,
        }
    if assignment.due:
        found["submission"] = {"endDateTime": assignment.due.isoformat()}
    return found
