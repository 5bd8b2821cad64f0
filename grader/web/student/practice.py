"""Practice: fresh numbers without end, told at once what is right; nothing of it counts.

A variant is its key alone: the same address gives the same numbers, and nothing is stored. The
key has nothing to do with the secret that the real exercises are drawn with.
"""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST

from grader.web import limits
from grader.web.models import Assignment
from grader.web.rights import begun_assignment_of_student
from grader.web.student.grading_client import marks_of
from grader.web.student.readings import Beside, readings
from grader.web.student.sheet import Form, made, order_of, order_text
from problems.computation import ids
from problems.drawing.candidates import key
from problems.drawing.design import Design
from problems.drawing.draw import draw
from problems.exercise import Exercise, as_json, dumps, issued
from problems.formulas.formula import EQUALS, Formula, row
from problems.formulas.writing import Writer
from problems.patterns import pattern
from problems.texts import parsed_json
from templates.feedback.marked import TONES
from templates.feedback.page import SIGNS

CHECKS, VARIANTS, SPAN = 120, 30, 60.0
"""Requests of one student in so many seconds."""
_VARIANT = pattern(r"[A-Za-z0-9_-]{6,24}")


@dataclass(frozen=True)
class Variant:
    """One set of numbers to practise with."""

    form: Form
    line: str
    """The exercise as the examiner reads it."""
    hints: Mapping[str, Formula]
    """Field -> the rule with symbols; none where the rule itself is asked for."""


@lru_cache(maxsize=64)
def _design(order: str) -> Design:
    return order_of(order).design()


@lru_cache(maxsize=256)
def variant_of(order: str, name: str) -> Variant:
    """The variant of a name."""
    design = _design(order)
    bits = key(f"practice {name}", "practice", "practice", version=design.version)
    (found,) = draw(design, [bits])
    exercise = issued(design, found, f"practice-{name}", "practice")
    form = made(exercise, order_of(order))
    hints = {
        one.name: rule_of(exercise, one.question)
        for one in form.fields.values()
        if not ids.asks_formula(one.question) and one.question not in exercise.formulas
    }
    return Variant(form, dumps(as_json(exercise)), hints)


def rule_of(exercise: Exercise, question: str) -> Formula:
    """How a step is worked out, with symbols."""
    writer = Writer(exercise.naming, None, exercise.named)
    step = exercise.graph.steps[question]
    return row(writer.left(step), EQUALS, writer.symbolic(step))


@login_required
@require_http_methods(["GET", "POST"])
def practice(request: HttpRequest, assignment: str) -> HttpResponse:
    """A variant; with what was checked so far where the page has no script."""
    found = _practised(request, assignment)
    sent = request.POST if request.method == "POST" else request.GET
    name = sent.get("v", "")
    if not _VARIANT.fullmatch(name):
        there = reverse("work-practice", args=[found.pk])
        return redirect(f"{there}?v={secrets.token_urlsafe(9)}")
    wait = limits.wait(f"practice:{request.user.pk}", VARIANTS, SPAN)
    if wait:
        return _page(request, found, None, name, {}, (), wait)
    variant = variant_of(order_text(found), name)
    shown = [one for one in request.POST.getlist("shown") if one in variant.form.fields]
    asked = request.POST.get("show", "")
    if asked in variant.form.fields and asked not in shown:
        shown.append(asked)
    typed = variant.form.typed(request.POST.dict())
    return _page(request, found, variant, name, typed, tuple(shown))


def _page(
    request: HttpRequest,
    assignment: Assignment,
    variant: Variant | None,
    name: str,
    typed: Mapping[str, str],
    shown: tuple[str, ...],
    wait: float = 0.0,
) -> HttpResponse:
    context: dict[str, Any] = {
        "assignment": assignment, "variant": variant, "name": name, "shown": shown,
        "next": secrets.token_urlsafe(9), "limit": limits.until(wait),
    }  # fmt: skip
    if variant is not None:
        values = variant.form.by_name(typed)
        beside = verdicts(variant, typed) if any(values.values()) else {}
        beside |= {one: Beside("", f"right value: {right_value(variant, one)}") for one in shown}
        context |= {"form": variant.form, "values": values, "beside": beside}
        context |= {"right": sum(one.tone == "right" for one in beside.values())}
    return render(request, "student/practice.html.j2", context, status=429 if wait else 200)


def _practised(request: HttpRequest, assignment: str) -> Assignment:
    """The assignment, if it may be practised.

    Raises:
        Http404: it may not, by this person.
    """
    found = begun_assignment_of_student(request.user, assignment)
    if not found.practice:
        raise Http404("no such page")
    return found


def verdicts(variant: Variant, typed: Mapping[str, str]) -> dict[str, Beside]:
    """Field -> what is said of it; blank ones are left in peace."""
    written = {question: text for question, text in typed.items() if text.strip()}
    report = marks_of(variant.line, written) if written else None
    if report is None:  # could not be checked now: at least how it is read
        return readings(variant.form, written)
    fields = variant.form.questions
    return {
        fields[step["id"]].name: _verdict(step)
        for step in report["steps"]
        if step["verdict"] != "blank" and step["id"] in fields
    }


def _verdict(step: Mapping[str, Any]) -> Beside:
    verdict = step["verdict"]
    tone = TONES[verdict]
    message = "" if verdict in ("correct", "blank") else step["message"]
    sign = f"{SIGNS[tone]} {verdict}"
    return Beside("refused" if verdict == "unreadable" else tone, message, sign)  # type: ignore[arg-type]


def right_value(variant: Variant, name: str) -> str:
    """What a field should hold."""
    exercise, question = variant.form.exercise, variant.form.fields[name].question
    if not ids.asks_formula(question):
        return exercise.printed[question].replace("-", "\u2212")
    report = marks_of(variant.line, {}) or {"steps": []}
    return next((str(one["formula"]) for one in report["steps"] if one["id"] == question), "")


# for the script ----------------------------------------------------------------------------


@login_required
@require_POST
def check(request: HttpRequest, assignment: str) -> JsonResponse:
    """`{"variant", "fields": {name: text}}` in, `{"beside": {name: ...}}` out."""
    variant, doc = _asked(request, assignment)
    fields = doc.get("fields")
    sent = fields if isinstance(fields, dict) else {}
    typed = variant.form.typed({n: t for n, t in sent.items() if isinstance(t, str)})
    beside = verdicts(variant, typed)
    return JsonResponse({"beside": {name: one.as_json() for name, one in beside.items()}})


@login_required
@require_POST
def show(request: HttpRequest, assignment: str) -> JsonResponse:
    """`{"variant", "field"}` in, `{"value"}` out."""
    variant, doc = _asked(request, assignment)
    name = doc.get("field")
    if not isinstance(name, str) or name not in variant.form.fields:
        raise Http404("no such field")
    return JsonResponse({"value": right_value(variant, name)})


def _asked(request: HttpRequest, assignment: str) -> tuple[Variant, dict[str, Any]]:
    """The variant that a script asks about."""
    found = _practised(request, assignment)
    limits.take(f"practice-check:{request.user.pk}", CHECKS, SPAN)
    try:
        doc = parsed_json(request.body)
    except (ValueError, RecursionError):
        doc = None
    name = doc.get("variant") if isinstance(doc, dict) else None
    if not isinstance(name, str) or not _VARIANT.fullmatch(name):
        raise Http404("no such variant")
    return variant_of(order_text(found), name), doc
