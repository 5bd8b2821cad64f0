"""Policies as TOML files: found by name or by path, checked, every complaint at once."""

from __future__ import annotations

import tomllib
from functools import lru_cache
from pathlib import Path

from grader.errors import PolicyError, reason_of
from grader.marking.policy import DEFAULT, Policy
from problems.errors import Complaint
from problems.texts import cleaned_tree

SHIPPED = Path(__file__).with_name("policies")


@lru_cache(maxsize=1)
def names() -> tuple[str, ...]:
    """The shipped policies, `default` first."""
    found = sorted(file.stem for file in SHIPPED.glob("*.toml"))
    return tuple(sorted(found, key=lambda name: name != "default"))


def load_policy(name_or_path: str | Path) -> Policy:
    """A shipped policy by its name, or one from a TOML file.

    Raises:
        PolicyError: no such policy or file, or everything that is wrong in it.

    >>> load_policy("strict").credit("carried")
    0.0
    """
    text = str(name_or_path)
    if text in names():
        return _shipped(text)
    if not text.endswith(".toml") and not Path(text).is_file():
        raise PolicyError([Complaint("policy", _unknown(text))])
    return _from_file(Path(text))


def stored_policy(text: str, file: str = "policy") -> Policy:
    """A policy as the service keeps it: the name of a shipped one, or its own TOML text.

    Args:
        text: either of them.
        file: how messages call the text.

    Raises:
        PolicyError: as `read_policy`.

    >>> stored_policy("strict").name, stored_policy("title = 'Mine'").name
    ('strict', 'own')
    """
    return _shipped(text) if text in names() else read_policy(text, "own", file)


def folder_policy(folder: Path, name: str) -> Policy:
    """The policy that an assignment folder names: a shipped one, or a file of the folder.

    Raises:
        PolicyError: as `load_policy`; or the name leads out of the folder.
    """
    if name in names():
        return _shipped(name)
    if name != Path(name).name or "\\" in name:
        what = f"{name!r} must be a shipped policy or the name of a file in {folder.name}"
        raise PolicyError([Complaint("policy", what)])
    if not (folder / name).is_file():
        what = f"{_unknown(name)} There is no such file in {folder.name} either."
        raise PolicyError([Complaint("policy", what)])
    return _from_file(folder / name)


def _unknown(name: str) -> str:
    import difflib

    near = difflib.get_close_matches(name, names(), n=1)
    hint = f"did you mean {near[0]!r}? " if near else ""
    return f"no policy {name!r}; {hint}there are {', '.join(names())} (or give a .toml file)."


@lru_cache(maxsize=16)
def _shipped(name: str) -> Policy:
    if name == DEFAULT.name:
        return DEFAULT  # what its file says, as a test makes sure
    file = SHIPPED / f"{name}.toml"
    return read_policy(file.read_text("utf-8"), name, file.name)


def _from_file(path: Path) -> Policy:
    try:
        text = path.read_text("utf-8-sig")
    except OSError as error:
        what = f"cannot be read: {reason_of(error)}"
        raise PolicyError([Complaint(str(path), what)]) from None
    except UnicodeDecodeError:
        raise PolicyError([Complaint(str(path), "is not a text in UTF-8")]) from None
    return read_policy(text, path.stem, path.name)


def read_policy(text: str, name: str, file: str) -> Policy:
    """Check a policy file.

    Args:
        text: the TOML text; what it does not say stays as in the default policy.
        name: what the policy is called.
        file: how messages call the file.

    Raises:
        PolicyError: everything that is wrong, each with the key and what is allowed.
    """
    from grader.marking.policy_checks import PolicyChecker

    try:
        data = cleaned_tree(tomllib.loads(text))
    except tomllib.TOMLDecodeError as error:
        what = f'is no TOML: {error} (keys with a point stand in quotes: "dw.2" = 2)'
        raise PolicyError([Complaint(file, what)]) from None
    check = PolicyChecker(file)
    policy = check.policy(data, name)
    if check.complaints:
        raise PolicyError(check.complaints)
    return policy
