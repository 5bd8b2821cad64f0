"""Where a long formula may be broken: before relations and signs that stand outside brackets.

Formulas are never scaled down. A page shows a chain `symbol = formula = numbers = value` as
rows aligned at the relation; a row that is still too long is cut into pieces, each of which
begins with its sign and may start a new line.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

from problems.formulas.formula import Fence, Formula, Frac, Matrix, Op, Row, row
from problems.formulas.function_forms import has_sum
from templates.formulas.letters import tall
from templates.formulas.measure import width

LIMIT = 34.0
"""Em that a row may be wide: about the text width of an A4 page less the left-hand side."""


Measure = Callable[[Formula], float]
"""Formula -> its width in em: estimated, or as a font sets it."""

_FACTORS = (Fence, Frac, Matrix)


def sides(formula: Formula) -> list[tuple[Op | None, Formula]]:
    """The parts of a chain of relations, each with the relation before it.

    >>> from problems.formulas.formula import EQUALS, Num, Sym
    >>> sides(row(Sym("a"), EQUALS, Num("1"), EQUALS, Num("2")))[1]
    (Op(text='=', role='relation'), Num(text='1'))
    """
    found: list[tuple[Op | None, list[Formula]]] = [(None, [])]
    for item in _items(formula):
        if isinstance(item, Op) and item.role == "relation":
            found.append((item, []))
        else:
            found[-1][1].append(item)
    return [(sign, row(*items)) for sign, items in found if items or sign]


def pieces(formula: Formula, limit: float = LIMIT, measure: Measure = width) -> list[Formula]:
    """The formula whole if it is short, else parts between which a line may end.

    Broken before sums and relations; before products only where a term alone is too long, and
    within brackets only where nothing else helps.
    """
    if measure(formula) <= limit:
        return [formula]
    terms = list(_cut(_items(formula), ("+", "−", "-", "±")))
    if max(map(measure, terms)) <= limit:
        return terms
    parts = [part for term in terms for part in _factors(term, limit, measure)]
    return [piece for part in parts for piece in _opened(part, limit, measure)]


def lines(formula: Formula, limit: float = LIMIT, measure: Measure = width) -> list[Formula]:
    """Pieces put together again to lines as long as they may be, for media without wrapping."""
    found: list[list[Formula]] = []
    for piece in pieces(formula, limit, measure):
        if found and sum(map(measure, (*found[-1], piece))) <= limit:
            found[-1].append(piece)
        else:
            found.append([piece])
    return [row(*parts) for parts in found]


def _items(formula: Formula) -> Sequence[Formula]:
    return formula.items if isinstance(formula, Row) else (formula,)


def _cut(items: Sequence[Formula], signs: Sequence[str]) -> Iterator[Formula]:
    """Parts that begin with a relation or one of the signs; a sign at the start cuts nothing."""
    part: list[Formula] = []
    for item in items:
        if part and isinstance(item, Op) and _breaks(item, signs):
            yield row(*part)
            part = []
        part.append(item)
    yield row(*part)


def _breaks(op: Op, signs: Sequence[str]) -> bool:
    return op.role == "relation" or (op.role == "binary" and op.text in signs)


def _factors(term: Formula, limit: float, measure: Measure) -> list[Formula]:
    if measure(term) <= limit:
        return [term]
    signed = list(_cut(_items(term), ("·", "×", "⊗", "⊙")))
    return [part for piece in signed for part in _beside(piece, limit, measure)]


def _opened(part: Formula, limit: float, measure: Measure) -> list[Formula]:
    """A part that is still too long, cut at the signs within its brackets."""
    if measure(part) <= limit:
        return [part]
    laid: list[Formula] = []
    for item in _items(part):
        if isinstance(item, Fence) and has_sum(item.body) and not tall(item.body):
            ends = Op(item.open, "punctuation"), Op(item.close, "punctuation")
            laid += [ends[0], *_items(item.body), ends[1]]
        else:
            laid.append(item)
    return list(_cut(laid, ("+", "−", "-", "±")))


def _beside(piece: Formula, limit: float, measure: Measure) -> list[Formula]:
    """Brackets, fractions and matrices side by side: a product without a sign."""
    if measure(piece) <= limit:
        return [piece]
    found: list[list[Formula]] = [[]]
    for item in _items(piece):
        last = found[-1][-1] if found[-1] else None
        if isinstance(item, _FACTORS) and isinstance(last, _FACTORS):
            found.append([])
        found[-1].append(item)
    return [row(*parts) for parts in found]
