"""bpgrade new: ask what an exercise is about, show it solved, and write its family file."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import click

from grader.support.dialogue import BACK, Answers, Dialogue, Question

EXAMPLES = """\b
Examples:
  bpgrade new
  bpgrade new my-net.toml
  bpgrade new --layers 2-2-1 --yes
  bpgrade new xor.toml --layers 2-2-1 --exact --set x="0 1" --set w.1="0.5 0.9; 0.4 1.0"
  bpgrade new neuron.toml --recipe --line "y = tanh(w*x)" --line "grad y of w" --set w=0.5
"""


def _settings(ctx: click.Context, param: click.Parameter, values: tuple[str, ...]) -> Answers:
    """The --set option: KEY=ANSWER."""
    pairs = [value.partition("=") for value in values]
    bare = [key for key, sign, _ in pairs if not sign]
    if bare:
        raise click.BadParameter(f"{bare[0]!r}: write KEY=ANSWER, like w.1='0.5 0.9; 0.4 1'")
    return {key.strip(): answer.strip() for key, _, answer in pairs}


@click.command(epilog=EXAMPLES)
@click.argument("file", required=False, type=click.Path(dir_okay=False, path_type=Path))
@click.option("--layers", metavar="2-2-1", help="A layered network of these widths.")
@click.option("--recipe", is_flag=True, help="Formulas of your own instead of layers.")
@click.option("--line", "lines", multiple=True, help="A line of the recipe; give it repeatedly.")
@click.option("--title", help="Heading of the worksheet.")
@click.option("--hidden", help="Activation of the hidden layers.")
@click.option("--output", help="Activation of the output layer.")
@click.option("--loss", help="Loss.")
@click.option("--bias", help="unit, layer, augmented or none.")
@click.option("--notation", help="Whose symbols are used.")
@click.option("--exact/--ranges", "exact", default=None, help="Numbers given, or drawn.")
@click.option("--ask", help="Ids of the steps that are asked for; all, if not given.")
@click.option("--decimals", help="Decimals that the worksheet asks for.")
@click.option(
    "--set",
    "settings",
    multiple=True,
    metavar="KEY=ANSWER",
    callback=_settings,
    help="The answer to another question: x, t, w.1, rate, 'size N', ...",
)
@click.option("--yes", is_flag=True, help="Ask nothing; defaults stand for what is not given.")
@click.option("--force", is_flag=True, help="Replace a file that is there.")
def new(
    file: Path | None,
    layers: str | None,
    recipe: bool,
    lines: tuple[str, ...],
    exact: bool | None,
    settings: Answers,
    yes: bool,
    force: bool,
    **choices: str | None,
) -> None:
    """Make a family FILE for an exercise of your own: its questions, numbers and digits.

    Answer the questions; Enter takes the default, '<' goes back, Ctrl-C leaves without a file.
    The exercise is shown solved before anything is written.
    """
    if recipe and layers:
        raise click.UsageError("give either --layers or --recipe")
    known = settings | {key: text for key, text in choices.items() if text is not None}
    if layers or recipe or lines:
        known["kind"] = "recipe" if recipe or lines else "layers"
    if layers:
        known["layers"] = layers
    if exact is not None:
        known["numbers"] = "exact" if exact else "ranges"
    known |= {f"line {n}": line for n, line in enumerate((*lines, "."), 1) if lines}
    if file:
        _refuse(file, force)
    if not yes:
        click.echo(f"Enter takes the default, {BACK!r} goes back, Ctrl-C leaves without a file.")
    _converse(file, known, yes, force)


def _refuse(file: Path, force: bool) -> None:
    if file.suffix != ".toml":
        raise click.UsageError(f"{file}: a family file ends in .toml")
    if file.exists() and not force:
        raise click.ClickException(f"{file} is there already; --force replaces it")


def _questions(answers: Answers) -> Iterator[Question]:
    from grader.commands import new_layered, new_recipe
    from grader.commands.new_layered import among

    said = "layers: a network; recipe: formulas of your own"
    yield Question("kind", "What is computed", "layers", said, among("layers", "recipe"))
    title = "A network of my own" if answers.get("kind") == "layers" else "An exercise of my own"
    yield Question(
        "title", "Title", title, wrong=lambda t: "" if t.strip() else "a title is needed"
    )
    if "kind" in answers:
        of = new_layered if answers["kind"] == "layers" else new_recipe
        yield from of.questions(answers)


def _converse(file: Path | None, known: Answers, silent: bool, force: bool) -> None:
    from grader.commands import new_layered, new_recipe
    from grader.commands.new_preview import shown
    from grader.support.atomic_files import write_file
    from problems.errors import SpecError

    dialogue = Dialogue(lambda answers: list(_questions(answers)), known, silent)
    while True:
        answers = dialogue.complete()
        if strange := known.keys() - answers.keys():
            allowed = ", ".join(answers)
            raise click.UsageError(f"no question {sorted(strange)[0]!r}; there are {allowed}")
        of = new_layered if answers["kind"] == "layers" else new_recipe
        text = of.written(answers)
        target = file or Path(_slug(answers["title"]))
        try:
            click.echo(shown(text, target))
        except SpecError as error:
            if silent:
                raise
            click.echo(f"This cannot be made yet:\n{error}\n")
            if not dialogue.back():
                raise
            continue
        if silent:
            break
        typed = click.prompt(f"Write {target}? (y, n, or {BACK} to go back)", default="y")
        if typed.strip() == BACK:
            dialogue.back()
        elif typed.strip().lower() in ("y", "yes"):
            break
        elif typed.strip().lower() in ("n", "no"):
            raise click.Abort
    _refuse(target, force)
    write_file(target, text.encode())
    click.echo(f"{target}: written")
    click.echo(f"Exercises: bpgrade generate {target} --students roster.csv")


def _slug(title: str) -> str:
    """A file's name for a title.

    >>> _slug("A network of my own!")
    'a-network-of-my-own.toml'
    """
    words = re.findall(r"[a-z0-9]+", title.lower())
    return f"{'-'.join(words)[:60].strip('-') or 'exercise'}.toml"
