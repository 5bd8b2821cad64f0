"""The sign of a gate: what a small rule does with what it reads, in a sign or a word."""

from __future__ import annotations

from fractions import Fraction

from problems.formulas.formula import Formula, Num, Op, Script, Sym, row
from problems.rules.expression import (
    Constant,
    Expression,
    Function,
    Negative,
    Power,
    Product,
    Quotient,
    Ref,
    Softmax,
    Square,
    Sum,
)
from problems.rules.extrema import Max

X = Sym("x")
FUNCTIONS = {
    "logistic": Sym("σ"), "relu": Sym("ReLU", "upright"), "log": Sym("ln", "upright"),
    "sqrt": Sym("√", "upright"), "abs": Sym("|x|", "upright"),
}  # fmt: skip
"""Those that are not known by their own name."""
LONGEST = 4
"""Letters of a number inside a gate."""


def gate(rule: Expression) -> Formula | None:
    """The sign of a rule that does one thing; None if it does more.

    >>> gate(Product((Ref("w"), Ref("x"))))
    Op(text='×', role='prefix')
    >>> gate(Function("tanh", Ref("s"))), gate(Function("tanh", Sum((Ref("s"), Ref("b")))))
    (Sym(text='tanh', style='upright'), None)
    """
    if not all(isinstance(part, Ref | Constant | Negative) for part in rule.parts()):
        return None
    if any(not isinstance(n.of, Ref) for n in rule.parts() if isinstance(n, Negative)):
        return None
    match rule:
        case Product(factors):
            return _with_number("×", factors)
        case Sum(terms):
            return _sum(terms)
        case Negative(Ref()):
            return _sign("×", "−1")
        case Quotient(Constant("1"), Ref()):
            return Sym("1/x", "upright")
        case Quotient(Ref(), Constant(text)) if len(text) <= LONGEST:
            return _sign("÷", text)
        case Quotient(Ref(), Ref()):
            return _sign("÷")
        case Square(Ref()):
            return Script(X, sup=Num("2"))
        case Power(Ref(), exponent):
            return Script(X, sup=Num(str(exponent)))
        case Function(name, Ref()) if "(" not in name:
            return FUNCTIONS.get(name, Sym(name, "upright"))
        case Max(of) if all(isinstance(part, Ref) for part in of):
            return Sym("max", "upright")
        case Softmax():
            return Sym("softmax", "upright")
    return None


def _sum(terms: tuple[Expression, ...]) -> Formula | None:
    negative = [term for term in terms if isinstance(term, Negative)]
    if not negative:
        return _with_number("+", terms)
    if len(terms) == 2 and len(negative) == 1 and terms[1] is negative[0]:
        first = terms[0]
        if isinstance(first, Ref):
            return _sign("−")
        if isinstance(first, Constant) and len(first.text) <= LONGEST:
            return row(Num(first.text), Op("−", "prefix"), X)
    return None


def _with_number(sign: str, parts: tuple[Expression, ...]) -> Formula | None:
    numbers = [part.text for part in parts if isinstance(part, Constant)]
    if any(isinstance(part, Negative) for part in parts) or len(numbers) > 1:
        return None
    if not numbers:
        return _sign(sign)
    if len(numbers[0]) > LONGEST:
        return None
    below = Fraction(numbers[0]) < 0
    if below and sign == "+":
        return _sign("−", numbers[0][1:])
    return _sign(sign, numbers[0])


def _sign(sign: str, number: str = "") -> Formula:
    return row(Op(sign, "prefix"), Num(number)) if number else Op(sign, "prefix")
