"""Formulas as spoken English: the alternative text of printed formulas and diagrams.

Short parts are said plainly ("v sub 4", "partial E over partial w sub 64"); longer ones say
where they end, so that nothing can be heard in two ways.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache

from problems.formulas.formula import (
    Big,
    Blank,
    Call,
    Fence,
    Formula,
    Frac,
    Hat,
    Matrix,
    Num,
    Op,
    Root,
    Row,
    Script,
    Sym,
)
from templates.formulas.letters import (
    BRACKETS,
    GREEK,
    PRIME,
    apart,
    atomic,
    is_column,
    unknown,
)

_OPERATORS = {
    "=": "equals", "+": "plus", "−": "minus", "-": "minus", "–": "minus", "·": "times",
    "⋅": "times", "×": "times", "*": "times", "/": "over", "÷": "divided by",
    "⊗": "times elementwise", "⊙": "times elementwise", ":=": "becomes", "≔": "becomes",
    "←": "becomes", "→": "to", "≈": "is approximately", "≠": "is not equal to",
    "<": "is less than", ">": "is greater than", "≤": "is at most", "≥": "is at least",
    "±": "plus or minus", ",": "comma", ";": "semicolon", ":": "colon", "∘": "after",
    "|": "bar", "(": "open bracket", ")": "close bracket", "[": "open square bracket",
    "]": "close square bracket", "{": "open brace", "}": "close brace",
}  # fmt: skip
_LETTERS = GREEK | {"∂": "partial", "∇": "nabla", "∞": "infinity", "′": "prime", "ℓ": "l"}
_FUNCTIONS = {
    "ln": "natural log", "exp": "exponential", "tanh": "hyperbolic tangent", "sin": "sine",
    "cos": "cosine", "sgn": "sign",
}  # fmt: skip
_BIG = {"∑": "sum", "Σ": "sum", "∏": "product", "max": "maximum", "min": "minimum"}
_ACCENTS = {"^": "hat", "¯": "bar", "˜": "tilde", "~": "tilde"}
_POWERS = {"2": "squared", "3": "cubed"}


def speech(formula: Formula) -> str:
    """The formula in words.

    >>> from problems.formulas.formula import EQUALS, Num, Row, Script, Sym
    >>> speech(Row((Script(Sym("v"), sub=Num("4")), EQUALS, Num("-4.3"))))
    'v sub 4 equals minus 4.3'
    """
    return " ".join(_say(formula).split())


def _say(formula: Formula) -> str:
    return _name(formula) if isinstance(formula, Script | Frac) else _said(formula)


@lru_cache(maxsize=4096)
def _name(formula: Formula) -> str:
    """Names of quantities come again on every page of every student."""
    return _said(formula)


def _said(formula: Formula) -> str:
    match formula:
        case Num(text):
            return text.replace("-", "minus ").replace("−", "minus ")
        case Sym():
            return _symbol(formula)
        case Op(text):
            return _OPERATORS.get(text, text)
        case Row(items):
            return _row(items)
        case Script():
            return _script(formula)
        case Frac(top, bottom):
            return _fraction(top, bottom)
        case Fence(body, "|", "|"):
            return f"the absolute value of {_ended(body, 'absolute value')}"
        case Fence(Row(items) as body, "[", "]") if any(map(_is_relation, items)):
            return f"1 if {_say(body)}, else 0,"
        case Fence(body, opening, closing):
            return f"{_bracket(opening)} {_say(body)} {_bracket(closing)}"
        case Call(function, argument):
            return f"{_function(function)} of {_ended(argument, 'function')}"
        case Root(body):
            return f"the square root of {_ended(body, 'root')}"
        case Big():
            return _big(formula)
        case Matrix():
            return _matrix(formula)
        case Blank():
            return "blank"
        case Hat(body, accent):
            return f"{_ended(body, 'accent')} {_ACCENTS.get(accent, accent)}"
        case _:
            raise unknown(formula)


def _is_relation(item: Formula) -> bool:
    return isinstance(item, Op) and item.role == "relation"


def _bracket(sign: str) -> str:
    return _OPERATORS.get(sign, sign)


def _ended(formula: Formula, what: str) -> str:
    """A long part says where it ends."""
    said = _say(formula)
    return said if _short(formula) else f"{said}, end {what},"


def _short(formula: Formula) -> bool:
    """One thing, or a negative number; of a power it would be unclear what it is taken of."""
    match formula:
        case Script(sup=Num()):
            return False
        case Row((Op(role="prefix"), second)):
            return atomic(second)
    return atomic(formula)


def _symbol(symbol: Sym) -> str:
    parts = apart(symbol)
    if parts != symbol:
        return _say(parts)
    bold = "bold " if symbol.style == "bold" else ""
    return bold + (_LETTERS.get(symbol.text) or _spelled(symbol.text))


def _spelled(text: str) -> str:
    """Signs inside of a word become words."""
    return "".join(f" {_LETTERS[char]} " if char in _LETTERS else char for char in text)


def _row(items: Sequence[Formula]) -> str:
    said = ""
    for number, item in enumerate(items):
        before = items[number - 1] if number else None
        said += f"{_between(before, item)} {_say(item)}"
    return said


def _between(before: Formula | None, item: Formula) -> str:
    """Factors without a sign: said where silence would join a fraction to its neighbour."""
    fractions = isinstance(before, Frac) or isinstance(item, Frac)
    products = isinstance(before, Fence) and isinstance(item, Fence)
    if before is None or isinstance(before, Op) or isinstance(item, Op):
        return ""
    return " times" if fractions or products else ""


def _fraction(top: Formula, bottom: Formula) -> str:
    if (top, bottom) == (Num("1"), Num("2")):
        return "one half"
    if atomic(top) and atomic(bottom):
        return f"{_say(top)} over {_say(bottom)}"
    return f"the fraction {_say(top)} over {_say(bottom)}, end fraction,"


def _script(script: Script) -> str:
    said = _say(script.base)
    if not atomic(script.base):
        said = f"the quantity {said}, end quantity,"
    if script.sub is not None:
        said += f" sub {_index(script.sub)}"
    return said + _raised(script)


def _index(script: Formula) -> str:
    """`h1` and `(1)` are said without their brackets."""
    match script:
        case Row(items):
            return " ".join(_say(item) for item in items if not _is_bracket(item))
        case Fence(body):
            return _say(body)
    return _say(script)


def _is_bracket(item: Formula) -> bool:
    return isinstance(item, Op) and item.text in BRACKETS


def _raised(script: Script) -> str:
    match script.sup:
        case None:
            return ""
        case Num(text) if text in _POWERS:
            return " " + _POWERS[text]
        case Sym("T" | "⊤"):
            return " transposed"
        case Op(text):
            return " " + " ".join(_OPERATORS.get(char, char) for char in text)
        case Fence() | Row((Op("(" | "["), *_)):
            return f" superscript {_index(script.sup)}"
        case sup if sup == PRIME:
            return " prime"
        case sup:
            return f" to the power {_ended(sup, 'power')}"


def _function(function: Formula) -> str:
    known = _FUNCTIONS.get(function.text) if isinstance(function, Sym) else None
    return known or _say(function)


def _big(big: Big) -> str:
    name = f"the {_BIG.get(big.operator, big.operator)}"
    if big.lower is not None:
        name += f" {'from' if big.upper is not None else 'over'} {_say(big.lower)}"
    if big.upper is not None:
        name += f" to {_say(big.upper)}"
    return f"{name} of {_ended(big.body, 'sum')}"


def _matrix(matrix: Matrix) -> str:
    if is_column(matrix):
        return f"the column vector {', '.join(_say(row[0]) for row in matrix.rows)}, end vector,"
    rows = [", ".join(map(_say, row)) for row in matrix.rows]
    if len(rows) == 1:
        return f"the row vector {rows[0]}, end vector,"
    said = "; ".join(f"row {number}: {row}" for number, row in enumerate(rows, 1))
    columns = max(map(len, matrix.rows), default=0)
    return f"the {len(rows)} by {columns} matrix, {said}, end matrix,"
