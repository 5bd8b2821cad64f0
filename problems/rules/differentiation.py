"""The derivative of a rule by what it reads: again a rule.

Functions whose derivative texts write in the function's own value (logistic, tanh, ...) have a
`Slope` of that value; the derivatives of the others are written with other functions. Where a
function jumps or has a corner, the derivative is the one of the side that it belongs to, and of
several equal largest parts the first is the one that passes it on.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from problems.rules.activations import activation
from problems.rules.expression import (
    ONE,
    Constant,
    Expression,
    Function,
    Negative,
    Power,
    Product,
    Quotient,
    Ref,
    Slope,
    Softmax,
    Square,
    Sum,
    difference,
    product,
    replaced,
    total,
)
from problems.rules.extrema import Max, Winner
from problems.rules.shorthand import power

TWO = Constant("2")


def partial(tree: Expression, by: str) -> Expression | None:
    """The derivative of a tree by one of the ids it reads.

    Returns:
        None where it is 0 everywhere: the tree does not read the id, or only through steps.

    >>> x, y = Ref("x"), Ref("y")
    >>> partial(Product((x, y)), "x")
    Ref(id='y')
    >>> partial(Quotient(x, y), "y")
    Negative(of=Quotient(top=Ref(id='x'), bottom=Square(of=Ref(id='y'))))
    """
    if by not in tree.refs():
        return None
    match tree:
        case Ref():
            return ONE
        case Sum(terms):
            return added([partial(term, by) for term in terms])
        case Negative(of):
            return _negative(partial(of, by))
        case Product(factors):
            return added([_one_factor(factors, n, by) for n in range(len(factors))])
        case Square(of):
            return times(Product((TWO, of)), partial(of, by))
        case Power(of, exponent):
            slope = Product((Constant(str(exponent)), power(of, exponent - 1)))
            return times(slope, partial(of, by))
        case Quotient(top, bottom):
            return _quotient(top, bottom, by)
        case Function(name, of):
            return _function(name, of, partial(of, by))
        case Softmax(nets, index):
            parts = [times(_softmax(nets, index, n), partial(net, by)) for n, net in _each(nets)]
            return added(parts)
        case Max(of):
            return added([times(Winner(of, n), partial(part, by)) for n, part in _each(of)])
        case Winner():
            return None
    raise NotImplementedError(f"no derivative for {type(tree).__name__}")


def read_from(tree: Expression, known: Mapping[Expression, str]) -> Expression:
    """The tree with every part that is the rule of a step read from that step.

    Args:
        tree: a derivative, say `e^z` by z, which is `e^z`.
        known: rule -> id of the step that has its value.

    >>> rule = Function("exp", Ref("z"))
    >>> read_from(partial(rule, "z"), {rule: "h"})
    Ref(id='h')
    """

    def change(node: Expression) -> Expression | None:
        return Ref(known[node]) if node in known else None

    return replaced(tree, change)


def slope_at(name: str, net: Expression) -> Expression:
    """phi' at a net input, taken from the output where the row says so."""
    row = activation(name)
    return Slope(name, Function(name, net) if row.at_output else net)


def added(terms: Sequence[Expression | None]) -> Expression | None:
    """The sum of terms of which None is 0; equal ones are counted."""
    alive = [term for term in terms if term is not None]
    counted = [
        times(Constant(str(alive.count(term))), term) or term for term in dict.fromkeys(alive)
    ]
    return total(counted) if alive else None


def times(a: Expression | None, b: Expression | None) -> Expression | None:
    """The product, of which None is 0; factors of 1 are left out, signs stand in front."""
    if a is None or b is None:
        return None
    if isinstance(b, Negative):
        return _negative(times(a, b.of))
    if isinstance(a, Negative):
        return _negative(times(a.of, b))
    if isinstance(a, Quotient) and a.top == ONE and b != ONE:
        return Quotient(b, a.bottom)
    if ONE in (a, b):
        return b if a == ONE else a
    return product(a, b)


def _negative(of: Expression | None) -> Expression | None:
    if of is None:
        return None
    return of.of if isinstance(of, Negative) else Negative(of)


def _each(parts: Sequence[Expression]) -> list[tuple[int, Expression]]:
    return list(enumerate(parts))


def _one_factor(factors: tuple[Expression, ...], n: int, by: str) -> Expression | None:
    """The product with factor n replaced by its derivative."""
    inner = partial(factors[n], by)
    if inner is None:
        return None
    others = (*factors[:n], *factors[n + 1 :])
    if inner == ONE and others:
        return others[0] if len(others) == 1 else Product(others)
    return product(*factors[:n], inner, *factors[n + 1 :])


def _quotient(top: Expression, bottom: Expression, by: str) -> Expression | None:
    over, under = partial(top, by), partial(bottom, by)
    first = Quotient(over, bottom) if over else None
    return added([first, _negative(times(_squared(top, bottom), under))])


def _squared(top: Expression, bottom: Expression) -> Expression:
    """The quotient over the bottom once more."""
    return Quotient(top, Square(bottom))


def _softmax(nets: tuple[Expression, ...], index: int, by: int) -> Expression:
    own = Softmax(nets, index)
    if index == by:
        return Product((own, difference(ONE, own)))
    return Negative(Product((own, Softmax(nets, by))))


def _function(name: str, of: Expression, inner: Expression | None) -> Expression | None:
    slope = DERIVATIVES[name](of) if name in DERIVATIVES else slope_at(name, of)
    return times(slope, inner) if slope else None


def _root(of: Expression) -> Expression:
    return Quotient(ONE, Product((TWO, Function("sqrt", of))))


DERIVATIVES: Mapping[str, Callable[[Expression], Expression | None]] = {
    "exp": lambda of: Function("exp", of),
    "log": lambda of: Quotient(ONE, of),
    "sqrt": _root,
    "sin": lambda of: Function("cos", of),
    "cos": lambda of: Negative(Function("sin", of)),
    "abs": lambda of: Function("sign", of),
    "sign": lambda of: None,
    "step": lambda of: None,
    "identity": lambda of: ONE,
}
"""Function -> its derivative; None is 0. Those of the other activations are slopes."""
