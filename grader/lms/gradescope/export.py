"""An autograder for Gradescope: bpgrade itself with the exercises of a class.

It brings its own source instead of fetching a package by name: a name that nobody has
registered could be anybody's tomorrow. Of the assignment it holds what checking needs and no
more: what was handed out, but no secret, no solved value, no key, no worksheet.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from importlib.metadata import version
from pathlib import Path
from typing import Any

import grader
import problems
import templates
from grader import __version__
from grader.assignments.folder import EXERCISES, META, ROSTER, Folder
from grader.assignments.roster import Student
from grader.assignments.worksheets import Progress, silent
from grader.export.classes import owned
from grader.export.package import Package
from grader.marking.policy_file import load_policy, names
from grader.support.spreadsheet import plain_table
from problems.exercise import Doc, as_json, dumps

LIBRARIES = ("click", "defusedxml", "jinja2", "lark", "numpy", "openpyxl", "pypdf")
"""What reading and marking needs; the service, drawing and plotting need more."""
LEFT = {"web", "__pycache__", "plots"}
"""Folders of ours that have no business there."""
OWN_POLICY = "policy.toml"

SETUP = """#!/usr/bin/env bash
# Runs once, as root, when Gradescope builds the image.
set -euo pipefail
root="${AUTOGRADER_ROOT:-/autograder}"
python=""
for name in python3.13 python3.12 python3.11 python3; do
  if command -v "$name" >/dev/null &&
     "$name" -c 'import sys; sys.exit(sys.version_info < (3, 11))'; then
    python="$name"
    break
  fi
done
apt-get update
if [ -z "$python" ]; then
  apt-get install -y python3.11
  python=python3.11
fi
"$python" -c 'import ensurepip' || apt-get install -y "$python-venv"
"$python" -m venv "$root/venv"
"$root/venv/bin/pip" install --no-cache-dir -r "$root/source/requirements.txt"
"""

RUN = """#!/usr/bin/env bash
# Runs for each submission and writes results/results.json.
set -u
root="${AUTOGRADER_ROOT:-/autograder}"
export PYTHONPATH="$root/source/bpgrade" PYTHONDONTWRITEBYTECODE=1
exec "${AUTOGRADER_PYTHON:-$root/venv/bin/python}" -P -m grader.lms.gradescope.autograder "$root"
"""


def archive(
    folder: Folder, policy: str | None = None, progress: Progress = silent
) -> tuple[bytes, int]:
    """The ZIP to be uploaded, and the number of students in it.

    Args:
        folder: the assignment.
        policy: another than the assignment's own, by name or path.
        progress: told of the phase `export`.
    """
    made = Package()
    made.add("setup.sh", SETUP, runs=True)
    made.add("run_autograder", RUN, runs=True)
    made.add("requirements.txt", requirements())
    for path, data in sources():
        made.add(f"bpgrade/{path}", data)
    people = list(owned(folder, (), progress))
    lines = [dumps(unsolved(as_json(e))) for one in people for e in one.exercises]
    made.add(f"class/{EXERCISES}", "".join(f"{line}\n" for line in lines))
    made.add(f"class/{ROSTER}", roster([one.student for one in people]))
    called, text = _policy(folder, policy)
    if text is not None:
        made.add(f"class/{called}", text)
    order = replace(folder.order, secret="", policy=called, formats=())
    made.add(f"class/{META}", json.dumps(order.as_json(__version__), ensure_ascii=False))
    return made.finished(), len(people)


def unsolved(doc: Doc) -> Doc:
    """An exercise's object without values and tolerances: they follow from the givens."""
    steps: list[dict[str, Any]] = [
        {key: value for key, value in step.items() if key not in ("value", "tolerance")}
        for step in doc["steps"]
    ]
    return doc | {"steps": steps}


def roster(students: list[Student]) -> bytes:
    """Who may hand in: an e-mail address where there is one, else the name."""
    rows = [[s.student, "" if s.email else s.name, s.email, s.folder] for s in students]
    return plain_table(["student", "name", "email", "folder"], rows)


def requirements() -> str:
    """The libraries in the versions that are in use here."""
    return "".join(f"{name}=={version(name)}\n" for name in LIBRARIES)


def sources() -> Iterator[tuple[str, bytes]]:
    """Our own packages, as far as they are needed there."""
    for module in (problems, templates, grader):
        place = Path(module.__file__ or "").parent
        for path in sorted(place.rglob("*")):
            inside = path.relative_to(place)
            if path.is_file() and not LEFT & set(inside.parts) and path.suffix != ".pyc":
                yield f"{place.name}/{inside.as_posix()}", path.read_bytes()


def _policy(folder: Folder, chosen: str | None) -> tuple[str, bytes | None]:
    """What the assignment there names as its policy, and the file if it is no shipped one."""
    name = chosen or folder.order.policy
    if name in names():
        return name, None
    path = Path(chosen) if chosen else folder.path / name
    load_policy(path)
    return OWN_POLICY, path.read_bytes()
