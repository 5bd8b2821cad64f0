"""Formula answers: text in an exercise's own names, read to a tree over step ids.

Names such as `dL/dy1` or `a2[1]` hold signs that mean something else in a formula; they are
found first, longest first, and stand as one name for the grammar.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache

from grader.errors import AnswerError
from grader.read.formula.parse import FUNCTIONS as PLAIN_FUNCTIONS
from grader.read.formula.parse import parse_formula
from grader.read.formula.tree import (
    Call,
    Name,
    Negative,
    Node,
    Power,
    Product,
    Quotient,
    Sum,
    names,
)
from grader.read.number import Unreadable
from problems.computation import ids
from problems.computation.graph import build
from problems.computation.kinds import NET, OUT, X
from problems.computation.steps import Graph
from problems.exercise import Exercise
from problems.formulas import general
from problems.formulas.formula import Script, Sym
from problems.formulas.notation import Labels, Naming
from problems.reasons import Reason, because

GREEK = {"delta": "δ", "eta": "η", "alpha": "α", "theta": "θ", "phi": "φ", "sigma": "σ"}
_SPELLED = {letter: name for name, letter in GREEK.items()}
SUMS = {"sum_k": "sum_k", "sum_i": "sum_i", "Σ_k": "sum_k", "Σ_i": "sum_i"}
"""Sums over the layer above and the layer below, in formulas with letters."""

SIGNS = "/[\\'^"
"""What a name with signs holds, or its LaTeX form begins with."""

FUNCTIONS = {
    **PLAIN_FUNCTIONS, "σ": "logistic", "softplus": "softplus", "bipolar": "bipolar",
    "step": "step", "sign": "sign", "sgn": "sign",
}  # fmt: skip
"""What may be called, besides the letters that the notation gives its activations."""


@dataclass(frozen=True)
class Formula:
    """A formula as it was read."""

    text: str
    tree: Node
    value = None

    @cached_property
    def names(self) -> tuple[str, ...]:
        """Ids of the quantities that it is made of."""
        return tuple(names(self.tree))


def read_formula(exercise: Exercise, id: str, text: str) -> Formula | Unreadable | None:
    """A formula for a step.

    Args:
        exercise: whose names may be used.
        id: of the step whose formula is asked for.
        text: as typed.

    Returns:
        None if it is blank.
    """
    if not text.strip():
        return None
    vocabulary = _vocabulary(exercise.naming)
    masked = vocabulary.masked(_right_side(text, exercise.naming, id))
    try:
        tree = parse_formula(masked.text, vocabulary, vocabulary.functions)
    except AnswerError as error:
        reason = error.reason.changed(vocabulary.unmasked)
        return Unreadable(text, error.code, masked.place(error.position), reason)
    fault = _circle(tree, exercise.naming, id)
    return Unreadable(text, "wrong_kind", 0, fault) if fault else Formula(text, tree)


def _circle(tree: Node, naming: Naming, id: str) -> Reason | None:
    """Why a step cannot be given through what needs the step itself."""
    later = _needing(build(naming.plan), id)
    for name in names(tree):
        if name in later:
            own, label = naming.label(id), naming.label(name)
            return because("formula_in_a_circle", step=own, name=label)
    return None


@dataclass(frozen=True)
class General:
    """A formula with letters for the units, over the ids of the narrow network."""

    text: str
    tree: Node

    def instance(self, units: Mapping[int, int], widths: Sequence[int]) -> Formula:
        """The formula for certain units.

        Args:
            units: numbers for the letters, by layer.
            widths: units of each layer, inputs first.
        """
        return Formula(self.text, _instance(self.tree, dict(units), widths))


def read_general(exercise: Exercise, question: str, text: str) -> General | Unreadable | None:
    """A formula with letters for the units.

    Args:
        exercise: whose network it is about.
        question: what was asked, `delta.1:general`.
        text: as typed.

    Returns:
        None if it is blank.
    """
    if not text.strip():
        return None
    layer = general.asked(question)[1] or exercise.plan.network.depth
    names = general.naming(exercise.notation, exercise.plan, layer)
    own = general.pattern(question)
    vocabulary = _vocabulary(names)
    masked = vocabulary.masked(_right_side(text, names, own))
    try:
        tree = parse_formula(masked.text, vocabulary, vocabulary.functions | SUMS)
    except AnswerError as error:
        reason = error.reason.changed(vocabulary.unmasked)
        return Unreadable(text, error.code, masked.place(error.position), reason)
    found = General(text, tree)
    fault = _circle(tree, names, own) or _letters_fault(found, exercise, question)
    return Unreadable(text, "wrong_kind", 0, fault) if fault else found


def _letters_fault(found: General, exercise: Exercise, question: str) -> Reason | None:
    """A letter that stands for nothing: k outside of a sum, a layer that is not there."""
    _, units = next(general.instances(exercise.graph, question))
    try:
        found.instance(units, widths(exercise))
    except (KeyError, IndexError):
        return because("letter_without_unit")
    return None


def widths(exercise: Exercise) -> list[int]:
    """Units of each layer, inputs first."""
    network = exercise.plan.network
    return [network.inputs, *(layer.units for layer in network.layers)]


def _instance(node: Node, units: dict[int, int], wide: Sequence[int]) -> Node:
    def inner(part: Node) -> Node:
        return _instance(part, units, wide)

    match node:
        case Name(id, text):
            return Name(general.concrete(id, units, len(wide) - 1), text)
        case Call(function, (body,)) if function in SUMS.values():
            layer = max(units) + 1 if function == "sum_k" else min(units)
            each = range(1, wide[layer] + 1)
            return Sum(tuple(_instance(body, units | {layer: n}, wide) for n in each))
        case Call(function, arguments):
            return Call(function, tuple(map(inner, arguments)))
        case Negative(of):
            return Negative(inner(of))
        case Sum(terms):
            return Sum(tuple(map(inner, terms)))
        case Product(factors):
            return Product(tuple(map(inner, factors)))
        case Quotient(top, bottom):
            return Quotient(inner(top), inner(bottom))
        case Power(base, exponent):
            return Power(inner(base), inner(exponent))
    return node


def _right_side(text: str, naming: Naming, id: str) -> str:
    """What stands behind `delta1 =`, if the name is the step's own."""
    left, sign, right = text.partition("=")
    own = left.strip().rstrip(":")
    vocabulary = _vocabulary(naming)
    names = (
        Labels({id: naming.label(id)}).find(own),
        vocabulary.find(vocabulary.masked(own).text),
    )
    if sign and id in names:
        return " " * (len(left) + 1) + right
    return text


@lru_cache(maxsize=4096)
def _needing(graph: Graph, id: str) -> frozenset[str]:
    """A step and all steps that need it."""
    found = {id}
    for step in graph.steps.values():
        if not found.isdisjoint(step.parents):
            found.add(step.id)
    return frozenset(found)


# names -------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Masked:
    """A text in which names with signs stand as plain ones, and where they stood."""

    text: str
    moves: tuple[tuple[int, int], ...]
    """(place in the masked text, place in the typed one), rising."""

    def place(self, position: int) -> int:
        """Where in the typed text a place of the masked one is."""
        at = (0, 0)
        for move in self.moves:
            if move[0] <= position:
                at = move
        return at[1] + position - at[0]


class Vocabulary:
    """The names of an exercise's quantities, and the functions of its notation."""

    def __init__(
        self,
        labels: dict[str, str],
        functions: dict[str, str],
        more: dict[str, str],
        bases: Mapping[str, str],
    ) -> None:
        self.functions = functions
        self._labels = labels
        self._plain = Labels(labels)
        signed = dict(more) | {label: id for id, label in labels.items() if _is_signed(label)}
        special = sorted(signed, key=lambda label: -len(label))
        self._special = {f"ref{n}ref": signed[label] for n, label in enumerate(special)}
        self._masks = {f"ref{n}ref": label for n, label in enumerate(special)}
        upper = {
            label: _upper(base, label)
            for label, base in bases.items()
            if self._plain.find(base + _UPPER.sub(r"\3", label).replace(",", "")) is None
        }
        patterns = (f"({_flexible(label, upper)})" for label in special)
        # most places of a text begin no name: the first sign says so before any name is tried
        begun = {name[0] for name in (*special, *(bases[label] for label in upper))}
        first = "".join(map(re.escape, begun)) + "".join(GREEK.values())
        begins = rf"(?=[\\∂{first}])(?<![^\W\d])(?<!\\)"
        self._pattern = re.compile(
            rf"{begins}(?:{'|'.join(patterns) or '(?!)'})(?:(?<=[}})])|(?![\w\[]))"
        )

    def find(self, typed: str) -> str | None:
        """The id of a name."""
        return self._special.get(typed) or self._plain.find(typed)

    def suggestion(self, typed: str) -> str | None:
        """A name like it."""
        return self._plain.suggestion(typed)

    def known(self) -> Sequence[str]:
        """All names."""
        return tuple(self._labels.values())

    def unmasked(self, text: str) -> str:
        """A masked text, or a piece of it, with the names themselves."""
        return re.sub(r"ref\d+ref", lambda m: self._masks.get(m[0], m[0]), text)

    def masked(self, text: str) -> Masked:
        """The text with every name that holds signs replaced by a plain one."""
        if not any(sign in text for sign in SIGNS):
            return Masked(text, ((0, 0),))
        parts, moves, end, length = [], [(0, 0)], 0, 0
        for match in self._pattern.finditer(text):
            following = text[match.end() : match.end() + 1]
            gap = " " * (following.isalnum() or following in ("\\", "∂"))  # a name may follow
            word = f"ref{(match.lastindex or 1) - 1}ref{gap}"
            parts += [text[end : match.start()], word]
            length += match.start() - end + len(word)
            end = match.end()
            moves += [(length - len(word), match.start()), (length, end)]
        return Masked("".join([*parts, text[end:]]), tuple(moves))


def _is_signed(label: str) -> bool:
    """Whether a name holds signs; `w5+`, a new weight, would be taken for the begin of a sum."""
    return not label.isidentifier() and not label.endswith("+")


def _flexible(label: str, upper: Mapping[str, str]) -> str:
    """A pattern for the spellings of a label: `dL/dy1`, `∂L/∂y_1`, `\\frac{∂L}{∂y_{1}}`."""

    def part(label: str) -> str:
        return f"(?:{_part(label)}|{upper[label]})" if label in upper else _part(label)

    top, slash, bottom = label.partition("/")
    if not slash:
        return part(label)
    over, under = (part(one.removeprefix("d")) for one in (top, bottom))
    d = r"(?:d|∂|\\partial)\s*"
    return rf"{d}{over}\s*/\s*{d}{under}|\\frac\s*\{{\s*{d}{over}\s*\}}\s*\{{\s*{d}{under}\s*\}}"


_UPPER = re.compile(r"([^\W\d_]+)(\d+|[a-z])\[(\w+(?:,\w+)?)\]")
"""A label whose layer stands above in the formulas of the text: `delta2[1]` is δ_1^(2)."""


def _upper(base: str, label: str) -> str:
    """A pattern for the layer as upper index, as sheets print it: `\\delta_1^{(2)}`."""
    layer, units = _UPPER.sub(r"\2", label), _UPPER.sub(r"\3", label)
    units = units.replace(",", r"\s*,?\s*")
    below = rf"\s*_\s*(?:\{{\s*{units}\s*\}}|{units})"
    index = rf"(?:\({layer}\)|\[{layer}\])"
    above = rf"\s*\^\s*(?:\{{\s*{index}\s*\}}|{index})"
    return rf"{_part(base)}(?:{below}{above}|{above}{below})"


def _part(label: str) -> str:
    pattern = ""
    for piece in re.findall(r"[^\W\d_]+|\d+|.", label):
        if piece.isdigit():
            pattern += rf"_?\{{?{piece}\}}?"
        elif piece == "_":
            pattern += r"_?\{?"
        elif piece.isalpha():
            letter = GREEK.get(piece)
            spelled = re.sub("(?<=.)([ijkm])", r"_?\\{?\1", piece)  # letters may be indices
            pattern += rf"(?:\\?{piece}|{letter})" if letter else spelled
        else:
            pattern += rf"\s*{re.escape(piece)}\s*"
    return pattern + r"\}?"


@lru_cache(maxsize=64)
def _vocabulary(naming: Naming) -> Vocabulary:
    graph = build(naming.plan)
    everything = [*graph.givens, *graph.steps]
    labels = {id: naming.label(id) for id in everything if not graph.parse(id).inner}
    functions, bases = FUNCTIONS | _letters(naming), dict(_bases(naming, labels))
    return Vocabulary(labels, functions, dict(_local(naming)), bases)


def _bases(naming: Naming, labels: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    """Labels of what the text writes with its layer above, and the letter that it has there."""
    for id, label in labels.items():
        symbol = naming.symbol(id) if _UPPER.fullmatch(label) else None
        if isinstance(symbol, Script) and symbol.sup and isinstance(symbol.base, Sym):
            yield label, _SPELLED.get(symbol.base.text, symbol.base.text)


def _local(naming: Naming) -> Iterator[tuple[str, str]]:
    """The derivatives of a net input, by their names: dnet/dw is what flows through the weight,
    dnet/dout the weight."""
    network = naming.plan.network
    for id in network.weights():
        layer, j, i = ids.parse(id).indices
        net = naming.label(ids.of(NET, layer, j))
        below = ids.of(X, i) if layer == 1 else ids.of(OUT, layer - 1, i)
        yield f"d{net}/d{naming.label(id)}", below
        if layer > 1:
            yield f"d{net}/d{naming.label(below)}", id


def _letters(naming: Naming) -> dict[str, str]:
    """The notation's letters for the activations of this network, where they mean one alone."""
    found: dict[str, set[str]] = {}
    for activation in {layer.activation for layer in naming.plan.network.layers}:
        letter = naming.notation.functions.get(activation, "formula")
        if letter != "formula":
            found.setdefault(letter, set()).add(activation)
    letters = {letter: one.pop() for letter, one in found.items() if len(one) == 1}
    spelled = {name: letters[sign] for name, sign in GREEK.items() if sign in letters}
    return letters | spelled
