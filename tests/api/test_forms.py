"""A report in other forms than JSON, by what the request accepts, from a real server."""

from __future__ import annotations

from io import BytesIO

import httpx
import openpyxl
import pytest

from planner.examples import examples
from planner.main import HTML, WORKBOOK

PATH = "/v1/plans/report"


def test_a_report_comes_in_the_form_that_is_accepted(server):
    """A page, a workbook, else JSON; the description names them, and a wrong plan is a problem in every form."""
    body = next(iter(examples(PATH).asked.values()))["value"]
    with httpx.Client(base_url=server, timeout=60) as client:
        page = client.post(PATH, json=body, headers={"Accept": HTML})
        assert (page.status_code, page.headers["content-type"]) == (200, f"{HTML}; charset=utf-8")
        assert "<svg" in page.text
        book = openpyxl.load_workbook(BytesIO(client.post(PATH, json=body, headers={"Accept": WORKBOOK}).content))
        plain = client.post(PATH, json=body, headers={"Accept": "*/*"}).json()
        figures = dict(row[:2] for row in book["Figures"].iter_rows(values_only=True))
        assert figures["cost_per_month_usd"] == pytest.approx(plain["cost_per_month_usd"]["mean"])
        told = client.get("/openapi.json").json()["paths"][PATH]["post"]["responses"]["200"]["content"]
        assert {HTML, WORKBOOK, "application/json"} <= told.keys()
        assert client.post(PATH, json={"plan": {}}, headers={"Accept": HTML}).status_code == 422
