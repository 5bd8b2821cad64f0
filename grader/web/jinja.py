"""The service's templates: those of the pages, with addresses, dates and roles added."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import TYPE_CHECKING, Any

from django.http import HttpRequest
from django.templatetags.static import static
from django.urls import reverse
from django.utils import timezone
from jinja2 import Environment, StrictUndefined

from grader.assignments.collation import told_apart
from grader.web.lti.embedding import LAUNCHED
from templates.pages import html as pages
from templates.pages.page import ArrayItem, Item

if TYPE_CHECKING:
    from grader.web.models import Member


def environment(**options: Any) -> Environment:
    """What Django asks for; `url`, `static` and the filters of the pages are there."""
    options["undefined"] = StrictUndefined
    options["finalize"] = pages.visible
    found = Environment(**options)
    found.filters |= pages.environment().filters | {
        "moment": moment,
        "day_time": day_time,
        "fields_of": fields_of,
        "told_apart": names_of,
    }
    found.globals |= {"static": static, "url": _url}
    return found


def _url(name: str, *args: Any, **kwargs: Any) -> str:
    return reverse(name, args=args, kwargs=kwargs)


def everywhere(request: HttpRequest) -> dict[str, Any]:
    """What every page may show: who is there, and from which learning platform."""
    session: Any = getattr(request, "session", {})
    return {
        "user": getattr(request, "user", None),
        "path": request.path,
        "launched": session.get(LAUNCHED, ""),
    }


def names_of(members: Iterable[Member]) -> dict[int, str]:
    """Key -> name of the people in a list; two of one name have their ids beside them."""
    return told_apart({one.pk: (one.shown, one.ident) for one in members})


def moment(when: datetime | None) -> str:
    """A time as people write it.

    >>> from datetime import UTC
    >>> moment(datetime(2026, 3, 1, 17, 5, tzinfo=UTC)), moment(None)
    ('1 March 2026, 17:05', '')
    """
    if when is None:
        return ""
    local = timezone.localtime(when) if timezone.is_aware(when) else when
    return f"{local.day} {local:%B %Y, %H:%M}"


def day_time(when: datetime | None) -> str:
    """As the field `datetime-local` of a form wants it."""
    return f"{timezone.localtime(when):%Y-%m-%dT%H:%M}" if when else ""


def fields_of(item: Item | ArrayItem) -> list[Item]:
    """The fields of a step that is asked, or those of an array's entries."""
    if isinstance(item, Item):
        return [item]
    return [cell for row in item.cells for cell in row if isinstance(cell, Item)]
