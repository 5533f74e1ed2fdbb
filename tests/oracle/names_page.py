"""docs/names.md: what became of every id of every source and of every generated spelling, and why prices differ."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from tests.oracle import names
from tests.oracle.names import AMBIGUOUS, NOT_SOLD, REFUSED, WRONG

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.oracle.names import Asked

REASONS: Final = (
    (
        r"litellm (anthropic\.claude-|openai\.gpt-6-|amazon\.nova-2-lite).*",
        "a bare Bedrock id is an in-Region call, a tenth over the global price that LiteLLM lists under it",
    ),
    (
        r"genai-prices (aws/)?us-gov\..*",
        "GovCloud asks a fifth over the base; genai-prices counts it to the geographies",
    ),
    (r"litellm eu\.amazon\.nova-.*", "Nova in the EU: model-prices and models.dev agree on ours"),
    (
        r"litellm (deepseek/)?deepseek-(flash|v4-.*)|litellm tencent/deepseek-.*",
        "LiteLLM's base is the peak price; the question is of an hour off the peak",
    ),
    (
        r"(litellm|genai-prices) (deepseek/)?deepseek-(chat|reasoner)",
        "retired names that served V4 Flash at last; the sources keep the prices of V3",
    ),
    (
        r"(litellm|genai-prices) azure/(ada|text-embedding-.*)",
        "Azure's global meter against that of a data zone or a region (azure-genai-prices 0.2.0)",
    ),
    (
        r"model-prices (google/)?gemini-.*(image|banana|omni).*",
        "model-prices states the price of image or video output as all output",
    ),
    (r"model-prices (xai/)?grok-4\.20-.*beta.*", "the launch price; xAI lists the betas as aliases of Grok 4.20"),
    (r"(genai-prices|model-prices) ((x-ai|xai)/)?grok-code-fast.*", "an alias of grok-build-0.1 since 2026-05-15"),
    (
        r"genai-prices (mistral/)?mistral-(large-latest|medium)|model-prices .*(kimi-k2-turbo-preview|sonar|large-4.*)",
        "an id or a price that moved: two other sources agree on ours",
    ),
    (
        r"genai-prices (fireworks/)?accounts/fireworks/.*",
        "open: a short and a long id of Fireworks at two prices; ours has each as its source lists it",
    ),
    (r"litellm (bigmodel|volcengine)/.*", "yuan, converted at another rate"),
    (
        (
            r"litellm ((cloudflare|dashscope|mistral|ovhcloud|together_ai|novita)/.*"
            r"|azure/(mistral-large-latest|gpt-4-turbo.*)|deepseek/deepseek-v3\.2|gpt-4o-mini-tts.*)"
            r"|(genai-prices|model-prices) .*(deepseek-v3\.2|mistral-nemo|Hermes-2-Mixtral.*"
            r"|Llama-3\.3.*|Mixtral-8x7B.*|qwen3\.7-plus)"
        ),
        "a figure decided in docs/differences.md or pricing/sources/corrections.toml",
    ),
)
"""By `source id`: why a resolved name costs other than its source says."""

REFUSED_IDS: Final = (
    ("models-dev .*", "sellers and models that nobody whose prices we read lists"),
    ("litellm bedrock/.*month-commitment.*", "hourly commitments, not token prices"),
    ("litellm bedrock/us-gov-.*/claude-sonnet-4-5-.*", "no vendor before the id"),
    ("litellm (bedrock/guardrails|deepseek/search|fallback_generalizations)", "not models"),
    ("genai-prices .*:free", "OpenRouter's offers, not that provider's"),
    ("genai-prices (deepseek/)?deepseek-(chat-v3-0324|r1-0528)", "weights of 2025, never names of DeepSeek's API"),
)
_INTRO: Final = """# What a model name means, tried against every id of every source

The rules are in `pricing/names.py`. Written by `python -m tests.oracle`, from the catalog and the sources pinned in
`pricing/sources/pins.toml`; `make oracle` holds the counts.

## Each source's ids, as the source spells them

Other sources' ids than LiteLLM's beside `provider=`, and again after the provider's prefix where the source states
prices. A price is the standard input and output price at 2026-11-12; 1.1 % apart or less is the same.
"""
_SPELLED: Final = """
## Spellings generated from every listed id

A spelling may only mean a model one of whose listed names is the same once case, region, path, date, `-latest` and
first revision are taken off both (a naive reference, `tests/oracle/names.py`); anything else is wrong. A date that
nobody lists is answered with a warning. A profile of a region in which the model has no price is refused when a price
is asked for.
"""


def reason(one: Asked, reasons: tuple[tuple[str, str], ...] = REASONS) -> str | None:
    """Why an id differs or is refused, by the first pattern over its source and name."""
    return next((why for pattern, why in reasons if re.fullmatch(pattern, f"{one.source} {one.name}")), None)


def page() -> Iterator[str]:
    """The page's lines."""
    asked = names.answers()
    yield _INTRO
    columns = ("exact", "alias", "case", "region profile", "other rule", REFUSED, AMBIGUOUS)
    yield f"| source | asked | {' | '.join(columns)} | price compared | differs |"
    yield "|---|" + "---|" * (len(columns) + 3)
    for source in (*dict.fromkeys(one.source for one in asked), "all"):
        these = [one for one in asked if source in {one.source, "all"}]
        counts = [sum(_column(one.rule) == column for one in these) for column in columns]
        compared, differ = sum(one.compared for one in these), sum(one.differs for one in these)
        yield f"| {source} | {' | '.join(f'{n:,}' for n in (len(these), *counts, compared, differ))} |"
    yield "\nA prefix (`azure/`, `bedrock/us-east-1/`) before the id is counted under the rule that then held."
    yield "\n### Refused\n"
    yield from _classes([one for one in asked if one.rule == REFUSED], REFUSED_IDS)
    yield "\n### Price differs\n"
    yield from _classes([one for one in asked if one.differs], REASONS)
    yield _SPELLED
    kinds = ("asked", "resolved", "another listed name", NOT_SOLD, REFUSED, AMBIGUOUS, WRONG, "warned")
    yield f"| kind | {' | '.join(kinds)} |"
    yield "|---|" + "---|" * len(kinds)
    tally = names.tally()
    for kind, row in tally.items():
        yield f"| {kind} | {' | '.join(f'{row[each]:,}' for each in kinds)} |"
    yield f"| all | {' | '.join(f'{sum(row[each] for row in tally.values()):,}' for each in kinds)} |"


def _column(rule: str) -> str:
    last = re.sub(r"^(prefix [^,]*|path)(, )?", "", rule) or "exact"
    return last if last in {"exact", "alias", "case", REFUSED, AMBIGUOUS} else (
        "region profile" if last.startswith("region profile") else "other rule"
    )  # fmt: skip


def _classes(these: list[Asked], reasons: tuple[tuple[str, str], ...]) -> Iterator[str]:
    yield "| why | ids | example (theirs, ours, USD a million in / out) |\n|---|---|---|"
    for why in (*(why for _, why in reasons), None):
        found = [one for one in these if reason(one, reasons) == why]
        if found:
            yield f"| {why or 'not looked into'} | {len(found):,} | {_example(found[0])} |"


def _example(one: Asked) -> str:
    if one.rule == REFUSED:
        return f"`{one.name}`"
    sides = (" / ".join("-" if not each else f"{each:.4g}" for each in prices) for prices in (one.theirs, one.ours))
    return f"`{one.name}` {', '.join(sides)}"
