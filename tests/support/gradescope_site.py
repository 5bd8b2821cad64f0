"""Gradescope as its documentation has it: a folder like /autograder, and one run a submission."""

from __future__ import annotations

import io
import json
import os
import shutil
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from zipfile import ZipFile

STATUSES = {"passed", "failed"}
VISIBLE = {"visible", "hidden", "after_due_date", "after_published"}


@dataclass
class Run:
    """What a run left behind."""

    results: dict[str, Any]
    stdout: str
    """For the teacher alone."""

    @property
    def seen(self) -> str:
        """Everything that a student may get to see."""
        return json.dumps(self.results, ensure_ascii=False)


class Site:
    """An image made of an autograder."""

    def __init__(self, root: Path, archive: bytes) -> None:
        self.root = root
        source = root / "source"
        with ZipFile(io.BytesIO(archive)) as packed:
            names = packed.namelist()
            assert {"setup.sh", "run_autograder"} <= set(names), "not at the archive's root"
            for member in packed.infolist():
                assert not member.filename.startswith(("/", "..")), member.filename
                target = source / member.filename
                target.parent.mkdir(parents=True, exist_ok=True)
                target.write_bytes(packed.read(member))
                target.chmod(member.external_attr >> 16)
        shutil.copy(source / "run_autograder", root / "run_autograder")
        (root / "results").mkdir()

    def submit(
        self,
        files: Mapping[str, bytes],
        user: Mapping[str, Any] | list[dict[str, Any]],
        made: str = "2026-11-20T10:00:00.000000-08:00",
        due: str | None = "2026-11-21T23:59:00.000000-08:00",
    ) -> Run:
        """Hand in some files as somebody."""
        place = self.root / "submission"
        shutil.rmtree(place, ignore_errors=True)
        place.mkdir()
        for name, data in files.items():
            (place / name).parent.mkdir(parents=True, exist_ok=True)
            (place / name).write_bytes(data)
        metadata = {
            "id": 123456,
            "created_at": made,
            "assignment": {"due_date": due, "group_submission": False, "total_points": "41.0"},
            "submission_method": "upload",
            "users": user if isinstance(user, list) else [dict(user)],
            "previous_submissions": [],
        }
        (self.root / "submission_metadata.json").write_text(json.dumps(metadata))
        (self.root / "results" / "results.json").unlink(missing_ok=True)
        clean = {k: v for k, v in os.environ.items() if k != "PYTHONPATH"}
        done = subprocess.run(
            [str(self.root / "run_autograder")],
            cwd=self.root,
            env=clean | {"AUTOGRADER_ROOT": str(self.root), "AUTOGRADER_PYTHON": sys.executable},
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, done.stderr
        results = json.loads((self.root / "results" / "results.json").read_text("utf-8"))
        as_documented(results)
        return Run(results, done.stdout + done.stderr)


def as_documented(results: dict[str, Any]) -> None:
    """Only keys that the documentation knows, with values of their kinds."""
    assert set(results) <= {
        "score", "execution_time", "output", "output_format", "test_output_format",
        "test_name_format", "visibility", "stdout_visibility", "extra_data", "tests",
        "leaderboard",
    }  # fmt: skip
    assert isinstance(results["score"], int | float)
    assert results.get("visibility", "visible") in VISIBLE
    for test in results["tests"]:
        assert set(test) <= {
            "score", "max_score", "status", "name", "name_format", "number", "output",
            "output_format", "tags", "visibility", "extra_data",
        }  # fmt: skip
        assert isinstance(test["score"], int | float)
        assert 0 <= test["score"] <= test["max_score"]
        assert test.get("status", "passed") in STATUSES
        assert test.get("visibility", "visible") in VISIBLE
