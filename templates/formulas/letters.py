"""What the renderers know in common about letters, brackets and the shape of a formula."""

from __future__ import annotations

import unicodedata

from problems.formulas.formula import (
    PARTIAL,
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
    Style,
    Sym,
)

GREEK = {
    "α": "alpha", "β": "beta", "γ": "gamma", "δ": "delta", "ε": "epsilon", "ζ": "zeta",
    "η": "eta", "θ": "theta", "ι": "iota", "κ": "kappa", "λ": "lambda", "μ": "mu",
    "ν": "nu", "ξ": "xi", "π": "pi", "ρ": "rho", "σ": "sigma", "τ": "tau", "υ": "upsilon",
    "φ": "phi", "ϕ": "phi", "χ": "chi", "ψ": "psi", "ω": "omega", "ϵ": "epsilon",
    "ϑ": "theta", "Γ": "Gamma", "Δ": "Delta", "Θ": "Theta", "Λ": "Lambda", "Ξ": "Xi",
    "Π": "Pi", "Σ": "Sigma", "Φ": "Phi", "Ψ": "Psi", "Ω": "Omega",
}  # fmt: skip
"""Greek letters by name."""

PRIME = Sym("′", "upright")
MINUS_SIGN = "−"
BRACKETS = frozenset("()[]{}⟨⟩|‖")
"""Signs that `problems.formulas.notation` writes as punctuation in scripts such as `(1)`."""

FUNCTIONS = frozenset(
    ["exp", "ln", "log", "max", "min", "tanh", "sinh", "cosh", "sin", "cos", "tan", "lim"]
)
"""Words with a sense of their own; LaTeX has commands for them, others are set by \\mathrm."""

_RANGES: dict[Style, tuple[tuple[str, str, int], ...]] = {
    "bold": (
        ("A", "Z", 0x1D400),
        ("a", "z", 0x1D41A),
        ("0", "9", 0x1D7CE),
        ("Α", "Ω", 0x1D6A8),
        ("α", "ω", 0x1D736),
    ),
    "italic": (("A", "Z", 0x1D434), ("a", "z", 0x1D44E), ("α", "ω", 0x1D6FC)),
}
"""First and last letter, and the mathematical character of the first."""

_SINGLE: dict[tuple[Style, str], str] = {
    ("italic", "h"): "\u210e",  # Planck's constant took its place
    ("italic", "∂"): "\U0001d715",
    ("italic", "φ"): "\U0001d719",  # the documents print the straight phi, LaTeX's \\phi
    ("italic", "ϕ"): "\U0001d719",
    ("italic", "ϵ"): "\U0001d716",
    ("italic", "ϑ"): "\U0001d717",
}

_ACCENTS = {"\u0302": "^", "\u0304": "¯", "\u0303": "˜"}
_COMBINING = {accent: mark for mark, accent in _ACCENTS.items()} | {"~": "\u0303"}
_TALL = (Frac, Matrix, Root, Big, Blank)


def unknown(formula: Formula) -> TypeError:
    """What to raise for a node without a setting: a new one needs a case in every renderer."""
    return TypeError(f"no way to set a {type(formula).__name__}")


def apart(symbol: Sym) -> Formula:
    """A letter with a prime or an accent as base and mark; any other symbol as it is.

    >>> apart(Sym("ŷ")), apart(Sym("w"))
    (Hat(body=Sym(text='y', style='italic'), accent='^'), Sym(text='w', style='italic'))
    """
    text, style = symbol.text, symbol.style
    if len(text) > 1 and text.endswith(PRIME.text):
        rest = text[:-1]
        return Script(apart(Sym(rest, _one(rest, style))), sup=PRIME)
    marks = unicodedata.normalize("NFD", text)
    if len(marks) == 2 and marks[1] in _ACCENTS:
        return Hat(Sym(marks[0], style), _ACCENTS[marks[1]])
    return symbol


def accented(letter: str, accent: str) -> str | None:
    """The letter with its accent as one character or one cluster; None if there is no mark.

    >>> accented("y", "^")
    'ŷ'
    """
    mark = _COMBINING.get(accent)
    return unicodedata.normalize("NFC", letter + mark) if mark and len(letter) == 1 else None


def _one(text: str, style: Style) -> Style:
    """`word("φ′")` counts two letters and sets them upright; the letter alone is italic."""
    return "italic" if len(text) == 1 and style == "upright" else style


def tall(formula: Formula) -> bool:
    """Whether brackets round it have to grow."""
    match formula:
        case Row(items):
            return any(map(tall, items))
        case Script(base):
            return tall(base)
        case Fence(body) | Hat(body):
            return tall(body)
        case Call(_, argument):
            return tall(argument)
    return isinstance(formula, _TALL)


def atomic(formula: Formula) -> bool:
    """Whether it is read as one thing without brackets: `w_64`, `(a + b)`, `∂E`, `φ(v)`."""
    match formula:
        case Num() | Sym() | Fence() | Call() | Matrix() | Blank() | Hat():
            return True
        case Script(base):
            return atomic(base)
        case Row((first, second)):
            return first == PARTIAL and atomic(second)
    return False


def is_name(formula: Formula) -> bool:
    """Whether it is a letter or a number, maybe with a subscript: no power stands on it.

    >>> is_name(Script(Sym("w"), sub=Num("1"))), is_name(Script(Sym("w"), sup=Num("2")))
    (True, False)
    """
    match formula:
        case Script(base, _, None):
            return is_name(base)
    return isinstance(formula, Num | Sym)


def is_column(matrix: Matrix) -> bool:
    """Whether a matrix is a column vector."""
    return len(matrix.rows) > 1 and all(len(row) == 1 for row in matrix.rows)


def is_operator(formula: Formula) -> bool:
    """Whether a node stands between two others rather than beside them."""
    return isinstance(formula, Op) and formula.text not in BRACKETS


def styled(char: str, style: Style) -> str:
    """The mathematical character of a letter in a style; any other character as it is.

    >>> styled("x", "bold"), styled("h", "italic"), styled("h", "upright"), styled("+", "bold")
    ('𝐱', 'ℎ', 'h', '+')
    """
    if (style, char) in _SINGLE:
        return _SINGLE[style, char]
    for first, last, start in _RANGES.get(style, ()):
        if first <= char <= last:
            return chr(start + ord(char) - ord(first))
    return char
