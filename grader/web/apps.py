"""The service as a Django application."""

from __future__ import annotations

from django.apps import AppConfig
from django.db.backends.signals import connection_created

from grader.web.database import check_connection


class Web(AppConfig):
    """Models and migrations live here."""

    name = "grader.web"
    label = "bpgrade"
    verbose_name = "bpgrade"

    def ready(self) -> None:
        """Have every connection checked that is opened from now on, and accounts watched."""
        from grader.web import revoking  # models exist only now
        from grader.web.lti import fetching, outbox

        connection_created.connect(check_connection)
        revoking.watch()
        fetching.register()
        outbox.listen()
