"""Runs inside the peers' environment: rows of usage on stdin, the peer's costs on stdout; imports no product code.

A row's buckets are disjoint, as ours are; each peer is given them in the nested form that it means.
"""

import json
import sys
import warnings
from datetime import datetime
from decimal import Decimal

warnings.simplefilter("ignore")
READ = ("cache_read_tokens", "cache_audio_read_tokens", "cache_image_read_tokens")
WRITE = ("cache_write_5m_tokens", "cache_write_1h_tokens")
INPUT = ("input_tokens", "input_audio_tokens", "input_image_tokens", "input_video_tokens", *READ, *WRITE)
OUTPUT = ("output_tokens", "reasoning_tokens", "output_audio_tokens", "output_image_tokens")


def total(usage, names):
    return sum(usage.get(name, 0) for name in names)


def genai_prices(rows):
    from genai_prices import Usage, calc_price

    for row in rows:
        usage, tier = row["usage"], row["tier"]
        nested = {
            "input_tokens": total(usage, INPUT),
            "output_tokens": total(usage, OUTPUT),
            "cache_read_tokens": total(usage, READ),
            "cache_write_tokens": total(usage, WRITE),
            "cache_write_5m_tokens": usage.get("cache_write_5m_tokens", 0),
            "cache_write_1h_tokens": usage.get("cache_write_1h_tokens", 0),
            "input_audio_tokens": total(usage, ("input_audio_tokens", "cache_audio_read_tokens")),
            "cache_audio_read_tokens": usage.get("cache_audio_read_tokens", 0),
            "input_image_tokens": total(usage, ("input_image_tokens", "cache_image_read_tokens")),
            "cache_image_read_tokens": usage.get("cache_image_read_tokens", 0),
            "input_video_tokens": usage.get("input_video_tokens", 0),
            "output_reasoning_tokens": usage.get("reasoning_tokens", 0),
            "output_audio_tokens": usage.get("output_audio_tokens", 0),
            "output_image_tokens": usage.get("output_image_tokens", 0),
            "web_searches": usage.get("web_search_calls", 0),
        }
        context = {} if tier == "standard" else {"service_tier": tier, "processing": tier, "speed": tier}
        at = datetime.fromisoformat(row["at"])
        yield (
            lambda n=nested, r=row, t=at, c=context: (
                calc_price(
                    Usage(**{k: v for k, v in n.items() if v}),
                    r["name"],
                    provider_id=r["seller"],
                    genai_request_timestamp=t,
                    price_context=c or None,
                ).total_price
            )
        )


def litellm(rows):
    import litellm as peer
    from litellm.litellm_core_utils.llm_cost_calc import utils
    from litellm.types.utils import (
        CacheCreationTokenDetails,
        CompletionTokensDetailsWrapper,
        PromptTokensDetailsWrapper,
        Usage,
    )

    clock = {}
    utils.current_billing_time = lambda: clock["now"]

    def ask(row):
        usage = row["usage"]
        clock["now"] = datetime.fromisoformat(row["at"])
        prompt, completion = total(usage, INPUT), total(usage, OUTPUT)
        spent = Usage(
            prompt_tokens=prompt,
            completion_tokens=completion,
            total_tokens=prompt + completion,
            prompt_tokens_details=PromptTokensDetailsWrapper(
                cached_tokens=total(usage, READ),
                cache_write_tokens=total(usage, WRITE) or None,
                cache_creation_token_details=CacheCreationTokenDetails(
                    ephemeral_5m_input_tokens=usage.get("cache_write_5m_tokens", 0),
                    ephemeral_1h_input_tokens=usage.get("cache_write_1h_tokens", 0),
                )
                if total(usage, WRITE)
                else None,
                audio_tokens=usage.get("input_audio_tokens", 0),
                image_tokens=usage.get("input_image_tokens", 0),
                text_tokens=usage.get("input_tokens", 0),
            ),
            completion_tokens_details=CompletionTokensDetailsWrapper(
                reasoning_tokens=usage.get("reasoning_tokens", 0),
                audio_tokens=usage.get("output_audio_tokens", 0),
                image_tokens=usage.get("output_image_tokens", 0),
                text_tokens=usage.get("output_tokens", 0),
            ),
        )
        if row["tier"] == "fast":
            spent.speed = "fast"
        batch = row["tier"] == "batch"
        tier = None if row["tier"] in {"standard", "batch", "fast"} else row["tier"]
        parts = peer.cost_per_token(
            model=row["name"],
            custom_llm_provider=row["seller"],
            usage_object=spent,
            call_type="retrieve_batch" if batch else "completion",
            service_tier=tier,
            data_residency=row.get("residency"),
        )
        return Decimal(repr(sum(parts)))

    for row in rows:
        yield lambda r=row: ask(r)


def main():
    asked = json.load(sys.stdin)
    answers = []
    for call in {"genai-prices": genai_prices, "litellm": litellm}[asked["peer"]](asked["rows"]):
        try:
            answers.append({"usd": str(call())})
        except Exception as error:  # noqa: BLE001 - whatever a peer raises is its answer
            answers.append({"error": f"{type(error).__name__}: {error}"[:200]})
    sys.__stdout__.write("\n" + json.dumps(answers) + "\n")


main()
