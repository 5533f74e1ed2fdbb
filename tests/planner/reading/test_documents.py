"""PDF, DOCX and text from real files made here, and files that are damaged, locked, mislabelled or made to hurt."""

from __future__ import annotations

import io
import zipfile

import docx
import pypdf
import pytest
from hypothesis import given
from hypothesis import strategies as st
from reportlab.lib.pagesizes import A4, landscape
from reportlab.pdfgen import canvas

from planner.reading import documents
from planner.reading import docx as our_docx
from planner.reading.documents import read_document
from planner.reading.kinds import kind_of
from pricing.errors import InvalidInput, TooLarge

WORDS = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"


def pdf(*texts, size=A4):
    """A real PDF with a page a text."""
    out = io.BytesIO()
    page = canvas.Canvas(out, pagesize=size)
    for text in texts:
        page.drawString(72, 72, text)
        page.showPage()
    page.save()
    return out.getvalue()


def zipped(**parts):
    """A zip of parts, `__` in a name for `/`."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, text in parts.items():
            archive.writestr(name.replace("__", "/") + ".xml", text)
    return out.getvalue()


def test_a_pdf_is_its_pages():
    """Text and size of every page, in points."""
    read = read_document(pdf("First page.", "Second page.", size=landscape(A4)), "a.pdf")
    assert [page.text.strip() for page in read.pages] == ["First page.", "Second page."]
    assert {(round(page.width), round(page.height)) for page in read.pages} == {(842, 595)}


def test_a_turned_page_is_as_wide_as_it_is_seen():
    """A page rotated by a quarter swaps its sides; its unit of measure scales them."""
    writer = pypdf.PdfWriter()
    page = writer.add_blank_page(100, 200)
    page.rotate(90)
    page[pypdf.generic.NameObject("/UserUnit")] = pypdf.generic.FloatObject(2)
    out = io.BytesIO()
    writer.write(out)
    (read,) = read_document(out.getvalue(), "a.pdf").pages
    assert (read.width, read.height, read.text) == (400, 200, "")


def test_a_locked_pdf_is_named_and_one_that_anybody_may_open_is_read():
    """A password that is needed is an error; one that only forbids changes does not matter."""
    for password, opens in (("secret", False), ("", True)):
        writer = pypdf.PdfWriter(clone_from=io.BytesIO(pdf("Hidden.")))
        writer.encrypt(password, "owner", algorithm="RC4-128")
        out = io.BytesIO()
        writer.write(out)
        if opens:
            assert read_document(out.getvalue(), "a.pdf").pages[0].text.strip() == "Hidden."
        else:
            with pytest.raises(InvalidInput, match=r"a\.pdf: is encrypted; remove its password"):
                read_document(out.getvalue(), "a.pdf")


def test_a_damaged_pdf_is_an_error():
    """Cut in half or with rubbish inside, a PDF is refused in words, whatever its reader makes of it."""
    whole = pdf("x")
    for bad in (whole[:200], b"%PDF-1.7 rubbish", b"%PDF-1.7\n" + bytes(range(256)) * 40):
        with pytest.raises(InvalidInput, match=r"bad\.pdf: "):
            read_document(bad, "bad.pdf")


def test_a_pdf_that_takes_too_long_or_holds_too_much_is_ended(monkeypatch):
    """A deadline, a number of pages and of characters bound every PDF; its process is gone after it."""
    with pytest.raises(TooLarge, match=r"was not read within 0\.01 seconds"):
        read_document(pdf("x"), "slow.pdf", deadline_seconds=0.01)
    monkeypatch.setattr(documents, "MAX_PAGES", 1)
    with pytest.raises(TooLarge, match="has 2 pages; the limit is 1"):
        read_document(pdf("x", "y"), "long.pdf")
    monkeypatch.setattr(documents, "MAX_CHARACTERS", 3)
    with pytest.raises(TooLarge, match="more than 3 characters"):
        read_document(pdf("more than three"), "wordy.pdf")
    monkeypatch.setattr(documents, "LARGEST", 10)
    with pytest.raises(TooLarge, match="the limit is 10"):
        read_document(pdf("x"), "large.pdf")


def test_without_pypdf_it_is_said_what_to_install(monkeypatch):
    """PDF is an extra; who lacks it is told its name."""
    monkeypatch.setattr("importlib.util.find_spec", lambda _: None)
    with pytest.raises(InvalidInput, match=r"pip install 'tokenplan\[documents\]'"):
        read_document(pdf("x"), "a.pdf")


def test_a_docx_is_its_text():
    """Paragraphs, tabs, breaks, tables and entities of a real DOCX, in the order of the page."""
    made = docx.Document()
    made.add_heading("Title")
    made.add_paragraph("Hello\tworld & <friends>").add_run().add_break()
    table = made.add_table(1, 2)
    table.cell(0, 0).text, table.cell(0, 1).text = "left", "right"
    out = io.BytesIO()
    made.save(out)
    assert read_document(out.getvalue(), "a.docx").text == "Title\nHello\tworld & <friends>\n\nleft\nright\n"


def test_notes_count_and_what_is_said_twice_counts_once():
    """Footnotes are text; the fallback of a text box repeats it, and deleted text is gone."""
    box = "http://schemas.openxmlformats.org/markup-compatibility/2006"
    body = (
        f'<w:d xmlns:w="{WORDS}" xmlns:mc="{box}"><w:p><w:t>a</w:t><w:delText>gone</w:delText></w:p>'
        "<mc:AlternateContent><mc:Choice><w:t>box</w:t></mc:Choice><mc:Fallback><w:t>box</w:t></mc:Fallback></mc:AlternateContent></w:d>"
    )
    notes = f'<w:n xmlns:w="{WORDS}"><w:p><w:t>note</w:t></w:p></w:n>'
    assert read_document(zipped(word__document=body, word__footnotes=notes), "a.docx").text == "a\nboxnote\n"


def test_a_docx_made_to_hurt_is_refused(monkeypatch):
    """A bomb, entities, a plain zip, a cut one and broken XML are errors that name the file."""
    monkeypatch.setattr(our_docx, "LARGEST_XML", 100_000)
    entity = '<!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/passwd">]><a>&x;</a>'
    good = zipped(word__document="<a/>")
    for data, said in (
        (zipped(word__document="<a>" + " " * 10**6 + "</a>"), "unpacks to more than 100000 bytes"),
        (zipped(word__document=entity), "declares a document type"),
        (zipped(other="x"), "without word/document.xml"),
        (good[: len(good) // 2], "damaged or encrypted"),
        (zipped(word__document="<a><b></a>"), "damaged XML"),
    ):
        with pytest.raises(InvalidInput, match=rf"b\.docx: .*{said}"):
            read_document(data, "b.docx")


@given(st.binary(max_size=300))
def test_no_bytes_crash_the_reader_of_docx(data):
    """A DOCX with anything in it is text or our own error."""
    good = zipped(word__document="<a/>")
    for hostile in (good[:40] + data + good[40:], b"PK\3\4" + data, good[:-10] + data):
        try:
            assert read_document(hostile, "b.docx").text == ""
        except InvalidInput as error:
            assert "b.docx" in str(error)  # noqa: PT017 - either is right, a crash is not


@pytest.mark.parametrize(
    ("data", "name", "said"),
    [
        (b"", "a.txt", "a.txt: is empty"),
        (b"plain", "a.pdf", "its name says a PDF, its bytes are text"),
        (b"%PDF-1.7", "a.docx", "its name says a DOCX (a zip archive), its bytes are a PDF"),
        (b"\x89PNG\r\n\x1a\n", "a.pdf", "its name says a PDF, its bytes are an image"),
        (b"\x89PNG\r\n\x1a\n", "a.png", "is an image; give it as one of the images"),
        (b"\xd0\xcf\x11\xe0" + bytes(20), "a.doc", "an Office file of before 2007, or an encrypted one"),
        (b"II*\0rest", "a.tif", "a TIFF image"),
        (b"\0\0\0 ftypheic", "a.heic", "the MP4 family"),
        (b"\xff\xfeh\0i\0", "a.txt", "UTF-16"),
        (b"text\0more", "a.txt", "is binary (NUL at byte 4)"),
        (b"caf\xe9", "a.txt", "byte 3 is no UTF-8"),
    ],
)
def test_what_is_no_document_is_named(data, name, said):
    """Each wrong file says what it is and, where it helps, what to do."""
    with pytest.raises(InvalidInput) as caught:
        read_document(data, name)
    assert said in str(caught.value)


def test_a_text_that_speaks_of_a_format_is_text():
    """Magic words within a text, or at its beginning, make it no PDF and no bitmap."""
    for text in ("BMW builds cars", "the mark is %PDF-1.7", "GIF is a format"):
        assert kind_of(text.encode(), "a.md") == "text"
    assert read_document(b"\xef\xbb\xbfmarked", "a.txt").text == "marked"
