"""Pages filled from strips: pieces of a document as high as a line, a formula, a table row.

A block of a page is laid out as strips, one below the other. Pages take as many as fit; where
a strip says so it stays with the next one, so that no heading stands at the foot of a page and
no line of a paragraph alone. Room for working gives way first, and takes what is left over.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field

from templates.pdf.paper import Paper

Draw = Callable[[Paper, float, float, float], None]
"""(paper, left, top, height) -> drawn."""


def nothing(paper: Paper, left: float, top: float, height: float) -> None:
    """Empty space."""


@dataclass(slots=True)
class Strip:
    """A piece that is never cut."""

    height: float
    draw: Draw = nothing
    before: float = 0.0
    """Space above it, unless it is the first of a page."""
    keep: bool = False
    """Whether it must stand on one page with the next strip."""
    least: float | None = None
    """How low it may become, if it is room that can give way; None if it cannot."""
    most: float = 0.0
    """How high such room may become where the page has nothing else to hold."""
    new_page: bool = False
    """Whether it begins a page."""
    heading: str = ""
    """The words of a heading, for running titles."""
    repeat: Sequence[Strip] = field(default_factory=list)
    """What is said again above it, if it is the first of a page: the header of a table."""

    @property
    def gives_way(self) -> bool:
        """Whether it is room that can shrink or go."""
        return self.least is not None


@dataclass(slots=True)
class Filled:
    """A page with its strips and how high each of them came out."""

    strips: list[Strip]
    heights: list[float]

    @property
    def content(self) -> float:
        """How high what stands on it is, room for working left out."""
        solid = [strip for strip in self.strips if not strip.gives_way]
        return sum(strip.height for strip in solid) + sum(strip.before for strip in solid[1:])

    def titles(self) -> list[str]:
        """The headings that stand on it."""
        return [strip.heading for strip in self.strips if strip.heading]


SCALES = (2.0, 1.6, 1.3, 1.0, 0.75)
"""How much of what was asked for room may keep, from generous to scarce."""


STUB = 0.2
"""A last page that holds less than this share of a page is a stub."""
TIGHT = 0.72
"""How much of the space between strips may be left where that saves a stub."""
SHORTER = tuple(1 - n / 25 for n in range(1, 11))
"""Heights to which pages are filled, relative to all, so that the last one holds more."""


def filled(strips: Sequence[Strip], height: float) -> list[Filled]:
    """Divide strips into as few pages as they need, with as much room for working as these hold.

    No last page holds a few lines alone: the spaces of all become less, so that it is not
    needed, or the pages before it give it something of theirs.

    Args:
        strips: from the beginning to the end; the spaces above them may be changed.
        height: of a page's frame, in points.
    """
    pages = _roomy(strips, height)
    if len(pages) == 1 or pages[-1].content >= STUB * height:
        return pages
    wide = [strip.before for strip in strips]
    for strip in strips:
        strip.before *= TIGHT
    tight = _roomy(strips, height)
    if len(tight) < len(pages):
        return tight
    for strip, before in zip(strips, wide, strict=True):
        strip.before = before
    for share in SHORTER:
        shorter = _roomy(strips, height, share * height)
        if len(shorter) == len(pages) and shorter[-1].content >= STUB * height:
            return shorter
    return pages


def _roomy(strips: Sequence[Strip], height: float, limit: float | None = None) -> list[Filled]:
    """As few pages as possible, with as much room for working as they hold."""
    scarce = fill(strips, height, limit=limit)
    rooms = sum(strip.gives_way for page in scarce for strip in page.strips)
    for scale in SCALES if rooms else ():
        pages = fill(strips, height, scale, limit)
        kept = sum(strip.gives_way for page in pages for strip in page.strips)
        if len(pages) == len(scarce) and kept >= rooms:
            return pages
    return scarce


def fill(
    strips: Sequence[Strip], height: float, scale: float = 0.0, limit: float | None = None
) -> list[Filled]:
    """Divide strips into pages, taking as many to each as it holds.

    Args:
        strips: from the beginning to the end.
        height: of a page's frame, in points.
        scale: how much of the height that it asks for, room for working takes at least; never
            less than the least that it may.
        limit: up to which height pages are filled, if not to the whole.

    >>> pages = fill([Strip(40), Strip(40, keep=True), Strip(40)], 100)
    >>> [len(page.strips) for page in pages]
    [1, 2]
    """

    def floor(strip: Strip) -> float:
        return strip.height if strip.least is None else max(strip.least, scale * strip.height)

    end = height if limit is None else limit
    pages: list[list[Strip]] = [[]]
    used = 0.0
    for group in _groups(strips):
        needed = _needed(group, bool(pages[-1]), floor)
        if pages[-1] and (group[0].new_page or used + needed > end + 1e-6):
            if group[0].gives_way and not group[0].new_page:
                left = end - used - group[0].before
                if len(group) == 1 and left < (group[0].least or 0.0):
                    continue
            else:
                pages.append([])
                used = 0.0
        for strip in _fresh(group, bool(pages[-1])):
            room = end - used - (strip.before if pages[-1] else 0.0)
            if floor(strip) > room + 1e-6 and pages[-1] and not strip.gives_way:
                pages.append([])
                used = 0.0
            used += (strip.before if pages[-1] else 0.0) + floor(strip)
            pages[-1].append(strip)
    return [_stretched(page, height) for page in pages]


def _groups(strips: Sequence[Strip]) -> Iterator[list[Strip]]:
    """Strips that must stay together."""
    group: list[Strip] = []
    for strip in strips:
        if group and strip.new_page:
            yield group
            group = []
        group.append(strip)
        if not strip.keep:
            yield group
            group = []
    if group:
        yield group


def _fresh(group: Sequence[Strip], started: bool) -> list[Strip]:
    """The group as it stands on its page, with what is said again above it."""
    return list(group) if started else [*group[0].repeat, *group]


def _needed(group: Sequence[Strip], started: bool, floor: Callable[[Strip], float]) -> float:
    spaces = sum(strip.before for strip in group) - (0.0 if started else group[0].before)
    return spaces + sum(map(floor, group))


def _stretched(strips: list[Strip], height: float) -> Filled:
    """Room that can give way shares what the page has left."""
    heights = [strip.height if strip.least is None else strip.least for strip in strips]
    spaces = sum(strip.before for strip in strips[1:])
    spare = height - spaces - sum(heights)
    rooms = [n for n, strip in enumerate(strips) if strip.gives_way]
    limits = {n: strips[n].most for n in rooms}
    while rooms and spare > 0.5:
        share = spare / len(rooms)
        for n in list(rooms):
            more = min(share, limits[n] - heights[n])
            heights[n] += more
            spare -= more
            if heights[n] >= limits[n] - 1e-6:
                rooms.remove(n)
    return Filled(strips, heights)
