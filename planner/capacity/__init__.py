"""How much traffic a plan carries: rate limits, waiting for slots, provisioned throughput, batches."""
