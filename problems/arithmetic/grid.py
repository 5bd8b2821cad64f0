"""Nice numbers: the values that a given may take, as exact decimals."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from typing import Any

import numpy as np

from problems.arithmetic.elementary import FloatArray

MOST = 100_000
"""Most values of one grid."""


@dataclass(frozen=True)
class Grid:
    """The values that a given is drawn from, each as it will be printed.

    >>> Grid.between("0.1", "0.3", "0.1").texts
    ('0.1', '0.2', '0.3')
    """

    texts: tuple[str, ...]

    @staticmethod
    def between(low: str, high: str, step: str, leave_out: tuple[str, ...] = ()) -> Grid:
        """From `low` to `high` by `step`, both ends included.

        Raises:
            ValueError: not decimals, or an empty or enormous grid.
        """
        start, stop, width = (decimal(text) for text in (low, high, step))
        if width <= 0 or stop < start:
            raise ValueError(f"from {low} to {high} by {step} is no range")
        count = int((stop - start) / width) + 1
        if count > MOST:
            raise ValueError(f"{count} values are too many; choose a larger step")
        barred = {decimal(text) for text in leave_out}
        places = max(_places(start), _places(width))
        values = [start + n * width for n in range(count)]
        return Grid(tuple(f"{v:.{places}f}" for v in values if v not in barred))

    @property
    def floats(self) -> FloatArray:
        """The doubles nearest to the decimals, in the same order."""
        return np.array([float(text) for text in self.texts])


def _places(value: Decimal) -> int:
    exponent = value.as_tuple().exponent
    return max(0, -exponent) if isinstance(exponent, int) else 0


def decimal(text: str) -> Decimal:
    """An exact decimal.

    Raises:
        ValueError: the text is no finite decimal number.
    """
    try:
        value = Decimal(text)
    except InvalidOperation:
        raise ValueError(f'{text!r} is not a decimal number; write for example "0.25"') from None
    if not value.is_finite():
        raise ValueError(f"{text!r} is not a finite number")
    return value


def read_grid(entry: Any) -> Grid:
    """A grid as a family file writes it.

    `"0.5"` (one value), `["0", "1"]` (a list) or `{from = "0.1", to = "0.9", step = "0.1",
    not = ["0"]}`.

    Raises:
        ValueError: it is none of these, with what is allowed.
    """
    if isinstance(entry, str):
        decimal(entry)
        return Grid((entry,))
    if isinstance(entry, list) and entry and all(isinstance(text, str) for text in entry):
        for text in entry:
            decimal(text)
        return Grid(tuple(entry))
    if isinstance(entry, dict) and {"from", "to", "step"} <= set(entry) <= {
        "from",
        "to",
        "step",
        "not",
    }:
        out = entry.get("not", [])
        texts = (entry["from"], entry["to"], entry["step"], *out)
        if all(isinstance(text, str) for text in texts):
            grid = Grid.between(entry["from"], entry["to"], entry["step"], tuple(out))
            if grid.texts:
                return grid
            raise ValueError("no value is left in this range")
    raise ValueError(
        'write "0.5", ["0", "1"] or {from = "0.1", to = "0.9", step = "0.1", not = ["0.5"]}, '
        "numbers in quotes"
    )
