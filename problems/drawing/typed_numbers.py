"""Numbers as they are typed in a line, and as a family file writes them."""

from __future__ import annotations

import json
import re
from typing import Any

RANGE = re.compile(r"(\S+)\s+to\s+(\S+)\s+by\s+(\S+)(?:\s+not\s+(.+))?")
HOW = "0.5, or drawn: 0.1 to 0.9 by 0.1, one of 0.1 0.2"
ROWS = {1: "or a row: 0.15 0.20", 2: "or rows: 0.15 0.20; 0.25 0.30"}
"""Dimensions of an array -> how its numbers are typed."""


def entry_of(text: str, dimensions: int = 0) -> Any:
    """An entry of a family file from a typed line.

    Args:
        text: `0.5`, `0.1 to 0.9 by 0.1 not 0.5`, `one of 0 1`, `1 2`, `1 2; 3 4`.
        dimensions: of what the numbers are for; one number may stand for all of it.

    >>> entry_of("0.5"), entry_of("1 2", 1), entry_of("1, 2; 3, 4", 2)
    ('0.5', {'is': ['1', '2']}, {'is': [['1', '2'], ['3', '4']]})
    >>> entry_of("0.1 to 0.9 by 0.1 not 0.5")
    {'from': '0.1', 'to': '0.9', 'step': '0.1', 'not': ['0.5']}
    """
    text = " ".join(text.split())
    if match := RANGE.fullmatch(text):
        low, high, step, out = match.groups()
        found: dict[str, Any] = {"from": low, "to": high, "step": step}
        return found | ({"not": _numbers(out)} if out else {})
    if text.startswith("one of "):
        return _numbers(text.removeprefix("one of "))
    rows = [_numbers(row) for row in text.split(";")]
    if len(rows) == 1 and len(rows[0]) == 1:
        return rows[0][0]
    return {"is": rows if dimensions > 1 or len(rows) > 1 else rows[0]}


def _numbers(text: str) -> list[str]:
    return [word.rstrip(",") for word in text.split()]


def toml(value: Any) -> str:
    """A value as TOML writes it in a line.

    >>> toml({"is": [["0.5", "1"]]}), toml('a "b"'), toml(True)
    ('{ is = [["0.5", "1"]] }', '"a \\\\"b\\\\""', 'true')
    """
    match value:
        case bool():
            return str(value).lower()
        case str():
            return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007f")
        case list():
            return f"[{', '.join(map(toml, value))}]"
        case dict():
            return f"{{ {', '.join(f'{key} = {toml(part)}' for key, part in value.items())} }}"
    return str(value)


def toml_key(key: str) -> str:
    """A key, in quotes where TOML would take its dots for tables.

    >>> toml_key("w.1"), toml_key("rate")
    ('"w.1"', 'rate')
    """
    return key if re.fullmatch(r"[A-Za-z0-9_-]+", key) else toml(key)
