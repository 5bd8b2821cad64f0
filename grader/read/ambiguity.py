"""Texts that can be read as two numbers, for a sign in them means two things or one was lost.

A raised point between digits is a decimal point or times; `6.851*10-1` was `6.851*10^-1` before
its raised exponent was copied, or is a difference; `6.851-01` may have lost an E; in `1.5e^-4`
e is Euler's number or the E of an exponent. Each is refused with both readings, and both are
written so that they can be handed in.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal

from grader.errors import AnswerError
from grader.read import characters
from grader.read.codes import piece
from problems.patterns import pattern
from problems.reasons import Reason, because

_S = f"[{characters.SPACES}]*+"
_FIRST = r"(?:\A[+-])?+"
"""The sign of what stands first; behind it, a sign may be an operator."""
_M = rf"(?<![\w.,])(?P<m>{_FIRST}(?:\d++(?:[.,]\d++)?+|[.,]\d++))"
"""A decimal that is no part of a name or of another number."""
_TIMES = rf"{_S}(?:[{re.escape(characters.TIMES)}xX]|\\cdot|\\times){_S}"
_DECIMAL = r"[+-]?\d*+[.,]\d++"
_END = r"(?![.,]?\w)"
_RAISED = r"[⁺⁻]?[⁰¹²³⁴⁵⁶⁷⁸⁹]+"
_POWER = (
    rf"{_S}(?:(?:\^|\*\*){_S}(?P<e>[+-]?\d{{1,3}}{_END}"
    rf"|\({_S}[+-]?{_S}\d{{1,3}}{_S}\)|\{{{_S}[+-]?\d{{1,3}}{_S}\}})|(?P<raised>{_RAISED}))"
)
"""A whole power behind its base."""


@dataclass(frozen=True, slots=True)
class Doubt:
    """A kind of text with two readings."""

    pattern: re.Pattern[str]
    readings: Callable[[re.Match[str]], tuple[str | Reason, str] | None]
    """Both, as texts that can be handed in where they say one number; None where there is one."""
    why: Reason
    """What makes it doubtful."""
    code: str = "ambiguous_separator"


def _power(match: re.Match[str], mantissa: str) -> str:
    return f"{mantissa}e{_exponent(match)}"


def _exponent(match: re.Match[str]) -> int:
    parts = match.groupdict()
    text = parts.get("raised") or parts["e"] or parts["f"]
    return int(re.sub(r"[^\d+-]", "", characters.lowered(text)))


def _value(match: re.Match[str], value: Decimal) -> str:
    """A value in digits, with a comma where the text has one."""
    text = f"{value.normalize():f}"
    return text.replace(".", ",") if "," in match[0] else text


def _number(text: str) -> Decimal:
    return Decimal(text.replace(",", "."))


def _lost_power(match: re.Match[str]) -> tuple[str, str]:
    mantissa = match["m"] or f"{match['sign']}1"
    return _power(match, mantissa), _value(match, _number(mantissa) * 10 + _exponent(match))


def _bracketed(match: re.Match[str]) -> tuple[str, str]:
    mantissa = match["m"] or f"{match['sign']}1"
    return _power(match, mantissa), _value(match, _number(mantissa) * 10 * _exponent(match))


def _ten_twice(match: re.Match[str]) -> tuple[str, str]:
    return _power(match, match["m"]), f"{match['m']}e{_exponent(match) + 1}"


def _come_down(match: re.Match[str]) -> tuple[str, str]:
    return _power(match, match["m"]), _value(match, _number(match["m"]) * int("10" + match["e"]))


def _own_power(match: re.Match[str]) -> tuple[str, str]:
    base = match["decimal"]
    digits = base.lstrip("+-")
    sign = base[: len(base) - len(digits)]
    return _power(match, match["m"]), f"{sign}({digits})^({_exponent(match)})"


def _lost_e(match: re.Match[str]) -> tuple[str, str]:
    value = _number(match.groupdict().get("decimal") or match["m"]) + _exponent(match)
    return _power(match, match["m"]), _value(match, value)


def _euler(match: re.Match[str]) -> tuple[str, str]:
    return _power(match, match["m"]), f"{match['m']}*e^({_exponent(match)})"


def _raised_point(match: re.Match[str]) -> tuple[str, str]:
    return f"{match['m']}.{match['b']}", f"{match['m']}*{match['b']}"


def _all_lost(match: re.Match[str]) -> tuple[Reason, str]:
    lost = because("reading_without_exponent", mantissa=match["m"])
    return lost, _value(match, _number(match["m"]) * 10)


def _uncertain(match: re.Match[str]) -> tuple[str, str]:
    return match["m"], _value(match, _number(match["m"]) - _number(match["b"]))


def _range(match: re.Match[str]) -> tuple[Reason, str] | None:
    """Two numbers that differ in their last digits only, the smaller one first."""
    low, high = _number(match["m"]), _number(match["b"])
    unit = Decimal(1).scaleb(int(low.as_tuple().exponent))
    apart = max(_NEAR * max(abs(low), abs(high)), 10 * unit if unit < _FINE else Decimal(0))
    if not 0 < high - low <= apart or low.as_tuple().exponent != high.as_tuple().exponent:
        return None
    between = because("reading_range", low=match["m"], high=match["b"])
    return between, _value(match, low - high)


_NEAR = Decimal("0.02")
"""Share of a number that the ends of a range are apart at most; a difference of an output and a
target that is so small is seldom left unworked."""
_FINE = Decimal("0.01")
"""With digits finer than this ends are near that differ by ten units of the last one."""
_LOST = because("why_power_lost")
_TEN = rf"(?:{_M}{_TIMES}|(?<![\w.,/^])(?<!\*\*)(?P<sign>{_FIRST}))10"
"""Ten, with what it is multiplied by; a name's or another number's 10 is none."""

_RAISED_POINT = because("why_raised_point")
_TEN_AND_E = because("why_ten_and_e")
_LOST_E = because("why_e_lost")


def _between_digits(points: str) -> re.Pattern[str]:
    """A point between whole numbers, unless the second is the 10 of a power.

    Spaces on both sides make it times.
    """
    return pattern(
        rf"(?<![\w.,])(?P<m>{_FIRST}\d++)(?:[{points}]{_S}|{_S}[{points}])"
        rf"(?P<b>(?!10{_S}(?:\^|\*\*|{_RAISED}))\d++(?:[eE][+-]?\d++)?+)(?![.,]?\d)"
    )


_DOUBTS: tuple[Doubt, ...] = (
    Doubt(
        pattern(rf"{_M}{_TIMES}10[eE](?P<e>[+-]?\d{{1,3}}{_END})"),
        _ten_twice,
        _TEN_AND_E,
    ),
    Doubt(pattern(rf"{_TEN}{_S}(?P<e>[+-]{_S}\d{{1,3}}{_END})"), _lost_power, _LOST),
    Doubt(
        pattern(rf"{_TEN}{_S}\({_S}(?P<e>[+-]{_S}\d{{1,3}}){_S}\)"),
        _bracketed,
        _LOST,
    ),
    Doubt(pattern(rf"(?P<decimal>{_M}[eE]10){_POWER}"), _own_power, _TEN_AND_E),
    Doubt(
        pattern(
            rf"{_M}{_S}[eE][xX][pP]{_S}"
            rf"(?P<e>[+-]?\d{{1,3}}{_END}|\({_S}[+-]?{_S}\d{{1,3}}{_S}\))"
        ),
        _euler,
        because("why_exp"),
    ),
    Doubt(_between_digits(characters.RAISED_TIMES), _raised_point, _RAISED_POINT),
    Doubt(_between_digits(characters.RAISED_POINTS), _raised_point, _RAISED_POINT, "bad_char"),
)
_EULER = Doubt(pattern(rf"{_M}{_S}(?P<letter>[eE]){_POWER}"), _euler, because("why_euler"))
_OF_WHOLE_ANSWERS: tuple[Doubt, ...] = (
    Doubt(
        pattern(rf"(?P<decimal>(?P<m>[+-]?(?:[1-9]|\d[.,]\d+?))[.,]?10){_POWER}"),
        _own_power,
        because("why_times_lost"),
    ),
    Doubt(
        pattern(r"(?P<decimal>(?P<m>[+-]?[1-9])[.,]10)(?P<e>[+-]\d{1,3})"),
        _lost_e,
        because("why_point_times"),
    ),
    Doubt(
        pattern(
            rf"(?P<decimal>(?P<m>[+-]?[1-9][.,]\d++))(?={_S}(?:\^|\*\*){_S}[({{]?{_S}(?:-|[01])){_POWER}"
        ),
        _own_power,
        because("why_ten_left_out"),
    ),
    Doubt(
        pattern(
            rf"(?![+-]?\d{_TIMES}100)(?P<m>[+-]?[1-9](?:[.,]\d++)?+){_TIMES}10(?P<e>0|[1-9]\d?)"
        ),
        _come_down,
        _LOST,
    ),
    Doubt(
        pattern(rf"(?P<m>[+-]?[1-9][.,]\d{{2,}}){_TIMES}10"),
        _all_lost,
        _LOST,
    ),
    Doubt(
        pattern(rf"(?P<m>{_DECIMAL}){_S}(?:\+-|-\+){_S}(?P<b>\d*+[.,]\d++)"),
        _uncertain,
        because("why_plus_minus"),
    ),
    Doubt(
        pattern(rf"(?P<m>{_DECIMAL}){_S}-{_S}(?P<b>{_DECIMAL})"),
        _range,
        because("why_range"),
    ),
    Doubt(
        pattern(rf"(?P<m>[+-]?\d++(?:[.,]\d*+)?+)(?P<e>{_S}[+-]{_S}0\d{{1,2}})"),
        _lost_e,
        _LOST_E,
    ),
    Doubt(pattern(r"(?P<m>[+-]?[1-9][.,]\d++)(?P<e>[+-]\d{1,3})"), _lost_e, _LOST_E),
)
"""What is a sum or a product within a longer expression, and doubtful where it stands alone."""


def check(text: str, *, number: bool = False, euler: str = "eE") -> None:
    """Refuse a text that has two readings.

    Args:
        text: as typed.
        number: whether it is an answer without names, from its first sign to its last.
        euler: letters that are no quantity, and so can be Euler's number.

    Raises:
        AnswerError: `ambiguous_separator` (`bad_char` for a raised point that has no place in
            formulas), with both readings.

    >>> check("0.6851*10^-1"), check("0.7645 - 1", number=True)
    (None, None)
    >>> check("6.851*10-1")
    Traceback (most recent call last):
        ...
    grader.errors.AnswerError: '6.851*10-1' can be read as 6.851e-1 or as 67.51 (a raised \
exponent may have been lost); write the one that you mean
    """
    plain = characters.plain(text)
    if number:
        for doubt in _OF_WHOLE_ANSWERS:
            if match := doubt.pattern.fullmatch(plain):
                refuse(doubt, match, text)
    for doubt in _DOUBTS:
        if match := doubt.pattern.search(plain):
            refuse(doubt, match, text)
    for match in _EULER.pattern.finditer(plain):
        if match["letter"] in euler:
            refuse(_EULER, match, text)


def refuse(doubt: Doubt, match: re.Match[str], text: str) -> None:
    """Refuse a text where a doubt has two readings.

    Raises:
        AnswerError: with the code of the doubt and both readings.
    """
    readings = doubt.readings(match)
    if readings is None:
        return
    first, second = readings
    start, end = match.span()
    typed = piece(text[start:end])
    reason = because("two_readings", text=typed, first=first, second=second, why=doubt.why)
    raise AnswerError(doubt.code, start, reason, end - start)
