"""The five documents: every number and every formula they print, beside our own.

The data are `problems/seeds/*.toml`, a file for each document: its exercise, the numbers in
the order in which they are printed, and the formulas as statements of our own
(`problems.documents.statements`). Nothing is believed: each number is compared with the solved
graph, each formula is evaluated at random givens on several networks. What disagrees must carry
a reason, what carries a reason must disagree (tests/problems/test_documents.py).

What counts as a number of the exercise: givens, results and numbers put in for symbols, in
formulas and in running text, each with its canonical id. Two kinds of id are not steps or
givens of the plan: `one` is the constant input of a bias where a document writes it out, and
`loss@2`, `out.2.1@10001` belong to the pass after 1 and after 10,000 updates. Not numbers of
the exercise: constants of a rule (the 1 of 1 - y, the factor 1/2, exponents), counts (two
inputs, 10,000 times: they are in the topology and in the ids) and numbers of steps and pages.
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from importlib import resources
from types import MappingProxyType
from typing import Any, NamedTuple

from problems.arithmetic.elementary import Number as Real
from problems.arithmetic.precision import rounded
from problems.computation import ids
from problems.computation.graph import build
from problems.computation.network import Layer, Method, Network, Plan, Task
from problems.computation.solve import train, values
from problems.computation.steps import Graph
from problems.documents import claims
from problems.documents.agreement import Agreement, carried, directly
from problems.documents.claims import Claim, Verdict
from problems.errors import Complaint, SpecError

NAMES = ("musilek", "mazur", "slides", "lfd", "valchanov")
ONE = "one"
"""Id of the constant input of a bias."""


@dataclass(frozen=True, slots=True)
class Source:
    """Where a document can be found."""

    author: str
    title: str
    where: str


@dataclass(frozen=True, slots=True)
class Number:
    """A number as a document prints it."""

    place: str
    id: str
    printed: str
    reason: str = ""
    """Why it is misprinted; empty where it is right."""
    result: bool = False
    """Whether it is the outcome of its line, not a number put into it."""


@dataclass(frozen=True, slots=True)
class Document:
    """One document as data."""

    name: str
    title: str
    source: Source
    plan: Plan
    """The exercise in the document's own way of working."""
    givens: Mapping[str, str]
    """Decimals as the exercise states them; empty where a document works with letters only."""
    decimals: int
    """Places the document works with."""
    numbers: tuple[Number, ...]
    formulas: tuple[Claim, ...]

    @property
    def graph(self) -> Graph:
        """The steps of the exercise."""
        return build(self.plan)


class NumberRow(NamedTuple):
    """A printed number beside the computed one."""

    document: str
    place: str
    id: str
    printed: str
    computed: float
    agrees: Agreement
    reason: str


class FormulaRow(NamedTuple):
    """A printed formula and whether it is right."""

    document: str
    place: str
    meaning: str
    """What the formula states, in the document's symbols."""
    statement: str
    agrees: Verdict
    reason: str
    corrected: str
    note: str
    """A remark on one that holds: how it has to be read."""


# public ------------------------------------------------------------------------------------


def names() -> list[str]:
    """The documents in the order of the command line.

    >>> names()
    ['musilek', 'mazur', 'slides', 'lfd', 'valchanov']
    """
    return list(NAMES)


@lru_cache(maxsize=len(NAMES))
def load(name: str) -> Document:
    """A document by its short name.

    Raises:
        SpecError: there is no such document.

    >>> load("musilek").givens["x.2"], load("mazur").decimals
    ('4', 9)
    """
    if name not in NAMES:
        raise SpecError([Complaint("document", f"{name!r} is none of {', '.join(NAMES)}")])
    text = resources.files("problems").joinpath("seeds", f"{name}.toml").read_text("utf-8")
    return _document(name, tomllib.loads(text))


def numbers(name: str) -> list[NumberRow]:
    """Every number a document prints, in its order, beside the computed one.

    Source: Musilek NN-4, Step (2).

    >>> row = numbers("musilek")[12]
    >>> row.id, row.printed, round(row.computed, 6), row.agrees
    ('net.1.1', '4.3', 4.3, 'rounded')
    """
    return number_rows(load(name))


def formulas(name: str) -> list[FormulaRow]:
    """Every formula a document prints, at each of its places, and whether it holds.

    >>> [row.meaning for row in formulas("musilek") if row.agrees == "misprint"][-1]
    '∂E/∂b_1'
    """
    return formula_rows(load(name))


def as_json(chosen: Iterable[str]) -> dict[str, list[dict[str, Any]]]:
    """The content of `bpgrade documents --output json`, for the documents named."""
    listed = list(chosen)
    return {
        "numbers": [row._asdict() for name in listed for row in numbers(name)],
        "formulas": [row._asdict() for name in listed for row in formulas(name)],
    }


def transcript(name: str) -> dict[str, str]:
    """For each step that a document prints, its result as printed, to be handed in.

    Of several texts for one step the one with the most digits counts, for that is the number
    the document goes on with (Musilek prints dE/dy7 as 0.750 and works with 0.7504); of equally
    long ones the last result. Numbers of later iterations are not steps of the exercise.

    Source: Musilek NN-4, Step (2).

    >>> transcript("musilek")["out.1.1"]
    '0.9866'
    """
    document = load(name)
    ranked = sorted(document.numbers, key=lambda n: (len(n.printed.partition(".")[2]), n.result))
    found = {number.id: number.printed for number in ranked}
    return {id: found[id] for id in document.graph.steps if id in found}


# rows --------------------------------------------------------------------------------------

Givens = tuple[tuple[str, float], ...]
Texts = Mapping[str, Sequence[str]]
"""Id -> all the different texts that a document prints for it."""


def number_rows(document: Document) -> list[NumberRow]:
    """The numbers of any document, shipped or made up, beside the computed ones."""
    texts = _texts(document)
    return [_number_row(document, number, texts) for number in document.numbers]


def formula_rows(document: Document) -> list[FormulaRow]:
    """The formulas of any document and whether they hold."""
    return [row for claim in document.formulas for row in _formula_rows(document, claim)]


def _formula_rows(document: Document, claim: Claim) -> list[FormulaRow]:
    agrees = claims.verdict(claim, document.plan)
    what = (claim.meaning, claim.statement, agrees, claim.reason, claim.corrected, claim.note)
    return [FormulaRow(document.name, place, *what) for place in claim.places]


def _number_row(document: Document, number: Number, texts: Texts) -> NumberRow:
    value = computed(document, number.id)
    agrees = _agreement(document, number, value, texts)
    where = (document.name, number.place, number.id, number.printed)
    return NumberRow(*where, value, agrees, number.reason)


def _agreement(document: Document, number: Number, value: float, texts: Texts) -> Agreement:
    if number.id == ONE or number.id in document.givens:
        return "rounded" if float(number.printed) == value else "misprint"
    agrees = directly(number.printed, value)
    step = document.graph.steps.get(number.id)
    if agrees == "misprint" and step:
        known = {parent: _entering(document, parent, texts) for parent in step.parents}
        return "carried" if carried(number.printed, step, known) else "misprint"
    return agrees


def _entering(document: Document, id: str, texts: Texts) -> list[float]:
    """What a parent may enter with: the true value, or as the document writes it.

    A step that the document does not print was still worked out with its decimals: Mazur's
    -0.019049119 comes from a dE_o2/dnet_o2 rounded to 9 places, which he does not show.
    """
    value = computed(document, id)
    if id in document.givens:
        return [value]
    written = texts.get(id, [rounded(value, document.decimals)])
    return [value, *map(float, written)]


def _texts(document: Document) -> Texts:
    found: dict[str, list[str]] = {}
    for number in document.numbers:
        texts = found.setdefault(number.id, [])
        if number.printed not in texts:
            texts.append(number.printed)
    return found


def computed(document: Document, id: str) -> float:
    """The true value of anything a document prints a number for.

    Source: Mazur, Hidden Layer, last text (with the original output weights).

    >>> round(computed(load("mazur"), "loss@2"), 9)
    0.291027774
    """
    if id == ONE:
        return 1.0
    givens = tuple((id, float(text)) for id, text in document.givens.items())
    core, iteration = ids.core(id), ids.parse(id).iteration
    if iteration > 1:
        plan = document.plan
        return float(_trained(plan.network, plan.task, givens, iteration - 1)[core])
    return float(_values(document.plan, givens)[core])


@lru_cache(maxsize=16)
def _values(plan: Plan, givens: Givens) -> Mapping[str, Real]:
    return values(build(plan), dict(givens))


@lru_cache(maxsize=16)
def _trained(network: Network, task: Task, givens: Givens, updates: int) -> Mapping[str, Real]:
    """All values of the pass after so many updates; 10,000 of them take 0.3 s."""
    return train(Plan(network, task), dict(givens), updates)[1]


# files -------------------------------------------------------------------------------------


def _document(name: str, data: dict[str, Any]) -> Document:
    widths = {"own": (_widths(data["network"]["layers"]),)} | {
        key: tuple(map(_widths, listed)) for key, listed in data.get("checks", {}).items()
    }
    return Document(
        name,
        data["title"],
        Source(**data["source"]),
        _plan(data),
        MappingProxyType(data.get("givens", {})),
        data["decimals"],
        tuple(n for line in data.get("line", []) for n in _line(line)),
        tuple(c for group in data["formulas"] for c in _claims(group, widths)),
    )


def _widths(text: str) -> tuple[int, ...]:
    return tuple(int(width) for width in text.split("-"))


def _plan(data: Mapping[str, Any]) -> Plan:
    shape = data["network"]
    inputs, *units = _widths(shape["layers"])
    layers = tuple(Layer(n, shape["activation"], shape["bias"]) for n in units)
    network = Network(inputs, layers, shape["loss"])
    return Plan(network, Task(**data.get("task", {})), Method(**data.get("method", {})))


def _line(line: Mapping[str, Any]) -> list[Number]:
    """The numbers of one printed line: first those put in, then the results.

    An entry is [printed, id], or [printed, id, reason] for a misprint.
    """
    return [
        Number(line["place"], id, printed, "".join(reason), key == "results")
        for key in ("numbers", "results")
        for printed, id, *reason in line.get(key, [])
    ]


def _claims(
    group: Mapping[str, Any], widths: Mapping[str, tuple[tuple[int, ...], ...]]
) -> list[Claim]:
    """The formulas of one place; `nets` names lists of networks besides the document's own."""
    nets = [net for key in ("own", *group.get("nets", [])) for net in widths[key]]
    options = {key: group[key] for key in ("mixed", "limit", *claims.REMARKS) if key in group}
    return [
        Claim(tuple(group["places"]), meaning, statement, tuple(nets), **options)
        for meaning, statement in group["claims"]
    ]


__all__ = [
    "Document",
    "FormulaRow",
    "Number",
    "NumberRow",
    "Source",
    "as_json",
    "computed",
    "formula_rows",
    "formulas",
    "load",
    "names",
    "number_rows",
    "numbers",
    "transcript",
]
