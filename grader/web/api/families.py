"""Families: what can be drawn."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

from django.http import Http404, HttpRequest
from ninja import Query, Router

from grader.web.api.access import scoped
from grader.web.api.pages import Piece
from grader.web.api.shapes import FamilyPage, FamilyShape
from problems.drawing import family as known

router = Router(tags=["Families"])
ANY = scoped("read", "submit", "teach")


@router.get("/families", response=FamilyPage, auth=ANY, summary="List the families")
def families(request: HttpRequest, page: Query[Piece]) -> dict[str, Any]:
    """The styles of exercise that are shipped, with their defaults."""
    names = known.names()
    part = names[page.offset : page.offset + page.limit]
    about = {"count": len(names), "limit": page.limit, "offset": page.offset}
    return about | {"items": [_shown(name) for name in part]}


@router.get("/families/{family}", response=FamilyShape, auth=ANY, summary="Show a family")
def family(request: HttpRequest, family: str) -> dict[str, Any]:
    """One style of exercise."""
    if family not in known.names():
        raise Http404("no such family")
    return _shown(family)


@lru_cache(maxsize=64)
def _shown(name: str) -> dict[str, Any]:
    found = known.load(name)
    return {
        "name": found.name,
        "title": found.title,
        "summary": found.summary,
        "source": found.source,
        "notation": found.notation,
        "layers": found.shape,
        "decimals": found.decimals,
        "significant": found.significant,
        "difficulties": list(found.difficulties),
        "steps": len(found.design().questions),
    }
