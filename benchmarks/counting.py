"""The rows of counting: the engine in use against tiktoken alone, and hostile text against English."""

from __future__ import annotations

import json
import random
import time
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from pydoc_data import topics
from typing import TYPE_CHECKING, Final

from benchmarks.harness import Row, Unavailable, same

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from benchmarks.harness import Sample, Size

ENCODING: Final = "o200k_base"
MEGABYTE: Final = 1_000_000
LETTERS: Final = "abcdefghijklmnopqrstuvwxyz"


def english(size: int) -> str:
    """That many characters of the language reference that Python carries, each round with other numbers in it."""
    text = "\n".join(topics.topics[name] for name in sorted(topics.topics)).encode("ascii", "ignore").decode()
    return _repeated(text, size)


def python(size: int) -> str:
    """That many characters of the standard library."""
    folder = Path(json.__file__).parents[1]
    sources = (path.read_text("utf-8", "replace") for path in sorted(folder.glob("*.py")))
    return _repeated("\n".join(sources), size)


def records(size: int) -> str:
    """That many characters of JSON rows, no two alike."""
    rng = random.Random(7)
    row = {"id": 0, "user": "", "amount_usd": 0.0, "tags": ["new", "trial"], "note": "paid by card, sent by post"}
    made, total = [], 0
    while total < size:
        row |= {"id": len(made), "user": f"u{rng.getrandbits(40):x}", "amount_usd": round(rng.random() * 900, 2)}
        made.append(json.dumps(row))
        total += len(made[-1]) + 1
    return "\n".join(made)[:size]


HOSTILE: Final[dict[str, Callable[[int], str]]] = {
    "spaces": lambda size: " " * size,
    "one letter": lambda size: "a" * size,
    "random letters": lambda size: "".join(random.Random(3).choices(LETTERS, k=size)),
}


def _repeated(text: str, size: int) -> str:
    return (text * (size // len(text) + 1))[:size]


def _ours() -> Callable[[str], int]:
    """Our length function, with the fast engine behind it."""
    from planner.tokens.engine import engine

    chosen = engine(ENCODING)
    if not chosen.name.startswith("toktok"):
        raise Unavailable("the fast engine is not installed: pip install 'tokenplan[fast]'")
    return chosen.length


def _timed(work: Callable[[], object]) -> float:
    start = time.process_time()
    work()
    return time.process_time() - start


@contextmanager
def text_against_tiktoken(size: Size, make: Callable[[int], str]) -> Iterator[tuple[Sample, Sample]]:
    """One long text, one thread each; the counts must be equal."""
    from planner.tokens.encodings import encoding

    text, ours, theirs = make(size.of(10 * MEGABYTE)), _ours(), encoding(ENCODING).encode_ordinary
    same(ours(text), len(theirs(text)), "tokens")
    yield partial(_timed, partial(ours, text)), partial(_timed, lambda: len(theirs(text)))


@contextmanager
def batch_against_loop(size: Size) -> Iterator[tuple[Sample, Sample]]:
    """`Counter.count_many` with all it answers, against a loop that only counts; each sample is 20 rounds."""
    from planner.tokens import Counter
    from planner.tokens.encodings import encoding

    _ours()
    text = english(100 * size.of(400))
    texts = [text[at : at + 100] for at in range(0, len(text), 100)]
    counter, theirs = Counter(), encoding(ENCODING).encode_ordinary
    same(
        [each.tokens for each in counter.count_many(texts, "gpt-5-mini")],
        [len(theirs(each)) for each in texts],
        "tokens",
    )

    def ours() -> None:
        for _ in range(20):
            counter.count_many(texts, "gpt-5-mini")

    def peer() -> None:
        for _ in range(20):
            for each in texts:
                len(theirs(each))

    yield partial(_timed, ours), partial(_timed, peer)


@contextmanager
def hostile_against_english(size: Size, make: Callable[[int], str]) -> Iterator[tuple[Sample, Sample]]:
    """A megabyte in one run, against a megabyte of English that the engine has not met, in threads of their own.

    toktok keeps what it has split in a cache a thread, so a second pass over English takes a quarter of the first.
    """
    from concurrent.futures import ThreadPoolExecutor

    length = _ours()

    def first_time(text: str) -> float:
        with ThreadPoolExecutor(1) as fresh:
            return fresh.submit(partial(_timed_thread, partial(length, text))).result()

    megabyte = size.of(MEGABYTE)
    yield partial(first_time, make(megabyte)), partial(first_time, english(megabyte))


def _timed_thread(work: Callable[[], object]) -> float:
    start = time.thread_time()
    work()
    return time.thread_time() - start


def rows() -> tuple[Row, ...]:
    """The rows of this module."""
    texts = {"English": english, "Python": python, "JSON": records}
    alone = "tiktoken's `encode_ordinary`"
    return (
        *(
            Row(
                f"count-{kind.lower()}",
                f"count 10 MB of {kind}",
                alone,
                1 / 4,
                partial(text_against_tiktoken, make=make),
                3,
                peer_packages=False,
                note="fast engine, one thread",
            )
            for kind, make in texts.items()
        ),
        Row(
            "count-many",
            "`Counter.count_many`, 400 texts of 100 B",
            f"{alone} in a loop",
            1 / 3,
            batch_against_loop,
            9,
            peer_packages=False,
            note="fast engine, one thread",
        ),
        *(
            Row(
                f"count-{kind.replace(' ', '-')}",
                f"count 1 MB of {kind} in one run",
                "1 MB of English",
                5,
                partial(hostile_against_english, make=make),
                9,
                peer_packages=False,
                note="fast engine; tiktoken alone refuses it",
            )
            for kind, make in HOSTILE.items()
        ),
    )
