"""Pages about platforms: registering one, all of them, the class list fetched from one."""

from __future__ import annotations

from functools import partial
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from grader.errors import CallError
from grader.web.assignments import note
from grader.web.lti import embedding, outbox, registration, services
from grader.web.lti.launch import RefusedLaunchError
from grader.web.lti.models import Context, Deployment, Invitation, Outgoing, Platform, Sending
from grader.web.lti.roster_sync import roll
from grader.web.models import Member
from grader.web.rights import teachers_only
from grader.web.roster_import import complete_all
from grader.web.submission_store import again


@require_GET
def register(request: HttpRequest, secret: str) -> HttpResponse:
    """A platform's administrator opens this address from within the platform."""
    invitation = registration.invitation_of(secret)
    if invitation is None:
        raise Http404("no such page")
    configuration = request.GET.get("openid_configuration", "")
    context: dict[str, Any] = {"problem": "", "platform": None, "configuration": configuration}
    if configuration:
        try:
            token = request.GET.get("registration_token", "")
            context["platform"] = registration.register(invitation, configuration, token)
        except registration.RegistrationError as error:
            context["problem"] = str(error)
    status = 422 if context["problem"] else 200
    response = render(request, "lti/register.html.j2", context, status=status)
    response["Content-Security-Policy"] = embedding.policy(frame=_asker(configuration))
    return response


def _asker(configuration: str) -> str:
    """Who may show the registration in a frame: the platform that asks for it."""
    return embedding.origin_of(configuration) or "'none'"


def _staff(request: HttpRequest) -> Any:
    """Whoever runs the service.

    Raises:
        Http404: anybody else.
    """
    user: Any = request.user
    if not user.is_staff:
        raise Http404("no such page")
    return user


@login_required
@require_http_methods(["GET", "POST"])
def platforms(request: HttpRequest) -> HttpResponse:
    """All platforms, and an address for the next one."""
    user = _staff(request)
    address = problem = ""
    if request.method == "POST":
        try:
            address = registration.invite(user, request.POST.get("internal") == "1")
        except RefusedLaunchError:
            problem = "Start the service with --url first: platforms must know where it is."
    found = Platform.objects.order_by("name", "pk").prefetch_related("deployments")
    context = {
        "platforms": found,
        "address": address,
        "problem": problem,
        "days": registration.DAYS,
        "open": Invitation.objects.filter(used=None).count(),
        "waiting": Outgoing.objects.filter(state=Sending.WAITING).count(),
        "refused": Outgoing.objects.filter(state=Sending.REFUSED).count(),
    }
    return render(request, "lti/platforms.html.j2", context, status=422 if problem else 200)


@login_required
@require_POST
def platform(request: HttpRequest, platform: int) -> HttpResponse:
    """Switch a platform off or on; allow a deployment, or take one back."""
    user = _staff(request)
    found = Platform.objects.filter(pk=platform).first()
    if found is None:
        raise Http404("no such page")
    action, ident = request.POST.get("action", ""), request.POST.get("deployment", "").strip()
    with transaction.atomic():
        if action in ("on", "off"):
            Platform.objects.filter(pk=found.pk).update(active=action == "on")
            note(user, None, f"platform.{action}", found.name)
        elif action == "allow" and ident:
            registration.allow(found, ident)
            note(user, None, "platform.allowed", found.name, deployment=ident[:255])
        elif action == "refuse":
            Deployment.objects.filter(platform=found, ident=ident).delete()
            note(user, None, "platform.refused", found.name, deployment=ident[:255])
    return redirect("lti-platforms")


@teachers_only
@require_POST
def fetch(request: HttpRequest, member: Member) -> HttpResponse:
    """The class list of the platform that a course belongs to."""
    course = member.course
    found = Context.objects.select_related("platform", "course").filter(course=course)
    contexts = list(found.exclude(memberships_url=""))
    if not contexts:
        messages.error(request, "The platform does not let bpgrade see its class list.")
        return redirect("teach-course", course.pk)
    for context in contexts:
        name = context.platform.name
        try:
            people = services.members(context.platform, context.memberships_url)
            done = again(partial(roll, context, people, request.user))
        except CallError as error:
            messages.error(request, f"{name} gave no class list: {error}")
            continue
        text = f"From {name}: {done.new} new, {done.back} back, {done.gone} gone."
        messages.success(request, text)
    _, refused = complete_all(course)
    for title in refused:
        messages.error(request, f"No exercise can be drawn for {title}.")
    return redirect("teach-course", course.pk)


@teachers_only
@require_POST
def send(request: HttpRequest, member: Member) -> HttpResponse:
    """Send all grades of a course again that the platform has refused."""
    count = outbox.again(member.course)
    said = "1 grade is on its" if count == 1 else f"{count} grades are on their"
    messages.success(request, f"{said} way again.")
    return redirect("teach-course", member.course_id)
