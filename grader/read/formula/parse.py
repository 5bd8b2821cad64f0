"""A formula as a student types it, read to a tree.

The text meets four gates in this order: its length, its characters (`characters`), its depth,
its words (`lexer`); then the grammar (`grammar.lark`) says what binds how. No text reaches an
interpreter, a template or a library's own parser. First rule: what can be read in two ways is
refused with both readings.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from fractions import Fraction
from functools import lru_cache
from importlib import resources
from types import MappingProxyType
from typing import Any

from lark import Lark, Transformer, UnexpectedToken
from lark.lexer import Lexer as LarkLexer

from grader.errors import AnswerError
from grader.read import ambiguity, characters
from grader.read.formula.exact import divided, exact, power
from grader.read.formula.lexemes import Lexeme, Names
from grader.read.formula.lexer import lexemes
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
    names,
)
from problems.formulas.notation import Labels, simplified
from problems.reasons import because

MOST_CHARACTERS = 2000
DEEPEST = 60
MOST_POWERS = 60
"""Powers, and divisions, of one formula: each may stand inside the one before."""

FUNCTIONS: Mapping[str, str] = MappingProxyType(
    {
        "exp": "exp", "log": "log", "ln": "log", "sqrt": "sqrt", "tanh": "tanh",
        "sigmoid": "logistic", "sigma": "logistic", "logistic": "logistic", "relu": "relu",
        "abs": "abs", "max": "max", "min": "min", "sin": "sin", "cos": "cos",
    }
)  # fmt: skip
"""What may be called where nothing else is said: typed name -> canonical one."""

SEVERAL = ("max", "min")


def parse_formula(
    text: str,
    names: Names,
    functions: Mapping[str, str] = FUNCTIONS,
    *,
    comma: bool | None = None,
) -> Node:
    """The tree of a formula.

    Args:
        text: as typed.
        names: the quantities that it may use.
        functions: typed name of a function -> its canonical name.
        comma: whether the file writes decimal commas; None if that is not known.

    Returns:
        A tree in which names are ids.

    Raises:
        AnswerError: it cannot be read, or in more than one way.

    >>> parse_formula("2(a - 1)", AnyName())
    Product(factors=(Number(text='2', value=Fraction(2, 1)), Sum(terms=(Name(id='a', text='a'), \
Negative(of=Number(text='1', value=Fraction(1, 1)))))))
    """
    if len(text) > MOST_CHARACTERS:
        reason = because("too_many_characters", most=MOST_CHARACTERS, count=len(text))
        raise AnswerError("too_long", MOST_CHARACTERS, reason)
    stripped = text.strip(characters.EDGES)
    if not stripped:
        raise AnswerError("empty", 0, because("nothing_written"))
    offset = text.index(stripped)
    try:
        return _parsed(stripped, names, functions, comma)
    except AnswerError as error:
        raise (error.moved(offset) if offset else error) from None


class AnyName:
    """Takes every name for a quantity of that name."""

    def find(self, typed: str) -> str | None:
        """The name itself."""
        return typed

    def suggestion(self, typed: str) -> str | None:
        """None is needed."""
        return None

    def known(self) -> Sequence[str]:
        """Cannot be listed."""
        return ()


class NoNames:
    """Knows no name: for numbers."""

    def find(self, typed: str) -> str | None:
        """Nothing."""
        return None

    def suggestion(self, typed: str) -> str | None:
        """Nothing."""
        return None

    def known(self) -> Sequence[str]:
        """Nothing."""
        return ()


class Listed:
    """Knows the names of a list, in any spelling of their indices but in their own case.

    >>> Listed(["w_41", "delta_o1"]).find("w41"), Listed(["w_41"]).find("W41")
    ('w_41', None)
    """

    def __init__(self, names: Sequence[str]) -> None:
        self._names = tuple(names)
        self._labels = Labels({name: name for name in self._names})

    def find(self, typed: str) -> str | None:
        """The listed name that is meant; W is never w."""
        found = self._labels.find(typed)
        return found if found and simplified(found) == simplified(typed) else None

    def suggestion(self, typed: str) -> str | None:
        """A listed name that is like it."""
        return self._labels.suggestion(typed)

    def known(self) -> Sequence[str]:
        """The list."""
        return self._names


def _parsed(text: str, names: Names, functions: Mapping[str, str], comma: bool | None) -> Node:
    characters.check(text)
    _check_depth(text)
    ambiguity.check(text, euler="e" if "e" not in names.known() else "")
    words = lexemes(text, names, functions, comma)
    reader = _grammar().parse_interactive()
    feed = reader.feed_token
    try:
        for word in words:
            feed(word)  # type: ignore[arg-type]
        tree: Node = reader.feed_eof()  # type: ignore[no-untyped-call]
    except UnexpectedToken as error:
        raise _unexpected(error.token, words, text) from None
    return tree


_PROGRAM = re.compile(r"__\w*__\s*[(\[.]|\.__|</|<\w+>|\blambda\s*\w*:|:=")


def _check_depth(text: str) -> None:
    """Brackets and powers before anything descends into them."""
    program = _PROGRAM.search(text)
    if program:
        reason = because("program_text")
        raise AnswerError("forbidden_construct", program.start(), reason, len(program[0]))
    if text.count("(") + text.count("（") + text.count("{") + text.count("[") > DEEPEST:
        depth = 0
        for place, char in enumerate(text):
            depth += (char in "(（{[") - (char in ")）}]")
            if depth > DEEPEST:
                raise AnswerError("too_deep", place, because("nested_too_deep", most=DEEPEST))
    if text.count("^") + text.count("**") > MOST_POWERS:
        last = text.rindex("^" if "^" in text else "**")
        raise AnswerError("too_complex", last, because("too_many_powers", most=MOST_POWERS))
    slashes = [place for place, char in enumerate(text) if char in characters.SLASH]
    if len(slashes) > MOST_POWERS:
        reason = because("too_many_divisions", most=MOST_POWERS)
        raise AnswerError("too_complex", slashes[MOST_POWERS], reason)


def _unexpected(token: Any, words: list[Lexeme], text: str) -> AnswerError:
    if token.type == "$END":
        unclosed = [word for word in words if word.type in ("OPEN", "LBRACE")]
        closed = sum(word.type in ("CLOSE", "RBRACE") for word in words)
        if len(unclosed) > closed:
            return AnswerError("syntax", len(text), because("brackets_not_closed"))
        return AnswerError("syntax", len(text), because("formula_breaks_off"))
    after = text[token.end :].lstrip()[:1] if token.type == "SEPARATOR" else ""
    if after and after not in characters.SEPARATOR + characters.CLOSE:
        return AnswerError("wrong_kind", token.start, because("list_of_values"))
    shown = text[token.start : token.end]
    reason = because("does_not_fit_in", text=shown[:20])
    return AnswerError("syntax", token.start, reason, len(shown))


# the grammar --------------------------------------------------------------------------------


class _NoLexer(LarkLexer):
    """Our words are fed to lark one by one; it makes none itself."""

    def __init__(self, conf: Any) -> None:
        pass

    def lex(self, lexer_state: Any, parser_state: Any) -> Iterator[Any]:
        return iter(())


@lru_cache(maxsize=1)
def _grammar() -> Lark:
    text = (resources.files("grader.read.formula") / "grammar.lark").read_text("utf-8")
    return Lark(
        text,
        parser="lalr",
        lexer=_NoLexer,
        transformer=_Builder(),
        maybe_placeholders=True,
        propagate_positions=False,
    )


class _Terms(list[Node]):
    """A sum that is still growing."""


class _Factors(list[Node]):
    """A product that is still growing."""


def _whole(part: Any) -> Node:
    """A finished node of what may still be growing."""
    kind = type(part)
    if kind is _Factors:
        return Product(tuple(part)) if len(part) > 1 else part[0]
    if kind is _Terms:
        return Sum(tuple(part))
    return part  # type: ignore[no-any-return]


def _constant(node: Node) -> bool:
    return next(names(node), None) is None


class _Builder(Transformer[Any, Any]):
    """The tree, made while lark reads; each method gets the parts of its rule in order."""

    def start(self, parts: list[Any]) -> Node:
        return _whole(parts[0])

    def plus(self, parts: list[Any]) -> _Terms:
        return self.added(parts[0], _whole(parts[2]))

    def minus(self, parts: list[Any]) -> _Terms:
        return self.added(parts[0], Negative(_whole(parts[2])))

    def added(self, left: Any, term: Node) -> _Terms:
        terms = left if type(left) is _Terms else _Terms((_whole(left),))
        terms.append(term)
        return terms

    def times(self, parts: list[Any]) -> _Factors:
        left = parts[0]
        factors = left if type(left) is _Factors else _Factors((left,))
        factors.append(parts[2])
        return factors

    def over(self, parts: list[Any]) -> Node:
        return _quotient(_whole(parts[0]), _whole(parts[2]), parts[1].start)

    def positive(self, parts: list[Any]) -> Node:
        return _whole(parts[1])

    def negative(self, parts: list[Any]) -> Node:
        return Negative(_whole(parts[1]))

    def raised(self, parts: list[Any]) -> Node:
        return _power(parts[0], parts[2], parts[1].start)

    def superscript(self, parts: list[Any]) -> Node:
        return _power(parts[0], parts[1].node, parts[1].start)

    def euler(self, parts: list[Any]) -> Node:
        return _call("exp", (parts[2],), parts[0].start)

    def euler_superscript(self, parts: list[Any]) -> Node:
        return _call("exp", (parts[1].node,), parts[0].start)

    def inside(self, parts: list[Any]) -> Node:
        return _whole(parts[1])

    def word(self, parts: list[Any]) -> Node:
        return parts[0].node  # type: ignore[no-any-return]

    def argument(self, parts: list[Any]) -> tuple[Node, ...]:
        return (_whole(parts[0]),)

    def more(self, parts: list[Any]) -> tuple[Node, ...]:
        return (*parts[0], _whole(parts[2]))

    def call(self, parts: list[Any]) -> Node:
        function, arguments = parts[0].node, parts[2]
        if (len(arguments) > 1) is not (function in SEVERAL):
            reason = because("takes_one_value", function=function, count=len(arguments))
            if function in SEVERAL:
                reason = because("takes_several_values", function=function, count=len(arguments))
            raise AnswerError("syntax", parts[0].start, reason)
        return _call(function, arguments, parts[0].start)

    def condition(self, parts: list[Any]) -> Node:
        found = [
            _holds(_whole(left), sign.node, _whole(right), sign.start)
            for left, sign, right in zip(parts[::2], parts[1::2], parts[2::2], strict=False)
        ]
        return Product(tuple(found)) if len(found) > 1 else found[0]

    def root(self, parts: list[Any]) -> Node:
        return _call("sqrt", (_whole(parts[2]),), parts[0].start)

    def root_of_word(self, parts: list[Any]) -> Node:
        return _call("sqrt", (parts[1].node,), parts[0].start)

    def fraction(self, parts: list[Any]) -> Node:
        return _quotient(_whole(parts[2]), _whole(parts[5]), parts[0].start)


def _quotient(top: Node, bottom: Node, place: int) -> Node:
    if type(bottom) is not Name and _constant(bottom):
        try:
            divided(1.0, exact(bottom))
        except AnswerError as error:
            raise error.moved(place - error.position) from None
    return Quotient(top, bottom)


def _power(base: Node, exponent: Node, place: int) -> Node:
    if type(exponent) is not Name and _constant(exponent):
        try:
            # a quantity may be anything: 1 stands for it, and only the exponent is judged
            power(exact(base) if _constant(base) else 1.0, exact(exponent))
        except AnswerError as error:
            raise error.moved(place - error.position) from None
    return Power(base, exponent)


def _holds(left: Node, sign: str, right: Node, place: int) -> Node:
    """1 where the comparison holds, else 0: a step of the difference, or 1 minus one."""
    above, below = (left, right) if sign in "≥<" else (right, left)
    step = _call("step", (Sum((above, Negative(below))),), place)
    return step if sign in "≤≥" else Sum((Number("1", Fraction(1)), Negative(step)))


def _call(function: str, arguments: tuple[Node, ...], place: int) -> Node:
    node = Call(function, arguments)
    if type(arguments[0]) is not Name and _constant(node):
        try:
            exact(node)
        except AnswerError as error:
            raise error.moved(place - error.position) from None
    return node
