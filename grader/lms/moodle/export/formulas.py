"""Exercises for Moodle's plugin qtype_formulas: follow-through within a chain of boxes.

A part of a question has several boxes; the values typed there are `_0`, `_1`, ... A box is
right if it is near the true value, or near what the rule gives on the other boxes of its part.
Parts do not see each other, so a value from another part enters as it truly is; and a box that
is blank costs its whole part, so parts are short.
"""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Iterator, Mapping
from dataclasses import replace

from grader.assignments.folder import Order
from grader.assignments.worksheets import sheet
from grader.export.classes import NOBODY, Owned
from grader.export.fields import fields
from grader.export.number_format import plain
from grader.export.tally import Tally
from grader.export.xml import HEAD, cdata, text
from grader.lms.moodle.export.chain import Chain, Values
from grader.lms.moodle.export.questions import (
    PICTURE,
    POINT,
    Style,
    category,
    medium,
    questions,
)
from grader.marking.policy import Policy
from templates.drawings.svg import svg
from templates.pages.page import Block, Figure, Items
from templates.pages.portable import fragment
from templates.sheets.sheets import Sheet, question_fields, question_opening

EMPTY = '<{0} format="html"><text></text></{0}>'
REMARKS = ("correctfeedback", "partiallycorrectfeedback", "incorrectfeedback")


def quiz(
    order: Order,
    people: Iterator[Owned],
    policy: Policy,
    style: Style,
    boxes: int,
    tally: Tally,
) -> Iterator[bytes]:
    """The whole file, piece by piece; questions for formulas are essays, as for cloze."""
    yield f"{HEAD}<quiz>\n".encode()
    for one in people:
        yield category(order, one).encode()
        for exercise in one.exercises:
            if exercise.asked:
                page = sheet(order, NOBODY, exercise)
                yield chain_question(page, policy, style, boxes, tally).encode()
            left = replace(exercise, asked=())
            yield from (part.encode() for part in questions(order, left, policy, style, tally))
        tally.students += 1
        own = sum(len(exercise.asked) for exercise in one.exercises)
        tally.most_fields = max(tally.most_fields, own)
    yield b"</quiz>\n"


def chain_question(page: Sheet, policy: Policy, style: Style, boxes: int, tally: Tally) -> str:
    """One question with a part for every few steps."""
    exercise = page.exercise
    found = [field for field in fields(exercise, policy, slips=False) if field.weight]
    tally.add(found)
    opening = question_opening(page)
    figure = next(block for block in opening if isinstance(block, Figure))
    shown = POINT + fragment(opening, medium(style, lambda item: ""))
    data = b64encode(svg(figure.drawing).encode()).decode()
    file = f'<file name="{PICTURE}" path="/" encoding="base64">{data}</file>'
    values = Values(exercise)
    chunks = [found[n : n + boxes] for n in range(0, len(found), boxes)]
    parts = "".join(
        _part(n, Chain(exercise, tuple(chunk), values), page, style)
        for n, chunk in enumerate(chunks)
    )
    name = text(f"{page.title}: {exercise.id}")
    return (
        f'<question type="formulas"><name><text>{name}</text></name>'
        f'\n<questiontext format="html"><text>{cdata(shown)}</text>{file}</questiontext>\n'
        f"{EMPTY.format('generalfeedback')}<defaultgrade>1</defaultgrade><penalty>0</penalty>"
        f"<hidden>0</hidden><idnumber>{text(f'bp-{exercise.id}-chain')}</idnumber>\n"
        f"{''.join(map(EMPTY.format, REMARKS))}\n<varsrandom><text></text></varsrandom>"
        f"<varsglobal><text>{text(values.assignments)}</text></varsglobal>\n"
        "<shownumcorrect><text>1</text></shownumcorrect>"
        f"<answernumbering><text>none</text></answernumbering>\n{parts}</question>\n"
    )


def _part(n: int, chain: Chain, page: Sheet, style: Style) -> str:
    at = {box.step: k for k, box in enumerate(chain.boxes)}
    shown = fragment(_blocks(page, at), medium(style, lambda item: f"{{_{at[item.step]}}}"))
    answer = ",".join(chain.values.names[box.step].text for box in chain.boxes)
    return (
        f"<answers>{_value('partindex', n)}{_value('placeholder', '')}"
        f"{_value('answermark', plain(chain.most))}{_value('answertype', 0)}"
        f"{_value('numbox', len(chain.boxes))}{_value('vars1', '')}"
        f"{_value('answer', f'[{answer}]')}{_value('answernotunique', 1)}\n"
        f"{_value('vars2', ' '.join(chain.lines()))}\n{_value('correctness', 'mark')}"
        f"{_value('unitpenalty', 1)}{_value('postunit', '')}{_value('ruleid', 1)}"
        f'{_value("otherrule", "")}<subqtext format="html"><text>{cdata(shown)}</text></subqtext>'
        f"{EMPTY.format('feedback')}{''.join(map(EMPTY.format, REMARKS))}</answers>\n"
    )


def _value(tag: str, value: str | int) -> str:
    return f"<{tag}><text>{text(str(value))}</text></{tag}>"


def _blocks(page: Sheet, at: Mapping[str, int]) -> list[Block]:
    """The sections with the fields of one part; sections without any are left out."""
    found: list[Block] = []
    waiting: list[Block] = []
    for block in question_fields(page):
        if not isinstance(block, Items):
            waiting.append(block)
            continue
        own = tuple(item for item in block.items if getattr(item, "step", None) in at)
        found += [*waiting, Items(own)] if own else []
        waiting = []
    return found
