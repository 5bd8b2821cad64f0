"""The language of qtype_formulas as far as LMS marking was measured: a small parser of its own.

Assignments with `;`, numbers, names, `+ - * /`, `<`, `? :`, brackets, lists, and the functions
exp, log, abs, sqrt, sin and cos. Numbers are doubles, as in PHP. What the plugin was not seen to
do is refused.
"""

from __future__ import annotations

import math
import re
from dataclasses import dataclass

from lxml import etree

TOKEN = re.compile(r"\s*(\d+\.?\d*(?:[eE][+-]?\d+)?|[A-Za-z_][A-Za-z_0-9]*|[-+*/<?:()\[\],=;])")
TYPED = re.compile(r"\s*[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?\s*")
FUNCTIONS = {
    "exp": math.exp, "log": math.log, "abs": abs, "sqrt": math.sqrt, "sin": math.sin,
    "cos": math.cos,
}  # fmt: skip


class PluginError(Exception):
    """The plugin would refuse this."""


class Parser:
    def __init__(self, text: str, values: dict[str, float]) -> None:
        self.tokens = self.split(text)
        self.at = 0
        self.values = values

    @staticmethod
    def split(text: str) -> list[str]:
        found, at, text = [], 0, text.rstrip()
        while at < len(text):
            match = TOKEN.match(text, at)
            if not match:
                raise PluginError(f"cannot read {text[at : at + 20]!r}")
            found.append(match[1])
            at = match.end()
        return found

    def peek(self) -> str:
        return self.tokens[self.at] if self.at < len(self.tokens) else ""

    def take(self, wanted: str = "") -> str:
        token = self.peek()
        if wanted and token != wanted:
            raise PluginError(f"{wanted!r} expected, found {token!r}")
        self.at += 1
        return token

    def program(self) -> dict[str, float]:
        while self.peek():
            name = self.take()
            if not re.fullmatch("[A-Za-z][A-Za-z_0-9]*", name):
                raise PluginError(f"cannot assign to {name!r}")
            self.take("=")
            self.values[name] = self.choice()
            self.take(";")
        return self.values

    def choice(self) -> float:
        condition = self.comparison()
        if self.peek() != "?":
            return condition
        self.take()
        yes = self.choice()
        self.take(":")
        no = self.choice()
        return yes if condition else no

    def comparison(self) -> float:
        left = self.sum()
        if self.peek() == "<":
            self.take()
            return float(left < self.sum())
        return left

    def sum(self) -> float:
        left = self.product()
        while self.peek() in ("+", "-"):
            left = left + self.product() if self.take() == "+" else left - self.product()
        return left

    def product(self) -> float:
        left = self.atom()
        while self.peek() in ("*", "/"):
            if self.take() == "*":
                left *= self.atom()
                continue
            below = self.atom()
            if below == 0:
                raise PluginError("division by zero")
            left /= below
        return left

    def atom(self) -> float:
        token = self.take()
        if token == "(":
            inside = self.choice()
            self.take(")")
            return inside
        if token in FUNCTIONS:
            self.take("(")
            inside = self.choice()
            self.take(")")
            try:
                return FUNCTIONS[token](inside)
            except OverflowError:
                return math.inf
            except ValueError:
                return math.nan  # as PHP: no number is near it
        if token[:1].isdigit():
            return float(token)
        if token in self.values:
            return self.values[token]
        raise PluginError(f"no such variable: {token!r}")


def variables(text: str, values: dict[str, float] | None = None) -> dict[str, float]:
    """What a block of assignments leaves behind."""
    return Parser(text, dict(values or {})).program()


@dataclass
class Part:
    mark: float
    boxes: int
    answers: list[float]
    program: str
    correctness: str
    text: str
    known: dict[str, float]

    def judge(self, typed: list[str]) -> float:
        """Points; a box that is blank or no number costs all of them."""
        assert len(typed) == self.boxes
        if not all(TYPED.fullmatch(text) for text in typed):
            return 0.0
        own = {f"_{n}": float(text) for n, text in enumerate(typed)}
        left = variables(self.program, self.known | own)
        share = Parser(self.correctness, left).choice()
        return self.mark * min(1.0, max(0.0, share))


@dataclass
class Question:
    idnumber: str
    text: str
    known: dict[str, float]
    parts: list[Part]

    @property
    def most(self) -> float:
        return sum(part.mark for part in self.parts)

    def judge(self, typed: list[str]) -> float:
        """Points of all parts; the boxes in their order."""
        score, at = 0.0, 0
        for part in self.parts:
            score += part.judge(typed[at : at + part.boxes])
            at += part.boxes
        assert at == len(typed)
        return score


def read(data: bytes) -> list[Question]:
    """The formulas questions of a file."""
    root = etree.fromstring(data, etree.XMLParser(huge_tree=True))
    return [_question(node) for node in root if node.get("type") == "formulas"]


def _question(node: etree._Element) -> Question:
    known = variables(node.findtext("varsglobal/text") or "")
    parts = []
    for number, part in enumerate(node.findall("answers")):
        assert part.findtext("partindex/text") == str(number)
        assert part.findtext("answertype/text") == "0"
        parts.append(_part(part, known))
    text = node.findtext("questiontext/text")
    return Question(node.findtext("idnumber"), text, known, parts)


def _part(node: etree._Element, known: dict[str, float]) -> Part:
    boxes = int(node.findtext("numbox/text"))
    listed = node.findtext("answer/text").strip("[]").split(",")
    text = node.findtext("subqtext/text")
    assert len(listed) == boxes
    assert re.findall(r"\{(_\d+)\}", text) == [f"_{n}" for n in range(boxes)]
    return Part(
        float(node.findtext("answermark/text")),
        boxes,
        [known[name] for name in listed],
        node.findtext("vars2/text"),
        node.findtext("correctness/text"),
        text,
        known,
    )
