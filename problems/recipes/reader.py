"""Reads the text of a recipe: line by line, by a grammar, with the place of all that is wrong.

The text comes from a family file, which anyone may have written: it is parsed, never evaluated,
and its length and depth are bounded.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from importlib import resources
from typing import Any

from lark import (
    Lark,
    Token,
    Transformer,
    UnexpectedCharacters,
    UnexpectedInput,
    UnexpectedToken,
    v_args,
)

from problems.errors import Complaint
from problems.recipes.language import (
    Binary,
    Call,
    Chain,
    Definition,
    Gradient,
    Loop,
    Minus,
    Node,
    Number,
    Place,
    Quantity,
    Statement,
)

MOST_CHARACTERS = 10_000
LONGEST_LINE = 500
MOST_BRACKETS = 30
"""Brackets within brackets, and signs before signs."""

SAME = str.maketrans({"−": "-", "·": "*", "×": "*", "÷": "/", "\u00a0": " "})
"""Characters that are another one of the grammar in print; one for one, so that columns stay."""

WORDS = {
    "NAME": "a name", "NUMBER": "a number", "SIGN": "+ or -", "TIMES": "* or /", "POWER": "**",
    "COMPARISON": "a comparison", "LSQB": "[", "RSQB": "]", "LPAR": "(", "RPAR": ")",
    "COMMA": "a comma", "EQUAL": "=", "FOR": "for", "IN": "in", "OF": "of", "GRAD": "grad",
    "$END": "the end of the line", "__ANON_0": "..",
}  # fmt: skip
"""How complaints call what the grammar expects."""


def read(text: str) -> tuple[list[Statement], list[Complaint]]:
    """The lines of a recipe, and what cannot be read.

    `#` begins a comment. Each line is one statement.

    >>> found, wrong = read("y = w*x  # a product\\nL = (y - t)**2/2\\ngrad L of w")
    >>> [type(one).__name__ for one in found], wrong
    (['Definition', 'Definition', 'Gradient'], [])
    >>> print(read("y = 2x")[1][0])
    steps, line 1, column 6: 'x' is not expected here; allowed are + or -, * or /, **, a \
comparison and the end of the line
    """
    if len(text) > MOST_CHARACTERS:
        what = f"{len(text):,} characters; a recipe has at most {MOST_CHARACTERS:,}"
        return [], [Complaint("steps", what)]
    found: list[Statement] = []
    wrong: list[Complaint] = []
    for number, line in enumerate(text.splitlines(), 1):
        code = line.partition("#")[0].rstrip()
        if code.strip():
            read_one = _statement(code, number)
            if isinstance(read_one, Complaint):
                wrong.append(read_one)
            else:
                found.append(read_one)
    if not found and not wrong:
        wrong.append(Complaint("steps", "no line; write for example y = w*x"))
    return found, wrong


def read_span(text: str) -> tuple[Node | None, Node]:
    """The ends of a range: `T` and `1..T` begin at 1, `0..T` at 0.

    Raises:
        ValueError: it is no range.

    >>> low, high = read_span("0..T")
    >>> low.text, high.name
    ('0', 'T')
    """
    refused = _too_much(text)
    try:
        parts = [] if refused else _Builder(1, text).transform(_grammar().parse(text, "span"))
    except UnexpectedInput:
        parts = []
    if not parts:
        raise ValueError(f"{text[:40]!r} is no range; write a size, a number or 0..T")
    return (parts[0] if len(parts) == 2 else None), parts[-1]


def _statement(code: str, line: int) -> Statement | Complaint:
    refused = _too_much(code)
    if refused:
        return Complaint(str(Place(line, 1)), refused)
    try:
        tree = _grammar().parse(code.translate(SAME), "start")
        built: Statement = _Builder(line, code.strip()).transform(tree)
    except UnexpectedToken as error:
        return _unexpected(error, line, code)
    except UnexpectedCharacters as error:
        what = (
            f"{error.char!r} means nothing here; names are of Latin letters, digits and _ "
            "(eta prints as η)"
        )
        return Complaint(str(Place(line, error.column)), what)
    return built


def _too_much(code: str) -> str:
    if len(code) > LONGEST_LINE:
        return f"{len(code)} characters; a line has at most {LONGEST_LINE}"
    deep = deepest = 0
    for char in code:
        deep += (char in "([") - (char in ")]")
        deepest = max(deepest, deep)
    signs = max((len(run) for run in _runs_of_signs(code)), default=0)
    if max(deepest, signs) > MOST_BRACKETS:
        return f"brackets or signs within each other more than {MOST_BRACKETS} times"
    return ""


def _runs_of_signs(code: str) -> list[str]:
    """What stands between letters and digits, without brackets and spaces."""
    kept = "".join(char if char in "+-−*^" else " " if char.isalnum() else "" for char in code)
    return kept.split()


def _unexpected(error: UnexpectedToken, line: int, code: str) -> Complaint:
    token = error.token
    allowed = sorted({WORDS.get(name, name.lower()) for name in error.accepts or error.expected})
    ordered = [word for word in WORDS.values() if word in allowed]
    what = f"allowed {'is' if len(ordered) == 1 else 'are'} {_listed(ordered)}"
    if token.type == "$END":
        return Complaint(str(Place(line, len(code) + 1)), f"the line ends too soon; {what}")
    place = Place(line, token.column or 1)
    return Complaint(str(place), f"{str(token)!r} is not expected here; {what}")


def _listed(words: Sequence[str]) -> str:
    return " and ".join([", ".join(words[:-1]), words[-1]]) if len(words) > 1 else "".join(words)


@lru_cache(maxsize=1)
def _grammar() -> Lark:
    text = resources.files("problems.recipes").joinpath("recipe.lark").read_text("utf-8")
    return Lark(
        text,
        parser="lalr",
        start=["start", "span"],
        maybe_placeholders=False,
        propagate_positions=True,
    )


@v_args(meta=True)
class _Builder(Transformer[Token, Any]):
    """Turns the grammar's tree of one line into a statement."""

    def __init__(self, line: int, text: str) -> None:
        super().__init__()
        self.line = line
        self.text = text

    def at(self, meta: Any) -> Place:
        return Place(self.line, meta.column)

    def number(self, meta: Any, parts: list[Any]) -> Number:
        return Number(self.at(meta), str(parts[0]))

    def quantity(self, meta: Any, parts: list[Any]) -> Quantity:
        return Quantity(self.at(meta), str(parts[0]), tuple(parts[1:]))

    def signed(self, meta: Any, parts: list[Any]) -> Node:
        sign, of = parts
        return Minus(self.at(meta), of) if sign == "-" else of

    def chain(self, meta: Any, parts: list[Any]) -> Chain:
        signs = map(str, parts[1::2])
        return Chain(self.at(meta), parts[0], tuple(zip(signs, parts[2::2], strict=True)))

    def binary(self, meta: Any, parts: list[Any]) -> Binary:
        left, sign, right = parts
        return Binary(self.at(meta), "**" if sign == "^" else str(sign), left, right)

    def call(self, meta: Any, parts: list[Any]) -> Call:
        return Call(self.at(meta), str(parts[0]), tuple(parts[1:]))

    def fold(self, meta: Any, parts: list[Any]) -> Call:
        loops = tuple(part for part in parts if isinstance(part, Loop))
        arguments = tuple(part for part in parts[1:] if not isinstance(part, Loop))
        return Call(self.at(meta), str(parts[0]), arguments, loops)

    def loop(self, meta: Any, parts: list[Any]) -> Loop:
        low = parts[1] if len(parts) == 3 else None
        return Loop(self.at(meta), str(parts[0]), low, parts[-1])

    def span(self, meta: Any, parts: list[Any]) -> list[Node]:
        return parts

    def definition(self, meta: Any, parts: list[Any]) -> Definition:
        return Definition(parts[0], tuple(parts[1:-1]), parts[-1], self.text)

    def gradient(self, meta: Any, parts: list[Any]) -> Gradient:
        loops = tuple(part for part in parts if isinstance(part, Loop))
        of = tuple(part for part in parts[1:] if isinstance(part, Quantity))
        return Gradient(parts[0], of, loops, self.text)
