"""Vectors and matrices as a student types them.

`[0.7, 1.0]`, `(0.7; 1.0)`, `[[1, 2], [3, 4]]`, `[1, 2; 3, 4]`, or rows on lines. Every entry
is a number and is read as one; what lies between them is settled first, for a comma may stand
in a number and between two.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from grader.errors import AnswerError
from grader.read import characters
from grader.read.codes import piece
from grader.read.number import Reading, read_number
from problems.patterns import pattern
from problems.reasons import because

MOST_ENTRIES = 400
MOST_CHARACTERS = 10_000


@dataclass(frozen=True, slots=True)
class ArrayReading:
    """What was written, row by row; an entry that was left out is None."""

    text: str
    rows: tuple[tuple[Reading | None, ...], ...]

    @property
    def shape(self) -> tuple[int, int]:
        """Rows and columns (of the longest row)."""
        return len(self.rows), max(len(row) for row in self.rows)

    @property
    def ragged(self) -> bool:
        """Whether rows have different lengths."""
        return len({len(row) for row in self.rows}) > 1

    def flat(self) -> tuple[Reading | None, ...]:
        """All entries in reading order."""
        return tuple(entry for row in self.rows for entry in row)

    def transposed(self) -> ArrayReading:
        """Rows as columns.

        >>> read_array("[1, 2]").transposed().shape
        (2, 1)
        """
        return ArrayReading(self.text, tuple(zip(*self.rows, strict=True)))


def read_array(text: str, *, comma: bool | None = None) -> ArrayReading | None:
    """The entries of a vector or a matrix; None for a blank text.

    Args:
        text: as typed.
        comma: whether the file writes decimal commas; None if that is not known.

    Raises:
        AnswerError: brackets or separators do not fit together, or have two readings. What is
            wrong with a single entry stands in its place.

    >>> read_array("[1, 2; 3, 4]").shape, read_array("(0.7; 1.0)").shape
    ((2, 2), (2, 1))
    >>> [entry.value for entry in read_array("[0,5; 1,25]", comma=True).flat()]
    [0.5, 1.25]
    """
    core = text.strip(characters.EDGES)
    if not core:
        return None
    offset = text.index(core)
    if len(core) > MOST_CHARACTERS:
        reason = because("too_many_characters", most=MOST_CHARACTERS, count=len(core))
        raise AnswerError("too_long", MOST_CHARACTERS, reason)
    try:
        # runs of spaces and line ends are made one: patterns over them would take long
        lines = [" ".join(line.split()) for line in core.splitlines()]
        pieces, decimal = _pieces("\n".join(line for line in lines if line), comma)
    except AnswerError as error:
        raise _in_typed(error, core).moved(offset) from None
    if sum(map(len, pieces)) > MOST_ENTRIES:
        raise AnswerError("too_complex", offset, because("too_many_entries", most=MOST_ENTRIES))
    rows = tuple(tuple(read_number(entry, comma=decimal) for entry in row) for row in pieces)
    return ArrayReading(text, rows)


def _in_typed(error: AnswerError, core: str) -> AnswerError:
    """The refusal with its place in the typed text, in which spaces may be many."""
    left, place = error.position, 0
    for place, char in enumerate(core):
        if left == 0 and not char.isspace():
            return AnswerError(error.code, place, error.reason)
        space = char.isspace() and place + 1 < len(core) and core[place + 1].isspace()
        left -= not space
        if left < 0:
            break
    return AnswerError(error.code, min(place + 1, len(core)), error.reason)


_PAIRS = {"[": "]", "(": ")", "（": "）"}
_ROWS = pattern(r"\s*\]\s*[,;]?\s*\[\s*|\s*\)\s*[,;]?\s*\(\s*")
_LINE = pattern(r"\s*[\r\n]+\s*")
_INSIDE = pattern(r"\d,\d")
_BETWEEN = pattern(r",(?!\d)|(?<!\d),")
_SPACED = pattern(rf"\d[^\S\n]+[+{re.escape(characters.MINUS)}]?\d")
_LOST_POWER = pattern(
    rf"[\d.]+\s*[{re.escape(characters.TIMES)}xX]\s*10\s+[+{re.escape(characters.MINUS)}]\s*\d"
)
_NO_TWO_NUMBERS = pattern(r"(?<!\d)0,\d{3}|,0\d")
"""A comma that cannot stand between numbers: 0,593 and 1,05 are no pairs that anybody writes."""


def _pieces(core: str, comma: bool | None) -> tuple[list[list[str]], bool | None]:
    """The texts of the entries, and what a comma inside one of them is."""
    inner, nested = _opened(core)
    lines = [line for line in (_ROWS if nested else _LINE).split(inner) if line]
    if not nested and len(lines) == 1:
        lines = [part.strip() for part in inner.rstrip("; ").split(";")]
    stray = re.search(r"[\[\]{}]", "\n".join(lines))
    if stray:
        raise AnswerError("syntax", core.rindex(stray[0]), because("brackets_do_not_fit"))
    if any(";" in line for line in lines):
        # rows are told apart already, so semicolons stand between the numbers of a row
        return [_split(line.rstrip("; "), ";") for line in lines], comma
    between, decimal = _between(core, lines, comma)
    return [_split(line.rstrip(", "), between) for line in lines], decimal


def _split(line: str, between: str) -> list[str]:
    return [part.strip() for part in re.split(between, line)]


def _opened(core: str) -> tuple[str, bool]:
    """The inside of the outer brackets, and whether rows have brackets of their own."""
    if core[0] not in _PAIRS:
        return core, False
    if core[-1] != _PAIRS[core[0]] or not _one_pair(core):
        reason = because("bracket_missing", bracket=_PAIRS[core[0]])
        raise AnswerError("syntax", len(core), reason)
    inner = core[1:-1].strip()
    if not inner:
        raise AnswerError("syntax", 1, because("nothing_between_brackets"))
    if inner[0] == "[" or (inner[0] == "(" and _ROWS.search(inner)):
        if inner[-1] != _PAIRS[inner[0]]:
            raise AnswerError("syntax", len(core) - 1, because("row_not_closed"))
        return inner[1:-1].strip(), True
    return inner, False


def _one_pair(core: str) -> bool:
    """Whether the first bracket is closed by the last one: not so in (1) + (2)."""
    depth = 0
    for place, char in enumerate(core):
        depth += (char in "[(（") - (char in "])）")
        if depth == 0:
            return place == len(core) - 1
    return False


def _between(core: str, lines: list[str], comma: bool | None) -> tuple[str, bool | None]:
    """The pattern that parts the numbers of a row, and what a comma inside a number is.

    Three readings are possible: commas part the numbers; they stand in the numbers, which
    spaces part; they do both, with a space behind those that part. Where the file's way of
    writing does not settle it, exactly one of them must be left.

    Raises:
        AnswerError: more than one reading is left.
    """
    joined = "\n".join(lines)
    loner = re.search(r"\s[+*/^=×·−-]\s", joined)
    if "," not in joined:
        if loner:
            sign = loner[0].strip()
            raise AnswerError("syntax", core.index(sign, 1), because("lone_sign", sign=sign))
        lost = _LOST_POWER.search(joined)
        if lost:
            reason = because("lost_power_or_two_numbers", text=piece(lost[0]))
            raise AnswerError("ambiguous_separator", core.index(lost[0][0]), reason)
        return r"\s+", comma
    spaced = _SPACED.search(joined) is not None
    inside, loose = _INSIDE.search(joined) is not None, _BETWEEN.search(joined) is not None
    no_point = re.search(r"\d\.\d|\.\d", joined) is None
    parts = not spaced and not _NO_TWO_NUMBERS.search(joined) and (_even(lines) or not inside)
    single = all(word.count(",") <= 1 for word in joined.split())
    readings = {
        ",": parts or not no_point,
        r"\s+": inside and not loose and no_point and single,
        r",(?!\d)": inside and loose and no_point,
    }
    left = [pattern for pattern, possible in readings.items() if possible]
    if comma is not None and len(left) > 1:
        left = [pattern for pattern in left if (pattern == ",") is not comma]
    if len(left) == 1:
        return left[0], None if left[0] == "," and comma is None else left[0] != ","
    reason = because("commas_in_or_between_numbers")
    raise AnswerError("ambiguous_separator", core.index(","), reason)


def _even(lines: list[str]) -> bool:
    """Whether commas, taken as separators, part every row into as many numbers."""
    return len({line.rstrip(", ").count(",") for line in lines}) == 1
