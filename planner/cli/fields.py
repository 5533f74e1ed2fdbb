"""Options from a question's own fields: one definition of a verb serves Python, HTTP and the command line.

An object is JSON, or its fields are dotted options (`--weak.model`), or it is in its type's short form
(`planner.short`). A value `@FILE` is read from that file. `--question FILE` holds a whole question in JSON or TOML; the
options are laid over it.
"""

from __future__ import annotations

import argparse
import ast
import inspect
from dataclasses import MISSING, fields, is_dataclass
from decimal import Decimal
from functools import partial
from itertools import pairwise
from textwrap import dedent
from types import NoneType, UnionType
from typing import TYPE_CHECKING, Any, Final, Literal, NamedTuple, TypeVar, Union, get_args, get_origin, get_type_hints

from planner import strict_json
from planner.cli import inputs
from planner.cli import options as shared
from planner.short import short
from pricing.errors import InvalidInput

if TYPE_CHECKING:
    from collections.abc import Container, Iterator, Mapping

    from planner.cli.options import Parser

Question = TypeVar("Question")

_SMALL: Final = 18
"""Fields of an object that the help still shows one by one."""

_JSON: Final = "JSON|@FILE"
_WORDS: Final[Mapping[object, str]] = {int: "N", float: "X", Decimal: "X", str: "TEXT"}


class Option(NamedTuple):
    """One field as an option: its dotted name, its type without None, its words, whether the help shows it."""

    name: str
    kind: Any
    about: str
    shown: bool


def add(parser: Parser, kind: type, without: Container[str] = ()) -> None:
    """An option for every field of a question but those in `without`, and `--question`."""
    group = parser.add_argument_group("the question")
    for option in _options(kind):
        if option.name.partition(".")[0] in without:
            continue
        flags = [f"--{option.name.replace('_', '-')}"]
        about = option.about.replace("%", "%%") if option.shown else argparse.SUPPRESS
        dest = shared.FIELD + option.name
        if option.kind is bool:
            group.add_argument(*flags, dest=dest, action=argparse.BooleanOptionalAction, default=None, help=about)
        else:
            group.add_argument(
                *flags, dest=dest, type=partial(value, option.kind), metavar=_metavar(option.kind), help=about
            )
    group.add_argument("--question", metavar="FILE", help="a whole question in JSON or TOML; options go over it")


def read(kind: type[Question], options: argparse.Namespace) -> Question:
    """The question from the options, strictly as HTTP would read it.

    Raises:
        InvalidInput: a file that cannot be read, or what `planner.questions.read` refuses.
    """
    from planner.questions import of_values

    return of_values(kind, given(options))


def given(options: argparse.Namespace) -> dict[str, Any]:
    """The fields that `--question` and the options give, as JSON holds them.

    Raises:
        InvalidInput: a file that cannot be read.
    """
    values: dict[str, Any] = _document(options.question) if options.question is not None else {}
    for dest, value in vars(options).items():
        if dest.startswith(shared.FIELD) and value is not None:
            _put(values, dest.removeprefix(shared.FIELD).split("."), value)
    return values


def _options(kind: type, prefix: str = "", *, shown: bool = True) -> Iterator[Option]:
    """The fields, and below an object its own: those of small objects are shown, of others only taken."""
    hints, said = get_type_hints(kind), documented(kind)
    for field in fields(kind):
        inner = _without_none(hints[field.name])
        name = f"{prefix}{field.name}"
        needed = field.default is MISSING and field.default_factory is MISSING and not prefix
        about = said.get(field.name, "")
        yield Option(name, inner, f"{about} [needed]" if needed else about, shown)
        if is_dataclass(inner):
            assert isinstance(inner, type)
            yield from _options(inner, f"{name}.", shown=shown and len(fields(inner)) <= _SMALL)


def documented(kind: type) -> dict[str, str]:
    """What each field of a dataclass means: the string that stands below it in the source, as OpenAPI shows it too."""
    found: dict[str, str] = {}
    for each in reversed([each for each in kind.__mro__ if is_dataclass(each)]):
        (body,) = ast.parse(dedent(inspect.getsource(each))).body
        assert isinstance(body, ast.ClassDef)
        for field, text in pairwise(body.body):
            if isinstance(field, ast.AnnAssign) and isinstance(field.target, ast.Name) and isinstance(text, ast.Expr):
                found[field.target.id] = " ".join(str(ast.literal_eval(text.value)).split())
    return found


def _without_none(hint: Any) -> Any:
    """A type without None."""
    if get_origin(hint) not in (Union, UnionType):
        return hint
    kept = [each for each in get_args(hint) if each is not NoneType]
    return kept[0] if len(kept) == 1 else Union[tuple(kept)]  # noqa: UP007 - made of a list


def _metavar(kind: Any) -> str:
    if get_origin(kind) is Literal:
        return "|".join(map(str, get_args(kind)))
    if get_origin(kind) is tuple:
        inner = get_args(kind)[0]
        word = _word(inner)
        return f"{word},{word},..." if word else _JSON
    return _word(kind) or _JSON


def _word(kind: Any) -> str | None:
    brief = short(kind)
    return brief.form if brief else _WORDS.get(kind)


def value(kind: Any, text: str) -> Any:
    """A value as JSON would hold it; what is no value of the kind is told by the question's own reader."""
    if text.startswith("@"):
        text = inputs.read_text(text[1:])
        if kind is str:
            return text
    if kind in (int, float):
        return _number(kind, text)
    if kind in (str, Decimal) or get_origin(kind) is Literal:
        return text
    brief = short(kind)
    if brief and not text.lstrip().startswith("{") and (found := brief.read(text.strip())) is not None:
        return found
    inner = get_args(kind)[0] if get_origin(kind) is tuple else None
    if inner is not None and _word(inner) and not text.lstrip().startswith("["):
        return [value(inner, part.strip()) for part in text.split(",")]
    try:
        return strict_json.loads(text)
    except InvalidInput as error:
        raise argparse.ArgumentTypeError(str(error)) from None
    except (ValueError, RecursionError) as error:
        wanted = f"neither {brief.form} nor JSON" if brief else "no JSON"
        said = f"{inputs.shortened(text)} is {wanted} ({error}); @FILE reads a file"
        raise argparse.ArgumentTypeError(said) from None


def _number(kind: type, text: str) -> float:
    try:
        return kind(text)  # type: ignore[no-any-return]  # int or float
    except ValueError:
        wanted = "a whole number such as 1000" if kind is int else "a number such as 0.25"
        raise argparse.ArgumentTypeError(f"{text!r} must be {wanted}") from None


def _document(path: str) -> dict[str, Any]:
    """A whole question from a JSON or TOML file."""
    text = inputs.read_text(path)
    try:
        if path.endswith(".toml"):
            import tomllib

            return tomllib.loads(text)
        found = strict_json.loads(text)
    except InvalidInput as error:
        raise InvalidInput(f"{path}: {error}", loc=("question",)) from None
    except (ValueError, RecursionError) as error:
        raise InvalidInput(f"{path}: cannot be read: {error}", loc=("question",)) from None
    if not isinstance(found, dict):
        raise InvalidInput(f"{path}: holds {type(found).__name__}; it must be an object of fields", loc=("question",))
    return found


def _put(values: dict[str, Any], path: list[str], value: Any) -> None:
    """Lay one value over a nested document."""
    *above, last = path
    for step in above:
        inner = values.get(step)
        if not isinstance(inner, dict):
            inner = values[step] = {}
        values = inner
    values[last] = value
