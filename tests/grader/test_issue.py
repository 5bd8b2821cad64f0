"""An assignment for many: the same bytes whoever makes it, and however often it is cut short."""

from __future__ import annotations

import hashlib
import json
import os
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from grader.assignments import issue as issuing
from grader.assignments import worksheets
from grader.assignments.folder import Folder, Order
from grader.assignments.issue import LENGTH, Names, exercise_ids, issue
from grader.assignments.roster import numbered
from grader.cli import cli
from grader.support.workers import Workers, workers
from problems.arithmetic.ball import Ball
from problems.arithmetic.precision import Precision
from problems.computation import solve as solving
from problems.computation.steps import Step
from problems.drawing import family

RUN = "import grader.assignments.issue as i; i.PORTION = 16; from grader.cli import main; main()"


def contents(folder: Path) -> dict[str, bytes]:
    """Every file of a folder."""
    return {str(p.relative_to(folder)): p.read_bytes() for p in folder.rglob("*") if p.is_file()}


def order(formats: tuple[str, ...] = ("md",)) -> Order:
    return Order("hw", "mazur", family.source_of("mazur"), "secret", exercises=2, formats=formats)


@pytest.fixture
def small_portions(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(issuing, "PORTION", 10)
    monkeypatch.setattr(worksheets, "BATCH", 3)


@pytest.fixture
def expected(tmp_path: Path) -> dict[str, bytes]:
    """What one process makes at one go."""
    issue(order(), numbered(20), tmp_path / "alone")
    return contents(tmp_path / "alone")


# whoever makes it --------------------------------------------------------------------------


@pytest.fixture(scope="module")
def team() -> Iterator[Workers]:
    with workers(2) as found:
        yield found


def test_processes_and_portions_do_not_show(
    tmp_path: Path, expected: dict[str, bytes], small_portions: None
) -> None:
    """Small portions, in this process and in a pool."""
    issue(order(), numbered(20), tmp_path / "portions")
    assert contents(tmp_path / "portions") == expected
    with workers(2, brief=True) as pool:
        issue(order(), numbered(20), tmp_path / "pool", team=pool)
    assert contents(tmp_path / "pool") == expected


def test_dask_and_a_dead_worker_do_not_show(
    tmp_path: Path, expected: dict[str, bytes], small_portions: None, team: Workers
) -> None:
    """A worker is killed in the middle of each phase."""
    phases = {"drawing", "writing"}

    def kill_one(phase: str, done: int, of: int) -> None:
        if done and phase in phases:
            phases.remove(phase)
            client = team.client
            assert client is not None
            os.kill(next(iter(client.run(os.getpid).values())), signal.SIGKILL)

    issue(order(), numbered(20), tmp_path / "dask", progress=kill_one, team=team)
    assert not phases
    assert contents(tmp_path / "dask") == expected


def test_a_refusal_comes_from_workers_as_from_here(tmp_path: Path, team: Workers) -> None:
    """No draw at one decimal can be graded: said as ever, and nothing is left."""
    from problems.errors import GateError

    hopeless = Order("hw", "musilek", family.source_of("musilek"), "s", decimals=1, formats=())
    with pytest.raises(GateError, match="Most often refused"):
        issue(hopeless, numbered(1), tmp_path / "hw")
    assert list(tmp_path.iterdir()) == []


# cut short ---------------------------------------------------------------------------------


def command(out: Path, *more: str) -> list[str]:
    return ["generate", "mazur", "--count", "64", "--formats", "md", "--out", str(out), *more]


def journal(out: Path) -> dict[str, int]:
    """What is done, by the journal; empty before there is one."""
    path = out.with_name(f".{out.name}.unfinished") / "journal.json"
    found: dict[str, int] = json.loads(path.read_text())["done"] if path.exists() else {}
    return found


def killed(out: Path, until: str, *more: str) -> None:
    """Begin, and end with kill -9 when something of a kind is done."""
    process = subprocess.Popen(
        [sys.executable, "-c", RUN, *command(out, *more)], stdout=subprocess.DEVNULL
    )
    try:
        while not journal(out).get(until) and process.poll() is None:
            time.sleep(0.005)
        assert process.poll() is None, "it was finished before it was killed"
    finally:
        process.kill()
        process.wait()


def run(runner: CliRunner, *arguments: str, code: int = 0) -> Result:
    result = runner.invoke(cli, list(arguments))
    assert result.exit_code == code, result.output
    return result


@pytest.mark.parametrize("until", ["exercises", "students"])
def test_a_killed_run_is_gone_on_with(until: str, tmp_path: Path, runner: CliRunner) -> None:
    """Twice killed, with a secret of its own making; nothing stands under the final name."""
    out = tmp_path / "hw"
    killed(out, until)
    assert not out.exists()
    first = journal(out)[until]
    begun = out.with_name(".hw.unfinished") / "folder"
    with (begun / "exercises.jsonl").open("ab") as stream:
        stream.write(b'{"format": 1, "id": "half-wri\0\0')
    for path in sorted(begun.glob("students/*"))[journal(out)["students"] :]:
        (path / "worksheet.md").write_bytes(b"half-wri")  # what no journal vouches for
    result = run(runner, *command(out))
    assert "goes on" in result.stderr
    assert f"{journal_words(first, until)}" in result.stderr
    secret = json.loads((out / "assignment.json").read_text())["secret"]
    again = tmp_path / "again"
    run(runner, *command(again, "--seed", secret))
    assert contents(out) == contents(again)
    assert sorted(p.name for p in tmp_path.iterdir()) == ["again", "hw"]


def journal_words(done: int, what: str) -> str:
    return f"{done:,} of 64 {what}"


def test_another_command_does_not_mix_with_what_was_begun(
    tmp_path: Path, runner: CliRunner
) -> None:
    """It says what lies there; the first one can still be finished, or thrown away."""
    out = tmp_path / "hw"
    killed(out, "exercises", "--seed", "a")
    before = journal(out)
    for other, what in (
        (["--decimals", "5"], "decimals None, now 5"),
        (["--count", "65"], "students 64, now 65"),
        (["--seed", "b"], "another secret"),
        (["--formats", "csv"], "formats"),
    ):
        result = run(runner, *command(out, "--seed", "a", *other), code=1)
        assert "beginning of another assignment" in result.output
        assert what in result.output
        assert "--fresh" in result.output
        assert journal(out) == before
    run(runner, *command(out, "--seed", "a", "--decimals", "5", "--fresh"))
    assert Folder(out).order.decimals == 5
    again = tmp_path / "again"
    run(runner, *command(again, "--seed", "a", "--decimals", "5"))
    assert contents(out) == contents(again)


def test_a_second_run_keeps_out(tmp_path: Path) -> None:
    """Two at once would write over each other."""
    second_run = [sys.executable, "-c", RUN, *command(tmp_path / "hw")]

    def second(phase: str, done: int, of: int) -> None:
        result = subprocess.run(second_run, capture_output=True, text=True, check=False)
        assert result.returncode == 1
        assert "another run of bpgrade" in result.stderr

    issue(order(()), numbered(2), tmp_path / "hw", progress=second)
    assert len(list(Folder(tmp_path / "hw").exercises())) == 4


def test_more_digits_survive_an_interruption(
    tmp_path: Path, small_portions: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where the gate needs a digit more than asked, all exercises have it, also after a stop."""
    source = family.source_of("mazur")
    asked = Order("hw", "own", source, "s", decimals=3, formats=())

    def stop(phase: str, done: int, of: int) -> None:
        if done >= 20:
            raise KeyboardInterrupt

    whole = issue(asked, numbered(50), tmp_path / "whole")
    assert whole.decimals == 4
    with pytest.raises(KeyboardInterrupt):
        issue(asked, numbered(50), tmp_path / "hw", progress=stop)
    assert not (tmp_path / "hw").exists()
    assert issue(asked, numbered(50), tmp_path / "hw") == whole
    assert contents(tmp_path / "hw") == contents(tmp_path / "whole")


# ids ---------------------------------------------------------------------------------------


def test_ids_of_a_class_are_those_one_after_the_other() -> None:
    """Where two would be the same the later is longer; tried with very short ones."""

    def key_of(n: int) -> bytes:
        return hashlib.sha256(str(n).encode()).digest()

    for length in (1, 2, 3, LENGTH):
        names = Names("f", key_of, 500, length)
        assert [names[n] for n in range(500)] == exercise_ids("f", map(key_of, range(500)), length)
    assert len({Names("f", key_of, 500, 1)[n] for n in range(500)}) == 500


def test_a_reissued_exercise_takes_no_id_that_is_there() -> None:
    """However unlikely."""
    (name,) = exercise_ids("f", [b"k"])
    (other,) = exercise_ids("f", [b"k"], known={name})
    assert other.startswith(name)
    assert len(other) == len(name) + 2


def test_what_an_earlier_version_began_is_gone_on_with_by_it(
    tmp_path: Path, small_portions: None
) -> None:
    """An assignment has one version of the draw, also if bpgrade was renewed in the middle."""

    def stop(phase: str, done: int, of: int) -> None:
        if done >= 20:
            raise KeyboardInterrupt

    old = replace(order(), draw=1)
    whole = issue(old, numbered(20), tmp_path / "whole")
    with pytest.raises(KeyboardInterrupt):
        issue(old, numbered(20), tmp_path / "hw", progress=stop)
    assert issue(order(), numbered(20), tmp_path / "hw") == whole
    assert contents(tmp_path / "hw") == contents(tmp_path / "whole")
    issue(order(), numbered(20), tmp_path / "new")
    assert contents(tmp_path / "new") != contents(tmp_path / "whole")


@pytest.mark.parametrize("name", ["mazur", "lfd-numeric", "relu-softmax", "mazur-mixed"])
def test_an_exercise_is_worked_while_it_is_drawn_and_never_again(
    name: str, tmp_path: Path, runner: CliRunner, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Line and key take what the gate worked; only what no line stores is worked for the key."""
    again: Counter[str] = Counter()
    work = solving._written

    def counted(step: Step, balls: Mapping[str, Ball], precision: Precision) -> Ball:
        if not isinstance(balls, solving.Unfolding):
            again[step.id] += 1
        return work(step, balls, precision)

    monkeypatch.setattr(solving, "_written", counted)
    line = ["generate", name, "--count", "3", "--seed", "s", "--formats", "md,csv"]
    done = runner.invoke(cli, [*line, "--workers", "1", "--out", str(tmp_path / "hw")])
    assert done.exit_code == 0, done.output
    design = family.load(name).design()
    assert again == {id: 3 for id in design.graph.steps if id not in design.asked}
