"""What words of a formula look like: numbers, names, commands of LaTeX, signs."""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from fractions import Fraction
from functools import lru_cache
from typing import Protocol

from grader.errors import AnswerError
from grader.read import characters
from grader.read.formula.exact import as_double
from grader.read.formula.tree import Node, Number
from problems.reasons import because

MOST_DIGITS = 60
LARGEST_EXPONENT = 400


class Names(Protocol):
    """The quantities that a formula may use."""

    def find(self, typed: str) -> str | None:
        """The id of a typed name, or None."""

    def suggestion(self, typed: str) -> str | None:
        """A known name that is like it, or None."""

    def known(self) -> Sequence[str]:
        """All names as they are usually written."""


class Lexeme:
    """A word: its type is what the grammar calls it."""

    __slots__ = ("end", "node", "start", "type")

    def __init__(self, type: str, start: int, end: int, node: Node | str | None = None) -> None:
        self.type = type
        self.start = start
        self.end = end
        self.node = node
        """What a number or a name is; the canonical name of a function."""


_D = f"[{characters.DIGITS}]"
_POINT = "[.．]"
LETTERS = "A-Za-z∂" + "".join(characters.GREEK)
_BODY = f"{LETTERS}0-9{characters.SUBSCRIPTS}"
_TAIL = (
    rf"[{_BODY}]*(?:_(?:\{{[{_BODY},]{{1,30}}\}}|[{_BODY}]+))*'?"
    rf"(?:\d*\[\d{{1,3}}(?:,\d{{1,3}})?\])?(?:_(?:\{{[{_BODY}]{{1,30}}\}}|[A-Za-z]+))?"
    r"(?:⁺|\^\{\+\})?"
)
_EXPONENT = rf"(?:[eE][{re.escape(characters.PLUS + characters.MINUS)}]?{_D}+)"


def _class(signs: str) -> str:
    return f"[{re.escape(signs)}]"


WORD = re.compile(
    rf"(?P<space>(?:[{characters.SPACES}]|\\[,;!: ])+)"
    rf"|(?P<commas>{_D}+(?:\.{_D}+)*[,，]{_D}+(?:[.,，]{_D}+)*{_EXPONENT}?)"
    rf"|(?P<number>(?:{_D}+(?:{_POINT}{_D}*)?|{_POINT}{_D}+){_EXPONENT}?)"
    rf"|(?P<name>[{LETTERS}]{_TAIL})"
    rf"|(?P<open>{_class(characters.OPEN)})"
    rf"|(?P<close>{_class(characters.CLOSE)})"
    rf"|(?P<superscript>[⁺⁻]?[{characters.SUPERSCRIPTS[:-2]}]+)"
    rf"|(?P<plus>{_class(characters.PLUS)})"
    rf"|(?P<minus>{_class(characters.MINUS)})"
    r"|(?P<pow>\^|\*\*)"
    rf"|(?P<times>{_class(characters.TIMES)})"
    rf"|(?P<slash>{_class(characters.SLASH)})"
    rf"|(?P<separator>{_class(characters.SEPARATOR)})"
    r"|(?P<lbrace>\{)|(?P<rbrace>\})"
    r"|(?P<lsquare>\[)|(?P<rsquare>\])"
    r"|(?P<root>√)"
    r"|(?P<command>\\(?P<word>[A-Za-z]+))"
    r"|(?P<compare><<|>>|[=<>≤≥≠]+|!=)"
    r"|(?P<quote>['\"`])"
)
TAIL_OF_COMMAND = re.compile(_TAIL)
UPRIGHT = re.compile(r"\{([A-Za-z]{1,30})\}")
OPENS = re.compile(rf"[{characters.SPACES}]*(?:\\left[{characters.SPACES}]*)?[(（]")
POWER_FOLLOWS = re.compile(rf"[{characters.SPACES}]*(?:\^|\*\*|[{characters.SUPERSCRIPTS}])")
LIST = re.compile(r"\[[\w\s.,;+\-*/^()\[\]]*\]")
MAY_OPEN = frozenset("( \\（\u00a0")
SUM = re.compile(rf"[^\s(^*/eE]\s*[+{re.escape(characters.MINUS)}]\s*[^\s)]")
"""A sum or difference: what a bracket behind a factor is there for."""
THOUSANDS = re.compile(r"[1-9]\d{0,2}\.\d{3}")
FOOTNOTE = re.compile(r"[(（]\s*\d+\s*[)）]")
COMMANDS = {
    "cdot": "times", "times": "times", "ast": "times", "div": "slash", "frac": "frac",
    "dfrac": "frac", "tfrac": "frac", "sqrt": "root", "left": "space", "right": "space",
    "quad": "space",
}  # fmt: skip
COMPARES = re.compile("[<>≤≥]")
COMPARISONS = {"<": "<", ">": ">", "<=": "≤", "≤": "≤", ">=": "≥", "≥": "≥"}
"""What may stand in a condition, as it is meant."""
UPRIGHTS = frozenset({"mathrm", "text", "operatorname", "mathit"})


@lru_cache(maxsize=4096)
def number(text: str) -> Number:
    """A number's node from its digits in ASCII.

    Raises:
        AnswerError: too many digits, or beyond a double; position 0.

    >>> number("5e-4").value
    Fraction(1, 2000)
    """
    if text.isdigit() and len(text) <= MOST_DIGITS:
        return Number(text, Fraction(int(text)))
    _, _, exponent = text.lower().partition("e")
    if sum(char.isdigit() for char in text) > MOST_DIGITS:
        raise AnswerError("number_too_long", 0, because("too_many_digits", most=MOST_DIGITS))
    if len(exponent.lstrip("+-0")) > 5 or abs(int(exponent or "0")) > LARGEST_EXPONENT:
        raise AnswerError("number_out_of_range", 0, because("this_number_beyond_double"))
    value = Fraction(text if text[0] != "." else "0" + text)
    as_double(value)
    return Number(text, value)


PI = Number("pi", Fraction(math.pi))
GREEK_NAMES = frozenset(characters.GREEK.values())


def stray(text: str, place: int) -> AnswerError:
    """Why a character begins no word."""
    char = text[place]
    if char in "[]":
        code = "wrong_kind" if LIST.fullmatch(text) else "syntax"
        return AnswerError(code, place, because("square_brackets"))
    if char in ".．":
        return AnswerError("syntax", place, because("point_alone"))
    if char == "_":
        return AnswerError("syntax", place, because("underscore_at_end"))
    return characters.refused(text, place)


def two_ways(text: str, start: int, sign: str) -> AnswerError:
    """Why an operand without a sign may not follow one behind `/`, `^` or `√`."""
    found = WORD.match(text, start)
    piece = found[0] if found else ""
    piece = "(...)" if piece in ("(", "（") else piece[:12]
    readings = {
        "/": (f"(a / b) * {piece}", f"a / (b * {piece})"),
        "^": (f"(a ^ b) * {piece}", f"a ^ (b * {piece})"),
        "√": (f"(√a) * {piece}", f"√(a * {piece})"),
    }
    first, second = readings[sign]
    return AnswerError("syntax", start, because("brackets_wanted", first=first, second=second))
