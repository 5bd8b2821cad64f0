"""Launches in a real browser: in a frame of another site, and in a window of its own."""

from __future__ import annotations

import os
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import requests
from chromium import fits, in_a_browser, opened, violations
from lti_platform import Platform, platform
from playwright.sync_api import expect
from service import Server, free_port, started
from tls import certificate, tls

pytestmark = in_a_browser
SCREENS = os.environ.get("BPGRADE_SCREENS")
"""Folder for screenshots, where some are wanted."""


@pytest.fixture(scope="module")
def chromium() -> Iterator[Any]:
    with opened() as browser:
        yield browser


@pytest.fixture
def safe(tmp_path: Path) -> Iterator[tuple[Server, str]]:
    """A service behind TLS, on another site than the platform: localhost, not 127.0.0.1."""
    inner, outer = free_port(), free_port()
    url = f"https://localhost:{outer}"
    server = started(tmp_path / "data", inner, "--url", url)
    try:
        with tls(outer, inner, certificate(tmp_path)):
            yield server, url
    finally:
        server.stop()


@pytest.fixture
def plain(tmp_path: Path) -> Iterator[tuple[Server, str]]:
    """A service without TLS, on another site than the platform."""
    port = free_port()
    url = f"http://localhost:{port}"
    server = started(tmp_path / "data", port, "--url", url)
    try:
        yield server, url
    finally:
        server.stop()


def registered(lms: Platform, server: Server, url: str) -> None:
    """By the address that the command prints; asked for without the certificate's trouble."""
    printed = server.run("lti", "invite", "--internal", "--url", url).splitlines()[0]
    address = printed.replace(url, server.url)
    assert requests.get(address + lms.invite(), timeout=20).status_code == 200
    lms.tool.active = True
    lms.tool.keys = requests.get(f"{server.url}/lti/jwks", timeout=10).json()


def shot(page: Any, name: str) -> None:
    if SCREENS:
        page.screenshot(path=f"{SCREENS}/{name}.png", full_page=True)


def chosen_in_a_frame(chromium: Any, lms: Platform) -> None:
    """A teacher makes an assignment in the platform's dialogue; the platform gets it."""
    context = chromium.new_context(ignore_https_errors=True)
    page = context.new_page()
    page.goto(lms.page_url("3"))
    frame = page.frame_locator("iframe")
    expect(frame.get_by_role("heading", name="Choose an exercise")).to_be_visible()
    frame.get_by_label("Title").fill("BP 1")
    frame.get_by_label("Family").select_option("mazur")
    shot(page, "lti-choose")
    frame.get_by_role("button", name="Make it and take it").click()
    expect(frame.get_by_role("heading", name="Taken")).to_be_visible()
    context.close()


def test_in_a_frame_of_another_site(chromium: Any, safe: tuple[Server, str]) -> None:
    """From the teacher's choice over a student's work to the grade in the platform."""
    server, url = safe
    with platform(url) as lms:
        registered(lms, server, url)
        lms.person("3", "Instructor", name="Tea Cher")
        lms.person("5", name="Ann Ångström")
        chosen_in_a_frame(chromium, lms)
        (link,) = lms.links.values()
        assert link.title == "BP 1"
        context = chromium.new_context(ignore_https_errors=True)
        page = context.new_page()
        page.goto(lms.page_url("5", link))
        frame = page.frame_locator("iframe")
        expect(frame.get_by_role("heading", name="BP 1").first).to_be_visible()
        cookies = {one["name"]: one for one in context.cookies()}
        assert cookies["bpgrade"]["sameSite"] == "None"
        assert cookies["bpgrade"].get("partitionKey"), "partitioned"
        frame.locator("input[type=text]").first.fill("0.3775")
        frame.get_by_role("button", name="Hand in").first.click()
        shot(page, "lti-frame")
        confirm = frame.get_by_role("button", name="Hand in")
        confirm.first.click()
        item = lms.items[link.item]
        until = time.monotonic() + 30
        while "5" not in item.grades and time.monotonic() < until:
            page.wait_for_timeout(200)
        assert item.grades["5"].given is not None
        assert item.grades["5"].given[1] == 41
        context.close()


def test_without_tls_a_window_of_its_own(chromium: Any, plain: tuple[Server, str]) -> None:
    """In the frame there is a button; what it opens works."""
    server, url = plain
    with platform(url) as lms:
        registered(lms, server, url)
        lms.person("3", "Instructor", name="Tea Cher")
        link = lms.link()
        context = chromium.new_context()
        page = context.new_page()
        page.goto(lms.page_url("3", link))
        frame = page.frame_locator("iframe")
        button = frame.get_by_role("link", name="Open bpgrade in a new window")
        expect(button).to_be_visible()
        shot(page, "lti-window")
        with context.expect_page() as found:
            button.click()
        expect(found.value.get_by_role("heading", name="Choose an exercise")).to_be_visible()
        assert violations(found.value) == []
        assert fits(found.value)
        with context.expect_page() as found:
            page.get_by_role("link", name="In a window of its own").click()
        expect(found.value.get_by_role("heading", name="Choose an exercise")).to_be_visible()
        context.close()


@pytest.mark.parametrize("width", [360, 1280])
def test_pages_have_no_barriers(chromium: Any, plain: tuple[Server, str], width: int) -> None:
    """The platforms' page, a registration, a refusal, waiting."""
    server, url = plain
    with platform(url) as lms:
        registered(lms, server, url)
        context = chromium.new_context(viewport={"width": width, "height": 800})
        page = context.new_page()
        page.goto(server.link.replace("127.0.0.1", "localhost"))
        page.get_by_role("button", name="Go on").click()
        for path in ("lti/platforms/", "lti/waiting/", "lti/register/x/", "lti/login?iss=x"):
            page.goto(f"{url}/{path}")
            assert violations(page) == [], path
            assert fits(page), path
            shot(page, f"lti-{path.split('/')[1][:8]}-{width}".replace("?", "-"))
        page.goto(f"{url}/lti/platforms/")
        page.get_by_role("button", name="Make a registration address").click()
        assert violations(page) == []
        address = page.get_by_role("textbox", name="Address").input_value()
        page.goto(address)
        assert violations(page) == []
        context.close()
