"""Documents among the words of a request: read from their bytes, page by page, in every spelling."""

from __future__ import annotations

import base64
import io

import pytest
from reportlab.pdfgen import canvas

from planner import DocumentInput, EstimateQuestion, TokensQuestion, default_planner
from planner.tokens import shapes
from pricing.errors import InvalidInput, NotCountable


def _pdf():
    out = io.BytesIO()
    page = canvas.Canvas(out)
    for number in (1, 2):
        page.drawString(72, 72, f"This is page {number} of the contract.")
        page.showPage()
    page.save()
    return base64.b64encode(out.getvalue()).decode()


PDF = _pdf()
ASKED = "Summarise it."
SPELLED = {
    "openai_chat": {"messages": [{"role": "user", "content": [
        {"type": "text", "text": ASKED},
        {"type": "file", "file": {"filename": "c.pdf", "file_data": f"data:application/pdf;base64,{PDF}"}},
    ]}]},
    "openai_responses": {"input": [{"role": "user", "content": [
        {"type": "input_text", "text": ASKED}, {"type": "input_file", "filename": "c.pdf", "file_data": PDF},
    ]}]},
    "anthropic": {"messages": [{"role": "user", "content": [
        {"type": "text", "text": ASKED},
        {"type": "document", "source": {"type": "base64", "media_type": "application/pdf", "data": PDF}},
    ]}]},
    "gemini": {"contents": [{"role": "user", "parts": [
        {"text": ASKED}, {"inlineData": {"mimeType": "application/pdf", "data": PDF}},
    ]}]},
}  # fmt: skip


@pytest.mark.parametrize(
    ("shape", "model"),
    [*((shape, "gpt-4o") for shape in SPELLED), ("anthropic", "claude-haiku-4-5"), ("gemini", "gemini-2.5-flash")],
)
def test_pages_count_as_those_of_a_document_apart(shape, model):
    """A PDF inside a request has a part for each page's text and image, with the tokens it has under `documents`."""
    planner = default_planner()
    inside = planner.tokens(TokensQuestion(model=model, request=SPELLED[shape]))
    apart = planner.tokens(TokensQuestion(model=model, documents=(DocumentInput(name="c.pdf", data=PDF),)))
    pages = [part for part in inside.parts if " page " in part.name]
    assert [(part.tokens, part.modality) for part in pages] == [(part.tokens, part.modality) for part in apart.parts]
    assert [part.name.rpartition(" page ")[2] for part in pages] == ["1", "1 image", "2", "2 image"]


def test_a_request_is_read_once_for_all_models(monkeypatch):
    """A document in a request is opened once a question, however many models are asked."""
    opened, read = [], shapes.read_body
    monkeypatch.setattr(shapes, "read_body", lambda *asked: opened.append(1) or read(*asked))
    question = EstimateQuestion(models=("gpt-4o", "claude-haiku-4-5"), request=SPELLED["anthropic"], output_tokens=10)
    assert len(default_planner().estimate(question).rows) == 2
    assert opened == [1]


@pytest.mark.parametrize(
    ("source", "error", "words"),
    [
        ({"type": "base64", "data": "!!"}, InvalidInput, "is no base64"),
        ({"type": "base64", "data": base64.b64encode(b"%PDF-1.4 cut off").decode()}, InvalidInput, "source"),
        ({"type": "url", "url": "https://x/y.pdf"}, NotCountable, "a document by url"),
    ],
)
def test_documents_that_cannot_be_read_are_told_with_their_place(source, error, words):
    """Bytes that are no base64, a damaged PDF, an address: refused with the place in the request."""
    body = {"messages": [{"role": "user", "content": [{"type": "document", "source": source}]}]}
    with pytest.raises(error, match=words) as told:
        shapes.read_body(body, None, ("request",))
    assert told.value.problems[0].loc[:5] == ("request", "messages", 0, "content", 0)


def test_texts_among_the_bytes_are_texts():
    """A text file inside a request is the text it holds; a text source of a document too."""
    note = base64.b64encode(b"Delivered next door.").decode()
    gemini = {"contents": [{"parts": [{"inlineData": {"mimeType": "text/plain", "data": note}}]}]}
    source = {"type": "text", "media_type": "text/plain", "data": "Delivered next door."}
    block = {"type": "document", "title": "Note", "source": source}
    claude = {"messages": [{"role": "user", "content": [block]}]}
    told = [[piece.text for piece in shapes.read_body(body, None, ()).messages[0].pieces] for body in (gemini, claude)]
    assert told == [["Delivered next door."], ["Note", "Delivered next door."]]
