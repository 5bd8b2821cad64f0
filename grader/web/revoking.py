"""What lets somebody in without a password ends when they become somebody else to the service.

A personal link and a token are known to whoever made them or found them. They end with a new
password, and when their owner becomes a teacher, an assistant or an administrator, leaves the
last course, or is switched off; so do sessions. A link ends with any further part in a course
too: whoever made it would be let into that one.
"""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from django.contrib.auth import SESSION_KEY, get_user_model
from django.contrib.sessions.models import Session
from django.db.models.signals import post_save, pre_save
from django.utils import timezone

from grader.web.models import Link, Member, Token
from grader.web.rights import STAFF, is_staff

STANDING = ("is_staff", "is_superuser", "is_active")
"""What of an account changes whom it lets in."""


def revoke(users: Collection[int]) -> None:
    """End all links, tokens and sessions of some people.

    Args:
        users: keys of their accounts.
    """
    if not users:
        return
    Link.objects.filter(user_id__in=users).delete()
    Token.objects.filter(user_id__in=users).delete()
    wanted = {str(user) for user in users}
    theirs = [
        session.pk
        for session in Session.objects.filter(expire_date__gt=timezone.now()).iterator()
        if session.get_decoded().get(SESSION_KEY) in wanted
    ]
    Session.objects.filter(pk__in=theirs).delete()


def left(users: Collection[int]) -> None:
    """End them for those who have left a course and are in no other one.

    Args:
        users: keys of the accounts of those who have left.
    """
    people = get_user_model().objects.filter(pk__in=users, is_staff=False)
    here = Member.objects.filter(user_id__in=users, active=True).values("user")
    revoke(set(people.exclude(pk__in=here).values_list("pk", flat=True)))


def watch() -> None:
    """End them wherever an account gets a new password, standing or part, whatever does it."""
    pre_save.connect(_compare, get_user_model(), dispatch_uid="bpgrade-compare")
    post_save.connect(_end, get_user_model(), dispatch_uid="bpgrade-revoke")
    pre_save.connect(_enter, Member, dispatch_uid="bpgrade-enter")


def _compare(instance: Any, update_fields: Any = None, **_: Any) -> None:
    instance.bpgrade_revoked = False
    if instance.pk is None or (update_fields and not {*update_fields} & {"password", *STANDING}):
        return
    # a password that is only hashed anew at a login is no new one, and leaves no `_password`
    fresh = instance._password is not None
    before = get_user_model().objects.filter(pk=instance.pk).values(*STANDING).first()
    changed = before and any(before[name] != getattr(instance, name) for name in STANDING)
    instance.bpgrade_revoked = fresh or bool(changed)


def _end(instance: Any, created: bool, **_: Any) -> None:
    if instance.bpgrade_revoked and not created:
        revoke({instance.pk})


def _enter(instance: Member, **_: Any) -> None:
    """Before somebody's part in a course is stored: is it one that they did not have?"""
    part = (instance.user_id, instance.role)
    had = Member.objects.filter(pk=instance.pk, active=True).values_list("user_id", "role").first()
    if not instance.active or had == part:
        return
    if instance.role in STAFF and not is_staff(instance.user):
        revoke({instance.user_id})
    else:
        Link.objects.filter(user_id=instance.user_id).delete()
