"""The formulas through xlwings: `tp_cost(...)`, by the BSD part of it alone."""
