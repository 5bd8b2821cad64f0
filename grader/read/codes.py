"""Why an answer cannot be read: the closed list of codes, the error, the caret beneath a text."""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping
from types import MappingProxyType

CODES: Mapping[str, str] = MappingProxyType(
    {
        "empty": "the cell is blank",
        "too_long": "more than 2,000 characters",
        "too_deep": "nested deeper than 60",
        "too_complex": "too many terms, or a power too large to work out",
        "bad_char": "a character that has no place here",
        "invisible_char": "a character that cannot be seen",
        "syntax": "the expression breaks off or does not fit together at this place",
        "unknown_name": "no quantity of this exercise has this name",
        "unknown_function": "not one of the functions that may be used",
        "forbidden_construct": "this is program text, not a formula",
        "not_a_number": "nan, infinity, 0^0, or words that stand for no number",
        "number_too_long": "more than 60 digits",
        "number_out_of_range": "larger or smaller than a double can hold",
        "ambiguous_separator": "a comma, dot, space or lost sign could mean two things: write "
        "a decimal point and e for powers of ten",
        "wrong_kind": "a list, an equation or a comparison where one value is wanted, "
        "or a name where a number is wanted",
        "wrong_shape": "a vector or matrix with other rows or columns than are asked for",
        "division_by_zero": "a denominator is exactly 0",
        "complex_value": "the result is not real (root or logarithm of a negative number)",
        "spreadsheet_formula": "the cell holds a formula: send its value",
        "spreadsheet_error": "the cell holds an error such as #DIV/0!",
        "has_unit_or_text": "a unit, a comment or a date stands beside the number",
    }
)
"""Code -> its meaning. Nothing else is ever reported of a cell; what students are told is a reason
of `templates.words.reading`."""

WIDTH = 80
"""Characters of a text that are shown with a refusal."""


def piece(text: str, most: int = 40) -> str:
    """As much of a text as a message shows of it, where it is put in quotes.

    >>> piece(" 0.5"), piece("0.123456789", 8)
    ('0.5', '0.123...')
    """
    short = text[: 4 * most].strip()
    return short if len(short) <= most else short[: most - 3] + "..."


def caret(text: str, position: int, length: int = 1) -> str:
    """Two lines: the text, cut to 80 characters round the place, and carets under the place.

    >>> print(caret("(y_8 - t_1) * y_6", 1, 3))
    (y_8 - t_1) * y_6
     ^^^
    """
    position = max(0, min(position, len(text)))
    start = max(0, min(position - WIDTH // 2, len(text) + 1 - WIDTH))
    shown, marks = "", ""
    for place in range(start, min(start + WIDTH, len(text))):
        piece = _visible(text[place])
        columns = len(piece) + (unicodedata.east_asian_width(piece[0]) in "WF")
        shown += piece
        marks += ("^" if position <= place < position + length else " ") * columns
    if position >= len(text):
        marks += "^"
    return f"{shown}\n{marks.rstrip()}"


def _visible(char: str) -> str:
    if unicodedata.category(char) in ("Cc", "Cf", "Zl", "Zp"):
        return f"<{ord(char):04X}>"
    return "\ufffd" if unicodedata.category(char)[0] in "MC" else char
