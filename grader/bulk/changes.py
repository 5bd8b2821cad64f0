"""Results compared with those that stood there before: what the same answers are worth now.

    changes.csv      a row a step whose verdict, slip or points are others for the same answer

So a class that is graded again, by a later bpgrade or under another policy, shows what that did.
Answers that are others themselves are new work and no change of the marking.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import polars as pl

from grader.bulk.results import STEPS_FILE, csv_rows, is_results

CHANGES_FILE = "changes.csv"
MOST = 5_000_000
"""Rows of steps that are compared; more would not fit into the memory of every machine."""

KEY = ["student", "exercise", "id", "answer"]
JUDGED = ["verdict", "slip", "points"]


@dataclass(frozen=True, slots=True)
class Changes:
    """How much is judged otherwise."""

    steps: int
    submissions: int


def write_changes(before: Path, after: Path) -> None:
    """Write what changed into the new results; nothing where nothing changed.

    Args:
        before: results that stood there, if any.
        after: the new ones.
    """
    old, new = _steps(before), _steps(after)
    if not is_results(before) or old is None or new is None:
        return
    found = _differing(old, new)
    if len(found):
        (after / CHANGES_FILE).write_bytes(csv_rows(found, header=True))


def changes_in(folder: Path) -> Changes | None:
    """What results say of the ones before them; None where nothing changed."""
    path = folder / CHANGES_FILE
    if not path.is_file():
        return None
    found = pl.read_csv(path, infer_schema=False).select("student", "exercise")
    return Changes(len(found), found.n_unique())


def _steps(folder: Path) -> pl.LazyFrame | None:
    """The steps of a results folder as texts; None for none, for too many, or other columns."""
    path = next((p for p in (folder / name for name in STEPS_FILE.values()) if p.exists()), None)
    if path is None:
        return None
    csv = path.suffix == ".csv"
    lazy = pl.scan_csv(path, infer_schema=False) if csv else pl.scan_parquet(path)
    try:
        held = set(lazy.collect_schema().names())
        if not {*KEY, "step", "verdict", "slip", "credit", "weight"} <= held:
            return None
        if lazy.select(pl.len()).collect().item() > MOST:
            return None
    except (pl.exceptions.PolarsError, OSError):
        return None
    texts = pl.col(*KEY, "step", "verdict", "slip").cast(pl.String).fill_null("")
    points = pl.col("credit").cast(pl.Float64) * pl.col("weight").cast(pl.Float64)
    return lazy.select(texts, points.round(9).alias("points"))


def _differing(old: pl.LazyFrame, new: pl.LazyFrame) -> pl.DataFrame:
    earlier = old.select(*KEY, *JUDGED).unique(KEY, keep="last")
    both = new.join(earlier, on=KEY, how="inner", suffix="_before", maintain_order="left")
    other = [pl.col(name) != pl.col(f"{name}_before") for name in JUDGED]
    pairs = [column for name in JUDGED for column in (f"{name}_before", name)]
    return (
        both.filter(pl.any_horizontal(other)).select(*KEY[:2], "step", *KEY[2:], *pairs).collect()
    )
