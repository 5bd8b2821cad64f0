"""A small player for QTI 2.1: what a response is worth, from the XML alone.

Response processing as the specification has it: rules in order, the first branch whose
condition is true; nothing typed is NULL, and what is compared with NULL is NULL. Some players
take NULL for 0 there, and know `equal` without a tolerance only: `careless` plays as they do.
Also Canvas's view of a numerical question of QTI 1.2.
"""

from __future__ import annotations

import io
import posixpath
from dataclasses import dataclass
from decimal import Decimal
from zipfile import ZipFile

from lxml import etree

QTI = "{http://www.imsglobal.org/xsd/imsqti_v2p1}"
CP = "{http://www.imsglobal.org/xsd/imscp_v1p1}"
OLD = "{http://www.imsglobal.org/xsd/ims_qtiasiv1p2}"


def parsed(data: bytes) -> etree._Element:
    return etree.fromstring(data, etree.XMLParser(resolve_entities=False, huge_tree=True))


@dataclass
class Result:
    score: Decimal
    feedback: dict[str, str]
    """Response variable -> the words that are shown behind its box."""


class Item:
    """An assessmentItem."""

    def __init__(self, data: bytes) -> None:
        self.root = parsed(data)
        self.responses = {
            node.get("identifier"): Decimal(node.findtext(f"{QTI}correctResponse/{QTI}value"))
            for node in self.root.findall(f"{QTI}responseDeclaration")
        }
        self.outcomes = {
            node.get("identifier"): node.findtext(f"{QTI}defaultValue/{QTI}value")
            for node in self.root.findall(f"{QTI}outcomeDeclaration")
        }
        self.boxes = [
            node.get("responseIdentifier") for node in self.root.iter(f"{QTI}textEntryInteraction")
        ]
        assert sorted(self.boxes) == sorted(self.responses)

    @property
    def most(self) -> Decimal:
        return Decimal(self.outcomes["MAXSCORE"])

    def play(self, typed: dict[str, str], careless: bool = False) -> Result:
        """Process a response: variable -> what is typed."""
        state = _State(self, typed, careless)
        for rule in self.root.find(f"{QTI}responseProcessing"):
            state.run(rule)
        shown = {}
        for node in self.root.iter(f"{QTI}feedbackInline"):
            assert node.get("showHide") == "show"
            if state.values[node.get("outcomeIdentifier")] == node.get("identifier"):
                shown[f"R{node.get('outcomeIdentifier')[1:]}"] = "".join(node.itertext())
        return Result(state.values["SCORE"], shown)


class _State:
    def __init__(self, item: Item, typed: dict[str, str], careless: bool) -> None:
        self.item, self.careless = item, careless
        self.values: dict[str, Decimal | str | None] = {
            name: Decimal(text) if text is not None else None
            for name, text in item.outcomes.items()
        }
        for name in item.responses:
            text = typed.get(name, "").strip()
            self.values[name] = Decimal(text) if text else None

    def run(self, rule: etree._Element) -> None:
        match etree.QName(rule).localname:
            case "setOutcomeValue":
                assert rule.get("identifier") in self.item.outcomes
                self.values[rule.get("identifier")] = self.value(rule[0])
            case "responseCondition":
                for branch in rule:
                    if self.value(branch[0]) is True:
                        for inner in branch[1:]:
                            self.run(inner)
                        return
            case other:
                raise AssertionError(other)

    def value(self, node: etree._Element):
        match etree.QName(node).localname:
            case "baseValue":
                number = node.get("baseType") == "float"
                return Decimal(node.text) if number else node.text
            case "variable":
                return self.values[node.get("identifier")]
            case "correct":
                return self.item.responses[node.get("identifier")]
            case "sum":
                parts = [self.value(part) for part in node]
                return None if None in parts else sum(parts)
            case "isNull":
                return self.value(node[0]) is None
            case "and":
                return self.both([self.value(part) for part in node])
            case "gte" | "lte" as than:
                first, second = map(self.value, node)
                return self.compared(than, first, second)
            case other:
                raise AssertionError(other)

    def both(self, parts: list[bool | None]) -> bool | None:
        return False if False in parts else None if None in parts else True

    def compared(self, than: str, first: Decimal | None, second: Decimal) -> bool | None:
        if first is None and not self.careless:
            return None
        first = Decimal(0) if first is None else first
        return first >= second if than == "gte" else first <= second


class Package:
    """A package; every file of the manifest must be there, and nothing else."""

    def __init__(self, data: bytes, namespace: str = CP) -> None:
        archive = ZipFile(io.BytesIO(data))
        self.files = {name: archive.read(name) for name in archive.namelist()}
        self.manifest = parsed(self.files["imsmanifest.xml"])
        self.resources = list(self.manifest.iter(f"{namespace}resource"))
        named = {f.get("href") for f in self.manifest.iter(f"{namespace}file")}
        assert named | {"imsmanifest.xml"} == set(self.files)
        known = {resource.get("identifier") for resource in self.resources}
        assert {
            d.get("identifierref") for d in self.manifest.iter(f"{namespace}dependency")
        } <= known

    def of(self, kind: str) -> dict[str, bytes]:
        """Address -> file of the resources of a kind."""
        return {
            r.get("href"): self.files[r.get("href")]
            for r in self.resources
            if r.get("type") == kind
        }

    def items(self) -> dict[str, Item]:
        return {href: Item(data) for href, data in self.of("imsqti_item_xmlv2p1").items()}

    def tests(self) -> dict[str, list[str]]:
        """Title of a test -> addresses of its items."""
        found = {}
        for href, data in self.of("imsqti_test_xmlv2p1").items():
            root = parsed(data)
            found[root.get("title")] = [
                posixpath.normpath(posixpath.join(posixpath.dirname(href), ref.get("href")))
                for ref in root.iter(f"{QTI}assessmentItemRef")
            ]
        return found


def canvas_answers(item: etree._Element) -> list[tuple[Decimal, Decimal, Decimal]]:
    """What Canvas makes of a numerical question: exact, lowest, highest; each worth everything."""
    found = []
    for condition in item.iter(f"{OLD}respcondition"):
        exact = Decimal(condition.findtext(f".//{OLD}or/{OLD}varequal"))
        low = Decimal(condition.findtext(f".//{OLD}and/{OLD}vargte"))
        high = Decimal(condition.findtext(f".//{OLD}and/{OLD}varlte"))
        found.append((exact, low, high))
    return found
