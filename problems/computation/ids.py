"""Canonical ids of steps and givens: the one name that is the same in every notation.

`[nEXAMPLE:]KIND[.INDEX...][<PATH][@ITERATION]`, e.g. `net.1.2`, `n2:dw.1.1.3`,
`dout.1.1<2`, `new.w.2.1.1@3`. Indices count from 1: layer, unit, unit below. A question for the
formula of a step instead of its number ends with `:formula`. Ids are put together and taken
apart here and nowhere else; the kinds are rows of `problems.computation.kinds`.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from functools import lru_cache

from problems.computation.kinds import ANY, LAYERED, NET, VALUES, Kind, Kinds, Role
from problems.patterns import pattern

FORMULA = ":formula"
"""Ends the id of a question for the formula of a step: `delta.1.1:formula`."""


GENERAL = ":general"
"""Ends the id of a question for the formula of all units of a layer: `delta.1:general`."""


def formula_of(step: str) -> str:
    """The id of the question for a step's formula."""
    return step + FORMULA


def step_asked(question: str) -> str:
    """The step that a question is about, be it for its number or for its formula.

    >>> step_asked("delta.1.1:formula"), step_asked("delta.1.1")
    ('delta.1.1', 'delta.1.1')
    """
    return question.removesuffix(FORMULA)


def general(kind: Kind, layer: int) -> str:
    """The id of the question for a kind's formula in a layer; 0: of the network's outputs.

    >>> general(NET, 1)
    'net.1:general'
    """
    return f"{kind.name}.{layer}{GENERAL}"


def asked_generally(question: str) -> tuple[Kind, int]:
    """Kind and layer of such a question.

    >>> kind, layer = asked_generally("new.w.2:general")
    >>> kind.name, layer
    ('new.w', 2)
    """
    kind, _, layer = question.removesuffix(GENERAL).rpartition(".")
    return LAYERED[kind], int(layer)


def asks_formula(id: str) -> bool:
    """Whether an id asks for a formula rather than a number."""
    return id.endswith((FORMULA, GENERAL))


def asks_general(id: str) -> bool:
    """Whether an id asks for a formula with letters for the units."""
    return id.endswith(GENERAL)


@dataclass(frozen=True, slots=True)
class StepId:
    """An id taken apart."""

    kind: str
    indices: tuple[int, ...] = ()
    example: int | None = None
    path: int | None = None
    """The unit above that a path comes from."""
    iteration: int = 1
    of: str = ""
    """For `plus.w.1.1.1` the parameter's kind, `w` or `b`."""
    inner: str = ""
    """For the hidden steps of a shifted forward pass, the id within it."""
    reader: str = ""
    """Of a path in a recipe, the quantity that it comes from: `y.1`."""
    row: Kind = field(default=NET, repr=False, compare=False)
    """The kind's row in its table..."""
    kinds: Kinds = field(default=LAYERED, repr=False, compare=False)
    """... and the table."""

    def __str__(self) -> str:
        """The id again.

        >>> str(parse("n2:dout.1.1<2@3")), str(parse("plus.w.1.1.1/net.1.1"))
        ('n2:dout.1.1<2@3', 'plus.w.1.1.1/net.1.1')
        """
        end = self.path or self.reader or None
        core = of(self.row, *self.indices, path=end, parameter=self.of)
        placed = at(core, self.example, self.iteration)
        return within(placed, self.inner) if self.inner else placed

    @property
    def role(self) -> Role:
        """What the quantity does."""
        return self.row.role

    @property
    def is_weight(self) -> bool:
        """Whether it is a weight, at whatever iteration."""
        return self.role in VALUES and self.row.connects

    @property
    def is_bias(self) -> bool:
        """Whether it is a bias, at whatever iteration."""
        return self.role in VALUES and self.row.layered and not self.row.connects

    @property
    def layer(self) -> int:
        """The layer, where the kind has one."""
        return self.indices[0]

    @property
    def unit(self) -> int:
        """The unit of its layer."""
        return self.index("unit")

    @property
    def below(self) -> int:
        """The unit of the layer below, where the kind belongs to a connection."""
        return self.index("below")

    def index(self, name: str) -> int:
        """An index by what it counts.

        Raises:
            ValueError: the kind does not count it.

        >>> parse("dw.1.2.3").index("below")
        3
        """
        return self.indices[self.counted.indices.index(name)]

    def layer_in(self, depth: int) -> int:
        """The layer that it belongs to in a network of so many layers; 0: the inputs.

        >>> parse("dw.1.2.3").layer_in(2), parse("error.1").layer_in(2), parse("x.1").layer_in(2)
        (1, 2, 0)
        """
        if self.counted.layered:
            return self.layer
        return 0 if self.role is Role.INPUT else depth

    def related(self, role: Role) -> str:
        """The core id of what has another role for the same parameter.

        Raises:
            KeyError: there is none.

        >>> parse("n2:new.w.2.1.1@3").related(Role.PARAMETER)
        'w.2.1.1'
        >>> parse("plus.b.2").related(Role.GRADIENT), parse("w.2.1.1").related(Role.RAISED)
        ('db.2', 'plus.w.2.1.1')
        """
        kind = self.counted
        return of(self.kinds.related(kind, role), *self.indices, parameter=kind.parameter)

    @property
    def counted(self) -> Kind:
        """The kind whose indices these are: of a shifted loss the parameter's."""
        return self.kinds[self.of] if self.of else self.row


class Reader:
    """Takes the ids of one table's kinds apart.

    Args:
        kinds: the table.
    """

    def __init__(self, kinds: Kinds) -> None:
        self.kinds = kinds
        self._paths = {row.name: row for row in kinds if row.role is Role.PATH}
        own = [row for row in kinds if row.role is not Role.PATH]
        self._indexed = {row.word: row for row in own if row.word}
        words = sorted({row.word or row.name for row in kinds}, key=len, reverse=True)
        of = "|".join(map(re.escape, kinds.named(Role.PARAMETER)))
        self._shape = re.compile(
            rf"(?:n(?P<example>[1-9]\d*):)?(?P<word>{'|'.join(map(re.escape, words))})"
            rf"(?:\.(?P<of>{of})(?=\.))?(?P<indices>(?:\.(?:{kinds.index}))*)"
            rf"(?:<(?P<path>{kinds.reader}))?(?:@(?P<iteration>[1-9]\d*))?(?:/(?P<inner>.+))?"
        )

    def read(self, text: str) -> StepId:
        """Take an id apart.

        Raises:
            ValueError: the text is no id of the table's kinds.
        """
        match = self._shape.fullmatch(text)
        if not match:
            raise ValueError(f"{text!r} is not a step id")
        indices = tuple(int(part) for part in match["indices"].split(".")[1:])
        path = match["path"] or ""
        row = self._row(match["word"], bool(indices), path)
        counted = path.isdigit()
        return StepId(
            row.name,
            indices,
            int(match["example"]) if match["example"] else None,
            int(path) if counted else None,
            int(match["iteration"] or 1),
            match["of"] or "",
            match["inner"] or "",
            "" if counted else path,
            row,
            self.kinds,
        )

    def _row(self, word: str, indexed: bool, path: str) -> Kind:
        """The kind: a path by its end, a share of the loss by its index."""
        if path and self._paths:
            of_reader = f"{word}<{path.split('.')[0]}"
            return self._paths.get(of_reader) or next(iter(self._paths.values()))
        return self._indexed[word] if indexed and word in self._indexed else self.kinds[word]


@lru_cache(maxsize=128)
def _reader(kinds: Kinds) -> Reader:
    return Reader(kinds)


@lru_cache(maxsize=65536)
def parse(text: str, kinds: Kinds = LAYERED) -> StepId:
    """Take an id apart.

    Args:
        text: the id.
        kinds: of the computation that it belongs to; a layered network's, if not said.

    Raises:
        ValueError: the text is no id of these kinds.

    >>> parse("n2:dout.1.1<2@3")
    StepId(kind='path', indices=(1, 1), example=2, path=2, iteration=3, of='', inner='', reader='')
    """
    return _reader(kinds).read(text)


def of(kind: Kind, *indices: int, path: int | str | None = None, parameter: str = "") -> str:
    """The core id of a quantity.

    Args:
        kind: a row of the table.
        indices: what its kind counts by, without the unit for a joint bias.
        path: for a path the unit above, or the quantity, that it comes from.
        parameter: for a shifted loss the kind of parameter.

    >>> of(LAYERED["dw"], 1, 2, 3), of(LAYERED["path"], 1, 2, path=1), of(LAYERED["share"], 2)
    ('dw.1.2.3', 'dout.1.2<1', 'loss.2')
    """
    words = [kind.word or kind.name]
    if kind.parameter == ANY:
        words.append(parameter)
    core = ".".join([*words, *map(str, indices)])
    return f"{core}<{path}" if path else core


def stem(id: StepId, count: int) -> str:
    """The name of an id's kind with its first indices, which stands for all ids like it.

    >>> stem(parse("dout.1.2<1"), 1), stem(parse("plus.w.1.1.1"), 0)
    ('path.1', 'plus.w')
    """
    words = [id.kind, id.of] if id.of else [id.kind]
    return ".".join([*words, *map(str, id.indices[:count])])


def beginnings(id: StepId) -> tuple[str, ...]:
    """What stands for an id, and others like it: its name, then index by index.

    >>> beginnings(parse("n2:dw.1.2.3"))
    ('dw', 'dw.1', 'dw.1.2', 'dw.1.2.3')
    """
    counts = range(len(id.indices) + 1)
    return tuple(of(id.row, *id.indices[:count], parameter=id.of) for count in counts)


def steps_asked(question: str) -> str:
    """What a question for a formula of all units is about.

    >>> steps_asked("delta.1:general")
    'delta.1'
    """
    return question.removesuffix(GENERAL)


_STEMS = sorted((stem for stem, (row, _) in LAYERED.stems.items() if not row.given), key=len)
_PATTERN = pattern(
    r"(n[1-9]\d*:)?"
    rf"({'|'.join(map(re.escape, reversed(_STEMS)))})"
    r"(\.[1-9]\d*)*(<[1-9]\d*)?(@[1-9]\d*)?"
)


def is_pattern(text: str) -> bool:
    """Whether a text stands for steps: a kind, then as many indices as one likes.

    >>> is_pattern("dw.2"), is_pattern("n2:net.1.1"), is_pattern("wd.2"), is_pattern("w.1.1.1")
    (True, True, False, False)
    """
    return _PATTERN.fullmatch(text) is not None


def word(text: str) -> str:
    """What stands where the kind stands, in a text that may be no id.

    >>> word("n2:wd.1.1@2")
    'wd'
    """
    return re.split(r"[.<@]\d|[<@]", text.split(":")[-1])[0]


def within(root: str, core: str) -> str:
    """The id of a hidden step of a shifted forward pass.

    >>> within("plus.w.1.1.1", "net.1.1")
    'plus.w.1.1.1/net.1.1'
    """
    return f"{root}/{core}"


def at(core: str, example: int | None = None, iteration: int = 1) -> str:
    """A core id placed in an example and an iteration.

    >>> at("net.1.1", 2, 3), at("net.1.1")
    ('n2:net.1.1@3', 'net.1.1')
    """
    prefix = f"n{example}:" if example else ""
    suffix = f"@{iteration}" if iteration > 1 else ""
    return f"{prefix}{core}{suffix}"


def core(id: str) -> str:
    """The id without its example and iteration.

    >>> core("n2:new.w.1.1.1@3")
    'new.w.1.1.1'
    """
    return id.split(":", 1)[-1].split("@", 1)[0]


def neighbours(a: StepId, b: StepId) -> bool:
    """Whether two steps of one kind are likely to be swapped.

    They belong to one layer, example and iteration and share all but one index; weights that
    are each other's transposed count as well.
    """
    if a == b or _place(a) != _place(b) or len(a.indices) != len(b.indices):
        return False
    differing = sum(m != n for m, n in zip(a.indices, b.indices, strict=True))
    if a.counted.connects:
        return differing == 1 or a.indices[1:] == b.indices[:0:-1]
    return differing + (a.path != b.path) + (a.reader != b.reader) == 1


def _place(id: StepId) -> tuple[object, ...]:
    layer = id.layer if id.counted.layered and len(id.indices) > 1 else 0
    return id.kind, id.of, id.example, id.iteration, id.inner, layer
