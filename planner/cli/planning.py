"""The planning verbs on the command line: options from the question's fields, a page from the answer's."""

from __future__ import annotations

from functools import partial
from importlib import import_module
from typing import TYPE_CHECKING, Final

from planner.cli import fields
from planner.cli.options import Command
from planner.cli.pages import page, rows
from planner.cli.render import Output
from planner.examples import examples
from planner.planner import Planner
from planner.verbs import VERBS

if TYPE_CHECKING:
    from argparse import Namespace
    from collections.abc import Callable, Mapping

    from matplotlib.axes import Axes

    from planner.cli.options import Parser
    from planner.verbs import Verb


PICTURES: Final[Mapping[str, str]] = {
    "latency": "planner.cli.plots.latency:latency",
    "route": "planner.cli.plots.routing:route",
    "cascade": "planner.cli.plots.routing:cascade",
    "failures": "planner.cli.plots.reliability:failures",
    "mix": "planner.cli.plots.optimise:mix",
    "simulate": "planner.cli.plots.simulation:simulate",
    "projection": "planner.cli.plots.economics:projection",
    "optimise": "planner.cli.plots.optimise:optimise",
    "retrieval": "planner.cli.plots.retrieval:retrieval",
    "tuning": "planner.cli.plots.tuning:tuning",
    "queue": "planner.cli.plots.capacity:queue",
}
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
        examples(verb.path).typed,
        partial(_declare, verb),
        partial(_run, verb),
        has_csv=True,
    )


COMMANDS: Final[Mapping[str, Command]] = {verb.words: _command(verb) for verb in VERBS if examples(verb.path).typed}
