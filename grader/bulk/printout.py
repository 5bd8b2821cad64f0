"""A class that is printed, submission by submission in the order in which it was handed in."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import polars as pl

from grader.errors import Problem


@dataclass
class Printout:
    """A class that is printed, in the order in which it was handed in."""

    submissions: int
    notes: list[Problem]
    problems: list[Problem]
    """Those that belong to no submission."""
    frames: list[pl.DataFrame]
    """Of each part: see `grader.bulk.marking.PRINTED`."""

    def rows(self) -> Iterator[tuple[str, list[Problem]]]:
        """What is printed of each submission, and what could not be read there."""
        if not self.frames:
            return
        first = np.concatenate([frame["first"].to_numpy() for frame in self.frames])
        sizes = [len(frame) for frame in self.frames]
        part = np.repeat(np.arange(len(sizes)), sizes)
        row = np.concatenate([np.arange(size) for size in sizes])
        texts, problems = ([frame[name] for frame in self.frames] for name in ("text", "problems"))
        for n in np.argsort(first, kind="stable").tolist():
            which, at = int(part[n]), int(row[n])
            listed = problems[which][at]
            yield texts[which][at], _problems(listed) if listed != "[]" else []


def _problems(text: str) -> list[Problem]:
    return [Problem.from_json(one) for one in json.loads(text)]
