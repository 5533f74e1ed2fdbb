"""Chat requests on the command line: in parts or whole, in any provider's JSON."""

from __future__ import annotations

import json

import pytest
from spelled import SPELLED

ANTHROPIC = SPELLED["anthropic"]


@pytest.fixture
def file(tmp_path):
    """A function that writes JSON to a file and returns its path."""

    def write(name, value):
        path = tmp_path / name
        path.write_text(json.dumps(value), encoding="utf-8")
        return str(path)

    return write


def _counted(ran):
    assert (ran.code, ran.err.count("error")) == (0, 0)
    return json.loads(ran.out)


def test_a_whole_request_is_counted_part_by_part(tokenplan, file):
    """--request takes a provider's body as it is, from a file or stdin, and shows each part with its bounds."""
    path = file("body.json", ANTHROPIC)
    answer = _counted(tokenplan("tokens", "gpt-4o", "--request", path, "--json"))
    assert [part["name"] for part in answer["parts"]] == [
        "tools", "tools[0]", "system", "messages[0]", "messages[1]", "messages[2]", "response_format", "priming",
    ]  # fmt: skip
    assert answer["low"] < answer["tokens"] < answer["high"]
    assert _counted(tokenplan("tokens", "gpt-4o", "--request", "-", "--json", stdin=json.dumps(ANTHROPIC))) == answer


def test_parts_and_the_whole_count_alike(tokenplan, file):
    """A request given in parts has the tokens of the same request given whole."""
    body = {"system": "Be brief.", "messages": ANTHROPIC["messages"], "tools": ANTHROPIC["tools"]}
    whole = _counted(tokenplan("tokens", "claude-haiku-4-5", "--request", file("b.json", body), "--json"))
    parts = _counted(
        tokenplan(
            "tokens", "claude-haiku-4-5", "--system", "Be brief.", "--messages", file("m.json", body["messages"]),
            "--tools", file("t.json", body["tools"]), "--json",
        )
    )  # fmt: skip
    assert parts == whole


def test_a_system_prompt_is_text_or_a_file(tokenplan, tmp_path):
    """A value with a blank is the system prompt itself, one without is the file it stands in."""
    path = tmp_path / "system.txt"
    path.write_text("Be brief.", encoding="utf-8")
    said = tokenplan("tokens", "gpt-4o", "--text", "hello", "--system", "Be brief.")
    assert tokenplan("tokens", "gpt-4o", "--text", "hello", "--system", str(path)) == said
    missing = tokenplan("tokens", "gpt-4o", "--text", "hello", "--system", "nothing.txt")
    assert missing.code == 2
    assert "nothing.txt: No such file or directory; a system prompt of one word is read from a file" in missing.err


@pytest.mark.parametrize(
    "argv",
    [
        ("estimate", "--models", "gpt-5-mini,claude-haiku-4-5", "--output", "300"),
        ("compare", "--models", "gpt-5-mini,claude-haiku-4-5", "--output", "300", "--shape", "anthropic"),
        ("fit", "gpt-5-mini", "--shape", "anthropic"),
    ],
    ids=lambda argv: argv[0],
)
def test_every_command_with_a_prompt_takes_a_request(tokenplan, file, argv):
    """estimate, compare and fit count a whole request as tokens does."""
    answer = _counted(tokenplan(*argv, "--request", file("body.json", ANTHROPIC), "--json"))
    tokens = answer["tokens"] if argv[0] == "fit" else answer["rows"][0]["tokens"]
    assert tokens["tokens"] > 60


@pytest.mark.parametrize(
    ("argv", "value", "said"),
    [
        (("--request",), ANTHROPIC | {"tols": []}, "has the key 'tols', which anthropic has not; nearest: tools"),
        (("--request",), [1], "it must be a JSON object"),
        (("--tools",), {"tools": [], "more": 1}, "with the keys tools, more; it must be a list of tools such as"),
        (("--messages",), {"model": "m", "messages": []}, "a whole request goes with --request"),
        (("--shape", "claude", "--request"), ANTHROPIC, "shape is 'claude'; valid: openai_chat"),
        (("--system", "Be brief.", "--request"), ANTHROPIC, "system is given beside request, which holds its own"),
        (("--tools",), [{"type": "web_search"}], "which is not counted; counted: a function"),
        (("--response-format",), {"type": "json_schema", "json_schema": {"name": "x"}}, "it must be a JSON Schema"),
    ],
)  # fmt: skip
def test_wrong_requests_are_refused_by_key(tokenplan, file, argv, value, said):
    """A wrong request is exit code 2 and a line that names file, key, value and what would be valid."""
    ran = tokenplan("tokens", "gpt-4o", *argv, file("x.json", value))
    assert (ran.code, ran.out) == (2, "")
    assert said in ran.err
