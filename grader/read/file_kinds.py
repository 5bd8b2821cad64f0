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


class Kind(NamedTuple):
    """What a file is."""

    kind: str
    """`pdf workbook opendocument locked zip packed picture other html json text`."""
    called: str
    """In a message, after "this is"."""
    advice: str = ""
    """How to hand in what is in it, where no file of this kind is read."""

    def instead_of(self, wanted: str, advice: str = "") -> str:
        """A sentence: what it is, what it should be, and what to do.

        Args:
            wanted: what belongs there, such as "a CSV table"; '' for anything with answers.
            advice: what to do, where the kind itself does not say it.
        """
        said = f"this is {self.called}" + (f", not {wanted}" if wanted else "")
        return "; ".join(filter(None, (said, self.advice or advice)))


_PARTS = (b"[Content_Types].xml", b"_rels/", b"docProps/", b"xl/", b"customXml/")
"""Names of which one is the first in a ZIP that is an office document of Microsoft's kind."""

_TABLE = "save or export it as XLSX or CSV, and hand that in"
_TYPE = "write the answers into answers.csv or into the fields of the worksheet"
_LINK = "open it, download the table itself (.xlsx or .csv), and hand that in"
_LOCKED = "save it without the password, and hand that in"
_FETCH = "wait until the file itself is there, and hand that in"

SCAN = (
    "a scan or photograph, of which nothing can be read; type the answers into the fields of "
    "the worksheet you were given and save it, or hand in answers.csv"
)
"""What a picture of a worksheet is, and what to do."""

NUMBERS = Kind("other", "a Numbers document", f"{_TABLE} (File > Export To > Excel)")
IWORK = Kind("other", "a document of Numbers, Pages or Keynote", f"{_TABLE} (File > Export To)")
WORD = Kind("other", "a text document", _TYPE)
PICTURE = Kind("picture", "a picture", SCAN)
PHOTOGRAPH = Kind("picture", "a photograph (HEIC)", SCAN)
DRIVE = Kind("other", "a link into Google Drive, not the file itself", _LINK)
LINK = Kind("other", "a link, not the file itself", _LINK)
OLD = Kind("other", "an old Excel workbook (.xls)", _TABLE)
BINARY = Kind("other", "a binary Excel workbook (.xlsb)", _TABLE)
SPREADSHEET = Kind("opendocument", "an OpenDocument spreadsheet (.ods)", _TABLE)
UNFINISHED = Kind("other", "a file that was not fetched completely", _FETCH)

MAGIC: tuple[tuple[bytes, Kind], ...] = (
    (b"PK\x05\x06", Kind("zip", "an empty ZIP archive")),
    (b"\x1f\x8b", Kind("packed", "a compressed archive (gzip)")),
    (b"7z\xbc\xaf\x27\x1c", Kind("packed", "a compressed archive (7z)")),
    (b"Rar!", Kind("packed", "a compressed archive (RAR)")),
    (b"BZh", Kind("packed", "a compressed archive (bzip2)")),
    (b"\xfd7zXZ", Kind("packed", "a compressed archive (xz)")),
    (b"\x89PNG", PICTURE._replace(called="a picture (PNG)")),
    (b"\xff\xd8\xff", PICTURE._replace(called="a picture (JPEG)")),
    (b"GIF8", PICTURE._replace(called="a picture (GIF)")),
    (b"II*\x00", PICTURE._replace(called="a picture (TIFF)")),
    (b"MM\x00*", PICTURE._replace(called="a picture (TIFF)")),
    (b"{\\rtf", WORD._replace(called="a text document (RTF)")),
    (b"bplist00", LINK),
    (b"[InternetShortcut]", LINK),
    (b"[Desktop Entry]", LINK),
    (b"L\x00\x00\x00\x01\x14\x02\x00", LINK),
    (b"PAR1", Kind("other", "a Parquet file", "tables of a class are read with --results")),
)
"""Beginning of a file, and its kind."""

BRANDS: Mapping[bytes, Kind] = {
    **dict.fromkeys((b"heic", b"heix", b"heim", b"heis", b"hevc", b"mif1", b"msf1"), PHOTOGRAPH),
    **dict.fromkeys((b"avif", b"avis"), PICTURE._replace(called="a picture (AVIF)")),
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
        return Kind("pdf", "a PDF")
    if head[4:8] == b"ftyp":
        return BRANDS.get(head[8:12], Kind("other", "a film or a sound", _TYPE))
    if head.startswith(b"RIFF") and head[8:12] == b"WEBP":
        return PICTURE._replace(called="a picture (WebP)")
    return _written(head)


def _written(head: bytes) -> Kind:
    """Text of some kind."""
    if _WEBLOC.match(head):
        return LINK
    if _HTML.match(head):
        return Kind("html", "a web page (HTML)")
    if _CLOUD.match(head):
        return DRIVE
    if _JSON.match(head):
        return Kind("json", "a JSON file")
    return Kind("text", "a text file")


def _ole(data: bytes) -> Kind:
    """What Office wrote before 2007, and what it locks with a password now."""

    def holds(stream: str) -> bool:
        return stream.encode("utf-16-le") in data

    if holds("EncryptedPackage"):
        return Kind("locked", "a document that is locked with a password", _LOCKED)
    if holds("WordDocument"):
        return WORD._replace(called="an old Word document (.doc)")
    if holds("Workbook") or holds("Book"):
        return OLD
    return OLD._replace(called="an old Excel or Word file (.xls, .doc)")


def _zipped(data: bytes) -> Kind:
    """What else is a ZIP: the names of its parts tell."""
    if data[30:].startswith(b"mimetypeapplication/vnd.oasis"):
        sheet = b"opendocument.spreadsheet" in data[:120]
        return SPREADSHEET if sheet else WORD._replace(called="an OpenDocument text")
    names = set(_entries(data))
    for parts, kind in _OFFICE:
        if names.issuperset(parts):
            tables = kind is IWORK and any(name.startswith("Index/Tables/") for name in names)
            return NUMBERS if tables else kind
    if data[30:90].startswith(_PARTS):
        return Kind("workbook", "an Excel workbook")
    return Kind("zip", "an Excel workbook or a ZIP archive")


_OFFICE = (
    ({"xl/workbook.xml"}, Kind("workbook", "an Excel workbook")),
    ({"xl/workbook.bin"}, BINARY),
    ({"word/document.xml"}, WORD._replace(called="a Word document (.docx)")),
    ({"ppt/presentation.xml"}, WORD._replace(called="a presentation (.pptx)")),
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
