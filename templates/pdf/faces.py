"""Typefaces: the shipped fonts as reportlab embeds them, addressed glyph by glyph.

reportlab's own font class maps characters beyond U+FFFF wrongly when text is copied, and has
no way to name a glyph that has no character, such as a tall bracket. So a font here is asked
for glyphs, and says itself what each of them means.
"""

from __future__ import annotations

import threading
from dataclasses import dataclass
from functools import lru_cache
from importlib import resources
from pathlib import Path
from typing import Any, NamedTuple

from reportlab.pdfbase import pdfdoc
from reportlab.pdfbase.ttfonts import SUBSETN, TTFont

from templates.formulas.mathfont import FOLDER, MathFont, load

_GLYPHS = 0x100000
"""Where the glyphs of a font have their codes: a plane for private use."""

_BLOCK = 100
"""Most entries of one block of a character map (PDF 32000-1, 9.10.3)."""

MISSING = "□"
MATHS = ("STIXTwoMath", "BPGModernMath")
"""The fonts for formulas."""

SUBSTITUTES = {"✗": "×", "\u00a0": " ", "\u202f": " "}
"""No shipped font has a ballot cross, and a space needs no glyph of its own kind."""

LAST = ("STIXTwoText-Regular", "STIXTwoMath")
"""Asked for letters of other scripts, and then for signs."""


class Shown(NamedTuple):
    """A glyph as a page's content names it."""

    font: str
    """Name of the font resource."""
    code: str
    """Two hexadecimal digits."""


class EmbeddedFont(TTFont):  # type: ignore[misc]  # reportlab has no types
    """A font file, embedded as subsets of the glyphs that are used.

    Args:
        name: how reportlab calls it.
        path: the TrueType file.
        meanings: glyph -> text, where the font's own characters do not say it.
    """

    def __init__(self, name: str, path: Path, meanings: dict[int, str] | None = None) -> None:
        super().__init__(name, str(path), asciiReadable=False, shapable=False)
        characters = dict(self.face.charToGlyph)
        self.characters: dict[int, int] = characters
        if meanings is None:
            meanings = {}
            for code, glyph in sorted(characters.items(), reverse=True):
                meanings[glyph] = chr(code)
        self.meanings = meanings
        self.reading = threading.Lock()
        """The file has one place where it is read; documents of other threads wait."""
        for glyph in set(meanings) | set(characters.values()):
            self._add(glyph)

    def _add(self, glyph: int) -> None:
        code = _GLYPHS + glyph
        self.face.charToGlyph[code] = glyph
        self.face.charWidths[code] = self.face._pdfScale(self.face.hmetrics[glyph][0])

    def advance(self, glyph: int) -> float:
        """How far a glyph moves on, in em."""
        return float(self.face.hmetrics[glyph][0]) / float(self.face.unitsPerEm)

    def shown(self, glyph: int, document: Any) -> Shown:
        """The glyph as the document's pages name it; from now on it is embedded."""
        ((subset, code),) = self.splitString(chr(_GLYPHS + glyph), document)
        return Shown(self.getSubsetInternalName(subset, document), code.hex())

    def _meaning(self, code: int) -> str:
        if code >= _GLYPHS:
            return self.meanings.get(code - _GLYPHS, "\ufffd")
        return chr(code) if code else ""

    def _character_map(self, name: str, subset: list[int]) -> str:
        """From codes to text, in blocks of the size that the standard allows."""
        meanings = ((n, self._meaning(code)) for n, code in enumerate(subset))
        entries = [
            f"<{n:02X}> <{meaning.encode('utf-16-be').hex().upper()}>"
            for n, meaning in meanings
            if meaning
        ]
        lines = [
            "/CIDInit /ProcSet findresource begin",
            "12 dict begin",
            "begincmap",
            "/CIDSystemInfo << /Registry (Adobe) /Ordering (UCS) /Supplement 0 >> def",
            f"/CMapName /{name} def",
            "/CMapType 2 def",
            "1 begincodespacerange",
            "<00> <FF>",
            "endcodespacerange",
        ]
        for n in range(0, len(entries), _BLOCK):
            block = entries[n : n + _BLOCK]
            lines += [f"{len(block)} beginbfchar", *block, "endbfchar"]
        lines += ["endcmap", "CMapName currentdict /CMap defineresource pop", "end", "end"]
        return "\n".join(lines)

    def addObjects(self, document: Any) -> None:
        """Write the subsets into the document, as reportlab asks each font at the end."""
        state = self._assignState(document)
        state.frozen = 1
        for number, subset in enumerate(state.subsets):
            resource = self.getSubsetInternalName(number, document)[1:]
            face = self.face
            name = b"".join((SUBSETN(number), b"+", face.name, face.subfontNameX)).decode("ascii")
            font = pdfdoc.PDFTrueTypeFont()
            font.Name, font.BaseFont = resource, name
            font.FirstChar, font.LastChar = 0, len(subset) - 1
            font.Widths = pdfdoc.PDFArray([face.getCharWidth(code) for code in subset])
            characters = pdfdoc.PDFStream()
            characters.content = self._character_map(name, subset)
            characters.filters = [pdfdoc.PDFZCompress]
            font.ToUnicode = document.Reference(characters, "toUnicodeCMap:" + name)
            with self.reading:
                font.FontDescriptor = face.addSubsetObjects(document, name, subset)
            document.Reference(font, resource)
            document.idToObject["BasicFonts"].dict[resource] = font
        del self.state[document]


@lru_cache(maxsize=32)
def font(file: str) -> EmbeddedFont:
    """A shipped font, by its file's name; one for formulas knows from its metrics what its
    glyphs mean."""
    meanings = load(file).text if file in MATHS else None
    return EmbeddedFont(file, _path(file), meanings)


def _path(file: str) -> Path:
    return Path(str(resources.files("templates") / FOLDER / f"{file}.ttf"))


@dataclass(frozen=True, eq=False)
class Face:
    """One style of a typeface, and the fonts to ask for what it lacks; there is one of each."""

    file: str
    others: tuple[str, ...] = LAST

    def find(self, char: str) -> tuple[EmbeddedFont, int] | None:
        """Font and glyph of a character, from the face or else from the others."""
        char = SUBSTITUTES.get(char, char)
        for file in (self.file, *self.others):
            found = font(file)
            glyph = found.characters.get(ord(char))
            if glyph is not None:
                return found, glyph
        return None

    def width(self, text: str) -> float:
        """In em."""
        return _width(self, text)


@lru_cache(maxsize=20_000)
def _width(face: Face, text: str) -> float:
    return sum(_advance(face, char) for char in text)


@lru_cache(maxsize=20_000)
def _advance(face: Face, char: str) -> float:
    found = face.find(char) or face.find(MISSING)
    if found is None:
        return 0.5
    return found[0].advance(found[1])


@dataclass(frozen=True)
class Typeface:
    """The faces of a look."""

    regular: Face
    italic: Face
    bold: Face
    code: Face
    math: str
    """File of the font for formulas."""

    @property
    def metrics(self) -> MathFont:
        """What formulas are set by."""
        return load(self.math)


_CODE = Face("BPGModernMono-Regular")
_BOLD = ("STIXTwoText-Bold", *LAST)
TYPEFACES = {
    "times": Typeface(
        Face("STIXTwoText-Regular", LAST[1:]),
        Face("STIXTwoText-Italic"),
        Face("STIXTwoText-Bold"),
        _CODE,
        "STIXTwoMath",
    ),
    "modern": Typeface(
        Face("BPGModern-Regular"),
        Face("BPGModern-Italic"),
        Face("BPGModern-Bold", _BOLD),
        _CODE,
        "BPGModernMath",
    ),
    "sans": Typeface(
        Face("BPGModernSans-Regular"),
        Face("BPGModernSans-Italic"),
        Face("BPGModernSans-Bold", _BOLD),
        _CODE,
        "BPGModernMath",
    ),
}


def unprintable(text: str) -> str:
    """The characters of a text for which no shipped font has a glyph.

    >>> unprintable("Zoë Łukasz Ελένη"), unprintable("李 Li")
    ('', '李')
    """
    regular = TYPEFACES["modern"].regular
    return "".join(c for c in dict.fromkeys(text) if c != " " and regular.find(c) is None)
