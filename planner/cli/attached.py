"""What a prompt holds beside text, on the command line: images by size, files that are no text, sound and video."""

from __future__ import annotations

import argparse
from base64 import b64encode
from typing import TYPE_CHECKING, TypedDict

from planner.attachments import DocumentInput, ImageInput
from planner.cli.inputs import read_bytes
from planner.reading.kinds import ending, kind_of
from planner.tokens.media import DETAILS

if TYPE_CHECKING:
    from collections.abc import Sequence


class Beside(TypedDict):
    """The keywords of `planner.attachments.Attachments`."""

    images: tuple[ImageInput, ...]
    documents: tuple[DocumentInput, ...]
    audio_seconds: float | None
    video_seconds: float | None


def add(parser: argparse.ArgumentParser) -> None:
    """`--document`, `--image-size`, `--detail`, `--audio`, `--video`."""
    group = parser.add_argument_group("beside text")
    group.add_argument(
        "--document", dest="documents", action="append", metavar="FILE",
        help="a file sent as a document even if it is text; repeat it for more",
    )  # fmt: skip
    group.add_argument(
        "--image-size", dest="image_sizes", type=_size, action="append", metavar="WxH",
        help="an image of so many pixels; repeat it for more",
    )  # fmt: skip
    group.add_argument(
        "--detail", choices=DETAILS, metavar="LEVEL",
        help=f"of images and PDF pages: {', '.join(DETAILS)} [the model's default]",
    )  # fmt: skip
    group.add_argument("--audio", dest="audio", type=_seconds, metavar="SECONDS", help="sound of that length")
    group.add_argument(
        "--video", dest="video", type=_seconds, metavar="SECONDS", help="video of that length, with its sound"
    )


def given(options: argparse.Namespace) -> bool:
    """Whether any of them was given."""
    return bool(options.image_sizes or options.documents) or options.audio is not None or options.video is not None


def is_text(raw: bytes, name: str) -> bool:
    """Whether a file is text, by its bytes; an empty one is, unless its name promises something else.

    Raises:
        InvalidInput: it is of no kind that is counted, or of another than its name says.
    """
    return (not raw and ending(name) is None) or kind_of(raw, name) == "text"


def read(files: Sequence[tuple[str, bytes]], options: argparse.Namespace) -> Beside:
    """Images and documents from the options and from files, which are no text."""
    images = [
        ImageInput(width=width, height=height, detail=options.detail) for width, height in options.image_sizes or ()
    ]
    documents = []
    for name, raw in files:
        data = b64encode(raw).decode("ascii")
        if kind_of(raw, name) == "image":
            images.append(ImageInput(data=data, detail=options.detail))
        else:
            documents.append(DocumentInput(name=name, data=data, detail=options.detail))
    for path in options.documents or ():
        data = b64encode(read_bytes(path)).decode("ascii")
        documents.append(DocumentInput(name=path, data=data, detail=options.detail))
    return Beside(
        images=tuple(images),
        documents=tuple(documents),
        audio_seconds=options.audio,
        video_seconds=options.video,
    )


def _size(text: str) -> tuple[int, int]:
    width, cross, height = text.lower().partition("x")
    if not (cross and width.isdecimal() and height.isdecimal()):
        raise argparse.ArgumentTypeError(f"{text!r} must be a size in pixels such as 1024x768")
    return int(width), int(height)


def _seconds(text: str) -> float:
    try:
        return float(text)
    except ValueError:
        raise argparse.ArgumentTypeError(f"{text!r} must be a number of seconds such as 12.5") from None
