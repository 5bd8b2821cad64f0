"""docs/reasons.md: every reason with its arguments and its sentence, subject by subject.

`python -m templates.words.page > docs/reasons.md` writes it anew.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from templates.words.sentences import SUBJECTS, placeholders

HEAD = """\
# Reasons

Why something is refused, or worth saying: each problem and each note carries a `reason` of this
list with its `arguments`, beside its `code` and the `message` that is made of them
([formats.md](formats.md#reasons)). Braces show where the arguments go; a word behind a colon says
how: `quoted`, `and` or `or` between the parts of a list, `one|many` for the word that fits a
number. An argument may be a reason itself, `{"reason": ..., "arguments": {...}}`.
"""


def page() -> str:
    """The page, in Markdown."""
    return "\n".join([HEAD, *(line for one in SUBJECTS.items() for line in _subject(*one))])


def _subject(name: str, sentences: Mapping[str, str]) -> Iterator[str]:
    yield from (
        f"## {name.capitalize()}",
        "",
        "| reason | arguments | sentence |",
        "|---|---|---|",
    )
    for key, text in sorted(sentences.items()):
        arguments = ", ".join(f"`{one}`" for one in sorted(placeholders(text)))
        yield f"| `{key}` | {arguments} | {_escaped(text)} |"
    yield ""


def _escaped(text: str) -> str:
    """A sentence in a cell: nothing in it is Markdown."""
    fence = "``" if "`" in text else "`"
    return f"{fence}{text}{fence}".replace("|", "\\|")


if __name__ == "__main__":
    print(page(), end="")
