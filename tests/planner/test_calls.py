"""A call's cost: stated, or from the catalog by usage or prompt; and the checks that questions share."""

from __future__ import annotations

from decimal import Decimal

import pytest
from catalogs import NOW, priced
from hypothesis import given
from hypothesis import strategies as st

from planner import ImageInput, Usage
from planner.calls import Call, Load, Pricer
from planner.checks import Checks
from planner.tokens import Counter
from pricing import InvalidInput, UnknownModel

MODELS = {"openai/gpt-5-mini": {"prices": [priced(input_tokens="1", cache_read_tokens="0.1", output_tokens="10")]}}
USAGE = Usage(input_tokens=1000, output_tokens=100)


@pytest.fixture
def pricer(make_catalog):
    def make(load=None):
        return Pricer(make_catalog(MODELS), Counter(), NOW, load)

    return make


def test_a_stated_cost_needs_nothing_else(pricer):
    """What a caller knows is taken as it is and called stated."""
    answer = pricer()(Call(usd=Decimal("0.002")), "weak")
    assert (answer.usd, answer.basis, answer.model) == (Decimal("0.002"), "stated", None)


def test_a_usage_is_priced_from_the_catalog(pricer):
    """1000 x 1 + 100 x 10 = 2000 millionths, from the call's own usage or the question's."""
    own = pricer()(Call(model="gpt-5-mini", usage=USAGE), "weak")
    assert (own.usd, own.basis, own.model.id) == (Decimal("0.002"), "listed", "gpt-5-mini")


def test_the_question_s_load_serves_calls_without_their_own(pricer):
    """A load stands for every call that says none; a call's own wins."""
    price = pricer(Load(usage=Usage(input_tokens=10)))
    assert price(Call(model="gpt-5-mini"), "a").usd == Decimal("0.00001")
    assert price(Call(model="gpt-5-mini", usage=USAGE), "b").usd == Decimal("0.002")


def test_a_prompt_is_counted_by_the_model_s_tokenizer(pricer):
    """`Where is my parcel?` is 5 tokens: 5 x 1 + 2 x 10 = 25 millionths."""
    call = Call(model="gpt-5-mini", text="Where is my parcel?", output_tokens=2)
    assert pricer()(call, "weak").usd == Decimal("0.000025")


@pytest.mark.parametrize(
    "more",
    [
        {"tools": ({"name": "find", "input_schema": {}},)},
        {"system": "Be brief."},
        {"images": (ImageInput(width=9, height=9),)},
    ],
    ids=lambda more: next(iter(more)),
)
def test_everything_a_prompt_holds_is_sent(pricer, more):
    """Tools, system prompt and images of a call are counted and priced beside its text, none left behind on the way."""
    call = Call(model="gpt-5-mini", text="Where is my parcel?", output_tokens=2, **more)
    assert pricer()(call, "weak").usd > Decimal("0.000025")


@pytest.mark.parametrize(
    ("call", "loc", "says"),
    [
        (Call(), ("weak", "model"), "exactly one of usd and model"),
        (Call(usd=Decimal(1), model="gpt-5-mini"), ("weak", "model"), "exactly one of usd and model"),
        (Call(usd=Decimal(-1)), ("weak", "usd"), "must not be negative"),
        (Call(usd=Decimal("NaN")), ("weak", "usd"), "usd is NaN"),
        (Call(usd=Decimal("1e400")), ("weak", "usd"), "at most 1e"),
        (Call(usd=Decimal("1e-320")), ("weak", "usd"), "must be 0, or at least 1e-15"),
        (Call(model="gpt-5-mini"), ("weak", "usage"), "what is sent"),
        (Call(model="gpt-5-mini", text="x"), ("weak", "output_tokens"), "a prompt needs output_tokens"),
        (Call(model="gpt-5-mini", text="x", usage=USAGE), ("weak", "usage"), "not both"),
    ],
)
def test_a_call_without_a_cost_is_named(pricer, call, loc, says):
    """What is missing or contradicts itself is an error where the call stands."""
    with pytest.raises(InvalidInput, match=says) as error:
        pricer()(call, "weak")
    assert error.value.problems[0].loc == loc


def test_a_model_that_is_not_listed_is_named_where_it_stands(pricer):
    """The error of the catalog carries the call's place in the question."""
    with pytest.raises(UnknownModel) as error:
        pricer()(Call(model="gtp", usage=USAGE), "tiers", 2, "call")
    assert error.value.problems[0].loc == ("tiers", 2, "call", "model")


@given(st.floats(), st.floats())
def test_checks_name_every_field_that_is_wrong(share, amount):
    """A share passes from 0 to 1 and an amount from 0 to 1e15; NaN and infinity never; both are told at once."""
    wrong = [name for name, bad in (("s", not 0 <= share <= 1), ("a", not 0 <= amount <= 1e15)) if bad]
    checks = Checks("here").share(s=share).not_negative(a=amount)
    if not wrong:
        checks.done()
        return
    with pytest.raises(InvalidInput) as error:
        checks.done()
    assert [problem.loc for problem in error.value.problems] == [("here", name) for name in wrong]


@pytest.mark.parametrize("value", [10**400, Decimal("NaN"), Decimal("1e400"), float("inf"), -1])
def test_what_no_float_holds_is_out_of_range(value):
    """A count of 400 digits, a NaN and an infinity are refused by name, whatever their type, and never a fault."""
    with pytest.raises(InvalidInput) as error:
        Checks().positive(a=value).not_negative(b=value).at_least(0, c=value).share(d=value).done()
    assert [problem.loc for problem in error.value.problems] == [(name,) for name in "abcd"]
