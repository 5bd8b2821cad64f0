"""What a teacher waits for: help and a single check load nothing that they do not need."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
from marking import paper

from grader.assignments.folder import Folder
from grader.assignments.worksheets import blank_answers

RUN = """
import sys
from grader.cli import main
try:
    main()
except SystemExit as end:
    print(f"exit {end.code or 0}", *sys.modules, file=sys.stderr)
"""
HEAVY = {
    "dask", "distributed", "jinja2", "lark", "matplotlib", "openpyxl", "pandas", "polars", "pypdf",
    "reportlab", "scipy", "segno", "sympy", "defusedxml",
    "asyncio", "concurrent.futures", "difflib", "email", "hashlib", "http", "importlib.metadata",
    "importlib.resources", "logging", "multiprocessing", "secrets", "socket", "sqlite3", "ssl",
    "subprocess", "tempfile", "unittest", "xml", "zipfile",
}  # fmt: skip
"""Libraries, and parts of the standard library that take milliseconds to load."""
OURS = {
    "grader.support.atomic_files",
    "grader.support.workers",
    "grader.marking.formulas",
    "grader.assignments.worksheets",
    "grader.marking.policy_checks",
    "grader.read.pdf.form",
    "grader.read.formula.parse",
    "grader.read.tables.workbook",
    "problems.drawing.draw",
    "problems.drawing.family",
    "problems.drawing.gate",
    "problems.formulas.general",
    "templates.feedback.page",
    "templates.pages.html",
    "templates.sheets.sheets",
}
"""Rooms of ours that a check of numbers has no business in."""


def loaded_by(*arguments: str) -> set[str]:
    """The modules loaded at the end of a successful `bpgrade ARGUMENTS`."""
    done = subprocess.run(
        [sys.executable, "-c", RUN, *arguments], capture_output=True, text=True, check=True
    )
    ending, *modules = done.stderr.splitlines()[-1].removeprefix("exit ").split()
    assert ending == "0", done.stderr
    return set(modules)


@pytest.fixture(scope="module")
def handed_in(tmp_path_factory: pytest.TempPathFactory) -> tuple[str, str]:
    """A submission with one early slip, and its assignment."""
    place = tmp_path_factory.mktemp("startup")
    hw1 = place / "hw1"
    loaded_by("generate", "mazur", "--count", "2", "--out", str(hw1), "--formats", "none")
    exercise = next(Folder(hw1).exercises())
    header, *rows = blank_answers([exercise]).decode().splitlines()
    typed = paper(exercise, "net.1.1").values()
    answers = place / "answers.csv"
    answers.write_text(
        "\n".join([header, *(row + text for row, text in zip(rows, typed, strict=True))])
    )
    return str(answers), str(hw1)


def test_help_loads_no_engine() -> None:
    """`bpgrade --help` needs click alone."""
    loaded = loaded_by("--help")
    assert not loaded & (
        HEAVY | OURS | {"numpy", "problems.computation.graph", "grader.commands.check"}
    )


def test_a_check_loads_no_more_than_it_needs(handed_in: tuple[str, str]) -> None:
    """numpy and click; with right answers and with a slip that is named and carried on."""
    answers, hw1 = handed_in
    loaded = loaded_by("check", answers, "--assignment", hw1)
    assert {"numpy", "grader.marking.mark", "problems.misconceptions.slips"} <= loaded
    assert not loaded & (HEAVY | OURS)


SERVICE = """
import sys
from pathlib import Path
from grader.web import start
start.configure(Path(sys.argv[1]))
import grader.web.urls
import grader.web.server
print(*sys.modules)
"""
SELDOM = {"dask", "matplotlib", "openpyxl", "polars", "pypdf", "reportlab", "scipy", "sympy"}
"""What the service needs for a report or for files of one kind."""


def test_the_service_starts_without_plots_and_tables(tmp_path: Path) -> None:
    """All its pages are there, and so is each process of its jobs, before a report is made."""
    done = subprocess.run(
        [sys.executable, "-c", SERVICE, str(tmp_path)], capture_output=True, text=True, check=True
    )
    loaded = set(done.stdout.split())
    assert {"grader.web.jobs.kinds", "grader.web.teacher.downloads"} <= loaded
    assert not loaded & SELDOM


def test_the_default_policy_is_its_file() -> None:
    """A check of the usual kind reads no policy file; the file still says what holds."""
    from grader.marking.policy import DEFAULT
    from grader.marking.policy_file import SHIPPED, read_policy

    text = Path(SHIPPED / "default.toml").read_text("utf-8")
    assert read_policy(text, "default", "default.toml") == DEFAULT
