"""Imports point one way, the core is light, and what is shipped is complete."""

from __future__ import annotations

import ast
import re
import sys
import tomllib
from collections.abc import Iterator
from importlib import resources
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
ROOMS = ["problems", "templates", "grader", "bpgrade"]
ALLOWED = {
    "problems": {"numpy"},
    "problems/recipes": {"lark"},
    "templates": {"jinja2", "markupsafe"},
    "templates/pdf": {"reportlab", "segno"},
    "templates/plots": {"matplotlib"},
    "templates/class_report/charts": {"matplotlib"},
    "templates/fonts": {"fontTools"},
}
"""Folder -> libraries for it and what is below it; make.py of the fonts never runs at run time."""


INTERPRETERS = {"eval", "exec", "sympify", "parse_expr", "lambdify"}
"""What must never see a student's text, and so stands nowhere; nor does sympy's S."""


def imported(path: Path) -> Iterator[tuple[int, str]]:
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        match node:
            case ast.Import(names=names):
                yield from ((node.lineno, a.name.split(".")[0]) for a in names)
            case ast.ImportFrom(module=str(module), level=0):
                yield node.lineno, module.split(".")[0]


@pytest.mark.parametrize("room", ROOMS)
def test_imports_point_one_way(room: str) -> None:
    """problems -> templates -> grader -> bpgrade; a room may use itself and those before it."""
    later = set(ROOMS[ROOMS.index(room) + 1 :])
    found = [
        f"{path.relative_to(ROOT)}:{line}: {top}"
        for path in sorted((ROOT / room).rglob("*.py"))
        for line, top in imported(path)
        if top in later
    ]
    assert not found


def allowed(path: Path) -> set[str]:
    """Libraries that a file may import: those of every folder that it lies in."""
    place = path.relative_to(ROOT).as_posix()
    return {
        name for folder, names in ALLOWED.items() if place.startswith(folder) for name in names
    }


@pytest.mark.parametrize("room", ["problems", "templates"])
def test_rooms_use_only_their_own_libraries(room: str) -> None:
    """numpy alone for what is asked, jinja2 for how it looks; only PDF knows reportlab, only
    plots matplotlib."""
    usual = set(ROOMS) | sys.stdlib_module_names
    found = {
        f"{path.relative_to(ROOT)}:{line}: {top}"
        for path in (ROOT / room).rglob("*.py")
        for line, top in imported(path)
        if top not in usual | allowed(path)
    }
    assert not found


def test_no_relative_imports_and_no_eval() -> None:
    """Student text never reaches an interpreter; neither does ours."""
    for room in ROOMS:
        for path in (ROOT / room).rglob("*.py"):
            for node in ast.walk(ast.parse(path.read_text("utf-8"))):
                assert not (isinstance(node, ast.ImportFrom) and node.level), path
                if isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
                    assert node.func.id not in INTERPRETERS | {"compile"}, path
                if isinstance(node, ast.Attribute | ast.Name | ast.alias):
                    name = getattr(node, "attr", getattr(node, "id", getattr(node, "name", "")))
                    assert name not in INTERPRETERS, path
                    assert not (name == "S" and isinstance(node, ast.alias)), path


@pytest.mark.parametrize("room", ROOMS)
def test_packages_are_typed_and_hold_their_data(room: str) -> None:
    """py.typed in each; a pattern in .gitignore could silently drop data from the wheel."""
    assert (resources.files(room) / "py.typed").is_file()


def test_data_files_are_there() -> None:
    """Families, notations, the documents' numbers, the page template."""
    problems = resources.files("problems")
    assert len([f for f in (problems / "families").iterdir() if f.name.endswith(".toml")]) >= 12
    assert len([f for f in (problems / "notations").iterdir() if f.name.endswith(".toml")]) >= 5
    templates = resources.files("templates")
    assert (templates / "page.html.j2").is_file()
    assert (resources.files("grader.read.formula") / "grammar.lark").is_file()
    fonts = {file.name for file in (templates / "fonts").iterdir()}
    assert {"STIXTwoMath.json", "BPGModernMath.json", "OFL.txt", "GUST-FONT-LICENSE.txt"} <= fonts


def test_looks_of_families_are_those_of_pages() -> None:
    """Families are read where nothing is known of pages; the names must be the same."""
    from problems.drawing import design
    from templates.pages import looks

    assert set(design.LOOKS) == set(looks.LOOKS)


def public_without_docstring(path: Path) -> list[str]:
    tree = ast.parse(path.read_text("utf-8"))
    kinds = (ast.FunctionDef, ast.ClassDef)
    return [
        node.name
        for node in tree.body
        if isinstance(node, kinds)
        and not node.name.startswith("_")
        and not ast.get_docstring(node)
    ]


def test_everything_public_is_documented() -> None:
    """No exemption list: it only grows."""
    found = {
        str(path.relative_to(ROOT)): names
        for room in ROOMS
        for path in (ROOT / room).rglob("*.py")
        if (names := public_without_docstring(path))
    }
    assert not found


def test_functions_are_small() -> None:
    """None over 50 lines, commands with many options too."""
    found = []
    for room in ROOMS:
        for path in (ROOT / room).rglob("*.py"):
            for node in ast.walk(ast.parse(path.read_text("utf-8"))):
                if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                    lines = (node.end_lineno or 0) - node.lineno + 1
                    if lines > 50:
                        found.append(f"{path.relative_to(ROOT)}: {node.name} {lines}")
    assert not found


def test_the_page_of_slips_is_the_catalogue() -> None:
    """docs/slips.md is made by `bpgrade slips --output markdown`."""
    from grader.commands.slips import markdown

    assert (ROOT / "docs" / "slips.md").read_text("utf-8") == markdown()


def test_every_slip_says_something_to_student_and_teacher() -> None:
    """Each in whole sentences, with its source."""
    from problems.misconceptions.slips import TRIED

    for slip in TRIED:
        assert slip.student.endswith((".", "?"))
        assert slip.teacher.endswith(".")
        assert slip.source
    assert len(TRIED) >= 45


def test_readme_names_every_family() -> None:
    """A family that nobody hears of is not there."""
    from problems.drawing import family

    text = (ROOT / "README.md").read_text("utf-8")
    assert [name for name in family.names() if f"`{name}`" not in text] == []


FIXED = {
    "cryptography": "44.0.1",
    "django": "5.2.13",
    "httpcore": "1.0.9",
    "jinja2": "3.1.6",
    "pyjwt": "2.10.1",
    "pypdf": "6.16.1",
    "reportlab": "3.6.13",
    "requests": "2.32.4",
    "waitress": "3.0.1",
}
"""Library that meets what strangers send -> the release in which its last advisory was fixed that
concerns us: CVE-2024-12797; CVE-2025-64459 and others; CVE-2025-43859 (of h11, below it);
CVE-2025-27516; CVE-2024-53861; CVE-2026-84310 and others; CVE-2023-33733; CVE-2024-47081;
CVE-2024-49768."""


def test_no_library_is_accepted_with_a_known_hole() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    extras = project["optional-dependencies"]
    floors = {}
    for text in (*project["dependencies"], *(text for names in extras.values() for text in names)):
        if text.startswith("bpgrade["):
            continue
        found = re.match(r"([\w-]+)(?:\[\w+\])?>=([\d.]+)", text)
        assert found, text
        floors[found[1]] = tuple(map(int, found[2].split(".")))
    for name, fixed in FIXED.items():
        assert floors[name] >= tuple(map(int, fixed.split("."))), name
