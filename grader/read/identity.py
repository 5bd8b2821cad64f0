"""Ids as spreadsheet programs leave them: zeros in front lost, `12.0`, `1.2E+01`, an apostrophe.

Nothing here guesses: an id of digits is the number it stands for, and a number that was rounded
stands for none.
"""

from __future__ import annotations

import re

from problems.patterns import pattern

UNSEEN = "\ufeff\u200b\u200c\u200d\u200e\u200f\u2060\u00ad"
"""Characters that cannot be seen and mean nothing in an id."""
APOSTROPHES = "'’‘`´ʼ"

_WHOLE = pattern(r"0*(\d{1,40})(?:[.,]0{1,9})?", re.ASCII)
_EXPONENT = pattern(r"(\d)(?:[.,](\d{1,40}))?[eE]\+?(\d{1,2})", re.ASCII)
_DASHES = str.maketrans(dict.fromkeys("‐‑‒–—−", "-"))


def plain(id: str) -> str:
    """An id without what spreadsheet programs and word processors add to it.

    >>> plain("\\ufeff'mazur–7f3a9c\\xa0")
    'mazur-7f3a9c'
    """
    seen = "".join(char for char in id if char not in UNSEEN)
    return seen.strip().lstrip(APOSTROPHES).strip().translate(_DASHES)


def number_of(id: str) -> str:
    """The number that an id of digits stands for; '' if it is none, or was rounded.

    >>> number_of("0012"), number_of("12.0"), number_of("1.2E+01"), number_of("'12")
    ('12', '12', '12', '12')
    >>> number_of("1.23457E+11"), number_of("s12")
    ('', '')
    """
    text = plain(id)
    match = _WHOLE.fullmatch(text)
    if match:
        return match[1].lstrip("0") or "0"
    match = _EXPONENT.fullmatch(text)
    if not match:
        return ""
    digits, whole = match[1] + (match[2] or ""), int(match[3]) + 1
    if len(digits) < whole or digits[whole:].strip("0"):
        return ""
    return digits[:whole].lstrip("0") or "0"


def was_rounded(id: str) -> bool:
    """Whether a spreadsheet program has left out digits of an id."""
    return bool(_EXPONENT.fullmatch(plain(id))) and not number_of(id)


def alike(one: str, other: str) -> bool:
    """Whether two ids differ in letters only, so that the one may be offered for the other.

    >>> alike("ada", "adda"), alike("s012", "s12"), alike("0112", "12")
    (True, True, False)
    """
    return _numbers(one) == _numbers(other)


def _numbers(id: str) -> list[int]:
    return [int(digits) for digits in re.findall(r"\d+", id)]
