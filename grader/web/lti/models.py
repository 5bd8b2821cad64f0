"""What is known of learning platforms, and grades on their way to them."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.utils import timezone


class Platform(models.Model):
    """A learning platform that has registered us: where it answers, and as whom it knows us."""

    issuer = models.CharField(max_length=500)
    """`iss` of its tokens."""
    client_id = models.CharField(max_length=255)
    """What it calls us."""
    name = models.CharField(max_length=200, blank=True)
    product = models.CharField(max_length=60, blank=True)
    """`moodle`, `canvas`, ... as it says itself."""
    auth_url = models.CharField(max_length=1000)
    token_url = models.CharField(max_length=1000)
    keys_url = models.CharField(max_length=1000)
    audience = models.CharField(max_length=1000, blank=True)
    """Of our assertions, where it is not `token_url`."""
    internal = models.BooleanField(default=False)
    """Whether the administrator allows addresses of private networks."""
    active = models.BooleanField(default=True)
    created = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=["issuer", "client_id"], name="one_client_each"),
        )


class Deployment(models.Model):
    """One of the places where a platform has installed us."""

    platform = models.ForeignKey(Platform, models.CASCADE, related_name="deployments")
    ident = models.CharField(max_length=255)
    """`deployment_id` of its tokens."""

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=["platform", "ident"], name="one_deployment_each"),
        )


class ToolKey(models.Model):
    """A key pair of ours; the newest one signs, all that have not ended are published."""

    kid = models.CharField(primary_key=True, max_length=64)
    pem = models.TextField()
    """The private key, PKCS 8."""
    created = models.DateTimeField(default=timezone.now)
    ended = models.DateTimeField(null=True, blank=True)


class Invitation(models.Model):
    """Leave for one platform to register itself; only its digest is stored."""

    digest = models.CharField(max_length=64, primary_key=True)
    internal = models.BooleanField(default=False)
    """As in `Platform`."""
    expires = models.DateTimeField()
    used = models.DateTimeField(null=True, blank=True)


class Login(models.Model):
    """A launch that has begun: deleted when it comes back, whatever comes of it."""

    digest = models.CharField(max_length=64, primary_key=True)
    """Of `state`."""
    nonce = models.CharField(max_length=64)
    browser = models.CharField(max_length=64)
    """Digest of the cookie that the browser got."""
    platform = models.ForeignKey(Platform, models.CASCADE, related_name="+")
    asked = models.TextField(blank=True)
    """What the platform asked with, as a query: to begin again in a window of its own."""
    begun = models.DateTimeField(default=timezone.now, db_index=True)


class Identity(models.Model):
    """Whom somebody of a platform is here. The issuer's numbers outlive registrations."""

    issuer = models.CharField(max_length=500)
    sub = models.CharField(max_length=255)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="identities")

    class Meta:
        constraints = (models.UniqueConstraint(fields=["issuer", "sub"], name="one_person_each"),)


class Context(models.Model):
    """A course of a platform, and ours that it leads to."""

    platform = models.ForeignKey(Platform, models.CASCADE, related_name="contexts")
    deployment = models.CharField(max_length=255, blank=True)
    """Of the launches: the ids of courses are those of one deployment alone."""
    ident = models.CharField(max_length=255)
    title = models.CharField(max_length=255, blank=True)
    course = models.ForeignKey("bpgrade.Course", models.CASCADE, related_name="contexts")
    memberships_url = models.CharField(max_length=1000, blank=True)
    """Of the names and roles service; '' where we may not ask."""
    lineitems_url = models.CharField(max_length=1000, blank=True)
    """Of the grade service; '' where we may make no columns."""
    scopes = models.JSONField(default=list)
    """What the grade service lets us do."""

    class Meta:
        constraints = (
            models.UniqueConstraint(
                fields=["platform", "deployment", "ident"], name="one_context_each"
            ),
        )


class Placement(models.Model):
    """A link in a platform's course, and the assignment that it opens."""

    context = models.ForeignKey(Context, models.CASCADE, related_name="placements")
    link = models.CharField(max_length=255)
    """`resource_link` of its tokens."""
    title = models.CharField(max_length=255, blank=True)
    assignment = models.ForeignKey("bpgrade.Assignment", models.CASCADE, related_name="placements")
    lineitem_url = models.CharField(max_length=1000, blank=True)
    """The column of the platform's gradebook; '' where there is none."""
    custom = models.CharField(max_length=24, blank=True)
    """What the link itself said that it opens, when that was last followed: a new word of it
    counts, an old one does not undo what was chosen here since."""

    class Meta:
        constraints = (models.UniqueConstraint(fields=["context", "link"], name="one_link_each"),)


class Sending(models.TextChoices):
    """How far a grade has come."""

    WAITING = "waiting"
    SENT = "sent"
    REFUSED = "refused"
    """The platform will never take it; the error says why."""


class Outgoing(models.Model):
    """The newest grade of a student for one column of a platform.

    Written in the transaction of the result it tells. A newer grade takes the row over, so that
    an older one can never come after it.
    """

    placement = models.ForeignKey(Placement, models.CASCADE, related_name="outgoing")
    member = models.ForeignKey("bpgrade.Member", models.CASCADE, related_name="outgoing")
    sub = models.CharField(max_length=255)
    """The student, as the platform calls them."""
    score = models.FloatField()
    most = models.FloatField()
    comment = models.TextField(blank=True)
    stamp = models.DateTimeField()
    """Time of the grade, in whole seconds, strictly rising; the same at every try."""
    version = models.PositiveIntegerField(default=1)
    """Counts the grades: what was sent is only noted if no newer one came meanwhile."""
    state = models.CharField(max_length=10, choices=Sending.choices, default=Sending.WAITING)
    tries = models.PositiveIntegerField(default=0)
    due = models.DateTimeField(default=timezone.now)
    """When it is tried next."""
    error = models.CharField(max_length=300, blank=True)
    """Of the last try."""
    sent = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=["placement", "member"], name="one_row_each"),
        )
        indexes = (models.Index(fields=["state", "due"]),)
