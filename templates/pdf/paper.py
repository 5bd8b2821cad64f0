"""The paper: pages to set marks on, each of which knows its place in the structure.

Coordinates are PDF points from the lower left corner. reportlab keeps the document, its fonts
and its fields; the operators of a page are written here, so that a line of text with formulas
in it is one run of marks in reading order.
"""

from __future__ import annotations

import io
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager

from reportlab import rl_config
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.pdfdoc import PDFName
from reportlab.pdfgen.canvas import Canvas

from templates.formulas.boxes import Box, Placed, placed
from templates.pdf.faces import MISSING, EmbeddedFont, Face, Shown, Typeface, font
from templates.pdf.forms import Form
from templates.pdf.objects import number, rgb
from templates.pdf.structure import (
    FIRST_WIDGET,
    Content,
    Element,
    Widget,
    write_metadata,
    write_tree,
)

rl_config.useA85 = 0  # pages as bytes, not as letters: smaller and faster

INK = "#111111"
PAPER = "#ffffff"
NOT_A_MARK = "Artifact"


class _Canvas(Canvas):  # type: ignore[misc]  # reportlab has no types
    """reportlab's canvas, whose pages belong to a structure tree."""

    def add_page(self, page_number: int) -> None:
        self.showPage()
        page = self._doc.Pages.pages[-1]
        page.__NoDefault__ = [*page.__NoDefault__, "StructParents", "Tabs"]
        page.StructParents = page_number
        page.Tabs = PDFName("S")


class Paper:
    """A document being drawn, page by page."""

    def __init__(
        self, title: str, subject: str, language: str, size: tuple[float, float], form: bool = True
    ) -> None:
        self._bytes = io.BytesIO()
        base = _initial_font()
        self.canvas = _Canvas(
            self._bytes, size, pageCompression=1, invariant=1, initialFontName=base, lang=language
        )
        self.canvas.setTitle(title)
        self.canvas.setSubject(subject)
        self.canvas.setAuthor("bpgrade")
        self.canvas.setCreator("bpgrade")
        self._about = (title, subject, language)
        self.size = size
        self.form = form
        self._form = Form(self.canvas._doc)
        self.root = Element("Document")
        self._pages: list[list[Element]] = []
        self._marks: list[Element] = []
        self._widgets: list[Element] = []
        self._glyphs: dict[tuple[str, int], Shown] = {}
        self._known: dict[str, dict[int, tuple[str, str, float]]] = {}
        self._letters: dict[Face, dict[str, Shown]] = {}
        self._ink = ""
        self._silent = False
        self._bookmarks = 0
        self._outline = -1

    # pages -----------------------------------------------------------------------------------

    @property
    def page_number(self) -> int:
        """Of the page being drawn, from 0."""
        return len(self._pages)

    def end_page(self) -> None:
        """The page is full; the next one begins."""
        self.canvas.add_page(self.page_number)
        self._pages.append(self._marks)
        self._marks = []
        self._ink = ""

    def finish(self) -> bytes:
        """The document."""
        document = self.canvas._doc
        self._form.write()
        write_tree(document, self.root, self._pages, self._widgets)
        write_metadata(document, *self._about)
        self.canvas.save()
        return self._bytes.getvalue()

    def bookmark(self, title: str, level: int, top: float) -> None:
        """An entry of the outline that leads to a height on this page."""
        level = min(level, self._outline + 1)  # a viewer's outline cannot skip a level
        self._outline = level
        self._bookmarks += 1
        key = f"b{self._bookmarks}"
        self.canvas.bookmarkHorizontalAbsolute(key, top)
        self.canvas.addOutlineEntry(title, key, level, closed=level > 0)

    # structure -------------------------------------------------------------------------------

    @contextmanager
    def mark(self, element: Element | None) -> Iterator[None]:
        """What is drawn belongs to an element; to none within what is an artifact as a whole."""
        if element is None:
            yield
            return
        element.children.append(Content(self.page_number, len(self._marks)))
        self._write(f"/{element.role} <</MCID {len(self._marks)}>> BDC")
        self._marks.append(element)
        yield
        self._write("EMC")

    @contextmanager
    def artifact(self) -> Iterator[None]:
        """What is drawn is not read out: running heads, lines, ornaments."""
        if self._silent:
            yield
            return
        self._silent = True
        self._write("/Artifact BMC")
        yield
        self._write("EMC")
        self._silent = False

    def _write(self, operators: str) -> None:
        self.canvas._code.append(operators)

    # ink -------------------------------------------------------------------------------------

    def ink(self, colour: str) -> None:
        """The colour of what follows, as `#rrggbb`."""
        if colour != self._ink:
            self._ink = colour
            shares = rgb(colour)
            self._write(f"{shares} rg {shares} RG")

    def bar(self, x: float, y: float, width: float, height: float, colour: str = INK) -> None:
        """A filled rectangle."""
        self.ink(colour)
        self._write(f"{number(x)} {number(y)} {width:.3f} {height:.3f} re f")

    def bars(self, bars: Sequence[tuple[float, float, float, float]]) -> None:
        """Many rectangles in one go, for a code of squares."""
        self.ink("#000000")
        path = " ".join(f"{x:.3f} {y:.3f} {w:.3f} {h:.3f} re" for x, y, w, h in bars)
        self._write(f"{path} f")

    def frame(
        self, x: float, y: float, width: float, height: float, colour: str, line: float = 0.5,
        dash: Sequence[float] = (),
    ) -> None:  # fmt: skip
        """An empty rectangle."""
        self.ink(colour)
        pattern = " ".join(map(number, dash))
        where = " ".join(map(number, (x, y, width, height)))
        self._write(f"q {number(line)} w [{pattern}] 0 d {where} re S Q")

    def line(
        self, x1: float, y1: float, x2: float, y2: float, colour: str, width: float = 0.5,
        dash: Sequence[float] = (),
    ) -> None:  # fmt: skip
        """A straight line."""
        self.ink(colour)
        pattern = " ".join(map(number, dash))
        ends = f"{number(x1)} {number(y1)} m {number(x2)} {number(y2)} l"
        self._write(f"q {number(width)} w [{pattern}] 0 d {ends} S Q")

    def circle(
        self, x: float, y: float, r: float, colour: str, fill: str, width: float = 0.8,
        dash: Sequence[float] = (),
    ) -> None:  # fmt: skip
        """A circle, filled."""
        k = 0.5523 * r
        curves = (
            (x + r, y + k, x + k, y + r, x, y + r),
            (x - k, y + r, x - r, y + k, x - r, y),
            (x - r, y - k, x - k, y - r, x, y - r),
            (x + k, y - r, x + r, y - k, x + r, y),
        )
        path = " ".join(" ".join(map(number, curve)) + " c" for curve in curves)
        start = f"{number(x + r)} {number(y)} m"
        self.ink(fill)
        self._write(f"{start} {path} f")
        self.ink(colour)
        pattern = " ".join(map(number, dash))
        self._write(f"q {number(width)} w [{pattern}] 0 d {start} {path} h S Q")

    def area(self, corners: Sequence[tuple[float, float]], colour: str) -> None:
        """A filled outline."""
        self.ink(colour)
        (x, y), *rest = corners
        path = " ".join(f"{number(x)} {number(y)} l" for x, y in rest)
        self._write(f"{number(x)} {number(y)} m {path} h f")

    @contextmanager
    def turned(self, x: float, y: float, degrees: float) -> Iterator[None]:
        """Coordinates from a point, turned counter-clockwise."""
        self.canvas.saveState()
        self.canvas.translate(x, y)
        self.canvas.rotate(degrees)
        ink = self._ink
        yield
        self.canvas.restoreState()
        self._ink = ink

    # letters ---------------------------------------------------------------------------------

    def words(self, x: float, y: float, text: str, face: Face, size: float) -> None:
        """Words on a baseline, in the ink of the moment."""
        known = self._letters.setdefault(face, {})
        letters = (known.get(char) or self._letter(face, char) for char in text)
        self._show(x, y, letters, size)

    def _show(self, x: float, y: float, glyphs: Iterable[Shown], size: float) -> None:
        """Glyphs on a baseline, each run of one font as one string."""
        runs: list[tuple[str, list[str]]] = []
        for shown in glyphs:
            if not runs or runs[-1][0] != shown.font:
                runs.append((shown.font, []))
            runs[-1][1].append(shown.code)
        body = " ".join(f"{name} {number(size)} Tf <{''.join(codes)}> Tj" for name, codes in runs)
        if body:
            self._write(f"BT {number(x)} {number(y)} Td {body} ET")

    def _letter(self, face: Face, char: str) -> Shown:
        found = face.find(char) or face.find(MISSING)
        if found is None:
            raise LookupError(f"{face.file} has neither {char!r} nor {MISSING!r}")
        shown = self._glyph(*found)
        self._letters[face][char] = shown
        return shown

    def _glyph(self, of: EmbeddedFont, glyph: int) -> Shown:
        key = (of.fontName, glyph)
        if key not in self._glyphs:
            self._glyphs[key] = of.shown(glyph, self.canvas._doc)
        return self._glyphs[key]

    def formula(self, x: float, y: float, box: Box, size: float, typeface: Typeface) -> Placed:
        """A formula with the left end of its baseline at a point, in the ink of the moment.

        Returns:
            What the box holds, so that its fields can be made.
        """
        marks = placed(box)
        if marks.glyphs:
            self._write(f"q 1 0 0 1 {number(x)} {number(y)} cm BT")
            self._write(" ".join(self._runs(marks, font(typeface.math), size)))
            self._write("ET Q")
        if marks.rules:
            bars = (
                f"{x + dx * size:.3f} {y + dy * size:.3f} "
                f"{rule.width * size:.3f} {rule.height * size:.3f} re"
                for dx, dy, rule in marks.rules
            )
            self._write(" ".join(bars) + " f")
        return marks

    def signs(self, x: float, y: float, text: str, size: float, typeface: Typeface) -> None:
        """Single signs of the formulas' font on a baseline, for the labels of drawings."""
        letters = font(typeface.math)
        metrics = typeface.metrics
        missing = metrics.characters[ord(MISSING)]
        found = (metrics.glyph(char) for char in text)
        glyphs = (self._glyph(letters, missing if g is None else g) for g in found)
        self._show(x, y, glyphs, size)

    def _runs(self, marks: Placed, of: EmbeddedFont, size: float) -> Iterator[str]:
        """Glyphs; those that follow each other at their natural distance are one string."""
        known = self._known.setdefault(of.fontName, {})
        loose = 0.012 * size
        font, scale = "", 0.0
        run = ""
        from_x = from_y = next_x = next_y = 0.0
        for gx, gy, (glyph, relative) in marks.glyphs:
            if glyph not in known:
                known[glyph] = (*self._glyph(of, glyph), of.advance(glyph))
            name, code, advance = known[glyph]
            x, y = gx * size, gy * size
            if name == font and relative == scale and y == next_y and -loose < x - next_x < loose:
                run += code
            else:
                if run:
                    yield f"<{run}> Tj"
                if name != font or relative != scale:
                    font, scale = name, relative
                    yield f"{font} {scale * size:.2f} Tf"
                to_x, to_y = round(x, 2), round(y, 2)
                yield f"{to_x - from_x:.2f} {to_y - from_y:.2f} Td"
                from_x, from_y, run = to_x, to_y, code
                next_x, next_y = x, y
            next_x += advance * relative * size
        if run:
            yield f"<{run}> Tj"

    # fields ----------------------------------------------------------------------------------

    def text_field(
        self, name: str, tooltip: str, x: float, y: float, width: float, height: float,
        parent: Element, colour: str,
    ) -> None:  # fmt: skip
        """A field to be filled in.

        Args:
            name: unique in the document, without dots.
            tooltip: what is asked; read out as well.
            x: of the left edge, in points.
            y: of the lower edge.
            width: in points.
            height: in points.
            parent: the element that it belongs to.
            colour: of its frame.
        """
        if not self.form:
            with self.artifact():
                self.bar(x, y, width, height, "#f7f9fc")
                self.frame(x, y, width, height, colour, 0.6)
            return
        element = parent.add("Form", tooltip)
        box = (x, y, x + width, y + height)
        key = FIRST_WIDGET + len(self._widgets)
        reference = self._form.text_field(name, tooltip, box, key, colour)
        self.canvas._annotationrefs.append(reference)
        element.children.append(Widget(self.page_number, reference))
        self._widgets.append(element)

    @property
    def has_fields(self) -> bool:
        """Whether anything can be filled in."""
        return bool(self._widgets)

    def hidden_field(self, name: str, value: str) -> None:
        """A read-only field that nobody sees: it travels with the answers."""
        self.canvas._annotationrefs.append(self._form.hidden_field(name, value))


def _initial_font() -> str:
    """The font that reportlab believes a page to begin with; one that it would embed."""
    base = font("STIXTwoMath")
    if base.fontName not in pdfmetrics.getRegisteredFontNames():
        pdfmetrics.registerFont(base)
    return str(base.fontName)
