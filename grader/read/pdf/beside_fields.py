"""What was written beside the fields of a form, and which empty fields it lies at."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from grader.read.pdf.form_file import Mark
from grader.read.pdf.objects import Box
from problems.reasons import Reason, because

REACH = 24.0
"""Points between a text and the field that it may belong to; lines are some 22 apart."""
COVERED = 0.3
"""Of a field's area, from which on a text lies over it."""
MOST_TOLD = 40
"""Of a page."""


@dataclass(frozen=True, slots=True)
class Spot:
    """A field of a step on a page."""

    id: str
    label: str
    page: int
    box: Box
    text: str
    """What it holds."""


def near(mark: Mark, spots: Iterable[Spot]) -> list[Spot]:
    """The fields over which something lies, or the nearest empty one within reach.

    >>> spot = Spot("net.1.1", "net_h1", 1, (100, 100, 160, 116), "")
    >>> [s.label for s in near(Mark("text", 1, "0.5", (165, 101, 190, 113)), [spot])]
    ['net_h1']
    """
    if mark.box is None:
        return []
    there = [spot for spot in spots if spot.page == mark.page]
    covered = [spot for spot in there if _share(mark.box, spot.box) >= COVERED]
    if covered:
        return covered
    box = mark.box
    close = [spot for spot in there if not spot.text and _gap(box, spot.box) <= REACH]
    return sorted(close, key=lambda s: (_gap(box, s.box), -_share(box, s.box)))[:1]


def _share(mark: Box, spot: Box) -> float:
    """How much of a field, or of what lies within it, is covered."""
    wide = min(mark[2], spot[2]) - max(mark[0], spot[0])
    high = min(mark[3], spot[3]) - max(mark[1], spot[1])
    smaller = min(_area(mark), _area(spot))
    return max(wide, 0.0) * max(high, 0.0) / smaller if smaller else 0.0


def _area(box: Box) -> float:
    return (box[2] - box[0]) * (box[3] - box[1])


def _gap(one: Box, other: Box) -> float:
    wide = max(one[0] - other[2], other[0] - one[2], 0.0)
    high = max(one[1] - other[3], other[1] - one[3], 0.0)
    return float(max(wide, high))


KINDS = {
    "attached": because("mark_attached_file"),
    "drawing": because("mark_drawing"),
    "handwriting": because("mark_handwriting"),
    "note": because("mark_note"),
    "picture": because("mark_picture"),
    "stamp": because("mark_stamp"),
    "text": because("mark_text"),
}
"""Kind of a mark -> what it is called."""


def told(mark: Mark, at: Sequence[Spot]) -> Reason:
    """A mark and where it lies."""
    what = KINDS[mark.kind]
    if mark.text:
        what = because("mark_that_says", mark=what, text=mark.text[:60])
    empty = [spot.label for spot in at if not spot.text]
    if len(empty) > 6:
        return because("at_many_empty", mark=what, fields=empty[:6], more=len(empty) - 6)
    if empty:
        return because("at_empty", mark=what, fields=empty)
    if at:
        return because("at_filled", mark=what, field=at[0].label, text=at[0].text[:60])
    return what


def listed(marks: Iterable[tuple[Mark, Sequence[Spot]]]) -> list[Reason]:
    """What lies beside the fields, page by page."""
    pages: dict[int, dict[Reason, None]] = {}
    for mark, at in marks:
        pages.setdefault(mark.page, {})[told(mark, at)] = None
    return [
        because("beside_fields", page=page, marks=first(list(what), MOST_TOLD))
        for page, what in pages.items()
    ]


def first(parts: Sequence[Reason], most: int) -> list[Reason]:
    """So many of them, and how many more there are."""
    rest = len(parts) - most
    return [*parts[:most], *([because("and_more", count=rest)] if rest > 0 else [])]
