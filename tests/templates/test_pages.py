"""Pages as HTML and as Markdown."""

from __future__ import annotations

import base64
import re
import xml.etree.ElementTree as ET
from dataclasses import fields, replace
from html.parser import HTMLParser
from importlib import resources
from typing import get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st
from jinja2 import UndefinedError, meta

from problems.formulas.formula import EQUALS, PLUS, Formula, Num, Row, Script, Sym, row
from templates.drawings.drawing import Shape
from templates.pages import page as pages
from templates.pages.html import TEMPLATE, HtmlPage, css_string, environment, html
from templates.pages.markdown import code, escaped, markdown
from templates.pages.page import Header, Heading, Page, Paragraph, Relation, chain, single, text

EVIL = '<script>alert("1")</script>&amp;'
VOID = {"meta", "wbr", "br", "img"}


class Outline(HTMLParser):
    """Tags, attributes and words of a page; complains of what is not closed."""

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.tags: list[str] = []
        self.attributes: list[tuple[str, str | None]] = []
        self.words = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.attributes += attrs
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.attributes += attrs

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        if self.open[-1:] != ["style"]:
            self.words += data


def outline(source: str) -> Outline:
    found = Outline()
    found.feed(source)
    found.close()
    assert not found.open
    return found


def evil(page: Page) -> Page:
    """The page with every text replaced by an attack."""

    def turned(value: object) -> object:
        if isinstance(value, str):
            return value if value in ("en", "left", "right", "values") else EVIL
        if isinstance(value, tuple):
            return tuple(map(turned, value))
        if isinstance(value, Formula | Shape) or not hasattr(value, "__dataclass_fields__"):
            return value
        names = [field.name for field in fields(value)]  # type: ignore[arg-type]
        return replace(value, **{name: turned(getattr(value, name)) for name in names})  # type: ignore[type-var]

    found = turned(page)
    assert isinstance(found, Page)
    return found


def test_the_worksheet_has_every_kind_of_part(worksheet: Page) -> None:
    """So the other tests here speak for all of them."""
    assert {type(block) for block in worksheet.blocks} == set(get_args(pages.Block))
    (paragraph,) = (block for block in worksheet.blocks if isinstance(block, Paragraph))
    assert {type(part) for part in paragraph.parts} == set(get_args(pages.Inline))


# HTML ------------------------------------------------------------------------------------------


def test_the_template_uses_exactly_its_variables() -> None:
    """A variable that is misspelt or no longer given is found here, not by a student."""
    loader = environment().loader
    assert loader is not None
    source, _, _ = loader.get_source(environment(), TEMPLATE)
    used = meta.find_undeclared_variables(environment().parse(source))
    assert used == {field.name for field in fields(HtmlPage)}


def test_html_is_closed_and_in_order(worksheet: Page) -> None:
    """Every tag has its end; one first heading; the language is stated."""
    found = outline(html(worksheet))
    assert found.tags.count("h1") == 1
    assert ("lang", "en") in found.attributes
    assert ("scope", "col") in found.attributes
    assert ("scope", "row") in found.attributes
    assert "caption" in found.tags
    assert "figcaption" in found.tags
    assert "<li>one</li><li><code>two</code></li>" in html(worksheet)


def test_html_stands_alone(worksheet: Page) -> None:
    """No script and nothing fetched: it works from a memory stick."""
    found = outline(html(worksheet))
    assert not {"script", "link", "img", "iframe", "object"} & set(found.tags)
    assert not {"src", "href", "onclick", "onload"} & {name for name, _ in found.attributes}
    assert "url(" not in html(worksheet)
    assert "@import" not in html(worksheet)


def test_html_escapes_every_text(worksheet: Page) -> None:
    """A student named <script> is harmless in title, header, running header and everywhere."""
    source = html(evil(worksheet))
    found = outline(source)
    assert "script" not in found.tags
    assert EVIL in found.words
    style = source.split("<style>")[1].split("</style>")[0]
    assert "<" not in style


def test_html_has_a_field_for_every_step(worksheet: Page) -> None:
    """Named by its step, and read out with the label that is typed for it."""
    source = html(worksheet)
    assert re.findall(r'data-step="([^"]+)"', source) == ["net.1.1", "net.1.1", "net.1.2"]
    assert 'aria-label="net_h1: blank"' in source
    assert "<code>s1</code>" in source


def test_html_shows_the_title_once() -> None:
    """A page whose blocks bring the title is not given a second one."""
    plain = Page("Worksheet", "en", Header("Ada", ("x-1",)), (Paragraph(text("a")),))
    own = replace(plain, blocks=(Heading(1, "Mine"),))
    assert "<h1>Worksheet</h1>" in html(plain)
    assert re.findall("<h1>(.*)</h1>", html(own)) == ["Mine"]


def test_html_refuses_a_block_it_does_not_know(worksheet: Page) -> None:
    """Rather than leave it out of the page."""

    class Strange:
        pass

    with pytest.raises(UndefinedError):
        html(replace(worksheet, blocks=(Strange(),)))  # type: ignore[arg-type]


def test_long_formulas_may_wrap() -> None:
    """Between pieces there is a place to break, and each piece is whole."""
    terms = [item for n in range(12) for item in (PLUS, Script(Sym("w"), sub=Num(str(n))))]
    page = Page("x", "en", Header("a", ("b",)), (chain(row(Sym("v"), EQUALS, *terms[1:])),))
    assert html(page).count("<wbr>") == 11


def test_the_same_page_gives_the_same_bytes(worksheet: Page) -> None:
    """For goldens, and so that a reissued sheet can be compared."""
    assert html(worksheet) == html(worksheet)
    assert markdown(worksheet) == markdown(worksheet)


@pytest.mark.parametrize("name", [TEMPLATE, "web/static/page.css"])
def test_what_the_page_is_made_of_is_shipped(name: str) -> None:
    """A wheel without its templates passes every test that is run in the checkout."""
    assert (resources.files("templates") / name).is_file()


@given(st.text())
def test_a_css_string_cannot_end_early(words: str) -> None:
    """Nothing but letters, digits, spaces and escapes between its quotes."""
    assert re.fullmatch(r'"[A-Za-z0-9\\ ]*"', css_string(words))
    codes = re.findall(r"\\([0-9a-f]+) |([A-Za-z0-9])", css_string(words))
    assert "".join(chr(int(hex, 16)) if hex else letter for hex, letter in codes) == words


# Markdown --------------------------------------------------------------------------------------


def test_markdown_sets_every_block(worksheet: Page) -> None:
    """In the order of the page, one empty line between blocks."""
    found = markdown(worksheet)
    for part in (
        "**Ada Lovelace** · mazur-7f3a9c",
        "\n# Worksheet\n",
        "\n## Forward pass\n",
        "Use $w_5$ **always** *carefully* and type `net_h1` **right**",
        "\n- one\n- `two`\n",
        "$$\n\\begin{aligned}\nE & = 1 \\cr\n& = 2\n\\end{aligned}\n$$",
        "$$\nv_4\n$$",
        "| Symbol | Value |\n| :--- | ---: |\n| $w_1$ | 0.15 |",
        "- $\\mathrm{net}_ {h1} = \\underline{\\hspace{6em}}$ (`net_h1`)",
        "\\begin{matrix} \\underline{\\hspace{6em}} \\cr",
        "<br><br><br>",
        "> 4 decimals",
        "\n---\n",
    ):
        assert part in found
    assert "\n\n\n" not in found


def test_markdown_brings_its_pictures(worksheet: Page) -> None:
    """The picture is in the file, and its words are in the alternative text."""
    match = re.search(
        r'<img src="data:image/svg\+xml;base64,([^"]+)" alt="([^"]+)"', markdown(worksheet)
    )
    assert match
    root = ET.fromstring(base64.b64decode(match[1]))
    assert root.tag.endswith("svg")
    assert "w sub 31 equals minus 0.25" in match[2]


def test_markdown_can_name_pictures_beside_it(worksheet: Page) -> None:
    """GitHub shows files of the repository, and no data URIs."""
    twice = replace(worksheet, blocks=worksheet.blocks * 2)
    found = markdown(twice, lambda number: f"figure-{number}.svg")
    assert re.findall(r'<img src="([^"]+)"', found) == ["figure-1.svg", "figure-2.svg"]


def test_markdown_escapes_every_text(worksheet: Page) -> None:
    """No tag comes through, and none of Markdown's own signs."""
    found = markdown(evil(worksheet))
    outside_code = re.sub(r"`[^`]*`", "", found)
    assert "<script" not in outside_code
    assert "&lt;script" in outside_code


@pytest.mark.parametrize(
    "words, expected",
    [
        ("# no heading", r"\# no heading"),
        ("1. no list", r"1\. no list"),
        ("- no list", r"\- no list"),
        ("---", r"\---"),
        ("0.15", "0.15"),
        ("-0.2", "-0.2"),
        ("a_b*c`d", r"a\_b\*c\`d"),
        ("[a](b) | c", r"\[a\](b) \| c"),
        ("two\nlines", "two lines"),
        ("$5", "<span>$</span>5"),
        (" and ", " and "),
        (" ", " "),
        ("", ""),
    ],
)
def test_words_stay_words_in_markdown(words: str, expected: str) -> None:
    """Whatever Markdown would make of them."""
    assert escaped(words) == expected


def test_code_may_hold_backticks() -> None:
    """It is fenced by more of them than it holds."""
    assert code("a``b") == "```a``b```"
    assert code("`") == "`` ` ``"


# chains ----------------------------------------------------------------------------------------


def test_a_chain_has_one_line_for_each_relation() -> None:
    """symbol = formula = numbers, the symbol on the first line alone."""
    formula = row(Sym("v"), EQUALS, Sym("w"), PLUS, Sym("b"), EQUALS, Num("4.3"))
    first, second = chain(formula).lines
    assert first == Relation(Sym("v"), EQUALS, Row((Sym("w"), PLUS, Sym("b"))))
    assert second == Relation(None, EQUALS, Num("4.3"))
    assert chain(Num("1")) == single(Num("1"))
