"""Rows of a class's output as text, joined from pieces that are each made once.

A class has a million cells and few distinct pieces: a label, a typed number, a sentence. Each
field of a row belongs to a source (the question, the answer, what is said, ...); neighbouring
fields of one source are one piece, and a row is the pieces that its codes name.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby

import numpy as np
import polars as pl
from numpy.typing import NDArray

Ints = NDArray[np.int64]
Part = tuple[str, bool]
"""A piece of a template: text as it stands, or (True) the name of a field."""


@dataclass(frozen=True)
class Source:
    """Fields of which many rows have the same: which entry a row has, and the entries."""

    fields: tuple[str, ...]
    codes: Ints
    entries: Sequence[Mapping[str, str]]

    def column(self, parts: Sequence[Part]) -> pl.Series:
        """For each row its fields in a piece of a template."""
        texts = ["".join(e[p] if field else p for p, field in parts) for e in self.entries]
        return pl.Series(texts, dtype=pl.String).gather(self.codes)

    def at(self, rows: Ints) -> Source:
        """Some of the rows."""
        return Source(self.fields, self.codes[rows], self.entries)


@dataclass(frozen=True)
class Column:
    """A field in which hardly two rows have the same."""

    field: str
    texts: pl.Series

    @property
    def fields(self) -> tuple[str, ...]:
        """The field alone."""
        return (self.field,)

    def column(self, parts: Sequence[Part]) -> pl.Series:
        """For each row the field in a piece of a template."""
        exprs = [pl.col("") if field else pl.lit(text) for text, field in parts]
        return self.texts.alias("").to_frame().select(pl.concat_str(exprs)).to_series()

    def at(self, rows: Ints) -> Column:
        """Some of the rows."""
        return Column(self.field, self.texts.gather(rows))


Sources = Sequence[Source | Column]


def filled(template: Sequence[Part], sources: Sources) -> pl.Series:
    """A text for each row.

    Args:
        template: text and names of fields in their order.
        sources: of one length; every field is of one of them.
    """
    columns = [source.column(parts) for source, parts in _runs(template, sources)]
    frame = pl.DataFrame([column.alias(str(n)) for n, column in enumerate(columns)])
    return frame.select(pl.concat_str(pl.all())).to_series()


def _runs(template: Sequence[Part], sources: Sources) -> list[tuple[Source | Column, list[Part]]]:
    """Neighbouring fields of one source together; text goes with the field after it."""
    owner = {name: n for n, source in enumerate(sources) for name in source.fields}
    owned: list[tuple[int, Part]] = []
    for text, field in reversed(template):
        own = owner[text] if field else (owned[-1][0] if owned else 0)
        owned.append((own, (text, field)))
    return [
        (sources[n], [part for _, part in group])
        for n, group in groupby(reversed(owned), key=lambda one: one[0])
    ]


def together(texts: pl.Series, whose: Ints, count: int, between: str) -> list[str]:
    """The rows of each submission as one text.

    Args:
        texts: a row each.
        whose: index of the submission, ascending.
        count: how many submissions; each has a row.
        between: what stands between rows.
    """
    frame = pl.DataFrame({"whose": whose, "text": texts})
    found = frame.group_by("whose", maintain_order=True).agg(pl.col("text").str.join(between))
    joined: list[str] = found["text"].to_list()
    assert len(joined) == count
    return joined
