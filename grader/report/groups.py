"""Who was asked the same: submissions grouped by exercise number and shape of the network.

`exercises.jsonl` is read line by line: of 200,000 exercises only the numbers are kept.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
from numpy.typing import NDArray

from grader.assignments.folder import EXERCISES, Folder
from grader.marking.batch import VERDICTS
from grader.report.results import Results
from grader.support.terminal import plural
from problems.arithmetic.elementary import FloatArray, array
from problems.computation.graph import build
from problems.computation.kinds import Role
from problems.computation.network import Method, Plan, Task
from problems.computation.solve import values
from problems.errors import FormatError
from problems.exercise import Doc, Exercise, from_json
from problems.texts import parsed_json

Signature = tuple[Any, ...]
NOT_WRITTEN = VERDICTS.index("blank")


@dataclass(frozen=True, eq=False)
class Cohort:
    """Submissions that answer the same steps, as arrays.

    Rows are submissions, columns the steps in the order of the worksheet.
    """

    exercise: Exercise
    """The first one's."""
    rows: NDArray[np.int64]
    """Numbers of the submissions in `Results.submissions`."""
    students: NDArray[np.str_]
    percent: FloatArray
    givens: Mapping[str, FloatArray]
    """Id of a given -> its value in each submission."""
    credit: FloatArray
    """(submissions, steps), 0 to 1."""
    points: FloatArray
    """(submissions, steps): credit times weight."""
    verdicts: NDArray[np.int8]
    """(submissions, steps): index into `VERDICTS`; what is not in the table is blank."""

    @property
    def number(self) -> int:
        """Which exercise of the assignment."""
        return self.exercise.number

    @property
    def questions(self) -> tuple[str, ...]:
        """Ids of the columns."""
        return self.exercise.questions

    @property
    def count(self) -> int:
        """Submissions."""
        return len(self.rows)

    def label(self, id: str) -> str:
        """What is typed for a step."""
        return self.exercise.labels.get(id, id)

    @cached_property
    def mean_slope(self) -> FloatArray | None:
        """Mean derivative of all units with a curved activation, at the true net inputs.

        None where there is no such unit.
        """
        plan = self.exercise.plan
        if not isinstance(plan, Plan):
            return None
        once = Task(plan.task.examples, plan.task.mode, 1, plan.task.update_biases)
        graph = build(Plan(plan.network, once, Method()))
        slopes = [step.id for step in graph.steps.values() if step.role is Role.SLOPE]
        if not slopes or set(graph.givens) - set(self.givens):
            return None
        found = values(graph, self.givens)
        each = [np.broadcast_to(array(found[id]), (self.count,)) for id in slopes]
        return np.mean(each, axis=0)  # type: ignore[no-any-return]


@dataclass
class _Gathering:
    """A group while the file is being read."""

    first: Doc
    names: list[str]
    rows: list[int] = field(default_factory=list)
    givens: list[list[float]] = field(default_factory=list)


def cohorts(results: Results, folder: Folder) -> tuple[list[Cohort], list[str]]:
    """The groups, ordered by exercise number, the largest first.

    Returns:
        The groups, and notes on what belongs to none.
    """
    row_of = dict(
        zip(results.submissions["exercise"].to_list(), results.submissions["row"], strict=True)
    )
    gathered: dict[Signature, _Gathering] = {}
    for doc in _documents(folder.path / EXERCISES):
        row = row_of.pop(str(doc.get("id")), None)
        if row is not None:
            _gather(gathered, doc, row)
    notes = [_strangers(list(row_of), folder)] if row_of else []
    ordered = sorted(gathered.values(), key=lambda one: (_number(one.first), -len(one.rows)))
    tables = _by_group(results, ordered)
    found = [_cohort(results, one, table) for one, table in zip(ordered, tables, strict=True)]
    notes += _unknown_steps(found, tables)
    return found, notes


def _documents(path: Path) -> Iterator[Doc]:
    with path.open(encoding="utf-8") as stream:
        for number, line in enumerate(stream, 1):
            if line.strip():
                try:
                    yield parsed_json(line)
                except ValueError as error:
                    raise FormatError(f"{path.name}, line {number}: no JSON: {error}") from None


def _gather(gathered: dict[Signature, _Gathering], doc: Doc, row: int) -> None:
    signature = _signature(doc)
    if signature not in gathered:
        exercise = from_json(doc)
        gathered[signature] = _Gathering(doc, list(exercise.givens))
    group = gathered[signature]
    group.rows.append(row)
    group.givens.append(_numbers(doc))


def _signature(doc: Doc) -> Signature:
    """Everything that decides what is asked, without the numbers."""
    try:
        asked = tuple(step["id"] for step in doc["steps"] if step["asked"])
        common = _number(doc), doc["notation"], json.dumps(doc["precision"]), asked
        if "recipe" in doc:
            return *common, json.dumps(doc["recipe"]), tuple(doc["givens"])
        layers = tuple(
            (len(e["weights"]), len(e["weights"][0]), e["activation"], e["bias"])
            for e in doc["network"]["layers"]
        )
        choices = json.dumps([doc["task"] | {"shift": None}, doc["method"]])
        return *common, layers, doc["loss"], doc["iterations"], choices
    except (KeyError, TypeError, IndexError) as error:
        raise FormatError(f"{EXERCISES}: exercise {doc.get('id')!r}: broken {error}") from None


def _number(doc: Doc) -> int:
    return int(doc.get("number", 1))


def _numbers(doc: Doc) -> list[float]:
    """The givens in the order in which `problems.exercise` reads them."""
    if "recipe" in doc:
        return [float(text) for text in doc["givens"].values()]
    found: list[str] = []
    for inputs, targets in zip(doc["inputs"], doc["targets"], strict=True):
        found += [*inputs, *targets]
    for layer in doc["network"]["layers"]:
        found += [text for row in layer["weights"] for text in row]
        found += layer["biases"]
    found += [text for text in (doc["rate"], doc["task"].get("shift")) if text is not None]
    return [float(text) for text in found]


def _strangers(unknown: list[str], folder: Folder) -> str:
    return (
        f"{plural(len(unknown), 'submission')} of exercises that are not in {folder.path.name} "
        "(drawn anew since, or of another assignment): in the scores only"
    )


# arrays ------------------------------------------------------------------------------------


def _by_group(results: Results, groups: list[_Gathering]) -> list[pl.DataFrame]:
    """The steps of each group, with `at`, the submission's place in it."""
    sizes = [len(one.rows) for one in groups]
    rows = np.array([row for one in groups for row in one.rows], dtype=np.uint32)
    number = np.repeat(np.arange(len(groups), dtype=np.int32), sizes)
    at = np.array([n for size in sizes for n in range(size)], dtype=np.uint32)
    places = pl.DataFrame({"row": rows, "group": number, "at": at})
    needed = results.steps.select("row", "id", "verdict", "credit", "weight")
    joined = needed.join(places, on="row", how="inner")
    return [joined.filter(pl.col("group") == n) for n in range(len(groups))]


def _cohort(results: Results, group: _Gathering, table: pl.DataFrame) -> Cohort:
    exercise = from_json(group.first)
    own = results.submissions[group.rows]
    questions = exercise.questions
    at = {id: n for n, id in enumerate(questions)}
    column = table["id"].cast(pl.String).replace_strict(at, default=-1, return_dtype=pl.Int32)
    known = (column >= 0).to_numpy()
    places = table["at"].to_numpy()[known], column.to_numpy()[known]
    shape = len(group.rows), len(questions)
    credit, points = np.zeros(shape), np.zeros(shape)
    verdicts = np.full(shape, NOT_WRITTEN, dtype=np.int8)
    credit[places] = table["credit"].to_numpy()[known]
    points[places] = (table["credit"] * table["weight"]).to_numpy()[known]
    verdicts[places] = table["verdict"].to_physical().to_numpy()[known]
    numbers = np.array(group.givens)
    return Cohort(
        exercise,
        np.array(group.rows),
        own["student"].to_numpy(),
        own["percent"].to_numpy(),
        {name: numbers[:, n] for n, name in enumerate(group.names)},
        credit,
        points,
        verdicts,
    )


def _unknown_steps(found: list[Cohort], tables: list[pl.DataFrame]) -> Iterator[str]:
    for cohort, table in zip(found, tables, strict=True):
        strange = set(table["id"].cast(pl.String).unique()) - set(cohort.questions)
        if strange:
            few = ", ".join(sorted(strange)[:5])
            yield f"steps that the exercise does not ask for are left out: {few}"
