"""Settings of the service for tests: the real ones, in a folder of their own."""

from __future__ import annotations

import os
import tempfile

os.environ.setdefault("BPGRADE_DATA", tempfile.mkdtemp(prefix="bpgrade-test-"))

from grader.web.settings import *  # noqa: F403

PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]

WHITENOISE_AUTOREFRESH = True
"""Each client of a test has a server of its own, which would look through all static files."""
