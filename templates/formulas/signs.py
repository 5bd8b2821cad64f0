"""Signs of a font as boxes: characters, words, and signs that grow.

Source: the OpenType MATH table (variants, and assemblies of parts that overlap).
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache

from templates.formulas.boxes import Box, Glyph
from templates.formulas.mathfont import NO_GROWTH, Assembly, MathFont

KEPT = 4096
"""Boxes of words, and of symbols, that are remembered."""


class Signs:
    """Signs of one font in its sizes, by style.

    Boxes of words and signs are kept: the names of a network's quantities come again on every page
    of every student. A box is never changed once it is made.
    """

    def __init__(self, font: MathFont) -> None:
        self.font = font
        self.sizes = font.sizes
        self.axis = font.constants["AxisHeight"]
        self.word = lru_cache(maxsize=KEPT)(self._word)
        self.sign = lru_cache(maxsize=KEPT)(self._sign)

    def _word(self, text: str, style: int) -> Box:
        """Characters side by side as they are."""
        boxes = [self.sign(char, style) for char in text]
        if len(boxes) == 1:
            return boxes[0]
        box = Box()
        for part in boxes:
            box.append(part)
        return box

    def _sign(self, char: str, style: int) -> Box:
        """One character; what the font lacks is an empty square, never nothing."""
        if char == " ":
            return Box(0.25 * self.sizes[style])
        glyph = self.font.glyph(char, style)
        if glyph is None:
            glyph = self.font.characters[0x25A1]
        return self.glyph(glyph, style)

    def glyph(self, glyph: int, style: int) -> Box:
        size = self.sizes[style]
        _, bottom, _, top = self.font.boxes[glyph]
        return Box(
            self.font.advances[glyph] * size,
            max(top, 0.0) * size,
            max(-bottom, 0.0) * size,
            [(0.0, 0.0, Glyph(glyph, size))],
            self.font.italics.get(glyph, 0.0) * size,
            glyph,
        )

    def ink_width(self, glyph: int) -> float:
        """How wide a glyph's ink is at size 1."""
        left, _, right, _ = self.font.boxes[glyph]
        return right - left

    def grown(self, sign: str, wanted: float, style: int, centred: bool = True) -> Box:
        """A sign at least so high: the smallest of its glyphs, else put together."""
        size = self.sizes[style]
        base = self.font.glyph(sign)
        if base is None:
            return self.sign(sign, style)
        growth = self.font.tall.get(base, NO_GROWTH)
        for glyph in (base, *growth.variants):
            _, bottom, _, top = self.font.boxes[glyph]
            if (top - bottom) * size >= wanted - 1e-6:
                break
        else:
            if growth.parts:
                return self._centred(self.assembled(growth.parts, wanted / size, size), style)
        box = self.glyph(glyph, style)
        box.ascent, box.descent = top * size, -bottom * size
        return self._centred(box, style) if centred else box

    def _centred(self, box: Box, style: int) -> Box:
        """The box moved so that its middle lies on the axis."""
        shift = self.axis * self.sizes[style] - (box.ascent - box.descent) / 2
        parts = [(0.0, shift, box)]
        return Box(box.width, box.ascent + shift, box.descent - shift, list(parts), box.slant)

    def assembled(self, parts: Sequence[Assembly], wanted: float, size: float) -> Box:
        """A sign of parts, some repeated, that overlap as much as the height allows."""
        repeat, chain = 0, _chain(parts, 0)
        while len(chain) < 2 or self._longest(chain) < wanted:
            repeat += 1
            chain = _chain(parts, repeat)
        joints = len(chain) - 1
        spare = (self._longest(chain) - wanted) / joints
        box = Box(max(self.font.advances[part.glyph] for part in chain) * size)
        height = 0.0
        for n, part in enumerate(chain):
            if n:
                most = min(chain[n - 1].end, part.start)
                height -= max(self.font.overlap, min(self.font.overlap + spare, most))
            bottom = self.font.boxes[part.glyph][1]
            box.parts.append((0.0, (height - bottom) * size, Glyph(part.glyph, size)))
            height += part.full
        box.ascent = height * size
        return box

    def _longest(self, chain: Sequence[Assembly]) -> float:
        return sum(part.full for part in chain) - self.font.overlap * (len(chain) - 1)


def _chain(parts: Sequence[Assembly], repeat: int) -> list[Assembly]:
    return [part for part in parts for _ in range(repeat if part.extends else 1)]
