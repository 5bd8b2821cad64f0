"""Our names in fields that another program has renamed: `doc1.1_net-1-1`, `1_net-1-1#2`.

Programs that merge PDFs put a name before, or a number after, the names of the fields, so that
those of two documents do not clash.
"""

from __future__ import annotations

from collections.abc import Container, Iterable

from grader.read.pdf.form_file import Field
from problems.patterns import pattern
from templates.pages.fields import EXERCISES

_NUMBER = pattern(r"(?:[#_. ]\d{1,7}|[ _]?\[\d{1,7}\]|[ _]?\(\d{1,7}\))$")
_BOUNDARY = "._/: ]"
OURS = pattern(r"(?:^|[._/: \]])(\d{1,3})_[a-z]")
"""The beginning of a step's field: the number of the exercise, and the step."""


def own_name(name: str, known: Container[str]) -> str | None:
    """Our name of a field, None if it is none of ours.

    Args:
        name: as it stands in the PDF.
        known: the names that our worksheet has.

    >>> own_name("doc1.1_net-1-1", {"1_net-1-1"}), own_name("1_net-1-1#2", {"1_net-1-1"})
    ('1_net-1-1', '1_net-1-1')
    >>> own_name("11_net-1-1", {"1_net-1-1"}), own_name("undefined_2", {"1_net-1-1"})
    (None, None)
    """
    for base in dict.fromkeys((name, _NUMBER.sub("", name))):
        starts = [0, *(n + 1 for n, char in enumerate(base) if char in _BOUNDARY)]
        for start in starts:
            if base[start:] in known:
                return base[start:]
    return None


def sorted_out(
    fields: Iterable[Field], known: Container[str]
) -> tuple[dict[str, Field], list[Field]]:
    """Our fields by our names, and those that are none of ours."""
    own: dict[str, Field] = {}
    others = []
    for one in fields:
        name = own_name(one.name, known)
        if name is None:
            others.append(one)
        else:
            own.setdefault(name, Field(name)).add(one)
    return own, others


def exercises_named(fields: Iterable[Field]) -> list[str]:
    """What the hidden fields say that name a worksheet's exercises; each text once."""
    found: dict[str, None] = {}
    for one in fields:
        if own_name(one.name, {EXERCISES}):
            found |= {text: None for text, _ in one.texts}
    return list(found)


def numbers_named(fields: Iterable[Field]) -> list[int]:
    """Which of a student's exercises the fields belong to, by the beginning of their names."""
    matches = (OURS.search(one.name) for one in fields)
    return sorted({int(match[1]) for match in matches if match})
