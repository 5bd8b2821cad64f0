"""Forms of teachers: texts in, values out, every complaint at its field."""

from __future__ import annotations

import re
import secrets
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Self

from django import forms
from django.contrib.auth import get_user_model
from django.http import HttpRequest

from grader.assignments.folder import Order
from grader.assignments.roster import safe_name
from grader.errors import PolicyError
from grader.marking.policy_file import names, read_policy
from grader.web.models import Course, Feedback, Role
from grader.web.rights import STAFF
from grader.web.teacher.fields import Choice, Line, Moment, Text, Upload, Whole
from problems.drawing import family as families
from problems.drawing.design import DIFFICULTIES
from problems.errors import Complaint, SpecError
from problems.texts import cleaned

FILE = 262_144
"""Bytes of a family or policy file."""
OWN_POLICY = 65_536
"""Bytes of a policy of one's own."""
CLASS_LIST = 1_500_000
"""Bytes of a class list: some 20,000 students."""
OWN = "own"
"""Instead of a shipped family or policy: a text of one's own."""
PAPERS = ("a4", "letter")
CHOICES = ("layers", "decimals", "significant", "difficulty", "exercises")


class TypedForm(forms.Form):
    """A form that keeps what was typed, to be shown and typed on.

    Args:
        typed: what was sent, None where nothing was.
        files: what was sent along.
        initial: what a new form holds.
    """

    def __init__(
        self,
        typed: Mapping[str, str] | None = None,
        files: Any = None,
        initial: Mapping[str, str] | None = None,
    ) -> None:
        self.typed = dict(typed or {})
        super().__init__(None if typed is None else self.typed, files, initial=dict(initial or {}))

    @classmethod
    def sent(cls, request: HttpRequest) -> Self:
        """What a request brings; of a method other than POST an empty form."""
        if request.method != "POST":
            return cls()
        return cls({name: str(text) for name, text in request.POST.items()}, request.FILES)

    @property
    def values(self) -> Mapping[str, Any]:
        """What the page shows in its fields."""
        return self.typed if self.is_bound else self.initial

    def complain_all(
        self, complaints: Iterable[Complaint], fields: Sequence[str], other: str
    ) -> None:
        """Complaints at the fields that they name; the rest at another one."""
        for complaint in complaints:
            if complaint.where in fields:
                self.add_error(complaint.where, complaint.what)
            else:
                self.add_error(other, str(complaint))

    def take_file(self, field: str) -> None:
        """Put the text of the field `file` into the one that it stands for."""
        for what in self.errors.pop("file", ()):
            self.add_error(field, str(what))
        data = self.cleaned_data.get("file")
        if data is not None:
            try:
                self.typed[field] = self.cleaned_data[field] = cleaned(data.decode("utf-8-sig"))
            except UnicodeDecodeError:
                self.add_error(field, "The file is not a text in UTF-8.")
        if len(self.typed.get(field, "").encode("utf-8", "replace")) > FILE:
            self.add_error(field, f"At most {FILE // 1024} KB.")
            self.typed[field] = ""


# assignments -------------------------------------------------------------------------------


def _standard_first() -> list[str]:
    return sorted(DIFFICULTIES, key=lambda name: name != "standard")


class OrderForm(TypedForm):
    """What is to be drawn; `order` says it, None if something is wrong with it."""

    family = Choice(lambda: [*families.names(), OWN])
    decimals = Whole(1, 12)
    significant = Whole(1, 12)
    exercises = Whole(1, 20)
    file = Upload(FILE)
    definition = Text()
    layers = Text()
    difficulty = Choice(_standard_first)
    paper = Choice(lambda: PAPERS)
    order: Order | None = None

    @property
    def variant(self) -> int:
        """Which of the previews is meant."""
        typed = self.values.get("variant", "")
        return int(typed) if re.fullmatch(r"\d{1,6}", typed, re.ASCII) else 0

    def clean(self) -> None:
        """What the fields say together."""
        self.take_file("definition")
        found = self.cleaned_data
        if found.get("decimals") and found.get("significant"):
            self.add_error("significant", "Either decimals or significant figures.")
        missing = not str(found.get("definition", "")).strip()
        if found.get("family") == OWN and missing and "definition" not in self.errors:
            self.add_error("definition", "Choose a file or write the family here.")
        if not self.errors.keys() & OrderForm.base_fields.keys():
            self._design()
        super().clean()

    def _design(self) -> None:
        found = self.cleaned_data
        own = found["family"] == OWN
        order = Order(
            name=safe_name(self.values.get("title", "")) or "assignment",
            family=found["family"],
            definition=found["definition"] if own else families.source_of(found["family"]),
            secret=secrets.token_hex(16),
            layers=found["layers"].strip() or None,
            decimals=found["decimals"],
            significant=found["significant"],
            difficulty=found["difficulty"],
            exercises=found["exercises"] or 1,
            paper=found["paper"],
        )
        try:
            order.design()
        except SpecError as error:
            self.complain_all(error.complaints, CHOICES, "definition" if own else "family")
        else:
            self.order = order


class SettingsForm(TypedForm):
    """Title, times, and what students see."""

    title = Line(200)
    opens = Moment()
    due = Moment()
    closes = Moment()
    feedback = Choice(lambda: Feedback.values)
    practice = forms.BooleanField(required=False)

    @property
    def settings(self) -> dict[str, Any]:
        """As an assignment takes them."""
        told = ("opens", "due", "closes", "feedback", "practice")
        return {name: self.cleaned_data[name] for name in told}

    def clean(self) -> None:
        """What the fields say together."""
        opens, due, closes = (self.cleaned_data.get(one) for one in ("opens", "due", "closes"))
        if opens and closes and closes <= opens:
            self.add_error("closes", "It would close before it opens.")
        if due and closes and closes < due:
            self.add_error("closes", "It would close before it is due.")
        after = self.cleaned_data.get("feedback") == Feedback.AFTER_DUE
        if after and due is None and "due" not in self.errors:
            self.add_error("due", "Feedback after the due date needs one.")
        super().clean()


class PolicyForm(TypedForm):
    """A policy: one that is shipped, or a text of one's own."""

    policy = Choice(lambda: [*names(), OWN])
    policy_text = Text()
    valued_by = ""
    """The policy as it is stored."""

    def clean(self) -> None:
        """The policy is read."""
        self.valued_by = self.cleaned_data.get("policy", "")
        if self.valued_by == OWN:
            self.valued_by = str(self.cleaned_data.get("policy_text", "")).replace("\r\n", "\n")
            for what in _complaints(self.valued_by):
                self.add_error("policy_text", what)
        super().clean()


def _complaints(policy: str) -> list[str]:
    """What is wrong with a policy of one's own."""
    if len(policy.encode()) > OWN_POLICY:
        return [f"At most {OWN_POLICY // 1024} KB."]
    if not policy.strip():
        return ["Write the policy here, or choose a shipped one."]
    try:
        read_policy(policy, OWN, "policy")
    except PolicyError as error:
        return [str(complaint) for complaint in error.complaints]
    return []


class PlanForm(OrderForm, SettingsForm, PolicyForm):
    """A new assignment."""

    field_order = (*OrderForm.base_fields, *SettingsForm.base_fields, *PolicyForm.base_fields)


class RegradeForm(PolicyForm):
    """Another policy, which may come as a file."""

    file = Upload(FILE)

    def clean(self) -> None:
        """The file takes the place of what is written."""
        self.take_file("policy_text")
        super().clean()


def stored(policy: str) -> dict[str, str]:
    """The fields of a policy as it is stored.

    >>> stored("strict")
    {'policy': 'strict'}
    """
    return {"policy": policy} if policy in names() else {"policy": OWN, "policy_text": policy}


# courses and people ------------------------------------------------------------------------


class CourseForm(TypedForm):
    """The name of a course."""

    name = Line(200)


class RosterForm(TypedForm):
    """A class list, as a file or as it is written."""

    file = Upload(CLASS_LIST)
    roster = Text()

    @property
    def table(self) -> bytes:
        """The list; the file's, where there is one."""
        return self.cleaned_data["file"] or str(self.cleaned_data["roster"]).encode()


class StaffForm(TypedForm):
    """Somebody who teaches or assists: new here, or with an account."""

    role = Choice(lambda: [Role.ASSISTANT.value, Role.TEACHER.value])
    account = Line(150, needed=False)
    name = Line(200, needed=False)
    email = Line(254, needed=False)
    course: Course
    known: Any = None
    """The user of the account."""

    @classmethod
    def of(cls, request: HttpRequest, course: Course) -> Self:
        """What was sent for a course."""
        form = cls.sent(request)
        form.course = course
        return form

    def clean(self) -> None:
        """Who it is."""
        account = self.cleaned_data.get("account", "")
        if not (self.values.get("account", "").strip() or self.cleaned_data.get("name", "-")):
            self.add_error("name", "This is needed.")
        if account:
            self.known = get_user_model().objects.filter(username=account).first()
            if self.known is None or not self.known.has_usable_password():
                self.add_error("account", "Nobody who has set a password has this name.")
            elif self._is_there():
                self.add_error("account", "They are in this course already.")

    def _is_there(self) -> bool:
        mine = self.course.members.filter(user=self.known)
        return mine.exclude(active=False, role__in=STAFF).exists()
