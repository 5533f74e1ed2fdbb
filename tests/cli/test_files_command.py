"""`tokenplan tokens` on folders and files of every kind, and prompts with files that are no text."""

from __future__ import annotations

import csv
import io
import json

import pytest
from PIL import Image
from reportlab.pdfgen import canvas

from planner.cli.progress import Progress


@pytest.fixture
def place(tmp_path, monkeypatch):
    """A folder to stand in, with a little of everything in `docs`."""
    monkeypatch.chdir(tmp_path)
    docs = tmp_path / "docs"
    docs.mkdir()
    (docs / "a.md").write_text("# Parcels\n\nA parcel is lost after ten days.\n")
    (docs / "b.txt").write_text("One two three four five six seven eight nine ten eleven twelve.\n")
    (docs / "requests.jsonl").write_text(
        "".join(json.dumps({"messages": [{"role": "user", "content": "word " * size}]}) + "\n" for size in range(1, 21))
    )
    (docs / ".hidden").write_text("x")
    (docs / "x.bin").write_bytes(b"\0")
    Image.new("RGB", (640, 480)).save(docs / "photo.png")
    page = canvas.Canvas(str(docs / "report.pdf"), invariant=1)
    for number in (1, 2):
        page.drawString(72, 72, f"Page {number} of the report on lost parcels.")
        page.showPage()
    page.save()
    return tmp_path


@pytest.mark.usefixtures("place")
def test_a_folder_is_a_table(tokenplan, golden):
    """A row a file with tokens, bounds, method and cost, then sums, notes, and what was passed over."""
    ran = tokenplan("tokens", "gpt-4o", "docs")
    assert (ran.code, ran.err) == (0, "")
    golden("tokens-folder.txt", ran.out)


@pytest.mark.usefixtures("place")
def test_a_folder_as_json_and_csv(tokenplan, golden):
    """--json is the planner's answer; --csv its rows, with what CSV has no place for on stderr."""
    out = tokenplan("tokens", "gpt-4o", "docs", "--json").out
    golden("tokens-folder.json", json.dumps(json.loads(out), indent=1, ensure_ascii=False) + "\n")
    ran = tokenplan("tokens", "gpt-4o", "docs", "--csv")
    golden("tokens-folder.csv", ran.out)
    assert ran.err == "hidden: docs/.hidden\nbinary: docs/x.bin\n"


@pytest.mark.usefixtures("place")
def test_rows_are_sorted_and_sifted(tokenplan):
    """--sort tokens has the largest first, --include and --exclude choose."""
    ran = tokenplan("tokens", "gpt-4o", "docs", "--sort", "tokens", "--exclude", "*.pdf", "--csv")
    rows = list(csv.DictReader(io.StringIO(ran.out)))
    counts = [int(row["tokens"]) for row in rows]
    assert counts == sorted(counts, reverse=True)
    assert "docs/report.pdf" not in [row["path"] for row in rows]
    only = tokenplan("tokens", "gpt-4o", "docs", "--include", "*.md", "--include", "*.txt", "--csv")
    assert [row["path"] for row in csv.DictReader(io.StringIO(only.out))] == ["docs/a.md", "docs/b.txt"]


def test_a_file_that_cannot_be_counted_is_exit_code_2(place, tokenplan):
    """The table stands, the bad file is named in it, and a script hears of it."""
    (place / "docs" / "bad.pdf").write_bytes(b"%PDF-1.7 nothing")
    ran = tokenplan("tokens", "gpt-4o", "docs")
    assert ran.code == 2
    assert "not counted\n  docs/bad.pdf: no PDF, or a damaged one" in ran.out
    assert ran.err == "error: 1 of 6 files could not be counted\n"
    assert "docs/a.md" in ran.out


@pytest.mark.usefixtures("place")
def test_one_text_is_a_prompt_as_ever(tokenplan):
    """A single file that is text, with or without a tier to price it, counts as it always did."""
    ran = tokenplan("tokens", "gpt-4o", "docs/b.txt", "--json")
    assert json.loads(ran.out)["parts"][0]["name"] == "text"


@pytest.mark.usefixtures("place")
def test_a_pdf_and_an_image_are_parts_of_a_prompt(tokenplan):
    """A PDF alone is a prompt of pages; estimate and fit take files that are no text beside a question."""
    parts = json.loads(tokenplan("tokens", "gpt-4o", "docs/report.pdf", "--text", "Sum it up.", "--json").out)["parts"]
    assert [part["name"] for part in parts] == [
        "text", "documents[0] page 1", "documents[0] page 1 image", "documents[0] page 2", "documents[0] page 2 image",
    ]  # fmt: skip
    ran = tokenplan(
        "estimate", "docs/photo.png", "docs/b.txt", "--models", "gpt-4o", "--output", "10", "--detail", "low", "--json"
    )
    text = json.loads(tokenplan("tokens", "gpt-4o", "docs/b.txt", "--json").out)["tokens"]
    assert json.loads(ran.out)["rows"][0]["tokens"]["tokens"] == text + 85
    fit = tokenplan("fit", "gpt-4o", "--image-size", "1024x1024", "--image-size", "64x64")
    assert "images" in fit.out
    assert "1,500" in fit.out


@pytest.mark.parametrize(
    ("argv", "said"),
    [
        (("docs", "--text", "x"), "--text goes with one prompt, not with many files"),
        (("docs", "--audio", "3"), "--audio goes with one prompt"),
        (("docs", "--include", "*.none"), "no file was found to count"),
        (("--image-size", "64"), "--image-size: '64' must be a size in pixels such as 1024x768"),
        (("--image-size", "0x5"), "width is 0; it must be from 1 to 100000 pixels"),
        (("--audio", "long"), "--audio: 'long' must be a number of seconds"),
        (("--audio", "nan"), "audio_seconds is nan"),
        (("docs/x.bin",), "docs/x.bin: is binary (NUL at byte 0)"),
        (("docs/photo.png", "--detail", "original"), "detail is 'original'; gpt-4o takes auto, low, high"),
        (("--document", "nowhere.pdf"), "nowhere.pdf: No such file or directory"),
    ],
)
@pytest.mark.usefixtures("place")
def test_wrong_input_is_named(tokenplan, argv, said):
    """Each mistake is exit code 2 and a line that names the option or file."""
    ran = tokenplan("tokens", "gpt-4o", *argv)
    assert ran.code == 2
    assert said in ran.err


def test_a_person_at_a_terminal_sees_how_far_it_is(capsys):
    """The bar counts files, and is gone at the end."""
    bar = Progress(lambda: 3, 4, shown=True, unit="files")
    assert bar.line(3, 2.0) == "███████████████░░░░░  75%  3 files, 2 a second, 1 s left"
    bar.clear()
    assert capsys.readouterr().err == "\r\x1b[K"
