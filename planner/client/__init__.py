"""A typed client for a Tokenplan server: `Client` and `AsyncClient`, with the verbs of `Planner` as methods.

    with Client("http://127.0.0.1:8321") as tokenplan:
        answer = tokenplan.cost(CostQuestion(model="gpt-5-mini", usage=Usage(input_tokens=1000)))

A script that asks a `Planner` can ask a `Client` instead: questions, answers and errors are the same types. Verbs are
pure, so a call that failed on the way is sent again (`Retries`); what stays without an answer is `NoAnswer`.
"""

from planner.client.clients import AsyncClient, Client
from planner.client.retries import Retries

__all__ = ["AsyncClient", "Client", "Retries"]
