"""Objects of a PDF file written as bytes: there are hundreds in a worksheet, of a few kinds.

reportlab formats its dictionaries entry by entry; for fields and structure elements that takes
longer than everything else, and they are only text with a few numbers in it.
"""

from __future__ import annotations

from typing import Any

from reportlab.pdfbase.pdfdoc import PDFObject


class Written(PDFObject):  # type: ignore[misc]  # reportlab has no types
    """An object whose bytes are known, at the latest when the file is written."""

    def __init__(self, content: str = "") -> None:
        self.content = content.encode("ascii")

    def format(self, document: Any) -> bytes:
        """The bytes, as reportlab asks for them."""
        return self.content


def add(document: Any, written: Written) -> str:
    """Add an object to the document.

    Returns:
        Its address, such as `12 0 R`.
    """
    return address(document, document.Reference(written))


def address(document: Any, reference: Any) -> str:
    """Where something that reportlab knows stands in the file."""
    number, version = document.idToObjectNumberAndVersion[reference.name]
    return f"{number} {version} R"


_ESCAPES = str.maketrans({"\\": r"\\", "(": r"\(", ")": r"\)"})


def string(text: str) -> str:
    r"""A text string: as letters where they are ASCII, else as UTF-16.

    >>> string("f(x)"), string("δ")
    ('(f\\(x\\))', '<FEFF03B4>')
    """
    if text.isascii() and text.isprintable():
        return f"({text.translate(_ESCAPES)})"
    return f"<FEFF{text.encode('utf-16-be').hex().upper()}>"


def rgb(colour: str) -> str:
    """A colour `#rrggbb` as three numbers between 0 and 1.

    >>> rgb("#ff0080")
    '1 0 0.5'
    """
    shares = (int(colour[n : n + 2], 16) / 255 for n in (1, 3, 5))
    return " ".join(number(share) for share in shares)


def number(value: float) -> str:
    """A coordinate to a hundredth of a point, in the fewest characters.

    >>> number(12.0), number(0.304), number(-0.001)
    ('12', '0.3', '0')
    """
    text = f"{value:.2f}".rstrip("0").rstrip(".")
    return "0" if text in ("-0", "") else text
