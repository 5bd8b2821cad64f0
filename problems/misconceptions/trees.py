"""Slips of recipes, from the rule's own tree: a part left out, a sign, the wrong neighbour.

Rules of recipes have no layers that a catalogue could know; what goes wrong in them goes wrong
at some node. Each entry changes every node that it can, one at a time.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

from problems.computation.kinds import Role
from problems.misconceptions.catalogue import Altered, Site, Slip, Wrong, known
from problems.recipes.names import adjoint, apart, entry, of_adjoint
from problems.rules.expression import (
    Constant,
    Expression,
    Function,
    Negative,
    Power,
    Product,
    Quotient,
    Ref,
    Slope,
    Square,
    Sum,
    total,
)

FORWARD = (Role.QUANTITY,)
BACKWARD = (Role.ADJOINT, Role.PATH)
EVERYWHERE = (*FORWARD, *BACKWARD)
RECIPES = ("recipe",)
"""What stands in lists of slips in place of kinds of step."""

Change = Callable[[Expression], Iterator[Altered]]
"""Node -> what it may become, each with the part that it is about."""


def changed(tree: Expression, change: Change) -> Iterator[Altered]:
    """The tree with one node changed, for each node and each change of it.

    >>> x, y = Ref("x"), Ref("y")
    >>> for found in changed(Product((x, Square(y))), _power):
    ...     print(found.rule)
    Product(factors=(Ref(id='x'), Ref(id='y')))
    Product(factors=(Ref(id='x'), Product(factors=(Constant(text='2'), Ref(id='y')))))
    """
    yield from change(tree)
    parts = tree.parts()
    for n, part in enumerate(parts):
        for new, about in changed(part, change):
            yield Altered(tree.rebuilt([*parts[:n], new, *parts[n + 1 :]]), about)


def _enter(
    name: str,
    title: str,
    student: str,
    about: str,
    teacher: str,
    rules: Callable[[Site], Wrong],
    roles: tuple[Role, ...] = EVERYWHERE,
    gated: bool = True,
) -> None:
    source = "Common in hand work"
    known(
        Slip(
            name, RECIPES, title, student, teacher, source, rules,
            gated=gated, recipes=roles, about=about,
        )
    )  # fmt: skip


def _of_rule(change: Change) -> Callable[[Site], Wrong]:
    def rules(at: Site) -> Wrong:
        yield from changed(at.step.rule, change)

    return rules


# paths -------------------------------------------------------------------------------------


def _one_path(at: Site) -> Wrong:
    """Each term comes from another reader; one from the loss itself has no gradient in it."""
    if isinstance(at.step.rule, Sum):
        terms = at.step.rule.terms
        roles = [{at.graph.parse(id).role for id in term.refs()} for term in terms]
        if 0 < len(terms) - 1 <= sum(bool(found & set(BACKWARD)) for found in roles):
            yield from _without(terms, total)


def _without(
    parts: tuple[Expression, ...], joined: Callable[[tuple[Expression, ...]], Expression]
) -> Iterator[Altered]:
    """A sum or product without one of its parts."""
    for n, part in enumerate(parts):
        yield Altered(joined(parts[:n] + parts[n + 1 :]), part)


def _slope(node: Expression) -> Iterator[Altered]:
    if isinstance(node, Product):
        for rest, factor in _without(node.factors, _times):
            if isinstance(factor, Slope):
                yield Altered(rest, factor)


def _value_for_slope(node: Expression) -> Iterator[Altered]:
    if isinstance(node, Slope):
        yield Altered(node.of, node.of)


# terms and factors -------------------------------------------------------------------------


def _term(node: Expression) -> Iterator[Altered]:
    if isinstance(node, Sum):
        yield from _without(node.terms, total)


def _factor(node: Expression) -> Iterator[Altered]:
    if isinstance(node, Product):
        yield from _without(node.factors, _times)


def _times(factors: tuple[Expression, ...]) -> Expression:
    return factors[0] if len(factors) == 1 else Product(factors)


def _added(node: Expression) -> Iterator[Altered]:
    if isinstance(node, Product) and len(node.factors) == 2:
        yield Altered(Sum(node.factors), node)


def _sign(node: Expression) -> Iterator[Altered]:
    match node:
        case Sum(terms=terms):
            for n, term in enumerate(terms):
                bare = term.of if isinstance(term, Negative) else term
                other = bare if isinstance(term, Negative) else Negative(term)
                yield Altered(Sum((*terms[:n], other, *terms[n + 1 :])), bare)
        case Negative(of=of):
            yield Altered(of, of)


# powers and functions ----------------------------------------------------------------------


def _power(node: Expression) -> Iterator[Altered]:
    match node:
        case Square(of=of):
            yield from (Altered(of, node), Altered(Product((Constant("2"), of)), node))
        case Power(of=of, exponent=n):
            yield from (Altered(of, node), Altered(Product((Constant(str(n)), of)), node))


def _divisor(node: Expression) -> Iterator[Altered]:
    if isinstance(node, Quotient):
        yield Altered(node.top, node.bottom)
        yield Altered(Product((node.top, node.bottom)), node.bottom)


def _function(node: Expression) -> Iterator[Altered]:
    if isinstance(node, Function):
        yield Altered(node.of, node)


# the wrong quantity ------------------------------------------------------------------------


def _before(at: Site) -> Callable[[str], bool]:
    """Whether there is a quantity of some id that is known when the step is worked."""
    order = at.graph.order
    own = order[at.step.id]
    return lambda id: order.get(id, own) < own


def _neighbour(at: Site) -> Wrong:
    """The entry beside, or of the round before: one index one higher or lower."""
    before = _before(at)

    def beside(node: Expression) -> Iterator[Altered]:
        if isinstance(node, Ref):
            name, indices, _ = apart(node.id)
            for n, index in enumerate(indices):
                for other in (index - 1, index + 1):
                    id = entry(name, (*indices[:n], other, *indices[n + 1 :]))
                    if before(id):
                        yield Altered(Ref(id), Ref(id))

    yield from changed(at.step.rule, beside)


def _gradient_for_value(at: Site) -> Wrong:
    """A quantity where its derivative belongs, or the other way round."""
    before = _before(at)

    def other(node: Expression) -> Iterator[Altered]:
        if isinstance(node, Ref):
            mistaken = [adjoint(node.id)]
            if at.graph.parse(node.id).role is Role.ADJOINT:
                mistaken.append(of_adjoint(node.id))
            yield from (Altered(Ref(id), Ref(id)) for id in mistaken if before(id))

    yield from changed(at.step.rule, other)


_enter(
    "path-lost", "a path left out",
    "The quantity acts in more than one way: the gradients of all ways add up.",
    "One of the ways by which the quantity acts is missing: {part}.",
    "One of the ways by which a quantity reaches the loss is missing.", _one_path, BACKWARD,
)  # fmt: skip
_enter(
    "function-slope-left-out", "derivative of the function left out",
    "Did you multiply by the derivative of the function on the way?",
    "Did you multiply by the derivative of the function on the way, {part}?",
    "The derivative of the function between is missing from the product.",
    _of_rule(_slope), BACKWARD,
)  # fmt: skip
_enter(
    "value-for-slope", "value of the function for its derivative",
    "The gradient takes the derivative of the function, not its value.",
    "The gradient takes the derivative of the function, not its value {part}.",
    "The function's value stands where its derivative belongs.",
    _of_rule(_value_for_slope), BACKWARD,
)  # fmt: skip
_enter(
    "term-left-out", "a term left out",
    "Does the sum have all its terms?", "Does the sum have the term {part}?",
    "One term of a sum is missing.", _of_rule(_term),
)  # fmt: skip
_enter(
    "factor-left-out", "a factor left out",
    "Does the product have all its factors?", "Does the product have the factor {part}?",
    "One factor of a product is missing.", _of_rule(_factor),
)  # fmt: skip
_enter(
    "added-for-multiplied", "added instead of multiplied",
    "Look at the sign between the two: they are multiplied.",
    "Look at the sign between the two: they are multiplied, {part}.",
    "Two factors were added.", _of_rule(_added),
)  # fmt: skip
_enter(
    "sign-within", "a sign within the rule",
    "Look at the signs within the rule.", "Look at the sign of {part}.",
    "The sign of one term is wrong.", _of_rule(_sign),
)  # fmt: skip
_enter(
    "power-forgotten", "a power forgotten",
    "Look at the power.", "Look at the power in {part}.",
    "A power was left out, or multiplied with instead.", _of_rule(_power),
)  # fmt: skip
_enter(
    "divisor-forgotten", "not divided",
    "What is divided by what?", "Did you divide by {part}?",
    "A divisor was left out or multiplied with.", _of_rule(_divisor),
)  # fmt: skip
_enter(
    "function-forgotten", "a function forgotten",
    "Did you apply the function?", "Did you apply the function in {part}?",
    "The function was left out: its argument stands for it.", _of_rule(_function),
)  # fmt: skip
_enter(
    "gradient-for-value", "gradient and value confused",
    "Which of the two belongs here: the quantity or its gradient?",
    "Which of the two belongs here: the quantity or its gradient? You took {part}.",
    "A gradient stands where the quantity belongs, or the other way round.",
    _gradient_for_value,
)  # fmt: skip
_enter(
    "index-beside", "the wrong index",
    "Look at the indices: which entry, which time, which round?",
    "Look at the indices: which entry, which time, which round? You took {part}.",
    "The entry beside, or the one of the round before or after, was taken.", _neighbour,
)  # fmt: skip
