"""What the bytes of a name in a ZIP archive spell.

The format knows two alphabets: UTF-8, where a flag says so, and the old one of DOS (code page
437). What Finder of macOS packs is UTF-8 without the flag; Windows writes the code page of the
country, and tools between them whatever they hold. So a name without the flag may be read in
several ways, and the class list decides which of them is somebody.

Source: PKWARE, APPNOTE.TXT 6.3.10, appendix D and section 4.6.9 (Info-ZIP Unicode Path).
"""

from __future__ import annotations

import struct
import unicodedata
import zlib
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import zipfile

_UTF8 = 0x800
_UNICODE_PATH = 0x7075
_DOS = "cp437"
CODE_PAGES = (_DOS, "cp850", "cp1252", "cp852", "cp866")
"""What Windows writes in America, Western Europe, in old programs, Central Europe, Russia."""
_SCRIPTS = {"LATIN", "CYRILLIC"}


def readings(entry: zipfile.ZipInfo) -> tuple[str, ...]:
    """All that an entry's name may spell, the likeliest first; backslashes are separators.

    Args:
        entry: as the library has it, its name decoded as code page 437 where no flag is set.
    """
    return tuple(dict.fromkeys(name.replace("\\", "/") for name in _spelled(entry)))


def _spelled(entry: zipfile.ZipInfo) -> list[str]:
    name = entry.orig_filename
    if entry.flag_bits & _UTF8 or name.isascii():
        return [name]
    raw = name.encode(_DOS)
    said = _unicode_path(entry.extra, raw)
    if said:
        return [said]
    try:
        return [raw.decode("utf-8")]
    except UnicodeDecodeError:
        decoded = [raw.decode(page, "replace") for page in CODE_PAGES]
        return [text for text in decoded if _is_words(text)] or [name]


def _unicode_path(extra: bytes, raw: bytes) -> str:
    """The name in UTF-8 that Info-ZIP and 7-Zip put beside; '' if it is none, or another's."""
    at = 0
    while at + 4 <= len(extra):
        kind, size = struct.unpack_from("<HH", extra, at)
        body = extra[at + 4 : at + 4 + size]
        if kind == _UNICODE_PATH and len(body) > 5 and body[0] == 1:
            (check,) = struct.unpack_from("<L", body, 1)
            if check == zlib.crc32(raw):
                return body[5:].decode("utf-8", "replace")
        at += 4 + size
    return ""


def _is_words(text: str) -> bool:
    """Whether all that is not ASCII are letters, each word in one script, capitals in front.

    >>> _is_words("Zoë Müller"), _is_words("JФrg"), _is_words("Mⁿller"), _is_words("AndrÚ")
    (True, False, False, False)
    """
    scripts: set[str] = set()
    for before, char in zip(" " + text, text, strict=False):
        if not char.isalpha():
            scripts.clear()
            if not char.isascii():
                return False
            continue
        scripts.add(unicodedata.name(char, "").split(" ")[0])
        if len(scripts) > 1 or not scripts <= _SCRIPTS:
            return False
        if not char.isascii() and char.isupper() and before.islower():
            return False
    return True
