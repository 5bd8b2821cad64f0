"""Addresses of the teachers' pages, below /teach/."""

from __future__ import annotations

from django.urls import path

from grader.web.teacher import views

urlpatterns = [path("", views.courses, name="teach")]
