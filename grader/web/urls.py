"""All addresses. A path part `course`, `assignment`, `task`, `submission` is an id."""

from __future__ import annotations

from django.contrib import admin
from django.urls import include, path

from grader.web import tokens, views

urlpatterns = [
    path("", views.home, name="home"),
    path("health", views.health, name="health"),
    path("ready", views.ready, name="ready"),
    path("login/", views.Login.as_view(), name="login"),
    path("logout/", views.logout, name="logout"),
    path("link/<str:secret>/", views.link, name="link"),
    path("password/", views.password, name="password"),
    path("tokens/", tokens.tokens, name="tokens"),
    path("tokens/<int:token>/end/", tokens.end, name="token-end"),
    path("teach/", include("grader.web.teacher.urls")),
    path("learn/", include("grader.web.student.urls")),
    path("lti/", include("grader.web.lti.urls")),
    path("api/v1/", include("grader.web.api.urls")),
    path("admin/login/", views.admin_login),
    path("admin/password_change/", views.admin_password),
    path("admin/", admin.site.urls),
]
handler400 = "grader.web.views.unreadable"
handler404 = "grader.web.views.not_found"
handler500 = "grader.web.views.broken"
