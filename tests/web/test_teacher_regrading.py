"""Another policy for graded work: the same as grading afresh, and undone as easily."""

from __future__ import annotations

import html
import json
import random
import re
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from hypothesis import given, settings
from hypothesis import strategies as st
from service import assignment_of, course_of, order, right_answers
from teachers import client_of

from grader.errors import PolicyError, Problem
from grader.marking.mark import mark
from grader.marking.policy import DEFAULT_CREDITS, Attempts, Late, Policy, Rounding
from grader.read.answer import read_answer
from grader.web import grading, regrading
from grader.web.models import Assignment, Audit, Result, Submission, Task
from grader.web.regrading import Graded, compared, revalued, under
from grader.web.submission_store import keep
from problems.drawing.candidates import key
from problems.drawing.draw import draw
from problems.exercise import Exercise, issued
from problems.misconceptions.slips import CATALOGUE
from templates.feedback.report import Report

FAMILIES = ("mazur", "mazur-mixed", "lfd")
shares = st.sampled_from([0.0, 0.25, 0.5, 1.0])


def exercise_of(family: str) -> Exercise:
    design = order(family).design()
    (found,) = draw(design, [key("s", "hw", "ada")])
    return issued(design, found, f"{family}-1", "ada")


EXERCISES = {family: exercise_of(family) for family in FAMILIES}

policies = st.builds(
    Policy,
    credits=st.fixed_dictionaries(dict.fromkeys(DEFAULT_CREDITS, shares)),
    follow_through=shares,
    slips=st.dictionaries(st.sampled_from(sorted(CATALOGUE)), shares, max_size=3),
    off_per_digit=st.none() | st.sampled_from([0.1, 0.25]),
    weights=st.dictionaries(
        st.sampled_from(["net", "dw", "dw.2", "new.w", "out"]),
        st.sampled_from([0.5, 2.0, 3.0]),
        max_size=3,
    ),
    late=st.builds(
        Late, off_per_day=st.sampled_from([0.0, 10.0]), grace_hours=st.sampled_from([0.0, 2.0])
    ),
    attempts=st.builds(
        Attempts,
        counts=st.sampled_from(["best", "last", "average"]),
        most=st.none() | st.integers(1, 3),
    ),
    rounding=st.builds(Rounding, decimals=st.integers(0, 3)),
)  # fmt: skip


def typed(exercise: Exercise, seed: int) -> dict[str, str]:
    """Work with everything in it: right, blank, unreadable, few digits, wrong, other signs."""
    chance = random.Random(seed)
    found = {}
    for id in exercise.asked:
        printed = exercise.printed[id]
        kinds = [
            "",
            "0,12 or so",
            printed[:-1],
            printed[:-2],
            f"-{printed}",
            "9.87",
            printed,
            printed,
        ]
        found[id] = chance.choice(kinds).replace("--", "")
    return found


def graded_afresh(exercise: Exercise, answers: dict[str, str], policy: Policy) -> Report:
    read = {id: read_answer(exercise, id, text) for id, text in answers.items()}
    return mark(exercise, {id: one for id, one in read.items() if one is not None}, policy)


@settings(max_examples=120)
@given(st.sampled_from(FAMILIES), st.integers(0, 10_000), policies, policies)
def test_valued_anew_is_graded_afresh(family: str, seed: int, old: Policy, new: Policy) -> None:
    exercise, answers = EXERCISES[family], typed(EXERCISES[family], seed)
    stored = json.loads(json.dumps(graded_afresh(exercise, answers, old).as_json()))
    found = revalued(Report.from_json(stored, Problem), new, lambda: exercise)
    assert found.as_json() == graded_afresh(exercise, answers, new).as_json()


@settings(max_examples=60)
@given(st.sampled_from(FAMILIES), st.lists(st.integers(0, 500), min_size=1, max_size=6), policies)
def test_the_same_policy_changes_nothing(family: str, seeds: list[int], policy: Policy) -> None:
    exercise = EXERCISES[family]
    reports = [graded_afresh(exercise, typed(exercise, seed), policy) for seed in seeds]
    graded = [
        Graded(n, n % 2, f"task-{n % 2}", 5.0 * n, report, policy.with_late(report.score, 5.0 * n))
        for n, report in enumerate(reports)
    ]
    pairs = under(policy, graded, lambda task: exercise)
    assert not any(pair.differs for pair in pairs)
    assert [pair.report for pair in pairs] == reports
    found = compared(policy, policy, pairs)
    assert found.changed == ()
    assert found.mean_before == found.mean_after


def test_a_report_is_read_back_as_it_was() -> None:
    for exercise in EXERCISES.values():
        report = graded_afresh(exercise, typed(exercise, 7), Policy())
        assert (
            Report.from_json(json.loads(json.dumps(report.as_json())), Problem).as_json()
            == report.as_json()
        )


# in the database ---------------------------------------------------------------------------

OWN = '[credit]\nslip = 0.5\nwrong = 0.25\nblank = 0.0\n[weights]\n"net" = 2\n'


def hand_in(assignment: Assignment, student: str, seed: int, **options: Any) -> Submission:
    task = assignment.tasks.get(member__ident=student)
    exercise = task.exercise
    answers = {exercise.labels[id]: text for id, text in typed(exercise, seed).items()}
    data = json.dumps({"exercise": task.id, "answers": answers}).encode()
    found = keep(task, f"{seed}", data, **options).submission
    grading.grade(found)
    return found


@pytest.fixture
def assignment(db: Any) -> Assignment:
    found: Assignment = assignment_of(
        course_of("ada", "ben", name="Nets"), due=timezone.now() - timedelta(hours=30)
    )
    for seed, student in enumerate(["ada", "ada", "ben"]):
        hand_in(found, student, seed)
    return found


def counts() -> list[tuple[float, float, float, Any]]:
    fields = ("score", "counted", "most", "report")
    return list(Result.objects.order_by("submission_id").values_list(*fields))


def address(assignment: Assignment) -> str:
    return reverse("teach-regrade", args=[assignment.pk])


@pytest.mark.parametrize("text", [OWN, "strict", "[late]\noff_per_day = 10\n"])
def test_applied_is_what_grading_afresh_gives(assignment: Assignment, text: str) -> None:
    before = counts()
    regrading.apply(assignment, text, None)
    applied = counts()
    assert applied != before
    for submission in Submission.objects.all():
        Submission.objects.filter(pk=submission.pk).update(tries=0)
        grading.grade(Submission.objects.get(pk=submission.pk))
    assert counts() == applied
    assert regrading.outdated(assignment) == 0


def test_looking_changes_nothing(assignment: Assignment) -> None:
    before = counts()
    found = regrading.comparison(assignment, OWN)
    assert len(found.changes) == 2
    assert found.changed
    assert counts() == before
    assert not Audit.objects.filter(action=regrading.ACTION).exists()


def test_what_is_shown_is_what_happens(assignment: Assignment) -> None:
    from grader.web.class_progress import standings

    shown = {c.student: c.after for c in regrading.comparison(assignment, OWN).changes}
    regrading.apply(assignment, OWN, None)
    fresh = Assignment.objects.get(pk=assignment.pk)
    assert {one.member.pk: one.score for one in standings(fresh)} == pytest.approx(shown)


def test_the_page_says_beforehand_how_many_submissions_change(assignment: Assignment) -> None:
    """Also where nobody's score changes: the exercise was replaced, another attempt counts."""
    Task.objects.filter(member__ident="ben").update(current=False)
    Assignment.objects.update(policy="[attempts]\ncounts = 'last'\n")
    earlier_attempts = "[attempts]\ncounts = 'last'\n[slips]\n"
    client = client_of("Nets-teacher")
    for text in (OWN, "strict", earlier_attempts, "default"):
        chosen = {"policy": text} if text in ("strict", "default") else {
            "policy": "own", "policy_text": text,
        }  # fmt: skip
        page = words(send(client, assignment, action="preview", **chosen))
        [said] = re.findall(r"(\d+) submissions? counts? another score by itself", page)
        page = words(client.post(address(assignment), chosen | {"action": "apply"}, follow=True))
        [done] = re.findall(r"(\d+) submissions? counts? another score\.", page)
        assert done == said
    assert regrading.comparison(assignment, OWN).submissions == 3
    assert len(regrading.comparison(assignment, OWN).changes) == 1


def test_there_and_back_is_where_it_was(assignment: Assignment) -> None:
    before = counts()
    regrading.apply(assignment, OWN, None)
    ((line, old),) = regrading.earlier(assignment)
    assert old == "default"
    assert line.detail["after"] == OWN
    regrading.apply(assignment, old, None)
    assert counts() == before


def test_a_change_that_fails_changes_nothing(
    assignment: Assignment, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = counts()

    def fails(*args: Any, **more: Any) -> None:
        raise RuntimeError

    monkeypatch.setattr(regrading, "note", fails)
    with pytest.raises(RuntimeError):
        regrading.apply(assignment, OWN, None)
    assert counts() == before
    assert Assignment.objects.get().policy == "default"


def test_no_policy_is_refused_before_anything_happens(assignment: Assignment) -> None:
    with pytest.raises(PolicyError):
        regrading.apply(assignment, "[credit]\nwrnog = 1\n", None)
    assert Assignment.objects.get().policy == "default"


def test_results_of_an_earlier_policy_are_found_and_mended(assignment: Assignment) -> None:
    Result.objects.filter(submission__attempt=2).update(policy="strict", counted=0)
    assert regrading.outdated(assignment) == 1
    before = Result.objects.get(submission__attempt=2)
    regrading.apply(assignment, assignment.policy, None)
    assert regrading.outdated(assignment) == 0
    assert Result.objects.get(pk=before.pk).counted == before.score


# on the page -------------------------------------------------------------------------------


def words(page: Any) -> str:
    return " ".join(html.unescape(page.content.decode()).split())


def send(client: Client, assignment: Assignment, **fields: str) -> Any:
    return client.post(address(assignment), fields)


def test_the_page_shows_applies_and_puts_back(assignment: Assignment) -> None:
    client, before = client_of("Nets-teacher"), counts()
    page = send(client, assignment, action="preview", policy="own", policy_text=OWN)
    assert "of 2 students with graded work" in page.content.decode()
    assert counts() == before
    send(client, assignment, action="apply", policy="own", policy_text=OWN)
    assert counts() != before
    (line, _), *_ = regrading.earlier(assignment)
    page = send(client, assignment, back=str(line.pk))
    assert "What it would change" in page.content.decode()
    send(client, assignment, action="apply", policy="default")
    assert counts() == before


def test_complaints_stand_at_the_field(assignment: Assignment) -> None:
    page = send(
        client_of("Nets-teacher"), assignment, action="apply", policy="own",
        policy_text="[credit]\nwrnog = 1\nslip = 7\n",
    )  # fmt: skip
    text = page.content.decode()
    assert page.status_code == 422
    assert 'aria-invalid="true"' in text
    assert "wrnog" in text
    assert Assignment.objects.get().policy == "default"


def test_another_due_date_is_counted_at_once(assignment: Assignment) -> None:
    regrading.apply(assignment, "[late]\noff_per_day = 10\n", None)
    late = counts()
    fields = {"title": "HW", "feedback": "at once", "practice": "1", "due": "2100-01-01T10:00"}
    client_of("Nets-teacher").post(reverse("teach-settings", args=[assignment.pk]), fields)
    assert all(row[0] == row[1] for row in counts())
    assert counts() != late


def test_right_work_stays_right(assignment: Assignment) -> None:
    task = assignment.tasks.get(member__ident="ben")
    data = json.dumps({"exercise": task.id, "answers": right_answers(task.exercise)}).encode()
    grading.grade(keep(task, "right", data).submission)
    regrading.apply(assignment, "strict", None)
    found = Result.objects.get(submission__key="right")
    assert found.score == found.most


# while others hand in -----------------------------------------------------------------------


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("how", ["policy", "settings"])
def test_nobody_waits_while_values_are_worked_out(
    how: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """SQLite has one writer: in a transaction a large class would keep hand-ins waiting."""
    assignment = assignment_of(course_of("ada", name="Nets"))
    task = assignment.tasks.get()
    answers = json.dumps({"answers": right_answers(task.exercise)}).encode()
    grading.grade(keep(task, "k1", answers).submission)
    real, inside = regrading.under, []

    def worked(*given: Any) -> Any:
        found = real(*given)
        inside.extend([connection.in_atomic_block] * len(found))
        return found

    monkeypatch.setattr(regrading, "under", worked)
    form = {"title": "Other", "feedback": "at once", "due": "2020-01-01T00:00"}
    if how == "policy":
        form = {"policy": "strict", "action": "apply"}
    name = "teach-regrade" if how == "policy" else "teach-settings"
    assert (
        client_of("Nets-teacher").post(reverse(name, args=[assignment.pk]), form).status_code
        == 302
    )
    assert inside == [False]


@pytest.mark.django_db
def test_what_is_graded_meanwhile_is_valued_too(monkeypatch: pytest.MonkeyPatch) -> None:
    assignment = assignment_of(course_of("ada", "ben"), due=timezone.now() + timedelta(days=1))
    late = timezone.now() + timedelta(days=3)
    policy = "[late]\noff_per_day = 10\n"
    tasks = list(assignment.tasks.all())

    def hand_in(task: Task) -> None:
        answers = json.dumps({"answers": right_answers(task.exercise)}).encode()
        grading.grade(keep(task, "k1", answers, now=late).submission)

    hand_in(tasks[0])
    real, others = regrading.under, tasks[1:]

    def worked(*given: Any) -> Any:
        found = real(*given)
        while others:
            hand_in(others.pop())
        return found

    monkeypatch.setattr(regrading, "under", worked)
    regrading.apply(assignment, policy, None)
    counted = {(one.policy, one.counted < one.score) for one in Result.objects.all()}
    assert counted == {(policy, True)}
    assert Result.objects.count() == 2
