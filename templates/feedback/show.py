"""What a student gets to see of a report."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Show:
    """Parts of a feedback page, each on or off; a field's name is its key in a policy file."""

    score: bool = True
    """Points and percent."""
    verdicts: bool = True
    """A verdict for each step, their counts, the first deviation, the coloured network."""
    messages: bool = True
    """What is the matter with an answer."""
    hints: bool = True
    """What to look at next."""
    slips: bool = True
    """Which misconception it is; without it a slip is shown as `wrong`."""
    expected: bool = False
    """The right value of each step."""
    tolerance: bool = False
    """How far from it an answer may be."""
