"""The fields of a PDF form: those that its list names, and those that lie on its pages.

Both should be the same objects. Programs that merge, split or fill leave pages whose fields the
list lacks, or a list of fields that no page shows any more; so both are read, and whoever asks
sees where each text stands.

Source: PDF 32000-1, 12.7.3 (field dictionaries), 12.5.5 (appearance streams).
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from grader.read.pdf.objects import (
    DEEPEST,
    Box,
    box_of,
    entries,
    get,
    identity,
    plain_of,
    resolved,
    text_of,
)
from grader.read.pdf.text import agree, shown_in, shows_plainly

MOST_FIELDS = 20_000

IN_LIST, RICH, SHOWN = "list", "formatted", "shown"
"""Where a text stands: in the form's list of fields, as formatted text, as it is shown; on a page
it is the page's number."""


class Widgets:
    """Everything that is a field, by the object that it is.

    Args:
        root: the document's catalog.
        pages: its pages.
    """

    def __init__(self, root: Any, pages: Iterable[Any]) -> None:
        form = get(root, "/AcroForm")
        self.xfa = get(form, "/XFA") is not None
        self._renewed = str(get(form, "/NeedAppearances")) == "True"
        self._found: dict[object, dict[str, Any]] = {}
        self._looks: dict[object, list[tuple[dict[str, Any], Any]]] = {}
        self._left = MOST_FIELDS
        self._list(entries(get(form, "/Fields")))
        for number, page in enumerate(pages, 1):
            for node in entries(get(page, "/Annots")):
                self._on_page(node, number)
        self._compare()

    def fields(self) -> list[dict[str, Any]]:
        """Name, page (from 1, None if on none), box, and texts with where each stands."""
        return list(self._found.values())

    # the form's list ---------------------------------------------------------------------------

    def _list(self, nodes: list[Any]) -> None:
        todo = [(node, "", None, None, 0) for node in nodes]
        seen: set[object] = set()
        while todo and self._left > 0:
            node, above, inherited, rich, depth = todo.pop(0)
            key, field = identity(node), resolved(node)
            self._left -= 1
            if key in seen or not hasattr(field, "get") or depth > DEEPEST:
                continue
            seen.add(key)
            own = get(field, "/T")
            name = _joined(above, own)
            value, rich = _own(field, "/V", inherited), _own(field, "/RV", rich)
            kids = entries(get(field, "/Kids"))
            named = [kid for kid in kids if get(resolved(kid), "/T") is not None]
            if named:
                todo += [(kid, name, value, rich, depth + 1) for kid in named]
            elif name:
                self._add(key, name, value, rich, IN_LIST)

    def _add(self, key: object, name: str, value: Any, rich: Any, where: str) -> dict[str, Any]:
        text = text_of(value)
        texts = [[text, where]] if text else []
        formatted = plain_of(text_of(rich))
        if formatted and not agree(formatted, text):
            texts.append([formatted, RICH])
        found = {"name": name[:200], "page": None, "box": None, "texts": texts}
        self._found[key] = found
        return found

    # the pages ---------------------------------------------------------------------------------

    def _on_page(self, node: Any, page: int) -> None:
        widget = resolved(node)
        if get(widget, "/Subtype") != "/Widget" or self._left <= 0:
            return
        self._left -= 1
        key = identity(node)
        where = str(page)
        found = self._found.get(key)
        if found is None:
            name, value, rich = _inherited(widget)
            if not name:
                return
            found = self._add(key, name, value, rich, where)
        found["page"], found["box"] = page, _shown_box(widget)
        look = get(get(widget, "/AP"), "/N")
        if _kind(widget) in ("/Tx", None) and hasattr(look, "get_data"):
            self._looks.setdefault(identity(widget["/AP"].raw_get("/N")), []).append((found, look))

    def _compare(self) -> None:
        """Add what fields show where it is not what they hold.

        Fields that share a look show nothing of their own: all empty ones of a size look alike,
        and there are programs that then write every value into the one look.
        """
        for looks in self._looks.values():
            (found, look), *more = looks
            held = [text for text, _ in found["texts"]]
            if more or (held and self._renewed):
                continue
            if len(held) == 1 and shows_plainly(look, held[0]):
                continue
            shown = shown_in(look)
            if shown and not any(agree(shown, text) for text in held):
                found["texts"].append([shown, SHOWN])


def _joined(above: str, own: Any) -> str:
    if own is None:
        return above
    name = text_of(own)
    return f"{above}.{name}" if above else name


def _own(field: Any, key: str, inherited: Any) -> Any:
    value = get(field, key)
    return inherited if value is None else value


def _inherited(widget: Any) -> tuple[str, Any, Any]:
    """Full name, value and rich value, with what the fields above it say."""
    names: list[str] = []
    value = rich = None
    node = widget
    for _ in range(DEEPEST):
        own = get(node, "/T")
        if own is not None:
            names.insert(0, text_of(own))
        value = get(node, "/V") if value is None else value
        rich = get(node, "/RV") if rich is None else rich
        node = get(node, "/Parent")
    return ".".join(names), value, rich


def _kind(widget: Any) -> Any:
    return get(widget, "/FT") or get(get(widget, "/Parent"), "/FT")


def _shown_box(widget: Any) -> Box | None:
    box = box_of(get(widget, "/Rect"))
    return box if box and box[2] - box[0] > 1 and box[3] - box[1] > 1 else None
