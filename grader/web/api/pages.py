"""Lists, a piece at a time."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.db.models import QuerySet
from ninja import Field, Schema

MOST = 200


class Piece(Schema):
    """Which part of a list is wanted."""

    limit: int = Field(50, ge=1, le=MOST, description="At most so many.")
    offset: int = Field(0, ge=0, le=10_000_000, description="So many are left out before.")


class Page(Schema):
    """Part of a list; `count` says how long all of it is."""

    count: int = Field(description="Length of the whole list.")
    limit: int
    offset: int


def page_of(
    found: QuerySet[Any], piece: Piece, shown: Callable[[Any], dict[str, Any]]
) -> dict[str, Any]:
    """A piece of what was found, as JSON."""
    part = found[piece.offset : piece.offset + piece.limit]
    return {
        "count": found.count(),
        "limit": piece.limit,
        "offset": piece.offset,
        "items": [shown(one) for one in part],
    }
