"""The options that make a prompt: files, text, a chat request, images and documents."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Any, Literal, TypedDict

from planner.cli import attached, requested
from planner.cli.inputs import STDIN, decoded, named, read_bytes
from pricing.errors import InvalidInput

if TYPE_CHECKING:
    import argparse

    from planner.attachments import DocumentInput, ImageInput
    from planner.tokens.shapes import ShapeName


class PromptParts(TypedDict, total=False):
    """The keywords of `planner.prompt.Prompt`; those of a request are `planner.cli.requested.RequestParts`."""

    text: str | None
    messages: tuple[dict[str, Any], ...]
    system: str
    tools: tuple[dict[str, Any], ...]
    response_format: dict[str, Any]
    request: dict[str, Any]
    shape: ShapeName
    images: tuple[ImageInput, ...]
    documents: tuple[DocumentInput, ...]
    audio_seconds: float | None
    video_seconds: float | None
    count_with: Literal["offline", "provider"]


def add(parser: argparse.ArgumentParser, several: str = "joined by a line end", *, shape: bool = True) -> None:
    """`FILE...`, `--text`, a chat request, and what may stand beside text; `several` texts are told to be that.

    Without `shape`, `--shape` is another group's.
    """
    parser.add_argument(
        "files", nargs="*", metavar="FILE",
        help=f"UTF-8 text ({several}), PDF, DOCX or image; - is stdin [stdin]",
    )  # fmt: skip
    parser.add_argument("--text", metavar="STRING", help="the prompt itself")
    parser.add_argument(
        "--count-with", choices=("offline", "provider"), default="offline", metavar="HOW",
        help="provider: send the prompt to the model's provider, which counts it with your key [offline]",
    )  # fmt: skip
    requested.add(parser, shape=shape)
    attached.add(parser)


def given(options: argparse.Namespace) -> bool:
    """Whether a prompt was named, be it stdin."""
    named = bool(options.files) or options.text is not None
    return named or requested.given(options) or attached.given(options)


def read(options: argparse.Namespace) -> PromptParts:
    """The prompt from files, options or stdin.

    Raises:
        InvalidInput: no prompt, a file that cannot be read or is no UTF-8, JSON that is no list or no object.
    """
    whole = given(options)
    if not whole and (sys.stdin is None or sys.stdin.isatty()):
        raise InvalidInput("no prompt: name a FILE, or - for stdin, or give --text, --messages or --request")
    files = [(named(path), read_bytes(path)) for path in (options.files if whole else [STDIN])]
    texts = [decoded(raw, name) for name, raw in files if attached.is_text(raw, name)]
    if options.text is not None:
        texts.append(options.text)
    beside = attached.read([each for each in files if not attached.is_text(each[1], each[0])], options)
    text = "\n".join(texts) if texts else None
    return PromptParts(text=text, count_with=options.count_with, **requested.read(options), **beside)
