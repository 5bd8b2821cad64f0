"""What is seen of a page of HTML: its lines, and the cells of its tables.

For the text fields of learning platforms, whose editors keep everything as HTML, also what was
pasted out of a word processor. Marks that carry meaning become text: `<sup>` is `^( )`, `<sub>`
an index, MathML likewise; TeX stays what it is. What is crossed out or hidden is set aside.

Source: HTML Living Standard, sections 4.5 and 4.7 (edits), 15.3.1 (hidden elements); MathML
Core, section 3; Canvas writes equations as `img.equation_image` or `span.math_equation_latex`
with `data-equation-content` (canvas-lms, canvas-rce).
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from html import unescape
from typing import Literal

from problems.patterns import pattern

PICTURE = "\ufffc"
"""Stands where a picture is, or a formula that cannot be written in a line."""

_TOKEN = pattern(r"<(/?)([A-Za-z][A-Za-z0-9:-]*+)([^<>]*+)>|[^<]++|<", re.DOTALL)
_HUGE = pattern(r"&#[xX]?[0-9a-fA-F]{9,}+;?")
"""Numbers of characters that no character has."""
_ATTRIBUTE = pattern(r"([\w:-]+)(?:\s*=\s*(?:\"([^\"]*)\"|'([^']*)'|([^\s\"'>]+)))?")
_UNSEEN = str.maketrans("", "", "\u200b\u2060\ufeff\u00ad\u200e\u200f")
"""What editors leave behind where the cursor was, and where a word may be cut."""
_SOFT = "\r"
_WRAPPED = pattern(r"(?<=[=:])[ \t\xa0]*\r\s*(?=[^=:\r\n]*(?:[\r\n]|$))|\r[ \t\xa0]*(?==)")
"""A line that a program has wrapped behind or before its sign."""

_BREAKS = frozenset({
    "br", "p", "div", "li", "h2", "h3", "h4", "h5", "h6", "pre", "ul", "ol", "table", "hr", "dl",
    "dt", "dd", "blockquote", "section", "article", "aside", "header", "footer", "main", "nav",
    "figure", "figcaption", "caption", "address", "form", "fieldset", "legend", "center",
    "details", "summary", "option",
})  # fmt: skip
_VOID = frozenset({"br", "hr", "img", "input", "wbr", "meta", "link", "col", "mspace", "source"})
_SILENT = frozenset({
    "script", "style", "head", "title", "h1", "xml", "template", "annotation", "annotation-xml",
})  # fmt: skip
"""What is no answer; Canvas writes assignment and student above the text."""
_CROSSED = frozenset({"del", "s", "strike"})
_PICTURES = frozenset({
    "img", "object", "embed", "iframe", "video", "audio", "canvas", "svg", "munder", "mover",
    "munderover", "mtable", "mroot", "mmultiscripts", "menclose",
})  # fmt: skip
_AROUND = {
    "sup": ("^(", ")"), "sub": ("_", ""), "msup": ("", ")"), "msubsup": ("", ")"),
    "mfrac": ("(", ")"), "msqrt": ("sqrt(", ")"),
}  # fmt: skip
"""What is written where an element begins and where it ends."""
_AROUND_NOTHING = ("^(", "_")
_BEFORE_CHILD = {
    ("msup", 2): "^(", ("msub", 2): "_", ("msubsup", 2): "_", ("msubsup", 3): "^(",
    ("mfrac", 2): ")/(",
}  # fmt: skip
_IMPLIED = {
    "p": {"p"}, "li": {"li", "p"}, "td": {"td", "th", "p"}, "th": {"td", "th", "p"},
    "tr": {"tr", "td", "th", "p"}, "div": {"p"}, "table": {"p"},
}  # fmt: skip
"""Elements that end where another begins, if nobody has ended them."""
_CROSSED_STYLE = pattern(r"text-decoration[\w-]*\s*:[^;]*line-through", re.IGNORECASE)
_HIDDEN_STYLE = pattern(
    r"display\s*:\s*none|visibility\s*:\s*hidden|mso-hide\s*:\s*all|"
    r"(?:font-size|opacity)\s*:\s*0(?:\.0*)?(?:[a-z%]+)?\s*(?:;|!|$)",
    re.IGNORECASE,
)
_BULLET_STYLE = pattern(r"mso-list\s*:\s*ignore", re.IGNORECASE)
_RAISED_STYLE = pattern(r"vertical-align\s*:\s*(super|sub)\b", re.IGNORECASE)


Why = Literal["crossed", "hidden"]
"""What makes a piece of a page no answer."""
_Aside = Why | Literal["", "-"]
"""The same; `-` where it is nobody's text, nothing where it is an answer."""


@dataclass(frozen=True, slots=True)
class Seen:
    """What is seen of a page."""

    lines: tuple[tuple[str, ...], ...]
    """Each a line of text, or the cells of a row of a table; blank lines of text are left out."""
    aside: tuple[tuple[Why, str], ...]
    """Pieces that are crossed out or hidden, and which of the two."""


def seen(page: str) -> Seen:
    """Lines and rows of a page.

    >>> seen("<p>net<sub>h1</sub> = 2.1\u00d710<sup>-1</sup></p><p>0.<b>68</b>51</p>").lines
    (('net_h1 = 2.1\u00d710^(-1)',), ('0.6851',))
    >>> seen("<p>w5 = <s>0.4</s> 0.5</p>")
    Seen(lines=(('w5 =  0.5',),), aside=(('crossed', '0.4'),))
    """
    reader = _Reader()
    for closing, tag, rest, text in _tokens(page.replace("\r\n", "\n").replace("\r", "\n")):
        if not tag:
            reader.text(text)
        elif closing:
            reader.end(tag)
        else:
            reader.begin(tag, rest)
    reader.finish()
    return Seen(tuple(reader.lines), tuple(reader.aside))


def _tokens(page: str) -> Iterator[tuple[bool, str, str, str]]:
    """Whether it closes, name and attributes of each tag, or a text; comments are left out."""
    place = 0
    while place < len(page):
        closing = _closing(page, place)
        if closing:
            end = page.find(closing, place)
            if end < 0:
                return  # a comment that never ends hides the rest
            place = end + len(closing)
            continue
        token = _TOKEN.match(page, place)
        if not token:
            return
        yield bool(token[1]), (token[2] or "").casefold(), token[3] or "", token[0]
        place = token.end()


def _closing(page: str, place: int) -> str:
    """What ends the comment or declaration that begins at a place; '' if none does."""
    if page.startswith("<!--", place):
        return "-->"
    return ">" if page.startswith(("<!", "<?"), place) else ""


def _text(raw: str) -> str:
    """Text with the characters that its entities stand for, without those that are not seen."""
    return unescape(_HUGE.sub("\ufffd", raw)).translate(_UNSEEN)


@dataclass(slots=True)
class _Element:
    tag: str
    after: str = ""
    """What is written where it ends."""
    aside: _Aside = ""
    """Why its text is set aside."""
    children: int = 0


@dataclass(slots=True)
class _Reader:
    """Goes through a page once; the standard library's parser takes minutes for some."""

    lines: list[tuple[str, ...]] = field(default_factory=list)
    aside: list[tuple[Why, str]] = field(default_factory=list)
    open: list[_Element] = field(default_factory=list)
    count: Counter[str] = field(default_factory=Counter)
    pieces: list[str] = field(default_factory=list)
    """Of the text since the last row."""
    cell: list[str] | None = None
    row: list[str] | None = None
    away: list[str] = field(default_factory=list)
    """Why text is set aside now, the outermost reason first."""
    dropped: list[str] = field(default_factory=list)

    def write(self, text: str) -> None:
        """Text at the place where the reader is."""
        if self.away:
            self.dropped.append(text)
        elif text:
            (self.pieces if self.cell is None else self.cell).append(text)

    def text(self, raw: str) -> None:
        """Text between tags; its line ends are soft: a program may have wrapped it."""
        text = _text(raw)
        self.write(text.strip() if self.count["math"] else text.replace("\n", _SOFT))

    def begin(self, tag: str, rest: str) -> None:
        """An element begins."""
        while self.open and self.open[-1].tag in _IMPLIED.get(tag, ()):
            self._pop()
        attributes = _attributes(rest)
        if self.open and not self.away:
            self.open[-1].children += 1
            self.write(_BEFORE_CHILD.get((self.open[-1].tag, self.open[-1].children), ""))
        element = _Element(tag, aside=_set_aside(tag, attributes))
        if not element.aside and tag in _PICTURES:
            self.write(_equation(attributes) or PICTURE)
            element.aside = "-"
        elif not element.aside:
            before, element.after = _AROUND.get(_raised(tag, attributes), ("", ""))
            self.write(before)
            self._place(tag, begins=True)
        if tag in _VOID or rest.endswith("/"):
            return
        if element.aside:
            self.away.append(element.aside)
        self.open.append(element)
        self.count[tag] += 1

    def end(self, tag: str) -> None:
        """An element ends, and with it all that nobody has ended within."""
        if not self.count[tag]:
            self._place(tag, begins=False)
            return
        while self._pop() != tag:
            pass

    def _pop(self) -> str:
        element = self.open.pop()
        self.count[element.tag] -= 1
        if element.aside:
            self.away.pop()
            if not self.away:
                self._set_aside(element.aside)
        else:
            self._close(element.after)
            self._place(element.tag, begins=False)
        return element.tag

    def _close(self, after: str) -> None:
        """The end of a mark; one in which nothing stands is taken back."""
        written = self.pieces if self.cell is None else self.cell
        if written and written[-1] in _AROUND_NOTHING and not self.away:
            written.pop()
        else:
            self.write(after)

    def _set_aside(self, why: _Aside) -> None:
        text = " ".join("".join(self.dropped).split())
        self.dropped.clear()
        if text and why and why != "-":
            self.aside.append((why, text[:60]))

    def _place(self, tag: str, begins: bool) -> None:
        """Blocks end the line, rows and cells begin and end."""
        if self.away:
            return
        if tag in ("td", "th"):
            self._cell_ends()
            if begins and self.row is None:
                self.row_ends()
                self.row = []
            self.cell = [] if begins else None
        elif tag == "tr":
            self.row_ends()
            self.row = [] if begins else None
        elif tag in _BREAKS:
            self.write("\n")

    def _cell_ends(self) -> None:
        if self.cell is not None and self.row is not None:
            self.row.append(_without_empty("".join(self.cell)).replace(_SOFT, "\n"))
        self.cell = None

    def finish(self) -> None:
        """The page ends, and all that nobody has ended."""
        while self.open:
            self._pop()
        self.row_ends()

    def row_ends(self) -> None:
        """The row, or the text that stands before one, becomes lines."""
        self._cell_ends()
        text = _WRAPPED.sub(" ", _without_empty("".join(self.pieces))).replace(_SOFT, "\n")
        self.lines += [(line,) for line in text.split("\n") if _tidy(line)]
        self.pieces.clear()
        if self.row is not None:
            cells = tuple(map(_tidy, self.row))
            self.lines.append(cells if len(cells) > 1 else ("",))
            if len(cells) == 1:  # a table for the looks of it
                self.lines[-1:] = [(line,) for line in self.row[0].split("\n") if _tidy(line)]
        self.row = None


def _without_empty(text: str) -> str:
    """Text without exponents in which nothing stands."""
    return re.sub(r"\^\(\s*\)", "", text)


def _tidy(text: str) -> str:
    return " ".join(text.split())


def _attributes(rest: str) -> dict[str, str]:
    if not rest.strip(" /"):
        return {}
    return {
        match[1].casefold(): unescape(match[2] or match[3] or match[4] or "")
        for match in _ATTRIBUTE.finditer(rest)
    }


def _set_aside(tag: str, attributes: dict[str, str]) -> _Aside:
    """Why an element's text is not read; '' if it is."""
    style = attributes.get("style", "")
    twice = "katex-html" in attributes.get("class", "")  # the same stands beside as MathML
    if tag in _SILENT or twice or _BULLET_STYLE.search(style):
        return "-"
    if "hidden" in attributes or _HIDDEN_STYLE.search(style):
        return "hidden"
    return "crossed" if tag in _CROSSED or _CROSSED_STYLE.search(style) else ""


def _raised(tag: str, attributes: dict[str, str]) -> str:
    """The element, or `sup` or `sub` where its style makes it one."""
    match = _RAISED_STYLE.search(attributes.get("style", ""))
    return {"super": "sup", "sub": "sub"}[match[1].casefold()] if match else tag


def _equation(attributes: dict[str, str]) -> str:
    """The TeX of Canvas's pictures of equations; '' of any other picture."""
    return attributes.get("data-equation-content", "")
