"""Settings of the environment that cannot be meant are refused, not passed over."""

from __future__ import annotations

import httpx
import pytest

from planner.api.settings import from_environment
from planner.assemble import default_planner
from planner.tokens.remote import Remote
from planner.tokens.remote.client import Client
from pricing import installed
from pricing.errors import InvalidInput


@pytest.mark.parametrize(
    ("variable", "text", "use", "says"),
    [
        ("TOKENPLAN_PROVIDER_COUNTS", "maybe", default_planner, "it must be 1 or 0"),
        ("TOKENPLAN_API_KEYS", ",", from_environment, "holds no key"),
        ("TOKENPLAN_HOME", __file__, installed.home, "which is no folder"),
    ],
)
def test_a_setting_that_says_nothing_is_refused(monkeypatch, variable, text, use, says):
    """A switch that is no switch, keys without a key and a home that is a file stop the start."""
    monkeypatch.setenv(variable, text)
    with pytest.raises(InvalidInput, match=f"{variable} is .*{says}"):
        use()


def test_an_address_that_is_none_is_refused_before_anything_is_sent():
    """A proxy's address without http is named at once; nobody waits for retries of it."""
    sent = []
    transport = httpx.MockTransport(lambda request: sent.append(request) or httpx.Response(200))
    env = {"OPENAI_API_KEY": "k", "TOKENPLAN_OPENAI_BASE_URL": "nonsense"}
    with pytest.raises(InvalidInput, match="TOKENPLAN_OPENAI_BASE_URL is 'nonsense'"):
        Remote(Client(transport=transport), env).count("hi", "gpt-5-mini", "openai")
    assert sent == []
