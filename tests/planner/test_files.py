"""Many files at once: each counted as what it is, their sums, how requests spread, and bad ones that sink no other."""

from __future__ import annotations

import io
import json
from decimal import Decimal

import docx
import pytest
from catalogs import NOW, priced
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image
from reportlab.pdfgen import canvas

from planner import FilesQuestion, Planner, TokensQuestion, files
from planner.tokens import Counter
from pricing import InvalidInput, NotPriced

MODELS = {"openai/gpt-4o": {"prices": [priced(input_tokens="1", output_tokens="4")]}}


@pytest.fixture
def planner(make_catalog):
    return Planner(make_catalog(MODELS), Counter, lambda: NOW)


@pytest.fixture
def folder(tmp_path):
    """A folder with a file of each kind."""
    place = tmp_path / "prompts"
    place.mkdir()
    (place / "a.md").write_text("# Hello world")
    (place / "b.py").write_text("print('Hello world')")
    (place / "c").write_text("Hello world")
    (place / "d.jsonl").write_text('{"a": 1}\n{"a": 2}\n')
    (place / "e.jsonl").write_text(
        "\n".join(
            (
                json.dumps({"messages": [{"role": "user", "content": "Hello"}]}),
                "",
                json.dumps([{"role": "user", "content": "Hello there, my friend"}]),
                json.dumps({"custom_id": "1", "body": {"messages": [{"role": "user", "content": "Hi"}]}}),
            )
        )
    )
    made = docx.Document()
    made.add_paragraph("Hello world")
    made.save(place / "f.docx")
    Image.new("RGB", (1024, 1024)).save(place / "g.png")
    page = canvas.Canvas(str(place / "h.pdf"))
    page.drawString(72, 72, "Hello world")
    page.showPage()
    page.save()
    (place / "i.bin").write_bytes(b"\0\1\2")
    (place / "empty").write_text("")
    return place


def test_every_file_is_counted_as_what_it_is(planner, folder):
    """Kind, tokens and cost of each file, in the order of their names; the sums are those of the rows."""
    answer = planner.count_files(FilesQuestion(model="gpt-4o", paths=(str(folder),)))
    kinds = {row.path.rpartition("/")[2]: row.kind for row in answer.rows}
    assert kinds == {
        "a.md": "markdown", "b.py": "code", "c": "text", "d.jsonl": "text", "e.jsonl": "messages", "empty": "text",
        "f.docx": "docx", "g.png": "image", "h.pdf": "pdf",
    }  # fmt: skip
    rows = {row.path.rpartition("/")[2]: row for row in answer.rows}
    assert rows["c"].tokens.tokens == 2
    assert rows["c"].cost_usd == Decimal("0.000002")
    assert (rows["empty"].tokens.tokens, rows["g.png"].tokens.tokens, rows["h.pdf"].pages) == (0, 765, 1)
    assert answer.total.tokens == sum(row.tokens.tokens for row in answer.rows)
    assert answer.total_cost_usd == sum(row.cost_usd for row in answer.rows)
    assert answer.total.method == "estimated"  # the page's image; the rest is exact
    assert [(each.path.rpartition("/")[2], each.why) for each in answer.skipped] == [("i.bin", "binary")]


def test_a_file_counts_as_the_same_prompt_does(planner, folder):
    """The row of a text is what counting it as a prompt says."""
    (row,) = planner.count_files(FilesQuestion(model="gpt-4o", paths=(str(folder / "b.py"),))).rows
    asked = planner.tokens(TokensQuestion(model="gpt-4o", text=(folder / "b.py").read_text()))
    assert (row.tokens.tokens, row.tokens.method) == (asked.tokens, asked.method)


def test_requests_of_a_jsonl_are_summed_and_spread(planner, folder):
    """3 + role + text for each message and 3 a request: 8, 12 and 8 tokens; a batch line's body is its request."""
    (row,) = planner.count_files(FilesQuestion(model="gpt-4o", paths=(str(folder / "e.jsonl"),))).rows
    assert row.tokens.tokens == 28
    assert row.spread == files.Spread(requests=3, mean=9, p50=8, p95=12, largest=12)
    assert row.cost_usd == Decimal("0.000028")


@given(lengths=st.lists(st.integers(0, 50), min_size=1, max_size=60), percent=st.integers(1, 100))
def test_percentiles_are_by_nearest_rank(lengths, percent):
    """The p-th percentile is the smallest length that at least p percent of the lengths do not pass."""
    ordered = sorted(lengths)
    found = files._rank(ordered, percent)
    assert found in ordered
    assert sum(each <= found for each in ordered) * 100 >= percent * len(ordered)
    assert sum(each < found for each in ordered) * 100 < percent * len(ordered)


def test_a_bad_file_sinks_no_other(planner, folder):
    """What cannot be read or counted is listed with its reason; the others stand."""
    (folder / "j.pdf").write_bytes(b"no pdf")
    (folder / "k.png").write_bytes(b"\x89PNG\r\n\x1a\n")
    (folder / "l.txt").write_bytes(b"caf\xe9")
    (folder / "m.jsonl").write_text('{"messages": [{"role": "user", "content": "x"}]}\nbroken\n')
    (folder / "n.jsonl").write_text('{"messages": [{"role": "user", "content": 5}]}\n')
    (folder / "o.pdf").write_bytes(b"")
    answer = planner.count_files(FilesQuestion(model="gpt-4o", paths=(str(folder), str(folder / "nowhere"))))
    said = {each.path.rpartition("/")[2]: each.errors[0].msg for each in answer.failed}
    assert list(said) == ["j.pdf", "k.png", "l.txt", "m.jsonl", "n.jsonl", "o.pdf", "nowhere"]
    assert "its name says a PDF, its bytes are text" in said["j.pdf"]
    assert "cut off" in said["k.png"]
    assert "byte 3 is no UTF-8" in said["l.txt"]
    assert "line 2 is no request with messages" in said["m.jsonl"]
    assert "messages[0].content" in said["n.jsonl"]
    assert "is empty" in said["o.pdf"]
    assert "No such file" in said["nowhere"]
    assert len(answer.rows) == 9


def test_a_file_named_twice_counts_once(planner, folder):
    """A folder and a file in it, or two ways to one file, do not count it again."""
    paths = (str(folder / "c"), str(folder), str(folder / ".." / "prompts" / "c"))
    answer = planner.count_files(FilesQuestion(model="gpt-4o", paths=paths, include=("c",)))
    assert [row.path for row in answer.rows] == [str(folder / "c")]


def test_progress_hears_of_every_file(planner, folder):
    """A caller that waits is told the files done and how many there are."""
    heard = []
    planner.count_files(FilesQuestion(model="gpt-4o", paths=(str(folder),)), lambda *done: heard.append(done))
    assert heard == [(at, 9) for at in range(1, 10)]


def test_what_is_wrong_with_the_question_is_raised(planner, folder):
    """No path, and a tier that is not sold, are no faults of a file."""
    with pytest.raises(InvalidInput, match="paths is empty"):
        planner.count_files(FilesQuestion(model="gpt-4o", paths=()))
    with pytest.raises(NotPriced, match="batch"):
        planner.count_files(FilesQuestion(model="gpt-4o", paths=(str(folder),), service_tier="batch"))


def test_a_large_file_is_refused_before_it_is_read(planner, folder, monkeypatch):
    """A size beyond the limit is an error of that file."""
    monkeypatch.setattr(files, "LARGEST_FILE", 5)
    answer = planner.count_files(FilesQuestion(model="gpt-4o", paths=(str(folder / "c"),)))
    assert answer.failed[0].errors[0].msg.endswith("has 11 bytes; the limit is 5")
    assert answer.failed[0].type == "too-large"


def test_a_text_is_read_as_utf_8_with_or_without_a_mark(planner, folder):
    """A byte order mark is no token."""
    (folder / "c").write_bytes(b"\xef\xbb\xbfHello world")
    out = io.StringIO()
    print(planner.count_files(FilesQuestion(model="gpt-4o", paths=(str(folder / "c"),))).total.tokens, file=out)
    assert out.getvalue() == "2\n"


def test_a_text_beyond_the_limit_of_one_count_is_counted_in_pieces(planner, folder):
    """Cut at line ends, the sum is within a token a cut of the whole, and the row says that it was cut."""
    text = "".join(f"line {number} of a long log, with some words\n" for number in range(500))
    (folder / "c").write_text(text)
    ask = FilesQuestion(model="gpt-4o", paths=(str(folder / "c"),))
    whole = planner.count_files(ask).rows[0]
    small = Planner(planner.catalog, lambda: Counter(max_bytes=4000), lambda: NOW)
    row = small.count_files(ask).rows[0]
    assert whole.tokens.method == "exact"
    assert row.tokens.low <= whole.tokens.tokens <= row.tokens.high
    assert row.tokens.high - row.tokens.low <= 2 * 30
    assert row.tokens.method == "reconstructed"
    assert "pieces, cut at line ends where there are any" in row.warnings[-1]


@given(text=st.text(alphabet="ab\n", max_size=200), most=st.integers(4, 80))
def test_pieces_are_small_and_lose_nothing(text, most):
    """Joined again, the pieces are the text, which stays whole where it fits; a cut comes after a line end if any."""
    pieces = files._pieces(text, most)
    assert "".join(pieces) == text
    assert len(pieces) == 1 or len(text) > most
    assert all(len(piece) <= most for piece in pieces)
    assert all(piece.endswith("\n") or "\n" not in piece for piece in pieces[:-1])
