"""Answers as tables of text and as JSON, in the dialects of programs that write them."""

from __future__ import annotations

import csv
import json
import re
from collections.abc import Callable

from shaping import SHAPES, Files, Sheet, as_number, shape, tidy, wide, written

from grader.read.array_entries import Arrays


def _dialect(name: str, table: Callable[[Sheet], list[list[str]]], **how: object) -> None:
    SHAPES[name] = lambda of: {"answers.csv": written(table(of), **how)}  # type: ignore[arg-type]


_dialect("CSV", tidy)
_dialect("CSV, LF", tidy, end="\n")
_dialect("CSV, CR", tidy, end="\r")
_dialect("CSV, semicolons", tidy, delimiter=";")
_dialect("CSV, tabs", tidy, delimiter="\t")
_dialect("CSV, all quoted", tidy, quoting=csv.QUOTE_ALL)
_dialect("CSV, byte-order mark", tidy, encoding="utf-8-sig")
_dialect("CSV, UTF-16", tidy, encoding="utf-16", delimiter="\t")
_dialect("CSV, Windows-1252", tidy, encoding="cp1252", delimiter=";")
_dialect("CSV, wide", wide)
_dialect("CSV, wide, semicolons", wide, delimiter=";")
_dialect("CSV, wide, all quoted, tabs", wide, delimiter="\t", quoting=csv.QUOTE_ALL)


@shape("CSV, sep= line")
def _separator_line(of: Sheet) -> Files:
    return {"answers.csv": b"sep=;\r\n" + written(tidy(of), delimiter=";")}


@shape("CSV, more columns")
def _more_columns(of: Sheet) -> Files:
    rows = [[of.exercise.id, label, f"sign of {label}", text, ""] for label, text in of.rows]
    return {"a.csv": written([["exercise", "step", "symbol", "answer", "remark"], *rows])}


@shape("CSV, columns in another order")
def _other_order(of: Sheet) -> Files:
    return {"a.csv": written([row[::-1] for row in tidy(of)])}


@shape("CSV, rows in another order")
def _other_rows(of: Sheet) -> Files:
    header, *rows = tidy(of)
    return {"a.csv": written([header, *rows[::-1]])}


@shape("CSV, blank rows between")
def _blank_rows(of: Sheet) -> Files:
    return {"a.csv": written([row for pair in tidy(of) for row in (pair, ["", "", ""])])}


@shape("CSV, student's folder")
def _folder(of: Sheet) -> Files:
    return {f"{of.student}/answers.csv": written([["step", "answer"], *map(list, of.rows)])}


@shape("CSV, student's name in the file's")
def _named(of: Sheet) -> Files:
    table = [["step", "answer"], *map(list, of.rows)]
    return {f"{of.name}.csv": written(table)}


@shape("CSV, two halves")
def _halves(of: Sheet) -> Files:
    header, *rows = tidy(of)
    blank = [[*row[:2], ""] for row in rows]
    middle = len(rows) // 2
    return {"a.csv": written([header, *rows[:middle], *blank[middle:], *rows[middle:]])}


# vectors and matrices in one cell ----------------------------------------------------------


def _arrays(of: Sheet, row: str, entry: str) -> list[tuple[str, str]]:
    """Label and text, with every vector and matrix as one answer.

    Args:
        of: what is handed in.
        row: what stands between rows.
        entry: what stands between the numbers of a row.
    """
    labels, arrays = of.exercise.labels, Arrays(of.exercise)
    found: dict[str, str] = {}
    for id in of.exercise.asked:
        base = re.sub(r"\[[\d,]+\]", "", labels[id])
        layout = arrays.find(base)
        if layout is None:
            found[labels[id]] = of.typed.get(id, "")
        else:
            rows = (entry.join(of.typed.get(id, "") for id in cells) for cells in layout.cells)
            found[base] = f"[{row.join(rows)}]"
    return list(found.items())


def _array_table(of: Sheet, row: str, entry: str, delimiter: str = ",") -> Files:
    rows = [[of.exercise.id, *one] for one in _arrays(of, row, entry)]
    return {"a.csv": written([["exercise", "step", "answer"], *rows], delimiter)}


@shape("CSV, arrays with semicolons and commas", lists=True)
def _array_commas(of: Sheet) -> Files:
    return _array_table(of, "; ", ", ")


@shape("CSV, arrays with semicolons and spaces", lists=True)
def _array_spaces(of: Sheet) -> Files:
    return _array_table(of, "; ", " ")


@shape("CSV, arrays with brackets for rows", lists=True)
def _array_brackets(of: Sheet) -> Files:
    rows = [(label, text) for label, text in _arrays(of, "], [", ", ")]
    rows = [(label, f"[{text}]" if "], [" in text else text) for label, text in rows]
    table = [[of.exercise.id, *one] for one in rows]
    return {"a.csv": written([["exercise", "step", "answer"], *table], delimiter=";")}


@shape("CSV, arrays with rows on lines", lists=True)
def _array_lines(of: Sheet) -> Files:
    return _array_table(of, "\n", " ")


# JSON --------------------------------------------------------------------------------------


def _record(of: Sheet) -> dict[str, object]:
    return {"exercise": of.exercise.id, "answers": dict(of.rows)}


@shape("JSON, texts")
def _json(of: Sheet) -> Files:
    return {"a.json": json.dumps(_record(of)).encode()}


@shape("JSON, numbers where they are some")
def _json_numbers(of: Sheet) -> Files:
    answers = {label: as_number(text) for label, text in of.rows}
    return {"a.json": json.dumps(_record(of) | {"answers": answers}, ensure_ascii=False).encode()}


@shape("JSON, list of one")
def _json_list(of: Sheet) -> Files:
    return {"a.json": b"\xef\xbb\xbf" + json.dumps([_record(of)], indent=2).encode()}
