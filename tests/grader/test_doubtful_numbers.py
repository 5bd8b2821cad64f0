"""A text that can be read as two numbers, or that lost a sign, is refused with both readings."""

from __future__ import annotations

import re
from pathlib import Path

import polars as pl
import pytest
from handed_in import check
from hypothesis import given
from hypothesis import strategies as st

from grader.bulk.readings import Pool
from grader.read.array import read_array
from grader.read.codes import AnswerError
from grader.read.formula.parse import AnyName, Listed, parse_formula
from grader.read.number import Unreadable, Written, read_number

CASES = Path(__file__).parents[1] / "cases"

TWO_READINGS = [
    ("0·6851", 0.6851, 0.0),
    ("0∙6851", 0.6851, 0.0),
    ("0⋅6851", 0.6851, 0.0),
    ("0•6851", 0.6851, 0.0),
    ("-2·3", -2.3, -6.0),
    ("0·6851e-1", 0.06851, 0.0),
    ("5·10", 5.1, 50.0),
    ("6.851*10-1", 0.6851, 67.51),
    ("6.851×10 −1", 0.6851, 67.51),
    ("6.851 × 10 − 1", 0.6851, 67.51),
    ("6.851·10-1", 0.6851, 67.51),
    ("6,851x10-1", 0.6851, 67.51),
    ("6.851 \\cdot 10-1", 0.6851, 67.51),
    ("6.851*10⁻1", 0.6851, 67.51),
    ("6.851*10(-1)", 0.6851, -68.51),
    ("6.851*10+2", 685.1, 70.51),
    ("10-4", 1e-4, 6.0),
    ("10−4", 1e-4, 6.0),
    ("10 - 4", 1e-4, 6.0),
    ("6.851*104", 68510.0, 712.504),
    ("1.4475*100", 1.4475, 144.75),
    ("-6.851*10-1", -0.6851, -69.51),
    ("6.851*10e-1", 0.6851, 6.851),
    ("6.851e10^-1", 0.6851, 6.851e10**-1),
    ("6.85110^-1", 0.6851, 6.85110**-1),
    ("510^-4", 5e-4, 510.0**-4),
    ("6.851^-1", 0.6851, 6.851**-1),
    ("-6.851^(-1)", -0.6851, -(6.851**-1)),
    ("6.851^0", 6.851, 1.0),
    ("6.851^-01", 0.6851, 6.851**-1),
    ("0 ·6851", 0.6851, 0.0),
    ("0· 6851", 0.6851, 0.0),
    ("6.851-01", 0.6851, 5.851),
    ("6.851-1", 0.6851, 5.851),
    ("0.6851+00", 0.6851, 0.6851),
    ("5.10-4", 5e-4, 1.1),
    ("5.10^-4", 5e-4, 5.1**-4),
    ("5,10⁻⁴", 5e-4, 5.1**-4),
    ("1.5e^-4", 1.5e-4, 1.5 * 2.718281828459045**-4),
    ("1.5E^-4", 1.5e-4, 1.5 * 2.718281828459045**-4),
    ("1.5e^(-4)", 1.5e-4, 1.5 * 2.718281828459045**-4),
    ("1.5e⁻⁴", 1.5e-4, 1.5 * 2.718281828459045**-4),
    ("1.5e**-4", 1.5e-4, 1.5 * 2.718281828459045**-4),
    ("1.5exp(-4)", 1.5e-4, 1.5 * 2.718281828459045**-4),
    ("1.5 EXP -4", 1.5e-4, 1.5 * 2.718281828459045**-4),
    ("1'234", 1.234, 1234.0),
    ("1’234", 1.234, 1234.0),
    ("06851", 0.6851, 6851.0),
    ("-0123", -0.123, -123.0),
]


WITH_WORKING = [
    "1.1776 (0.65+0.5276)",
    "1.1776(0.65+0.5276)",
    "(1.1776) (0.65+0.5276)",
    "1,1776 (0,65+0,5276)",
    "1.1776\t（0.65+0.5276）",
    "1.18 (0.65+0.5276)",
    "1.17 (0.65+0.5276)",
    "1.2 (0.65+0.5276)",
    "1.3 (0.65+0.5276)",
    "-0.5 (0.2-0.7)",
    "0.25 (0.5*(1-0.5))",
    "0.6065 exp(-0.5)",
    "0.5933 \\frac{1}{1+e^{-0.3775}}",
    "1.4142 √2",
]


@pytest.mark.parametrize("text", WITH_WORKING)
def test_a_number_with_its_working_is_no_product(text: str) -> None:
    found = read_number(text)
    assert isinstance(found, Unreadable)
    assert (found.code, "with its working" in found.message) == ("ambiguous_separator", True)
    product = found.message.partition(" or as ")[2].partition(" (a bracket")[0]
    assert isinstance(read_number(product), Written)


@pytest.mark.parametrize(
    "text, value",
    [
        ("1.1776*(0.65+0.5276)", 1.1776 * 1.1776),
        ("2(0.3+0.4)", 1.4),
        ("0.5(1-0.4)", 0.3),
        ("0.4(0.25)", 0.1),
        ("2 sqrt(2)", 2 * 2**0.5),
        ("2e^(-0.3775)", 2 * 2.718281828459045**-0.3775),
        ("0.2(1-0.2)(0.5)", 0.08),
    ],
)
def test_a_product_that_is_meant_is_one(text: str, value: float) -> None:
    found = read_number(text)
    assert isinstance(found, Written)
    assert found.value == pytest.approx(value, rel=1e-12)


UNCERTAIN = [
    ("0.6850-0.6852", "a number from 0.6850 to 0.6852", "-0.0002"),
    ("0,6850 – 0,6852", "a number from 0,6850 to 0,6852", "-0,0002"),
    ("-0.0620--0.0618", "a number from -0.0620 to -0.0618", "-0.0002"),
    ("0.0054-0.0059", "a number from 0.0054 to 0.0059", "-0.0005"),
    ("0.6851+-0.0001", "0.6851", "0.685"),
    ("0.6851 +- .0001", "0.6851", "0.685"),
    ("6.851×10", "6.851e... with an exponent that is lost", "68.51"),
    ("-6,851 · 10", "-6,851e... with an exponent that is lost", "-68,51"),
]
"""A range, a number with its uncertainty, a power of ten that lost all of its exponent."""


@pytest.mark.parametrize(("text", "first", "second"), UNCERTAIN)
def test_what_says_more_than_a_number_is_told(text: str, first: str, second: str) -> None:
    reading = read_number(text)
    assert isinstance(reading, Unreadable), reading
    assert f"can be read as {first} or as {second} (" in reading.message


@pytest.mark.parametrize(
    ("text", "offered"),
    [
        ("0 6851", "'0.6851' or as 2 numbers (0, 6851)"),
        ("0 .6851", "'0.6851' or as 2 numbers (0, .6851)"),
        ("1 234.5", "'1234.5' or as 2 numbers (1, 234.5)"),
        ("0.6851 0.6852", "2 numbers (0.6851, 0.6852)"),
        ("0.1 0.2 0.3", "3 numbers (0.1, 0.2, 0.3)"),
    ],
)
def test_no_reading_is_offered_that_is_no_number(text: str, offered: str) -> None:
    reading = read_number(text)
    assert isinstance(reading, Unreadable), reading
    assert f"can be read as {offered}; " in reading.message


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("0.7645-0.10", 0.6645),
        ("0.7645-0.7900", -0.0255),
        ("0.13-0.14", -0.01),
        ("0.0054-0.0159", -0.0105),
        ("0.6852-0.6850", 0.0002),
        ("(0.6850-0.6852)/2", -0.0001),
        ("0.5*10", 5.0),
        ("0.15*0.10", 0.015),
        ("0.35+(-0.0001)", 0.3499),
    ],
)
def test_a_difference_and_a_product_are_worked_out(text: str, value: float) -> None:
    reading = read_number(text)
    assert isinstance(reading, Written), reading
    assert reading.value == pytest.approx(value, abs=1e-12)


def both(message: str) -> tuple[str, str]:
    """The readings that a refusal names."""
    found = re.search(r"can be read as (\S+) or (?:as )?([^\s;]+)", message)
    assert found, message
    return found[1], found[2]


@pytest.mark.parametrize(("text", "first", "second"), TWO_READINGS)
def test_both_readings_are_named_and_can_be_handed_in(
    text: str, first: float, second: float
) -> None:
    """What the refusal offers is read as what it says, so a student can take it over."""
    reading = read_number(text)
    assert isinstance(reading, Unreadable), reading
    assert reading.code in ("ambiguous_separator", "bad_char")
    found = sorted(value_of(one).value for one in both(reading.message))
    assert found == pytest.approx(sorted((first, second)), rel=1e-12)


def value_of(text: str) -> Written:
    """A reading that can be read itself, without a doubt."""
    reading = read_number(text, comma="," in text or None)
    assert isinstance(reading, Written), reading
    return reading


@pytest.mark.parametrize(("text", "first", "second"), TWO_READINGS)
def test_the_place_is_inside_whatever_stands_before(
    text: str, first: float, second: float
) -> None:
    """Behind the step's own name too."""
    reading = read_number(f" v4 = {text}", name="v4")
    assert isinstance(reading, Unreadable)
    assert 5 <= reading.position < len(reading.text)


ONE_READING = [
    ("0.5·3", 1.5),
    ("0.4·0.35", 0.14),
    ("2 · 3", 6.0),
    ("5·10^-4", 5e-4),
    ("5·10⁻⁴", 5e-4),
    ("5\\cdot 3", 15.0),
    ("0.7645-1", -0.2355),
    ("1.5 - 1", 0.5),
    ("10-0.5", 9.5),
    ("(10)-4", 6.0),
    ("1/10-4", -3.9),
    ("2*100", 200.0),
    ("10e-4", 1e-3),
    ("2e^(-0.3775)", 2 * 0.68557339),
    ("2*e^(-1)", 2 * 0.36787944),
    ("2*exp(-1)", 2 * 0.36787944),
    ("2exp(-0.5)", 2 * 0.60653066),
    ("2**10-4", 1020.0),
    ("1/(1+e^-1)", 0.73105858),
    ("e^-4", 0.018315639),
    ("2^-3", 0.125),
    ("(1.25)^(-2)", 0.64),
    ("1.25^2", 1.5625),
    ("1.25^(2)", 1.5625),
    ("0.5^-2", 4.0),
    ("1.25^0.5", 1.118033989),
    ("0.10^2", 0.01),
    ("007.5", 7.5),
    ("00", 0.0),
]


@pytest.mark.parametrize(("text", "value"), ONE_READING)
def test_what_has_one_reading_is_read(text: str, value: float) -> None:
    """A difference, a product and Euler's number stay what they are."""
    reading = read_number(text)
    assert isinstance(reading, Written), reading
    assert reading.value == pytest.approx(value, rel=1e-6)


MINUS_SIGNS = "-−–‐‒﹣－⁻"


@pytest.mark.parametrize("sign", MINUS_SIGNS)
@pytest.mark.parametrize("number", ["0.2132", "2.132e{}1", "5*10^{}4", "1/3", "exp({}0.7)"])
def test_every_minus_that_is_promised_is_one(sign: str, number: str) -> None:
    """Before a number, in an exponent and in a bracket: as the one of the keyboard."""
    text = sign + number
    typed, plain = read_number(text.format(sign)), read_number("-" + number.format("-"))
    assert isinstance(typed, Written), typed
    assert isinstance(plain, Written)
    assert (typed.value, typed.place, typed.significant) == (
        plain.value,
        plain.place,
        plain.significant,
    )


def test_the_documentation_lists_these_signs() -> None:
    docs = (Path(__file__).parents[2] / "docs" / "answers.md").read_text("utf-8")
    assert all(f"`{sign}`" in docs for sign in MINUS_SIGNS)


@pytest.mark.parametrize("sign", "—‑―﹘")
def test_dashes_are_no_minus_and_are_told_so(sign: str) -> None:
    """An em dash stands for nothing as well."""
    reading = read_number(f"{sign}0.5")
    assert isinstance(reading, Unreadable)
    assert "no minus sign" in reading.message


GROUPED = [
    ("1'000.5", 1000.5, 1, 5),
    ("1’000.5", 1000.5, 1, 5),
    ("-1'000,25", -1000.25, 2, 6),
    ("1'234'567", 1234567.0, 0, 7),
    ("6，851", None, None, None),
    ("0，6851", 0.6851, 4, 4),
    ("\u20090.6851\u2009", 0.6851, 4, 4),
    ("\u20070.6851", 0.6851, 4, 4),
    ("６．８５１ｅ－１", 0.6851, 4, 4),
]


@pytest.mark.parametrize(("text", "value", "decimals", "significant"), GROUPED)
def test_groups_and_wide_digits_keep_their_digits(text, value, decimals, significant) -> None:
    """Swiss apostrophes, full-width commas, thin spaces round a number; None: two readings."""
    reading = read_number(text)
    if value is None:
        assert isinstance(reading, Unreadable)
        assert reading.code == "ambiguous_separator"
        return
    assert isinstance(reading, Written), reading
    assert (reading.value, reading.decimals, reading.significant) == (value, decimals, significant)


@pytest.mark.parametrize("text", ["1.234,", "1,234.", "123.456,", "1'234'567."])
def test_a_sign_behind_a_number_makes_no_thousands_of_it(text: str) -> None:
    """A comma that was copied along does not make 1234 of 1.234."""
    assert isinstance(read_number(text), Unreadable)


@pytest.mark.parametrize("space", [" ", "\u00a0", "\u2007", "\u2009", "\u202f"])
@pytest.mark.parametrize("number", ["1{}234.5", "0{}6851", "0.68{}51", "12{}345", "1,5{}0"])
def test_a_space_inside_is_refused_with_both_readings(space: str, number: str) -> None:
    """Groups of one number, or several numbers."""
    reading = read_number(number.format(space))
    assert isinstance(reading, Unreadable)
    assert reading.code == "ambiguous_separator"
    assert "numbers (" in reading.message
    assert "can be read as" in reading.message


ERRORS = [
    "#DIV/0!", "#NAME?", "#VALUE!", "#REF!", "#N/A", "#NUM!",
    "#NULL!", "#SPILL!", "#CALC!", "########", "#WERT!", "#BEZUG!",
    "#ZAHL!", "#NV", "#ÜBERLAUF!", "#VALEUR!", "#NOM?", "#NOMBRE!",
    "#¡VALOR!", "#¿NOMBRE?", "#¡DIV/0!", "#N/D", "#WAARDE!", "#DEEL/0!",
    "#ARG!", "#LICZBA!", "#ADR!", "#DZIEL/0!", "#VÄRDEFEL!", "#SAKNAS!",
    "#ЗНАЧ!", "#ИМЯ?", "#ССЫЛКА!", "#ARVO!", "#DEĞER!", "#ERROR!",
    "#I/T", "Err:502", "Fehler:508",
]  # fmt: skip


@pytest.mark.parametrize("text", ERRORS)
def test_errors_of_spreadsheets_are_called_that(text: str) -> None:
    """In every language, for a student may not know what a cell turned into."""
    reading = read_number(text)
    assert isinstance(reading, Unreadable)
    assert reading.code == "spreadsheet_error"
    assert text[:9] in reading.message


DATES = [
    ("6-Mrz", "6.3 or 6.03"), ("06.Mrz", "6.3 or 6.03"), ("6. März", "6.3 or 6.03"),
    ("6-Mar", "6.3 or 6.03"), ("06-mars", "6.3 or 6.03"), ("6-мар", "6.3 or 6.03"),
    ("6 févr.", "6.2 or 6.02"), ("6-ene", "6.1 or 6.01"), ("5-Mai", "5.5 or 5.05"),
    ("5-maj", "5.5 or 5.05"), ("7-juil", "7.7 or 7.07"), ("6-dic", "6.12"), ("6. Dez", "6.12"),
    ("6 de marzo", "6.3 or 6.03"), ("6-Okt-26", "6.10"), ("Mar-06", "3.06"), ("Mrz 51", "3.51"),
    ("janv-24", "1.24"), ("2026-03-06", "6.3 or 6.03"), ("06.03.2026", "6.3 or 6.03"),
    ("3/6/26", "3.6 or 3.06"), ("2026-03-06 00:00:00", "6.3 or 6.03"), ("3月6日", "3.6 or 3.06"),
]  # fmt: skip


@pytest.mark.parametrize(("text", "typed"), DATES)
def test_a_date_is_refused_with_what_was_probably_typed(text: str, typed: str) -> None:
    """A spreadsheet makes 6-Mrz of 6.3 and says nothing."""
    reading = read_number(text)
    assert isinstance(reading, Unreadable)
    assert reading.code == "has_unit_or_text"
    assert "is a date" in reading.message
    assert f"probably {typed}" in reading.message
    assert "format the column as text" in reading.message


@pytest.mark.parametrize("text", ["5 cm", "0.5 mark", "6.3.", "march", "0.5.5", "1.5."])
def test_not_everything_is_a_date(text: str) -> None:
    reading = read_number(text)
    assert isinstance(reading, Unreadable)
    assert "is a date" not in reading.message


@pytest.mark.parametrize(
    ("text", "readings"),
    [
        ("w1*(0·5)", ("0.5", "0*5")),
        ("0.5*10-3*w1", ("0.5e-3", "2")),
        ("2e^-2*w1", ("2e-2", "2*e^(-2)")),
    ],
)
def test_formulas_with_names_are_refused_alike(text: str, readings: tuple[str, str]) -> None:
    """The same doubt beside a name."""
    with pytest.raises(AnswerError) as caught:
        parse_formula(text, Listed(["w1"]))
    assert both(caught.value.message) == readings


@pytest.mark.parametrize("text", ["w1·2", "w_10-4", "w10-4*w1", "2e^2", "2E^-2", "y_1·0.5"])
def test_names_are_no_numbers(text: str) -> None:
    """The 10 of w10 is no ten, and a quantity e is none of Euler's."""
    parse_formula(text, Listed(["w1", "w10", "w_10", "y_1", "e", "E"]))
    if "e^" not in text:
        parse_formula(text, AnyName())


def test_a_list_of_numbers_is_not_made_of_one() -> None:
    """Spaces part the numbers of a list, and stand round a power that came down."""
    with pytest.raises(AnswerError, match="lost a raised exponent, or two"):
        read_array("[6.851×10 −1]")
    found = read_array("[10 -4]")
    assert found is not None
    assert found.shape == (1, 2)
    entries = read_array("[0·5; ⁻0.6]")
    assert entries is not None
    assert [type(entry) for entry in entries.flat()] == [Unreadable, Written]


@pytest.mark.parametrize("comma", [None, True, False])
def test_a_class_is_read_as_one_sheet_is(comma: bool | None) -> None:
    """The table of a class and the file of a student hold the same number or refusal."""
    texts = (
        [text for text, *_ in TWO_READINGS + ONE_READING] + ERRORS + [text for text, _ in DATES]
    )
    pool = Pool()
    first = pool.add_cells(pl.Series(texts), comma)
    codes = pool.codes()
    for n, text in enumerate(texts):
        assert pool.readings[codes[first + n]] == read_number(text, comma=comma)


digits = st.decimals(min_value="0.0001", max_value="9.9999", places=4).map(str)


@given(digits, st.integers(-9, -1), st.sampled_from(["*10{}", "×10{}", "x10{}", "-0{}", "e^{}"]))
def test_a_power_that_lost_a_sign_is_never_a_number(
    mantissa: str, exponent: int, form: str
) -> None:
    """Whatever the digits are."""
    small = abs(exponent) if form.startswith("-") else exponent
    reading = read_number(mantissa + form.format(small))
    assert isinstance(reading, Unreadable), reading
    assert f"{mantissa}e{exponent}" in reading.message


# whole files -------------------------------------------------------------------------------

REFUSED_CELLS = {
    "s_middot": ("out_h1", "0.6851", "0*6851"),
    "s_lostsup": ("E_o2", "2.1324e-1", "20.324"),
    "s_lostsup2": ("E_o2", "2.1324e-1", "20.324"),
    "s_epow": ("E_o2", "2.1324e-1", "2.1324*e^(-1)"),
}


@pytest.mark.parametrize("name", REFUSED_CELLS)
def test_a_file_names_both_readings_of_its_cell(name: str) -> None:
    """The other forty answers count; this one can be corrected."""
    done = check(CASES / "hw1", CASES / f"{name}.csv")
    step, *readings = REFUSED_CELLS[name]
    verdicts = {s["label"]: s["verdict"] for s in done.reports[0]["steps"]}
    assert [label for label, verdict in verdicts.items() if verdict != "correct"] == [step]
    assert verdicts[step] == "unreadable"
    [problem] = done.problems
    assert both(problem["message"]) == tuple(readings)


def test_a_file_with_a_dash_says_which_sign_to_write() -> None:
    done = check(CASES / "hw1", CASES / "s_hyphen.csv")
    assert "no minus sign; write -" in done.problems[0]["message"]


def test_a_sheet_that_lost_its_decimal_commas_is_told_so() -> None:
    """Graded as written, and said: all answers are too large by one power of ten."""
    done = check(CASES / "hw1", CASES / "e_us_excel_all.csv")
    assert "10,000 times too large" in str(done.reports[0])
