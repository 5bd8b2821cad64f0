"""A teacher's own numbers in a layered family: exact ones, ranges beside them, single steps."""

from __future__ import annotations

import re

import pytest
from issued_exercises import drawn

from problems.drawing import family
from problems.drawing.design import Design
from problems.drawing.draw import draw
from problems.drawing.forced import indistinct, worded
from problems.errors import FamilyError, GateError, SpecError
from problems.exercise import as_json, from_json
from problems.exercise_lines import Lines

NET = """
title = "My net"
notation = "mazur"
[network]
layers = "2-2-2"
bias = "layer"
[task]
update_biases = false
[ask]
steps = ["net", "out", "loss", "dw", "new.w"]
"""
MAZUR = """
[given]
x = { is = [0.05, 0.10] }
t = { is = ["0.01", "0.99"] }
"w.1" = { is = [["0.15", "0.20"], ["0.25", "0.30"]] }
w.2 = { is = [[0.40, 0.45], [0.50, 0.55]] }
"b.1" = "0.35"
"b.2" = { is = "0.60" }
rate = 0.5
"""
SHIPPED = family.source_of("mazur")


def made(text: str, **choices: str) -> Design:
    return family.read(text, "own", "own.toml").design(**choices)  # type: ignore[arg-type]


def refused(text: str) -> str:
    with pytest.raises(FamilyError) as caught:
        family.read(text, "own", "own.toml")
    return str(caught.value)


# exact numbers -----------------------------------------------------------------------------


def test_a_published_exercise_is_reproduced_with_its_own_digits() -> None:
    """Mazur, A Step by Step Backpropagation Example: the numbers that he prints."""
    one, other = drawn(made(NET + MAZUR), 2)
    assert one.givens == other.givens
    assert list(one.givens.values()) == (
        [
            "0.05",
            "0.10",
            "0.01",
            "0.99",
            "0.15",
            "0.20",
            "0.25",
            "0.30",
            "0.35",
            "0.40",
            "0.45",
            "0.50",
            "0.55",
            "0.60",
            "0.5",
        ]
    )
    shown = {id: float(one.solution[id].m) for id in one.asked}
    assert shown["loss"] == pytest.approx(0.298371109, abs=1e-9)
    assert shown["dw.2.1.1"] == pytest.approx(0.082167041, abs=1e-9)
    assert shown["new.w.2.1.1"] == pytest.approx(0.35891648, abs=1e-8)
    assert shown["new.w.1.2.2"] == pytest.approx(0.29950229, abs=1e-8)


def test_own_numbers_are_written_and_read_back() -> None:
    design = made(NET + MAZUR)
    (line,) = Lines(design).write(draw(design, [b"1"]), ["own-1"], [("ada", 1)])
    one = drawn(design, 1)[0]
    assert not one.gated
    assert from_json(as_json(one)).givens == one.givens
    assert '"0.10"' in line


@pytest.mark.parametrize(
    ("given", "ids"),
    [
        ('"w.1.1.1" = "0.15"', {"w.1.1.1": "0.15"}),
        ("w.1.1.1 = 0.15", {"w.1.1.1": "0.15"}),
        ('"w.1.1.1" = { is = "-0.15" }', {"w.1.1.1": "-0.15"}),
        ('"w.1.1" = { is = [1, 2] }', {"w.1.1.1": "1", "w.1.1.2": "2"}),
        ('w = "0.25"', {"w.1.1.1": "0.25", "w.2.2.2": "0.25"}),
        ('w = "0.25"\n"w.2" = "0.5"\n"w.2.1.1" = "1"',
         {"w.1.1.1": "0.25", "w.2.2.2": "0.5", "w.2.1.1": "1"}),
        ('w = { is = [[[1,2],[3,4]],[[5,6],[7,8]]] }', {"w.1.2.1": "3", "w.2.2.2": "8"}),
        ("b = { is = [1, 2] }", {"b.1": "1", "b.2": "2"}),
        ('"x.2" = 0', {"x.2": "0"}),
        ("rate = 1", {"rate": "1"}),
    ],
)  # fmt: skip
def test_numbers_are_given_by_id_layer_or_kind(given: str, ids: dict[str, str]) -> None:
    """The narrower key goes before the wider; ranges stay for the rest."""
    text = SHIPPED.replace('given = "Overview"\n', "") + f"\n[given]\n{given}\n"
    grids, usual = made(text).grids, made(SHIPPED).grids
    assert {id: grids[id].texts[0] for id in ids} == ids
    assert all(grids[id] == usual[id] for id in grids if len(grids[id].texts) > 1)


def test_data_points_have_rows_of_their_own() -> None:
    text = family.source_of("sgd").replace('given = "The data and the initial weights"', "")
    given = '\n[given]\nheading = "Data"\nx = { is = [[0.5, 2], ["-2", 1.5]] }\n"n2:t" = "-1"\n'
    found = family.read(text + given, "own", "own.toml")
    grids = found.design().grids
    assert [grids[f"n{n}:x.{i}"].texts for n in (1, 2) for i in (1, 2)] == [
        ("0.5",), ("2",), ("-2",), ("1.5",),
    ]  # fmt: skip
    assert (found.given, grids["n2:t.1"].texts, len(grids["n1:t.1"].texts)) == ("Data", ("-1",), 5)


REFUSED = {
    '"w.3" = "1"': "given.w.3: is no given of this 2-2-2 net; there are w.1.1.1 to w.2.2.2",
    '"w.1.3.1" = "1"': "did you mean 'w.1.",
    '"b.1.1" = "1"': "there are b.1 to b.2; did you mean 'b.1'",
    '"n1:x.1" = "1"': "there are x.1 to x.2",
    'weight = "1"': "is no given; givens are x, t, w, b, rate and shift",
    "shift = 0.1": "takes no central differences",
    '"dw.1.1.1" = "1"': "is no given",
    'x = { is = [1, 2, 3] }': "2 entries belong here, for x.1 to x.2, not a list of 3",
    '"w.1" = { is = [[1, 2], [3]] }': "belong in [2], for w.1.2.1 to w.1.2.2, not a list of 1",
    '"w.1" = { is = [1, 2] }': "2 entries belong in [1], for w.1.1.1 to w.1.1.2, not 1",
    "x = { is = [[1], [2]] }": "a number belongs in [1], for x.1, and no list",
    'x = { is = [1, 2], step = "1" }': "stands alone",
    '"x.1" = { is = [1] }': "this is one number",
    '"x.1" = "half"': "not a decimal number",
    '"x.1" = true': "write {is",
    '"x.1" = " 1_0 "': "not a decimal number",
    '"x.1" = "٣"': "not a decimal number",
    '"x.1" = nan': "not a finite number",
    '"x.1" = []': "write {is",
    'heading = 3': "given.heading: must be a text",
}  # fmt: skip


@pytest.mark.parametrize("given", REFUSED)
def test_numbers_that_fit_nothing_are_refused_with_their_place(given: str) -> None:
    text = SHIPPED.replace('given = "Overview"\n', "") + f"\n[given]\n{given}\n"
    assert REFUSED[given] in refused(text)


def test_a_number_that_is_nowhere_is_named() -> None:
    said = refused(NET + MAZUR.replace("rate = 0.5", "").replace('"b.1" = "0.35"', ""))
    assert "ranges.rate: is missing: numbers are needed for rate" in said
    assert "ranges.b: is missing: numbers are needed for b.1;" in said


def test_other_widths_must_fit_the_numbers() -> None:
    with pytest.raises(SpecError, match=r"given\.w\.1: 3 entries belong in \[1\]"):
        made(NET + MAZUR, layers="3-2-2")


SOFT = NET.replace('bias = "layer"', 'bias = "none"\noutput = "softmax"\nloss = "cross_entropy"')


@pytest.mark.parametrize(
    ("targets", "says"),
    [
        ("t = { is = [0, 1] }", ""),
        ("t = { is = [0.25, 0.75] }", ""),
        ("t = { is = [1, 1] }", "whose sum is 1, not 2"),
        ("t.1 = 1", "drawn together"),
        ('t.1 = { from = "0", to = "1", step = "0.5" }', "drawn together"),
    ],
)
def test_targets_of_softmax_are_a_distribution(targets: str, says: str) -> None:
    """Delta is output minus target only for targets that sum to 1."""
    grid = '{ from = "0.2", to = "0.9", step = "0.1" }'
    rest = f'[ranges]\nx = {grid}\nw = {grid}\nrate = "0.5"\nt = "one-hot"\n[given]\n{targets}\n'
    if says:
        assert says in refused(SOFT + rest)
    else:
        (one,) = drawn(made(SOFT + rest), 1)
        assert [one.givens["t.1"], one.givens["t.2"]] in (["0", "1"], ["0.25", "0.75"])


# ranges ------------------------------------------------------------------------------------

MEANINGLESS = {
    '"x.1" = "0.5"': "ranges.x.1: in [ranges] givens are b, b.1, b.2, rate, t, w, w.1",
    '"rate.2" = "0.5"': "did you mean 'rate'?",
    '"t.1" = "0.5"': 'stand in [given]: "t.1"',
    '"w.3" = "0.5"': "did you mean 'w.2'?",
    '"w.0" = "0.5"': "ranges.w.0: means nothing",
    '"w.01" = "0.5"': "ranges.w.01: means nothing",
    '"b.1.1" = "0.5"': "ranges.b.1.1: means nothing",
    '"n1:x" = "0.5"': "ranges.n1:x: means nothing",
    '"" = "0.5"': "ranges.: means nothing",
    "shift = '0.1'": "takes no central differences",
    "easie = '0.1'": "did you mean 'easy'?",
}  # fmt: skip


@pytest.mark.parametrize("key", MEANINGLESS)
@pytest.mark.parametrize("table", ["ranges", "ranges.easy", "ranges.hard"])
def test_range_keys_that_mean_nothing_are_refused(key: str, table: str) -> None:
    """What a teacher writes and no draw reads is a mistake that nobody would see."""
    says = MEANINGLESS[key].replace("ranges.", f"{table}.", 1)
    if table != "ranges" and "easie" in key:
        says = "easie: means nothing"
    assert says in refused(SHIPPED.replace(f"[{table}]\n", f"[{table}]\n{key}\n"))


@pytest.mark.parametrize("kind", ["x", "t", "w", "b", "rate"])
def test_a_missing_range_is_named_with_what_needs_it(kind: str) -> None:
    text = re.sub(rf"^{kind} = (\{{.*\}}|.*)\n", "", SHIPPED, flags=re.M)
    assert f"ranges.{kind}: is missing: numbers are needed for {kind}" in refused(text)


def test_layers_alone_may_have_ranges() -> None:
    text = re.sub(r"^w = (.*)\n", r"w.1 = \1\nw.2 = \1\n", SHIPPED, flags=re.M)
    assert made(text).grids == made(SHIPPED).grids
    with pytest.raises(SpecError, match=r"ranges\.w: is missing.* w\.3\.1\.1"):
        made(text, layers="2-2-2-2")


def test_one_hot_is_for_all_difficulties() -> None:
    text = family.source_of("relu-softmax")
    assert "ranges.easy.t: one-hot" in refused(
        text.replace("[ranges.easy]\n", '[ranges.easy]\nt = "one-hot"\n')
    )


def test_a_difficulty_is_a_table() -> None:
    text = re.sub(r"\[ranges\.easy\][^\[]*", "", SHIPPED).replace(
        "[ranges]\n", "[ranges]\neasy = 3\n"
    )
    assert "ranges.easy: must be a table" in refused(text)


def test_issued_files_keep_what_they_were_allowed_to_say() -> None:
    """An assignment of before must open, whatever stands in its family file."""
    text = SHIPPED.replace("[ranges]\n", '[ranges]\n"x.1" = "0.5"\n')
    assert family.read(text, "old", "old.toml", issued=True).design().grids == made(SHIPPED).grids


# what is asked -----------------------------------------------------------------------------


def test_single_steps_are_asked_in_the_order_of_the_file() -> None:
    ask = 'steps = ["new.w.2.1.1", "dw.2.1"]'
    text = re.sub(r"steps = .*", ask, NET, count=1) + MAZUR
    assert made(text).asked == ("new.w.2.1.1", "dw.2.1.1", "dw.2.1.2")


def test_sections_keep_the_steps_that_are_asked_alone() -> None:
    """Entries of a matrix stand for themselves when others are hidden."""
    text = family.source_of("lfd")
    design = made(text + '\n[ask]\nsteps = ["dw.2.1.1", "delta.2"]\n')
    assert design.asked == (
        "n1:delta.2.1",
        "n1:dw.2.1.1",
        "n2:delta.2.1",
        "n2:dw.2.1.1",
        "dw.2.1.1",
    )
    assert all(piece.groups for piece in design.sections)


@pytest.mark.parametrize(
    ("steps", "says"),
    [
        ('["dw.2.1.9"]', "nothing computed is called 'dw.2.1.9'"),
        ('["dv"]', "did you mean 'dw'?"),
        ('["w"]', "nothing computed is called 'w'"),
        ('["num.dw"]', "nothing computed is called 'num.dw'"),
        ('[3]', "must be a list of names and ids"),
        ('"dw"', "must be a list of names and ids"),
    ],
)  # fmt: skip
def test_what_cannot_be_asked_is_refused(steps: str, says: str) -> None:
    assert says in refused(re.sub(r"steps = .*", f"steps = {steps}", NET, count=1) + MAZUR)


def test_a_step_of_no_section_is_named() -> None:
    text = SHIPPED + '\n[ask]\nsteps = ["net.1.1", "slope.1", "error"]\n'
    text = text.replace('{ kinds = "error slope", layers = "output" }, ', "")
    assert "'error' stands in no [[section]]" in refused(text)


# the gate ----------------------------------------------------------------------------------


def test_what_exact_numbers_cannot_tell_is_a_warning_with_step_slip_and_digits() -> None:
    design = made(NET + MAZUR)
    found = worded(design, indistinct(design))
    line = "dE_total/dw5: cannot be told from 'wrong input' at 4 decimals; 5 decimals would"
    assert line in found
    finer = family.read(NET + MAZUR, "own", "own.toml").design(decimals=5)
    assert not any(line[:40] in other for other in worded(finer, indistinct(finer)))


def test_what_no_digits_would_tell_is_said_so() -> None:
    text = NET + MAZUR.replace('["0.25", "0.30"]', '["0.15", "0.20"]')
    design = made(text)
    found = worded(design, indistinct(design))
    assert any(
        line.startswith("net_h1: cannot be told from net_h2") and "no number of decimals" in line
        for line in found
    )


def test_only_what_the_exact_numbers_force_is_waived() -> None:
    """An input of 0 makes gradients 0 in every draw; all else still passes the gate."""
    text = SHIPPED.replace('given = "Overview"\n', "") + '\n[given]\n"x.1" = "0"\n'
    design = made(text)
    found = indistinct(design)
    assert {("zero", "dw.1.1.1"), ("zero", "dw.1.2.1")} <= {(one.name, one.step) for one in found}
    assert not any(one.step.startswith(("dw.2", "delta", "loss")) for one in found)
    for one in drawn(design, 5):
        assert not one.gated
        told = {f.step for of in one.doubts.values() for f in of}
        assert told <= {one.step for one in found}
        assert len({*one.givens.items()}) > 1
    assert len({tuple(one.givens.values()) for one in drawn(design, 5)}) == 5


def test_numbers_that_force_nothing_leave_the_gate_as_it_is() -> None:
    text = SHIPPED.replace('given = "Overview"\n', "") + '\n[given]\n"x.1" = "0.35"\n'
    design = made(text)
    assert not indistinct(design)
    assert all(one.gated and not one.doubts for one in drawn(design, 3))


def test_drawn_numbers_alone_are_refused_as_ever() -> None:
    """Without exact numbers nothing is waived: too few digits are too few."""
    text = SHIPPED.replace("decimals = 4", "decimals = 1").replace("may_add = 2", "may_add = 0")
    with pytest.raises(GateError):
        drawn(made(text), 1)
