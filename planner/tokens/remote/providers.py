"""What each provider's count endpoint takes and answers: data and small functions, no network.

Sources, read 2026-11-25: OpenAI `POST /v1/responses/input_tokens` (API reference, Responses, Get input token counts);
Anthropic `POST /v1/messages/count_tokens`; Gemini `models.countTokens` with `generateContentRequest`; Cohere
`POST /v1/tokenize` (a text of 1 to 65,536 characters); xAI `POST /v1/tokenize-text` (`token_ids`).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from pricing.errors import InvalidInput, NoRule, NotCountable, one_of

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    Messages = Sequence[Mapping[str, Any]]
    Json = dict[str, Any]

ANTHROPIC_VERSION: Final = "2023-06-01"


@dataclass(frozen=True, slots=True)
class Endpoint:
    """One provider's count: where, with which key, what is sent and where the answer holds the figure.

    `keys` are environment variables, the usual one first. `messages` is None where plain text alone is counted; `most`
    is the longest text in characters. `framed`: a text is counted as one user message, framing included.
    """

    name: str
    base: str
    path: str
    keys: tuple[str, ...]
    headers: Callable[[str], dict[str, str]]
    text: Callable[[str, str], Json]
    messages: Callable[[str, Messages], Json] | None
    read: Callable[[Json], object]
    framed: bool = True
    most: int | None = None


def endpoint(provider: str) -> Endpoint:
    """The count endpoint of a provider, by its name in the catalog.

    Raises:
        NoRule: none is known.
    """
    if provider not in ENDPOINTS:
        raise NoRule(
            f"no count API is known of the provider {provider!r}; {one_of(provider, ENDPOINTS)}",
            loc=("count_with",),
            value=provider,
        )
    return ENDPOINTS[provider]


def _bearer(key: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {key}"}


def _anthropic_headers(key: str) -> dict[str, str]:
    return {"x-api-key": key, "anthropic-version": ANTHROPIC_VERSION}


def _google_headers(key: str) -> dict[str, str]:
    return {"x-goog-api-key": key}


def _openai(model: str, messages: Messages) -> Json:
    """Responses input items: content parts are typed by who speaks."""

    def parts(message: Mapping[str, Any]) -> object:
        kind = "output_text" if message["role"] == "assistant" else "input_text"
        content = message["content"]
        return content if isinstance(content, str) else [{"type": kind, "text": _text(part)} for part in content]

    return {"model": model, "input": [{"role": each["role"], "content": parts(each)} for each in messages]}


def _anthropic(model: str, messages: Messages) -> Json:
    """System and developer messages become `system`; the rest keeps its order."""
    said = [{"role": each["role"], "content": _joined(each)} for each in messages if not _leads(each)]
    system = "\n\n".join(_joined(each) for each in messages if _leads(each))
    return {"model": model, "messages": said, **({"system": system} if system else {})}


def _google(model: str, messages: Messages) -> Json:
    """`generateContentRequest`: the assistant is `model`, system messages become `systemInstruction`."""
    contents = [
        {"role": "model" if each["role"] == "assistant" else "user", "parts": [{"text": _joined(each)}]}
        for each in messages
        if not _leads(each)
    ]
    leading = [{"text": _joined(each)} for each in messages if _leads(each)]
    request: Json = {"model": f"models/{model}", "contents": contents}
    return {"generateContentRequest": request | ({"systemInstruction": {"parts": leading}} if leading else {})}


def _leads(message: Mapping[str, Any]) -> bool:
    return message["role"] in ("system", "developer")


def _joined(message: Mapping[str, Any]) -> str:
    content = message["content"]
    return content if isinstance(content, str) else "\n".join(_text(part) for part in content)


def _text(part: Mapping[str, Any]) -> str:
    """The text of a content part.

    Raises:
        NotCountable: it is none.
    """
    text = part.get("text")
    if not isinstance(text, str):
        raise NotCountable(f"a part of type {part.get('type')!r} is not sent to a count API; only text is", value=part)
    return text


def plain(messages: object) -> Messages:
    """Messages in OpenAI's shape whose content is text, as the bodies need them.

    Raises:
        InvalidInput: no such messages.
        NotCountable: tool calls, or what is not text.
    """
    if not isinstance(messages, (list, tuple)) or not messages:
        raise InvalidInput("messages must be a list of at least one message", loc=("messages",), value=messages)
    for at, message in enumerate(messages):
        role, content = message.get("role"), message.get("content")
        if role not in ("system", "developer", "user", "assistant") or not isinstance(content, (str, list, tuple)):
            raise NotCountable(
                f"messages[{at}] is not sent to a count API: it must be text of system, developer, user or assistant",
                loc=("messages", at),
                value=role,
            )
        extra = {key for key, value in message.items() if value} - {"role", "content", "name"}
        if extra:
            raise NotCountable(
                f"messages[{at}] holds {', '.join(sorted(extra))}, which is not sent to a count API",
                loc=("messages", at),
            )
    return messages


def _count(field: str) -> Callable[[Json], object]:
    return lambda answer: answer[field]


def _length(field: str) -> Callable[[Json], object]:
    def read(answer: Json) -> object:
        found = answer[field]
        return len(found) if isinstance(found, list) else found

    return read


_USER: Final = "user"

ENDPOINTS: Final[Mapping[str, Endpoint]] = {
    "openai": Endpoint(
        "OpenAI",
        "https://api.openai.com/v1",
        "/responses/input_tokens",
        ("OPENAI_API_KEY",),
        _bearer,
        lambda model, text: {"model": model, "input": text},
        _openai,
        _count("input_tokens"),
    ),
    "anthropic": Endpoint(
        "Anthropic",
        "https://api.anthropic.com/v1",
        "/messages/count_tokens",
        ("ANTHROPIC_API_KEY",),
        _anthropic_headers,
        lambda model, text: {"model": model, "messages": [{"role": _USER, "content": text}]},
        _anthropic,
        _count("input_tokens"),
    ),
    "google": Endpoint(
        "Gemini",
        "https://generativelanguage.googleapis.com/v1beta",
        "/models/{model}:countTokens",
        ("GEMINI_API_KEY", "GOOGLE_API_KEY"),
        _google_headers,
        lambda _, text: {"contents": [{"role": _USER, "parts": [{"text": text}]}]},
        _google,
        _count("totalTokens"),
    ),
    "cohere": Endpoint(
        "Cohere",
        "https://api.cohere.com/v1",
        "/tokenize",
        ("CO_API_KEY", "COHERE_API_KEY"),
        _bearer,
        lambda model, text: {"model": model, "text": text},
        None,
        _length("tokens"),
        framed=False,
        most=65_536,
    ),
    "x-ai": Endpoint(
        "xAI",
        "https://api.x.ai/v1",
        "/tokenize-text",
        ("XAI_API_KEY",),
        _bearer,
        lambda model, text: {"model": model, "text": text},
        None,
        _length("token_ids"),
        framed=False,
    ),
}
"""Provider of the catalog -> its count endpoint."""
