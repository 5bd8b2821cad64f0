"""All page kinds of all families on one picture, to be looked at: `make contact`.

contact_sheet.py            docs/paper.png: first pages of worksheets and keys
contact_sheet.py FOLDER     every page as a PNG at 100 dpi, narrow and wide networks too
"""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path

from issued_exercises import ungated
from papers import pictures
from PIL import Image
from sheets_of import FAMILIES, pages, sheet

from templates.pages.page import Page
from templates.pdf.document import pdf
from templates.sheets import sheets

ROOT = Path(__file__).parents[2]
COLUMNS, GAP = 6, 8
EXTREMES = [
    ("musilek", "1-1-1", 2),
    ("musilek", "5-4-3", 4),
    ("mazur", "4-4-4", 8),
    ("lfd", "1-1-1", 2),
    ("lfd", "4-5-3", 8),
    ("valchanov", "5-5-4", 8),
    ("slides", "3-3-3", 6),
    ("relu-softmax", "8-8-4", 8),
]


def assembled(tiles: Sequence[Image.Image]) -> Image.Image:
    """Tiles in rows on grey."""
    width = max(tile.width for tile in tiles) + GAP
    height = max(tile.height for tile in tiles) + GAP
    rows = -(-len(tiles) // COLUMNS)
    whole = Image.new("RGB", (width * COLUMNS + GAP, height * rows + GAP), "#8a8f98")
    for n, tile in enumerate(tiles):
        whole.paste(tile, (GAP + n % COLUMNS * width, GAP + n // COLUMNS * height))
    return whole


def overview() -> None:
    """The picture for the documentation."""
    tiles = []
    for name in FAMILIES:
        work, key = (pictures(pdf(page), 40) for page in pages(name))
        tiles += [work[0], work[min(1, len(work) - 1)], key[min(1, len(key) - 1)]]
    assembled(tiles).convert("P", palette=Image.Palette.ADAPTIVE, colors=64).save(
        ROOT / "docs" / "paper.png", optimize=True
    )


def everything(folder: Path) -> None:
    """Every page of every family, and the extremes."""
    folder.mkdir(parents=True, exist_ok=True)
    for name in FAMILIES:
        for what, page in zip(("sheet", "key"), pages(name), strict=True):
            _save(folder, f"{name}-{what}", page)
    for name, layers, decimals in EXTREMES:
        one = [sheet(ungated(name, layers=layers, decimals=decimals))]
        stem = f"{name}-{layers}-{decimals}"
        _save(folder, f"{stem}-sheet", sheets.worksheet(one))
        _save(folder, f"{stem}-key", sheets.key(one))


def _save(folder: Path, stem: str, page: Page) -> None:
    for n, picture in enumerate(pictures(pdf(page), 100), 1):
        picture.save(folder / f"{stem}-{n}.png")


if __name__ == "__main__":
    everything(Path(sys.argv[1])) if len(sys.argv) > 1 else overview()
