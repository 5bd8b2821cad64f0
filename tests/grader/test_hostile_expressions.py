"""Cells that a student, a spreadsheet or an attacker may hand in; each with what must happen."""

from __future__ import annotations

import ast
import contextlib
import io
import json
import os
import sys
from functools import lru_cache, partial
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hostile_texts import CONTEXT, Record, outcome, records
from measured import in_a_fork, work

from grader.read.codes import CODES
from grader.read.formula.tree import NUMERIC, Node, evaluate, written

OTHERWISE = {
    "construct047": "w_{41} is a spelling that the design accepts (policy)",
    "locale022": "~0.59 is a number: the design lists ~0.5 among what is accepted",
}
"""Records that the design (ANSWERS.md) overrules: what it accepts, with the reason."""

WATCHED = ("os.system", "subprocess.", "open", "socket.", "exec", "compile", "import", "os.exec")


@lru_cache(maxsize=1)
def run() -> dict[str, dict[str, Any]]:
    """The whole corpus in one forked child in which every side effect is recorded."""
    return dict(json.loads(in_a_fork(lambda: json.dumps(_watched()))))


def _watched() -> dict[str, Any]:
    canary = f"/tmp/canary-{os.getpid()}"
    outcome("symbolic", "exp(x)^2/3"), outcome("numeric", "exp(1)")
    events: list[str] = []
    watching = True

    def hook(event: str, arguments: tuple[object, ...]) -> None:
        if watching and event.startswith(WATCHED):
            events.append(event)

    sys.addaudithook(hook)
    found: dict[str, Any] = {}
    for record in records():
        printed = io.StringIO()
        events.clear()
        text = record.text(canary)
        outcomes: list[tuple[Any, Any, int]] = []
        crash = ""
        with contextlib.redirect_stdout(printed):
            try:
                calls = work(partial(_read, outcomes, record.fields["kind"], text))
            except BaseException as error:  # noqa: BLE001 - whatever it is, it is a bug
                calls, crash = 0, repr(error)
        code, value, position = outcomes[0] if outcomes else (None, None, 0)
        found[record.id] = {
            "code": code,
            "value": written(value) if isinstance(value, Node) else value,
            "position": position,
            "calls": calls,
            "crash": crash,
            "events": list(events),
            "printed": printed.getvalue(),
            "canary": Path(canary).exists(),
        }
    watching = False
    return found


def _read(outcomes: list[tuple[Any, Any, int]], kind: str, text: str) -> None:
    outcomes.append(outcome(kind, text))


RECORDS = records()


def test_the_corpus_is_whole() -> None:
    """341 cells; the child answered for each."""
    assert len(RECORDS) == 341
    assert set(run()) == {record.id for record in RECORDS}
    of_arrays = {"wrong_shape"}
    assert set(CONTEXT["cell_errors"]) == set(CODES) - of_arrays


@pytest.mark.parametrize("record", RECORDS, ids=[record.id for record in RECORDS])
def test_every_record_comes_out_as_expected(record: Record) -> None:
    """The value that was written, or a refusal with an allowed reason; nothing runs."""
    found, wanted = run()[record.id], record.fields
    assert not found["crash"]
    assert found["events"] == []
    assert found["printed"] == ""
    assert not found["canary"]
    if record.id in OTHERWISE:
        assert found["code"] is None
        return
    if wanted["expect"] == "reject":
        assert found["code"] in wanted["error"], found
        assert 0 <= found["position"] <= len(record.text())
    elif found["code"] is not None:
        assert found["code"] in wanted.get("or_reject", []), found
    elif wanted["kind"] == "numeric":
        assert found["value"] == pytest.approx(wanted["value"], rel=1e-12, abs=0)
    else:
        assert same_function(record)


def same_function(record: Record) -> bool:
    """Whether our tree and the expected expression agree at random points."""
    rng = np.random.default_rng(7)
    values = {name: rng.uniform(0.2, 0.9, 6) for name in CONTEXT["symbols"]}
    tree = outcome("symbolic", record.text())[1]
    assert isinstance(tree, Node)
    expected = judged(ast.parse(record.fields["value"].replace("lambda", "lambda_")), values)
    return bool(np.allclose(evaluate(tree, values), expected, rtol=1e-12, atol=0))


def judged(node: ast.AST, values: dict[str, Any]) -> Any:
    """An independent interpreter of the corpus's own expectations."""
    match node:
        case ast.Module(body=[ast.Expr(value=inner)]):
            return judged(inner, values)
        case ast.Constant(value=value):
            return value
        case ast.Name(id=name):
            return values[name.rstrip("_")]
        case ast.UnaryOp(op=ast.USub(), operand=inner):
            return -judged(inner, values)
        case ast.BinOp(left=left, op=operation, right=right):
            a, b = judged(left, values), judged(right, values)
            kind = type(operation).__name__
            return {"Add": a + b, "Sub": a - b, "Mult": a * b, "Div": a / b, "Pow": a**b}[kind]
        case ast.Call(func=ast.Name(id=name), args=[argument]):
            canonical = {"sigmoid": "logistic"}.get(name, name)
            return NUMERIC[canonical](judged(argument, values))
    raise TypeError(ast.dump(node))


def test_no_text_is_much_work() -> None:
    """Some thousand calls of functions; all of them together end in time."""
    assert max(found["calls"] for found in run().values()) < 10_000
