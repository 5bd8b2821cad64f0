"""The worksheet as a form: the blocks of the printed one, and a field for each blank of it."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from functools import lru_cache

from grader.assignments import worksheets
from grader.assignments.folder import Order
from grader.assignments.roster import Student
from grader.web.jinja import fields_of
from grader.web.models import Assignment, Task
from problems.computation import ids
from problems.exercise import Exercise, from_json
from problems.texts import cleaned
from templates.formulas.speech import speech
from templates.pages.html import dress
from templates.pages.looks import look_of
from templates.pages.page import Block, Heading, Item, Items, Page, Space

LONGEST = 2_000
"""Characters of an answer; what is longer is refused by every reader."""
KEPT = 128
"""Worksheets that are not laid out again when they are asked for again."""


@dataclass(frozen=True)
class Field:
    """One blank of the worksheet."""

    name: str
    """In the form."""
    question: str
    label: str
    """What is typed for it in a table of answers."""
    spoken: str
    """The step in words, for who does not see the formula before the field."""


@dataclass(frozen=True)
class Part:
    """A section of the page, under its heading."""

    id: str
    title: str
    blocks: tuple[Block, ...]


@dataclass(frozen=True)
class Form:
    """A worksheet to be filled in on the screen."""

    exercise: Exercise
    title: str
    """Of the family: what the exercise is about."""
    opening: tuple[Block, ...]
    parts: tuple[Part, ...]
    fields: Mapping[str, Field]
    """By their names."""
    dress: str
    """Classes of the page's look."""
    accent: str
    """Its colour on white paper."""

    def typed(self, posted: Mapping[str, str]) -> dict[str, str]:
        """Question -> what stands in its field, for the fields that were sent."""
        return {
            field.question: entry(posted[name])
            for name, field in self.fields.items()
            if name in posted
        }

    def by_name(self, answers: Mapping[str, str]) -> dict[str, str]:
        """Field -> text, of question -> text."""
        return {
            name: answers[field.question]
            for name, field in self.fields.items()
            if field.question in answers
        }

    @property
    def questions(self) -> dict[str, Field]:
        """Fields by their questions."""
        return {field.question: field for field in self.fields.values()}


def entry(text: str) -> str:
    """What was typed in a field, as every database keeps it and not endless."""
    return cleaned(text[: LONGEST + 1])


def form_of(task: Task) -> Form:
    """The form of a student's exercise."""
    return _form(task.line, order_text(task.assignment), task.assignment.title)


def order_text(assignment: Assignment) -> str:
    """An assignment's order as one text."""
    return json.dumps(dict(assignment.order), ensure_ascii=False)


@lru_cache(maxsize=KEPT)
def order_of(text: str) -> Order:
    """An order, with its family read only once."""
    return Order.from_json(json.loads(text), "assignment")


@lru_cache(maxsize=KEPT)
def _form(line: str, order: str, what: str) -> Form:
    return made(from_json(json.loads(line), what), order_of(order))


def made(exercise: Exercise, order: Order) -> Form:
    """The form of any exercise that was drawn for an order."""
    # nothing is said of files: what is typed here is handed in here
    page = worksheets.worksheet(replace(order, formats=()), nobody(exercise), [exercise])
    opening, parts = _parts(page)
    fields = _told_apart([_field(exercise, item) for item in _items(page)])
    look = look_of(page)
    title = order.made_by.title
    return Form(exercise, title, opening, parts, fields, dress(look), look.accent)


def _told_apart(fields: list[Field]) -> dict[str, Field]:
    """Fields by name; where two would be spoken alike, the label is spoken too."""
    heard = Counter(field.spoken for field in fields)
    return {
        field.name: replace(field, spoken=f"{field.spoken}, {field.label}")
        if heard[field.spoken] > 1
        else field
        for field in fields
    }


def nobody(exercise: Exercise) -> Student:
    """The student of an exercise where the page does not print the name."""
    return Student(exercise.student, "", "", "student")


def _parts(page: Page) -> tuple[tuple[Block, ...], tuple[Part, ...]]:
    """What comes before the first heading, and the sections; without title, name and room."""
    found: list[tuple[str, list[Block]]] = [("", [])]
    for block in page.blocks[2:]:
        if isinstance(block, Heading) and block.level == 2:
            found.append((block.text, []))
        elif not isinstance(block, Space):
            found[-1][1].append(block)
    opening, *sections = found
    parts = (Part(f"part-{n}", title, tuple(own)) for n, (title, own) in enumerate(sections, 1))
    return tuple(opening[1]), tuple(parts)


def _items(page: Page) -> Iterator[Item]:
    for block in page.blocks:
        if isinstance(block, Items):
            for item in block.items:
                yield from fields_of(item)


def _field(exercise: Exercise, item: Item) -> Field:
    question = item.step
    if ids.asks_general(question):
        symbol = exercise.symbol(question)
    else:
        step = ids.step_asked(question)
        symbol = exercise.naming.symbol(step, of_example=True)
    spoken = speech(symbol)
    if ids.asks_formula(question):
        spoken = f"formula for {spoken}"
    return Field(item.name, question, item.label, spoken)
