"""Files that come as the body of a request."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from email.message import Message

from django.http import HttpRequest

from grader.errors import ApiError
from grader.web.api.interface import media_type

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
FILES: Mapping[str, str] = {
    "text/csv": "answers.csv",
    "application/pdf": "worksheet.pdf",
    XLSX: "answers.xlsx",
    "application/json": "answers.json",
}
"""Media type of one student's file -> the name it gets where none is given."""
CLASS_FILES: Mapping[str, str] = {
    "text/csv": "class.csv",
    XLSX: "class.xlsx",
    "application/json": "class.json",
    "application/zip": "class.zip",
}

_KEY = re.compile(r"[\x21-\x7e]{1,100}")


def key_of(request: HttpRequest) -> str:
    """The idempotency key.

    Raises:
        ApiError: there is none, or it is none.
    """
    key = request.headers.get("Idempotency-Key", "")
    if not _KEY.fullmatch(key):
        raise ApiError(400, "idempotency_key")
    return key


def body_of(request: HttpRequest, types: Mapping[str, str], largest: int) -> tuple[bytes, str]:
    """The bytes of a file and its name.

    Args:
        request: with the file as its body.
        types: media type -> name where none is given.
        largest: bytes that are read.

    Raises:
        ApiError: another media type, too large, or empty.
    """
    kind, size = media_type(request), int(request.META.get("CONTENT_LENGTH") or 0)
    if kind not in types:
        if not (kind or size):
            raise ApiError(422, "empty")
        raise ApiError(415, "media_type", f"Send one of {', '.join(types)}.")
    refused = ApiError(413, "too_large", f"More than {largest:,} bytes are not read.")
    if size > largest:
        raise refused
    data = request.read(largest + 1)  # not .body: a class's file may be larger than a form
    if len(data) > largest:
        raise refused
    if not data:
        raise ApiError(422, "empty")
    return data, name_of(request) or types[kind]


def name_of(request: HttpRequest) -> str:
    """The file's name as the sender gives it: a bare name that any sink can take."""
    given = request.GET.get("name", "") or _disposed(request)
    bare = given.replace("\\", "/").rsplit("/", 1)[-1]
    plain = "".join(c for c in bare if unicodedata.category(c)[0] != "C")
    return plain[-200:].lstrip(". ")


def _disposed(request: HttpRequest) -> str:
    """`Content-Disposition: attachment; filename=…`."""
    header = Message()
    try:
        header["Content-Disposition"] = request.headers.get("Content-Disposition", "")[:1000]
        return header.get_filename() or ""
    except (ValueError, LookupError, UnicodeError):
        return ""
