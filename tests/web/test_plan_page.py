"""The plan in a real browser: opened, edited, saved; its panels hold the figures that the API answers."""

from __future__ import annotations

import json
import tomllib
from pathlib import Path

import pytest
from playwright.sync_api import expect

from planner.examples import examples

pytestmark = [pytest.mark.browser, pytest.mark.slow]

REPORT = "/v1/plans/report"
BREAKS = "/v1/plans/breakpoints"
EXAMPLE = next(iter(examples(REPORT).asked.values()))["value"]["plan"]
SUPPORT = Path(__file__).parents[2] / "examples" / "plans" / "support"
PLAN = """
name = "Two steps"

[traffic]
requests_per_month = 1000

[steps.sort]
kind = "classify"
model = "gpt-5-mini"
output_tokens = 5
prompt = {system = {file = "prompts/sort.md"}, user = {text = "Where is my parcel?"}}

[steps.answer]
kind = "generate"
model = "gpt-5-mini"
output_tokens = {p50 = 200, p95 = 500}
prompt = {system = {text = "Answer briefly."}, user = {text = "Where is my parcel?"}}

[scenarios.busy]
about = "Ten times the requests."
values = {"traffic.requests_per_month" = 10000}
"""


@pytest.fixture
def planned(visit):
    """A function that opens the plan's view with the example evaluated."""

    def opened(**options):
        page = visit("/#plan", **options)
        page.locator("#plan-cost").wait_for()
        return page

    return opened


def held(name, text):
    """A file as a person chooses it."""
    return {"name": name, "mimeType": "text/plain", "buffer": text.encode()}


def month(page):
    """The cost of a month as it stands on the page."""
    return page.locator("#plan-cost .figure", has_text="A month").last.locator("strong")


def test_the_example_is_shown_as_the_api_evaluates_it(planned, api):
    """Steps in their order with their costs, the month, the margin and the wait are the server's."""
    page = planned()
    report = api(REPORT, {"plan": EXAMPLE})
    assert page.locator(".step strong").all_inner_texts() == list(EXAMPLE["steps"])
    expect(month(page)).to_have_text(f"${report['cost_per_month_usd']['mean']:.2f}")
    margin = f"{report['revenue']['gross_margin_share']:.1%}"
    expect(page.locator("#plan-margin")).to_contain_text(margin.replace(".0%", "%"))
    expect(page.locator("#plan-wait")).to_contain_text(f"{report['end_seconds']['mean']:.3g} s")
    expect(page.locator(".waterfall .name")).to_have_text(list(EXAMPLE["steps"]))


def test_any_value_is_edited_and_the_figures_follow(planned, api):
    """A longer answer of a step costs what the API says of the plan with it."""
    page = planned()
    page.locator(".step", has_text="classify").first.click()
    page.locator("#plan-step").get_by_label("output tokens", exact=True).fill("400")
    changed = json.loads(json.dumps(EXAMPLE))
    changed["steps"]["classify"]["output_tokens"] = 400
    report = api(REPORT, {"plan": changed})
    expect(month(page)).to_have_text(f"${report['cost_per_month_usd']['mean']:.2f}")


def test_a_value_that_cannot_be_is_refused_at_its_field(planned):
    """A share over one is told beside the share and on its step, and nothing that was typed is lost."""
    page = planned(refusals=True)
    page.locator(".step", has_text="answer").click()
    field = page.locator("#plan-step").get_by_label("share", exact=True).first
    field.fill("1.7")
    expect(page.locator("#plan-step .fault").first).to_contain_text("1.7")
    expect(page.locator(".step", has_text="answer").locator(".tag.bad")).to_have_text("to mend")
    expect(field).to_have_value("1.7")
    field.fill("0.7")
    expect(page.locator(".fault")).to_have_count(0)


def test_a_plan_is_opened_with_the_prompts_that_it_names(planned):
    """A TOML file whose prompt lies in another file names what is lacking, takes it, and is evaluated."""
    page = planned(refusals=True)
    chooser = page.get_by_label("Plan and prompt files")
    chooser.set_input_files([held("plan.toml", PLAN)])
    expect(page.locator(".source .announced")).to_contain_text("prompts/sort.md")
    chooser.set_input_files([held("sort.md", "Sort it: parcel or lamp?")])
    expect(page.locator(".source .announced")).to_have_count(0)
    expect(page.locator(".step strong")).to_have_text(["sort", "answer"])
    page.locator("#plan-cost").wait_for()
    chooser.set_input_files([held("plan.toml", PLAN), held("sort.md", "Sort it.")])
    expect(page.locator(".source .announced")).to_have_count(0)
    expect(page.locator("#plan-cost")).to_contain_text("1K requests a month")


def test_the_shipped_plan_opens_with_its_prompts(planned):
    """The support assistant's file and everything beside it, chosen together, is evaluated as it stands."""
    page = planned()
    page.get_by_label("Plan and prompt files").set_input_files(sorted(SUPPORT.rglob("*.*"), reverse=True))
    expect(page.locator(".step strong")).to_have_text(list(tomllib.loads((SUPPORT / "plan.toml").read_text())["steps"]))
    expect(page.locator("#plan-windows")).to_be_visible()
    expect(page.locator(".source .announced")).to_have_count(0)
    expect(page.get_by_role("alert")).to_have_count(0)


def test_a_file_that_is_no_plan_says_where_it_breaks(planned):
    """Broken TOML is told with its line, and the plan that was there stays."""
    page = planned()
    page.get_by_label("Plan and prompt files").set_input_files([held("plan.toml", 'name = "x"\nsteps = [')])
    expect(page.locator(".source .fault")).to_contain_text("plan.toml cannot be read")
    expect(page.locator(".step strong")).to_have_text(list(EXAMPLE["steps"]))
    page.get_by_label("Plan and prompt files").set_input_files([held("notes.txt", "hello")])
    expect(page.locator(".source .fault")).to_contain_text("None of these files is a plan")


def test_a_plan_is_saved_as_it_was_opened(planned):
    """The saved TOML states the same plan; a prompt that lies in a file of its own stays there."""
    page = planned()
    page.get_by_label("Plan and prompt files").set_input_files([held("plan.toml", PLAN), held("sort.md", "Sort it.")])
    expect(page.locator(".step strong")).to_have_text(["sort", "answer"])
    with page.expect_download() as waited:
        page.get_by_role("button", name="Save plan.toml").click()
    assert waited.value.suggested_filename == "plan.toml"
    assert tomllib.loads(waited.value.path().read_text()) == tomllib.loads(PLAN)


def test_its_report_is_saved_as_a_page_and_as_a_workbook(planned):
    """The server writes both; the names are the plan's."""
    page = planned()
    page.get_by_label("Plan and prompt files").set_input_files([held("plan.toml", PLAN), held("sort.md", "Sort it.")])
    expect(page.locator(".step strong")).to_have_text(["sort", "answer"])
    for button, ending, start in (("Report (html)", ".html", b"<!doctype html>"), ("Workbook (xlsx)", ".xlsx", b"PK")):
        with page.expect_download() as waited:
            page.get_by_role("button", name=button).click()
        assert waited.value.suggested_filename.endswith(ending)
        assert waited.value.path().read_bytes().startswith(start)


def test_the_file_is_edited_as_text(planned):
    """What the TOML says is taken over as soon as it can be read; until then the fault is told and the plan stays."""
    page = planned()
    page.get_by_text("Read and edit the file").click()
    box = page.get_by_label("plan.toml", exact=True)
    text = box.input_value()
    box.fill(text.replace('name = "Ticket triage"', 'name = "Ticket'))
    expect(page.locator("#plan-text .fault")).to_be_visible()
    expect(page.locator(".source h2")).to_have_text("Ticket triage")
    box.fill(text.replace('name = "Ticket triage"', 'name = "Tickets"'))
    expect(page.locator(".source h2")).to_have_text("Tickets")
    expect(page.locator("#plan-text .fault")).to_have_count(0)


def test_values_and_steps_are_added_and_taken_out(planned):
    """What the server's description of a plan allows can be added by name; a step can be taken out."""
    page = planned(refusals=True)
    whole = page.locator("#plan-values")
    adder = whole.locator("> .editor > .adder")
    adder.get_by_label("What to add").select_option("seed")
    adder.get_by_role("button", name="Add", exact=True).click()
    expect(whole.get_by_label("seed")).to_have_value("1")
    whole.locator("> .editor > details > summary", has_text="steps").click()
    steps = whole.locator("> .editor > details", has_text="steps").first
    adder = steps.locator("> .editor > .adder")
    adder.get_by_label("Name of what is added").fill("extra")
    adder.get_by_role("button", name="Add", exact=True).click()
    expect(page.locator(".step strong")).to_have_text([*EXAMPLE["steps"], "extra"])
    steps.locator("> .editor > details > summary", has_text="extra").click()
    steps.get_by_role("button", name="Take out extra").click()
    expect(page.locator(".step strong")).to_have_text(list(EXAMPLE["steps"]))


def test_a_new_plan_begins_with_what_can_be_evaluated(planned):
    """The first plan has a step, a prompt and traffic, and costs something."""
    page = planned()
    page.get_by_role("button", name="Begin a new one").click()
    expect(page.locator(".source h2")).to_have_text("a new plan")
    expect(page.locator("#plan-cost")).to_contain_text("100K requests a month")


def test_scenarios_stand_side_by_side(planned, api):
    """Each scenario's month is the one that the API evaluates, beside the plan's own."""
    page = planned()
    for name in EXAMPLE["scenarios"]:
        report = api(REPORT, {"plan": EXAMPLE, "scenario": name})
        column = page.locator(".scenario", has=page.get_by_role("heading", name=name, exact=True))
        cost = report["cost_per_month_usd"]["mean"]
        expect(column).to_contain_text(f"${cost:,.0f}" if cost >= 1000 else f"${cost:.2f}")


def test_policies_say_whether_they_hold(planned, api):
    """Every policy stands with its verdict as the API judges it."""
    page = planned()
    verdicts = api("/v1/plans/check", {"plan": EXAMPLE})["verdicts"]
    expect(page.locator("#plan-policies tbody .tag")).to_have_text([each["status"] for each in verdicts])


def test_a_panel_whose_endpoint_is_not_there_is_left_out(visit):
    """A server without a verb gets a page without its panel, and no complaint."""
    page = visit("/docs")

    def less(route):
        described = route.fetch().json()
        for path in ("/v1/plans/check", "/v1/simulate"):
            described["paths"].pop(path)
        route.fulfill(json=described)

    page.route("**/openapi.json", less)
    page.goto(page.url.replace("/docs", "/#plan"))
    page.locator("#plan-cost").wait_for()
    page.get_by_role("button", name="Open them").click()
    page.locator("#beside-reliability").wait_for()
    expect(page.locator("#plan-policies")).to_have_count(0)
    expect(page.locator("#beside-simulate")).to_have_count(0)


def test_questions_beside_the_plan_are_drawn_and_edited(planned):
    """Histogram and tornado, failure matrix, cost-quality curve and retrieval start from the server's examples."""
    page = planned()
    page.get_by_role("button", name="Open them").click()
    expect(page.locator("#beside-simulate .chart canvas")).to_be_visible()
    expect(page.locator("#beside-simulate .tornado li").first).to_contain_text("users")
    expect(page.locator("#beside-reliability .tag").first).to_have_text("not tolerable")
    expect(page.locator("#beside-outcomes .chart canvas")).to_be_visible()
    expect(page.locator("#beside-outcomes .legend")).to_contain_text("your router")
    cheapest = page.locator("#beside-compare tr.chosen")
    expect(cheapest).to_contain_text("retrieval text-embedding-3-small")
    page.locator("#beside-compare").get_by_role("button", name="Put in your figures").click()
    page.locator("#beside-compare").get_by_label("queries per month").fill("10")
    expect(cheapest).to_contain_text("long context")


def test_break_points_are_looked_for_by_hand_and_nearest_first(visit):
    """The panel asks only when it is told to, and shows what the endpoint answers (here a stand-in) in its order."""
    page = visit("/docs")
    asked = []

    def described(route):
        api = route.fetch().json()
        api["paths"].setdefault(BREAKS, {"post": {}})
        route.fulfill(json=api)

    def answered(route):
        asked.append(route.request.post_data)
        point = {"path": "traffic.users", "policy": "month", "tips": "fails", "value": 400.0, "at": 520.0}
        far = {**point, "path": "steps.answer.share", "at": 0.9, "change_share": 0.28}
        route.fulfill(json={"breakpoints": [{**point, "change_share": 0.3}, far], "safe": ["traffic.months"]})

    page.route("**/openapi.json", described)
    page.route(f"**{BREAKS}", answered)
    page.goto(page.url.replace("/docs", "/#plan"))
    page.get_by_role("button", name="Look for it").click()
    expect(page.locator("#plan-breaks tbody th")).to_have_text(["traffic / users", "steps / answer / share"])
    expect(page.locator("#plan-breaks tbody tr").first).to_contain_text("+30%")
    assert [json.loads(each)["plan"] for each in asked] == [EXAMPLE]
    page.locator("#plan-values").get_by_label("name", exact=True).first.fill("Another")
    expect(page.locator("#plan-breaks")).to_contain_text("The plan has changed since.")
    assert len(asked) == 1
