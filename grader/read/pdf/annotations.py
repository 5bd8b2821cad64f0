"""What lies on the pages of a PDF beside its fields: notes, handwriting, stamps, pasted text.

Source: PDF 32000-1, 12.5.6 (annotation types).
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from grader.read.pdf.objects import Box, box_of, entries, get, plain_of, resolved, text_of
from grader.read.pdf.text import Sources, foreign_text, shown_in

MOST_MARKS = 1_000
LONGEST_MARK = 200

WRITING = {
    "/FreeText": "text",
    "/Text": "note",
    "/Ink": "handwriting",
    "/Stamp": "stamp",
    "/PolyLine": "drawing",
    "/Polygon": "drawing",
    "/Line": "drawing",
    "/FileAttachment": "attached",
}
"""Kind of annotation -> our name of it; of others only what they say in words counts."""
_SILENT = {"/Widget", "/Link", "/Popup", "/PrinterMark", "/TrapNet", "/Watermark"}
_SHOW_ANYHOW = {"/Ink", "/Stamp", "/PolyLine", "/Polygon", "/Line", "/FileAttachment"}
_HIDDEN = 2


def marks_on(page: Any, number: int, sources: Sources) -> Iterator[dict[str, Any]]:
    """Kind, page (from 1), text and box of everything beside the fields of a page.

    Args:
        page: its dictionary.
        number: which it is.
        sources: what it is made of.
    """
    for node in entries(get(page, "/Annots"))[:MOST_MARKS]:
        mark = _annotation(resolved(node))
        if mark:
            yield _mark(mark[0], number, mark[1], mark[2])
    if sources.is_picture:
        yield _mark("picture", number, "", None)
    elif sources.ours:
        if sources.others:
            for text, box in foreign_text(page):
                yield _mark("text", number, text, box)
        for _ in range(min(sources.pictures, MOST_MARKS)):
            yield _mark("picture", number, "", None)
        for _ in range(min(sources.drawings, MOST_MARKS)):
            yield _mark("drawing", number, "", None)


def _mark(kind: str, page: int, text: str, box: Box | None) -> dict[str, Any]:
    return {"kind": kind, "page": page, "text": text[:LONGEST_MARK], "box": box}


def _annotation(mark: Any) -> tuple[str, str, Box | None] | None:
    subtype = get(mark, "/Subtype")
    flags = get(mark, "/F")
    if subtype is None or subtype in _SILENT or (isinstance(flags, int) and flags & _HIDDEN):
        return None
    text = text_of(get(mark, "/Contents"))
    if not text and subtype == "/FreeText":
        look = get(get(mark, "/AP"), "/N")
        text = plain_of(text_of(get(mark, "/RC")))
        text = text or (shown_in(look) if hasattr(look, "get_data") else "")
    if not text and subtype not in _SHOW_ANYHOW:
        return None
    return WRITING.get(str(subtype), "note"), " ".join(text.split()), box_of(get(mark, "/Rect"))
