"""The page as a whole: its policy, its looks for everybody, the catalog, the API's own page."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from playwright.sync_api import expect

from planner.web import STATIC

pytestmark = [pytest.mark.browser, pytest.mark.slow]

VIEWS = ("estimate", "plan", "catalog")
LOOKS = {
    "wide": {},
    "dark": {"color_scheme": "dark"},
    "pane": {"width": 320, "height": 700},
    "dark pane": {"width": 450, "height": 700, "color_scheme": "dark"},
}


def shown(page, view):
    """Wait until a view has something to show."""
    ready = {"estimate": ".pieces span", "plan": "#plan-grounds", "catalog": ".facts"}
    if view == "estimate":
        page.get_by_role("button", name="Take an example").click()
        page.locator("#prices").wait_for()
    if view == "plan":
        page.locator("#plan-policies tbody tr").first.wait_for()
    if view == "catalog":
        page.locator("#listed .pick").first.click()
        page.locator("#prices").wait_for()
    page.locator(ready[view]).first.wait_for()


@pytest.mark.parametrize("look", LOOKS)
@pytest.mark.parametrize("view", VIEWS)
def test_everybody_can_use_it(visit, audit, view, look):
    """axe-core finds nothing wrong with any view, light, dark, wide or in a task pane; none scrolls sideways."""
    page = visit(f"/#{view}", **LOOKS[look])
    shown(page, view)
    assert page.evaluate("document.documentElement.scrollWidth - innerWidth") <= 0
    page.evaluate("document.querySelectorAll('details').forEach((each) => { each.open = true })")
    assert audit(page) == []


def test_who_wants_no_motion_sees_none(visit):
    """With reduced motion nothing is animated."""
    page = visit(reduced_motion="reduce")
    page.get_by_role("button", name="Take an example").click()
    bar = page.locator(".bar > span").first
    bar.wait_for()
    assert bar.evaluate("(each) => getComputedStyle(each).transitionDuration") == "0s"


def test_the_catalog_is_searched_and_a_model_is_shown_in_full(visit, api):
    """Search and filters give the API's list; a row shows limits, prices with sources, and their history."""
    page = visit("/#catalog")
    page.locator("#find").get_by_label("Search").fill("v4-pro")
    page.locator("#find").get_by_label("Provider").select_option("deepseek")
    expected = api("/v1/models?search=v4-pro&provider=deepseek")["models"]
    expect(page.locator("#listed .pick")).to_have_text([model["id"] for model in expected])
    page.locator("#listed .pick").get_by_text("deepseek-v4-pro", exact=True).click()
    expect(page.locator("#model")).to_contain_text("1,000,000 tokens")
    expect(page.locator("#prices .chart canvas")).to_be_visible()
    page.get_by_text("Figures with source and date").click()
    expect(page.locator("#prices table")).to_contain_text("model-prices")


def test_the_catalog_tells_its_age_sources_and_conflicts(visit, api):
    """What the prices stand on is said: how old they are, from where, and where sources disagree."""
    page = visit("/#catalog")
    told = api("/v1/catalog")
    about = page.locator("#about")
    expect(about).to_contain_text(f"{told['age_days']} days old")
    for source in told["sources"]:
        expect(about.get_by_text(source["name"], exact=True)).to_be_visible()
    about.get_by_text(f"Where sources disagree ({len(told['conflicts'])})").click()
    expect(about.locator(".conflicts li").first).to_contain_text(told["conflicts"][0]["reason"])


def test_every_capability_that_can_be_chosen_is_known_to_the_server(api):
    """The page's list of capabilities holds nothing that the API refuses."""
    listed = re.search(r"CAPABILITIES = \[(.*?)\]", (Path(STATIC) / "catalog/filters.js").read_text(), re.DOTALL)
    for name in re.findall(r'"(\w+)"', listed[1]):
        assert api(f"/v1/models?capability={name}&provider=openai&search=gpt-5").get("type") is None, name


def test_what_is_typed_in_one_view_survives_a_look_at_another(visit):
    """Going to the catalog and back keeps the prompt and its figures."""
    page = visit()
    page.get_by_role("button", name="Take an example").click()
    page.locator(".ranking").wait_for()
    page.get_by_role("link", name="Catalog").click()
    expect(page.locator(".ranking")).to_be_hidden()
    page.get_by_role("link", name="Estimate").click()
    expect(page.locator(".ranking")).to_be_visible()


def test_the_apis_own_page_shows_the_verbs(visit):
    """Swagger UI renders each endpoint at /docs from shipped assets."""
    page = visit("/docs")
    for path in ("/v1/cost", "/v1/estimate", "/v1/context/fit"):
        expect(page.locator(f"[data-path='{path}']").first).to_be_visible()
