"""One run of the command line: which command, its options, its answer in the form asked for, the exit code."""

from __future__ import annotations

import os
import sys
from typing import TYPE_CHECKING, Final

from planner.cli.options import FIELD, Command, Help, Parser, add_global
from pricing.errors import InvalidInput, TokenplanError, one_of

if TYPE_CHECKING:
    import argparse
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from planner.cli.excel import Spreadsheet
    from planner.cli.render import Output
    from planner.cli.service import Serve

DONE: Final = 0
WRONG_INPUT: Final = 2
OUR_FAULT: Final = 3
STOPPED: Final = 130
"""Exit codes; 1, a budget or window that is breached, comes from the command."""

COMMANDS: Final[Mapping[str, tuple[str, str]]] = {
    "estimate": ("prompts", "what a real prompt costs a request and a month on many models, and whether it fits"),
    "cost": ("costing", "what one request costs on a model, exactly"),
    "compare": ("costing", "one usage or prompt over many models, cheapest first"),
    "tokens": ("prompts", "how many tokens a prompt is on a model"),
    "tokens calibrate": ("calibrate", "learn ratios with bounds from texts whose true counts you have"),
    "tokens pieces": ("planning", "where a text is cut into tokens"),
    "fit": ("prompts", "whether a prompt fits a model's limits"),
    "context fit": ("window", "the same"),
    "context pack": ("window", "what goes into a model's window, in which order, and what it costs"),
    "context chunks": ("chunking", "a document in chunks under a limit, and what embedding them costs"),
    "models": ("listing", "which models are listed, or one in full"),
    "prices": ("prices", "a model's prices with their sources and dates"),
    "prices show": ("prices", "the same"),
    "prices changes": ("changes", "what moved, appeared, retires; which models became cheaper"),
    "prices conflicts": ("prices", "where the catalog's sources disagreed, and what was chosen"),
    "prices refresh": ("refresh", "read the public price feeds and install what they say"),
    "prices rollback": ("refresh", "go back to the catalog before the last refresh"),
    "prices diff": ("refresh", "what differs between another catalog and the one in use"),
    "caching": ("planning", "what caching a shared prefix saves, and for how long to cache it"),
    "caching conversation": ("planning", "a growing chat or an agent loop, cached and uncached"),
    "caching switch": ("planning", "changing the model in the middle of a session"),
    "latency": ("planning", "how long a pipeline takes, to the first token and to the end, against a budget"),
    "simulate": ("planning", "what a month may cost when its inputs are uncertain, and which one matters most"),
    "capacity": ("planning", "requests a second within your rate limits, what binds, head-room"),
    "capacity queue": ("planning", "the wait for a slot of provisioned units, and how many keep it short"),
    "capacity provisioned": ("planning", "how many provisioned units a peak needs, and when they pay"),
    "capacity batch-share": ("planning", "what sending a share of the requests in batches saves"),
    "routing route": ("planning", "a router between a weak and a strong model: cost, saving, break-even"),
    "retrieval compare": ("planning", "retrieval against a long prompt, cached or not, and both: cost and break-even"),
    "tuning": ("planning", "from how many requests on a fine-tuned model pays, or that it never does"),
    "tuning advice": ("planning", "knowledge or behaviour: retrieve, prompt or train, with reasons"),
    "routing cascade": ("planning", "cheap models first, dear ones for what is not accepted"),
    "routing misrouting": ("planning", "what a router's errors do to quality and cost"),
    "routing vote": ("planning", "the majority of several answers"),
    "routing pass-at-k": ("planning", "whether one of k answers passes"),
    "routing hedge": ("planning", "a second call when the first is slow"),
    "routing escalate": ("planning", "whether one request is worth the strong model"),
    "routing fallback": ("planning", "a chain of models for when one fails"),
    "reliability": ("planning", "how a pipeline fails, what that loses, what mitigation is worth"),
    "reliability retry": ("planning", "trying a call again"),
    "reliability repair": ("planning", "a schema-repair loop"),
    "reliability guardrail": ("planning", "whether a guardrail is worth it"),
    "reliability review": ("planning", "a human in the loop"),
    "routing outcomes": ("outcomes", "models on your own prompts: which to keep, what routing saves"),
    "evaluation sample-size": ("planning", "how many items an evaluation needs"),
    "evaluation interval": ("planning", "between which rates the truth lies"),
    "evaluation compare": ("planning", "whether one of two systems is better"),
    "evaluation corrected-rate": ("planning", "the true rate behind a judge that errs"),
    "evaluation judge-cost": ("planning", "what judging costs, by a model and by people"),
    "evaluation monitoring": ("planning", "judging live traffic: cost, and how soon a drop is seen"),
    "evaluation repeats": ("planning", "more items, or more runs of each"),
    "evaluation defects": ("planning", "how many items show a rare defect"),
    "economics": ("planning", "cost a user, price for a margin, contribution and cap of each plan"),
    "economics usage-skew": ("planning", "what the heaviest users cost, and what a cap saves"),
    "economics free-tier": ("planning", "what a free tier burns, and the conversion at which it pays"),
    "economics projection": ("planning", "the months ahead, with growth and price changes"),
    "optimise": ("planning", "configurations under constraints: the frontier, and what binds"),
    "optimise mix": ("planning", "the cheapest mix of models over segments of traffic"),
    "report": ("plans", "what a plan costs and takes, step by step, a request, a user and a month"),
    "check": ("plans", "plans against their policies: exit 0 within, 1 breached, 2 wrong"),
    "plans report": ("plans", "the same as report"),
    "plans check": ("plans", "the same as check"),
    "diff": ("plandiffs", "what a change does to a plan's figures: against a git revision, a plan, a saved report"),
    "plans diff": ("plandiffs", "the same as diff"),
    "breakpoints": ("planbreaks", "for every input of a plan, the value at which each policy first fails"),
    "plans breakpoints": ("planbreaks", "the same as breakpoints"),
    "sweep": ("planbreaks", "a plan's figures over the values of one or two inputs"),
    "plans sweep": ("planbreaks", "the same as sweep"),
    "plans schema": ("plans", "the JSON Schema of a plan file, for editors"),
    "actuals report": ("actuals", "what a usage log cost: by model, day, feature, user"),
    "actuals fit": ("actuals", "plan inputs from a usage log, written into a plan as a scenario"),
    "actuals compare": ("actuals", "a plan against a usage log: why they differ; fails on drift"),
    "bulk price": ("bulk", "what usage logs of any size cost, by model, day or any column"),
    "bulk count": ("bulk", "how many tokens a corpus has, and what it costs as input"),
    "catalog": ("listing", "the catalog's version, age and sources"),
    "serve": ("service", "the HTTP API on this machine"),
    "excel serve": ("excel", "the Excel add-in on this machine, over https"),
    "excel manifest": ("excel", "the file by which Excel finds the add-in"),
    "excel install-classic": ("excel", "the formulas through xlwings, on Windows with Python"),
    "excel workbook": ("workbooks", "a workbook of unit economics, with formulas of ours or plain ones"),
    "excel refresh-prices": ("workbooks", "new prices in a workbook; your figures stay"),
    "excel convert": ("workbooks", "a workbook's formulas as another route stores them"),
    "excel libreoffice": ("workbooks", "the extension that gives LibreOffice Calc the formulas"),
    "completion": ("service", "completion code for a shell"),
}
"""Command -> its module and what it does; a module is imported only when its command is asked for."""

_TAKES_VALUE: Final = ("--catalog", "--prices")
_START: Final = """\
usage: tokenplan [options] COMMAND ...

What an LLM feature costs, whether it fits and where the plan breaks, before it is built.

commands:
{commands}

everywhere:
  --catalog DIR   catalog directory [TOKENPLAN_CATALOG, else the shipped one]
  --prices FILE   your own price file, which wins [TOKENPLAN_PRICES]
  --json, --csv   the answer as JSON (exactly the HTTP body), or its rows as CSV
  -h, --help      this, or the help of a command
  --version [-v]  the version; -v: and what counts the tokens of each encoding

examples:
  tokenplan cost gpt-5-mini 1000 200
  tokenplan estimate prompt.txt --output 400 --requests-per-month 100000
  tokenplan COMMAND --help

exit codes: 0 done, 1 does not fit, 2 the input is wrong or cannot be priced, 3 a fault of ours
"""


def run(argv: Sequence[str], serve: Serve, spreadsheet: Callable[[], Spreadsheet]) -> int:
    """Run one command line and return its exit code; nothing is raised.

    `serve` starts the HTTP face and `spreadsheet` loads that one; both are handed in because faces do not import each
    other.
    """
    if "_ARGCOMPLETE" in os.environ:
        from planner.cli.service import complete

        complete(every_parser())
    parser: list[Parser] = []
    try:
        code = _run(list(argv), parser, serve=serve, spreadsheet=spreadsheet)
        sys.stdout.flush()
    except TokenplanError as error:
        _complain(error, parser)
        return WRONG_INPUT
    except KeyboardInterrupt:
        return STOPPED
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())  # or Python complains when it flushes at exit
        return 0  # whoever reads has what it wanted, as of `| head -1`
    except OSError as error:
        print(f"error: {error.strerror or error}", file=sys.stderr)  # a full disk is not a fault of ours
        return WRONG_INPUT
    except Exception as error:  # noqa: BLE001 - the last line of defence says what happened
        return _fault(error)
    return code


def every_parser() -> Parser:
    """All commands in one parser, as shell completion needs them."""
    top = Parser(prog="tokenplan", add_help=False, allow_abbrev=False)
    add_global(top, has_json=True, has_csv=True)
    choices = top.add_subparsers(dest="command", parser_class=Parser)
    for name, (_, about) in COMMANDS.items():
        child = choices.add_parser(name, add_help=False, allow_abbrev=False, help=about)
        command = _command(name)
        command.declare(child)
        add_global(child, has_json=command.has_json, has_csv=command.has_csv)
    return top


def _run(argv: list[str], made: list[Parser], **faces: object) -> int:
    before, name, after = _split(argv)
    if name is None:
        return _start(before)
    if name not in COMMANDS:
        return _group(name, after)
    command = _command(name)
    parser = _parser(name, command)
    made.append(parser)
    try:
        options = parser.read(before + after)
    except SystemExit:  # argparse has printed the help
        return DONE
    vars(options).update(faces)
    from planner.assemble import default_planner

    asks = getattr(options, "count_with", None) == "provider"
    planner = default_planner(options.catalog, options.prices, provider_counts=asks)
    return _put(command.run(planner, options), options)


def _split(argv: list[str]) -> tuple[list[str], str | None, list[str]]:
    """The options before the command, the command, and what follows it."""
    at = 0
    while at < len(argv) and argv[at].startswith("-"):
        at += 2 if argv[at] in _TAKES_VALUE else 1
    if at >= len(argv):
        return argv, None, []
    words = 2 if " ".join(argv[at : at + 2]) in COMMANDS else 1
    return argv[:at], " ".join(argv[at : at + words]), argv[at + words :]


def _group(name: str, after: list[str]) -> int:
    """The commands of a group whose name alone, or with --help, was typed.

    Raises:
        InvalidInput: no command begins so.
    """
    within = {words: about for words, (_, about) in COMMANDS.items() if words.startswith(f"{name} ")}
    if not within or after not in ([], ["-h"], ["--help"]):
        raise InvalidInput(f"unknown command {name!r}; {one_of(name, within or COMMANDS)}")
    width = max(map(len, within))
    print("\n".join(f"  {words:<{width}}  {about}" for words, about in within.items()))
    return DONE if after else WRONG_INPUT


def _start(options: list[str]) -> int:
    """No command: the version, the help, or the help as a complaint."""
    if "--version" in options:
        print(f"tokenplan {_version()}")
        if "-v" in options:
            print("\n".join(_engines()))
        return DONE
    width = max(map(len, COMMANDS)) + 2
    commands = "\n".join(f"  {name:<{width}}{about}" for name, (_, about) in COMMANDS.items())
    asked = "--help" in options or "-h" in options
    print(_START.format(commands=commands), end="", file=sys.stdout if asked else sys.stderr)
    return DONE if asked else WRONG_INPUT


def _version() -> str:
    from importlib.metadata import version

    return version("tokenplan")


def _engines() -> Iterator[str]:
    """What counts each encoding here: half a second each, as it is loaded and proved."""
    from planner.tokens.encodings import ENCODINGS
    from planner.tokens.engine import engine

    for encoding in ENCODINGS:
        yield f"{encoding} is counted by {engine(encoding).name}"


def _command(name: str) -> Command:
    from importlib import import_module

    commands: Mapping[str, Command] = import_module(f"planner.cli.{COMMANDS[name][0]}").COMMANDS
    return commands[name]


def _parser(name: str, command: Command) -> Parser:
    examples = "".join(f"  {line}\n" for line in command.examples)
    parser = Parser(
        prog=f"tokenplan {name}",
        usage=f"tokenplan {name} {command.usage}",
        description=command.about,
        epilog=f"examples:\n{examples}",
        formatter_class=Help,
        add_help=False,
        allow_abbrev=False,
    )
    command.declare(parser)
    add_global(parser, has_json=command.has_json, has_csv=command.has_csv)
    return parser


def _put(output: Output, options: argparse.Namespace) -> int:
    """Print an answer in the form asked for; a file or pipe gets UTF-8 whatever the locale says."""
    from planner.cli import render

    if not sys.stdout.isatty():
        sys.stdout.reconfigure(encoding="utf-8")  # type: ignore[union-attr]  # a text stream always has it
    beside: Sequence[str] = output.notes
    if getattr(options, "json", False):
        from planner.wire import dumps

        print(dumps(output.answer))
    elif getattr(options, "csv", False) and output.rows is not None:
        print(render.csv_text(output.rows()), end="")
        beside = (*output.asides, *output.notes)
    else:
        print(render.draw(output.page(), render.screen(sys.stdout)), end="")
        beside = ()
    for line in (*beside, *([f"error: {output.error}"] if output.error else [])):
        print(line, file=sys.stderr)
    return output.code


def _complain(error: TokenplanError, made: list[Parser]) -> None:
    """One line a problem; an option is named where the problem lies in one."""
    names = {
        action.dest: action.option_strings[0]
        for parser in made
        for action in parser._actions  # noqa: SLF001 - argparse has no public way to ask
        if action.option_strings
    }
    for problem in error.problems:
        dotted = f"{FIELD}{'.'.join(map(str, problem.loc))}"
        option = (names.get(dotted) or names.get(str(problem.loc[-1]))) if problem.loc else None
        within = any(isinstance(step, int) for step in problem.loc)  # of a list, whose parts no option names
        path = option or ".".join(map(str, problem.loc if within else ()))
        where = f"{path}: " if path and path not in problem.msg else ""
        print(f"error: {where}{problem.msg}", file=sys.stderr)


def _fault(error: Exception) -> int:
    if os.environ.get("TOKENPLAN_DEBUG") == "1":
        import traceback

        traceback.print_exc()
    else:
        print(
            f"error: a fault of ours: {type(error).__name__}: {error}; TOKENPLAN_DEBUG=1 prints the traceback",
            file=sys.stderr,
        )
    return OUR_FAULT
