"""The service as a Django application."""

from __future__ import annotations

from django.apps import AppConfig


class Web(AppConfig):
    """Models and migrations live here."""

    name = "grader.web"
    label = "bpgrade"
    verbose_name = "bpgrade"
