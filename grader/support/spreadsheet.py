"""CSV that a spreadsheet may open: no cell can act as a formula."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Sequence

from problems.patterns import pattern
from problems.texts import REPLACED

ACTIVE = pattern(r"^[=+\-@\t\r\n＝＋－＠]")
"""What makes a spreadsheet take a text for a formula."""
FIRST = frozenset("=+-@\t\r\n＝＋－＠")
CONTROL = pattern(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f]")
"""What no cell needs, and a terminal may act on."""
NUMBER = pattern(r"[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?")


def safe_cell(text: str) -> str:
    """The text, with an apostrophe before it if a spreadsheet would run it.

    Control characters other than tabs and line ends are replaced.

    >>> safe_cell("=1+1"), safe_cell("-0.5"), safe_cell("-cmd"), safe_cell("0.5" + chr(27))
    ("'=1+1", '-0.5', "'-cmd", '0.5�')
    """
    if text[:1] not in FIRST and text.isprintable():
        return text
    text = CONTROL.sub(REPLACED, text)
    if ACTIVE.match(text) and not NUMBER.fullmatch(text):
        return f"'{text}"
    return text


def plain_table(header: Sequence[str], rows: Iterable[Sequence[str]]) -> bytes:
    """A CSV table in UTF-8 with CRLF line ends (RFC 4180), every cell as it is."""
    stream = io.StringIO(newline="")
    writer = csv.writer(stream)
    writer.writerow(header)
    writer.writerows(rows)
    return stream.getvalue().encode()


def safe_table(header: Sequence[str], rows: Iterable[Sequence[str]]) -> bytes:
    """The same with every cell made safe for a spreadsheet."""
    return plain_table(header, ([safe_cell(cell) for cell in row] for row in rows))
