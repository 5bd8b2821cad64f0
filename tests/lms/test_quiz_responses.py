"""The report "Responses" of a Moodle quiz, on bytes like Moodle's: both versions, all attempts."""

from __future__ import annotations

from pathlib import Path

import pytest
from click.testing import CliRunner
from handed_in import assignment, check, exercise_of, right
from hypothesis import given
from hypothesis import strategies as st
from moodle_files import BOM, quoted

from grader.assignments.folder import Folder
from grader.cli import cli
from grader.lms.scores import of_submissions
from grader.marking.policy import Attempts, Policy
from grader.read.platforms.quiz_responses import _split
from problems.reasons import Reason

ROSTER = """student,name,email
S001,Ann Ångström,ann@example.org
S002,Bob O'Brien,bob@example.org
"""
NEW = ["Last name", "First name", "Username", "ID number", "Email address", "Status", "Started"]
NEW += ["Completed", "Duration", "Grade/100.00", "Response 1", "Right answer 1"]
OLD = ["Surname", "First name", "ID number", "Email address", "State", "Started on"]
OLD += ["Completed", "Time taken", "Grade/100.00", "Response 1", "Right answer 1"]
DAY = "22 November 2026  2:24 AM"


@pytest.fixture(scope="module")
def hw(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return assignment(tmp_path_factory.mktemp("quiz"), roster=ROSTER)


def cell(answers: dict[str, str]) -> str:
    """As Moodle writes it: the last blank part has lost its blank."""
    return "; ".join(f"part {n}: {text}" for n, text in enumerate(answers.values(), 1)).rstrip()


def row(response: str, began: str = DAY, state: str = "Finished", old: bool = False) -> list[str]:
    username = [] if old else ["bob"]
    who = ["O'Brien", "Bob", *username, "S002", "bob@example.org"]
    return [*who, state, began, began, "now", "57.50", response, "part 1: 0.3775; ..."]


def export(tmp_path: Path, rows: list[list[str]], header: list[str] | None = None) -> Path:
    path = tmp_path / "responses.csv"
    lines = [header or NEW, *rows]
    path.write_bytes(BOM + "".join(",".join(map(quoted, line)) + "\n" for line in lines).encode())
    return path


def answers_of(hw: Path, *wrong: int) -> dict[str, str]:
    """Bob's right answers, with some places wrong in a way that carries nowhere."""
    answers = right(exercise_of(hw, "S002"))
    labels = list(answers)
    return answers | {labels[n]: "777" for n in wrong}


@pytest.mark.parametrize("old", [False, True], ids=["4.5", "4.2"])
def test_both_versions_are_read(hw: Path, tmp_path: Path, old: bool) -> None:
    """4.2 says Surname, State, "Started on", "Time taken"; `Username` may be missing."""
    path = export(tmp_path, [row(cell(answers_of(hw)), old=old)], OLD if old else NEW)
    assert path.read_bytes().startswith(
        b"\xef\xbb\xbfSurname," if old else b'\xef\xbb\xbf"Last name",'
    )
    done = check(hw, path)
    assert done.percent == {"S002": 100}
    assert done.problems == []


FRENCH = ["Nom de famille", "Prénom", "Nom d’utilisateur", "Numéro d’identification", "État"]
POLISH = ["Nazwisko", "Imię", "Nazwa użytkownika", "Numer ID", "Stan"]


@pytest.mark.parametrize(
    ("header", "response"), [(FRENCH, "Réponse 1"), (POLISH, "Odpowiedź 1")], ids=["fr", "pl"]
)
def test_other_languages_with_ids(
    hw: Path, tmp_path: Path, header: list[str], response: str
) -> None:
    """Two students of one name are told apart by what the site calls the ID number."""
    own = ["Nobody", "Such", "bob", "S002", "Terminé", cell(answers_of(hw))]
    done = check(hw, export(tmp_path, [own], [*header, response]))
    assert done.percent == {"S002": 100}


def test_blank_parts_and_dashes(hw: Path, tmp_path: Path) -> None:
    """Blank: nothing after the colon, the last without its blank; unanswered: `-`."""
    labels = list(answers_of(hw))
    answers = answers_of(hw) | {labels[0]: "", labels[4]: "-", labels[-1]: ""}
    text = cell(answers)
    assert text.startswith("part 1: ; part 2: ")
    assert text.endswith(f"part {len(labels)}:")
    (report,) = check(hw, export(tmp_path, [row(text)])).reports
    blank = [step["label"] for step in report["steps"] if step["verdict"] == "blank"]
    assert blank == [labels[0], labels[4], labels[-1]]


def test_what_was_typed_is_read_as_ever(hw: Path, tmp_path: Path) -> None:
    """A decimal comma, U+2212 for minus; text beside a number is refused in its cell alone."""
    answers = answers_of(hw)
    first, second, third = list(answers)[:3]
    typed = answers | {
        first: answers[first].replace(".", ","),
        second: answers[second] + " abc",
        third: f"\u2212{answers[third]}",
    }
    (report,) = check(hw, export(tmp_path, [row(cell(typed))])).reports
    steps = {step["label"]: step for step in report["steps"]}
    assert steps[first]["verdict"] == "correct"
    assert steps[second]["verdict"] == "unreadable"
    assert steps[third]["verdict"] in ("slip", "wrong")
    assert steps[third]["answer"] == f"\u2212{answers[third]}"


def test_a_cell_is_cut_only_where_the_next_number_follows(hw: Path, tmp_path: Path) -> None:
    """An answer may hold `; part 9: ` itself."""
    labels = list(answers_of(hw))
    answers = answers_of(hw) | {labels[1]: "0.5; part 9: 0.1 or so"}
    (report,) = check(hw, export(tmp_path, [row(cell(answers))])).reports
    found = {step["label"]: step["answer"] for step in report["steps"]}
    assert found == answers


@pytest.mark.parametrize(
    "spoil",
    [
        lambda text: text.replace("; part 3:", "; part 4:", 1),
        lambda text: text.replace("part 2: ", "part 2: 0.1; part 3: ", 1),
        lambda text: text + "; part 42: 0.5",
        lambda text: text[: text.index("; part 41:")],
    ],
    ids=["a gap", "the next number twice", "one too many", "one too few"],
)
def test_numbers_that_do_not_run_are_refused(hw: Path, tmp_path: Path, spoil: object) -> None:
    """Better nothing than shifted answers."""
    text = spoil(cell(answers_of(hw)))  # type: ignore[operator]
    done = check(hw, export(tmp_path, [row(text)]))
    assert done.codes == ["bad_step"]
    assert done.percent == {}


# attempts ----------------------------------------------------------------------------------

FIRST, SECOND, THIRD = (f"22 November 2026  {hour}:24 AM" for hour in (2, 3, 11))


def graded(hw: Path, path: Path, counts: str, most: int | None = None) -> float:
    """Bob's points by a rule for attempts."""
    policy = Policy(attempts=Attempts(counts, most))  # type: ignore[arg-type]
    return of_submissions(Folder(hw), [path], policy).of["S002"].points


def test_the_policy_says_which_attempt_counts(hw: Path, tmp_path: Path) -> None:
    """The best, or the last in time, among the first so many."""
    last = len(answers_of(hw)) - 1
    rows = [
        row(cell(answers_of(hw, last, last - 1)), FIRST),
        row(cell(answers_of(hw)), SECOND),
        row(cell(answers_of(hw, last)), THIRD),
    ]
    path = export(tmp_path, rows)
    assert graded(hw, path, "best") == 41
    assert graded(hw, path, "last") == 40
    assert graded(hw, path, "best", 1) == 39
    assert graded(hw, path, "last", 2) == 41


def test_attempts_are_ordered_by_their_beginning(hw: Path, tmp_path: Path) -> None:
    """Reports may be sorted by anything; 11 AM comes after 3 AM."""
    last = len(answers_of(hw)) - 1
    rows = [row(cell(answers_of(hw)), THIRD), row(cell(answers_of(hw, last)), SECOND)]
    assert graded(hw, export(tmp_path, rows), "last") == 41


def test_dates_of_other_languages_leave_the_order_as_it_is(hw: Path, tmp_path: Path) -> None:
    """Moodle sorts attempts upwards by itself."""
    last = len(answers_of(hw)) - 1
    rows = [
        row(cell(answers_of(hw)), "22. November 2026 11:24"),
        row(cell(answers_of(hw, last)), "22. November 2026 03:24"),
    ]
    assert graded(hw, export(tmp_path, rows), "last") == 40


@pytest.mark.parametrize("state", ["In progress", "Overdue", "In Bearbeitung", "En cours"])
def test_an_unfinished_attempt_counts_only_alone(hw: Path, tmp_path: Path, state: str) -> None:
    """What is not handed in is no work, unless there is nothing else."""
    last = len(answers_of(hw)) - 1
    done = row(cell(answers_of(hw, last)), FIRST)
    begun = row(cell(answers_of(hw)), SECOND, state)
    assert graded(hw, export(tmp_path, [done, begun]), "best") == 40
    found = check(hw, export(tmp_path, [begun]))
    assert found.percent == {"S002": 100}
    assert "not finished" in found.stderr


def test_what_does_not_count_is_told_with_its_row(hw: Path, tmp_path: Path) -> None:
    """Nothing is lost in silence; the exit status is 0."""
    last = len(answers_of(hw)) - 1
    rows = [row(cell(answers_of(hw, last)), FIRST), row(cell(answers_of(hw)), SECOND)]
    done = check(hw, export(tmp_path, rows))
    assert done.percent == {"S002": 100}
    assert done.status == 0
    assert "responses.csv:2" in done.stderr
    assert "row 3 does" in done.stderr


def test_an_average_is_refused(hw: Path, tmp_path: Path) -> None:
    """No single report shows it."""
    policy = tmp_path / "mean.toml"
    policy.write_text('[attempts]\ncounts = "average"\n')
    path = export(tmp_path, [row(cell(answers_of(hw)), day) for day in (FIRST, SECOND)])
    words = ["check", str(path), "--assignment", str(hw), "--policy", str(policy)]
    done = CliRunner().invoke(cli, words)
    assert done.exit_code == 1
    assert "average" in done.stderr


# any answers -------------------------------------------------------------------------------

TEXTS = st.lists(
    st.text(st.characters(codec="utf-8", exclude_categories=("Cs", "Cc"))), min_size=1
)


@given(TEXTS)
def test_any_answers_survive_or_are_refused(texts: list[str]) -> None:
    """Cutting gives back what was put together, but for blanks at the edges."""
    text = "; ".join(f"part {n}: {one}" for n, one in enumerate(texts, 1)).rstrip()
    found = _split(text, len(texts))
    assert isinstance(found, Reason) or found == [one.strip() for one in texts]
    if not any("; part" in one for one in texts):
        assert not isinstance(found, Reason)


@given(st.lists(st.sampled_from(["0.5", "; part 2: 1", "; part 3:", "part 1: x", ""]), min_size=1))
def test_answers_that_look_like_parts_are_never_shifted(texts: list[str]) -> None:
    """Either cut as it was put together, or refused."""
    text = "; ".join(f"part {n}: {one}" for n, one in enumerate(texts, 1)).rstrip()
    found = _split(text, len(texts))
    assert isinstance(found, Reason) or found == [one.strip() for one in texts]
