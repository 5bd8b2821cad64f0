"""Gradebook, steps and problems of a class as files.

    gradebook.csv    a row a submission
    steps.parquet    a row an asked step of each; in parts for a large class (or steps.csv)
    problems.csv     everything that could not be used, with its place
    changes.csv      what is judged otherwise than in results before (`grader.bulk.changes`)
    results.json     what was graded, by which policy

Parts are written by whoever marked them and put together in the order of the class, so the same
answers give the same bytes however many workers there were.
"""

from __future__ import annotations

import io
import json
import shutil
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

import polars as pl

from grader.errors import AssignmentError, Problem
from grader.results.problem_rows import problem_row
from grader.support.paths import refuse_no_text
from grader.support.spreadsheet import ACTIVE, CONTROL, NUMBER
from problems.texts import REPLACED

FORMAT = 1
META = "results.json"
GRADEBOOK_FILE, PROBLEMS_FILE = "gradebook.csv", "problems.csv"
STEPS_FILE = {"parquet": "steps.parquet", "csv": "steps.csv"}

VERDICT_COLUMNS = (
    "correct",
    "imprecise",
    "carried",
    "undetermined",
    "slip",
    "repeated",
    "wrong",
    "blank",
    "unreadable",
)

GRADEBOOK = {
    "student": pl.String,
    "exercise": pl.String,
    "number": pl.Int32,
    "score": pl.Float64,
    "max": pl.Float64,
    "percent": pl.Float64,
    "first_deviation": pl.String,
    "remarks": pl.String,
    "for_teacher": pl.String,
    **dict.fromkeys(VERDICT_COLUMNS, pl.Int32),
    "vouched": pl.Int32,
    "problems": pl.Int32,
}
"""Columns of the gradebook; of a verdict, how many steps have it; `vouched` are those of
`carried` that would be `undetermined`, had the student not shown their rule elsewhere."""

STEPS = {
    "student": pl.Categorical,
    "exercise": pl.Categorical,
    "step": pl.Categorical,
    "id": pl.Categorical,
    "answer": pl.Categorical,
    "verdict": pl.Categorical,
    "credit": pl.Float64,
    "weight": pl.Float64,
    "expected": pl.Float64,
    "tolerance": pl.Float64,
    "slip": pl.Categorical,
    "used": pl.Categorical,
}
"""Columns of the steps: `step` is the label, `used` ids with spaces between them."""

PROBLEM_COLUMNS = {
    "order": pl.Int32,
    "file": pl.String,
    "row": pl.Int64,
    "column": pl.String,
    "code": pl.String,
    "message": pl.String,
    "reason": pl.String,
    "arguments": pl.String,
}


def is_results(folder: Path) -> bool:
    """Whether a folder holds results, which later ones may replace."""
    return (folder / META).is_file()


def refuse_other(out: Path) -> None:
    """Refuse to replace what are no results.

    Raises:
        AssignmentError: something else stands there, or the name is no text.
    """
    refuse_no_text(out)
    if out.exists() and (not out.is_dir() or (any(out.iterdir()) and not is_results(out))):
        raise AssignmentError(f"{out} is there and holds no results; choose another --results")


# parts -------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class PartFiles:
    """Where the results of one part of the class lie until all are put together."""

    folder: Path
    number: int
    form: str
    """`parquet` or `csv`: what the steps are written as."""

    def _path(self, what: str) -> Path:
        return self.folder / f"{what}-{self.number:05d}"

    @property
    def gradebook(self) -> Path:
        """Rows of CSV without a header."""
        return self._path("gradebook")

    @property
    def steps(self) -> Path:
        """A Parquet file, or rows of CSV without a header."""
        return self._path("steps")

    @property
    def problems(self) -> Path:
        """Columns of problems."""
        return self._path("problems")

    @property
    def doubtful(self) -> Path:
        """Submissions that are held against other exercises."""
        return self._path("doubtful")

    @property
    def printed(self) -> Path:
        """What is printed of each submission, instead of results."""
        return self._path("printed")

    def write_printed(self, printed: pl.DataFrame) -> None:
        """Write it, to be looked at where it lies."""
        printed.write_ipc(self.printed, compression="uncompressed")

    def write(self, gradebook: pl.DataFrame, steps: pl.DataFrame) -> None:
        """Write both; whoever does it again writes the same."""
        self.gradebook.write_bytes(csv_rows(gradebook))
        if self.form == "csv":
            self.steps.write_bytes(csv_rows(steps))
        else:
            steps.write_parquet(self.steps, compression="lz4", statistics=False)

    def write_problems(self, problems: pl.DataFrame) -> None:
        """Write what could not be used."""
        problems.write_ipc(self.problems, compression="uncompressed")


def csv_rows(table: pl.DataFrame, header: bool = False) -> bytes:
    """Rows of CSV with CRLF ends; no text can act as a formula in a spreadsheet."""
    table = table.cast({pl.Categorical: pl.String}).with_columns(
        pl.col(pl.String).str.replace_all(CONTROL.pattern, REPLACED)
    )
    safe = [
        pl.when(
            pl.col(name).str.contains(ACTIVE.pattern)
            & ~pl.col(name).str.contains(f"^(?:{NUMBER.pattern})$")
        )
        .then(pl.lit("'") + pl.col(name))
        .otherwise(pl.col(name))
        .alias(name)
        for name, kind in table.schema.items()
        if kind == pl.String
    ]
    stream = io.BytesIO()
    table.with_columns(safe).write_csv(stream, include_header=header, line_terminator="\r\n")
    return stream.getvalue()


def problem_table(problems: Iterable[tuple[int, Problem]]) -> pl.DataFrame:
    """Problems with the number of their file."""
    rows = [(order, *problem_row(problem)) for order, problem in problems]
    return pl.DataFrame(rows, schema=PROBLEM_COLUMNS, orient="row")


# the whole ---------------------------------------------------------------------------------


def put_together(
    parts: Sequence[PartFiles],
    problems: pl.DataFrame,
    meta: dict[str, object],
    folder: Path,
) -> int:
    """Write the results of all parts into a folder.

    Args:
        parts: of the class, in its order; those in which nothing was handed in have no files.
        problems: those that belong to no part.
        meta: what is said about the whole.
        folder: where to write.

    Returns:
        How many problems there are.
    """
    here = [part for part in parts if part.gradebook.exists()]
    _joined(
        folder / GRADEBOOK_FILE, pl.DataFrame(schema=GRADEBOOK), [part.gradebook for part in here]
    )
    form = parts[0].form if parts else "parquet"
    steps = folder / STEPS_FILE[form]
    if form == "csv":
        _joined(steps, pl.DataFrame(schema=STEPS), [part.steps for part in here])
    elif len(here) > 1:
        steps.mkdir()
        for n, part in enumerate(here):
            part.steps.rename(steps / f"part-{n:05d}.parquet")
    elif here:
        here[0].steps.rename(steps)
    else:
        pl.DataFrame(schema=STEPS).write_parquet(steps)
    frames = [pl.read_ipc(part.problems) for part in parts if part.problems.exists()]
    every = pl.concat([problems, *frames])
    every = every.sort("order", "row", "column", "code", maintain_order=True, nulls_last=True)
    (folder / PROBLEMS_FILE).write_bytes(csv_rows(every.drop("order"), header=True))
    meta = {"format": FORMAT} | meta | {"problems": len(every)}
    text = json.dumps(meta, ensure_ascii=False, indent=1) + "\n"
    (folder / META).write_bytes(text.encode())
    return len(every)


def _joined(target: Path, columns: pl.DataFrame, parts: Sequence[Path]) -> None:
    with target.open("wb") as stream:
        stream.write(csv_rows(columns, header=True))
        for part in parts:
            with part.open("rb") as rows:
                shutil.copyfileobj(rows, stream, 1 << 20)
