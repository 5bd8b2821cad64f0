"""About how wide a formula is, in em: enough to decide where it may be broken."""

from __future__ import annotations

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
from templates.formulas.letters import BRACKETS, unknown
from templates.formulas.spans import SCRIPT, text_width

BRACKET = 0.4
_SPACES = {"relation": 0.56, "binary": 0.44, "prefix": 0.0, "punctuation": 0.17}


def width(formula: Formula) -> float:
    """The width of the formula set in two dimensions.

    >>> from problems.formulas.formula import Frac
    >>> width(Frac(Num("1"), Num("2"))) < width(Num("1.2"))
    True
    """
    match formula:
        case Num(text) | Sym(text):
            return text_width(text, "upright")
        case Op(text, role):
            return text_width(text) + (0.0 if text in BRACKETS else _SPACES[role])
        case Row(items):
            return sum(map(width, items))
        case Script(base, sub, sup):
            return width(base) + SCRIPT * max(_optional(sub), _optional(sup))
        case Frac(top, bottom):
            return max(width(top), width(bottom)) + 0.24
        case Fence(body):
            return width(body) + 2 * BRACKET
        case Call(function, argument):
            return width(function) + width(argument) + 2 * BRACKET
        case Root(body):
            return width(body) + 0.9
        case Big(_, body, lower, upper):
            return max(1.2, SCRIPT * max(_optional(lower), _optional(upper))) + width(body)
        case Matrix():
            return _matrix(formula)
        case Blank():
            return formula.width
        case Hat(body):
            return width(body)
        case _:
            raise unknown(formula)


def _optional(formula: Formula | None) -> float:
    return 0.0 if formula is None else width(formula)


def _matrix(matrix: Matrix) -> float:
    columns = zip(*matrix.rows, strict=False)  # ragged rows are the writer's affair
    return sum(max(map(width, column)) + 0.8 for column in columns) + 2 * BRACKET
