"""Bytes of a text to its lines: UTF-8, UTF-16 or Windows-1252, without a doubt or not at all."""

from __future__ import annotations

import codecs
import io
import re
from collections.abc import Iterator

from grader.errors import Problem, SubmissionError
from problems.patterns import pattern
from problems.reasons import Reason, because

_LONGEST_LINE = 4_000_000
_UNDEFINED = pattern(rb"[\x81\x8d\x8f\x90\x9d]")
"""Bytes that Windows-1252 does not use."""
_UTF8 = pattern(rb"[\xc2-\xdf][\x80-\xbf]|[\xe0-\xef][\x80-\xbf]{2}|[\xf0-\xf4][\x80-\xbf]{3}")


def encoding_of(data: bytes, file: str) -> str:
    """UTF-8, UTF-16 or Windows-1252, the first that fits without a doubt.

    Raises:
        SubmissionError: none fits; with the line of the first byte that does not.
    """
    if data.startswith((b"\xff\xfe\x00\x00", b"\x00\x00\xfe\xff")):
        raise _refused(file, "encoding", because("text_is_utf32"))
    encoding = "utf-8"
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        encoding = "utf-16"
    elif len(data) % 2 == 0 and b"\x00" in data[:2]:
        encoding = "utf-16-le" if data[1] == 0 else "utf-16-be"
    wrong = _first_wrong(data, encoding)
    if wrong is None:
        return encoding
    if encoding == "utf-8" and not _UNDEFINED.search(data) and not _UTF8.search(data):
        return "cp1252"
    line = len(re.findall(rb"\r\n|\r|\n", data[:wrong])) + 1
    raise _refused(file, "encoding", because("text_of_no_encoding"), line)


def _first_wrong(data: bytes, encoding: str) -> int | None:
    """Where the first byte stands that the encoding does not allow."""
    decoder = codecs.getincrementaldecoder(encoding)()
    step, pending = 65536, 0
    for start in range(0, max(len(data), 1), step):
        try:
            decoder.decode(data[start : start + step], final=start + step >= len(data))
        except UnicodeDecodeError as error:
            return max(0, start - pending + error.start)
        pending = len(decoder.getstate()[0])
    return None


def decode(data: bytes, file: str) -> str:
    """The text of a small file, without marks at its beginning.

    Raises:
        SubmissionError: no text.
    """
    return data.decode(encoding_of(data, file)).lstrip("\ufeff")


def lines_of(data: bytes, encoding: str, file: str, ahead: int = 0) -> Iterator[str]:
    """Lines with their ends; only CR, LF and CRLF end one, never U+2028 or a form feed.

    Args:
        data: the file's bytes.
        encoding: as `encoding_of` has found it.
        file: how messages call it.
        ahead: how many of the first lines are ours, so that messages do not count them.

    Raises:
        SubmissionError: a line that no table has.
    """
    if data.endswith(b"\x1a") and not encoding.startswith(
        "utf-16"
    ):  # DOS and old Excel end a text with it
        data = data[:-1]
    stream = io.TextIOWrapper(io.BytesIO(data), encoding, newline="")
    number = -ahead
    while line := stream.readline(_LONGEST_LINE + 1):
        number += 1
        if number == 1 - ahead:
            line = line.lstrip("\ufeff")
        if len(line) > _LONGEST_LINE:
            reason = because("line_too_long", most=_LONGEST_LINE)
            raise _refused(file, "too_long", reason, number)
        if "\x00" in line:
            raise _refused(file, "bad_char", because("nul_character"), number)
        yield line


def _refused(file: str, code: str, reason: Reason, line: int | None = None) -> SubmissionError:
    return SubmissionError([Problem(file, line, None, code, reason)])
