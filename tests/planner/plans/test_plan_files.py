"""Plan files: three formats, prompts beside them, and errors that name file, line and key."""

from __future__ import annotations

import json
import os
from contextlib import suppress
from pathlib import Path

import pytest
import yaml
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

from planner.plans.files import read_plan
from planner.plans.formats import parse
from planner.plans.plan import Plan
from planner.plans.positions import line_of, of_json, of_toml
from planner.plans.schema import SHIPPED, made, shipped
from pricing import Catalog
from pricing.errors import BadCatalog, InvalidInput, TokenplanError

ROOT = Path(__file__).parents[3]
EXAMPLES = [ROOT / "examples/plans" / name for name in ("support/plan.toml", "reader/plan.yaml", "coder/plan.json")]
TOML = """\
name = "Feature"   # a comment with [brackets]

[traffic]
requests_per_month = 1000

[steps.answer]
kind = "generate"
model = "gpt-5-mini"
output_tokens = { p50 = 100, p95 = 300 }
about = \"\"\"
several lines with [steps.fake] in them
\"\"\"

[steps.answer.prompt]
system = { file = "prompts/system.md" }
variables.name = { text = "Ada" }

[[steps.answer.fallbacks]]
model = "gpt-5"

[[steps.answer.fallbacks]]
model = "gpt-5-nano"

[policies.request]
figure = "cost_per_request_usd"
at_most = 1

[steps.answer.retry]
failure_probability = 0.01
"""


@pytest.fixture
def folder(tmp_path):
    """A plan with a prompt beside it."""
    (tmp_path / "prompts").mkdir()
    (tmp_path / "prompts/system.md").write_text("You are {{name}}.")
    (tmp_path / "plan.toml").write_text(TOML)
    return tmp_path


def refused(path, **options):
    """What reading a plan complains of."""
    with pytest.raises(TokenplanError) as caught:
        read_plan(str(path), **options)
    return [each.msg.removeprefix(f"{path}, ").removeprefix(f"{path}: ") for each in caught.value.problems]


def changed(folder, old, new):
    """The plan with another text in it."""
    assert old in TOML
    (folder / "plan.toml").write_text(TOML.replace(old, new))
    return folder / "plan.toml"


def test_a_plan_is_the_same_in_every_format(folder):
    """TOML, YAML and JSON of the same values are one plan, with the prompt's text in it."""
    plan = read_plan(str(folder / "plan.toml")).plan
    values = parse(TOML, ".toml").values
    (folder / "plan.json").write_text(json.dumps({"$schema": "plan.schema.json", **values}))
    (folder / "plan.yaml").write_text(yaml.safe_dump(values))
    assert plan.steps["answer"].prompt.system.text == "You are {{name}}."
    assert plan == read_plan(str(folder / "plan.json")).plan == read_plan(str(folder / "plan.yaml")).plan


BAD = {
    "a typo in a key": (
        "output_tokens =", "outputtokens =",
        "line 9: steps.answer.outputtokens: unknown key 'outputtokens'; nearest: output_tokens",
    ),
    "a typo in an inline table": ("p95 = 300", "p96 = 300", "line 9: steps.answer.output_tokens.p96: unknown key"),
    "a typo in an array of tables": (
        'model = "gpt-5-nano"', 'modle = "x"', "line 22: steps.answer.fallbacks.1.modle: unknown key 'modle'",
    ),
    "a missing prompt file": (
        "prompts/system.md", "prompts/sytem.md",
        "line 15: steps.answer.prompt.system.file: prompts/sytem.md: no such file",
    ),
    "a path outside the folder": (
        "prompts/system.md", "../secrets.md", "line 15: steps.answer.prompt.system.file: '../secrets.md' lies outside",
    ),
    "an absolute path": ("prompts/system.md", "/etc/hostname", "lies outside the plan's folder"),
    "a folder as a file": ("prompts/system.md", "prompts", "it is no file"),
    "a word for a number": (
        "requests_per_month = 1000", 'requests_per_month = "many"', "line 4: traffic.requests_per_month: Input should",
    ),
    "a flag for a number": ("requests_per_month = 1000", "requests_per_month = true", "line 4: traffic"),
    "another kind": ('kind = "generate"', 'kind = "generat"', "line 7: steps.answer.kind: Input should be 'embed'"),
    "no TOML": ("[traffic]", "[traffic", "no TOML"),
    "another figure": ("cost_per_request_usd", "cost_per_request", "line 25: policies.request.figure"),
    "a price file that is not there": ('name = "Feature"', 'name = "F"\nprices = "ours.toml"', "ours.toml"),
    "a missing key": ('kind = "generate"\n', "", "line 6: steps.answer.kind: Field required"),
}  # fmt: skip


@pytest.mark.parametrize(("old", "new", "said"), BAD.values(), ids=BAD)
def test_what_is_wrong_is_named_with_file_line_and_key(folder, old, new, said):
    """One message a fault; a typo shows the nearest key."""
    found = refused(changed(folder, old, new))
    assert any(said in each for each in found), found


def test_every_fault_is_named_at_once(folder):
    """Two typos and a bad number are three problems."""
    path = changed(folder, "p95 = 300", "p96 = 300")
    path.write_text(path.read_text().replace("at_most = 1", 'at_mots = "1"').replace("= 1000", '= "x"'))
    assert len(refused(path)) == 3


def test_what_the_evaluation_refuses_has_its_line_too(folder, capsys):
    """A share over 1, a cycle and an unknown model are found later, and shown at their lines."""
    from planner.main import main

    for old, new, said in (
        ('kind = "generate"', 'kind = "generate"\nshare = 1.5', "line 8: steps.answer.share: share is 1.5"),
        ('kind = "generate"', 'kind = "generate"\nafter = ["answer"]', "line 8: steps.answer.after: the steps wait"),
        ('"gpt-5-mini"', '"gpt-5-mimi"', "line 8: steps.answer.model"),
        ("variables.name", "variables.nam", "line 16: steps.answer.prompt.variables.nam"),
    ):
        path = changed(folder, old, new)
        assert main(["check", str(path)]) == 2
        assert said in capsys.readouterr().out


def test_links_that_leave_the_folder_are_followed_and_refused(folder):
    """A symbolic link is what it points to."""
    (folder.parent / "outside.md").write_text("secret {{name}}")
    (folder / "prompts/system.md").unlink()
    (folder / "prompts/system.md").symlink_to(folder.parent / "outside.md")
    assert "lies outside" in refused(folder / "plan.toml")[0]
    assert (
        read_plan(str(folder / "plan.toml"), outside=True).plan.steps["answer"].prompt.system.text.startswith("secret")
    )


def test_bytes_that_are_no_text_and_files_that_never_end_are_refused(folder):
    """A prompt is UTF-8 of at most eight megabytes, and no device."""
    (folder / "prompts/system.md").write_bytes(b"\xff\xfe\x00")
    assert "can't decode" in refused(folder / "plan.toml")[0]
    (folder / "prompts/system.md").write_text("x" * 8_000_001)
    assert "larger than" in refused(folder / "plan.toml")[0]
    (folder / "prompts/system.md").unlink()
    os.mkfifo(folder / "prompts/system.md")
    assert "it is no file" in refused(folder / "plan.toml")[0]


@pytest.mark.parametrize(
    ("suffix", "text", "said"),
    [
        (".yaml", "a: 1\nb: 2\na: 3\n", "line 3: the key 'a' stands twice"),
        (".yaml", "a: &a [x,x,x,x,x,x,x,x,x]\n" + "".join(
            f"{b}: &{b} [{','.join([f'*{a}'] * 9)}]\n" for a, b in zip("abcdef", "bcdefg", strict=True)
        ), "more than 100,000 values"),
        (".yaml", "a: !!python/object/apply:os.system [ls]\n", "no YAML"),
        (".yaml", "a: [1\n", "no YAML"),
        (".yaml", "", "is empty"),
        (".yaml", "1: x\n", "must be a text"),
        (".yaml", "- x\n", "a plan is a table"),
        (".json", '{"a": 1, "a": 2}', "stands twice"),
        (".json", '{"a": ', "no JSON"),
        (".json", "[" * 100_000, "no JSON"),
        (".toml", "a = [" * 2000, "no TOML"),
        (".txt", "", "is none of them"),
    ],
)  # fmt: skip
def test_a_file_that_is_no_plan_is_refused(tmp_path, suffix, text, said):
    """Keys that stand twice, bombs of aliases, objects of Python and other formats are errors, not surprises."""
    path = tmp_path / f"plan{suffix}"
    path.write_text(text)
    assert said in refused(path)[0]


def test_scenarios_replace_values_and_extend_each_other(folder):
    """The one that is extended holds first; values are checked as the plan's own."""
    more = (
        "[scenarios.busy.values]\n'traffic.requests_per_month' = 5000\n'steps.answer.share' = 0.5\n"
        "[scenarios.busier]\nextends = 'busy'\nvalues = { 'traffic.requests_per_month' = 9000 }\n"
    )
    (folder / "plan.toml").write_text(TOML + more)
    plan = read_plan(str(folder / "plan.toml"), scenario="busier", values={"steps.answer.calls": 2}).plan
    assert (plan.traffic.requests_per_month, plan.steps["answer"].share, plan.steps["answer"].calls) == (9000, 0.5, 2)


@pytest.mark.parametrize(
    ("scenario", "said"),
    [
        ("[scenarios.a]\nextends = 'b'\n[scenarios.b]\nextends = 'a'\n", "a extends b extends a"),
        ("[scenarios.a.values]\n'traffic.requests' = 1\n", "unknown key 'requests'"),
        ("[scenarios.a.values]\n'steps.anwser.share' = 1\n", "no key 'anwser'"),
        ("[scenarios.a.values]\n'steps.answer.share' = 'all'\n", "Input should be a valid number"),
        ("[scenarios.b]\n", "there is no scenario 'a'"),
        ("[scenarios.a]\nextends = 'c'\n", "there is no scenario 'c'"),
    ],
)
def test_a_scenario_that_cannot_be_is_refused(folder, scenario, said):
    """A cycle, a path that leads nowhere, a value that the plan cannot hold."""
    (folder / "plan.toml").write_text(TOML + scenario)
    assert said in " ".join(refused(folder / "plan.toml", scenario="a"))


def test_a_scenario_may_name_another_prompt_file(folder):
    """The file's text is read after the scenario has named it."""
    (folder / "prompts/other.md").write_text("Other {{name}}")
    values = {"steps.answer.prompt.system.file": "prompts/other.md"}
    assert (
        read_plan(str(folder / "plan.toml"), values=values).plan.steps["answer"].prompt.system.text == "Other {{name}}"
    )


def test_the_plans_own_price_file_lies_over_the_catalog(folder):
    """It is named in the plan, checked as any price file, and wins unless --prices does."""
    path = changed(folder, 'name = "Feature"', 'name = "F"\nprices = "ours.toml"')
    (folder / "ours.toml").write_text(
        'source = "deal"\nobserved = 2026-11-01\n[models."openai/gpt-5-mini"]\n[[models."openai/gpt-5-mini".prices]]\n'
        'rates = { input_tokens = "7", output_tokens = "9" }\n'
    )
    read = read_plan(str(path))
    assert read.over(Catalog()).ref.version.endswith(read.prices.digest)
    (folder / "ours.toml").write_text("source = 1")
    with pytest.raises(BadCatalog, match=r"ours.toml"):
        read_plan(str(path))


def test_the_shipped_schema_is_that_of_the_types():
    """Editors and the server show what the reader takes; TOKENPLAN_GOLDEN=write writes it anew."""
    if os.environ.get("TOKENPLAN_GOLDEN") == "write":
        text = json.dumps(made(), indent=1, ensure_ascii=False)
        (ROOT / "planner/plans" / SHIPPED).write_text(f"{text}\n", encoding="utf-8")
    assert shipped() == made()


@pytest.mark.parametrize("path", EXAMPLES, ids=lambda path: path.parent.name)
def test_the_examples_are_valid_against_the_schema(path):
    """What an editor says of them and what the reader says is the same."""
    Draft202012Validator(shipped()).validate(parse(path.read_text(), path.suffix).values)
    assert isinstance(read_plan(str(path)).plan, Plan)


def test_lines_of_toml_and_json_are_those_a_reader_sees():
    """Headers, dotted keys, arrays of tables, keys in inline tables; strings that look like headers are none."""
    lines = of_toml(TOML)
    for place, line in {
        ("steps", "answer"): 6,
        ("steps", "answer", "output_tokens", "p95"): 9,
        ("steps", "answer", "prompt", "variables", "name"): 16,
        ("steps", "answer", "fallbacks", 1, "model"): 22,
        ("policies", "request", "at_most"): 26,
        ("policies", "request", "nothing"): 24,
    }.items():
        assert line_of(lines, place) == line
    assert ("steps", "fake") not in lines
    text = json.dumps({"a": [{"b": 'x"]'}, {"b": 1}], "c": {}}, indent=1)
    assert line_of(of_json(text), ("a", 1, "b")) == text.split("\n").index('   "b": 1') + 1


JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-5, 10**18) | st.floats() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=6), inner, max_size=4),
    max_leaves=12,
)
PATHS = [
    "name", "traffic", "traffic.users", "traffic.segments", "steps", "steps.answer", "steps.answer.kind",
    "steps.answer.prompt", "steps.answer.prompt.system", "steps.answer.prompt.variables", "steps.answer.routes",
    "steps.answer.output_tokens", "steps.answer.output_tokens.p95", "steps.answer.fallbacks", "steps.answer.after",
    "policies", "policies.request", "policies.request.at_most", "scenarios", "draws", "as_of", "prices",
]  # fmt: skip


@given(path=st.sampled_from(PATHS), value=JSON)
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_any_value_anywhere_is_a_plan_or_an_error_with_a_place(folder, path, value):
    """Fuzzed: nothing but our own errors, each with file and line."""
    raw = parse(TOML, ".toml").values
    node = raw
    *above, last = path.split(".")
    for key in above:
        node = node[key]
    node[last] = value
    (folder / "plan.json").write_text(json.dumps(raw))
    problems = ()
    try:
        read_plan(str(folder / "plan.json"))
    except TokenplanError as error:
        problems = error.problems
    assert all(each.msg.startswith(str(folder / "plan.json")) for each in problems)


@given(cut=st.integers(0, len(TOML)), insert=st.sampled_from(["", "[", "]", '"', "=", "\n", "{", "}", "\0", "é", "[["]))
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_any_broken_text_is_a_plan_or_our_error(folder, cut, insert):
    """Fuzzed: a character put in anywhere, in TOML and in YAML."""
    for suffix in (".toml", ".yaml"):
        (folder / f"plan{suffix}").write_text(TOML[:cut] + insert + TOML[cut:])
        with suppress(InvalidInput):
            read_plan(str(folder / f"plan{suffix}"))
