"""One student's exercise, and its line in `exercises.jsonl`.

The file holds the givens as the decimal strings that were printed; values and tolerances are
recomputed from them, and stored beside them for other software.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Any

from problems import computation_files
from problems.arithmetic.precision import Precision
from problems.computation import ids
from problems.computation.graph import build
from problems.computation.network import Computation, layered
from problems.computation.solve import OneOf, Solution, Solved, solve
from problems.computation.steps import Graph
from problems.errors import FormatError, FormatTooNew, SpecError
from problems.formulas.formula import Formula
from problems.formulas.labels import labels_of, naming_of
from problems.formulas.notation import Naming
from problems.texts import cleaned

if TYPE_CHECKING:
    from problems.drawing.design import Design
    from problems.drawing.draw import Draw
    from problems.drawing.gate import Finding

FORMAT = 1
"""Version of the exercise and assignment files."""

Doc = dict[str, Any]


@dataclass(frozen=True, eq=False)
class Exercise:
    """What one student is asked, with its true answers."""

    id: str
    student: str
    family: str
    notation: str
    plan: Computation
    givens: Mapping[str, str]
    """Id of a given -> the decimal as printed."""
    precision: Precision
    asked: tuple[str, ...]
    """Ids of the asked steps in the order of the worksheet."""
    number: int = 1
    """Which exercise of the assignment this is."""
    reissue: int = 0
    gated: bool = False
    """Whether the numbers passed the quality gate, as all issued ones have."""
    formulas: tuple[str, ...] = ()
    """Ids of the steps whose formulas are asked for, in the order of the worksheet."""

    generals: tuple[str, ...] = ()
    """Questions for formulas with letters, in the order of the worksheet."""

    known: Solved = field(default_factory=Solved)
    """Steps that this program has worked already, when it drew the exercise."""

    @property
    def questions(self) -> tuple[str, ...]:
        """Everything that is answered: numbers, formulas, formulas with letters."""
        return (*self.asked, *map(ids.formula_of, self.formulas), *self.generals)

    def symbol(self, question: str) -> Formula:
        """What is asked, as the text writes it."""
        if ids.asks_general(question):
            from problems.formulas import general

            return general.symbol(self.notation, layered(self.plan), question)
        return self.naming.symbol(ids.step_asked(question))

    @property
    def named(self) -> tuple[str, ...]:
        """Ids of the steps that something is asked about: they have a name of their own."""
        return tuple(dict.fromkeys((*self.asked, *self.formulas)))

    @property
    def graph(self) -> Graph:
        """The graph of steps."""
        return build(self.plan)

    def parse(self, id: str) -> ids.StepId:
        """The id of a step or a given, taken apart."""
        return self.plan.parse(id)

    @cached_property
    def naming(self) -> Naming:
        """The notation bound to this exercise."""
        return naming_of(self.notation, self.plan)

    @cached_property
    def labels(self) -> dict[str, str]:
        """Asked id -> what is typed for it."""
        return labels_of(self.notation, self.plan, self.asked, self.formulas, self.generals)

    @cached_property
    def solution(self) -> Solution:
        """The true ball of every step and given."""
        return solve(self.graph, self.numbers, self.precision, self.known)

    def solved(self, together: Solution, at: int) -> None:
        """Take the solution over from exercises that were solved as arrays.

        Args:
            together: balls over exercises of the same graph and precision.
            at: which of them this one is.
        """
        self.__dict__["solution"] = OneOf(together, at)

    @cached_property
    def doubts(self) -> dict[str, list[Finding]]:
        """Step -> what its value cannot be told from; empty where the gate has been passed."""
        if self.gated:
            return {}
        from problems.drawing import gate, reasons

        found: dict[str, list[Finding]] = {}
        must = gate.checks(self.graph, self.asked, self.precision, None)
        close = solve(self.graph, reasons.beside(self.numbers), reasons.FINE)
        for finding in gate.findings(self.solution, must, close):
            found.setdefault(finding.step, []).append(finding)
        return found

    @cached_property
    def numbers(self) -> dict[str, float]:
        """The givens as doubles."""
        return {id: float(text) for id, text in self.givens.items()}

    @cached_property
    def printed(self) -> dict[str, str]:
        """Every quantity as the key prints it: givens as they are, steps rounded half up."""
        shown = dict(self.givens)
        for id in self.graph.steps:
            kind = self.parse(id).kind
            shown[id] = self.precision.shown(kind, float(self.solution[id].m))
        return shown


def issued(
    design: Design,
    drawn: Draw,
    id: str,
    student: str,
    number: int = 1,
    reissue: int = 0,
) -> Exercise:
    """A drawn exercise of a student."""
    from problems.drawing.forced import vouched

    return Exercise(
        id,
        student,
        design.family.name,
        design.family.notation,
        design.plan,
        drawn.givens,
        design.precision,
        design.asked,
        number,
        reissue,
        gated=vouched(design),
        formulas=design.formulas,
        generals=design.generals,
        known=drawn.solved,
    )


# to JSON -----------------------------------------------------------------------------------


def as_json(exercise: Exercise) -> Doc:
    """The exercise as an object of `exercises.jsonl` (docs/formats.md)."""
    balls = exercise.solution
    return document(
        exercise, {id: (float(balls[id].m), float(balls[id].r)) for id in exercise.asked}
    )


def document(exercise: Exercise, values: Mapping[str, tuple[float, float]]) -> Doc:
    """The same, where values and tolerances of the asked steps are known already."""
    doc: Doc = {
        "format": FORMAT,
        "id": exercise.id,
        "student": exercise.student,
        "family": exercise.family,
        "notation": exercise.notation,
        "number": exercise.number,
        "reissue": exercise.reissue,
        "gated": exercise.gated,
    }
    doc |= computation_files.written(exercise.plan, exercise.givens)
    doc |= {"precision": exercise.precision.as_json()}
    steps = [_step_json(exercise, id, *values[id]) for id in exercise.asked]
    more = exercise.questions[len(exercise.asked) :]
    return doc | {"steps": [*steps, *(_formula_json(exercise, question) for question in more)]}


def _step_json(exercise: Exercise, id: str, value: float, tolerance: float) -> Doc:
    return {
        "id": id,
        "label": exercise.labels[id],
        "asked": True,
        "value": value,
        "tolerance": tolerance,
    }


def _formula_json(exercise: Exercise, question: str) -> Doc:
    """A question for a formula; what is right follows from the network, so nothing is stored."""
    return {"id": question, "label": exercise.labels[question], "asked": True, "kind": "formula"}


def dumps(doc: Doc) -> str:
    """One line of JSON, the same bytes everywhere."""
    return json.dumps(doc, ensure_ascii=False, separators=(", ", ": "), allow_nan=False)


# from JSON ---------------------------------------------------------------------------------


UPGRADES: dict[int, Any] = {}
"""Version -> function that makes the next version's object; old ones are never edited."""


def upgraded(doc: Doc, what: str) -> Doc:
    """The object in the current format.

    Raises:
        FormatTooNew: a later bpgrade wrote it.
        FormatError: it has no version.
    """
    version = doc.get("format")
    if not isinstance(version, int) or version < 1:
        raise FormatError(f"{what}: no format number; this is not a bpgrade file")
    if version > FORMAT:
        raise FormatTooNew(
            f"{what}: format {version} is newer than this bpgrade reads ({FORMAT}); "
            "upgrade bpgrade"
        )
    while version < FORMAT:
        doc = UPGRADES[version](doc) | {"format": version + 1}
        version += 1
    return doc


def from_json(doc: Doc, what: str = "exercise") -> Exercise:
    """An exercise from its object.

    Args:
        doc: the parsed line.
        what: how messages call it, e.g. `exercises.jsonl, line 3`.

    Raises:
        FormatError: something is missing or of the wrong kind.
        FormatTooNew: a later bpgrade wrote it.
    """
    doc = upgraded(doc, what)
    try:
        return _from_json(doc)
    except KeyError as error:
        raise FormatError(f"{what}: {error.args[0]!r} is missing") from None
    except (TypeError, ValueError, IndexError, AttributeError, SpecError) as error:
        raise FormatError(f"{what}: {error}") from None


def _from_json(doc: Doc) -> Exercise:
    plan, givens = computation_files.read(doc)
    listed = [str(step["id"]) for step in doc["steps"] if step["asked"]]
    asked = tuple(id for id in listed if not ids.asks_formula(id))
    formulas = tuple(ids.step_asked(id) for id in listed if id.endswith(ids.FORMULA))
    generals = tuple(id for id in listed if ids.asks_general(id))
    steps = build(plan).steps
    unknown = [id for id in (*asked, *formulas) if id not in steps]
    if unknown:
        raise ValueError(f"no step {unknown[0]!r} in this {plan.described()}")
    return Exercise(
        cleaned(str(doc["id"])),
        cleaned(str(doc["student"])),
        cleaned(str(doc["family"])),
        cleaned(str(doc["notation"])),
        plan,
        givens,
        _precision(doc["precision"]),
        asked,
        int(doc.get("number", 1)),
        int(doc.get("reissue", 0)),
        bool(doc.get("gated", False)),
        formulas,
        generals,
    )


def _precision(doc: Doc) -> Precision:
    kinds = tuple((str(k), int(n)) for k, n in doc.get("kinds", {}).items())
    subresults = bool(doc.get("subresults", False))  # old ones were gated without them
    if "significant" in doc:
        return Precision(None, int(doc["significant"]), kinds, subresults)
    return Precision(int(doc["decimals"]), None, kinds, subresults)
