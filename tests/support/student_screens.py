"""Pictures of the student's pages, as docs/screens holds them; run as a script with their folder.

Those of teachers and platforms are taken by their browser tests, with BPGRADE_SCREENS=FOLDER.
"""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path
from typing import Any

from chromium import opened
from peopled import peopled
from PIL import Image
from playwright.sync_api import expect
from service import started

LOOKS: dict[str, dict[str, Any]] = {
    "": {"viewport": {"width": 1280, "height": 900}},
    "-dark": {"viewport": {"width": 1280, "height": 900}, "color_scheme": "dark"},
    "-phone": {"viewport": {"width": 390, "height": 844}, "is_mobile": True, "has_touch": True},
}


def main(folder: Path) -> None:
    """Take all of them."""
    with tempfile.TemporaryDirectory() as place:
        server = started(Path(place) / "data")
        try:
            with opened() as browser:
                for look, options in LOOKS.items():
                    sys.path.insert(0, str(Path(__file__).parents[1] / "web"))
                    from test_student_browser import Seat

                    made = peopled(server.data, "ada")
                    take(Seat(server, browser, made, **options), folder, look)
        finally:
            server.stop()


def take(seat: Any, folder: Path, look: str) -> None:
    """A worksheet with readings, an early slip with what follows it, and practice."""
    page, answers = seat.page, seat.slipped()
    first, second, *_ = answers
    page.goto(seat.sheet)
    seat.fill({first: answers[first], second: "0,7 x"})
    seat.told(second, "cannot")
    seat.saved()
    shot(page, f'[id="{first}"]', folder / f"student-worksheet{look}.png")
    seat.fill(answers)
    page.get_by_role("button", name="Hand in", exact=True).first.click()
    page.wait_for_url("**/submission/**")
    shot(page, "text=points", folder / f"student-feedback{look}.png")
    page.goto(seat.practice)
    page.locator("input.entry").nth(0).fill("123")
    page.locator("details.help summary").first.click()
    expect(page.locator(".beside.wrong")).to_be_visible()
    shot(page, "input.entry", folder / f"student-practice{look}.png")


def shot(page: Any, at: str, path: Path) -> None:
    """The window with something a third below its top, in few colours."""
    page.locator(at).first.evaluate(
        "e => scrollTo(0, e.getBoundingClientRect().top + scrollY - innerHeight / 4)"
    )
    page.screenshot(path=path)
    way = Image.Quantize.MAXCOVERAGE  # keeps the colours of small signs
    few = Image.open(path).convert("RGB").quantize(256, way, dither=Image.Dither.NONE)
    few.save(path, optimize=True)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
