"""What is declared is what is imported, and what is not installed is said in one line."""

from __future__ import annotations

import ast
import re
import sys
import tomllib
from collections.abc import Iterator
from importlib.metadata import packages_distributions
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from without import bpgrade_without

from grader.support.extras import EXTRAS

ROOT = Path(__file__).resolve().parents[1]
OURS = ("problems", "templates", "grader", "bpgrade")
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]


def plain(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


def declared(texts: list[str]) -> set[str]:
    """Distributions of some requirements, those of our own extras included."""
    found: set[str] = set()
    for requirement in map(Requirement, texts):
        if requirement.name == "bpgrade":
            for extra in requirement.extras:
                found |= declared(PROJECT["optional-dependencies"][extra])
        else:
            found.add(plain(requirement.name))
    return found


BASE = declared(PROJECT["dependencies"])
DECLARED = {name: declared(texts) for name, texts in PROJECT["optional-dependencies"].items()}


def imports(folder: str) -> Iterator[tuple[Path, str]]:
    """Every import of somebody else's module below a folder."""
    local = {path.stem for path in (ROOT / "tests").rglob("*.py")} if folder == "tests" else set()
    known = {*sys.stdlib_module_names, *OURS, *local}
    for path in sorted((ROOT / folder).rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            names: list[str] = []
            if isinstance(node, ast.Import):
                names = [alias.name for alias in node.names]
            elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
                names = [node.module]
            for top in {name.partition(".")[0] for name in names} - known:
                yield path.relative_to(ROOT), top


def undeclared(folder: str, allowed: set[str]) -> set[str]:
    holders = packages_distributions()
    return {
        f"{path}: {top}"
        for path, top in imports(folder)
        if not {plain(name) for name in holders.get(top, [top])} & allowed
    }


@pytest.mark.parametrize("folder", [*OURS, "examples"])
def test_every_import_is_declared(folder: str) -> None:
    """What comes in through others today may not tomorrow."""
    making = {"fonttools"} if folder == "templates" else set()
    assert not undeclared(folder, BASE | DECLARED["all"] | making)


def test_every_import_of_the_tests_is_declared() -> None:
    assert not undeclared("tests", BASE | DECLARED["dev"])


def test_extras_are_those_of_pyproject() -> None:
    """By the names of their distributions; `all` has all of them, and `dev` has `all`."""
    assert {name: set(modules.values()) for name, modules in EXTRAS.items()} == {
        name: DECLARED[name] for name in DECLARED if name not in ("all", "dev")
    }
    assert DECLARED["all"] == set().union(*(DECLARED[name] for name in EXTRAS))
    assert DECLARED["all"] <= DECLARED["dev"]
    assert not BASE & DECLARED["all"]


def test_nothing_of_an_extra_is_imported_where_all_is_light() -> None:
    """Drawing, documents, reading and marking stand on the base alone."""
    light = ("problems", "grader/read", "grader/marking", "grader/assignments", "grader/intake")
    for folder in (*light, "grader/results", "grader/export", "templates/sheets"):
        assert not undeclared(folder, BASE), folder


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with an assignment and the results of a class, made without any extra."""
    there = tmp_path_factory.mktemp("light")
    every = set().union(*EXTRAS.values())
    line = ["generate", "mazur", "--count", "2", "--seed", "s", "--out", "hw1"]
    done = bpgrade_without(every, *line, cwd=there)
    assert done.returncode == 0, done.stderr
    header, *rows = (there / "hw1/students/student-01/answers.csv").read_text("utf-8").splitlines()
    full = [row.rstrip(",") + ",0.5" for row in rows]
    (there / "class.csv").write_text("\n".join([header, *full]) + "\n", "utf-8")
    graded = ["check", "class.csv", "--assignment", "hw1", "--results", "results"]
    done = bpgrade_without(every, *graded, cwd=there)
    assert (there / "results").is_dir(), done.stderr
    return there


ASK = "https://lms.example/mod/assign/view.php?id=31"
CANVAS = "https://lms.example/courses/3/assignments/5"
LACKING = [
    ("serve", ["serve"]),
    ("serve", ["backup", "there.zip"]),
    ("serve", ["restore", "class.csv"]),
    ("serve", ["lti", "platforms"]),
    ("serve", ["doctor", "--data", "data"]),
    ("cluster", ["generate", "mazur", "--count", "2", "--scheduler", "tcp://127.0.0.1:9"]),
    ("lms", ["moodle", "sync", ASK, "--assignment", "hw1"]),
    ("lms", ["canvas", "sync", CANVAS, "--assignment", "hw1"]),
    ("report", ["report", "results"]),
    ("symbolic", ["verify", "hw1"]),
    ("symbolic", ["solve", "--document", "mazur", "--symbolic"]),
]


@pytest.mark.parametrize("extra, line", LACKING, ids=[" ".join(line) for _, line in LACKING])
def test_a_missing_extra_is_one_line(extra: str, line: list[str], place: Path) -> None:
    """With the command that installs it, and no traceback."""
    done = bpgrade_without(EXTRAS[extra], *line, cwd=place)
    assert done.returncode == 1, done.stdout + done.stderr
    assert len(done.stderr.strip().splitlines()) == 1, done.stderr
    assert f"pip install 'bpgrade[{extra}]'" in done.stderr


@pytest.mark.parametrize("module", [*EXTRAS["serve"]])
def test_one_library_of_the_service_is_enough_to_say_so(module: str, place: Path) -> None:
    """Also one that Django loads by its name."""
    done = bpgrade_without([module], "serve", cwd=place)
    assert done.returncode == 1
    assert EXTRAS["serve"][module] in done.stderr
    assert "pip install 'bpgrade[" in done.stderr


WITHOUT_ANY = [
    ["--help"],
    ["families"],
    ["slips"],
    ["documents", "musilek"],
    ["read", "0.5"],
    ["solve", "--document", "mazur"],
    ["solve", "student-01", "--assignment", "hw1"],
    ["booklet", "hw1"],
    ["reissue", "hw1", "student-02"],
    ["export", "moodle", "hw1"],
    ["export", "qti", "hw1"],
    ["generate", "mazur", "--count", "3", "--workers", "2", "--out", "hw2", "--formats", "csv"],
    ["doctor"],
]


@pytest.mark.parametrize("line", WITHOUT_ANY, ids=" ".join)
def test_the_base_does_without_extras(line: list[str], place: Path) -> None:
    done = bpgrade_without(set().union(*EXTRAS.values()), *line, cwd=place)
    assert done.returncode == 0, done.stdout + done.stderr
