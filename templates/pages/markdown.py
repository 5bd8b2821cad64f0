"""Pages as GitHub-flavoured Markdown: maths between dollars, drawings as pictures.

A file that stands alone shows its drawings from data URIs; GitHub takes those away, so there
`pictures` names files that lie beside it. The formulas survive GitHub's own Markdown pass,
see `templates.formulas.latex`.
"""

from __future__ import annotations

import base64
import html
import re
from collections.abc import Callable, Iterator
from typing import assert_never

from problems.formulas.formula import Blank, Formula, Matrix, row
from problems.texts import seen
from templates.drawings.svg import svg
from templates.formulas.breaking import lines
from templates.formulas.latex import latex
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
    Page,
    PageBreak,
    Paragraph,
    Relation,
    Space,
    Strong,
    Table,
    Text,
)

Pictures = Callable[[int], str]
"""Number of a figure, from 1 -> the address of its SVG file."""

LINE_MM = 6.0
"""About the height of a line, for room to work in."""

_RULES = {"left": ":---", "center": ":---:", "right": "---:"}
_LIST = re.compile(r"^(?P<number>\d*)(?P<sign>(?<=\d)[.)](?!\S)|(?<!\d)[-+](?![^\s-]))")
"""What would begin a list or be a rule: `1. `, `- `, `---`; not `0.15` or `-0.2`."""

_SPECIAL = re.compile(r"([\\`*_\[\]#|~])")


def markdown(page: Page, pictures: Pictures | None = None) -> str:
    """The page as Markdown.

    Args:
        page: any page.
        pictures: where the drawings are; None puts them into the text as data URIs.
    """
    header = f"**{escaped(seen(page.header.student))}** · {escaped(page.header.exercise)}"
    heading = [] if page.is_titled else [f"# {escaped(page.title)}"]
    figures = _addresses(pictures)
    body = (_block(block, figures) for block in page.blocks)
    return "\n\n".join((header, *heading, *(part for part in body if part))) + "\n"


def _addresses(pictures: Pictures | None) -> Callable[[Figure], str]:
    """What stands for a figure's picture; figures are counted as they come."""
    seen: list[Figure] = []

    def address(figure: Figure) -> str:
        seen.append(figure)
        return pictures(len(seen)) if pictures else data_uri(svg(figure.drawing))

    return address


def data_uri(picture: str) -> str:
    """An SVG element as an address that holds the whole picture."""
    return "data:image/svg+xml;base64," + base64.b64encode(picture.encode()).decode()


def escaped(text: str) -> str:
    r"""Words that Markdown and HTML leave as they are, on one line.

    >>> escaped("a_b <b>"), escaped("1. x")
    ('a\\_b &lt;b&gt;', '1\\. x')
    """
    words = html.escape(" ".join(text.split()), quote=False)
    words = _SPECIAL.sub(r"\\\1", words).replace("$", "<span>$</span>")
    words = _LIST.sub(r"\g<number>\\\g<sign>", words)
    before, after = text[:1].isspace(), text[-1:].isspace()
    return f"{' ' if before else ''}{words}{' ' if after and words else ''}"


# Inline parts ------------------------------------------------------------------------------


def _inlines(parts: Inlines) -> str:
    return "".join(map(_inline, parts)).strip()


def _inline(part: Inline) -> str:
    match part:
        case Text(text):
            return escaped(text)
        case Strong(text) | Badge(text):
            return _marked(escaped(text), "**")
        case Emphasis(text):
            return _marked(escaped(text), "*")
        case Code(text):
            return code(text)
        case Math(formula):
            return f"${latex(formula)}$"
        case _:
            assert_never(part)


def _marked(words: str, sign: str) -> str:
    """Spaces go outside of the signs; inside they would undo them."""
    inner = words.strip()
    return words.replace(inner, f"{sign}{inner}{sign}") if inner else words


def code(text: str) -> str:
    """Letters as they are, between more backticks than they hold.

    >>> code("v4"), code("a`b")
    ('`v4`', '``a`b``')
    """
    words = " ".join(text.split()).replace("|", "\u2223")
    fence = "`" * (max(map(len, re.findall("`+", words)), default=0) + 1)
    pad = " " if words[:1] == "`" or words[-1:] == "`" else ""
    return f"{fence}{pad}{words}{pad}{fence}" if words else ""


# Blocks ------------------------------------------------------------------------------------


def _block(block: Block, address: Callable[[Figure], str]) -> str:
    match block:
        case Heading(level, text):
            return f"{'#' * level} {escaped(text)}"
        case Paragraph(parts):
            return _inlines(parts)
        case Bullets(items, numbered):
            return "\n".join(_bullet(n, parts, numbered) for n, parts in enumerate(items, 1))
        case Display():
            return _display(block)
        case Table():
            return "\n".join(_table(block))
        case Figure():
            return _figure(block, address(block))
        case Items(items):
            return "\n".join(map(_item, items))
        case Space(millimetres):
            return "<br>" * max(1, round(millimetres / LINE_MM))
        case Note(parts):
            return f"> {_inlines(parts)}"
        case PageBreak():
            return '<div style="break-after: page"></div>\n\n---'
        case _:
            assert_never(block)


def _bullet(number: int, parts: Inlines, numbered: bool) -> str:
    return f"{f'{number}.' if numbered else '-'} {_inlines(parts)}"


def _display(display: Display) -> str:
    rows = [row for line in display.lines for row in _relation(line)]
    if len(rows) == 1:
        return f"$$\n{''.join(rows[0])}\n$$"
    body = " \\cr\n".join("& ".join(row) for row in rows)
    return f"$$\n\\begin{{aligned}}\n{body}\n\\end{{aligned}}\n$$"


def _relation(line: Relation) -> Iterator[tuple[str, str]]:
    """Left and right parts of the rows of one line; later rows stand right of the sign."""
    left = "" if line.left is None else latex(line.left) + " "
    first, *rest = lines(line.right)
    yield left, latex(first if line.sign is None else row(line.sign, first))
    for part in rest:
        yield "", rf"\quad {latex(part)}"


def _table(table: Table) -> Iterator[str]:
    if table.caption:
        yield f"{escaped(table.caption)}\n"
    columns = len(table.header)
    align = [*table.align, *["left"] * columns][:columns]
    yield _cells(map(_inlines, table.header))
    yield _cells(_RULES[one] for one in align)
    for cells in table.rows:
        yield _cells(map(_inlines, cells))


def _cells(cells: Iterator[str] | map[str]) -> str:
    return f"| {' | '.join(cells)} |"


def _figure(figure: Figure, address: str) -> str:
    drawing = figure.drawing
    alt = html.escape(f"{drawing.title}. {drawing.description}".replace("\n", " "))
    picture = f'<img src="{html.escape(address)}" alt="{alt}" width="{drawing.width:.0f}">'
    return f"{picture}\n\n{_inlines(figure.caption)}" if figure.caption else picture


def _item(item: Item | ArrayItem) -> str:
    match item:
        case Item(step, label, prompt, width):
            return _asked(row(prompt, Blank(step, width)), label)
        case ArrayItem(label, prompt, cells):
            blanks = tuple(tuple(map(_cell, row)) for row in cells)
            return _asked(row(prompt, Matrix(blanks)), label)
        case _:
            assert_never(item)


def _cell(cell: Item | Formula) -> Formula:
    return Blank(cell.step, cell.width) if isinstance(cell, Item) else cell


def _asked(formula: Formula, label: str) -> str:
    return f"- ${latex(formula)}$ ({code(label)})"
