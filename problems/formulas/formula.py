"""A formula as a small tree to be set: what it looks like, never what it is worth.

`problems.formulas.writing` turns rules into these trees; `templates.formulas` sets them as MathML,
LaTeX, plain text and more. A row holds atoms and operators in reading order; brackets are
explicit (`Fence`), so a renderer never has to think about precedence.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Style = Literal["italic", "upright", "bold"]
Role = Literal["relation", "binary", "prefix", "punctuation"]


class Formula:
    """A node of a formula."""

    __slots__ = ()


@dataclass(frozen=True, slots=True)
class Num(Formula):
    """A number as written: `0.5933`, `-0.2`."""

    text: str


@dataclass(frozen=True, slots=True)
class Sym(Formula):
    """A letter or a word: `w`, `net`, `α`, `tanh`. One letter is italic unless said otherwise."""

    text: str
    style: Style = "italic"


@dataclass(frozen=True, slots=True)
class Op(Formula):
    """An operator or sign: `=`, `+`, `−`, `·`, `×`, `:=`, `←`, `⊗`, `,`."""

    text: str
    role: Role


@dataclass(frozen=True, slots=True)
class Row(Formula):
    """Parts side by side."""

    items: tuple[Formula, ...]


@dataclass(frozen=True, slots=True)
class Script(Formula):
    """A base with a subscript, a superscript or both."""

    base: Formula
    sub: Formula | None = None
    sup: Formula | None = None


@dataclass(frozen=True, slots=True)
class Frac(Formula):
    """A fraction with a bar."""

    top: Formula
    bottom: Formula


@dataclass(frozen=True, slots=True)
class Fence(Formula):
    """A formula in brackets that grow with it."""

    body: Formula
    open: str = "("
    close: str = ")"


@dataclass(frozen=True, slots=True)
class Call(Formula):
    """A function applied to an argument in round brackets: `φ(4.3)`, `ln(y)`."""

    function: Formula
    argument: Formula


@dataclass(frozen=True, slots=True)
class Root(Formula):
    """A square root."""

    body: Formula


@dataclass(frozen=True, slots=True)
class Big(Formula):
    """A large operator with limits and its body: a sum over k."""

    operator: str
    body: Formula
    lower: Formula | None = None
    upper: Formula | None = None


@dataclass(frozen=True, slots=True)
class Matrix(Formula):
    """Rows of cells in square brackets; a column vector has one cell a row."""

    rows: tuple[tuple[Formula, ...], ...]
    open: str = "["
    close: str = "]"


@dataclass(frozen=True, slots=True)
class Blank(Formula):
    """A field to be filled in, named after its step."""

    step: str
    width: float = 5.0
    """In em."""


@dataclass(frozen=True, slots=True)
class Hat(Formula):
    """An accent over a formula: `^`, `¯`, `˜`."""

    body: Formula
    accent: str = "^"


def row(*items: Formula) -> Formula:
    """Parts side by side, nested rows laid open; a single part stands alone.

    >>> row(Num("1"), row(Op("+", "binary"), Num("2"))).items[1].text
    '+'
    """
    flat: list[Formula] = []
    for item in items:
        flat.extend(item.items if isinstance(item, Row) else (item,))
    return flat[0] if len(flat) == 1 else Row(tuple(flat))


def word(text: str) -> Formula:
    """A symbol set by the customs of mathematics: one letter italic, a word upright.

    >>> word("net").style, word("w").style
    ('upright', 'italic')
    """
    return Sym(text, "italic" if len(text) == 1 else "upright")


EQUALS = Op("=", "relation")
PLUS = Op("+", "binary")
MINUS = Op("−", "binary")
NEGATIVE = Op("−", "prefix")
PARTIAL = Sym("∂", "upright")
