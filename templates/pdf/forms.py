"""The form of a worksheet: text fields that every viewer fills and every program reads back.

Source: PDF 32000-1, 12.7.
"""

from __future__ import annotations

from typing import Any

from reportlab.pdfbase.pdfdoc import PDFObjectReference, PDFStream

from templates.pdf.objects import Written, add, address, number, rgb, string

PRINT, HIDDEN = 4, 2
READ_ONLY = 1
SIZE = 10
INK, GROUND = "#102040", "#f7f9fc"
BORDER = 0.6
LONGEST, WIDE, LONGEST_WIDE = 60, 150.0, 500
"""Characters that an answer may have; from `WIDE` points on a field is for a formula."""

_ENCODING = (
    "24 /breve /caron /circumflex /dotaccent /hungarumlaut /ogonek /ring /tilde "
    "39 /quotesingle 96 /grave 128 /bullet /dagger /daggerdbl /ellipsis /emdash /endash /florin "
    "/fraction /guilsinglleft /guilsinglright /minus /perthousand /quotedblbase /quotedblleft "
    "/quotedblright /quoteleft /quoteright /quotesinglbase /trademark /fi /fl /Lslash /OE /Scaron "
    "/Ydieresis /Zcaron /dotlessi /lslash /oe /scaron /zcaron 160 /Euro 164 /currency "
    "166 /brokenbar 168 /dieresis /copyright /ordfeminine 172 /logicalnot /.notdef /registered "
    "/macron /degree /plusminus /twosuperior /threesuperior /acute /mu 183 /periodcentered "
    "/cedilla /onesuperior /ordmasculine 188 /onequarter /onehalf /threequarters"
)
"""PDFDocEncoding beyond ASCII (PDF 32000-1, D.2): viewers need it to show a true minus sign."""


class Form:
    """The fields of one document."""

    def __init__(self, document: Any) -> None:
        self._document = document
        self._fields: list[str] = []
        self._looks: dict[tuple[float, float, str], str] = {}

    def text_field(
        self, name: str, tooltip: str, box: tuple[float, float, float, float], key: int,
        colour: str,
    ) -> PDFObjectReference:  # fmt: skip
        """A field on a page.

        Args:
            name: unique in the document, without dots.
            tooltip: what is asked.
            box: left, bottom, right and top.
            key: in the structure's parent tree.
            colour: of the frame.
        """
        left, bottom, right, top = box
        look = self._look(right - left, top - bottom, colour)
        longest = LONGEST_WIDE if right - left > WIDE else LONGEST
        content = (
            f"<< /Type /Annot /Subtype /Widget /FT /Tx /T {string(name)} /TU {string(tooltip)} "
            f"/V () /DV () /Rect [{' '.join(map(number, box))}] /F {PRINT} /MaxLen {longest} "
            f"/DA (/Helv {SIZE} Tf {rgb(INK)} rg) /MK << /BC [{rgb(colour)}] /BG [{rgb(GROUND)}] "
            f">> /BS << /W {BORDER} /S /S >> /AP << /N {look} >> /StructParent {key} >>"
        )
        return self._added(Written(content))

    def hidden_field(self, name: str, value: str) -> PDFObjectReference:
        """A read-only field that nobody sees: it travels with the answers."""
        content = (
            f"<< /Type /Annot /Subtype /Widget /FT /Tx /T {string(name)} /V {string(value)} "
            f"/F {HIDDEN} /Ff {READ_ONLY} /Rect [0 0 0 0] >>"
        )
        return self._added(Written(content))

    def _added(self, field: Written) -> PDFObjectReference:
        reference = self._document.Reference(field)
        self._fields.append(address(self._document, reference))
        return reference

    def _look(self, width: float, height: float, colour: str) -> str:
        """What an empty field of this size looks like; all of one size share it."""
        key = (round(width, 2), round(height, 2), colour)
        if key not in self._looks:
            w, h, inset = number(width), number(height), BORDER / 2
            inner = " ".join(map(number, (inset, inset, width - BORDER, height - BORDER)))
            stream = PDFStream(
                content=(
                    f"{rgb(GROUND)} rg 0 0 {w} {h} re f "
                    f"{BORDER} w {rgb(colour)} RG {inner} re S /Tx BMC EMC"
                ).encode("ascii")
            )
            for name, value in (
                ("Type", "/XObject"),
                ("Subtype", "/Form"),
                ("BBox", f"[0 0 {w} {h}]"),
                ("Resources", "<< >>"),
            ):
                stream.dictionary[name] = value
            self._looks[key] = address(self._document, self._document.Reference(stream))
        return self._looks[key]

    @property
    def is_empty(self) -> bool:
        """Whether there is nothing to be filled in."""
        return not self._fields

    def write(self) -> None:
        """Write the form into the document's catalog."""
        if self.is_empty:
            return
        encoding = f"<< /Type /Encoding /Differences [{_ENCODING}] >>"
        font = Written(
            f"<< /Type /Font /Subtype /Type1 /Name /Helv /BaseFont /Helvetica "
            f"/Encoding {add(self._document, Written(encoding))} >>"
        )
        fonts = f"<< /Font << /Helv {add(self._document, font)} >> >>"
        form = Written(
            f"<< /Fields [{' '.join(self._fields)}] /DR {fonts} "
            f"/DA (/Helv {SIZE} Tf {rgb(INK)} rg) >>"
        )
        self._document.Catalog.AcroForm = self._document.Reference(form)
