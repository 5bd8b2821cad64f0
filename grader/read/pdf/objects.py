"""Objects of a PDF that nobody vouches for: looked up without trusting that they are there.

Source: PDF 32000-1, 7.3 (objects), 7.9.2 (text strings).
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from problems.patterns import pattern

LONGEST = 5_000
"""Characters kept of a text: more than an answer may have, so that too long ones still show."""
DEEPEST = 40
MOST_PAGES = 500

_LANGUAGE = pattern(r"\x1b[^\x1b]{0,20}\x1b")
_TAG = pattern(r"<[^<>]*+>")
_ENTITIES = {"&lt;": "<", "&gt;": ">", "&quot;": '"', "&apos;": "'", "&#160;": " ", "&amp;": "&"}

Box = tuple[float, float, float, float]
"""Left, bottom, right, top, in points."""


def resolved(node: Any) -> Any:
    """What a reference leads to, anything else itself; None for what is null."""
    found = node.get_object() if hasattr(node, "get_object") else node
    return None if type(found).__name__ == "NullObject" else found


def get(node: Any, key: str) -> Any:
    """An entry of a dictionary, None where there is no dictionary or no entry."""
    return resolved(node.get(key)) if hasattr(node, "get") else None


def entries(node: Any) -> list[Any]:
    """The elements of an array; none of what is no array."""
    return list(node) if isinstance(node, list) else []


def identity(node: Any) -> object:
    """A key that references to one object share."""
    return getattr(node, "idnum", None) or id(node)


def text_of(value: Any) -> str:
    """A value as text: a string of any encoding, a stream of text, a name or a number.

    >>> text_of("0.5 "), text_of(b"\\xef\\xbb\\xbf\\xe2\\x88\\x921"), text_of(None)
    ('0.5', '−1', '')
    """
    if hasattr(value, "get_data"):
        value = bytes(value.get_data())
    if isinstance(value, bytes):
        value = _decoded(value)
    if isinstance(value, list) and len(value) == 1:  # the chosen line of a list
        return text_of(resolved(value[0]))
    if isinstance(value, bool | int | float):
        return str(value)
    if not isinstance(value, str):
        return ""
    is_name = type(value).__name__ == "NameObject"  # the library writes names with their slash
    text = value.removeprefix("/") if is_name else value
    return _LANGUAGE.sub("", text).strip()[:LONGEST]


def _decoded(data: bytes) -> str:
    """A text string: UTF-16 or UTF-8 where it is marked so, else PDFDocEncoding."""
    from pypdf.generic import create_string_object

    text = create_string_object(data[: 4 * LONGEST])
    return text if isinstance(text, str) else data[:LONGEST].decode("latin-1")


def plain_of(rich: str) -> str:
    """What a rich text says, without its tags.

    >>> plain_of("<body><p>0.5 &lt; <b>1</b></p></body>")
    '0.5 < 1'
    """
    text = _TAG.sub("", rich)
    for entity, char in _ENTITIES.items():
        text = text.replace(entity, char)
    return re.sub(r"\s+", " ", text).strip()


def box_of(value: Any) -> Box | None:
    """A rectangle with its corners in order; None if it is none."""
    numbers = [resolved(one) for one in entries(value)]
    if len(numbers) != 4 or not all(isinstance(one, int | float) for one in numbers):
        return None
    left, bottom, right, top = map(float, numbers)
    return min(left, right), min(bottom, top), max(left, right), max(bottom, top)


def pages_of(root: Any) -> Iterator[Any]:
    """The pages in their order, however damaged the tree is."""
    todo = [(get(root, "/Pages"), 0)]
    seen: set[object] = set()
    count = 0
    while todo and count < MOST_PAGES:
        node, depth = todo.pop()
        key, node = identity(node), resolved(node)
        if key in seen or depth > DEEPEST or not hasattr(node, "get"):
            continue
        seen.add(key)
        if "/Kids" in node:
            kids = entries(get(node, "/Kids"))[:MOST_PAGES]
            todo += [(kid, depth + 1) for kid in reversed(kids)]
        else:
            count += 1
            yield node
