"""A count by the provider itself: which endpoint, which key, what is sent, and the count made of the answer."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

from planner.tokens.count import Count, Part
from planner.tokens.remote.client import Client
from planner.tokens.remote.providers import Endpoint, endpoint, plain
from pricing.errors import InvalidInput, NoRule, NotCountable, TooLarge

if TYPE_CHECKING:
    from collections.abc import Sequence

BASE: Final = "TOKENPLAN_{}_BASE_URL"
"""The environment variable that puts a proxy or a test server in an endpoint's place, by provider in capitals."""


def _base(env: Mapping[str, str], variable: str) -> str | None:
    """The address a variable puts in an endpoint's place.

    Raises:
        InvalidInput: it is no http address.
    """
    base = env.get(variable)
    if base and not base.startswith(("http://", "https://")):
        said = f"{variable} is {base!r}; it must be an address such as https://proxy.example/v1"
        raise InvalidInput(said, loc=(variable,), value=base)
    return base


_FRAMED: Final = "counted by {} as one message of the user, framing included"
_PLAIN: Final = "counted by {}"


@dataclass(frozen=True, slots=True)
class Remote:
    """Asks a provider for its own count; the text leaves this machine. Keys and base addresses are read from `env`."""

    client: Client = field(default_factory=Client)
    env: Mapping[str, str] = field(default_factory=lambda: os.environ, repr=False)

    def count(self, text: str, model: str, provider: str) -> Count:
        """A text's tokens by its provider.

        Raises:
            NotCountable: no endpoint or key, or no count from it.
            TooLarge: longer than the provider takes.
        """
        where = endpoint(provider)
        if where.most is not None and len(text) > where.most:
            raise TooLarge(f"text has {len(text)} characters; {where.name} counts at most {where.most}", loc=("text",))
        if not text:
            return self._counted(0, where, "text")
        return self._counted(self._ask(where, provider, model, where.text(model, text)), where, "text")

    def count_messages(self, messages: Sequence[Mapping[str, Any]], model: str, provider: str) -> Count:
        """Chat messages' tokens by their provider, framing included.

        Raises:
            NotCountable: as `count`; also where the provider counts plain text alone, or a message is not text.
        """
        where = endpoint(provider)
        if where.messages is None:
            raise NoRule(f"{where.name} counts plain text, not messages", loc=("messages",), value=provider)
        body = where.messages(model, plain(messages))
        return self._counted(self._ask(where, provider, model, body), where, "messages")

    def _ask(self, where: Endpoint, provider: str, model: str, body: Mapping[str, Any]) -> int:
        """The figure that the provider answers."""
        key = next((self.env[name] for name in where.keys if self.env.get(name)), None)
        if key is None:
            raise NotCountable(
                f"{where.name} counts only with a key; set {where.keys[0]}", loc=("count_with",), value=provider
            )
        base = _base(self.env, BASE.format(provider.upper().replace("-", ""))) or where.base
        url = base.rstrip("/") + where.path.format(model=model)
        answer = self.client.post(where.name, url, where.headers(key), body)
        try:
            found = where.read(answer)
        except KeyError as error:
            raise NotCountable(f"{where.name} answered without {error.args[0]!r}", value=provider) from None
        if not isinstance(found, int) or isinstance(found, bool) or found < 0:
            raise NotCountable(f"{where.name} answered {found!r} where a number of tokens belongs", value=provider)
        return found

    @staticmethod
    def _counted(tokens: int, where: Endpoint, name: str) -> Count:
        """A count of one part; the provider tells no more."""
        told = (_FRAMED if where.framed and name == "text" else _PLAIN).format(where.name)
        return Count(tokens, tokens, tokens, "provider", None, (Part(name, tokens, tokens, tokens),), (told,))
