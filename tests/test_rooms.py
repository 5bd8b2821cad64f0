"""Modules inside the rooms: no ring of imports, no two folders that need each other, none long."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
ROOMS = ("problems", "templates", "grader")
MOST_LINES = 400
LONG = {
    "templates/fonts/make.py": "a tool for maintainers in one file; nothing imports it",
}
"""File -> why it may be longer."""
LONGEST_OF_MOST = 20
"""Lines that nine of ten functions do not exceed."""


@cache
def modules() -> Mapping[str, Path]:
    """Dotted name -> file; migrations are Django's."""
    paths = (
        p for room in ROOMS for p in (ROOT / room).rglob("*.py") if "migrations" not in p.parts
    )
    names = {path: ".".join(path.relative_to(ROOT).with_suffix("").parts) for path in paths}
    return {name.removesuffix(".__init__"): path for path, name in names.items()}


def imported(path: Path) -> Iterator[str]:
    """Our modules that a file imports, wherever in it: at its head, in a function, for types."""
    known = modules()
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        match node:
            case ast.Import(names=names):
                yield from (alias.name for alias in names if alias.name in known)
            case ast.ImportFrom(module=str(module), names=names):
                for alias in names:
                    full = f"{module}.{alias.name}"
                    if full in known or module in known:
                        yield full if full in known else module


@cache
def imports() -> Mapping[str, frozenset[str]]:
    """Module -> those it imports."""
    return {name: frozenset(imported(path)) - {name} for name, path in modules().items()}


def rings(graph: Mapping[str, frozenset[str]]) -> list[list[str]]:
    """Groups whose members reach each other (Tarjan's strongly connected components).

    >>> rings({"a": frozenset("b"), "b": frozenset("ac"), "c": frozenset()})
    [['a', 'b']]
    """
    index: dict[str, int] = {}
    low: dict[str, int] = {}
    stack: list[str] = []
    found: list[list[str]] = []

    def visit(one: str) -> None:
        index[one] = low[one] = len(index)
        stack.append(one)
        for other in graph.get(one, frozenset()):
            if other not in index:
                visit(other)
            if other in stack:
                low[one] = min(low[one], low[other])
        if low[one] == index[one]:
            at = stack.index(one)
            ring = sorted(stack[at:])
            del stack[at:]
            if len(ring) > 1:
                found.append(ring)

    for one in graph:
        if one not in index:
            visit(one)
    return found


def folder(module: str) -> str:
    """`grader.read` for whatever lies in or below it; a room's own files are their own folder."""
    parts = module.split(".")
    inside = parts if modules()[module].name == "__init__.py" else parts[:-1]
    return ".".join(inside[:2])


def test_no_modules_import_each_other_in_a_ring() -> None:
    """What cannot be read alone cannot be understood alone."""
    assert rings(imports()) == []


@pytest.mark.parametrize("room", ROOMS)
def test_no_two_folders_of_a_room_need_each_other(room: str) -> None:
    """Files at the top of a room (its entry, its errors, its records) are asked by all."""
    between: dict[str, set[str]] = {}
    for module, others in imports().items():
        for other in others:
            one, another = folder(module), folder(other)
            if one != another and room not in (one, another):
                between.setdefault(one, set()).add(another)
    graph = {one: frozenset(others) for one, others in between.items() if one.startswith(room)}
    assert rings(graph) == []


def test_no_module_is_long() -> None:
    """More than 400 lines are more than one subject."""
    lines = {
        path.relative_to(ROOT).as_posix(): len(path.read_text("utf-8").splitlines())
        for path in modules().values()
    }
    assert {file for file, count in lines.items() if count > MOST_LINES} == set(LONG)


def test_most_functions_are_short() -> None:
    """Nine of ten within twenty lines."""
    sizes = sorted(
        (node.end_lineno or node.lineno) - node.lineno + 1
        for path in modules().values()
        for node in ast.walk(ast.parse(path.read_text("utf-8")))
        if isinstance(node, ast.FunctionDef)
    )
    assert sizes[int(0.9 * len(sizes))] <= LONGEST_OF_MOST
