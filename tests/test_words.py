"""Reasons: a closed list of keys, what each needs, and sentences that are made at the very end."""

from __future__ import annotations

import ast
import json
import pickle
import re
from collections.abc import Collection, Iterator
from functools import cache
from pathlib import Path
from typing import NamedTuple

import pytest

from grader.errors import AnswerError, Lost, Problem, SubmissionError
from grader.results.problem_rows import problem_in, problem_row
from problems.reasons import AS_TOLD, Argument, Reason, as_told, because
from templates.words.page import page
from templates.words.sentences import (
    SENTENCES,
    _pieces,
    placeholders,
    reason_in,
    said,
    sentence,
)

ROOT = Path(__file__).resolve().parents[1]
ROOMS = ("problems", "templates", "grader", "bpgrade")
SOURCES = sorted(path for room in ROOMS for path in (ROOT / room).rglob("*.py"))
MAKERS = "problems/reasons.py"
"""The one file that may make a reason of a key that it was given."""


class Call(NamedTuple):
    """`because(...)` somewhere in the code."""

    place: str
    key: str | None
    """None if it is not written there."""
    arguments: frozenset[str] | None
    """None if they are not."""


def calls(source: str, file: str = "") -> Iterator[Call]:
    """All calls that make a reason."""
    for node in ast.walk(ast.parse(source)):
        match node:
            case ast.Call(func=ast.Name(id="because"), args=[ast.Constant(value=str(key))]):
                names = [word.arg for word in node.keywords]
                whole = None if None in names else frozenset(filter(None, names))
                yield Call(f"{file}:{node.lineno}", key, whole)
            case ast.Call(func=ast.Name(id="because" | "Reason")):
                yield Call(f"{file}:{node.lineno}", None, None)


@cache
def all_calls() -> tuple[Call, ...]:
    """Of the whole code."""
    found: list[Call] = []
    for path in SOURCES:
        file = path.relative_to(ROOT).as_posix()
        if file != MAKERS:
            found += calls(path.read_text("utf-8"), file)
    return tuple(found)


def example(text: str) -> dict[str, Argument]:
    """Arguments with which a sentence can be made."""
    found: dict[str, Argument] = {}
    for _, name, spec in _pieces(text):
        if name is not None:
            number = "|" in spec or "," in spec
            several = spec.endswith(("and", "or", ";"))
            found[name] = 2 if number else ["x", "y"] if several else found.get(name, "x")
    return found


# the list ----------------------------------------------------------------------------------


def test_no_key_is_written_twice() -> None:
    """In one subject or in two: the list of all has each of them."""
    written = [
        key.value
        for path in (ROOT / "templates" / "words").glob("*.py")
        for node in ast.walk(ast.parse(path.read_text("utf-8")))
        if isinstance(node, ast.Dict) and path.name != "sentences.py"
        for key in node.keys
        if isinstance(key, ast.Constant)
    ]
    assert sorted(map(str, written)) == sorted(SENTENCES)


def test_keys_are_names_and_all_sentences_can_be_made() -> None:
    """With braces that Python understands, and ways of saying that are known."""
    assert [key for key in SENTENCES if not re.fullmatch(r"[a-z][a-z0-9_]*", key)] == []
    made = {key: sentence(Reason(key, example(text))) for key, text in SENTENCES.items()}
    assert [key for key, text in made.items() if not text.strip()] == []


def test_code_and_list_name_the_same_keys() -> None:
    """None is made up in the code, none in the list is said by nobody."""
    used = {call.key for call in all_calls()}
    assert used - SENTENCES.keys() == set()
    assert SENTENCES.keys() - used - {AS_TOLD} == set()


def test_a_sentence_gets_the_arguments_that_it_names() -> None:
    """No more and no fewer, as far as the code shows: it has to show all of it."""
    wrong = [
        call
        for call in all_calls()
        if call.key is None or call.arguments != placeholders(SENTENCES.get(call.key, ""))
    ]
    assert wrong == []


def test_what_these_tests_look_for_is_found() -> None:
    """A key that is put together, an argument too many, all of them unnamed."""
    found = list(calls('because("a", n=1)\nbecause(f"b{x}")\nbecause("c", **more)\nReason(k, {})'))
    assert found == [
        Call(":1", "a", frozenset({"n"})),
        Call(":2", None, None),
        Call(":3", "c", None),
        Call(":4", None, None),
    ]


# no sentences where things are found --------------------------------------------------------

CONVERTED = (
    "grader/assignments/folder.py",
    "grader/assignments/matching.py",
    "grader/assignments/roster.py",
    "grader/bulk",
    "grader/intake",
    "grader/lms/changes.py",
    "grader/lms/planning.py",
    "grader/lms/sending.py",
    "grader/lms/worksheets.py",
    "grader/read",
    "grader/results/crosscheck.py",
)
"""Folders and files that say everything by reasons."""
WITHOUT_PROSE = ("grader/intake", "grader/read")
"""Those in which no sentence stands for any other purpose either."""
TOLD_BY_OTHERS = {
    "grader/lms/sending.py": "what a platform answers comes in words",
    "grader/intake/collect.py": "an assignment folder that cannot be opened says why in words",
}
"""File -> why it passes sentences on."""
CONSTANTS = {
    "grader/read/codes.py": {"CODES"},
    "grader/read/platforms/quiz_words.py": {"WORDS"},
    "grader/read/platforms/receipt.py": {"_NOTHING"},
    "grader/read/tables/autoformat.py": {"_STEMS"},
    "grader/read/tables/header.py": {"SYNONYMS"},
}
"""File -> tables of words that are looked for in what is read; what codes mean to developers."""
LOOKED_FOR = {"end of data", "field limit", "id number", "right answer"}
"""In errors of the library for CSV, and among the words of quizzes."""

PROSE = re.compile(r"[a-z]{2,}[,;:]? [a-z]{2,}")
WORD = re.compile(r"[A-Za-z]{2,}")
CARRIERS = {"AnswerError": 2, "Problem": 4, "Lost": 1, "Fault": 1, "Unreadable": 3, "refusal": 2}
"""What carries a reason -> which of its arguments that is."""


def files_of(places: Collection[str]) -> list[Path]:
    """All modules in some folders, and single ones."""
    paths = [ROOT / place for place in places]
    return [path for one in paths for path in ([one] if one.is_file() else one.rglob("*.py"))]


def prose(source: str, constants: Collection[str] = ()) -> Iterator[tuple[int, str]]:
    """Line and text of whatever reads like a sentence, but for docstrings and some tables."""
    tree = ast.parse(source)
    skipped: set[int] = set()
    for node in ast.walk(tree):
        match node:
            case ast.Expr(value=ast.Constant(value=str())):
                skipped.add(id(node.value))
            case ast.Assign(targets=[ast.Name(id=name)]) | ast.AnnAssign(target=ast.Name(id=name)):
                if name in constants:
                    skipped |= {id(inside) for inside in ast.walk(node)}
    for node in ast.walk(tree):
        match node:
            case ast.Constant(value=str(text)) if id(node) not in skipped and PROSE.search(text):
                yield node.lineno, text


def literals(source: str) -> Iterator[tuple[int, str]]:
    """Line and text of words that are handed over where a reason or an argument of one belongs."""
    for node in ast.walk(ast.parse(source)):
        match node:
            case ast.Call(func=ast.Name(id="because"), keywords=words):
                given: list[ast.expr] = [word.value for word in words]
            case ast.Call(func=ast.Name(id=name), args=args) if len(args) > CARRIERS.get(name, 99):
                given = [args[CARRIERS[name]]]
            case ast.Call(func=ast.Name(id="as_told")):
                given = [ast.Constant("as told", lineno=node.lineno)]
            case _:
                continue
        yield from (found for one in given for found in written(one))


def written(node: ast.expr) -> Iterator[tuple[int, str]]:
    """Line and text of the words of which an expression is made."""
    match node:
        case ast.Constant(value=str(text)) if WORD.search(text):
            yield node.lineno, text
        case ast.IfExp(body=one, orelse=other) | ast.BinOp(left=one, right=other):
            yield from (*written(one), *written(other))
        case ast.JoinedStr(values=parts) | ast.BoolOp(values=parts) | ast.List(elts=parts):
            yield from (found for part in parts for found in written(part))


@pytest.mark.parametrize("path", files_of(CONVERTED), ids=lambda path: path.stem)
def test_reasons_are_made_of_no_words(path: Path) -> None:
    """What is found is told by keys; arguments are what was read, never English."""
    if path.relative_to(ROOT).as_posix() not in TOLD_BY_OTHERS:
        assert list(literals(path.read_text("utf-8"))) == []


@pytest.mark.parametrize("path", files_of(WITHOUT_PROSE), ids=lambda path: path.stem)
def test_no_sentence_stands_where_texts_are_read(path: Path) -> None:
    """Not even one that waits in a constant or is put together of parts."""
    constants = CONSTANTS.get(path.relative_to(ROOT).as_posix(), set())
    found = [text for _, text in prose(path.read_text("utf-8"), constants)]
    assert [text for text in found if text not in LOOKED_FOR] == []


def test_exceptions_are_needed() -> None:
    """Nothing stays on a list for which there is no cause any more."""
    assert all(list(literals((ROOT / file).read_text("utf-8"))) for file in TOLD_BY_OTHERS)
    for file, constants in CONSTANTS.items():
        source = (ROOT / file).read_text("utf-8")
        assert all(len([*prose(source, constants - {one})]) for one in constants)
    everywhere = {text for path in files_of(WITHOUT_PROSE) for _, text in prose(path.read_text())}
    assert everywhere >= LOOKED_FOR


PLANTED = """
'''This is a docstring.'''
TABLE = {"a": "words of a table"}
WAITING = "this waits in a constant"
message = f"{text} is no number"
raise AnswerError("empty", 0, "nothing", 1)
raise AnswerError("empty", 0, because("found", text=text, what="a number"))
raise refusal(file, "empty", as_told(message))
because("either", what="one" if few else "many")
because("clean", text=text, more="", sign=", ".join(signs))
"""


def test_planted_sentences_are_found() -> None:
    """In a constant, in parts, as a reason, as an argument, told."""
    assert [line for line, _ in prose(PLANTED, {"TABLE"})] == [4, 5]
    assert sorted(literals(PLANTED)) == [
        (6, "nothing"),
        (7, "a number"),
        (8, "as told"),
        (9, "many"),
        (9, "one"),
    ]


# how arguments are said --------------------------------------------------------------------


@pytest.mark.parametrize(
    ("value", "spec", "words"),
    [
        ("a", "", "a"),
        ("a\x1b", "quoted", r"'a\x1b'"),
        (1200, ",", "1,200"),
        (1, "row|rows", "row"),
        (0, "row|rows", "rows"),
        (["x"], "row|rows", "row"),
        (["x", "y"], "row|rows", "rows"),
        (["x", "y"], "", "x, y"),
        (["x", "y", "z"], "and", "x, y and z"),
        (["x", "y", "z"], "quoted or", "'x', 'y' or 'z'"),
        (["x"], "and", "x"),
        ([], "and", ""),
        (as_told("it {n} is"), "", "it {n} is"),
        ([as_told("one"), as_told("two")], "and", "one and two"),
    ],
)
def test_an_argument_is_said(value: Argument, spec: str, words: str) -> None:
    """Nothing in a text is taken for a place of an argument."""
    assert said(value, spec) == words


# what carries reasons ----------------------------------------------------------------------

NAN = because("no_finite_number", text="nan\x1b")


def test_errors_say_the_sentence() -> None:
    """As `message` and as their text, alone, moved and from another process."""
    error = AnswerError("not_a_number", 2, NAN, 3)
    for one in (error, error.moved(4), pickle.loads(pickle.dumps(error))):
        assert str(one) == one.message == r"'nan\x1b' is no finite number"
    again = pickle.loads(pickle.dumps(error.moved(4)))
    assert (again.code, again.position, again.length) == ("not_a_number", 6, 3)
    problem = Problem("a.csv", 3, "answer", "not_a_number", NAN)
    refusal = SubmissionError([problem])
    for other in (refusal, pickle.loads(pickle.dumps(refusal))):
        assert str(other) == r"a.csv:3: answer: 'nan\x1b' is no finite number"
        assert other.problems == (problem,)
    assert Lost("bad_id", NAN).message == error.message


NESTED = because("x", why=NAN, names=["a", "b"], all=[NAN, NAN], n=1, r=0.5)


def test_a_reason_comes_back_from_json() -> None:
    """Whole, with reasons inside."""
    assert Reason.from_json(json.loads(json.dumps(NESTED.as_json()))) == NESTED
    problem = Problem("a.csv", 3, "answer", "not_a_number", NAN)
    doc = json.loads(json.dumps(problem.as_json()))
    assert doc["message"] == problem.message
    assert (doc["reason"], doc["arguments"]) == ("no_finite_number", {"text": "nan\x1b"})
    assert Problem.from_json(doc) == problem
    assert problem_in(problem_row(problem)) == problem


def test_what_was_stored_before_or_later_keeps_its_sentence() -> None:
    """No reason, a key that is not known, other arguments than today's, none of the right kind."""
    old = {"file": "a.csv", "row": 3, "column": None, "code": "empty", "message": "it is blank"}
    for more in (
        {},
        {"reason": "no_such_reason", "arguments": {}},
        {"reason": "no_finite_number", "arguments": {}},
        {"reason": "no_finite_number", "arguments": None},
    ):
        assert reason_in(old | more) == as_told("it is blank")
        assert Problem.from_json(old | more).message == "it is blank"


def test_texts_of_a_reason_are_changed_wherever_they_stand() -> None:
    """Keys and numbers stay."""
    changed = NESTED.changed(lambda text: text.upper())
    nan = because("no_finite_number", text="NAN\x1b")
    assert changed == because("x", why=nan, names=["A", "B"], all=[nan, nan], n=1, r=0.5)


def test_the_documented_list_is_the_code() -> None:
    """`python -m templates.words.page > docs/reasons.md` writes it."""
    assert (ROOT / "docs" / "reasons.md").read_text("utf-8") == page()
