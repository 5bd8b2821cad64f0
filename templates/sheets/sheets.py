"""Worksheets and answer keys: exercises laid out as pages."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from problems.computation import ids
from problems.computation.kinds import FORWARD
from problems.computation.network import layered
from problems.computation.sections import Group, Placed
from problems.exercise import Exercise
from problems.formulas import general
from problems.formulas.formula import EQUALS, Formula, Num, Op, Row, row
from problems.formulas.vectors import Vectors
from problems.formulas.writing import Writer, number
from templates.pages.fields import field_name
from templates.pages.looks import dressed
from templates.pages.page import (
    ArrayItem,
    Block,
    Bullets,
    Code,
    Display,
    Header,
    Heading,
    Inline,
    Inlines,
    Item,
    Items,
    Math,
    Note,
    Page,
    PageBreak,
    Paragraph,
    Relation,
    Space,
    Table,
    Text,
    chained,
    text,
)
from templates.sheets.curve import error_curve
from templates.sheets.givens import matrix
from templates.sheets.handed import handed_out, named_only
from templates.sheets.rows import owner, rowed

LANGUAGE = "en"
KEY = "Answer key"
FIELD_WIDTH, FORMULA_WIDTH = 6.0, 30.0
"""Of a field for a number and for a formula, in em."""
WORKING, WORKING_EACH, WORKING_MOST = 18.0, 2.0, 50.0
"""Room for working below a section, and for each of its questions, in millimetres."""
PLUS_MINUS = Op("±", "binary")


@dataclass(frozen=True)
class Sheet:
    """One exercise with the words of its family."""

    exercise: Exercise
    title: str
    source: str
    instructions: str
    sections: tuple[Placed, ...]
    student: str
    """The name as printed."""
    look: str = "standard"
    given: str = "Given"
    """Heading of what is handed out."""
    formats: tuple[str, ...] = ("pdf", "csv")
    """Files that the student gets, for the words on what to hand in."""


def worksheet(sheets: Sequence[Sheet]) -> Page:
    """What a student gets: givens, instructions, fields to fill in; nothing of the solution."""
    return _page(sheets, "Worksheet", _worksheet_blocks)


def key(sheets: Sequence[Sheet]) -> Page:
    """What a teacher gets: every step worked, and a table of the results."""
    return _page(sheets, KEY, _key_blocks)


def question(sheet: Sheet) -> list[Block]:
    """What a learning platform asks: the exercise without words on sheets and handing in.

    It names no student. Vectors and matrices are asked entry by entry, so that the fields stand
    in the order of `Exercise.asked`; questions for formulas are left out.
    """
    return [*question_opening(sheet), *question_fields(sheet)]


def question_opening(sheet: Sheet) -> list[Block]:
    """Its words, drawing, givens, and how numbers are written."""
    note = Note(how_to_write(sheet.exercise, ()))
    words = Paragraph(text(sheet.instructions))
    return [words, *handed_out(sheet.exercise, sheet.given), note]


def question_fields(sheet: Sheet) -> list[Block]:
    """Its sections with their fields."""
    found: list[Block] = []
    for section in sheet.sections:
        groups = [g for g in section.groups if not (g.formula or g.general)]
        if not groups and (section.groups or not section.text):
            continue
        found.append(Heading(2, section.title))
        found += [Paragraph(text(section.text))] if section.text else []
        fields = tuple(_field(sheet.exercise, id) for group in groups for id in group.steps)
        found += [Items(fields)] if fields else []
    return found


def formulas_asked(sheet: Sheet) -> list[Block]:
    """The same for the questions for formulas: what is asked, as a list without fields."""
    exercise = sheet.exercise
    asked = exercise.questions[len(exercise.asked) :]
    listed: tuple[Inlines, ...] = tuple(
        (Math(exercise.symbol(id)), Text(": "), Code(exercise.labels[id])) for id in asked
    )
    note = Note(how_to_write_formulas(exercise, ()))
    words = Paragraph(text(sheet.instructions))
    return [words, *named_only(exercise), note, Bullets(listed)]


def _page(sheets: Sequence[Sheet], what: str, blocks: object) -> Page:
    first = sheets[0]
    ids_shown = tuple(sheet.exercise.id for sheet in sheets)
    found: list[Block] = []
    for n, sheet in enumerate(sheets, 1):
        if n > 1:
            found.append(PageBreak())
        found += _opening(sheet, n, len(sheets), what)
        found += blocks(sheet)  # type: ignore[operator]
    title = f"{what}: {first.title} ({first.student})"
    header = Header(first.student, ids_shown)
    return dressed(Page(title, LANGUAGE, header, tuple(found), first.look))


def _opening(sheet: Sheet, n: int, of: int, what: str) -> list[Block]:
    count = f", exercise {n} of {of}" if of > 1 else ""
    level = 1 if n == 1 else 2
    words: list[Inline] = [Text(f"{what}{count}, for "), Text(f"{sheet.student}. ")]
    words += [Text("Exercise "), Code(sheet.exercise.id), Text(".")]
    opening: list[Block] = [
        Heading(level, sheet.title),  # type: ignore[arg-type]
        Paragraph(tuple(words)),
        Paragraph(text(sheet.instructions)),
    ]
    if sheet.source:
        opening.append(Paragraph(text(f"Style: {sheet.source}.")))
    if not sheet.exercise.asked:  # formulas alone: the numbers would only distract
        return [*opening, *named_only(sheet.exercise)]
    return [*opening, *handed_out(sheet.exercise, sheet.given, solved=what == KEY)]


# worksheet ---------------------------------------------------------------------------------


def how_to_write(exercise: Exercise, formats: Sequence[str]) -> Inlines:
    """The precision that is asked for, how numbers are typed, and what is handed in."""
    precision = exercise.precision
    inside = ", inside a formula too" if precision.subresults else ""
    return (
        Text(f"Write every number with {precision.worded()}"),
        *_otherwise_written(exercise),
        Text(
            f". You may round or cut off{inside}, and carry on "
            "with the written number or with the one on your calculator; more digits never cost "
            "anything. "
            f"Type numbers like 0.5933, -0.02 or 5.9e-3. {_hand_in(formats)}"
            "Leave a field empty rather than guess."
        ),
    )


def _otherwise_written(exercise: Exercise) -> Iterator[Inline]:
    """Steps that ask for more or fewer digits than the rest, each kind by its first symbol."""
    asked: dict[int, list[str]] = {}
    for kind, places in exercise.precision.kinds:
        found = [id for id in exercise.asked if exercise.parse(id).kind == kind]
        asked.setdefault(places, []).extend(found[:1])
    for places, first in asked.items():
        for n, id in enumerate(first):
            yield Text(" and " if n else ", but ")
            yield Math(exercise.naming.symbol(id))
        if first:
            yield Text(f" and the like with {places}")


def how_to_write_formulas(exercise: Exercise, formats: Sequence[str]) -> Inlines:
    """Which names a formula may use, and how it is typed."""
    known = [exercise.naming.label(id) for id in exercise.graph.givens]
    steps = [
        exercise.naming.label(id) for id in exercise.graph.steps if not exercise.parse(id).inner
    ]
    names = ", ".join([*known[:3], *steps[:3]])
    first = Text(
        "Write a formula in any form that is equal: through the givens, or through quantities "
        "that come before it. Type names as in "
    )
    rest = (
        "; Greek letters by name (delta1) or letter, products with * or side by side, powers "
        f"with ^. {_hand_in(formats)}Leave a field empty rather than guess."
    )
    letters = ""
    if exercise.generals:
        letters = (
            " With letters for the units, i is the layer below, j the unit, k the layer above; "
            "a sum is sum_k(...)."
        )
    return (first, Code(names), Text(rest + letters))


def _hand_in(formats: Sequence[str]) -> str:
    form = "worksheet.pdf with its fields filled in and saved" if "pdf" in formats else ""
    table = "answers.csv with the column 'answer' filled in" if "csv" in formats else ""
    ways = ", or ".join(way for way in (form, table) if way)
    return f"Hand in {ways}. " if ways else ""


def _worksheet_blocks(sheet: Sheet) -> Iterator[Block]:
    if sheet.exercise.asked:
        yield Note(how_to_write(sheet.exercise, sheet.formats))
    if sheet.exercise.formulas or sheet.exercise.generals:
        yield Note(how_to_write_formulas(sheet.exercise, sheet.formats))
    for section in sheet.sections:
        yield Heading(2, section.title)
        if section.text:
            yield Paragraph(text(section.text))
        if section.groups:
            yield _fields(sheet.exercise, section)
            yield Space(working(len(section.questions)))


def _fields(exercise: Exercise, section: Placed) -> Items:
    plan = exercise.plan
    return rowed((owner(group, plan), _item(exercise, group)) for group in section.groups)


def working(questions: int) -> float:
    """Room for working below a section, in millimetres: more for more questions."""
    return min(WORKING_MOST, WORKING + WORKING_EACH * questions)


def _item(exercise: Exercise, group: Group) -> Item | ArrayItem:
    vectors = Vectors(exercise.naming)
    if group.vector and vectors.can(group.steps):
        array = vectors.array(group.steps)
        cells = tuple(
            tuple(Num("1") if id is None else _field(exercise, id) for id in cells)
            for cells in array.cells
        )
        labels = [exercise.labels.get(id, id) for id in group.steps]
        label = labels[0] if len(labels) == 1 else f"{labels[0]} … {labels[-1]}"
        return ArrayItem(label, row(array.symbol, EQUALS), cells)
    if group.general:
        return _general_field(exercise, group.general)
    return _field(exercise, group.steps[0], group.formula)


def _general_field(exercise: Exercise, question: str) -> Item:
    prompt = row(exercise.symbol(question), EQUALS)
    name = field_name(exercise.number, question)
    label = exercise.labels.get(question, question)
    return Item(question, label, prompt, FORMULA_WIDTH, name, "a formula with i, j and k")


def _field(exercise: Exercise, id: str, formula: bool = False) -> Item:
    writer = Writer(exercise.naming)
    step = exercise.graph.steps[id]
    prompt = row(writer.left(step), writer.relation(step))
    question = ids.formula_of(id) if formula else id
    name = field_name(exercise.number, question)
    hint = "a formula" if formula else exercise.precision.worded(exercise.parse(id).kind)
    width = FORMULA_WIDTH if formula else FIELD_WIDTH
    label = exercise.labels.get(question, question)
    return Item(question, label, prompt, width, name, hint)


# key ---------------------------------------------------------------------------------------


def _key_blocks(sheet: Sheet) -> Iterator[Block]:
    exercise = sheet.exercise
    writer = Writer(exercise.naming, exercise.printed, exercise.named)
    for section in sheet.sections:
        yield Heading(2, section.title)
        lines = (line for group in section.groups for line in _worked(exercise, writer, group))
        yield Display(tuple(lines))
    curve = error_curve(exercise) if exercise.asked else None
    if curve:
        yield Heading(2, "The error over the updates")
        yield curve
    if exercise.asked:
        yield Heading(2, "All results")
        yield results(exercise)


def _worked(exercise: Exercise, writer: Writer, group: Group) -> Iterator[Relation]:
    if group.general or group.formula:
        for question in group.questions:
            yield chained(key_formula(exercise, question))
        return
    vectors = Vectors(exercise.naming)
    if group.vector and vectors.can(group.steps):
        array = vectors.array(group.steps)
        shown = matrix(exercise, array)
        if array.rule:
            yield Relation(array.symbol, EQUALS, array.rule)
            yield Relation(None, EQUALS, shown)
        else:
            yield Relation(array.symbol, EQUALS, shown)
    for id in group.steps:
        for inner in (i for i in exercise.graph.steps if i.startswith(f"{id}/")):
            yield worked_step(exercise, writer, inner)
        yield worked_step(exercise, writer, id)


def key_formula(exercise: Exercise, question: str) -> Formula:
    """symbol = rule = the same through net inputs and outputs; or the rule with letters."""
    if ids.asks_general(question):
        return general.formula(exercise.notation, layered(exercise.plan), question)
    id = ids.step_asked(question)
    step = exercise.graph.steps[id]
    short = Writer(exercise.naming).symbolic(step)
    forward = [i for i in exercise.graph.steps if exercise.parse(i).role in FORWARD]
    writer = Writer(exercise.naming, None, [*forward, id], worked_out=True)
    long = writer.symbolic(step)
    more = () if long == short else (EQUALS, long)
    return row(writer.left(step), writer.relation(step), short, *more)


def worked_step(exercise: Exercise, writer: Writer, id: str) -> Relation:
    """symbol = formula = numbers = value ± tolerance, as the documents print it."""
    found = writer.worked(exercise.graph.steps[id])
    parts = [found.formula]
    if found.numbers not in (found.value, found.formula):
        parts += [EQUALS, found.numbers]
    # A row within the row: value and tolerance are never torn apart at a line's end.
    value = Row((found.value, PLUS_MINUS, Num(tolerance(exercise, id))))
    right = Row((*row(*parts, EQUALS).items, value))  # type: ignore[attr-defined]
    return Relation(found.symbol, found.relation, right)


def tolerance(exercise: Exercise, id: str) -> str:
    """How far an answer may be from the true value, to two figures, rounded up."""
    radius = float(exercise.solution[id].r)
    return rounded_up(radius)


def rounded_up(radius: float) -> str:
    """Two significant figures, never below the radius.

    >>> rounded_up(0.00012413), rounded_up(0.0001)
    ('0.00013', '0.00010')
    """
    from problems.arithmetic.precision import leading_place, rounded

    unit = float(leading_place(radius)) / 10
    steps = int(-(-radius * (1 - 1e-9) // unit))
    decimals = max(0, -int(f"{unit:e}".split("e")[1]))
    return rounded(steps * unit, decimals)


def results(exercise: Exercise) -> Table:
    """Label, value and tolerance of every asked step."""
    header = (text("Step"), text("To be typed as"), text("Value"), text("Tolerance"))
    rows = tuple(
        (
            (Math(exercise.naming.symbol(id, of_example=True)),),
            (Code(exercise.labels[id]),),
            (Math(number(exercise.printed[id])),),
            text(f"± {tolerance(exercise, id)}"),
        )
        for id in exercise.asked
    )
    return Table(header, rows, "", ("left", "left", "right", "right"))
