"""What is shipped: a wheel that is enough to generate and check, and a complete sdist.

The wheel is unpacked into an environment that has nothing but Python and links to the libraries
that the base depends on, as they are installed here: what `pip install` of the wheel would give,
without a network.
"""

from __future__ import annotations

import csv
import json
import subprocess
import sys
import tarfile
import venv
import zipfile
from collections.abc import Iterator
from importlib.metadata import distribution
from pathlib import Path

import pytest
from packaging.requirements import Requirement

ROOT = Path(__file__).resolve().parents[1]
PACKAGES = ("problems", "templates", "grader", "bpgrade")

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the wheel and the sdist, made by the project's build backend."""
    place = tmp_path_factory.mktemp("dist")
    build = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-t", "sdist"]
    subprocess.run([*build, "-d", str(place)], cwd=ROOT, check=True, capture_output=True)
    return place


def wheel_of(built: Path) -> Path:
    (wheel,) = built.glob("*.whl")
    return wheel


def needed(requirements: list[str], seen: set[str]) -> Iterator[str]:
    """Distributions that some requirements bring in, without the extras of ours."""
    for requirement in map(Requirement, requirements):
        wanted = [*requirement.extras, ""]
        marker = requirement.marker
        if marker and not any(marker.evaluate({"extra": extra}) for extra in wanted):
            continue
        if requirement.name not in seen:
            seen.add(requirement.name)
            yield requirement.name
            yield from needed(distribution(requirement.name).requires or [], seen)


def linked(site: Path, name: str) -> None:
    """A library's packages and modules, as they are installed here."""
    found = distribution(name)
    tops = {file.parts[0] for file in found.files or () if file.parts[0] not in ("..", "")}
    for top in tops - {"__pycache__"}:
        target = site / top
        if not target.exists():
            target.symlink_to(Path(str(found.locate_file(top))))


@pytest.fixture(scope="module")
def bare(built: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Python with the wheel and what its metadata says that it needs."""
    place = tmp_path_factory.mktemp("bare")
    venv.create(place, with_pip=False, symlinks=True)
    (site,) = place.glob("lib/python*/site-packages")
    with zipfile.ZipFile(wheel_of(built)) as wheel:
        wheel.extractall(site)
    (metadata,) = site.glob("bpgrade-*.dist-info/METADATA")
    lines = metadata.read_text("utf-8").splitlines()
    requires = [line.split(": ", 1)[1] for line in lines if line.startswith("Requires-Dist: ")]
    base = [text for text in requires if "extra ==" not in text]
    for name in needed(base, set()):
        linked(site, name)
    return place / "bin" / "python"


def run(python: Path, *arguments: str, cwd: Path) -> subprocess.CompletedProcess[str]:
    line = [str(python), "-I", *arguments]
    return subprocess.run(line, cwd=cwd, capture_output=True, text=True, check=False)


def test_the_wheel_alone_runs_a_session(bare: Path, tmp_path: Path) -> None:
    """Generate, fill in the key's values, check: full marks, and nothing of this tree is read."""
    made = run(
        bare, "-m", "bpgrade", "generate", "mazur", "--count", "2", "--out", "hw", cwd=tmp_path
    )
    assert made.returncode == 0, made.stderr
    one, _ = (tmp_path / "hw" / "exercises.jsonl").read_text("utf-8").splitlines()
    right = {step["label"]: step["value"] for step in json.loads(one)["steps"]}
    file = tmp_path / "hw" / "students" / "student-01" / "answers.csv"
    with file.open(encoding="utf-8-sig", newline="") as stream:
        rows = list(csv.DictReader(stream))
    with file.open("w", encoding="utf-8", newline="") as stream:
        out = csv.DictWriter(stream, list(rows[0]))
        out.writeheader()
        out.writerows({**row, "answer": repr(right[row["step"]])} for row in rows)
    checked = run(
        bare, "-m", "bpgrade", "check", str(file), "--output", "json", "--assignment", "hw",
        cwd=tmp_path,
    )  # fmt: skip
    assert checked.returncode == 0, checked.stderr
    assert json.loads(checked.stdout)["reports"][0]["percent"] == 100.0
    assert {path.suffix for path in file.parent.iterdir()} >= {".pdf", ".html", ".md", ".csv"}
    where = run(bare, "-c", "import grader; print(grader.__file__)", cwd=tmp_path)
    assert str(ROOT) not in where.stdout


def test_what_the_wheel_lacks_it_names(bare: Path, tmp_path: Path) -> None:
    """No extra is there, and `doctor` is content."""
    lacking = run(bare, "-m", "bpgrade", "serve", cwd=tmp_path)
    assert lacking.returncode == 1
    assert "pip install 'bpgrade[serve]'" in lacking.stderr
    doctor = run(bare, "-m", "bpgrade", "doctor", cwd=tmp_path)
    assert doctor.returncode == 0, doctor.stdout
    assert "[symbolic]" in doctor.stdout


def test_the_wheel_has_the_command_and_every_file(built: Path) -> None:
    """All that git knows in the packages, and `bpgrade` as a command."""
    with zipfile.ZipFile(wheel_of(built)) as wheel:
        names = set(wheel.namelist())
        (points,) = [name for name in names if name.endswith("entry_points.txt")]
        assert "bpgrade = grader.cli:main" in wheel.read(points).decode()
    assert {f"{name}/py.typed" for name in PACKAGES} <= names
    missing = {
        path.relative_to(ROOT).as_posix()
        for package in PACKAGES
        for path in (ROOT / package).rglob("*")
        if path.is_file() and "__pycache__" not in path.parts
    } - names
    assert not missing
    assert {name.split("/")[0] for name in names if ".dist-info" not in name} == set(PACKAGES)


def test_the_sdist_has_docs_examples_and_tests(built: Path) -> None:
    (sdist,) = built.glob("*.tar.gz")
    with tarfile.open(sdist) as archive:
        names = {name.partition("/")[2] for name in archive.getnames()}
    docs = {path.relative_to(ROOT).as_posix() for path in (ROOT / "docs").glob("*.md")}
    others = {"README.md", "LICENSE", "CHANGELOG.md", "Makefile", "constraints.txt"}
    assert docs | others | {"pyproject.toml", "examples/demo.py", "tests/conftest.py"} <= names
    assert {f"{name}/__init__.py" for name in PACKAGES} <= names
