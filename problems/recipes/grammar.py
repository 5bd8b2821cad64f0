"""The grammar of a line of a recipe, and what is made of it; loaded where a recipe is read."""

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

SAME = str.maketrans({"−": "-", "·": "*", "×": "*", "÷": "/", "\u00a0": " "})
"""Characters that are another one of the grammar in print; one for one, so that columns stay."""

WORDS = {
    "NAME": "a name", "NUMBER": "a number", "SIGN": "+ or -", "TIMES": "* or /", "POWER": "**",
    "COMPARISON": "a comparison", "LSQB": "[", "RSQB": "]", "LPAR": "(", "RPAR": ")",
    "COMMA": "a comma", "EQUAL": "=", "FOR": "for", "IN": "in", "OF": "of", "GRAD": "grad",
    "$END": "the end of the line", "__ANON_0": "..",
}  # fmt: skip
"""How complaints call what the grammar expects."""


def statement(code: str, line: int) -> Statement | Complaint:
    """One line, or what is wrong with it.

    Args:
        code: the line without its comment.
        line: its number.
    """
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


def span(text: str) -> list[Node]:
    """The ends of a range; empty if it is none."""
    try:
        parts: list[Node] = _Builder(1, text).transform(_grammar().parse(text, "span"))
    except UnexpectedInput:
        return []
    return parts


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
