"""A new assignment, with a look at what would be drawn; the settings of one that is there."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods

from grader.assignments.folder import Order
from grader.marking.policy_file import SHIPPED, load_policy, names
from grader.web import assignments, regrading
from grader.web.jobs import kinds, starting
from grader.web.lti import deep_linking
from grader.web.models import Assignment, Feedback, Member
from grader.web.preview import Trial, tried
from grader.web.rights import assignment_teachers_only, teachers_only
from grader.web.seats import seated
from grader.web.teacher.forms import CHOICES, PAPERS, OrderForm, PlanForm, SettingsForm
from grader.web.teacher.pages import shown
from grader.web.teacher.parts import lowered, worded
from problems.drawing import family as families
from problems.drawing.design import DIFFICULTIES
from problems.errors import BpgradeError, GateError, SpecError
from templates.pages.page import Block

FRAGMENT = "X-Fragment"
"""Sent by the page's script, which wants the preview alone."""


@dataclass(frozen=True)
class Offer:
    """A family as it is listed."""

    name: str
    title: str
    summary: str
    layers: str
    difficulties: tuple[str, ...]


def offers() -> list[Offer]:
    """All shipped families."""
    found = map(families.load, families.names())
    return [Offer(f.name, f.title, f.summary, f.shape, f.difficulties) for f in found]


# a new one ---------------------------------------------------------------------------------


@teachers_only
@require_http_methods(["GET", "POST"])
def plan(request: HttpRequest, member: Member) -> HttpResponseBase:
    """Choose a family and everything else, look at it, make it."""
    course = member.course
    if request.method == "GET":
        start = {"exercises": "1", "practice": "1", "family": families.names()[0]}
        return _plan_page(request, member, PlanForm(initial=start))
    if request.POST.get("action") in ("preview", "another"):
        look = OrderForm.sent(request)
        if request.POST["action"] == "another":
            look.typed["variant"] = str(look.variant + 1)
        return _preview(request, member, look)
    form = PlanForm.sent(request)
    if not form.is_valid() or form.order is None:
        return _plan_page(request, member, form)
    if starting.large(course, form.order.exercises):
        then = deep_linking.waiting_for(request, course)
        settings = form.settings | {"policy": form.valued_by}
        title = form.cleaned_data["title"]
        return starting.started(request, kinds.planned(course, form.order, title, settings, then))
    return _created(request, member, form, form.order)


@seated("POST")
def _created(request: HttpRequest, member: Member, form: PlanForm, order: Order) -> HttpResponse:
    title, settings = form.cleaned_data["title"], form.settings | {"policy": form.valued_by}
    try:
        made = assignments.create(member.course, order, title, request.user, **settings)
    except GateError as error:
        form.complain_all(error.complaints, (), "family")
        return _plan_page(request, member, form)
    waiting = deep_linking.waiting_for(request, member.course)
    if waiting:  # a link of a learning platform
        return redirect(f"{waiting}&assignment={made.pk}")
    count = made.tasks.count()
    text = f"{title} is there, with {count} exercises. Publish it to let students see it."
    messages.success(request, text)
    return redirect("teach-assignment", made.pk)


def _plan_page(
    request: HttpRequest, member: Member, form: OrderForm, trial: Trial | None = None
) -> HttpResponse:
    context: dict[str, Any] = {
        "form": form,
        "trial": trial,
        "blocks": _sheet(trial),
        "offers": offers(),
        "difficulties": DIFFICULTIES,
        "policies": policies(),
        "feedbacks": Feedback.values,
        "papers": PAPERS,
    }
    return shown(request, "assign", member.course, 422 if form.errors else 200, **context)


@seated("POST")
def _preview(request: HttpRequest, member: Member, form: OrderForm) -> HttpResponse:
    """The whole page with the preview in it, or the preview alone for the page's script."""
    trial = None
    if form.is_valid() and form.order is not None:
        try:
            trial = tried(form.order, form.variant)
        except SpecError as error:
            form.complain_all(error.complaints, CHOICES, "family")
    if request.headers.get(FRAGMENT):
        context = {"form": form, "trial": trial, "blocks": _sheet(trial)}
        return render(request, "teacher/preview.html.j2", context)
    return _plan_page(request, member, form, trial)


def _sheet(trial: Trial | None) -> tuple[Block, ...]:
    """The drawn exercise as a part of the page."""
    return worded(lowered(trial.page.blocks, 2)) if trial and trial.page else ()


# policies ----------------------------------------------------------------------------------


def policies() -> list[tuple[str, str, str]]:
    """Name, title and text of the shipped policies."""
    return [
        (name, load_policy(name).title, (SHIPPED / f"{name}.toml").read_text("utf-8"))
        for name in names()
    ]


# settings ----------------------------------------------------------------------------------


@assignment_teachers_only
@require_http_methods(["GET", "POST"])
def settings(request: HttpRequest, assignment: Assignment) -> HttpResponse:
    """Title, times and what students see; another due date is counted at once."""
    if request.method == "GET":
        initial = {"title": assignment.title, "feedback": assignment.feedback}
        initial["practice"] = "1" if assignment.practice else ""
        for name in ("opens", "due", "closes"):
            initial[name] = _field(getattr(assignment, name))
        return _settings_page(request, assignment, SettingsForm(initial=initial))
    form = SettingsForm.sent(request)
    if not form.is_valid():
        return _settings_page(request, assignment, form)
    wanted = form.settings | {"title": form.cleaned_data["title"]}
    try:
        counted = regrading.apply(assignment, assignment.policy, request.user, **wanted)
    except BpgradeError as error:
        form.add_error("title", str(error))
        return _settings_page(request, assignment, form)
    late = f" {counted} submissions count another score now." if counted else ""
    messages.success(request, f"The settings are stored.{late}")
    return redirect("teach-assignment", assignment.pk)


def _field(when: Any) -> str:
    from grader.web.jinja import day_time

    return day_time(when)


def _settings_page(
    request: HttpRequest, assignment: Assignment, form: SettingsForm
) -> HttpResponse:
    context = {"assignment": assignment, "form": form, "feedbacks": Feedback.values}
    status = 422 if form.errors else 200
    return shown(request, "settings", assignment.course, status, **context)
