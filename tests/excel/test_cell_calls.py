"""`POST /v1/excel/calls`: many formula calls in one request, each answered in its place."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from excel.addin.calls import answered
from excel.cells import CellError
from excel.functions import FORMULAS
from excel.registry import Formula


def ask(client, *calls, **headers):
    """The answers to calls, each a name and its cells."""
    body = {"calls": [{"name": name, "cells": list(cells)} for name, *cells in calls]}
    return client.post("/v1/excel/calls", json=body, headers=headers)


def test_each_call_is_answered_in_its_place(client, planner):
    """A value, rows of values and errors, in the order of the calls, with the catalog they stand on."""
    column = [["gpt-5-mini"], ["gpt-5-mni"], [None]]
    found = ask(client, ("COST", "gpt-5-mini", 1000, 200), ("COST", column, [[1000], [1], [""]]), ("COST", "gpt-5"))
    assert found.status_code == 200
    one, spilled, wrong = found.json()["answers"]
    assert one == 0.00065
    assert spilled[0] == [0.00025]
    assert (spilled[1][0]["error"], spilled[2]) == ("#N/A", [""])
    assert wrong == {"error": "#VALUE!", "message": "input_tokens is empty; tokens of the prompt that no cache serves"}
    ref = planner.catalog.ref
    assert found.json()["catalog"] == {"version": ref.version, "observed": str(ref.observed)}


def test_an_unknown_formula_is_an_error_in_its_cell(client):
    """The nearest name is said; the calls beside it are answered."""
    unknown, date = ask(client, ("COTS",), ("CATALOGDATE",)).json()["answers"]
    assert (unknown["error"], "TP.COTS is no formula; nearest: COST" in unknown["message"]) == ("#VALUE!", True)
    assert isinstance(date, str)


CELLS = st.none() | st.booleans() | st.integers(-5, 10**7) | st.floats() | st.sampled_from(["", "gpt-5-mini", "x"])
RANGES = st.integers(1, 3).flatmap(lambda wide: st.lists(st.lists(CELLS, min_size=wide, max_size=wide), min_size=1))


@given(st.sampled_from(sorted(FORMULAS)), st.lists(CELLS | RANGES, max_size=5))
def test_whatever_cells_hold_there_is_an_answer(planner, name, cells):
    """Any values give a figure or an error that says something; never a fault, and nothing JSON cannot carry."""
    body = json.dumps({"calls": [{"name": name, "cells": cells}]}).encode()
    (found,) = json.loads(answered(planner, body))["answers"]
    for each in [cell for row in found for cell in row] if isinstance(found, list) else [found]:
        if isinstance(each, dict):
            assert each["error"] in ("#N/A", "#VALUE!")
            assert "a fault of ours" not in each["message"], each["message"]
            assert len(each["message"]) > 10


def test_a_fault_of_ours_stays_in_its_cell(planner, monkeypatch, caplog):
    """The others are answered, the cell says where to look, the log holds the traceback."""

    def broken(_planner, _model: str) -> None:
        raise ZeroDivisionError("division by zero")

    monkeypatch.setitem(FORMULAS, "BUDGET", Formula("BUDGET", lambda _: broken(_, ""), table=False))
    body = json.dumps({"calls": [{"name": "BUDGET", "cells": []}, {"name": "LIMIT", "cells": ["gpt-5-mini"]}]})
    failed, limit = json.loads(answered(planner, body.encode()))["answers"]
    assert failed["message"] == "TP.BUDGET failed by a fault of ours; the server's log says more"
    assert limit == 400_000
    assert "ZeroDivisionError" in caplog.text


@pytest.mark.parametrize(
    ("body", "says"),
    [
        (b"{", "the body is no JSON"),
        (b"[]", 'the body must be {"calls"'),
        (b'{"calls": {}}', 'the body must be {"calls"'),
        (b'{"calls": [], "more": 1}', 'the body must be {"calls"'),
        (b'{"calls": [{"name": "COST"}]}', "calls.0 must be an object"),
        (b'{"calls": [{"name": 1, "cells": []}]}', "calls.0 must be"),
        (b'{"calls": [{"name": "COST", "cells": [{}]}]}', "calls.0 must be"),
        (b'{"calls": [{"name": "COST", "cells": [[]]}]}', "calls.0 must be"),
        (b'{"calls": [{"name": "COST", "cells": [[[1], [1, 2]]]}]}', "calls.0 must be"),
        (b'{"calls": [{"name": "COST", "cells": [[[[1]]]]}]}', "calls.0 must be"),
        (b'{"calls": [' + b",".join([b'{"name": "COST", "cells": []}'] * 1001) + b"]}", "at most 1,000"),
        (b"[" * 100_000, "the body is no JSON"),
    ],
)
def test_a_body_that_is_no_list_of_calls_is_refused(client, body, says):
    """A 422 that says what is wrong, and where."""
    found = client.post("/v1/excel/calls", content=body)
    assert found.status_code == 422
    assert says in found.json()["detail"]


def test_the_key_is_asked_for_the_figures_and_not_for_the_pane(client_of):
    """Under /v1 as everywhere; Excel loads pane and metadata without one."""
    guarded = client_of("right")
    assert ask(guarded, ("CATALOGDATE",)).status_code == 401
    assert ask(guarded, ("CATALOGDATE",), Authorization="Bearer right").status_code == 200
    assert guarded.get("/excel/taskpane.html").status_code == 200


def test_the_endpoint_is_described_with_an_example_that_runs(client):
    """OpenAPI shows a body; sending it is answered."""
    told = client.get("/openapi.json").json()["paths"]["/v1/excel/calls"]["post"]
    example = told["requestBody"]["content"]["application/json"]["example"]
    assert client.post("/v1/excel/calls", json=example).json()["answers"][0] == 0.00065


def test_no_figure_is_passed_on_that_is_no_number():
    """Infinity and not-a-number are errors of a cell, not values."""
    from excel.cells import answer

    for each in (float("inf"), float("nan"), [[float("-inf")]]):
        found = answer(each)
        assert isinstance(found[0][0] if isinstance(found, list) else found, CellError)
