"""Addresses of the students' pages, below /work/."""

from __future__ import annotations

from django.urls import path

from grader.web.student import views

urlpatterns = [path("", views.overview, name="work")]
