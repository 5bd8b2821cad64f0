"""PDFs looked at by other programs: Chrome's engine and an accessibility checker."""

from __future__ import annotations

import io
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

import page as validator
import pypdfium2 as pdfium
from pypdf import PdfReader
from pypdf.generic import StreamObject
from pypdfium2 import raw


class Letter(NamedTuple):
    """A printed character and its ink, in points from the lower left corner."""

    page: int
    text: str
    left: float
    bottom: float
    right: float
    top: float


def complaints(data: bytes) -> list[str]:
    """What PDF/UA asks for and the file lacks; every rule of the profile is tried."""
    profile = validator.ValidationProfile.PDF_UA_1
    report = validator.validate_pdf_bytes(data, profile=profile)
    assert report.rules.total > 100
    return [f"{failure.rule_id}: {failure.message}" for failure in report.failures]


def texts(data: bytes) -> list[str]:
    """The text of each page, as it would be copied."""
    with pdfium.PdfDocument(data) as document:
        return [page.get_textpage().get_text_bounded() for page in document]


def letters(data: bytes) -> list[Letter]:
    """Every printed character that has ink and stands upright: labels of lines lean."""
    found = []
    with pdfium.PdfDocument(data) as document:
        for number, page in enumerate(document):
            text = page.get_textpage()
            for n in range(text.count_chars()):
                char = text.get_text_range(n, 1)
                if char.strip() and abs(raw.FPDFText_GetCharAngle(text.raw, n)) < 0.01:
                    found.append(Letter(number, char, *text.get_charbox(n)))
    return found


def pictures(data: bytes, dpi: float = 72.0) -> list[Any]:
    """Each page as a picture, fields included."""
    with pdfium.PdfDocument(data) as document:
        document.init_forms()
        return [page.render(scale=dpi / 72, may_draw_forms=True).to_pil() for page in document]


def sizes(data: bytes) -> list[tuple[float, float]]:
    """Width and height of each page, in points."""
    with pdfium.PdfDocument(data) as document:
        return [page.get_size() for page in document]


def contents(path: Path) -> Iterator[str]:
    """Everything that can be found in a file: bytes, names, streams laid open, text, metadata."""
    data = path.read_bytes()
    yield data.decode("latin-1")
    if path.suffix != ".pdf":
        return
    reader = PdfReader(io.BytesIO(data))
    for number in range(1, len(reader.xref_objStm) + len(reader.xref[0]) + 1):
        thing = reader.get_object(number)
        yield str(thing)
        if isinstance(thing, StreamObject):
            yield thing.get_data().decode("latin-1")
    yield from texts(data)
    yield str(reader.metadata)
