"""Times LiteLLM's `cost_per_token` on the same usage, told the provider, which is its quickest way."""

import json
import sys
import timeit
from time import process_time

from litellm import cost_per_token


def call() -> tuple[float, float]:
    """Prompt and answer, in floats."""
    return cost_per_token("gpt-5-mini", prompt_tokens=1000, completion_tokens=200, custom_llm_provider="openai")


answer = call()
times = timeit.repeat(call, number=int(sys.argv[1]), repeat=3, timer=process_time)
print(json.dumps({"usd": str(round(sum(answer), 12)), "seconds": min(times) / int(sys.argv[1])}))
