"""`bpgrade report`: files that say everything, give nobody away, and clear refusals."""

from __future__ import annotations

import csv
import io
import re
import shutil
import subprocess
import sys
from itertools import chain
from pathlib import Path

import polars as pl
import pytest
from classroom import Classroom, assignment, graded
from click.testing import CliRunner
from papers import complaints, contents, letters, texts

from grader.assignments.folder import Folder
from grader.cli import cli
from grader.report.results import read as read_results
from templates.pdf.document import SIDE

TABLES = {
    "summary.csv", "scores.csv", "steps.csv", "slips.csv", "first_deviations.csv",
    "variants.csv", "other_exercises.csv", "agreement.csv", "timeline.csv",
}  # fmt: skip
NAMES = ("Ada Lovelace", "Benoît Mandelbrot", "Chandra Łukasz")


def run(*arguments: object, code: int = 0) -> str:
    done = CliRunner().invoke(cli, [str(a) for a in arguments])
    assert done.exit_code == code, done.output
    return done.output


def rows(path: Path) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(path.read_text("utf-8"))))


@pytest.fixture(scope="module")
def graded_class(tmp_path_factory: pytest.TempPathFactory) -> Folder:
    """Forty students with names; two copy, and all hand in at some hour."""
    base = tmp_path_factory.mktemp("report")
    roster = base / "roster.csv"
    people = [(f"id{n:03}", f"{NAMES[n % 3]} {n}", f"mail{n}@example.org") for n in range(40)]
    listed = "\n".join(map(",".join, people))
    roster.write_text(f"student,name,email\n{listed}\n", "utf-8")
    folder = base / "hw1"
    run("generate", "musilek", "--students", roster, "--out", folder, "--formats", "none")
    room = Classroom(tuple(Folder(folder).exercises()))
    for id in room.first.asked:
        room.mistakes[id] = room.any_of(0.1)
    room.copies = [(3, 17)]
    times = [f"2026-03-{1 + n // 8:02}T{9 + n % 8:02}:30:00+01:00" for n in range(40)]
    room.write(folder / "results", times)
    return Folder(folder)


def test_all_files_are_written(graded_class: Folder) -> None:
    """Page and tables into results/report, the summary on the terminal in 80 columns."""
    said = run("report", graded_class.path)
    out = graded_class.path / "results" / "report"
    assert {path.name for path in out.iterdir()} == {"report.html", "report.pdf", *TABLES}
    assert "Scores: 40 submissions of 40 students" in said
    assert "worth a look" in said
    assert max(map(len, said.splitlines()[:-1])) <= 80
    steps = rows(out / "steps.csv")
    assert [row["id"] for row in steps] == list(next(graded_class.exercises()).asked)
    assert {row["submissions"] for row in steps} == {"40"}
    (pair,) = rows(out / "agreement.csv")
    assert (pair["first"], pair["second"]) == ("id003", "id017")
    assert sum(int(row["submissions"]) for row in rows(out / "timeline.csv")[:-1]) == 40


def test_the_page_is_one_file_with_pictures_and_their_numbers(graded_class: Folder) -> None:
    """Nothing is fetched; every picture has a title, a description and stands in a table."""
    run("report", graded_class.path, "--format", "html")
    out = graded_class.path / "results" / "report"
    assert not (out / "report.pdf").exists()
    page = (out / "report.html").read_text("utf-8")
    links = re.findall(r"(?:src|href)=|url\(|@import|<script", page)
    assert links == []
    pictures = re.findall(r"<svg.*?</svg>", page, re.DOTALL)
    assert len(pictures) >= 6
    for picture in pictures:
        assert re.search(r"<title>.+?</title><desc>.{20,}?</desc>", picture, re.DOTALL)
    for caption in ("Scores", "Facility, discrimination", "First deviations", "Submissions by"):
        assert re.search(rf"<caption>{caption}", page)


def test_the_printed_report_is_accessible_and_whole(graded_class: Folder) -> None:
    """PDF/UA; all words inside the margins, no sign that the fonts lack."""
    run("report", graded_class.path, "--format", "pdf")
    data = (graded_class.path / "results" / "report" / "report.pdf").read_bytes()
    assert complaints(data) == []
    assert "□" not in "".join(texts(data))
    for letter in letters(data):
        assert SIDE - 4 <= letter.left <= letter.right <= 595.28 - SIDE + 4


def test_the_same_results_give_the_same_bytes(graded_class: Folder, tmp_path: Path) -> None:
    """No clock, no order of chance."""
    for name in ("a", "b"):
        run("report", graded_class.path, "--out", tmp_path / name)
    for path in (tmp_path / "a").iterdir():
        assert path.read_bytes() == (tmp_path / "b" / path.name).read_bytes(), path.name


# names -------------------------------------------------------------------------------------


def telltales(folder: Folder) -> list[str]:
    """Everything that would say who is who."""
    people = [(s.student, s.name, s.email) for s in folder.roster.values()]
    return [*chain.from_iterable(people), *(one.id for one in folder.exercises()), *NAMES]


def found_in(out: Path, words: list[str]) -> set[str]:
    every = "\n".join(text for path in out.iterdir() for text in contents(path))
    return {word for word in words if word in every}


def test_an_anonymous_report_names_nobody(graded_class: Folder, tmp_path: Path) -> None:
    """No id, name, address or exercise in any byte, the streams of the PDF laid open."""
    out = tmp_path / "out"
    said = run("report", graded_class.path, "--anonymous", "--out", out)
    assert found_in(out, telltales(graded_class)) == set()
    assert not [word for word in telltales(graded_class) if word in said]


def test_the_test_above_can_fail(graded_class: Folder, tmp_path: Path) -> None:
    """The ordinary report names who shares answers, in page, print and tables."""
    out = tmp_path / "out"
    run("report", graded_class.path, "--out", out)
    assert {"id003", "id017"} <= found_in(out, telltales(graded_class))
    for name in ("report.html", "report.pdf", "agreement.csv"):
        assert any("id003" in text for text in contents(out / name)), name


def test_numbers_are_the_same_in_all_files_and_in_no_known_order(
    graded_class: Folder, tmp_path: Path
) -> None:
    """Student 1 is the same everywhere; neither the class list nor the scores give the order."""
    run("report", graded_class.path, "--out", tmp_path / "named")
    run("report", graded_class.path, "--anonymous", "--out", tmp_path / "numbered")
    plain, hidden = (rows(tmp_path / name / "scores.csv") for name in ("named", "numbered"))
    (pair,) = rows(tmp_path / "numbered" / "agreement.csv")
    percent = {row["student"]: row["percent"] for row in plain}
    both = {row["student"]: row["percent"] for row in hidden}
    assert sorted(both.values()) == sorted(percent.values())
    assert {both[pair["first"]], both[pair["second"]]} == {percent["id003"], percent["id017"]}
    in_order = [row["percent"] for row in hidden]
    assert in_order not in ([row["percent"] for row in plain], sorted(in_order))
    assert pair["first"] in "".join(contents(tmp_path / "numbered" / "report.pdf"))


# other shapes ------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "family, more",
    [("two-rounds", []), ("lfd", []), ("mazur-mixed", []), ("musilek", ["--exercises", "2"])],
)
def test_every_kind_of_exercise_is_reported(family: str, more: list[str], tmp_path: Path) -> None:
    """Rounds, examples, formulas, several exercises; the last of two attempts counts."""
    folder = assignment(tmp_path / "hw", family, 13, *more)
    graded(folder, folder.path / "results", attempts=2)
    done = run("report", folder.path)
    out = folder.path / "results" / "report"
    assert "13 earlier attempts" in done or "26 earlier attempts" in done
    groups = 2 if more else 1
    summary = rows(out / "summary.csv")
    assert [row["submissions"] for row in summary] == ["13"] * groups
    asked = next(folder.exercises()).questions
    assert [row["id"] for row in rows(out / "steps.csv")] == list(asked) * groups
    assert complaints((out / "report.pdf").read_bytes()) == []
    attempts = [row for row in rows(out / "timeline.csv") if row["period"] == "attempt"]
    assert [row["start"] for row in attempts] == ["1", "2"]
    book = rows(folder.path / "results" / "gradebook.csv")
    last = {row["exercise"]: float(row["percent"]) for row in book if row["attempt"] == "2"}
    scores = rows(out / "scores.csv")
    assert {row["exercise"]: float(row["percent"]) for row in scores} == last
    blank = sum(int(row["blank"]) for row in book if row["attempt"] == "2")
    assert sum(int(row["blank"]) for row in rows(out / "steps.csv")) == blank


def test_parquet_gives_the_same_report(graded_class: Folder, tmp_path: Path) -> None:
    """As CSV does; a column more harms nothing."""
    results = tmp_path / "results"
    results.mkdir()
    source = graded_class.path / "results"
    steps = pl.read_csv(source / "steps.csv", schema_overrides={"answer": pl.String})
    steps = steps.with_columns(extra=pl.lit(1))
    steps.write_parquet(results / "steps.parquet")
    (results / "gradebook.csv").write_bytes((source / "gradebook.csv").read_bytes())
    run("report", source, "--out", tmp_path / "a")
    run("report", results, "--assignment", graded_class.path, "--out", tmp_path / "b")
    for path in (tmp_path / "a").iterdir():
        assert path.read_bytes() == (tmp_path / "b" / path.name).read_bytes(), path.name


def test_steps_may_be_kept_of_the_counted_attempt_alone(tmp_path: Path) -> None:
    """A grade book of two attempts each, with the steps of one."""
    folder = assignment(tmp_path / "hw", "binary", 4)
    results = graded(folder, folder.path / "results", attempts=2)
    steps = pl.read_csv(results / "steps.csv", infer_schema=False)
    steps.unique(["exercise", "id"], keep="last", maintain_order=True).write_csv(
        results / "steps.csv"
    )
    run("report", folder.path)
    (summary,) = rows(results / "report" / "summary.csv")
    found = rows(results / "report" / "steps.csv")
    assert {row["submissions"] for row in found} == {summary["submissions"]} == {"4"}
    assert 0.5 < sum(float(row["facility"]) for row in found) / len(found) < 1


def test_one_student_and_nothing_written(tmp_path: Path) -> None:
    """There is little to say, and it is said."""
    folder = assignment(tmp_path / "hw", "binary", 1)
    room = Classroom(tuple(folder.exercises()))
    for id in room.first.asked:
        room.blanks[id] = room.any_of(1.1)
    room.write(folder.path / "results")
    said = run("report", folder.path)
    assert "mean 0.0" in said
    assert "too few submissions" in said
    (summary,) = rows(folder.path / "results" / "report" / "summary.csv")
    assert summary["alpha"] == ""


# refusals ----------------------------------------------------------------------------------


@pytest.fixture
def results(graded_class: Folder, tmp_path: Path) -> Path:
    folder = tmp_path / "results"
    folder.mkdir()
    for name in ("gradebook.csv", "steps.csv"):
        source = graded_class.path / "results" / name
        (folder / name).write_bytes(source.read_bytes())
    return folder


def changed(path: Path, old: str, new: str) -> None:
    text = path.read_text("utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), "utf-8")


def test_wrong_usage_is_status_2(tmp_path: Path) -> None:
    """As everywhere."""
    assert "does not exist" in run("report", tmp_path / "nowhere", code=2)
    assert "not one of" in run("report", tmp_path, "--format", "docx", code=2)


def test_a_folder_without_results_says_what_is_looked_for(
    graded_class: Folder, tmp_path: Path
) -> None:
    """And where."""
    said = " ".join(run("report", tmp_path, code=1).split())
    assert "no gradebook.csv in" in said
    assert "results/" in said


def test_results_without_an_assignment_ask_for_it(results: Path) -> None:
    """The diagram and the notation are there."""
    assert "--assignment" in run("report", results, code=1)


@pytest.mark.parametrize(
    "name, old, new, said",
    [
        ("gradebook.csv", "percent", "prozent", "no column 'percent'"),
        ("steps.csv", "verdict", "urteil", "no column 'verdict'"),
        ("steps.csv", ",correct,", ",rigth,", "no verdict 'rigth'"),
        ("steps.csv", ",correct,1,", ",correct,one,", "'one' is no number"),
    ],
)
def test_broken_tables_are_named(
    results: Path, graded_class: Folder, name: str, old: str, new: str, said: str
) -> None:
    """File, column and cell; nothing is written."""
    changed(results / name, old, new)
    output = run("report", results, "--assignment", graded_class.path, code=1)
    assert said in output
    assert name in output
    assert not (results / "report").exists()


def test_empty_results_are_refused(results: Path, graded_class: Folder) -> None:
    """A header alone, and no steps at all."""
    book = results / "gradebook.csv"
    whole = book.read_text("utf-8")
    book.write_text(whole.splitlines()[0] + "\n", "utf-8")
    assert "no submission" in run("report", results, "--assignment", graded_class.path, code=1)
    book.write_text("", "utf-8")
    run("report", results, "--assignment", graded_class.path, code=1)
    book.write_text(whole, "utf-8")
    (results / "steps.csv").unlink()
    output = run("report", results, "--assignment", graded_class.path, code=1)
    assert "steps.parquet" in output


def test_only_a_report_is_replaced(results: Path, graded_class: Folder, tmp_path: Path) -> None:
    """A folder with anything else in it is left alone."""
    out = tmp_path / "mine"
    out.mkdir()
    (out / "thesis.txt").write_text("years of work")
    command = ["report", results, "--assignment", graded_class.path, "--out"]
    assert "thesis.txt" in run(*command, out, code=1)
    assert (out / "thesis.txt").read_text() == "years of work"
    assert "gradebook.csv" in run(*command, results, code=1)
    run(*command, tmp_path / "new")
    run(*command, tmp_path / "new")


def test_work_of_another_assignment_is_left_out_and_said(
    results: Path, graded_class: Folder
) -> None:
    """An exercise drawn anew since: its score counts, its steps have nothing to be held to."""
    id = next(graded_class.exercises()).id
    for name in ("gradebook.csv", "steps.csv"):
        text = (results / name).read_text("utf-8").replace(id, "musilek-gone")
        (results / name).write_text(text, "utf-8")
    output = run("report", results, "--assignment", graded_class.path)
    assert "1 submission of exercises that are not in" in " ".join(output.split())
    assert rows(results / "report" / "summary.csv")[0]["submissions"] == "39"
    assert len(rows(results / "report" / "scores.csv")) == 40


def test_the_command_loads_nothing_until_it_is_used() -> None:
    """`bpgrade report --help` is as quick as any other."""
    script = "import sys, grader.commands.report; print(*sys.modules)"
    done = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, check=True
    )
    heavy = {"matplotlib", "polars", "reportlab", "numpy", "jinja2"}
    assert not heavy & set(done.stdout.split())


def test_what_is_read_back_of_results_is_cleaned(graded_class: Folder, tmp_path: Path) -> None:
    """Other programs write into tables, and old ones hold what they held."""
    out = tmp_path / "results"
    shutil.copytree(graded_class.path / "results", out)
    book = out / "gradebook.csv"
    lines = book.read_text("utf-8").split("\n")
    lines[1] = lines[1].replace("id000", "id\x00000")
    book.write_text("\n".join(lines), "utf-8")
    run("report", out, "--assignment", graded_class.path, "--out", tmp_path / "report")
    found = read_results(out)
    texts = [*found.submissions["student"], *found.steps["verdict"]]
    assert "id\ufffd000" in texts
    assert not any("\x00" in text for text in texts)
