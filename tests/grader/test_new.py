"""bpgrade new: answers typed at the terminal become a family file that generates."""

from __future__ import annotations

from pathlib import Path

import click
import pytest
from click.testing import CliRunner, Result

from grader.cli import cli
from problems.drawing import family
from problems.drawing.design import Design

ENTER = ""


@pytest.fixture(autouse=True)
def _here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def typed(*lines: str, args: tuple[str, ...] = ()) -> Result:
    return CliRunner().invoke(cli, ["new", *args], input="".join(f"{line}\n" for line in lines))


def silent(*args: str) -> Result:
    return CliRunner().invoke(cli, ["new", *args, "--yes"])


def made(name: str) -> Design:
    """What is drawn by a file, after a class of two has got its exercises by it."""
    done = CliRunner().invoke(
        cli, ["generate", name, "--count", "2", "--formats", "md", "--out", f"{name}-out"]
    )
    assert done.exit_code == 0, done.output
    return family.read(Path(name).read_text("utf-8"), "own", name).design()


# answers typed -----------------------------------------------------------------------------


def test_enter_alone_makes_a_file_that_generates() -> None:
    done = typed(*[ENTER] * 20)
    assert done.exit_code == 0, done.output
    assert "a-network-of-my-own.toml: written" in done.output
    design = made("a-network-of-my-own.toml")
    assert design.plan.network.topology() == "2-2-1"
    assert not design.fixed


def test_a_network_with_exact_numbers_and_single_steps() -> None:
    done = typed(
        "layers", "Mine \"own\"", "2-2-1", "tanh", "identity", "squares", "none", "lfd", "exact",
        "0.5 -1", "0.3", "0.15 0.20; 0.25 0.30", "0.4 0.5", "0.1", "dw.2 new.w.1.1.1", "5", "y",
        args=("own.toml",),
    )  # fmt: skip
    assert done.exit_code == 0, done.output
    assert "All numbers are given: everybody gets the same exercise." in done.output
    design = made("own.toml")
    assert design.fixed
    assert design.family.title == 'Mine "own"'
    assert [design.grids[id].texts[0] for id in ("x.2", "w.1.1.2", "w.1.2.1", "w.2.1.2")] == [
        "-1", "0.20", "0.25", "0.5",
    ]  # fmt: skip
    assert design.asked == ("dw.2.1.1", "dw.2.1.2", "new.w.1.1.1")
    assert design.precision.decimals == 5


def test_a_recipe_is_asked_for_what_its_lines_need() -> None:
    done = typed(
        "recipe", "Through time", "h[t] for t in T = tanh(w*h[t-1] + x[t])", "L = h[T]**2",
        "grad L of w", ".", "3", "0.5", ENTER, "0.1 to 0.9 by 0.1", ENTER, "dh dw", "4", "y",
        args=("time.toml",),
    )  # fmt: skip
    assert done.exit_code == 0, done.output
    design = made("time.toml")
    assert set(design.grids) == {"w", "h.0", "x.1", "x.2", "x.3"}
    assert design.asked == ("dh.3", "dh.2", "dh.1", "dw")


def test_wrong_answers_are_asked_again_with_what_is_allowed() -> None:
    done = typed(
        "net", "layers", ENTER, "2", "2-2-1", "relo", "relu", ENTER, "hinge", ENTER, "both", ENTER,
        ENTER, "exact", "1 2 3", "1, 2", ENTER, "0.1 0.2; x 0.4", "0.1 0.2; 0.3 0.4", ENTER, ENTER,
        ENTER, ENTER, "dq", "dw", "eleven", "4", "y",
        args=("again.toml",),
    )  # fmt: skip
    assert done.exit_code == 0, done.output
    for said in (
        "'net' is none of layers, recipe", "'2' is not a topology", "'relo' is none of logistic",
        "'hinge' is none of half_squares", "'both' is none of unit, layer",
        "2 entries belong here, for x.1 to x.2, not a list of 3", "'x' is not a decimal number",
        "nothing computed is called 'dq'; there are net", "write a whole number from 1 to 10",
    ):  # fmt: skip
        assert said in done.output
    assert made("again.toml").grids["x.2"].texts == ("2",)


def test_one_may_go_back_and_find_what_one_typed() -> None:
    done = typed(
        "<", "layers", "First", "<", "Second", "3-1", "<", "<", ENTER, ENTER, *[ENTER] * 20
    )
    assert done.exit_code == 0, done.output
    assert "This is the first question." in done.output
    assert "[First]" in done.output
    assert "[3-1]" in done.output
    assert made("second.toml").plan.network.topology() == "3-1"


def test_back_from_the_preview_changes_the_last_answer() -> None:
    enough = [ENTER] * 11
    done = typed("layers", "Net", "2-1", *enough, "6", "<", "5", "y", args=("back.toml",))
    assert done.exit_code == 0, done.output
    assert made("back.toml").precision.decimals == 5


@pytest.mark.parametrize("stop", [("layers", "Net"), ("layers", "Net", "2-1", *[ENTER] * 10, "n")])
def test_who_leaves_leaves_no_file(stop: tuple[str, ...]) -> None:
    """The end of the input is as Ctrl-C."""
    done = typed(*stop, args=("left.toml",))
    assert done.exit_code == 1
    assert "Aborted" in done.output
    assert not list(Path().iterdir())


def test_ctrl_c_leaves_no_file(monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupted(*args: object, **more: object) -> str:
        raise click.Abort

    monkeypatch.setattr(click, "prompt", interrupted)
    assert typed(args=("left.toml",)).exit_code == 1
    assert not list(Path().iterdir())


# flags -------------------------------------------------------------------------------------


@pytest.mark.parametrize("layers", ["1-1", "2-2-1", "3-2-2", "2-3-2-2"])
@pytest.mark.parametrize("numbers", ["--exact", "--ranges"])
@pytest.mark.parametrize("bias", ["unit", "layer", "augmented", "none"])
def test_every_network_generates_without_a_question(layers: str, numbers: str, bias: str) -> None:
    done = silent("net.toml", "--layers", layers, numbers, "--bias", bias)
    assert done.exit_code == 0, done.output
    assert made("net.toml").plan.network.topology() == layers


@pytest.mark.parametrize(
    ("output", "loss"),
    [
        ("softmax", "cross_entropy"),
        ("logistic", "binary_cross_entropy"),
        ("relu", "squares"),
        ("leaky_relu(0.1)", "half_squares"),
        ("softplus", "half_squares"),
        ("identity", "half_squares"),
    ],
)
@pytest.mark.parametrize("numbers", ["--exact", "--ranges"])
def test_every_output_generates(output: str, loss: str, numbers: str) -> None:
    done = silent("net.toml", "--layers", "2-2-2", numbers, "--output", output, "--loss", loss)
    assert done.exit_code == 0, done.output
    assert made("net.toml").plan.network.loss == loss


def test_a_recipe_without_a_question() -> None:
    assert silent("one.toml", "--recipe").exit_code == 0
    assert made("one.toml").asked == ("y", "L", "dy", "dw", "db")


def test_the_shape_of_an_image_is_asked_where_lines_do_not_tell() -> None:
    lines = ("y[i,j] for i in 2 for j in 2 = sum(k[a,b]*x[i+a-1,j+b-1] for a in 2 for b in 2)",
             "grad y[1,1] of k")  # fmt: skip
    args = [part for line in lines for part in ("--line", line)]
    done = silent("conv.toml", *args, "--set", "shape x=3 3", "--set", "k=1 2; 3 4")
    assert done.exit_code == 0, done.output
    grids = made("conv.toml").grids
    assert ("x.3.3" in grids, grids["k.2.1"].texts) == (True, ("3",))


@pytest.mark.parametrize(
    ("args", "says"),
    [
        (("--loss", "hinge"), "loss: 'hinge' is none of half_squares"),
        (("--set", "w.1=1 2; 3", "--exact"), "w.1: 2 entries belong in [2]"),
        (("--set", "q=1"), "no question 'q'; there are kind, title, layers"),
        (("--set", "w.1"), "write KEY=ANSWER"),
        (("--layers", "2-1", "--recipe"), "either --layers or --recipe"),
        (("--line", "y = 2 x", "--recipe"), "line 1: 'x' is not expected here"),
        (("--recipe", "--line", "y = w", "--ask", "dq"), "nothing computed is called 'dq'"),
    ],
)
def test_wrong_flags_are_refused_and_nothing_is_written(args: tuple[str, ...], says: str) -> None:
    done = silent("no.toml", *args)
    assert done.exit_code in (1, 2)
    assert says in " ".join(done.output.split())
    assert not Path("no.toml").exists()


def test_a_file_that_is_there_stays() -> None:
    Path("mine.toml").write_text("mine")
    done = typed("layers", args=("mine.toml",))
    assert (done.exit_code, Path("mine.toml").read_text()) == (1, "mine")
    assert "mine.toml is there already; --force replaces it" in done.output
    assert silent("mine.toml", "--force").exit_code == 0
    assert made("mine.toml")


def test_a_family_file_ends_in_toml() -> None:
    assert "a family file ends in .toml" in silent("mine.txt").output


def test_generate_says_that_everybody_gets_the_same_and_keeps_the_warnings() -> None:
    silent("same.toml", "--layers", "2-2-1", "--exact", "--set", "x=0 1")
    done = CliRunner().invoke(cli, ["generate", "same.toml", "--count", "2", "--formats", "none"])
    assert "all numbers are given: everybody gets the same exercise" in done.output
    assert "dL/dw1[1,1]: cannot be told from 0 at 4 decimals" in done.output
    kept = Path("same/warnings.txt").read_text("utf-8")
    assert "dL/dw1[1,1]: cannot be told from 0 at 4 decimals; no number of decimals up to" in kept
