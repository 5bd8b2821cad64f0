"""Notations as data: how each text names the quantities that the engine knows by id.

A notation file (`problems/notations/*.toml`) gives each kind of step a symbol and a label.
The symbol is what is printed; the label is what is typed into a table (`net_h1`, `v4`,
`s1[1]`). `Naming` binds a notation to a plan, so that running numbers (Musilek's nodes,
Mazur's weights) are known.
"""

from __future__ import annotations

import re
import tomllib
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

from problems.computation import ids
from problems.computation.ids import StepId
from problems.computation.kinds import LAYERED, LOSS, NUMERIC, SHIFT, SHIFTED, Role, W
from problems.computation.network import Computation
from problems.errors import Complaint, SpecError
from problems.formulas.formula import (
    PARTIAL,
    Call,
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

SHIPPED = Path(__file__).parents[1] / "notations"

GREEK = {
    "α": "alpha", "β": "beta", "γ": "gamma", "δ": "delta", "Δ": "Delta", "η": "eta",
    "θ": "theta", "σ": "sigma", "φ": "phi", "∂": "d", "ŷ": "yhat", "−": "-", "′": "'",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Notation:
    """One text's way of writing."""

    name: str
    title: str
    times: str
    """Sign between symbols that are multiplied; may be empty."""
    number_times: str
    """Sign between numbers that are multiplied."""
    brackets: bool
    """Whether multiplied numbers are written in brackets: (0.79)(0.098)."""
    target_first: bool
    """Whether an error is written -(target - output)."""
    update: str
    """Sign of an assignment to a weight: `=`, `:=` or `←`."""
    chain: bool
    """Whether the factor taken from below is written as a derivative of the net input."""
    bias_factor: bool
    """Whether the bias is written times 1."""
    nodes: Mapping[str, str]
    functions: Mapping[str, str]
    """Activation -> its letter, or `formula` to write it out."""
    vectors: Mapping[str, str]
    """Kind -> bold letter, where layers are written as vectors and matrices."""
    symbols: Mapping[str, Mapping[str, str]]


def names() -> list[str]:
    """The shipped notations."""
    return sorted(file.stem for file in SHIPPED.glob("*.toml"))


@lru_cache(maxsize=32)
def load(name: str) -> Notation:
    """A shipped notation.

    Raises:
        SpecError: there is none of that name.

    >>> load("mazur").times
    '×'
    """
    if name not in names():
        raise SpecError([Complaint("notation", f"no {name!r}; there are {', '.join(names())}")])
    text = (SHIPPED / f"{name}.toml").read_text("utf-8")
    return _from_toml(name, tomllib.loads(text))


def _from_toml(name: str, data: dict[str, Any]) -> Notation:
    return Notation(
        name=name,
        title=data["title"],
        times=data["times"],
        number_times=data.get("number_times", data["times"] or "·"),
        brackets=data["numbers"] == "brackets",
        target_first=data["error"] == "target-out",
        update=data["update"],
        chain=data["chain"],
        bias_factor=data["bias_factor"],
        nodes=data["nodes"],
        functions=data["functions"],
        vectors=data.get("vectors", {}),
        symbols=data["symbols"],
    )


class Naming:
    """A notation bound to a plan: ids to symbols and labels, and typed labels back to ids."""

    def __init__(self, notation: Notation, plan: Computation) -> None:
        self.notation = notation
        self.plan = plan
        widths = [plan.network.inputs, *(layer.units for layer in plan.network.layers)]
        self._before = [sum(widths[:n]) for n in range(len(widths))]
        through = "{n}" in notation.nodes["hidden"]
        self._comma = "," if (sum(widths) if through else max(widths)) >= 10 else ""
        self._weight_number = {id: n for n, id in enumerate(plan.network.weights(), 1)}
        self._symbols: dict[tuple[str, bool], Formula] = {}

    # names of units and fields of templates -------------------------------------------------

    def node(self, layer: int, j: int) -> str:
        """Name of a unit (layer 0: an input): `h1`, or its running number."""
        depth = self.plan.network.depth
        where = "input" if layer == 0 else "output" if layer == depth else "hidden"
        if where == "hidden" and depth > 2 and "deep" in self.notation.nodes:
            where = "deep"
        return self.notation.nodes[where].format(
            l=layer, j=j, n=self._before[layer] + j, c=self._comma
        )

    def updates(self, id: StepId) -> int:
        """How many updates there are up to the one that an id's pass ends with.

        >>> from problems.computation.network import Layer, Network, Plan, Task
        >>> task = Task(examples=2, mode="sequential")
        >>> sgd = Naming(load("lfd"), Plan(Network(2, (Layer(1),)), task))
        >>> sgd.updates(ids.parse("n2:new.w.1.1.1"))
        2
        """
        task = self.plan.task
        if task.mode == "sequential" and id.example:
            return (id.iteration - 1) * task.examples + id.example
        return id.iteration

    def _fields(self, id: StepId) -> dict[str, object]:
        fields: dict[str, object] = {"c": self._comma}
        indices, depth = id.indices, self.plan.network.depth
        if id.row.at_end:
            fields |= {"i": indices[0], "k": indices[0], "j": indices[0], "l": depth}
            fields |= {"node": self.node(id.layer_in(depth), indices[0])}
            return fields | ({"point": self._point(id)} if id.role is Role.TARGET else {})
        if indices:
            fields["l"] = indices[0]
        if len(indices) > 1:
            fields |= {"j": indices[1], "node": self.node(indices[0], indices[1])}
        if len(indices) > 2:
            below = self.node(indices[0] - 1, indices[2])
            number = self._weight_number[ids.of(W, *indices)]
            fields |= {"i": indices[2], "below": below, "w": number}
        if id.path:
            fields["path"] = self.node(indices[0] + 1, id.path)
        updates = self.updates(id)
        return fields | {"plus": "+" * updates, "plus_count": updates}

    def _point(self, id: StepId) -> str:
        """The data point of a target, before the output where there are several."""
        several = self.plan.network.outputs > 1
        return f"{id.example},{id.indices[0]}" if several else f"{id.example}"

    def _spec(self, id: StepId) -> Mapping[str, str]:
        """The entry for an id: the most special key that exists."""
        symbols, kind, depth = self.notation.symbols, id.kind, self.plan.network.depth
        keys = []
        if id.role is Role.LOSS and id.example is None and self.plan.task.examples > 1:
            keys.append(f"{kind}.mean")
        if id.role is Role.TARGET and id.example:
            keys.append(f"{kind}.point")
        if id.row.parameter and not id.row.connects and len(id.indices) == 2:
            keys.append(f"{kind}.unit")
        if id.row.layered:
            above = id.layer + (id.role is Role.PATH)
            keys += [f"{kind}.last"] if above == depth else []
            keys += [f"{kind}.{id.layer}of2"] if depth == 2 else []
        for key in (*keys, kind):
            if key in symbols:
                return symbols[key]
        return {"base": kind, "label": ids.stem(id, len(id.indices))}

    # related ids of derivatives -------------------------------------------------------------

    def _numerator(self, id: StepId, kind: str) -> str:
        row = LAYERED[kind]
        if row.layered:
            return ids.of(row, id.layer, id.unit)
        return ids.of(row, id.path or 1) if row.role is Role.SHARE else ids.of(row)

    def _denominator(self, id: StepId, kind: str) -> str:
        layer = (self.plan.network.depth,) if id.row.at_end else ()
        return ids.of(LAYERED[kind], *layer, *id.indices)

    # symbols --------------------------------------------------------------------------------

    def symbol(self, id: str, of_example: bool = False) -> Formula:
        """How the text writes the quantity.

        Args:
            id: a step or a given.
            of_example: whether to say to which example it belongs, where there are several.
        """
        key = (id, of_example)
        if key not in self._symbols:
            self._symbols[key] = self._symbol(id, of_example)
        return self._symbols[key]

    def _symbol(self, id: str, of_example: bool) -> Formula:
        parsed = ids.parse(id)
        if parsed.inner:
            return _with_tilde(self.symbol(ids.at(parsed.inner, parsed.example)))
        if parsed.role in NUMERIC:
            found = self._numeric_symbol(parsed)
        else:
            found = self._plain_symbol(parsed, self._spec(parsed))
        if of_example and parsed.example:
            point = Script(Sym("x", "bold"), sub=Num(str(parsed.example)))
            return row(found, Fence(point))
        return found

    def _plain_symbol(self, id: StepId, spec: Mapping[str, str]) -> Formula:
        if "same" in spec:
            return self.symbol(ids.of(LAYERED[spec["same"]], *id.indices))
        if "d" in spec:
            return self._derivative(id, spec)
        fields = self._fields(id)
        sub = spec["sub"].format(**fields) if "sub" in spec else ""
        sup = spec["sup"].format(**fields) if "sup" in spec else ""
        base = word(spec["base"])
        symbol: Formula = base
        if sub or sup:
            symbol = Script(base, _text(sub) if sub else None, _text(sup) if sup else None)
        if "call" in spec:
            return Call(symbol, self.symbol(self._denominator(id, spec["call"])))
        if "suffix" in spec:
            return row(symbol, Fence(_text(spec["suffix"].format(**fields))))
        return symbol

    def _derivative(self, id: StepId, spec: Mapping[str, str]) -> Formula:
        top = self.symbol(ids.at(self._numerator(id, spec["d"]), id.example))
        fraction = derivative(top, self.symbol(self._denominator(id, spec["by"])))
        if "via" in spec:
            return Script(Fence(fraction), sub=_text(spec["via"].format(**self._fields(id))))
        return fraction

    def _numeric_symbol(self, id: StepId) -> Formula:
        """e(x | w + Δ) and the central difference, after LFD lecture 21."""
        if id.role is Role.DIFFERENCE_QUOTIENT:
            gradient = self.symbol(id.related(Role.GRADIENT))
            return Script(Fence(gradient, "[", "]"), sub=word("num"))
        parameter = self.symbol(id.related(Role.PARAMETER))
        sign = Op("+" if id.role is Role.RAISED else "−", "binary")
        shifted = row(parameter, sign, self.symbol(ids.of(SHIFT)))
        return row(self.symbol(ids.of(LOSS)), Fence(shifted))

    # labels ---------------------------------------------------------------------------------

    def label(self, id: str) -> str:
        """What is typed for the quantity; unique within an exercise."""
        parsed = ids.parse(id)
        label, counted = self._label(parsed)
        return ids.at(label, parsed.example, 1 if counted else parsed.iteration)

    def _label(self, id: StepId) -> tuple[str, bool]:
        """The label, and whether it counts the updates itself."""
        if id.role in SHIFTED:
            parameter = self.label(id.related(Role.PARAMETER))
            sign, loss = "+" if id.role is Role.RAISED else "-", self._bare_loss()
            return f"{loss}({parameter}{sign}{self.label(ids.of(SHIFT))})", False
        if id.role is Role.DIFFERENCE_QUOTIENT:
            return f"num_{self.label(id.related(Role.GRADIENT))}", False
        spec = self._spec(id)
        if "same" in spec:
            return f"{self.label(ids.of(LAYERED[spec['same']], *id.indices))}_new", False
        if "d" in spec:
            return self._derivative_label(id, spec), False
        fields = self._fields(id) | {"c": "_" if self._comma else ""}
        return spec["label"].format(**fields), "{plus}" in spec["label"]

    def _bare_loss(self) -> str:
        return self.notation.symbols[LOSS.name]["label"]

    def _derivative_label(self, id: StepId, spec: Mapping[str, str]) -> str:
        numerator = self._numerator(id, spec["d"])
        top = (
            self._bare_loss() if ids.parse(numerator).role is Role.LOSS else self.label(numerator)
        )
        label = f"d{top}/d{self.label(self._denominator(id, spec['by']))}"
        return f"{label}({spec['via'].format(**self._fields(id))})" if "via" in spec else label


def _with_tilde(symbol: Formula) -> Formula:
    """The quantity in a pass with one shifted parameter."""
    if isinstance(symbol, Script):
        return Script(Hat(symbol.base, "˜"), symbol.sub, symbol.sup)
    return Hat(symbol, "˜")


def derivative(top: Formula, bottom: Formula) -> Formula:
    """The partial derivative as a fraction."""
    return Frac(row(PARTIAL, top), row(PARTIAL, bottom))


def _text(text: str) -> Formula:
    """Scripts: numbers upright, single letters italic, `h1` as letter and number."""
    parts: list[Formula] = []
    for piece in re.findall(r"\d+|[^\W\d_]+|[^\w\s]|_", text):
        if piece.isdigit():
            parts.append(Num(piece))
        elif piece.isalpha():
            parts.append(word(piece))
        else:
            role = "punctuation" if piece in "()[]," else "binary"
            parts.append(Op(piece, role))  # type: ignore[arg-type]
    return parts[0] if len(parts) == 1 else Row(tuple(parts))


# typed labels back to ids ------------------------------------------------------------------


def simplified(label: str) -> str:
    """A label without what may be typed this way or that: case is kept, `v_{4}` is `v4`.

    >>> simplified("v_{4}"), simplified("δ_o1"), simplified("v₄"), simplified("∂E/∂w_64")
    ('v4', 'deltao1', 'v4', 'dE/dw64')
    """
    text = "".join(GREEK.get(char, char) for char in label)
    text = unicodedata.normalize("NFKC", text)
    return re.sub(r"[_{}\s^\\$]", "", text).replace("*", "").replace("partial", "d")


class Labels:
    """Finds the id that a typed label means.

    >>> labels = Labels({"net.1.1": "net_h1", "out.1.1": "out_h1"})
    >>> labels.find("net_{h1}"), labels.find("NETH1"), labels.find("net_hl")
    ('net.1.1', 'net.1.1', None)
    >>> labels.suggestion("net_hl")
    'net_h1'
    """

    def __init__(self, labels: Mapping[str, str]) -> None:
        self._labels = dict(labels)
        self._exact = {label: id for id, label in labels.items()} | {id: id for id in labels}
        self._simple = _unambiguous((simplified(label), id) for id, label in labels.items())
        self._folded = _unambiguous(
            (simplified(label).casefold(), id) for id, label in labels.items()
        )

    def find(self, typed: str) -> str | None:
        """The id, or None where no label or more than one fits."""
        typed = typed.strip()
        if typed in self._exact:
            return self._exact[typed]
        simple = simplified(typed)
        return self._simple.get(simple) or self._folded.get(simple.casefold())

    def suggestion(self, typed: str) -> str | None:
        """The nearest label, if one is near."""
        import difflib

        alike = {_alike(label): label for label in self._labels.values()}
        near = difflib.get_close_matches(_alike(typed), list(alike), n=1, cutoff=0.6)
        return alike[near[0]] if near else None


def _alike(label: str) -> str:
    """The label with characters that look alike made one: l, I and 1, O and 0."""
    return simplified(label).translate(str.maketrans("lIO", "110"))


def _unambiguous(pairs: Iterable[tuple[str, str]]) -> dict[str, str]:
    found: dict[str, str] = {}
    twice: set[str] = set()
    for text, id in pairs:
        if text in found:
            twice.add(text)
        found[text] = id
    return {text: id for text, id in found.items() if text not in twice}
