"""Sets a formula as boxes, by the rules that TeX follows, with the metrics of a font.

Sources: D. Knuth, The TeXbook, appendix G (the numbers of its rules stand at the functions)
and page 170 (spaces between atoms); the OpenType MATH table where it names what TeX keeps in
font dimensions. Styles: 0 display, 1 text, 2 script, 3 script of script; cramped styles lower
superscripts below bars and under roots.
"""

from __future__ import annotations

from dataclasses import replace
from functools import lru_cache

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
    Sym,
)
from templates.formulas.arrays import array, field, with_limits
from templates.formulas.atoms import (
    DISPLAY,
    SCRIPT,
    TEXT,
    Atom,
    Piece,
    class_of,
    class_of_sign,
    fraction_style,
    resolved,
    script_style,
    space_between,
)
from templates.formulas.boxes import Box, Glyph, Rule
from templates.formulas.letters import (
    MINUS_SIGN,
    apart,
    styled,
    tall,
    unknown,
)
from templates.formulas.mathfont import NO_GROWTH, MathFont
from templates.formulas.signs import KEPT, Signs

NULL_DELIMITER = 0.12
"""Left and right of a fraction: plain TeX's \\nulldelimiterspace, 1.2 pt at 10 pt."""

LEAST_FENCE, FENCE_SHORTFALL = 0.901, 0.5
"""How much of a formula its brackets must cover: \\delimiterfactor, \\delimitershortfall."""


_ACCENTS = {"^": "\u0302", "¯": "\u0304", "˜": "\u0303", "~": "\u0303"}
_SIGNS = {"-": MINUS_SIGN, "–": MINUS_SIGN, "·": "⋅", "*": "∗", ":=": "≔", "Σ": "∑", "Π": "∏"}


def set_formula(
    formula: Formula, font: MathFont, display: bool = True, joined: bool = False
) -> Box:
    """The formula as a box.

    Args:
        formula: any tree.
        font: the metrics to set it by.
        display: whether sums and fractions have the size of a displayed formula.
        joined: whether something stands before it on an earlier line, so that a sign at its
            beginning is one between two terms, not the sign of the first.

    Raises:
        TypeError: a node that has no setting.

    >>> from templates.formulas.mathfont import load
    >>> font = load("BPGModernMath")
    >>> half = set_formula(Frac(Num("1"), Num("2")), font)
    >>> half.ascent > half.descent > 0.5
    True
    """
    return _setter(font).row(formula, DISPLAY if display else TEXT, False, joined)


@lru_cache(maxsize=8)
def _setter(font: MathFont) -> _Setter:
    return _Setter(font)


class _Setter:
    """The rules bound to a font.

    Boxes of symbols are kept as those of words are: they depend on nothing but the formula and
    the font. A box is never changed once it is made.
    """

    def __init__(self, font: MathFont) -> None:
        self.font = font
        self.signs = Signs(font)
        self.kept_symbol = lru_cache(maxsize=KEPT)(self._nucleus)
        self.scaled = tuple(
            {name: value * size for name, value in font.constants.items() if "script" in name}
            for size in font.sizes
        )
        self.constants = font.constants
        self.sizes = font.sizes
        self.axis = font.constants["AxisHeight"]

    # rows ------------------------------------------------------------------------------------

    def row(
        self, formula: Formula, style: int, cramped: bool = False, joined: bool = False
    ) -> Box:
        """Parts side by side with the spaces between atoms (page 170)."""
        if not joined and isinstance(formula, Sym | Num | Frac):
            return self.nucleus(formula, style, cramped)
        pieces = self.pieces(formula, style, cramped)
        if len(pieces) == 1 and not joined:
            return pieces[0].box
        box = Box()
        before: Atom | None = Atom.ORD if joined else None
        for piece, atom in zip(pieces, resolved(pieces, joined), strict=True):
            box.append(piece.box, space_between(before, atom, style) * self.sizes[style])
            before = atom
        return box

    def pieces(self, formula: Formula, style: int, cramped: bool) -> list[Piece]:
        """The atoms that a node is to its neighbours; brackets that do not grow are three."""
        found: list[Piece] = []
        self._collect(formula, style, cramped, found)
        return found

    def _collect(self, formula: Formula, style: int, cramped: bool, into: list[Piece]) -> None:
        match formula:
            case Row(items):
                for item in items:
                    self._collect(item, style, cramped, into)
            case Fence(body, opening, closing) if not tall(body):
                self._bracket(opening, Atom.OPEN, style, into)
                self._collect(body, style, cramped, into)
                self._bracket(closing, Atom.CLOSE, style, into)
            case Script(Fence() as base) if base.close and not tall(base):
                self._bracket(base.open, Atom.OPEN, style, into)
                self._collect(base.body, style, cramped, into)
                last = self.signs.sign(base.close, style)
                into.append(Piece(self.scripts(last, formula, style, cramped, True), Atom.CLOSE))
            case Call(function, argument):
                self._collect(function, style, cramped, into)
                self._collect(Fence(argument), style, cramped, into)
            case Big(body=body):
                into.append(Piece(self.operator(formula, style, cramped), Atom.OP))
                self._collect(body, style, cramped, into)
            case Op(text, role):
                into.append(Piece(self.operator_sign(formula, style), class_of_sign(text, role)))
            case _:
                into.append(Piece(self.nucleus(formula, style, cramped), class_of(formula)))

    def _bracket(self, sign: str, atom: Atom, style: int, into: list[Piece]) -> None:
        if sign:
            into.append(Piece(self.signs.sign(sign, style), atom))

    # letters and signs -----------------------------------------------------------------------

    def nucleus(self, formula: Formula, style: int, cramped: bool) -> Box:
        """Any node that is one atom."""
        if isinstance(formula, Script | Sym | Frac):
            return self.kept_symbol(formula, style, cramped)
        return self._nucleus(formula, style, cramped)

    def _nucleus(self, formula: Formula, style: int, cramped: bool) -> Box:
        match formula:
            case Num(text):
                return self.signs.word(text.replace("-", MINUS_SIGN), style)
            case Sym():
                return self.symbol(formula, style, cramped)
            case Script():
                return self.script(formula, style, cramped)
            case Frac(top, bottom):
                return self.fraction(top, bottom, style, cramped)
            case Fence():
                return self.fence(formula, style, cramped)
            case Root(body):
                return self.root(body, style)
            case Matrix():
                return self.matrix(formula, style)
            case Blank(step, width):
                return field(step, width, self.axis, self.sizes[style])
            case Hat(body, accent):
                return self.accent(body, accent, style)
            case Row() | Call() | Big():
                return self.row(formula, style, cramped)
            case _:
                raise unknown(formula)

    def symbol(self, symbol: Sym, style: int, cramped: bool) -> Box:
        """A letter of its style, or a word; a lone letter makes room for its slant (17)."""
        parts = apart(symbol)
        if not isinstance(parts, Sym):
            return self.nucleus(parts, style, cramped)
        if symbol == PARTIAL:
            return self.signs.word(styled("∂", "italic"), style)
        box = self.letters(symbol, style)
        return replace(box, width=box.width + box.slant, slant=0.0) if box.slant else box

    def letters(self, symbol: Sym, style: int) -> Box:
        """The symbol before it is known whether a script follows."""
        return self.signs.word("".join(styled(char, symbol.style) for char in symbol.text), style)

    def operator_sign(self, op: Op, style: int) -> Box:
        return self.signs.word(_SIGNS.get(op.text, op.text), style)

    # scripts ---------------------------------------------------------------------------------

    def script(self, script: Script, style: int, cramped: bool) -> Box:
        base = script.base
        if isinstance(base, Sym) and isinstance(apart(base), Sym) and base != PARTIAL:
            nucleus = self.letters(base, style)
        else:
            nucleus = self.row(base, style, cramped)
        letter = isinstance(base, Num | Sym) or nucleus.lone is not None
        return self.scripts(nucleus, script, style, cramped, letter)

    def scripts(
        self, nucleus: Box, script: Script, style: int, cramped: bool, letter: bool
    ) -> Box:
        """Sub- and superscripts (18): lower and higher by what they are attached to."""
        size = self.sizes[style]
        small = script_style(style)
        above = None if script.sup is None else self.row(script.sup, small, cramped)
        below = None if script.sub is None else self.row(script.sub, small, True)
        up, down = self._shifts(nucleus, above, below, style, cramped, letter)
        box = Box()
        box.put(0.0, 0.0, nucleus)
        ends = [nucleus.width]
        if above is not None:
            # A prime stands at its own height already: the font draws it raised.
            box.put(nucleus.width + nucleus.slant, up, above)
            ends.append(nucleus.width + nucleus.slant + above.width)
        if below is not None:
            box.put(nucleus.width, -down, below)
            ends.append(nucleus.width + below.width)
        box.width = max(ends) + self.constants["SpaceAfterScript"] * size
        return box

    def _shifts(
        self,
        nucleus: Box,
        above: Box | None,
        below: Box | None,
        style: int,
        cramped: bool,
        letter: bool,
    ) -> tuple[float, float]:
        """How far a superscript goes up and a subscript down (18a to 18f)."""
        c = self.scaled[style]
        up = 0.0 if letter else nucleus.ascent - c["SuperscriptBaselineDropMax"]
        down = 0.0 if letter else nucleus.descent + c["SubscriptBaselineDropMin"]
        if above is not None:
            least = c["SuperscriptShiftUpCramped" if cramped else "SuperscriptShiftUp"]
            up = max(up, least, above.descent + c["SuperscriptBottomMin"])
        if below is not None:
            down = max(down, c["SubscriptShiftDown"])
            if above is None:
                down = max(down, below.ascent - c["SubscriptTopMax"])
        if above is not None and below is not None:
            gap = (up - above.descent) - (below.ascent - down)
            if gap < c["SubSuperscriptGapMin"]:
                down += c["SubSuperscriptGapMin"] - gap
                lift = c["SuperscriptBottomMaxWithSubscript"] - (up - above.descent)
                if lift > 0:
                    up, down = up + lift, down - lift
        return up, down

    # fractions, roots, accents ---------------------------------------------------------------

    def fraction(self, top: Formula, bottom: Formula, style: int, cramped: bool) -> Box:
        """A fraction with its bar on the axis (15)."""
        c, size, smaller = self.constants, self.sizes[style], fraction_style(style)
        over, under = self.row(top, smaller, cramped), self.row(bottom, smaller, True)
        big = "DisplayStyle" if style == DISPLAY else ""
        gap_over = "FractionNumDisplayStyleGapMin" if big else "FractionNumeratorGapMin"
        gap_under = "FractionDenomDisplayStyleGapMin" if big else "FractionDenominatorGapMin"
        bar, axis = c["FractionRuleThickness"] * size, self.axis * size
        up = max(
            c[f"FractionNumerator{big}ShiftUp"] * size,
            axis + bar / 2 + c[gap_over] * size + over.descent,
        )
        down = max(
            c[f"FractionDenominator{big}ShiftDown"] * size,
            bar / 2 - axis + c[gap_under] * size + under.ascent,
        )
        width, side = max(over.width, under.width), NULL_DELIMITER * size
        box = Box(width + 2 * side)
        box.put(side + (width - over.width) / 2, up, over)
        box.parts.append((side, axis - bar / 2, Rule(width, bar)))
        box.put(side + (width - under.width) / 2, -down, under)
        return box

    def root(self, body: Formula, style: int) -> Box:
        """A square root with a bar over its body (11)."""
        c, size = self.constants, self.sizes[style]
        inner = self.row(body, style, True)
        name = "RadicalDisplayStyleVerticalGap" if style == DISPLAY else "RadicalVerticalGap"
        bar, gap = c["RadicalRuleThickness"] * size, c[name] * size
        wanted = inner.height + gap + bar
        sign = self.signs.grown("√", wanted, style, centred=False)
        gap += max(0.0, (sign.height - wanted) / 2)
        top = inner.ascent + gap + bar
        box = Box(sign.width + inner.width + 0.06 * size)
        box.put(0.0, top - sign.ascent, sign)
        box.put(sign.width, 0.0, inner)
        overlap = 0.01 * size
        bar_width = inner.width + 0.06 * size + overlap
        box.parts.append((sign.width - overlap, top - bar, Rule(bar_width, bar)))
        box.ascent = top + c["RadicalExtraAscender"] * size
        return box

    def accent(self, body: Formula, accent: str, style: int) -> Box:
        """An accent above a letter, or a wide one above a word (12)."""
        size = self.sizes[style]
        parts = apart(body) if isinstance(body, Sym) else body
        inner = (
            self.letters(parts, style) if isinstance(parts, Sym) else self.row(parts, style, True)
        )
        glyph = self.font.glyph(_ACCENTS.get(accent, accent))
        if glyph is None:
            return self.row(Script(body, sup=Sym(accent, "upright")), style)
        if inner.lone is None:
            wider = self.font.wide.get(glyph, NO_GROWTH).variants
            fitting = [g for g in wider if self.signs.ink_width(g) * size <= inner.width * 1.05]
            glyph = fitting[-1] if fitting else glyph
        left, _, right, top = self.font.boxes[glyph]
        middle = (inner.width + inner.slant) / 2
        if inner.lone is not None and inner.lone in self.font.accents:
            middle = self.font.accents[inner.lone] * size
        at = self.font.accents.get(glyph, (left + right) / 2) * size
        rise = inner.ascent - min(inner.ascent, self.constants["AccentBaseHeight"] * size)
        box = Box(inner.width, slant=inner.slant, lone=inner.lone)
        box.put(0.0, 0.0, inner)
        box.parts.append((middle - at, rise, Glyph(glyph, size)))
        box.ascent = max(box.ascent, top * size + rise)
        return box

    # operators with limits ---------------------------------------------------------------------

    def operator(self, big: Big, style: int, cramped: bool) -> Box:
        """A sum with its limits: above and below in display style, else beside (13)."""
        sign = _SIGNS.get(big.operator, big.operator)
        nucleus = self.signs.word(sign, style) if len(sign) > 1 else self._large(sign, style)
        script = Script(Num(""), big.lower, big.upper)
        if big.lower is None and big.upper is None:
            return nucleus
        if style != DISPLAY:
            return self.scripts(nucleus, script, style, cramped, False)
        return self._limits(nucleus, big, cramped)

    def _large(self, sign: str, style: int) -> Box:
        """The sign in its display size, centred on the axis."""
        least = self.constants["DisplayOperatorMinHeight"] if style == DISPLAY else 0.0
        return self.signs.grown(sign, 0.99 * least * self.sizes[style], style)

    def _limits(self, nucleus: Box, big: Big, cramped: bool) -> Box:
        above = None if big.upper is None else self.row(big.upper, SCRIPT, cramped)
        below = None if big.lower is None else self.row(big.lower, SCRIPT, True)
        return with_limits(nucleus, above, below, self.constants)

    # brackets that grow, matrices, fields ------------------------------------------------------

    def fence(self, fence: Fence, style: int, cramped: bool) -> Box:
        """Brackets as high as what they hold (19)."""
        return self.fenced(self.row(fence.body, style, cramped), fence.open, fence.close, style)

    def fenced(self, body: Box, opening: str, closing: str, style: int, pad: float = 0.0) -> Box:
        size = self.sizes[style]
        axis = self.axis * size
        reach = 2 * max(body.ascent - axis, body.descent + axis)
        wanted = max(LEAST_FENCE * reach, reach - FENCE_SHORTFALL * size)
        box = Box()
        box.append(self._delimiter(opening, wanted, style))
        box.append(body, pad)
        box.append(self._delimiter(closing, wanted, style), pad)
        return box

    def _delimiter(self, sign: str, wanted: float, style: int) -> Box:
        if not sign:
            return Box(NULL_DELIMITER * self.sizes[style])
        return self.signs.grown(sign, wanted, style)

    def matrix(self, matrix: Matrix, style: int) -> Box:
        """Rows and columns, centred on the axis, in brackets: LaTeX's array of \\textstyle."""
        cells = [[self.row(cell, max(style, TEXT)) for cell in cells] for cells in matrix.rows]
        body = array(cells, self.axis, self.sizes[style])
        return self.fenced(body, matrix.open, matrix.close, style)
