"""Exercises and answers that are sent to be checked, as schemas."""

from __future__ import annotations

from typing import Annotated, Literal

from ninja import Field, Schema
from pydantic import (
    StrictBool,
    StrictInt,
)

from grader.web.api.shapes import Answer, FoundProblem, Line, Number, ReportShape, Strictly, Word


class Answers(Strictly):
    """Answers to one exercise: label -> as typed."""

    answers: dict[str, Answer] = Field(
        max_length=2000, examples=[{"net_h1": "0.3775", "out_h1": "0.5933"}]
    )
    exercise: str | None = Field(None, max_length=200)
    student: str | None = Field(None, max_length=200)


class GivenLayer(Schema):
    """A layer of a posted exercise."""

    activation: Word
    weights: list[list[Number]] = Field(min_length=1, max_length=50)
    bias: Word
    biases: list[Number] = Field(max_length=50)


class GivenNetwork(Schema):
    """The network of a posted exercise."""

    inputs: StrictInt = Field(ge=1, le=50)
    layers: list[GivenLayer] = Field(min_length=1, max_length=8)


class GivenTask(Schema):
    """What is done with it."""

    mode: Word
    update: StrictBool
    update_biases: StrictBool
    numeric: list[Word] = Field(max_length=500)
    shift: Number | None = None


class GivenMethod(Schema):
    """In which steps."""

    deltas: Word
    gradients: Word
    paths: StrictBool
    shares: StrictBool
    loss_of_errors: StrictBool
    factors: StrictBool = False


class GivenPrecision(Schema):
    """How many digits are asked for."""

    decimals: StrictInt | None = Field(None, ge=1, le=10)
    significant: StrictInt | None = Field(None, ge=2, le=10)
    kinds: dict[Word, Annotated[int, Field(ge=0, le=15)]] = Field({}, max_length=50)


class GivenStep(Schema):
    """A question of a posted exercise."""

    id: Word
    asked: StrictBool = True


class GivenExercise(Schema):
    """An object of exercises.jsonl (docs/formats.md); further entries are ignored."""

    format: Literal[1]
    id: Line
    student: Line
    family: Line
    notation: Word
    network: GivenNetwork
    loss: Word
    inputs: list[list[Number]] = Field(min_length=1, max_length=20)
    targets: list[list[Number]] = Field(min_length=1, max_length=20)
    rate: Number | None = None
    iterations: StrictInt = Field(1, ge=1, le=5)
    task: GivenTask
    method: GivenMethod
    precision: GivenPrecision
    steps: list[GivenStep] = Field(min_length=1, max_length=3000)


class Question(Strictly):
    """An exercise with answers, to be checked without storing anything."""

    exercise: GivenExercise
    answers: dict[str, Answer] = Field(max_length=3000)
    policy: str = Field("default", max_length=20_000, description="A name, or a policy's TOML.")


class BatchShape(Schema):
    """What was found in a class's file."""

    files: int
    reports: list[ReportShape]
    problems: list[FoundProblem]
    notes: list[FoundProblem]
