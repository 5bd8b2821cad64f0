"""What is stored. Times are aware and in UTC; texts that students typed are kept as typed."""

from __future__ import annotations

from functools import cached_property
from typing import Any

from django.conf import settings
from django.db import models
from django.utils import timezone

from grader.assignments.folder import Order
from grader.marking.policy import Policy
from grader.web.ids import new_id as new_id  # migrations know it by this module
from problems.exercise import Exercise


class Role(models.TextChoices):
    """What somebody is in a course."""

    TEACHER = "teacher"
    ASSISTANT = "assistant"
    STUDENT = "student"


class Course(models.Model):
    """A class, with its people and assignments."""

    id = models.CharField(primary_key=True, max_length=24, default=new_id)
    name = models.CharField(max_length=200)
    created = models.DateTimeField(default=timezone.now)
    archived = models.BooleanField(default=False)


class Member(models.Model):
    """Somebody's part in a course."""

    course = models.ForeignKey(Course, models.CASCADE, related_name="members")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="memberships")
    role = models.CharField(max_length=10, choices=Role.choices)
    ident = models.CharField(max_length=200)
    """The id of the class list: part of the key that the numbers are drawn with."""
    name = models.CharField(max_length=200, blank=True)
    email = models.CharField(max_length=254, blank=True)
    active = models.BooleanField(default=True)
    """Whoever leaves the class keeps what was handed in."""

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=["course", "user"], name="one_part_each"),
            models.UniqueConstraint(fields=["course", "ident"], name="one_ident_each"),
        )

    @property
    def shown(self) -> str:
        """The name, or the id where none is known."""
        return self.name or self.ident

    @property
    def called(self) -> str:
        """Name and id, where one person is spoken of: another may have the same name."""
        return f"{self.name} ({self.ident})" if self.name else self.ident


class Feedback(models.TextChoices):
    """When students see what was found."""

    AT_ONCE = "at once"
    AFTER_DUE = "after the due date"
    NEVER = "never"


class Finished(models.Manager["Assignment"]):
    """Without those whose exercises are still being stored: nobody finds them."""

    def get_queryset(self) -> models.QuerySet[Assignment]:
        """The finished ones."""
        return super().get_queryset().filter(making=False)


class Assignment(models.Model):
    """What a course works on."""

    id = models.CharField(primary_key=True, max_length=24, default=new_id)
    course = models.ForeignKey(Course, models.CASCADE, related_name="assignments")
    title = models.CharField(max_length=200)
    order = models.JSONField()
    """`grader.assignments.folder.Order.as_json`: family, secret and choices."""
    policy = models.TextField(default="default")
    """Name of a shipped policy, or the text of a policy file."""
    published = models.BooleanField(default=False)
    opens = models.DateTimeField(null=True, blank=True)
    due = models.DateTimeField(null=True, blank=True)
    closes = models.DateTimeField(null=True, blank=True)
    """Nothing is taken after it."""
    feedback = models.CharField(max_length=20, choices=Feedback.choices, default=Feedback.AT_ONCE)
    practice = models.BooleanField(default=True)
    """Whether students may practise with fresh variants."""
    created = models.DateTimeField(default=timezone.now)
    making = models.BooleanField(default=False)
    """Whether its exercises are still being stored."""

    objects = Finished()
    every: models.Manager[Assignment] = models.Manager()

    @cached_property
    def made(self) -> Order:
        """The order of its exercises."""
        return Order.from_json(dict(self.order), self.title)

    @property
    def valued(self) -> Policy:
        """The policy.

        Raises:
            PolicyError: the stored text is no policy (it is checked before it is stored).
        """
        from grader.marking.policy_file import stored_policy

        return stored_policy(self.policy, f"{self.title}, policy")

    def begun_at(self, now: Any) -> bool:
        """Whether the time has come from which on the exercises may be seen."""
        return self.opens is None or bool(now >= self.opens)

    def open_at(self, now: Any) -> bool:
        """Whether submissions are taken."""
        return self.published and self.begun_at(now) and (self.closes is None or now < self.closes)

    def shows_feedback(self, now: Any) -> bool:
        """Whether students see what was found."""
        if self.feedback == Feedback.AT_ONCE:
            return True
        return self.feedback == Feedback.AFTER_DUE and self.due is not None and now >= self.due


class Task(models.Model):
    """One student's exercise. A reissued one stays, with what was handed in for it."""

    id = models.CharField(primary_key=True, max_length=100)
    """The exercise's id, as printed."""
    assignment = models.ForeignKey(Assignment, models.CASCADE, related_name="tasks")
    member = models.ForeignKey(Member, models.CASCADE, related_name="tasks")
    number = models.PositiveIntegerField(default=1)
    reissue = models.PositiveIntegerField(default=0)
    current = models.BooleanField(default=True)
    line = models.TextField()
    """The exercise as a line of `exercises.jsonl`."""

    class Meta:
        constraints = (
            models.UniqueConstraint(
                fields=["assignment", "member", "number", "reissue"], name="one_of_each"
            ),
        )

    @cached_property
    def exercise(self) -> Exercise:
        """What is asked."""
        import json

        from problems.exercise import from_json

        return from_json(json.loads(self.line), self.id)


class Draft(models.Model):
    """What stands in the fields and is not handed in yet."""

    task = models.OneToOneField(Task, models.CASCADE, related_name="draft")
    answers = models.JSONField(default=dict)
    """Question -> as typed."""
    times = models.JSONField(default=dict)
    """Question -> when it was typed, in Unix milliseconds: of two tabs the newer one wins."""
    changed = models.DateTimeField(default=timezone.now)


class State(models.TextChoices):
    """How far a submission has come."""

    STORED = "stored"
    GRADED = "graded"
    REVIEW = "review"
    """Could not be checked; somebody must look."""


class Submission(models.Model):
    """What was handed in, byte by byte."""

    id = models.CharField(primary_key=True, max_length=24, default=new_id)
    task = models.ForeignKey(Task, models.CASCADE, related_name="submissions")
    key = models.CharField(max_length=100)
    """Of idempotency: whoever sends the same twice hands in once."""
    digest = models.CharField(max_length=64)
    """SHA-256 of the bytes."""
    name = models.CharField(max_length=255, blank=True)
    """Of the file; empty for what was typed in the browser."""
    data = models.BinaryField()
    received = models.DateTimeField(default=timezone.now)
    attempt = models.PositiveIntegerField()
    state = models.CharField(max_length=10, choices=State.choices, default=State.STORED)
    tries = models.PositiveIntegerField(default=0)
    """How often grading was begun."""

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=["task", "key"], name="once_each"),
            models.UniqueConstraint(fields=["task", "attempt"], name="attempts_count_up"),
        )
        indexes = (models.Index(fields=["state", "received"]),)


class Result(models.Model):
    """What was found in a submission."""

    submission = models.OneToOneField(Submission, models.CASCADE, related_name="result")
    score = models.FloatField()
    """Before the late rule."""
    counted = models.FloatField()
    """After it."""
    most = models.FloatField()
    report = models.JSONField()
    """`templates.feedback.report.Report.as_json`."""
    policy = models.TextField()
    """Under which it was valued, as in `Assignment.policy`."""
    graded = models.DateTimeField(default=timezone.now)


class Token(models.Model):
    """A key to the REST interface; only its digest is stored."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="tokens")
    name = models.CharField(max_length=100)
    digest = models.CharField(max_length=64, unique=True)
    scopes = models.JSONField(default=list)
    """Of `grader.web.accounts.SCOPES`."""
    created = models.DateTimeField(default=timezone.now)
    used = models.DateTimeField(null=True, blank=True)
    expires = models.DateTimeField(null=True, blank=True)


class Link(models.Model):
    """A personal link that logs in; only its digest is stored."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="links")
    digest = models.CharField(max_length=64, unique=True)
    created = models.DateTimeField(default=timezone.now)
    expires = models.DateTimeField()
    used = models.DateTimeField(null=True, blank=True)
    once = models.BooleanField(default=False)
    """Whether it works a single time, to set a password."""


class Audit(models.Model):
    """Who changed what. Entries are only ever added."""

    time = models.DateTimeField(default=timezone.now)
    course = models.ForeignKey(Course, models.SET_NULL, null=True, blank=True, related_name="+")
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+"
    )
    action = models.CharField(max_length=60)
    """Such as `assignment.published`."""
    about = models.CharField(max_length=200, blank=True)
    detail = models.JSONField(default=dict)

    class Meta:
        indexes = (models.Index(fields=["course", "-time"]),)


class Tally(models.Model):
    """How often something was tried lately: for limits on rates, the same for all processes."""

    what = models.CharField(max_length=160, primary_key=True)
    """Such as `login:203.0.113.9`."""
    tries = models.JSONField(default=list)
    """Pairs: a moment in seconds since 1970, and how many tries there were then."""
    until = models.DateTimeField(default=timezone.now, db_index=True)
    """When the last of them no longer counts."""


from grader.web.jobs import models as jobs  # noqa: E402, F401  Django finds models from here
from grader.web.lti import models as lti  # noqa: E402, F401
