"""How many formula answers are read and judged a second, beside sympy on the same pairs.

Run by `make bench`. A pair is a student's text and the key's formula; half of them are equal.
Texts are made different on purpose (other order, other numbers of spaces), so that nothing is
answered from memory. sympy gets the pairs as its own objects, already read: reading is left out
for it, and a pair that takes longer than two seconds is given up.
"""

from __future__ import annotations

import signal
import statistics
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import sympy
from issued_exercises import exercises
from typed_rules import typed_key

from grader.marking.formulas import agree, sample
from grader.read.formula.formula import Formula, read_formula
from grader.read.formula.tree import (
    Call,
    Name,
    Negative,
    Node,
    Number,
    Power,
    Product,
    Quotient,
    Sum,
)
from problems.exercise import Exercise

FAMILIES = ("valchanov-formulas", "mazur-formulas", "lfd-formulas")
EACH = 400
SECONDS = 2


def texts(one: Exercise, id: str) -> Iterator[tuple[str, bool]]:
    """Spellings of a key and of near misses, each with whether it is right."""
    key, other = typed_key(one, id), typed_key(one, id, other=True)
    yield key, True
    yield other, True
    yield f"-2*({other})/(-2)", True
    yield f"({other})*2", False
    yield f"({other}) + 0.001", False
    yield f"-({other})", False


def pairs() -> list[tuple[Exercise, str, str, bool]]:
    """Exercise, step, text and whether it is right; every text is another."""
    found = []
    ones = [exercises(name, 1)[0] for name in FAMILIES]
    count = 0
    while len(found) < EACH * 6:
        for one in ones:
            for id in one.formulas:
                count += 1
                for text, right in texts(one, id):
                    found.append((one, id, " " * (count % 90) + text, right))
    return found[: EACH * 6]


def rate(work: Callable[[], object], count: int) -> float:
    """A second of processor time."""
    start = time.process_time()
    work()
    return count / (time.process_time() - start)


def ours(chosen: list[tuple[Exercise, str, str, bool]]) -> None:
    """Read and judge."""
    for one, id, text, right in chosen:
        formula = read_formula(one, id, text)
        assert isinstance(formula, Formula), text
        assert agree(formula, id, sample(one)) is right, text


def as_sympy(node: Node) -> sympy.Expr:
    """Our tree as a sympy object; names are symbols."""
    match node:
        case Number(_, value):
            return sympy.Rational(value.numerator, value.denominator)
        case Name(id, _):
            return sympy.Symbol(id)
        case Negative(of):
            return -as_sympy(of)
        case Sum(terms):
            return sympy.Add(*map(as_sympy, terms))
        case Product(factors):
            return sympy.Mul(*map(as_sympy, factors))
        case Quotient(top, bottom):
            return as_sympy(top) / as_sympy(bottom)
        case Power(base, exponent):
            return as_sympy(base) ** as_sympy(exponent)
        case Call(function, arguments):
            names = {"logistic": lambda v: 1 / (1 + sympy.exp(-v)), "log": sympy.log}
            known = names.get(function) or getattr(sympy, function)
            return known(*map(as_sympy, arguments))
    raise AssertionError(node)


@contextmanager
def limit() -> Iterator[None]:
    """Give up after some seconds."""

    def late(*_: object) -> None:
        raise TimeoutError

    signal.signal(signal.SIGALRM, late)
    signal.alarm(SECONDS)
    try:
        yield
    finally:
        signal.alarm(0)


def theirs(chosen: list[tuple[Exercise, str, str, bool]], judge: str) -> float:
    """Pairs a second with sympy's simplify or equals."""
    spent = []
    for one, id, text, _ in chosen:
        formula = read_formula(one, id, text)
        key = read_formula(one, id, typed_key(one, id))
        assert isinstance(formula, Formula)
        assert isinstance(key, Formula)
        a, b = as_sympy(formula.tree), as_sympy(key.tree)
        start = time.process_time()
        try:
            with limit():
                sympy.simplify(a - b) if judge == "simplify" else a.equals(b)
        except TimeoutError:
            pass
        spent.append(time.process_time() - start)
    return 1 / statistics.fmean(spent)


def main() -> None:
    """Print the table."""
    every = pairs()
    ours(every[:60])
    print("formula answers a second on one core, read and judged")
    for name, right in (("equal", True), ("unequal", False)):
        chosen = [pair for pair in every if pair[3] is right]
        mine = rate(lambda c=chosen: ours(c), len(chosen))  # type: ignore[misc]
        few = chosen[:: max(1, len(chosen) // 60)]
        others = ", ".join(f"sympy {j} {theirs(few, j):.0f}" for j in ("simplify", "equals"))
        print(f"  {name:8} {mine:8,.0f}   ({others})")


if __name__ == "__main__":
    sys.exit(main())
