"""Threads of the service write the same documents as one that is alone."""

from __future__ import annotations

import time
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from reportlab.pdfbase.ttfonts import TTFontFile
from sheets_of import pages

from templates.pdf.document import pdf


def test_documents_of_eight_threads_are_those_of_one(monkeypatch: pytest.MonkeyPatch) -> None:
    """They share the fonts, whose files are read at one place at a time."""
    page = pages("mazur")[0]
    alone = pdf(page)
    read_short = TTFontFile.read_short

    def read_slowly(self: Any) -> int:
        time.sleep(0)  # another thread goes on here
        found: int = read_short(self)
        return found

    monkeypatch.setattr(TTFontFile, "read_short", read_slowly)
    with ThreadPoolExecutor(8) as pool:
        found = list(pool.map(lambda _: pdf(page), range(16)))
    assert all(data == alone for data in found)
