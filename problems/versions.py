"""Versions of the draw: an assignment keeps the one that it was made with.

The version is part of every exercise's key and decides what its numbers had to pass, so that
an exercise drawn again for a latecomer, or anew, comes out as it would have on the first day.
"""

from __future__ import annotations

DRAW_VERSION = 2
"""1: the quality gate as it first was. 2: sub-results may be written down
(`problems.computation.subresults`), and more wrong rules must be told from the right ones."""
SUBRESULTS = 2
"""The version from which a design lets sub-results be written."""
SEPARATION = 2
"""The version from which a family can ask that slips be told from each other."""
