"""What a file is, by its bytes: a name says what somebody hoped for.

Kinds that hold no answers have words of their own: what the file is, and how to hand in what
is in it.
"""

from __future__ import annotations

import io
import re
from collections.abc import Mapping, Sequence
from typing import NamedTuple

from problems.patterns import pattern
from problems.reasons import Reason, because
from templates.words.sentences import sentence


class Kind(NamedTuple):
    """What a file is."""

    kind: str
    """`pdf workbook opendocument locked zip packed picture other html json text`."""
    what: Reason
    """In a message, after "this is"."""
    advice: Reason | None = None
    """How to hand in what is in it, where no file of this kind is read."""

    @property
    def called(self) -> str:
        """What it is, in words."""
        return sentence(self.what)

    def instead_of(self, wanted: Reason | None = None, advice: Reason | None = None) -> Reason:
        """What it is, what it should be, and what to do.

        Args:
            wanted: what belongs there, such as a CSV table; None for anything with answers.
            advice: what to do, where the kind itself does not say it.
        """
        said = because("this_is", what=self.what)
        if wanted:
            said = because("this_is_not", what=self.what, wanted=wanted)
        advice = self.advice or advice
        return because("and_also", first=said, second=advice) if advice else said


_PARTS = (b"[Content_Types].xml", b"_rels/", b"docProps/", b"xl/", b"customXml/")
"""Names of which one is the first in a ZIP that is an office document of Microsoft's kind."""

_TABLE = because("advice_save_as_table")
_TYPE = because("advice_write_answers")
_LINK = because("advice_download_table")
_LOCKED = because("advice_no_password")
_FETCH = because("advice_wait_for_file")

SCAN = because("scan")
"""What a picture of a worksheet is, and what to do."""

NUMBERS = Kind("other", because("numbers_document"), because("advice_export_to_excel"))
IWORK = Kind("other", because("iwork_document"), because("advice_export_to"))
WORD = Kind("other", because("text_document"), _TYPE)
PICTURE = Kind("picture", because("picture"), SCAN)
PHOTOGRAPH = Kind("picture", because("heic_photograph"), SCAN)
DRIVE = Kind("other", because("drive_link"), _LINK)
LINK = Kind("other", because("link"), _LINK)
OLD = Kind("other", because("old_workbook"), _TABLE)
BINARY = Kind("other", because("binary_workbook"), _TABLE)
SPREADSHEET = Kind("opendocument", because("opendocument_spreadsheet"), _TABLE)
UNFINISHED = Kind("other", because("unfinished_download"), _FETCH)

MAGIC: tuple[tuple[bytes, Kind], ...] = (
    (b"PK\x05\x06", Kind("zip", because("empty_zip"))),
    (b"\x1f\x8b", Kind("packed", because("gzip_archive"))),
    (b"7z\xbc\xaf\x27\x1c", Kind("packed", because("sevenz_archive"))),
    (b"Rar!", Kind("packed", because("rar_archive"))),
    (b"BZh", Kind("packed", because("bzip2_archive"))),
    (b"\xfd7zXZ", Kind("packed", because("xz_archive"))),
    (b"\x89PNG", PICTURE._replace(what=because("png_picture"))),
    (b"\xff\xd8\xff", PICTURE._replace(what=because("jpeg_picture"))),
    (b"GIF8", PICTURE._replace(what=because("gif_picture"))),
    (b"II*\x00", PICTURE._replace(what=because("tiff_picture"))),
    (b"MM\x00*", PICTURE._replace(what=because("tiff_picture"))),
    (b"{\\rtf", WORD._replace(what=because("rtf_document"))),
    (b"bplist00", LINK),
    (b"[InternetShortcut]", LINK),
    (b"[Desktop Entry]", LINK),
    (b"L\x00\x00\x00\x01\x14\x02\x00", LINK),
    (b"PAR1", Kind("other", because("parquet_file"), because("advice_results"))),
)
"""Beginning of a file, and its kind."""

BRANDS: Mapping[bytes, Kind] = {
    **dict.fromkeys((b"heic", b"heix", b"heim", b"heis", b"hevc", b"mif1", b"msf1"), PHOTOGRAPH),
    **dict.fromkeys((b"avif", b"avis"), PICTURE._replace(what=because("avif_picture"))),
}
"""What an ISO media file (`....ftyp`) is, by the four letters behind that."""

NAMES: Mapping[str, Kind] = {
    **dict.fromkeys((".gsheet", ".gdoc", ".gslides"), DRIVE),
    ".numbers": NUMBERS,
    **dict.fromkeys((".pages", ".key"), IWORK),
    **dict.fromkeys((".webloc", ".url", ".lnk", ".desktop"), LINK),
    **dict.fromkeys((".icloud", ".crdownload", ".part", ".download"), UNFINISHED),
    **dict.fromkeys((".heic", ".heif"), PHOTOGRAPH),
    **dict.fromkeys((".jpg", ".jpeg", ".png", ".gif", ".webp", ".bmp", ".tif", ".tiff"), PICTURE),
    **dict.fromkeys((".doc", ".docx", ".odt", ".rtf"), WORD),
    ".xls": OLD,
    ".xlsb": BINARY,
    ".ods": SPREADSHEET,
}
"""Ending of a name -> what such a file is, where its bytes do not tell."""

_HTML = pattern(rb"\s*<(!doctype|\?xml|html|head|body|table|div|p|span|meta)\b", re.IGNORECASE)
_WEBLOC = pattern(rb"\s*<(\?xml|!doctype)[^\x00]{0,300}<plist", re.IGNORECASE)
_JSON = pattern(rb"(?:\xef\xbb\xbf)*\s*[\[{]")
_CLOUD = pattern(rb'\s*\{(?=[^{}]*"(?:doc_id|resource_id)"\s*:)[^{}]*"(?:url|email)"\s*:')
"""What Google Drive leaves on a disk in the place of a document."""
_MOST_ENTRIES = 5_000


def looked_at(data: bytes) -> Kind:
    """Kind of a file, and what to call it in a message.

    >>> looked_at(b"%PDF-1.7").kind, looked_at(b"step,answer").kind, looked_at(b'{"a": 1}').kind
    ('pdf', 'text', 'json')
    >>> looked_at(b"    ftypheic    ").called
    'a photograph (HEIC)'
    """
    head = data[:1024]
    if head.startswith(b"PK\x03\x04"):
        return _zipped(data)
    if head.startswith(b"\xd0\xcf\x11\xe0"):
        return _ole(data)
    for magic, kind in MAGIC:
        if head.startswith(magic):
            return kind
    if b"%PDF-" in head:
        return Kind("pdf", because("pdf"))
    if head[4:8] == b"ftyp":
        return BRANDS.get(head[8:12], Kind("other", because("film_or_sound"), _TYPE))
    if head.startswith(b"RIFF") and head[8:12] == b"WEBP":
        return PICTURE._replace(what=because("webp_picture"))
    return _written(head)


def _written(head: bytes) -> Kind:
    """Text of some kind."""
    if _WEBLOC.match(head):
        return LINK
    if _HTML.match(head):
        return Kind("html", because("web_page"))
    if _CLOUD.match(head):
        return DRIVE
    if _JSON.match(head):
        return Kind("json", because("json_file"))
    return Kind("text", because("text_file"))


def _ole(data: bytes) -> Kind:
    """What Office wrote before 2007, and what it locks with a password now."""

    def holds(stream: str) -> bool:
        return stream.encode("utf-16-le") in data

    if holds("EncryptedPackage"):
        return Kind("locked", because("locked_document"), _LOCKED)
    if holds("WordDocument"):
        return WORD._replace(what=because("old_word_document"))
    if holds("Workbook") or holds("Book"):
        return OLD
    return OLD._replace(what=because("old_office_file"))


def _zipped(data: bytes) -> Kind:
    """What else is a ZIP: the names of its parts tell."""
    if data[30:].startswith(b"mimetypeapplication/vnd.oasis"):
        sheet = b"opendocument.spreadsheet" in data[:120]
        return SPREADSHEET if sheet else WORD._replace(what=because("opendocument_text"))
    names = set(_entries(data))
    for parts, kind in _OFFICE:
        if names.issuperset(parts):
            tables = kind is IWORK and any(name.startswith("Index/Tables/") for name in names)
            return NUMBERS if tables else kind
    if data[30:90].startswith(_PARTS):
        return Kind("workbook", because("excel_workbook"))
    return Kind("zip", because("workbook_or_zip"))


_OFFICE = (
    ({"xl/workbook.xml"}, Kind("workbook", because("excel_workbook"))),
    ({"xl/workbook.bin"}, BINARY),
    ({"word/document.xml"}, WORD._replace(what=because("word_document"))),
    ({"ppt/presentation.xml"}, WORD._replace(what=because("presentation"))),
    ({"Index/Document.iwa"}, IWORK),
    ({"Index.zip", "Metadata/Properties.plist"}, IWORK),
)
"""Parts at the top of a ZIP, and what it is with all of them."""


def _entries(data: bytes) -> Sequence[str]:
    """Names in a ZIP's directory; none where it is torn, or too long for a document."""
    import zipfile

    if data.count(b"PK\x01\x02") > _MOST_ENTRIES:
        return ()
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            return archive.namelist()
    except Exception:  # noqa: BLE001 - whoever reads the archive says what is wrong with it
        return ()


def named_as(file: str) -> Kind | None:
    """What a file is by its name, where that is no kind of answers; None if it may be one.

    A document that is a folder (`answers.numbers/Index.zip`) names all that is in it.

    >>> named_as("ada/answers.gsheet").called, named_as("ada/answers.csv")
    ('a link into Google Drive, not the file itself', None)
    """
    *folders, name = file.replace("\\", "/").split("/")
    kind = _ending(name)
    inside = (found for folder in folders if (found := _ending(folder)) in (NUMBERS, IWORK))
    return kind or next(inside, None)


def _ending(name: str) -> Kind | None:
    stem, _, ending = name.rpartition(".")
    return NAMES.get(f".{ending.casefold()}") if stem else None
