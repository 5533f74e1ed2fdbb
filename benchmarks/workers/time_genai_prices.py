"""Times genai-prices' `calc_price` on the same usage, told the provider, which is its quickest way."""

import json
import sys
import timeit
from datetime import UTC, datetime
from decimal import Decimal
from time import process_time

from genai_prices import Usage, calc_price

now = datetime.now(UTC)


def call() -> Decimal:
    """Name, usage and price, all three each time."""
    usage = Usage(input_tokens=1000, output_tokens=200)
    return calc_price(usage, "gpt-5-mini", provider_id="openai", genai_request_timestamp=now).total_price


answer = call()
times = timeit.repeat(call, number=int(sys.argv[1]), repeat=3, timer=process_time)
print(json.dumps({"usd": str(answer), "seconds": min(times) / int(sys.argv[1])}))
