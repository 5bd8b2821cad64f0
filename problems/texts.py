"""Text that every file and database can hold: what comes in goes through here.

JSON, workbooks and file names can hold halves of characters (lone surrogates), which UTF-8
cannot write, and NUL, which PostgreSQL cannot store and C programs take for the end. Each stands
as U+FFFD from the door on: as many characters as before, and none that an answer may have, so
that what was refused as typed is still refused.
"""

from __future__ import annotations

import json
from typing import Any

from problems.patterns import pattern

REPLACED = "\ufffd"
_UNHELD = pattern("[\x00\ud800-\udfff]")
_HALVES = pattern("[\ud800-\udfff]")
_ESCAPED = pattern("[\udc80-\udcff]")
"""Bytes of a file name that are no UTF-8, as Python keeps them."""
_UNSEEN = pattern("[\x00-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]")
"""Controls, line ends and marks that turn the direction of what follows."""


def cleaned(text: str) -> str:
    """A text without NUL and lone surrogates; the two halves of one character are joined.

    >>> cleaned("0.5" + chr(0) + chr(0xD800)) == "0.5" + 2 * REPLACED
    True
    >>> cleaned(chr(0xD83D) + chr(0xDE00)) == chr(0x1F600)
    True
    """
    if not _UNHELD.search(text):
        return text
    if _HALVES.search(text):
        text = text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")
    return text.replace("\x00", REPLACED)


def cleaned_tree(found: Any) -> Any:
    """Something made of JSON (or TOML) with every text in it cleaned, names of entries too.

    >>> cleaned_tree({"a" + chr(0): ["b", 1, None]}) == {"a" + REPLACED: ["b", 1, None]}
    True
    """
    if isinstance(found, str):
        return cleaned(found)
    if isinstance(found, dict):
        return {cleaned_tree(name): cleaned_tree(value) for name, value in found.items()}
    if isinstance(found, list | tuple):
        return type(found)(map(cleaned_tree, found))
    return found


def parsed_json(text: str | bytes) -> Any:
    """What a text of JSON holds, cleaned; halves of characters hide in its escapes.

    Raises:
        ValueError: it is no JSON.
        RecursionError: it is nested too deeply.
    """
    found = json.loads(text)
    return found if isinstance(text, str) and "\\u" not in text else cleaned_tree(found)


def shown_line(text: str) -> str:
    """A name or title that can stand in a list: on one line, and turning nothing round.

    >>> shown_line("Ada" + chr(0x202E) + " Lovelace" + chr(10)) == "Ada" + REPLACED + " Lovelace"
    True
    """
    return _UNSEEN.sub(REPLACED, " ".join(cleaned(text).split()))


def shown_path(path: object) -> str:
    """A path as messages call it; bytes that are no UTF-8 are escaped.

    >>> shown_path("inbox/Zo" + chr(0xDCEB) + ".csv")
    'inbox/Zo\\\\xeb.csv'
    """
    escaped = _ESCAPED.sub(lambda byte: f"\\x{ord(byte[0]) - 0xDC00:02x}", str(path))
    return cleaned(escaped)
