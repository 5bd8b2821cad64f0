"""One given's numbers, as `[given]` of a family file writes them: exact, or to be drawn."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from problems.arithmetic.grid import Grid, read_grid

WAYS = (
    'write "0.5", ["0", "1"] (drawn from these), {from = "0.1", to = "0.9", step = "0.1"}, '
    '{is = "0.5"}, or {is = [["1", "2"], ["3", "4"]]} for a matrix; shape = [2, 3] makes '
    "entries, each drawn on its own, and choices = [...] beside it is what they are drawn from"
)
PLAIN = re.compile(r"-?\d+(\.\d+)?([eE][-+]?\d+)?", re.ASCII)


def numbers_of(entry: Any, ways: str = WAYS) -> Grid:
    """What a given is drawn from; numbers may stand without quotes as well.

    Args:
        entry: as TOML has it.
        ways: what may be written there.

    Raises:
        ValueError: it is none of these, with what is allowed.

    >>> numbers_of({"is": "0.50"}).texts, numbers_of([0, 1]).texts
    (('0.50',), ('0', '1'))
    """
    match entry:
        case {"is": number, **rest} if not rest and not isinstance(number, list):
            entry = number
        case {"choices": list(numbers), **rest} if not rest:
            entry = numbers
    try:
        found = read_grid(_as_texts(entry))
    except ValueError as error:
        told = str(error)
        raise ValueError(ways if told.startswith("write") else told) from None
    if len(set(found.texts)) < len(found.texts):
        what = "for the entries of an array write {is = [...]}"
        raise ValueError(f"a list is what is drawn from, and no number stands in it twice; {what}")
    strange = [text for text in found.texts if not PLAIN.fullmatch(text)]
    if strange:
        raise ValueError(f'{strange[0]!r} is not a decimal number; write for example "0.25"')
    return found


def _as_texts(entry: Any) -> Any:
    match entry:
        case bool():
            return entry
        case int():
            return str(entry)
        case list():
            return [_as_texts(part) for part in entry]
        case dict():
            return {key: _as_texts(part) for key, part in entry.items()}
    return entry


def unnested(table: Mapping[str, Any]) -> dict[str, Any]:
    """A table whose ids may stand without quotes, which TOML takes for tables in tables.

    >>> unnested({"w": {"1": {"2": "0.5"}}, "x.1": "2"})
    {'w.1.2': '0.5', 'x.1': '2'}
    """
    found: dict[str, Any] = {}
    for key, entry in table.items():
        if isinstance(entry, dict) and entry and all(part.isdigit() for part in entry):
            found |= {f"{key}.{rest}": inner for rest, inner in unnested(entry).items()}
        else:
            found[key] = entry
    return found
