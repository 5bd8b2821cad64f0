"""A new assignment, with a look at what would be drawn; the settings of one that is there."""

from __future__ import annotations

import re
import secrets
from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods

from grader.assignments.folder import Order
from grader.assignments.roster import safe_name
from grader.errors import PolicyError
from grader.marking.policy_file import SHIPPED, load_policy, names, read_policy
from grader.web import assignments, regrading
from grader.web.jobs import kinds, starting
from grader.web.lti import deep_linking
from grader.web.models import Assignment, Feedback, Member
from grader.web.preview import Trial, tried
from grader.web.rights import assignment_teachers_only, teachers_only
from grader.web.seats import seated
from grader.web.teacher.forms import Form, uploaded_text
from grader.web.teacher.pages import shown
from grader.web.teacher.parts import lowered, worded
from problems.drawing import family as families
from problems.drawing.design import DIFFICULTIES
from problems.errors import BpgradeError, GateError, SpecError
from templates.pages.page import Block

OWN = "own"
"""Instead of a shipped family or policy: a text of one's own."""
PAPERS = ("a4", "letter")
CHOICES = ("layers", "decimals", "significant", "difficulty", "exercises")
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
        start = {"exercises": 1, "practice": "1", "family": families.names()[0]}
        return _plan_page(request, member, Form(start))
    form = Form.of(request, ("practice",))
    uploaded_text(request, form, "file", "definition")
    order = _order(form)
    if form.values.get("action") in ("preview", "another"):
        if form.values["action"] == "another":
            form.values["variant"] = str(_variant(form) + 1)
        return _preview(request, member, form, order)
    title, settings = form.text("title", 200), _settings(form)
    policy = _policy(form)
    if order is not None and not form.errors:
        if starting.large(course, order.exercises):
            then = deep_linking.waiting_for(request, course)
            wanted = kinds.planned(course, order, title, settings | {"policy": policy}, then)
            return starting.started(request, wanted)
        return _created(request, member, form, order, title, settings | {"policy": policy})
    return _plan_page(request, member, form)


@seated("POST")
def _created(
    request: HttpRequest,
    member: Member,
    form: Form,
    order: Order,
    title: str,
    settings: dict[str, Any],
) -> HttpResponse:
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
    request: HttpRequest, member: Member, form: Form, trial: Trial | None = None
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
def _preview(
    request: HttpRequest, member: Member, form: Form, order: Order | None
) -> HttpResponse:
    """The whole page with the preview in it, or the preview alone for the page's script."""
    trial = None
    if order is not None:
        try:
            trial = tried(order, _variant(form))
        except SpecError as error:
            form.complain_all(error.complaints, CHOICES, "family")
    if request.headers.get(FRAGMENT):
        context = {"form": form, "trial": trial, "blocks": _sheet(trial)}
        return render(request, "teacher/preview.html.j2", context)
    return _plan_page(request, member, form, trial)


def _sheet(trial: Trial | None) -> tuple[Block, ...]:
    """The drawn exercise as a part of the page."""
    return worded(lowered(trial.page.blocks, 2)) if trial and trial.page else ()


def _variant(form: Form) -> int:
    typed = form.values.get("variant", "")
    return int(typed) if re.fullmatch(r"\d{1,6}", typed, re.ASCII) else 0


def _order(form: Form) -> Order | None:
    """What is to be drawn; None if something is wrong with it."""
    family = form.choice("family", [*families.names(), OWN])
    decimals = form.whole("decimals", 1, 12)
    significant = form.whole("significant", 1, 12)
    exercises = form.whole("exercises", 1, 20) or 1
    if decimals and significant:
        form.complain("significant", "Either decimals or significant figures.")
    definition = form.values.get("definition", "")
    if family == OWN and not definition.strip() and "definition" not in form.errors:
        form.complain("definition", "Choose a file or write the family here.")
    if form.errors:
        return None
    title = safe_name(form.values.get("title", "")) or "assignment"
    order = Order(
        name=title,
        family=family,
        definition=definition if family == OWN else families.source_of(family),
        secret=secrets.token_hex(16),
        layers=form.values.get("layers", "").strip() or None,
        decimals=decimals,
        significant=significant,
        difficulty=form.choice("difficulty", [*_standard_first()]),
        exercises=exercises,
        paper=form.choice("paper", PAPERS),
    )
    try:
        order.design()
    except SpecError as error:
        form.complain_all(error.complaints, CHOICES, "definition" if family == OWN else "family")
        return None
    return order


def _standard_first() -> tuple[str, ...]:
    return tuple(sorted(DIFFICULTIES, key=lambda name: name != "standard"))


# policies ----------------------------------------------------------------------------------


def policies() -> list[tuple[str, str, str]]:
    """Name, title and text of the shipped policies."""
    return [
        (name, load_policy(name).title, (SHIPPED / f"{name}.toml").read_text("utf-8"))
        for name in names()
    ]


def _policy(form: Form) -> str:
    """The policy as it is stored, with complaints at its field."""
    chosen = form.choice("policy", [*names(), OWN])
    return own_policy(form) if chosen == OWN else chosen


def own_policy(form: Form) -> str:
    """A policy's text that is one's own."""
    text = form.values.get("policy_text", "").replace("\r\n", "\n")
    if len(text.encode()) > 64 * 1024:
        form.complain("policy_text", "At most 64 KB.")
        return ""
    if not text.strip():
        form.complain("policy_text", "Write the policy here, or choose a shipped one.")
        return ""
    try:
        read_policy(text, OWN, "policy")
    except PolicyError as error:
        for complaint in error.complaints:
            form.complain("policy_text", str(complaint))
    return text


# settings ----------------------------------------------------------------------------------


def _settings(form: Form) -> dict[str, Any]:
    """When, and what students see."""
    opens, due, closes = (form.time(name) for name in ("opens", "due", "closes"))
    if opens and closes and closes <= opens:
        form.complain("closes", "It would close before it opens.")
    if due and closes and closes < due:
        form.complain("closes", "It would close before it is due.")
    feedback = form.choice("feedback", Feedback.values)
    if feedback == Feedback.AFTER_DUE and due is None and "due" not in form.errors:
        form.complain("due", "Feedback after the due date needs one.")
    return {
        "opens": opens,
        "due": due,
        "closes": closes,
        "feedback": feedback,
        "practice": form.tick("practice"),
    }


@assignment_teachers_only
@require_http_methods(["GET", "POST"])
def settings(request: HttpRequest, assignment: Assignment) -> HttpResponse:
    """Title, times and what students see; another due date is counted at once."""
    if request.method == "GET":
        form = Form({"title": assignment.title, "feedback": assignment.feedback})
        form.values["practice"] = "1" if assignment.practice else ""
        for name in ("opens", "due", "closes"):
            form.values[name] = _field(getattr(assignment, name))
        return _settings_page(request, assignment, form)
    form = Form.of(request, ("practice",))
    title, wanted = form.text("title", 200), _settings(form)
    if form.errors:
        return _settings_page(request, assignment, form)
    wanted["title"] = title
    try:
        counted = regrading.apply(assignment, assignment.policy, request.user, **wanted)
    except BpgradeError as error:
        form.complain("title", str(error))
        return _settings_page(request, assignment, form)
    late = f" {counted} submissions count another score now." if counted else ""
    messages.success(request, f"The settings are stored.{late}")
    return redirect("teach-assignment", assignment.pk)


def _field(when: Any) -> str:
    from grader.web.jinja import day_time

    return day_time(when)


def _settings_page(request: HttpRequest, assignment: Assignment, form: Form) -> HttpResponse:
    context = {"assignment": assignment, "form": form, "feedbacks": Feedback.values}
    status = 422 if form.errors else 200
    return shown(request, "settings", assignment.course, status, **context)
