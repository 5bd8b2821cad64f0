"""Somebody in front of the teachers' pages."""

from __future__ import annotations

from django.contrib.auth import get_user_model
from django.test import Client


def client_of(name: str) -> Client:
    """A browser in which somebody is logged in."""
    client = Client()
    client.force_login(get_user_model().objects.get(username=name))
    return client
