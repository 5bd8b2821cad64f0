"""A PDF as the reading process tells it: its fields by name, and what lies beside them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from grader.read.pdf.objects import Box
from grader.read.pdf.text import bare
from grader.read.pdf.widgets import RICH, SHOWN
from grader.read.tables.table import refusal
from grader.support.guarded_process import GuardedProcess, module

LARGEST = 20_000_000
"""Bytes of a worksheet; ours have some hundred thousand."""
WALL_SECONDS = 20.0
"""For one file, however busy the machine; its own limit on work is far lower."""
READER = GuardedProcess(module("grader.read.pdf.fields"), WALL_SECONDS)
"""Reads the fields of forms."""
MOST = 8
"""Texts and places kept of a field; two are a contradiction."""

_WORDS = {
    "encrypted": "this PDF is locked with a password; save it without one",
    "too_deep": "this PDF is built in a way that no worksheet is; fill in the one you were given",
    "broken_pdf": "this PDF is damaged and cannot be read; save or download it again",
}
_END = b"%%EOF"


@dataclass
class Field:
    """A field of a form, or several of one name."""

    name: str
    texts: list[tuple[str, str]] = field(default_factory=list)
    """What it holds or shows, and where that stands; each text once."""
    places: list[tuple[int, Box]] = field(default_factory=list)
    """Pages, from 1, and boxes."""

    def add(self, other: Field) -> None:
        """What another field of the same meaning holds."""
        known = {bare(text): (text, where) for text, where in self.texts}
        for text, where in other.texts:
            if known.get(bare(text), ("", SHOWN))[1] in (SHOWN, RICH):
                known[bare(text)] = text, where  # what is held counts for more
        self.texts = list(known.values())[:MOST]
        self.places = [*self.places, *other.places][:MOST]

    @property
    def text(self) -> str:
        """What it holds; '' if that is nothing or in doubt."""
        return "" if self.refused else self.first

    @property
    def first(self) -> str:
        """The first of its texts, '' if there is none."""
        return self.texts[0][0] if self.texts else ""

    @property
    def refused(self) -> tuple[str, str] | None:
        """Code and message where there are two readings, or where it shows what it lacks."""
        unheld = [where for _, where in self.texts if where in (SHOWN, RICH)]
        if not unheld and len(self.texts) < 2:
            return None
        code = "shown_otherwise" if unheld else "duplicate_step"
        said = [f"{text[:60]!r} {where}" for text, where in self.texts[:4]]
        if len(said) == 1:
            return code, f"this field has no value, only {said[0]}; type it anew and save"
        message = f"two readings of one field: {', '.join(said[:-1])} and {said[-1]}"
        return code, f"{message}; type it anew and save"


@dataclass(frozen=True, slots=True)
class Mark:
    """Something on a page that is in no field."""

    kind: str
    page: int
    text: str
    box: Box | None


class Head(NamedTuple):
    """What the head of a page says."""

    exercise: str
    number: int
    of: int


@dataclass(frozen=True, slots=True)
class Opened:
    """What a PDF holds."""

    title: str
    fields: Mapping[str, Field]
    marks: tuple[Mark, ...]
    heads: Mapping[int, Head]
    """Page, from 1, -> what its head says; only pages of ours."""
    printed: tuple[str, ...]
    """What looks like an exercise's id in the text of its pages, where nothing else names one."""
    pages: int
    pictures: int
    """Pages that are nothing but a picture."""
    ours: int
    """Pages set in the fonts of our worksheets."""
    xfa: bool

    @property
    def ids(self) -> list[str]:
        """The exercises that the pages name, each once."""
        return list(dict.fromkeys(head.exercise for head in self.heads.values())) or [
            *self.printed
        ]

    @property
    def left_out(self) -> tuple[list[int], int]:
        """The worksheet's pages that are not here, as far as heads tell, and how many it has.

        None where pages whose heads cannot be read may be those.
        """
        there = {head.number for head in self.heads.values()}
        of = max((head.of for head in self.heads.values()), default=0)
        gone = [number for number in range(1, of + 1) if number not in there]
        return (gone if len(gone) > self.pages - len(self.heads) else []), of


def opened(data: bytes, file: str) -> Opened:
    """What a PDF holds.

    Args:
        data: the file's bytes.
        file: how messages call it.

    Raises:
        SubmissionError: no PDF, too large, locked, damaged or cut off.
    """
    if len(data) > LARGEST:
        message = f"{len(data):,} bytes are too many for a worksheet; the limit is {LARGEST:,}"
        raise refusal(file, "too_large", message)
    if b"%PDF-" not in data[:1024]:
        raise refusal(file, "not_pdf", "this is no PDF, whatever its name says")
    found: dict[str, Any] | None = READER.answer(data)
    if found is None:
        raise refusal(file, "broken_pdf", "this PDF takes too long to read; save it anew")
    if "code" in found:
        code = str(found["code"])
        raise refusal(file, code, _WORDS[code])
    if _is_cut(data):
        message = (
            "the end of this PDF is missing, and with it what was saved last; "
            "save or download it again"
        )
        raise refusal(file, "broken_pdf", message)
    return Opened(
        str(found["title"]),
        _by_name(found["fields"]),
        tuple(Mark(m["kind"], m["page"], m["text"], _box(m["box"])) for m in found["marks"]),
        {page: Head(*head) for page, *head in found["heads"]},
        tuple(found["ids"]),
        found["pages"],
        found["pictures"],
        found["ours"],
        found["xfa"],
    )


def _is_cut(data: bytes) -> bool:
    """Whether objects come after the last end mark, or none is there: programs append changes."""
    end = data.rfind(_END)
    return end < 0 or b" obj" in data[end:]


def _by_name(found: Iterable[Mapping[str, Any]]) -> dict[str, Field]:
    fields: dict[str, Field] = {}
    for one in found:
        box = _box(one["box"])
        texts = [(text, where) for text, where in one["texts"]]
        places = [(one["page"], box)] if one["page"] and box else []
        fields.setdefault(one["name"], Field(one["name"])).add(Field("", texts, places))
    return fields


def _box(found: list[float] | None) -> Box | None:
    return (found[0], found[1], found[2], found[3]) if found else None
