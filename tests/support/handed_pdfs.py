"""PDF worksheets as other programs leave them: merged, split, written beside, scanned."""

from __future__ import annotations

import io
from collections.abc import Callable, Iterator, Mapping
from typing import Any

import pypdfium2 as pdfium
from pypdf import PdfReader, PdfWriter
from pypdf.generic import (
    ArrayObject,
    DecodedStreamObject,
    DictionaryObject,
    FloatObject,
    NameObject,
    TextStringObject,
)
from reportlab.lib.utils import ImageReader
from reportlab.pdfgen.canvas import Canvas

Box = tuple[float, float, float, float]


def text(value: str) -> TextStringObject:
    return TextStringObject(value)


def changed(data: bytes, change: Callable[[PdfWriter], None]) -> bytes:
    """The same document with something done to its objects."""
    writer = PdfWriter(clone_from=PdfReader(io.BytesIO(data)))
    change(writer)
    return written(writer)


def written(writer: PdfWriter) -> bytes:
    out = io.BytesIO()
    writer.write(out)
    return out.getvalue()


def widgets(writer: PdfWriter) -> Iterator[tuple[int, int, Any]]:
    """Page, place among its annotations, and the field of a step."""
    for number, page in enumerate(writer.pages):
        for n, one in enumerate(page.get("/Annots", ())):
            widget = one.get_object()
            if widget.get("/T", "exercise") != "exercise":
                yield number, n, widget


def each_field(data: bytes, change: Callable[[PdfWriter, Any], None]) -> bytes:
    """The same document with something done to each field of a step."""

    def all_of_them(writer: PdfWriter) -> None:
        for _, _, widget in list(widgets(writer)):
            change(writer, widget)

    return changed(data, all_of_them)


def boxes(data: bytes) -> dict[str, tuple[int, Box]]:
    """Name of a field -> its page (from 0) and place."""
    writer = PdfWriter(clone_from=PdfReader(io.BytesIO(data)))
    return {
        str(widget["/T"]): (page, tuple(float(x) for x in widget["/Rect"]))
        for page, _, widget in widgets(writer)
    }


def pages_with_fields(data: bytes) -> list[int]:
    """Those, from 0, with fields of steps; a worksheet may begin with pages that have none."""
    return sorted({page for page, _ in boxes(data).values()})


def annotated(data: bytes, page: int, kind: str, box: Box, content: str = "") -> bytes:
    """With an annotation, as viewers add them."""
    return changed(data, lambda writer: annotate(writer, page, kind, box, content))


def annotate(writer: PdfWriter, page: int, kind: str, box: Box, content: str) -> None:
    note = DictionaryObject(
        {
            NameObject("/Type"): NameObject("/Annot"),
            NameObject("/Subtype"): NameObject(kind),
            NameObject("/Rect"): ArrayObject(map(FloatObject, box)),
            NameObject("/Contents"): text(content),
        }
    )
    notes = writer.pages[page].setdefault(NameObject("/Annots"), ArrayObject())
    notes.get_object().append(writer._add_object(note))


def typed_beside(data: bytes, values: Mapping[str, str], kind: str = "/FreeText") -> bytes:
    """With text in boxes of its own, exactly over the fields."""
    where = boxes(data)

    def add(writer: PdfWriter) -> None:
        for name, value in values.items():
            page, box = where[name]
            annotate(writer, page, kind, box, value)

    return changed(data, add)


def pasted(data: bytes, page: int, draw: Callable[[Canvas], None]) -> bytes:
    """With something drawn into a page itself."""
    stream = io.BytesIO()
    canvas = Canvas(stream)
    draw(canvas)
    canvas.save()
    over = PdfReader(io.BytesIO(stream.getvalue())).pages[0]
    return changed(data, lambda writer: writer.pages[page].merge_page(over))


def appended(data: bytes, page: int, operators: str) -> bytes:
    """With a stream of operators behind the contents of a page."""

    def add(writer: PdfWriter) -> None:
        stream = DecodedStreamObject()
        stream.set_data(operators.encode())
        contents = writer.pages[page].raw_get("/Contents")
        both = ArrayObject([contents, writer._add_object(stream)])
        writer.pages[page][NameObject("/Contents")] = both

    return changed(data, add)


def stale(data: bytes, values: Mapping[str, str]) -> bytes:
    """With other fields on the pages than the form's list names."""

    def copy(writer: PdfWriter) -> None:
        for page, n, widget in list(widgets(writer)):
            if widget["/T"] in values:
                twin = DictionaryObject(widget)
                twin[NameObject("/V")] = text(values[widget["/T"]])
                twin.pop("/AP", None)
                writer.pages[page]["/Annots"][n] = writer._add_object(twin)

    return changed(data, copy)


def pages_only(*documents: bytes, first: int = 0, last: int | None = None) -> bytes:
    """Pages one after the other in a new document: no form, no title."""
    writer = PdfWriter()
    for data in documents:
        for page in PdfReader(io.BytesIO(data)).pages[first:last]:
            writer.add_page(page)
    return written(writer)


def looking(writer: PdfWriter, widget: Any, shown: str) -> None:
    """Give a field a look of its own that shows some text."""
    look = DecodedStreamObject()
    look.set_data(f"/Tx BMC BT /Helv 10 Tf 2 5 Td ({shown}) Tj ET EMC".encode("latin-1"))
    font = writer.root_object["/AcroForm"]["/DR"]["/Font"].raw_get("/Helv")
    fonts = DictionaryObject({NameObject("/Helv"): font})
    look[NameObject("/Subtype")] = NameObject("/Form")
    look[NameObject("/Resources")] = DictionaryObject({NameObject("/Font"): fonts})
    looks = DictionaryObject({NameObject("/N"): writer._add_object(look)})
    widget[NameObject("/AP")] = looks


def scanned(data: bytes, dpi: float = 40.0) -> bytes:
    """As a scanner gives it: a picture a page."""
    out = io.BytesIO()
    canvas = Canvas(out)
    with pdfium.PdfDocument(data) as document:
        for page in document:
            picture = ImageReader(page.render(scale=dpi / 72).to_pil())
            canvas.drawImage(picture, 0, 0, 595, 842)
            canvas.showPage()
    canvas.save()
    return out.getvalue()
