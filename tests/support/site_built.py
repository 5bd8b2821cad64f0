"""The documentation, built as `make docs` builds it, once a run of the tests."""

from __future__ import annotations

import os
import subprocess
import sys
from functools import lru_cache
from html.parser import HTMLParser
from pathlib import Path
from tempfile import TemporaryDirectory

ROOT = Path(__file__).resolve().parents[2]

_PLACES: list[TemporaryDirectory[str]] = []


@lru_cache(maxsize=1)
def built() -> Path:
    """The site's folder; removed when the tests end.

    Raises:
        AssertionError: a warning, which the strict build turns into a failure.
    """
    _PLACES.append(TemporaryDirectory(prefix="bpgrade-site-"))
    place = Path(_PLACES[0].name)
    done = subprocess.run(
        [sys.executable, "-m", "mkdocs", "build", "--quiet", "--strict", "--site-dir", str(place)],
        cwd=ROOT,
        env={**os.environ, "NO_MKDOCS_2_WARNING": "1"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return place


LOADED = {"script": "src", "img": "src", "iframe": "src", "source": "src", "link": "href"}
"""Tag -> the attribute that names what a browser fetches for it."""


class Html(HTMLParser):
    """What a page links to, what it loads, its anchors and pictures."""

    def __init__(self, page: Path) -> None:
        super().__init__()
        self.links: list[str] = []
        self.loads: list[str] = []
        self.ids: set[str] = set()
        self.silent: list[str] = []
        """Pictures without a text."""
        self.feed(page.read_text("utf-8"))

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Called for each tag."""
        given = {name: value or "" for name, value in attrs}
        self.ids |= {given[name] for name in ("id", "name") if name in given}
        if tag == "a" and "href" in given:
            self.links.append(given["href"])
        if LOADED.get(tag) in given:
            self.loads.append(given[LOADED[tag]])
        if tag == "img" and not given.get("alt"):
            self.silent.append(given.get("src", ""))
