"""Formulas as a sheet calls them: the verbs' own figures, cells and ranges, blanks and errors that help."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from excel.cells import CellError
from excel.functions import FORMULAS
from planner import CostQuestion, RouteQuestion, Usage
from planner.calls import Call, Load

WANTED = (
    *("TOKENS", "COST", "MONTHLYCOST", "PRICE", "PRICES", "MODELS", "LIMIT", "FITS", "HEADROOM", "COMPARE", "CHEAPEST"),
    *("ROUTE", "ROUTESAVING", "ROUTEBREAKEVEN", "CASCADE", "CACHEHIT", "CACHECOST", "LATENCY", "LATENCYBREACH"),
    *("RAG", "LONGCONTEXT", "FINETUNE", "SAMPLESIZE", "JUDGECOST", "SIMULATE", "MARGIN", "PRICEFORMARGIN", "BUDGET"),
    "CATALOGDATE",
)

EXAMPLES = {
    "TOKENS": ("gpt-5-mini", "Where is my parcel?"),
    "COST": ("gpt-5-mini", 1000, 200),
    "MONTHLYCOST": ("gpt-5-mini", 300_000, 1000, 200),
    "PRICE": ("gpt-5-mini", "output_tokens"),
    "PRICES": ("gpt-5-mini",),
    "MODELS": ("openai",),
    "LIMIT": ("gpt-5-mini",),
    "FITS": ("gpt-5-mini", 300_000, 1000),
    "HEADROOM": ("gpt-5-mini", 272_000),
    "COMPARE": ([["gpt-5-mini"], ["gpt-5"]], 1000, 200),
    "CHEAPEST": ([["gpt-5", "gpt-5-mini"]], 1000, 200),
    "ROUTE": ("gpt-5-mini", "gpt-5", 0.2, 1000, 200),
    "ROUTESAVING": (0.001, 0.01, 0.2),
    "ROUTEBREAKEVEN": (0.001, 0.01, None, None, 0.0009),
    "CASCADE": ([[0.001], [0.01]], [[0.7], [None]]),
    "CACHEHIT": ("claude-haiku-4-5", 20, "5m"),
    "CACHECOST": ("claude-haiku-4-5", 5000, 20, "5m"),
    "LATENCY": ([[2.0]], [[2.0]]),
    "LATENCYBREACH": ([[2.0]], [[2.0]], 1),
    "RAG": ("gpt-5-mini", 200_000, 20_000, "text-embedding-3-small", 1536),
    "LONGCONTEXT": ("gpt-5-mini", 200_000, 20_000),
    "FINETUNE": (0.02, 0.01, 1_000_000, 25, 100_000),
    "SAMPLESIZE": (0.5, 0.05),
    "JUDGECOST": (500, 0.01),
    "SIMULATE": ("gpt-5-mini", 100, 100, 20, 1000, 200, 200),
    "MARGIN": (20, 0.002, 500, 1),
    "PRICEFORMARGIN": (0.8, 0.002, 500, 1),
    "BUDGET": ("gpt-5-mini", 100, 1000, 200),
    "CATALOGDATE": (),
}
"""Worked by hand beside each figure below."""


def test_the_formulas_are_those_that_were_promised():
    """None is missing, each has a sentence of help and a description of every argument."""
    assert sorted(FORMULAS) == sorted(WANTED)
    for each in FORMULAS.values():
        assert each.doc.endswith("."), each.name
        assert all(argument.doc for argument in each.arguments), each.name
        optional = [not argument.required for argument in each.arguments]
        assert optional == sorted(optional), f"{each.name}: what must be given comes first"


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("COST", 0.00065),  # 1,000 x 0.25 + 200 x 2.00 a million
        ("MONTHLYCOST", 195.0),  # 300,000 of them
        ("BUDGET", 153_846),  # 100 / 0.00065
        ("PRICE", 2.0),
        ("LIMIT", 400_000),
        ("FITS", False),  # 272,000 tokens of input at most
        ("HEADROOM", 0.0),
        ("CHEAPEST", "gpt-5-mini"),
        ("ROUTE", 0.00117),  # 0.8 x 0.00065 + 0.2 x 0.00325
        ("ROUTESAVING", 0.72),  # 1 - (0.8 x 0.001 + 0.2 x 0.01) / 0.01
        ("ROUTEBREAKEVEN", 0.9),  # 1 - 0.0009 / (0.01 - 0.001)
        ("CASCADE", 0.004),  # 0.001 + 0.3 x 0.01
        ("CACHEHIT", 0.8111244),  # 1 - exp(-20 x 300 / 3600)
        ("LATENCY", 2.0),
        ("LATENCYBREACH", 1.0),
        ("FINETUNE", 11_925.0),  # 1.2 M x 0.01 - 1 M x 3 epochs x 25 a million
        ("SAMPLESIZE", 381),  # Wilson: 1.96^2 x 0.25 / 0.05^2 - 1.96^2
        ("JUDGECOST", 5.0),
        ("MARGIN", 0.9),  # (20 - 500 x 0.002 - 1) / 20
        ("PRICEFORMARGIN", 10.0),  # 2 / (1 - 0.8)
        ("TOKENS", 5),
    ],
)
def test_a_formula_gives_the_figure_worked_by_hand(planner, name, expected):
    """Each figure follows from the prices and counts named beside it."""
    found = FORMULAS[name](planner, EXAMPLES[name])
    assert found == (expected if isinstance(expected, (str, bool)) else pytest.approx(expected))


@pytest.mark.parametrize("name", WANTED)
def test_every_formula_answers_and_answers_the_same_again(planner, name):
    """A workbook that recalculates shows the same figures; nothing is an error."""
    first, second = (FORMULAS[name](planner, EXAMPLES[name]) for _ in range(2))
    assert first == second
    assert not isinstance(first, CellError), first
    if FORMULAS[name].table:
        assert len({len(row) for row in first}) == 1
        assert len(first) > 1


ROWS = st.tuples(
    st.sampled_from(["gpt-5-mini", "gpt-5", "claude-haiku-4-5"]), st.integers(0, 10**6), st.integers(0, 10**5)
)


@given(st.lists(ROWS, min_size=1, max_size=8))
def test_a_column_is_its_cells_and_each_is_the_verb_s_answer(planner, rows):
    """One call over a column spills what a call a cell gives, to the digit, which is what the planner says."""
    cost = FORMULAS["COST"]
    spilled = cost(planner, [[[each] for each in column] for column in zip(*rows, strict=True)])
    assert spilled == [[cost(planner, row)] for row in rows]
    for (model, size, out), (cell,) in zip(rows, spilled, strict=True):
        asked = CostQuestion(model=model, usage=Usage(input_tokens=size, output_tokens=out))
        assert cell == float(planner.cost(asked).total_usd)


def test_a_route_is_the_verb_s_answer(planner):
    """Models named in cells are sent what the cells say."""
    load = Load(usage=Usage(input_tokens=1000, output_tokens=200))
    asked = RouteQuestion(weak=Call(model="gpt-5-mini"), strong=Call(model="gpt-5"), strong_share=0.2, load=load)
    assert FORMULAS["ROUTE"](planner, EXAMPLES["ROUTE"]) == planner.route(asked).cost_usd


def test_a_column_beside_a_row_makes_a_table(planner):
    """Two models down, three lengths across: six cells, as sheets have it."""
    found = FORMULAS["COST"](planner, [[["gpt-5-mini"], ["gpt-5"]], [[1000, 2000, 3000]]])
    assert found == [[0.00025, 0.0005, 0.00075], [0.00125, 0.0025, 0.00375]]


def test_blank_rows_stay_blank_and_blank_arguments_are_not_given(planner):
    """A row without anything in its ranged cells is blank; one that lacks only the model says so."""
    found = FORMULAS["COST"](planner, [[["gpt-5-mini"], [None], [""]], [[1000], [None], [5]], ""])
    assert found[:2] == [[0.00025], [""]]
    assert found[2][0].code == "#VALUE!"
    assert found[2][0].message.startswith("model is empty; model, such as gpt-5-mini")


@pytest.mark.parametrize(
    ("name", "cells", "code", "says"),
    [
        ("COST", ("gpt-5-mni", 1000), "#N/A", "nearest: gpt-5-mini"),
        ("COST", ("gpt-5-mini", "many"), "#VALUE!", "input_tokens is 'many'; it must be a number"),
        ("COST", ("gpt-5-mini", 1.5), "#VALUE!", "=ROUND(…;0)"),
        ("COST", ("gpt-5-mini", -1), "#VALUE!", "input_tokens is -1"),
        ("COST", ("gpt-5-mini", True), "#VALUE!", "input_tokens is True; it must be a number"),
        ("COST", ("gpt-5-mini",), "#VALUE!", "input_tokens is empty"),
        ("COST", ("gpt-5-mini", 1, 1, 1, 1, 1, "cheap"), "#N/A", "cheap"),
        ("COST", ("gpt-5-mini", 1, 1, 1, 1, 1, None, -3), "#VALUE!", "as_of is -3; it must be a date"),
        ("COST", ("gpt-5-mini",) + (1,) * 20, "#VALUE!", "TP.COST takes 10 arguments (model, input_tokens"),
        ("COST", ([["gpt-5"]] * 3, [[1], [2]]), "#VALUE!", "the ranges have 3 and 2 rows"),
        ("PRICES", ([["gpt-5"], ["gpt-5-mini"]],), "#VALUE!", "answers with a table"),
        ("PRICE", ("gpt-5-mini", "output"), "#VALUE!", "nearest: output_tokens"),
        ("PRICE", ("gpt-5-mini", "output_audio_tokens"), "#N/A", "output_audio_tokens"),
        ("LIMIT", ("gpt-5-mini", "size"), "#VALUE!", "valid: context_window"),
        ("ROUTE", ("gpt-5-mini", "gpt-5", 1.2, 1000), "#VALUE!", "strong_share is 1.2"),
        ("ROUTE", ("gpt-5-mini", "gpt-5", 0.2), "#VALUE!", "needs what is sent"),
        ("ROUTEBREAKEVEN", (0.01, 0.001), "#N/A", "no such figure"),
        ("CASCADE", ([[0.001], [0.01]], [[None]]), "#VALUE!", "accepted is empty"),
        ("CASCADE", ([[0.001], [0.01], [0.1]], [[0.5]]), "#VALUE!", "3 tiers need 2"),
        ("LATENCY", ([[1.0], [2.0]], [[2.0]]), "#VALUE!", "p50s holds 2 cells"),
        ("LATENCY", ([[2.0]], [[1.0]]), "#VALUE!", "p95"),
        ("LONGCONTEXT", ("gpt-5-mini", 2_000_000, 10), "#N/A", "do not fit"),
        ("SAMPLESIZE", (2, 0.05), "#VALUE!", "rate is 2"),
        ("MARGIN", (20, -1, 500), "#VALUE!", "-1"),
        ("PRICEFORMARGIN", (1, 0.002, 500), "#VALUE!", "1"),
    ],
)
def test_what_is_wrong_stands_in_the_cell_in_words(planner, name, cells, code, says):
    """#N/A for what is unknown or not sold, #VALUE! for a wrong argument, never a 0; the message helps."""
    found = FORMULAS[name](planner, cells)
    assert isinstance(found, CellError), found
    assert (found.code, says in found.message) == (code, True), found


def test_a_date_may_be_a_sheet_s_own(planner):
    """46000 is 2025-12-09; a price of that day is asked for, as its text would."""
    told = ("gpt-5-mini", 1000, 200, None, None, None, None)
    assert FORMULAS["COST"](planner, (*told, 46_000)) == FORMULAS["COST"](planner, (*told, "2025-12-09"))
    early = FORMULAS["COST"](planner, (*told, 36_526.25))
    assert early.code == "#N/A"
    assert "2000-01-01" in early.message


def test_money_is_the_nearest_number_to_the_exact_one(planner):
    """A cell holds the double that is nearest to the exact decimal."""
    found = FORMULAS["MONTHLYCOST"](planner, ("gpt-5-mini", 1e9, 123_457, 7))
    exact = (Decimal(123_457) * Decimal("0.25") + 7 * Decimal(2)) / 10**6 * 10**9
    assert found == float(exact)
