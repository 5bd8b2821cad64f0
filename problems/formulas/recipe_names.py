"""How the quantities of a recipe are written: by their own names, with Greek letters and indices.

`eta` prints as η, `h[2]` as h with an index, `y_hat` with a hat; an adjoint as ∂L/∂h, h̄ or dh, as
the recipe says. What is typed is the name with its indices: `h_2`, `dL/dh_2`.
"""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import replace

from problems.computation.ids import StepId
from problems.formulas.formula import (
    Fence,
    Formula,
    Frac,
    Hat,
    Num,
    Op,
    Row,
    Script,
    Sym,
    row,
    word,
)
from problems.formulas.notation import Naming, Notation, derivative, simplified
from problems.recipes.names import apart, bare, entry
from problems.recipes.recipe import Recipe

GREEK = {
    "alpha": "α", "beta": "β", "gamma": "γ", "delta": "δ", "epsilon": "ε", "eps": "ε",
    "zeta": "ζ", "eta": "η", "theta": "θ", "kappa": "κ", "lambda": "λ", "lam": "λ", "mu": "μ",
    "nu": "ν", "xi": "ξ", "pi": "π", "rho": "ρ", "sigma": "σ", "tau": "τ", "phi": "φ",
    "chi": "χ", "psi": "ψ", "omega": "ω", "Delta": "Δ", "Sigma": "Σ",
}  # fmt: skip
ACCENTS = {"hat": "^", "bar": "¯", "tilde": "˜"}
COMMA = Op(",", "punctuation")


class RecipeNaming(Naming):
    """A notation bound to a recipe, whose names are its own.

    Args:
        notation: how formulas are set: signs of products, functions.
        plan: the recipe.

    >>> from problems.formulas.notation import load
    >>> recipe = Recipe("h[t] for t in 2 = w*h[t-1]\\ngrad h[2] of h", (), ("w", "h.0"))
    >>> naming = RecipeNaming(load("standard"), recipe)
    >>> naming.label("h.1"), naming.label("dh.1")
    ('h_1', 'dh_2/dh_1')
    """

    def __init__(self, notation: Notation, plan: Recipe) -> None:
        self.notation = replace(notation, times=notation.times or "·")  # names of several letters
        self.plan = plan
        self.recipe = plan
        self._symbols: dict[tuple[str, bool], Formula] = {}
        everything = (*plan.givens, *plan.program.rules)
        labels = {id: self._typed(id) for id in everything}
        often = Counter(simplified(label).casefold() for label in labels.values())
        self._labels = {
            id: label if often[simplified(label).casefold()] == 1 else id
            for id, label in labels.items()
        }

    def updates(self, id: StepId) -> int:
        """There are none: rounds have indices."""
        return 1

    def label(self, id: str) -> str:
        """What is typed for the quantity; the id itself where that would mean two."""
        return self._labels[id]

    def _typed(self, id: str) -> str:
        part, reader = bare(id), apart(id).reader
        found = self.recipe.program.derivatives.get(part)
        if not found:
            label = _joined(part)
        elif self.recipe.adjoints == "partial":
            label = f"d{self._typed(found.of)}/d{self._typed(found.by)}"
        elif self.recipe.adjoints == "bar":
            label = _joined(found.by, "bar")
        else:
            label = f"d{self._typed(found.by)}"
        return f"{label}({self._typed(reader)})" if reader else label

    def _symbol(self, id: str, of_example: bool) -> Formula:
        part, reader = bare(id), apart(id).reader
        found = self.recipe.program.derivatives.get(part)
        if not found:
            return _named(part)
        by = self.symbol(found.by)
        if self.recipe.adjoints == "partial":
            symbol = derivative(self.symbol(found.of), by)
        elif self.recipe.adjoints == "bar":
            symbol = _with_bar(by)
        else:
            symbol = row(Sym("d", "upright"), by)
        if not reader:
            return symbol
        whole = Fence(symbol) if isinstance(symbol, Frac | Row | Script) else symbol
        return Script(whole, sub=row(Op("←", "relation"), self.symbol(reader)))


def _joined(id: str, accent: str = "") -> str:
    """Name and indices as they are typed."""
    name, indices, _ = apart(id)
    return entry(name + accent, indices).replace(".", "_")


def _with_bar(symbol: Formula) -> Formula:
    if isinstance(symbol, Script):
        return Script(Hat(symbol.base, "¯"), symbol.sub, symbol.sup)
    return Hat(symbol, "¯")


def _named(id: str) -> Formula:
    """A name and its indices: letters, then what stands below."""
    name, indices, _ = apart(id)
    stem, _, accent = name.rpartition("_")
    accented = ACCENTS.get(accent) if stem else None
    first, _, rest = (stem if accented else name).partition("_")
    letters, digits = re.fullmatch(r"(.*?)(\d*)", first).groups()  # type: ignore[union-attr]
    base = word(GREEK.get(letters, letters))
    below = [word(GREEK.get(part, part)) for part in rest.split("_") if part]
    below = [*([Num(digits)] if digits else []), *below, *(Num(str(index)) for index in indices)]
    if accented:
        base = Hat(base, accented)
    if not below:
        return base
    parts: list[Formula] = []
    for part in below:
        parts += [COMMA, part] if parts else [part]
    return Script(base, sub=row(*parts))
