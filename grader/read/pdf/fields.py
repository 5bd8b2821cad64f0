"""What a PDF worksheet holds: its fields and what lies beside them, read in a process of its own.

Run as a program it answers one PDF after the other: see `grader.support.answering`. A file on
which the parser hangs or swells costs this process, which is started anew; the caller goes on.
"""

from __future__ import annotations

import io
import logging
import warnings
from collections.abc import Iterator
from typing import Any

from grader.read.pdf.annotations import MOST_MARKS, marks_on
from grader.read.pdf.objects import pages_of
from grader.read.pdf.text import Sources, head_of, text_on
from grader.read.pdf.widgets import Widgets
from grader.support.answering import answer_all, limit_memory
from problems.patterns import pattern

CPU_SECONDS = 0.8
"""For one file, besides other work of the machine; our own worksheets take 0.02 s, with
four exercises 0.2 s."""
MEMORY = 60_000_000
"""Bytes of address space beside the interpreter and the library."""
MOST_READ = 20
"""Pages whose text is looked through for the id of an exercise."""

_ID = pattern(r"(?m)^[ \t]*([\w-]{1,80}-[0-9a-f]{10,64})[ \t]*$")
"""The id of an exercise, which stands alone in the head of each page."""
_NUMBER = pattern(r"(?m)^page (\d{1,3}) of (\d{1,3})$")
_TITLE = pattern(r"\[([\w-]+(?:, [\w-]+)*)\]\s*$")
"""The ids at the end of the title."""


def title_ids(title: str) -> list[str]:
    """The exercises that the title of a worksheet names.

    >>> title_ids("Worksheet: Backpropagation [mazur-7f3a9c1234, mazur-85771af514]")
    ['mazur-7f3a9c1234', 'mazur-85771af514']
    """
    found = _TITLE.search(title)
    return found[1].split(", ") if found else []


def read(data: bytes) -> dict[str, Any]:
    """What a PDF holds, or a code and what went wrong.

    Returns:
        `title`; `fields`: see `Widgets.fields`; `marks`: see `marks_on`; `pages`: how many;
        `pictures`: how many of them are nothing but a picture; `ours`: how many are set in our
        fonts; `heads`: page, exercise, number of the page and of how many, as the heads of our
        pages say; `ids`: what looks like the id of an exercise on pages where neither they nor
        fields nor title name one; `xfa`: whether there is a form of another kind.
        Or `code`, `why`.
    """
    from pypdf import PdfReader
    from pypdf.errors import DependencyError

    logging.getLogger("pypdf").setLevel(logging.CRITICAL)  # it warns of every oddity it mends
    warnings.simplefilter("ignore")
    try:
        reader = PdfReader(io.BytesIO(data))
        if reader.is_encrypted and not reader.decrypt(""):
            return {"code": "encrypted", "why": "locked"}
        title = (reader.metadata.title if reader.metadata else None) or ""
        root: Any = reader.root_object  # searched for where the trailer does not name it
        return _found(str(title), root)
    except DependencyError:
        return {"code": "encrypted", "why": "locked"}
    except (RecursionError, MemoryError) as error:
        return {"code": "too_deep", "why": type(error).__name__}
    except Exception as error:  # noqa: BLE001 - damaged files make parsers raise anything
        return {"code": "broken_pdf", "why": type(error).__name__}


def _found(title: str, root: Any) -> dict[str, Any]:
    pages = list(pages_of(root))
    widgets = Widgets(root, pages)
    fields = widgets.fields()
    sources = [Sources(page) for page in pages]
    heads = _heads(pages, sources)
    named = heads or title_ids(title) or any("exercise" in one["name"] for one in fields)
    return {
        "title": title,
        "fields": fields,
        "xfa": widgets.xfa,
        "pages": len(pages),
        "ours": sum(one.ours for one in sources),
        "pictures": sum(one.is_picture for one in sources),
        "heads": heads,
        "ids": [] if named and fields else _ids(pages),
        "marks": list(_marks(pages, sources)),
    }


def _marks(pages: list[Any], sources: list[Sources]) -> Iterator[dict[str, Any]]:
    left = MOST_MARKS
    for number, (page, made_of) in enumerate(zip(pages, sources, strict=True), 1):
        for mark in marks_on(page, number, made_of):
            if left:
                left -= 1
                yield mark


def _heads(pages: list[Any], sources: list[Sources]) -> list[list[Any]]:
    """Page, exercise, number and count, of those pages of ours whose heads can be read."""
    found = []
    for page, (node, made_of) in enumerate(zip(pages, sources, strict=True), 1):
        head = head_of(node) if made_of.ours else ""
        id, number = _ID.search(head), _NUMBER.search(head)
        if id and number:
            found.append([page, id[1], int(number[1]), int(number[2])])
    return found


def _ids(pages: list[Any]) -> list[str]:
    found: list[str] = []
    for page in pages[:MOST_READ]:
        found += [id for id in _ID.findall(text_on(page)) if id not in found]
    return found[:MOST_READ]


if __name__ == "__main__":
    import pypdf  # noqa: F401 - before time and memory are counted

    limit_memory(MEMORY, beside=True)
    answer_all(read, CPU_SECONDS)
