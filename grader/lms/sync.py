"""The exchange with a learning platform: look, plan, apply."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import replace

from grader.assignments.collation import told_apart
from grader.assignments.folder import Folder
from grader.errors import (
    PlatformError,
)
from grader.lms import worksheets
from grader.lms.changes import (
    Plan,
    SentChange,
)
from grader.lms.planning import Planner, Told, begun, digest, owner, silent, wanted_people
from grader.lms.platform import (
    CurrentGrade,
    Platform,
)
from grader.lms.received import judge
from grader.lms.sending import BATCH, Sender, remember
from grader.marking.policy import Policy


def plan(
    folder: Folder,
    platform: Platform,
    policy: Policy | None = None,
    only: Collection[str] = (),
    force: bool = False,
    pages: Sequence[str] = ("html", "pdf"),
    told: Told = silent,
) -> Plan:
    """What there is to grade, and what would change.

    Args:
        folder: the assignment.
        platform: with its assignment.
        policy: what verdicts are worth; the folder's own where not given.
        only: students to look at: ids, names, e-mail addresses or user ids; all if empty.
        force: grade everything anew, and replace what was entered by hand.
        pages: formats of the feedback to attach.
        told: progress.

    Raises:
        PlatformError: the platform cannot be read.
        AssignmentError: the folder cannot.
        PolicyError: there is no such policy.
    """
    policy = folder.policy(policy)
    made = begun(folder, platform, digest(folder, policy))
    made.pages = tuple(pages) if made.assignment.takes_files else ()
    people = {one.key: one for one in platform.people()}
    wanted = wanted_people(people, folder, only, made)
    submissions = [one for one in platform.submissions() if one.key in wanted]
    standings = platform.grades()
    planner = Planner(made, people, dict(standings), force)
    new = [one for one in submissions if planner.is_new(one)]
    received = planner.fetched(new, told)
    found = judge(received, folder, policy, lambda n: told("checking", n, len(received)))
    planner.settle(new, received, found)
    handed = {one.key for one in submissions}
    made.silent = sum(key in people and key not in handed for key in wanted)
    order = {key: n for n, key in enumerate(people)}
    made.changes.sort(key=lambda one: order.get(one.key, len(order)))
    return made


def hand_out(
    folder: Folder,
    platform: Platform,
    only: Collection[str] = (),
    force: bool = False,
    told: Told = silent,
) -> Plan:
    """Each student's worksheet and blank answers, to be put where only they see them.

    Args:
        folder: the assignment.
        platform: with its assignment.
        only: as for `plan`.
        force: hand out again what was handed out.
        told: progress.

    Raises:
        PlatformError: the platform cannot be read, or takes no files.
    """
    made = begun(folder, platform, "")
    if not made.assignment.takes_files:
        raise PlatformError(
            f"{made.assignment.name!r} takes no files: switch on 'Feedback files' in its settings"
        )
    people = {one.key: one for one in platform.people()}
    wanted = wanted_people(people, folder, only, made)
    standings = platform.grades()
    owners: dict[str, list[str]] = {}
    for key, one in people.items():
        owners.setdefault(owner(one, folder), []).append(key)
    names = told_apart({key: (one.shown, key) for key, one in people.items()})
    for n, (key, person) in enumerate(people.items(), 1):
        if key in wanted:
            standing, one = standings.get(key, CurrentGrade()), replace(person, shown=names[key])
            made.changes.append(worksheets.planned(made, one, owners, standing, force))
        told("planning", n, len(people))
    return made


def apply(plan: Plan, told: Told = silent) -> list[SentChange]:
    """Send what is planned.

    A person's failure stops nobody else's grade; only a platform that does not answer at all,
    or does not know the token any more, ends the run. What is done is remembered at once.

    Args:
        plan: made by `plan` or `hand_out`, once; nothing may have been sent since.
        told: progress.

    Returns:
        What came of each change that was to be sent, in the order of the plan.

    Raises:
        AssignmentError: another run is at work, or nothing can be remembered.
    """
    done: list[SentChange] = []
    same = [one for one in plan.changes if one.action == "same"]
    if not plan.to_send and not same:
        return done
    with plan.memory.alone():
        for one in same:
            if plan.memory.of(one.key) == one.known:
                remember(plan, one, points=one.old)
        sender = Sender(plan)
        for n in range(0, len(plan.to_send), BATCH):
            done += sender.sent(plan.to_send[n : n + BATCH])
            told("sending", len(done), len(plan.to_send))
    return done


def failures(plan: Plan, done: Sequence[SentChange]) -> Iterator[str]:
    """Everything that went wrong, a line each."""
    yield from map(str, plan.problems)
    yield from (
        f"{one.who}: {one.why}"
        for one in plan.changes
        if one.action == "fail" and one.problem is None
    )
    yield from (f"{one.change.who}: {one.fault}" for one in done if one.failed)
