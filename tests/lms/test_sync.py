"""The exchange, on both platforms: nothing twice, nothing lost, nobody's grade overwritten."""

from __future__ import annotations

import json
import random
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from fake_canvas import FakeCanvas
from fake_moodle import FakeMoodle, Row, User
from handed_in import assignment, exercise_of, right, with_id
from misbehaving import Rule
from syncing_class import (
    BRISK,
    NOW,
    Fake,
    answers,
    class_on,
    connected,
    effect,
    enter,
    grade_of,
    made,
)

from grader.assignments.folder import Folder
from grader.errors import AssignmentError, PlatformError
from grader.lms import sync
from grader.lms.changes import Change, Plan, SentChange
from grader.lms.connection import Connection
from grader.marking.policy_file import load_policy

ADA, BEN, ZOE, ANN, ANN2 = 4, 5, 6, 7, 8


@pytest.fixture(scope="module")
def drawn(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The assignment, once; nothing is remembered in it."""
    return made(tmp_path_factory.mktemp("sync")).path


@pytest.fixture
def hw1(drawn: Path, tmp_path: Path) -> Folder:
    return copied(drawn, tmp_path / "hw1")


def copied(drawn: Path, place: Path) -> Folder:
    """The same assignment in a folder of its own."""
    place.mkdir(parents=True)
    for file in drawn.iterdir():
        if file.is_file():
            (place / file.name).write_bytes(file.read_bytes())
    return Folder(place)


@pytest.fixture(params=["moodle", "canvas"])
def fake(request: pytest.FixtureRequest, drawn: Path) -> Iterator[Fake]:
    """Ada has everything right, Ben three wrong; the others have handed in nothing."""
    with class_on(request.param) as found:
        found.hand_in(ADA, answers(drawn, "s001"))
        found.hand_in(BEN, answers(drawn, "s002", 3))
        yield found


def planned(hw1: Folder, fake: Fake, **more: Any) -> Plan:
    patience = more.pop("patience", NOW)
    return sync.plan(hw1, connected(fake, patience=patience), pages=("html",), **more)


def synced(hw1: Folder, fake: Fake, **more: Any) -> tuple[Plan, list[SentChange]]:
    plan = planned(hw1, fake, **more)
    return plan, sync.apply(plan)


def of(plan: Plan, key: int) -> Change:
    return next(one for one in plan if one.key == str(key))


BEN_HAS = 92.68
"""Three of 41 steps are wrong."""


# the usual -----------------------------------------------------------------------------------


def test_new_work_is_graded_and_read_back(hw1: Folder, fake: Fake) -> None:
    plan, done = synced(hw1, fake)
    assert [one.fault for one in done] == ["", ""]
    assert (grade_of(fake, ADA), grade_of(fake, BEN)) == (100.0, BEN_HAS)
    _, [comment], files = effect(fake)[BEN]
    assert "38 of 41 points" in comment
    assert files == ["hw1-feedback.html"]
    assert plan.clean
    assert plan.silent == 3


def test_points_are_scaled_to_the_platform(hw1: Folder, fake: Fake) -> None:
    if isinstance(fake, FakeMoodle):
        fake.work.most = 10
    else:
        fake.most = 10
    synced(hw1, fake)
    assert grade_of(fake, BEN) == 9.27


def test_a_plan_writes_nothing(hw1: Folder, fake: Fake) -> None:
    """Neither there nor here."""
    before = sorted(hw1.path.iterdir())
    plan = planned(hw1, fake)
    assert [one.action for one in plan] == ["grade", "grade"]
    assert fake.writes == 0
    assert sorted(hw1.path.iterdir()) == before


def test_a_second_run_changes_nothing(hw1: Folder, fake: Fake) -> None:
    """And fetches nothing but the lists."""
    synced(hw1, fake)
    there, writes, calls = effect(fake), fake.writes, fake.calls.copy()
    plan, done = synced(hw1, fake)
    assert [one.action for one in plan] == ["keep", "keep"]
    assert (done, effect(fake), fake.writes) == ([], there, writes)
    fetched = {"download", "stored", "pluginfile.php"}
    assert not (fake.calls - calls).keys() & fetched


def test_what_is_handed_in_anew_is_graded_anew(hw1: Folder, fake: Fake, drawn: Path) -> None:
    synced(hw1, fake)
    fake.hand_in(BEN, answers(drawn, "s002"))
    plan, _ = synced(hw1, fake)
    assert (of(plan, ADA).action, of(plan, BEN).why) == ("keep", "handed in anew")
    assert grade_of(fake, BEN) == 100.0


def test_problems_name_the_text_and_its_line(hw1: Folder, fake: Fake) -> None:
    """As the student sees it; there is no file besides."""
    fake.type_in(ADA, "<p>Hello</p><p>net_h1 = 1</p><p>nett = 1</p>")
    plan = planned(hw1, fake)
    told = [(one.file.split("/", 1)[-1], one.row) for one in plan.problems]
    assert told == [("text", 3)]


def test_another_attempt_has_a_grade_of_its_own(hw1: Folder, drawn: Path) -> None:
    """Moodle shows the grade of the last attempt only; the one before may be by hand."""
    with class_on("moodle") as fake:
        assert isinstance(fake, FakeMoodle)
        hand_in_two(fake, drawn)
        synced(hw1, fake)
        enter(fake, BEN, 95.0)
        fake.hand_in(BEN, answers(drawn, "s002"), reopened=True)
        plan, _ = synced(hw1, fake)
        assert of(plan, BEN).why == "handed in anew"
        assert grade_of(fake, BEN) == 100.0
        assert [one.action for one in planned(hw1, fake)] == ["keep", "keep"]


def test_another_policy_grades_anew(hw1: Folder, fake: Fake) -> None:
    """Only those whose points change are sent."""
    synced(hw1, fake)
    strict = replace(load_policy("default"), weights={"net": 3.0})
    plan, _ = synced(hw1, fake, policy=strict)
    assert of(plan, BEN).action == "grade"
    assert grade_of(fake, BEN) != BEN_HAS
    assert grade_of(fake, ADA) == 100.0


def test_a_lost_memory_sends_nothing_twice(hw1: Folder, fake: Fake) -> None:
    """The same grades stand there already."""
    synced(hw1, fake)
    for file in (hw1.path / "sync").iterdir():
        file.unlink()
    there = effect(fake)
    plan, _ = synced(hw1, fake)
    assert [one.action for one in plan] == ["same", "same"]
    assert effect(fake) == there
    assert [one.action for one in planned(hw1, fake)] == ["keep", "keep"]


@pytest.mark.parametrize("text", ["s002", "5", "u5", "ben@example.org", "Ben Sample"])
def test_only_one_student(hw1: Folder, fake: Fake, text: str) -> None:
    plan, _ = synced(hw1, fake, only=[text])
    assert [one.key for one in plan] == ["5"]
    assert grade_of(fake, ADA) is None


def test_a_student_who_is_not_there_is_a_problem(hw1: Folder, fake: Fake) -> None:
    plan = planned(hw1, fake, only=["eve"])
    assert "nobody of this course" in str(plan.problems[0])
    assert not plan.clean


def test_what_was_typed_is_graded_as_well(hw1: Folder, fake: Fake, drawn: Path) -> None:
    """Lines with the labels; whose they are says the login."""
    rows = "".join(f"<p>{k} = {v}</p>" for k, v in right(exercise_of(drawn, "s003")).items())
    fake.type_in(ZOE, rows)
    fake.type_in(ANN, "<p>Sorry, I was ill in week 3.</p>")
    plan, _ = synced(hw1, fake)
    assert grade_of(fake, ZOE) == 100.0
    assert of(plan, ANN).action == "fail"
    assert grade_of(fake, ANN) is None


# grades of other people ----------------------------------------------------------------------


def test_a_grade_changed_by_hand_stays(hw1: Folder, fake: Fake) -> None:
    synced(hw1, fake)
    enter(fake, BEN, 95.0)
    plan, _ = synced(hw1, fake)
    assert (of(plan, BEN).action, of(plan, BEN).why) == ("hold", "changed by hand since")
    assert grade_of(fake, BEN) == 95.0
    assert plan.clean


def test_also_after_the_student_handed_in_anew(hw1: Folder, fake: Fake, drawn: Path) -> None:
    synced(hw1, fake)
    enter(fake, BEN, 95.0)
    fake.hand_in(BEN, answers(drawn, "s002"))
    plan, _ = synced(hw1, fake)
    assert of(plan, BEN).action == "hold"
    assert grade_of(fake, BEN) == 95.0


def test_a_grade_that_somebody_gave_first_stays(hw1: Folder, fake: Fake) -> None:
    enter(fake, BEN, 50.0)
    plan, _ = synced(hw1, fake)
    assert (of(plan, BEN).action, of(plan, BEN).why) == ("hold", "graded by somebody else")
    assert grade_of(fake, BEN) == 50.0


def test_a_grade_that_was_removed_stays_away(hw1: Folder, fake: Fake) -> None:
    synced(hw1, fake)
    enter(fake, BEN, None)
    plan, _ = synced(hw1, fake)
    assert of(plan, BEN).why == "the grade was removed by hand"
    assert grade_of(fake, BEN) is None


def test_also_after_other_files_were_handed_in(hw1: Folder, drawn: Path) -> None:
    """On Moodle the attempt is the same then, and the teacher's word stands."""
    with class_on("moodle") as fake:
        hand_in_two(fake, drawn)
        synced(hw1, fake)
        enter(fake, BEN, None)
        fake.hand_in(BEN, answers(drawn, "s002"))
        plan, _ = synced(hw1, fake)
        assert of(plan, BEN).why == "the grade was removed by hand"
        assert grade_of(fake, BEN) is None


def test_force_replaces_it(hw1: Folder, fake: Fake) -> None:
    synced(hw1, fake)
    enter(fake, BEN, 95.0)
    plan, _ = synced(hw1, fake, force=True)
    assert of(plan, BEN).why == "forced: changed by hand since"
    assert grade_of(fake, BEN) == BEN_HAS


def test_who_is_excused_is_left_alone(hw1: Folder, fake: Fake) -> None:
    if isinstance(fake, FakeCanvas):
        fake.subs[BEN].excused = True
        plan, _ = synced(hw1, fake, force=True)
        assert (of(plan, BEN).action, grade_of(fake, BEN)) == ("hold", None)


@pytest.mark.parametrize("how", ["overridden", "locked"])
def test_a_grade_that_the_gradebook_holds_keeps_its_comment_and_pages(
    hw1: Folder, drawn: Path, how: str
) -> None:
    """Moodle would keep the grade and replace what a teacher wrote: so nothing is sent."""
    with class_on("moodle") as fake:
        assert isinstance(fake, FakeMoodle)
        fake.hand_in(ADA, answers(drawn, "s001"))
        fake.hand_in(BEN, answers(drawn, "s002"))
        theirs = Row(50.0, 0, "<p>see <em>me</em></p>", {"scan.pdf": b"by hand"})
        fake.work.rows[ADA] = replace(theirs, files=dict(theirs.files))
        getattr(fake.work, how).add(ADA)
        plan, done = synced(hw1, fake, force=True)
        assert f"{how} in the gradebook" in of(plan, ADA).why
        assert not plan.clean
        assert fake.work.rows[ADA] == theirs
        assert [one.fault for one in done] == [""]
        getattr(fake.work, how).clear()
        synced(hw1, fake, force=True)
        assert grade_of(fake, ADA) == 100.0


def test_a_grade_that_is_not_taken_is_told(hw1: Folder, drawn: Path) -> None:
    """Moodle answers null; only reading back shows it."""
    with class_on("moodle") as fake:
        assert isinstance(fake, FakeMoodle)
        fake.hand_in(ADA, answers(drawn, "s001"))
        fake.hand_in(BEN, answers(drawn, "s002"))
        plan = planned(hw1, fake)
        fake.work.overridden.add(ADA)
        done = sync.apply(plan)
        assert "overridden or locked" in done[0].fault
        assert done[1].fault == ""
        again = planned(hw1, fake)
        assert of(again, ADA).action == "fail"


def test_without_the_right_to_look_into_the_gradebook_nothing_is_sent(
    hw1: Folder, drawn: Path
) -> None:
    """Which function is missing is said."""
    with class_on("moodle") as fake:
        assert isinstance(fake, FakeMoodle)
        fake.hand_in(ADA, answers(drawn, "s001"))
        fake.not_in_service.add("gradereport_user_get_grade_items")
        with pytest.raises(PlatformError, match="gradereport_user_get_grade_items is not allowed"):
            planned(hw1, fake)
        assert fake.writes == 0


def test_a_draft_is_no_failure(hw1: Folder, drawn: Path) -> None:
    """It is listed, as `moodle grade` lists it, and both end with 0."""
    with class_on("moodle") as fake:
        assert isinstance(fake, FakeMoodle)
        fake.hand_in(ADA, answers(drawn, "s001"), status="draft")
        plan = planned(hw1, fake)
        assert (of(plan, ADA).action, plan.clean) == ("skip", True)


# identity ------------------------------------------------------------------------------------


def test_the_exercise_of_somebody_else_gives_nothing(hw1: Folder, fake: Fake, drawn: Path) -> None:
    fake.hand_in(ZOE, answers(drawn, "s001"))
    plan, _ = synced(hw1, fake)
    assert of(plan, ZOE).action == "fail"
    assert "this is the work of 's001'" in of(plan, ZOE).why
    assert grade_of(fake, ZOE) is None
    assert grade_of(fake, ADA) == 100.0


def test_two_of_one_name_are_told_apart_by_number(hw1: Folder, fake: Fake, drawn: Path) -> None:
    fake.hand_in(ANN, answers(drawn, "s004"))
    fake.hand_in(ANN2, answers(drawn, "s005", 3))
    synced(hw1, fake)
    assert (grade_of(fake, ANN), grade_of(fake, ANN2)) == (100.0, BEN_HAS)


def nameless(fake: Fake) -> None:
    """The platform says nothing but full names."""
    for user in fake.users.values():
        user.idnumber = user.email = ""
        user.username = f"x{user.id}"


def test_two_of_one_name_have_their_numbers_beside_them(
    hw1: Folder, fake: Fake, drawn: Path
) -> None:
    """In the table, in what is told of problems, and where worksheets are handed out."""
    fake.hand_in(ANN, answers(drawn, "s004"))
    fake.hand_in(ANN2, answers(drawn, "s005", 3))
    shown = {one.key: one.who for one in planned(hw1, fake)}
    assert shown == {
        "4": "Ada Example", "5": "Ben Sample", "7": "Ann Lee (7)", "8": "Ann Lee (8)",
    }  # fmt: skip
    handed = sync.hand_out(hw1, connected(fake))
    assert {one.who for one in handed if one.who.startswith("Ann")} == {
        "Ann Lee (7)", "Ann Lee (8)",
    }  # fmt: skip


def test_names_alone_are_enough_where_they_are_clear(hw1: Folder, fake: Fake) -> None:
    nameless(fake)
    synced(hw1, fake)
    assert (grade_of(fake, ADA), grade_of(fake, BEN)) == (100.0, BEN_HAS)


def test_two_of_one_name_are_told_apart_by_their_exercises(
    hw1: Folder, fake: Fake, drawn: Path
) -> None:
    nameless(fake)
    fake.hand_in(ANN, answers(drawn, "s004"))
    fake.hand_in(ANN2, answers(drawn, "s005", 3))
    synced(hw1, fake)
    assert (grade_of(fake, ANN), grade_of(fake, ANN2)) == (100.0, BEN_HAS)


def stranger(fake: Fake) -> int:
    """Somebody of the course who is not in the class list."""
    fake.users[9] = User(9, "u9", "Dee Stranger", "s999", "dee@example.org")
    if isinstance(fake, FakeCanvas):
        from fake_canvas import Sub

        fake.subs[9] = Sub()
    return 9


def test_a_stranger_gets_nothing_for_a_students_exercise(
    hw1: Folder, fake: Fake, drawn: Path
) -> None:
    """The student is in the course, and has not even handed in yet."""
    dee = stranger(fake)
    fake.hand_in(dee, answers(drawn, "s003"))
    plan, _ = synced(hw1, fake)
    assert of(plan, dee).why == "this is the exercise of Zoë Łukasz O'Brien (6)"
    assert grade_of(fake, dee) is None


def test_an_exercise_that_two_hand_in_gives_neither_anything(
    hw1: Folder, fake: Fake, drawn: Path
) -> None:
    dee = stranger(fake)
    fake.hand_in(dee, answers(drawn, "s001"))
    synced(hw1, fake)
    assert grade_of(fake, dee) is None
    assert grade_of(fake, ADA) is None


def test_an_exercise_is_graded_for_one_person_only_for_ever(
    hw1: Folder, fake: Fake, drawn: Path
) -> None:
    """The second comes in a later run, and no name tells the two apart."""
    nameless(fake)
    fake.hand_in(ANN, answers(drawn, "s004"))
    synced(hw1, fake)
    fake.hand_in(ANN2, answers(drawn, "s004"))
    plan, _ = synced(hw1, fake)
    assert "was graded for Ann Lee (7)" in of(plan, ANN2).why
    assert grade_of(fake, ANN2) is None
    assert grade_of(fake, ANN) == 100.0


def test_who_is_no_student_gets_no_row(hw1: Folder, fake: Fake, drawn: Path) -> None:
    """A teacher who tries it out, or somebody who left: Moodle would make a row for them."""
    if isinstance(fake, FakeCanvas):
        from fake_canvas import Sub

        fake.subs[3] = Sub()
    fake.hand_in(3, answers(drawn, "s004"))
    plan, _ = synced(hw1, fake)
    assert (of(plan, 3).action, of(plan, 3).why) == ("skip", "not a student of this course")
    assert grade_of(fake, 3) is None


# what goes wrong -----------------------------------------------------------------------------


def test_one_who_cannot_be_graded_stops_nobody(hw1: Folder, fake: Fake, drawn: Path) -> None:
    fake.hand_in(ZOE, {"answers.csv": b"no,table\nat,all\n"})
    fake.hand_in(ANN, {"photo.jpg": b"\xff\xd8\xff\xe0 no text"})
    plan, done = synced(hw1, fake)
    assert [one.fault for one in done] == ["", ""]
    failures = list(sync.failures(plan, done))
    assert any("Zoë" in line for line in failures)
    assert any("photo.jpg" in line for line in failures)
    assert grade_of(fake, ZOE) is None


def test_cells_that_cannot_be_read_are_listed_and_the_rest_counts(
    hw1: Folder, fake: Fake, drawn: Path
) -> None:
    exercise = exercise_of(drawn, "s003")
    first = exercise.labels[exercise.asked[0]]
    fake.hand_in(ZOE, {"answers.csv": with_id(exercise, **{first: "1,234.5,6"})})
    plan, _ = synced(hw1, fake)
    assert grade_of(fake, ZOE) is not None
    assert [p.file for p in plan.problems] == ["Zoë Łukasz O'Brien (6)/answers.csv"]


def test_a_file_in_which_nothing_can_be_read_is_no_0(hw1: Folder, fake: Fake) -> None:
    """The student sent the wrong file: that is for the teacher to look at."""
    fake.hand_in(ZOE, {"answers.csv": b"exercise,step,answer\nmazur-0,a,1\n"})
    fake.hand_in(ANN, {"answers.json": b'{"message": "maintenance"}'})
    plan, _ = synced(hw1, fake)
    assert [of(plan, key).action for key in (ZOE, ANN)] == ["fail", "fail"]
    assert (grade_of(fake, ZOE), grade_of(fake, ANN)) == (None, None)


@pytest.mark.parametrize("what", ["html", "deny", "short"])
def test_a_file_that_arrives_as_something_else_is_not_graded(
    what: str, hw1: Folder, fake: Fake
) -> None:
    """A page of the platform's in its place, with status 200; or half of the rows."""
    where = "pluginfile.php" if isinstance(fake, FakeMoodle) else "stored"
    fake.rules = [Rule(where, 1, what)]
    plan, _ = synced(hw1, fake)
    assert of(plan, ADA).action == "fail"
    assert grade_of(fake, ADA) is None
    synced(hw1, fake)
    assert grade_of(fake, ADA) == 100.0


def test_a_file_that_is_too_large_is_not_even_fetched(hw1: Folder, drawn: Path) -> None:
    with class_on("canvas") as fake:
        assert isinstance(fake, FakeCanvas)
        fake.hand_in(ADA, answers(drawn, "s001"))
        plan = connected(fake)
        [one] = plan.submissions()
        large = replace(one, files=(replace(one.files[0], size=10**9),))
        plan.submissions = lambda: [large]  # type: ignore[method-assign]
        found = sync.plan(hw1, plan)
        assert "too many" in of(found, ADA).why
        assert fake.calls["download"] == 0


def test_a_name_makes_one_line_of_a_log(hw1: Folder, fake: Fake) -> None:
    """Nobody writes lines of their own into the log, or acts on a terminal."""
    fake.users[ADA].fullname = "Ada\n2026-01-01 INFO all well \x1b[31m\u202e"
    fake.hand_in(ADA, {"x\n\x1b.csv": b"no,table\nat,all\n"})
    plan, done = synced(hw1, fake)
    for line in [str(of(plan, ADA)), *sync.failures(plan, done)]:
        assert line.isprintable()


@pytest.mark.parametrize("function", ["save", "edit"])
def test_a_platform_that_stops_answering_ends_the_run(
    function: str, hw1: Folder, drawn: Path
) -> None:
    """After three people nothing more is tried, and all are listed."""
    with class_on("moodle" if function == "save" else "canvas") as fake:
        for n, user in enumerate((ADA, BEN, ZOE, ANN, ANN2), 1):
            fake.hand_in(user, answers(drawn, f"s{n:03}"))
        name = "mod_assign_save_grade" if function == "save" else "edit"
        fake.rules = [Rule(name, n, "500") for n in range(1, 99)]
        _, done = synced(hw1, fake)
        assert [bool(one.fault) for one in done] == [True] * 5
        assert sum("not sent: the platform does not answer" in one.fault for one in done) == 2
        fake.rules = []
        synced(hw1, fake)
        assert {grade_of(fake, user) for user in (ADA, BEN, ZOE, ANN, ANN2)} == {100.0}


def test_a_token_that_ends_meanwhile_ends_the_run(hw1: Folder, fake: Fake) -> None:
    plan = planned(hw1, fake)
    fake.token = "another one from now on"
    done = sync.apply(plan)
    assert all("token" in one.fault for one in done)
    assert not any(one[0] for one in effect(fake).values())


def test_a_broken_memory_is_told_and_nothing_is_sent(hw1: Folder, fake: Fake) -> None:
    synced(hw1, fake)
    [file] = (hw1.path / "sync").glob("*.json")
    for text in ('{"format": 1, "peo', '{"format": 2, "people": {}}', '{"format": 1}', "[]"):
        file.write_text(text)
        with pytest.raises(AssignmentError, match=file.name):
            planned(hw1, fake)


def test_two_runs_at_once_are_refused(hw1: Folder, fake: Fake) -> None:
    plan = planned(hw1, fake)
    other = planned(hw1, fake)
    with other.memory.alone(), pytest.raises(AssignmentError, match="another run is at work"):
        sync.apply(plan)
    assert fake.writes == 0


def test_a_plan_that_is_out_of_date_sends_nothing(hw1: Folder, fake: Fake) -> None:
    """Somebody else's run was quicker."""
    plan = planned(hw1, fake)
    synced(hw1, fake)
    there = effect(fake)
    assert all("another run was here" in one.fault for one in sync.apply(plan))
    assert effect(fake) == there


class Killed(BaseException):
    """As ^C or a power cut: nothing catches it."""


def killed_at(monkeypatch: pytest.MonkeyPatch, call: int, after: bool) -> Callable[[], None]:
    """Die at a certain request, before it is sent or after it was answered."""
    once, count = Connection._once, [0]

    def dying(self: Connection, *what: Any) -> Any:
        count[0] += 1
        if count[0] == call and not after:
            raise Killed
        answer = once(self, *what)
        if count[0] == call:
            raise Killed
        return answer

    monkeypatch.setattr(Connection, "_once", dying)
    return monkeypatch.undo


@pytest.mark.slow
@pytest.mark.parametrize("after", [False, True], ids=["before", "after"])
@pytest.mark.parametrize("kind", ["moodle", "canvas"])
def test_killed_at_any_request_and_run_again_ends_the_same(
    kind: str, after: bool, drawn: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each grade once, each comment once, and the same memory."""
    with class_on(kind) as fake:
        hand_in_two(fake, drawn)
        synced(copied(drawn, tmp_path / "reference" / "hw1"), fake)
        expected, requests = effect(fake), sum(fake.calls.values())
        reference = remembered(tmp_path / "reference" / "hw1")
    for call in range(1, requests + 1):
        hw1 = copied(drawn, tmp_path / f"{call}" / "hw1")
        with class_on(kind) as fake:
            hand_in_two(fake, drawn)
            undo = killed_at(monkeypatch, call, after)
            with pytest.raises(Killed):
                synced(hw1, fake)
            undo()
            _, done = synced(hw1, fake)
            assert not any(one.fault for one in done)
            assert effect(fake) == expected, call
            assert remembered(hw1.path) == reference
            assert synced(hw1, fake)[1] == []


def hand_in_two(fake: Fake, drawn: Path) -> None:
    fake.hand_in(ADA, answers(drawn, "s001"))
    fake.hand_in(BEN, answers(drawn, "s002", 3))


def remembered(path: Path) -> dict[str, Any]:
    """What is remembered of everybody."""
    [file] = (path / "sync").glob("*.json")
    return {
        key: {name: value for name, value in one.items() if name != "submission"}
        for key, one in json.loads(file.read_text("utf-8"))["people"].items()
    }


FUNCTIONS = {
    "moodle": [
        "mod_assign_save_grade", "upload.php", "mod_assign_get_grades", "pluginfile.php",
        "mod_assign_get_submissions",
    ],
    "canvas": ["edit", "announce", "receive", "confirm", "several", "submission", "download"],
}  # fmt: skip
HARMS = ["500", "429", "cut", "lose", "deny", "html", "hang"]


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(8))
@pytest.mark.parametrize("kind", ["moodle", "canvas"])
def test_whatever_goes_wrong_grades_are_right_or_listed(
    kind: str, seed: int, hw1: Folder, drawn: Path
) -> None:
    """And when all is well again, one run brings the rest; no comment is given twice."""
    chance = random.Random(seed)
    with class_on(kind) as fake:
        wanted = {ADA: 100.0, BEN: BEN_HAS, ZOE: 100.0}
        hand_in_two(fake, drawn)
        fake.hand_in(ZOE, answers(drawn, "s003"))
        fake.rules = [
            Rule(function, nth, chance.choice(HARMS))
            for function in FUNCTIONS[kind]
            for nth in range(1, 16)
            if chance.random() < 0.3
        ]
        try:
            plan, done = synced(hw1, fake, patience=replace(BRISK, tries=3))
        except PlatformError:  # it could not even be read: said, and nothing sent
            assert fake.writes == 0
        else:
            bad = {one.change.key for one in done if one.fault}
            bad |= {one.key for one in plan if one.action == "fail"}
            for user, grade in wanted.items():
                assert grade_of(fake, user) == grade or str(user) in bad
        fake.rules = []
        plan, done = synced(hw1, fake)
        assert not any(one.fault for one in done)
        assert {user: grade_of(fake, user) for user in wanted} == wanted
        assert all(len(comments) == 1 for _, comments, _ in effect(fake).values() if comments)
        assert synced(hw1, fake)[1] == []


# worksheets ----------------------------------------------------------------------------------


def handed_out(hw1: Folder, fake: Fake, **more: Any) -> tuple[Plan, list[SentChange]]:
    plan = sync.hand_out(hw1, connected(fake), **more)
    return plan, sync.apply(plan)


def test_everybody_gets_their_own_worksheet(hw1: Folder, fake: Fake, drawn: Path) -> None:
    """With nothing that solves it, once, and without a grade."""
    _, done = handed_out(hw1, fake)
    assert len(done) == 5
    assert not any(one.fault for one in done)
    for user, student in ((ADA, "s001"), (ZOE, "s003"), (ANN2, "s005")):
        grade, _, names = effect(fake)[user]
        assert grade is None
        assert sorted(names) == ["answers.csv", "worksheet.pdf"]
        data = attached(fake, user, "answers.csv")
        assert exercise_of(drawn, student).id.encode() in data
    there, writes = effect(fake), fake.writes
    assert handed_out(hw1, fake)[1] == []
    assert (effect(fake), fake.writes) == (there, writes)


def attached(fake: Fake, user: int, name: str) -> bytes:
    """A file that somebody was given."""
    if isinstance(fake, FakeMoodle):
        return fake.work.rows[user].files[name]
    files = [file for one in fake.subs[user].comments for file in one["attachments"]]
    return fake.files[next(file["id"] for file in files if file["filename"] == name)]


def test_feedback_leaves_the_worksheet_there(hw1: Folder, fake: Fake) -> None:
    """Moodle replaces the files of earlier feedback."""
    handed_out(hw1, fake)
    synced(hw1, fake)
    _, _, names = effect(fake)[ADA]
    assert sorted(names) == ["answers.csv", "hw1-feedback.html", "worksheet.pdf"]
    assert grade_of(fake, ADA) == 100.0


def test_nobody_gets_a_worksheet_by_guess(hw1: Folder, fake: Fake) -> None:
    nameless(fake)
    dee = stranger(fake)
    plan, _ = handed_out(hw1, fake)
    assert "fits 2 students" in of(plan, ANN).why
    assert "class list knows no" in of(plan, dee).why
    assert {one.key for one in plan.to_send} == {"4", "5", "6"}


def test_handing_out_does_not_touch_feedback_that_is_there(hw1: Folder, drawn: Path) -> None:
    with class_on("moodle") as fake:
        fake.hand_in(ADA, answers(drawn, "s001"))
        synced(hw1, fake)
        plan, _ = handed_out(hw1, fake, force=True)
        assert of(plan, ADA).action == "skip"
        assert effect(fake)[ADA][2] == ["hw1-feedback.html"]


# rubric --------------------------------------------------------------------------------------


def rows_of(hw1: Folder) -> list[dict[str, Any]]:
    """A rubric whose rows are the sections of the worksheet."""

    exercise = exercise_of(hw1.path, "s001")
    parts = hw1.order.made_by.placed(exercise.graph)
    count = {part.title: sum(len(g.questions) for g in part.groups) for part in parts}
    return [
        {"id": f"_{n}", "description": title, "points": round(100 * k / 41, 2), "ratings": []}
        for n, (title, k) in enumerate(count.items())
    ]


def test_a_rubric_of_our_sections_is_filled_in(hw1: Folder, drawn: Path) -> None:
    with class_on("canvas") as fake:
        assert isinstance(fake, FakeCanvas)
        fake.about["rubric"] = rows_of(hw1)
        hand_in_two(fake, drawn)
        synced(hw1, fake)
        assert sum(fake.subs[ADA].rubric.values()) == pytest.approx(100)
        assert sum(fake.subs[BEN].rubric.values()) == pytest.approx(BEN_HAS)
        assert len(fake.subs[BEN].rubric) == len(rows_of(hw1))


def test_any_other_rubric_is_left_alone(hw1: Folder, drawn: Path) -> None:
    with class_on("canvas") as fake:
        assert isinstance(fake, FakeCanvas)
        for rows in (rows_of(hw1)[:-1], [{**one, "points": 50} for one in rows_of(hw1)]):
            fake.about["rubric"] = rows
            hand_in_two(fake, drawn)
            synced(hw1, fake)
            assert fake.subs[BEN].rubric == {}
            assert grade_of(fake, BEN) == BEN_HAS


def test_several_exercises_are_one_grade(tmp_path: Path) -> None:
    """What was not handed in counts as nothing, and is said."""
    path = assignment(tmp_path, "mazur", "--exercises", "2")
    with class_on("moodle") as fake:
        fake.hand_in(ADA, {"one.csv": with_id(exercise_of(path, "s001", 1))})
        synced(Folder(path), fake)
        assert grade_of(fake, ADA) == 50.0
        assert "1 exercise was not handed in" in effect(fake)[ADA][1][0]
