"""The corpus of hostile answers in tests/hostile, ready to be read."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from grader.errors import AnswerError
from grader.read.formula.parse import FUNCTIONS, Listed, parse_formula
from grader.read.formula.tree import Node
from grader.read.number import Unreadable, read_number

FOLDER = Path(__file__).resolve().parents[1] / "hostile"
CONTEXT = json.loads((FOLDER / "context.json").read_text("utf-8"))
NAMES = Listed(CONTEXT["symbols"])
CALLED = {name: FUNCTIONS[name] for name in CONTEXT["functions"]}


@dataclass(frozen=True)
class Record:
    """A line of the corpus."""

    id: str
    fields: dict[str, Any]

    def text(self, canary: str = "/tmp/never") -> str:
        doc = self.fields
        if "parts" in doc:
            return "".join(text * count for text, count in doc["parts"])
        if "numbered" in doc:
            return "+".join(f"v{n}" for n in range(doc["numbered"]))
        return str(doc["expr"]).replace("@CANARY@", canary)


def records() -> list[Record]:
    """Every line, in order."""
    lines = (FOLDER / "expressions.jsonl").read_text("utf-8").splitlines()
    return [Record(doc["id"], doc) for doc in map(json.loads, lines)]


def outcome(kind: str, text: str) -> tuple[str | None, float | Node | None, int]:
    """(code, value, position) of a text; a code or a value."""
    if kind == "numeric":
        reading = read_number(text)
        if reading is None:
            return "empty", None, 0
        if isinstance(reading, Unreadable):
            return reading.code, None, reading.position
        return None, reading.value, 0
    try:
        return None, parse_formula(text, NAMES, CALLED), 0
    except AnswerError as error:
        return error.code, None, error.position
