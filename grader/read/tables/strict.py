"""Workbooks saved as "Strict Open XML": the same parts under other namespaces.

Source: ISO/IEC 29500-1 (Strict) and 29500-4 (Transitional), Annex A: `purl.oclc.org/ooxml/X/…`
there is `schemas.openxmlformats.org/X/2006/…` here.
"""

from __future__ import annotations

import io
import re

from problems.patterns import pattern

_STRICT = pattern(rb"http://purl\.oclc\.org/ooxml/(\w+)/")
_NAMED = {b"extendedProperties": b"extended-properties", b"customProperties": b"custom-properties"}


def is_strict(xml: bytes) -> bool:
    """Whether a part uses the strict namespaces."""
    return bool(_STRICT.search(xml))


def transitional(data: bytes) -> bytes:
    """The same workbook under the namespaces that every reader knows.

    Args:
        data: a workbook whose parts were looked at already, and are not too large.
    """
    import zipfile

    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as old, zipfile.ZipFile(out, "w") as new:
        for part in old.infolist():
            new.writestr(part.filename, _renamed(old.read(part)))
    return out.getvalue()


def _renamed(xml: bytes) -> bytes:
    xml = _STRICT.sub(rb"http://schemas.openxmlformats.org/\1/2006/", xml)
    words = b"|".join(map(re.escape, _NAMED))
    return re.sub(rb"(/2006/(?:relationships/)?)(" + words + rb")\b", _word, xml)


def _word(match: re.Match[bytes]) -> bytes:
    return match[1] + _NAMED[match[2]]
