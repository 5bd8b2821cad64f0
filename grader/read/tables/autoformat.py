"""What a spreadsheet leaves where a number was typed: formulas, errors, dates.

Error words and months are those of the spreadsheets' own languages. A date is refused with the
numbers that may have been typed: 6.3 and 6.03 both become 6-Mar.
"""

from __future__ import annotations

import re
import unicodedata

from grader.errors import AnswerError
from grader.read.codes import piece
from problems.patterns import pattern
from problems.reasons import because

_ERROR = pattern(r"#(?:[¡¿]?[^\W\d_][^=]*|#+)")
"""`#REF!`, `#WERT!`, `#¡DIV/0!`, `#N/A`, `########`."""
_ERROR_NUMBER = pattern(r"[^\W\d_]{2,10}\s?:\s?5\d\d")
"""`Err:502`, `Fehler:502`: LibreOffice's."""

_STEMS = (
    "jan ene gen sty led oca янв",
    "feb fev lut uno sub фев",
    "mar mrz mae mrt bre мар",
    "apr avr abr kwi dub nis апр",
    "may mai maj mag mei kve май мая",
    "jun juin giu cze haz июн",
    "jul juil lug lip tem июл",
    "aug aou ago sie srp авг",
    "sep set wrz zar eyl сен",
    "oct okt ott out paz rij eki окт",
    "nov kas ноя",
    "dec dez dic des gru pro ara дек",
)
_MONTHS = {stem: n for n, stems in enumerate(_STEMS, 1) for stem in stems.split()}
"""How a month's name begins, without accents -> its number."""
_WORD = r"(?P<month>[^\W\d_]{3,12})\.?"
_BETWEEN = r"[-/ .\u00a0\u2010\u2011]{0,3}"
_DAY_FIRST = pattern(
    rf"(?P<day>\d{{1,2}}){_BETWEEN}(?:de |di )?{_WORD}(?:{_BETWEEN}(?:de )?\d{{2,4}})?(?: .*)?"
)
_MONTH_FIRST = pattern(rf"{_WORD}{_BETWEEN}(?P<year>\d{{1,4}})(?:, \d{{4}})?")
_DIGITS = pattern(
    r"(?P<y>\d{4})-(?P<m>\d{1,2})-(?P<d>\d{1,2})(?:[T ].*)?"
    r"|(?P<first>\d{1,2})(?P<sign>[/.])(?P<second>\d{1,2})(?P=sign)\d{2,4}(?: \d.*)?"
    r"|(?P<month>\d{1,2})月(?P<day>\d{1,2})日"
)
_TIME = pattern(r"\d{1,2}:\d{2}(?::\d{2}(?:\.\d+)?)?(?: ?[AP]M)?", re.IGNORECASE)


def refuse_cell(core: str, at: int) -> None:
    """Refuse what a cell holds in the place of a value.

    Args:
        core: what stands in it, without spaces round it.
        at: where that begins.

    Raises:
        AnswerError: `spreadsheet_formula` or `spreadsheet_error`.
    """
    if (core[0] == "=" and not core[1:2].isspace()) or core[0] == "@":
        raise AnswerError("spreadsheet_formula", at, because("spreadsheet_formula"))
    # errors are words in capitals in every language
    error = core[0] == "#" and core == core.upper() and _ERROR.fullmatch(core)
    if error or _ERROR_NUMBER.fullmatch(core):
        reason = because("spreadsheet_error", error=piece(core, 12))
        raise AnswerError("spreadsheet_error", at, reason)


def refuse_date(core: str, at: int) -> None:
    """Refuse a date or a time, with the numbers from which a spreadsheet makes it.

    Raises:
        AnswerError: `has_unit_or_text`.

    >>> refuse_date("06.Mrz", 0)
    Traceback (most recent call last):
        ...
    grader.errors.AnswerError: '06.Mrz' is a date: a spreadsheet made it of what was typed, \
probably 6.3 or 6.03; format the column as text and write the number again
    """
    match _typed(core):
        case []:
            reason = because("date_or_time", text=piece(core))
        case [one]:
            reason = because("date", text=piece(core), typed=one)
        case [one, other]:
            reason = because("date_either_way", text=piece(core), typed=one, otherwise=other)
        case _:
            return
    raise AnswerError("has_unit_or_text", at, reason)


def _typed(core: str) -> list[list[str]] | None:
    """What was probably typed, for each order of day and month; None if this is no date.

    Nothing if that cannot be told.
    """
    match = _DAY_FIRST.fullmatch(core) or _MONTH_FIRST.fullmatch(core)
    if match:
        month = _month(match["month"])
        if month is None:
            return None
        parts = match.groupdict()
        if parts.get("day"):
            return [_decimals(int(parts["day"]), month)]
        return [[f"{month}.{parts['year']}"]]
    match = _DIGITS.fullmatch(core)
    if match:
        first = int(match["d"] or match["first"] or match["month"])
        second = int(match["m"] or match["second"] or match["day"])
        if match["sign"] == ".":
            return [_decimals(first, second)]
        return [_decimals(first, second), _decimals(second, first)]
    return [] if _TIME.fullmatch(core) else None


def _decimals(whole: int, fraction: int) -> list[str]:
    """The decimals of which a date is made: 6.3 and 6.03 for the third month."""
    short, long = f"{whole}.{fraction}", f"{whole}.{fraction:02d}"
    return [short] if short == long else [short, long]


def _month(word: str) -> int | None:
    """The month that a word names, whole or cut short, in one of the spreadsheets' languages.

    >>> _month("März"), _month("févr"), _month("cm")
    (3, 2, None)
    """
    parts = unicodedata.normalize("NFKD", word.casefold())
    # й is no и with an accent
    kept = (char for char in parts if not unicodedata.combining(char) or char == "\u0306")
    plain = unicodedata.normalize("NFC", "".join(kept))
    return _MONTHS.get(plain[:4]) or _MONTHS.get(plain[:3])
