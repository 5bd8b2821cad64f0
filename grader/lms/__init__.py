"""Learning platforms: their files, their interfaces, and what of a graded class they get.

received     what somebody handed in on a platform, bound to who they are there
outcome      what the platform learns of a student: points, a comment, pages
connection   the way to a platform: time limits, tries, a token that stays at home
tokens       from the environment or the keyring, never shown
platform     what the exchange needs of a platform; `moodle` and `canvas` have it
registry     a row a platform
sync         the exchange: plan, apply, hand out
memory       what was sent, kept in the assignment's folder

For scripts: `open_folder`, `connect` and `sync`, as in examples/lms_sync.py.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from pathlib import Path

    from grader.assignments.folder import Folder
    from grader.lms import sync
    from grader.lms.platform import Platform

__all__ = ["connect", "open_folder", "sync"]


def __getattr__(name: str) -> Any:
    """`sync`, loaded when it is asked for."""
    if name != "sync":
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from importlib import import_module

    return import_module("grader.lms.sync")


def open_folder(path: str | Path) -> Folder:
    """An assignment folder.

    Args:
        path: the folder, or something in it.

    Raises:
        AssignmentError: there is no assignment there or above.
    """
    from pathlib import Path

    from grader.assignments import folder

    return folder.Folder(folder.find(Path(path)))


def connect(kind: str, url: str, token: str = "", **settings: Any) -> Platform:
    """An assignment on a learning platform; nothing is sent yet.

    Args:
        kind: of `grader.lms.registry.INTERFACES`: `moodle` or `canvas`.
        url: the assignment's address, from the browser.
        token: by default that of BPGRADE_MOODLE_TOKEN or BPGRADE_CANVAS_TOKEN, or the one that
            `bpgrade moodle login` or `bpgrade canvas login` has stored.
        settings: `number`, `course`, `insecure` and `patience` of `grader.lms.moodle.api.Moodle`
            and `grader.lms.canvas.api.Canvas`.

    Raises:
        MissingExtra: the libraries for it are not installed.
        TokenError: there is no token.
        PlatformError: no platform of this kind, or no address.
    """
    from grader.lms import tokens
    from grader.lms.registry import interface
    from grader.support.extras import require

    found = interface(kind)
    require("lms")
    host = found.address(url, settings.get("insecure", False)).host
    return found.connect(
        url, tokens.Token(token) if token else tokens.find(kind, host), **settings
    )
