"""A recipe as a computation like any other: with a table of kinds and a graph of steps."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property, lru_cache
from typing import Literal

from problems.computation.kinds import Kinds
from problems.computation.network import Method, Network, Task
from problems.computation.steps import Graph, Step, Unrolled
from problems.errors import Complaint, SpecError
from problems.recipes.program import Program, program

Adjoints = Literal["partial", "bar", "d"]
"""How an adjoint is printed: ∂L/∂h, h̄ or dh."""
ADJOINTS: tuple[Adjoints, ...] = ("partial", "bar", "d")


@dataclass(frozen=True)
class Recipe(Unrolled):
    """A computation written as formulas.

    >>> recipe = Recipe("y = w*x\\nL = (y - t)**2/2\\ngrad L of w", (), ("w", "x", "t"))
    >>> list(recipe.graph().steps)
    ['y', 'L', 'dy', 'dw']
    >>> recipe.graph().steps["dw"].parents
    ('dy', 'x')
    """

    text: str
    sizes: tuple[tuple[str, int], ...]
    givens: tuple[str, ...]
    """Ids of what is handed out, in the order of the file."""
    paths: bool = False
    """Whether each reader's part of an adjoint is a step of its own."""
    adjoints: Adjoints = "partial"

    @cached_property
    def program(self) -> Program:
        """Its rules, in order.

        Raises:
            SpecError: everything that is wrong with the text.
        """
        return _program(self.text, self.sizes, self.givens, self.paths)

    @property
    def kinds(self) -> Kinds:
        """A row for each name."""
        return self.program.kinds

    @property
    def network(self) -> Network:
        """There are no layers.

        Raises:
            SpecError: always.
        """
        raise SpecError([Complaint("recipe", "this is for layered networks, not for a recipe")])

    @property
    def task(self) -> Task:
        """It is gone through once; rounds are lines of its own."""
        return Task(update=False)

    @property
    def method(self) -> Method:
        """As the lines say."""
        return Method(paths=self.paths)

    def given_ids(self) -> tuple[str, ...]:
        """Ids of everything that is handed to the student."""
        return self.givens

    @property
    def shape(self) -> str:
        """That it is a recipe."""
        return "recipe"

    def described(self) -> str:
        """How many lines it has."""
        count = len(self.program.statements)
        return f"recipe of {count} line{'' if count == 1 else 's'}"

    def graph(self) -> Graph:
        """All its steps."""
        kinds = self.kinds
        steps = {
            id: Step(id, rule, tuple(dict.fromkeys(rule.refs())), (), kinds)
            for id, rule in self.program.rules.items()
        }
        return Graph(self, steps, self.givens)

    def runs(self) -> Iterator[tuple[int, tuple[str, ...]]]:
        """Steps that follow each other and come from one line: its number, from 0, and ids."""
        line, found = -1, list[str]()
        for id, own in self.program.lines.items():
            if own != line and found:
                yield line, tuple(found)
                found = []
            line = own
            found.append(id)
        if found:
            yield line, tuple(found)


@lru_cache(maxsize=128)
def _program(
    text: str, sizes: tuple[tuple[str, int], ...], givens: tuple[str, ...], paths: bool
) -> Program:
    named: Mapping[str, int] = dict(sizes)
    return program(text, named, givens, paths)
