"""Doctests of the reference as code: without a fence Markdown takes `>>>` for a quotation."""

from __future__ import annotations

import re
from typing import Any

import griffe

_BLOCK = re.compile(r"(?m)^(?P<in>[ ]*)>>> .*(?:\n(?P=in)\S.*)*")
"""From a prompt to the next blank line."""


def fenced(text: str) -> str:
    """
    >>> print(fenced("Halves.\\n\\n>>> 1 / 2\\n0.5"))
    Halves.
    <BLANKLINE>
    ```pycon
    >>> 1 / 2
    0.5
    ```
    """
    return _BLOCK.sub(lambda block: f"{block['in']}```pycon\n{block[0]}\n{block['in']}```", text)


class Doctests(griffe.Extension):
    """Fences the doctests of every docstring."""

    def on_object(self, *, obj: griffe.Object, **_: Any) -> None:
        """Called for each module, class, function and attribute."""
        if obj.docstring:
            obj.docstring.value = fenced(obj.docstring.value)
