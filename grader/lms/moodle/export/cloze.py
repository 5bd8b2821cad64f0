r"""Fields in the notation of Moodle's cloze questions: `{2:NM:%100%0.5933:0.0001~%0%...#...}`.

Measured on a real Moodle: weights are whole numbers; a feedback ends at the first `}` or `#`
that has no backslash; `~` cannot be written in it at all.
"""

from __future__ import annotations

from html import escape

from grader.export.fields import Alternative, Field
from grader.export.number_format import percent

_ESCAPED = str.maketrans(
    {"}": r"\}", "#": r"\#", "~": "&sim;", "\\": "&bsol;", "{": "&lbrace;", "\n": " ", "\r": " "}
)
"""Behind the escapes of HTML. What has no escape in a cloze field has a name in HTML."""


def cloze(field: Field, weight: int) -> str:
    """The field as it stands in the text of a question.

    >>> cloze(Field("net.1.1", "net_h1", "0.5", "0.001", 1.0), 2)
    '{2:NM:%100%0.5:0.001}'
    """
    right = f"%100%{field.value}:{field.tolerance}"
    return f"{{{weight}:NM:{'~'.join([right, *map(_alternative, field.alternatives)])}}}"


def _alternative(other: Alternative) -> str:
    said = f"#{feedback(other.said)}" if other.said else ""
    return f"%{percent(other.share)}%{other.value}:{other.tolerance}{said}"


def feedback(words: str) -> str:
    r"""A comment within a field.

    >>> feedback("use w_{11}, not <w> # or ~")
    'use w_&lbrace;11\\}, not &lt;w&gt; \\# or &sim;'
    """
    return escape(words, quote=False).translate(_ESCAPED)
