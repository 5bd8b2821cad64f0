"""A PDF as the reading process tells it: its fields by name, and what lies beside them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from grader.errors import Fault
from grader.read.pdf.objects import Box
from grader.read.pdf.text import bare
from grader.read.pdf.widgets import IN_LIST, RICH, SHOWN
from grader.read.tables.table import refusal
from grader.support.guarded_process import GuardedProcess, module
from problems.reasons import Reason, because

LARGEST = 20_000_000
"""Bytes of a worksheet; ours have some hundred thousand."""
WALL_SECONDS = 20.0
"""For one file, however busy the machine; its own limit on work is far lower."""
READER = GuardedProcess(module("grader.read.pdf.fields"), WALL_SECONDS)
"""Reads the fields of forms."""
MOST = 8
"""Texts and places kept of a field; two are a contradiction."""

_WORDS = {
    "encrypted": because("pdf_locked"),
    "too_deep": because("pdf_built_strangely"),
    "broken_pdf": because("pdf_damaged"),
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
    def refused(self) -> Fault | None:
        """Why, where there are two readings, or where it shows what it lacks."""
        unheld = [where for _, where in self.texts if where in (SHOWN, RICH)]
        if not unheld and len(self.texts) < 2:
            return None
        code = "shown_otherwise" if unheld else "duplicate_step"
        said = [
            because("text_somewhere", text=text[:60], where=_where(where))
            for text, where in self.texts[:4]
        ]
        if len(said) == 1:
            return Fault(code, because("field_without_value", shown=said[0]))
        return Fault(code, because("two_readings_of_field", readings=said))


def _where(where: str) -> Reason:
    """Where a text stands; the places are those of `grader.read.pdf.widgets`."""
    if where == IN_LIST:
        return because("in_list_of_fields")
    if where == RICH:
        return because("as_formatted_text")
    if where == SHOWN:
        return because("as_shown")
    return because("on_page", page=int(where))


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
        reason = because("worksheet_too_large", size=len(data), most=LARGEST)
        raise refusal(file, "too_large", reason)
    if b"%PDF-" not in data[:1024]:
        raise refusal(file, "not_pdf", because("no_pdf"))
    found: dict[str, Any] | None = READER.answer(data)
    if found is None:
        raise refusal(file, "broken_pdf", because("pdf_takes_too_long"))
    if "code" in found:
        code = str(found["code"])
        raise refusal(file, code, _WORDS[code])
    if _is_cut(data):
        raise refusal(file, "broken_pdf", because("pdf_cut_off"))
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
