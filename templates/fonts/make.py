"""Builds the fonts of this folder; a tool for maintainers that nothing imports at run time.

    python make.py SOURCES [--into FOLDER] [NAME ...]

SOURCES is a folder that holds the source fonts somewhere below it, under the names in
`RECIPES`; README.md says where they come from. NAME is a file to build, such as STIXTwoMath;
all of them without. Needs fontTools and, for woff2, brotli: `pip install "fonttools[woff]"`.
The same sources give the same bytes.

Each font is merged from its sources, cut down to the characters that are kept, converted to
TrueType outlines (reportlab embeds no others), and freed of hints and layout tables. A font
for formulas also gets a JSON file with its MATH table, read by `templates/formulas/mathfont.py`.
Lengths in it are integers in font units:

    units       units per em
    constants   OpenType name of a MathConstants field -> value; percentages as they are
    characters  code point -> glyph
    advances    of each glyph
    boxes       of each glyph: left, bottom, right and top of its ink
    italics     glyph -> italics correction
    accents     glyph -> where an accent is attached, from the left
    tall        glyph -> {"variants": glyphs, smallest first,
                          "parts": [glyph, start connector, end connector, advance, extender 0/1],
                          from the bottom up}
    wide        the same from left to right
    overlap     least overlap of two parts
    scripts     glyph -> its forms for scripts and scripts of scripts, one or two
    kerns       glyph -> corner (tr, tl, br, bl) -> [heights, values], one value more than heights
    text        glyph -> what it means when it is copied or searched for

fontTools is imported where it is used: tests that look at every module do without it.
"""

from __future__ import annotations

import argparse
import json
import sys
import unicodedata
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from fontTools.ttLib import TTFont

Growths = dict[int, dict[str, list[Any]]]
"""Glyph -> its larger variants and the parts that it can be put together from."""

NO_GROWTH: dict[str, list[Any]] = {"variants": [], "parts": []}

OUTLINE_ERROR = 0.5
"""How far quadratic curves may be from the cubic ones that they stand for, in font units."""

CREATED = 3_786_912_000
"""Seconds from 1904 to 2024: a fixed date, so that the same sources give the same bytes."""

DROPPED = ["DSIG", "FFTM", "GDEF", "GPOS", "STAT", "gasp", "kern", "meta"]

NOTHING = "\u200b"
"""Text of a glyph that another one speaks for, such as the upper half of a bracket."""

UNKNOWN = "\ufffd"
"""Text of glyph 0, which stands for whatever the font lacks."""

ITALIC, BOLD = 1, 2
"""Flags of a style; `head.macStyle` has them the other way round."""

STYLES = {"Regular": 0, "Italic": ITALIC, "Bold": BOLD, "Bold Italic": BOLD | ITALIC}


@dataclass(frozen=True, slots=True)
class License:
    """What the name table says of a font's licence."""

    text: str
    url: str
    trademark: str = ""


@dataclass(frozen=True, slots=True)
class Recipe:
    """One font to build."""

    file: str
    """Without its ending; also the PostScript name."""
    family: str
    style: str
    sources: tuple[str, ...]
    """File names; the first lends the vertical metrics."""
    origin: str
    """Name of the source font."""
    version: str
    """Its version; another one is refused, since metrics may differ."""
    license: License
    math: bool = False


OFL = License(
    "This Font Software is licensed under the SIL Open Font License, Version 1.1.",
    "https://scripts.sil.org/OFL",
    "STIX Fonts and STIX Two are trademarks of The Institute of Electrical and Electronics "
    "Engineers, Inc.",
)
GUST = License(
    "This work is released under the GUST Font License, an instance of the LaTeX Project Public "
    "License, version 1.3c or later.",
    "https://tug.org/fonts/licenses/GUST-FONT-LICENSE.txt",
)
SCRIPTS = ("latin", "latin-ext", "vietnamese", "greek", "cyrillic", "cyrillic-ext")


def _stix(style: str, cut: str) -> Recipe:
    """STIX Two Text in a style, which comes in one file a script."""
    sources = tuple(f"stix-two-text-{script}-{cut}.woff2" for script in SCRIPTS)
    file = f"STIXTwoText-{style.replace(' ', '')}"
    return Recipe(file, "STIX Two Text", style, sources, "STIX Two Text", "2.13", OFL)


def _modern(kind: str, style: str, source: str) -> Recipe:
    """Latin Modern in a style, under another name, as its licence asks."""
    file = f"BPGModern{kind}-{style.replace(' ', '')}"
    family = f"BPG Modern {kind}".rstrip()
    origin = f"Latin Modern {kind or 'Roman'} 10"
    return Recipe(file, family, style, (f"{source}.otf",), origin, "2.004", GUST)


def _math(name: str, origin: str, version: str, source: str, license: License) -> Recipe:
    file = name.replace(" ", "")
    return Recipe(file, name, "Regular", (source,), origin, version, license, math=True)


RECIPES = (
    _math("STIX Two Math", "STIX Two Math", "2.11", "STIXTwoMath-Regular.ttf", OFL),
    _stix("Regular", "400-normal"),
    _stix("Italic", "400-italic"),
    _stix("Bold", "700-normal"),
    _stix("Bold Italic", "700-italic"),
    _math("BPG Modern Math", "Latin Modern Math", "1.959", "latinmodern-math.otf", GUST),
    _modern("", "Regular", "lmroman10-regular"),
    _modern("", "Italic", "lmroman10-italic"),
    _modern("", "Bold", "lmroman10-bold"),
    _modern("", "Bold Italic", "lmroman10-bolditalic"),
    _modern("Sans", "Regular", "lmsans10-regular"),
    _modern("Sans", "Italic", "lmsans10-oblique"),
    _modern("Sans", "Bold", "lmsans10-bold"),
    _modern("Mono", "Regular", "lmmono10-regular"),
)

MATH_RANGES = (
    (0x20, 0x7E), (0xA0, 0x17F), (0x391, 0x3C9),  # Latin for words in formulas, Greek
    (0x1D400, 0x1D7FF),                           # the mathematical alphabets
    (0x210A, 0x2113), (0x2118, 0x211D), (0x212C, 0x212D), (0x212F, 0x2134),  # their exceptions
    (0x2190, 0x2199), (0x21D0, 0x21D5), (0x27F5, 0x27FC),                    # arrows
    (0x2200, 0x2237), (0x2260, 0x228B), (0x2295, 0x2299),                    # operators
    (0x22EE, 0x22F1), (0x2308, 0x230B), (0x27E6, 0x27E9),                    # dots, brackets
)  # fmt: skip
"""Code points from and to that formulas may use, besides `MATH_SIGNS`."""

MATH_SIGNS = (
    "ϑϕϖϱϵ ℂℕℤℨ ˆ˙˜–—‖‘’“”†‡•…′″‴⁗ ↦↼⇀⇌ ∼≃≅≈≔≜⊢⊣⊤⊥⊨⊺⋀⋁⋂⋃⋄⋅⋆⨀⨁⨂⎰⎱ □■△▽○●✓✗"
    "\u0300\u0301\u0302\u0303\u0304\u0305\u0306\u0307\u0308\u030a\u030b\u030c\u0332\u0338"
    "\u20d6\u20d7\u20db\u20e1⏜⏝⏞⏟⎴⎵"
)


def math_characters() -> set[int]:
    """Code points that a font for formulas keeps, if it has them."""
    ranges = {code for low, high in MATH_RANGES for code in range(low, high + 1)}
    return ranges | {ord(char) for char in MATH_SIGNS}


def text_characters(font: TTFont) -> set[int]:
    """Code points that a font for text keeps: all but controls and those for private use."""
    kept = (code for code in font.getBestCmap() if unicodedata.category(chr(code)) != "Co")
    return {code for code in kept if code >= 0x20}


def opened(recipe: Recipe, folder: Path) -> TTFont:
    """The source of a font, merged if there are several.

    Raises:
        SystemExit: a source is missing, or it is of another version.
    """
    from fontTools.merge import Merger, Options
    from fontTools.ttLib import TTFont

    paths = [next(iter(sorted(folder.rglob(name))), folder / name) for name in recipe.sources]
    if missing := [path.name for path in paths if not path.is_file()]:
        raise SystemExit(f"{recipe.file}: not in {folder}: {', '.join(missing)}")
    for path in paths:
        version = TTFont(path)["name"].getDebugName(5)
        if not version.startswith(f"Version {recipe.version}"):
            raise SystemExit(f"{path}: {version!r}, expected {recipe.version}")
    if len(paths) == 1:
        return TTFont(paths[0], recalcTimestamp=False)
    dropped = [*DROPPED, "GSUB", "fpgm", "prep", "cvt "]
    font = Merger(Options(drop_tables=dropped)).merge([str(path) for path in paths])
    font.recalcTimestamp = False
    return font


def cut(font: TTFont, characters: set[int], forms: Iterable[str] = ()) -> None:
    """Keep only some characters, and other glyphs by name."""
    from fontTools.subset import Options, Subsetter

    # Others repeat (3, 1) and (3, 10); variation selectors would bring glyphs without a meaning.
    font["cmap"].tables = [
        table for table in font["cmap"].tables if table.platformID == 3 and table.format != 14
    ]
    options = Options(
        layout_features=["ssty"],
        hinting=False,
        legacy_kern=False,
        bidi_closure=False,
        glyph_names=False,
        notdef_outline=True,
        recalc_timestamp=False,
    )
    options.drop_tables += DROPPED
    subsetter = Subsetter(options)
    subsetter.populate(unicodes=characters, glyphs=forms)
    subsetter.subset(font)
    for table in font["cmap"].tables:  # a part of a bracket is not asked for as a character
        table.cmap = {code: name for code, name in table.cmap.items() if code in characters}


def all_forms(font: TTFont, characters: Iterable[int]) -> set[str]:
    """Names of the glyphs of characters, of their script forms, variants and parts, and so on.

    fontTools looks for variants before it looks for script forms, and would then drop what the
    MATH table says of the latter.
    """
    order, ids = font.getGlyphOrder(), font.getReverseGlyphMap()
    tall, wide = _tall_and_wide(font, ids)
    scripts = _scripts(font, ids)
    names = font.getBestCmap()
    reached = [ids[names[code]] for code in characters if code in names]
    found = set(reached)
    for glyph in reached:  # grows while it is walked through
        new = {*_forms(glyph, tall, wide, scripts), *_parts(glyph, tall, wide)} - found
        found |= new
        reached += sorted(new)
    return {order[glyph] for glyph in found}


def limit_forms(font: TTFont) -> None:
    """Leave each glyph two script forms; beyond, they are not sizes but other shapes."""
    for lookup in font["GSUB"].table.LookupList.Lookup:
        for subtable in lookup.SubTable:
            alternates = getattr(subtable, "alternates", {})
            alternates.update({name: forms[:2] for name, forms in alternates.items()})


def to_truetype(font: TTFont) -> None:
    """Replace cubic (CFF) outlines by quadratic (glyf) ones."""
    from fontTools.pens.cu2quPen import Cu2QuPen
    from fontTools.pens.ttGlyphPen import TTGlyphPen
    from fontTools.ttLib import newTable

    order, outlines = font.getGlyphOrder(), font.getGlyphSet()
    table = newTable("glyf")
    table.glyphOrder, table.glyphs = order, {}
    for name in order:
        pen = TTGlyphPen(None)
        outlines[name].draw(Cu2QuPen(pen, OUTLINE_ERROR, reverse_direction=True))
        table.glyphs[name] = glyph = pen.glyph(dropImpliedOnCurves=True)
        glyph.recalcBounds(table)
        font["hmtx"][name] = (font["hmtx"][name][0], glyph.xMin)
    font["glyf"], font["loca"] = table, newTable("loca")
    for tag in ("CFF ", "VORG"):
        if tag in font:
            del font[tag]
    font.sfntVersion = "\0\1\0\0"
    limits = font["maxp"]
    limits.tableVersion = 0x00010000
    limits.maxZones = 1
    for field in [
        "maxTwilightPoints",
        "maxStorage",
        "maxFunctionDefs",
        "maxInstructionDefs",
        "maxStackElements",
        "maxSizeOfInstructions",
        "maxComponentElements",
    ]:
        setattr(limits, field, 0)


def sign(font: TTFont, recipe: Recipe) -> None:
    """Set names, style, dates and the permission to embed, and say what was changed."""
    from fontTools.ttLib import newTable

    copyright = font["name"].getDebugName(0)
    full = recipe.family if recipe.style == "Regular" else f"{recipe.family} {recipe.style}"
    names = {
        0: copyright,
        1: recipe.family,
        2: recipe.style,
        3: f"{recipe.version};bpgrade;{recipe.file}",
        4: full,
        5: f"Version {recipe.version}; shortened for bpgrade",
        6: recipe.file,
        7: recipe.license.trademark,
        10: f"Derived from {recipe.origin} {recipe.version} by bpgrade: fewer characters, "
        "TrueType outlines, no hints, no layout tables. Not the original font; "
        "its authors are not to blame.",
        13: recipe.license.text,
        14: recipe.license.url,
    }
    font["name"] = table = newTable("name")
    table.names = []
    for number, text in names.items():
        if text:
            table.setName(text, number, 3, 1, 0x409)
    style = STYLES[recipe.style]
    head, os2 = font["head"], font["OS/2"]
    head.created = head.modified = CREATED
    head.macStyle = bool(style & BOLD) | bool(style & ITALIC) << 1
    selected = bool(style & ITALIC) | bool(style & BOLD) << 5 | (not style) << 6
    os2.fsSelection = os2.fsSelection & ~0b1100001 | selected
    os2.usWeightClass = 700 if style & BOLD else 400
    os2.fsType = 0
    font["post"].formatType = 3.0


def metrics(font: TTFont) -> dict[str, Any]:
    """What the JSON file holds, from a font that still has its MATH and GSUB tables."""
    ids = font.getReverseGlyphMap()
    order = font.getGlyphOrder()
    table = font["MATH"].table
    info = table.MathGlyphInfo
    italics, accents = info.MathItalicsCorrectionInfo, info.MathTopAccentAttachment
    characters = {code: ids[name] for code, name in sorted(font.getBestCmap().items())}
    tall, wide = _tall_and_wide(font, ids)
    scripts = _scripts(font, ids)
    return {
        "units": font["head"].unitsPerEm,
        "constants": {
            name: getattr(value, "Value", value)
            for name, value in vars(table.MathConstants).items()
        },
        "characters": characters,
        "advances": [font["hmtx"][name][0] for name in order],
        "boxes": _boxes(font),
        "italics": _values(italics.Coverage, italics.ItalicsCorrection, ids),
        "accents": _values(accents.TopAccentCoverage, accents.TopAccentAttachment, ids),
        "tall": tall,
        "wide": wide,
        "overlap": table.MathVariants.MinConnectorOverlap,
        "scripts": scripts,
        "kerns": _kerns(info.MathKernInfo, ids),
        "text": meanings(characters, tall, wide, scripts),
    }


def _boxes(font: TTFont) -> list[list[int]]:
    """Of the ink; the boxes in the glyf table also hold the points that steer curves."""
    from fontTools.pens.boundsPen import BoundsPen

    outlines = font.getGlyphSet()
    found = []
    for name in font.getGlyphOrder():
        pen = BoundsPen(outlines)
        outlines[name].draw(pen)
        found.append([round(edge) for edge in pen.bounds or (0, 0, 0, 0)])
    return found


def _values(coverage: Any, records: Sequence[Any], ids: Mapping[str, int]) -> dict[int, int]:
    pairs = zip(coverage.glyphs, records, strict=True)
    return dict(sorted((ids[name], record.Value) for name, record in pairs))


def _tall_and_wide(font: TTFont, ids: Mapping[str, int]) -> tuple[Growths, Growths]:
    made = font["MATH"].table.MathVariants
    return (
        _growths(made.VertGlyphCoverage, made.VertGlyphConstruction, ids),
        _growths(made.HorizGlyphCoverage, made.HorizGlyphConstruction, ids),
    )


def _growths(coverage: Any, constructions: Sequence[Any], ids: Mapping[str, int]) -> Growths:
    if coverage is None:
        return {}
    found: Growths = {}
    for name, made in zip(coverage.glyphs, constructions, strict=True):
        parts = made.GlyphAssembly.PartRecords if made.GlyphAssembly else []
        found[ids[name]] = {
            "variants": [ids[record.VariantGlyph] for record in made.MathGlyphVariantRecord],
            "parts": [
                [
                    ids[part.glyph],
                    part.StartConnectorLength,
                    part.EndConnectorLength,
                    part.FullAdvance,
                    part.PartFlags & 1,
                ]
                for part in parts
            ],
        }
    return dict(sorted(found.items()))


def _scripts(font: TTFont, ids: Mapping[str, int]) -> dict[int, list[int]]:
    """The alternates of the feature `ssty`: one or two for each glyph."""
    table = font["GSUB"].table
    lookups = {
        number
        for record in table.FeatureList.FeatureRecord
        if record.FeatureTag == "ssty"
        for number in record.Feature.LookupListIndex
    }
    found: dict[int, list[int]] = {}
    for number in sorted(lookups):
        for subtable in table.LookupList.Lookup[number].SubTable:
            plain = getattr(subtable, "ExtSubTable", subtable)
            single = {name: [other] for name, other in getattr(plain, "mapping", {}).items()}
            for name, others in (getattr(plain, "alternates", {}) | single).items():
                found.setdefault(ids[name], [ids[other] for other in others])
    return dict(sorted(found.items()))


def _kerns(table: Any, ids: Mapping[str, int]) -> dict[int, dict[str, list[list[int]]]]:
    """Staircases at the corners of glyphs that are not zero everywhere."""
    if table is None:
        return {}
    corners = {"tr": "TopRight", "tl": "TopLeft", "br": "BottomRight", "bl": "BottomLeft"}
    found: dict[int, dict[str, list[list[int]]]] = {}
    pairs = zip(table.MathKernCoverage.glyphs, table.MathKernInfoRecords, strict=True)
    for name, record in pairs:
        stairs = {key: getattr(record, f"{corner}MathKern") for key, corner in corners.items()}
        kept = {
            key: [[h.Value for h in stair.CorrectionHeight], [v.Value for v in stair.KernValue]]
            for key, stair in stairs.items()
            if stair and any(v.Value for v in stair.KernValue)
        }
        if kept:
            found[ids[name]] = kept
    return dict(sorted(found.items()))


def plain(code: int) -> str:
    """The letter itself for one of a mathematical alphabet, else the character.

    ℓ, ℏ and the like are signs of their own, although Unicode calls them fonts of l and ħ.

    >>> plain(0x1D465), plain(0x210E), plain(0x1D719), plain(0x2113), plain(0x2212)
    ('x', 'h', 'ϕ', 'ℓ', '−')
    """
    kind, _, letter = unicodedata.decomposition(chr(code)).partition(" ")
    if kind != "<font>" or chr(code) in "ℏℓ":
        return chr(code)
    return chr(int(letter, 16))


def meanings(
    characters: Mapping[int, int],
    tall: Growths,
    wide: Growths,
    scripts: Mapping[int, Sequence[int]],
) -> dict[int, str]:
    """What each glyph means: its own character, else that of the glyph that it is a form of.

    Where several lay claim to a glyph, the smallest code point has it; those for private use
    come last. In an assembly the first part that is not repeated speaks for the whole, and the
    others say nothing. Brackets share parts: what [ needs to be copied as one bracket, ⌈ lacks.

    >>> bracket = {1: {"variants": [1, 2], "parts": [[3, 0, 9, 9, 0], [4, 9, 9, 9, 1]]}}
    >>> meanings({0x28: 1, 0x1D465: 5}, bracket, {}, {5: [6]}) == {
    ...     0: "\\ufffd", 1: "(", 2: "(", 3: "(", 4: "\\u200b", 5: "x", 6: "x"}
    True
    """
    found: dict[int, str] = {0: UNKNOWN}
    for code in sorted(characters, key=_rank):
        found.setdefault(characters[code], plain(code))
    reached = list(found)
    for glyph in reached:  # grows while it is walked through
        for form in _forms(glyph, tall, wide, scripts):
            if form not in found:
                found[form] = found[glyph]
                reached.append(form)
    for glyph in reached:
        for growths in (tall, wide):
            parts = growths.get(glyph, NO_GROWTH)["parts"]
            for part in [part for part in parts if not part[4]][:1]:
                found.setdefault(part[0], found[glyph])
            for part in parts:
                found.setdefault(part[0], NOTHING)
    return dict(sorted(found.items()))


def _rank(code: int) -> tuple[bool, int]:
    """Smaller code points first, those for private use last."""
    return unicodedata.category(chr(code)) == "Co", code


def _forms(
    glyph: int, tall: Growths, wide: Growths, scripts: Mapping[int, Sequence[int]]
) -> Iterator[int]:
    for growths in (tall, wide):
        yield from growths.get(glyph, NO_GROWTH)["variants"]
    yield from scripts.get(glyph, ())


def _parts(glyph: int, tall: Growths, wide: Growths) -> Iterator[int]:
    for growths in (tall, wide):
        yield from (part[0] for part in growths.get(glyph, NO_GROWTH)["parts"])


def make(recipe: Recipe, sources: Path, into: Path) -> list[Path]:
    """Build one font, and the metrics of one for formulas.

    Returns:
        The files that were written.
    """
    font = opened(recipe, sources)
    if recipe.math:
        limit_forms(font)
        cut(font, math_characters(), all_forms(font, math_characters()))
    else:
        cut(font, text_characters(font))
    if "CFF " in font:
        to_truetype(font)
    sign(font, recipe)
    written = [into / f"{recipe.file}.ttf"]
    if recipe.math:
        written.append(into / f"{recipe.file}.json")
        written[1].write_text(json.dumps(metrics(font), separators=(",", ":")) + "\n", "utf-8")
    for tag in ("MATH", "GSUB"):
        if tag in font:
            del font[tag]
    font.flavor = None
    font.save(written[0])
    return written


def main(arguments: Sequence[str] | None = None) -> None:
    """Read the command line, build what it asks for, and list the files."""
    parser = argparse.ArgumentParser(description="Build the fonts that bpgrade ships.")
    parser.add_argument("sources", type=Path, help="folder with the source fonts")
    parser.add_argument("names", nargs="*", metavar="NAME", help="file to build; default all")
    parser.add_argument("--into", type=Path, default=Path(__file__).parent, help="output folder")
    asked = parser.parse_intermixed_args(arguments)
    known = {recipe.file: recipe for recipe in RECIPES}
    if unknown := [name for name in asked.names if name not in known]:
        parser.error(f"unknown: {', '.join(unknown)}; there are {', '.join(known)}")
    for name in asked.names or known:
        for path in make(known[name], asked.sources, asked.into):
            sys.stdout.write(f"{path.name}: {path.stat().st_size:,} bytes\n")


if __name__ == "__main__":
    main()
