"""The service as a WSGI application, for servers that start it themselves."""

from __future__ import annotations

import os

from django.core.wsgi import get_wsgi_application

from grader.web.lti.embedding import partitioned

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "grader.web.settings")
application = partitioned(get_wsgi_application())
