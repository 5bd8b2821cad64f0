"""Never another value than the student wrote."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from grader.read.number import Unreadable, Written, read_number

READ = [
    ("0.5", 0.5, 1, 1),
    ("+0.5", 0.5, 1, 1),
    ("-0.5", -0.5, 1, 1),
    ("−0.5", -0.5, 1, 1),
    ("–0.5", -0.5, 1, 1),
    (".5", 0.5, 1, 1),
    ("5.", 5.0, 0, 1),
    ("5e-4", 5e-4, 4, 1),
    ("5.90E-3", 5.9e-3, 5, 3),
    (" 0.5933 ", 0.5933, 4, 4),
    ("\ufeff0.5", 0.5, 1, 1),
    ("0.00050", 0.0005, 5, 2),
    ("1.0000", 1.0, 4, 5),
    ("0,5", 0.5, 1, 1),
    ("12,345678", 12.345678, 6, 8),
    ("0,593", 0.593, 3, 3),
    ("1234,567", 1234.567, 3, 7),
    ("12", 12.0, 0, 2),
    ("0", 0.0, 0, 0),
]


@pytest.mark.parametrize(("text", "value", "decimals", "significant"), READ)
def test_plain_spellings_are_read_with_their_digits(text, value, decimals, significant) -> None:
    """Digits written decide between `imprecise` and `wrong`."""
    reading = read_number(text)
    assert isinstance(reading, Written)
    assert (reading.value, reading.decimals, reading.significant) == (value, decimals, significant)


REFUSED = [
    ("1,234", "ambiguous_separator"),
    ("1,234,567", "not_a_number"),
    ("abc", "not_a_number"),
    ("0.5 cm", "not_a_number"),
    ("nan", "not_finite"),
    ("-inf", "not_finite"),
    ("1_000", "not_a_number"),
    ("0x10", "not_a_number"),
    ("1e999", "out_of_range"),
    ("1e99999999", "not_a_number"),
    ("9" * 61, "out_of_range"),
    ("--5", "not_a_number"),
    ("5e", "not_a_number"),
    (".", "not_a_number"),
    ("=1+1", "not_a_number"),
    ("0.5.5", "not_a_number"),
    ("٣", "not_a_number"),
]


@pytest.mark.parametrize(("text", "code"), REFUSED)
def test_everything_else_is_refused_with_a_code(text: str, code: str) -> None:
    """A refusal costs a correction, a misreading costs a grade."""
    reading = read_number(text)
    assert isinstance(reading, Unreadable), reading
    assert reading.code == code
    assert reading.text == text
    assert 0 <= reading.position <= len(text)


@pytest.mark.parametrize("text", ["", "  ", "\t", "\ufeff"])
def test_blank_is_blank_and_not_zero(text: str) -> None:
    """An empty cell says nothing."""
    assert read_number(text) is None


@given(st.floats(allow_nan=False, allow_infinity=False, min_value=-1e300, max_value=1e300))
def test_every_double_reads_back_from_its_repr(value: float) -> None:
    """What software writes, we read exactly."""
    reading = read_number(repr(value))
    if isinstance(reading, Unreadable):
        assert 0 < abs(value) < 1e-290
    else:
        assert reading is not None
        assert reading.value == value


@given(st.text(max_size=40))
def test_no_text_raises_anything(text: str) -> None:
    """Students type what they type."""
    reading = read_number(text)
    assert reading is None or isinstance(reading, Written | Unreadable)
