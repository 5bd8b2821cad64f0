"""Addresses that platforms send browsers to: login, launch; our key set; where a launch leads."""

from __future__ import annotations

import logging
import time
from typing import Any

from django.contrib.auth import login as begin_session
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from grader.web import limits
from grader.web.lti import deep_linking, embedding, keys
from grader.web.lti.launch import (
    LONGEST_FORM,
    OLDEST,
    Launch,
    RefusedLaunchError,
    begin,
    text_of,
    verified,
)
from grader.web.lti.provisioning import Arrived, NobodyError, arrive, provide
from grader.web.middleware import cleaned_query
from grader.web.models import Assignment, Member, Role
from grader.web.rights import being_made
from grader.web.views import BACKEND

log = logging.getLogger("bpgrade.lti")


@require_GET
def key_set(request: HttpRequest) -> HttpResponse:
    """Our public keys, which platforms fetch to check what we sign."""
    response = JsonResponse(keys.public_keys())
    response["Cache-Control"] = "public, max-age=300"
    return response


@csrf_exempt
@require_http_methods(["GET", "POST"])
def login(request: HttpRequest) -> HttpResponse:
    """A platform asks us to log somebody in; the browser goes back there for a token."""
    try:
        sent = request.GET if request.method == "GET" else _form(request)
        if _cannot_keep_cookies(request):
            return _refused(request, RefusedLaunchError("needs_window", 200, sent.urlencode()))
        begun = begin(sent.dict(), limits.place_of(request))
    except RefusedLaunchError as error:
        return _refused(request, error)
    response = HttpResponseRedirect(begun.url)
    seconds = int(OLDEST.total_seconds())
    embedding.set_launch_cookie(response, begun.cookie, begun.secret, seconds)
    return response


def _cannot_keep_cookies(request: HttpRequest) -> bool:
    """In a frame without TLS no cookie comes back; browsers say where they are."""
    from django.conf import settings

    return in_frame(request) and not settings.SECURE and not _same_site(request)


def _same_site(request: HttpRequest) -> bool:
    return request.headers.get("Sec-Fetch-Site", "") in ("same-site", "same-origin")


def in_frame(request: HttpRequest) -> bool:
    """Whether the page will be shown inside another one."""
    return request.headers.get("Sec-Fetch-Dest") in ("iframe", "frame")


def _form(request: HttpRequest) -> Any:
    """The form of a platform, whose size is checked before anything is read."""
    length = request.headers.get("Content-Length") or "0"
    if not length.isdigit() or int(length) > LONGEST_FORM:
        raise RefusedLaunchError("too_large", 413)
    return cleaned_query(request.POST)


@csrf_exempt
@require_POST
def launch(request: HttpRequest) -> HttpResponse:
    """Somebody comes back with a token, and is let in or not."""
    try:
        sent = _form(request)
        if sent.get("error"):
            raise RefusedLaunchError("refused_by_platform")
        found = verified(sent.get("id_token", ""), sent.get("state", ""), request.COOKIES)
    except RefusedLaunchError as error:
        return _refused(request, error)
    try:
        arrived = arrive(found)
        if found.chooses and arrived.member.role != Role.TEACHER:
            raise NobodyError("only_teachers_choose")
    except NobodyError as error:
        return _nobody(request, found, error)
    _let_in(request, found, arrived)
    return redirect(_place(request, found, arrived))


def _let_in(request: HttpRequest, found: Launch, arrived: Arrived) -> None:
    """A session of its own, which remembers who may frame it."""
    begin_session(request, arrived.user, backend=BACKEND)
    request.session.set_expiry(0)  # as long as the browser is open, and no longer than HOURS
    request.session[embedding.SINCE] = time.time()
    request.session.pop(embedding.FRAMED, None)
    request.session[embedding.LAUNCHED] = found.platform.name or found.platform.issuer
    origin = embedding.origin_of(found.platform.auth_url)
    target = text_of(found.part("launch_presentation"), "document_target")
    if in_frame(request) or ("Sec-Fetch-Dest" not in request.headers and target == "iframe"):
        request.session[embedding.FRAMED] = origin
    log.info("launched", extra={"bpgrade": {"platform": found.platform.pk}})


def _place(request: HttpRequest, found: Launch, arrived: Arrived) -> str:
    """The page that the launch is about."""
    if found.chooses:
        return deep_linking.begin(request, found, arrived)
    if arrived.placement is None:
        teacher = arrived.member.role == Role.TEACHER
        return deep_linking.begin(request, found, arrived) if teacher else reverse("lti-waiting")
    return opened(arrived.placement.assignment, arrived.member)


def opened(assignment: Assignment, member: Member) -> str:
    """The page that a link opens for somebody."""
    if assignment.making:
        return reverse("lti-soon", args=[assignment.pk])
    if member.role != Role.STUDENT:
        return reverse("teach-assignment", args=[assignment.pk])
    if not assignment.published or assignment.course.archived:
        return reverse("lti-waiting")
    tasks = assignment.tasks.filter(member=member, current=True).order_by("number")
    own = list(tasks.values_list("pk", flat=True)[:2])
    return reverse("work-task", args=own) if len(own) == 1 else reverse("work")


@login_required
@require_GET
def soon(request: HttpRequest, assignment: str) -> HttpResponse:
    """While the exercises of a link are being made; then on to what it opens.

    A link that opens nothing any more, and one of others, lead to the same page.
    """
    found = Assignment.every.select_related("course").filter(pk=assignment).first()
    user: Any = request.user
    mine = Member.objects.filter(user_id=user.pk, active=True)
    member = mine.filter(course_id=found.course_id).first() if found else None
    if found is None or member is None:
        return redirect("lti-waiting")
    if not found.making:
        try:
            provide(found, member)
        except NobodyError as error:
            return _told(request, REASONS[error.code], error.code, 403)
        return redirect(opened(found, member))
    half = being_made(assignment)
    if half is None:
        return redirect("lti-waiting")
    if member.role == Role.TEACHER:
        return redirect("teach-job", half.job.pk)
    return render(request, "lti/soon.html.j2", {"assignment": found})


# what somebody sees who is not let in ----------------------------------------------------------

REASONS = {
    "too_large": "The form was larger than any launch.",
    "busy": "Too many people are coming in at this moment. Try again in a minute.",
    "unknown_platform": "This learning platform is not registered here, or was switched off.",
    "no_public_address": "This service does not know its own public address. Its administrator "
    "must start it with --url.",
    "refused_by_platform": "The learning platform itself broke the login off.",
    "no_cookie": "Your browser did not keep the cookie that a launch needs; inside other pages "
    "many browsers keep none. In a window of its own it works.",
    "needs_window": "Inside the learning platform's page your browser keeps no cookie of this "
    "service. In a window of its own it works.",
    "not_this_browser": "This launch was begun in another browser.",
    "unknown_state": "This launch was used already, or was begun too long ago.",
    "state_too_old": "This launch was begun too long ago.",
    "expired": "The platform's token has expired. If this happens again, the clocks of the two "
    "servers differ: tell your administrator.",
    "not_yet_valid": "The platform's token is from the future: the clocks of the two servers "
    "differ. Tell your administrator.",
    "key_set_unreachable": "The platform's keys could not be fetched, so nothing that it says "
    "can be checked. Try again in a minute.",
    "unknown_deployment": "The platform installed this service in a place that is not "
    "registered here. Its administrator can allow it: bpgrade lti allow.",
    "anonymous": "The learning platform does not say who you are, so nothing that you do here "
    "can be graded. Ask your teacher to let the platform send names.",
    "no_course": "The learning platform does not say which course this is.",
    "no_role": "The learning platform says that you have no part in this course.",
    "no_teacher_yet": "No teacher has opened this course here yet. Ask your teacher to follow "
    "the link once.",
    "left_the_course": "You were taken off this course.",
    "not_drawn": "Your exercise could not be drawn. Tell your teacher.",
    "only_teachers_choose": "Only teachers choose what a link opens.",
}
"""What people are told; of other codes only that the launch was refused."""
NOBODY = ("anonymous", "no_role")
"""Launches in order, of people for whom there is nothing here."""
REFUSED = "The launch from the learning platform was refused."


def _refused(request: HttpRequest, error: RefusedLaunchError) -> HttpResponse:
    log.warning("launch refused", extra={"bpgrade": {"code": error.code}})
    text = REASONS.get(error.code, REFUSED)
    again = f"{reverse('lti-login')}?{error.retry}" if error.retry else ""
    return _told(request, text, error.code, error.status, again)


def _nobody(request: HttpRequest, found: Launch, error: NobodyError) -> HttpResponse:
    """Believed, but without a place here; that is no attack."""
    log.info("launch leads nowhere", extra={"bpgrade": {"code": error.code}})
    text = REASONS[error.code]
    return _told(request, text, error.code, 200 if error.code in NOBODY else 403)


def _told(
    request: HttpRequest, text: str, code: str, status: int, again: str = ""
) -> HttpResponse:
    context = {"text": text, "code": code, "again": again}
    response = render(request, "lti/refused.html.j2", context, status=status)
    # nothing here is worth stealing a click for, and the platform must be able to show it
    response["Content-Security-Policy"] = embedding.policy(frame="*")
    return response


@require_GET
def waiting(request: HttpRequest) -> HttpResponse:
    """For students whose link opens nothing yet."""
    return render(request, "lti/waiting.html.j2")
