"""Tokens of learning platforms: from the environment or the system's keyring, never shown.

They stand on no command line, in no log and no message; in a file only where a teacher chose
that, because the system has no keyring, and then nobody else may read it.
"""

from __future__ import annotations

import logging
import os
from pathlib import Path

from grader.errors import TokenError
from problems.texts import cleaned

HIDDEN = "***"
SHORTEST = 6
"""What is shorter is no token, and hiding it everywhere would make texts unreadable."""


class Token:
    """A secret that shows itself only when asked.

    >>> token = Token("d41d8cd98f00b204")
    >>> f"{token} {token!r} {token.hidden_in('token=d41d8cd98f00b204&x=1')}"
    '*** *** token=***&x=1'
    """

    __slots__ = ("_text",)

    def __init__(self, text: str) -> None:
        self._text = cleaned(text.strip())

    def reveal(self) -> str:
        """The token itself, to be sent and for nothing else."""
        return self._text

    def hidden_in(self, text: str) -> str:
        """A text without the token."""
        if len(self._text) < SHORTEST:
            return text
        return text.replace(self._text, HIDDEN)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Token) and other._text == self._text

    def __hash__(self) -> int:
        return hash(self._text)

    def __repr__(self) -> str:
        return HIDDEN


class Discreet(logging.Filter):
    """Takes a token out of what libraries log, such as addresses of files."""

    def __init__(self, token: Token) -> None:
        super().__init__()
        self.token = token

    def filter(self, record: logging.LogRecord) -> bool:
        """Let every record pass, without the token."""
        said = record.getMessage()
        hidden = self.token.hidden_in(said)
        if hidden != said:
            record.msg, record.args = hidden, ()
        return True


def keep_out_of(logger: str, token: Token) -> None:
    """Let a library's logger say nothing of a token."""
    found = logging.getLogger(logger)
    if not any(isinstance(one, Discreet) and one.token == token for one in found.filters):
        found.addFilter(Discreet(token))


def variable(platform: str) -> str:
    """
    >>> variable("moodle")
    'BPGRADE_MOODLE_TOKEN'
    """
    return f"BPGRADE_{platform.upper()}_TOKEN"


def find(platform: str, host: str) -> Token:
    """The token for a platform: from the environment, else the keyring, else its file.

    Args:
        platform: `moodle` or `canvas`.
        host: with the port, if there is one.

    Raises:
        TokenError: there is none, or others can read its file; says what to do.
    """
    text = (
        os.environ.get(variable(platform), "").strip()
        or _stored(platform, host)
        or _filed(platform, host)
    )
    if text and not (text.isascii() and text.isprintable()):
        raise TokenError(
            f"what is kept as the token for {host} is none: it has other characters than letters, "
            f"digits and signs; run 'bpgrade {platform} login https://{host}' again"
        )
    if text:
        return Token(text)
    raise TokenError(
        f"no token for {host}: run 'bpgrade {platform} login https://{host}', "
        f"or set {variable(platform)}"
    )


def _stored(platform: str, host: str) -> str:
    import keyring
    from keyring.errors import KeyringError

    try:
        return keyring.get_password(_service(host), platform) or ""
    except KeyringError:
        return ""


def store(platform: str, host: str, token: Token) -> None:
    """Keep a token in the system's keyring.

    Raises:
        TokenError: there is no keyring here.
    """
    import keyring
    from keyring.errors import KeyringError

    failed = ""
    try:
        keyring.set_password(_service(host), platform, token.reveal())
    except KeyringError as error:
        failed = type(error).__name__
    if failed:
        raise TokenError(f"this system has no keyring that works ({failed})")


def file_of(platform: str, host: str) -> Path:
    """Where a token is kept that is in no keyring; a host's port is part of the name."""
    from click import get_app_dir

    return Path(get_app_dir("bpgrade")) / "tokens" / f"{platform}-{host.replace(':', '-')}"


def store_in_file(platform: str, host: str, token: Token) -> Path:
    """Keep a token in a file that nobody else can read, from its first byte on.

    Raises:
        TokenError: it cannot be written.
    """
    path = file_of(platform, host)
    try:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        path.unlink(missing_ok=True)
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with open(handle, "w") as stream:
            stream.write(token.reveal() + "\n")
    except OSError as error:
        raise TokenError(f"{path} cannot be written: {error.strerror}") from None
    return path


def _filed(platform: str, host: str) -> str:
    path = file_of(platform, host)
    try:
        others = path.stat().st_mode & 0o077
        text = path.read_text("utf-8").strip()
    except FileNotFoundError:
        return ""
    except (OSError, ValueError) as error:
        raise TokenError(f"{path} cannot be read: {type(error).__name__}") from None
    if others and os.name == "posix":
        raise TokenError(f"others can read {path}: give it to yourself alone (chmod 600)")
    return text


def forget(platform: str, host: str) -> bool:
    """Remove a token from the keyring and from its file; whether there was one."""
    import keyring
    from keyring.errors import KeyringError

    path = file_of(platform, host)
    there = path.exists()
    path.unlink(missing_ok=True)
    try:
        keyring.delete_password(_service(host), platform)
    except KeyringError:
        return there
    return True


def _service(host: str) -> str:
    return f"bpgrade:{host}"
