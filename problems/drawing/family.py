"""Families: styles of exercise as data.

A family file says what is computed, which numbers, which steps in which order and in which
words. `read` validates it and reports everything that is wrong at once; `Family.design` settles
the user's choices and gives the plan that the generator draws for.
"""

from __future__ import annotations

import tomllib
from pathlib import Path

from problems.drawing.design import Family
from problems.drawing.family_checks import Checker
from problems.drawing.layered_family import layered
from problems.drawing.recipe_family import recipe_family
from problems.errors import Complaint, FamilyError, SpecError
from problems.texts import cleaned_tree

SHIPPED = Path(__file__).parents[1] / "families"


def names() -> list[str]:
    """The shipped families, the documents' styles first.

    >>> names()[:5]
    ['musilek', 'mazur', 'slides', 'lfd', 'valchanov']
    """
    found = sorted(file.stem for file in SHIPPED.glob("*.toml"))
    first = ["musilek", "mazur", "slides", "lfd", "valchanov"]
    return [n for n in first if n in found] + [n for n in found if n not in first]


def load(name: str) -> Family:
    """A shipped family.

    Raises:
        SpecError: there is none of that name; near names are suggested.
    """
    return read(source_of(name), name, f"{name}.toml")


def source_of(name: str) -> str:
    """The text of a shipped family file."""
    if name not in names():
        what = f"no family {name!r}; there are {', '.join(names())} (or give a .toml file)"
        raise SpecError([Complaint("family", what)])
    return (SHIPPED / f"{name}.toml").read_text("utf-8")


def definition_of(family: str) -> tuple[str, str]:
    """Name and text of a shipped family, or of a file of one's own.

    Raises:
        SpecError: no such family or file.
    """
    if not family.endswith(".toml"):
        return family, source_of(family)
    path = Path(family)
    try:
        return path.stem, path.read_text("utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise SpecError([Complaint(family, f"cannot be read: {error}")]) from None


def read(text: str, name: str, file: str, issued: bool = False) -> Family:
    """Validate a family file.

    Args:
        text: the TOML text.
        name: the family's name, used in exercise ids.
        file: how messages call the file.
        issued: whether exercises were made from it: keys that mean nothing are then passed over.

    Raises:
        FamilyError: everything that is wrong, each with the key and what is allowed.
    """
    try:
        data = cleaned_tree(tomllib.loads(text))
    except tomllib.TOMLDecodeError as error:
        raise FamilyError([Complaint(file, f"this is no TOML: {error}")]) from None
    checker = Checker(file)
    family: Family | None
    exact = cleaned_tree(tomllib.loads(text, parse_float=str))
    if "steps" in data:
        family = recipe_family(checker, exact, name)
    else:
        if isinstance(data.get("given"), dict):
            data["given"] = exact["given"]
        family = layered(checker, data, name, issued)
    if family and not checker.complaints:
        try:
            family.design()
        except SpecError as error:
            checker.complaints += [
                Complaint(f"{file}: {c.where}", c.what) for c in error.complaints
            ]
    if checker.complaints or family is None:
        raise FamilyError(checker.complaints)
    return family
