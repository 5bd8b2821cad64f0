"""What `bpgrade check` prints of a class: the same letters as of its submissions one by one.

A printer makes one text of each submission: rows of CSV, a report as JSON, or a line for the
terminal. The form of each is that of `grader.results.printed` and `templates.feedback.report`,
taken from there by example, so that what they gain is gained here as well.
"""

from __future__ import annotations

import json
import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import polars as pl

from grader.bulk.row_text import Column, Ints, Source, Sources, filled, together
from grader.bulk.sayings import Sayings
from grader.errors import Problem
from grader.marking.batch import VERDICTS, Codes
from grader.marking.mark import key_formula
from grader.marking.whole_sheet import WholeSheet
from grader.results import printed
from problems.arithmetic.elementary import FloatArray
from problems.computation import ids
from problems.exercise import Exercise
from templates.feedback.report import Report, StepReport


@dataclass(frozen=True)
class Judgements:
    """Submissions of one mould with all that was found; tables have shape (questions, n)."""

    mould: Exercise
    book: pl.DataFrame
    """Their rows of the gradebook."""
    weights: FloatArray
    """Points of each question."""
    verdict: Codes
    credit: FloatArray
    expected: FloatArray
    tolerance: FloatArray
    sayings: Sayings
    sheets: Sequence[WholeSheet]
    texts: pl.Series
    """What was typed, each text once."""
    typed: Ints
    """Index into `texts`."""
    problems: Mapping[int, Sequence[Problem]]
    """Submission -> what could not be read of it, where there is anything."""

    @property
    def count(self) -> int:
        """How many submissions."""
        return len(self.book)

    @cached_property
    def whose(self) -> Ints:
        """For each row of an answer, its submission."""
        return np.repeat(np.arange(self.count), len(self.mould.questions))

    @cached_property
    def questions(self) -> Ints:
        """For each row of an answer, its question."""
        return np.tile(np.arange(len(self.mould.questions)), self.count)

    @cached_property
    def formulas(self) -> dict[int, str]:
        """Index of a question that asks for a formula -> the right one."""
        asked = enumerate(self.mould.questions)
        return {k: key_formula(self.mould, id) for k, id in asked if ids.asks_formula(id)}


Printer = Callable[[Judgements], list[str]]
Encoded = Callable[[Any], str]


def _sources(
    found: Judgements, said: Callable[[Any], Mapping[str, Any]], text: Encoded
) -> Sources:
    """Where the fields of an answer's row come from.

    Args:
        found: the submissions.
        said: the fields of what is said of an answer.
        text: how a field is written.
    """

    def entries(fields: Sequence[Mapping[str, Any]]) -> list[dict[str, str]]:
        return [{name: text(value) for name, value in one.items()} for one in fields]

    def source(codes: Ints, fields: Sequence[Mapping[str, Any]]) -> Source:
        return Source(tuple(fields[0]) if fields else (), codes, entries(fields))

    mould = found.mould
    asked = [
        {"id": id, "label": mould.labels[id], "weight": float(found.weights[k])}
        | {"formula": found.formulas.get(k, "")}
        for k, id in enumerate(mould.questions)
    ]
    credits, credit = np.unique(_in_rows(found.credit), return_inverse=True)
    pair = _in_rows(found.verdict).astype(np.int64) * len(credits) + credit.ravel()
    pairs, judged = np.unique(pair, return_inverse=True)
    verdicts = [
        {"verdict": VERDICTS[code // len(credits)], "credit": float(credits[code % len(credits)])}
        for code in pairs.tolist()
    ]
    texts, typed = np.unique(_in_rows(found.typed), return_inverse=True)
    return (
        source(found.questions, asked),
        source(typed.ravel(), [{"answer": one} for one in found.texts.gather(texts).to_list()]),
        source(judged.ravel(), verdicts),
        source(_in_rows(found.sayings.codes), [said(one) for one in found.sayings.entries]),
        Column("expected", _numbers(found, found.expected, text)),
        Column("tolerance", _numbers(found, found.tolerance, text)),
    )


def _in_rows(table: Any) -> Any:
    """(questions, n) laid out submission by submission."""
    return np.ascontiguousarray(table.T).ravel()


def _numbers(found: Judgements, table: FloatArray, text: Encoded) -> pl.Series:
    """Numbers with the fewest digits that mean them; none where a formula is asked for."""
    numbers = [repr(x) if math.isfinite(x) else text(x) for x in _in_rows(table).tolist()]
    texts = pl.Series(numbers, dtype=pl.String)
    if not found.formulas:
        return texts
    asks = pl.Series(np.isin(found.questions, list(found.formulas)))
    return texts.to_frame("").select(
        pl.when(~asks).then(pl.col("")).otherwise(pl.lit(text(None))).alias("")
    )[""]


# CSV ---------------------------------------------------------------------------------------


def csv_texts(found: Judgements) -> list[str]:
    """The rows of each submission."""
    own = [
        {
            "student": printed.csv_cell(student),
            "exercise": printed.csv_cell(exercise),
            "for_teacher": printed.csv_cell(printed.notes(sheet.teacher)),
        }
        for student, exercise, sheet in zip(
            found.book["student"], found.book["exercise"], found.sheets, strict=True
        )
    ]
    sources = [
        *_sources(found, _said_in_csv, printed.csv_field),
        Source(tuple(own[0]), found.whose, own),
    ]
    rows = _by_kind(found, printed.csv_template(False), printed.csv_template(True), sources)
    return together(rows, found.whose, found.count, "")


def _said_in_csv(saying: Any) -> dict[str, Any]:
    said = saying.said
    return {"slip": saying.slip, "message": said.sentence, "code": said.code}


def _by_kind(found: Judgements, number: Any, formula: Any, sources: Sources) -> pl.Series:
    """Rows by the template for numbers, or by the one for formulas."""
    if not found.formulas:
        return filled(number, sources)
    asks = np.isin(found.questions, list(found.formulas))
    at = [np.flatnonzero(~asks), np.flatnonzero(asks)]
    parts = [
        filled(template, [source.at(rows) for source in sources])
        for template, rows in zip((number, formula), at, strict=True)
    ]
    return pl.concat(parts).gather(np.argsort(np.concatenate(at)))


# JSON --------------------------------------------------------------------------------------


def json_texts(found: Judgements) -> list[str]:
    """A report of each submission."""
    sources = _sources(found, _said_in_json, lambda value: printed.json_field(value, 5))
    number, formula = (
        printed.json_template(_example(asks).as_json(), 4) for asks in (False, True)
    )
    steps = together(
        _by_kind(found, number, formula, sources), found.whose, found.count, ",\n    "
    )
    return [
        printed.json_text(one, {"steps": f"[\n    {own}\n   ]" if own else "[]"}, 2)
        for one, own in zip(_reports(found), steps, strict=True)
    ]


def _said_in_json(saying: Any) -> dict[str, Any]:
    said = saying.said
    return {
        "slip": saying.slip,
        "used": list(saying.used),
        "code": said.code,
        "arguments": dict(said.arguments),
        "message": said.sentence,
        "hint": saying.hint,
    }


def _example(asks: bool) -> StepReport:
    """Any step, for the form of all of them."""
    return StepReport("", "", "", "correct", 0, 0, 0, 0, "", formula="f" if asks else "")


def _reports(found: Judgements) -> list[dict[str, Any]]:
    """Each report without its steps."""
    columns = found.book.select(
        "student", "exercise", "score", "max", "percent", "first_deviation"
    )
    docs = []
    for n, row in enumerate(columns.rows(named=True)):
        sheet = found.sheets[n]
        report = Report(
            row["student"],
            row["exercise"],
            (),
            tuple(found.problems.get(n, ())),
            row["first_deviation"] or None,
            sheet.remarks,
            row["score"],
            found.sayings.deviations[n],
            sheet.teacher,
        )
        docs.append(report.as_json() | {"max": row["max"], "percent": row["percent"]})
    return docs


# the terminal ------------------------------------------------------------------------------


def line_texts(found: Judgements) -> list[str]:
    """A JSON array of each submission: the cells of its line, notes for the teacher, per cent."""
    texts = []
    for n, row in enumerate(found.book.rows(named=True)):
        counts = {name: row[name] for name in printed.VERDICTS if row[name]}
        line = printed.line(
            row["student"], row["exercise"], row["score"], row["max"], row["percent"], counts
        )
        notes = [note.message for note in found.sheets[n].teacher]
        texts.append(json.dumps([row["student"], line, notes, row["percent"]]))
    return texts


PRINTERS: Mapping[str, Printer] = {"csv": csv_texts, "json": json_texts, "text": line_texts}
"""Output -> what makes its texts."""
