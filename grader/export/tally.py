"""What an export carries and what it leaves behind, to be said in plain words."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from grader.export.fields import Field


@dataclass
class Tally:
    """Counts over a class."""

    students: int = 0
    questions: int = 0
    """Exercises whose numbers are asked for by fields."""
    essays: int = 0
    """Questions that a person grades: those for formulas."""
    steps: int = 0
    """Fields for numbers."""
    formulas: int = 0
    """Questions for formulas."""
    slips: int = 0
    """Catalogued misconceptions that are recognised, over all fields."""
    digits: int = 0
    """Fields that know of too few digits."""
    lost_slips: int = 0
    """Misconceptions whose balls touch the right one or are another's."""
    lost_digits: int = 0
    """Fields where a wider ball would have swallowed a slip."""
    largest: int = 0
    """Most fields of one question."""
    most_fields: int = 0
    """Most fields of one student."""
    factors: Counter[float] = field(default_factory=Counter)
    """What weights were multiplied by."""

    def add(self, fields: Iterable[Field]) -> None:
        """Count a question's fields."""
        found = list(fields)
        self.questions += 1
        self.steps += len(found)
        self.largest = max(self.largest, len(found))
        for one in found:
            carried = {a.slip for a in one.alternatives if a.slip}
            self.slips += len(carried)
            self.digits += any(not a.slip for a in one.alternatives)
            self.lost_slips += len({slip for slip in one.lost if slip} - carried)
            self.lost_digits += "" in one.lost

    def only_formulas(self) -> bool:
        """Whether there is nothing to export but questions for formulas."""
        return bool(self.formulas and not self.questions)

    def alternatives(self) -> Iterator[str]:
        """Sentences on misconceptions and missing digits."""
        every = self.slips + self.lost_slips
        if every:
            yield (
                f"{self.slips:,} of {every:,} catalogued slips are recognised by their numbers; "
                f"{self.lost_slips:,} were dropped because their numbers overlap with the right "
                "ones or with another slip's."
            )
        if self.digits or self.lost_digits:
            yield (
                f"Too few digits get their part of the points in {self.digits:,} fields; in "
                f"{self.lost_digits:,} the wider tolerance would have swallowed a slip. The field "
                "sees only the number: a small slip of the pen with all digits gets the same part."
            )
