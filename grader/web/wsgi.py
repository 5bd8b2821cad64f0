"""The service as a WSGI application, for servers that start it themselves."""

from __future__ import annotations

import os

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "grader.web.settings")
application = get_wsgi_application()
