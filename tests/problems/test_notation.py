"""What is printed can be typed, and what is typed is found again."""

from __future__ import annotations

import pytest
from issued_exercises import exercises
from plans import PLANS

from problems.computation.graph import build
from problems.drawing import family
from problems.formulas import notation
from problems.formulas.notation import Labels, Naming


@pytest.mark.parametrize("name", notation.names())
@pytest.mark.parametrize("plan", sorted(PLANS))
def test_labels_are_unique_and_found_again(name: str, plan: str) -> None:
    """Both directions, for every notation and every plan."""
    graph = build(PLANS[plan])
    naming = Naming(notation.load(name), PLANS[plan])
    labels = {id: naming.label(id) for id in (*graph.givens, *graph.steps)}
    assert len(set(labels.values())) == len(labels)
    found = Labels(labels)
    assert [id for id, label in labels.items() if found.find(label) != id] == []


FORMATS_EXAMPLES = [
    ("musilek", "net.1.1", "v4"),
    ("mazur", "net.1.1", "net_h1"),
    ("mazur", "out.2.1", "out_o1"),
    ("mazur", "new.w.2.1.1", "w5+"),
    ("musilek", "w.1.1.1", "w41"),
    ("lfd", "net.1.1", "s1[1]"),
    ("valchanov", "net.1.1", "a1[1]"),
    ("valchanov", "w.2.1.2", "u21"),
    ("lfd", "w.1.2.1", "W1[1,2]"),
]


@pytest.mark.parametrize(("name", "id", "label"), FORMATS_EXAMPLES)
def test_labels_are_those_of_the_documents(name: str, id: str, label: str) -> None:
    """FORMATS is a contract; in LFD and 365 the first index is where a weight comes from."""
    plan = PLANS["musilek"] if name == "musilek" else PLANS["mazur"]
    assert Naming(notation.load(name), plan).label(id) == label


SPELLINGS = [
    ("musilek", "net.1.1", ["v_4", "v_{4}", "V4", "v₄", " v4 ", "net.1.1", "$v_4$"]),
    ("musilek", "dw.2.1.1", ["∂E/∂w64", "dE/dw_{64}", "DE/DW64", "\\partial E/\\partial w_{64}"]),
    ("mazur", "net.1.1", ["net_{h1}", "NET_H1", "neth1", "net_h₁"]),
    ("mazur-delta", "delta.2.1", ["δ_o1", "delta_{o1}", "delta_o1"]),
]


@pytest.mark.parametrize(("name", "id", "typed"), SPELLINGS)
def test_labels_are_matched_leniently(name: str, id: str, typed: list[str]) -> None:
    """A student types what the keyboard gives."""
    labels = Labels(exercises(name)[0].labels)
    assert [labels.find(text) for text in typed] == [id] * len(typed)


def test_a_near_miss_gets_a_suggestion_and_is_not_guessed() -> None:
    """An l for a 1 is the usual one."""
    labels = Labels(exercises("mazur")[0].labels)
    assert labels.find("net_hl") is None
    assert labels.suggestion("net_hl") == "net_h1"
    assert labels.suggestion("quatsch") is None


@pytest.mark.parametrize("name", family.names())
def test_what_differs_by_case_alone_needs_its_case(name: str) -> None:
    """Folding case must never pick one of two."""
    labels = exercises(name)[0].labels
    folded = [label.casefold() for label in labels.values()]
    found = Labels(labels)
    for id, label in labels.items():
        if folded.count(label.casefold()) == 1:
            assert found.find(label.upper()) in (id, None)
