"""Atoms of a formula: what each part of a row is to its neighbours, and the space between them.

Source: D. Knuth, The TeXbook, appendix G (rules 5 and 6) and page 170. Styles: 0 display, 1 text,
2 script, 3 script of script.
"""

from __future__ import annotations

from collections.abc import Sequence
from enum import IntEnum
from typing import NamedTuple

from problems.formulas.formula import Fence, Formula, Frac, Matrix, Op, Script, Sym
from templates.formulas.boxes import Box
from templates.formulas.letters import BRACKETS, FUNCTIONS

DISPLAY, TEXT, SCRIPT, SMALLEST = range(4)

THIN, MEDIUM, THICK = 3 / 18, 4 / 18, 5 / 18


class Atom(IntEnum):
    """What a part of a row is to its neighbours."""

    ORD = 0
    OP = 1
    BIN = 2
    REL = 3
    OPEN = 4
    CLOSE = 5
    PUNCT = 6
    INNER = 7


_SPACES = (
    (0, THIN, -MEDIUM, -THICK, 0, 0, 0, -THIN),
    (THIN, THIN, 0, -THICK, 0, 0, 0, -THIN),
    (-MEDIUM, -MEDIUM, 0, 0, -MEDIUM, 0, 0, -MEDIUM),
    (-THICK, -THICK, 0, 0, -THICK, 0, 0, -THICK),
    (0, 0, 0, 0, 0, 0, 0, 0),
    (0, THIN, -MEDIUM, -THICK, 0, 0, 0, -THIN),
    (-THIN, -THIN, 0, -THIN, -THIN, -THIN, -THIN, -THIN),
    (-THIN, THIN, -MEDIUM, -THICK, -THIN, 0, -THIN, -THIN),
)
"""Space after the row's atom before the column's, in em; negative: not in scripts."""

_BEFORE_UNARY = {Atom.BIN, Atom.OP, Atom.REL, Atom.OPEN, Atom.PUNCT}
_AFTER_UNARY = {Atom.REL, Atom.CLOSE, Atom.PUNCT}


class Piece(NamedTuple):
    """One atom of a row, set."""

    box: Box
    atom: Atom


def space_between(before: Atom | None, atom: Atom, style: int) -> float:
    """Space ahead of an atom, in em of the style; 0 at the beginning of a row."""
    width = 0.0 if before is None else _SPACES[before][atom]
    return width if width >= 0 else -width if style < SCRIPT else 0.0


def class_of(formula: Formula) -> Atom:
    """What a node is to its neighbours."""
    match formula:
        case Op(text, role):
            return class_of_sign(text, role)
        case Sym(text, "upright") if text in FUNCTIONS:
            return Atom.OP
        case Frac() | Matrix() | Fence():
            return Atom.INNER
        case Script(base):
            inner = class_of(base)
            return inner if inner == Atom.OP else Atom.ORD
    return Atom.ORD


def class_of_sign(text: str, role: str) -> Atom:
    """What a sign is: a bracket by its look, everything else by its role."""
    if text in BRACKETS:
        return Atom.OPEN if text in "([{⟨" else Atom.CLOSE if text in ")]}⟩" else Atom.ORD
    classes = {"relation": Atom.REL, "binary": Atom.BIN, "punctuation": Atom.PUNCT}
    return classes.get(role, Atom.ORD)


def resolved(pieces: Sequence[Piece], joined: bool) -> list[Atom]:
    """Classes of a row: a sign without a term on both sides is ordinary (5 and 6)."""
    found: list[Atom] = []
    before: Atom | None = Atom.ORD if joined else None
    for piece in pieces:
        atom = piece.atom
        if atom == Atom.BIN and (before is None or before in _BEFORE_UNARY):
            atom = Atom.ORD
        if atom in _AFTER_UNARY and before == Atom.BIN:
            found[-1] = Atom.ORD
        found.append(atom)
        before = atom
    if found and found[-1] == Atom.BIN:
        found[-1] = Atom.ORD
    return found


def script_style(style: int) -> int:
    """Of a script to something of a style."""
    return SCRIPT if style < SCRIPT else SMALLEST


def fraction_style(style: int) -> int:
    """Of what a fraction of a style holds."""
    return min(style + 1, SMALLEST)
