"""Formulas as MathML Core, the part of MathML that Chromium, Firefox and Safari draw alike."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape
from itertools import pairwise

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
from templates.formulas.letters import (
    BRACKETS,
    MINUS_SIGN,
    PRIME,
    apart,
    styled,
    tall,
    unknown,
)

APPLY = "<mo>\u2061</mo>"
"""Invisible function application: no space, and a screen reader says "of"."""

THIN = '<mspace width="0.1667em"></mspace>'

_SPACES = {
    "relation": ("0.2778em", "0.2778em"),
    "binary": ("0.2222em", "0.2222em"),
    "prefix": ("0", "0"),
    "punctuation": ("0", "0.1667em"),
}
"""TeX's thick, medium and thin space; the browser's own operator dictionary knows no role."""


def mathml(formula: Formula, display: bool = False) -> str:
    """The formula as a `math` element.

    Args:
        formula: any tree.
        display: a block of its own, with large operators and fractions.

    >>> from problems.formulas.formula import Num, Script, Sym
    >>> mathml(Script(Sym("v"), sub=Num("4")))
    '<math><msub><mi>v</mi><mn>4</mn></msub></math>'
    """
    block = ' display="block"' if display else ""
    return f"<math{block}>{_set(formula)}</math>"


def _set(formula: Formula, small: bool = False) -> str:
    """One node; `small` within scripts, where TeX sets no space round operators."""
    match formula:
        case Num(text):
            return f"<mn>{escape(text.replace('-', MINUS_SIGN))}</mn>"
        case Sym():
            return _symbol(formula, small)
        case Op():
            return _operator(formula, small)
        case Row(items):
            return _row(items, small)
        case Script():
            return _script(formula, small)
        case Frac(top, bottom):
            return f"<mfrac>{_set(top, small)}{_set(bottom, small)}</mfrac>"
        case Fence(body, opening, closing):
            return _fenced(_set(body, small), opening, closing, tall(body))
        case Call(function, argument):
            inside = _fenced(_set(argument, small), "(", ")", tall(argument))
            return f"<mrow>{_set(function, small)}{APPLY}{inside}</mrow>"
        case Root(body):
            return f"<msqrt>{_set(body, small)}</msqrt>"
        case Big():
            return _big(formula, small)
        case Matrix(rows, opening, closing):
            return _fenced(_table(rows), opening, closing, True)
        case Blank():
            return _blank(formula)
        case Hat(body, accent):
            return f'<mover accent="true">{_set(body, small)}{_bare("mo", accent)}</mover>'
        case _:
            raise unknown(formula)


def _bare(tag: str, text: str) -> str:
    return f'<{tag} stretchy="false">{escape(text)}</{tag}>'


def _row(items: Sequence[Formula], small: bool) -> str:
    parts = [_set(items[0], small)] if items else []
    for before, item in pairwise(items):
        parts += [THIN, _set(item, small)] if _apart(before, item) else [_set(item, small)]
    return f"<mrow>{''.join(parts)}</mrow>"


def _apart(before: Formula, item: Formula) -> bool:
    """Whether a fraction stands by a factor without a sign: two bars must not run together."""
    fraction = isinstance(before, Frac) or isinstance(item, Frac)
    return fraction and not isinstance(before, Op) and not isinstance(item, Op)


def _symbol(symbol: Sym, small: bool) -> str:
    if symbol == PRIME:
        return "<mo>′</mo>"
    if symbol == PARTIAL:
        # As an identifier Firefox would set it off like a function's name: ∂ E.
        return '<mo form="prefix" lspace="0" rspace="0">∂</mo>'
    parts = apart(symbol)
    if parts != symbol:
        return _set(parts, small)
    return _letters(symbol.text.replace("φ", "ϕ"), symbol.style)


def _letters(text: str, style: Style) -> str:
    if style == "upright":
        normal = ' mathvariant="normal"' if len(text) == 1 else ""
        return f"<mi{normal}>{escape(text)}</mi>"
    if style == "italic" and len(text) == 1:
        return f"<mi>{escape(text)}</mi>"
    return f"<mi>{escape(''.join(styled(char, style) for char in text))}</mi>"


def _operator(op: Op, small: bool) -> str:
    before, after = _SPACES[op.role]
    if small or op.text in BRACKETS:
        before, after = "0", "0"
    form = "prefix" if op.role == "prefix" else "infix"
    space = f'form="{form}" lspace="{before}" rspace="{after}" stretchy="false"'
    return f"<mo {space}>{escape(op.text)}</mo>"


def _script(script: Script, small: bool) -> str:
    base = script.base
    if isinstance(base, Fence) and base.close and not tall(base):
        # As TeX does, on the bracket: on the whole a square would float above its letters.
        inside = _fence(base.open, "prefix", False) + _set(base.body, small)
        return f"<mrow>{inside}{_scripted(_fence(base.close, 'postfix', False), script)}</mrow>"
    return _scripted(_set(base, small), script)


def _scripted(base: str, script: Script) -> str:
    match script:
        case Script(sub=Formula() as sub, sup=Formula() as sup):
            return f"<msubsup>{base}{_set(sub, True)}{_set(sup, True)}</msubsup>"
        case Script(sub=Formula() as sub):
            return f"<msub>{base}{_set(sub, True)}</msub>"
        case Script(sup=Formula() as sup):
            return f"<msup>{base}{_set(sup, True)}</msup>"
    return base


def _fenced(inside: str, opening: str, closing: str, grows: bool) -> str:
    before, after = _fence(opening, "prefix", grows), _fence(closing, "postfix", grows)
    return f"<mrow>{before}{inside}{after}</mrow>"


def _fence(sign: str, form: str, grows: bool) -> str:
    if not sign:
        return ""
    stretchy = str(grows).lower()
    return f'<mo form="{form}" stretchy="{stretchy}" lspace="0" rspace="0">{escape(sign)}</mo>'


def _big(big: Big, small: bool) -> str:
    sign = "∑" if big.operator == "Σ" else big.operator
    # A word such as "max" needs the limits below it as well; a sign has that by itself.
    operator = f'<mo movablelimits="true" lspace="0" rspace="0.1667em">{escape(sign)}</mo>'
    return f"<mrow>{_limits(operator, big)}{_set(big.body, small)}</mrow>"


def _limits(operator: str, big: Big) -> str:
    match big:
        case Big(lower=Formula() as low, upper=Formula() as high):
            return f"<munderover>{operator}{_set(low, True)}{_set(high, True)}</munderover>"
        case Big(lower=Formula() as low):
            return f"<munder>{operator}{_set(low, True)}</munder>"
        case Big(upper=Formula() as high):
            return f"<mover>{operator}{_set(high, True)}</mover>"
    return operator


def _table(rows: tuple[tuple[Formula, ...], ...]) -> str:
    return f"<mtable>{''.join(map(_table_row, rows))}</mtable>"


def _table_row(cells: tuple[Formula, ...]) -> str:
    return f"<mtr>{''.join(f'<mtd>{_set(cell)}</mtd>' for cell in cells)}</mtr>"


def _blank(blank: Blank) -> str:
    """An empty box; the page's style sheet gives it its border (class `blank`)."""
    size = f'width="{blank.width:g}em" height="1.15em" depth="0.5em"'
    return f'<mspace class="blank" {size} aria-label="blank"></mspace>'
