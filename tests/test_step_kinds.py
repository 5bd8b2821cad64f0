"""Kinds of steps are rows of one table, and ids are made in one place.

Other computations than layers will bring kinds of their own. So nothing asks for a kind by its
name or puts an id together by hand but the table and `ids`; everything else asks for roles.
"""

from __future__ import annotations

import ast
import re
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest
from shipped_recipes import LAYERED as NETWORKS

from problems.computation import ids
from problems.computation.graph import build
from problems.computation.kinds import ANY, LAYERED, Kind, Kinds, Role
from problems.computation.network import Layer, Network, Plan, Task
from problems.computation.steps import Graph
from problems.drawing import family

ROOT = Path(__file__).resolve().parents[1]
ROOMS = ("problems", "templates", "grader")
TABLE = {
    "problems/computation/kinds.py",
    "problems/computation/ids.py",
    "problems/recipes/names.py",
}

NAMES = {row.name for row in LAYERED}
STEMS = "|".join(re.escape(word) for word in sorted(LAYERED.stems, key=len, reverse=True))
BEGINS = re.compile(rf"(?:^|[:/])(?:{STEMS}|new|num|plus|minus)\.$")
"""The text of a template before its first index: `net.` of `net.{layer}.{unit}`."""
WHOLE = re.compile(rf"(?:n\d+:)?(?:{STEMS})(?:\.\d+)+(?:<\d+)?(?:@\d+)?|n\d+:(?:{STEMS})(?:@\d+)?")
READS_IDS = {
    "Ref",
    "at",
    "core",
    "given",
    "id",
    "label",
    "parse",
    "ref",
    "symbol",
    "shown",
    "unit",
}
"""Functions whose argument is an id or a kind."""
CUTS = {"partition", "removeprefix", "removesuffix", "rpartition", "rsplit", "split", "startswith"}
AN_ID = {"core", "id", "question", "step"}
"""Names that variables with ids have."""

JUDGES = {"grader/symbolic/derivation.py", "grader/symbolic/verification.py"}
"""They derive everything anew, and share nothing with what they judge but the names."""
EXCEPTIONS = {
    ("grader/read/formula/lexer.py", "minus"): (1, "a kind of sign in a typed formula"),
    ("grader/read/formula/lexer.py", "plus"): (2, "a kind of sign in a typed formula"),
    ("grader/web/api/shapes.py", "net.1.1"): (1, "an example in the description of the API"),
    ("problems/formulas/notation.py", "kind."): (1, "a key of a notation's file: delta.1of2"),
    ("problems/rules/activations.py", "net"): (1, "where an activation's slope is taken"),
    ("problems/rules/activations.py", "out"): (1, "where an activation's slope is taken"),
    ("templates/plots/recorder.py", "x"): (1, "a kind of hatching"),
}
"""File and what is found there -> how often, and why it is no name of a kind and no id."""


def constants(node: ast.AST) -> list[str]:
    """The texts that a comparison names, in a tuple or set too."""
    listed = node.elts if isinstance(node, ast.Tuple | ast.Set | ast.List) else [node]
    return [n.value for n in listed if isinstance(n, ast.Constant) and isinstance(n.value, str)]


def name_of(node: ast.AST) -> str:
    """The last part of a name: `kind` of `step.kind`."""
    if isinstance(node, ast.Attribute):
        return node.attr
    return node.id if isinstance(node, ast.Name) else ""


def compared(node: ast.AST) -> Iterator[str]:
    """Names of kinds that something is compared with, or that are listed to be looked up."""
    match node:
        case ast.Compare(left=left, comparators=others):
            for one in (left, *others):
                yield from (text for text in constants(one) if text in NAMES)
            if set(constants(left)) & set(":/@<") and any(name_of(n) in AN_ID for n in others):
                yield "a sign in an id"
        case ast.MatchValue(value=ast.Constant(value=str(text))) if text in NAMES:
            yield text
        case ast.Tuple() | ast.Set() | ast.List():
            texts = constants(node)
            if len(texts) == len(node.elts) > 1 and NAMES.issuperset(texts):
                yield texts[0]
        case ast.Dict(keys=keys):
            texts = [text for key in keys if key for text in constants(key)]
            if len(texts) > 1 and NAMES.issuperset(texts):
                yield texts[0]
        case ast.Call(func=ast.Attribute(value=value, attr=method)) if name_of(value) == "kind":
            if method in CUTS | {"endswith", "replace"} and any(map(constants, node.args)):
                yield f"kind.{method}"
        case ast.Subscript(value=ast.Attribute(attr="kind"), slice=ast.Slice() | ast.UnaryOp()):
            yield "kind[:]"


def made(node: ast.AST) -> Iterator[str]:
    """Ids that are written out, put together or cut to pieces."""
    match node:
        case ast.JoinedStr(values=parts):
            yield from templates(parts)
        case ast.Constant(value=str(text)) if WHOLE.fullmatch(text):
            yield text
        case ast.Call(func=func, args=[ast.Constant(value=str(text)), *_]):
            if name_of(func) in READS_IDS and text in NAMES:
                yield text
        case ast.Subscript(value=value, slice=ast.Constant(value=str(text))):
            if name_of(value) in {"givens", "steps", "parameters"} and text in NAMES:
                yield text
    match node:
        case ast.Call(func=ast.Attribute(value=value, attr=method)):
            signs = {sign for arg in node.args for text in constants(arg) for sign in text}
            if method in CUTS and name_of(value) in AN_ID and signs & set(".:<@"):
                yield f"{name_of(value)}.{method}"
            if any(name_of(arg) in {"FORMULA", "GENERAL"} for arg in node.args) and method in CUTS:
                yield f"{method} of a question"
            if method == "join" and any(name_of(n) in {"kind", "indices"} for n in ast.walk(node)):
                yield "join"


def templates(parts: list[ast.expr]) -> Iterator[str]:
    """What an f-string makes an id of: `net.{j}`, `{kind}.{layer}`, `new.{core}`, `n{n}:loss`."""
    for n, part in enumerate(parts):
        before = parts[n - 1] if n else None
        after = parts[n + 1] if n + 1 < len(parts) else None
        if not isinstance(part, ast.Constant) or not isinstance(after, ast.FormattedValue):
            continue
        text = str(part.value)
        if BEGINS.search(text):
            yield text
        named = name_of(before.value) if isinstance(before, ast.FormattedValue) else ""
        if text in (".", "@", "<") and named in {"kind", "core", "word", "id"}:
            yield f"{named}{text}"
    match parts:
        case [ast.Constant(value="n"), ast.FormattedValue(), ast.Constant(value=str(text)), *_]:
            if text.startswith(":"):
                yield "n:"


def documentation(tree: ast.AST) -> set[int]:
    """Texts that stand for themselves: docstrings of modules, functions and fields."""
    alone = (node.value for node in ast.walk(tree) if isinstance(node, ast.Expr))
    return {id(node) for node in alone if isinstance(node, ast.Constant)}


def findings(source: str) -> list[tuple[int, str]]:
    """Line and what was found there."""
    tree = ast.parse(source)
    documents = documentation(tree)
    nodes = [node for node in ast.walk(tree) if id(node) not in documents]
    return [
        (getattr(node, "lineno", 0) or getattr(getattr(node, "value", None), "lineno", 0), found)
        for node in nodes
        for found in (*compared(node), *made(node))
    ]


def everywhere() -> list[tuple[str, int, str]]:
    found = []
    for room in ROOMS:
        for path in sorted((ROOT / room).rglob("*.py")):
            place = path.relative_to(ROOT).as_posix()
            if place not in TABLE and place not in JUDGES:
                found += [(place, line, text) for line, text in findings(path.read_text("utf-8"))]
    return found


def test_nothing_but_the_table_knows_kinds_by_name_or_makes_ids() -> None:
    """A computation without layers has other names; its ids come from its own table."""
    found = everywhere()
    times = Counter((place, text) for place, _, text in found)
    more = {place for place, count in times.items() if count > EXCEPTIONS.get(place, (0, ""))[0]}
    assert not [f"{place}:{line}: {text}" for place, line, text in found if (place, text) in more]


def test_every_exception_is_still_one() -> None:
    times = Counter((place, text) for place, _, text in everywhere())
    assert {key: times[key] for key in EXCEPTIONS} == {
        key: count for key, (count, _) in EXCEPTIONS.items()
    }


@pytest.mark.parametrize(
    "line",
    [
        'if step.kind == "delta": pass',
        'if parsed.kind not in ("out", "slope"): pass',
        'if of in {"plus", "minus"}: pass',
        'match kind:\n    case "net": pass',
        'GRADIENTS = ("dw", "db")',
        'ALIKE = {"x": 1, "out": 2}',
        'old = parsed.kind.startswith("new")',
        "core = id.kind[4:]",
        "owner = id.kind[-1]",
        'of = parsed.kind.replace("db", "dw")',
        'x = f"net.{layer}.{j}"',
        'x = f"new.{core}"',
        'x = f"{prefix}/out.{j}"',
        'x = f"{kind}.{layer}.{unit}"',
        'x = f"{kind.kind}.{layer}"',
        'x = f"{core}@{iteration}"',
        'x = f"n{example}:loss"',
        'at.ref("w.1.1.1")',
        'symbol("n1:loss")',
        'rate = Ref("rate")',
        'loss = naming.symbol("loss")',
        'rate = exercise.givens["rate"]',
        'x = ".".join([id.kind, "1"])',
        'x = ".".join(map(str, id.indices))',
        'example = id.rpartition(":")[0]',
        'known = "rate" in givens',
        'hidden = "/" in id',
        "step = question.removesuffix(ids.FORMULA)",
    ],
)
def test_a_name_or_a_handmade_id_is_found(line: str) -> None:
    assert findings(line)


@pytest.mark.parametrize(
    "line",
    [
        "if step.role is Role.DELTA: pass",
        "if step.kind == kind: pass",
        'if file.kind == "pdf": pass',
        '"""Like `net.1.1`."""',
        "x = ids.of(NET, layer, j)",
        'x = f"{name}.{suffix}"',
        'method = doc["loss"]',
        'title = "dw.2 or single steps"',
    ],
)
def test_roles_and_other_texts_are_left_alone(line: str) -> None:
    assert not findings(line)


# another computation -----------------------------------------------------------------------

RECURRENT = ids.Reader(
    Kinds(
        (
            Kind("u", Role.PARAMETER, (), "exercise", parameter="u"),
            Kind("a", Role.NET, ("t",), "pass", ("h", "u")),
            Kind("h", Role.OUTPUT, ("t",), "pass", ("a",)),
            Kind("dh", Role.OUTPUT_GRADIENT, ("t",), "pass", ("dh", "u")),
            Kind("du", Role.GRADIENT, (), "pass", ("dh", "h"), parameter="u"),
            Kind("new.u", Role.UPDATE, (), "update", ("u", "du"), parameter="u"),
        )
    )
)


def test_a_table_of_other_kinds_reads_its_own_ids() -> None:
    """Recurrent nets, circuits, optimisers: their quantities have no layer and no unit."""
    read = RECURRENT.read("n2:dh.3@2")
    assert (read.role, read.index("t"), read.example, read.iteration) == (
        Role.OUTPUT_GRADIENT, 3, 2, 2,
    )  # fmt: skip
    assert RECURRENT.read("du").related(Role.UPDATE) == "new.u"
    assert not RECURRENT.read("u").is_weight
    assert not RECURRENT.read("u").is_bias
    for id in ("n2:dh.3@2", "new.u@4", "a.12"):
        assert str(RECURRENT.read(id)) == id


@pytest.mark.parametrize("id", ["net.1.1", "w.1.1.1", "loss", "h.1:2", "du.x"])
def test_it_does_not_know_those_of_layers(id: str) -> None:
    with pytest.raises(ValueError, match="not a step id"):
        RECURRENT.read(id)


# the table and the graphs ------------------------------------------------------------------


@pytest.fixture(params=NETWORKS, scope="module")
def graph(request: pytest.FixtureRequest) -> Graph:
    return family.load(request.param).design().graph


def test_every_id_is_put_together_again_as_it_was(graph: Graph) -> None:
    assert [str(ids.parse(id)) for id in (*graph.givens, *graph.steps)] == [
        *graph.givens,
        *graph.steps,
    ]


def test_steps_read_what_the_table_says_that_they_may(graph: Graph) -> None:
    """Follow-through and slips go by the kinds of parents; a row must not promise less."""
    for step in graph.steps.values():
        allowed = ids.parse(step.id).inner or step.id
        parents = set(LAYERED[ids.parse(allowed).kind].parents)
        read = {ids.parse(ids.parse(p).inner or p).kind for p in step.parents}
        assert read <= parents, step.id


def test_indices_are_those_of_the_row(graph: Graph) -> None:
    """All of them, or all but the unit for a layer's joint bias."""
    for id in (*graph.givens, *graph.steps):
        parsed = ids.parse(id)
        row = LAYERED[parsed.of] if parsed.of else parsed.row
        joint = row.parameter and not row.connects
        assert len(row.indices) - len(parsed.indices) in ((0, 1) if joint else (0,)), id


def test_the_scope_says_how_often_there_is_one(graph: Graph) -> None:
    for id in (*graph.givens, *graph.steps):
        parsed = ids.parse(id)
        if parsed.row.scope == "exercise":
            assert parsed.example is None, id
        if parsed.row.scope in ("exercise", "example"):
            assert parsed.iteration == 1, id


LETTERS = {"input": "I", "output": "K", "layer": "L", "unit": "J", "below": "I"}


@pytest.mark.parametrize("row", list(LAYERED), ids=lambda row: row.name)
def test_ids_of_every_kind_are_documented(row: Kind) -> None:
    """The names are a contract."""
    page = (ROOT / "docs" / "formats.md").read_text("utf-8")
    core = ".".join([row.word or row.name, *(LETTERS[index] for index in row.indices)])
    if row.parameter == ANY:
        core = f"{row.name}.b.L.J"
    if row.role is Role.PATH:
        core += "<K"
    assert f"`{core}`" in page


def test_every_role_has_a_kind_and_every_kind_is_computed_somewhere() -> None:
    network = Network(1, (Layer(1),))
    numeric = Task(numeric=tuple(network.parameters()))
    graphs = [family.load(name).design().graph for name in NETWORKS]
    graphs.append(build(Plan(network, numeric)))
    used = {ids.parse(id).kind for of in graphs for id in (*of.givens, *of.steps)}
    assert {row.role for row in LAYERED} == set(Role) - {Role.GIVEN, Role.QUANTITY, Role.ADJOINT}
    assert set(LAYERED.steps) | set(LAYERED.givens) == used
