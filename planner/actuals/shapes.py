"""Where each kind of log holds what, as data: adding a vendor's export is adding a `Shape` here.

A path is keys joined by `/`, each a column, an object's key, or a key of JSON text; the first path that a log has is
read. Of a figure's paths one may be in milliseconds, nanoseconds or cents, told by its ending (`|ms`, `|cents`).

Roles are the terms and buckets of a price (`pricing.usage.BUCKETS`), and

    at, ended, first_token_at     instants; seconds, first_token_seconds: durations
    prompt, output                totals, of which `inside` of a shape says what they hold:
    cached, write, reasoning      tokens read from a cache, written to one, spent on reasoning
    audio, cached_audio           tokens of sound, and those of them that a cache had
    requests, retries, attempt    how many requests a row is, how often it was tried again, which try it was
    kind, status, error           what a row is, whether it failed
    reported, currency            what the log itself says it cost
    own_cache                     whether a gateway answered by itself, at no cost
    context_window                which context step its requests fell into
    feature, user                 for whom it was
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Final

from pricing.errors import InvalidInput, one_of
from pricing.usage import BUCKETS

if TYPE_CHECKING:
    from collections.abc import Collection

TERMS: Final = ("model", "provider", "service_tier", "region", "feature", "user")
"""Roles that are texts."""
PROVIDERS: Final = {
    "aws.bedrock": "aws", "bedrock": "aws", "azure.ai.openai": "azure", "azure.ai.inference": "azure",
    "az.ai.openai": "azure", "gcp.vertex_ai": "vertex", "vertex_ai": "vertex", "gcp.gemini": "google",
    "gcp.gen_ai": "google", "gemini": "google", "mistral_ai": "mistral", "x_ai": "x-ai", "xai": "x-ai",
}  # fmt: skip
"""What OpenTelemetry and LiteLLM call providers -> what the catalog does."""
TIERS: Final = {"default": None, "auto": None, "standard": None, "": None, "false": None, "true": "batch"}
"""Words for the standard tier, and OpenAI's column `batch`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Shape:
    """One kind of log.

    `signs` are columns that together tell it. `summed` rows hold many requests each. `kinds` are the values of `kind`
    that are model calls; rows of other kinds are counted apart. `billed` says where a row without usage stands for
    money that no token explains: only its reported amount counts.
    """

    about: str
    signs: tuple[tuple[str, ...], ...]
    fields: Mapping[str, tuple[str, ...]]
    inside: frozenset[str] = frozenset()
    summed: bool = False
    kinds: tuple[str, ...] = ()
    billed: bool = False
    failures: tuple[str, ...] = field(default=("failure", "failed", "error", "ERROR", "STATUS_CODE_ERROR", "2"))


_GEN: Final = "attributes/gen_ai."
_USAGE: Final = f"{_GEN}usage."
_EXTRA: Final = "metadata/additional_usage_values"
_DETAILS: Final = ("usage_details", "usageDetails", "usage")

SHAPES: Final[Mapping[str, Shape]] = {
    "openai_usage": Shape(
        about="OpenAI organization usage: pages of the API, or the dashboard's CSV",
        signs=(("num_model_requests", "input_tokens"),),
        fields={
            "at": ("start_time", "start_time_iso"),
            "ended": ("end_time", "end_time_iso"),
            "model": ("model",),
            "service_tier": ("service_tier", "batch"),
            "feature": ("project_name", "project_id"),
            "user": ("user_id", "user_email", "api_key_id"),
            "requests": ("num_model_requests",),
            "prompt": ("input_tokens",),
            "cached": ("input_cached_tokens",),
            "output": ("output_tokens",),
            "audio": ("input_audio_tokens",),
            "cached_audio": ("input_cached_audio_tokens",),
            "output_audio_tokens": ("output_audio_tokens",),
        },
        inside=frozenset({"cached"}),
        summed=True,
    ),
    "openai_costs": Shape(
        about="OpenAI organization costs: pages of the API, or the dashboard's CSV; amounts, no tokens",
        signs=(("amount", "line_item"), ("amount_value", "line_item")),
        fields={
            "at": ("start_time", "start_time_iso"),
            "ended": ("end_time", "end_time_iso"),
            "model": ("line_item",),
            "feature": ("project_name", "project_id"),
            "reported": ("amount/value", "amount_value"),
            "currency": ("amount/currency", "amount_currency"),
        },
        summed=True,
        billed=True,
    ),
    "anthropic_usage": Shape(
        about="Anthropic usage report: pages of the Admin API, or the Console's CSV",
        signs=(("uncached_input_tokens",), ("usage_input_tokens_no_cache",)),
        fields={
            "at": ("starting_at", "usage_date_utc"),
            "ended": ("ending_at",),
            "model": ("model", "model_version"),
            "service_tier": ("service_tier", "usage_type"),
            "region": ("inference_geo",),
            "feature": ("workspace_id", "workspace"),
            "user": ("account_id", "api_key_id", "api_key"),
            "requests": ("requests",),
            "input_tokens": ("uncached_input_tokens", "usage_input_tokens_no_cache"),
            "cache_read_tokens": ("cache_read_input_tokens", "usage_input_tokens_cache_read"),
            "cache_write_5m_tokens": (
                "cache_creation/ephemeral_5m_input_tokens", "cache_creation_5m_input_tokens",
                "usage_input_tokens_cache_write_5m",
            ),
            "cache_write_1h_tokens": (
                "cache_creation/ephemeral_1h_input_tokens", "cache_creation_1h_input_tokens",
                "usage_input_tokens_cache_write_1h",
            ),
            "output": ("output_tokens", "usage_output_tokens"),
            "web_search_calls": ("server_tool_use/web_search_requests", "web_search_count"),
            "context_window": ("context_window",),
        },
        summed=True,
    ),
    "anthropic_costs": Shape(
        about="Anthropic cost report of the Admin API; amounts, no tokens",
        signs=(("amount", "cost_type"),),
        fields={
            "at": ("starting_at",),
            "ended": ("ending_at",),
            "model": ("model",),
            "feature": ("workspace_id",),
            "reported": ("amount|cents",),
            "currency": ("currency",),
        },
        summed=True,
        billed=True,
    ),
    "litellm": Shape(
        about="LiteLLM spend logs",
        signs=(("spend", "prompt_tokens", "startTime"),),
        fields={
            "at": ("startTime",),
            "ended": ("endTime",),
            "model": ("model",),
            "provider": ("custom_llm_provider",),
            "feature": ("request_tags/0", "team_id", "model_group"),
            "user": ("end_user", "user"),
            "status": ("status", "metadata/status"),
            "retries": ("metadata/attempted_retries",),
            "prompt": ("prompt_tokens",),
            "cached": (f"{_EXTRA}/cache_read_input_tokens", f"{_EXTRA}/prompt_tokens_details/cached_tokens"),
            "write": (f"{_EXTRA}/cache_creation_input_tokens",),
            "output": ("completion_tokens",),
            "reasoning": (f"{_EXTRA}/completion_tokens_details/reasoning_tokens",),
            "seconds": ("request_duration_ms|ms",),
            "first_token_at": ("completionStartTime",),
            "reported": ("spend",),
            "own_cache": ("cache_hit",),
        },
        inside=frozenset({"cached", "write", "reasoning"}),
    ),
    "langfuse": Shape(
        about="Langfuse observations: blob storage export, or the API's",
        signs=(("provided_model_name", "usage_details"), ("usageDetails", "startTime")),
        fields={
            "at": ("start_time", "startTime"),
            "ended": ("end_time", "endTime"),
            "model": ("provided_model_name", "providedModelName", "model"),
            "feature": ("trace_name", "traceName", "name"),
            "user": ("user_id", "userId"),
            "kind": ("type",),
            "status": ("level",),
            "input_tokens": tuple(f"{each}/input" for each in _DETAILS),
            "cache_read_tokens": tuple(
                f"{each}/{key}" for each in _DETAILS
                for key in ("input_cached_tokens", "cache_read_input_tokens", "input_cache_read")
            ),
            "cache_write_5m_tokens": tuple(
                f"{each}/{key}" for each in _DETAILS
                for key in ("input_cache_creation", "cache_creation_input_tokens", "input_cache_creation_5m")
            ),
            "cache_write_1h_tokens": tuple(f"{each}/input_cache_creation_1h" for each in _DETAILS),
            "output": tuple(f"{each}/output" for each in _DETAILS),
            "reasoning": tuple(
                f"{each}/{key}" for each in _DETAILS for key in ("output_reasoning_tokens", "output_reasoning")
            ),
            "seconds": ("latency",),
            "first_token_seconds": ("time_to_first_token", "timeToFirstToken"),
            "reported": ("total_cost", "totalCost", "cost_details/total", "costDetails/total"),
        },
        kinds=("GENERATION", "EMBEDDING"),
    ),
    "otel_genai": Shape(
        about="OpenTelemetry spans of the GenAI conventions: OTLP JSON, or a span a line",
        signs=(("spanId", "attributes"), ("span_id", "attributes"), ("attributes", "startTimeUnixNano")),
        fields={
            "at": ("startTimeUnixNano", "start_time", "startTime", "timestamp"),
            "ended": ("endTimeUnixNano", "end_time", "endTime"),
            "model": (f"{_GEN}response.model", f"{_GEN}request.model"),
            "provider": (f"{_GEN}provider.name", f"{_GEN}system"),
            "service_tier": ("attributes/openai.response.service_tier", f"{_GEN}openai.response.service_tier"),
            "feature": ("attributes/feature", f"{_GEN}agent.name", "resource/service.name"),
            "user": ("attributes/user.id", "attributes/enduser.id"),
            "kind": (f"{_GEN}operation.name",),
            "status": ("status/code", "status"),
            "error": ("attributes/error.type",),
            "retries": ("attributes/http.request.resend_count",),
            "prompt": (f"{_USAGE}input_tokens", f"{_USAGE}prompt_tokens"),
            "cached": (f"{_USAGE}cache_read.input_tokens", f"{_USAGE}cache_read_input_tokens"),
            "write": (f"{_USAGE}cache_creation.input_tokens", f"{_USAGE}cache_write.input_tokens"),
            "output": (f"{_USAGE}output_tokens", f"{_USAGE}completion_tokens"),
            "reasoning": (f"{_USAGE}reasoning.output_tokens", f"{_USAGE}reasoning_tokens"),
            "first_token_seconds": (f"{_GEN}response.time_to_first_chunk", f"{_GEN}server.time_to_first_token"),
            "reported": (f"{_USAGE}cost",),
        },
        inside=frozenset({"cached", "write", "reasoning"}),
        kinds=("chat", "text_completion", "generate_content", "embeddings"),
    ),
    "plain": Shape(
        about="rows of your own: model, at, and the billing buckets by their names",
        signs=(("model", "input_tokens"), ("model", "output_tokens")),
        fields={
            "at": ("at", "timestamp", "time", "as_of", "date"),
            **{name: (name,) for name in (*TERMS, "status", "error", "requests", "retries", "attempt", "currency")},
            **{name: (name,) for name in BUCKETS},
            "seconds": ("seconds", "latency_seconds", "latency_ms|ms"),
            "first_token_seconds": ("first_token_seconds", "first_token_ms|ms"),
            "reported": ("cost_usd", "cost", "amount"),
        },
    ),
}  # fmt: skip
"""The kinds of log by the name that `--shape` takes; the first whose signs are there is taken."""

ROLES: Final = tuple(dict.fromkeys(role for shape in SHAPES.values() for role in shape.fields))
"""Every role that `--map` can give another column."""


def recognised(columns: Collection[str], where: str) -> str:
    """The shape whose signs a log has.

    Raises:
        InvalidInput: none; names the columns that were found.
    """
    for name, shape in SHAPES.items():
        if any(all(sign in columns for sign in signs) for signs in shape.signs):
            return name
    found = ", ".join(sorted(columns)[:20]) or "none"
    wanted = "; ".join(f"{name}: {' + '.join(shape.signs[0])}" for name, shape in SHAPES.items())
    raise InvalidInput(
        f"{where}: no known usage log; its columns: {found}. Each kind is told by columns: {wanted}. "
        "Say --shape, and --map ROLE=COLUMN for columns of other names",
        loc=("shape",),
    )


def shaped(name: str, columns: Mapping[str, str]) -> Shape:
    """A shape by its name, with your own columns over its fields.

    Raises:
        InvalidInput: an unknown shape or role.
    """
    if name not in SHAPES:
        raise InvalidInput(f"shape is {name!r}; {one_of(name, SHAPES)}", loc=("shape",), value=name)
    for role in columns:
        if role not in ROLES and role not in BUCKETS:
            raise InvalidInput(f"map: unknown role {role!r}; {one_of(role, ROLES)}", loc=("map", role), value=role)
    shape = SHAPES[name]
    return replace(shape, fields={**shape.fields, **{role: (column,) for role, column in columns.items()}})
