"""How lists of people are ordered, and how two of one name are told apart in them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Hashable, Mapping
from functools import lru_cache
from typing import TypeVar

from grader.read.folding import folded

Key = TypeVar("Key", bound=Hashable)


def name_key(name: str, ident: str = "") -> tuple[str, str, str]:
    """Sorts names as people look them up, the same on every machine.

    Letters decide first; accents and case only where all letters are the same, then the id.

    >>> sorted(["Zoë", "Ångström", "adam", "Østergård", "Bob", "Adam"], key=name_key)
    ['Adam', 'adam', 'Ångström', 'Bob', 'Østergård', 'Zoë']
    """
    return _letters(name), name, ident


@lru_cache(maxsize=2**14)
def _letters(name: str) -> str:
    """Of a name, for pages that sort the same large class again and again."""
    return folded(name)


def told_apart(people: Mapping[Key, tuple[str, str]]) -> dict[Key, str]:
    """The names of a list, each with the id beside it where another is called the same.

    Args:
        people: key -> name and id.

    >>> told_apart({1: ("Ann Lee", "s1"), 2: ("Bo", "s2"), 3: ("ann  lee", "s3")})
    {1: 'Ann Lee (s1)', 2: 'Bo', 3: 'ann  lee (s3)'}
    """
    count = Counter(_same(name) for name, _ in people.values())
    return {
        key: f"{name} ({ident})" if count[_same(name)] > 1 and name != ident else name
        for key, (name, ident) in people.items()
    }


def _same(name: str) -> str:
    return " ".join(_letters(name).split())
