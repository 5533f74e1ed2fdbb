"""What requests really cost: usage logs priced, summed up, fitted into plan inputs, and held against a plan.

A log goes through four rooms. `shapes` says, as data, where each vendor's export holds what; `reading` turns files and
rows into batches (`batches`), `requests` a batch into columns of one meaning, `priced` gives each its cost by
`pricing.table`, `tallies` sums up. `report`, `fit` and `compare` are the verbs over that; one pass each, a batch at a
time, so that memory does not grow with the log. Needs the extra `actuals`.
"""
