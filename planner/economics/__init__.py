"""Unit economics: what a user costs and must pay, how usage is spread, free tiers, and the months ahead."""
