"""The row of `planner.splitting`: a book of 1.5 MB in chunks of 512 tokens against one pass of tiktoken over it."""

from __future__ import annotations

import time
from contextlib import contextmanager
from functools import partial
from pydoc_data import topics
from typing import TYPE_CHECKING, Final

from benchmarks.harness import Row, same

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from benchmarks.harness import Sample, Size

BYTES: Final = 1_500_000
LIMIT: Final = 512
MODEL: Final = ("gpt-5-mini", "openai")


def book(length: int) -> str:
    """That many bytes of English in paragraphs: Python's language reference, as often as it takes."""
    text = "\n".join(topics.topics[name] for name in sorted(topics.topics)).encode("ascii", "ignore").decode()
    return (text * (length // len(text) + 1))[:length]


@contextmanager
def chunks_against_tiktoken(size: Size) -> Iterator[tuple[Sample, Sample]]:
    """Ours cuts at sentences and counts every chunk; none may be over, none lost. The peer counts the book once."""
    from planner.splitting import Limits, ModelSizer, split
    from planner.tokens import Counter
    from planner.tokens.encodings import encoding

    text, sizer = book(size.of(BYTES)), ModelSizer(Counter(), *MODEL, None)
    ours, peer = partial(split, text, "sentences", Limits(LIMIT), sizer), encoding("o200k_base").encode_ordinary
    cut = ours()
    same("".join(text[span.fresh : span.end] for span, _ in cut) == text, True, "the chunks are the book")
    counted = [len(peer(text[span.start : span.end])) for span, _ in cut]
    same([count.tokens for _, count in cut], counted, "tokens of each chunk")
    same(max(counted) <= LIMIT, True, "none is over")
    yield partial(_timed, ours), partial(_timed, partial(peer, text))


def _timed(work: Callable[[], object]) -> float:
    """CPU seconds of one call, all threads together."""
    start = time.process_time()
    work()
    return time.process_time() - start


def rows() -> tuple[Row, ...]:
    """The rows of this module."""
    return (
        Row(
            "chunk-tiktoken",
            "chunk a 1.5 MB book at 512 tokens, none over, each counted",
            "one tiktoken pass over it",
            1,
            chunks_against_tiktoken,
            9,
            peer_packages=False,
            note="the goal is the fast engine's",
        ),
    )
