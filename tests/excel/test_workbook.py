"""The unit-economics workbook: its figures are the verbs', whatever works it out, and bad input is said in words."""

from __future__ import annotations

import os
import re
from decimal import Decimal
from io import BytesIO
from pathlib import Path

import formualizer
import openpyxl
import pytest
from hypothesis import given
from hypothesis import strategies as st
from office import TINY, same

from excel.workbook import values
from excel.workbook.book import MODELS, book
from excel.workbook.description import COLUMNS, Computed
from excel.workbook.lookups import PRICE_COLUMNS
from excel.workbook.pages import inputs, latency, requests
from excel.workbook.routes import ROUTES, stored
from planner import CachingQuestion, CostQuestion, EconomicsQuestion, ProjectionQuestion, RouteQuestion, Usage
from planner.calls import Call
from planner.economics.margins import Payment, PlanTier
from planner.economics.projection import GrowingTier
from pricing.errors import InvalidInput, NotPriced, UnknownModel

PAYMENT = Payment(fixed_usd=0.30, fee_share=0.029)
APPROXIMATE = {("Latency", "C22"), ("Latency", "C23"), ("Latency", "C25")}
"""Without the add-in a sum of lognormals is approximated, as the sheet says."""


@pytest.fixture(scope="session")
def engine(books):
    """The plain workbook in an engine, for properties that set every cell they look at."""
    return formualizer.load_workbook_bytes(books["none"][1])


@pytest.fixture
def plain(books):
    """The plain workbook in an engine in which cells can be changed: set, then look."""
    engine = formualizer.load_workbook_bytes(books["none"][1])

    class Sheet:
        """One workbook."""

        def set(self, page, at, value):
            """Type into a cell."""
            engine.set_value(page, int(at[1:]), COLUMNS.index(at[0]) + 1, value)

        def clear(self, page, at):
            """Empty a cell."""
            engine.set_value(page, int(at[1:]), COLUMNS.index(at[0]) + 1, None)

        def look(self, page, at):
            """What a cell shows."""
            return values._shown(engine.evaluate_cell(page, int(at[1:]), COLUMNS.index(at[0]) + 1))

    return Sheet()


def rows_of(found, page, column, first, last):
    """A column's figures."""
    return [found[page, f"{column}{at}"] for at in range(first, last + 1)]


@pytest.mark.parametrize("route", ROUTES)
def test_a_request_costs_what_the_verb_says(books, planner, route):
    """Every kind of request, and every model of sheet Models, is the cost of that usage."""
    found = books[route][2]
    for at, kind in enumerate(requests.KINDS, requests.FIRST):
        fresh, cached, written, output, reasoning = kind.tokens
        used = Usage(
            input_tokens=fresh,
            cache_read_tokens=cached,
            cache_write_5m_tokens=written,
            output_tokens=output,
            reasoning_tokens=reasoning,
        )
        asked = CostQuestion(model=MODELS[kind.strong], usage=used, service_tier="batch" if kind.batch else None)
        assert same(found["Requests", f"L{at}"], float(planner.cost(asked).total_usd)), kind.name
    chat = Usage(input_tokens=1200, cache_read_tokens=4200, output_tokens=350)
    for at, name in enumerate(MODELS, 14):
        assert same(found["Models", f"C{at}"], float(planner.cost(CostQuestion(model=name, usage=chat)).total_usd))


@pytest.mark.parametrize("route", ROUTES)
def test_the_profit_is_that_of_the_economics_verb(books, planner, route):
    """Each plan's cost, fees, contribution, margin, cap and price for a margin are `economics`."""
    found = books[route][2]
    each = found["Requests", f"L{requests.LAST + 2}"]
    for column, plan in zip("CDEF", inputs.PLANS, strict=True):
        tier = PlanTier(name=plan.name, users=plan.users, price_usd=plan.price)
        asked = EconomicsQuestion(
            request=Call(usd=Decimal(repr(each))),
            sessions_per_user_per_month=plan.requests,
            other_usd_per_user_per_month=0.25,
            payment=PAYMENT,
            target_gross_margin_share=0.75,
            tiers=(tier,),
        )
        answer = planner.economics(asked)
        one = answer.tiers[0]
        shown = rows_of(found, "Monthly P&L", column, 18, 25)
        free = "free" if not plan.price else None
        wanted = (
            one.price_usd,
            one.model_usd,
            one.other_usd,
            one.payment_usd,
            one.contribution_usd,
            free or one.gross_margin_share,
            free or one.break_even_requests_per_month,
            answer.target_price_usd,
        )
        assert all(map(same, shown, wanted)), plan.name
        assert same(found["Monthly P&L", f"{column}13"], one.contribution_per_month_usd)


@pytest.mark.parametrize("route", ROUTES)
def test_the_year_is_that_of_the_projection_verb(books, planner, route):
    """The months' users, model cost and contribution are `projection` with the scenario's growth."""
    found = books[route][2]
    each = found["Requests", f"L{requests.LAST + 2}"]
    tiers = tuple(
        GrowingTier(name=plan.name, users=plan.users, price_usd=plan.price, requests_per_user_per_month=plan.requests)
        for plan in inputs.PLANS
    )
    asked = ProjectionQuestion(
        request=Call(usd=Decimal(repr(each))),
        tiers=tiers,
        months=12,
        user_growth_rate=0.05,
        other_usd_per_user_per_month=0.25,
        payment=PAYMENT,
    )
    for at, month in enumerate(planner.projection(asked).months, 6):
        shown = [found["Months", f"{column}{at}"] for column in "CDEFI"]
        assert shown == pytest.approx(
            [month.users, month.requests, month.revenue_usd, month.model_usd, month.contribution_usd], rel=TINY
        )


@pytest.mark.parametrize("route", ROUTES)
def test_routing_and_caching_are_those_of_the_verbs(books, planner, route):
    """Routed cost, saving and break-even are `route`; hit rates and costs over arrivals are `caching`."""
    found = books[route][2]
    used = Usage(input_tokens=1500, output_tokens=400)
    weak, strong = (Call(model=name, usage=used) for name in MODELS[:2])
    for at, share in [(15, 0.2), *((20 + step, step / 10) for step in range(11))]:
        asked = RouteQuestion(weak=weak, strong=strong, classifier=Call(usd=Decimal("0.00005")), strong_share=share)
        answer = planner.route(asked)
        assert same(found["Routing", f"C{at}"], answer.cost_usd)
        saved = found["Routing", "C16" if at == 15 else f"D{at}"]
        assert saved == pytest.approx(answer.savings_share, rel=TINY, abs=1e-12)
        assert same(found["Routing", "C17"], answer.break_even_strong_share)
    for at, arrivals in enumerate((40, 1, 2, 5, 10, 20, 50, 100, 200, 500, 1000), 16):
        answer = planner.caching(CachingQuestion(model=MODELS[0], prefix_tokens=6000, arrivals_per_hour=arrivals))
        best = min(answer.options, key=lambda each: each.prefix_usd)
        assert same(found["Caching", f"C{at}"], best.hit_rate)
        assert same(found["Caching", f"D{at}"], best.prefix_usd)


def test_every_route_shows_the_same_figures(books):
    """What the add-in works out and what plain formulas do is one figure; only the sum of waits is approximated."""
    plain = books["none"][2]
    for route in ("officejs", "classic", "libreoffice"):
        for place, shown in books[route][2].items():
            if place[0] in ("Start", "Latency") or place == ("Models", "A1"):
                continue
            if place[0] == "Prices" or place[1][0] == "P" or (place[0] == "Models" and place not in plain):
                continue
            assert same(shown, plain[place]), (route, place)
        for place in APPROXIMATE:
            assert books[route][2][place] == pytest.approx(plain[place], rel=0.03), place


def test_no_figure_is_an_error_and_none_is_missing(books):
    """As it is written, no cell of any route shows an error, and no input needs attention."""
    for route, (_, _, found) in books.items():
        assert not {place for place, shown in found.items() if str(shown).startswith("#")}, route
        assert found["Start", "C14"] == 0, route


def test_each_route_stores_our_formulas_its_own_way(books):
    """Excel keeps `_xldudf_TP_COST`, xlwings `tp_cost`, LibreOffice `TP.COST`; the plain book names none of ours."""
    asked = Computed("1", "TP.COST(A1,TP.PRICE(B1))")
    assert stored(asked, "officejs") == "=_xldudf_TP_COST(A1,_xldudf_TP_PRICE(B1))"
    assert stored(asked, "classic") == "=tp_cost(A1,tp_price(B1))"
    assert stored(asked, "libreoffice") == "=TP.COST(A1,TP.PRICE(B1))"
    described = books["none"][0]
    texts = [
        stored(cell.content, "none")
        for page in described.pages
        for cell in page.cells.values()
        if isinstance(cell.content, Computed)
    ]
    assert not [text for text in texts if re.search(r"TP[._]|tp_", text)]


def test_formulas_are_protected_and_inputs_are_not(books):
    """Every sheet is protected; a cell is open exactly where the description has an input."""
    described, file, _ = books["none"]
    read = openpyxl.load_workbook(BytesIO(file))
    for page in described.pages:
        sheet = read[page.name]
        assert sheet.protection.sheet, page.name
        for at, cell in page.cells.items():
            assert sheet[at].protection.locked == (cell.rule is None), (page.name, at)


def test_a_file_that_nothing_recalculates_shows_the_figures(books):
    """The figures are stored beside the formulas: a preview or a protected view shows them, not zeros."""
    for described, file, found in books.values():
        read = openpyxl.load_workbook(BytesIO(file), data_only=True)
        for page in described.pages:
            for at, cell in page.cells.items():
                if isinstance(cell.content, Computed):
                    assert same(read[page.name][at].value, found[page.name, at]), (page.name, at)


def test_the_scenario_switch_moves_every_driver(plain):
    """Each driver in use is the column of the scenario that is chosen, and the profit moves with it."""
    before = plain.look("Monthly P&L", "G13")
    plain.set("Inputs", "C4", "Cautious")
    for at, driver in enumerate(inputs.DRIVERS, inputs.FIRST_DRIVER):
        assert plain.look("Inputs", f"C{at}") == driver.values[1]
    assert plain.look("Monthly P&L", "G13") < before


def test_a_long_prompt_is_priced_by_its_own_row(plain, planner):
    """Beyond a model's threshold the whole prompt costs the higher price, to the token."""
    for tokens in (272_000, 272_001):
        plain.set("Requests", "C7", "gpt-5.6-luna")
        plain.set("Requests", "E7", tokens)
        plain.set("Requests", "F7", 0)
        used = Usage(input_tokens=tokens, output_tokens=350)
        asked = CostQuestion(model="gpt-5.6-luna", usage=used)
        assert same(plain.look("Requests", "L7"), float(planner.cost(asked).total_usd)), tokens


TOKENS = st.integers(0, 400_000)


@given(model=st.sampled_from(MODELS), tier=st.sampled_from(["standard", "batch"]), tokens=st.tuples(*[TOKENS] * 5))
def test_any_request_costs_what_the_verb_says(engine, planner, model, tier, tokens):
    """Whatever the model, tier and tokens: the plain formula is the exact cost, or the tier is not sold in both."""
    fresh, cached, written, output, reasoning = tokens
    used = Usage(
        input_tokens=fresh,
        cache_read_tokens=cached,
        cache_write_5m_tokens=written,
        output_tokens=output,
        reasoning_tokens=reasoning,
    )
    for column, value in zip("CDEFGHI", (model, tier, fresh, cached, written, output, reasoning), strict=True):
        engine.set_value("Requests", 7, COLUMNS.index(column) + 1, value)
    shown = values._shown(engine.evaluate_cell("Requests", 7, COLUMNS.index("L") + 1))
    try:
        exact = float(planner.cost(CostQuestion(model=model, usage=used, service_tier=tier)).total_usd)
    except NotPriced:
        assert str(shown).startswith("#")
    else:
        assert same(shown, exact)


def test_prices_of_your_own_are_used(plain):
    """A complete row of your own is a model like any other: 1,200 x $1 + 4,200 x $0.10 + 350 x $2 a million."""
    first = 45
    for column, value in zip("CDEFGHIJK", ("ours", "standard", 0, 1.0, 0.1, 1.0, 1.0, 2.0, 2.0), strict=True):
        plain.set("Prices", f"{column}{first}", value)
    assert plain.look("Prices", f"R{first}") == ""
    plain.set("Requests", "C7", "ours")
    assert plain.look("Requests", "L7") == pytest.approx((1200 + 420 + 700) / 1e6)
    plain.clear("Prices", f"G{first}")
    assert "six prices" in plain.look("Prices", f"R{first}")
    assert plain.look("Requests", "L7") == "#N/A"


def wrong_inputs(described):
    """Every input cell with figures that it must refuse."""
    for page in described.pages:
        if page.name == "Prices":
            continue
        for at, cell in page.cells.items():
            if cell.rule is None or cell.content == "" or not cell.rule.message.strip():
                continue
            if cell.rule.among:
                yield page, at, "no such thing"
            elif cell.rule.most is not None:
                yield page, at, "many"
                yield page, at, -5.0
                if cell.style == "whole" and cell.rule.whole:
                    yield page, at, 1.5


def test_every_wrong_input_is_said_in_words_and_nothing_becomes_zero(books, plain):
    """A text, a negative or a broken figure in any input shows a message on its sheet, and Start counts it."""
    described = books["none"][0]
    tried = 0
    for page, at, bad in wrong_inputs(described):
        cell = page.cells[at]
        plain.set(page.name, at, bad)
        count = plain.look("Start", "C14")
        assert float(count) >= 1, (page.name, at, bad)
        plain.set(page.name, at, cell.content)
        tried += 1
    assert tried > 150
    assert plain.look("Start", "C14") == 0


def test_a_wrong_token_count_is_no_cost(plain):
    """Totals that rest on a wrong input are #N/A, not a sum without it."""
    plain.set("Requests", "E7", "many")
    assert plain.look("Requests", "Q7").startswith("give fresh input")
    for place in (("Requests", "L7"), ("Requests", "N15"), ("Monthly P&L", "G13"), ("Months", "I18")):
        assert plain.look(*place) == "#N/A", place


def test_models_that_a_price_table_cannot_hold_are_refused(planner):
    """Prices by the hour, a model named twice, no model and an unknown one are told apart."""
    for names, words in (
        (("deepseek-chat",), "by the hour"),
        (MODELS[:1] * 2, "twice"),
        ((), "at least one"),
        (("gpt-55",), "gpt-55"),
    ):
        with pytest.raises((InvalidInput, UnknownModel), match=words):
            book(planner, "none", names)


def test_the_price_columns_are_named(books):
    """Each column that formulas look into is a named range over the same rows."""
    names = openpyxl.load_workbook(BytesIO(books["none"][1])).defined_names
    assert {re.sub(r"[A-Z]", "", names[each].attr_text.partition("!")[2]) for each in PRICE_COLUMNS} == {"$$7:$$49"}
    assert latency.LAST == 14


def test_the_formulas_are_those_that_were_looked_at(books):
    """Every formula of the plain and the add-in's book, held against a file; TOKENPLAN_GOLDEN=write rewrites it."""
    for route in ("none", "officejs"):
        lines = [
            f"{page.name}!{at}\t{stored(cell.content, route)}"
            for page in books[route][0].pages
            for at, cell in page.cells.items()
            if isinstance(cell.content, Computed) and page.name != "Prices"
        ]
        golden = Path(__file__).parent / "golden" / f"workbook-{route}.txt"
        if os.environ.get("TOKENPLAN_GOLDEN") == "write":
            golden.parent.mkdir(exist_ok=True)
            golden.write_text("\n".join(lines) + "\n")
        assert golden.read_text().splitlines() == lines
