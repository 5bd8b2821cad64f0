"""Families are data, so a wrong file is told what is wrong, all of it at once."""

from __future__ import annotations

import pytest
from shipped_recipes import LAYERED

from problems.drawing import family
from problems.errors import FamilyError, SpecError

GOOD = family.source_of("mazur")

FAULTS = [
    ('notation = "mazur"', 'notation = "masur"', "notation", "none of"),
    ('layers = "2-2-2"', 'layers = "2-x-2"', "layers", "topology"),
    ('layers = "2-2-2"', 'layers = "2"', "layers", "topology"),
    ("decimals = 4", "decimals = 40", "precision.decimals", "from 1 to 10"),
    ("decimals = 4", 'decimals = "4"', "precision.decimals", "whole number"),
    ('bias = "layer"', 'bias = "both"', "network.bias", "unit, layer, augmented, none"),
    ('loss = "half_squares"', 'loss = "hinge"', "loss", "half_squares"),
    ('rate = "0.5"', "rate = 0.5", "ranges.rate", "numbers in quotes"),
    ('rate = "0.5"', 'rate = "fast"', "ranges.rate", "not a decimal number"),
    ('kinds = "net out"', 'kinds = "net aut"', "section 1", "no kind of step 'aut'"),
    ("update_biases = false", 'update_biases = "no"', "task.update_biases", "true or false"),
    ("[gate]", "[gates]", "gates", "did you mean 'gate'"),
    ("paths = true", "path = true", "method.path", "did you mean 'paths'"),
    ('title = "A', 'titel = "A', "title", "is missing"),
    ('step = "0.05" }\nt =', 'step = "0" }\nt =', "ranges.x", "no range"),
    ('rate = "0.5"', '"rate.2" = "0.5"', "ranges.rate.2", "givens are"),
    ('rate = "0.5"', 'rate = "0.5"\n"x.1" = "1"', "ranges.x.1", "givens are"),
    ('rate = "0.5"', "", "ranges.rate", "is missing"),
]


@pytest.mark.parametrize(("old", "new", "key", "says"), FAULTS)
def test_a_fault_is_named_with_file_key_and_what_is_allowed(old, new, key, says) -> None:
    """The message must be enough to mend the file without the documentation."""
    text = GOOD if old in GOOD else GOOD + "\n[gate]\nslope = 0.05\n"
    assert old in text
    with pytest.raises(FamilyError) as caught:
        family.read(text.replace(old, new, 1), "mine", "mine.toml")
    message = str(caught.value)
    assert "mine.toml" in message
    assert key in message
    assert says in message


def test_all_faults_are_reported_together() -> None:
    """One round of mending, not five."""
    bad = GOOD.replace('bias = "layer"', 'bias = "both"').replace("decimals = 4", "decimals = 99")
    bad = bad.replace('rate = "0.5"', "rate = 1", 1)
    with pytest.raises(FamilyError) as caught:
        family.read(bad, "mine", "mine.toml")
    assert len(caught.value.complaints) == 3


def test_no_toml_at_all_is_said_with_the_line() -> None:
    """tomllib knows the line."""
    with pytest.raises(FamilyError, match="line 2"):
        family.read('title = "x"\nnotation = = 3\n', "mine", "mine.toml")


def test_softmax_without_one_hot_targets_is_refused() -> None:
    """Delta is output minus target only for targets that sum to 1."""
    text = family.source_of("relu-softmax").replace('t = "one-hot"', 't = ["0", "1"]')
    with pytest.raises(FamilyError, match="one-hot"):
        family.read(text, "mine", "mine.toml")


@pytest.mark.parametrize("name", LAYERED)
@pytest.mark.parametrize("layers", ["1-1-1", "2-3-1", "3-2-2", "2-2-2-2"])
def test_layers_can_be_chosen_freely(name: str, layers: str) -> None:
    """A family is a style, not one net; one output cannot be one-hot."""
    found = family.load(name)
    design = found.design(layers=layers)
    assert design.plan.network.topology() == layers
    assert design.asked or design.formulas


@pytest.mark.parametrize("name", family.names())
def test_asked_steps_are_asked_once_and_exist(name: str) -> None:
    """Every section together covers its steps without repetition."""
    design = family.load(name).design()
    listed = [id for section in design.sections for id in section.steps]
    assert len(listed) == len(set(listed))
    assert set(listed) <= set(design.graph.steps)


def test_unknown_choices_are_refused() -> None:
    """Difficulty and decimals have bounds."""
    found = family.load("mazur")
    with pytest.raises(SpecError, match="easy, standard, hard"):
        found.design(difficulty="brutal")
    with pytest.raises(SpecError, match="from 1 to 10"):
        found.design(decimals=30)
    with pytest.raises(SpecError, match="no family 'mazurr'"):
        family.load("mazurr")
