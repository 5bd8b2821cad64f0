"""Who changed what in a course."""

from __future__ import annotations

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_GET

from grader.web.models import Audit, Member
from grader.web.rights import staff_only
from grader.web.teacher.pages import shown

PAGE = 50


@staff_only
@require_GET
def log(request: HttpRequest, member: Member) -> HttpResponse:
    """The newest first."""
    lines = Audit.objects.filter(course=member.course).select_related("user")
    pages = Paginator(lines.order_by("-time", "-pk"), PAGE)
    return shown(request, "log", member.course, lines=pages.get_page(request.GET.get("page")))
