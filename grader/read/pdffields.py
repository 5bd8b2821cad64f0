"""The fields of a PDF form, read in a process of its own.

Run as a program it answers requests on standard input, one after the other: eight bytes of
length, then a PDF. The answer is eight bytes of length, then JSON. A file on which the parser
hangs or swells costs this process, which is started anew; the caller goes on.
"""

from __future__ import annotations

import io
import json
import logging
import signal
import struct
import sys
import warnings
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any, BinaryIO

CPU_SECONDS = 0.8
"""For one file, besides other work of the machine; our own worksheets take 0.02 s."""
MEMORY = 60_000_000
"""Bytes of address space beside the interpreter and the library."""
MOST_FIELDS = 20_000
DEEPEST = 40
LENGTH = struct.Struct("<Q")


def read(data: bytes) -> dict[str, Any]:
    """Title and fields of a PDF, or a code and what went wrong.

    Returns:
        `title`, `fields` (name and text, a name as often as it comes), or `code`, `why`.
    """
    from pypdf import PdfReader
    from pypdf.errors import DependencyError

    logging.getLogger("pypdf").setLevel(logging.CRITICAL)  # it warns of every oddity it mends
    warnings.simplefilter("ignore")
    try:
        reader = PdfReader(io.BytesIO(data))
        if reader.is_encrypted and not reader.decrypt(""):
            return {"code": "encrypted", "why": "locked"}
        title = (reader.metadata.title if reader.metadata else None) or ""
        root: Any = reader.root_object  # searched for where the trailer does not name it
        return {"title": str(title), "fields": list(_fields(root))}
    except DependencyError:
        return {"code": "encrypted", "why": "locked"}
    except (RecursionError, MemoryError) as error:
        return {"code": "too_deep", "why": type(error).__name__}
    except Exception as error:  # noqa: BLE001 - damaged files make parsers raise anything
        return {"code": "broken_pdf", "why": type(error).__name__}


def _fields(root: Any) -> Iterator[tuple[str, str]]:
    """Name and text of each field, from the form's tree; nothing active is looked at."""
    form = _object(root.get("/AcroForm")) if hasattr(root, "get") else None
    todo = [(kid, "", None, 0) for kid in _list(_get(form, "/Fields"))]
    seen: set[object] = set()
    count = 0
    while todo:
        node, above, inherited, depth = todo.pop(0)
        key = getattr(node, "idnum", None) or id(node)
        field = _object(node)
        count += 1
        if key in seen or not hasattr(field, "get") or depth > DEEPEST or count > MOST_FIELDS:
            continue
        seen.add(key)
        own = _get(field, "/T")
        name = f"{above}.{own}" if above and own is not None else str(own or above)
        value = _get(field, "/V")
        value = inherited if value is None else value
        kids = [kid for kid in _list(_get(field, "/Kids")) if _get(_object(kid), "/T") is not None]
        if kids:
            todo += [(kid, name, value, depth + 1) for kid in kids]
        elif own is not None:
            yield name, value.strip() if isinstance(value, str) else ""


def _object(node: Any) -> Any:
    return node.get_object() if hasattr(node, "get_object") else node


def _get(node: Any, key: str) -> Any:
    return _object(node.get(key)) if hasattr(node, "get") else None


def _list(node: Any) -> list[Any]:
    return list(node) if isinstance(node, list) else []


# as a program ------------------------------------------------------------------------------


def serve(requests: BinaryIO, answers: BinaryIO) -> None:
    """Answer until the requests end."""
    while True:
        head = requests.read(LENGTH.size)
        if len(head) < LENGTH.size:
            return
        data = requests.read(*LENGTH.unpack(head))
        _clock(CPU_SECONDS)
        found = json.dumps(read(data)).encode()
        _clock(0)
        answers.write(LENGTH.pack(len(found)) + found)
        answers.flush()


def _clock(seconds: float) -> None:
    """End this process after so much work; only where the system can count it."""
    if sys.platform != "win32":
        signal.setitimer(signal.ITIMER_PROF, seconds)


def _limit_memory() -> None:
    if sys.platform != "win32":
        import resource

        with suppress(OSError):  # where there is no /proc, time alone is limited
            pages = int(Path("/proc/self/statm").read_text().split()[0])
            most = pages * resource.getpagesize() + MEMORY
            resource.setrlimit(resource.RLIMIT_AS, (most, most))


if __name__ == "__main__":
    import pypdf  # noqa: F401 - before time and memory are counted

    _limit_memory()
    serve(sys.stdin.buffer, sys.stdout.buffer)
