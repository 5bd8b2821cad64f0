"""The documentation opened from its folder in a real browser, wide and on a phone."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from chromium import fits, in_a_browser, opened
from playwright.sync_api import expect
from site_built import built

pytestmark = in_a_browser

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
