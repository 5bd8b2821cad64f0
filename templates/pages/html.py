"""Pages as HTML: one file with its style in it, no script, nothing fetched from anywhere.

Formulas are MathML, drawings inline SVG. The structure is in `page.html.j2`, the look in
`web/static/page.css`; here is only what a template cannot say.
"""

from __future__ import annotations

from dataclasses import dataclass, fields
from functools import lru_cache
from importlib import resources
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup, escape

from problems.formulas.formula import Formula, row
from problems.texts import seen
from templates.drawings.drawing import Drawing
from templates.drawings.svg import svg
from templates.formulas.breaking import pieces
from templates.formulas.mathml import mathml
from templates.pages.looks import Look, look_of
from templates.pages.page import Block, Page, Relation, Table

TEMPLATE = "page.html.j2"
STYLE = "web/static/page.css"
PIECE = 14.0
"""Em that a formula may be wide before it may wrap: something less than a phone."""


@dataclass(frozen=True, slots=True)
class HtmlPage:
    """The variables of `page.html.j2`; a test compares the two."""

    title: str
    """Of the browser's tab."""
    heading: str
    """First heading; empty where a block brings it."""
    language: str
    """For hyphenation and for the voice that reads it out."""
    student: str
    """At the top of every sheet, left."""
    exercise: str
    """At the top of every sheet, right."""
    blocks: tuple[Block, ...]
    """What the page says."""
    style: str
    """The style sheet, put into the page."""
    dress: str
    """Classes of the body: the habits of the page's look."""
    accent: str
    """Colour of headings and ornaments on white paper."""


def html(page: Page) -> str:
    """The page as one self-contained HTML file."""
    heading = "" if page.is_titled else page.title
    look = look_of(page)
    context = HtmlPage(
        page.title,
        heading,
        page.language,
        page.header.student,
        page.header.exercise,
        page.blocks,
        _style(),
        dress(look),
        look.accent,
    )
    variables = {field.name: getattr(context, field.name) for field in fields(context)}
    return environment().get_template(TEMPLATE).render(variables)


def dress(look: Look) -> str:
    """The classes that the style sheet dresses a page by.

    >>> from templates.pages.looks import LOOKS
    >>> dress(LOOKS["slides"])
    'face-sans title-bar heading-bar displays-left bulleted'
    """
    habits = (
        f"face-{look.typeface}",
        f"title-{look.title}",
        f"heading-{look.heading}",
        f"displays-{look.displays}",
        "bulleted" if look.bullets else "",
    )
    return " ".join(filter(None, habits))


@lru_cache(maxsize=1)
def environment() -> Environment:
    """Where the templates live, with the filters that they use."""
    found = Environment(
        loader=PackageLoader("templates", "."),
        autoescape=True,
        undefined=StrictUndefined,
        finalize=visible,
        keep_trailing_newline=True,
    )
    found.filters |= {
        "aligned": _aligned,
        "css_string": css_string,
        "kind": _kind,
        "mathml": mathml,
        "pieces": _pieces,
        "svg": _svg,
        "typed": typed,
    }
    return found


def visible(value: Any) -> Any:
    """What a page shows of a value; texts that are HTML already pass."""
    return seen(value) if type(value) is str else value


def typed(value: Any) -> Markup:
    """A text that a form sends back as it is, seen or not."""
    return escape(value)


@lru_cache(maxsize=1)
def _style() -> str:
    return (resources.files("templates") / STYLE).read_text("utf-8")


def _kind(part: Any) -> str:
    """The class of a block or inline part: the name of its macro."""
    return type(part).__name__


def _aligned(table: Table, column: int) -> str:
    return table.align[column] if column < len(table.align) else "left"


def _pieces(line: Relation) -> list[Formula]:
    """The right-hand side in parts between which a line may end, its sign with the first."""
    first, *rest = pieces(line.right, PIECE)
    return [first if line.sign is None else row(line.sign, first), *rest]


def _svg(drawing: Drawing) -> str:
    return svg(drawing, "inline")


def css_string(text: str) -> str:
    r"""A text as a CSS string that cannot end early, not even by `</style>`.

    >>> css_string("Ada <b>")
    '"Ada\\20 \\3c b\\3e "'
    """
    return f'"{"".join(c if c.isalnum() and c.isascii() else _escape(c) for c in text)}"'


def _escape(char: str) -> str:
    return f"\\{ord(char):x} "
