"""The planning verbs on the command line: options from the question's fields, a page from the answer's."""

from __future__ import annotations

from functools import partial
from importlib import import_module
from typing import TYPE_CHECKING, Final

from planner.cli import fields
from planner.cli.options import Command
from planner.cli.pages import page, rows
from planner.cli.render import Output
from planner.planner import Planner
from planner.verbs import VERBS

if TYPE_CHECKING:
    from argparse import Namespace
    from collections.abc import Callable, Mapping

    from matplotlib.axes import Axes

    from planner.cli.options import Parser
    from planner.verbs import Verb

_KNOWN: Final = {verb.name: verb for verb in VERBS}

EXAMPLES: Final[Mapping[str, tuple[str, ...]]] = {
    "caching": (
        "tokenplan caching --model claude-sonnet-4-5 --prefix-tokens 6000 --arrivals-per-hour 20",
        "tokenplan caching --model gpt-5-mini --prefix-tokens 3000 --arrivals-per-hour 200 --lifetime-seconds 600",
        "tokenplan caching --model claude-haiku-4-5 --prefix-tokens 6000 --arrived-at @arrivals.json",
    ),
    "conversation": (
        "tokenplan caching conversation --model claude-sonnet-4-5 --turns 30 --base-tokens 8000 --growth-tokens 1500",
        "tokenplan caching conversation --model gpt-5 --turns 12 --base-tokens 2000 --growth-tokens 900",
    ),
    "switch": (
        "tokenplan caching switch --stay.model gpt-5 --to.model gpt-5-mini --history-tokens 60000 --output-tokens 500",
    ),
    "route": (
        "tokenplan routing route --strong-share 0.3 --weak 0.001 --strong 0.01 --classifier 0.0001",
        "tokenplan routing route --strong-share 0.3 --weak gpt-5-mini --strong gpt-5 --load 3000/400",
        "tokenplan routing route --question route.toml --strong-share 0.25 --json",
    ),
}
"""What each verb's help ends with."""


PICTURES: Final[Mapping[str, str]] = {"route": "planner.cli.plots.routing:route"}
"""Verbs with `--plot`: what draws the question and its answer on axes, as `module:function`."""


def _declare(verb: Verb, parser: Parser) -> None:
    fields.add(parser, verb.question_type)
    if verb.name in PICTURES:
        parser.add_argument("--plot", metavar="FILE", help="draw the answer to a .svg, .png or .pdf file")


def _run(verb: Verb, planner: Planner, options: Namespace) -> Output:
    question: object = fields.read(verb.question_type, options)
    answer = getattr(planner, verb.name)(question)
    if getattr(options, "plot", None) is not None:
        from planner.cli.plots import picture

        picture(options.plot, lambda axes: _drawer(verb)(axes, question, answer))
    return Output(answer, lambda: page(answer), lambda: rows(answer))


def _drawer(verb: Verb) -> Callable[[Axes, object, object], None]:
    module, _, name = PICTURES[verb.name].partition(":")
    found: Callable[[Axes, object, object], None] = getattr(import_module(module), name)
    return found


def _command(verb: Verb) -> Command:
    return Command(
        "[--question FILE] [options]",
        getattr(Planner, verb.name).__doc__ or "",
        EXAMPLES[verb.name],
        partial(_declare, verb),
        partial(_run, verb),
        has_csv=True,
    )


COMMANDS: Final[Mapping[str, Command]] = {
    verb.words: _command(_KNOWN[verb.name]) for verb in VERBS if verb.name in EXAMPLES
}
