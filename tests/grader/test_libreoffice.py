"""The blank answers.csv through LibreOffice Calc and back, in English and in German.

LibreOffice opens the table, keeps the numbers as numbers, and writes the file with the decimal
sign, the separators and the habits of its locale.
"""

from __future__ import annotations

import csv
import io
import shutil
import subprocess
from pathlib import Path

import pytest
from handed_in import assignment, check, exercise_of, right
from workbooks import workbook

OFFICE = shutil.which("soffice") or shutil.which("libreoffice")
pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(
        OFFICE is None,
        reason="NOT TESTED: LibreOffice is missing, so no spreadsheet round trip was made; "
        "run `make system` as root (installs libreoffice-calc)",
    ),
]

SETTINGS = """<?xml version="1.0" encoding="UTF-8"?>
<oor:items xmlns:oor="http://openoffice.org/2001/registry">
<item oor:path="/org.openoffice.Setup/L10N"><prop oor:name="ooSetupSystemLocale" oor:op="fuse">
<value>{locale}</value></prop></item></oor:items>
"""
LOCALES = {"en-US": (1033, ".", ","), "de-DE": (1031, ",", ";")}
"""Locale -> its number in filter options, decimal sign, and what its CSV files are cut with."""


@pytest.fixture(scope="module", params=LOCALES)
def locale(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture(scope="module")
def hw(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return assignment(tmp_path_factory.mktemp("hw"))


@pytest.fixture(scope="module")
def profile(tmp_path_factory: pytest.TempPathFactory, locale: str) -> Path:
    """Settings of somebody in that country."""
    folder = tmp_path_factory.mktemp(f"profile-{locale}")
    (folder / "user").mkdir()
    text = SETTINGS.format(locale=locale)
    (folder / "user" / "registrymodifications.xcu").write_text(text, "utf-8")
    return folder


def typed(hw: Path, student: str, decimal: str) -> bytes:
    """The student's own blank sheet with numbers typed into its last column."""
    text = (hw / "students" / student / "answers.csv").read_text("utf-8")
    answers = right(exercise_of(hw, student))
    rows = list(csv.DictReader(io.StringIO(text, newline="")))
    stream = io.StringIO(newline="")
    writer = csv.DictWriter(stream, list(rows[0]))
    writer.writeheader()
    for row in rows:
        writer.writerow(row | {"answer": answers[row["step"]].replace(".", decimal)})
    return stream.getvalue().encode()


def saved(source: Path, profile: Path, locale: str, ending: str) -> Path:
    """What LibreOffice writes after opening the file."""
    language, _, cut = LOCALES[locale]
    kinds = {
        "csv": f"csv:Text - txt - csv (StarCalc):{ord(cut)},34,76,1,,{language},false,true,false",
        "xlsx": "xlsx:Calc MS Excel 2007 XML",
        "ods": "ods:calc8",
        "xls": "xls:MS Excel 97",
        "pdf": "pdf:calc_pdf_Export",
        "html": "html:HTML (StarCalc)",
    }
    out = source.parent / ending
    command = [
        str(OFFICE),
        f"-env:UserInstallation={profile.as_uri()}",
        "--headless",
        "--norestore",
        *([f"--infilter=CSV:44,34,76,1,,{language},false,true"] * (source.suffix == ".csv")),
        "--convert-to",
        kinds[ending],
        "--outdir",
        str(out),
        str(source),
    ]
    done = subprocess.run(command, capture_output=True, text=True, timeout=180, check=True)
    (found,) = out.iterdir()
    assert found.stat().st_size, done.stderr
    return found


@pytest.fixture
def source(hw: Path, locale: str, tmp_path: Path) -> Path:
    path = tmp_path / "answers.csv"
    path.write_bytes(typed(hw, "s001", LOCALES[locale][1]))
    return path


@pytest.mark.parametrize("ending", ["csv", "xlsx"])
def test_what_a_spreadsheet_saves_is_worth_full_marks(
    hw: Path, profile: Path, locale: str, source: Path, ending: str
) -> None:
    """Decimal signs, lost trailing zeros and thousands included."""
    path = saved(source, profile, locale, ending)
    if ending == "csv":
        _, decimal, cut = LOCALES[locale]
        first = path.read_text("utf-8-sig").splitlines()[1].split(cut)
        assert len(first) == 4
        assert decimal in first[3]
    done = check(hw, path)
    assert done.problems == []
    assert done.percent == {"s001": 100}


def test_a_file_in_libreoffices_own_format_says_what_to_do(
    hw: Path, profile: Path, locale: str, source: Path
) -> None:
    """ODS is not read; the message names what is."""
    done = check(hw, saved(source, profile, locale, "ods"))
    assert done.codes == ["not_csv"]
    assert "XLSX" in done.problems[0]["message"]


FOREIGN = {
    "ods": ("not_csv", "OpenDocument"),
    "xls": ("not_csv", "an old Excel workbook"),
    "pdf": ("no_form", "not a bpgrade worksheet"),
    "html": ("not_csv", "a web page"),
}


@pytest.mark.parametrize("ending", FOREIGN)
def test_what_it_saves_besides_is_named(
    hw: Path, profile: Path, locale: str, source: Path, ending: str
) -> None:
    """No kind that is not read is ever worth 0 points."""
    path = saved(source, profile, locale, ending)
    if path.is_dir() or path.suffix != f".{ending}":
        path = path.parent / f"answers.{ending}"
    done = check(hw, path)
    code, called = FOREIGN[ending]
    assert done.reports == []
    assert done.codes == [code]
    assert called in done.problems[0]["message"]


def sheets_of(hw: Path) -> tuple[list[list[object]], list[list[object]]]:
    """The sheet of the first student, blank and filled in."""
    exercise = exercise_of(hw, "s001")
    header: list[object] = ["exercise", "step", "symbol", "answer"]
    answers = right(exercise)
    blank = [header, *([exercise.id, label, label, None] for label in answers)]
    filled = [header, *([exercise.id, label, label, float(t)] for label, t in answers.items())]
    return blank, filled


@pytest.mark.parametrize("case", ["template", "hidden", "merged", "title", "differ"])
def test_workbooks_of_several_sheets_stay_what_they_are(
    hw: Path, profile: Path, locale: str, tmp_path: Path, case: str
) -> None:
    """A template before the filled sheet, a hidden one, merged cells, a title: saved by Calc."""
    blank, filled = sheets_of(hw)
    last = f"A2:A{len(filled)}"
    made = {
        "template": workbook({"Template": blank, "Mine": filled}),
        "hidden": workbook({"Old": blank, "Mine": filled}, ["Old"]),
        "merged": workbook({"Mine": filled}, merged={"Mine": last}),
        "title": workbook({"Mine": [["Homework 1", "Ada"], [], *filled]}),
        "differ": workbook({"Old": [*filled[:1], [*filled[1][:3], 9]], "Mine": filled}, ["Old"]),
    }
    path = tmp_path / "answers.xlsx"
    path.write_bytes(made[case])
    done = check(hw, saved(path, profile, locale, "xlsx"))
    if case == "differ":
        assert done.reports == []
        assert "cell D2 of the sheet 'Old' (hidden)" in done.problems[0]["message"]
    else:
        assert done.problems == []
        assert done.percent == {"s001": 100}
