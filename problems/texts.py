"""Text that every file and database can hold: what comes in goes through here.

JSON, workbooks and file names can hold halves of characters (lone surrogates), which UTF-8
cannot write, and NUL, which PostgreSQL cannot store and C programs take for the end. Each stands
as U+FFFD from the door on: as many characters as before, and none that an answer may have, so
that what was refused as typed is still refused.
"""

from __future__ import annotations

import json
from typing import Any

from problems.patterns import pattern

REPLACED = "\ufffd"
_UNHELD = pattern("[\x00\ud800-\udfff]")
_HALVES = pattern("[\ud800-\udfff]")
_ESCAPED = pattern("[\udc80-\udcff]")
"""Bytes of a file name that are no UTF-8, as Python keeps them."""
_HIDDEN = (
    "\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\xad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f"
    "\u200b-\u200f\u2028-\u202e\u2060-\u206f\u2800\u3164\ud800-\uf8ff\ufe00-\ufe0f\ufeff"
    "\uffa0\ufff0-\ufffb\ufffe\uffff\U0001bca0-\U0001bca3\U0001d173-\U0001d17a"
    "\U000e0000-\U0010ffff"
)
"""Controls, marks that turn the direction of what follows, blanks of no width, fillers, variants
of the character before, private characters; tabs and line ends are another matter."""
_JOINING = (
    "\u0600-\u0604\u0606-\u061b\u061d-\u074f\u0750-\u08ff\u0900-\u0dff\u1000-\u109f"
    "\u1780-\u17b3\u17b6-\u17ff\u1807\u1820-\u18aa\ufb50-\ufdff\ufe70-\ufefc"
)
"""Letters that join, or are kept from it, by characters of no width."""
_PICTURE = "\xa9\xae\u203c\u2049\u2122\u2139\u2190-\u27bf\u2934-\u2bff\u3030\u303d\u3297\u3299"
_PICTURE += "\U0001f000-\U0001faff"
_NEEDED = (
    f"(?<=[{_JOINING}])[\u200c\u200d](?=[{_JOINING}])"
    f"|(?<=[{_PICTURE}\ufe0f])\u200d(?=[{_PICTURE}])"
    f"|(?<=[{_PICTURE}])[\ufe0e\ufe0f]|(?<=[0-9#*])\ufe0f(?=\u20e3)"
    "|(?<=\U0001f3f4)[\U000e0020-\U000e007e]{1,8}\U000e007f"
    "|(?<=[\u3400-\u9fff\uf900-\ufaff\U00020000-\U0003ffff])[\ufe00-\ufe02\U000e0100-\U000e01ef]"
    "|(?<=[\u1820-\u18aa])[\u180b-\u180d\u180f]"
)
"""What is unseen and belongs to a name: between letters of scripts that need it, in pictures made
of several, behind a Chinese or Mongolian letter of which there are variants."""
_UNSEEN = pattern(f"(?P<needed>{_NEEDED})|[{_HIDDEN}]")
_ENDS = str.maketrans({"\t": "\\t", "\n": "\\n", "\r": "\\r"})


def cleaned(text: str) -> str:
    """A text without NUL and lone surrogates; the two halves of one character are joined.

    >>> cleaned("0.5" + chr(0) + chr(0xD800)) == "0.5" + 2 * REPLACED
    True
    >>> cleaned(chr(0xD83D) + chr(0xDE00)) == chr(0x1F600)
    True
    """
    if not _UNHELD.search(text):
        return text
    if _HALVES.search(text):
        text = text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")
    return text.replace("\x00", REPLACED)


def cleaned_tree(found: Any) -> Any:
    """Something made of JSON (or TOML) with every text in it cleaned, names of entries too.

    >>> cleaned_tree({"a" + chr(0): ["b", 1, None]}) == {"a" + REPLACED: ["b", 1, None]}
    True
    """
    if isinstance(found, str):
        return cleaned(found)
    if isinstance(found, dict):
        return {cleaned_tree(name): cleaned_tree(value) for name, value in found.items()}
    if isinstance(found, list | tuple):
        return type(found)(map(cleaned_tree, found))
    return found


def parsed_json(text: str | bytes) -> Any:
    """What a text of JSON holds, cleaned; halves of characters hide in its escapes.

    Raises:
        ValueError: it is no JSON.
        RecursionError: it is nested too deeply.
    """
    found = json.loads(text)
    return found if isinstance(text, str) and "\\u" not in text else cleaned_tree(found)


def shown_line(text: str) -> str:
    """A name or title that can stand in a list: on one line, and turning nothing round.

    >>> shown_line("Ada" + chr(0x202E) + " Lovelace" + chr(10)) == "Ada" + REPLACED + " Lovelace"
    True
    """
    line = " ".join(cleaned(text).split())
    return _UNSEEN.sub(lambda found: found["needed"] or REPLACED, line)


def seen(text: str) -> str:
    """A text as pages show it: what cannot be seen is written as programs write it.

    So no two texts look alike that differ in it, and nothing beside a text is turned round.
    Names stay as they are, with the joiners and variants that they need.

    >>> print(seen("0.5" + chr(0x202E) + chr(0xAD)))
    0.5\\u202e\\xad
    >>> seen("می\u200cخواهم") == "می\u200cخواهم"
    True
    """
    if text.isascii() and text.isprintable():
        return text
    return _UNSEEN.sub(lambda found: found["needed"] or _written(found[0]), text)


def seen_line(text: str) -> str:
    """The same on one line, as terminals and logs show it.

    >>> print(seen_line("a" + chr(27) + "[31m" + chr(10)))
    a\\x1b[31m\\n
    """
    return seen(text).translate(_ENDS)


def _written(char: str) -> str:
    return char.encode("ascii", "backslashreplace").decode() if char > "\x7f" else repr(char)[1:-1]


def shown_path(path: object) -> str:
    """A path as messages call it; bytes that are no UTF-8 are escaped.

    >>> shown_path("inbox/Zo" + chr(0xDCEB) + ".csv")
    'inbox/Zo\\\\xeb.csv'
    """
    escaped = _ESCAPED.sub(lambda byte: f"\\x{ord(byte[0]) - 0xDC00:02x}", str(path))
    return cleaned(escaped)
