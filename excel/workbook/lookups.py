"""Plain formulas over the sheet Prices: what a request costs where nothing is installed."""

from __future__ import annotations

from typing import Final, NamedTuple

PRICE_COLUMNS: Final = {
    "PriceKeys": "B",
    "PriceModels": "C",
    "PriceFrom": "E",
    "PriceIn": "F",
    "PriceRead": "G",
    "PriceWrite": "H",
    "PriceHour": "I",
    "PriceOut": "J",
    "PriceReason": "K",
    "PriceCacheMin": "L",
    "PriceWindow": "M",
}
"""Names of the price table's columns."""


class Tokens(NamedTuple):
    """Where the tokens of one request stand: cells or figures; an empty one is none."""

    fresh: str
    output: str
    cached: str = ""
    written: str = ""
    reasoning: str = ""

    @property
    def prompt(self) -> str:
        """The whole prompt, which chooses the prices."""
        return "+".join(each for each in (self.fresh, self.cached, self.written) if each)


def price_row(model: str, tier: str, prompt: str) -> str:
    """The row of a model's prices for a prompt's length: its first, and one down for each length that is reached."""
    key = f'{model}&"|"&{tier}'
    return f'MATCH({key},PriceKeys,0)+COUNTIFS(PriceKeys,{key},PriceFrom,"<="&({prompt}))-1'


def cost_at(row: str, tokens: Tokens) -> str:
    """USD of one request; a bucket that the model does not sell is an error once it is used, not nothing."""
    others = (
        (tokens.cached, "PriceRead"),
        (tokens.written, "PriceWrite"),
        (tokens.output, "PriceOut"),
        (tokens.reasoning, "PriceReason"),
    )
    terms = "".join(f"+IF(N({cell})=0,0,{cell}*INDEX({name},{row}))" for cell, name in others if cell)
    return f"({tokens.fresh}*INDEX(PriceIn,{row}){terms})/1000000"


def addin_cost(model: str, tier: str, tokens: Tokens) -> str:
    """The same through the add-in."""
    return (
        f"TP.COST({model},{tokens.fresh},{tokens.output},{tokens.cached},{tokens.written},{tokens.reasoning},"
        f"{tier},PricesAsOf)"
    )


def verdict(*problems: tuple[str, str]) -> str:
    """The words of the first condition that holds, else an empty text."""
    text = '""'
    for condition, words in reversed(problems):
        text = f'IF({condition},"{words}",{text})'
    return text
