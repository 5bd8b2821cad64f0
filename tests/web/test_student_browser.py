"""A student at work in a real browser before a real server: with a script and without, by
keyboard, on a phone; axe looks at every page."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from chromium import fits, in_a_browser, opened, violations
from peopled import Made, peopled
from playwright.sync_api import expect
from service import Server, started

pytestmark = in_a_browser


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    found = started(tmp_path_factory.mktemp("student") / "data")
    yield found
    found.stop()


@pytest.fixture(scope="module")
def chromium() -> Iterator[Any]:
    with opened() as browser:
        yield browser


@pytest.fixture
def made(server: Server) -> Made:
    return peopled(server.data, "ada", "ben")


class Seat:
    """A student before a browser."""

    def __init__(self, server: Server, browser: Any, made: Made, **options: Any) -> None:
        self.server, self.made = server, made
        self.context = browser.new_context(**options)
        self.page = self.context.new_page()
        self.page.set_default_timeout(10_000)
        self.errors: list[str] = []
        self.page.on("pageerror", lambda error: self.errors.append(str(error)))
        self.page.goto(f"{server.url}/link/{made.links['ada']}/")
        self.page.get_by_role("button", name="Go on").click()

    @property
    def sheet(self) -> str:
        return f"{self.server.url}/learn/{self.made.tasks['ada']}/"

    @property
    def practice(self) -> str:
        return f"{self.server.url}/learn/practice/{self.made.assignment}/?v=always-the-same"

    def right(self) -> dict[str, str]:
        """Field -> right answer."""
        return dict(self.made.answers["ada"])

    def slipped(self) -> dict[str, str]:
        """With an error in the first field, and everything after it worked out from there.

        What follows is computed by hand: the output of the unit, squashed as in the text.
        """
        from math import exp

        answers = self.right()
        first, second, *_ = answers
        answers[first] = f"{float(answers[first]) + 0.5:.4f}"
        answers[second] = f"{1 / (1 + exp(-float(answers[first]))):.4f}"
        return answers

    def fill(self, answers: dict[str, str]) -> None:
        for name, text in answers.items():
            self.field(name).fill(text)

    def field(self, name: str) -> Any:
        return self.page.locator(f'[id="{name}"]')

    def beside(self, name: str) -> Any:
        return self.page.locator(f'[id="r-{name}"]')

    def saved(self) -> None:
        """Wait until everything is on the server."""
        expect(self.page.locator("#saved")).to_have_text(re.compile(r"saved \d\d:\d\d"))

    def told(self, name: str, words: str) -> None:
        """Wait for words beside a field."""
        expect(self.beside(name)).to_contain_text(words)


@pytest.fixture
def seat(
    server: Server, chromium: Any, made: Made, request: pytest.FixtureRequest
) -> Iterator[Seat]:
    found = Seat(server, chromium, made, **getattr(request, "param", {}))
    yield found
    found.context.close()
    assert not found.errors


PHONE = {"viewport": {"width": 360, "height": 740}, "is_mobile": True, "has_touch": True}
DARK = {"color_scheme": "dark"}
NO_SCRIPT = {"java_script_enabled": False}


# with a script -----------------------------------------------------------------------------


def test_a_student_works_and_hands_in(seat: Seat) -> None:
    """An early slip: readings while typing, a reload, the receipt, and what follows is carried."""
    page, answers = seat.page, seat.slipped()
    page.get_by_role("link", name="Begin").click()
    first, _, third, *_ = answers
    seat.field(first).fill("0,1 x")
    seat.told(first, "cannot")
    assert seat.field(first).get_attribute("aria-invalid") == "true"
    seat.field(first).fill(answers[first])
    seat.told(first, "4 decimals")
    assert seat.field(first).get_attribute("aria-invalid") is None
    seat.saved()
    page.reload()
    assert seat.field(first).input_value() == answers[first]
    assert page.inner_text("#filled").startswith("1 of")
    seat.fill(answers)
    seat.field(third).fill("")
    page.get_by_role("button", name="Hand in", exact=True).last.click()
    assert "1 of" in page.inner_text("main")
    page.get_by_role("link", name="Back to the worksheet").click()
    seat.field(third).fill(answers[third])
    page.get_by_role("button", name="Hand in", exact=True).first.click()
    page.wait_for_url("**/submission/**")
    words = page.inner_text("main")
    assert "SHA-256" in words
    assert "carried" in words
    assert "first deviation" in words


def test_a_file_is_handed_in_instead(seat: Seat, tmp_path: Path) -> None:
    """The blank table is downloaded, filled in and sent; another file is refused."""
    page = seat.page
    page.goto(seat.sheet)
    with page.expect_download() as waiting:
        page.get_by_role("link", name="answers.csv").click()
    rows = list(csv.DictReader(io.StringIO(Path(waiting.value.path()).read_text("utf-8-sig"))))
    right = {seat.made.labels[name]: text for name, text in seat.right().items()}
    for row in rows:
        row["answer"] = right[row["step"]]
    rows[3]["answer"] = "0,5 x"
    file = tmp_path / "answers.csv"
    with file.open("w", newline="") as stream:
        writer = csv.DictWriter(stream, list(rows[0]))
        writer.writeheader()
        writer.writerows(rows)
    picture = tmp_path / "picture.csv"
    picture.write_bytes(b"\x89PNG\r\n\x1a\n" + bytes(100))
    page.set_input_files("#file", picture)
    page.get_by_role("button", name="Hand in the file").click()
    assert "nothing was handed in" in page.get_by_role("alert").inner_text()
    page.set_input_files("#file", file)
    page.get_by_role("button", name="Hand in the file").click()
    page.wait_for_url("**/submission/**")
    words = page.inner_text("main")
    assert "answers.csv" in words
    assert "row 5" in words
    assert f"{len(rows) - 1} of {len(rows)}" in words


def test_what_the_server_did_not_get_stays_in_the_browser(seat: Seat) -> None:
    """Offline, a reload even, and back: nothing is lost."""
    page, name = seat.page, next(iter(seat.right()))
    page.goto(seat.sheet)
    page.route("**/draft/", lambda route: route.abort())
    seat.field(name).fill("0.7654")
    expect(page.locator("#saved")).to_contain_text("trying again")
    page.reload()
    assert seat.field(name).input_value() == "0.7654"
    page.unroute("**/draft/")
    seat.saved()
    assert page.evaluate("Object.keys(localStorage).length") == 0
    other = seat.context.new_page()
    other.goto(seat.sheet)
    assert other.input_value(f'[id="{name}"]') == "0.7654"


def test_of_two_tabs_the_newer_text_wins_and_the_other_is_shown(seat: Seat) -> None:
    first = seat.page
    one, two, *_ = seat.right()
    first.goto(seat.sheet)
    second = seat.context.new_page()
    second.goto(seat.sheet)
    first.fill(f'[id="{one}"]', "0.1111")
    seat.saved()
    second.fill(f'[id="{one}"]', "0.2222")
    second.wait_for_selector("#notices >> text=0.1111")
    assert second.input_value(f'[id="{one}"]') == "0.2222"
    first.fill(f'[id="{two}"]', "0.3333")
    first.wait_for_selector("#notices >> text=0.1111")
    assert first.input_value(f'[id="{one}"]') == "0.2222"
    first.get_by_role("button", name="Put it back").click()
    seat.saved()
    second.reload()
    assert second.input_value(f'[id="{one}"]') == "0.1111"
    assert second.input_value(f'[id="{two}"]') == "0.3333"


def test_practice_answers_at_once(seat: Seat) -> None:
    page = seat.page
    page.goto(seat.practice)
    fields = page.locator("input.entry")
    first = fields.nth(0).get_attribute("id")
    fields.nth(0).fill("123")
    fields.nth(0).press("Enter")
    seat.told(first, "wrong")
    assert fields.nth(1).evaluate("one => one === document.activeElement")
    page.locator("details.help summary").first.click()
    page.get_by_role("button", name="Show the right value").first.click()
    seat.told(first, "right val")
    value = seat.beside(first).inner_text().removeprefix("right value: ").replace("−", "-")
    fields.nth(0).fill(value)
    fields.nth(1).focus()
    seat.told(first, "correct")
    assert page.inner_text("#filled").startswith("1 of")
    before = page.url
    page.get_by_role("link", name="Next variant").first.click()
    assert page.url != before
    assert page.locator("input.entry").nth(0).input_value() == ""


def test_by_keyboard_alone(seat: Seat) -> None:
    """From the overview to the receipt without a mouse; Enter never hands in by accident."""
    page, answers = seat.page, seat.right()
    page.get_by_role("link", name="Begin").wait_for()  # until then nothing can have the focus
    for _ in range(20):
        page.keyboard.press("Tab")
        if page.evaluate("document.activeElement.textContent.startsWith('Begin')"):
            break
    page.keyboard.press("Enter")
    page.wait_for_selector("#worksheet")
    for _ in range(20):
        page.keyboard.press("Tab")
        if page.evaluate("document.activeElement.matches('input.entry')"):
            break
    outline = page.evaluate("getComputedStyle(document.activeElement).outlineStyle")
    assert outline == "solid"
    for text in answers.values():
        page.keyboard.insert_text(text)
        page.keyboard.press("Enter")
    assert page.url == seat.sheet
    assert page.evaluate("document.activeElement.textContent") == "Hand in"
    page.keyboard.press("Enter")
    page.wait_for_url("**/submission/**")
    assert f"{len(answers)} of {len(answers)} points" in page.inner_text("main")


# without a script --------------------------------------------------------------------------


@pytest.mark.parametrize("seat", [NO_SCRIPT], indirect=True)
def test_the_same_without_a_script(seat: Seat, tmp_path: Path) -> None:
    page, answers = seat.page, seat.slipped()
    page.get_by_role("link", name="Begin").click()
    first, second, *_ = answers
    seat.field(first).fill("0,1 x")
    seat.field(first).press("Enter")  # as good as the first button: Save
    assert "cannot be read" in seat.beside(first).inner_text()
    seat.fill(answers | {second: ""})
    page.get_by_role("button", name="Save").click()
    assert "4 decimals" in seat.beside(first).inner_text()
    page.reload()
    page.goto(seat.sheet)
    assert seat.field(first).input_value() == answers[first]
    page.get_by_role("button", name="Hand in", exact=True).first.click()
    assert "1 of" in page.inner_text("main")
    page.get_by_role("link", name="Back to the worksheet").click()
    seat.field(second).fill(answers[second])
    page.get_by_role("button", name="Hand in", exact=True).first.click()
    assert "carried" in page.inner_text("main")
    file = tmp_path / "answers.json"
    label = seat.made.labels[first]
    file.write_text(f'{{"answers": {{"{label}": "{seat.right()[first]}"}}}}')
    page.goto(seat.sheet)
    page.set_input_files("#file", file)
    page.get_by_role("button", name="Hand in the file").click()
    assert "attempt 2" in page.inner_text("h1")
    page.goto(seat.practice)
    entry = page.locator("input.entry").nth(0)
    entry.fill("123")
    page.get_by_role("button", name="Check what I have").first.click()
    assert "wrong" in seat.beside(entry.get_attribute("id")).inner_text()
    page.locator("details.help summary").first.click()
    page.get_by_role("button", name="Show the right value").first.click()
    assert "right value" in seat.beside(entry.get_attribute("id")).inner_text()


# seen and heard ----------------------------------------------------------------------------


@pytest.mark.parametrize("seat", [{}, PHONE, DARK], indirect=True, ids=["desk", "phone", "dark"])
def test_axe_finds_nothing_and_every_page_fits(seat: Seat) -> None:
    """Overview, worksheet with readings, question about blanks, feedback, practice."""
    page, answers = seat.page, seat.slipped()
    found: dict[str, list[str]] = {}

    def looked(what: str) -> None:
        found[what] = violations(page) + ([] if fits(page) else ["wider than the screen"])

    looked("overview")
    page.goto(seat.sheet)
    _, second, third, *_ = answers
    seat.fill(answers | {second: "x", third: ""})
    seat.told(second, "cannot")
    seat.saved()
    looked("worksheet")
    page.get_by_role("button", name="Hand in", exact=True).last.click()
    page.wait_for_selector("text=Hand in all the same")
    looked("question")
    page.get_by_role("button", name="Hand in all the same").click()
    page.wait_for_url("**/submission/**")
    looked("feedback")
    page.goto(seat.practice)
    page.locator("input.entry").nth(0).fill("123")
    page.locator("details.help summary").first.click()
    expect(page.locator(".beside.wrong")).to_be_visible()
    looked("practice")
    assert not any(found.values()), found


@pytest.mark.parametrize("family", ["lfd", "valchanov-formulas", "two-rounds", "slides"])
def test_arrays_and_formulas_fit_a_phone(server: Server, chromium: Any, family: str) -> None:
    """Wide formulas scroll in their own boxes; axe has nothing to say."""
    made = peopled(server.data, "ada", family=family)
    seat = Seat(server, chromium, made, **PHONE)
    seat.page.goto(seat.sheet)
    assert fits(seat.page)
    assert not violations(seat.page)
    heights = seat.page.evaluate(
        "[...document.querySelectorAll('input.entry, main button')].map(e => e.offsetHeight)"
    )
    assert min(heights) >= 40
    seat.page.goto(seat.practice)
    assert fits(seat.page)
    assert not violations(seat.page)
    seat.context.close()
