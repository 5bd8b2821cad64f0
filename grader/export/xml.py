"""Text that XML can hold."""

from __future__ import annotations

from html import escape

from problems.patterns import pattern

_NEVER = pattern("[^\\t\\n\\r\\x20-\\ud7ff\\ue000-\\ufffd\\U00010000-\\U0010ffff]")
"""Characters that no XML 1.0 document may hold, not even escaped."""

HEAD = '<?xml version="1.0" encoding="UTF-8"?>\n'


def text(words: str) -> str:
    """Words as content or as an attribute's value.

    >>> text('a<b & "c"'), text("a" + chr(11) + "b")
    ('a&lt;b &amp; &quot;c&quot;', 'a�b')
    """
    return escape(allowed(words), quote=True)


def allowed(words: str) -> str:
    """Words without the characters that XML forbids."""
    return _NEVER.sub("�", words)


def cdata(markup: str) -> str:
    """Markup that is content as it stands.

    >>> cdata("<p>a]]>b</p>")
    '<![CDATA[<p>a]]]]><![CDATA[>b</p>]]>'
    """
    return f"<![CDATA[{allowed(markup).replace(']]>', ']]]]><![CDATA[>')}]]>"


def tame(words: str) -> str:
    """A name that is no markup even where somebody forgets to escape it.

    >>> tame("Ada <b>  Example")
    'Ada ‹b› Example'
    """
    return " ".join(words.replace("<", "‹").replace(">", "›").replace("&", "＆").split())
