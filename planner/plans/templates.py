"""Prompt templates of a plan: texts with `{{name}}` in them and sample data for the names; nothing is executed."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from typing import TYPE_CHECKING, ClassVar, Final, Literal

from planner.checks import STRICT
from planner.distributions import Varying
from pricing.errors import InvalidInput, one_of

if TYPE_CHECKING:
    from collections.abc import Iterator

_SLOT: Final = re.compile(r"\{\{(.*?)\}\}", re.DOTALL)
_NAME: Final = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")

Place = tuple[str | int, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """A text: a file in the plan's folder, or the text itself."""

    __pydantic_config__: ClassVar = STRICT

    file: str | None = None
    """A UTF-8 file, relative to the plan's folder; over HTTP only a name, beside its text."""
    text: str | None = None
    """The text itself."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Sample(Source):
    """What stands for a variable: a sample that is counted, or tokens as stated."""

    __pydantic_config__: ClassVar = STRICT

    repeat: Varying = 1.0
    """How often the sample stands there, as of retrieved chunks; it is counted once."""
    tokens: Varying | None = None
    """Tokens instead of a sample: a number or a distribution; the report marks them as stated."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TemplateMessage(Source):
    """One message of a chat."""

    __pydantic_config__: ClassVar = STRICT

    role: Literal["system", "user", "assistant"]
    """Who says it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Template:
    """A prompt: one plain text (for embedding and reranking), or a chat; `{{name}}` stands for a variable.

    A chat is `system` and `user`, or `messages`; both may be given, the messages then stand between them.
    """

    __pydantic_config__: ClassVar = STRICT

    input: Source | None = None
    """A plain text that is sent without any message around it."""
    system: Source | None = None
    """The system prompt."""
    messages: tuple[TemplateMessage, ...] = ()
    """Messages in their order: examples, a history."""
    user: Source | None = None
    """The message of the user, last."""
    tools: Source | None = None
    """Tools that may be called: a JSON list in any provider's form."""
    variables: Mapping[str, Sample] = field(default_factory=dict)
    """Sample data, by the name that stands between `{{` and `}}`."""
    tokens: Varying | None = None
    """Tokens of the whole prompt, instead of one that is counted; the report marks them as stated."""

    @property
    def sources(self) -> Iterator[tuple[Place, Source]]:
        """Every text of the template with where it stands, in the order in which it is sent."""
        for name in ("tools", "input", "system"):
            if (found := getattr(self, name)) is not None:
                yield (name,), found
        yield from ((("messages", at), each) for at, each in enumerate(self.messages))
        if self.user is not None:
            yield ("user",), self.user

    @property
    def given(self) -> bool:
        """Whether there is anything to send."""
        return self.tokens is not None or any(True for _ in self.sources)


def filled(text: str, values: Mapping[str, str], *loc: str | int, name: str = "") -> str:
    """A text with its slots filled; what stands between the braces is a name and nothing else.

    `name` is what an error calls the text.

    Raises:
        InvalidInput: a slot without a value, or one that holds more than a name; the message has its line.
    """

    def value(match: re.Match[str]) -> str:
        slot = match[1].strip()
        line = f"{name or 'text'}, line {text.count(chr(10), 0, match.start()) + 1}"
        if not _NAME.fullmatch(slot):
            raise InvalidInput(
                f"{line}: {{{{{match[1]}}}}} is no variable; a name of letters, digits and _ is",
                loc=loc,
                value=match[0],
            )
        if slot not in values:
            raise InvalidInput(
                f"{line}: {{{{{slot}}}}} has no sample data; {one_of(slot, values)}", loc=loc, value=slot
            )
        return values[slot]

    return _SLOT.sub(value, text)


def slots(text: str) -> set[str]:
    """The names that a text has slots for."""
    return {match[1].strip() for match in _SLOT.finditer(text)}


def static(text: str, alike: tuple[str, ...] = ()) -> tuple[str, tuple[str, ...]]:
    """What stands before the first slot that differs between requests, and the slots of `alike` names in it."""
    names: list[str] = []
    for match in _SLOT.finditer(text):
        if match[1].strip() not in alike:
            return text[: match.start()], tuple(names)
        names.append(match[1].strip())
    return text, tuple(names)


def checked(template: Template, *loc: str | int) -> None:
    """Refuse a template that says nothing, says it twice, or whose variables and slots do not match.

    Raises:
        InvalidInput: with where it stands.
    """
    if template.tokens is not None:
        _stated_alone(template, *loc)
        return
    texts = list(template.sources)
    if not texts:
        raise InvalidInput("the prompt is empty; give input, system, user, messages or tokens", loc=loc)
    if template.input is not None and len(texts) > 1:
        raise InvalidInput("input is a plain text; it stands alone, without a chat or tools", loc=(*loc, "input"))
    for place, each in texts:
        _told(each, *loc, *place)
    for name, sample in template.variables.items():
        place = (*loc, "variables", name)
        if sample.tokens is None:
            _told(sample, *place)
        elif sample.text is not None or sample.file is not None:
            raise InvalidInput(f"variable {name}: give a sample or tokens, not both", loc=place)
    _all_used(template, texts, *loc)


def _stated_alone(template: Template, *loc: str | int) -> None:
    also = [each.name for each in fields(template) if each.name != "tokens" and getattr(template, each.name)]
    if also:
        raise InvalidInput(f"tokens are stated beside {also[0]}; give one", loc=(*loc, "tokens"))


def _all_used(template: Template, texts: list[tuple[Place, Source]], *loc: str | int) -> None:
    """A variable that no text names is a typo, or sample data that nobody counts."""
    used = set().union(*(slots(each.text or "") for place, each in texts if place != ("tools",)))
    for name in template.variables:
        if name not in used:
            raise InvalidInput(
                f"variable {name} is in no text of the prompt; {one_of(name, sorted(used))}",
                loc=(*loc, "variables", name),
            )


def _told(source: Source, *loc: str | int) -> None:
    if source.text is not None:
        return
    if source.file is None:
        raise InvalidInput("give file or text", loc=loc)
    raise InvalidInput(f"file {source.file!r} was not read; give its text", loc=(*loc, "file"), value=source.file)
