"""The structure tree of a tagged PDF: what a screen reader walks through.

Source: PDF 32000-1, 14.7 and 14.8; PDF/UA-1 (ISO 14289-1).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple
from xml.sax.saxutils import escape

from reportlab.pdfbase.pdfdoc import (
    PDFDictionary,
    PDFName,
    PDFObjectReference,
    PDFStream,
)

from templates.pdf.objects import Written, address, string


class Content(NamedTuple):
    """A marked part of a page."""

    page: int
    """From 0."""
    number: int
    """Of the mark within the page."""


class Widget(NamedTuple):
    """A field on a page."""

    page: int
    reference: Any


@dataclass(slots=True, eq=False)
class Element:
    """A node of the tree: a heading, a paragraph, a formula, a table cell."""

    role: str
    alt: str = ""
    """What is read instead of the content."""
    scope: str = ""
    """Of a header cell: Row or Column."""
    box: tuple[float, float, float, float] | None = None
    """Of a figure: its corners on the page."""
    children: list[Element | Content | Widget] = field(default_factory=list)
    reference: str = ""
    """Its address in the file, once it is written."""

    def add(self, role: str, alt: str = "", scope: str = "") -> Element:
        """A new last child."""
        child = Element(role, alt, scope)
        self.children.append(child)
        return child


FIRST_WIDGET = 1_000_000
"""Keys of the fields in the parent tree, beyond those of all pages."""


def write_tree(
    document: Any, root: Element, pages: Sequence[Sequence[Element]], widgets: Sequence[Element]
) -> None:
    """Write the tree into the document's catalog.

    Args:
        document: reportlab's document, all pages of which are there.
        root: the tree.
        pages: for each page the element of each of its marks, by number.
        widgets: the element of each field, in the order of their keys.
    """
    tree, parents = Written(), Written()
    reference = document.Reference(tree)
    at = address(document, reference)
    top = _write(document, root, at, _page_addresses(document, len(pages)))
    entries = [
        f"{n} [{' '.join(element.reference for element in marks)}]"
        for n, marks in enumerate(pages)
    ]
    entries += [f"{FIRST_WIDGET + n} {element.reference}" for n, element in enumerate(widgets)]
    parents.content = f"<< /Nums [{' '.join(entries)}] >>".encode("ascii")
    below = address(document, document.Reference(parents))
    following = FIRST_WIDGET + len(widgets)
    tree.content = (
        f"<< /Type /StructTreeRoot /K {top} /ParentTree {below} /ParentTreeNextKey {following} >>"
    ).encode("ascii")
    catalog = document.Catalog
    catalog.StructTreeRoot = reference
    catalog.MarkInfo = PDFDictionary({"Marked": "true"})
    catalog.ViewerPreferences = PDFDictionary({"DisplayDocTitle": "true"})


def _page_addresses(document: Any, count: int) -> list[str]:
    return [address(document, PDFObjectReference(f"Page{n + 1}")) for n in range(count)]


def _write(document: Any, element: Element, parent: str, pages: Sequence[str]) -> str:
    """Write an element and what is below it.

    Returns:
        Its address.
    """
    written = Written()
    element.reference = address(document, document.Reference(written))
    parts = [f"<< /Type /StructElem /S /{element.role} /P {parent}"]
    children = [_child(document, child, element.reference, pages) for child in element.children]
    if children:
        parts.append(f"/K [{' '.join(children)}]")
    if element.alt:
        parts.append(f"/Alt {string(element.alt)}")
    if element.scope:
        parts.append(f"/A << /O /Table /Scope /{element.scope} >>")
    if element.box:
        corners = " ".join(f"{x:.2f}" for x in element.box)
        parts.append(f"/A << /O /Layout /BBox [{corners}] /Placement /Block >>")
    written.content = (" ".join(parts) + " >>").encode("ascii")
    return element.reference


def _child(
    document: Any, child: Element | Content | Widget, parent: str, pages: Sequence[str]
) -> str:
    match child:
        case Element():
            return _write(document, child, parent, pages)
        case Content(page, number):
            return f"<< /Type /MCR /Pg {pages[page]} /MCID {number} >>"
        case Widget(page, reference):
            at = address(document, reference)
            return f"<< /Type /OBJR /Obj {at} /Pg {pages[page]} >>"


_XMP = """<?xpacket begin="\ufeff" id="W5M0MpCehiHzreSzNTczkc9d"?>
<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF \
xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">
<rdf:Description rdf:about="" xmlns:dc="http://purl.org/dc/elements/1.1/" \
xmlns:pdfuaid="http://www.aiim.org/pdfua/ns/id/">
<dc:title><rdf:Alt><rdf:li xml:lang="x-default">{title}</rdf:li></rdf:Alt></dc:title>
<dc:description><rdf:Alt><rdf:li xml:lang="x-default">{subject}</rdf:li></rdf:Alt>\
</dc:description>
<dc:language><rdf:Bag><rdf:li>{language}</rdf:li></rdf:Bag></dc:language>
<pdfuaid:part>1</pdfuaid:part></rdf:Description></rdf:RDF></x:xmpmeta>
<?xpacket end="w"?>"""
"""The packet's id is the constant that the XMP standard asks for."""


def write_metadata(document: Any, title: str, subject: str, language: str) -> None:
    """Write title, language and the claim to be PDF/UA into the catalog."""
    packet = _XMP.format(title=escape(title), subject=escape(subject), language=escape(language))
    kind = PDFDictionary({"Type": PDFName("Metadata"), "Subtype": PDFName("XML")})
    stream = PDFStream(dictionary=kind, content=packet.encode("utf-8"))
    document.Catalog.Metadata = document.Reference(stream)
