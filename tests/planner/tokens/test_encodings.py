"""The shipped encodings are tiktoken's own, on every input, with no network."""

import base64
import hashlib
import subprocess
import sys

import pytest
import tiktoken
from hypothesis import given, settings
from hypothesis import strategies as st
from tiktoken_ext import openai_public

from planner.tokens import encodings, pack, ranks
from pricing.errors import InvalidInput, NotCountable

TRICKY = (
    "",
    " ",
    "   leading and trailing   ",
    "tabs\tand\r\nline\n\n\nends\r",
    "<|endoftext|><|im_start|>system<|fim_prefix|><|endofprompt|><|start|>",
    "I'll DON'T we'Ve 'S it\u2019s",
    "1234567890 3.14159 1,000,000 0x1F",
    "naïve café e\u0301 ﬁ ǅ İstanbul ß",
    "Привет, мир! 中文字符\uff0c日本語テキスト。한국어 العربية हिन्दी ไทย",
    "👩‍👩‍👧‍👦 🏳️‍🌈 👍🏽 \U0001f600\U0001f601",
    "def f(x):\n    return {'a': [1, 2, 3]}  # comment\n" * 20,
    "\x00\x01\x1c\x1d\x7f\x85\u200b\u2028\u3000\ufeff",
    " " * 3000 + "x" + "\n" * 3000,
    "a" * 5000,
    "!" * 700 + "/" * 700 + "\r\n/",
)


def rebuilt(name):
    """The `.tiktoken` text of an encoding, rebuilt from the shipped ranks; p50k is r50k and 24 tokens of blanks."""
    if name != "p50k_base":
        return pack.write_tiktoken(ranks.read_tokens(name))
    blanks = [(base64.b64encode(b" " * (2 + at)), 50257 + at) for at in range(24)]
    return pack.write_tiktoken(ranks.read_tokens("r50k_base")) + b"".join(b"%s %d\n" % row for row in blanks)


def load_rebuilt(url, expected_hash):
    """Stands in for tiktoken's download: the same text, held to the sha256 that tiktoken publishes."""
    text = rebuilt(url.rsplit("/", 1)[1].removesuffix(".tiktoken"))
    assert hashlib.sha256(text).hexdigest() == expected_hash
    rows = [line.split() for line in text.splitlines()]
    return {base64.b64decode(token): int(rank) for token, rank in rows}


@pytest.fixture(scope="module")
def references():
    """Five encodings of tiktoken itself, by its own definitions; only the file loader is ours."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(openai_public, "load_tiktoken_bpe", load_rebuilt)
        return {name: tiktoken.Encoding(**getattr(openai_public, name)()) for name in encodings.ENCODINGS}


@pytest.mark.parametrize("name", encodings.ENCODINGS)
def test_definition_is_tiktokens(references, name):
    """Ranks, pattern and special tokens of each encoding are those of tiktoken, whose sha256 the rebuilt files have."""
    ours, theirs = encodings.encoding(name), references[name]
    assert ours.name == name
    assert ours._pat_str == theirs._pat_str
    assert ours._special_tokens == theirs._special_tokens
    assert ours._mergeable_ranks == theirs._mergeable_ranks
    assert ours.n_vocab == theirs.n_vocab


@pytest.mark.parametrize("name", encodings.ENCODINGS)
@pytest.mark.parametrize("text", TRICKY, ids=range(len(TRICKY)))
def test_tricky_text_counts_alike(references, name, text):
    """Text that trips tokenizers has as many tokens here as in tiktoken."""
    assert encodings.lengths(name)(text) == len(references[name].encode_ordinary(text))


@pytest.mark.parametrize("name", encodings.ENCODINGS)
@settings(deadline=None, max_examples=150)
@given(text=st.text(st.characters(codec=None)))
def test_any_text_counts_alike(references, name, text):
    """Any string at all, lone surrogates included, has as many tokens here as in tiktoken."""
    assert encodings.lengths(name)(text) == len(references[name].encode_ordinary(text))


def test_special_tokens_in_text_are_text():
    """`<|endoftext|>` in a prompt is the seven tokens of its characters, not one special token."""
    assert encodings.lengths("o200k_base")("<|endoftext|>") == 7


def test_lone_surrogates_count_as_the_replacement_character():
    """A lone surrogate counts as U+FFFD, and a pair of them as the character they make."""
    length = encodings.lengths("cl100k_base")
    assert length("a\ud800b") == length("a\ufffdb")
    assert length("\ud83d\ude00") == length("\U0001f600")


def test_unknown_encoding_names_the_known():
    """An encoding that does not exist is an error that names it and lists those that do."""
    with pytest.raises(
        NotCountable, match=r"'o300k_base'.*o200k_base, o200k_harmony, cl100k_base, p50k_base, r50k_base"
    ):
        encodings.encoding("o300k_base")


def test_damaged_ranks_are_refused(monkeypatch, tmp_path):
    """A rank file with one byte changed is not read."""
    with open(ranks.packed_path("r50k_base"), "rb") as file:  # noqa: PTH123 - as in the module under test
        data = bytearray(file.read())
    data[1000] ^= 1
    (tmp_path / "r50k_base.xz").write_bytes(data)
    monkeypatch.setattr(ranks, "packed_path", lambda name: str(tmp_path / f"{name}.xz"))
    with pytest.raises(NotCountable, match=r"r50k_base\.xz is damaged \(sha256 .*reinstall"):
        ranks.read_tokens("r50k_base")


def test_missing_ranks_are_named(monkeypatch, tmp_path):
    """A rank file that is not there is an error that names it and says what to do."""
    monkeypatch.setattr(ranks, "packed_path", lambda name: str(tmp_path / f"{name}.xz"))
    with pytest.raises(NotCountable, match=r"cl100k_base\.xz cannot be read .*reinstall tokenplan"):
        ranks.read_tokens("cl100k_base")


def test_pack_refuses_another_file():
    """Packing takes only the published file: one token more is refused by its sha256."""
    text = pack.write_tiktoken([*ranks.read_tokens("r50k_base"), b"more"])
    with pytest.raises(InvalidInput, match=r"r50k_base\.tiktoken has sha256"):
        pack.read_tiktoken(text, "r50k_base")


def test_packing_is_reproducible(monkeypatch, tmp_path, capsys):
    """Packing the published files gives planes that read back as the tokens that are shipped."""
    source, target = tmp_path / "in", tmp_path / "out"
    source.mkdir()
    target.mkdir()
    monkeypatch.setattr(pack, "PUBLISHED", {"r50k_base": pack.PUBLISHED["r50k_base"]})
    monkeypatch.setattr(pack, "packed_path", lambda name: str(target / f"{name}.xz"))
    (source / "r50k_base.tiktoken").write_bytes(rebuilt("r50k_base"))
    pack.main(str(source))
    digest = hashlib.sha256((target / "r50k_base.xz").read_bytes()).hexdigest()
    assert f'"r50k_base": "{digest}"' in capsys.readouterr().out


@given(st.lists(st.binary(min_size=1, max_size=ranks.LONGEST)))
def test_packing_loses_nothing(tokens):
    """Tokens of 1 to 255 bytes come back from the packed planes as they went in."""
    assert ranks.unpack(ranks.pack(tokens)) == tokens


def test_import_leaves_tiktoken_alone():
    """Importing the counter loads neither tiktoken nor lzma: a price needs no tokenizer."""
    code = "import sys, planner.tokens; print([name for name in ('tiktoken', 'lzma', 'regex') if name in sys.modules])"
    found = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert found.stdout == "[]\n"


def test_counts_without_network_or_environment(tmp_path):
    """A count needs no network and no environment variable: sockets are shut and the environment is empty."""
    code = (
        "import socket\n"
        "def refuse(*a, **k): raise OSError('no network here')\n"
        "socket.socket.connect = socket.getaddrinfo = refuse\n"
        "from planner.tokens import Counter\n"
        "print(Counter().count('hello world', 'gpt-5-mini').tokens)"
    )
    found = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, env={"PYTHONPATH": ":".join(sys.path)}
    )
    assert (found.stdout, list(tmp_path.iterdir())) == ("2\n", [])
