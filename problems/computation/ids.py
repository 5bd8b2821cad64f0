"""Canonical ids of steps and givens: the one name that is the same in every notation.

`[nEXAMPLE:]KIND[.INDEX...][<PATH][@ITERATION]`, e.g. `net.1.2`, `n2:dw.1.1.3`,
`dout.1.1<2`, `new.w.2.1.1@3`. Indices count from 1: layer, unit, unit below. A question for the
formula of a step instead of its number ends with `:formula`.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache

GIVENS = ("x", "t", "w", "b", "rate", "shift")
FORWARD = ("net", "out")
KINDS = (
    *FORWARD,
    "share",
    "loss",
    "error",
    "slope",
    "path",
    "dout",
    "delta",
    "dnet",
    "dw",
    "db",
    "plus",
    "minus",
    "num.dw",
    "num.db",
    "new.w",
    "new.b",
)
"""Kinds of steps, roughly in the order in which they are computed."""

_WORDS = "|".join(
    sorted({"new.w", "new.b", "loss", *KINDS, *GIVENS} - {"share", "path"}, key=len, reverse=True)
).replace(".", r"\.")
_ID = re.compile(
    rf"(?:n(?P<example>[1-9]\d*):)?(?P<word>{_WORDS})"
    r"(?:\.(?P<of>[wb])(?=\.))?(?P<indices>(?:\.[1-9]\d*)*)"
    r"(?:<(?P<path>[1-9]\d*))?(?:@(?P<iteration>[1-9]\d*))?(?:/(?P<inner>.+))?"
)


FORMULA = ":formula"
"""Ends the id of a question for the formula of a step: `delta.1.1:formula`."""


GENERAL = ":general"
"""Ends the id of a question for the formula of all units of a layer: `delta.1:general`."""


def formula_of(step: str) -> str:
    """The id of the question for a step's formula."""
    return step + FORMULA


def asks_formula(id: str) -> bool:
    """Whether an id asks for a formula rather than a number."""
    return id.endswith((FORMULA, GENERAL))


def asks_general(id: str) -> bool:
    """Whether an id asks for a formula with letters for the units."""
    return id.endswith(GENERAL)


@dataclass(frozen=True, slots=True)
class StepId:
    """An id taken apart."""

    kind: str
    indices: tuple[int, ...] = ()
    example: int | None = None
    path: int | None = None
    iteration: int = 1
    of: str = ""
    """For `plus.w.1.1.1` the parameter's kind, `w` or `b`."""
    inner: str = ""
    """For the hidden steps of a shifted forward pass, the id within it."""

    @property
    def layer(self) -> int:
        """The layer, where the kind has one."""
        return self.indices[0]


@lru_cache(maxsize=65536)
def parse(text: str) -> StepId:
    """Take an id apart.

    Raises:
        ValueError: the text is no canonical id.

    >>> parse("n2:dout.1.1<2@3")
    StepId(kind='path', indices=(1, 1), example=2, path=2, iteration=3, of='', inner='')
    """
    match = _ID.fullmatch(text)
    if not match:
        raise ValueError(f"{text!r} is not a step id")
    word = match["word"]
    indices = tuple(int(part) for part in match["indices"].split(".")[1:])
    kind = word
    if match["path"]:
        kind = "path"
    elif word == "loss" and indices:
        kind = "share"
    return StepId(
        kind,
        indices,
        int(match["example"]) if match["example"] else None,
        int(match["path"]) if match["path"] else None,
        int(match["iteration"] or 1),
        match["of"] or "",
        match["inner"] or "",
    )


def at(core: str, example: int | None = None, iteration: int = 1) -> str:
    """A core id placed in an example and an iteration.

    >>> at("net.1.1", 2, 3), at("net.1.1")
    ('n2:net.1.1@3', 'net.1.1')
    """
    prefix = f"n{example}:" if example else ""
    suffix = f"@{iteration}" if iteration > 1 else ""
    return f"{prefix}{core}{suffix}"


def core(id: str) -> str:
    """The id without its example and iteration.

    >>> core("n2:new.w.1.1.1@3")
    'new.w.1.1.1'
    """
    return id.split(":", 1)[-1].split("@", 1)[0]


def neighbours(a: StepId, b: StepId) -> bool:
    """Whether two steps of one kind are likely to be swapped.

    They belong to one layer, example and iteration and share all but one index; weights that
    are each other's transposed count as well.
    """
    if a == b or _place(a) != _place(b) or len(a.indices) != len(b.indices):
        return False
    differing = sum(m != n for m, n in zip(a.indices, b.indices, strict=True))
    if len(a.indices) == 3:
        return differing == 1 or a.indices[1:] == b.indices[:0:-1]
    return differing + (a.path != b.path) == 1


def _place(id: StepId) -> tuple[object, ...]:
    layer = id.layer if len(id.indices) > 1 else 0
    return id.kind, id.of, id.example, id.iteration, id.inner, layer
