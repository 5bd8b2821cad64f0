"""Large CSV files, 2 to 30 MB each, that must be refused within a second and 50 MB."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

HEAD = "step,answer\n"
MANY = 10**6
EXPECTED = {
    "columns_1e6.csv": {"too_large", "too_many_columns"},
    "rows_1e6.csv": {"too_large", "too_many_rows"},
    "same_step_1e6.csv": {"too_large", "too_many_rows", "duplicate_step"},
    "one_line_30MB.csv": {"too_large", "too_long"},
    "open_quote_10MB.csv": {"too_large", "too_long", "unclosed_quote"},
    "commas_5MB.csv": {"too_large", "too_many_fields", "too_many_columns", "too_long"},
    "newlines_5MB.csv": {"too_large", "too_many_rows", "no_rows"},
}
"""File -> the codes of which one must be given."""


def write(folder: Path) -> None:
    """All of them, some seventy megabytes."""
    for name in EXPECTED:
        with (folder / name).open("w", newline="") as stream:
            stream.writelines(_content(name))


def _content(name: str) -> Iterator[str]:
    if name.startswith("columns"):
        yield "step,answer," + "c," * MANY + "\nnet_h1,0.3775\n"
        return
    yield HEAD
    if name.startswith("rows"):
        yield from (f"s{n},0.5\n" for n in range(MANY))
    elif name.startswith("same"):
        yield from ("net_h1,0.5\n" for _ in range(MANY))
    elif name.startswith("one_line"):
        yield "net_h1,"
        yield from ("9" * MANY for _ in range(30))
    elif name.startswith("open_quote"):
        yield 'net_h1,"'
        yield from ("a\n" * MANY for _ in range(5))
    else:
        yield from (("," if name.startswith("commas") else "\n") * MANY for _ in range(5))
