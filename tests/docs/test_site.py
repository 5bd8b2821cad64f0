"""The documentation as a site: whole, without dead links, and nothing from elsewhere."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

import click
import pytest
import yaml
from chromium import CHROMIUM, fits, opened
from playwright.sync_api import expect
from site_built import ROOT, Html, built

from grader import __version__
from grader.cli import cli

pytestmark = pytest.mark.slow


@lru_cache(maxsize=1)
def pages() -> dict[Path, Html]:
    """Every page but the one for what is not found, which is served from anywhere."""
    found = (path for path in sorted(built().rglob("*.html")) if path.name != "404.html")
    return {path: Html(path) for path in found}


def test_it_is_built_without_a_warning() -> None:
    """A page that no menu names, a dead link or an unknown parameter is a warning."""
    assert (built() / "index.html").is_file()
    assert len(pages()) > 60


def test_every_link_and_anchor_leads_somewhere() -> None:
    """Judged on the pages as they are built, menus and reference included."""
    dead = []
    for page, html in pages().items():
        for link in html.links:
            to = urlsplit(link)
            if to.scheme:
                continue
            place = (page.parent / unquote(to.path)).resolve() if to.path else page
            if not place.is_file():
                dead.append(f"{page.name}: {link}")
            elif (
                to.fragment and place in pages() and unquote(to.fragment) not in pages()[place].ids
            ):
                dead.append(f"{page.name}: {link}: no such anchor")
    assert dead == []


def test_no_page_loads_anything_from_elsewhere() -> None:
    """Scripts, styles, fonts, pictures and frames all lie beside the pages."""
    away = [
        f"{page.name}: {load}"
        for page, html in pages().items()
        for load in html.loads
        if urlsplit(load).netloc
    ]
    assert away == []
    for style in built().rglob("*.css"):
        text = style.read_text("utf-8")
        assert not re.search(r"""(?:@import|url\()\s*["']?(?:https?:)?//""", text), style.name


def test_every_picture_has_a_text() -> None:
    assert {page.name: html.silent for page, html in pages().items() if html.silent} == {}


def commands(group: click.Command = cli, name: str = "bpgrade") -> list[str]:
    """Every command that does something, in full."""
    if not isinstance(group, click.Group):
        return [name]
    context = click.Context(group)
    return [
        full
        for one in group.list_commands(context)
        if (command := group.get_command(context, one))
        for full in commands(command, f"{name} {one}")
    ]


def test_every_command_is_on_the_page_of_commands() -> None:
    text = (ROOT / "docs" / "commands.md").read_text("utf-8")
    assert [name for name in commands() if f"`{name}`" not in text] == []


def test_every_family_is_on_the_page_of_families() -> None:
    from problems.drawing import family

    text = (ROOT / "docs" / "families.md").read_text("utf-8")
    assert [name for name in family.names() if f"`{name}`" not in text] == []


def test_every_decision_says_the_four_things_and_is_listed() -> None:
    """Context, decision, consequences, and when to think again."""
    folder = ROOT / "docs" / "decisions"
    listed = (folder / "index.md").read_text("utf-8")
    for page in folder.glob("*.md"):
        if page.name != "index.md":
            text = page.read_text("utf-8")
            parts = ("**Context.**", "**Decision.**", "**Consequences.**", "**Think again when**")
            assert [part for part in parts if part not in text] == [], page.name
            assert f"({page.name})" in listed


def test_every_link_of_the_top_level_leads_somewhere() -> None:
    """README and its neighbours, read in the repository."""
    for page in ROOT.glob("*.md"):
        for target in re.findall(r"\]\(([^()\s]+)\)", page.read_text("utf-8")):
            path, _, anchor = target.partition("#")
            if "://" in target:
                continue
            assert (ROOT / path).exists(), f"{page.name}: {target}"
            if anchor and path.endswith(".md"):
                assert anchor in anchors(ROOT / path), f"{page.name}: {target}"


def anchors(page: Path) -> set[str]:
    """Of a page's headings, as forges make them."""
    heads = re.findall(r"(?m)^#+ (.+)$", page.read_text("utf-8"))
    return {re.sub(r"[^\w -]", "", head.lower()).replace(" ", "-") for head in heads}


def test_the_readme_is_short() -> None:
    """What it is, two commands, one session, one picture of each side, where to read on."""
    text = (ROOT / "README.md").read_text("utf-8")
    assert len(text.splitlines()) <= 130
    assert {"make demo", "make test"} <= set(re.findall(r"\$ (make \w+)", text))


def test_the_citation_can_be_read() -> None:
    """What the schema of the Citation File Format 1.2.0 requires, and the version that is told."""
    cited = yaml.safe_load((ROOT / "CITATION.cff").read_text("utf-8"))
    assert cited["cff-version"] == "1.2.0"
    assert {"message", "title", "authors"} <= set(cited)
    assert cited["type"] == "software"
    assert cited["authors"] == [{"name": "The bpgrade authors"}]
    assert (cited["version"], cited["license"]) == (__version__, "MIT")


def test_the_reference_is_in_the_menu_and_has_every_folder_of_code() -> None:
    """Apart from the service and the commands, which have pages of their own."""
    menu = pages()[built() / "start" / "developer.html"].links
    assert "../reference/index.html" in menu
    listed = pages()[built() / "reference" / "index.html"].links
    for dotted in ("problems.computation", "templates.pages", "grader.marking", "grader.read"):
        assert f"{dotted}.html" in listed


def test_doctests_of_the_reference_are_code() -> None:
    """Not quotations, as Markdown would have them."""
    page = (built() / "reference" / "problems.computation.html").read_text("utf-8")
    assert "&gt;&gt;&gt;" in page
    assert "<blockquote>" not in page


# opened from its folder in a real browser, wide and on a phone ------------------------------

browsing = pytest.mark.skipif(CHROMIUM is None, reason="NO BROWSER: chromium is not installed")

PAGES = (
    "index", "start/teacher", "start/student", "start/platforms", "start/administrator",
    "start/developer", "grading", "measured", "architecture", "commands", "glossary",
    "decisions/balls", "reference/problems.computation",
)  # fmt: skip
"""One of each kind."""
SIZES = {"wide": (1280, 900), "phone": (390, 844)}


@pytest.fixture(scope="module")
def chromium() -> Iterator[Any]:
    with opened() as browser:
        yield browser


def serious(page: Any) -> list[str]:
    """What axe finds that keeps somebody from reading a page."""
    from axe_playwright_python.sync_playwright import Axe

    return [
        f"{one['id']}: {one['nodes'][0]['html'][:200]}"
        for one in Axe().run(page).response["violations"]
        if one["impact"] in ("serious", "critical")
    ]


@browsing
@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_pages_fit_can_be_read_and_load_nothing_from_elsewhere(
    chromium: Any, size: str, scheme: str
) -> None:
    width, height = SIZES[size]
    page = chromium.new_page(viewport={"width": width, "height": height}, color_scheme=scheme)
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    found = {}
    for name in PAGES:
        page.goto((built() / f"{name}.html").as_uri())
        found[name] = serious(page) + ([] if fits(page) else ["wider than the screen"])
    page.close()
    assert {name: said for name, said in found.items() if said} == {}
    assert [url for url in asked if not url.startswith(("file:", "data:", "blob:"))] == []


@browsing
@pytest.mark.parametrize("words, page", [("doctor", "doctor"), ("glossary", "glossary")])
def test_the_search_finds_without_a_server(chromium: Any, words: str, page: str) -> None:
    tab = chromium.new_page()
    tab.goto((built() / "index.html").as_uri())
    tab.get_by_role("textbox", name="Search").first.fill(words)
    results = tab.locator(".md-search-result__item a")
    expect(results.first).to_be_visible(timeout=20_000)
    links = [one.get_attribute("href") or "" for one in results.all()]
    tab.close()
    assert any(page in link for link in links), links
