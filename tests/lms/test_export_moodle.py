"""Moodle's question XML, judged by a reader that knows Moodle and nothing of ours."""

from __future__ import annotations

import html
import re
from collections.abc import Callable
from decimal import Decimal
from functools import partial
from pathlib import Path

import pytest
from exported import (
    ADA,
    BEN,
    NUMERIC,
    NUMERIC_NETWORKS,
    hostile_order,
    issued_to,
    order_of,
    outcome,
    slipped,
)
from handed_in import Checked, assignment, check, exercise_of, exercises_of, right, table
from hypothesis import example, given
from hypothesis import strategies as st
from lxml import etree
from moodle_reader import ImportRefusedError, Question, cloze_fields, read
from typed_rules import key_text

from grader.assignments.roster import Student
from grader.cli import cli
from grader.commands import export_moodle
from grader.export.classes import Owned
from grader.export.fields import Alternative, Field, fields
from grader.export.tally import Tally
from grader.lms.moodle.export import cloze, formulas, questions
from grader.marking.policy import DEFAULT, Policy
from problems.drawing import family
from problems.exercise import Exercise
from problems.misconceptions.slips import OF_THE_PEN
from templates.feedback.show import Show
from templates.formulas.plain import plain


def written(
    name: str, policy: Policy = DEFAULT, *people: Owned, style: questions.Style | None = None
) -> bytes:
    owned = people or (issued_to(name),)
    chosen = style or questions.Style()
    return b"".join(questions.quiz(order_of(name), iter(owned), policy, chosen, Tally()))


def question_of(name: str, policy: Policy = DEFAULT) -> tuple[Exercise, Question]:
    exercise = issued_to(name).exercises[0]
    return exercise, next(q for q in read(written(name, policy)) if q.kind == "cloze")


# the same questions ------------------------------------------------------------------------


@pytest.mark.parametrize("name", NUMERIC)
def test_the_fields_are_the_steps_in_their_order(name: str) -> None:
    """The report of responses numbers them; before each stands what it asks for."""
    exercise, question = question_of(name)
    titles = re.findall(r'<span title="([^"]*)">[^<]*</span> \[\[(\d+)\]\]', question.shown)
    assert len(question.fields) == len(titles) == len(exercise.asked)
    for n, (id, (title, number), field) in enumerate(
        zip(exercise.asked, titles, question.fields, strict=True), 1
    ):
        assert int(number) == n
        assert html.unescape(title).split(" ")[0] == plain(exercise.symbol(id)).split(" ")[0]
        ball = exercise.solution[id]
        assert field.answers[0].share == 100
        assert abs(float(field.answers[0].value) - ball.m) < 1e-3 * ball.r
        assert ball.r <= float(field.answers[0].tolerance) < 1.002 * ball.r


@pytest.mark.parametrize("name", NUMERIC)
def test_the_printed_key_gets_full_marks(name: str) -> None:
    """So does everything that an honest student may have; far off gets nothing."""
    exercise, question = question_of(name)
    assert question.mark([exercise.printed[id] for id in exercise.asked]) == question.most
    for id, field in zip(exercise.asked, question.fields, strict=True):
        ball = exercise.solution[id]
        for edge in (ball.m - ball.r, ball.m + ball.r):
            assert field.judge(f"{edge:.17f}")[0] == 1
        widest = max(a.tolerance for a in field.answers)
        beyond = max(abs(a.value) for a in field.answers) + widest + 1
        assert field.judge(str(beyond)) == (0, "")
        outside = float(field.answers[0].value) + 1.01 * float(field.answers[0].tolerance)
        assert field.judge(f"{outside:.17f}")[0] < 1


@pytest.mark.parametrize("name", NUMERIC_NETWORKS)
@pytest.mark.parametrize(
    "policy", [DEFAULT, Policy(slips={"bias-left-out": 0.5, "sign-lost": 0.25})], ids=["0", "part"]
)
def test_catalogued_slips_are_what_the_checker_says(name: str, policy: Policy) -> None:
    """The same share and the same words as the checker gives, for every slip that is carried.

    Of two slips of the pen that make the same number either will do: the checker looks at the
    student's own rounded values as well, where one may be nearer than the other.
    """
    exercise, question = question_of(name, policy)
    lost = {f.step: set(f.lost) for f in fields(exercise, policy)}
    at = {id: n for n, id in enumerate(exercise.asked)}
    carried = 0
    for one in slipped(exercise):
        if {one.meant, one.slip} & lost[one.step] or one.verdict != "slip":
            continue
        share, said = question.fields[at[one.step]].judge(one.typed)
        fine = [outcome(one.slip, policy)]
        fine += [outcome(one.meant, policy)] if {one.meant, one.slip} <= OF_THE_PEN else []
        assert (float(share), said) in fine, one
        carried += 1
    assert carried > len(exercise.asked)


def test_most_slips_are_carried() -> None:
    """What cannot be told apart is dropped; that must stay the exception."""
    for name in NUMERIC_NETWORKS:
        tally = Tally()
        tally.add(fields(issued_to(name).exercises[0], DEFAULT))
        assert tally.slips > 0.9 * (tally.slips + tally.lost_slips), name


@pytest.mark.parametrize("name", NUMERIC_NETWORKS)
def test_too_few_digits_get_their_share_and_swallow_no_slip(name: str) -> None:
    """Half for one digit fewer; nothing that a slip makes gets it."""
    exercise, question = question_of(name)
    words = "Too few digits"
    for one in slipped(exercise):
        widest = question.fields[exercise.asked.index(one.step)].answers[-1]
        if widest.feedback.startswith(words):
            right = Decimal(exercise.printed[one.step])
            assert abs(Decimal(one.typed) - right) > widest.tolerance, one
    halves = [f for f in question.fields if f.answers[-1].feedback.startswith(words)]
    assert halves
    for field in halves:
        assert field.answers[-1].share == 50
        assert field.answers[-1].value == field.answers[0].value


def test_a_number_with_a_digit_too_few_gets_half() -> None:
    """0.593 for 0.5933 where the wider ball is carried."""
    exercise, question = question_of("mazur")
    reached = 0
    for id, field in zip(exercise.asked, question.fields, strict=True):
        short = f"{round(float(exercise.solution[id].m), 3):.3f}"
        inside = abs(float(short) - exercise.solution[id].m) <= exercise.solution[id].r
        if not inside and field.answers[-1].feedback.startswith("Too few"):
            assert field.judge(short)[0] == Decimal("0.5")
            reached += 1
    assert reached > 10


def test_no_answer_belongs_to_two_outcomes() -> None:
    """The first that fits wins, so no other that says something else may fit as well."""
    for name in NUMERIC:
        for field in question_of(name)[1].fields:
            told = [a for a in field.answers if not a.feedback.startswith("Too few")]
            for n, a in enumerate(told):
                for b in told[n + 1 :]:
                    if (a.share, a.feedback) != (b.share, b.feedback):
                        assert abs(a.value - b.value) >= a.tolerance + b.tolerance


def test_boxes_are_all_equally_wide() -> None:
    """A box is as wide as its longest answer: sign and size of the right one would be told."""
    for name in NUMERIC:
        answers = [a for f in question_of(name)[1].fields for a in f.answers]
        assert {len(a.raw) for a in answers} == {12}
        assert not any(a.raw.partition("e")[0].endswith("0") for a in answers)


# weights and policies ----------------------------------------------------------------------


def test_weights_become_whole_numbers_in_proportion() -> None:
    """0.5 and 2 points: Moodle takes no `{0.5:NM:`, it would be plain text."""
    policy = Policy(weights={"net": 0.5, "dw": 2.0, "out.1": 0.25})
    exercise, question = question_of("mazur", policy)
    points = [policy.weight(id) for id in exercise.asked]
    assert [f.weight for f in question.fields] == [4 * p for p in points]


def test_a_field_without_points_stays_a_field() -> None:
    """Else the parts of the response would be numbered differently."""
    _, question = question_of("mazur", Policy(weights={"net": 0.0}))
    assert min(f.weight for f in question.fields) == 0


def test_what_the_policy_hides_is_not_said() -> None:
    """Slips that give nothing and say nothing are no answers at all."""
    hidden = Policy(show=Show(slips=False))
    question = question_of("mazur", hidden)[1]
    said = {a.feedback for f in question.fields for a in f.answers}
    assert all(text == "" or text.startswith("Too few") for text in said)
    silent = Policy(show=Show(slips=False, messages=False))
    assert {a.feedback for f in question_of("mazur", silent)[1].fields for a in f.answers} == {""}
    worth = Policy(slips={"bias-left-out": 0.5}, show=Show(slips=False, messages=False))
    shares = {a.share for f in question_of("mazur", worth)[1].fields for a in f.answers[1:]}
    assert shares == {50}


# what Moodle is told -----------------------------------------------------------------------


@pytest.mark.parametrize("name", family.names())
def test_every_family_becomes_questions_with_a_drawing(name: str) -> None:
    """SVG beside the text, numbers unique, no name of a student in any question."""
    found = read(written(name, DEFAULT, issued_to(name, ADA, 2), issued_to(name, BEN, 2)))
    ids = [q.idnumber for q in found]
    assert len(ids) == len(set(ids))
    assert all(ids)
    assert {q.category.rsplit("/", 1)[1] for q in found} == {
        "s001 Ada Example",
        "s002 Ben Sample",
    }
    for question in found:
        assert question.files["network.svg"].startswith(b"<svg")
        assert '<img src="@@PLUGINFILE@@/network.svg"' in question.text
        assert not re.search(r"\bAda\b", question.text + question.name)
        etree.fromstring(f"<div>{question.shown}</div>")


def test_formulas_are_essays_with_the_key_for_graders() -> None:
    """Moodle has no algebra: comparing strings would call right formulas wrong."""
    essay = next(q for q in read(written("mazur-mixed")) if q.kind == "essay")
    exercise = issued_to("mazur-mixed").exercises[0]
    assert essay.xml is not None
    assert len(re.findall("<li>", essay.xml.findtext("graderinfo/text"))) == 4
    assert essay.xml.findtext("defaultgrade") == "4"
    assert all(exercise.labels[q] in essay.text for q in exercise.questions[31:])


def test_a_site_without_internet_gets_plain_text() -> None:
    """--no-tex: nothing for MathJax to render."""
    text = read(written("mazur", style=questions.Style(formulas=False)))[0].text
    assert "\\(" not in text
    assert "net_h1 =" in text


@given(st.text())
@example("a}b")
@example("\\")
@example("}#~{1:NM:=1}\\}")
@example("]]>")
def test_any_comment_survives_a_field(words: str) -> None:
    """Braces, hashes, tildes and backslashes neither end the field nor get lost."""
    other = Alternative("0.2", "0.01", 0.0, words, "slip")
    text = cloze.cloze(Field("net.1.1", "x", "0.5", "0.01", 1.0, (other,)), 1)
    shown, (field,) = cloze_fields(f"before {text} after")
    assert shown == "before [[1]] after"
    lines = re.sub("[\n\r]", " ", words).replace("~", "\u223c")
    assert field.answers[1].feedback == html.unescape(html.escape(lines, quote=False))


def test_words_of_a_family_cannot_break_out() -> None:
    """A teacher's own family may say anything: no field, no tag, no end of the text."""
    owned, tally = issued_to("mazur-delta"), Tally()
    for kind in (questions.quiz, partial(formulas.quiz, boxes=8)):
        args = (hostile_order(), iter([owned]), DEFAULT, questions.Style())
        (question,) = read(b"".join(kind(*args, tally=tally)))
        assert "]]&gt;" in question.text
        assert "&#123;1:NM:=1" not in question.text
        assert "<b>x</b>" not in question.text
        assert question.text.count("{1:NM:=") == 0
        assert len(question.fields) in (0, len(owned.exercises[0].asked))


names = st.text(st.characters(exclude_categories=["Cs", "Cc"]), min_size=1, max_size=40)


@given(names, names)
@example("s1", "<script>alert(1)</script>")
@example("s1", "a/b//c $course$")
@example("s1", "]]></text></category>")
@example("\ufffe", "\uffff")
def test_any_name_stays_a_name(id: str, name: str) -> None:
    """Nothing of the class list can break the file, make a tag or another category."""
    owned = Owned(Student(id, name, "", "f"), issued_to("mazur-delta").exercises)
    text = questions.category(order_of("mazur-delta"), owned)
    node = etree.fromstring(text.encode())
    path = node.findtext("category/text")
    assert path.startswith("$course$/top/")
    assert len(re.split("(?<!/)/(?!/)", path.replace("//", ""))) <= 4
    assert "<" not in path
    assert ">" not in path


def test_the_reader_itself_refuses_what_moodle_refuses() -> None:
    """Test of the tester, by the table of what was measured."""
    for text in ("{1:NM:%100%0.5:5%}", "{1:NM:%100%+1.5:0.1}", "{1:NM:%90%1:0.1}"):
        with pytest.raises(ImportRefusedError):
            cloze_fields(text)
    for text in ("{0.5:NM:%100%1:0}", "{ 1:NM:%100%1:0}", "{1:nm:%100%1:0}"):
        assert cloze_fields(text) == (text, [])
    (field,) = cloze_fields("{3:NUMERICAL:%100%0.138499:0.0005#right~%50%-0.138499:0.0005#s}")[1]
    assert field.judge("0.1390") == (0, "")
    assert field.judge("0.138999") == (1, "right")
    assert field.judge("-0.1385") == (Decimal("0.5"), "s")
    assert field.judge("0,1385") == (0, "")


# the command -------------------------------------------------------------------------------


@pytest.fixture
def hw(tmp_path: Path) -> Path:
    return assignment(tmp_path)


def run(runner, *arguments: object, code: int = 0) -> str:
    result = runner.invoke(cli, ["export", *map(str, arguments)])
    assert result.exit_code == code, result.output
    return result.output


def response(question: Question, answers: list[str]) -> str:
    assert len(question.fields) == len(answers)
    return "; ".join(f"part {n}: {text}" for n, text in enumerate(answers, 1))


HEADER = ["Last name", "First name", "ID number", "Status", "Response 1", "Right answer 1"]


def responses(tmp_path: Path, rows: list[list[str]]) -> Path:
    path = tmp_path / "responses.csv"
    path.write_bytes(b"\xef\xbb\xbf" + table(HEADER, rows))
    return path


@pytest.mark.parametrize("name", ["mazur", "lfd", "mazur-mixed"])
def test_responses_come_back_to_the_checker(runner, tmp_path: Path, name: str) -> None:
    """Typed in the order of the fields: all right; and follow-through where Moodle has none."""
    hw = assignment(tmp_path, name)
    run(runner, "moodle", hw)
    found = [q for q in read((hw / "exports/moodle.xml").read_bytes()) if q.kind == "cloze"]
    exercise = exercise_of(hw, "s001")
    question = next(q for q in found if q.idnumber == f"bp-{exercise.id}")
    answers = list(right(exercise).values())
    row = ["Example", "Ada", "s001", "Finished", response(question, answers), ""]
    (report,) = check(hw, responses(tmp_path, [row])).reports
    numbers = report["steps"][: len(answers)]
    assert {step["verdict"] for step in numbers} == {"correct"}


def essay_of(exercise: Exercise, typed: str = "name") -> str:
    """Formulas as the essay asks for them: a line each, by name or by the label that it shows."""
    asked = exercise.questions[len(exercise.asked) :]
    texts = {exercise.labels[id]: key_text(exercise, id) for id in asked}
    names = {label: label.split(":")[0] if typed == "name" else label for label in texts}
    return "\n".join(f"{names[label]} = {text}" for label, text in texts.items())


def numbers_of(exercise: Exercise) -> str:
    """The response to the question of numbers, all right."""
    texts = enumerate(right(exercise).values(), 1)
    return "; ".join(f"part {n}: {text}" for n, text in texts)


def checked(hw: Path, place: Path, *cells: str) -> Checked:
    """Ada's responses, a question each."""
    header = ["Last name", "First name", "ID number", "Status"]
    header += [f"Response {n}" for n in range(1, len(cells) + 1)]
    path = place / "responses.csv"
    row = ["Example", "Ada", "s001", "Finished", *cells]
    path.write_bytes(b"\xef\xbb\xbf" + table(header, [row]))
    return check(hw, path)


@pytest.mark.parametrize("typed", ["name", "label"])
def test_formulas_of_an_essay_are_read_with_the_numbers(tmp_path: Path, typed: str) -> None:
    """Moodle has no algebra, we have: nobody loses what was written rightly."""
    hw = assignment(tmp_path, "mazur-mixed")
    exercise = exercise_of(hw, "s001")
    done = checked(hw, tmp_path, numbers_of(exercise), essay_of(exercise, typed))
    assert (done.percent, done.problems) == ({"s001": 100}, [])


def test_an_essay_alone_is_read_too(tmp_path: Path) -> None:
    """The numbers unanswered, or none asked for."""
    hw = assignment(tmp_path, "mazur-mixed")
    exercise = exercise_of(hw, "s001")
    (report,) = checked(hw, tmp_path, "-", essay_of(exercise)).reports
    asked = len(exercise.asked)
    assert {step["verdict"] for step in report["steps"][:asked]} == {"blank"}
    assert {step["verdict"] for step in report["steps"][asked:]} == {"correct"}
    (tmp_path / "f").mkdir()
    hw = assignment(tmp_path / "f", "mazur-formulas")
    done = checked(hw, tmp_path, essay_of(exercise_of(hw, "s001")))
    assert (done.percent, done.problems) == ({"s001": 100}, [])


def test_an_equals_sign_in_a_box_makes_no_essay(tmp_path: Path) -> None:
    """Students write `net = 0.3775` into boxes; with an essay beside them and without."""
    for n, name in enumerate(("mazur", "mazur-mixed")):
        (tmp_path / str(n)).mkdir()
        hw = assignment(tmp_path / str(n), name)
        exercise = exercise_of(hw, "s001")
        cell = numbers_of(exercise).replace("part 1: ", "part 1: net_h1 = ")
        essay = [essay_of(exercise)] if name == "mazur-mixed" else []
        done = checked(hw, tmp_path, cell, *essay)
        assert (done.percent, done.problems) == ({"s001": 100}, [])


def test_lines_of_an_essay_that_are_no_formulas_are_told(tmp_path: Path) -> None:
    """With row and column, and what to write; the others count."""
    hw = assignment(tmp_path, "mazur-mixed")
    exercise = exercise_of(hw, "s001")
    lines = ["see my notebook", "nett = 1", *essay_of(exercise).splitlines()[1:]]
    done = checked(hw, tmp_path, numbers_of(exercise), "\n".join(lines))
    assert done.codes == ["bad_step", "bad_step"]
    assert {problem["column"] for problem in done.problems} == {"Response 2"}
    lost = [step for step in done.reports[0]["steps"] if step["verdict"] != "correct"]
    assert [step["verdict"] for step in lost] == ["blank"]


ODD_ESSAYS = {
    "no sign": lambda essay: "\n".join(line.split(" = ")[1] for line in essay.splitlines()),
    "prose": lambda essay: "I do not know",
    "a word": lambda essay: essay.replace(" = ", " is "),
    "a part": lambda essay: "part 1: see my notebook",
    "parts": lambda essay: "part 1: see; part 2: my notebook",
}


@pytest.mark.parametrize("response", ["Response", "Vastaus"])
@pytest.mark.parametrize("odd", ODD_ESSAYS)
def test_an_odd_essay_is_told_and_moves_nobody_elses_questions(
    tmp_path: Path, odd: str, response: str
) -> None:
    """Two exercises each, numbers and formulas; an essay reads like parts, or like nothing."""
    hw = assignment(tmp_path, "mazur-mixed", "--exercises", "2")
    rows = [["Last name", "First name", "ID number", "Status"]]
    rows[0] += [f"{response} {n}" for n in range(1, 5)]
    for student in ("s001", "s002", "s003"):
        both = [exercise_of(hw, student, number) for number in (1, 2)]
        cells = [cell for one in both for cell in (numbers_of(one), essay_of(one))]
        cells[0] = cells[0].replace("part 1: ", "part 1: 9", 1)
        cells[1] = ODD_ESSAYS[odd](cells[1]) if student == "s002" else cells[1]
        rows.append(["Last", "First", student, "Finished", *cells])
    path = tmp_path / "responses.csv"
    path.write_bytes(b"\xef\xbb\xbf" + table(rows[0], rows[1:]))
    done = check(hw, path)
    lost = {
        (report["student"], report["exercise"]): [
            step["verdict"] for step in report["steps"] if step["verdict"] != "correct"
        ]
        for report in done.reports
    }
    assert len(lost) == 6
    for (student, exercise), verdicts in lost.items():
        first = exercise == exercise_of(hw, student).id
        blank = 4 if first and student == "s002" else 0
        assert verdicts == ["wrong"] * first + ["blank"] * blank, (student, exercise)
    assert {problem["code"] for problem in done.problems} == {"bad_step"}
    assert {problem["column"] for problem in done.problems} == {f"{response} 2"}


@pytest.mark.parametrize(
    "typed",
    [
        lambda essay: essay.replace(" = ", ": "),
        lambda essay: "\n".join(f"{n}. {s}" for n, s in enumerate(essay.splitlines(), 1)),
        lambda essay: "\n\n".join(f"* {line}" for line in essay.splitlines()),
    ],
)
def test_lists_and_colons_in_an_essay_are_read(
    tmp_path: Path, typed: Callable[[str], str]
) -> None:
    hw = assignment(tmp_path, "mazur-mixed")
    exercise = exercise_of(hw, "s001")
    done = checked(hw, tmp_path, numbers_of(exercise), typed(essay_of(exercise)))
    assert (done.percent, done.problems) == ({"s001": 100}, [])


def test_follow_through_is_given_afterwards(runner, tmp_path: Path, hw: Path) -> None:
    """A first value that is wrong, the rest worked out from it."""
    run(runner, "moodle", hw)
    exercise = exercise_of(hw, "s001")
    data = (hw / "exports/moodle.xml").read_bytes()
    question = next(q for q in read(data) if q.idnumber == f"bp-{exercise.id}")
    from marking import paper

    typed = paper(exercise, "net.1.1")
    answers = [typed[id] for id in exercise.asked]
    assert question.mark(answers) < question.most / 2
    row = ["Example", "Ada", "s001", "Finished", response(question, answers), ""]
    (report,) = check(hw, responses(tmp_path, [row])).reports
    lost = [s["label"] for s in report["steps"] if s["verdict"] in ("slip", "wrong")]
    assert len(lost) == 1


def test_it_says_what_it_cannot_carry(runner, hw: Path) -> None:
    """Follow-through, slips that were dropped, that it is secret; within 80 columns."""
    said = run(runner, "moodle", hw)
    for words in (
        "judged alone",
        "catalogued slips",
        "right answers",
        "6 questions (246 fields) of 6",
    ):
        assert words in " ".join(said.split())
    assert all(len(line) <= 80 for line in said.splitlines() if "exports" not in line)


def test_essays_are_counted_as_questions(runner, tmp_path: Path) -> None:
    """An exercise in formulas alone makes one essay a student, and nothing is judged by itself."""
    hw = assignment(tmp_path, "mazur-formulas")
    said = " ".join(run(runner, "moodle", hw).split())
    assert "6 questions (6 essays) of 6 students" in said
    assert "judged alone" not in said
    assert len(read((hw / "exports/moodle.xml").read_bytes())) == 6
    (tmp_path / "m").mkdir()
    mixed = " ".join(run(runner, "moodle", assignment(tmp_path / "m", "mazur-mixed")).split())
    assert re.search(r"12 questions \(\d+ fields, 6 essays\) of 6 students", mixed)


def test_the_category_is_named_as_moodle_shows_it(runner, hw: Path) -> None:
    """A teacher looks for it there, and for the students' below it."""
    said = " ".join(run(runner, "moodle", hw).split())
    [name] = re.findall(r"In Moodle: the category '([^']+)'", said)
    for question in read((hw / "exports/moodle.xml").read_bytes()):
        assert question.category.startswith(f"$course$/top/{name}/s00")


@pytest.mark.parametrize("kind", ["moodle", "qti", "canvas", "booklet", "gradescope"])
def test_out_may_be_a_folder(runner, hw: Path, tmp_path: Path, kind: str) -> None:
    """The file gets its usual name in it; nothing else there is touched."""
    place = tmp_path / "mine"
    place.mkdir()
    (place / "notes.txt").write_text("keep")
    more = ["--only", "s001"] if kind != "gradescope" else []
    run(runner, kind, hw, "--out", place, *more)
    usual = {"moodle": "moodle.xml", "booklet": "worksheets.pdf"}.get(kind, f"{kind}.zip")
    assert {path.name for path in place.iterdir()} == {"notes.txt", usual}


def test_nothing_is_overwritten_unasked(runner, hw: Path) -> None:
    """--force replaces; without it the old file stays as it was."""
    target = hw / "exports" / "moodle.xml"
    run(runner, "moodle", hw, "--only", "s001")
    before = target.read_bytes()
    assert "exists already" in run(runner, "moodle", hw, code=1)
    assert target.read_bytes() == before
    run(runner, "moodle", hw, "--force")
    assert len(read(target.read_bytes())) == 6


def test_whole_or_not_at_all(runner, hw: Path) -> None:
    """A broken line in the middle of the class: no half file, the old one untouched."""
    run(runner, "moodle", hw)
    target = hw / "exports" / "moodle.xml"
    before = target.read_bytes()
    lines = (hw / "exercises.jsonl").read_text("utf-8").splitlines()
    lines[3] = lines[3].replace('"loss": "', '"loss": "no-such-')
    (hw / "exercises.jsonl").write_text("\n".join(lines) + "\n", "utf-8")
    run(runner, "moodle", hw, "--force", code=1)
    run(runner, "moodle", hw, "--per-student", code=1)
    assert target.read_bytes() == before
    assert [p.name for p in target.parent.iterdir()] == ["moodle.xml"]


def test_a_file_for_each_student(runner, tmp_path: Path) -> None:
    """For huge classes; each with its own category and all exercises."""
    hw = assignment(tmp_path, "mazur-delta", "--exercises", "2")
    run(runner, "moodle", hw, "--per-student", "--out", tmp_path / "each")
    files = sorted((tmp_path / "each").iterdir())
    assert [f.name for f in files] == [f"s00{n}.xml" for n in range(1, 7)]
    for file in files:
        found = read(file.read_bytes())
        assert len(found) == 2
        assert len({q.category for q in found}) == 1
    own = {e.id for e in exercises_of(hw)}
    assert {q.idnumber.removeprefix("bp-") for f in files for q in read(f.read_bytes())} == own


def test_many_fields_are_warned_of(
    runner, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """PHP drops what is beyond max_input_vars in silence."""
    hw = assignment(tmp_path, "mazur-delta", "--exercises", "20", roster="student\na\n")
    monkeypatch.setattr(export_moodle, "MANY_FIELDS", 600)
    assert "max_input_vars" in run(runner, "moodle", hw)
    assert "max_input_vars" not in run(
        runner, "moodle", assignment(_made(tmp_path / "x"), "mazur")
    )


def test_an_unknown_student_is_refused(runner, hw: Path) -> None:
    """And nothing is written."""
    assert "no student 'nobody'" in run(runner, "moodle", hw, "--only", "nobody", code=1)
    assert not (hw / "exports").exists()


def test_the_booklet_is_an_export_too(runner, hw: Path) -> None:
    """The same command under both names."""
    run(runner, "booklet", hw, "--only", "s001")
    assert (hw / "worksheets.pdf").read_bytes().startswith(b"%PDF")


def _made(folder: Path) -> Path:
    folder.mkdir()
    return folder
