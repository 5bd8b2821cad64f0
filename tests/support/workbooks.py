"""Workbooks as people leave them: several sheets, hidden ones, merged cells, saved as strict."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Mapping, Sequence

import openpyxl

Rows = Sequence[Sequence[object]]


def workbook(
    sheets: Mapping[str, Rows], hidden: Sequence[str] = (), merged: Mapping[str, str] | None = None
) -> bytes:
    """An Excel workbook.

    Args:
        sheets: name -> rows, in the order of the sheets.
        hidden: names of the hidden ones.
        merged: name of a sheet -> the cells that are merged in it, such as `A2:A9`.
    """
    book = openpyxl.Workbook()
    book.remove(book.active)
    for name, rows in sheets.items():
        sheet = book.create_sheet(name)
        for row in rows:
            sheet.append(list(row))
        if name in hidden:
            sheet.sheet_state = "hidden"
        if merged and name in merged:
            sheet.merge_cells(merged[name])
    stream = io.BytesIO()
    book.save(stream)
    return stream.getvalue()


def strict(data: bytes) -> bytes:
    """The workbook under the namespaces of "Strict Open XML Spreadsheet"."""
    words = {
        b"http://schemas.openxmlformats.org/spreadsheetml/2006/main":
            b"http://purl.oclc.org/ooxml/spreadsheetml/main",
        b"http://schemas.openxmlformats.org/officeDocument/2006/relationships":
            b"http://purl.oclc.org/ooxml/officeDocument/relationships",
        b"http://schemas.openxmlformats.org/drawingml/2006/main":
            b"http://purl.oclc.org/ooxml/drawingml/main",
        b"officeDocument/2006/extended-properties": b"officeDocument/extendedProperties",
    }  # fmt: skip
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as old, zipfile.ZipFile(out, "w") as new:
        for name in old.namelist():
            xml = old.read(name)
            for known, other in words.items():
                xml = xml.replace(known, other)
            new.writestr(name, xml)
    return out.getvalue()


def locked() -> bytes:
    """The beginning and a directory entry of what Excel writes for a workbook with a password."""
    return (
        b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(504) + "EncryptedPackage".encode("utf-16-le")
    )


def packed(names: Sequence[str]) -> bytes:
    """A document that is a ZIP of parts with these names."""
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as archive:
        for name in names:
            archive.writestr(name, "x")
    return stream.getvalue()
