"""Workers: the same results from one process, from several, and when one of them dies."""

from __future__ import annotations

import os
import signal
from pathlib import Path

import numpy as np
import pytest
from class_tables import Habits, assignment_of, mixed, table
from distributed import Client, LocalCluster

from grader.assignments.folder import Folder
from grader.assignments.worksheets import silent
from grader.bulk import exercise_columns, survey
from grader.bulk.run import grade
from grader.errors import ClusterError
from grader.marking.policy import DEFAULT
from grader.support.workers import Workers, workers

pytestmark = pytest.mark.filterwarnings("ignore")


def contents(folder: Path) -> dict[str, bytes]:
    return {str(p.relative_to(folder)): p.read_bytes() for p in folder.rglob("*") if p.is_file()}


@pytest.fixture
def class_of_many(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> tuple[Path, Path]:
    monkeypatch.setattr(survey, "RANGE", 3_000)
    monkeypatch.setattr(exercise_columns, "PART", 12_000)
    hw = assignment_of(mixed(["mazur", "musilek"], 20), tmp_path / "hw")
    path = tmp_path / "class.csv"
    habit = Habits(False, 0.02, 0.5, 0.1, True, end="\n")
    path.write_bytes(table(list(Folder(hw).exercises()), habit, np.random.default_rng(3)))
    return hw, path


def results(hw: Path, path: Path, hands: Workers, out: Path, form: str) -> dict[str, bytes]:
    grade([path], hw, DEFAULT, out, hands, form, silent)
    return contents(out)


@pytest.mark.parametrize("form", ["csv", "parquet"])
def test_any_number_of_workers_writes_the_same_bytes(
    class_of_many: tuple[Path, Path], tmp_path: Path, form: str
) -> None:
    hw, path = class_of_many
    alone = results(hw, path, Workers(), tmp_path / "alone", form)
    with workers(2) as hands:
        both = results(hw, path, hands, tmp_path / "both", form)
    assert len(alone) > 3
    assert both == alone


def die_once(argument: tuple[Path, int]) -> int:
    """Kills its own process at the third task, once."""
    folder, n = argument
    if n == 2:
        try:
            (folder / "died").touch(exist_ok=False)
        except FileExistsError:
            return n * n
        os.kill(os.getpid(), signal.SIGKILL)
    return n * n


def test_a_worker_killed_in_the_middle_costs_nothing(tmp_path: Path) -> None:
    with workers(2) as hands:
        found = list(hands.map(die_once, [(tmp_path, n) for n in range(8)]))
    assert (tmp_path / "died").exists()
    assert found == [n * n for n in range(8)]


def test_a_killed_worker_leaves_the_results_as_they_are(
    class_of_many: tuple[Path, Path], tmp_path: Path
) -> None:
    hw, path = class_of_many
    alone = results(hw, path, Workers(), tmp_path / "alone", "csv")
    killed = []

    with workers(2) as hands:
        assert hands.client is not None
        pids = list(hands.client.run(os.getpid).values())

        def watch(phase: str, done: int, of: int) -> None:
            if phase == "grading" and done == 1 and not killed:
                os.kill(pids[0], signal.SIGKILL)
                killed.append(pids[0])

        grade([path], hw, DEFAULT, tmp_path / "both", hands, "csv", watch)
    assert killed
    assert contents(tmp_path / "both") == alone


def test_workers_of_a_running_scheduler(class_of_many: tuple[Path, Path], tmp_path: Path) -> None:
    hw, path = class_of_many
    alone = results(hw, path, Workers(), tmp_path / "alone", "csv")
    with LocalCluster(
        n_workers=2, threads_per_worker=1, host="127.0.0.1", dashboard_address="127.0.0.1:0"
    ) as cluster:
        with workers(None, cluster.scheduler_address) as hands:
            assert hands.count == 2
            away = results(hw, path, hands, tmp_path / "away", "csv")
        with Client(cluster) as client:  # what we were lent is still there
            assert len(client.scheduler_info()["workers"]) == 2
    assert away == alone


def test_no_scheduler_is_said_plainly(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("grader.support.workers.PATIENCE", 2)
    where = "tcp://127.0.0.1:9"
    refused = pytest.raises(ClusterError, match=f"no Dask scheduler with workers at {where}")
    with refused, workers(None, where):
        pass
