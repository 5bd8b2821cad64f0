"""The end of the class report: how its numbers are to be read."""

from __future__ import annotations

from collections.abc import Iterator

from templates.pages.page import Block, Bullets, Heading, text


def reading() -> Iterator[Block]:
    """What each statistic means, in a sentence or two."""
    yield Heading(3, "How to read the numbers")
    yield Bullets(
        tuple(
            map(
                text,
                (
                    "Facility: the mean credit of a step; 100 % if everybody has it right.",
                    "Discr.: discrimination, the correlation of a step's points with those of all "
                    "other steps. Around 0 it does not tell who knows more; below 0 the better "
                    "ones fail there, which often means that the step or its wording misleads.",
                    "Cronbach's alpha: how far the steps measure one thing; 0.7 and more is usual "
                    "for a test. What follows rightly from own values keeps its points here, so "
                    "steps hang together less than elsewhere, and alpha is lower.",
                    "Right so far: submissions without deviation before this step; 'of these' go "
                    "wrong here.",
                    "Open: undetermined; follows from own values, but there every method gives "
                    "the same number, so it shows nothing. Again: the same slip at a sibling "
                    "step, charged as the policy says.",
                    "Thirds: the class by the value that was drawn; equal values stay together.",
                ),
            )
        )
    )
