"""`import bpgrade`: light, complete, and the same as the commands."""

from __future__ import annotations

import doctest
import json
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner

import bpgrade
from grader.cli import cli
from problems.errors import SpecError
from problems.exercise import as_json, dumps

ROOT = Path(__file__).resolve().parents[1]
HEAVY = {
    "reportlab", "polars", "django", "sympy", "numpy", "click", "jinja2", "requests",
    "matplotlib", "distributed", "lark", "openpyxl", "pypdf",
}  # fmt: skip


def test_importing_it_loads_nothing_heavy() -> None:
    """Not even numpy; drawing and marking load no more than they need."""
    for code, allowed in (
        ("", set()),
        (
            "e = bpgrade.generate('mazur', seed='s')[0]\n"
            "bpgrade.mark(e, bpgrade.solve(e).printed)",
            {"numpy", "click"},
        ),
    ):
        check = f"import bpgrade, sys\n{code}\nprint(*sorted({HEAVY!r} & set(sys.modules)))"
        done = subprocess.run(
            [sys.executable, "-c", check], capture_output=True, text=True, check=True
        )
        assert set(done.stdout.split()) <= allowed


def test_every_name_is_there_and_documented() -> None:
    for name in set(bpgrade.__all__) - {"__version__"}:
        assert getattr(bpgrade, name).__doc__
    assert dir(bpgrade) == bpgrade.__all__
    with pytest.raises(AttributeError, match="nonesuch"):
        bpgrade.nonesuch  # noqa: B018


def test_the_page_is_right(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The examples of docs/python-api.md up to those with a learning platform."""
    text = (ROOT / "docs" / "python-api.md").read_text("utf-8").replace("```", "")
    ours = text.split("\n## Learning platforms\n")[0]
    monkeypatch.chdir(tmp_path)
    page = doctest.DocTestParser().get_doctest(ours, {}, "python-api.md", None, 0)
    said: list[str] = []
    results = doctest.DocTestRunner().run(page, out=said.append)
    assert results.attempted > 15
    assert not results.failed, "".join(said)


@pytest.mark.parametrize(
    "family, options, choices",
    [
        ("mazur", [], {}),
        ("lfd", ["--difficulty", "hard"], {"difficulty": "hard"}),
        ("musilek", ["--layers", "2-2-1", "--decimals", "6"], {"layers": "2-2-1", "decimals": 6}),
        ("sgd", ["--name", "hw3"], {"name": "hw3"}),
    ],
)
def test_it_draws_what_the_command_issues(
    family: str, options: list[str], choices: dict[str, object], tmp_path: Path
) -> None:
    """Same seed, same bytes."""
    line = ["generate", family, "--count", "3", "--seed", "s", "--formats", "none"]
    done = CliRunner().invoke(cli, [*line, "--out", str(tmp_path / "hw"), *options])
    assert done.exit_code == 0, done.output
    drawn = bpgrade.generate(family, 3, seed="s", **choices)  # type: ignore[arg-type]
    lines = [dumps(as_json(exercise)) for exercise in drawn]
    assert lines == (tmp_path / "hw" / "exercises.jsonl").read_text("utf-8").splitlines()
    assert [dumps(as_json(one)) for one in bpgrade.load(tmp_path / "hw")] == lines


def test_arrays_go_in_where_they_come_out() -> None:
    """Weights and examples given as arrays are those that `array` gives back."""
    exercise = bpgrade.generate("lfd", seed="s")[0]
    plan = exercise.plan
    solved = bpgrade.solve(exercise)
    layers = range(1, plan.network.depth + 1)
    examples = range(1, plan.task.examples + 1)
    again = bpgrade.solve(
        exercise,
        weights=[solved.array("w", n) for n in layers],
        biases=[solved.array("b", n) for n in layers],
        inputs=[solved.array("x", example=n) for n in examples],
        targets=[solved.array("t", example=n) for n in examples],
    )
    assert again.values == solved.values
    changed = bpgrade.solve(exercise, weights=[solved.array("w", n) * 2 for n in layers])
    assert changed.values != solved.values


@pytest.mark.parametrize(
    "wrong",
    [
        {"weights": [np.ones((2, 2))]},
        {"weights": [np.ones((2, 3)), np.ones((2, 2))]},
        {"biases": [np.ones(2), 1.0]},
        {"inputs": [1.0, 2.0, 3.0]},
        {"targets": [1.0, float("nan")]},
    ],
)
def test_an_array_of_another_shape_is_refused(wrong: dict[str, object]) -> None:
    with pytest.raises(SpecError):
        bpgrade.solve("mazur", **wrong)  # type: ignore[arg-type]


def test_answers_may_be_arrays_numbers_or_texts(tmp_path: Path) -> None:
    """And an answer sheet is marked as its file is."""
    (exercise,) = bpgrade.generate("lfd", layers="2-3-2", seed="s")
    solved = bpgrade.solve(exercise)
    whole = bpgrade.mark(exercise, {"n1:s1": solved.array("net", 1, example=1)})
    single = bpgrade.mark(
        exercise, {id: solved.values[id] for id in exercise.asked if id.startswith("n1:net.1")}
    )
    assert not whole.problems
    assert whole.counts()["correct"] == 3 == single.counts()["correct"]
    file = tmp_path / "answers.json"
    file.write_text(json.dumps({"exercise": exercise.id, "answers": solved.printed}), "utf-8")
    found = bpgrade.read(file, [exercise])
    assert bpgrade.mark(exercise, found.submissions[0]).percent == 100.0
    assert bpgrade.mark(exercise, {"nonesuch": 1.0}).problems[0].code == "bad_step"
    other = bpgrade.generate("lfd", 1, seed="t")
    assert bpgrade.read(file, other).problems[0].code == "bad_id"


def test_it_runs_as_a_module() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "bpgrade", "--version"], capture_output=True, text=True, check=True
    )
    assert bpgrade.__version__ in done.stdout
