"""Formulas as one line of Unicode text, for terminals, tables and messages.

Numbers stay as they were written, so that they can be copied; a fraction is `a/b`, scripts
are `_x` and `^x`, and brackets appear only where the line would say something else.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import accumulate

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
    PRIME,
    accented,
    atomic,
    is_column,
    is_name,
    is_operator,
    unknown,
)

BLANK = "____"
_TIGHT = frozenset("·/⋅")
"""Signs of products that stand without spaces."""

_GLUED = frozenset("∂Δ∇")
"""Letters that belong to what follows."""

_ACCENTS = {"^": "hat", "¯": "bar", "˜": "tilde", "~": "tilde"}


def plain(formula: Formula) -> str:
    """The formula on one line.

    >>> from problems.formulas.formula import EQUALS, PARTIAL, Frac, Num, Row, Script, Sym
    >>> weight = Script(Sym("w"), sub=Num("64"))
    >>> plain(Frac(Row((PARTIAL, Sym("E"))), Row((PARTIAL, weight))))
    '∂E/∂w_64'
    """
    return _set(formula).strip()


def _set(formula: Formula) -> str:
    match formula:
        case Num(text) | Sym(text):
            return text
        case Op():
            return _operator(formula)
        case Row(items):
            return _row(items)
        case Script():
            return _script(formula)
        case Frac(top, bottom):
            return f"{_top(top)}/{_grouped(bottom)}"
        case Fence(body, "|", "|"):
            return f"abs({plain(body)})"
        case Fence(body, opening, closing):
            return f"{opening}{plain(body)}{closing}"
        case Call(function, argument):
            return f"{_grouped(function)}({plain(argument)})"
        case Root(body):
            return f"√{plain(body)}" if is_name(body) else f"√({plain(body)})"
        case Big():
            return _big(formula)
        case Matrix():
            return _matrix(formula)
        case Blank():
            return BLANK
        case Hat(body, accent):
            return _hat(plain(body), accent)
        case _:
            raise unknown(formula)


def _operator(op: Op) -> str:
    match op.role:
        case "relation":
            return f" {op.text} "
        case "binary":
            return op.text if op.text in _TIGHT else f" {op.text} "
        case "prefix":
            return op.text
    return op.text + " " if op.text in ",;:" else op.text


def _grouped(formula: Formula) -> str:
    """In brackets unless it is read as one thing anyway."""
    return plain(formula) if atomic(formula) else f"({plain(formula)})"


def _top(top: Formula) -> str:
    """A numerator: a product needs no brackets, a sum does."""
    text = plain(top)
    return text if atomic(top) or not (" " in text or "/" in text) else f"({text})"


def _row(items: Sequence[Formula]) -> str:
    text = ""
    for number, item in enumerate(items):
        before = items[number - 1] if number else None
        after = items[number + 1] if number + 1 < len(items) else None
        part = _beside(item, before, after)
        text += _gap(text, before, item, part) + part
    return text


def _beside(item: Formula, before: Formula | None, after: Formula | None) -> str:
    """A part of a row: a fraction next to a factor without a sign needs brackets.

    So does one that begins with a minus sign behind another sign: there is no bar to part them.
    """
    text = _set(item)
    if not isinstance(item, Frac):
        return text
    neighbours = [n for n in (before, after) if n is not None and not is_operator(n)]
    signs = isinstance(before, Op) and before.role in ("binary", "prefix") and text[0] in "−-"
    return f"({text})" if neighbours or signs else text


def _gap(text: str, before: Formula | None, item: Formula, part: str) -> str:
    """A space where two parts would run together: `y_6 w_64`, but `2Δ`, `∂E` and `y(1 − y)`."""
    if before is None or isinstance(before, Op) or isinstance(item, Op) or not part[:1].isalnum():
        return ""
    number = isinstance(before, Num) and not isinstance(item, Num)
    glued = number or text[-1:] in _GLUED or isinstance(before, Fence)
    return "" if glued else " "


def _script(script: Script) -> str:
    base, plain_base = script.base, atomic(script.base)
    if isinstance(base, Script) and base.sup not in (None, PRIME) and script.sup is not None:
        plain_base = False
    text = plain(base) if plain_base else f"({plain(base)})"
    return text + _sub(script.sub) + _sup(script.sup)


def _sub(script: Formula | None) -> str:
    if script is None:
        return ""
    text = plain(script).replace(" ", "")
    return f"_{text}" if text.isalnum() else f"_{{{text}}}"


def _sup(script: Formula | None) -> str:
    if script is None or script == PRIME:
        return "" if script is None else PRIME.text
    # without its space the comma of max(2, 3) would be one of a number
    text = plain(script).replace(", ", ";").replace(" ", "")
    short = text.isalnum() or not any(char.isalnum() for char in text)
    return f"^{text}" if short or _enclosed(text) else f"^({text})"


def _enclosed(text: str) -> bool:
    """Whether the first bracket is closed by the last sign: (a)/(b) is not."""
    if text[:1] + text[-1:] not in ("()", "[]"):
        return False
    depths = list(accumulate((char in "([") - (char in ")]") for char in text))
    return 0 not in depths[:-1]


def _big(big: Big) -> str:
    sign = "∑" if big.operator == "Σ" else big.operator
    upper = f"^{{{plain(big.upper).replace(' ', '')}}}" if big.upper is not None else ""
    return f"{sign}{_sub(big.lower)}{upper} {plain(big.body)}"


def _matrix(matrix: Matrix) -> str:
    rows = [", ".join(map(plain, row)) for row in matrix.rows]
    if is_column(matrix):
        return f"{matrix.open}{'; '.join(rows)}{matrix.close}"
    if len(rows) == 1:
        return f"{matrix.open}{rows[0]}{matrix.close}"
    return f"{matrix.open}{', '.join(f'[{row}]' for row in rows)}{matrix.close}"


def _hat(body: str, accent: str) -> str:
    return accented(body, accent) or f"{_ACCENTS.get(accent, accent)}({body})"
