"""Options and pages made from the fields of a verb's question and answer."""

from __future__ import annotations

import json
import shlex

import pytest

from planner.examples import examples
from planner.main import main
from planner.verbs import VERBS

ROUTE = ("routing", "route", "--strong-share", "0.5")


def told(tokenplan, *argv, **more):
    ran = tokenplan(*ROUTE, *argv, "--json", **more)
    assert (ran.code, ran.err) == (0, "")
    return json.loads(ran.out)


def test_a_call_has_short_forms(tokenplan):
    """USD, `MODEL:IN/OUT` and dotted options are the same call."""
    by_hand = told(tokenplan, "--weak", "0.00065", "--strong", "1")
    short = told(tokenplan, "--weak", "gpt-5-mini:1000/200", "--strong", "1")
    usage = ("--weak.usage.input-tokens", "1000", "--weak.usage.output-tokens", "200")
    dotted = told(tokenplan, "--weak.model", "gpt-5-mini", *usage, "--strong", "1")
    shared = told(tokenplan, "--weak", "gpt-5-mini", "--load", "1000/200", "--strong", "1")
    assert short["weak"] == dotted["weak"] == shared["weak"]
    assert by_hand["cost_usd"] == short["cost_usd"]


@pytest.mark.parametrize("kind", ["json", "toml"])
def test_options_go_over_a_file(tokenplan, tmp_path, kind):
    """A whole question stands in a file of either kind; an option beside it wins."""
    path = tmp_path / f"question.{kind}"
    document = {
        "json": '{"strong_share": 0.1, "weak": {"usd": "1"}, "strong": {"usd": "3"}}',
        "toml": 'strong_share = 0.1\nweak = { usd = "1" }\nstrong = { usd = "3" }\n',
    }
    path.write_text(document[kind])
    assert told(tokenplan, "--question", str(path))["cost_usd"] == 2.0


def test_a_value_is_read_from_a_file(tokenplan, tmp_path):
    """`@FILE` is the file's text for a text field and JSON for an object."""
    prompt, call = tmp_path / "prompt.txt", tmp_path / "call.json"
    prompt.write_text("Where is my parcel?")
    call.write_text('{"usd": "1"}')
    answer = told(
        tokenplan, "--weak", f"@{call}", "--strong.model", "gpt-5-mini", "--strong.text", f"@{prompt}",
        "--strong.output-tokens", "0",
    )  # fmt: skip
    assert answer["strong"]["usd"] == "0.00000125"  # 5 tokens at 0.25 USD a million


@pytest.mark.parametrize(
    ("argv", "says"),
    [
        (("--weak", "1"), "--strong: strong: Field required"),
        (("--weak", "1", "--strong", '{"usd"'), "nor JSON"),
        (("--weak", "1", "--strong", '{"usdd": "1"}'), "strong.usdd: unknown field"),
        (("--weak", "gpt-x9:1/1", "--strong", "1"), "--weak.model: unknown model 'gpt-x9'"),
        (("--weak", "1", "--strong", "1", "--load.output-tokens", "x"), "'x' must be a whole number"),
        (("--weak", "1", "--strong", "@nowhere.json"), "nowhere.json: No such file"),
        (("--weak", "1", "--strong", "1", "--strong-share", "nan"), "strong_share is nan"),
        (("--question", "nowhere.toml"), "nowhere.toml: No such file"),
        (("--weakk", "1"), "unknown option '--weakk'; nearest: --weak"),
    ],
)
def test_wrong_options_are_named(tokenplan, argv, says):
    """What the question refuses is told by its option, and ends with 2."""
    ran = tokenplan(*ROUTE, *argv)
    assert (ran.code, ran.out) == (2, "")
    assert says in ran.err


def test_what_is_wrong_in_a_list_is_told_with_its_place(tokenplan):
    """Of three tiers the second lacks its share: the message says which, as HTTP's `loc` does."""
    ran = tokenplan("routing", "cascade", "--tiers", "0.001@0.5,0.002,0.01")
    assert (ran.code, ran.out) == (2, "")
    assert "tiers.1.accept_probability: accept_probability is None; every tier but the last needs it" in ran.err


def test_the_page_and_the_csv_hold_every_figure(tokenplan, golden):
    """Money, shares and nested answers are written in the form that their names ask for."""
    argv = (*ROUTE, "--weak", "gpt-5-mini:1000/200", "--strong", "0.01", "--requests-per-month", "1000")
    golden("routing-route.txt", tokenplan(*argv).out)
    golden("routing-route.csv", tokenplan(*argv, "--csv").out)


def test_an_answer_is_drawn(tokenplan, tmp_path):
    """`--plot` writes a picture of the verbs that have one; a file that cannot be one is an error by name."""
    path = tmp_path / "route.svg"
    argv = (*ROUTE, "--weak", "0.001", "--strong", "0.01", "--plot")
    assert tokenplan(*argv, str(path)).code == 0
    assert "all to the strong model" in path.read_text()
    assert "ends in '.gif'" in tokenplan(*argv, "route.gif").err


MONTHS = {
    "request": {"usd": "0.003"},
    "tiers": [{"name": "pro", "users": 2500, "price_usd": 15, "requests_per_user_per_month": 500}],
    "price_changes": [{"at": "2027-02-15", "change_share": 0.5}],
    "months": 4,
    "fixed_usd_per_month": 400,
    "budget_usd_per_month": 5000,
}
CHOICES = {
    "configurations": [
        {"name": name, "call": {"usd": usd}, "quality": quality, "latency_p95_seconds": p95}
        for name, usd, quality, p95 in (("small", "0.001", 0.7, 2), ("large", "0.01", 0.9, 7), ("odd", "0.02", 0.8, 8))
    ],
    "min_quality": 0.8,
}
DRAWN = (("economics projection", MONTHS, "budget for cost"), ("optimise", CHOICES, "cheapest"))


@pytest.mark.parametrize(("command", "question", "shown"), DRAWN)
def test_figures_reasons_and_pictures_read_well(tokenplan, tmp_path, golden, command, question, shown):
    """Money over a dollar in cents, counts without an exponent, lists in their cells; a picture names its parts."""
    asked, drawn = tmp_path / "asked.json", tmp_path / "drawn.svg"
    asked.write_text(json.dumps(question), encoding="utf-8")
    argv = (*command.split(), "--question", str(asked))
    golden(f"{command.replace(' ', '-')}.txt", tokenplan(*argv, "--plot", str(drawn)).out)
    assert shown in drawn.read_text(encoding="utf-8")


EMBEDDED = '[{"model": "mine", "dimensions": 8, "usd_per_million_tokens": 0.02}]'
RETRIEVAL = ("retrieval", "compare", "--model", "gpt-5-mini", "--queries-per-month", "9", "--corpus-tokens")
TUNING = ("tuning", "--base-usd", "0.02", "--tuned-usd", "0.01", "--requests-per-month", "9", "--train-tokens", "9")


@pytest.mark.parametrize(
    ("argv", "says"),
    [
        ((*RETRIEVAL, "2000000", "--embeddings", EMBEDDED), "does not fit"),
        ((*TUNING, "--training-usd-per-million-tokens", "9", "--retrain-every-months", "5"), "USD so far"),
    ],
)
def test_options_and_horizons_are_drawn(tokenplan, tmp_path, argv, says):
    """Retrieval's options are marks, hollow where they do not fit; tuning is two lines over the months."""
    picture = tmp_path / "drawn.svg"
    assert tokenplan(*argv, "--plot", str(picture)).code == 0
    assert says in picture.read_text()


def test_embedding_models_have_a_short_form(tokenplan):
    """`MODEL:DIMENSIONS`, separated by commas, is a list of embedding models; without dimensions it is refused."""
    ran = tokenplan(*RETRIEVAL, "9000", "--embeddings", "nobody:512,none:256")
    assert ran.code == 2
    assert "unknown model 'nobody'" in ran.err
    assert "nor JSON" in tokenplan(*RETRIEVAL, "9000", "--embeddings", "nobody").err


TYPED = [line for verb in VERBS for line in examples(verb.path).typed if " @" not in line and "--question" not in line]


@pytest.mark.parametrize("line", TYPED)
def test_examples_in_the_help_run(line, capsys, monkeypatch):
    """What a help page shows can be typed as it stands."""
    monkeypatch.setenv("TOKENPLAN_NOW", "2026-11-23T12:00:00Z")
    assert main(shlex.split(line)[1:]) == 0
    assert capsys.readouterr().err == ""


def test_what_varies_has_short_forms(tokenplan):
    """A number, `P50/P95`, `LOW..HIGH` and JSON are the same quantities; a hop is `NAME=` one of them."""
    short = ("latency", "--hops", "a=0.2/0.5,b=1..3,c=0.5", "--draws", "1000", "--json")
    hops = [
        {"name": "a", "seconds": {"p50": 0.2, "p95": 0.5}},
        {"name": "b", "seconds": {"low": 1, "high": 3}},
        {"name": "c", "seconds": 0.5},
    ]
    assert tokenplan(*short).out == tokenplan(*short[:2], json.dumps(hops), *short[3:]).out
    month = (
        "simulate",
        "--model",
        "gpt-5-mini",
        "--output-tokens",
        "9",
        "--requests-per-user-per-month",
        "2",
        "--json",
    )
    inputs = ("--draws", "1000", "--input-tokens", "100", "--users")
    in_json = tokenplan(*month, *inputs, '{"p50": 100, "p95": 1e3}')
    assert in_json.code == 0
    assert tokenplan(*month, *inputs, "100/1e3").out == in_json.out


@pytest.mark.parametrize(
    ("words", "shows"),
    [("latency", ("first visible token", "budget 12 s", "rerank")), ("simulate", ("budget 500 USD", "output factor"))],
)
def test_simulations_are_drawn(tokenplan, tmp_path, words, shows):
    """The waterfall beside the distribution, and months beside the tornado, name what they draw."""
    question, path = tmp_path / "question.json", tmp_path / "picture.svg"
    question.write_text(json.dumps(next(iter(examples(f"/v1/{words}").asked.values()))["value"] | {"draws": 1000}))
    assert tokenplan(words, "--question", str(question), "--plot", str(path)).code == 0
    assert [text for text in shows if text not in path.read_text()] == []


@pytest.mark.parametrize(
    ("words", "shows"),
    [
        ("routing cascade", ("tier 2: gpt-5, reached by 31.0%", "all to the last tier", "0.00775")),
        ("reliability", ("answer: wrong answer", "left, not tolerable", "mitigation")),
        ("optimise mix", ("The cheapest mix: 123.49 USD a month", "middle", "hard")),
    ],
)
def test_choices_are_drawn(tmp_path, monkeypatch, words, shows):
    """The cascade's tiers beside the last alone, the matrix's losses and the mix's segments name what they draw."""
    monkeypatch.setenv("TOKENPLAN_NOW", "2026-11-23T12:00:00Z")
    question, path = tmp_path / "question.json", tmp_path / "picture.svg"
    asked = examples(f"/v1/{words.replace(' ', '/')}").asked
    question.write_text(json.dumps(next(iter(asked.values()))["value"]))
    assert main([*words.split(), "--question", str(question), "--plot", str(path)]) == 0
    assert [text for text in shows if text not in path.read_text()] == []


def test_answers_of_one_kind_stand_side_by_side(tokenplan):
    """First token and end are columns of one table; a cost from one USD on is told to the cent."""
    latency = tokenplan("latency", "--hops", "a=2", "--draws", "1000").out
    assert "first visible token  end\n" in latency.replace("        ", "")
    prices = ("--input-usd-per-million-tokens", "1", "--output-usd-per-million-tokens", "0")
    month = ("simulate", *prices, "--requests-per-user-per-month", "2000")
    inputs = (
        "--input-tokens",
        "1000",
        "--output-tokens",
        "0",
        "--requests-per-user-per-month",
        "2000",
        "--draws",
        "1000",
    )
    assert "0.001000 USD    2.00 USD  2.00 USD" in tokenplan(*month, *inputs).out
