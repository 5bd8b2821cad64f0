"""The autograder for Gradescope, run in a folder like Gradescope's."""

from __future__ import annotations

import io
import json
import subprocess
from pathlib import Path
from zipfile import ZipFile

import pytest
from click.testing import CliRunner
from gradescope_site import Site
from handed_in import assignment, exercise_of, right, tidy, with_id
from marking import paper

from grader.cli import cli
from problems.rules.expression import NUMBERS

ADA = {"email": "ADA@example.org", "id": 1, "name": "Ada E."}
BEN = {"email": "ben@example.org", "id": 2, "name": "Ben Sample"}
CAI = {"email": "someone@elsewhere.example", "id": 3, "name": "Cai Specimen"}
ROSTER_SECRETS = ("ben@example.org", "Sample", "s002", "zoe@", "Łukasz")


def archive_of(hw: Path, *more: str) -> bytes:
    done = CliRunner().invoke(cli, ["export", "gradescope", str(hw), "--force", *more])
    assert done.exit_code == 0, done.output
    return (hw / "exports" / "gradescope.zip").read_bytes()


@pytest.fixture(scope="module")
def hw(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return assignment(tmp_path_factory.mktemp("gradescope"))


@pytest.fixture(scope="module")
def site(hw: Path, tmp_path_factory: pytest.TempPathFactory) -> Site:
    return Site(tmp_path_factory.mktemp("autograder"), archive_of(hw))


def test_right_answers_get_everything(hw: Path, site: Site) -> None:
    """One test a step, with its label and points; by e-mail whatever the case."""
    exercise = exercise_of(hw, "s001")
    run = site.submit({"answers.csv": with_id(exercise)}, ADA)
    tests = run.results["tests"]
    assert [test["name"] for test in tests] == list(exercise.labels.values())
    assert run.results["score"] == sum(test["max_score"] for test in tests) == 41
    assert {test["status"] for test in tests} == {"passed"}
    assert {test["visibility"] for test in tests} == {"visible"}


def test_follow_through_is_kept(hw: Path, site: Site) -> None:
    """Our own checker runs there: one slip, the rest carried from it."""
    exercise = exercise_of(hw, "s001")
    typed = {exercise.labels[id]: text for id, text in paper(exercise, "net.1.1").items()}
    run = site.submit({"work/answers.csv": tidy(typed, exercise=exercise.id)}, ADA)
    assert run.results["score"] == 40
    failed = [test for test in run.results["tests"] if test["status"] == "failed"]
    assert [test["name"] for test in failed] == [exercise.labels["net.1.1"]]
    assert failed[0]["output"].startswith("your answer: ")
    assert "carried" in run.seen


def test_whose_work_it_is_says_the_login(hw: Path, site: Site) -> None:
    """No column says it; a name where there is no address; and nobody gets another's points."""
    cai = exercise_of(hw, "s006")
    assert site.submit({"a.csv": tidy(right(cai))}, CAI).results["score"] == 41
    ben = exercise_of(hw, "s002")
    for stolen in (
        with_id(ben),
        tidy(right(ben), student="s002"),
        tidy(right(ben), student="s00"),
    ):
        run = site.submit({"answers.csv": stolen}, ADA)
        assert run.results["score"] == 0
        assert run.results["tests"] == []
        assert "not your exercise" in run.results["output"]
        assert not [secret for secret in ROSTER_SECRETS if secret in run.seen]


def test_strangers_and_groups_are_refused(hw: Path, site: Site) -> None:
    """In words for the student; who it was is for the teacher."""
    work = {"answers.csv": with_id(exercise_of(hw, "s001"))}
    run = site.submit(work, {"email": "x@example.net", "id": 9, "name": "Nobody"})
    assert run.results["score"] == 0
    assert "class list" in run.results["output"]
    assert "x@example.net" in run.stdout
    two = site.submit(work, [dict(ADA), dict(BEN)])
    assert two.results["score"] == 0
    assert "group" in two.results["output"]
    lee = site.submit(work, {"email": "other@example.net", "id": 5, "name": "Ann Lee"})
    assert lee.results["score"] == 0


def test_what_cannot_be_read_is_said(hw: Path, site: Site) -> None:
    """With row and column; nothing at all; a wrong file beside a good one."""
    exercise = exercise_of(hw, "s001")
    label = exercise.labels["net.1.1"]
    run = site.submit({"answers.csv": with_id(exercise, **{label: "a half"})}, ADA)
    assert run.results["score"] < 41
    assert "a half" in run.seen
    assert site.submit({}, ADA).results["score"] == 0
    assert site.submit({"photo.jpg": b"\xff\xd8\xff"}, ADA).results["score"] == 0
    both = {"answers.csv": with_id(exercise), "photo.jpg": b"\xff\xd8\xff"}
    assert site.submit(both, ADA).results["score"] == 41


def test_lateness_costs_what_the_policy_says(hw: Path, tmp_path: Path) -> None:
    """By Gradescope's own deadline, with time zones."""
    policy = tmp_path / "late.toml"
    policy.write_text('[late]\noff_per_day = 10\nunit = "percent"\n')
    site = Site(tmp_path / "auto", archive_of(hw, "--policy", str(policy)))
    work = {"answers.csv": with_id(exercise_of(hw, "s001"))}
    assert site.submit(work, ADA).results["score"] == 41
    late = site.submit(work, ADA, made="2026-11-22T09:00:00.000000+00:00")
    assert late.results["score"] == pytest.approx(41 * 0.9)
    assert "late" in late.results["output"]
    assert site.submit(work, ADA, due=None).results["score"] == 41


def test_what_the_policy_hides_is_hidden(hw: Path, tmp_path: Path) -> None:
    """The exam policy tells no verdict."""
    site = Site(tmp_path / "auto", archive_of(hw, "--policy", "exam"))
    exercise = exercise_of(hw, "s001")
    label = exercise.labels["net.1.1"]
    run = site.submit({"answers.csv": with_id(exercise, **{label: "9.9999"})}, ADA)
    assert {test["visibility"] for test in run.results["tests"]} <= {"hidden", "after_published"}
    assert exercise.printed["net.1.1"] not in run.seen


def test_the_archive_holds_no_solution_and_no_secret(tmp_path: Path) -> None:
    """Only what was handed out; values follow from it, but nobody reads them there."""
    hw = assignment(tmp_path)
    path = hw / "assignment.json"
    secret = "a-secret-that-stands-nowhere-else"
    path.write_text(json.dumps(json.loads(path.read_text("utf-8")) | {"secret": secret}))
    with ZipFile(io.BytesIO(archive_of(hw))) as packed:
        names = packed.namelist()
        meta = json.loads(packed.read("class/assignment.json"))
        lines = packed.read("class/exercises.jsonl").decode().splitlines()
        whole = b"".join(packed.read(n) for n in names if n.startswith("class/"))
    assert meta["secret"] == ""
    assert secret.encode() not in whole
    assert len(lines) == 6
    assert all("value" not in step for line in lines for step in json.loads(line)["steps"])
    held = {n for n in names if n.startswith("class/")}
    assert held == {"class/assignment.json", "class/exercises.jsonl", "class/roster.csv"}
    assert {n.split("/")[0] for n in names if "/" in n} == {"class", "bpgrade"}
    assert not [n for n in names if "/web/" in n]
    assert not [n for n in names if n.endswith(".pyc")]


def test_it_runs_its_own_source(hw: Path, site: Site) -> None:
    """Not what happens to be installed: another version there would be another checker."""
    target = site.root / "source" / "bpgrade" / "grader" / "lms" / "gradescope" / "autograder.py"
    before = target.read_text("utf-8")
    try:
        target.write_text(before.replace("your answer:", "OWN SOURCE:"), "utf-8")
        run = site.submit({"answers.csv": with_id(exercise_of(hw, "s001"))}, ADA)
        assert "OWN SOURCE:" in run.seen
    finally:
        target.write_text(before, "utf-8")


def test_a_broken_autograder_says_it_is_not_the_students_fault(hw: Path, tmp_path: Path) -> None:
    """And gives the teacher the reason."""
    site = Site(tmp_path / "auto", archive_of(hw))
    (site.root / "source" / "class" / "assignment.json").write_text("{}")
    run = site.submit({"answers.csv": with_id(exercise_of(hw, "s001"))}, ADA)
    assert run.results["score"] == 0
    assert "not your fault" in run.results["output"]
    assert "assignment.json" in run.stdout


def test_several_exercises(tmp_path: Path) -> None:
    """Tests say which; one that is missing counts as nothing."""
    hw = assignment(tmp_path, "mazur-delta", "--exercises", "2")
    site = Site(tmp_path / "auto", archive_of(hw))
    first, second = (exercise_of(hw, "s001", n) for n in (1, 2))
    run = site.submit({"answers.csv": with_id(first)}, ADA)
    assert run.results["score"] == 31
    assert run.results["tests"][-1] == {"name": "not handed in", "score": 0, "max_score": 31}
    both = site.submit({"1.csv": with_id(first), "2.csv": with_id(second)}, ADA)
    assert both.results["score"] == 62
    assert both.results["tests"][31]["name"].startswith("Exercise 2: ")


def test_formulas_are_judged_there(tmp_path: Path) -> None:
    """Unlike everywhere else."""
    from typed_rules import key_text

    hw = assignment(tmp_path, "mazur-mixed")
    site = Site(tmp_path / "auto", archive_of(hw))
    exercise = exercise_of(hw, "s001")
    answers = {exercise.labels[q]: key_text(exercise, q) for q in exercise.questions}
    run = site.submit({"a.csv": tidy(answers, exercise=exercise.id)}, ADA)
    assert run.results["score"] == 35


@pytest.mark.parametrize("script", ["setup.sh", "run_autograder"])
def test_the_scripts_are_shell_and_may_run(hw: Path, script: str, tmp_path: Path) -> None:
    """bash reads them; the archive marks them as programs."""
    with ZipFile(io.BytesIO(archive_of(hw))) as packed:
        member = packed.getinfo(script)
        assert (member.external_attr >> 16) & 0o111
        path = tmp_path / script
        path.write_bytes(packed.read(script))
        pinned = packed.read("requirements.txt").decode().splitlines()
    assert subprocess.run(["bash", "-n", str(path)], check=False).returncode == 0
    assert all("==" in line for line in pinned)
    assert "bpgrade" not in "".join(pinned)


STUB = """#!/bin/sh
case "$1 $2" in
  "-m venv") mkdir -p "$3/bin"; printf '#!/bin/sh\\necho pip "$@"\\n' > "$3/bin/pip"
             chmod +x "$3/bin/pip";;
esac
"""


def test_setup_takes_a_python_that_is_new_enough(hw: Path, site: Site, tmp_path: Path) -> None:
    """One that is there; an environment of its own; nothing fetched by our own name."""
    tools = tmp_path / "bin"
    tools.mkdir()
    for name, text in (("apt-get", "#!/bin/sh\necho apt-get $@\n"), ("python3.13", STUB)):
        (tools / name).write_text(text)
        (tools / name).chmod(0o755)
    root = tmp_path / "root"
    root.mkdir()
    done = subprocess.run(
        ["bash", str(site.root / "source" / "setup.sh")],
        env={"PATH": f"{tools}:/usr/bin:/bin", "AUTOGRADER_ROOT": str(root)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert (root / "venv" / "bin" / "pip").is_file()
    assert done.stdout.splitlines() == [
        "apt-get update",
        f"pip install --no-cache-dir -r {root}/source/requirements.txt",
    ]


def test_another_students_numbers_are_told_to_the_staff_alone(hw: Path, site: Site) -> None:
    """Graded as their own; what is printed there only staff see."""
    own, other = exercise_of(hw, "s001"), exercise_of(hw, "s002")
    run = site.submit({"answers.csv": tidy(right(other), exercise=own.id)}, ADA)
    assert run.results["score"] < 30
    assert other.id not in json.dumps(run.results)
    assert "s002" not in json.dumps(run.results)
    assert other.id in run.stdout


def test_sheets_to_look_at_are_told_to_the_staff_alone(hw: Path, site: Site) -> None:
    """One slip that closes both outputs, and everything rightly after it."""
    own = exercise_of(hw, "s001")
    vals = {id: float(ball.m) for id, ball in own.solution.items()}
    vals |= {id: float(text) for id, text in own.givens.items()}
    for id, step in own.graph.steps.items():
        net = id in ("net.2.1", "net.2.2")
        vals[id] = 25.0 if net else float(step.rule.evaluate(vals, NUMBERS))
    answers = {own.labels[id]: f"{vals[id]:.4f}" for id in own.asked}
    run = site.submit({"answers.csv": tidy(answers, exercise=own.id)}, ADA)
    assert "for the teacher: " in run.stdout
    assert "please look at the sheet" in run.stdout
    assert "please look" not in json.dumps(run.results)
