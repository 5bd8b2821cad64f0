"""What several commands are given: the assignment and the policy to grade with."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from grader.errors import PolicyError
from grader.marking.policy import Policy
from grader.marking.policy_file import load_policy, names

if TYPE_CHECKING:
    from grader.assignments.folder import Folder

FEEDBACK_FORMATS = {"both": ("html", "pdf"), "html": ("html",), "pdf": ("pdf",), "none": ()}
"""What --feedback-as may say."""

Decorator = Callable[[Any], Any]


def named_policy(ctx: click.Context, option: click.Parameter, value: str | None) -> Policy | None:
    """The policy that --policy names; a wrong one is wrong usage."""
    try:
        return None if value is None else load_policy(value)
    except PolicyError as error:
        raise click.BadParameter(str(error), ctx, option) from None


def policy_option() -> Decorator:
    """`--policy NAME|FILE`."""
    return click.option(
        "--policy",
        metavar="NAME|FILE",
        callback=named_policy,
        help=f"How verdicts become points: {', '.join(names())}, or a TOML file. "
        "Without it the assignment's own holds.",
    )


def assignment_option(where: str) -> Decorator:
    """`--assignment FOLDER`.

    Args:
        where: the file beside or below which it is looked for otherwise.
    """
    return click.option(
        "--assignment",
        metavar="FOLDER",
        type=click.Path(exists=True, path_type=Path),
        help=f"Assignment folder, where {where} does not lie in it.",
    )


def feedback_option(help: str = "What the feedback pages are.") -> Decorator:
    """`--feedback-as`, one of `FEEDBACK_FORMATS`."""
    return click.option(
        "--feedback-as",
        type=click.Choice(list(FEEDBACK_FORMATS)),
        default="both",
        show_default=True,
        help=help,
    )


def graded_option(beside: str) -> Decorator:
    """`--out FOLDER`.

    Args:
        beside: the file that `graded` is made beside otherwise.
    """
    return click.option(
        "--out",
        metavar="FOLDER",
        type=click.Path(path_type=Path),
        help=f"Where to write; 'graded' beside {beside} if not given.",
    )


def opened(assignment: Path | None, beside: Path, policy: Policy | None) -> tuple[Folder, Policy]:
    """The assignment and the policy that holds.

    Args:
        assignment: as named, or None.
        beside: a folder in or below the assignment, where it was not named.
        policy: as named, or None for the assignment's own.

    Raises:
        AssignmentError: there is no assignment.
        PolicyError: its policy cannot be used.
    """
    from grader.assignments.folder import Folder, find

    folder = Folder(find(assignment or beside))
    return folder, folder.policy(policy)
