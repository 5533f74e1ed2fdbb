"""Times `pricing.cost`, name and usage included, in CPU seconds a call."""

import json
import sys
import timeit
from datetime import UTC, datetime
from decimal import Decimal
from time import process_time

from pricing import Catalog, Usage, cost

catalog = Catalog()
now = datetime.now(UTC)


def call() -> Decimal:
    """Name, usage and price, all three each time."""
    usage = Usage(input_tokens=1000, output_tokens=200)
    return cost(usage, catalog.resolve("gpt-5-mini"), at=now).total_usd


answer = call()
times = timeit.repeat(call, number=int(sys.argv[1]), repeat=3, timer=process_time)
print(json.dumps({"usd": str(answer), "seconds": min(times) / int(sys.argv[1])}))
