"""How texts write functions out: a logistic as a fraction, a maximum with 0, an exponential."""

from __future__ import annotations

from collections.abc import Callable

from problems.formulas.formula import (
    MINUS,
    NEGATIVE,
    PLUS,
    Call,
    Fence,
    Formula,
    Frac,
    Num,
    Op,
    Root,
    Row,
    Script,
    Sym,
    row,
    word,
)
from problems.rules.activations import activation

E = Sym("e", "italic")
ONE = Num("1")
LN = Sym("ln", "upright")
PRIME = "′"
COMMA = Op(",", "punctuation")


def written_out(name: str, argument: Formula) -> Formula:
    """An activation without its letter: what a sheet has to say of a letter such as φ.

    >>> written_out("tanh", Sym("s")).function
    Sym(text='tanh', style='upright')
    """
    base = name.split("(")[0]
    if base == "leaky_relu":
        part = row(Num(f"{activation(name).parameter:g}"), Op("·", "binary"), argument)
        return Call(word("max"), row(part, COMMA, argument))
    return WRITTEN_OUT.get(base, call_by_name(base))(argument)


def one_script(body: Formula) -> bool:
    """Whether a script may go on top of a formula."""
    return not isinstance(body, Script) or body.sup is None


def based(argument: Formula) -> Formula:
    """Bracketed, unless it can carry an exponent as it is."""
    plain = isinstance(argument, Num) or (isinstance(argument, Script) and argument.sup is None)
    return argument if plain else Fence(argument)


def logistic(argument: Formula) -> Formula:
    """One over one plus a power of e."""
    return Frac(ONE, _with_power(argument))


def _with_power(argument: Formula) -> Formula:
    """One plus e to minus the argument."""
    whole = Fence(argument) if has_sum(argument) else bracketed(argument)
    power = Script(E, sup=row(NEGATIVE, whole))
    return row(ONE, PLUS, power)


def max_of(argument: Formula) -> Formula:
    """The greater of 0 and an argument."""
    return Call(word("max"), row(Num("0"), COMMA, argument))


def softplus(argument: Formula) -> Formula:
    """The logarithm of one plus a power of e."""
    return Call(LN, row(ONE, PLUS, Script(E, sup=argument)))


def bipolar(argument: Formula) -> Formula:
    """Twice the logistic function, less 1."""
    return row(Frac(Num("2"), _with_power(argument)), MINUS, ONE)


def exponential(argument: Formula) -> Formula:
    """A power of e; with a fraction in it, which would be tiny up there, exp of it."""
    parts = argument.items if isinstance(argument, Row) else (argument,)
    if any(isinstance(part, Frac) for part in parts):
        return Call(word("exp"), argument)
    return Script(E, sup=argument)


def call_by_name(name: str) -> Callable[[Formula], Formula]:
    """A function as its name before an argument."""
    return lambda argument: Call(word(name), argument)


def bracketed(written: Formula) -> Formula:
    """A term that begins with a minus sign is bracketed behind another operator."""
    first = written.items[0] if isinstance(written, Row) else written
    return Fence(written) if first == NEGATIVE else written


def has_sum(written: Formula) -> bool:
    """Whether a formula is a sum or difference on its top level.

    >>> has_sum(row(ONE, PLUS, E)), has_sum(E)
    (True, False)
    """
    return isinstance(written, Row) and any(
        isinstance(item, Op) and item.role == "binary" and item.text in "+−"
        for item in written.items
    )


WRITTEN_OUT: dict[str, Callable[[Formula], Formula]] = {
    "logistic": logistic,
    "relu": max_of,
    "softplus": softplus,
    "identity": lambda argument: argument,
    "bipolar": bipolar,
    "exp": exponential,
    "log": lambda argument: Call(LN, argument),
    "sqrt": Root,
    "abs": lambda argument: Fence(argument, "|", "|"),
    "sign": call_by_name("sgn"),
}
"""Function -> how it is written out; others by their name."""
