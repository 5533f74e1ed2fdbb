"""The scalar path's answer for millions of rows: columns in, columns out, money as integers of 1e-12 USD.

Rows of one model, tier and region (`keys`), stretch of time (`times`) and step of prompt length share one segment
(`segments`). `pricing.cost` chooses a segment's terms once, at one of its rows, and the catalog remembers them
(`terms`); what is left is a gather, a multiplication and a sum, a chunk of rows at a time (`rates`, `amounts`).
Needs NumPy: the extra `table`.
"""

from pricing.errors import InvalidInput

try:
    import numpy  # noqa: F401, ICN001 - looked for here, before any module of the package needs it
except ImportError:
    raise InvalidInput("columns need NumPy: pip install 'tokenplan[table]'") from None

from pricing.table.amounts import Priced, price, usd
from pricing.table.columns import UNPRICED, Column, Text
from pricing.table.terms import Chosen
from pricing.table.texts import plain

__all__ = ["UNPRICED", "Chosen", "Column", "Priced", "Text", "plain", "price", "usd"]
