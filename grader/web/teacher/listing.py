"""Long lists of people and of what they handed in: a page of them, found by name or id."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Generic, TypeVar
from urllib.parse import urlencode

from django.core.paginator import Page, Paginator
from django.http import HttpRequest

from grader.read.folding import folded
from grader.web.models import Member

PAGE = 100
"""Rows of a page."""
LONGEST = 200
"""Characters of what is looked for."""
SEARCH = "q"
"""Parameter of an address: what is looked for."""

T = TypeVar("T")


@dataclass(frozen=True)
class Listing(Generic[T]):
    """A page of a list, and the addresses of the others."""

    page: Page[T]
    text: str = ""
    """What was looked for; '' for everything."""
    kept: Mapping[str, str] = field(default_factory=dict)
    """Further parameters of the address, such as the order."""
    name: str = "page"
    """Parameter of the address that says which page."""
    anchor: str = ""
    """Where the list stands on its page."""

    @property
    def count(self) -> int:
        """How many there are on all pages."""
        return self.page.paginator.count

    @property
    def pages(self) -> int:
        """How many pages there are."""
        return self.page.paginator.num_pages

    @property
    def numbers(self) -> list[int | None]:
        """The pages to choose from: first, last and those around; None for those left out."""
        near = self.page.paginator.get_elided_page_range(
            self.page.number, on_each_side=1, on_ends=1
        )
        return [one if isinstance(one, int) else None for one in near]

    def query(self, number: int = 1, **other: str) -> str:
        """What follows an address to have a page of the same list.

        Args:
            number: which.
            other: parameters to have other values; '' leaves one out.
        """
        page = str(number) if number > 1 else ""
        asked = {**self.kept, SEARCH: self.text, self.name: page, **other}
        return "?" + urlencode({name: value for name, value in asked.items() if value})

    def address(self, number: int = 1, **other: str) -> str:
        """The same, with the place of the list on its page."""
        return f"{self.query(number, **other)}#{self.anchor}"


def listed(
    request: HttpRequest, rows: Sequence[T] | Any, anchor: str, name: str = "page", **kept: str
) -> Listing[T]:
    """The page of a list that an address asks for; the nearest that there is.

    Args:
        request: whose address.
        rows: all of them, in order; or a query.
        anchor: id of the element that holds the list.
        name: parameter that says which page.
        kept: parameters of the other pages' addresses.
    """
    page = Paginator(rows, PAGE).get_page(request.GET.get(name))
    return Listing(page, looked_for(request), kept, name, anchor)


def looked_for(request: HttpRequest) -> str:
    """What somebody looks for, on one line."""
    return " ".join(request.GET.get(SEARCH, "")[:LONGEST].split())


def named(people: Iterable[tuple[T, Member]], text: str) -> list[T]:
    """Those whose name, id or e-mail address has every word of a text somewhere in it.

    Args:
        people: what is listed, and whose it is.
        text: as typed; accents and case make no difference.
    """
    words = folded(text).split()
    return [one for one, member in people if _has(member, words)]


def _has(member: Member, words: Sequence[str]) -> bool:
    if not words:
        return True
    whole = folded(f"{member.name} {member.ident} {member.email}")
    return all(word in whole for word in words)
