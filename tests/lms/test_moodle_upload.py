"""What stands in Moodle after its import has walked the worksheet that we made.

The import knows the rows of the file only, and puts the flattened comment of a row in the place
of what a teacher wrote: so no row may go back that is not graded.
"""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from handed_in import assignment, exercise_of, with_id
from moodle_files import DRAFT, LANGUAGES, NOTHING, Row, Sheet, archive, entry
from moodle_importer import Imported, Stored, imported

from grader.cli import cli

ROSTER = """student,name,email
S001,Ann Ångström,ann@example.org
S002,Bob O'Brien,bob@example.org
S003,Cy Li Wei,cy@example.org
S004,Dee Dee,dee@example.org
S005,Eve Eve,eve@example.org
"""
NEW = Row(3, "Ann Ångström", "ann", "S001", "ann@example.org")
AGAIN = Row(4, "Bob O'Brien", "bob", "S002", "bob@example.org")
SILENT = Row(5, "Cy Li Wei", "cy", "S003", "cy@example.org", status=NOTHING)
LOCKED = Row(6, "Dee Dee", "dee", "S004", "dee@example.org")
DRAFTED = Row(7, "Eve Eve", "eve", "S005", "eve@example.org", status=DRAFT)
RICH = "<p>Well <strong>done</strong>, see <a href='x'>§ 3</a> &amp; come to me.</p>"
STORED = {
    3: Stored(),
    4: Stored(Decimal("100"), "<p>of the <em>last</em> run</p>"),
    5: Stored(Decimal("55"), RICH),
    6: Stored(Decimal("10"), RICH, locked=True),
    7: Stored(None, RICH),
}
ROWS = {one.number: one for one in (NEW, AGAIN, SILENT, LOCKED, DRAFTED)}


@pytest.fixture(scope="module")
def hw(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return assignment(tmp_path_factory.mktemp("upload"), roster=ROSTER)


def graded(
    hw: Path, place: Path, sheet: Sheet, handed_in: list[Row], *more: str
) -> tuple[Result, Path]:
    files = {
        entry(row, "answers.csv"): with_id(exercise_of(hw, row.idnumber)) for row in handed_in
    }
    return marked(hw, place, sheet, files, *more)


def marked(
    hw: Path, place: Path, sheet: Sheet, files: dict[str, bytes], *more: str
) -> tuple[Result, Path]:
    (place / "Grades.csv").write_bytes(sheet.data())
    (place / "download.zip").write_bytes(archive(files))
    words = ["moodle", "grade", "--worksheet", str(place / "Grades.csv"), "--submissions"]
    words += [str(place / "download.zip"), "--assignment", str(hw), "--feedback-as", "none"]
    return CliRunner().invoke(cli, [*words, *more]), place / "graded" / "Grades.csv"


def uploaded(
    hw: Path,
    place: Path,
    stored: dict[int, Stored],
    *more: str,
    language: str = "en",
) -> tuple[Result, Imported]:
    words = LANGUAGES[language]
    rows = [one.row(ROWS[number]) for number, one in stored.items()]
    if language != "en":
        rows = [
            replace(row, status=words["draft"]) if row.status == DRAFT else row for row in rows
        ]
    handed_in = [row for row in rows if row.number != SILENT.number]
    done, file = graded(hw, place, Sheet(rows, language), handed_in, *more)
    return done, imported(file.read_bytes(), stored, language=language)


@pytest.mark.parametrize("language", ["en", "de", "fr"])
def test_what_teachers_wrote_stays_in_rows_that_are_left_alone(
    hw: Path, tmp_path: Path, language: str
) -> None:
    """Kept, locked and draft; and who is graded gets grade and comment."""
    done, after = uploaded(hw, tmp_path, STORED, language=language)
    assert {n: after.stored[n] for n in (5, 6, 7)} == {n: STORED[n] for n in (5, 6, 7)}, (
        done.output
    )
    for n in (3, 4):
        assert after.stored[n].grade == 100
        assert "of 41 points" in after.stored[n].comment


def test_zero_for_nothing_does_not_flatten_a_comment(hw: Path, tmp_path: Path) -> None:
    """A row that would get a 0 is listed, to be graded by hand, where a comment stands there."""
    silent = {5: Stored(None, RICH), 3: Stored()}
    done, after = uploaded(hw, tmp_path, silent, "--blank-as-zero")
    assert after.stored[5] == silent[5]
    assert done.exit_code == 1
    assert "enter the grade 0 in Moodle by hand" in " ".join(done.stderr.split())
    plain = {5: Stored(None), 3: Stored()}
    _, after = uploaded(hw, tmp_path, plain, "--blank-as-zero")
    assert after.stored[5].grade == 0


def test_a_grade_typed_into_the_worksheet_goes_up(hw: Path, tmp_path: Path) -> None:
    """Whoever fills in a row by hand means it; Moodle itself writes no grade without a time."""
    rows = [NEW, replace(SILENT, grade="40")]
    done, file = graded(hw, tmp_path, Sheet(rows), [NEW])
    after = imported(file.read_bytes(), {3: Stored(), 5: Stored()})
    assert done.exit_code == 0, done.stderr
    assert after.stored[5].grade == 40
    assert "typed into the worksheet" in " ".join(done.stdout.split())
    done, file = graded(hw, tmp_path, Sheet([NEW, replace(rows[1], feedback="see me")]), [NEW])
    after = imported(file.read_bytes(), {3: Stored(), 5: Stored(None, RICH)})
    assert after.stored[5] == Stored(None, RICH)
    assert "enter the grade 40 in Moodle by hand" in " ".join(done.stderr.split())


@pytest.mark.parametrize("grade", ["12,25", "120", "50 %", "abc", "-5"])
def test_a_typed_grade_that_moodle_would_store_otherwise_stays_out(
    hw: Path, tmp_path: Path, grade: str
) -> None:
    """12 for 12,25 and 0 for abc: what was meant is told, and nothing of it goes up."""
    done, file = graded(hw, tmp_path, Sheet([NEW, replace(SILENT, grade=grade)]), [NEW])
    after = imported(file.read_bytes(), {3: Stored(), 5: Stored()})
    assert after.stored[5] == Stored()
    assert done.exit_code == 1
    assert "1 graded, 1 refused" in done.stdout
    assert grade in (file.parent / "problems.csv").read_text("utf-8")


@pytest.mark.parametrize("status", [DRAFT, AGAIN.status])
def test_a_grade_typed_for_work_that_cannot_be_graded_goes_up(
    hw: Path, tmp_path: Path, status: str
) -> None:
    """Of a photograph a person says what it is worth, and of a draft; both are counted."""
    typed = replace(AGAIN, grade="50", status=status)
    sheet, files = Sheet([NEW, typed]), {entry(typed, "work.jpg"): b"\xff\xd8\xff\xe0 picture"}
    files[entry(NEW, "answers.csv")] = with_id(exercise_of(hw, "S001"))
    done, file = marked(hw, tmp_path, sheet, files)
    after = imported(file.read_bytes(), {3: Stored(), 4: Stored()})
    assert after.stored[4].grade == 50, done.output
    assert after.grades == 2
    assert "2 grades will change" in done.stdout
    alone = {entry(typed, "work.jpg"): b"\xff\xd8\xff\xe0 picture"}
    done, _ = marked(hw, tmp_path, Sheet([typed]), alone)
    assert "1 grade will change" in done.stdout


def test_a_typed_grade_of_a_locked_row_is_told(hw: Path, tmp_path: Path) -> None:
    typed = replace(SILENT, grade="40", changeable=False)
    done, file = graded(hw, tmp_path, Sheet([NEW, typed]), [NEW])
    stored = Stored(Decimal(10), RICH, locked=True)
    assert imported(file.read_bytes(), {5: stored}).stored[5] == stored
    assert done.exit_code == 1
    assert "locked in the gradebook" in " ".join(done.stdout.split())


@pytest.mark.parametrize("words", [("Ja!", "Nej"), ("はい", "いいえ")])
def test_a_locked_row_keeps_its_comment_in_any_language(
    hw: Path, tmp_path: Path, words: tuple[str, str]
) -> None:
    """Where the words for yes and no are not known, the one that few rows have means no."""
    rows = [NEW, AGAIN, replace(LOCKED, changeable=False, feedback="come to me")]
    sheet = Sheet(rows, words=dict(zip(("yes", "no"), words, strict=True)))
    done, file = graded(hw, tmp_path, sheet, [NEW, AGAIN, LOCKED])
    after = imported(file.read_bytes(), {3: Stored(), 4: Stored(), 6: STORED[6]})
    assert after.stored[6] == STORED[6]
    assert [after.stored[n].grade for n in (3, 4)] == [100, 100]
    assert done.exit_code == 1
    assert "2 graded, 1 refused" in done.stdout


def test_a_comment_that_is_replaced_is_told(hw: Path, tmp_path: Path) -> None:
    """Of a graded row the comment is ours; a teacher hears whose was there, a rerun does not."""
    done, after = uploaded(hw, tmp_path, {3: Stored(None, RICH), 5: STORED[5]})
    said = " ".join(done.stderr.split())
    assert "a comment stands there already for Participant 3; uploading replaces it" in said
    done, _ = uploaded(hw, tmp_path, {3: after.stored[3], 5: STORED[5]})
    assert "replaces it" not in " ".join(done.stderr.split())


def test_as_many_grades_change_as_we_say(hw: Path, tmp_path: Path) -> None:
    """Moodle counts grades that are others than before: here one of the two that are graded."""
    done, after = uploaded(hw, tmp_path, {3: STORED[3], 4: STORED[4], 5: STORED[5]})
    assert after.grades == 1
    assert "'Upload grading worksheet': 1 grade will change" in done.stdout
    assert "2 graded, 1 kept" in done.stdout


def test_a_worksheet_is_called_as_moodle_calls_it(hw: Path, tmp_path: Path) -> None:
    """`Grades-COURSE-Assignment name-ID.csv`: spaces, and so quotes in all that is shown."""
    _, first = graded(hw, tmp_path, Sheet([NEW]), [NEW])
    name = "Grades-BP1-Homework 1-2.csv"
    (tmp_path / "Grades.csv").rename(tmp_path / name)
    words = ["moodle", "grade", "--worksheet", str(tmp_path / name), "--submissions"]
    words += [str(tmp_path / "download.zip"), "--assignment", str(hw), "--feedback-as", "none"]
    done = CliRunner().invoke(cli, [*words, "--out", str(tmp_path / "other")])
    assert done.exit_code == 0, done.output
    assert (tmp_path / "other" / name).read_bytes() == first.read_bytes()
    shown = CliRunner().invoke(cli, ["moodle", "grade", "--help"]).output
    assert f'--worksheet "{name}"' in shown
    guide = (Path(__file__).parents[2] / "docs" / "moodle.md").read_text("utf-8")
    assert f'--worksheet "{name}"' in guide


STATUSES = {
    "de": {
        "Keine Abgabe": "zero", "Entwurf (nicht abgegeben)": "kept",
        "Zur Bewertung abgegeben": "refused", "Erneut geöffnet": "refused",
    },
    "fr": {
        "Pas de travail remis": "zero", "Non remis": "zero", "Brouillon (non remis)": "kept",
        "Remis pour évaluation": "refused", "Rouvert": "refused",
    },
}  # fmt: skip
"""As Moodle's language packs say it (mod_assign, `submissionstatus_*`), of work that is not in
the archive: what becomes of it where zeros are asked for."""


@pytest.mark.parametrize(
    ("language", "status", "action"),
    [(name, text, action) for name, found in STATUSES.items() for text, action in found.items()],
)
def test_statuses_in_german_and_french(
    hw: Path, tmp_path: Path, language: str, status: str, action: str
) -> None:
    """A zero is for those who handed in nothing; a word that is not known gives nobody one."""
    rows = [NEW, replace(SILENT, status=f"{status} -  -  - ")]
    done, file = graded(hw, tmp_path, Sheet(rows, language), [NEW], "--blank-as-zero")
    after = imported(file.read_bytes(), {3: Stored(), 5: Stored()}, language=language)
    assert after.stored[3].grade == 100
    assert after.stored[5].grade == (0 if action == "zero" else None)
    assert done.exit_code == (1 if action == "refused" else 0), done.output
    assert f"1 {action}" in done.stdout
