"""What a mathematical font says of itself: glyphs, their extent, and how formulas are set.

The numbers are those of the font's OpenType MATH table, written to JSON by `templates/fonts/
make.py`; lengths are in em. Reference: the OpenType specification, "MATH - the mathematical
typesetting table".
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import lru_cache
from importlib import resources
from typing import Any, NamedTuple

FOLDER = "fonts"


class Assembly(NamedTuple):
    """One part of a sign that is put together to any height."""

    glyph: int
    start: float
    """How much of its lower end may lie under its neighbour."""
    end: float
    """The same of its upper end."""
    full: float
    """Its height."""
    extends: bool
    """Whether it may be repeated."""


class Growth(NamedTuple):
    """How a sign grows."""

    variants: tuple[int, ...]
    """Larger glyphs for the same sign, smallest first."""
    parts: tuple[Assembly, ...]
    """From the bottom up; empty if the sign cannot be put together."""


NO_GROWTH = Growth((), ())


@dataclass(frozen=True, eq=False)
class MathFont:
    """The metrics of one font, lengths in em."""

    name: str
    constants: dict[str, float]
    """OpenType name -> length; scale-downs as fractions."""
    characters: dict[int, int]
    """Code point -> glyph."""
    advances: tuple[float, ...]
    boxes: tuple[tuple[float, float, float, float], ...]
    """For each glyph left, bottom, right and top of its ink."""
    italics: dict[int, float]
    """How far a slanted glyph hangs over to the right at its top."""
    accents: dict[int, float]
    """Where an accent stands above the glyph."""
    tall: dict[int, Growth]
    wide: dict[int, Growth]
    overlap: float
    scripts: dict[int, tuple[int, ...]]
    """Glyph -> its forms for scripts and scripts of scripts."""
    text: dict[int, str]
    """Glyph -> what it means when it is copied or searched for."""

    @property
    def sizes(self) -> tuple[float, float, float, float]:
        """Of display, text, script and script of script, relative to the formula's size."""
        script = self.constants["ScriptPercentScaleDown"]
        return 1.0, 1.0, script, self.constants["ScriptScriptPercentScaleDown"]

    def glyph(self, char: str, style: int = 1) -> int | None:
        """The glyph of a character in a style (2 and 3: scripts); None if the font lacks it."""
        found = self.characters.get(ord(char))
        if found is None or style < 2:
            return found
        forms = self.scripts.get(found, ())
        return forms[min(style - 2, len(forms) - 1)] if forms else found


@lru_cache(maxsize=8)
def load(name: str) -> MathFont:
    """A shipped font by its file's name.

    >>> load("BPGModernMath").glyph("=") is None
    False
    """
    path = resources.files("templates") / FOLDER / f"{name}.json"
    return _from_json(name, json.loads(path.read_text("utf-8")))


def _from_json(name: str, data: dict[str, Any]) -> MathFont:
    em = data["units"]
    constants = {key: value / em for key, value in data["constants"].items()}
    for key in ("ScriptPercentScaleDown", "ScriptScriptPercentScaleDown"):
        constants[key] = data["constants"][key] / 100
    return MathFont(
        name,
        constants,
        {int(code): glyph for code, glyph in data["characters"].items()},
        tuple(advance / em for advance in data["advances"]),
        tuple((a / em, b / em, c / em, d / em) for a, b, c, d in data["boxes"]),
        {int(glyph): value / em for glyph, value in data["italics"].items()},
        {int(glyph): value / em for glyph, value in data["accents"].items()},
        {int(glyph): _growth(entry, em) for glyph, entry in data["tall"].items()},
        {int(glyph): _growth(entry, em) for glyph, entry in data["wide"].items()},
        data["overlap"] / em,
        {int(glyph): tuple(forms) for glyph, forms in data["scripts"].items()},
        {int(glyph): text for glyph, text in data["text"].items()},
    )


def _growth(entry: dict[str, Any], em: float) -> Growth:
    parts = (
        Assembly(glyph, start / em, end / em, full / em, bool(extends))
        for glyph, start, end, full, extends in entry["parts"]
    )
    return Growth(tuple(entry["variants"]), tuple(parts))
