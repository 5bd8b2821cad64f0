"""A number as a student types it.

First rule: never another value than was written. What has two readings is refused with both
named. The text is kept as typed; digits are counted, for the verdict `imprecise` needs them.

Plain decimals are read by one pattern; everything else is tried in a fixed order: what a
spreadsheet leaves, the step's own name before it, commas and points, powers of ten, dates and
units; at last the grammar of formulas, without names (`grader.read.formula.parse`).
"""

from __future__ import annotations

import math
import re
from dataclasses import dataclass
from typing import NoReturn

from grader.errors import AnswerError
from grader.read import ambiguity, characters
from grader.read.codes import piece
from grader.read.tables import autoformat
from problems.arithmetic.precision import power_of_ten
from problems.patterns import pattern
from problems.reasons import Reason, because
from templates.words.sentences import sentence

MOST_DIGITS = 60
MOST_CHARACTERS = 2000


@dataclass(frozen=True, slots=True)
class Written:
    """A number that could be read."""

    text: str
    value: float
    place: int
    """Exponent of the last digit written: -4 for 0.5933, -6 for 5.93e-4."""
    significant: int
    """Digits from the first one that is not zero; 0 for zero."""
    computed: bool = False
    """Whether an expression such as 1/3 was written; its digits are then those of a double."""

    @property
    def decimals(self) -> int:
        """Digits after the point, as if no exponent had been written."""
        return max(0, -self.place)

    @property
    def unit(self) -> float:
        """One unit of the last digit written; 0 where a double cannot hold it."""
        return power_of_ten(self.place) if abs(self.place) < 300 else 0.0


@dataclass(frozen=True, slots=True)
class Unreadable:
    """A text that is no number, or more than one."""

    text: str
    code: str
    position: int
    """Where in the text, from 0."""
    reason: Reason

    @property
    def message(self) -> str:
        """The reason in words."""
        return sentence(self.reason)


Reading = Written | Unreadable

# possessive (*+): what a part has taken it never gives back, so no text takes long
_PLAIN = pattern(r"\s*+([+-]?)(\d*+)(?:\.(\d*+))?+(?:[eE]([+-]?\d{1,5}))?\s*+", re.ASCII)
_THOUSANDS = pattern(r"[+-]?[1-9]\d{0,2}[.,]\d{3}", re.ASCII)


def read_number(
    text: str, *, name: str | tuple[str, ...] = (), comma: bool | None = None
) -> Reading | None:
    """What a cell says; None for a blank one.

    Args:
        text: as typed.
        name: labels of the step, one of which may stand before it: `v4 = 0.5`.
        comma: whether the file writes decimal commas (True) or points (False).

    >>> read_number("0.5933").value, read_number(" -5e-4 ").decimals
    (0.5933, 4)
    >>> read_number("0,5").value, read_number("1,234").code
    (0.5, 'ambiguous_separator')
    >>> read_number("5×10⁻⁴").significant, read_number("1/(1+e^(-0.3775))").value
    (1, 0.5932699921071872)
    >>> read_number("") is None
    True
    """
    match = _PLAIN.fullmatch(text)
    if match and comma is not True:
        _, whole, fraction, exponent = match.groups()
        if whole or fraction:
            return _written(text, text, whole, fraction or "", exponent)
    core = text.strip(characters.EDGES)
    if not core:
        return None
    labels = (name,) if isinstance(name, str) else name
    try:
        return _Spelling(text, comma).read(core, text.index(core), labels)
    except AnswerError as error:
        return Unreadable(text, error.code, error.position, error.reason)


def _written(text: str, plain: str, whole: str, fraction: str, exponent: str | None) -> Reading:
    """A decimal whose parts are known; `plain` is what `float` reads."""
    digits = whole + fraction
    if len(digits) > MOST_DIGITS:
        reason = because("too_many_digits_counted", most=MOST_DIGITS, count=len(digits))
        return Unreadable(text, "number_too_long", 0, reason)
    value = float(plain)
    significant = len(digits.lstrip("0"))
    if value - value != 0.0 or (value == 0.0 and significant):
        reason = because("number_beyond_double", text=piece(text))
        return Unreadable(text, "number_out_of_range", 0, reason)
    if digits[0] == "0" and len(digits) > 1 and value and not fraction and exponent is None:
        point = f"{'-' * (value < 0)}{digits[0]}.{digits[1:]}"
        reason = because(
            "two_readings",
            text=piece(plain),
            first=f"{value:.0f}",
            second=point,
            why=because("why_point_lost"),
        )
        at = len(text.rstrip(characters.EDGES)) - len(plain.strip())
        return Unreadable(text, "ambiguous_separator", at, reason)
    place = -len(fraction) if exponent is None else int(exponent) - len(fraction)
    return Written(text, value, place, significant)


# other spellings ----------------------------------------------------------------------------

_S = f"[{characters.SPACES}]*"
_SIGN = rf"[{re.escape(characters.PLUS + characters.MINUS)}]"
_SCIENTIFIC = pattern(
    rf"(?P<mantissa>[+-]?(?:\d+(?:[.,]\d*)?|[.,]\d+)){_S}(?:\*|×|·|⋅|∙|∗|x|X|\\cdot|\\times){_S}10"
    rf"(?:{_S}(?:\^|\*\*){_S}(?:(?P<a>[+-]?\d{{1,5}})|\({_S}(?P<b>[+-]?\d{{1,5}}){_S}\)"
    rf"|\{{{_S}(?P<c>[+-]?\d{{1,5}}){_S}\}})|(?P<d>[⁺⁻]?[⁰¹²³⁴⁵⁶⁷⁸⁹]{{1,5}}))",
    re.ASCII,
)
_COMMA = pattern(r"([+-]?)(\d*),(\d+)([eE][+-]?\d{1,5})?", re.ASCII)
_GROUPED_POINT = pattern(r"[+-]?[1-9]\d{0,2}(?:,\d{3})+\.\d+", re.ASCII)
_GROUPED_COMMA = pattern(r"[+-]?[1-9]\d{0,2}(?:\.\d{3})+,\d+", re.ASCII)
_SPACED = pattern(rf"[+-]?[\d.,]*\d(?:[{characters.SPACES}]++(?:[.,]?\d)++)++", re.ASCII)
_ONE_NUMBER = pattern(r"[+-]?\d*(?:[.,]\d+)?", re.ASCII)
_SPACED_E = pattern(rf"[+-]?[\d.,]++{_S}[eE]{_S}[+-]?{_S}\d++", re.ASCII)
_SWISS = pattern(r"[+-]?[1-9]\d{0,2}(?:['’]\d{3})+(?:[.,]\d+)?", re.ASCII)
_APOSTROPHE = pattern(r"[+-]?\d+['’]\d+", re.ASCII)
_EQUALS = pattern(r"([^=<>≤≥≠≈~]{1,80}?)\s*[=≈](?!=)", re.ASCII)
_ABOUT = pattern(r"[≈~]\s*|=(?=\s)\s*")
_NO_NUMBER = pattern(
    r"[+-]?(?:nan|inf|infinity|infty|oo|zoo|null|nil|none|undefined|undef|true|false|∞)"
    r"|n\.?/?a\.?|nan\(.*\)",
    re.IGNORECASE,
)
_HEX = pattern(r"[+-]?0[xXbBoO][0-9a-fA-F]+")
_UNIT = pattern(
    rf"[+-]?(?:\d++(?:[.,]\d*+)?+|[.,]\d++)(?:[eE][+-]?\d++)?+{_S}(?P<unit>[A-Za-z°€$£%‰].*)",
    re.ASCII,
)
_LETTERS = r"[^\W\d_⁰¹²³⁴⁵⁶⁷⁸⁹₀₁₂₃₄₅₆₇₈₉]+"
_WORDS = pattern(rf"{_LETTERS}(?:[\s'.,-]+{_LETTERS})*[.?!]?")


class _Spelling:
    """Tries one spelling after the other; refuses by raising."""

    def __init__(self, text: str, comma: bool | None) -> None:
        self.text = text
        self.comma = comma

    def read(self, core: str, at: int, labels: tuple[str, ...]) -> Reading:
        if len(core) > MOST_CHARACTERS:
            reason = because("too_many_characters", most=MOST_CHARACTERS, count=len(core))
            raise AnswerError("too_long", MOST_CHARACTERS, reason)
        core, at = self.bare(core, at, labels)
        plain = characters.plain(core)
        found = self.decimal(plain, at) or self.scientific(plain)
        if found is not None:
            return found
        inner = self.unwrapped(plain)
        found = (self.decimal(inner, at) or self.scientific(inner)) if inner else None
        if found is not None:
            return found
        from grader.read import working  # with the grammar, which plain numbers do not need

        try:
            ambiguity.check(core, number=True)
            working.check(core)
        except AnswerError as error:
            raise error.moved(at) from None
        self.refuse_known(plain, at)
        return self.expression(core, at)

    def bare(self, core: str, at: int, labels: tuple[str, ...]) -> tuple[str, int]:
        """Without what may stand before a number, and where the number begins."""
        autoformat.refuse_cell(core, at)
        if len(core) > 1 and core[0] == "'" and re.match(r"[+\-.\d]", characters.plain(core)[1]):
            # a spreadsheet's mark for "this is text"
            core, at = core[1:], at + 1
        equals = _EQUALS.match(core)
        if equals:
            if not _is_own(equals[1], labels):
                raise _equation(core, equals, at, labels)
            core, at = _behind(core, equals.end(), at)
        about = _ABOUT.match(core)
        if about:
            core, at = _behind(core, about.end(), at)
        if not core:
            raise AnswerError("syntax", at, because("number_missing"))
        return core, at

    def unwrapped(self, plain: str) -> str:
        """The decimal in brackets: (0.5), -(0.5)."""
        sign = plain[0] if plain[0] in "+-" else ""
        inner = plain[len(sign) + 1 : -1].strip()
        if plain[len(sign) : len(sign) + 1] != "(" or plain[-1] != ")" or "(" in inner:
            return ""
        # -(-0.5) is worked out, not glued together
        return sign + inner if not sign or inner[:1].isdigit() else ""

    def decimal(self, plain: str, at: int) -> Reading | None:
        """Digits, commas and points; the file's own way of writing settles what it can."""
        if re.match(rf"[+-][{characters.SPACES}]", plain):
            plain = plain[0] + plain[1:].lstrip()
        match = _PLAIN.fullmatch(plain)
        if match and (match[2] or match[3]):
            if self.comma is True and _THOUSANDS.fullmatch(plain):
                self.two_readings(plain, at, ".")
            return _written(self.text, plain, match[2], match[3] or "", match[4])
        match = _COMMA.fullmatch(plain)
        if match:
            return self.with_comma(plain, at, match)
        if _GROUPED_POINT.fullmatch(plain):
            return self.decimal_of(plain.replace(",", ""))
        if _GROUPED_COMMA.fullmatch(plain):
            return self.decimal_of(plain.replace(".", "").replace(",", "."))
        if _APOSTROPHE.fullmatch(plain):
            self.two_readings(plain.replace("’", "'"), at, "'")
        if _SWISS.fullmatch(plain):
            return self.decimal_of(re.sub("['’]", "", plain).replace(",", "."))
        if _SPACED.fullmatch(plain):
            raise self.spaced(plain, at)
        return None

    def spaced(self, plain: str, at: int) -> AnswerError:
        """Digits with spaces between them: groups of one number, or numbers."""
        parts = plain.split()
        point = plain.startswith("0 ") and parts[1][0] not in ".,"
        joined = (".".join if point else "".join)(parts)
        several = (", ".join(parts[:4]) + ", ..." * (len(parts) > 4))[:40]
        text, count = piece(plain), len(parts)
        if _ONE_NUMBER.fullmatch(joined):
            one = piece(joined, 24)
            reason = because("one_number_or_several", text=text, one=one, count=count, all=several)
        else:
            reason = because("several_numbers", text=text, count=count, all=several)
        return AnswerError("ambiguous_separator", at + len(parts[0]), reason)

    def with_comma(self, plain: str, at: int, match: re.Match[str]) -> Reading:
        if self.comma is not True and _THOUSANDS.match(plain) and len(match[3]) == 3:
            if self.comma is None or match[4]:
                self.two_readings(plain, at, ",")
            return self.decimal_of(plain.replace(",", ""))
        return self.decimal_of(plain.replace(",", "."))

    def two_readings(self, plain: str, at: int, sign: str) -> NoReturn:
        whole = plain.replace(sign, "")
        if sign == ".":
            decimal = plain.replace(sign, ",")
            reason = because("decimal_comma_or_none", text=plain, decimal=decimal, whole=whole)
        else:
            decimal = plain.replace(sign, ".")
            reason = because("decimal_point_or_none", text=plain, decimal=decimal, whole=whole)
        raise AnswerError("ambiguous_separator", at + plain.index(sign), reason)

    def decimal_of(self, plain: str) -> Reading:
        match = _PLAIN.fullmatch(plain)
        if match is None:
            raise ValueError(plain)
        return _written(self.text, plain, match[2], match[3] or "", match[4])

    def scientific(self, plain: str) -> Reading | None:
        """5*10^-4 and its kin: a decimal with an exponent, its digits are those of the 5."""
        match = _SCIENTIFIC.fullmatch(plain)
        if not match:
            return None
        mantissa = match["mantissa"]
        if _COMMA.fullmatch(mantissa) and _THOUSANDS.fullmatch(mantissa) and not self.comma:
            self.two_readings(mantissa, self.text.find(","), ",")
        if self.comma is True and _THOUSANDS.fullmatch(mantissa) and "." in mantissa:
            self.two_readings(mantissa, self.text.find("."), ".")
        exponent = match["a"] or match["b"] or match["c"] or characters.lowered(match["d"])
        return self.decimal_of(f"{mantissa.replace(',', '.')}e{exponent}")

    # refusals with a reason of their own ---------------------------------------------------

    def refuse_known(self, plain: str, at: int) -> None:
        """Dates, units, words: what students do write and what is no number."""
        if _NO_NUMBER.fullmatch(plain):
            reason = because("no_finite_number", text=piece(plain))
            raise AnswerError("not_a_number", at, reason)
        autoformat.refuse_date(plain, at)
        if _HEX.fullmatch(plain):
            raise AnswerError("syntax", at, because("no_decimal_digits", text=piece(plain)))
        if re.fullmatch(r"[+-]?\d[\d.,]*_[\d_.,]*", plain):
            reason = because("underscore_between_digits", text=piece(plain))
            raise AnswerError("bad_char", at + plain.index("_"), reason)
        if plain.isascii() and re.fullmatch(r".*\d\s*[ij]", plain):
            raise AnswerError("complex_value", at + len(plain) - 1, because("complex_number"))
        if _SPACED_E.fullmatch(plain) and len(plain.split()) > 1:
            joined = "".join(plain.split())
            reason = because("spaces_inside", text=piece(plain), joined=joined)
            raise AnswerError("has_unit_or_text", at, reason)
        unit = _UNIT.fullmatch(plain)
        if unit and not _is_expression(unit["unit"]):
            reason = because("text_beside_number", text=piece(unit["unit"], 20))
            if unit["unit"] == "%":
                reason = because("per_cent_beside_number")
            raise AnswerError("has_unit_or_text", at + unit.start("unit"), reason)
        if len(plain) > 1 and _WORDS.fullmatch(plain) and not _is_expression(plain):
            characters.check(plain)
            raise AnswerError("not_a_number", at, because("no_number", text=piece(plain)))

    def expression(self, core: str, at: int) -> Reading:
        """A formula without names, worked out exactly as far as that goes."""
        # loaded here: lark is not needed where everybody writes decimals
        from grader.read.formula.exact import as_double, exact
        from grader.read.formula.parse import NoNames, parse_formula

        try:
            tree = parse_formula(core, NoNames(), comma=self.comma)
            value = as_double(exact(tree))
        except AnswerError as error:
            raise _as_number(error, core).moved(at) from None
        place = math.floor(math.log10(abs(value))) - 16 if value else -17
        return Written(self.text, value, place, 17 if value else 0, computed=True)


def _is_own(typed: str, labels: tuple[str, ...]) -> bool:
    if not labels:
        return False
    from problems.formulas.notation import Labels

    return Labels({str(n): label for n, label in enumerate(labels)}).find(typed) is not None


def _equation(core: str, equals: re.Match[str], at: int, labels: tuple[str, ...]) -> AnswerError:
    if labels and re.match(r"[^\W\d]", equals[1]):
        reason = because("other_quantity", name=piece(equals[1], 20), asked=labels[0])
    else:
        reason = because("equation_for_number")
    return AnswerError("wrong_kind", at + core.index("=" if "=" in core else "≈"), reason)


def _behind(core: str, cut: int, at: int) -> tuple[str, int]:
    rest = core[cut:].lstrip(characters.EDGES)
    return rest, at + len(core) - len(rest)


def _is_expression(text: str) -> bool:
    """Whether a word is a function or constant before something: exp(1), pi, e^2."""
    return bool(
        re.match(
            r"(?:exp|log|ln|sqrt|tanh|sig|abs|max|min|relu|sin|cos|pi\b|e\s*[\^*⁰-⁹⁻¹²³])", text
        )
    )


def _as_number(error: AnswerError, core: str) -> AnswerError:
    """What the grammar says of a formula, said of a number."""
    if error.code != "unknown_name":
        return error
    place = error.position
    beside = re.search(r"[\d.,]\s*$", core[:place]) or re.match(
        r"\s*[\d.,]", core[place + error.length :]
    )
    word = piece(core[place : place + error.length], 20)
    if beside:
        reason = because("text_beside_number", text=word)
        return AnswerError("has_unit_or_text", place, reason, error.length)
    return AnswerError("wrong_kind", place, because("name_for_number", name=word), error.length)
