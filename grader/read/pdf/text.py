"""Text that a PDF shows: in the look of a field, on its pages, and whose fonts it is set in.

Source: PDF 32000-1, 9 (text), 8.10 (form XObjects).
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from grader.read.pdf.objects import Box, entries, get, identity, resolved
from problems.patterns import pattern

CLIPPED = 10
"""Characters that fit a field; of a longer text a look may show only a part."""
MOST_PIECES = 200
HEAD = 1_500
"""Bytes of a page's contents in which its head is set; ours takes some 600."""
DEEPEST_FORM = 3

_MINUS = str.maketrans(dict.fromkeys("‐‑‒–—−﹣－", "-"))
_SHOWS = (b"Tj", b"TJ", b"'", b'"')
"""Operators that show text."""
_OURS = pattern(r"/?(?:[A-Z]{6}\+)?(?:BPGModern|STIXTwo)")
"""The fonts of our documents, whatever letters stand before the name of a part of one."""
_OCR = pattern(r"GlyphLess|HiddenHorzOCR|Invisible")
_PAINTS = pattern(rb"(?:^|\s)(?:[SsfFBb]\*?)(?:\s|$)")
"""Operators that draw a line or fill an area."""
_UNSEEN = pattern(rb"(?<!\d)3\s+Tr\b")
"""Text that is not shown, as programs lay it under the picture of a page."""


def shown_in(stream: Any) -> str:
    """The text that the look of a field shows; '' where there is none or it cannot be told."""
    from pypdf import PageObject

    with tolerant():
        marks = bytes(stream.get_data())
        if any(operator in marks for operator in _SHOWS):
            return str(PageObject().extract_xform_text(stream)).strip()
    return ""


def shows_plainly(stream: Any, text: str) -> bool:
    """Whether a look says a text letter by letter: then nothing need be set to compare them."""
    marks = b""
    with tolerant():
        marks = bytes(stream.get_data())
    letters = text.encode("ascii", "replace")
    said = b"(%s)" % letters, b"<%s>" % letters.hex().upper().encode()
    once = sum(marks.count(operator) for operator in _SHOWS) == 1
    return once and any(one in marks for one in said)


def agree(shown: str, held: str) -> bool:
    """Whether a text may be the same as another, of which letters were lost on the way.

    A font without a sign leaves it out or writes `?`, and a long text is cut at the border.

    >>> agree("-0.5", "−0.5"), agree("7,65·10?²", "7,65·10⁻²"), agree("0.5", "0.51")
    (True, True, False)
    """
    one, other = bare(shown), bare(held)
    if one == other or (len(other) > CLIPPED and len(one) >= CLIPPED and one in other):
        return True
    lossy = bool(other) and not (shown.isascii() and held.isascii())
    return lossy and _ascii(one) == _ascii(other)


def bare(text: str) -> str:
    """A text without blanks, every kind of minus sign written `-`."""
    return "".join(text.translate(_MINUS).split())


def _ascii(text: str) -> str:
    return "".join(char for char in text if char.isascii() and char not in "?-")


@contextmanager
def tolerant() -> Iterator[None]:
    """A block that may fail: fonts of others are damaged in ways that no library foresees.

    The fields are read without it; what takes too much room still ends it all.
    """
    try:
        yield
    except (MemoryError, RecursionError):
        raise
    except Exception:  # noqa: BLE001 - damaged files make parsers raise anything
        pass


# pages -------------------------------------------------------------------------------------


class Sources:
    """What a page is made of: fonts of ours and of others, pictures, drawings.

    Args:
        page: its dictionary.
    """

    def __init__(self, page: Any) -> None:
        self.ours = False
        self.others = False
        self.ocr = False  # what text there is lies unseen under a picture
        self.pictures = 0
        self.drawings = 0
        self._seen: set[object] = set()
        self._look(_resources(page), 0)
        if self.ours:
            self.drawings += _added_drawings(page)
        if self.pictures and self.others and not self.ours:
            self.ocr |= not _shows_text(page)

    @property
    def is_picture(self) -> bool:
        """Whether it is the picture of a page, with no text but what a program guessed."""
        return bool(self.pictures) and not self.ours and (self.ocr or not self.others)

    def _look(self, resources: Any, depth: int) -> None:
        for font in _values(get(resources, "/Font")):
            name = str(get(font, "/BaseFont") or "")
            ours = bool(_OURS.match(name))
            self.ours |= ours
            self.others |= not ours
            self.ocr |= bool(_OCR.search(name))
        for thing in _values(get(resources, "/XObject")):
            if identity(thing) not in self._seen and len(self._seen) < MOST_PIECES:
                self._seen.add(identity(thing))
                self._object(thing, depth)

    def _object(self, thing: Any, depth: int) -> None:
        if get(thing, "/Subtype") == "/Image":
            self.pictures += 1
        elif depth < DEEPEST_FORM:
            before = (self.ours, self.others, self.pictures)
            self._look(get(thing, "/Resources"), depth + 1)
            self.drawings += before == (self.ours, self.others, self.pictures)


def _values(dictionary: Any) -> list[Any]:
    values = list(dictionary.values()) if isinstance(dictionary, dict) else []
    return [resolved(value) for value in values[:MOST_PIECES]]


def _resources(page: Any) -> Any:
    node = page
    for _ in range(DEEPEST_FORM * 10):
        found = get(node, "/Resources")
        if found is not None or node is None:
            return found
        node = get(node, "/Parent")
    return None


def _shows_text(page: Any) -> bool:
    """Whether a page shows text itself, and not only below its picture for a search."""
    contents = get(page, "/Contents")
    streams = [resolved(one) for one in entries(contents)] or [contents]
    marks = b"\n".join(bytes(s.get_data()) for s in streams if hasattr(s, "get_data"))
    return any(operator in marks for operator in _SHOWS) and not _UNSEEN.search(marks)


def _added_drawings(page: Any) -> int:
    """Streams of lines and areas behind the contents of a page of ours.

    Ours is one stream, in which everything is marked as part of the document's structure.
    """
    streams = [resolved(one) for one in entries(get(page, "/Contents"))[:MOST_PIECES]]
    if len(streams) < 2:
        return 0
    found = [bytes(one.get_data()) for one in streams if hasattr(one, "get_data")]
    return sum(bool(_PAINTS.search(one)) and b"BDC" not in one for one in found)


def head_of(page: Any) -> str:
    """The text with which the contents of a page begin: whose it is, exercise, page number.

    Setting the whole page takes ten times as long.
    """
    from pypdf import PageObject
    from pypdf.generic import DecodedStreamObject, DictionaryObject, NameObject

    contents = get(page, "/Contents")
    fonts = get(_resources(page), "/Font")
    with tolerant():
        streams = [resolved(one) for one in entries(contents)[:MOST_PIECES]] or [contents]
        marks = b"\n".join(bytes(one.get_data()) for one in streams)[:HEAD]
        start = DecodedStreamObject()
        start.set_data(marks[: marks.rfind(b"ET") + 2])
        used = {key: fonts.raw_get(key) for key in fonts if key.encode() + b" " in marks}
        resources = DictionaryObject({NameObject("/Font"): DictionaryObject(used)})
        copy = PageObject()
        copy[NameObject("/Contents")] = start
        copy[NameObject("/Resources")] = resources
        return str(copy.extract_text())
    return ""


def text_on(page: Any) -> str:
    """All text of a page, in the order in which it was set."""
    with tolerant():
        return str(_readable(page).extract_text())[: MOST_PIECES * 1000]
    return ""


def _readable(page: Any) -> Any:
    """A page as the library's own class, with what it inherits."""
    from pypdf import PageObject
    from pypdf.generic import NameObject

    copy = PageObject()
    copy.update(page)
    resources = _resources(page)
    if resources is not None:
        copy[NameObject("/Resources")] = resources
    return copy


def foreign_text(page: Any) -> list[tuple[str, Box | None]]:
    """Pieces of text on a page of ours that are set in others' fonts, with their places.

    Text that cannot be told is '', without a place.
    """
    found: list[tuple[str, Box | None]] = []
    done = False

    def visit(text: str, ctm: Any, matrix: Any, font: Any, size: Any) -> None:
        name = str(get(font, "/BaseFont") or "")
        if len(found) < MOST_PIECES and text.strip() and name and not _OURS.match(name):
            x = matrix[4] * ctm[0] + matrix[5] * ctm[2] + ctm[4]
            y = matrix[4] * ctm[1] + matrix[5] * ctm[3] + ctm[5]
            high = abs(size * matrix[3] * ctm[3]) or 1.0
            wide = 0.5 * high * len(text.strip())
            found.append((text.strip(), (x, y, x + wide, y + high)))

    with tolerant():
        _readable(page).extract_text(visitor_text=visit)
        done = True
    return found if done else [*found, ("", None)]
