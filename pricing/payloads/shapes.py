"""What each provider's usage payload says, as tables: adding a provider is adding a table here.

A path is keys joined by `/`; `[key=value]` keeps the list entries (or the object) that match, `*` takes every entry.
Roles, the common vocabulary that `pricing.payloads.buckets` turns into buckets:

    prompt       input tokens; whole, but for the roles that the shape lists in `outside`
    tool_prompt  prompt tokens that the provider's own tools added
    cached       prompt tokens read from a cache; cached_text, cached_audio, cached_image, cached_video are inside it
    write        prompt tokens written to a cache; write_5m (short) and write_1h (long lifetime) are inside it
    uncached     a check: the prompt without cached and write
    audio image video   prompt tokens by modality, cached ones included
    output       output tokens; whole, but for `reasoning` where the shape lists it in `outside`
    reasoning out_audio out_image   inside the whole output
    total        a check: the whole prompt and the whole output
    searches     web searches that the provider bills; audio_seconds, video_seconds: durations it bills
    inside       known, and already counted in another figure
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Literal

Role = Literal[
    "prompt", "tool_prompt", "cached", "cached_text", "cached_audio", "cached_image", "cached_video",
    "write", "write_5m", "write_1h", "uncached", "audio", "image", "video",
    "output", "reasoning", "out_audio", "out_image", "total", "searches", "audio_seconds", "video_seconds", "inside",
]  # fmt: skip
Path = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Row:
    """One figure: its role, the spellings of its path (they must agree), and a warning for when it is not zero.

    Rows of the same role are added up.
    """

    role: Role
    paths: tuple[Path, ...]
    note: str = ""


@dataclass(frozen=True, slots=True)
class Items:
    """Things counted in the response around the usage object: those at `path`, less those at the `less` paths."""

    role: Role
    path: Path
    less: tuple[Path, ...] = ()
    note: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Shape:
    """How one usage object is found and read.

    `places` are the paths of the usage object in the responses and events that hold it whole, `early` those in the
    first events of a stream, whose figures later events replace. A shape with `when` and `unless` is taken only where
    the usage object has every path of the first and none of the second. `rounds` is the list of the request's
    samplings; those of the types in `billed_rounds` are not in the object's own figures.
    """

    rows: tuple[Row, ...]
    places: tuple[Path, ...] = (("usage",),)
    early: tuple[Path, ...] = ()
    when: tuple[Path, ...] = ()
    unless: tuple[Path, ...] = ()
    required: tuple[Role, ...] = ("prompt", "output")
    outside: frozenset[Role] = frozenset()
    tier: tuple[Path, ...] = (("service_tier",),)
    model: tuple[Path, ...] = (("model",),)
    region: tuple[Path, ...] = ()
    items: tuple[Items, ...] = ()
    rounds: str = ""
    billed_rounds: tuple[str, ...] = ()
    snake: bool = False


def _path(text: str) -> Path:
    return tuple(text.split("/"))


def _paths(*texts: str) -> tuple[Path, ...]:
    return tuple(map(_path, texts))


def _row(role: Role, *paths: str, note: str = "") -> Row:
    return Row(role, _paths(*paths), note)


def _inside(*paths: str) -> tuple[Row, ...]:
    return tuple(_row("inside", path) for path in paths)


def _priced_as(bucket: str) -> str:
    return f"no bucket of its own; priced as {bucket}"


_NO_BUCKET: Final = "no bucket holds it, so it is not in the cost"
_LONG: Final = "a write that lives 12 hours; read as cache_write_1h_tokens, the long-lived write"


def _input_details(at: str) -> tuple[Row, ...]:
    """What OpenAI-shaped APIs put below the prompt total."""
    return (
        _row("audio", f"{at}/audio_tokens"),
        _row("image", f"{at}/image_tokens"),
        _row("video", f"{at}/video_tokens"),
        _row("cached_text", f"{at}/cached_tokens_details/text_tokens"),
        _row("cached_audio", f"{at}/cached_tokens_details/audio_tokens"),
        _row("cached_image", f"{at}/cached_tokens_details/image_tokens"),
        *_inside(f"{at}/text_tokens"),
    )


def _writes(at: str) -> tuple[Row, ...]:
    """OpenAI's cache writes: two lifetimes, of which the catalog prices the short one as the plain write."""
    return (
        _row("write", f"{at}/cache_write_tokens"),
        _row("write_5m", f"{at}/cache_write_tokens_details/ttl_30m_tokens"),
        _row("write_1h", f"{at}/cache_write_tokens_details/ttl_12h_tokens", note=_LONG),
    )


def _output_details(at: str) -> tuple[Row, ...]:
    """What OpenAI-shaped APIs put below the output total; predictions are billed as output, taken or not."""
    return (
        _row("reasoning", f"{at}/reasoning_tokens"),
        _row("out_audio", f"{at}/audio_tokens"),
        _row("out_image", f"{at}/image_tokens"),
        *_inside(f"{at}/text_tokens", f"{at}/accepted_prediction_tokens", f"{at}/rejected_prediction_tokens"),
    )


_CHAT: Final = (
    _row("prompt", "prompt_tokens"),
    _row("output", "completion_tokens"),
    _row("total", "total_tokens"),
    *_input_details("prompt_tokens_details"),
    *_output_details("completion_tokens_details"),
)
_CHAT_CACHED: Final = _row("cached", "prompt_tokens_details/cached_tokens")
_RESPONSES: Final = (
    _row("prompt", "input_tokens"),
    _row("output", "output_tokens"),
    _row("total", "total_tokens"),
    _row("cached", "input_tokens_details/cached_tokens"),
    *_input_details("input_tokens_details"),
    *_output_details("output_tokens_details"),
)
# Realtime and transcription spell the details in the singular.
_REALTIME: Final = (
    _row("cached", "input_token_details/cached_tokens"),
    *_input_details("input_token_details"),
    *_output_details("output_token_details"),
)
_XAI_TOOLS: Final = (
    _row("searches", "server_side_tool_usage_details/web_search_calls"),
    *(
        _row("inside", f"server_side_tool_usage_details/{tool}_calls", note=_NO_BUCKET)
        for tool in ("x_search", "code_interpreter", "file_search", "mcp", "document_search")
    ),
    _row("inside", "num_sources_used", note=f"live search sources: {_NO_BUCKET}"),
    *_inside("num_server_side_tools_used"),
)
_SEARCH_CALL: Final = "output/[type=web_search_call]"


def _modalities(at: str, roles: dict[str, Role]) -> tuple[Row, ...]:
    """A Gemini list of {modality, tokenCount}; pages of a document are read as images, as Google counts them."""
    return tuple(_row(role, f"{at}/[modality={name}]/tokenCount") for name, role in roles.items())


_GEMINI_IN: Final[dict[str, Role]] = {
    "TEXT": "inside", "AUDIO": "audio", "IMAGE": "image", "DOCUMENT": "image", "VIDEO": "video",
}  # fmt: skip
_GEMINI_CACHED: Final[dict[str, Role]] = {
    "TEXT": "cached_text", "AUDIO": "cached_audio", "IMAGE": "cached_image", "DOCUMENT": "cached_image",
    "VIDEO": "cached_video",
}  # fmt: skip
_GEMINI_OUT: Final[dict[str, Role]] = {
    "TEXT": "inside", "AUDIO": "out_audio", "IMAGE": "out_image", "DOCUMENT": "out_image",
}  # fmt: skip


def _gemini_output(at: str) -> tuple[Row, ...]:
    video = _row("inside", f"{at}/[modality=VIDEO]/tokenCount", note=_priced_as("output_tokens"))
    return (*_modalities(at, _GEMINI_OUT), video)


_GEMINI: Final = Shape(
    rows=(
        _row("prompt", "promptTokenCount"),
        _row("cached", "cachedContentTokenCount"),
        _row("tool_prompt", "toolUsePromptTokenCount"),
        _row("output", "candidatesTokenCount", "responseTokenCount"),
        _row("reasoning", "thoughtsTokenCount"),
        _row("total", "totalTokenCount"),
        *_modalities("promptTokensDetails", _GEMINI_IN),
        *_modalities("toolUsePromptTokensDetails", _GEMINI_IN),
        *_modalities("cacheTokensDetails", _GEMINI_CACHED),
        *_gemini_output("candidatesTokensDetails"),
        *_gemini_output("responseTokensDetails"),
    ),
    places=_paths("usageMetadata", "response/usageMetadata"),
    required=("prompt",),  # protobuf leaves zeros out, so an answer that was blocked has no candidates figure
    outside=frozenset({"tool_prompt", "reasoning"}),
    tier=_paths("serviceTier", "trafficType"),
    model=_paths("modelVersion", "model"),
    items=(
        Items(
            "inside",
            _path("candidates/*/groundingMetadata/webSearchQueries/*"),
            note="Google bills searches by query or by prompt, depending on the model; add web_search_calls yourself, "
            "and mind that toolUsePromptTokenCount is read as input",
        ),
    ),
    snake=True,
)
_ANTHROPIC: Final = Shape(
    rows=(
        _row("prompt", "input_tokens"),
        _row("cached", "cache_read_input_tokens"),
        _row("write", "cache_creation_input_tokens"),
        _row("write_5m", "cache_creation/ephemeral_5m_input_tokens"),
        _row("write_1h", "cache_creation/ephemeral_1h_input_tokens"),
        _row("output", "output_tokens"),
        _row("reasoning", "output_tokens_details/thinking_tokens"),
        _row("searches", "server_tool_use/web_search_requests"),
        *_inside("server_tool_use/web_fetch_requests"),  # fetching is free
    ),
    early=_paths("message/usage"),
    outside=frozenset({"cached", "write"}),
    tier=_paths("speed", "service_tier"),
    region=_paths("inference_geo"),
    rounds="iterations",
    billed_rounds=("compaction",),
)
_METRICS: Final = "amazon-bedrock-invocationMetrics"
_HEADER: Final = "x-amzn-bedrock-"
_BEDROCK: Final = Shape(
    rows=(
        _row("prompt", "inputTokens", "inputTokenCount", f"{_HEADER}input-token-count"),
        _row("output", "outputTokens", "outputTokenCount", f"{_HEADER}output-token-count"),
        _row("total", "totalTokens"),
        _row("cached", "cacheReadInputTokens", "cacheReadInputTokenCount", f"{_HEADER}cache-read-input-token-count"),
        _row("write", "cacheWriteInputTokens", "cacheWriteInputTokenCount", f"{_HEADER}cache-write-input-token-count"),
        _row("write_5m", "cacheDetails/[ttl=5m]/inputTokens"),
        _row("write_1h", "cacheDetails/[ttl=1h]/inputTokens"),
    ),
    places=_paths("usage", "metadata/usage", _METRICS, "ResponseMetadata/HTTPHeaders"),
    outside=frozenset({"cached", "write"}),
    tier=_paths("performanceConfig/latency", "serviceTier/type", f"{_HEADER}service-tier"),
    model=_paths("modelId", "model"),
)
_OTEL: Final = "gen_ai.usage."
_OTEL_GENAI: Final = Shape(
    rows=(
        _row("prompt", f"{_OTEL}input_tokens", f"{_OTEL}prompt_tokens"),
        _row("output", f"{_OTEL}output_tokens", f"{_OTEL}completion_tokens"),
        _row("total", f"{_OTEL}total_tokens", "llm.usage.total_tokens"),
        _row("cached", f"{_OTEL}cache_read.input_tokens", f"{_OTEL}cache_read_input_tokens"),
        _row(
            "write",
            f"{_OTEL}cache_creation.input_tokens", f"{_OTEL}cache_write.input_tokens",
            f"{_OTEL}cache_creation_input_tokens", f"{_OTEL}cache_write_input_tokens",
        ),
        _row("reasoning", f"{_OTEL}reasoning.output_tokens", f"{_OTEL}reasoning_tokens"),
        _row("audio", f"{_OTEL}audio.input_tokens"),
        _row("image", f"{_OTEL}image.input_tokens"),
        _row("video", f"{_OTEL}video.input_tokens"),
        _row("out_audio", f"{_OTEL}audio.output_tokens"),
        _row("out_image", f"{_OTEL}image.output_tokens"),
        *_inside(f"{_OTEL}text.input_tokens", f"{_OTEL}text.output_tokens", "gen_ai.request.max_tokens"),
    ),
    places=_paths("attributes"),
    tier=_paths("openai.response.service_tier", "gen_ai.openai.response.service_tier"),
    model=_paths("gen_ai.response.model", "gen_ai.request.model"),
)  # fmt: skip
_LITELLM_WRITES: Final = "prompt_tokens_details/cache_creation_token_details"
_LITELLM: Final = Shape(
    rows=(
        *_CHAT,
        _row("cached", "cache_read_input_tokens", "prompt_tokens_details/cached_tokens", "prompt_cache_hit_tokens"),
        _row(
            "write",
            "cache_creation_input_tokens", "prompt_tokens_details/cache_creation_tokens",
            "prompt_tokens_details/cache_write_tokens",
        ),
        _row("write_5m", f"{_LITELLM_WRITES}/ephemeral_5m_input_tokens"),
        _row("write_5m", f"{_LITELLM_WRITES}/ephemeral_30m_input_tokens"),
        _row("write_1h", f"{_LITELLM_WRITES}/ephemeral_1h_input_tokens"),
        _row("write_1h", f"{_LITELLM_WRITES}/ephemeral_12h_input_tokens", note=_LONG),
        _row(
            "searches",
            "server_tool_use/web_search_requests", "prompt_tokens_details/web_search_requests",
            "server_side_tool_usage_details/web_search_calls",
        ),
        _row("audio_seconds", "prompt_tokens_details/audio_length_seconds"),
        _row("video_seconds", "prompt_tokens_details/video_length_seconds"),
        *_inside(
            "prompt_tokens_details/tool_use_tokens", "prompt_tokens_details/initial_prompt_tokens",
            "prompt_cache_miss_tokens", "num_server_side_tools_used",
        ),
    ),
    tier=_paths("speed", "service_tier"),
    region=_paths("inference_geo"),
    rounds="iterations",  # litellm has added them up already
)  # fmt: skip
_OPENAI_CHAT: Final = Shape(
    rows=(
        *_CHAT,
        _CHAT_CACHED,
        *_writes("prompt_tokens_details"),
        _row("searches", "server_tool_use/web_search_requests"),
    ),
)
_OPENAI_RESPONSES: Final = Shape(
    rows=(*_RESPONSES, *_REALTIME, *_writes("input_tokens_details")),
    places=_paths("usage", "response/usage"),
    items=(
        Items(
            "searches",
            _path(_SEARCH_CALL),
            # Only the search itself is billed; opening a page it found and looking in it are not.
            _paths(*(f"{_SEARCH_CALL}/action/[type={act}]" for act in ("open_page", "find_in_page", "find"))),
        ),
    ),
)
_DEEPSEEK: Final = Shape(
    rows=(
        *_CHAT,
        _row("cached", "prompt_cache_hit_tokens", "prompt_tokens_details/cached_tokens"),
        _row("uncached", "prompt_cache_miss_tokens"),
    ),
)
_MISTRAL: Final = Shape(
    rows=(
        *_CHAT,
        _row("cached", "prompt_tokens_details/cached_tokens", "num_cached_tokens"),
        _row("audio_seconds", "prompt_audio_seconds"),
    ),
)
_XAI_CHAT: Final = Shape(rows=(*_CHAT, _CHAT_CACHED, *_XAI_TOOLS), outside=frozenset({"reasoning"}))
_XAI_RESPONSES: Final = Shape(rows=(*_RESPONSES, *_XAI_TOOLS), places=_paths("usage", "response/usage"))
_OPENAI_IMAGES: Final = Shape(
    rows=(
        _row("prompt", "input_tokens"),
        _row("out_image", "output_tokens"),
        _row("output", "output_tokens"),
        _row("total", "total_tokens"),
        *_input_details("input_tokens_details"),
    ),
    when=_paths("input_tokens_details/image_tokens", "input_tokens_details/text_tokens"),
    unless=_paths("output_tokens_details", "input_tokens_details/cached_tokens"),
)

TABLES: Final[dict[str, tuple[Shape, ...]]] = {
    "openai_chat": (_OPENAI_CHAT,),
    "openai_responses": (_OPENAI_IMAGES, _OPENAI_RESPONSES),
    "anthropic": (_ANTHROPIC,),
    "gemini": (_GEMINI,),
    "bedrock": (_BEDROCK,),
    "mistral": (_MISTRAL,),
    "deepseek": (_DEEPSEEK,),
    "xai": (_XAI_CHAT, _XAI_RESPONSES),
    "litellm": (_LITELLM,),
    "otel_genai": (_OTEL_GENAI,),
}
"""Every shape of the HTTP contract; where a provider has two APIs, the usage object's own keys tell which it is."""
