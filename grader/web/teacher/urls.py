"""Addresses of the teachers' pages, below /teach/."""

from __future__ import annotations

from django.urls import path

from grader.web.teacher import (
    assignment_forms,
    courses,
    downloads,
    jobs,
    log,
    people,
    progress,
    regrade,
    remark,
    work,
)

_COURSE, _ASSIGNMENT = "course/<str:course>/", "assignment/<str:assignment>/"
_SUBMISSION = "submission/<str:submission>/"

urlpatterns = [
    path("", courses.courses, name="teach"),
    path(_COURSE, courses.course, name="teach-course"),
    path(f"{_COURSE}change/", courses.change, name="teach-course-change"),
    path(f"{_COURSE}log/", log.log, name="teach-log"),
    path(f"{_COURSE}roster/", people.roster, name="teach-roster"),
    path(f"{_COURSE}links/", people.links, name="teach-links"),
    path(f"{_COURSE}staff/", people.staff, name="teach-staff"),
    path(f"{_COURSE}person/<int:member>/", people.person, name="teach-person"),
    path(f"{_COURSE}assign/", assignment_forms.plan, name="teach-assign"),
    path(_ASSIGNMENT, progress.assignment, name="teach-assignment"),
    path(f"{_ASSIGNMENT}progress/", progress.progress, name="teach-progress"),
    path(f"{_ASSIGNMENT}settings/", assignment_forms.settings, name="teach-settings"),
    path(f"{_ASSIGNMENT}publish/", progress.publish, name="teach-publish"),
    path(f"{_ASSIGNMENT}complete/", progress.complete, name="teach-complete"),
    path(f"{_ASSIGNMENT}grades.<str:form>", downloads.grades, name="teach-grades"),
    path(f"{_ASSIGNMENT}download/<str:what>", downloads.download, name="teach-download"),
    path(f"{_ASSIGNMENT}report/", downloads.report, name="teach-report"),
    path(f"{_ASSIGNMENT}regrade/", regrade.regrade, name="teach-regrade"),
    path(f"{_ASSIGNMENT}mark-again/", remark.remark, name="teach-remark"),
    path(f"{_ASSIGNMENT}student/<int:member>/", work.student, name="teach-student"),
    path(f"{_ASSIGNMENT}reissue/<str:task>/", work.reissue, name="teach-reissue"),
    path("job/<str:job>/", jobs.job, name="teach-job"),
    path("job/<str:job>/result", jobs.result, name="teach-job-result"),
    path(f"{_SUBMISSION}file", work.raw, name="teach-raw"),
    path(f"{_SUBMISSION}grade/", work.grade, name="teach-grade"),
]
