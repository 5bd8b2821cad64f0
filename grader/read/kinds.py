"""What a file is, by its first bytes: a name says what somebody hoped for."""

from __future__ import annotations

import re

from problems.patterns import pattern

_PARTS = (b"[Content_Types].xml", b"_rels/", b"docProps/", b"xl/", b"customXml/")
"""Names of which one is the first in a ZIP that is an office document of Microsoft's kind."""

MAGIC: tuple[tuple[bytes, str, str], ...] = (
    (b"PK\x03\x04", "zip", "an Excel workbook or a ZIP archive"),
    (b"PK\x05\x06", "zip", "an empty ZIP archive"),
    (b"\x1f\x8b", "packed", "a compressed archive (gzip)"),
    (b"7z\xbc\xaf\x27\x1c", "packed", "a compressed archive (7z)"),
    (b"Rar!", "packed", "a compressed archive (RAR)"),
    (b"BZh", "packed", "a compressed archive (bzip2)"),
    (b"\xfd7zXZ", "packed", "a compressed archive (xz)"),
    (b"\x89PNG", "picture", "a picture (PNG)"),
    (b"\xff\xd8\xff", "picture", "a picture (JPEG)"),
    (b"GIF8", "picture", "a picture (GIF)"),
    (b"II*\x00", "picture", "a picture (TIFF)"),
    (b"MM\x00*", "picture", "a picture (TIFF)"),
    (b"\xd0\xcf\x11\xe0", "other", "an old Excel or Word file (.xls, .doc)"),
    (b"{\\rtf", "other", "a text document (RTF)"),
)
"""Beginning of a file, its kind, and what it is called in a message."""

_PHOTO = pattern(rb".{4}ftyp(hei[cmsx]|hev[cmsx]|mif1|msf1|avi[fs])", re.DOTALL)
"""Photographs as phones keep them (ISO 23008-12): HEIC, HEIF, AVIF."""
SCAN = (
    "a scan or photograph, of which nothing can be read; type the answers into the fields of "
    "the worksheet you were given and save it, or hand in answers.csv"
)
"""What a picture of a worksheet is, and what to do."""

_HTML = pattern(rb"\s*<(!doctype|\?xml|html|head|body|table|div|p|span|meta)\b", re.IGNORECASE)
_JSON = pattern(rb"(?:\xef\xbb\xbf)*\s*[\[{]")


def looked_at(data: bytes) -> tuple[str, str]:
    """Kind of a file, and what to call it in a message.

    The kinds are `pdf workbook opendocument zip packed picture other html json text`.

    >>> looked_at(b"%PDF-1.7")[0], looked_at(b"step,answer")[0], looked_at(b'{"a": 1}')[0]
    ('pdf', 'text', 'json')
    """
    head = data[:1024]
    if head.startswith(b"PK\x03\x04"):
        if head[30:].startswith(_PARTS):
            return "workbook", "an Excel workbook"
        if head[30:].startswith(b"mimetypeapplication/vnd.oasis"):
            return "opendocument", "an OpenDocument file; save it as XLSX or CSV"
    for magic, kind, called in MAGIC:
        if head.startswith(magic):
            return kind, called
    if _PHOTO.match(head):
        return "picture", "a picture (HEIC)"
    if head.startswith(b"RIFF") and head[8:12] == b"WEBP":
        return "picture", "a picture (WebP)"
    if b"%PDF-" in head:
        return "pdf", "a PDF"
    if _HTML.match(head):
        return "html", "a web page (HTML)"
    if _JSON.match(head):
        return "json", "a JSON file"
    return "text", "a text file"
