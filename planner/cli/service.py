"""`tokenplan serve` and `tokenplan completion`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NamedTuple, Protocol

from planner.cli.options import Command, count
from planner.cli.render import Output

if TYPE_CHECKING:
    from argparse import Action, ArgumentParser, Namespace
    from collections.abc import Callable, Iterator, Mapping
    from pathlib import Path

    from planner.planner import Planner

_SHELLS: Final = ("bash", "zsh", "fish")


class Secure(NamedTuple):
    """What https needs: the files of a certificate and of its private key."""

    certificate: Path
    key: Path


class Serve(Protocol):
    """What starts the HTTP face and blocks; it raises InvalidInput where it refuses to bind."""

    def __call__(
        self,
        planner: Callable[[], Planner],
        *,
        host: str,
        port: int,
        cors_origins: tuple[str, ...] = (),
        secure: Secure | None = None,
        office_js: Path | None = None,
    ) -> None:
        """Serve whichever planner `planner()` returns at each request, on host and port; over https where `secure`."""


def complete(parser: ArgumentParser) -> None:
    """Answer the shell that asks for completions, and end the process."""
    import argcomplete

    for action in _actions(parser):
        if action.dest in ("model", "models", "baseline", "show"):
            action.completer = _names  # type: ignore[attr-defined]  # argcomplete's way to name a completer
    argcomplete.autocomplete(parser, always_complete_options="long")


def _actions(parser: ArgumentParser) -> Iterator[Action]:
    import argparse

    for action in parser._actions:  # noqa: SLF001 - argparse has no public way to ask
        yield action
        if isinstance(action, argparse._SubParsersAction):  # noqa: SLF001
            for child in action.choices.values():
                yield from _actions(child)


def _names(prefix: str, parsed_args: Namespace, **_: object) -> list[str]:
    """Model names that begin like the word; hosts' models come as provider/id once a slash is typed."""
    from planner.assemble import default_planner

    catalog = default_planner(parsed_args.catalog, parsed_args.prices).catalog
    head, comma, word = prefix.rpartition(",")
    found: list[str] = []
    for provider in catalog.providers.values():
        if "/" in word and word.startswith(f"{provider.id}/"):
            found += (f"{provider.id}/{each}" for each in catalog.entries(provider.id))
        elif provider.maker and "/" not in word:
            found += catalog.entries(provider.id)
        if word and f"{provider.id}/".startswith(word):
            found.append(f"{provider.id}/")
    return [f"{head}{comma}{name}" for name in dict.fromkeys(found) if name.startswith(word)]


def _declare_serve(parser: ArgumentParser) -> None:
    parser.add_argument("--host", default="127.0.0.1", help="address to listen on [127.0.0.1]")
    parser.add_argument("--port", type=count, default=8321, help="port to listen on [8321]")
    parser.add_argument(
        "--cors-origin", dest="cors_origins", action="append", metavar="ORIGIN",
        help="let pages of this origin call the API; may be repeated [none]",
    )  # fmt: skip


def _serve(planner: Planner, options: Namespace) -> Output:
    from planner.assemble import kept_current

    current = kept_current(planner, options.catalog)
    options.serve(current, host=options.host, port=options.port, cors_origins=tuple(options.cors_origins or ()))
    return Output(None, tuple)


def _declare_completion(parser: ArgumentParser) -> None:
    parser.add_argument("shell", choices=_SHELLS, metavar="SHELL", help=", ".join(_SHELLS))


def _completion(planner: Planner, options: Namespace) -> Output:
    del planner  # every command is given one
    from argcomplete.shell_integration import shellcode

    code = shellcode(["tokenplan"], shell=options.shell)
    return Output(None, lambda: (code,))


COMMANDS: Final[Mapping[str, Command]] = {
    "serve": Command(
        "[options]",
        "The HTTP API on this machine. Elsewhere than on loopback it binds only with TOKENPLAN_API_KEYS.",
        (
            "tokenplan serve",
            "tokenplan serve --port 9000 --prices ours.toml",
            "TOKENPLAN_API_KEYS=... tokenplan serve --host 0.0.0.0",
        ),
        _declare_serve,
        _serve,
        has_json=False,
    ),
    "completion": Command(
        "bash|zsh|fish",
        "Completion code for a shell: commands, options and the names of models.",
        (
            'eval "$(tokenplan completion bash)"',
            'eval "$(tokenplan completion zsh)"',
            "tokenplan completion fish > ~/.config/fish/completions/tokenplan.fish",
        ),
        _declare_completion,
        _completion,
        has_json=False,
    ),
}
