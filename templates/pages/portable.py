"""Blocks of a page as plain XHTML that learning platforms take: no style, no script.

Platforms clean what they are given, or do not clean it at all. So only tables, lists, headings,
code and emphasis are used; words are escaped; and formulas, fields and drawings are written as
the platform wants them.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from html import escape
from typing import assert_never

from problems.formulas.formula import Formula
from templates.formulas.latex import latex
from templates.formulas.mathml import mathml
from templates.formulas.plain import plain
from templates.pages.page import (
    ArrayItem,
    Badge,
    Block,
    Bullets,
    Code,
    Display,
    Emphasis,
    Figure,
    Heading,
    Inline,
    Inlines,
    Item,
    Items,
    Math,
    Note,
    PageBreak,
    Paragraph,
    Space,
    Strong,
    Table,
    Text,
)


@dataclass(frozen=True, slots=True)
class Medium:
    """How a platform wants what is not plain text."""

    formula: Callable[[Formula], str]
    field: Callable[[Item], str]
    """The place where a step is answered."""
    picture: str
    """Address of the drawing of the network; a question has one at most."""


def words(text: str) -> str:
    """Text that neither HTML nor a platform's own placeholders in braces take for anything else.

    >>> words("<b> {1:NM:=1}")
    '&lt;b&gt; &#123;1:NM:=1}'
    """
    return escape(text).replace("{", "&#123;")


def tex(formula: Formula) -> str:
    r"""A formula for MathJax, with its plain text for whoever has none.

    >>> from problems.formulas.formula import Num, Script, Sym
    >>> tex(Script(Sym("v"), sub=Num("4")))
    '<span title="v_4">\\(v_4\\)</span>'
    """
    return f'<span title="{words(plain(formula))}">\\({escape(latex(formula))}\\)</span>'


def unicode(formula: Formula) -> str:
    """A formula in plain text.

    >>> from problems.formulas.formula import Num, Script, Sym
    >>> unicode(Script(Sym("v"), sub=Num("4")))
    '<span>v_4</span>'
    """
    return f"<span>{words(plain(formula))}</span>"


def presentation(formula: Formula) -> str:
    """A formula as MathML in its own namespace."""
    return mathml(formula).replace(
        "<math>", '<math xmlns="http://www.w3.org/1998/Math/MathML">', 1
    )


def fragment(blocks: Sequence[Block], medium: Medium) -> str:
    """The blocks, one after the other; well-formed, so that XML can hold it too."""
    return "\n".join(part for block in blocks if (part := _block(block, medium)))


def _block(block: Block, medium: Medium) -> str:
    match block:
        case Heading(level, text):
            return f"<h{level + 2}>{words(text)}</h{level + 2}>"
        case Paragraph(parts):
            return f"<p>{_inlines(parts, medium)}</p>"
        case Note(parts):
            return f"<p><em>{_inlines(parts, medium)}</em></p>"
        case Bullets(items, numbered):
            tag = "ol" if numbered else "ul"
            listed = "".join(f"<li>{_inlines(parts, medium)}</li>" for parts in items)
            return f"<{tag}>{listed}</{tag}>"
        case Table():
            return _table(block, medium)
        case Figure(drawing):
            size = f'width="{drawing.width:.0f}" height="{drawing.height:.0f}"'
            said = words(f"{drawing.title}. {drawing.description}".replace("\n", " "))
            return f'<p><img src="{escape(medium.picture)}" alt="{said}" {size}/></p>'
        case Items(items):
            return f"<ul>{''.join(f'<li>{_item(item, medium)}</li>' for item in items)}</ul>"
        case Display(lines):
            return "".join(f"<p>{medium.formula(line.right)}</p>" for line in lines)
        case Space() | PageBreak():
            return ""
        case _:
            assert_never(block)


def _table(table: Table, medium: Medium) -> str:
    caption = f"<caption>{words(table.caption)}</caption>" if table.caption else ""
    header = "".join(f'<th scope="col">{_inlines(cell, medium)}</th>' for cell in table.header)
    rows = "".join(f"<tr>{_cells(cells, medium)}</tr>" for cells in table.rows)
    head = f"<thead><tr>{header}</tr></thead>"
    return f'<table class="generaltable">{caption}{head}<tbody>{rows}</tbody></table>'


def _cells(cells: Sequence[Inlines], medium: Medium) -> str:
    first, *rest = (_inlines(cell, medium) for cell in cells)
    return f'<th scope="row">{first}</th>' + "".join(f"<td>{cell}</td>" for cell in rest)


def _item(item: Item | ArrayItem, medium: Medium) -> str:
    if isinstance(item, ArrayItem):
        inside = (cell for row in item.cells for cell in row if isinstance(cell, Item))
        return " ".join(_item(cell, medium) for cell in inside)
    return f"{medium.formula(item.prompt)} {medium.field(item)}"


def _inlines(parts: Inlines, medium: Medium) -> str:
    return "".join(_inline(part, medium) for part in parts)


def _inline(part: Inline, medium: Medium) -> str:
    match part:
        case Text(text):
            return words(text)
        case Strong(text) | Badge(text):
            return f"<strong>{words(text)}</strong>"
        case Emphasis(text):
            return f"<em>{words(text)}</em>"
        case Code(text):
            return f"<code>{words(text)}</code>"
        case Math(formula):
            return medium.formula(formula)
        case _:
            assert_never(part)
