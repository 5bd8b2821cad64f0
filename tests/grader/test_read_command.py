"""bpgrade read: how an answer is read, for people and for programs."""

from __future__ import annotations

import json

import pytest
from click.testing import CliRunner

from grader.cli import cli


def objects(runner: CliRunner, *arguments: str, typed: str | None = None) -> list[dict]:
    result = runner.invoke(cli, ["read", "--output", "json", *arguments], input=typed)
    assert result.exit_code in (0, 1), result.output
    return [json.loads(line) for line in result.stdout.splitlines()]


def test_a_number_is_shown_with_its_digits(runner: CliRunner) -> None:
    """Value, decimals, significant figures."""
    assert objects(runner, "0.50", "1/4") == [
        {"text": "0.50", "value": 0.5, "decimals": 2, "significant": 2},
        {"text": "1/4", "value": 0.25, "decimals": None, "significant": None},
    ]


def test_a_refusal_has_code_place_and_message(runner: CliRunner) -> None:
    """And exit status 1."""
    result = runner.invoke(cli, ["read", "--output", "json", "1,234"])
    assert result.exit_code == 1
    found = json.loads(result.stdout)
    assert found.pop("message").startswith("'1,234' can be read as 1.234 or 1234")
    assert found == {"text": "1,234", "code": "ambiguous_separator", "position": 1}


def test_the_caret_stands_under_the_place(runner: CliRunner) -> None:
    """As the design draws it."""
    options = ["--formula", "--symbols", "y_4,y_5,y_6,y_7,t_1"]
    result = runner.invoke(cli, ["read", *options, "(y_8 - t_1) * y_6"])
    assert result.exit_code == 1
    assert result.stdout.splitlines() == [
        "unknown_name: unknown name 'y_8' (this exercise has y_4, y_5, y_6, y_7)",
        "    (y_8 - t_1) * y_6",
        "     ^^^",
    ]


def test_texts_that_begin_with_a_minus_stand_behind_two(runner: CliRunner) -> None:
    """`bpgrade read -- -0.5`."""
    (found,) = objects(runner, "--", "-0.5")
    assert found["value"] == -0.5


def test_standard_input_is_read_line_by_line(runner: CliRunner) -> None:
    """One object a line, blank lines included."""
    found = objects(runner, "-", typed="0,5\n\n-2e-3\n")
    assert [doc.get("value", doc.get("code")) for doc in found] == [0.5, "empty", -0.002]


@pytest.mark.parametrize(("option", "value"), [("--comma", 1.234), ("--point", 1234.0)])
def test_the_way_of_writing_can_be_said(runner: CliRunner, option: str, value: float) -> None:
    """1,234 is settled by it."""
    (found,) = objects(runner, option, "1,234")
    assert found["value"] == value


def test_a_formula_is_written_back(runner: CliRunner) -> None:
    """The tree in plain notation."""
    (found,) = objects(runner, "--formula", "\\frac{1}{2}(t_1-y_6)^2")
    assert found["formula"] == "1 / 2 * (t_1 - y_6)^2"


def test_a_matrix_is_shown_by_rows(runner: CliRunner) -> None:
    """Each entry as a number of its own."""
    (found,) = objects(runner, "[0.5, 1; 2, 3]")
    assert [[entry["value"] for entry in row] for row in found["rows"]] == [[0.5, 1], [2, 3]]
    (bad,) = objects(runner, "[0.5, x]")
    assert (bad["code"], bad["position"]) == ("wrong_kind", 6)


def test_the_output_cannot_act_on_a_terminal(runner: CliRunner) -> None:
    """Escape sequences in an answer are shown, not obeyed."""
    result = runner.invoke(cli, ["read", "0.5\x1b[31m"])
    assert "\x1b" not in result.stdout
    assert "invisible_char" in result.stdout


def test_symbols_without_formula_are_a_mistake(runner: CliRunner) -> None:
    """Wrong usage is exit status 2."""
    assert runner.invoke(cli, ["read", "--symbols", "a", "0.5"]).exit_code == 2


def test_help_has_examples(runner: CliRunner) -> None:
    """Every command explains itself."""
    assert "bpgrade read -- -0.5" in runner.invoke(cli, ["read", "--help"]).stdout
