"""Wrong input on purpose, ends that come early, and faults of our own."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys

import pytest

import planner.main as root

WRONG = {
    "no command": ((), "usage: tokenplan"),
    "unknown command": (("cots",), "unknown command 'cots'; nearest: cost"),
    "unknown option": (("cost", "gpt-4o", "--outputt", "4"), "unknown option '--outputt'; nearest: --output"),
    "one argument too many": (("cost", "gpt-4o", "1", "2", "3"), "unexpected argument '3'"),
    "no model": (("cost",), "the following arguments are required: MODEL"),
    "no usage": (("cost", "gpt-4o"), "no usage: give quantities"),
    "unknown model": (("cost", "gpt-4oo", "1"), "unknown model 'gpt-4oo'; nearest: gpt-4o"),
    "unknown provider": (("cost", "gpt-4o", "1", "--provider", "opnai"), "--provider: unknown provider 'opnai'"),
    "unknown tier": (("cost", "gpt-4o", "1", "--tier", "fst"), "--tier: openai/gpt-4o sells no service tier 'fst'"),
    "unknown region": (("cost", "gpt-4o", "1", "--region", "mars"), "--region: openai/gpt-4o sells standard in no"),
    "no price": (("cost", "mistral-listed", "1"), "listed without prices"),
    "unpriced bucket": (("cost", "gpt-4o", "--audio-seconds", "3"), "--audio-seconds: openai/gpt-4o lists no price"),
    "negative": (("cost", "gpt-4o", "-5"), "--input: input_tokens is -5"),
    "not a number": (("cost", "gpt-4o", "many"), "INPUT: 'many' must be a whole number"),
    "fraction of a token": (("cost", "gpt-4o", "--input", "1.5"), "--input/--input-tokens: '1.5' must be a whole"),
    "not a decimal": (("cost", "gpt-4o", "--audio-seconds", "x"), "--audio-seconds: 'x' must be a number"),
    "given twice": (("cost", "gpt-4o", "1", "--input", "2"), "INPUT and --input are both given"),
    "usage and buckets": (("cost", "gpt-4o", "1", "--usage", "-"), "give --usage or the buckets as options, not both"),
    "shape without usage": (("cost", "gpt-4o", "--shape", "anthropic"), "--shape needs --usage FILE"),
    "unknown shape": (("cost", "gpt-4o", "--usage", "-", "--shape", "antropic"), "--shape: no usage shape 'antropic'"),
    "bad date": (("cost", "gpt-4o", "1", "--as-of", "soon"), "--as-of: as_of is 'soon'; it must be an ISO 8601"),
    "the calendar's last day": (("cost", "gpt-4o", "1", "--as-of", "9999-12-31"), "it must be an ISO 8601"),
    "a date beyond all": (("cost", "gpt-4o", "1", "--as-of", "9999-12-31T23:59-12:00"), "it must be an ISO 8601"),
    "before all prices": (("cost", "deepseek-chat", "1", "--as-of", "2025-06-01"), "--as-of: no standard price of"),
    "json and csv": (("cost", "gpt-4o", "1", "--json", "--csv"), "not allowed with argument --json"),
    "csv of a page": (("fit", "gpt-4o", "--input-tokens", "1", "--csv"), "unknown option '--csv'"),
    "no such catalog": (("models", "--catalog", "nowhere"), "nowhere/index.json cannot be read"),
    "no such price file": (("models", "--prices", "nowhere.toml"), "nowhere.toml: "),
    "changes since never": (("prices", "changes"), "the following arguments are required: --since"),
    "changes of nothing": (("prices", "changes", "--since", "2026-01-01", "--input", "3"), "usage needs in_use"),
    "a plot of no kind": (("prices", "gpt-4o", "--plot", "x.gif"), "--plot x.gif: ends in '.gif'; valid: .svg, .png"),
    "a plot nowhere": (("prices", "gpt-4o", "--plot", "no/where.svg"), "--plot no/where.svg: No such file"),
    "compare nothing": (("compare",), "no usage"),
    "compare unknown baseline": (("compare", "--input", "1", "--baseline", "gpt-x9"), "unknown model 'gpt-x9'"),
    "compare none": (("compare", "--input", "1", "--most", "0"), "--most: most is 0; it must be at least 1"),
    "compare both": (("compare", "--text", "x", "--input", "1"), "--input: input_tokens is for a usage"),
    "compare without an answer": (("compare", "--text", "x"), "a prompt needs output_tokens"),
    "tokens of nothing": (("tokens", "gpt-4o", "nowhere.txt"), "nowhere.txt: No such file or directory"),
    "no output": (("estimate", "--text", "x"), "give the answer's length: --output TOKENS"),
    "half a spread": (("estimate", "--text", "x", "--output-p50", "3"), "--output-p95"),
    "a spread upside down": (
        ("estimate", "--text", "x", "--output-p50", "9", "--output-p95", "3"), "0 < p50 <= p95",
    ),
    "share beyond one": (
        ("estimate", "--text", "x", "--output", "1", "--cached-prefix-share", "1.5"),
        "--cached-prefix-share: cached_prefix_share is 1.5; it must be a share from 0 to 1",
    ),
    "share in words": (("estimate", "--text", "x", "--output", "1", "--cache-hit-rate", "most"), "must be a share"),
    "hit rate of nothing": (("estimate", "--text", "x", "--output", "1", "--cache-hit-rate", "0.5"), "needs cached"),
    "unknown lifetime": (("estimate", "--text", "x", "--output", "1", "--cache-ttl", "2h"), "--cache-ttl: invalid"),
    "one unknown model": (("estimate", "--text", "x", "--output", "1", "--model", "gpt-x9"), "unknown model 'gpt-x9'"),
    "fit both ways": (("fit", "gpt-4o", "--text", "x", "--input-tokens", "1"), "--input-tokens: give exactly one"),
    "fit negative": (("fit", "gpt-4o", "--text", "x", "--reserve-output", "-1"), "--reserve-output: reserved"),
    "models in words": (("models", "--min-context", "big"), "--min-context: 'big' must be a whole number"),
    "models of nobody": (("models", "--provider", "nobody"), "--provider: unknown provider 'nobody'; valid: "),
    "show and filter": (("models", "--show", "gpt-4o", "--max-price", "1"), "takes no max_price"),
    "prices of nothing": (("prices", "gpt-x9"), "unknown model 'gpt-x9'"),
    "a host's model": (("prices", "azure/gpt-x"), "unknown model 'azure/gpt-x'"),
    "unknown shell": (("completion", "tcsh"), "SHELL: invalid choice: 'tcsh'"),
}  # fmt: skip


@pytest.mark.parametrize("name", WRONG)
def test_wrong_input(name, tokenplan):
    """Wrong input is exit code 2, nothing on stdout, and a line on stderr that names the option, key or file."""
    argv, said = WRONG[name]
    ran = tokenplan(*argv, stdin="{}")
    assert (ran.code, ran.out) == (2, "")
    assert said in ran.err
    assert name == "no command" or all(line.startswith("error: ") for line in ran.err.splitlines())


@pytest.mark.parametrize(
    ("argv", "stdin", "said"),
    [
        (("tokens", "gpt-4o"), b"caf\xe9", "stdin: byte 3 is no UTF-8"),
        (("tokens", "gpt-4o", "--messages", "-"), b"{", "stdin: no JSON"),
        (("tokens", "gpt-4o", "--messages", "-"), b'{"model": "x", "messages": []}', "with the keys model, messages"),
        (("tokens", "gpt-4o", "--messages", "-"), b'["hello"]', "it must be a list of messages"),
        (("tokens", "gpt-4o", "--messages", "-"), b"[" * 100_000, "stdin: no JSON"),
        (("cost", "gpt-4o", "--usage", "-"), b"[1]", "it must be a JSON object"),
        (("cost", "gpt-4o", "--usage", "-"), b'{"input_tokns": 1}', "unknown bucket 'input_tokns'; nearest: input_to"),
        (("cost", "gpt-4o", "--usage", "-"), b'{"input_tokens": "1"}', "input_tokens is '1'; it must be a whole"),
        (("cost", "gpt-4o", "--usage", "-"), b'{"audio_seconds": 1e400000}', "audio_seconds is"),
    ],
)
def test_wrong_stdin(argv, stdin, said, tokenplan):
    """What stands in a file or on stdin is refused as clearly as an option."""
    ran = tokenplan(*argv, stdin=stdin)
    assert (ran.code, ran.out) == (2, "")
    assert said in ran.err


def test_every_problem_has_its_line(tokenplan):
    """Several problems of one question are several lines."""
    ran = tokenplan("cost", "gpt-4o", "-1", "-2")
    assert [line.split(" is ")[0] for line in ran.err.splitlines()] == [
        "error: --input: input_tokens",
        "error: --output: output_tokens",
    ]


def test_a_terminal_is_not_waited_for(tokenplan):
    """Without a prompt and with a keyboard on stdin the command says what to name instead of waiting."""
    ran = tokenplan("tokens", "gpt-4o", terminal=True)
    assert (ran.code, ran.err) == (
        2,
        "error: no prompt: name a FILE, or - for stdin, or give --text, --messages or --request\n",
    )


def _broken(*_: object) -> None:
    raise ZeroDivisionError("seven")


def test_a_fault_of_ours(tokenplan, pinned):
    """An unexpected exception is exit code 3, one line, and the traceback only when it is asked for."""
    pinned.setattr("planner.planner.Planner.cost", _broken)
    ran = tokenplan("cost", "gpt-4o", "1")
    assert ran == (3, "", "error: a fault of ours: ZeroDivisionError: seven; TOKENPLAN_DEBUG=1 prints the traceback\n")
    pinned.setenv("TOKENPLAN_DEBUG", "1")
    ran = tokenplan("cost", "gpt-4o", "1")
    assert ran.code == 3
    assert ran.err.startswith("Traceback")


def _interrupted(*_: object) -> None:
    raise KeyboardInterrupt


def test_ctrl_c(tokenplan, pinned):
    """Ctrl-C ends quietly with 130."""
    pinned.setattr("planner.planner.Planner.cost", _interrupted)
    assert tokenplan("cost", "gpt-4o", "1") == (130, "", "")


def test_serve_is_handed_its_options(tokenplan, pinned):
    """The serve command hands host, port and origins to the HTTP face that the composition root gives it."""
    calls = []
    pinned.setattr(root, "serve", lambda planner, **given: calls.append((planner().catalog.ref.version, given)))
    ran = tokenplan(
        "serve", "--port", "9000", "--cors-origin", "https://a.example", "--cors-origin", "https://b.example"
    )
    origins = ("https://a.example", "https://b.example")
    assert ran == (0, "", "")
    assert calls == [("2026-11-01.hand", {"host": "127.0.0.1", "port": 9000, "cors_origins": origins})]


def test_serve_refuses_other_addresses(tokenplan, pinned):
    """The server binds elsewhere than on loopback only with keys; without, it is wrong input."""
    pinned.delenv("TOKENPLAN_API_KEYS", raising=False)
    ran = tokenplan("serve", "--host", "0.0.0.0", "--port", "0")
    assert ran.code == 2
    assert "TOKENPLAN_API_KEYS" in ran.err


def test_strangers_are_refused(tokenplan, pinned, tmp_path):
    """A `pricing` or `planner` of another distribution ends the start with both paths named."""
    import pricing

    pinned.setattr(pricing, "__file__", str(tmp_path / "pricing" / "__init__.py"))
    ran = tokenplan("--version")
    assert (ran.code, ran.out) == (3, "")
    assert f"another package named 'pricing' ({tmp_path}" in ran.err


def test_broken_pipe():
    """A reader that stops early ends the command quietly."""
    command = [sys.executable, "-m", "planner.main", "models", "--json"]
    reading, writing = os.pipe()
    os.close(reading)
    with subprocess.Popen(command, stdout=writing, stderr=subprocess.PIPE, text=True) as child:
        os.close(writing)
        _, err = child.communicate(timeout=60)
    assert (child.returncode, err) == (0, "")


def test_interrupted_process():
    """SIGINT while a prompt is read ends the process quietly with 130."""
    command = [sys.executable, "-m", "planner.main", "tokens", "gpt-4o", "-"]
    with subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, bufsize=0
    ) as child:
        child.stdin.write(b"x" * 70_000)  # more than a pipe holds: once it is written, the command is reading
        child.send_signal(signal.SIGINT)
        _, err = child.communicate(timeout=60)
    assert (child.returncode, err) == (130, b"")


def test_cost_imports_nothing_heavy(process):
    """`tokenplan cost` loads no web framework, no client, no tokenizer."""
    code = (
        "import sys; from planner.main import main; main(['cost', 'gpt-5-mini', '1000', '200', '--json'])\n"
        "heavy = {'pydantic', 'fastapi', 'starlette', 'uvicorn', 'httpx', 'tiktoken', 'argcomplete'}\n"
        "print(sorted(heavy & set(sys.modules)))"
    )
    ran = process(python=("-c", code))
    first, second = ran.stdout.splitlines()
    assert json.loads(first)["total_usd"] == "0.00065"
    assert second == "[]"


def test_bash_takes_the_completion_code(process):
    """The bash code parses."""
    code = process("completion", "bash").stdout
    assert subprocess.run(["bash", "-n"], input=code, text=True, capture_output=True, check=False).returncode == 0


def test_a_file_whose_key_stands_twice_is_named(tokenplan, tmp_path):
    """The command line refuses it with the file's name; an option with its own."""
    path = tmp_path / "request.json"
    path.write_text('{"messages": [], "messages": []}')
    ran = tokenplan("tokens", "gpt-5-mini", "--request", str(path))
    assert (ran.code, "request.json: the key 'messages' stands twice" in ran.err) == (2, True)
    ran = tokenplan("routing", "route", "--weak", '{"usd": "1", "usd": "2"}', "--strong", "3")
    assert (ran.code, "--weak: the key 'usd' stands twice" in ran.err) == (2, True)
