"""The command line from a teacher's chair: every family, end to end."""

from __future__ import annotations

import csv
import io
import json
from pathlib import Path

import pytest
from click.testing import CliRunner
from typed_rules import key_text

from grader.assignments.folder import Folder
from grader.cli import COMMANDS, cli
from problems.documents import documents
from problems.drawing import family
from problems.exercise import FORMAT
from problems.formulas import notation

ROSTER = "student,name\nada,Ada Example\nzoë,Zoë <b>Bold</b>\n"


@pytest.fixture
def roster(tmp_path: Path) -> Path:
    path = tmp_path / "roster.csv"
    path.write_text(ROSTER, "utf-8")
    return path


def run(runner: CliRunner, *arguments: object, code: int = 0):
    result = runner.invoke(cli, [str(a) for a in arguments])
    assert result.exit_code == code, result.output
    assert not result.exception or isinstance(result.exception, SystemExit), result.exception
    return result


def generated(runner: CliRunner, roster: Path, name: object, *more: object) -> Path:
    out = roster.parent / "hw1"
    run(runner, "generate", name, "--students", roster, "--out", out, "--seed", "s", *more)
    return out


def filled(folder: Path, student: str = "ada") -> Path:
    """The student's own answers.csv with the key's values written into it."""
    path = folder / "students" / student / "answers.csv"
    exercises = {e.id: e for e in Folder(folder).exercises()}
    rows = list(csv.DictReader(io.StringIO(path.read_text("utf-8"), newline="")))
    for row in rows:
        exercise = exercises[row["exercise"]]
        id = next(i for i, label in exercise.labels.items() if label == row["step"])
        row["answer"] = key_text(exercise, id)
    stream = io.StringIO(newline="")
    writer = csv.DictWriter(stream, list(rows[0]))
    writer.writeheader()
    writer.writerows(rows)
    path.write_text(stream.getvalue(), "utf-8")
    return path


@pytest.mark.parametrize("name", family.names())
def test_generate_fill_check_every_family(runner: CliRunner, roster: Path, name: str) -> None:
    """The main job: what is handed out comes back filled and is worth full marks."""
    folder = generated(runner, roster, name)
    for student in ("ada", "zoe"):
        for file in ("worksheet.html", "worksheet.md", "answers.csv"):
            assert (folder / "students" / student / file).stat().st_size > 100
        assert (folder / "keys" / f"{student}.html").is_file()
    result = run(runner, "check", filled(folder), "--output", "json")
    doc = json.loads(result.stdout)
    assert doc["format"] == 2
    (report,) = doc["reports"]
    assert report["percent"] == 100
    assert report["problems"] == doc["problems"] == []
    assert set(report["steps"][0]) - {"formula"} == {
        "id", "label", "answer", "verdict", "credit", "weight", "expected", "tolerance",
        "slip", "used", "code", "arguments", "message", "hint",
    }  # fmt: skip


FAMILY_OF_NOTATION = [(f, n) for f in family.names() for n in notation.names()]


@pytest.mark.parametrize(("name", "written"), FAMILY_OF_NOTATION)
def test_every_family_in_every_notation(runner, roster: Path, name: str, written: str) -> None:
    """A notation is data: any style can be written in any other's letters."""
    own_notation = family.load(name).notation
    source = family.source_of(name).replace(f'"{own_notation}"', f'"{written}"', 1)
    own = roster.parent / "own.toml"
    own.write_text(source, "utf-8")
    folder = generated(runner, roster, own)
    run(runner, "check", filled(folder))
    run(runner, "solve", "ada", "--assignment", folder)


def test_names_are_escaped_in_html(runner: CliRunner, roster: Path) -> None:
    """A student may be called anything."""
    folder = generated(runner, roster, "mazur")
    text = (folder / "students" / "zoe" / "worksheet.html").read_text("utf-8")
    assert "<b>Bold" not in text
    assert "&lt;b&gt;Bold" in text


def test_same_seed_same_bytes(runner: CliRunner, roster: Path) -> None:
    """Every file of the folder, on a second run."""
    first = generated(runner, roster, "lfd")
    kept = {p.relative_to(first): p.read_bytes() for p in first.rglob("*") if p.is_file()}
    generated(runner, roster, "lfd", "--force")
    again = {p.relative_to(first): p.read_bytes() for p in first.rglob("*") if p.is_file()}
    assert again == kept
    assert len(kept) == 17


def test_without_a_seed_a_secret_is_made_and_kept(runner: CliRunner, tmp_path: Path) -> None:
    """Two assignments never share their exercises by accident."""
    secrets = []
    for out in ("a", "b"):
        run(
            runner, "generate", "mazur", "--count", 1, "--out", tmp_path / out, "--formats", "none"
        )
        secrets.append(json.loads((tmp_path / out / "assignment.json").read_text())["secret"])
    assert len(set(secrets)) == 2
    assert len(secrets[0]) == 32
    assert not (tmp_path / "a" / "students").exists()


def test_several_exercises_and_a_reissue(runner: CliRunner, roster: Path) -> None:
    """Only the one that is drawn anew changes."""
    folder = generated(runner, roster, "mazur", "--exercises", 2)
    before = [e.id for e in Folder(folder).exercises()]
    run(runner, "reissue", folder, "ada", "--exercise", 2)
    after = list(Folder(folder).exercises())
    assert [e.id != b for e, b in zip(after, before, strict=True)] == [False, True, False, False]
    assert after[1].reissue == 1
    sheet = (folder / "students" / "ada" / "worksheet.html").read_text("utf-8")
    assert after[1].id in sheet
    assert before[1] not in sheet
    result = run(runner, "check", filled(folder), "--output", "json")
    assert [r["percent"] for r in json.loads(result.stdout)["reports"]] == [100, 100]
    run(runner, "reissue", folder, "nobody", code=1)


def test_check_finds_the_assignment_or_is_told(runner, roster: Path, tmp_path: Path) -> None:
    """In the file's folder or above, or by --assignment."""
    folder = generated(runner, roster, "mazur")
    away = tmp_path / "inbox.csv"
    away.write_bytes(filled(folder).read_bytes())
    result = run(runner, "check", away, code=1)
    assert "--assignment FOLDER" in result.output
    run(runner, "check", away, "--assignment", folder)


def test_check_shows_a_table_that_fits_and_exits_1_on_problems(runner, roster: Path) -> None:
    """80 columns, verdict in words, the problem with row and column."""
    folder = generated(runner, roster, "mazur")
    path = filled(folder)
    text = path.read_text("utf-8").splitlines()
    text[1] = text[1].rsplit(",", 1)[0] + ",oops"
    text[2] = text[2].rsplit(",", 1)[0] + ",9.9999"
    text[3] = text[3].rsplit(",", 1)[0] + ","
    path.write_text("\n".join(text), "utf-8")
    result = run(runner, "check", path, code=1)
    assert "38 of 41 points (92.7 %)" in result.output
    for word in ("unreadable", "wrong", "blank", "1 problem"):
        assert word in result.output
    assert f"{path}:2: answer" in result.stderr
    assert max(map(len, result.stdout.splitlines())) <= 80


def test_csv_output_is_a_table_without_live_formulas(runner, roster: Path) -> None:
    """What a student typed may be opened in a spreadsheet."""
    folder = generated(runner, roster, "mazur")
    path = filled(folder)
    lines = path.read_text("utf-8").splitlines()
    lines[1] = lines[1].rsplit(",", 1)[0] + ",=cmd|' /C calc'!A0"
    path.write_text("\n".join(lines), "utf-8")
    result = run(runner, "check", path, "--output", "csv", code=1)
    rows = list(csv.DictReader(io.StringIO(result.stdout)))
    assert len(rows) == 41
    assert rows[0]["answer"].startswith("'=")
    assert rows[1]["verdict"] == "correct"


def test_a_newer_assignment_is_refused(runner: CliRunner, roster: Path) -> None:
    """With what to do."""
    folder = generated(runner, roster, "mazur")
    path = filled(folder)
    meta = folder / "assignment.json"
    doc = json.loads(meta.read_text("utf-8")) | {"format": FORMAT + 1}
    meta.write_text(json.dumps(doc), "utf-8")
    result = run(runner, "check", path, code=1)
    assert "upgrade bpgrade" in result.output
    meta.write_text("{", "utf-8")
    assert "no JSON" in run(runner, "check", path, code=1).output


WRONG_USE = [
    (["generate"], 2, "FAMILY"),
    (["generate", "mazur"], 2, "--students"),
    (["generate", "mazur", "--count", "2", "--students", "{roster}"], 2, "either"),
    (["generate", "mazur", "--count", "0"], 2, "--count"),
    (["generate", "mazur", "--students", "nowhere.csv"], 2, "nowhere.csv"),
    (["generate", "mazur", "--count", "1", "--formats", "docx"], 2, "html, md, csv"),
    (["generate", "mazzur", "--count", "1"], 1, "there are musilek, mazur"),
    (["generate", "own.toml", "--count", "1"], 1, "cannot be read"),
    (["generate", "mazur", "--count", "1", "--layers", "2x2"], 1, "like 3-2-2"),
    (["generate", "mazur", "--count", "1", "--decimals", "99"], 1, "from 1 to 10"),
    (["generate", "musilek", "--count", "1", "--decimals", "1", "--seed", "s"], 1, "told from"),
    (["check"], 2, "SUBMISSION"),
    (["check", "missing.csv"], 2, "missing.csv"),
    (["solve"], 2, "--document"),
    (["solve", "--document", "nobody"], 1, "there are"),
    (["solve", "--document", "lfd"], 1, "no numbers"),
    (["documents", "nobody"], 1, "there are"),
    (["chekc"], 2, "Did you mean 'check'?"),
]


@pytest.mark.parametrize(("arguments", "code", "says"), WRONG_USE)
def test_wrong_use_is_answered_and_writes_nothing(
    runner, roster, arguments, code, says, monkeypatch
) -> None:
    """Exit status 1 or 2, a message that helps, nothing half-written."""
    here = roster.parent / "here"
    here.mkdir()
    monkeypatch.chdir(here)
    result = run(runner, *[a.format(roster=roster) for a in arguments], code=code)
    assert says in result.output
    assert "Traceback" not in result.output
    assert list(here.iterdir()) == []


def test_an_existing_folder_is_not_overwritten(runner: CliRunner, roster: Path) -> None:
    """--force replaces it as a whole."""
    folder = generated(runner, roster, "mazur")
    (folder / "mine.txt").write_text("notes")
    result = run(runner, "generate", "mazur", "--count", 1, "--out", folder, code=1)
    assert "exists already" in result.output
    assert (folder / "mine.txt").exists()
    generated(runner, roster, "mazur", "--force")
    assert not (folder / "mine.txt").exists()


def test_an_interrupted_run_leaves_nothing_half_written(runner, roster: Path, monkeypatch) -> None:
    """The folder takes its name only when it is complete; the same command completes it."""
    import grader.assignments.worksheets

    def fail(*_: object) -> dict[str, bytes]:
        raise KeyboardInterrupt

    monkeypatch.setattr(grader.assignments.worksheets, "student_files", fail)
    out = roster.parent / "hw1"
    command = ["generate", "mazur", "--students", str(roster), "--out", str(out)]
    result = runner.invoke(cli, command)
    assert result.exit_code != 0
    assert "the same command goes on" in result.stderr
    assert sorted(p.name for p in roster.parent.iterdir()) == [".hw1.unfinished", "roster.csv"]
    monkeypatch.undo()
    assert runner.invoke(cli, command).exit_code == 0
    assert sorted(p.name for p in roster.parent.iterdir()) == ["hw1", "roster.csv"]


def test_families_and_documents_and_doctor(runner: CliRunner) -> None:
    """The commands that look things up."""
    listed = run(runner, "families").output
    assert all(name in listed for name in family.names())
    assert max(map(len, listed.splitlines())) <= 80
    assert "joint bias" in run(runner, "families", "musilek").output
    formulas = run(runner, "families", "lfd-formulas").output
    assert "12 formulas" in formulas
    assert " 0 steps" not in formulas
    assert "31 steps and 4 formulas" in run(runner, "families", "mazur-mixed").output
    assert run(runner, "families", "lfd", "--source").output == family.source_of("lfd")
    assert len(json.loads(run(runner, "families", "--output", "json").output)) == len(
        family.names()
    )
    doctor = run(runner, "doctor").output
    assert "numpy" in doctor
    parts = [line.split("  ")[0] for line in doctor.splitlines()[1:]]
    assert sorted(set(parts)) == sorted(parts), "a part is listed twice"
    shown = run(runner, "documents", "musilek", "--misprints").output
    assert "0.0008" in shown


def test_documents_json_lists_every_number_and_none_is_unexplained(runner: CliRunner) -> None:
    """The shape of FORMATS."""
    doc = json.loads(run(runner, "documents", "--output", "json").output)
    assert {row["document"] for row in doc["numbers"]} == {"musilek", "mazur", "slides"}
    assert {row["document"] for row in doc["formulas"]} == set(documents.names())
    for row in doc["numbers"]:
        assert set(row) >= {"document", "place", "id", "printed", "computed", "agrees", "reason"}
        assert row["agrees"] in ("rounded", "cut", "carried", "misprint")
        assert row["reason"] or row["agrees"] != "misprint"
    assert len(doc["numbers"]) > 300


@pytest.mark.parametrize("command", ["", *COMMANDS])
def test_every_command_has_help_with_an_example(runner: CliRunner, command: str) -> None:
    """In an 80-column window."""
    output = run(runner, *command.split(), "--help").output
    assert "Example" in output
    assert "bpgrade" in output
    assert max(map(len, output.splitlines())) <= 96


@pytest.mark.parametrize("name", ["musilek", "mazur", "slides"])
def test_solve_prints_the_documents_examples(runner: CliRunner, name: str) -> None:
    """symbol = formula = numbers = value, as they print them."""
    output = run(runner, "solve", "--document", name).output
    first = {"musilek": "v_4 = w_41·x_1", "mazur": "net_h1 = w_1 × i_1", "slides": "net_h1 = w_1"}
    assert first[name] in " ".join(output.replace(" · ", "·").split())


def test_significant_figures_can_be_asked_for(runner: CliRunner, roster: Path) -> None:
    """Instead of decimals."""
    folder = generated(runner, roster, "mazur", "--significant", 5)
    result = run(runner, "check", filled(folder), "--output", "json")
    assert json.loads(result.stdout)["reports"][0]["percent"] == 100
    text = (folder / "students" / "ada" / "worksheet.md").read_text("utf-8")
    assert "5 significant figures" in text


def test_one_digit_more_is_said_where_the_family_allows_it(runner, tmp_path: Path) -> None:
    """The gate comes first; the worksheet then asks for what can be graded."""
    out = tmp_path / "hw1"
    text = run(runner, "generate", "mazur", "--count", 1, "--decimals", 2, "--out", out).output
    said = "worksheets ask for 4 decimals, not for 2 decimals as wanted: with fewer no draw"
    assert said in text
    (exercise,) = Folder(out).exercises()
    assert exercise.precision.decimals == 4


def test_a_refusal_names_the_decimals_that_were_asked_for(runner, tmp_path: Path) -> None:
    """And how far the gate went; a sheet of formulas says how many it asks for."""
    refused = run(runner, "generate", "mazur", "--count", 1, "--decimals", 1, "--seed", "x",
                  "--formats", "none", "--out", tmp_path / "a", code=1).output  # fmt: skip
    assert "at 1 decimal as asked, nor at up to 3 decimals" in refused
    made = run(runner, "generate", "lfd-formulas", "--count", 1, "--formats", "none",
               "--out", tmp_path / "b").output  # fmt: skip
    assert "2-2-1 net, 12 formulas asked" in made


def test_training_goes_on_to_the_documents_last_line(runner: CliRunner) -> None:
    """The slides print 0.0000351085, the error after 9,999 updates by the right method."""
    output = run(runner, "solve", "--document", "mazur", "--train", 9999).output
    assert "3.51085481e-05" in output
    assert "0.298371109" in output


def test_terminal_controls_in_answers_are_not_carried_out(runner, roster: Path) -> None:
    """A submission must not paint the teacher's window."""
    folder = generated(runner, roster, "mazur")
    path = filled(folder)
    lines = path.read_text("utf-8").splitlines()
    lines[1] = lines[1].rsplit(",", 1)[0] + ",\x1b[2J\x1b]0;owned\x07"
    path.write_text("\n".join(lines), "utf-8")
    result = run(runner, "check", path, code=1)
    assert "\x1b" not in result.output
    assert "\x07" not in result.output
