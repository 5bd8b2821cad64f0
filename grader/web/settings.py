"""Django's settings. What differs between installations comes from the environment.

BPGRADE_DATA       folder of the database, the secret key and the log
BPGRADE_DATABASE   postgres://user:password@host:port/name; without it SQLite in BPGRADE_DATA
BPGRADE_URL        public address, such as https://bpgrade.example.org
BPGRADE_LEAST_FREE bytes on the disk below which nothing is taken (50,000,000)
"""

from __future__ import annotations

import os
import secrets
from pathlib import Path

from grader.web.database import LEAST_FREE as _LEAST_FREE
from grader.web.database import database_of
from grader.web.hosts import host_of
from grader.web.secret import secret_key

DATA = Path(os.environ.get("BPGRADE_DATA", "bpgrade-data")).resolve()
URL = os.environ.get("BPGRADE_URL", "")

# without a folder (type checking, tests) nothing is written anywhere
_OWN_KEY = "BPGRADE_DATA" in os.environ and os.environ.get("BPGRADE_MAKES", "1")
SECRET_KEY = secret_key(DATA) if _OWN_KEY else secrets.token_urlsafe(48)
DEBUG = False
# the address in links comes from BPGRADE_URL alone, never from what a client says it called
ALLOWED_HOSTS = [host_of(URL)] if URL else ["*"]
ALLOWED_HOSTS += ["127.0.0.1", "localhost", "[::1]"] if URL else []
SECURE = URL.startswith("https://")

DATABASES = {"default": database_of(os.environ.get("BPGRADE_DATABASE", ""), DATA)}
LEAST_FREE = int(os.environ.get("BPGRADE_LEAST_FREE") or _LEAST_FREE)
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

INSTALLED_APPS = [
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.admin",
    "django.contrib.staticfiles",
    "grader.web.apps.Web",
]
MIDDLEWARE = [
    "grader.web.middleware.Guarded",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "grader.web.lti.embedding.FramedCookies",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "grader.web.lti.embedding.Framed",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
]
ROOT_URLCONF = "grader.web.urls"
WSGI_APPLICATION = "grader.web.wsgi.application"

_PAGES = Path(__file__).resolve().parents[2] / "templates"
_TEMPLATES = _PAGES / "web"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.jinja2.Jinja2",
        "DIRS": [_TEMPLATES, _PAGES],
        "OPTIONS": {
            "environment": "grader.web.jinja.environment",
            "context_processors": [
                "django.contrib.messages.context_processors.messages",
                "grader.web.jinja.everywhere",
            ],
        },
    },
    {  # Django's own admin pages
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
            ]
        },
    },
]

STATIC_URL = "/static/"
STATICFILES_DIRS = [_TEMPLATES / "static"]
WHITENOISE_USE_FINDERS = True
WHITENOISE_AUTOREFRESH = False

AUTH_PASSWORD_VALIDATORS = [
    {"NAME": f"django.contrib.auth.password_validation.{name}"}
    for name in (
        "MinimumLengthValidator",
        "CommonPasswordValidator",
        "UserAttributeSimilarityValidator",
    )
]
LOGIN_URL = "login"
LOGIN_REDIRECT_URL = "home"
LOGOUT_REDIRECT_URL = "login"

SESSION_COOKIE_NAME = "bpgrade"
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = SECURE
CSRF_TRUSTED_ORIGINS = [URL] if URL else []
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
if SECURE:
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
    SECURE_HSTS_SECONDS = 365 * 24 * 3600  # of this host alone: others may not have TLS

DATA_UPLOAD_MAX_MEMORY_SIZE = 2_000_000
DATA_UPLOAD_MAX_NUMBER_FIELDS = 1_000
DATA_UPLOAD_MAX_NUMBER_FILES = 100
FILE_UPLOAD_MAX_MEMORY_SIZE = 2_000_000

USE_TZ = True
TIME_ZONE = os.environ.get("TZ") or "UTC"
LANGUAGE_CODE = "en"
USE_I18N = False

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"json": {"()": "grader.web.logs.Json"}},
    "handlers": {"lines": {"class": "logging.StreamHandler", "formatter": "json"}},
    "root": {"handlers": ["lines"], "level": "WARNING"},
    "loggers": {
        "bpgrade": {"handlers": ["lines"], "level": "INFO", "propagate": False},
        "django": {"handlers": ["lines"], "level": "ERROR", "propagate": False},
    },
}
