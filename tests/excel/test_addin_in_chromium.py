"""The add-in's own JavaScript with Microsoft's office.js in a real Chromium, against the real server."""

from __future__ import annotations

import time

import pytest

from excel.functions import FORMULAS
from planner import CostQuestion, Usage

pytestmark = [pytest.mark.browser, pytest.mark.slow]

TEN_THOUSAND = """async (shift) => {
  const one = (at) => host.call("COST", [["gpt-5-mini"]], [[1000 + at]], [[200 + shift]]);
  return (await Promise.all(Array.from({ length: 10_000 }, (_, at) => one(at)))).map((rows) => rows[0][0]);
}"""


def test_ten_thousand_cells_are_twenty_requests_and_none_when_nothing_changed(sheet, running, planner):
    """Each cell shows what Python says; a second recalculation asks the server nothing."""
    opened = sheet(running)
    before = opened.requests()
    found = opened.page.evaluate(TEN_THOUSAND, 0)
    assert opened.requests() - before == 20
    for at in (0, 5000, 9999):
        asked = CostQuestion(model="gpt-5-mini", usage=Usage(input_tokens=1000 + at, output_tokens=200))
        assert found[at] == float(planner.cost(asked).total_usd)
    again = opened.page.evaluate(TEN_THOUSAND, 0)
    assert again == found
    assert opened.requests() - before == 20


def test_a_column_spills_what_its_cells_show(sheet, running):
    """One call over two models, one of them unknown: a figure, and Excel's own error in the row below."""
    opened = sheet(running)
    assert opened.call("COST", [["gpt-5-mini"]], [[1000]], [[200]]) == [[0.00065]]
    spilled = opened.call("COST", [["gpt-5-mini"], ["gpt-5-mni"], [""]], [[1000], [1000], [""]])
    assert spilled[0] == [0.00025]
    assert spilled[1][0].startswith("#N/A unknown model 'gpt-5-mni'; nearest: gpt-5-mini")
    assert spilled[2] == [""]
    assert opened.call("COST", [["gpt-5-mini"]], [["many"]]).startswith("#VALUE! input_tokens is 'many'")
    assert opened.call("MODELS", [["openai"]])[0][0] == "model"


def test_equal_questions_of_many_cells_are_one_call(sheet, running):
    """A thousand cells that ask the same are asked once, and omitted arguments at the end make no difference."""
    opened = sheet(running)
    bodies = []
    opened.page.on("request", lambda request: bodies.append(request.post_data_json))
    opened.page.evaluate(
        "Promise.all(Array.from({length: 1000}, (_, at) => at % 2"
        " ? host.call('COST', [['gpt-5']], [[7]], null, undefined) : host.call('COST', [['gpt-5']], [[7]])))"
    )
    assert bodies == [{"calls": [{"name": "COST", "cells": ["gpt-5", 7]}]}]


def test_a_cancelled_cell_is_not_asked_and_a_cancelled_request_is_stopped(sheet, running):
    """What the sheet no longer wants: it leaves the batch while that is gathered, and stops it once all have left."""
    opened = sheet(running)
    stopped = []
    opened.page.on("requestfailed", lambda request: stopped.append(request.post_data_json))
    bodies = []
    opened.page.on("request", lambda request: bodies.append(request.post_data_json))
    opened.page.evaluate(
        """async () => {
          const left = host.start("COST", [["gpt-5"]], [[11]]);
          const kept = host.call("COST", [["gpt-5"]], [[12]]);
          await Promise.resolve();
          left.cancel();
          await Promise.all([left.answer, kept]);
        }"""
    )
    assert bodies == [{"calls": [{"name": "COST", "cells": ["gpt-5", 12]}]}]
    opened.page.route("**/v1/excel/calls", lambda _: None)  # a server that never answers
    opened.page.evaluate(
        """async () => {
          const left = host.start("COST", [["gpt-5"]], [[13]]);
          await new Promise((done) => setTimeout(done, 100));
          left.cancel();
          return left.answer;
        }"""
    )
    opened.page.wait_for_timeout(50)
    assert stopped == [{"calls": [{"name": "COST", "cells": ["gpt-5", 13]}]}]


def test_a_server_that_is_away_is_named_and_the_sheet_recalculates_when_it_is_back(sheet, started):
    """Cells say in words what to do; kept figures stay; once the server answers, the workbook is computed anew."""
    server = started()
    opened = sheet(server, patient=False)
    kept = opened.call("COST", [["gpt-5-mini"]], [[1000]], [[200]])
    server.stop()
    said = opened.call("COST", [["gpt-5-mini"]], [[1001]], [[200]])
    assert said.startswith(f"#N/A the Tokenplan server at {server.url} is not reachable; start it")
    assert opened.call("COST", [["gpt-5-mini"]], [[1000]], [[200]]) == kept
    opened.wait_for_state("not reachable")
    server.start()
    opened.wait_for_state("Connected")
    opened.until("host.calculations === 1")
    assert opened.call("COST", [["gpt-5-mini"]], [[1001]], [[200]]) == [[0.00065025]]


def test_an_overloaded_server_is_asked_again(sheet, running):
    """Two refusals with 503, then the figure."""
    opened = sheet(running, patient=False)
    left = [503, 503]

    def busy(route):
        if left:
            route.fulfill(status=left.pop(), body="")
        else:
            route.continue_()

    opened.page.route("**/v1/excel/calls", busy)
    assert opened.call("COST", [["gpt-5-mini"]], [[2001]]) == [[0.00050025]]
    assert left == []


def test_slow_answers_arrive_each_in_its_own_cell(sheet, running):
    """The first batch takes longer than the second; both cells show their own figure."""
    opened = sheet(running)
    waits = [0.4, 0.0]

    def slow(route):
        time.sleep(waits.pop(0) if waits else 0)
        route.continue_()

    opened.page.route("**/v1/excel/calls", slow)
    found = opened.page.evaluate(
        """async () => {
          const first = host.call("COST", [["gpt-5-mini"]], [[3000]]);
          await new Promise((done) => setTimeout(done, 60));
          return Promise.all([first, host.call("COST", [["gpt-5-mini"]], [[6000]])]);
        }"""
    )
    assert found == [[[0.00075]], [[0.0015]]]


def test_the_key_is_entered_in_the_pane_and_kept_there(sheet, started):
    """Without it, and with a wrong one, cells and pane say so; with it they compute; it survives a reload."""
    server = started(TOKENPLAN_API_KEYS="right")
    opened = sheet(server, patient=False)
    assert opened.state() == "The server wants a valid API key"
    said = opened.call("COST", [["gpt-5-mini"]], [[1000]])
    assert said == "#N/A the Tokenplan server wants a valid API key; enter it in Tokenplan's task pane"
    page = opened.page
    page.get_by_label("API key").fill("wrong")
    page.get_by_role("button", name="Save").click()
    page.get_by_text("The key is kept on this machine.").wait_for()
    assert opened.state() == "The server wants a valid API key"
    page.get_by_label("API key").fill("right")
    page.get_by_role("button", name="Save").click()
    opened.wait_for_state("Connected")
    opened.until("host.calculations === 1")
    assert opened.call("COST", [["gpt-5-mini"]], [[1000]]) == [[0.00025]]
    page.reload()
    opened.wait_for_state("Connected")
    page.get_by_role("button", name="Forget").click()
    opened.wait_for_state("wants a valid API key")


def test_another_catalog_empties_what_is_kept_and_recalculates(sheet, running):
    """An answer that names another catalog makes every cell ask anew."""
    opened = sheet(running)
    opened.call("COST", [["gpt-5-mini"]], [[1000]])
    before = opened.requests()

    def other(route):
        answer = route.fetch()
        route.fulfill(response=answer, json={**answer.json(), "catalog": {"version": "new", "observed": "2026-11-24"}})

    opened.page.route("**/v1/excel/calls", other)
    opened.call("COST", [["gpt-5-mini"]], [[1001]])
    opened.until("host.calculations === 1")
    opened.call("COST", [["gpt-5-mini"]], [[1000]])
    assert opened.requests() - before == 2
    assert opened.page.locator("#date").inner_text() == "2026-11-24"


def test_the_pane_inserts_an_example_beside_nothing_else(sheet, running):
    """Formulas that point at their own rows; where cells are in use, it says so and writes nothing."""
    opened = sheet(running)
    opened.page.get_by_role("button", name="Insert example").click()
    opened.page.get_by_text("The example is in the sheet.").wait_for()
    rows = opened.page.evaluate("host.formulas")
    assert rows[0] == ["model", "input tokens", "output tokens", "USD a request", "USD a month at 100,000"]
    assert rows[1][3:] == ["=TP.COST(AA6,AB6,AC6)", "=TP.MONTHLYCOST(AA6,100000,AB6,AC6)"]
    for model, size, out, *_ in rows[1:]:
        assert isinstance(opened.call("COST", [[model]], [[size]], [[out]])[0][0], float)
    opened.page.evaluate("host.formulas = null, host.range.values = [['mine', '']]")
    opened.page.get_by_role("button", name="Insert example").click()
    opened.page.get_by_text("the example needs 4 rows and 5 columns of empty cells").wait_for()
    assert opened.page.evaluate("host.formulas") is None


def test_every_formula_is_bound_and_nothing_is_loaded_from_elsewhere(sheet, running):
    """The runtime that loads on open knows all of them; with a copy of office.js, no other machine is asked."""
    opened = sheet(running)
    assert sorted(opened.page.evaluate("Object.keys(CustomFunctions._association.mappings)")) == sorted(FORMULAS)
    assert [url for url in opened.asked if not url.startswith(f"{running.url}/")] == []
