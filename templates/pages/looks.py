"""Looks: how a page is dressed, so that it is recognised by who taught from the text.

A look is chosen by the family; PDF and HTML both dress by it. It says nothing of the content.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Literal

from templates.pages.page import Block, Figure, Heading, Page, Text


@dataclass(frozen=True, slots=True)
class Look:
    """Faces, colours and habits of a text."""

    name: str
    typeface: Literal["times", "modern", "sans"]
    size: float = 10.5
    """Of the letters, in points."""
    accent: str = "#1f3a5f"
    """Of headings and ornaments; dark enough to be read on white and to print in grey."""
    title: Literal["plain", "bar", "rule", "cover"] = "plain"
    heading: Literal["plain", "bar", "rule", "slide"] = "plain"
    displays: Literal["left", "center"] = "left"
    bullets: bool = False
    """Whether what is asked stands behind bullets, as on slides."""
    count: bool = False
    """Whether sections are numbered."""
    caption: str = ""
    """Before the caption of a figure; `{n}` is its number."""
    running: str = ""
    """At the foot of a page, left; `{n}` and `{of}` count pages."""
    points_on: bool = False
    """Whether the foot says which section the next page begins with, as lecture slides do."""


LOOKS = {
    look.name: look
    for look in (
        Look("standard", "times", accent="#1f3a5f", heading="rule"),
        Look("musilek", "sans", accent="#275d38", title="bar", heading="slide", size=10.0),
        Look("mazur", "modern", accent="#222222"),
        Look(
            "slides", "sans", accent="#26408b", title="bar", heading="bar", bullets=True, size=10.0
        ),
        Look(
            "lfd", "modern", accent="#7a1f1f", heading="slide", displays="center",
            running="Backpropagation: {n}/{of}", points_on=True,
        ),
        Look(
            "valchanov", "times", accent="#0b3d66", title="cover", count=True,
            displays="center", caption="Figure {n}: ",
        ),
    )
}  # fmt: skip
"""By name; a family names one, `standard` is for all others."""


def look_of(page: Page) -> Look:
    """The look that a page names; the usual one where it names none that there is."""
    return LOOKS.get(page.look, LOOKS["standard"])


def dressed(page: Page) -> Page:
    """The page with sections and figures counted, where its look does so.

    >>> from templates.pages.page import Header
    >>> page = Page("T", "en", Header("Ada", ("x",)), (Heading(2, "Loss"),), "valchanov")
    >>> dressed(page).blocks[0].text
    '1. Loss'
    """
    look = look_of(page)
    sections = figures = 0
    blocks: list[Block] = []
    for block in page.blocks:
        if isinstance(block, Heading) and block.level == 2 and look.count:
            sections += 1
            block = replace(block, text=f"{sections}. {block.text}")
        if isinstance(block, Figure) and look.caption:
            figures += 1
            words = block.caption or (Text(block.drawing.title),)
            block = replace(block, caption=(Text(look.caption.format(n=figures)), *words))
        blocks.append(block)
    return replace(page, blocks=tuple(blocks))
