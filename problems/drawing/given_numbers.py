"""The numbers of a recipe's givens, as a family file writes them."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from itertools import product
from typing import Any

from problems.arithmetic.grid import Grid
from problems.drawing.family_checks import Checker
from problems.drawing.own_number import numbers_of, unnested
from problems.recipes import names
from problems.recipes.formulas import WORDS
from problems.recipes.indices import Refused, whole
from problems.recipes.reader import read_span

MOST = 2_000
"""Entries of all givens."""
NAME = re.compile(r"[A-Za-z][A-Za-z0-9_]*")
ENTRY = re.compile(r"([A-Za-z][A-Za-z0-9_]*)((?:\.(?:0|[1-9]\d*))+)")
Spans = tuple[range, ...]


def given_numbers(
    check: Checker, table: Mapping[str, Any], sizes: Mapping[str, int]
) -> dict[str, Grid]:
    """What each given is drawn from; of exact numbers one value.

    Args:
        check: collects what is wrong.
        table: `[given]`: name -> numbers, id -> numbers of one entry.
        sizes: named whole numbers, for shapes.

    Returns:
        Grids by id, in the order of the file.
    """
    found: dict[str, Grid] = {}
    if not table:
        check.complain("given", "is missing: which numbers does the recipe start from?")
    for key, entry in unnested(table).items():
        try:
            found |= dict(_numbers(key, entry, sizes, found))
        except Refused as refused:
            check.complain(f"given.{key}", refused.complaint.what)
        except ValueError as error:
            check.complain(f"given.{key}", str(error))
    return found


def _numbers(
    key: str, entry: Any, sizes: Mapping[str, int], before: Mapping[str, Grid]
) -> Iterator[tuple[str, Grid]]:
    if ENTRY.fullmatch(key):
        if key not in before:
            raise ValueError("there is no such entry; give the whole array first, with its shape")
        yield key, numbers_of(entry)
        return
    if not NAME.fullmatch(key) or key in WORDS or key in sizes:
        what = "a name is of Latin letters, digits and _, and no word of recipes and no size"
        raise ValueError(f"{key!r} names no given; {what}")
    entry = dict(entry) if isinstance(entry, dict) else entry
    shape = entry.pop("shape", None) if isinstance(entry, dict) else None
    exact = entry.get("is") if isinstance(entry, dict) else None
    spans = _spans(shape, sizes) if shape is not None else _spans_of(exact)
    ids = [names.entry(key, at) for at in product(*spans)]
    if len(before) + len(ids) > MOST:
        raise ValueError(f"the givens have more than {MOST:,} entries")
    if not ids:
        raise ValueError("its shape has no entry")
    if isinstance(exact, list):
        if set(entry) != {"is"}:
            raise ValueError("is = [...] stands alone, or with shape")
        yield from zip(ids, map(numbers_of, _entries(exact, spans)), strict=True)
    else:
        yield from ((id, numbers_of(entry)) for id in ids)


def _spans(shape: Any, sizes: Mapping[str, int]) -> Spans:
    if not isinstance(shape, list) or not shape:
        raise ValueError('shape is a list of sizes, like [2, 3], ["T"] or ["0..T"]')
    return tuple(_span(str(size), sizes) for size in shape)


def _span(text: str, sizes: Mapping[str, int]) -> range:
    low, high = read_span(text)
    first = whole(low, sizes) if low else 1
    if first < 0:
        raise ValueError(f"shape {text!r} begins below 0")
    return range(first, whole(high, sizes) + 1)


def _spans_of(exact: Any) -> Spans:
    """The shape of nested lists, from 1."""
    found = []
    while isinstance(exact, list):
        found.append(range(1, len(exact) + 1))
        exact = exact[0] if exact else None
    return tuple(found)


def _entries(exact: Any, spans: Spans) -> Iterator[Any]:
    """The entries of nested lists in order.

    Raises:
        ValueError: the lists do not have the shape.
    """
    if not spans:
        if isinstance(exact, list):
            raise ValueError("is = [...] has more brackets than its shape")
        yield exact
        return
    if not isinstance(exact, list) or len(exact) != len(spans[0]):
        shape = ", ".join(str(len(span)) for span in spans)
        raise ValueError(f"is = [...] does not have the shape [{shape}] everywhere")
    for part in exact:
        yield from _entries(part, spans[1:])
