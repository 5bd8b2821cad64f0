"""Question XML as Moodle reads it, written from what a real one was seen to do.

Nothing of ours is used: the fields are found by their own grammar, numbers are judged with
exact decimals, the bounds of a tolerance count as inside, and the first answer that fits wins.
"""

from __future__ import annotations

import base64
import re
from dataclasses import dataclass, field
from decimal import Decimal, InvalidOperation
from html import unescape

from lxml import etree

START = re.compile(r"\{(\d*):(NUMERICAL|NM|MULTICHOICE|MC|SHORTANSWER|SA):")
"""Only this begins a field: `{0.5:NM:`, `{ 1:NM:` and `{1:nm:` are plain text."""
NUMBER = re.compile(r"-?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?")
SHARE = re.compile(r"%(-?\d+(?:\.\d*)?)%")
TYPED = re.compile(r"[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?")


class ImportRefusedError(Exception):
    """Moodle would stop here."""


@dataclass
class Answer:
    share: Decimal
    value: Decimal
    tolerance: Decimal
    feedback: str
    raw: str


@dataclass
class Cloze:
    """One field."""

    weight: int
    answers: list[Answer]

    def judge(self, typed: str) -> tuple[Decimal, str]:
        """Share of the points and the feedback."""
        text = typed.strip().replace(" ", "")
        if not TYPED.fullmatch(text):
            return Decimal(0), ""
        number = Decimal(text)
        for answer in self.answers:
            if abs(number - answer.value) <= answer.tolerance:
                return answer.share / 100, answer.feedback
        return Decimal(0), ""


@dataclass
class Question:
    kind: str
    name: str
    text: str
    idnumber: str
    category: str
    fields: list[Cloze] = field(default_factory=list)
    files: dict[str, bytes] = field(default_factory=dict)
    shown: str = ""
    """The text with `[[n]]` for the n-th field."""
    xml: etree._Element | None = None

    @property
    def most(self) -> int:
        return sum(f.weight for f in self.fields)

    def mark(self, typed: list[str]) -> Decimal:
        """Points of a response: the weighted sum."""
        assert len(typed) == len(self.fields)
        return sum(
            (f.judge(t)[0] * f.weight for f, t in zip(self.fields, typed, strict=True)), Decimal(0)
        )


def read(data: bytes) -> list[Question]:
    """All questions of a file, in order."""
    root = etree.fromstring(data, etree.XMLParser(resolve_entities=False, huge_tree=True))
    assert root.tag == "quiz"
    found, category = [], ""
    for node in root:
        assert node.tag == "question"
        kind = node.get("type")
        if kind == "category":
            category = node.findtext("category/text")
            continue
        text = node.findtext("questiontext/text")
        one = Question(
            kind,
            node.findtext("name/text"),
            text,
            node.findtext("idnumber"),
            category,
            xml=node,
        )
        for file in node.findall("questiontext/file"):
            assert file.get("encoding") == "base64"
            one.files[file.get("name")] = base64.b64decode(file.text)
        if kind == "cloze":
            one.shown, one.fields = cloze_fields(text)
            if not one.fields:
                raise ImportRefusedError("must include at least one embedded answer")
        found.append(one)
    return found


def cloze_fields(text: str) -> tuple[str, list[Cloze]]:
    """The text with places for the fields, and the fields."""
    shown, fields, at = "", [], 0
    while match := START.search(text, at):
        end = _end(text, match.end())
        if match[2] not in ("NUMERICAL", "NM"):
            raise ImportRefusedError(f"no numbers in {match[2]}")
        shown += text[at : match.start()] + f"[[{len(fields) + 1}]]"
        inside = text[match.end() : end]
        fields.append(Cloze(int(match[1] or "1"), [_answer(a) for a in inside.split("~")]))
        if all(answer.share != 100 for answer in fields[-1].answers):
            raise ImportRefusedError("one answer must be worth 100 %")
        at = end + 1
    return shown + text[at:], fields


def _end(text: str, at: int) -> int:
    """The first closing brace without a backslash before it."""
    while text[at] != "}":
        at += 2 if text[at] == "\\" and text[at + 1] in "}#" else 1
    return at


def _answer(text: str) -> Answer:
    share, rest = Decimal(0), text
    if match := SHARE.match(text):
        share, rest = Decimal(match[1]), text[match.end() :]
    body, feedback = rest, ""
    if hash := re.search(r"(?<!\\)#", rest):
        body, feedback = rest[: hash.start()], rest[hash.end() :]
    value, _colon, tolerance = body.partition(":")
    for number in (value, tolerance):
        if not NUMBER.fullmatch(number):
            raise ImportRefusedError(f"answer must be a number: {number!r}")
    shown = unescape(feedback.replace("\\}", "}").replace("\\#", "#"))
    try:
        return Answer(share, Decimal(value), Decimal(tolerance), shown, value)
    except InvalidOperation as error:
        raise ImportRefusedError(str(error)) from error
