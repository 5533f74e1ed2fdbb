"""Where prices come from: pinned public packages read as data, merged by trust into the catalog that ships.

`python -m pricing.sources.build` makes `pricing/data/`; nothing here is imported when a price is looked up.
"""
