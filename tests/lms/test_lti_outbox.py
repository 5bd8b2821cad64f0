"""Grades leave with the results, and the newest one is what the platform has in the end."""

from __future__ import annotations

import contextlib
import itertools
import threading
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.db import OperationalError, connection, transaction
from django.utils import timezone
from harm import rounds
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from lti_class import Class, Clock, graded, known_to
from lti_platform import Platform, platform
from service import assignment_of, course_of, right_answers

from grader.web import assignments, regrading, remarking, submission_store
from grader.web.backup import kept_models
from grader.web.class_progress import standings
from grader.web.grading import grade
from grader.web.lti import outbox, services
from grader.web.lti.grade_sender import BATCH, Pace, Postman
from grader.web.lti.models import Identity, Outgoing, Placement, Sending
from grader.web.models import Feedback, Member, Result, Submission, Task
from grader.web.submission_store import NotStoredError, keep

pytestmark = pytest.mark.django_db
NAMES = ("ada", "ben", "cai")
MINUTE, HOUR, DAY = 60.0, 3_600.0, 86_400.0


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    made = Clock()
    monkeypatch.setattr(outbox, "clock", made)
    return made


@pytest.fixture
def lms(clock: Clock) -> Iterator[Platform]:
    services.forget_tokens()
    with platform(clock=clock.unix) as found:
        yield found


@pytest.fixture
def room(lms: Platform, clock: Clock) -> Class:
    return Class(lms, clock, NAMES)


# what is queued ----------------------------------------------------------------------------


def test_a_result_and_its_grade_are_stored_together(room: Class) -> None:
    """By the code that grades, not by ours."""
    task = room.tasks["ada"]
    answers = right_answers(task.exercise)
    sent = keep(task, "k1", _body(answers)).submission
    assert not Outgoing.objects.exists()
    result = grade(sent)
    assert result is not None
    row = room.row("ada")
    assert (row.score, row.most, row.state) == (result.counted, result.most, Sending.WAITING)
    assert f"{result.score:g} of {result.most:g} points" in row.comment


def _body(answers: dict[str, str]) -> bytes:
    import json

    return json.dumps({"answers": answers}).encode()


def test_a_result_that_is_not_stored_queues_nothing(
    room: Class, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*args: Any, **more: Any) -> int:
        raise OperationalError("disk I/O error")

    monkeypatch.setattr(submission_store, "_drop_connection", lambda: None)
    monkeypatch.setattr(outbox, "_write", fail)
    task = room.tasks["ada"]
    sent = keep(task, "k1", _body(right_answers(task.exercise))).submission
    with pytest.raises(NotStoredError):
        grade(sent)
    assert not Outgoing.objects.exists()
    assert not Result.objects.exists()


def test_nothing_graded_is_nothing_queued(room: Class) -> None:
    with transaction.atomic():
        assert outbox.queue_class(room.assignment, changed=True) == 0
    assert not Outgoing.objects.exists()


def test_the_best_attempt_is_what_counts(room: Class) -> None:
    room.grade("ada", 5.0)
    room.clock.go(10)
    room.grade("ada", 7.0)
    room.clock.go(10)
    room.grade("ada", 6.0)
    row = room.row("ada")
    assert (row.score, row.version) == (7.0, 2)
    assert "7 of" in row.comment


def test_the_last_attempt_where_the_policy_says_so(lms: Platform, clock: Clock) -> None:
    room = Class(lms, clock, NAMES, policy=LAST)
    room.grade("ada", 7.0)
    room.clock.go(10)
    room.grade("ada", 5.0)
    assert room.row("ada").score == 5.0
    assert room.row("ada").comment.startswith("You have 5 of")


def test_of_an_average_the_comment_tells_what_counts(lms: Platform, clock: Clock) -> None:
    """The gradebook shows 6 beside it: `You have 5 of ...` alone would contradict that."""
    room = Class(lms, clock, NAMES, policy=LAST.replace("last", "average"))
    room.grade("ada", 7.0)
    assert "average" not in room.row("ada").comment
    clock.go(10)
    room.grade("ada", 5.0)
    assert room.row("ada").score == 6.0
    assert room.row("ada").comment.startswith("You have 5 of")
    assert "what counts is the average, 6 points." in room.row("ada").comment


LAST = 'title = "Last"\n[attempts]\ncounts = "last"\n'


def test_the_late_rule_counts_and_is_told(room: Class) -> None:
    room.grade("ada", 5.0, score=8.0)
    assert room.row("ada").score == 5.0
    assert "Lateness takes off 3 of them, so 5 count." in room.row("ada").comment


@pytest.mark.parametrize("feedback", [Feedback.NEVER, Feedback.AFTER_DUE])
def test_comments_are_for_those_who_see_feedback(
    lms: Platform, clock: Clock, feedback: str
) -> None:
    due = timezone.now() + timedelta(days=1)
    room = Class(lms, clock, NAMES, feedback=feedback, due=due)
    room.grade("ada", 5.0)
    assert (room.row("ada").score, room.row("ada").comment) == (5.0, "")


def test_comments_follow_when_the_due_date_has_passed(lms: Platform, clock: Clock) -> None:
    due = clock.now + timedelta(hours=1)
    room = Class(lms, clock, NAMES, feedback=Feedback.AFTER_DUE, due=due)
    postman = room.postman()
    room.grade("ada", 5.0)
    room.drain(postman)
    assert room.item.grades[room.row("ada").sub].comment == ""
    clock.go(2 * HOUR)
    room.drain(postman)
    grade = room.item.grades[room.row("ada").sub]
    assert (grade.given, grade.comment != "") == ((5.0, room.row("ada").most), True)
    version = room.row("ada").version
    clock.go(2 * HOUR)
    room.drain(postman)
    assert room.row("ada").version == version == 2


def test_the_same_grade_again_is_not_sent_again(room: Class) -> None:
    room.grade("ada", 5.0)
    room.drain(room.postman())
    room.clock.go(10)
    room.grade("ada", 4.0)
    with transaction.atomic():
        outbox.queue_class(room.assignment)
        outbox.queue_class(room.assignment, changed=True)
    assert (room.row("ada").state, room.row("ada").version) == (Sending.SENT, 1)


def test_times_rise_by_whole_seconds(room: Class) -> None:
    """Also when many grades come within one second, or the clock goes back."""
    stamps = []
    for points in range(1, 5):
        room.clock.go(0.2 if points < 4 else -100)
        room.grade("ada", float(points))
        stamps.append(room.row("ada").stamp)
    assert all(stamp.microsecond == 0 for stamp in stamps)
    assert all(b - a >= timedelta(seconds=1) for a, b in itertools.pairwise(stamps))


def test_who_comes_later_gets_the_grade_then(lms: Platform, clock: Clock) -> None:
    """From paper first, from the platform afterwards; with the time of the grade."""
    room = Class(lms, clock, NAMES)
    Identity.objects.all().delete()
    result = room.grade("ada", 5.0)
    assert not Outgoing.objects.exists()
    clock.go(DAY)
    member = room.tasks["ada"].member
    Identity.objects.create(issuer=lms.issuer, sub=str(100 + member.pk), user=member.user)
    with transaction.atomic():
        assert outbox.queue(member, room.assignment) == 1
    assert room.row("ada").stamp == result.graded.replace(microsecond=0)
    room.drain(room.postman())
    assert room.shown("ada") == 5.0


def test_teachers_and_those_who_left_are_not_graded(room: Class) -> None:
    room.grade("ben", 5.0)
    Outgoing.objects.all().delete()
    Member.objects.filter(ident="ben").update(active=False)
    teacher = Member.objects.get(ident="Course-teacher")
    known_to(room.lms, teacher)
    with transaction.atomic():
        assert outbox.queue(teacher, room.assignment, changed=True) == 0
        assert outbox.queue_class(room.assignment, changed=True) == 0


def test_every_column_of_an_assignment_gets_the_grade(room: Class) -> None:
    other = room.lms.item("3")
    second = Placement.objects.create(
        context=room.placement.context,
        link="99",
        assignment=room.assignment,
        lineitem_url=room.lms.item_url(other),
    )
    Placement.objects.create(context=room.placement.context, link="98", assignment=room.assignment)
    room.grade("ada", 5.0)
    assert Outgoing.objects.count() == 2
    room.drain(room.postman())
    assert {row.placement_id for row in Outgoing.objects.all()} == {room.placement.pk, second.pk}
    assert room.shown("ada") == 5.0
    assert next(iter(other.grades.values())).given[0] == 5.0  # type: ignore[index]


def test_a_column_that_changes_gets_everything(room: Class) -> None:
    room.grade("ada", 5.0)
    room.drain(room.postman())
    new = room.lms.item()
    room.placement.lineitem_url = room.lms.item_url(new)
    room.placement.save()
    with transaction.atomic():
        assert outbox.moved(room.placement) == 1
    room.drain(room.postman())
    assert room.shown("ada") == 5.0


def test_another_policy_sends_what_changes(room: Class) -> None:
    """Regrading and its undoing, by the code that does it."""
    task = room.tasks["ada"]
    half = dict(list(right_answers(task.exercise).items())[:3])
    sent = keep(task, "k1", _body(half)).submission
    grade(sent)
    room.drain(room.postman())
    first = room.row("ada")
    teacher = Member.objects.get(ident="Course-teacher").user
    policy = 'title = "Twice"\n[weights]\n"net.1.1" = 3\n'
    room.clock.go(60)
    regrading.apply(room.assignment, policy, teacher)
    row = room.row("ada")
    assert row.most > first.most
    assert (row.version, row.state) == (2, Sending.WAITING)
    room.drain(room.postman())
    regrading.apply(room.assignment, "default", teacher)
    room.drain(room.postman())
    assert room.shown("ada") == first.score
    assert room.row("ada").stamp > row.stamp > first.stamp


def test_marking_again_sends_what_changes(room: Class) -> None:
    """A result of an earlier marking: what the present one finds goes out by itself."""
    task = room.tasks["ada"]
    result = grade(keep(task, "k1", _body(right_answers(task.exercise))).submission)
    assert result is not None
    result.report["steps"][0] |= {"verdict": "wrong", "credit": 0.0}
    Result.objects.filter(pk=result.pk).update(score=40, counted=40, report=result.report)
    with transaction.atomic():
        outbox.queue_class(room.assignment, changed=True)
    room.drain(room.postman())
    assert room.shown("ada") == 40
    room.clock.go(60)
    assert remarking.apply(room.assignment, None) == (1, 0)
    room.drain(room.postman())
    assert room.shown("ada") == 41


def test_a_new_exercise_never_wipes_a_grade(room: Class) -> None:
    """Nothing of it is graded: what the platform has stays until something is."""
    room.grade("ada", 5.0)
    room.drain(room.postman())
    teacher = Member.objects.get(ident="Course-teacher").user
    fresh = assignments.reissue(room.tasks["ada"], teacher)
    room.drain(room.postman())
    assert room.shown("ada") == 5.0
    room.clock.go(60)
    room.tasks["ada"] = Task.objects.select_related("member", "assignment").get(pk=fresh.pk)
    room.grade("ada", 2.0)
    room.drain(room.postman())
    assert room.shown("ada") == 2.0


def test_rows_stay_one_a_student(room: Class) -> None:
    for points in range(20):
        room.clock.go(1)
        room.grade("ada", float(points))
    assert Outgoing.objects.count() == 1


def test_whoever_has_two_names_keeps_the_first_that_was_used(room: Class) -> None:
    room.grade("ada", 5.0)
    sub = room.row("ada").sub
    member = room.tasks["ada"].member
    room.lms.person("999")
    Identity.objects.create(issuer=room.lms.issuer, sub="999", user=member.user)
    room.clock.go(10)
    room.grade("ada", 6.0)
    assert room.row("ada").sub == sub


# how it is sent ----------------------------------------------------------------------------


def test_a_grade_arrives(room: Class) -> None:
    room.grade("ada", 5.0)
    postman = room.postman()
    assert postman.round() == 1
    row = room.row("ada")
    assert (row.state, row.error, row.tries, row.sent) == (Sending.SENT, "", 1, room.clock.now)
    assert room.shown("ada") == 5.0
    assert postman.round() == 0


LATER = [
    ("score", {"kind": "status", "status": 500}),
    ("score", {"kind": "status", "status": 503}),
    ("score", {"kind": "status", "status": 429}),
    ("score", {"kind": "status", "status": 401, "times": 2}),
    ("score", {"kind": "cut"}),
    ("score", {"kind": "lost"}),
    ("score", {"kind": "hold"}),
    ("token", {"kind": "status", "status": 500}),
    ("token", {"kind": "status", "status": 400}),
    ("token", {"kind": "status", "status": 404, "body": b"fix_jwks_alg(): null given"}),
    ("token", {"kind": "cut"}),
]


@pytest.mark.parametrize(("endpoint", "fault"), LATER)
def test_what_passes_is_tried_again_with_the_same_words(
    room: Class, endpoint: str, fault: dict[str, Any]
) -> None:
    """After a minute; time and score are the same, so that it cannot count twice."""
    room.lms.fault(endpoint, **fault)
    room.grade("ada", 5.0)
    postman = room.postman()
    assert postman.round() == 1
    row = room.row("ada")
    assert (row.state, row.tries) == (Sending.WAITING, 1)
    assert row.error
    assert row.due == room.clock.now + timedelta(minutes=1)
    room.clock.go(59)
    assert postman.round() == 0
    room.clock.go(1)
    assert postman.round() == 1
    assert room.row("ada").state == Sending.SENT
    assert room.shown("ada") == 5.0
    bodies = {one.body for one in room.lms.asked("score")}
    assert len(bodies) == 1
    assert room.lms.deliver() in ([], [409])


def test_a_grade_that_arrived_without_our_knowing_is_done(room: Class) -> None:
    """Stored, but the answer was lost: the second try hears 409, and that is that."""
    room.lms.fault("score", "lost")
    room.grade("ada", 5.0)
    room.drain(room.postman())
    assert [one.status for one in room.lms.asked("score")] == [0, 409]
    assert room.row("ada").state == Sending.SENT


def test_waiting_grows_from_a_minute_to_six_hours(room: Class) -> None:
    room.lms.fault("score", "status", times=100)
    room.grade("ada", 5.0)
    waits = []
    for _ in range(12):
        postman = room.postman()  # another one: the first would leave the platform alone
        assert postman.round() == 1
        row = room.row("ada")
        waits.append((row.due - room.clock.now).total_seconds())
        room.clock.now = row.due
    assert waits[:4] == [60, 120, 240, 480]
    assert waits == sorted(waits)
    assert waits[-1] == 6 * HOUR


@pytest.mark.parametrize("chance", [0.0, 0.3, 0.999])
@pytest.mark.parametrize("tries", [1, 2, 5, 9, 50])
def test_jitter_stays_within_the_bounds(tries: int, chance: float) -> None:
    postman = Postman(Pace(), chance=lambda: chance)
    wait = postman._wait(tries, 6 * HOUR, None).total_seconds()
    usual = min(6 * HOUR, 60 * 2.0 ** (tries - 1))
    assert MINUTE <= wait <= 6 * HOUR
    assert 0.8 * usual <= wait <= usual


def test_a_platform_is_left_alone_as_long_as_it_wants(room: Class) -> None:
    room.lms.fault("score", "status", status=429, headers={"Retry-After": "600"})
    room.grade("ada", 5.0)
    room.grade("ben", 6.0)
    postman = room.postman()
    assert postman.round() == 1
    room.clock.go(599)
    assert postman.round() == 0
    assert len(room.lms.asked("score")) == 1
    room.clock.go(1)
    room.drain(postman)
    assert (room.shown("ada"), room.shown("ben")) == (5.0, 6.0)


def test_a_platform_that_is_down_is_asked_by_one_grade_at_a_time(room: Class) -> None:
    """Else a class would wait for one time-out after the other."""
    room.lms.down_until = room.clock.unix() + DAY
    for name in NAMES:
        room.grade(name, 5.0)
    assert room.postman().round() == 1
    assert sorted(row.tries for row in room.waiting()) == [0, 0, 1]


REFUSED = [(400, "400"), (403, "403"), (404, "404"), (410, "410")]


@pytest.mark.parametrize(("status", "told"), REFUSED)
def test_what_is_refused_for_good_is_told_and_not_repeated(
    room: Class, status: int, told: str
) -> None:
    room.lms.fault("score", "status", status=status, body=b"<p>no such column</p>")
    room.grade("ada", 5.0)
    postman = room.postman()
    postman.round()
    (row,) = outbox.refused(room.assignment)
    assert told in row.error
    assert "no such column" in row.error
    assert outbox.refused_in(room.assignment.course) == [row]
    room.clock.go(DAY)
    assert postman.round() == 0
    assert outbox.again(room.assignment.course) == 1
    room.drain(postman)
    assert room.shown("ada") == 5.0
    assert not outbox.refused(room.assignment)


def test_a_newer_grade_is_sent_after_a_refusal(room: Class) -> None:
    room.lms.fault("score", "status", status=400)
    room.grade("ada", 5.0)
    room.postman().round()
    room.clock.go(60)
    room.grade("ada", 6.0)
    room.drain(room.postman())
    assert room.shown("ada") == 6.0


def test_one_refusal_is_no_reason_to_leave_the_others(room: Class) -> None:
    room.grade("ada", 5.0)
    room.grade("ben", 6.0)
    del room.lms.people[room.row("ada").sub]
    room.postman().round()
    assert [row.member.ident for row in outbox.refused(room.assignment)] == ["ada"]
    assert room.shown("ben") == 6.0


def test_progress_is_told(room: Class) -> None:
    for name in NAMES:
        room.grade(name, 5.0)
    del room.lms.people[room.row("ada").sub]
    ben = room.row("ben").sub.encode()
    room.lms.fault("score", "status", only=lambda request: ben in request.get_data())
    postman = room.postman()
    postman.round()
    room.clock.go(10)
    found = outbox.progress(room.assignment)
    assert (found.sent, found.waiting, found.refused) == (0, 2, 1)
    assert "500" in found.trouble
    room.drain(postman)
    assert outbox.progress(room.assignment) == outbox.Progress(2, 0, 1, "")


def test_a_platform_that_is_switched_off_waits(room: Class) -> None:
    room.grade("ada", 5.0)
    row = room.placement.context.platform
    row.active = False
    row.save()
    postman = room.postman()
    assert postman.round() == 0
    assert not room.lms.seen
    row.active = True
    row.save()
    assert postman.round() == 1
    assert room.shown("ada") == 5.0


def test_a_grade_that_changes_while_it_is_sent_is_sent_again(
    room: Class, monkeypatch: pytest.MonkeyPatch
) -> None:
    room.grade("ada", 5.0)
    send = services.send_score

    def meanwhile(*args: Any) -> Any:
        monkeypatch.setattr("grader.web.lti.grade_sender.send_score", send)
        room.clock.go(1)
        room.grade("ada", 9.0)
        return send(*args)

    monkeypatch.setattr("grader.web.lti.grade_sender.send_score", meanwhile)
    postman = room.postman()
    postman.round()
    assert room.shown("ada") == 5.0
    assert room.row("ada").state == Sending.WAITING
    room.drain(postman)
    assert room.shown("ada") == 9.0


def test_an_older_grade_that_arrives_late_changes_nothing(room: Class) -> None:
    """The network held it back; meanwhile the newer one was there."""
    room.lms.fault("score", "hold")
    room.grade("ada", 5.0)
    postman = room.postman()
    postman.round()
    room.clock.go(2)
    room.grade("ada", 9.0)
    room.drain(postman)
    assert room.lms.deliver() == [409]
    assert room.shown("ada") == 9.0


def test_a_postman_that_ends_in_the_middle_is_followed_by_another(
    room: Class, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Sent, but not noted; and what it had taken with it is not lost."""
    for name in NAMES:
        room.grade(name, 5.0)

    def die(*args: Any) -> None:
        raise KeyboardInterrupt

    first = room.postman()
    monkeypatch.setattr(first, "_noted", die)
    with pytest.raises(KeyboardInterrupt):
        first.round()
    second = room.postman()
    assert second.round() == 0
    room.clock.go(second.pace.lease)
    assert second.round() == 3
    assert [room.shown(name) for name in NAMES] == [5.0, 5.0, 5.0]
    assert not room.waiting()


def test_something_wrong_on_our_side_ends_no_postman(
    room: Class, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*args: Any) -> None:
        raise RuntimeError("a mistake of ours")

    monkeypatch.setattr("grader.web.lti.grade_sender.send_score", fail)
    room.grade("ada", 5.0)
    assert room.postman().round() == 1
    assert room.row("ada").error == "something went wrong here; the service's log says what"


def test_no_platform_waits_for_another_ones_class(
    lms: Platform, clock: Clock, room: Class
) -> None:
    """Each gets some at a turn, however many the other has."""
    with platform(clock=clock.unix) as other:
        names = [f"s{n}" for n in range(BATCH + 5)]
        big = Class(other, clock, names)
        for name in names:
            big.grade(name, 5.0)
        room.grade("ada", 5.0)
        assert room.postman().round() == BATCH + 1
        assert room.shown("ada") == 5.0


def test_a_platform_that_is_slow_keeps_no_grade_longer_than_its_lease(
    room: Class, monkeypatch: pytest.MonkeyPatch
) -> None:
    send = services.send_score

    def slowly(*args: Any) -> Any:
        room.clock.go(100)
        return send(*args)

    monkeypatch.setattr("grader.web.lti.grade_sender.send_score", slowly)
    for name in NAMES:
        room.grade(name, 5.0)
    due = {row.pk: row.due for row in room.waiting()}
    postman = room.postman()
    assert postman.round() == 1
    assert all(row.due == due[row.pk] for row in room.waiting())


def test_an_outage_of_a_day_costs_nothing(room: Class) -> None:
    room.lms.down_until = room.clock.unix() + DAY
    postman = room.postman()
    points = {}
    for hour in range(24):
        for name in NAMES:
            points[name] = max(points.get(name, 0.0), float((hour * 7 + len(name)) % 10))
            room.grade(name, float((hour * 7 + len(name)) % 10))
        until = room.clock.now + timedelta(hours=1)
        while room.clock.now < until:
            postman.round()
            room.clock.go(5 * MINUTE)
    begun = room.clock.now
    room.drain(postman)
    assert {name: room.shown(name) for name in NAMES} == points
    assert room.clock.now - begun <= timedelta(hours=6, minutes=3)
    effective = [one for one in room.lms.asked("score") if one.status == 200]
    assert len(effective) == len(NAMES)


def test_a_lease_is_given_to_one_alone(room: Class) -> None:
    for name in NAMES:
        room.grade(name, 5.0)
    row = room.placement.context.platform
    first, second = room.postman(), room.postman()
    assert len(first._claimed(row)) == 3
    assert second._claimed(row) == []


# restored ----------------------------------------------------------------------------------


def _restored(rows: list[dict[str, Any]], keep_submissions: int) -> None:
    """The tables as they were: what came later is gone."""
    for pk in list(Submission.objects.order_by("-received").values_list("pk", flat=True)):
        if Submission.objects.count() > keep_submissions:
            Submission.objects.filter(pk=pk).delete()
    Outgoing.objects.all().delete()
    for row in rows:
        Outgoing.objects.create(**row)


@pytest.mark.parametrize("sent_before", [True, False])
def test_a_restored_service_puts_nothing_old_over_what_is_newer(
    room: Class, sent_before: bool
) -> None:
    """The backup knows of 5 points, the platform got 9 afterwards."""
    room.grade("ada", 5.0)
    if sent_before:
        room.drain(room.postman())
    rows = list(Outgoing.objects.values())
    room.clock.go(HOUR)
    room.grade("ada", 9.0)
    room.drain(room.postman())
    room.clock.go(HOUR)
    _restored(rows, 1)
    with transaction.atomic():  # a launch
        outbox.queue(room.tasks["ada"].member, room.assignment)
    room.drain(room.postman())
    assert room.item.grades[rows[0]["sub"]].given[0] == 9.0  # type: ignore[index]
    room.clock.go(HOUR)
    room.grade("ada", 8.0)
    room.drain(room.postman())
    assert room.shown("ada") == 8.0


def test_a_service_restored_from_before_the_first_arrival_does_neither(room: Class) -> None:
    room.grade("ada", 5.0)
    room.clock.go(HOUR)
    room.grade("ada", 9.0)
    room.drain(room.postman())
    sub = room.row("ada").sub
    room.clock.go(HOUR)
    _restored([], 1)
    with transaction.atomic():
        assert outbox.queue(room.tasks["ada"].member, room.assignment) == 1
    room.drain(room.postman())
    assert room.item.grades[sub].given[0] == 9.0  # type: ignore[index]


def test_backups_hold_what_is_on_its_way() -> None:
    labels = {model._meta.label for model in kept_models()}
    assert {"bpgrade.Outgoing", "bpgrade.Placement", "bpgrade.Identity"} <= labels
    assert "bpgrade.ToolKey" not in labels


# at random ---------------------------------------------------------------------------------

NAME = st.sampled_from(NAMES)
STEPS = st.one_of(
    st.tuples(st.just("grade"), NAME, st.integers(0, 40)),
    st.tuples(st.just("grade"), NAME, st.integers(0, 40)),
    st.tuples(st.just("round"), st.integers(0, 1)),
    st.tuples(st.just("round"), st.integers(0, 1)),
    st.tuples(st.just("go"), st.sampled_from([0.3, 1.0, 30.0, 90.0, 200.0, HOUR, 7 * HOUR])),
    st.tuples(
        st.just("fault"),
        st.sampled_from(["score", "token"]),
        st.sampled_from(["cut", "lost", "hold", "500", "503", "429", "401", "404 page"]),
        st.integers(1, 6),
    ),
    st.tuples(st.just("down"), st.sampled_from([MINUTE, HOUR, DAY])),
    st.tuples(st.just("deliver")),
    st.tuples(st.just("die"), st.integers(0, 1)),
    st.tuples(st.just("regrade"), st.sampled_from([0.5, 0.9, 1.1])),
    st.tuples(st.just("lock")),
)


class Script:
    """What happens to a class and its platform."""

    def __init__(self, room: Class) -> None:
        self.room, self.lms, self.clock = room, room.lms, room.clock
        self.postmen = [room.postman(), room.postman()]

    def grade(self, name: str, points: int) -> None:
        self.room.grade(name, points / 4)

    def round(self, which: int) -> None:
        self.postmen[which].round()

    def go(self, seconds: float) -> None:
        self.clock.go(seconds)

    def fault(self, endpoint: str, kind: str, times: int) -> None:
        if kind == "404 page":
            self.lms.fault("token", "status", status=404, body=b"fix_jwks_alg", times=times)
        elif kind.isdigit():
            headers = {"Retry-After": "300"} if kind == "429" else {}
            self.lms.fault(endpoint, "status", status=int(kind), headers=headers, times=times)
        else:
            self.lms.fault(endpoint, kind, times=times)

    def down(self, seconds: float) -> None:
        self.lms.down_until = self.clock.unix() + seconds

    def deliver(self) -> None:
        self.lms.deliver()

    def die(self, which: int) -> None:
        """In the middle of a round: sent, not noted."""

        def fail(*args: Any) -> None:
            raise KeyboardInterrupt

        dying = self.postmen[which]
        dying._noted = fail  # type: ignore[method-assign]
        with contextlib.suppress(KeyboardInterrupt):
            dying.round()
        self.postmen[which] = self.room.postman()
        services.forget_tokens()

    def regrade(self, by: float) -> None:
        with transaction.atomic():
            for result in Result.objects.all():
                result.counted = result.score = round(by * result.score, 3)
                result.save()
            outbox.queue_class(self.room.assignment, changed=True)

    def lock(self) -> None:
        """The whole class is queued again, for nothing."""
        with transaction.atomic():
            outbox.queue_class(self.room.assignment)

    def settle(self) -> None:
        """The platform is well again."""
        self.lms.heal()
        self.lms.down_until = 0.0
        self.lms.deliver()
        self.room.drain(self.postmen[0])


def _emptied(room: Class) -> None:
    Submission.objects.all().delete()
    Outgoing.objects.all().delete()
    for item in room.lms.items.values():
        item.grades.clear()
    room.lms.heal()
    room.lms.deliver()
    room.lms.seen.clear()
    room.lms.down_until = 0.0
    services.forget_tokens()


@settings(
    max_examples=rounds(40, 1500),
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(st.lists(STEPS, min_size=3, max_size=25))
def test_whatever_happens_the_newest_grade_is_there_in_the_end(
    room: Class, steps: list[tuple[Any, ...]]
) -> None:
    _emptied(room)
    script = Script(room)
    for name, *arguments in steps:
        getattr(script, name)(*arguments)
    script.settle()
    for standing in standings(room.assignment):
        if standing.score is not None:
            name = standing.member.ident
            assert room.shown(name) == pytest.approx(min(standing.score, standing.most))
            assert room.row(name).state == Sending.SENT
    effective: dict[str, list[str]] = {}
    for one in room.lms.asked("score"):
        if one.status == 200:
            doc = _json(one.body)
            effective.setdefault(doc["userId"], []).append(doc["timestamp"])
    assert all(stamps == sorted(set(stamps)) for stamps in effective.values())


def _json(body: bytes) -> dict[str, Any]:
    import json

    found: dict[str, Any] = json.loads(body)
    return found


# at once -----------------------------------------------------------------------------------


def several() -> None:
    if connection.vendor == "sqlite":
        pytest.skip("for PostgreSQL: SQLite lets one write at a time")


@pytest.mark.django_db(transaction=True)
def test_of_two_results_at_once_the_better_one_counts(lms: Platform, clock: Clock) -> None:
    """Neither transaction sees the other's result, unless one waits for the other."""
    several()
    room = Class(lms, clock, NAMES)
    task = room.tasks["ada"]
    room.grade("ada", 1.0)
    first = threading.Event()

    def worse() -> None:
        first.wait(10)
        graded(Task.objects.select_related("member", "assignment").get(pk=task.pk), 3.0, clock())
        connection.close()

    thread = threading.Thread(target=worse)
    thread.start()
    with transaction.atomic():
        submission = Submission.objects.create(
            task=task, key="better", digest="", data=b"", attempt=7, state="graded"
        )
        Result.objects.create(
            submission=submission,
            score=8,
            counted=8,
            most=10,
            policy="default",
            report=Result.objects.first().report,  # type: ignore[union-attr]
        )
        outbox.queue(task.member, task.assignment, changed=True)
        first.set()
        thread.join(0.7)  # waits for us
    thread.join(10)
    assert room.row("ada").score == 8.0


@pytest.mark.django_db(transaction=True)
def test_several_postmen_send_each_grade_once(lms: Platform, clock: Clock) -> None:
    several()
    names = [f"s{n}" for n in range(30)]
    room = Class(lms, clock, names)
    for name in names:
        room.grade(name, 5.0)

    def work() -> None:
        postman = room.postman()
        while postman.round():
            pass
        connection.close()

    threads = [threading.Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not room.waiting()
    assert [one.status for one in lms.asked("score")] == [200] * 30


def test_time_that_goes_on_between_two_looks_keeps_nothing_back(room: Class) -> None:
    room.grade("ada", 5.0)
    room.lms.fault("score", "status")

    def ticking() -> Any:
        room.clock.go(0.001)
        return room.clock.now

    postman = Postman(Pace(), ticking)
    assert postman.round() == 1
    assert postman.round() == 0
    room.clock.go(MINUTE)
    assert postman.round() == 1
    assert room.shown("ada") == 5.0


def test_a_postman_goes_on_after_a_mistake_of_ours() -> None:
    tried = threading.Event()
    rounds: list[int] = []

    def fail() -> int:
        rounds.append(1)
        if len(rounds) > 2:
            tried.set()
        raise RuntimeError("a mistake of ours")

    postman = Postman(Pace(poll=0.01))
    postman.round = fail  # type: ignore[method-assign]
    postman.start()
    assert tried.wait(10)
    postman.end()
    assert not postman.is_alive()


def test_a_postman_in_a_thread_ends_when_told() -> None:
    postman = Postman(Pace(poll=0.01))
    postman.round = lambda: 0  # type: ignore[method-assign]
    postman.start()
    postman.end()
    assert not postman.is_alive()


def test_an_assignment_without_a_column_costs_one_question(
    django_assert_num_queries: Any,
) -> None:
    """Most installations have no platform."""
    assignment = assignment_of(course_of("ada"))
    with django_assert_num_queries(1):
        outbox.queue(Member.objects.none().model(pk=1), assignment, changed=True)
