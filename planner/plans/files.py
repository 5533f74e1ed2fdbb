"""A plan from its file: parsed, checked, its prompts read from the plan's folder; every error names file and line."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields, is_dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from planner.plans.formats import Parsed, parse
from planner.plans.keys import known
from planner.plans.plan import Plan
from planner.plans.positions import line_of
from planner.plans.scenarios import overridden, scenario_values
from planner.plans.templates import Source
from planner.questions import of_values
from pricing.catalog import Catalog
from pricing.errors import InvalidInput, Problem, TokenplanError, one_of
from pricing.pricefile import PriceFile, read_price_file

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable


LARGEST: Final = 8_000_000
"""Bytes of a plan or a prompt file."""

_UNKNOWN: Final = "unknown field"


@dataclass(frozen=True, slots=True)
class PlanFile:
    """A plan that was read: its path, the plan with its prompts inline, its price file."""

    path: str
    plan: Plan
    prices: PriceFile | None
    parsed: Parsed

    def over(self, catalog: Catalog) -> Catalog:
        """The catalog with the plan's own prices over it; prices that lie over it already win."""
        return catalog if self.prices is None or catalog.prices is not None else Catalog(catalog.directory, self.prices)

    def line(self, *place: str | int) -> int:
        """The line of a key."""
        return line_of(self.parsed.lines(), place)

    def located(self, error: TokenplanError) -> TokenplanError:
        """An error of the plan with the file and the line of each problem in its words."""
        return located(error, self.path, self.parsed)


def read_plan(
    path: str, *, scenario: str | None = None, values: Mapping[str, Any] | None = None, outside: bool = False
) -> PlanFile:
    """A plan file (TOML, YAML or JSON) and all it names; `outside` lets it name files beyond its folder.

    `scenario` is one of the plan's, `values` replace others by key path after it.

    Raises:
        InvalidInput: it cannot be read or is no plan; the message names file, line, key and value.
        BadCatalog: its price file is damaged.
    """
    here = Path(path)
    try:
        parsed = parse(_text(here, path), here.suffix)
    except InvalidInput as error:
        raise _named(error, path) from None
    try:
        raw = parsed.values
        if scenario is not None:
            raw = overridden(raw, scenario_values(raw, scenario), "scenarios", scenario, "values")
        if values:
            raw = overridden(raw, values)
        plan = _typed(raw)
        plan = _loaded(plan, here, outside=outside)
        own = None if plan.prices is None else _price_file(here, plan.prices, outside=outside)
    except TokenplanError as error:
        raise located(error, path, parsed) from None
    return PlanFile(path, plan, None if own is None else read_price_file(str(own)), parsed)


def located(error: TokenplanError, path: str, parsed: Parsed) -> TokenplanError:
    """The error with file and line before each problem, and the key where the message does not say it."""
    lines = parsed.lines()
    problems = [
        Problem(each.loc, f"{path}, line {line_of(lines, each.loc)}: {_worded(each)}", each.input)
        for each in error.problems
    ]
    found = type(error).of(problems)
    found.__dict__.update({key: value for key, value in error.__dict__.items() if key != "problems"})
    return found


def _worded(problem: Problem) -> str:
    where = ".".join(map(str, problem.loc))
    return problem.msg if not where or problem.msg.startswith(where) else f"{where}: {problem.msg}"


def _named(error: InvalidInput, path: str) -> InvalidInput:
    return InvalidInput.of([Problem(each.loc, f"{path}: {each.msg}", each.input) for each in error.problems])


def _text(path: Path, shown: str) -> str:
    """A file's text.

    Raises:
        InvalidInput: no file, too large, no UTF-8.
    """
    try:
        if not path.is_file():
            raise InvalidInput("no such file" if not path.exists() else "it is no file", value=shown)
        if path.stat().st_size > LARGEST:
            raise InvalidInput(f"it is larger than {LARGEST:,} bytes", value=shown)
        return path.read_text(encoding="utf-8-sig")
    except OSError as error:
        raise InvalidInput(f"{error.strerror}", value=shown) from None
    except ValueError as error:  # a path with a null byte, or bytes that are no UTF-8
        raise InvalidInput(f"{error}", value=shown) from None


def _typed(raw: dict[str, Any]) -> Plan:
    try:
        return of_values(Plan, raw)
    except InvalidInput as error:
        raise InvalidInput.of(list(_meant(error.problems, raw))) from None


def _meant(problems: Iterable[Problem], raw: dict[str, Any]) -> Iterable[Problem]:
    """A reader's problems in the plan's own keys: of a union only what fits the value, a typo with the nearest key."""
    found: dict[tuple[str | int, ...], Problem] = {}
    for each in problems:
        loc, value = _cleaned(each, raw)
        plain = each.msg.rpartition(": ")[2]
        if isinstance(value, dict) and plain.startswith(("Input should be a valid number", "Input should be a number")):
            continue
        if plain == _UNKNOWN:
            keys = known(Plan, loc[:-1])
            plain = f"unknown key {loc[-1]!r}; {one_of(str(loc[-1]), keys)}"
        elif not isinstance(value, dict) and loc in found:
            continue
        where = ".".join(map(str, loc))
        shown = f" (it is {value!r})" if isinstance(value, (str, int, float, bool)) else ""
        found.setdefault(loc, Problem(loc, f"{where}: {plain}{shown}" if where else plain, each.input))
    return found.values()


def _cleaned(problem: Problem, raw: Any) -> tuple[tuple[str | int, ...], Any]:
    """A problem's place without the names of types that a union puts in, and the value there."""
    loc: list[str | int] = []
    node, last = raw, len(problem.loc) - 1
    for at, key in enumerate(problem.loc):
        if (isinstance(node, dict) and key in node) or (isinstance(node, list) and isinstance(key, int)):
            node = node[key]  # type: ignore[index]  # either way it is one
            loc.append(key)
        elif at == last and isinstance(node, dict) and not str(key)[:1].isupper() and key != "float":
            node = None
            loc.append(key)
    return tuple(loc), node


def _loaded(plan: Plan, path: Path, *, outside: bool) -> Plan:
    """The plan with the text of every file that its prompts name."""

    def load(source: Source, *loc: str | int) -> Source:
        if source.file is None:
            return source
        if source.text is not None:
            raise InvalidInput("give file or text, not both", loc=loc, value=source.file)
        found = _inside(path, source.file, (*loc, "file"), outside=outside)
        try:
            return replace(source, text=_text(found, source.file))
        except InvalidInput as error:
            raise InvalidInput(f"{source.file}: {error}", loc=(*loc, "file"), value=source.file) from None

    found: Plan = _mapped(plan, load)
    return found


def _mapped(node: Any, change: Callable[..., Source], *loc: str | int) -> Any:
    """A tree with every source changed."""
    if isinstance(node, Source):
        return change(node, *loc)
    if is_dataclass(node) and not isinstance(node, type):
        own = {each.name: getattr(node, each.name) for each in fields(node)}
        new = {name: _mapped(each, change, *loc, name) for name, each in own.items()}
        return replace(node, **{name: each for name, each in new.items() if each is not own[name]})
    if isinstance(node, Mapping):
        return {key: _mapped(each, change, *loc, key) for key, each in node.items()}
    if isinstance(node, tuple):
        return tuple(_mapped(each, change, *loc, at) for at, each in enumerate(node))
    return node


def _price_file(plan: Path, name: str, *, outside: bool) -> Path:
    found = _inside(plan, name, ("prices",), outside=outside)
    if not found.is_file():
        raise InvalidInput(
            f"{name}: {'it is no file' if found.exists() else 'no such file'}", loc=("prices",), value=name
        )
    return found


def _inside(plan: Path, name: str, loc: tuple[str | int, ...], *, outside: bool) -> Path:
    """A file that the plan names: in its folder, links followed, unless others are allowed.

    Raises:
        InvalidInput: it lies elsewhere.
    """
    try:
        folder = plan.parent.resolve()
        found = (folder / name).resolve()
    except (OSError, ValueError, RuntimeError) as error:
        raise InvalidInput(f"{name!r}: {error}", loc=loc, value=name) from None
    if not outside and not found.is_relative_to(folder):
        raise InvalidInput(f"{name!r} lies outside the plan's folder; --allow-outside allows it", loc=loc, value=name)
    return found
