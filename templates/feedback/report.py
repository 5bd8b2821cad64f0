"""What a checked submission says: filled by `grader`, shown by every output."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any, Literal

from problems.errors import FormatError, FormatTooNew

Verdict = Literal[
    "correct",
    "imprecise",
    "carried",
    "undetermined",
    "slip",
    "repeated",
    "wrong",
    "blank",
    "unreadable",
]
FORMAT = 2
"""Of a report; 1 had no codes and nothing for the teacher."""

Doc = Mapping[str, Any]
NONE: Doc = MappingProxyType({})


@dataclass(frozen=True, slots=True)
class Note:
    """Something that the teacher should know of a whole sheet; students do not see it."""

    code: str
    """Of the closed list in docs/formats.md."""
    arguments: Doc
    message: str

    def as_json(self) -> dict[str, Any]:
        """The form of docs/formats.md."""
        return {"code": self.code, "arguments": dict(self.arguments), "message": self.message}


@dataclass(frozen=True, slots=True)
class StepReport:
    """One step's verdict."""

    id: str
    label: str
    answer: str
    """As typed; empty where blank."""
    verdict: Verdict
    credit: float
    """0 to 1, before the weight."""
    weight: float
    expected: float
    tolerance: float
    message: str
    slip: str | None = None
    """Name of the misconception in the catalogue (`problems.misconceptions.slips.CATALOGUE`)."""
    used: tuple[str, ...] = ()
    """Ids of the student's own deviating values that the verdict rests on."""
    hint: str = ""
    """What to look at next, without giving the value away."""
    formula: str = ""
    """The key's formula, where a formula is asked for; there is no expected number then."""
    code: str = ""
    """What the message says, for programs: a key of
    `templates.feedback.verdict_words.SENTENCES`."""
    arguments: Doc = field(default_factory=lambda: NONE)
    """What belongs to the code, in the form of JSON."""

    def as_json(self) -> dict[str, Any]:
        """The form of docs/formats.md."""
        asks = bool(self.formula)
        return {
            "id": self.id,
            "label": self.label,
            "answer": self.answer,
            "verdict": self.verdict,
            "credit": self.credit,
            "weight": self.weight,
            "expected": None if asks else self.expected,
            "tolerance": None if asks else self.tolerance,
            **({"formula": self.formula} if asks else {}),
            "slip": self.slip,
            "used": list(self.used),
            "code": self.code,
            "arguments": dict(self.arguments),
            "message": self.message,
            "hint": self.hint,
        }

    @staticmethod
    def from_json(doc: Doc) -> StepReport:
        """Back from the form of docs/formats.md, in the present format."""
        return StepReport(
            id=doc["id"],
            label=doc["label"],
            answer=doc["answer"],
            verdict=doc["verdict"],
            credit=doc["credit"],
            weight=doc["weight"],
            expected=doc["expected"] or 0.0,
            tolerance=doc["tolerance"] or 0.0,
            message=doc["message"],
            slip=doc["slip"],
            used=tuple(doc["used"]),
            hint=doc["hint"],
            formula=doc.get("formula", ""),
            code=doc["code"],
            arguments=doc["arguments"],
        )


@dataclass(frozen=True, slots=True)
class Report:
    """One exercise of one student."""

    student: str
    exercise: str
    steps: tuple[StepReport, ...]
    problems: tuple[Any, ...] = ()
    """Rows of `grader.errors.Problem`."""
    first_deviation: str | None = None
    """Id of the first step, in the order of the worksheet, that is neither right nor carried."""
    remarks: tuple[str, ...] = ()
    """What holds for the whole exercise, e.g. the sign convention of the deltas."""
    points: float | None = None
    """The score as the policy rounds it: what is shown is what is exported."""
    deviation: str = ""
    """Where the work first goes wrong, in words; empty if nowhere."""
    teacher: tuple[Note, ...] = ()
    """What a person should look at, for the teacher alone."""

    @property
    def score(self) -> float:
        """Credits times weights, as the policy rounds it, else to 6 decimals against dust."""
        if self.points is not None:
            return self.points
        return round(sum(step.credit * step.weight for step in self.steps), 6)

    @property
    def max(self) -> float:
        """The score of a faultless submission."""
        return round(sum(step.weight for step in self.steps), 6)

    @property
    def percent(self) -> float:
        """Score of max, to one decimal."""
        return round(100 * self.score / self.max, 1) if self.max else 0.0

    def counts(self) -> dict[str, int]:
        """Verdict -> number of steps, in the order of the closed set."""
        order = Verdict.__args__  # type: ignore[attr-defined]
        tally = [(v, sum(step.verdict == v for step in self.steps)) for v in order]
        return {verdict: n for verdict, n in tally if n}

    def as_json(self) -> dict[str, Any]:
        """The form of docs/formats.md."""
        return {
            "format": FORMAT,
            "student": self.student,
            "exercise": self.exercise,
            "score": self.score,
            "max": self.max,
            "percent": self.percent,
            "first_deviation": self.first_deviation,
            "deviation": self.deviation,
            "remarks": list(self.remarks),
            "teacher": [note.as_json() for note in self.teacher],
            "steps": [step.as_json() for step in self.steps],
            "problems": [problem.as_json() for problem in self.problems],
        }

    @staticmethod
    def from_json(doc: Doc, row: Callable[[Doc], Any] = dict) -> Report:
        """Back from the form of docs/formats.md, as this or an earlier bpgrade wrote it.

        Args:
            doc: what `as_json` gave.
            row: makes a problem of its object, such as `grader.errors.Problem.from_json`.

        Raises:
            FormatError: it has no format number, or a later bpgrade wrote it.
        """
        doc = upgraded(doc)
        return Report(
            student=doc["student"],
            exercise=doc["exercise"],
            steps=tuple(map(StepReport.from_json, doc["steps"])),
            problems=tuple(row(problem) for problem in doc["problems"]),
            first_deviation=doc["first_deviation"],
            remarks=tuple(doc["remarks"]),
            points=doc["score"],
            deviation=doc["deviation"],
            teacher=tuple(Note(**note) for note in doc["teacher"]),
        )


# earlier formats ---------------------------------------------------------------------------

CODES: Mapping[str, str] = MappingProxyType(
    {"correct": "right", "imprecise": "too_few_digits", "carried": "follows"}
)
"""Verdict of format 1 -> its code, where it is not called as the verdict is."""


def _1_to_2(doc: Doc) -> dict[str, Any]:
    """Steps got codes with arguments, reports got notes for the teacher.

    What the sentence was made of is not known any more: only a slip keeps its name.
    """
    steps = [
        {
            **step,
            "code": CODES.get(step["verdict"], step["verdict"]),
            "arguments": {"slip": step["slip"]} if step["slip"] else {},
        }
        for step in doc["steps"]
    ]
    return {**doc, "steps": steps, "teacher": []}


UPGRADES: Mapping[int, Callable[[Doc], dict[str, Any]]] = MappingProxyType({1: _1_to_2})
"""Format -> what makes the next one's object of it; old ones are never edited."""


def upgraded(doc: Doc) -> Doc:
    """A report's object in the present format.

    Raises:
        FormatError: it has no format number.
        FormatTooNew: a later bpgrade wrote it.
    """
    version = doc.get("format")
    if not isinstance(version, int) or version < 1:
        raise FormatError("a report without a format number is none of bpgrade's")
    if version > FORMAT:
        raise FormatTooNew(
            f"report format {version} is newer than this bpgrade reads ({FORMAT}); upgrade bpgrade"
        )
    while version < FORMAT:
        doc = UPGRADES[version](doc) | {"format": version + 1}
        version += 1
    return doc
