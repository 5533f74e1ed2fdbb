"""A real prompt and how many tokens it is on a model."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, ClassVar, Final, Literal

from planner.attachments import Attachments, Opened, counted, opened
from planner.tokens import Part, rendering, shapes
from planner.tokens.count import combined
from planner.tokens.request import Message, Request, Text
from planner.tokens.shapes import ShapeName
from pricing.errors import InvalidInput, NotCountable, TokenplanError
from pricing.rates import ModelRef

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from planner.tokens import Count, Counter
    from planner.tokens.count import Modality
    from pricing.catalog import Catalog
    from pricing.names import Resolution
    from pricing.rates import Model


_BUCKETS: Final[dict[Modality, str]] = {
    "text": "input_tokens",
    "image": "input_image_tokens",
    "audio": "input_audio_tokens",
    "video": "input_video_tokens",
}

_LIKE_TEXT: Final[tuple[Modality, ...]] = ("image", "video")


@dataclass(frozen=True, kw_only=True)
class ChatRequest:
    """A chat request in parts, or whole (`request`, a body as a provider's API takes it).

    Its JSON may be of any provider's `shape`, told by its keys where none is named; the model's own rule counts it.
    """

    messages: tuple[dict[str, Any], ...] | None = None
    """Chat messages, in any provider's shape."""
    system: str | tuple[dict[str, Any], ...] | None = None
    """A system prompt: a text, or text parts."""
    tools: tuple[dict[str, Any], ...] | None = None
    """Functions that may be called, in any provider's form."""
    response_format: dict[str, Any] | None = None
    """A JSON Schema for the answer, alone or as a provider wraps it."""
    request: dict[str, Any] | None = None
    """A whole request body instead."""
    shape: ShapeName | None = None
    """Whose JSON it is; told by its keys without."""

    @property
    def chat(self) -> bool:
        """Whether any part of a request is given."""
        return any(getattr(self, name) is not None for name in (*_CHAT, "request"))


@dataclass(frozen=True, kw_only=True)
class Prompt(ChatRequest, Attachments):
    """What is sent: plain `text`, or a chat request, to which a text is a further message of the user.

    Images, documents, sound and video may stand beside them or alone. With `count_with` "provider" the prompt is sent
    to the model's provider, which counts it with the user's key.
    """

    text: str | None = None
    """A text; beside a chat request, a further message of the user."""
    count_with: Literal["offline", "provider"] = "offline"
    """Who counts: we, or the model's provider, to whom the prompt is then sent."""

    @property
    def given(self) -> bool:
        """Whether there is anything to send."""
        return self.attached or self.text is not None or self.chat


@dataclass(frozen=True, slots=True, kw_only=True)
class TokensQuestion(Prompt):
    """How many tokens is this prompt on this model?"""

    __pydantic_config__: ClassVar[dict[str, str]] = {"extra": "forbid"}

    model: str
    provider: str | None = None


@dataclass(frozen=True, slots=True)
class Tokens:
    """A count with its bounds and the method that made it; for `exact` the three figures are one."""

    tokens: int
    low: int
    high: int
    method: str
    encoding: str | None


@dataclass(frozen=True, slots=True)
class TokensAnswer(Tokens):
    """A prompt's tokens on a model, part by part."""

    parts: tuple[Part, ...]
    model: ModelRef
    warnings: tuple[str, ...]


def tokens(question: TokensQuestion, catalog: Catalog, counter: Counter) -> TokensAnswer:
    """Count a prompt offline.

    Raises:
        InvalidInput: nothing to count, messages that are malformed, a file that cannot be read.
        UnknownModel: the name is not listed.
        NotCountable: the text cannot be counted safely; NoRule: nothing is known of such an item on this model.
    """
    resolved = catalog.resolve(question.model, question.provider)
    found = count(question, resolved, counter)
    model = ModelRef(resolved.model.id, resolved.model.provider, question.model, resolved.rule)
    return TokensAnswer(
        found.tokens,
        found.low,
        found.high,
        found.method,
        found.encoding,
        found.parts,
        model,
        (*resolved.warnings, *found.notes, *other_model(question, (resolved,), catalog)),
    )


def other_model(prompt: ChatRequest, asked: Sequence[Resolution], catalog: Catalog) -> tuple[str, ...]:
    """What to say where a whole request names a model, and it is none of those that are asked about."""
    own = (prompt.request or {}).get("model")
    if not isinstance(own, str) or not asked:
        return ()
    meant = {own}
    for provider in (None, *(each.model.provider for each in asked)):
        with suppress(TokenplanError):
            meant.add(catalog.resolve(own, provider).model.id)
    if any(each.requested == own or each.model.id in meant for each in asked):
        return ()
    names = ", ".join(dict.fromkeys(each.model.id for each in asked))
    return (f"the request is for the model {own!r}; this answer is for {names}",)


def sized(found: Count) -> Tokens:
    """A count without its parts."""
    return Tokens(found.tokens, found.low, found.high, found.method, found.encoding)


def billed(split: Mapping[Modality, int], model: Model) -> dict[Modality, int]:
    """Tokens by modality as a model prices them: images and video are as text where they have no price of their own.

    Sound stays apart: a model that lists no price for it may still have one, and pricing says so.
    """
    listed = {bucket for each in model.sets for bucket in each.rates}
    plain = [modality for modality in _LIKE_TEXT if _BUCKETS[modality] not in listed]
    folded = sum(split[modality] for modality in plain)
    return {**split, **dict.fromkeys(plain, 0), "text": split["text"] + folded}


def buckets(split: Mapping[Modality, int]) -> dict[str, int]:
    """Tokens by modality as billing buckets of a prompt without a cache."""
    return {_BUCKETS[modality]: tokens for modality, tokens in split.items()}


@dataclass(frozen=True, slots=True)
class Ready:
    """A prompt read from its JSON and its bytes, once for all the models it is counted on.

    `request` is None where nothing but a text or attachments are given.
    """

    request: Request | None
    attached: tuple[Opened, ...]

    @property
    def things(self) -> tuple[Opened, ...]:
        """What is no text, attached or among the messages."""
        inline = rendering.media(self.request.messages) if self.request is not None else ()
        return (*self.attached, *(Opened(rendering.named(each), each.place, each.item) for each in inline))


def ready(prompt: Prompt) -> Ready:
    """A prompt read; nothing given is nothing read.

    Raises:
        InvalidInput, TooLarge, NotCountable: what is malformed or has no rule, with its place.
    """
    if not prompt.chat:
        return Ready(None, opened(prompt))
    request = read_request(prompt)
    if prompt.text is not None:
        last = Message("user", (Text(prompt.text, ("text",)),), None, ("text",), plain=True)
        request = replace(request, messages=(*request.messages, last))
    return Ready(request, opened(prompt))


def count(prompt: Prompt, resolved: Resolution, counter: Counter, read: Ready | None = None) -> Count:
    """The tokens of a prompt on a resolved model; a text alone is counted without any framing.

    A question over many models makes its prompt `ready` once and hands it in.
    """
    if not prompt.given:
        raise InvalidInput(f"give {', '.join(_TOLD)}, audio_seconds or video_seconds", loc=("text",))
    if prompt.count_with == "provider":
        return _asked(prompt, resolved, counter)
    known = ready(prompt) if read is None else read
    model = resolved.model
    counts = []
    if known.request is not None:
        counts.append(counter.count_request(known.request, model.id, model.provider))
    elif prompt.text is not None:
        counts.append(counter.count(prompt.text, model.id, model.provider))
    counts += counted(known.attached, model, counter)
    return counts[0] if len(counts) == 1 else combined(counts)


def _asked(prompt: Prompt, resolved: Resolution, counter: Counter) -> Count:
    """The provider's own count of a text or of messages that are text.

    Raises:
        InvalidInput: no text may be sent away here, or there is none.
        NotCountable: the prompt holds what is not sent to a count API.
    """
    if counter.remote is None:
        raise InvalidInput(
            "count_with is 'provider', which would send the prompt to the provider and is not allowed here; "
            "TOKENPLAN_PROVIDER_COUNTS=1 allows it, or default_planner(provider_counts=True)",
            loc=("count_with",),
            value="provider",
        )
    for name in ("tools", "response_format", "request", *Attachments.__dataclass_fields__):
        if getattr(prompt, name):
            raise NotCountable(f"{name} is not sent to a count API; text and messages are", loc=(name,))
    model, provider, remote = resolved.model.id, resolved.model.provider, counter.remote()
    if prompt.text is not None and prompt.messages is None and prompt.system is None:
        return remote.count(prompt.text, model, provider)
    said = [("system", prompt.system), ("user", prompt.text)]
    first, last = ([{"role": role, "content": words}] if words is not None else [] for role, words in said)
    return remote.count_messages([*first, *(prompt.messages or ()), *last], model, provider)


def read_request(prompt: ChatRequest) -> Request:
    """The chat request, read by its shape.

    Raises:
        InvalidInput, TooLarge, NotCountable: what is malformed or has no rule, with its place.
    """
    shape = shapes.shape_named(prompt.shape)
    if prompt.request is None:
        given = shapes.Given(prompt.messages, prompt.system, prompt.tools, None, prompt.response_format)
        return shapes.read(given, shape)
    for name in _CHAT:
        if getattr(prompt, name) is not None:
            raise InvalidInput(f"{name} is given beside request, which holds its own", loc=(name,))
    return shapes.read_body(prompt.request, shape, ("request",))


_CHAT: Final = ("messages", "system", "tools", "response_format")
"""The parts of a chat request."""

_TOLD: Final = ("text", *_CHAT, "request", "images", "documents")
