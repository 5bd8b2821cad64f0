"""What is drawn: a family with the user's choices settled."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cached_property

from problems.arithmetic.grid import Grid
from problems.arithmetic.precision import Precision
from problems.computation import ids
from problems.computation.graph import build
from problems.computation.network import Computation
from problems.computation.sections import Placed
from problems.computation.steps import Graph
from problems.errors import Complaint, SpecError
from problems.versions import DRAW_VERSION, SUBRESULTS

DIFFICULTIES = ("easy", "standard", "hard")

LOOKS = ("standard", "musilek", "mazur", "slides", "lfd", "valchanov")
"""How the printed pages are dressed: after which text."""


@dataclass(frozen=True, kw_only=True)
class Family:
    """A validated family file: what all kinds of family have in common."""

    name: str
    title: str
    summary: str
    source: str
    notation: str
    decimals: int | None
    significant: int | None
    kinds: tuple[tuple[str, int], ...]
    may_add: int
    low: float | None = None
    """Least slope of a unit, where the family sets its own."""
    one_hot: bool = False
    separate_slips: bool = False
    """Whether any two slips at a step must be told apart, where numbers can do it."""
    instructions: str = ""
    look: str = "standard"
    """How the printed pages are dressed: after which text."""
    given: str = "Given"
    """Heading of the table of givens."""

    @property
    def own(self) -> bool:
        """Whether it has numbers of somebody's own: what they force is no reason to refuse."""
        return False

    @property
    def difficulties(self) -> tuple[str, ...]:
        """Those that it has numbers for."""
        raise NotImplementedError

    @property
    def shape(self) -> str:
        """What is computed, in a word: a net's widths, or that it is a recipe."""
        raise NotImplementedError

    def facts(self) -> list[list[str]]:
        """What is computed, as rows of a name and words."""
        raise NotImplementedError

    def placed(self, graph: Graph) -> tuple[Placed, ...]:
        """The parts of a worksheet for one of its graphs."""
        raise NotImplementedError

    def planned(self, layers: str | None, difficulty: str) -> Computation:
        """What is computed.

        Args:
            layers: another topology, for families of layers.
            difficulty: one of its difficulties.

        Raises:
            SpecError: a choice is not possible, with what is allowed.
        """
        raise NotImplementedError

    def grids(self, plan: Computation, difficulty: str) -> dict[str, Grid]:
        """The numbers that each given is drawn from."""
        raise NotImplementedError

    def design(
        self,
        layers: str | None = None,
        decimals: int | None = None,
        significant: int | None = None,
        difficulty: str = "standard",
        version: int = DRAW_VERSION,
    ) -> Design:
        """The family with the user's choices settled.

        Args:
            layers: another topology, like `3-2-2`.
            decimals: other places for all steps,
            significant: or figures instead.
            difficulty: which ranges of numbers.
            version: of the draw; that of the assignment, where there is one.

        Raises:
            SpecError: a choice is not possible, with what is allowed.
        """
        if version > DRAW_VERSION:
            what = f"version {version} is newer than this bpgrade ({DRAW_VERSION}); upgrade it"
            raise SpecError([Complaint("draw", what)])
        if difficulty not in self.difficulties:
            allowed = ", ".join(self.difficulties)
            raise SpecError([Complaint("difficulty", f"{difficulty!r} is none of {allowed}")])
        plan = self.planned(layers, difficulty)
        precision = self._precision(decimals, significant)
        precision = replace(precision, subresults=version >= SUBRESULTS)
        pieces = self.placed(build(plan))
        if not any(piece.questions for piece in pieces):
            raise SpecError([Complaint("section", f"{self.name} asks for no step of this net")])
        grids = self.grids(plan, difficulty)
        return Design(self, plan, precision, difficulty, pieces, grids, version)

    def _precision(self, decimals: int | None, significant: int | None) -> Precision:
        usual = self.significant if self.decimals is None else self.decimals
        if significant is not None:
            _in_range("significant", significant, 2, 10)
            return Precision(None, significant)
        if decimals is not None:
            _in_range("decimals", decimals, 1, 10)
            more = tuple((kind, decimals + n - (usual or 4)) for kind, n in self.kinds)
            return Precision(decimals, None, more)
        return Precision(self.decimals, self.significant, self.kinds)


def _in_range(name: str, value: int, low: int, high: int) -> None:
    if not low <= value <= high:
        raise SpecError([Complaint(name, f"{value} is not from {low} to {high}")])


@dataclass(frozen=True)
class Design:
    """What is drawn: a plan, its precision, the asked steps and a grid for each given."""

    family: Family
    plan: Computation
    precision: Precision
    difficulty: str
    sections: tuple[Placed, ...]
    grids: Mapping[str, Grid]
    version: int = DRAW_VERSION
    """Of the draw: decides what must pass the gate."""
    added: int = 0
    """Digits asked for beyond the user's choice, because the gate needs them."""

    @property
    def graph(self) -> Graph:
        """The graph of steps."""
        return build(self.plan)

    @property
    def asked(self) -> tuple[str, ...]:
        """Ids of the asked steps in the order of the worksheet."""
        return tuple(dict.fromkeys(id for piece in self.sections for id in piece.steps))

    @property
    def formulas(self) -> tuple[str, ...]:
        """Ids of the steps whose formulas are asked for, in the order of the worksheet."""
        return tuple(dict.fromkeys(id for piece in self.sections for id in piece.formulas))

    @property
    def generals(self) -> tuple[str, ...]:
        """Questions for formulas with letters, in the order of the worksheet."""
        return tuple(dict.fromkeys(id for piece in self.sections for id in piece.generals))

    @property
    def questions(self) -> tuple[str, ...]:
        """Everything that is answered, as of an exercise."""
        return (*self.asked, *map(ids.formula_of, self.formulas), *self.generals)

    @property
    def fixed(self) -> bool:
        """Whether all numbers are given exactly: there is nothing to draw."""
        return len(self.always) == len(self.grids)

    @cached_property
    def always(self) -> frozenset[str]:
        """Givens that are the same in every draw."""
        return frozenset(id for id, grid in self.grids.items() if len(grid.texts) == 1)

    def finer(self) -> Design | None:
        """The same with one more digit, if the family allows it."""
        decimals = self.precision.decimals
        if decimals is None or self.added >= self.family.may_add:
            return None
        kinds = tuple((kind, places + 1) for kind, places in self.precision.kinds)
        precision = replace(self.precision, decimals=decimals + 1, kinds=kinds)
        return replace(self, precision=precision, added=self.added + 1)
