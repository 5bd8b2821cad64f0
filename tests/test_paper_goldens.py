"""The printed pages stay as they are: in their words, and as pictures.

Renew with `make goldens` after a wanted change, and look at the pictures that changed.
"""

from __future__ import annotations

from pathlib import Path

import pytest
from papers import pictures, texts
from PIL import Image, ImageChops, ImageFilter, ImageStat
from sheets_of import pages

from templates.pdf.document import pdf

FOLDER = Path(__file__).parent / "goldens" / "paper"
CHOSEN = ["musilek", "mazur", "slides", "lfd", "valchanov", "two-rounds"]
DPI = 40.0
WIDEST_DIFFERENCE = 40.0
"""Of a blurred spot, of 255: a letter that moved makes 60 and more, another version of the
rasteriser a few."""


def strip(data: bytes) -> Image.Image:
    """All pages beside each other in grey."""
    tiles = [picture.convert("L") for picture in pictures(data, DPI)]
    whole = Image.new("L", (sum(tile.width for tile in tiles), tiles[0].height), 255)
    x = 0
    for tile in tiles:
        whole.paste(tile, (x, 0))
        x += tile.width
    return whole


def difference(one: Image.Image, other: Image.Image) -> float:
    """How much the most different spot differs, after a blur over neighbouring pixels."""
    blurred = ImageChops.difference(one, other).filter(ImageFilter.BoxBlur(2))
    return float(ImageStat.Stat(blurred).extrema[0][1])


@pytest.mark.parametrize("what", ["sheet", "key"])
@pytest.mark.parametrize("name", CHOSEN)
def test_the_golden_pages_are_the_same(name: str, what: str, update_goldens: bool) -> None:
    """First as text, which is read in a diff; then as a picture."""
    data = pdf(pages(name)[what == "key"])
    said = "\n\f\n".join(texts(data)).replace("\r\n", "\n") + "\n"
    text, image = FOLDER / f"{name}-{what}.txt", FOLDER / f"{name}-{what}.png"
    shown = strip(data)
    if update_goldens:
        FOLDER.mkdir(parents=True, exist_ok=True)
        text.write_text(said, "utf-8", newline="")
        shown.point([17 * round(grey / 17) for grey in range(256)]).save(image, optimize=True)
    assert said == text.read_bytes().decode()
    golden = Image.open(image).convert("L")
    assert golden.size == shown.size
    assert difference(golden, shown) < WIDEST_DIFFERENCE


def test_a_letter_that_moved_is_seen() -> None:
    """The measure above can fail: one field's prompt a millimetre to the right."""
    whole = strip(pdf(pages("mazur")[0]))
    moved = whole.copy()
    spot = whole.crop((40, 200, 120, 240))
    moved.paste(255, (40, 200, 120, 240))
    moved.paste(spot, (42, 200))
    assert difference(whole, moved) > WIDEST_DIFFERENCE
