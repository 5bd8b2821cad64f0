"""bpgrade from Python: the commands' words as functions, on numpy arrays and plain records.

    generate    draw exercises, those that `bpgrade generate` would issue
    load        the exercises of an assignment folder
    solve       every step's value and tolerance, as numbers and as arrays
    read        what a text says, or what a file hands in
    mark        answers -> a verdict for every step
    families    what can be generated

docs/python-api.md shows them at work. Each is loaded when it is first used, and what refuses
raises `problems.errors.BpgradeError`.

>>> import bpgrade
>>> (exercise,) = bpgrade.generate("mazur", seed="spring")
>>> bpgrade.mark(exercise, bpgrade.solve(exercise).printed).percent
100.0
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from grader import __version__

if TYPE_CHECKING:
    from bpgrade.exercises import families, generate, load
    from bpgrade.marking import mark, read
    from bpgrade.solving import solve

__all__ = ["__version__", "families", "generate", "load", "mark", "read", "solve"]

_WHERE = {
    "families": "bpgrade.exercises",
    "generate": "bpgrade.exercises",
    "load": "bpgrade.exercises",
    "mark": "bpgrade.marking",
    "read": "bpgrade.marking",
    "solve": "bpgrade.solving",
}


def __getattr__(name: str) -> Any:
    """A function, loaded when it is asked for."""
    if name not in _WHERE:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from importlib import import_module

    return getattr(import_module(_WHERE[name]), name)


def __dir__() -> list[str]:
    """What is meant to be used."""
    return __all__
