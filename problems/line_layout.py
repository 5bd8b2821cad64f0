"""Where things stand on a line of `exercises.jsonl`, for those who read thousands of lines.

`problems.exercise.document` writes the line; its keys stand in this order. Who needs the whole
exercise reads it with `problems.exercise.from_json`; here a pattern over the bytes takes its parts
apart, for most lines of a class differ in nothing but names and numbers.
Source: docs/formats.md, exercises.jsonl.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from problems.patterns import pattern

_TEXT = rb'"(?:[^"\\]|\\.)*"'
HEAD = pattern(rb'\{"format": \d+, "id": "((?:[^"\\]|\\.)*)", "student": "((?:[^"\\]|\\.)*)",')
"""The beginning of a line: id and student, as JSON writes them between their quotes."""
_LINE = pattern(
    rb'(?P<format>\{"format": \d+, )"id": (?P<id>' + _TEXT + rb'), "student": (?P<student>' + _TEXT
    + rb'), (?P<style>"family": ' + _TEXT + rb', "notation": ' + _TEXT + rb', )'
    rb'"number": (?P<number>\d+), "reissue": \d+, (?P<gated>"gated": \w+, )'
    rb'(?="(?:network|recipe)": )'
)  # fmt: skip
_STEPS = b', "steps": ['
GIVEN = re.compile(rb'"([-+]?[0-9.]+(?:[eE][-+]?[0-9]+)?)"')
"""A given, between its quotes, in the part with the numbers."""
_VALUE = pattern(rb'"value": [^}]*')


@dataclass(frozen=True, slots=True)
class LineParts:
    """A line taken apart."""

    id: bytes
    """As JSON, in quotes."""
    student: bytes
    """As JSON, in quotes."""
    number: int
    """Which of the student's exercises, from 1."""
    style: tuple[bytes, bytes, bytes]
    """Format, family and notation, and whether it passed the gate."""
    numbers: bytes
    """Network, task and method, or the recipe, with the givens."""
    begin: int
    """Where the numbers begin."""
    steps: bytes
    """What is asked, to the end of the line."""

    @property
    def asked(self) -> bytes:
        """What is asked, without its values."""
        return _VALUE.sub(b"", self.steps)


def taken_apart(line: bytes) -> LineParts | None:
    """The parts of a line of ours; None where another program wrote it otherwise.

    >>> taken_apart(b'{"id": "a"}')
    """
    found = _LINE.match(line)
    at = line.find(_STEPS, found.end()) if found else -1
    if found is None or at < 0:
        return None
    return LineParts(
        found["id"],
        found["student"],
        int(found["number"]),
        (found["format"], found["style"], found["gated"]),
        line[found.end() : at],
        found.end(),
        line[at:].rstrip(),
    )
