"""Never another value than the student wrote."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st
from measured import in_a_fork, work

from grader.read.codes import CODES
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
    ("420", 420.0, 0, 3),
    ("5*10^-4", 5e-4, 4, 1),
    ("5x10^-4", 5e-4, 4, 1),
    ("5×10^-4", 5e-4, 4, 1),
    ("5·10^-4", 5e-4, 4, 1),
    ("5*10**-4", 5e-4, 4, 1),
    ("5×10⁻⁴", 5e-4, 4, 1),
    ("5.90 × 10^(−3)", 5.9e-3, 5, 3),
    ("5,9·10⁻³", 5.9e-3, 4, 2),
    ("5\\cdot 10^{-4}", 5e-4, 4, 1),
    ("(0.5)", 0.5, 1, 1),
    ("-(0.50)", -0.5, 2, 2),
    ("０．５", 0.5, 1, 1),
    ("－0.5", -0.5, 1, 1),
    ("\u00a00.5\u00a0", 0.5, 1, 1),
    ("1.234,5", 1234.5, 1, 5),
    ("1,234.5", 1234.5, 1, 5),
    ("1,234,567.5", 1234567.5, 1, 8),
    ("≈0.5", 0.5, 1, 1),
    ("~0.5", 0.5, 1, 1),
    ("= 0.5", 0.5, 1, 1),
    ("'0.593", 0.593, 3, 3),
    ("- 0.5", -0.5, 1, 1),
    ("5e-324", 5e-324, 324, 1),
]


@pytest.mark.parametrize(("text", "value", "decimals", "significant"), READ)
def test_plain_spellings_are_read_with_their_digits(text, value, decimals, significant) -> None:
    """Digits written decide between `imprecise` and `wrong`."""
    reading = read_number(text)
    assert isinstance(reading, Written)
    assert (reading.value, reading.decimals, reading.significant) == (value, decimals, significant)


WORKED_OUT = [
    ("1/3", 1 / 3),
    ("-1/3", -1 / 3),
    ("2^-3", 0.125),
    ("2^3^2", 512.0),
    ("6/2*3", 9.0),
    ("-2^2", -4.0),
    ("10^-3", 1e-3),
    ("exp(-0.7)", math.exp(-0.7)),
    ("exp(-0,7)", math.exp(-0.7)),
    ("1/(1+e^(-0.3775))", 1 / (1 + math.exp(-0.3775))),
    ("1/(1+e^(−0,3775))", 1 / (1 + math.exp(-0.3775))),
    ("sqrt(2)", math.sqrt(2)),
    ("√2", math.sqrt(2)),
    ("ln(2)", math.log(2)),
    ("pi", math.pi),
    ("π/2", math.pi / 2),
    ("2pi", 2 * math.pi),
    ("0.4*0.35", 0.14),
    ("0.1+0.2", 0.3),
    ("0.15*0.05+0.2*0.1+0.35", 0.3775),
    ("1/(10^-12)", 1e12),
    ("\\frac{1}{3}", 1 / 3),
    ("max(0, 0.5)", 0.5),
]


@pytest.mark.parametrize(("text", "value"), WORKED_OUT)
def test_expressions_are_worked_out(text: str, value: float) -> None:
    """Exact as far as fractions go; their digits are those of a double."""
    reading = read_number(text)
    assert isinstance(reading, Written), reading
    assert reading.value == pytest.approx(value, rel=3e-16, abs=0)
    assert reading.computed
    assert reading.significant == 17


REFUSED = [
    ("1,234", "ambiguous_separator"),
    ("-1,593", "ambiguous_separator"),
    ("1,234,567", "ambiguous_separator"),
    ("1 234,5", "ambiguous_separator"),
    ("0.5.5", "ambiguous_separator"),
    ("1 1/2", "ambiguous_separator"),
    ("abc", "not_a_number"),
    ("n/a", "not_a_number"),
    ("0.5 cm", "has_unit_or_text"),
    ("50%", "has_unit_or_text"),
    ("2024-01-05", "has_unit_or_text"),
    ("1/2/2024", "has_unit_or_text"),
    ("5-Jan", "has_unit_or_text"),
    ("12:30", "has_unit_or_text"),
    ("5 e-4", "has_unit_or_text"),
    ("5e", "has_unit_or_text"),
    ("nan", "not_a_number"),
    ("-inf", "not_a_number"),
    ("1_000", "bad_char"),
    ("10⁻³", "bad_char"),
    ("½", "bad_char"),
    ("٣", "bad_char"),
    ("0.5\u200b3", "invisible_char"),
    ("0x10", "syntax"),
    ("1e999", "number_out_of_range"),
    ("1e-999", "number_out_of_range"),
    ("1e99999999", "number_out_of_range"),
    ("9" * 61, "number_too_long"),
    ("1+" * 1200 + "1", "too_long"),
    ("--5", "syntax"),
    (".", "syntax"),
    ("1:2", "bad_char"),
    ("0.593(2)", "syntax"),
    ("=1+1", "spreadsheet_formula"),
    ("=0.5", "spreadsheet_formula"),
    ("@SUM(1)", "spreadsheet_formula"),
    ("#DIV/0!", "spreadsheet_error"),
    ("1/0", "division_by_zero"),
    ("1/(0.1+0.2-0.3)", "division_by_zero"),
    ("0^0", "not_a_number"),
    ("sqrt(-1)", "complex_value"),
    ("(-1)^0.5", "complex_value"),
    ("3+2i", "complex_value"),
    ("v4", "wrong_kind"),
    ("0.4*0.35 = 0.14", "wrong_kind"),
    ("v4 = 0.5", "wrong_kind"),
    (">0.5", "wrong_kind"),
    ("0.5, 0.6", "wrong_kind"),
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


def test_the_steps_own_name_may_stand_before_the_number() -> None:
    """In any spelling; another name is refused, for the cell may be another's."""
    for text in ("v4 = 0.5", "v_{4}=0,5", "v₄ ≈ 0.5", "V4 = ~0.5"):
        reading = read_number(text, name=("v4", "net_4"))
        assert isinstance(reading, Written), reading
        assert reading.value == 0.5
    other = read_number("v5 = 0.5", name="v4")
    assert isinstance(other, Unreadable)
    assert other.code == "wrong_kind"
    assert "v5" in other.message
    assert "v4" in other.message


LOCALES = [
    ("1,234", True, 1.234),
    ("1,234", False, 1234.0),
    ("1.234", None, 1.234),
    ("1.234", True, None),
    ("1.234", False, 1.234),
    ("0,5", False, 0.5),
    ("0.593", True, 0.593),
    ("12.5", True, 12.5),
    ("1,234e-2", None, None),
    ("1,234e-2", True, 0.01234),
    ("1,234·10^-2", True, 0.01234),
    ("1,234·10^-2", None, None),
    ("1.234·10^-2", True, None),
    ("2*1.234", True, None),
    ("2*0.234", True, 0.468),
    ("2*1.234", None, 2.468),
    ("1.234.567,5", None, 1234567.5),
]


@pytest.mark.parametrize(("text", "comma", "value"), LOCALES)
def test_the_files_way_of_writing_settles_what_it_can(
    text: str, comma: bool | None, value: float | None
) -> None:
    """None: two readings are left, and both are named."""
    reading = read_number(text, comma=comma)
    if value is None:
        assert isinstance(reading, Unreadable), reading
        assert reading.code == "ambiguous_separator"
        assert " or " in reading.message
    else:
        assert isinstance(reading, Written), reading
        assert reading.value == pytest.approx(value, rel=1e-15)


doubles = st.floats(allow_nan=False, allow_infinity=False)


@given(doubles)
def test_every_double_reads_back_from_its_repr(value: float) -> None:
    """What software writes, we read exactly, with a decimal comma too."""
    for reading in (
        read_number(repr(value)),
        read_number(repr(value).replace(".", ",").replace("-", "−"), comma=True),
    ):
        assert isinstance(reading, Written), reading
        assert reading.value == value


@given(doubles)
def test_a_decimal_comma_is_the_number_or_a_refusal(value: float) -> None:
    """Where nothing is known of the file: never another value."""
    reading = read_number(repr(value).replace(".", ","))
    if isinstance(reading, Unreadable):
        assert reading.code == "ambiguous_separator"
    else:
        assert reading is not None
        assert reading.value == value


@given(doubles, st.integers(0, 15))
def test_powers_of_ten_read_back_with_their_digits(value: float, decimals: int) -> None:
    """5.933×10⁻⁴ is 5.933e-4, digits included."""
    typed = f"{value:.{decimals}e}"
    mantissa, _, exponent = typed.partition("e")
    raised = str(int(exponent)).translate(str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹"))
    plain = read_number(typed)
    for text in (f"{mantissa}×10{raised}", f"{mantissa}*10^{int(exponent)}"):
        reading = read_number(text)
        assert type(reading) is type(plain)
        if isinstance(reading, Written) and isinstance(plain, Written):
            assert (reading.value, reading.place) == (plain.value, plain.place)
            assert reading.significant == plain.significant


@given(st.text(max_size=40))
def test_no_text_raises_anything(text: str) -> None:
    """Students type what they type."""
    reading = read_number(text)
    assert reading is None or isinstance(reading, Written | Unreadable)
    if isinstance(reading, Unreadable):
        assert reading.code in CODES
        assert 0 <= reading.position <= len(text)


def test_plain_decimals_are_little_work() -> None:
    """A class of 200,000 with 41 cells each is read this way."""
    texts = [f"{n / 7919:.4f}" for n in range(2000)]
    assert work(lambda: [read_number(text) for text in texts]) < 20 * len(texts)


SLOW = [
    " " * 100_000 + "x", "(" + " " * 1990, "1 " + "1" * 1990 + "x", "9" * 1990 + "-",
    "1" + " " * 1990 + "j?", "a" * 1990 + "=", "a " * 990 + "1", "1," * 990, "0." * 990,
    "1" + " " * 1000 + "*" + " " * 900 + "10", "(0" + " " * 1990 + "5)",
    "-(" * 60 + "1" + ")" * 60,
]  # fmt: skip


@pytest.mark.parametrize("text", SLOW, ids=range(len(SLOW)))
def test_no_text_is_much_work(text: str) -> None:
    """Patterns that try every way of cutting a text would not come back."""
    read_number("1/3")
    assert in_a_fork(lambda: work(lambda: read_number(text))) < 20_000
