r"""Formulas as LaTeX that KaTeX, MathJax, GitHub, GitLab, Moodle and pdflatex with amsmath set.

GitHub hands a formula through its Markdown parser first, and takes some commands away.
So nothing is written here that would not come out whole:

- no backslash before punctuation (`\,`, `\{`, `\\`): Markdown eats the backslash; rows end
  with `\cr` (only a word with a `%` or `_` in it would need one);
- an underscore that could begin an emphasis is followed by a space, `\mathrm{net}_ {h1}`;
- no `[`, which may open a link, no `*`, no `|`, which ends a table cell: they have names;
- no `\operatorname`, `\mbox`, `\phantom`, which GitHub refuses (github/markup issue 1688).
"""

from __future__ import annotations

import re
from collections.abc import Iterable

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
    Style,
    Sym,
)
from templates.formulas.letters import FUNCTIONS, GREEK, PRIME, apart, tall, unknown

_SIGNS = {
    "−": "-", "–": "-", "·": r"\cdot", "⋅": r"\cdot", "×": r"\times", "÷": r"\div",
    "±": r"\pm", "⊗": r"\otimes", "⊙": r"\odot", "⊕": r"\oplus", "∘": r"\circ",
    "∗": r"\ast", "*": r"\ast", "←": r"\leftarrow", "→": r"\rightarrow",
    "↦": r"\mapsto", "⇒": r"\Rightarrow", "≈": r"\approx", "≠": r"\neq", "≤": r"\leq",
    "≥": r"\geq", "≔": ":=", "≡": r"\equiv", "∝": r"\propto", "∈": r"\in",
    "∂": r"\partial", "∇": r"\nabla", "∞": r"\infty", "ℓ": r"\ell", "∑": r"\sum",
    "Σ": r"\sum", "∏": r"\prod", "Π": r"\prod", "…": r"\ldots", "⋯": r"\cdots",
    "⋮": r"\vdots", "⋱": r"\ddots", "′": r"\prime", "⊤": r"\top", "[": r"\lbrack",
    "]": r"\rbrack", "{": r"\lbrace", "}": r"\rbrace", "|": r"\vert", "‖": r"\Vert",
    "⟨": r"\langle", "⟩": r"\rangle", "√": r"\surd", "<": "<", ">": ">",
}  # fmt: skip
_LETTERS = {letter: "\\" + name for letter, name in GREEK.items()} | {
    "ε": r"\varepsilon",
    "ϑ": r"\vartheta",
}
_SPECIAL = {"\\": r"\backslash", "^": r"\wedge", "~": r"\sim", "<": "{<}", ">": "{>}"}
_STYLES = {"upright": r"\mathrm", "italic": r"\mathit", "bold": r"\mathbf"}
_ACCENTS = {"^": "hat", "¯": "bar", "˜": "tilde", "~": "tilde"}
_WIDE = {"hat": "widehat", "bar": "overline", "tilde": "widetilde"}


def latex(formula: Formula) -> str:
    r"""The formula as LaTeX, without delimiters.

    >>> from problems.formulas.formula import EQUALS, Num, Row, Script, Sym
    >>> latex(Row((Script(Sym("w"), sub=Num("41")), EQUALS, Num("0.1"))))
    'w_{41} = 0.1'
    """
    return _set(formula).strip()


def _set(formula: Formula) -> str:
    match formula:
        case Num(text):
            return _word(text.replace("−", "-")).replace(",", "{,}")
        case Sym():
            return _symbol(formula)
        case Op():
            return _operator(formula)
        case Row(items):
            return joined(map(_set, items))
        case Script():
            return _script(formula)
        case Frac(top, bottom):
            return rf"\frac{{{latex(top)}}}{{{latex(bottom)}}}"
        case Fence(body, opening, closing):
            return _fenced(latex(body), opening, closing, tall(body))
        case Call(function, argument):
            inside = _fenced(latex(argument), "(", ")", tall(argument))
            return joined([_function(function), inside])
        case Root(body):
            return rf"\sqrt{{{latex(body)}}}"
        case Big():
            return joined([_big(formula), " ", latex(formula.body)])
        case Matrix():
            return _matrix(formula)
        case Blank(_, width):
            return rf"\underline{{\hspace{{{width:g}em}}}}"
        case Hat(body, accent):
            return _accent(latex(body), accent)
        case _:
            raise unknown(formula)


def joined(parts: Iterable[str]) -> str:
    r"""Parts side by side, with a space where a command would swallow the next letter.

    >>> joined([r"\alpha", "x"]), joined([r"\alpha", "_1"])
    ('\\alpha x', '\\alpha_1')
    """
    text = ""
    for part in parts:
        glued = re.search(r"\\[A-Za-z]+$", text) and part[:1].isalpha()
        doubled = text.endswith(" ") and part.startswith(" ")
        text += " " + part if glued else part[1:] if doubled else part
    return text


def _symbol(symbol: Sym) -> str:
    parts = apart(symbol)
    return _set(parts) if parts != symbol else _styled(symbol.text, symbol.style)


def _styled(text: str, style: Style) -> str:
    if not (text.isascii() and text.isalnum()):
        return _mixed(text, style)
    if len(text) == 1 and style == "italic":
        return text
    return f"{_STYLES[style]}{{{text}}}"


def _mixed(text: str, style: Style) -> str:
    """Greek letters and signs have commands; any other text is text."""
    if " " in text or not all(
        char in _LETTERS or char in _SIGNS or char.isascii() for char in text
    ):
        return rf"\text{{{_word(text)}}}"
    return joined(_run(run, style) for run in re.findall(r"[A-Za-z0-9]+|.", text))


def _run(run: str, style: Style) -> str:
    return _styled(run, style) if run.isascii() and run.isalnum() else _sign(run, style)


def _sign(char: str, style: Style) -> str:
    command = _LETTERS.get(char) or _SIGNS.get(char) or _word(char)
    return rf"\boldsymbol{{{command}}}" if style == "bold" else command


def _word(text: str) -> str:
    return "".join(_SPECIAL.get(char) or _escaped(char) for char in text)


def _escaped(char: str) -> str:
    return "\\" + char if char in "#$%&_{}" else char


def _operator(op: Op) -> str:
    sign = _SIGNS.get(op.text) or joined(_SIGNS.get(char, _word(char)) for char in op.text)
    match op.role:
        case "relation" | "binary":
            return f" {sign} "
        case "punctuation" if op.text in ",;:":
            return f"{sign} "
    return sign


def _script(script: Script) -> str:
    base = _set(script.base).strip()
    if not isinstance(script.base, Num | Sym | Fence):
        base = f"{{{base}}}"
    if script.sub is not None:
        base = joined([base, _below(base, _group(script.sub))])
    if script.sup is None:
        return base
    return base + ("'" if script.sup == PRIME else "^" + _group(script.sup))


def _below(base: str, sub: str) -> str:
    """Behind a bracket an underscore could open an emphasis; before a space it cannot."""
    return f"_{sub}" if base[-1:].isalnum() else f"_ {sub}"


def _group(script: Formula) -> str:
    text = _compact(latex(script))
    return text if len(text) == 1 else f"{{{text}}}"


def _compact(text: str) -> str:
    """No spaces round signs in scripts; those that end a command stay."""
    return re.sub(r"(?<![A-Za-z_]) |(?<!_) (?![A-Za-z])", "", text)


def _fenced(inside: str, opening: str, closing: str, grows: bool) -> str:
    if grows:
        left, right = _bracket(opening) or ".", _bracket(closing) or "."
        return rf"\left{left} {inside} \right{right}"
    return joined([_bracket(opening), inside, _bracket(closing)])


def _bracket(sign: str) -> str:
    return _SIGNS.get(sign, sign)


def _function(function: Formula) -> str:
    if isinstance(function, Sym) and function.text in FUNCTIONS:
        return "\\" + function.text
    return _set(function)


def _big(big: Big) -> str:
    sign = _SIGNS.get(big.operator)
    if sign is None:
        word = big.operator
        sign = "\\" + word if word in FUNCTIONS else rf"\mathop{{\mathrm{{{_word(word)}}}}}"
    lower = _below(sign, _group(big.lower)) if big.lower is not None else ""
    upper = "^" + _group(big.upper) if big.upper is not None else ""
    return sign + lower + upper


def _matrix(matrix: Matrix) -> str:
    rows = r" \cr ".join(" & ".join(map(latex, row)) for row in matrix.rows)
    table = rf"\begin{{matrix}} {rows} \end{{matrix}}"
    return _fenced(table, matrix.open, matrix.close, True)


def _accent(body: str, accent: str) -> str:
    name = _ACCENTS.get(accent)
    if name is None:
        return rf"\overset{{{_word(accent)}}}{{{body}}}"
    single = len(body) == 1 or re.fullmatch(r"\\[A-Za-z]+|\\math\w+\{\w\}", body)
    return rf"\{name if single else _WIDE[name]}{{{body}}}"
