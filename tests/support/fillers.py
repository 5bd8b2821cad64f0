"""Programs that fill forms: pypdf, and the engine of Chrome's viewer, as if somebody typed."""

from __future__ import annotations

import ctypes
import io
from collections.abc import Mapping

import pypdfium2 as pdfium
from pypdf import PdfReader, PdfWriter
from pypdfium2 import raw


def by_pypdf(data: bytes, values: Mapping[str, str]) -> bytes:
    """Set the fields' values, as scripts do."""
    writer = PdfWriter(clone_from=PdfReader(io.BytesIO(data)))
    for page in writer.pages:
        writer.update_page_form_field_values(page, dict(values), auto_regenerate=False)
    out = io.BytesIO()
    writer.write(out)
    return out.getvalue()


def by_chrome(data: bytes, values: Mapping[str, str]) -> bytes:
    """Click into each field and type, with the engine that Chrome views PDFs with."""
    document = pdfium.PdfDocument(data)
    document.init_forms()
    form = document.formenv
    assert form is not None
    for page in document:
        for name, x, y in _places(page, form):
            if values.get(name):
                _type(form, page, x, y, values[name])
    out = io.BytesIO()
    document.save(out)
    return out.getvalue()


def _places(page: pdfium.PdfPage, form: pdfium.PdfFormEnv) -> list[tuple[str, float, float]]:
    """Name and middle of each field of a page."""
    found = []
    for n in range(raw.FPDFPage_GetAnnotCount(page.raw)):
        annotation = raw.FPDFPage_GetAnnot(page.raw, n)
        box = raw.FS_RECTF()
        raw.FPDFAnnot_GetRect(annotation, box)
        size = raw.FPDFAnnot_GetFormFieldName(form.raw, annotation, None, 0)
        if size > 2:
            buffer = (raw.FPDF_WCHAR * (size // 2))()
            raw.FPDFAnnot_GetFormFieldName(form.raw, annotation, buffer, size)
            name = bytes(buffer).decode("utf-16-le").rstrip("\0")
            found.append((name, (box.left + box.right) / 2, (box.bottom + box.top) / 2))
        raw.FPDFPage_CloseAnnot(annotation)
    return found


def _type(form: pdfium.PdfFormEnv, page: pdfium.PdfPage, x: float, y: float, text: str) -> None:
    raw.FORM_OnLButtonDown(form.raw, page.raw, 0, x, y)
    raw.FORM_OnLButtonUp(form.raw, page.raw, 0, x, y)
    units = (text + "\0").encode("utf-16-le")
    buffer = ctypes.create_string_buffer(units, len(units))
    pointer = ctypes.cast(buffer, ctypes.POINTER(raw.FPDF_WCHAR))
    raw.FORM_ReplaceSelection(form.raw, page.raw, pointer)
    raw.FORM_ForceToKillFocus(form.raw)
