"""Addresses for learning platforms, below /lti/."""

from __future__ import annotations

from django.urls import path

from grader.web.lti import course_linking, deep_linking, pages, views

urlpatterns = [
    path("login", views.login, name="lti-login"),
    path("launch", views.launch, name="lti-launch"),
    path("jwks", views.key_set, name="lti-keys"),
    path("waiting/", views.waiting, name="lti-waiting"),
    path("soon/<str:assignment>/", views.soon, name="lti-soon"),
    path("choose/", deep_linking.choose, name="lti-choose"),
    path("register/<str:secret>/", pages.register, name="lti-register"),
    path("platforms/", pages.platforms, name="lti-platforms"),
    path("platforms/<int:platform>/", pages.platform, name="lti-platform"),
    path("course/<str:course>/fetch/", pages.fetch, name="lti-fetch"),
    path("course/<str:course>/code/", course_linking.code, name="lti-code"),
    path("course/<str:course>/send/", pages.send, name="lti-send"),
]
