"""What several commands take: the options declared once, and their values read into questions."""

from __future__ import annotations

import argparse
import json
from decimal import Decimal, InvalidOperation
from typing import TYPE_CHECKING, Any, Final, NamedTuple, NoReturn, TypedDict

from planner import strict_json
from planner.cli.inputs import read_object
from pricing.errors import InvalidInput, InvalidUsage, Problem, one_of
from pricing.usage import BUCKETS, Usage

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from planner.cli.render import Output
    from planner.planner import Planner

FIELD: Final = "field "
"""Before a question field's dotted name among the parsed options (`planner.cli.fields`); no option's name begins so."""


class Command(NamedTuple):
    """One command: its arguments in words, what it does, examples, its options and the function that answers."""

    usage: str
    about: str
    examples: tuple[str, ...]
    declare: Callable[[Parser], None]
    run: Callable[[Planner, argparse.Namespace], Output]
    has_json: bool = True
    has_csv: bool = False


class Terms(TypedDict):
    """The keywords of `planner.costing.Terms`."""

    service_tier: str | None
    region: str | None
    as_of: str | None
    allow_nearest_price: bool


class Parser(argparse.ArgumentParser):
    """An argument parser whose complaints are our errors."""

    def error(self, message: str) -> NoReturn:
        """Raise what argparse would print."""
        raise InvalidInput(message.removeprefix("argument "))

    def format_help(self) -> str:
        """The help; the names of shapes are put in only now, because their readers are slow to import."""
        for action in self._actions:
            if action.help and "{shapes}" in action.help:
                from pricing.payloads import SHAPES

                action.help = action.help.replace("{shapes}", ", ".join(SHAPES))
            if action.help and "{request_shapes}" in action.help:
                from planner.tokens.shapes import SHAPES as REQUESTS

                action.help = action.help.replace("{request_shapes}", ", ".join(REQUESTS))
        return super().format_help()

    def read(self, argv: list[str]) -> argparse.Namespace:
        """The options, wherever they stand between the positionals.

        Raises:
            InvalidInput: an option that does not exist, with the nearest ones, or an argument too many.
        """
        options, extra = self.parse_known_intermixed_args(argv)
        if extra:
            wrong = [word for word in extra if word.startswith("-")]  # what follows one of them is its value
            raise InvalidInput.of([self._unknown(word) for word in wrong or extra])
        return options

    def _unknown(self, word: str) -> Problem:
        if not word.startswith("-"):
            return Problem((), f"unexpected argument {word!r}; see {self.prog} --help", word)
        name = word.partition("=")[0]
        known = sorted(each for each in self._option_string_actions if each.startswith("--"))
        return Problem((), f"unknown option {name!r}; {one_of(name, known)}", word)


class Help(argparse.RawDescriptionHelpFormatter):
    """Help of one width and one spelling on every Python version and terminal."""

    def __init__(self, prog: str) -> None:
        super().__init__(prog, max_help_position=34, width=100)

    def _format_action_invocation(self, action: argparse.Action) -> str:
        if not action.option_strings:
            return str(action.metavar or action.dest)
        value = "" if action.nargs == 0 else f" {self._format_args(action, action.dest.upper())}"
        return ", ".join(action.option_strings) + value


def add_global(parser: argparse.ArgumentParser, *, has_json: bool, has_csv: bool) -> None:
    """`--catalog` and `--prices`, and the forms of the answer that the command has."""
    group = parser.add_argument_group("everywhere")
    group.add_argument("--catalog", metavar="DIR", help="catalog directory [TOKENPLAN_CATALOG, else the shipped one]")
    group.add_argument("--prices", metavar="FILE", help="your own price file, which wins [TOKENPLAN_PRICES]")
    forms = group.add_mutually_exclusive_group()
    if has_json:
        forms.add_argument("--json", action="store_true", help="print the answer as JSON, exactly the HTTP body")
    if has_csv:
        forms.add_argument("--csv", action="store_true", help="print the rows as CSV")
    group.add_argument("-h", "--help", action="help", help="print this and stop")


def add_model(parser: argparse.ArgumentParser) -> None:
    """`MODEL` and `--provider`."""
    parser.add_argument("model", metavar="MODEL", help="a model's name; `tokenplan models` lists them")
    parser.add_argument("--provider", metavar="NAME", help="who sells it, when that is not its maker")


def add_terms(parser: argparse.ArgumentParser) -> None:
    """`--tier`, `--region`, `--as-of`."""
    group = parser.add_argument_group("terms")
    group.add_argument(
        "--tier", "--service-tier", dest="service_tier", metavar="TIER", help="standard, batch, flex, priority, fast"
    )
    group.add_argument("--region", metavar="NAME", help="us, eu, global, or a provider's own region")
    group.add_argument("--as-of", metavar="WHEN", help="prices of that ISO 8601 date or UTC instant [now]")
    group.add_argument(
        "--allow-nearest-price",
        action="store_true",
        help="where no price is known at that date, take the nearest known",
    )


def terms(options: argparse.Namespace) -> Terms:
    """The terms given."""
    return Terms(
        service_tier=options.service_tier,
        region=options.region,
        as_of=options.as_of,
        allow_nearest_price=options.allow_nearest_price,
    )


def add_models(parser: argparse.ArgumentParser, default: str) -> None:
    """`--models a,b` and `--model a`, which may be repeated; `default` says what is taken without them."""
    group = parser.add_argument_group("models")
    group.add_argument(
        "--models", type=_split, action="extend", metavar="A,B,...", help=f"models, comma-separated [{default}]"
    )
    group.add_argument("--model", dest="models", action="append", metavar="A", help="one more model")


def models(options: argparse.Namespace) -> tuple[str, ...]:
    """The models named, in their order."""
    return tuple(options.models or ())


def add_usage(parser: argparse.ArgumentParser) -> None:
    """Every billing bucket as an option, and `--usage` with `--shape` for a whole usage object."""
    group = parser.add_argument_group("usage of one request")
    for name, bucket in BUCKETS.items():
        unit = bucket.unit.removeprefix("million_").rstrip("s").upper()
        say = f"billed as {bucket.fallback} where it has no price of its own" if bucket.fallback else None
        group.add_argument(*_spellings(name), dest=name, type=quantity(name), metavar=f"{unit}S", help=say)
    group.add_argument("--usage", metavar="FILE", help="a JSON usage object instead; - is stdin")
    group.add_argument("--shape", metavar="SHAPE", help="whose it is: {shapes} [our own buckets]")


def names_usage(options: argparse.Namespace) -> bool:
    """Whether a quantity or a usage file was given."""
    return options.usage is not None or any(getattr(options, name) is not None for name in BUCKETS)


def quantity(bucket: str) -> Callable[[str], int | Decimal]:
    """A reader for a bucket's quantity: a whole number, or a decimal where the bucket takes one."""
    return decimal if isinstance(getattr(_NOTHING, bucket), Decimal) else count


def usage(options: argparse.Namespace) -> Usage | None:
    """The usage from the bucket options or a file of plain buckets; None when a provider's shape was named.

    Raises:
        InvalidUsage: no quantity at all, both ways at once, an unknown bucket, a value out of range.
    """
    given = {name: value for name in BUCKETS if (value := getattr(options, name)) is not None}
    if options.usage is None:
        if options.shape is not None:
            raise InvalidUsage("--shape needs --usage FILE", loc=("shape",))
        if not given:
            raise InvalidUsage("no usage: give quantities such as --input 1000 --output 200, or --usage FILE")
        return Usage(**given)
    if given:
        name = next(iter(given))
        raise InvalidUsage(f"give --usage or the buckets as options, not both; {name} is given too", loc=(name,))
    return None if options.shape is not None else _buckets(options.usage)


def payload(options: argparse.Namespace) -> dict[str, Any]:
    """The provider's own usage object of `--usage`.

    Raises:
        InvalidInput: the file cannot be read or holds no JSON object.
    """
    return read_object(options.usage, strict_json.loads)


def add_margin(group: argparse._ArgumentGroup) -> None:
    """`--safety-margin`."""
    group.add_argument(
        "--safety-margin", type=share, metavar="SHARE", help="widens an estimated count [its high bound is taken]"
    )


def count(text: str) -> int:
    """A whole number; digits may be parted by underscores."""
    try:
        return int(text)
    except ValueError:
        raise argparse.ArgumentTypeError(f"{text!r} must be a whole number such as 1000") from None


def decimal(text: str) -> Decimal:
    """A decimal number, never through a float."""
    try:
        return Decimal(text)
    except InvalidOperation:
        raise argparse.ArgumentTypeError(f"{text!r} must be a number such as 1.5") from None


def share(text: str) -> float:
    """A share; its range is the planner's to check."""
    try:
        return float(text)
    except ValueError:
        raise argparse.ArgumentTypeError(f"{text!r} must be a share such as 0.6") from None


def _spellings(name: str) -> Iterable[str]:
    """`--input-tokens` and `--input`; the short form only where it is no other bucket less a letter."""
    short = name.removesuffix("_tokens")
    if short != name and f"{short}s" not in BUCKETS:
        yield f"--{short.replace('_', '-')}"
    yield f"--{name.replace('_', '-')}"


def _split(text: str) -> list[str]:
    return [name.strip() for name in text.split(",") if name.strip()]


def _buckets(path: str) -> Usage:
    data = read_object(path, lambda text: json.loads(text, parse_float=Decimal, object_pairs_hook=strict_json.once))
    unknown = [
        Problem((name,), f"{path}: unknown bucket {name!r}; {one_of(name, BUCKETS)}", data[name])
        for name in data
        if name not in BUCKETS
    ]
    if unknown:
        raise InvalidUsage.of([*unknown, Problem(("shape",), "a provider's own usage object needs --shape")])
    said = {name: value for name, value in data.items() if value is not None}
    if not said:
        raise InvalidUsage(f"{path}: no usage: no bucket has a quantity; the buckets are {', '.join(BUCKETS)}")
    return Usage(**said)


_NOTHING: Final = Usage()
