"""Filled PDF worksheets, whoever filled them."""

from __future__ import annotations

import io
import os
import signal
import sys
import time
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from pathlib import Path

import pypdfium2 as pdfium
import pytest
from click.testing import CliRunner
from corpus import HOSTILE
from fillers import by_chrome, by_pypdf
from issued_exercises import exercises
from pypdf import PdfReader, PdfWriter
from sheets_of import sheet

from grader.cli import cli
from grader.errors import Lost, SubmissionError
from grader.read.answer_sheet import AnswerSheet
from grader.read.files import read_file
from grader.read.number import Unreadable
from grader.read.pdf.form import read_form
from grader.support.guarded_process import GuardedProcess, GuardedProcesses, module
from problems.exercise import Exercise
from problems.reasons import as_told
from templates.pages.fields import field_name
from templates.pdf.document import pdf
from templates.sheets import sheets

Fill = Callable[[bytes, Mapping[str, str]], bytes]
FILLERS: list[Fill] = [by_pypdf, by_chrome]
HABITS = ["{}", "{} ", "−{}", "-{}", "{}e-2", "+{}", ""]
"""Ways to write a number: `−` is the true minus sign."""


def blank(*chosen: Exercise) -> bytes:
    return pdf(sheets.worksheet([sheet(one) for one in chosen]))


def typed(exercise: Exercise, comma: bool = False) -> dict[str, str]:
    """Step -> what is typed, in all habits by turns, some left blank."""
    found = {}
    for n, step in enumerate(exercise.asked):
        text = HABITS[n % len(HABITS)].format(f"0.{n + 1:04d}")
        found[step] = text.replace(".", ",") if comma else text
    return found


def named(exercise: Exercise, answers: Mapping[str, str]) -> dict[str, str]:
    return {field_name(exercise.number, step): text for step, text in answers.items()}


def finder(*known: Exercise) -> Callable[[str, str], Exercise | str]:
    by_id = {one.id: one for one in known}
    return lambda id, student: by_id.get(id, Lost("bad_id", as_told(f"no exercise {id!r}")))


def read(data: bytes, *known: Exercise) -> tuple[AnswerSheet, ...]:
    return read_form(data, "worksheet.pdf", finder(*known)).submissions


@pytest.mark.parametrize("fill", FILLERS, ids=lambda fill: fill.__name__)
@pytest.mark.parametrize("name", ["mazur", "lfd", "two-rounds"])
@pytest.mark.parametrize("comma", [False, True], ids=["point", "comma"])
def test_what_was_typed_is_read_back(fill: Fill, name: str, comma: bool) -> None:
    """Minus signs of both kinds, decimal commas, exponents and blanks."""
    (exercise,) = exercises(name, 1)
    answers = typed(exercise, comma)
    (found,) = read(fill(blank(exercise), named(exercise, answers)), exercise)
    assert found.problems == []
    for step, text in answers.items():
        if not text:
            assert step not in found.answers
        else:
            reading = found.answers[step]
            assert not isinstance(reading, Unreadable)
            assert reading.text.strip() == text.strip()
            assert reading.value == float(text.strip().replace(",", ".").replace("−", "-"))


def test_two_programs_agree() -> None:
    """Filled by either, the same submission."""
    (exercise,) = exercises("mazur", 1)
    filled = [f(blank(exercise), named(exercise, typed(exercise))) for f in FILLERS]
    one, other = (read(data, exercise)[0].answers for data in filled)
    assert one == other


def test_a_second_program_may_save_what_the_first_filled() -> None:
    """Begun on the phone, finished at home."""
    (exercise,) = exercises("mazur", 1)
    first, *rest = exercise.asked
    begun = by_chrome(blank(exercise), named(exercise, {first: "0.5"}))
    done = by_pypdf(begun, named(exercise, dict.fromkeys(rest, "0.25")))
    (found,) = read(done, exercise)
    assert [found.answers[step].text for step in exercise.asked[:3]] == ["0.5", "0.25", "0.25"]


def test_two_exercises_on_one_worksheet_are_two_submissions() -> None:
    """Their fields are told apart by the exercise's number."""
    from dataclasses import replace

    one, two = exercises("mazur", 2)
    two = replace(two, number=2)
    values = named(one, {one.asked[0]: "0.1"}) | named(two, {two.asked[0]: "0.2"})
    found = read(by_pypdf(blank(one, two), values), one, two)
    assert [s.exercise.id for s in found] == [one.id, two.id]
    assert [s.answers[s.exercise.asked[0]].text for s in found] == ["0.1", "0.2"]


def test_a_wrong_entry_is_reported_with_its_step() -> None:
    """The others are still used."""
    (exercise,) = exercises("mazur", 1)
    first, second, *_ = exercise.asked
    values = named(exercise, {first: "about a half", second: "0.5"})
    (found,) = read(by_pypdf(blank(exercise), values), exercise)
    assert [problem.column for problem in found.problems] == [exercise.labels[first]]
    assert found.answers[second].text == "0.5"


def refusal(data: bytes, *known: Exercise) -> str:
    with pytest.raises(SubmissionError) as caught:
        read(data, *known)
    (problem,) = caught.value.problems
    return problem.code


def printed(data: bytes) -> bytes:
    """As "print to PDF" leaves it: pages without fields, here by Chrome's engine."""
    document = pdfium.PdfDocument(data)
    document.init_forms()
    for page in document:
        page.flatten()
    out = io.BytesIO()
    document.save(out)
    writer = PdfWriter(clone_from=PdfReader(io.BytesIO(out.getvalue())))
    for page in writer.pages:
        page.pop("/Annots", None)
    writer.root_object.pop("/AcroForm", None)
    flat = io.BytesIO()
    writer.write(flat)
    return flat.getvalue()


def test_what_cannot_be_read_says_why() -> None:
    """Flattened, empty, foreign, locked and damaged files each get their own message."""
    (exercise,) = exercises("mazur", 1)
    data = blank(exercise)
    filled = by_pypdf(data, named(exercise, typed(exercise)))
    assert refusal(data, exercise) == "empty"
    assert refusal(printed(filled), exercise) == "no_form"
    foreign = PdfWriter()
    foreign.add_blank_page(200, 200)
    out = io.BytesIO()
    foreign.write(out)
    assert refusal(out.getvalue()) == "no_form"
    locked = PdfWriter(clone_from=PdfReader(io.BytesIO(filled)))
    locked.encrypt("secret", algorithm="RC4-128")
    out = io.BytesIO()
    locked.write(out)
    assert refusal(out.getvalue(), exercise) == "encrypted"
    assert refusal(b"%PDF-1.7\n" + b"\x00" * 400, exercise) == "broken_pdf"


@pytest.mark.parametrize("cut", [0.2, 0.5, 0.9, 0.999])
def test_a_torn_file_is_refused_or_read_but_never_crashes(cut: float) -> None:
    """A download that was interrupted."""
    (exercise,) = exercises("mazur", 1)
    filled = by_pypdf(blank(exercise), named(exercise, typed(exercise)))
    with suppress(SubmissionError):
        (found,) = read(filled[: int(len(filled) * cut)], exercise)
        assert found.answers


def test_a_worksheet_of_another_assignment_is_named() -> None:
    """Not graded against the wrong numbers."""
    one, two = exercises("mazur", 2)
    filled = by_pypdf(blank(one), named(one, typed(one)))
    found = read_form(filled, "w.pdf", finder(two))
    assert found.submissions == ()
    assert found.problems[0].code == "bad_id"


def test_the_kind_of_a_file_is_seen_not_believed() -> None:
    """A PDF that is called .csv is still a PDF."""
    (exercise,) = exercises("mazur", 1)
    filled = by_pypdf(blank(exercise), named(exercise, typed(exercise)))
    assert len(read_file(filled, "answers.csv", finder(exercise)).submissions) == 1


@pytest.mark.parametrize("fill", FILLERS, ids=lambda fill: fill.__name__)
def test_a_worksheet_from_the_command_line_grades_to_full_marks(
    fill: Fill, tmp_path: Path, runner: CliRunner
) -> None:
    """generate -> fill in the key's values -> check."""
    out = tmp_path / "hw"
    made = ["generate", "mazur", "--count", "1", "--seed", "s", "--out", str(out)]
    assert runner.invoke(cli, [*made, "--formats", "pdf"]).exit_code == 0
    from grader.assignments.folder import Folder

    (exercise,) = Folder(out).exercises()
    sheet_path = out / "students" / "student-01" / "worksheet.pdf"
    values = {step: exercise.printed[step] for step in exercise.asked}
    sheet_path.write_bytes(fill(sheet_path.read_bytes(), named(exercise, values)))
    result = runner.invoke(cli, ["check", str(sheet_path), "--output", "json"])
    assert result.exit_code == 0, result.output
    assert '"percent": 100' in result.output


def test_a_file_that_hangs_its_reader_is_refused_and_the_next_one_read() -> None:
    """The process is ended and started anew; a file that swells it is too much as well."""
    (exercise,) = exercises("mazur", 1)
    sleeper = GuardedProcess([sys.executable, "-c", "import time; time.sleep(60)"], seconds=0.3)
    assert sleeper.answer(b"%PDF-1.7") is None
    dying = GuardedProcess([sys.executable, "-c", "raise SystemExit(1)"], 20.0)
    assert dying.answer(b"%PDF-1.7") is None
    reader = GuardedProcess(module("grader.read.pdf.fields"), 20.0)
    try:
        for _ in range(2):
            found = reader.answer(blank(exercise))
            assert found is not None
            assert len(found["fields"]) == len(exercise.questions) + 1
            reader.close()
    finally:
        reader.close()


def test_fields_that_share_a_name_are_a_contradiction_unless_alike() -> None:
    """pypdf would give the last; a form by somebody else, whose place says whose it is."""
    (exercise,) = exercises("mazur", 1)
    twins = (HOSTILE / "pdf" / "duplicate_fields.pdf").read_bytes()
    alike = twins.replace(b"(0.3775)", b"(0.9)   ")
    for data, codes in ((alike, []), (twins, ["duplicate_step"])):
        (found,) = read_form(data, "w.pdf", lambda id, student: exercise).submissions
        assert [p.code for p in found.problems] == codes


def test_a_process_that_is_killed_while_it_waits_is_started_anew() -> None:
    """As the system does where memory is short; nobody's file is refused for it."""
    reader = GuardedProcess(module("grader.read.pdf.fields"), 20.0)
    for _ in range(2):
        assert reader.answer(b"no PDF") == {"code": "broken_pdf", "why": "PdfStreamError"}
        assert reader.pid
        os.kill(reader.pid, signal.SIGKILL)
        while reader.pid:  # until the system has done it
            time.sleep(0.01)
    reader.close()


SLOW_ANSWER = """
import json, os, struct, sys, time
while len(head := sys.stdin.buffer.read(8)) == 8:
    (size,) = struct.unpack("<Q", head)
    question = json.loads(sys.stdin.buffer.read(size))
    time.sleep(question["for"])
    answer = json.dumps({"pid": os.getpid()}).encode()
    sys.stdout.buffer.write(struct.pack("<Q", len(answer)) + answer)
    sys.stdout.buffer.flush()
"""


def test_of_several_children_each_question_gets_a_free_one() -> None:
    children = GuardedProcesses([sys.executable, "-c", SLOW_ANSWER], 20.0, 2)
    with ThreadPoolExecutor(2) as threads:
        both = list(threads.map(children.ask, [{"for": 0.5}] * 2))
    assert len({answer["pid"] for answer in both if answer}) == 2
    one_by_one = [children.ask({"for": 0.0}) for _ in range(3)]
    assert len({answer["pid"] for answer in one_by_one if answer}) == 1
