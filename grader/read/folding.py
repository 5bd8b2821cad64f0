"""Texts folded for comparing: names and words that differ in accents, case and signs alone."""

from __future__ import annotations

import unicodedata

from grader.read.identity import APOSTROPHES, UNSEEN

_PLAIN = str.maketrans(
    {"ø": "o", "ł": "l", "đ": "d", "ð": "d", "þ": "th", "æ": "ae", "œ": "oe", "ı": "i"}
)
_LEFT_OUT = frozenset(APOSTROPHES + UNSEEN)


def folded(text: str) -> str:
    """A text without accents, case, apostrophes and what cannot be seen.

    >>> folded("Zoë O’Brien"), folded("ŁUKASZ Groß")
    ('zoe obrien', 'lukasz gross')
    """
    text = unicodedata.normalize("NFKD", text.casefold().translate(_PLAIN))
    return "".join(
        char for char in text if not unicodedata.combining(char) and char not in _LEFT_OUT
    ).strip()
