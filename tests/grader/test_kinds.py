"""What is no file of answers says what it is and how to hand in what is in it."""

from __future__ import annotations

from pathlib import Path

import pytest
from handed_in import assignment, check, exercise_of, right, tidy, zipped
from workbooks import locked, packed, strict, workbook

from grader.read.file_kinds import NAMES

HEIC = b"\x00\x00\x00\x18ftypheic" + bytes(200)
CONTENT_TYPES = "[Content_Types].xml"
BYTES: dict[str, tuple[bytes, str, str]] = {
    "answers.heic": (HEIC, "a photograph", "answers.csv"),
    "IMG_1.csv": (HEIC, "a photograph", "answers.csv"),
    "a.jpg": (b"\xff\xd8\xff\xe0" + bytes(99), "a picture (JPEG)", "answers.csv"),
    "a.png": (b"\x89PNG\r\n\x1a\n" + bytes(99), "a picture (PNG)", "answers.csv"),
    "a.webp": (b"RIFF\x00\x00\x00\x00WEBPVP8 ", "a picture (WebP)", "answers.csv"),
    "a.mov": (b"\x00\x00\x00\x14ftypqt  ", "a film", "answers.csv"),
    "a.gsheet": (b'{"url":"https://docs.example.org/x","doc_id":"a"}', "Google Drive", ".xlsx"),
    "answers.json": (b'{"doc_id": "a", "url": "https://x"}', "Google Drive", ".xlsx"),
    "a.gdoc": (b"", "Google Drive", ".xlsx"),
    "a.webloc": (
        b'<?xml version="1.0"?>\n<!DOCTYPE plist PUBLIC "x"><plist>', "a link", ".xlsx",
    ),
    "b.webloc": (b"bplist00\xd1\x01\x02", "a link", ".xlsx"),
    "a.url": (b"[InternetShortcut]\r\nURL=https://x\r\n", "a link", ".xlsx"),
    "a.csv": (b"[InternetShortcut]\r\nURL=https://x\r\n", "a link", ".xlsx"),
    ".answers.csv.icloud": (b"bplist00\xd1", "a link", ".xlsx"),
    "a.csv.crdownload": (b"exerc", "not fetched completely", "hand that in"),
    "a.numbers": (packed(["Index/Document.iwa", "Index/Tables/Tile.iwa"]), "Numbers", "XLSX"),
    "b.numbers": (packed(["Index/Document.iwa", "preview.jpg"]), "Numbers", "XLSX"),
    "c.numbers": (packed(["index.xml", "buildVersionHistory.plist"]), "Numbers", "XLSX"),
    "a.pages": (packed(["Index/Document.iwa", "preview.jpg"]), "Pages", "XLSX"),
    "a.docx": (packed([CONTENT_TYPES, "word/document.xml"]), "a Word document", "answers.csv"),
    "b.xlsx": (packed([CONTENT_TYPES, "word/document.xml"]), "a Word document", "answers.csv"),
    "a.pptx": (packed([CONTENT_TYPES, "ppt/presentation.xml"]), "a presentation", "answers.csv"),
    "a.xlsb": (packed([CONTENT_TYPES, "xl/workbook.bin"]), "a binary Excel workbook", "XLSX"),
    "a.xls": (b"\xd0\xcf\x11\xe0" + bytes(99) + "Workbook".encode("utf-16-le"), ".xls", "XLSX"),
    "a.doc": (b"\xd0\xcf\x11\xe0" + "WordDocument".encode("utf-16-le"), ".doc", "answers.csv"),
    "a.rtf": (b"{\\rtf1\\ansi x}", "a text document (RTF)", "answers.csv"),
    "a.parquet": (b"PAR1" + bytes(40), "a Parquet file", "--results"),
    "c.xlsx": (locked(), "locked with a password", "without the password"),
    "d.csv": (locked(), "locked with a password", "without the password"),
}  # fmt: skip
"""Name -> bytes, what it is called, and what the advice names."""


@pytest.fixture(scope="module")
def hw(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return assignment(tmp_path_factory.mktemp("kinds"))


@pytest.mark.parametrize("name", BYTES)
@pytest.mark.parametrize("way", ["named", "folder", "archive"])
def test_what_it_is_and_what_to_do(name: str, way: str, hw: Path, tmp_path: Path) -> None:
    """One problem with both, and no grade: named itself, in a folder, in an archive."""
    data, called, advice = BYTES[name]
    folder = tmp_path / "inbox" / "s001"
    folder.mkdir(parents=True)
    if way == "archive":
        path = tmp_path / "class.zip"
        path.write_bytes(zipped({f"s001/{name}": data}))
    else:
        (folder / name).write_bytes(data)
        path = folder / name if way == "named" else folder.parent
    done = check(hw, path)
    assert done.reports == []
    (problem,) = done.problems
    assert called in problem["message"]
    assert advice in problem["message"]
    assert (problem["code"] == "encrypted") == ("password" in called)


@pytest.mark.parametrize("who", ["word", "xl", "Index"])
def test_a_student_may_be_called_like_a_part_of_a_document(who: str, tmp_path: Path) -> None:
    """The archive of a class is no Word document because of a folder's name."""
    hw = assignment(tmp_path, roster=f"student\n{who}\nada\n")
    members = {f"{one}/answers.csv": tidy(right(exercise_of(hw, one))) for one in ("ada", who)}
    path = tmp_path / "class.zip"
    path.write_bytes(zipped(members))
    assert check(hw, path).percent == {"ada": 100, who: 100}


def test_a_document_that_is_a_folder_names_its_parts(hw: Path, tmp_path: Path) -> None:
    """Old Numbers documents are folders; zipped, each part is a file of its own."""
    parts = {"s001/a.numbers/Data/t.bin": b"\x01\x02", "s001/a.numbers/index.xml": b"<x/>"}
    path = tmp_path / "a.zip"
    path.write_bytes(zipped(parts))
    done = check(hw, path)
    assert done.reports == []
    assert all("a Numbers document" in problem["message"] for problem in done.problems)
    assert len(done.problems) == 2


@pytest.mark.parametrize("ending", sorted(NAMES))
def test_a_table_is_a_table_whatever_its_name(ending: str, hw: Path, tmp_path: Path) -> None:
    """What can be read is: a workbook or a CSV table that was renamed."""
    answers = right(exercise_of(hw, "s001"))
    rows: list[list[object]] = [["step", "answer"], *map(list, answers.items())]
    for data in (tidy(answers), workbook({"A": rows}), strict(workbook({"A": rows}))):
        folder = tmp_path / "inbox" / "s001"
        folder.mkdir(parents=True, exist_ok=True)
        (folder / f"answers{ending}").write_bytes(data)
        assert check(hw, folder.parent).percent == {"s001": 100}


def test_a_web_page_called_xls_is_named_as_a_web_page(hw: Path, tmp_path: Path) -> None:
    """Many platforms export one under that name; it is no old workbook."""
    path = tmp_path / "export.xls"
    path.write_bytes(b"<html><body><table><tr><td>step</td></tr></table></body></html>")
    (problem,) = check(hw, path).problems
    assert "this is a web page (HTML)" in problem["message"]
