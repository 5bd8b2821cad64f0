"""Files that were read or judged wrongly once, kept as they were."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from click.testing import CliRunner
from handed_in import Checked, check

from grader.cli import cli

CASES = Path(__file__).parent.parent / "cases"
TABLES = CASES / "tables"

READ = [
    "x_blank_template_then_filled.xlsx",
    "x_merged_exercise.xlsx",
    "x_strict.xlsx",
    "r_ex_first_only.csv",
    "r_semis_quoted.csv",
    "d_extra_header.csv",
]
REFUSED = {
    "x_hidden_first.xlsx": (
        "duplicate_file",
        "'0.7775' in cell D2 of the sheet 'Answers' and '9'",
    ),
    "z_gsheet.zip": ("not_csv", "a link into Google Drive"),
    "z_numbers.zip": ("not_csv", "a document of Numbers"),
    "o.heic": ("scan", "a photograph (HEIC)"),
}


@pytest.fixture
def hw(tmp_path: Path) -> Path:
    return Path(shutil.copytree(CASES / "hw1", tmp_path / "hw1"))


@pytest.mark.parametrize("name", READ)
def test_right_answers_are_worth_full_marks(name: str, hw: Path) -> None:
    done = check(hw, TABLES / name)
    assert done.problems == []
    assert done.percent == {"ada": 100}


@pytest.mark.parametrize("name", REFUSED)
def test_others_are_named_and_worth_nothing(name: str, hw: Path) -> None:
    """Not 0 points: no grade."""
    done = check(hw, TABLES / name)
    assert done.reports == []
    code, words = REFUSED[name]
    assert done.codes == [code]
    assert words in done.problems[0]["message"]


def test_zeros_that_a_spreadsheet_took_away(tmp_path: Path) -> None:
    """The roster says 0012 and 0112, the table 12: never Ben's."""
    hw = tmp_path / "hw"
    made = ["generate", "mazur", "--students", str(TABLES / "ro_z.csv"), "--seed", "demo"]
    CliRunner().invoke(cli, [*made, "--out", str(hw), "--formats", "csv"])
    done: Checked = check(hw, TABLES / "ro_wide.csv")
    assert list(done.percent) == ["0012"]
    assert "'12' is read as '0012'" in done.stderr


def test_a_thousand_points(hw: Path, tmp_path: Path) -> None:
    """Canvas writes 1,000.00."""
    out = tmp_path / "out.csv"
    words = ["export", "gradebook", str(hw), "--as", "canvas", "--put", "Homework 1"]
    words += ["--template", str(TABLES / "c_thousand.csv"), "--out", str(out)]
    words += ["--submissions", str(TABLES / "r_ex_first_only.csv")]
    assert CliRunner().invoke(cli, words).exit_code == 0
    assert '"Example, Ada",12345,ada,ada,S1,1000.00,' in out.read_text("utf-8-sig")
