"""The closed alphabet of answers: what may stand in a text, and what other signs mean.

No blind NFKC: it makes 10-3 of 10⁻³ and x2 of x². Every sign that stands for another is
listed here; whatever is not listed is refused with its code point and place.
"""

from __future__ import annotations

import re
import unicodedata

from grader.errors import AnswerError
from problems.patterns import pattern
from problems.reasons import because

SPACES = " \t\u00a0\u2000-\u200a\u202f\u205f\u3000"
"""As a class of a regular expression; U+200B and its kin are invisible, not spaces."""
EDGES = " \t\r\n\v\f\u00a0\u202f\u205f\u3000\ufeff" + "".join(map(chr, range(0x2000, 0x200B)))
"""What may stand round an answer: a spreadsheet leaves spaces, line ends, byte-order marks."""

PLUS = "+＋"
MINUS = "-−–‐‒﹣－⁻"
"""A raised minus as well, where no raised digit follows: with one it belongs to an exponent."""
DASHES = "—‑―﹘"
"""Taken for a minus by some; but an em dash stands for "nothing" too."""
RAISED_TIMES = "·∙⋅"
"""Raised points that mean times."""
RAISED_POINTS = "•‧・･⸳˙\u0387"
"""Others, which some keyboards and fonts have for a decimal point."""
TIMES = "*×∗＊" + RAISED_TIMES
SLASH = "/÷∕⁄／"
OPEN, CLOSE = "(（", ")）"
SEPARATOR = ",;，；"
DIGITS = "0-9０-９"
SUBSCRIPTS = "₀₁₂₃₄₅₆₇₈₉"
SUPERSCRIPTS = "⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻"

GREEK = {
    "α": "alpha", "β": "beta", "γ": "gamma", "δ": "delta", "ε": "epsilon", "ϵ": "epsilon",
    "ζ": "zeta", "η": "eta", "θ": "theta", "ϑ": "theta", "κ": "kappa", "λ": "lambda",
    "μ": "mu", "µ": "mu", "ν": "nu", "ξ": "xi", "π": "pi", "ρ": "rho", "σ": "sigma",
    "τ": "tau", "φ": "phi", "ϕ": "phi", "χ": "chi", "ψ": "psi", "ω": "omega", "Δ": "Delta",
    "Θ": "Theta", "Σ": "Sigma", "Φ": "Phi", "Ω": "Omega", "ŷ": "yhat",
}  # fmt: skip

_PLAIN = str.maketrans(
    dict(zip("０１２３４５６７８９．，ｅＥ", "0123456789.,eE", strict=True))
    | dict.fromkeys(MINUS.replace("⁻", ""), "-")
    | dict.fromkeys(PLUS, "+")
)
_LONE_MINUS = pattern("⁻(?![⁰¹²³⁴⁵⁶⁷⁸⁹])")
_LOW = str.maketrans(SUBSCRIPTS, "0123456789")
_HIGH = str.maketrans(SUPERSCRIPTS, "0123456789+-")
_NAMES = str.maketrans(dict(zip(SUBSCRIPTS, "0123456789", strict=True)) | GREEK | {"∂": "d"})

ALPHABET = pattern(
    "["
    + "!-~"
    + SPACES
    + re.escape("".join((PLUS, MINUS, TIMES, SLASH, OPEN, CLOSE, SEPARATOR)))
    + DIGITS
    + "．"
    + SUBSCRIPTS
    + re.escape(SUPERSCRIPTS)
    + "".join(GREEK)
    + "∂√≤≥≠≈"
    + "]*"
)
_UNSEEN = frozenset("\u034f\u115f\u1160\u17b4\u17b5\u2800\u3164\uffa0") | {
    chr(code) for code in (*range(0x180B, 0x1810), *range(0xFE00, 0xFE10))
}


def plain(text: str) -> str:
    """A number's digits, points and signs as ASCII; as long as before.

    >>> plain("−０.5")
    '-0.5'
    """
    if text.isascii():
        return text
    if "⁻" not in text:
        return text.translate(_PLAIN)
    return _LONE_MINUS.sub("-", text).translate(_PLAIN)


def plain_name(text: str) -> str:
    """A name with Greek letters spelled and subscripts lowered to plain digits.

    >>> plain_name("δ₁"), plain_name("w₄₁")
    ('delta1', 'w41')
    """
    return text if text.isascii() else text.translate(_NAMES)


def lowered(superscript: str) -> str:
    """A superscript as plain digits.

    >>> lowered("⁻³")
    '-3'
    """
    return superscript.translate(_HIGH)


def check(text: str) -> None:
    """Every character belongs to the alphabet.

    Raises:
        AnswerError: `invisible_char` or `bad_char`, with the code point.
    """
    good = ALPHABET.match(text)
    place = good.end() if good else 0
    if place < len(text):
        raise refused(text, place)


def refused(text: str, place: int) -> AnswerError:
    """The refusal of one character."""
    char = text[place]
    code_point = f"U+{ord(char):04X}"
    name = unicodedata.name(char, "").lower() or because("character_without_name")
    if unicodedata.category(char) in ("Cc", "Cf", "Zl", "Zp", "Cs") or char in _UNSEEN:
        if unicodedata.category(char) == "Cc":
            name = because("line_end") if char in "\r\n" else because("control_character")
        reason = because("invisible_character", code_point=code_point, name=name)
        return AnswerError("invisible_char", place, reason)
    if char in DASHES:
        reason = because("no_minus_sign", char=char, code_point=code_point, name=name)
    elif char.isprintable() and not unicodedata.combining(char):
        reason = because("character_shown", char=char, code_point=code_point, name=name)
    else:
        reason = because("character_not_shown", code_point=code_point, name=name)
    return AnswerError("bad_char", place, reason)
