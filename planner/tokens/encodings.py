"""OpenAI's encodings from rank files shipped in this package: no network, no environment variable, no plugin.

Names, patterns and special tokens are those of `tiktoken_ext/openai_public.py` (tiktoken 0.14.0, MIT); a test compares.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Final

from planner.tokens import guard
from pricing.errors import NotCountable, one_of

if TYPE_CHECKING:
    from collections.abc import Callable

    import tiktoken

_ENDOFTEXT: Final = "<|endoftext|>"
_ENDOFPROMPT: Final = "<|endofprompt|>"
_FIM: Final = ("<|fim_prefix|>", "<|fim_middle|>", "<|fim_suffix|>")

_R50K_PATTERN: Final = r"'(?:[sdmt]|ll|ve|re)| ?\p{L}++| ?\p{N}++| ?[^\s\p{L}\p{N}]++|\s++$|\s+(?!\S)|\s"
_CL100K_PATTERN: Final = (
    r"'(?i:[sdmt]|ll|ve|re)|[^\r\n\p{L}\p{N}]?+\p{L}++|\p{N}{1,3}+| ?[^\s\p{L}\p{N}]++[\r\n]*+"
    r"|\s++$|\s*[\r\n]|\s+(?!\S)|\s"
)
_O200K_PATTERN: Final = "|".join(  # noqa: FLY002 - one alternative a line reads better
    (
        r"[^\r\n\p{L}\p{N}]?[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]*[\p{Ll}\p{Lm}\p{Lo}\p{M}]+(?i:'s|'t|'re|'ve|'m|'ll|'d)?",
        r"[^\r\n\p{L}\p{N}]?[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]+[\p{Ll}\p{Lm}\p{Lo}\p{M}]*(?i:'s|'t|'re|'ve|'m|'ll|'d)?",
        r"\p{N}{1,3}",
        r" ?[^\s\p{L}\p{N}]+[\r\n/]*",
        r"\s*[\r\n]+",
        r"\s+(?!\S)",
        r"\s+",
    )
)


@dataclass(frozen=True, slots=True)
class Recipe:
    """How an encoding is made: its rank file, pattern and special tokens.

    `spaces` is the rank from which 24 tokens of 2 to 25 spaces follow (p50k is r50k plus these).
    """

    ranks: str
    pattern: str
    special: dict[str, int]
    spaces: int | None = None


def _harmony() -> dict[str, int]:
    """The special tokens of gpt-oss: fourteen with a meaning or a reserved place, then a reserved tail."""
    named = {
        "<|startoftext|>": 199998,
        _ENDOFTEXT: 199999,
        "<|return|>": 200002,
        "<|constrain|>": 200003,
        "<|channel|>": 200005,
        "<|start|>": 200006,
        "<|end|>": 200007,
        "<|message|>": 200008,
        "<|call|>": 200012,
        _ENDOFPROMPT: 200018,
    }
    taken = set(named.values()) - {200018}  # tiktoken reserves 200018 a second time, beside endofprompt
    reserved = {f"<|reserved_{rank}|>": rank for rank in range(200000, 201088) if rank not in taken}
    return named | reserved


def _recipe(name: str) -> Recipe:
    """The recipe of an encoding; an unknown name is a NotCountable that lists the known ones."""
    recipes = {
        "o200k_base": Recipe("o200k_base", _O200K_PATTERN, {_ENDOFTEXT: 199999, _ENDOFPROMPT: 200018}),
        "o200k_harmony": Recipe("o200k_base", _O200K_PATTERN, _harmony()),
        "cl100k_base": Recipe(
            "cl100k_base",
            _CL100K_PATTERN,
            {_ENDOFTEXT: 100257, _ENDOFPROMPT: 100276} | {token: 100258 + at for at, token in enumerate(_FIM)},
        ),
        "p50k_base": Recipe("r50k_base", _R50K_PATTERN, {_ENDOFTEXT: 50256}, spaces=50257),
        "r50k_base": Recipe("r50k_base", _R50K_PATTERN, {_ENDOFTEXT: 50256}),
    }
    if name not in recipes:
        raise NotCountable(f"encoding is {name!r}; {one_of(name, recipes)}", loc=("encoding",), value=name)
    return recipes[name]


ENCODINGS: Final = ("o200k_base", "o200k_harmony", "cl100k_base", "p50k_base", "r50k_base")
"""Every encoding shipped."""

SHARED: Final = {"o200k_harmony": "o200k_base"}
"""Encodings whose ordinary text counts as another's (same ranks and pattern): a counter loads one of the two."""


@cache
def encoding(name: str) -> tiktoken.Encoding:
    """The encoding of that name, built on first use and kept: o200k takes about 0.25 s and 90 MB.

    Raises:
        NotCountable: no such encoding, or its rank file is damaged.
    """
    import tiktoken  # noqa: PLC0415 - 20 ms that a price needs not pay

    from planner.tokens.ranks import read_tokens  # noqa: PLC0415

    recipe = _recipe(name)
    tokens = read_tokens(recipe.ranks)
    ranks = dict(zip(tokens, range(len(tokens)), strict=True))
    if recipe.spaces is not None:
        ranks.update({b" " * (2 + at): recipe.spaces + at for at in range(24)})
    return tiktoken.Encoding(name, pat_str=recipe.pattern, mergeable_ranks=ranks, special_tokens=recipe.special)


@cache
def lengths(name: str) -> Callable[[str], int]:
    """Tiktoken's function from ordinary text to its number of tokens; special tokens in it count as the text they are.

    It reads the size of tiktoken's own buffer: 5-10 % quicker than its list, half the time on two threads, no numpy.
    Lone surrogates count as U+FFFD and pairs as the character they make, as in tiktoken.

    Raises:
        NotCountable: no such encoding; or, from the function, a run too long for tiktoken (`guard.check_runs`), or it
            gave up all the same (its panic is no `Exception`).
    """
    core = encoding(SHARED.get(name, name))._core_bpe  # noqa: SLF001 - the public way to the buffer goes through numpy

    def length(text: str) -> int:
        guard.check_runs(text)
        try:
            return memoryview(core.encode_to_tiktoken_buffer(text, frozenset())).nbytes // 4
        except UnicodeEncodeError:
            return length(mended(text))
        except BaseException as error:
            if not is_panic(error):
                raise
            raise NotCountable("the tokenizer gave up on the text") from error

    return length


def mended(text: str) -> str:
    """The text with lone surrogates as U+FFFD, and pairs of them as the character they make."""
    return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")


def is_panic(error: BaseException) -> bool:
    """Whether an engine written in Rust gave up: its exception is no `Exception`, and its class cannot be imported."""
    return type(error).__name__ == "PanicException"
