"""What the interface sends and takes, as schemas."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from typing import Annotated, Any, Literal

from ninja import Field, Schema
from pydantic import (
    AwareDatetime,
    ConfigDict,
    Strict,
    StrictBool,
    StrictInt,
    StringConstraints,
    WithJsonSchema,
)

from grader.web.api.pages import Page
from templates.feedback.report import Verdict

UNSEEN = r"\x00-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ufffd"
"""Controls, line ends, marks that turn what follows round, and what could not be kept."""
PRINTABLE = rf"^[^{UNSEEN}]*$"
Line = Annotated[str, StringConstraints(pattern=PRINTABLE, max_length=200)]
Title = Annotated[
    str,
    StringConstraints(
        pattern=rf"^[^{UNSEEN}]*[^\s{UNSEEN}][^{UNSEEN}]*$",
        min_length=1,
        max_length=200,
    ),
]
Word = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9_.:<@, -]{0,100}$")]
Number = Annotated[str, StringConstraints(pattern=r"^-?[0-9]{1,20}(\.[0-9]{1,20})?$")]
Typed = Annotated[Decimal, Strict(), WithJsonSchema({"type": "number"})]
Short = Annotated[str, StringConstraints(max_length=2000)]
Answer = Short | StrictInt | Typed | None | list[Short | StrictInt | Typed]
FeedbackTime = Literal["at once", "after the due date", "never"]


class Strictly(Schema):
    """What is sent to us: nothing unknown in it."""

    model_config = ConfigDict(extra="forbid")


class FoundProblem(Schema):
    """One thing that is wrong with a file or a field."""

    file: str = Field(examples=["answers.csv"])
    row: int | None
    column: str | None = Field(description="Of a table; or the field of the request.")
    code: str
    message: str
    reason: str = Field("", description="What the message says, for programs.")
    arguments: dict[str, Any] = Field({}, description="What belongs to the reason.")


class ProblemDetails(Schema):
    """An error, application/problem+json of RFC 9457."""

    type: str
    title: str
    status: int
    code: str = Field(description="One of the codes listed in the documentation.")
    detail: str
    problems: list[FoundProblem] = Field([])


class FamilyShape(Schema):
    """A style of exercise."""

    name: str = Field(examples=["mazur"])
    title: str
    summary: str
    source: str
    notation: str
    layers: str = Field(description="Widths from inputs to outputs.", examples=["2-2-2"])
    decimals: int | None
    significant: int | None
    difficulties: list[str]
    steps: int = Field(description="Questions that a worksheet asks by default.")


class FamilyPage(Page):
    """Families."""

    items: list[FamilyShape]


class CourseShape(Schema):
    """A class."""

    id: str
    name: str
    created: datetime
    archived: bool
    role: str = Field(description="What you are in it.", examples=["teacher"])


class CoursePage(Page):
    """Courses."""

    items: list[CourseShape]


class NewCourse(Strictly):
    """A course to be made; you become its teacher."""

    name: Title = Field(examples=["Machine Learning 1"])


class MemberShape(Schema):
    """Somebody in a course."""

    ident: str = Field(description="The id of the class list.")
    name: str
    email: str
    role: str
    active: bool


class MemberPage(Page):
    """Members."""

    items: list[MemberShape]


class CourseName(Schema):
    """Which course."""

    id: str
    name: str


class AssignmentShape(Schema):
    """An assignment; `published`, `policy`, `state` and `job` are shown to staff alone."""

    id: str
    title: str
    course: CourseName
    role: str
    family: str
    opens: datetime | None
    due: datetime | None
    closes: datetime | None
    feedback: str
    practice: bool
    open: bool = Field(description="Whether submissions are taken now.")
    published: bool = Field(False)
    policy: str = Field("", description="Name of a shipped policy, or the text of a policy file.")
    state: Literal["ready", "being made"] = Field(
        "ready", description="Until it is ready nothing but this can be had of it."
    )
    job: str = Field("", description="While it is being made: where to ask how far it is.")


class AssignmentPage(Page):
    """Assignments."""

    items: list[AssignmentShape]


class Settings(Strictly):
    """What can be changed of an assignment."""

    published: StrictBool = False
    opens: AwareDatetime | None = None
    due: AwareDatetime | None = None
    closes: AwareDatetime | None = Field(None, description="Nothing is taken after it.")
    feedback: FeedbackTime = "at once"
    practice: StrictBool = Field(True, description="Whether students may practise with variants.")
    policy: str = Field(
        "default", max_length=20_000, description="A shipped policy's name, or a policy's TOML."
    )


class NewAssignment(Settings):
    """An assignment to be drawn for everybody in a course; give `family` or `definition`."""

    course: Word
    title: Title = Field(examples=["Homework 1"])
    family: Word | None = Field(None, examples=["mazur"])
    definition: str | None = Field(None, max_length=100_000, description="A family file (TOML).")
    layers: Word | None = Field(None, description="Such as 3-2-2.")
    decimals: StrictInt | None = Field(None, ge=1, le=10)
    significant: StrictInt | None = Field(None, ge=2, le=10)
    difficulty: Literal["easy", "standard", "hard"] = "standard"
    exercises: StrictInt = Field(1, ge=1, le=20, description="For each student.")
    paper: Literal["a4", "letter"] = "a4"
    seed: Line | None = Field(None, description="The same seed gives the same exercises.")


class Changes(Strictly):
    """Changes of an assignment; what is not named stays."""

    title: Title = "-"
    published: StrictBool = False
    opens: AwareDatetime | None = None
    due: AwareDatetime | None = None
    closes: AwareDatetime | None = None
    feedback: FeedbackTime = "at once"
    practice: StrictBool = True
    policy: str = Field("default", max_length=20_000)


class AskedStep(Schema):
    """A question; value and tolerance are shown to staff alone."""

    id: str = Field(examples=["net.1.1"])
    label: str = Field(examples=["net_h1"])
    asked: bool
    kind: str = Field("number", description="`formula` where a formula is asked for.")
    value: float = 0.0
    tolerance: float = 0.0


class ExerciseShape(Schema):
    """An object of exercises.jsonl (docs/formats.md)."""

    format: int
    id: str
    student: str
    family: str
    notation: str
    number: int
    reissue: int
    gated: bool
    network: dict[str, Any]
    loss: str
    inputs: list[list[str]]
    targets: list[list[str]]
    rate: str | None
    iterations: int
    task: dict[str, Any]
    method: dict[str, Any]
    precision: dict[str, Any]
    steps: list[AskedStep]


class ExercisePage(Page):
    """Exercises."""

    items: list[ExerciseShape]


class Receipt(Schema):
    """What was stored."""

    id: str
    exercise: str
    sha256: str = Field(description="Of the bytes that were sent.")
    received: datetime
    attempt: int
    state: Literal["stored", "graded", "review"]


class ReportStep(Schema):
    """A step's verdict; what the policy hides is absent."""

    id: str
    label: str
    answer: str
    verdict: Verdict | Literal[""] = ""
    credit: float = 0.0
    weight: float = 0.0
    expected: float | None = None
    tolerance: float | None = None
    formula: str = ""
    slip: str | None = None
    used: list[str] = Field([])
    code: str = Field("", description="What the message says, for programs.")
    arguments: dict[str, Any] = Field({}, description="What belongs to the code.")
    message: str = ""
    hint: str = ""


class TeacherNote(Schema):
    """What a person should look at in a whole sheet."""

    code: str
    arguments: dict[str, Any]
    message: str


class ReportShape(Schema):
    """A report (docs/formats.md); what the policy hides is absent."""

    format: int
    student: str
    exercise: str
    score: float = 0.0
    max: float = 0.0
    percent: float = 0.0
    first_deviation: str | None = None
    deviation: str = ""
    remarks: list[str] = Field([])
    teacher: list[TeacherNote] = Field([], description="Only for staff.")
    steps: list[ReportStep]
    problems: list[FoundProblem]


class SubmissionShape(Receipt):
    """A receipt, and the report if it is shown now."""

    report: ReportShape | None
    problems: list[FoundProblem] = Field([], description="Why it is left for review.")


class GradedShape(Receipt):
    """A submission as staff see it."""

    student: str
    counted: float = Field(description="The score after the late rule.")
    report: ReportShape


class ReportPage(Page):
    """Reports of graded submissions, oldest first."""

    items: list[GradedShape]


class ExerciseGrade(Schema):
    """What counts of one exercise."""

    exercise: str
    number: int
    attempts: int
    score: float
    max: float


class GradeShape(Schema):
    """What counts of one student's work."""

    student: str
    name: str
    email: str
    score: float
    max: float
    percent: float
    exercises: list[ExerciseGrade]


class GradePage(Page):
    """Grades in the order of the class list."""

    items: list[GradeShape]
