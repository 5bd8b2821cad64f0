"""Texts that look like others, or turn round what stands beside them, on pages."""

from __future__ import annotations

import pytest
from service import course_of
from teachers import client_of

from grader.web.models import Member
from problems.texts import REPLACED, seen, seen_line, shown_line
from templates.pages.html import environment

UNSEEN = [
    *range(0x202A, 0x202F),
    *range(0x2066, 0x206A),
    *range(0x200B, 0x2010),
    0x00AD, 0x034F, 0x061C, 0x115F, 0x2060, 0x2064, 0x2800, 0x3164, 0xFE0E, 0xFE0F, 0xFEFF,
    0xE0041, 0xE007F, 0xE0101, 0x0000, 0x001B, 0x0085, 0xE000,
]  # fmt: skip
NAMES = [
    "Ada Lovelace",
    "Zoë Łukasz O'Brien",
    "علی‌رضا",  # a Persian name with a non-joiner
    "می‌خواهم",
    "שרה כהן",
    "محمد بن موسى",
    "क्‍षमा",
    "ශ්‍රී",
    "ខ្មែរ",
    "辻\U000e0100村",
    "👩‍🔬 Ada",
    "❤️",
    "1️⃣",
    "🏴\U000e0067\U000e0062\U000e0073\U000e0063\U000e0074\U000e007f",
    "🇩🇪 👍🏽",
    "é e\u0301",
]


@pytest.mark.parametrize("code", UNSEEN)
def test_what_cannot_be_seen_is_written(code: str | int) -> None:
    odd = f"s1{chr(int(code))}x"
    assert seen(odd) != odd
    assert f"{code:x}" in seen(odd)
    assert seen(odd) != seen("s1x")
    assert seen_line(odd).isascii()
    assert shown_line(odd) in (f"s1{REPLACED}x", "s1 x")


def test_no_two_texts_look_alike_that_differ_in_it() -> None:
    shown = {seen(f"s1{chr(code)}x") for code in UNSEEN}
    assert len(shown) == len(UNSEEN)


@pytest.mark.parametrize("name", NAMES)
def test_names_are_shown_as_they_are(name: str) -> None:
    assert seen(name) == seen_line(name) == shown_line(name) == name


@pytest.mark.parametrize(
    "text",
    ["a\u200db", "0.5\u200c", "\u200d👩", "1\ufe0f", "a\ufe0f", "🏴\U000e0067", "x\U000e0100"],
)
def test_joiners_and_variants_where_none_belong_are_written(text: str) -> None:
    assert "\\" in seen(text)
    assert REPLACED in shown_line(text)


def test_pages_write_it_and_forms_send_it_back_as_it_was() -> None:
    found = environment().from_string('<td>{{ x }}</td><input value="{{ x|typed }}">')
    html = found.render(x="0.5\u202e<b>\ufeff")
    shown, sent = html.split("</td>")
    assert shown == "<td>0.5\\u202e&lt;b&gt;\\ufeff"
    assert 'value="0.5\u202e&lt;b&gt;\ufeff"' in sent


@pytest.mark.django_db
def test_names_stand_isolated_on_pages() -> None:
    """A Hebrew name beside an id in brackets that hides a mark."""
    course = course_of("s0", name="Nets")
    Member.objects.filter(course=course, ident="s0").update(
        name="שרה כהן", ident="s0\u202e1", active=False
    )
    page = client_of("Nets-teacher").get(f"/teach/course/{course.pk}/").content.decode()
    assert "<bdi>שרה כהן</bdi> (<bdi>s0\\u202e1</bdi>)" in page
    assert "\u202e" not in page
