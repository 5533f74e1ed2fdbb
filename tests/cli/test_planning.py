"""Options and pages made from the fields of a verb's question and answer."""

from __future__ import annotations

import json

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
        (("--weak", "1", "--strong", '{"usd"'), "is no JSON"),
        (("--weak", "1", "--strong", '{"usdd": "1"}'), "strong.usdd: unknown field"),
        (("--weak", "gpt-x9:1/1", "--strong", "1"), "--weak.model: unknown model 'gpt-x9'"),
        (("--weak", "1", "--strong", "1", "--load.output-tokens", "x"), "'x' must be a whole number"),
        (("--weak", "1", "--strong", "@nowhere.json"), "nowhere.json: No such file"),
        (("--question", "nowhere.toml"), "nowhere.toml: No such file"),
        (("--weakk", "1"), "unknown option '--weakk'; nearest: --weak"),
    ],
)
def test_wrong_options_are_named(tokenplan, argv, says):
    """What the question refuses is told by its option, and ends with 2."""
    ran = tokenplan(*ROUTE, *argv)
    assert (ran.code, ran.out) == (2, "")
    assert says in ran.err


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
    assert "is no JSON" in tokenplan(*RETRIEVAL, "9000", "--embeddings", "nobody").err


TYPED = [line for verb in VERBS for line in examples(verb.path).typed if "@" not in line and "--question" not in line]


@pytest.mark.parametrize("line", TYPED)
def test_examples_in_the_help_run(line, capsys, monkeypatch):
    """What a help page shows can be typed as it stands."""
    monkeypatch.setenv("TOKENPLAN_NOW", "2026-11-23T12:00:00Z")
    assert main(line.split()[1:]) == 0
    assert capsys.readouterr().err == ""
