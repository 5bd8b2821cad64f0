"""Submissions as Excel workbooks (XLSX): the sheets that have the right columns.

A workbook is a ZIP of XML: the sizes in its directory are checked before anything is unpacked,
and no part may declare entities. Cells are read one row at a time; what is neither a number
nor a text (a date, TRUE, an error, a formula without a value) is refused cell by cell.
"""

from __future__ import annotations

import datetime
import io
import zipfile
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from grader.errors import Fault, Problem, SubmissionError
from grader.read.answer_sheet import Find, Read
from grader.read.guarded_parser import guarded
from grader.read.tables import merged
from grader.read.tables.answers import not_answers
from grader.read.tables.header import (
    MOVED,
    WITHIN,
    answer_above,
    header_at,
    holds_answers,
    is_tidy,
    titles,
)
from grader.read.tables.misplaced import NUMBER, refusal_of
from grader.read.tables.sheets import Sheet, answers_of
from grader.read.tables.strict import is_strict, transitional
from grader.read.tables.table import (
    CLASS,
    Limits,
    Row,
    Table,
    check_size,
    named_columns,
    read_table,
    refusal,
)
from problems.reasons import because
from problems.texts import cleaned

LARGEST_PARTS = 20_000_000
"""Bytes of all parts together, unpacked."""
MOST_PARTS = 1_000
MOST_TAGS = 40_000
"""Of all parts beside the sheets and their texts: styles, names, relations."""
LAST_ROW = 1_048_576
"""What the format allows; a row beyond it was made to waste time."""
BROKEN = because("workbook_damaged")


@dataclass(frozen=True, slots=True)
class _Cell:
    """What a cell holds: text as if typed, or why it is refused."""

    text: str
    refused: Fault | None = None


_BLANK = _Cell("")


def read_workbook(data: bytes, file: str, find: Find, limits: Limits = CLASS) -> Read:
    """All submissions of a workbook.

    Args:
        data: the file's bytes.
        file: how messages call it.
        find: looks an exercise up by the row's exercise id and student.
        limits: how much is read.

    Raises:
        SubmissionError: no workbook, too large, or without answers.
    """
    check_size(len(data), file, limits)
    strict = check_parts(data, file, limits)
    with guarded(file, "broken_workbook", BROKEN):
        data = transitional(data) if strict else data
        sheets = list(_sheets(data, file, limits))
    if not sheets:
        raise refusal(file, "empty", because("all_sheets_empty"))
    good = [sheet for sheet in sheets if holds_answers(sheet.table.columns)]
    if not good:
        raise not_answers(min(sheets, key=lambda sheet: not sheet.visible).table)
    return answers_of(good, find)


def check_parts(data: bytes, file: str, limits: Limits) -> bool:
    """Look at the directory first, then for entities; nothing is parsed yet.

    Returns:
        Whether it is a workbook of the strict kind.

    Raises:
        SubmissionError: no workbook, or one that would unpack to too much.
    """
    if not data.startswith(b"PK\x03\x04"):
        raise refusal(file, "not_xlsx", because("no_workbook"))
    with guarded(file, "broken_workbook", BROKEN), zipfile.ZipFile(io.BytesIO(data)) as archive:
        parts = archive.infolist()
        if not any(part.filename.startswith("xl/") for part in parts):
            raise refusal(file, "not_xlsx", because("zip_no_workbook"))
        size = sum(part.file_size for part in parts)
        if size > LARGEST_PARTS or len(parts) > MOST_PARTS:
            reason = because("too_large_unpacked", size=size, most=LARGEST_PARTS)
            raise refusal(file, "too_large", reason)
        strict, tags = False, {True: 0, False: 0}
        for part in parts:
            xml = archive.read(part)
            if _declares(xml):
                raise refusal(file, "xml", because("xml_declarations"))
            strict = strict or is_strict(xml)
            if xml.lstrip(_BLANKS).startswith(b"<"):  # whatever the part is called
                tags[part.filename.startswith(_CELLS)] += xml.count(b"<")
        if tags[True] > limits.tags or tags[False] > MOST_TAGS:
            reason = because("too_many_cells_or_styles", whose=limits.whose)
            raise refusal(file, "too_large", reason)
        return strict


_CELLS = ("xl/worksheets/", "xl/sharedStrings")
_BLANKS = b"\xef\xbb\xbf \t\r\n"


def _declares(xml: bytes) -> bool:
    """Whether a part has a document type, where entities are declared; none needs one."""
    if xml.startswith((b"\xff\xfe", b"\xfe\xff", b"\x00<", b"<\x00")):
        return True  # UTF-16, in which the words below would be spelled otherwise
    return b"<!DOCTYPE" in xml or b"<!ENTITY" in xml


# sheets ------------------------------------------------------------------------------------


def _sheets(data: bytes, file: str, limits: Limits) -> Iterator[Sheet]:
    """Each sheet that is not empty."""
    formulas = _opened(data, values=False)
    values: Any = None
    for number, sheet in enumerate(formulas.worksheets):
        rows = dict(_rows(sheet, file, limits))
        if any(cell.refused is _FORMULA for row in rows.values() for cell in row):
            values = values or _opened(data, values=True)
            _fill_in(rows, dict(_rows(values.worksheets[number], file, limits)))
        if rows:
            visible = sheet.sheet_state == "visible"
            table = _table(rows, file, limits, merged.blocks(sheet))
            yield Sheet(cleaned(str(sheet.title)), visible, table)


def _opened(data: bytes, values: bool) -> Any:
    import openpyxl

    return openpyxl.load_workbook(
        io.BytesIO(data), read_only=True, data_only=values, keep_links=False
    )


def _rows(sheet: Any, file: str, limits: Limits) -> Iterator[tuple[int, list[_Cell]]]:
    """Number and cells of each row that is not blank."""
    sheet.reset_dimensions()  # a workbook may say anything about its size
    last: object = None
    blank = found = 0
    for number, cells in enumerate(sheet.iter_rows(max_col=limits.wide + 1), 1):
        if number > LAST_ROW:
            raise refusal(file, "too_many_rows", because("row_beyond_last", most=LAST_ROW), number)
        if cells is last:
            continue  # the library fills gaps between rows with one and the same object
        last = cells
        row = [_cell(cell) for cell in cells]
        while row and row[-1] is _BLANK:
            row.pop()
        if row:
            found += 1
            yield number, row
        blank += not row
        if found > limits.rows or blank > 2 * limits.rows:
            reason = because("too_many_rows", most=limits.rows)
            raise refusal(file, "too_many_rows", reason, number)


def _fill_in(rows: dict[int, list[_Cell]], values: Mapping[int, list[_Cell]]) -> None:
    """Put the values that the spreadsheet program stored in the place of formulas."""
    for number, row in rows.items():
        stored = values.get(number, [])
        for n, cell in enumerate(row):
            if cell.refused is _FORMULA and n < len(stored) and stored[n] is not _BLANK:
                row[n] = stored[n]


def _in_one_column(rows: Mapping[int, list[_Cell]], file: str, limits: Limits) -> Table | None:
    """A CSV file that a spreadsheet program has opened without cutting its rows into cells."""
    texts = {number: row[0].text for number, row in rows.items()}
    if any(len(row) > 1 for row in rows.values()) or "\n" in "".join(texts.values()):
        return None
    lines = (texts.get(number, "") for number in range(1, max(texts) + 1))
    try:
        table = read_table("\n".join(lines).encode(), file, limits, titled=True)
    except SubmissionError:
        return None  # whatever it is, it is no table in one column
    note = Problem(file, None, None, "delimiter", because("rows_in_one_cell"))
    found = replace(table, notes=(*table.notes, note))
    return found if len(table.columns) > 1 and holds_answers(table.columns) else None


def _table(
    rows: Mapping[int, list[_Cell]], file: str, limits: Limits, blocks: Sequence[merged.Block]
) -> Table:
    """The table below the header, which may stand below a title."""
    if table := _in_one_column(rows, file, limits):
        return table
    first = [(number, [cell.text for cell in rows[number]]) for number in list(rows)[:WITHIN]]
    at = header_at(cells for _, cells in first)
    start, header = first[at]
    columns = named_columns(header, file, start, limits)
    notes = []
    if at:
        if answer_above((cells for _, cells in first[:at]), header) is not None:
            raise refusal(file, "missing_column", MOVED, start)
        notes.append(Problem(file, start, None, "titles", titles(first[:at])))
    _refuse_merged(rows, columns, [number for number in rows if number > start], blocks)
    good, problems = [], []
    for number, cells in rows.items():
        if number <= start:
            continue
        longest = max(len(cell.text) for cell in cells)
        if longest > limits.cell:
            reason = because("cell_longer_than_read", count=longest, most=limits.cell)
            problems.append(Problem(file, number, None, "too_long", reason))
        else:
            good.append(_row(number, cells, columns))
    return Table(file, columns, good, tuple(problems), tuple(notes), "")


def _refuse_merged(
    rows: Mapping[int, list[_Cell]],
    columns: Sequence[str],
    below: Sequence[int],
    blocks: Sequence[merged.Block],
) -> None:
    """Refuse the answers of merged cells that hold something, each of them."""
    for block, cells in merged.answers_in(blocks, columns, below):
        first = rows.get(block.top, [])[block.left - 1 : block.left]
        text = first[0].text if first else ""
        refused = merged.refusal_of(block, text)
        for number, place in cells if text else ():
            row = rows[number]
            row += [_BLANK] * (place + 1 - len(row))
            row[place] = _Cell(text, refused)


def _row(number: int, cells: list[_Cell], columns: tuple[str, ...]) -> Row:
    padded = [*cells, *[_BLANK] * (len(columns) - len(cells))]
    pairs = list(zip(columns, padded, strict=False))
    refused = {name: cell.refused for name, cell in pairs if cell.refused}
    texts = {name: cell.text for name, cell in pairs}
    if is_tidy(columns) and "answer" not in refused and not texts["answer"].strip():
        behind = (cell.text for cell in cells[len(columns) :] if NUMBER.fullmatch(cell.text))
        if text := next(behind, ""):
            texts["answer"] = text
            refused["answer"] = refusal_of(text, because("right_of_table"))
    return Row(number, texts, len(padded), refused)


# cells -------------------------------------------------------------------------------------

_FORMULA = Fault("spreadsheet_formula", because("formula_without_value"))


def _cell(cell: Any) -> _Cell:
    """What stands in a cell, numbers with as few digits as tell them apart."""
    kind, value = getattr(cell, "data_type", "n"), getattr(cell, "value", None)
    if kind == "f":
        return _Cell(_shown(value), _FORMULA)
    if value is None or value == "":
        return _BLANK
    if kind == "e":
        reason = because("cell_holds_error", error=_shown(value))
        return _Cell(_shown(value), Fault("spreadsheet_error", reason))
    if isinstance(value, bool):
        text = str(value).upper()
        return _Cell(text, Fault("wrong_type", because("value_is_no_number", value=text)))
    if isinstance(value, datetime.datetime | datetime.date | datetime.time | datetime.timedelta):
        return _Cell(str(value), Fault("date", because("cell_made_a_date", value=str(value))))
    return _Cell(cleaned(value) if isinstance(value, str) else repr(value))


def _shown(value: Any) -> str:
    return cleaned(value if isinstance(value, str) else str(getattr(value, "text", "")))[:200]
