"""The worksheet in the browser: typed, saved, read, handed in; with and without a script."""

from __future__ import annotations

import json
import secrets
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any

from django.contrib.auth.decorators import login_required
from django.contrib.auth.mixins import LoginRequiredMixin
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views import View
from django.views.decorators.http import require_POST

from grader.errors import ClosedError, ConflictError, NotStoredError
from grader.web import grading, limits
from grader.web.jinja import moment
from grader.web.models import Task
from grader.web.rights import task_of_student
from grader.web.student import drafts
from grader.web.student.drafts import Change, Saved
from grader.web.student.grading_client import read_of
from grader.web.student.progress import TaskProgress, standing_of
from grader.web.student.readings import Beside, readings
from grader.web.student.sheet import Form, entry, form_of
from grader.web.submission_store import LARGEST, keep
from problems.texts import cleaned, parsed_json

READS, SAVES, HANDS, SPAN = 240, 120, 30, 60.0
"""Requests of one student in so many seconds: readings, drafts, submissions."""
NOT_STORED = (
    "Not stored: the database did not answer. What you typed still stands below; "
    "hand it in again in a moment."
)
AGAIN = (
    "This page was handed in before, with other answers. What stands below is not handed in: "
    "look through it, and press “Hand in” for another attempt."
)


@dataclass(frozen=True)
class Said:
    """What a page says besides the worksheet."""

    problem: str = ""
    done: str = ""
    status: int = 200
    replaced: Mapping[str, str] = field(default_factory=dict)
    """Question -> what another tab had written and this one has replaced."""
    rows: tuple[Mapping[str, Any], ...] = ()
    """Problems of a file."""


def too_often(wait: float) -> Said:
    """That nothing was taken, and until when.

    Args:
        wait: seconds until it is allowed again.
    """
    return Said(f"Too often; nothing was handed in. {limits.until(wait)}", status=429)


class Worksheet(LoginRequiredMixin, View):
    """One exercise: the page, and what its form sends."""

    def get(self, request: HttpRequest, task: str) -> HttpResponse:
        """The worksheet with what was typed so far."""
        found = task_of_student(request.user, task)
        return page(request, found, drafts.draft_of(found), Said())

    def post(self, request: HttpRequest, task: str) -> HttpResponse:
        """Save, or hand in."""
        found = task_of_student(request.user, task)
        now = standing_of(found, timezone.now())
        if not now.begun:
            return page(request, found, {}, Said(now.why_closed, status=409))
        typed = form_of(found).typed(request.POST.dict())
        if wait := limits.wait(f"hand-in:{request.user.pk}", HANDS, SPAN):
            return page(request, found, typed, too_often(wait))
        if request.POST.get("do") == "hand-in":
            return handed_in(request, found, typed)
        return saved(request, found, typed)


def page(
    request: HttpRequest, task: Task, answers: Mapping[str, str], said: Said, key: str = ""
) -> HttpResponse:
    """The worksheet.

    Args:
        request: from whom.
        task: the exercise.
        answers: question -> what stands in its field.
        said: what happened.
        key: of the submission that this page would make; a fresh one if empty.
    """
    now = standing_of(task, timezone.now())
    if not now.begun:
        return render(request, "student/later.html.j2", {"now": now}, status=said.status)
    form = form_of(task)
    values = form.by_name(answers)
    filled = sum(1 for text in values.values() if text.strip())
    context = {
        "now": now,
        "form": form,
        "values": values,
        "beside": readings(form, answers),
        "base": json.dumps(values, ensure_ascii=False),
        "filled_count": filled,
        "saved": moment(now.draft.changed) if now.draft else "",
        "said": said,
        "replaced": [(form.questions[q], text) for q, text in said.replaced.items()],
        "key": key or secrets.token_urlsafe(16),
    }
    return render(request, "student/worksheet.html.j2", context, status=said.status)


def saved(request: HttpRequest, task: Task, typed: Mapping[str, str]) -> HttpResponse:
    """Without a script: keep the draft and show how everything is read."""
    now = standing_of(task, timezone.now())
    if not now.is_open:
        return page(request, task, typed, Said(now.why_closed, status=409))
    try:
        kept = drafts.save(task, _changes(request, task, typed))
    except NotStoredError:
        return page(request, task, typed, Said(NOT_STORED, status=503))
    at = f"{timezone.localtime(kept.changed):%H:%M}"
    done = f"Saved {at}. Beside each entry you see how it is read."
    return page(request, task, kept.answers, Said(done=done, replaced=kept.replaced))


def _changes(request: HttpRequest, task: Task, typed: Mapping[str, str]) -> dict[str, Change]:
    """What differs from what the page was sent with."""
    form = form_of(task)
    before = form.typed(_texts(_parsed(request.POST.get("base", ""))))
    return {
        question: Change(text, before.get(question, ""))
        for question, text in typed.items()
        if text != before.get(question, "")
    }


def _parsed(text: str | bytes) -> Any:
    try:
        return parsed_json(text)
    except (ValueError, RecursionError):
        return None


def _texts(found: Any) -> dict[str, str]:
    """The texts of an object; nothing of anything else."""
    if not isinstance(found, dict):
        return {}
    return {str(name): text for name, text in found.items() if isinstance(text, str)}


# handing in --------------------------------------------------------------------------------


def submission_bytes(form: Form, typed: Mapping[str, str]) -> bytes:
    """What was typed, as a submission of docs/formats.md; blank fields are left out."""
    answers = {
        field.label: typed[field.question]
        for field in form.fields.values()
        if typed.get(field.question, "").strip()
    }
    doc = {"exercise": form.exercise.id, "answers": answers}
    return json.dumps(doc, ensure_ascii=False).encode()


def handed_in(request: HttpRequest, task: Task, typed: Mapping[str, str]) -> HttpResponse:
    """Store and grade what stands in the form; ask first where fields are blank."""
    form = form_of(task)
    key = _key(request)
    blank = [f for f in form.fields.values() if not typed.get(f.question, "").strip()]
    try:
        now = standing_of(task, timezone.now())
        if now.is_open:
            drafts.save(task, _changes(request, task, typed))
        if len(blank) == len(form.fields):
            said = Said("Nothing is filled in yet; nothing was handed in.", status=422)
            return page(request, task, typed, said, key)
        if blank and now.is_open and not request.POST.get("confirmed"):
            return _confirm(request, now, form, typed, blank, key)
        return stored(request, task, key, submission_bytes(form, typed))
    except NotStoredError:
        return page(request, task, typed, Said(NOT_STORED, status=503), key)
    except ClosedError as error:
        said = Said(f"Not handed in: {error}.", status=409)
        return page(request, task, typed, said)
    except ConflictError:
        return page(request, task, typed, Said(AGAIN, status=409))


def _key(request: HttpRequest) -> str:
    """The key that the page was sent with; prefixed, so that no other sender can share it."""
    return f"page:{cleaned(request.POST.get('key', ''))[:80] or secrets.token_urlsafe(16)}"


def stored(
    request: HttpRequest, task: Task, key: str, data: bytes, name: str = ""
) -> HttpResponse:
    """Keep a submission, grade it, and go to its receipt.

    Raises:
        NotStoredError: it was not kept.
        ClosedError: it is not taken.
        ConflictError: the key came with other bytes before.
    """
    kept = keep(task, key, data, name)
    if kept.new:
        # the submission is stored; grading that fails is made up for later
        with suppress(NotStoredError):
            grading.grade(kept.submission)
    return redirect("work-submission", kept.submission.pk)


def _confirm(
    request: HttpRequest,
    now: TaskProgress,
    form: Form,
    typed: Mapping[str, str],
    blank: list[Any],
    key: str,
) -> HttpResponse:
    context = {
        "now": now,
        "values": {n: t for n, t in form.by_name(typed).items() if t},
        "base": request.POST.get("base", "")[:200_000],
        "blank": blank,
        "of": len(form.fields),
        "key": key.removeprefix("page:"),
    }
    return render(request, "student/confirm.html.j2", context)


@login_required
@require_POST
def upload(request: HttpRequest, task: str) -> HttpResponse:
    """Hand in a file; one of which nothing can be used is refused, and costs no attempt."""
    found = task_of_student(request.user, task)
    now = standing_of(found, timezone.now())
    answers = drafts.draft_of(found) if now.begun else {}
    if wait := limits.wait(f"upload:{request.user.pk}", HANDS, SPAN):
        return page(request, found, answers, too_often(wait))
    sent = request.FILES.get("file")
    if sent is None:
        return page(request, found, answers, Said("Choose a file first.", status=422))
    if (sent.size or 0) > LARGEST:
        said = Said("The file is larger than 1 MB; nothing was handed in.", status=413)
        return page(request, found, answers, said)
    data, name = sent.read(), cleaned(sent.name or "")[:200]
    if not now.is_open:
        return page(request, found, answers, Said(f"Not handed in. {now.why_closed}", status=409))
    read = read_of(found.line, data, name)
    if read is not None and not read["answers"]:
        said = Said("Nothing in this file can be used, so nothing was handed in.", "", 422, {},
                    tuple(read["problems"]))  # fmt: skip
        return page(request, found, answers, said)
    try:
        return stored(request, found, _key(request), data, name)
    except NotStoredError:
        text = "Not stored: the database did not answer. Send the file again in a moment."
        return page(request, found, answers, Said(text, status=503))
    except ClosedError as error:
        return page(request, found, answers, Said(f"Not handed in: {error}.", status=409))
    except ConflictError:
        text = "Another file was handed in from this page before; choose the file again."
        return page(request, found, answers, Said(text, status=409))


# for the script ----------------------------------------------------------------------------


@login_required
@require_POST
def read(request: HttpRequest, task: str) -> JsonResponse:
    """How entries are read: `{"fields": {name: text}}` in, `{"beside": {name: ...}}` out."""
    found = task_of_student(request.user, task)
    limits.take(f"read:{request.user.pk}", READS, SPAN)
    now = standing_of(found, timezone.now())
    if not now.begun:
        return JsonResponse({"problem": "not open yet"}, status=409)
    form = form_of(found)
    doc = _parsed(request.body)
    typed = form.typed(_texts(doc.get("fields") if isinstance(doc, dict) else None))
    beside: dict[str, Beside] = readings(form, typed)
    return JsonResponse({"beside": {name: one.as_json() for name, one in beside.items()}})


@login_required
@require_POST
def draft(request: HttpRequest, task: str) -> JsonResponse:
    """Keep fields: `{"fields": {name: {"text", "base", "age"}}}` in, the whole draft out."""
    found = task_of_student(request.user, task)
    limits.take(f"draft:{request.user.pk}", SAVES, SPAN)
    now = standing_of(found, timezone.now())
    if not now.is_open:
        return JsonResponse({"problem": now.why_closed or "closed"}, status=409)
    form = form_of(found)
    kept = drafts.save(found, _sent(form, _parsed(request.body)))
    return JsonResponse(_kept(form, kept))


def _sent(form: Form, doc: Any) -> dict[str, Change]:
    fields = doc.get("fields") if isinstance(doc, dict) else None
    changes: dict[str, Change] = {}
    for name, one in (fields if isinstance(fields, dict) else {}).items():
        text, base, age = (one.get(k) if isinstance(one, dict) else None for k in CHANGE)
        if name in form.fields and isinstance(text, str):
            before = entry(base) if isinstance(base, str) else None
            old = int(age) if isinstance(age, int | float) and 0 <= age < 1e12 else 0
            changes[form.fields[name].question] = Change(entry(text), before, old)
    return changes


CHANGE = ("text", "base", "age")


def _kept(form: Form, kept: Saved) -> dict[str, Any]:
    return {
        "saved": f"{timezone.localtime(kept.changed):%H:%M}",
        "fields": form.by_name(kept.answers),
        "replaced": form.by_name(kept.replaced),
        "refused": form.by_name(kept.refused),
    }
