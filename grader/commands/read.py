"""bpgrade read: how the checker reads an answer."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any

import click

from grader.errors import AnswerError
from grader.read.array import ArrayReading, read_array
from grader.read.codes import caret
from grader.read.number import Unreadable, Written, read_number
from grader.support.terminal import plural, printable

EXAMPLES = """\b
Examples:
  bpgrade read 0.5933 5e-4 1,234
  bpgrade read -- -0.5 '-1/3'
  bpgrade read --formula --symbols y_6,y_7,t_1 '(y_6 - t_1) * y_7'
  bpgrade read --output json - < answers.txt
"""


@click.command(epilog=EXAMPLES)
@click.argument("texts", metavar="TEXT...|-", nargs=-1, required=True)
@click.option("--formula", is_flag=True, help="Read formulas, not numbers.")
@click.option("--symbols", metavar="NAME,...", help="Names that a formula may use; any if absent.")
@click.option("--comma/--point", default=None, help="Whether decimals are written with a comma.")
@click.option("--output", type=click.Choice(["text", "json"]), default="text", show_default=True)
@click.pass_context
def read(
    ctx: click.Context,
    texts: tuple[str, ...],
    formula: bool,
    symbols: str | None,
    comma: bool | None,
    output: str,
) -> None:
    """Show how an answer is read: its value and digits, or why it cannot be read.

    TEXT is a number, a vector or matrix in brackets, or (with --formula) a formula;
    with - the lines of standard input are read. Write -- before a text that begins with a
    minus sign. The exit status is 1 if something could not be read.
    """
    if symbols is not None and not formula:
        raise click.UsageError("--symbols belongs to --formula")
    known = None if symbols is None else _split(symbols)
    unread = 0
    for text in _lines(texts):
        found = _formula(text, known, comma) if formula else _answer(text, comma)
        unread += "code" in found
        shown = json.dumps(found, ensure_ascii=False) if output == "json" else _shown(found)
        click.echo(shown)
    if unread:
        ctx.exit(1)


def _split(symbols: str) -> list[str]:
    return [name.strip() for name in symbols.split(",") if name.strip()]


def _lines(texts: tuple[str, ...]) -> Iterator[str]:
    for text in texts:
        if text == "-":
            stream = click.open_file("-", encoding="utf-8", errors="replace")
            for line in stream:
                yield line.rstrip("\r\n")
        else:
            yield text


_NAME = re.compile(r"[A-Za-z]\w*")
"""What gets a caret under each of its characters."""

_ARRAY = re.compile(r"\s*(\[|\([^()]*;)")
"""How a vector or a matrix begins: `(0.7; 1.0)`, but not `(0.7)`."""

Found = dict[str, object]
"""One object of the output; docs/formats.md has its fields."""


def _answer(text: str, comma: bool | None) -> Found:
    if _ARRAY.match(text):
        try:
            found = read_array(text, comma=comma)
        except AnswerError as error:
            return _refused(text, error)
        return _array(text, found) if found else _blank(text)
    reading = read_number(text, comma=comma)
    return {"text": text} | _number(reading) if reading else _blank(text)


def _number(reading: Written | Unreadable | None) -> Found:
    match reading:
        case Written():
            digits = (None, None) if reading.computed else (reading.decimals, reading.significant)
            return {"value": reading.value, "decimals": digits[0], "significant": digits[1]}
        case Unreadable():
            return {
                "code": reading.code,
                "position": reading.position,
                "message": reading.message,
            }
    return {"code": "empty", "position": 0, "message": "nothing is written here"}


def _array(text: str, found: ArrayReading) -> Found:
    rows = [[_number(entry) for entry in row] for row in found.rows]
    for entry in found.flat():
        if not isinstance(entry, Written):
            start = max(0, text.find(entry.text)) if entry else text.find("[")
            place = start + (entry.position if entry else 0)
            return {"text": text, "rows": rows} | _number(entry) | {"position": place}
    return {"text": text, "rows": rows}


def _blank(text: str) -> Found:
    return {"text": text} | _number(None)


def _refused(text: str, error: AnswerError) -> Found:
    return {
        "text": text,
        "code": error.code,
        "position": error.position,
        "message": error.message,
    }


def _formula(text: str, known: list[str] | None, comma: bool | None) -> Found:
    # loaded here: numbers need no grammar
    from grader.read.formula.parse import AnyName, Listed, parse_formula
    from grader.read.formula.tree import written

    names = AnyName() if known is None else Listed(known)
    try:
        tree = parse_formula(text, names, comma=comma)
    except AnswerError as error:
        return _refused(text, error)
    return {"text": text, "formula": written(tree)}


def _values(rows: Any) -> list[list[float]]:
    return [[entry["value"] for entry in row] for row in rows]


def _shown(found: Found) -> str:
    text = printable(str(found["text"]))
    if "code" in found:
        name = _NAME.match(str(found["text"]), place := int(str(found["position"])))
        length = len(name[0]) if name else 1
        lines = caret(str(found["text"]), place, length).splitlines()
        shown = "\n".join(f"    {line}" for line in lines)
        return f"{found['code']}: {printable(str(found['message']))}\n{shown}"
    if "formula" in found:
        return f"{text}  is read as  {found['formula']}"
    if "rows" in found:
        return f"{text}  is read as  {json.dumps(_values(found['rows']))}"
    digits = "worked out"
    if found["decimals"] is not None:
        decimals, significant = int(str(found["decimals"])), int(str(found["significant"]))
        figures = plural(significant, "significant figure")
        digits = f"{plural(decimals, 'decimal')}, {figures}"
    return f"{text}  is read as  {found['value']!r}  ({digits})"
