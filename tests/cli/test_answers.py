"""What the command line answers, in figures worked by hand, and that it says the same as the planner."""

from __future__ import annotations

import csv
import io
import json
from pathlib import Path

import pytest

from planner.tokens.encodings import ENCODINGS
from planner.usual import MODELS
from planner.wire import dumps
from pricing import BUCKETS, Catalog

EXAMPLE = Path(__file__).parents[2] / "examples" / "support" / "messages.json"


def test_shorthand_is_the_usage(tokenplan):
    """`cost MODEL INPUT OUTPUT` is --input and --output: 1000 x 0.25 + 200 x 2 = 650 millionths."""
    short = tokenplan("cost", "gpt-5-mini", "1000", "200", "--json")
    spelled = tokenplan("cost", "gpt-5-mini", "--input", "1000", "--output", "200", "--json")
    assert json.loads(short.out)["total_usd"] == "0.00065"
    assert short == spelled


def test_json_is_what_the_planner_writes(tokenplan):
    """--json prints the wire text of the planner's answer and a line end, nothing else."""
    from planner import CostQuestion, Usage, default_planner

    out = tokenplan("cost", "gpt-4o", "7", "3", "--json").out
    answer = default_planner().cost(CostQuestion(model="gpt-4o", usage=Usage(input_tokens=7, output_tokens=3)))
    assert out == dumps(answer) + "\n"


def test_options_before_and_after_the_command(tokenplan, tmp_path):
    """--catalog, --prices and --json are taken on either side of the command, also between the positionals."""
    prices = tmp_path / "ours.toml"
    prices.write_text(
        'source = "deal"\nobserved = 2026-11-01\n[[models."openai/gpt-4o".prices]]\n'
        'rates = { input_tokens = "1", output_tokens = "2" }\n'
    )
    before = tokenplan("--prices", str(prices), "--json", "cost", "gpt-4o", "1000000", "500000")
    after = tokenplan("cost", "gpt-4o", "--json", "1000000", "500000", "--prices", str(prices))
    assert before == after
    assert json.loads(before.out)["total_usd"] == "2"


@pytest.mark.parametrize("bucket", BUCKETS)
def test_every_bucket_is_an_option(bucket, tokenplan):
    """Each billing bucket is an option under its own name, of cost and of compare."""
    option = f"--{bucket.replace('_', '-')}"
    for command in (["cost", "gpt-4o"], ["compare", "--models", "gpt-4o"]):
        ran = tokenplan(*command, option, "0")
        assert ran.code == 0, ran.err


def test_usage_file_of_plain_buckets(tokenplan, tmp_path):
    """--usage without --shape takes our own buckets, decimals exactly."""
    path = tmp_path / "usage.json"
    path.write_text('{"input_tokens": 1000, "output_tokens": 200}')
    assert json.loads(tokenplan("cost", "gpt-5-mini", "--usage", str(path), "--json").out)["total_usd"] == "0.00065"


def test_compare_reads_a_provider_payload(tokenplan):
    """A comparison takes a provider's usage object and says which served tier it did not price."""
    payload = json.dumps({"input_tokens": 1000, "output_tokens": 100, "service_tier": "batch"})
    ran = tokenplan("compare", "--usage", "-", "--shape", "anthropic", "--models", "gpt-4o", "--json", stdin=payload)
    assert json.loads(ran.out)["rows"][0]["total_usd"] == "0.0035"  # 1000 x 2.5 + 100 x 10 = 3500 millionths
    assert "batch was served" in ran.err


def test_files_are_joined_by_a_line_end(tokenplan, tmp_path):
    """Several files and stdin make one text, with a line end between them."""
    for name in ("a", "b"):
        (tmp_path / name).write_text(f"text {name}")
    several = tokenplan("tokens", "gpt-4o", str(tmp_path / "a"), "-", str(tmp_path / "b"), "--json", stdin="hello")
    assert (
        json.loads(several.out)["tokens"]
        == json.loads(tokenplan("tokens", "gpt-4o", "--text", "text a\nhello\ntext b", "--json").out)["tokens"]
    )


def test_stdin_without_a_file(tokenplan):
    """A pipe is read when no prompt is named."""
    ran = tokenplan("tokens", "gpt-4o", "--json", stdin="hello world")
    assert (json.loads(ran.out)["tokens"], json.loads(ran.out)["method"]) == (2, "exact")


def test_messages_may_stand_in_an_object(tokenplan, tmp_path):
    """--messages takes the list, or an object that holds nothing else."""
    messages = [{"role": "user", "content": "hello"}]
    path = tmp_path / "m.json"
    path.write_text(json.dumps({"messages": messages}))
    alone = tokenplan("tokens", "gpt-4o", "--messages", "-", stdin=json.dumps(messages))
    assert tokenplan("tokens", "gpt-4o", "--messages", str(path)) == alone


@pytest.mark.parametrize(("size", "code"), [("127000", 0), ("127001", 1)])
def test_fit_exit_codes(size, code, tokenplan):
    """128,000 tokens hold 127,000 and 1,000 for the answer, not one more; the exit code says so."""
    assert tokenplan("fit", "gpt-4o", "--input-tokens", size, "--reserve-output", "1000").code == code


def test_fit_without_limits_is_not_known(tokenplan):
    """A model without known limits is exit code 2, with the answer printed and the reason on stderr."""
    ran = tokenplan("fit", "mistral-small", "--input-tokens", "10", "--json")
    assert (ran.code, json.loads(ran.out)["fits"]) == (2, None)
    assert ran.err == "error: no limit of mistral-small is known; it cannot be said whether this fits\n"


def test_refused_models_stand_below(tokenplan):
    """Models that cannot be answered for are named with the reason; the others are answered, exit code 2."""
    ran = tokenplan("estimate", "--text", "hello", "--output", "10", "--models", "gpt-4o,gpt-nope,mistral-listed")
    assert (ran.code, ran.err) == (2, "error: 2 of 3 models could not be answered for\n")
    assert "not answered\n  gpt-nope: unknown model 'gpt-nope'" in ran.out
    assert "mistral-listed: mistral/mistral-listed is listed without prices" in ran.out


def test_estimate_says_when_nothing_fits(tokenplan):
    """When every model that is answered for is too small, the exit code is 1, as it is for fit."""
    ran = tokenplan("estimate", "--text", "hello", "--output", "400000", "--models", "gpt-4o")
    assert ran.code == 1
    assert "NO" in ran.out


def test_no_model_answered(tokenplan):
    """When no model can be answered for, the exit code is 2 and the reasons are shown."""
    ran = tokenplan("estimate", "--text", "hello", "--output", "10", "--models", "gpt-nope,mistral-listed")
    assert ran.code == 2
    assert "gpt-nope: unknown model" in ran.out
    assert ran.err == "error: no model could be answered for\n"


def test_csv_keeps_the_exact_figures(tokenplan):
    """CSV has the money as the wire writes it and says on stderr what it has no column for."""
    ran = tokenplan("estimate", "--text", "hello", "--output", "10", "--models", "gpt-4o,gpt-nope", "--csv")
    row = next(csv.DictReader(io.StringIO(ran.out)))
    assert (row["usd_per_request"], row["usd_per_month"], row["fits"]) == ("0.0001025", "", "true")  # 1x2.5 + 10x10
    assert "gpt-nope: unknown model" in ran.err


def test_default_models_are_current():
    """Without --models a dozen or more current models of five or more makers are taken, each by its bare name."""
    catalog = Catalog()
    found = [catalog.resolve(name).model for name in MODELS]
    assert len({model.provider for model in found}) >= 5
    assert len(found) >= 12
    assert all(model.retires is None or model.retires > "2026-11-23" for model in found)
    assert all(model.sets for model in found)


def test_the_shipped_example(tokenplan, pinned):
    """The shipped example is answered for every default model, and it fits them all."""
    pinned.delenv("TOKENPLAN_CATALOG")
    ran = tokenplan(
        "estimate", "--messages", str(EXAMPLE), "--output-p50", "250", "--output-p95", "700",
        "--requests-per-month", "300000", "--cached-prefix-share", "0.6", "--cache-hit-rate", "0.8", "--json",
    )  # fmt: skip
    answer = json.loads(ran.out)
    assert (ran.code, len(answer["rows"]), answer["refused"]) == (0, len(MODELS), [])
    assert all(row["fit"]["fits"] for row in answer["rows"])
    assert all(row["tokens"]["tokens"] > 3000 for row in answer["rows"])


def test_narrow_terminal(tokenplan, pinned):
    """A narrow terminal loses the least important columns and is told which; the header is bold unless NO_COLOR."""
    import sys

    pinned.setattr(type(sys.stdout), "isatty", lambda _: True)
    pinned.setenv("COLUMNS", "60")
    pinned.setenv("TERM", "xterm")
    narrow = tokenplan("models").out
    table = narrow.partition("(too narrow for: retires, mode")[0]
    assert table != narrow
    assert all(len(line.replace("\x1b[1m", "").replace("\x1b[0m", "")) <= 60 for line in table.splitlines())
    assert "\x1b[1mmodel" in narrow
    pinned.setenv("NO_COLOR", "1")
    assert "\x1b" not in tokenplan("models").out


def test_version(tokenplan):
    """--version prints the distribution's version."""
    from importlib.metadata import version

    assert tokenplan("--version") == (0, f"tokenplan {version('tokenplan')}\n", "")


def test_version_says_what_counts(tokenplan):
    """With -v, each encoding's engine: the fast one where it is installed and proved, tiktoken elsewhere."""
    told = tokenplan("--version", "-v").out.splitlines()[1:]
    assert [line.split()[0] for line in told] == [*ENCODINGS]
    assert told[0].startswith("o200k_base is counted by toktok 0.3")
    assert told[-1].startswith("r50k_base is counted by tiktoken 0.")


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_completion_code(shell, tokenplan):
    """The completion command prints code that names the command, for each shell."""
    ran = tokenplan("completion", shell)
    assert ran.code == 0
    assert "tokenplan" in ran.out


@pytest.mark.parametrize(
    ("line", "wanted"),
    [
        ("tokenplan cost gpt-5", "gpt-5-mini"),
        ("tokenplan est", "estimate"),
        ("tokenplan cost --cache-r", "--cache-read"),
        ("tokenplan estimate --models gpt-4o,claude-h", "gpt-4o,claude-haiku-4-5"),
        ("tokenplan prices az", "azure/"),
        ("tokenplan prices azure/g", "azure/gpt-4o"),
    ],
)
def test_completing(line, wanted, process, tmp_path):
    """The shell's question is answered with commands, options and model names."""
    answer = tmp_path / "answer"
    process(
        _ARGCOMPLETE="1", COMP_LINE=line, COMP_POINT=str(len(line)), COMP_TYPE="9", _ARGCOMPLETE_COMP_WORDBREAKS=" ",
        _ARGCOMPLETE_STDOUT_FILENAME=str(answer), IFS="\013", _ARGCOMPLETE_IFS="\013",
    )  # fmt: skip
    assert wanted in [word.strip() for word in answer.read_text().split("\013")]


def test_a_history_is_drawn(tokenplan, tmp_path):
    """`prices --plot` writes a picture that names the model and a line for each price that is drawn."""
    path = tmp_path / "history.svg"
    assert tokenplan("prices", "deepseek-chat", "--plot", str(path)).code == 0
    drawn = path.read_text()
    assert all(f"<!-- {text} -->" in drawn for text in ("input tokens", "cache read tokens", "output tokens"))
    assert "deepseek/deepseek-chat, standard tier" in drawn


def test_a_pdf_is_cut_like_its_text(tokenplan, tmp_path):
    """`context chunks` reads a PDF's pages; its chunks are those of the text that lies in it."""
    from reportlab.pdfgen import canvas

    pdf, text = tmp_path / "report.pdf", tmp_path / "report.txt"
    pages = ["The first page says little.", "The second page says no more than that."]
    drawing = canvas.Canvas(str(pdf))
    for page in pages:
        drawing.drawString(72, 700, page)
        drawing.showPage()
    drawing.save()
    text.write_text("\n\n".join(pages))
    argv = ("--limit", "8", "--json")
    of_pdf, of_text = (
        json.loads(tokenplan("context", "chunks", "gpt-4o", str(path), *argv).out)["plan"]["chunks"]
        for path in (pdf, text)
    )
    assert of_pdf == of_text > 1


def test_a_group_of_commands_has_a_help(tokenplan):
    """`context --help` lists what stands under it; a word under it that is none is told the nearest."""
    ran = tokenplan("context", "--help")
    assert (ran.code, ran.err) == (0, "")
    assert [line.split("  ")[1] for line in ran.out.splitlines()] == ["context fit", "context pack", "context chunks"]
    assert "valid: context fit, context pack" in tokenplan("context", "packk").err
