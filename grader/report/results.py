"""A results folder: the grade book and the verdicts of all steps, as tables.

gradebook.csv                  a row a submission
steps.parquet or steps.csv     a row an asked step of a submission

Only the columns that the report needs are read; others may be there (docs/report.md).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import polars as pl

from grader.bulk.results import GRADEBOOK_FILE, STEPS_FILE
from grader.errors import ReportError
from grader.marking.batch import VERDICTS
from grader.support.paths import refuse_no_text
from problems.texts import REPLACED

STEPS = tuple(STEPS_FILE.values())
BOOK = ("student", "exercise", "score", "max", "percent", "first_deviation")
STEP = ("student", "exercise", "id", "answer", "verdict", "credit", "weight", "slip")
OPTIONAL = ("submitted", "attempt", "for_teacher")
NUMBERS = ("score", "max", "percent", "credit", "weight")
KEY = ["student", "exercise"]


@dataclass(frozen=True)
class Results:
    """What was graded."""

    path: Path
    submissions: pl.DataFrame
    """A row for each student's exercise, its last attempt: `row`, the columns of the grade
    book, `attempts`."""
    attempts: pl.DataFrame
    """The grade book as it is, a row an attempt."""
    steps: pl.DataFrame
    """`row` of the submission, `id`, `answer`, `verdict`, `credit`, `weight`, `slip`."""
    orphans: int
    """Rows of steps whose submission is not in the grade book."""


def read(folder: Path) -> Results:
    """Read a results folder.

    Raises:
        ReportError: a file or column is missing, a cell is not what it must be, nothing is in it.
    """
    book = _gradebook(folder)
    counted = _counted(book)
    steps, orphans = _steps(folder, book, counted)
    return Results(folder, counted, book, steps, orphans)


def scores(folder: Path) -> pl.DataFrame:
    """The grade book alone, a row for each student's exercise, its last attempt.

    Raises:
        ReportError: as `read`.
    """
    return _counted(_gradebook(folder))


# the grade book ----------------------------------------------------------------------------


def _gradebook(folder: Path) -> pl.DataFrame:
    refuse_no_text(folder)
    path = folder / GRADEBOOK_FILE
    if not path.is_file():
        raise ReportError(
            f"no {GRADEBOOK_FILE} in {folder}; name the folder of a graded class, or the "
            "assignment folder that holds it as results/"
        )
    lazy = _scan(path)
    found = lazy.collect_schema().names()
    _complete(path, found, BOOK)
    more = [name for name in OPTIONAL if name in found]
    book = _collected(path, lazy.select(*BOOK, *more)).with_columns(
        pl.col("student", "exercise").fill_null("")
    )
    book = book.with_columns(_clean(pl.col(pl.String)))
    if book.is_empty():
        raise ReportError(f"{path}: no submission is in it; grade some first")
    return _numbers(path, book)


def _counted(book: pl.DataFrame) -> pl.DataFrame:
    """The last attempt of each exercise: by its number, else by its time, else by its row."""
    numbered = book.with_columns(
        occurrence=pl.int_range(pl.len()).over(KEY), attempts=pl.len().over(KEY)
    )
    last = [pl.col("attempt").cast(pl.Float64, strict=False)] if "attempt" in book.columns else []
    last += [pl.col("submitted").str.strip_chars()] if "submitted" in book.columns else []
    ordered = numbered.sort([*last, pl.col("occurrence")], nulls_last=False, maintain_order=True)
    found = ordered.unique(KEY, keep="last", maintain_order=True)
    return found.sort(KEY).with_row_index("row")


# steps -------------------------------------------------------------------------------------


def _steps(folder: Path, book: pl.DataFrame, counted: pl.DataFrame) -> tuple[pl.DataFrame, int]:
    path = next((folder / name for name in STEPS if (folder / name).exists()), None)
    if path is None:
        raise ReportError(f"neither {STEPS[0]} nor {STEPS[1]} in {folder}; grade the class anew")
    lazy = _scan(path)
    found = lazy.collect_schema().names()
    _complete(path, found, STEP)
    texts = [name for name in STEP if name not in NUMBERS]
    lazy = lazy.select(*STEP).with_columns(_clean(pl.col(texts)))
    lazy = lazy.with_columns(pl.col(KEY).fill_null(""))
    several = counted.height < book.height
    if several:
        at, sets = pl.int_range(pl.len()), pl.len()
        step = [*KEY, "id"]
        lazy = lazy.with_columns(at=at.over(step), sets=sets.over(step))
    whole = _scan_length(path, lazy)
    joined = lazy.join(counted.lazy().select("row", "occurrence", *KEY), on=KEY, how="inner")
    if several:
        last = pl.col("sets").cast(pl.Int64) - 1  # where the steps of fewer attempts were kept
        joined = joined.filter(pl.col("at") == pl.min_horizontal("occurrence", last))
        joined = joined.drop("at", "sets")
    joined = joined.drop(*KEY, "occurrence")
    steps = _collected(path, joined.with_columns(pl.col("id").cast(pl.Categorical)))
    if steps.is_empty():
        raise ReportError(f"{path}: no step of the submissions in {GRADEBOOK_FILE} is in it")
    orphans = 0 if several else whole - steps.height
    return _numbers(path, _known_verdicts(path, steps)), orphans


def _known_verdicts(path: Path, steps: pl.DataFrame) -> pl.DataFrame:
    strange = steps.filter(~pl.col("verdict").is_in(VERDICTS) | pl.col("verdict").is_null())
    if strange.height:
        found = strange["verdict"][0]
        raise ReportError(f"{path}: no verdict {found!r}; verdicts are {', '.join(VERDICTS)}")
    return steps.with_columns(pl.col("verdict").cast(pl.Enum(VERDICTS)))


# cells -------------------------------------------------------------------------------------


def _scan(path: Path) -> pl.LazyFrame:
    """All columns, those of a CSV file as texts."""
    if path.suffix == ".parquet":
        return pl.scan_parquet(path)
    return pl.scan_csv(path, infer_schema=False)


def _clean(texts: pl.Expr) -> pl.Expr:
    """Columns of texts as `cleaned` has them; polars itself refuses what is no UTF-8."""
    return texts.cast(pl.String).str.replace_all("\x00", REPLACED, literal=True)


def _scan_length(path: Path, lazy: pl.LazyFrame) -> int:
    return int(_collected(path, lazy.select(pl.len())).item())


def _collected(path: Path, lazy: pl.LazyFrame) -> pl.DataFrame:
    try:
        return lazy.collect(engine="streaming")
    except (pl.exceptions.PolarsError, OSError) as error:
        first = str(error).split("\n", 1)[0]
        raise ReportError(f"{path} cannot be read: {first}") from None


def _complete(path: Path, found: Sequence[str], needed: Sequence[str]) -> None:
    missing = [name for name in needed if name not in found]
    if missing:
        raise ReportError(
            f"{path}: no column {', '.join(map(repr, missing))}; the report needs "
            f"{', '.join(needed)}, and found {', '.join(found)}"
        )


def _numbers(path: Path, table: pl.DataFrame) -> pl.DataFrame:
    """The columns of numbers as numbers."""
    for name in (name for name in NUMBERS if name in table.columns):
        column = table[name]
        numbers = column.cast(pl.Float64, strict=False)
        bad = numbers.is_null() | ~numbers.is_finite()
        if bad.any():
            at = int(bad.arg_max() or 0)
            raise ReportError(f"{path}: column {name!r}: {column[at]!r} is no number")
        table = table.with_columns(numbers)
    return table
