"""Odd and hostile files: each is read right or refused with its code, with little work and room.

The corpus and its rules are in tests/hostile; `policy: true` marks what is a choice of ours.
"""

from __future__ import annotations

import io
import json
import random
import zipfile
from pathlib import Path
from typing import Any

import big_tables
import pytest
from corpus import HOSTILE, Outcome, find, outcome
from measured import CAN_MEASURE, measured

from grader.errors import SubmissionError
from grader.read.files import read_file
from grader.read.tables.table import CLASS, UPLOAD, Limits, read_table

RECORDS: list[dict[str, Any]] = [
    record
    for name in ("csv_expectations.json", "files_expectations.json")
    for record in json.loads((HOSTILE / name).read_text("utf-8"))
]
CALLS = 2_000_000
"""Of functions, the loading of a library for workbooks included."""
LARGE_CALLS = 10_000_000
"""The same for a file of many megabytes, within the wider limits of a class."""
MEGABYTES = 50.0
PDF_MEGABYTES = 100.0
FILE_CODES = set(json.loads((HOSTILE / "context.json").read_text("utf-8"))["file_errors"])


def fits(record: dict[str, Any], found: Outcome) -> list[str]:
    """What is not as the record wants it."""
    codes = {problem.code for problem in found.problems}
    wrong = []
    if not found.values and codes & set(record.get("or_reject", ())):
        return []
    if record["expect"] == "reject":
        if found.values:
            wrong.append(f"graded {found.values}")
        if not codes & set(record["error"]):
            wrong.append(f"codes {codes} instead of {record['error']}")
        if "line" in record and record["line"] not in {p.row for p in found.problems}:
            wrong.append(f"lines {[p.row for p in found.problems]}")
        return wrong
    return wrong + _cells(record, found, codes) + _members(record, found, codes)


def _cells(record: dict[str, Any], found: Outcome, codes: set[str]) -> list[str]:
    wrong = []
    wanted = record.get("values")
    extra = record.get("also_allowed", {})
    if wanted is not None:
        got = {k: v for k, v in found.values.items() if extra.get(k) != v}
        if got != pytest.approx(wanted, rel=1e-12):
            wrong.append(f"values {found.values}")
    for step in record.get("bad", ()):
        said = step in found.refused or any(step in p.message for p in found.problems)
        if not said and step not in found.values.keys() & extra.keys():
            wrong.append(f"{step} is not refused")
    if record["expect"] == "accept" and found.problems:
        wrong.append(f"problems {found.problems}")
    if record.get("error") and not codes & set(record["error"]):
        wrong.append(f"codes {codes} instead of {record['error']}")
    if "line" in record and record["line"] not in {p.row for p in found.problems}:
        wrong.append(f"lines {[p.row for p in found.problems]}")
    return wrong


def _members(record: dict[str, Any], found: Outcome, codes: set[str]) -> list[str]:
    wrong = []
    if "members" in record and found.members != record["members"]:
        wrong.append(f"members {found.members}")
    for member in record.get("bad_members", ()):
        if not any(p.file.endswith(member) for p in found.problems):
            wrong.append(f"{member} is not listed")
    for member in record.get("skipped", ()):
        if not any(p.file.endswith(member) for p in found.notes):
            wrong.append(f"{member} is not named")
    return wrong


@pytest.mark.parametrize("by", ["kind", "content"])
@pytest.mark.parametrize("record", RECORDS, ids=lambda record: record["file"])
def test_each_file_comes_out_as_expected(record: dict[str, Any], by: str) -> None:
    """By the reader of its kind, and by what shows in it: never another value."""
    assert fits(record, outcome(HOSTILE / record["file"], by)) == []


@pytest.mark.skipif(not CAN_MEASURE, reason="memory is measured on Linux only")
@pytest.mark.parametrize("record", RECORDS, ids=lambda record: record["file"])
def test_each_within_its_work_and_room(record: dict[str, Any]) -> None:
    """Two million calls and 50 MB; a PDF 100 MB, the process that reads it included."""
    path = HOSTILE / record["file"]
    done = measured(lambda: outcome(path, "kind"))
    assert done.calls < CALLS
    assert done.megabytes < MEGABYTES
    assert done.helper < PDF_MEGABYTES


def test_codes_are_those_of_the_documentation() -> None:
    """A closed list; every code has a line in docs/formats.md."""
    text = (HOSTILE.parents[1] / "docs" / "formats.md").read_text("utf-8")
    assert [code for code in sorted(FILE_CODES) if f"`{code}`" not in text] == []


SMALL = [
    path
    for kind in ("csv", "json", "xlsx", "zip")
    for path in sorted((HOSTILE / kind).iterdir())
    if path.stat().st_size < 20_000
]
TOKENS = [b'"', b",", b";", b"\n", b"\r", b"\x00", b"\xff", b"\x1a", b"sep=;\n", b"step"]
TOKENS += [b"answer", b"Response 1", b"part 1: 0.5; part 2: 1", b"{", b"]", b":", b"1e999", b"0,5"]


def mutated(data: bytes, chance: random.Random) -> bytes:
    """A few bytes changed, lost, doubled, or replaced by what means something to a reader."""
    found = bytearray(data)
    for _ in range(chance.randint(1, 8)):
        at = chance.randrange(len(found) + 1)
        match chance.randrange(4):
            case 0:
                found[at : at + 1] = bytes([chance.randrange(256)])
            case 1:
                del found[at : at + chance.randint(1, 20)]
            case 2:
                start = chance.randrange(len(found) + 1)
                found[at:at] = found[start : start + chance.randint(1, 60)]
            case _:
                found[at:at] = chance.choice(TOKENS)
    return bytes(found)


@pytest.mark.parametrize("path", SMALL, ids=lambda path: path.name)
def test_damaged_files_raise_nothing_but_refusals(path: Path, tmp_path: Path) -> None:
    """Thirty ways to damage each; the first 200,000 found two tracebacks."""
    chance = random.Random(path.name)
    for number in range(30):
        place = tmp_path / path.parent.name / f"{number}{path.suffix}"
        place.parent.mkdir(exist_ok=True)
        place.write_bytes(mutated(path.read_bytes(), chance))
        for by in ("kind", "content"):
            outcome(place, by)


def odd_workbook(part: str, inside: bytes) -> bytes:
    """A small workbook with something put at the end of one of its parts."""
    out = io.BytesIO()
    plain = HOSTILE / "xlsx" / "plain.xlsx"
    with zipfile.ZipFile(plain) as old, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as new:
        for entry in old.infolist():
            text = old.read(entry)
            if entry.filename.endswith(part):
                end = text.rindex(b"</cellXfs>" if b"cellXfs" in text else b"</sheetData>")
                text = text[:end] + inside + text[end:]
            new.writestr(entry.filename, text)
    return out.getvalue()


ODD = {
    "a row far beyond": ("sheet1.xml", b'<row r="1000000000"><c><v>1</v></c></row>'),
    "a million rows": ("sheet1.xml", b"<row/>" * 1_000_000),
    "a million cells": ("sheet1.xml", b"<row>" + b"<c><v>1</v></c>" * 1_000_000 + b"</row>"),
    "a million styles": ("styles.xml", b'<xf numFmtId="0"/>' * 900_000),
}
"""Each once took 4 to 98 seconds."""


@pytest.mark.skipif(not CAN_MEASURE, reason="memory is measured on Linux only")
@pytest.mark.parametrize("name", ODD)
def test_workbooks_that_waste_time_are_refused(name: str) -> None:
    """Within the limit of bytes, beyond that of patience."""
    data = odd_workbook(*ODD[name])
    done = measured(lambda: _codes_of_workbook(data))
    assert done.result & {"too_large", "too_many_rows"}
    assert done.calls < CALLS
    assert done.megabytes < MEGABYTES


def _codes_of_workbook(data: bytes) -> set[str]:
    try:
        read_file(data, "a.xlsx", find, UPLOAD)
    except SubmissionError as error:
        return {problem.code for problem in error.problems}
    return set()


@pytest.fixture(scope="module")
def big(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("big")
    big_tables.write(folder)
    return folder


@pytest.mark.skipif(not CAN_MEASURE, reason="memory is measured on Linux only")
@pytest.mark.parametrize("limits", [UPLOAD, CLASS], ids=["upload", "class"])
@pytest.mark.parametrize("name", big_tables.EXPECTED)
def test_large_files_are_refused_before_they_take_room(
    big: Path, name: str, limits: Limits
) -> None:
    """Two to thirty megabytes; also under the wider limits of a class's file."""
    done = measured(lambda: _codes(big / name, limits))
    assert done.result & big_tables.EXPECTED[name]
    assert done.calls < LARGE_CALLS
    assert done.megabytes < MEGABYTES


def _codes(path: Path, limits: Limits) -> set[str]:
    try:
        read_table(path.read_bytes(), path.name, limits)
    except SubmissionError as error:
        return {problem.code for problem in error.problems}
    return set()
