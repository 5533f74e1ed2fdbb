"""The estimate in a real browser against the real server: what a person does, and the figures that must come."""

from __future__ import annotations

import io
import json
from decimal import Decimal

import pytest
from playwright.sync_api import expect
from reportlab.pdfgen.canvas import Canvas

from planner.usual import MODELS

pytestmark = [pytest.mark.browser, pytest.mark.slow]

PROMPT = "Where is my parcel?"
MESSAGES = [
    {"role": "system", "content": "Answer briefly."},
    {"role": "user", "content": "Hello"},
    {"role": "assistant", "content": "Good day"},
    {"role": "user", "content": PROMPT},
]
BOX = "Paste a prompt or messages JSON, or drop a file"


def names(page):
    """The models of the ranking, in their order."""
    return page.locator(".ranking tbody .pick").all_inner_texts()


def shown(usd):
    """A monthly cost as the page writes it."""
    value = Decimal(usd)
    return f"${value:,.0f}" if value >= 1000 else f"${value:.2f}"


def ranked(page, models):
    """Wait until the ranking holds so many models."""
    expect(page.locator(".ranking tbody tr")).to_have_count(models)


def test_figures_come_while_one_types_and_are_the_servers(visit, api):
    """A typed prompt is ranked on the usual models with the order and the costs that the API answers."""
    page = visit()
    page.get_by_label(BOX).press_sequentially(PROMPT)
    ranked(page, len(MODELS))
    body = {"text": PROMPT, "models": MODELS, "output_tokens": {"p50": 250, "p95": 700}, "requests_per_month": 100_000}
    rows = api("/v1/estimate", body)["rows"]
    expect(page.locator(".ranking tbody .pick").first).to_have_text(rows[0]["model"]["id"])
    assert names(page) == [row["model"]["id"] for row in rows]
    costs = page.locator("td[data-name='USD a month'] strong").all_inner_texts()
    assert costs == [shown(row["cost_per_month"]["usd"]) for row in rows]


def test_the_last_key_stroke_wins_over_slow_answers(visit):
    """An answer that is overtaken by a later question is aborted and never shown."""
    page = visit()

    def slowly(route):
        if json.loads(route.request.post_data)["text"] == "a":
            page.wait_for_timeout(400)
        route.continue_()

    page.get_by_label(BOX).fill("warm")
    ranked(page, len(MODELS))
    page.route("**/v1/estimate", slowly)
    page.get_by_label(BOX).fill("a")
    page.wait_for_timeout(100)
    page.get_by_label(BOX).fill("one two three four")
    row = page.locator(".ranking tbody tr", has_text="gpt-6-luna").locator("td[data-name=Tokens]")
    expect(row).to_contain_text("≈ 4")
    page.wait_for_timeout(600)
    expect(row).to_contain_text("≈ 4")
    page.unroute("**/v1/estimate")


def test_messages_are_told_from_text_and_fill_the_window_by_role(visit):
    """Pasted messages JSON is counted as messages: its system prompt, history and last message stand in the window."""
    page = visit()
    page.get_by_label(BOX).fill(json.dumps(MESSAGES))
    expect(page.get_by_text("Read as chat messages.")).to_be_visible()
    legend = page.locator("#window .legend")
    for kind in ("System", "History", "Last message", "Answer", "Head-room"):
        expect(legend.get_by_text(kind, exact=True)).to_be_visible()


def test_json_that_cannot_be_read_is_said_and_nothing_is_lost(visit):
    """Broken JSON is counted as text, with a word about it; told that it is JSON, the page shows where it breaks."""
    page = visit()
    page.get_by_label(BOX).fill('[{"role": "user", "content": "Hi"')
    expect(page.get_by_text("Counted as plain text: as JSON it cannot be read")).to_be_visible()
    ranked(page, len(MODELS))
    page.get_by_role("button", name="Messages JSON").click()
    expect(page.locator("#prompt .fault")).to_contain_text("This JSON cannot be read")


def test_what_the_server_refuses_stands_where_it_was_typed(visit):
    """A length that is no number and malformed messages are told beside their fields, in the server's words."""
    page = visit(refusals=True)
    page.get_by_label(BOX).fill(PROMPT)
    page.get_by_label("Usual answer (half are shorter)", exact=True).fill("many")
    expect(page.locator("#volume .fault")).to_contain_text("output_tokens")
    page.get_by_label("Usual answer (half are shorter)", exact=True).fill("250")
    ranked(page, len(MODELS))
    page.get_by_label(BOX).fill('[{"role": "user", "contents": 3}]')
    expect(page.locator("#prompt .fault")).to_be_visible()
    expect(page.get_by_role("alert")).to_contain_text("This cannot be answered yet.")


def test_a_pdf_is_dropped_and_a_strange_file_is_refused_by_name(visit):
    """A PDF's pages are counted beside the prompt; a file of another kind is named, and what is taken."""
    page = visit()
    held = io.BytesIO()
    canvas = Canvas(held)
    canvas.drawString(72, 720, "A parcel is lost after five working days.")
    canvas.save()
    page.get_by_label(BOX).fill("Summarise it.")
    files = page.get_by_label("Files to add")
    files.set_input_files({"name": "terms.pdf", "mimeType": "application/pdf", "buffer": held.getvalue()})
    expect(page.locator(".files")).to_contain_text("terms.pdf")
    expect(page.locator("#window .legend").get_by_text("Documents")).to_be_visible()
    files.set_input_files({"name": "song.mp3", "mimeType": "audio/mpeg", "buffer": b"x"})
    expect(page.locator("#prompt .fault")).to_contain_text("song.mp3 is not taken; text, JSON, PDF, DOCX and images")
    page.get_by_role("button", name="Remove terms.pdf").click()
    expect(page.locator("#window .legend").get_by_text("Documents")).to_have_count(0)


def test_a_text_file_dropped_on_the_prompt_becomes_the_prompt(visit):
    """What is dropped is read where it falls."""
    page = visit()
    page.locator(".drop").evaluate(
        """(place) => {
            const held = new DataTransfer();
            held.items.add(new File(["Where is my parcel?"], "prompt.txt", { type: "text/plain" }));
            place.dispatchEvent(new DragEvent("drop", { dataTransfer: held, bubbles: true, cancelable: true }));
        }"""
    )
    expect(page.get_by_label(BOX)).to_have_value(PROMPT)
    ranked(page, len(MODELS))


def test_sliders_and_numbers_are_one_value_and_move_the_costs(visit):
    """The arrow keys move the slider, the box follows, and so do the costs; any other number can be typed."""
    page = visit()
    page.get_by_label(BOX).fill(PROMPT)
    first = page.locator("td[data-name='USD a month'] strong").first
    before = first.inner_text()
    page.get_by_label("Requests a month, slider").press("ArrowRight")
    box = page.get_by_label("Requests a month", exact=True)
    expect(box).to_have_value("300000")
    expect(first).not_to_have_text(before)
    box.fill("123,456")
    expect(page.get_by_role("alert")).to_have_count(0)
    box.fill("")
    expect(page.locator("td[data-name='USD a month']")).to_have_count(0)
    page.get_by_role("button", name="One length").click()
    expect(page.locator("#volume").get_by_label("Answer", exact=True)).to_have_value("250")


def test_models_are_found_by_filters_taken_and_left_out(visit, api):
    """The list that the API's filters give can be taken from, and the ranking follows the choice."""
    page = visit()
    page.get_by_label(BOX).fill(PROMPT)
    page.get_by_role("button", name="Take none").click()
    expect(page.get_by_text("No model is chosen.")).to_be_visible()
    page.get_by_role("button", name="Find models").click()
    finder = page.locator(".finder")
    finder.get_by_label("Search").fill("gpt-5-mini")
    finder.get_by_label("Provider").select_option("azure")
    finder.get_by_label("Capability").select_option("vision")
    finder.get_by_label("Window, at least").select_option("200000")
    finder.get_by_label("Input price, at most").fill("1")
    query = "search=gpt-5-mini&provider=azure&capability=vision&min_context=200000&max_price=1"
    found = api(f"/v1/models?{query}")["models"]
    expect(finder.locator(".found li")).to_have_count(len(found))
    finder.locator(".found label").first.click()
    ranked(page, 1)
    assert names(page) == [found[0]["id"]]
    finder.locator(".found label").first.click()
    expect(page.locator(".ranking")).to_have_count(0)


def test_a_price_filter_that_is_no_price_says_so(visit):
    """Bad input of a filter stands at the filter."""
    page = visit(refusals=True)
    page.get_by_role("button", name="Find models").click()
    page.locator(".finder").get_by_label("Input price, at most").fill("cheap")
    expect(page.locator(".finder .fault")).to_be_visible()


def test_cached_and_batch_prices_stand_beside_and_can_rank(visit, api):
    """Each variant's cost is the API's for it; a model without a batch price says so; any variant can rank."""
    page = visit()
    prompt = " ".join(["The passage says that parcels are traced."] * 400)
    page.get_by_label(BOX).fill(prompt)
    page.get_by_role("button", name="In batches").click()
    body = {"text": prompt, "models": MODELS, "output_tokens": {"p50": 250, "p95": 700}, "requests_per_month": 100_000}
    batch = api("/v1/estimate", {**body, "service_tier": "batch"})
    cached = api("/v1/estimate", {**body, "cached_prefix_share": 0.6, "cache_hit_rate": 0.8})
    expect(page.locator(".refused li")).to_have_count(len(batch["refused"]))
    assert names(page) == [row["model"]["id"] for row in batch["rows"]]
    costs = {row["model"]["id"]: shown(row["cost_per_month"]["usd"]) for row in cached["rows"]}
    cells = page.locator("td[data-name='Cached, a month']")
    expect(cells.first).to_have_text(costs[names(page)[0]])
    assert cells.all_inner_texts() == [costs[name] for name in names(page)]
    page.get_by_role("button", name="As it is").click()
    expect(page.locator("td[data-name='In batches, a month']").get_by_text("no price").first).to_be_visible()


def test_a_row_shows_its_tokens_one_by_one(visit, api):
    """The coloured pieces make the text and are those of the API; an estimated count says that it is one."""
    page = visit()
    page.get_by_label(BOX).fill("strawberry 🫠\nand tea")
    page.locator(".ranking .pick", has_text="gpt-6.1-sol").click()
    told = api("/v1/tokens/pieces", {"model": "gpt-6.1-sol", "text": "strawberry 🫠\nand tea"})
    pieces = page.locator(".pieces span")
    expect(pieces).to_have_count(len(told["pieces"]))
    assert [each.replace("↵\n", "\n") for each in pieces.all_text_contents()] == [p["text"] for p in told["pieces"]]
    expect(page.locator("#tokens .tag")).to_have_text(told["method"])


def test_announced_prices_and_the_history_are_shown(visit):
    """A model with an announced price says from when; its history is drawn and told to who does not see it."""
    page = visit()
    page.get_by_label(BOX).fill(PROMPT)
    page.locator(".ranking .pick", has_text="gemini-3.8-flash").click()
    expect(page.locator(".announced")).to_contain_text("from 1 Jan 2027")
    expect(page.locator("#prices .chart canvas")).to_be_visible()
    assert "Price history." in page.locator("#prices .chart").get_attribute("aria-label")


def test_a_prompt_too_long_for_a_window_is_said(visit):
    """A model whose window is too small is ranked last and marked."""
    page = visit()
    page.get_by_role("button", name="Take none").click()
    page.get_by_role("button", name="Find models").click()
    page.locator(".finder").get_by_label("Search").fill("gpt-4")
    page.locator(".finder").get_by_label("Provider").select_option("openai")
    page.locator(".found strong").get_by_text("gpt-4", exact=True).click()
    page.get_by_label(BOX).fill("word " * 9000)
    expect(page.locator(".ranking .tag.bad")).to_have_text("does not fit")
    expect(page.locator("#window")).to_contain_text("too many")


def test_a_server_that_restarts_in_mid_edit_costs_nothing(visit, running):
    """While it is away the page says so and keeps everything; when it is back, what was typed meanwhile is answered."""
    with running() as server:
        page = visit(base=server.url, refusals=True)
        page.get_by_label(BOX).fill(PROMPT)
        ranked(page, len(MODELS))
        server.stop()
        page.get_by_label(BOX).fill(f"{PROMPT} It was due on Tuesday, and nobody rang.")
        expect(page.get_by_text("The server does not answer.")).to_be_visible()
        expect(page.locator(".light")).to_have_text("Server away")
        ranked(page, len(MODELS))
        before = page.locator("td[data-name=Tokens]").all_inner_texts()
        server.start()
        expect(page.get_by_text("The server does not answer.")).to_have_count(0)
        expect(page.locator("td[data-name=Tokens]").first).not_to_have_text(before[0])
        expect(page.get_by_label(BOX)).to_have_value(f"{PROMPT} It was due on Tuesday, and nobody rang.")


def test_a_server_with_keys_is_unlocked_from_the_page(visit, running):
    """Without a key the page asks for one, a wrong one does not open, the right one does, and it ends with the tab."""
    with running(TOKENPLAN_API_KEYS="open sesame,other") as server:
        page = visit(base=server.url, refusals=True)
        page.get_by_label(BOX).fill(PROMPT)
        field = page.get_by_label("This server asks for a key")
        field.fill("wrong")
        page.get_by_role("button", name="Use it").click()
        expect(page.locator(".light")).to_have_text("Key needed")
        field.fill("open sesame")
        page.get_by_role("button", name="Use it").click()
        ranked(page, len(MODELS))
        expect(field).to_have_count(0)
        assert page.evaluate("Object.keys(localStorage).length") == 0


def test_the_estimate_can_be_made_without_a_mouse(visit):
    """Tab and keys alone lead from the address to a prompt, its figures and another row's window."""
    page = visit()
    page.keyboard.press("Tab")
    expect(page.get_by_text("Skip to the content")).to_be_focused()
    page.get_by_label(BOX).focus()
    page.keyboard.type(PROMPT)
    ranked(page, len(MODELS))
    page.locator(".ranking .pick").nth(2).focus()
    page.keyboard.press("Enter")
    name = page.locator(".ranking .pick").nth(2).inner_text()
    expect(page.locator("#window h2")).to_have_text(f"{name}: the window")
