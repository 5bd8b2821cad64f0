"""Addresses of the students' pages, below /learn/."""

from __future__ import annotations

from django.urls import path

from grader.web.student import feedback, practice, views, worksheet

urlpatterns = [
    path("", views.overview, name="work"),
    path("submission/<str:submission>/", feedback.submission, name="work-submission"),
    path("practice/<str:assignment>/", practice.practice, name="work-practice"),
    path("practice/<str:assignment>/check/", practice.check, name="work-practice-check"),
    path("practice/<str:assignment>/show/", practice.show, name="work-practice-show"),
    path("<str:task>/", worksheet.Worksheet.as_view(), name="work-task"),
    path("<str:task>/read/", worksheet.read, name="work-read"),
    path("<str:task>/draft/", worksheet.draft, name="work-draft"),
    path("<str:task>/upload/", worksheet.upload, name="work-upload"),
    path("<str:task>/worksheet.pdf", views.worksheet_pdf, name="work-pdf"),
    path("<str:task>/answers.csv", views.answers_csv, name="work-csv"),
]
