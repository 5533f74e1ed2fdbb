"""`routing outcomes FILE`: public outcome files as they are, in their projects' own columns, and every kind of file."""

from __future__ import annotations

import csv
import io
import json

import pyarrow as pa
import pytest
from pyarrow import parquet

WEAK, STRONG = "mixtral-8x7b-instruct-v0.1", "gpt-4-1106-preview"
GSM8K = (
    f"prompt,{WEAK},{STRONG},{WEAK}_response,{STRONG}_response\n"
    'How many eggs?,True,True," 16 - 3 = 13.\n#### 18","$18, ""she"" says"\n'
    "How many bolts?,False,True,2,3\n"
    "How many miles?,False,False,1,1\n"
    "How many sprints?,True,True,540,540\n"
)
"""lm-sys/RouteLLM, routellm/evals/gsm8k/gsm8k_responses.csv: a column of True and False for each model."""

MMLU = f'prompt,{WEAK},{STRONG}\n"Find the degree.\nA. 0\nB. 4\nAnswer:",True,True\n"Find p.\nAnswer:",False,True\n'
"""lm-sys/RouteLLM, routellm/evals/mmlu/responses/mmlu_*.csv."""


def arena(index, model, score, usd):
    """RouteWorks/RouterArena, cached_results/*.jsonl: one file for each model."""
    evaluated = {"extracted_answer": "A", "ground_truth": "A", "score": score, "metric": "mcq_accuracy"}
    return {
        "global_index": index,
        "question": "Please read the following",
        "llm_selected": model,
        "generated_answer": "\\boxed{A}",
        "token_usage": {"input_tokens": 349, "output_tokens": 120, "total_tokens": 469},
        "success": True,
        "provider": "anthropic",
        "error": None,
        "evaluation_result": None if score is None else {**evaluated, "inference_cost": usd},
    }


def predicted(index, model, accuracy, usd):
    """RouteWorks/RouterArena, router_inference/predictions/*.json: a list, a prediction a prompt."""
    tokens = {"input_tokens": 101, "output_tokens": 66, "total_tokens": 167}
    made = {
        "generated_answer": "\\boxed{A}",
        "success": True,
        "token_usage": tokens,
        "provider": "google",
        "error": None,
    }
    head = {"global index": index, "prompt": "Please", "prediction": model, "generated_result": made}
    return {**head, "cost": usd, "accuracy": accuracy, "for_optimality": False}


def llmrouter(query, model, performance, given, made):
    """ulab-uiuc/LLMRouter, default_routing_*_data.jsonl: a row for each query and model."""
    asked = {"task_name": "gsm8k", "query": f"q{query}", "ground_truth": "2", "metric": "GSM8K", "choices": None}
    used = {"token_num": given + made, "input_tokens": given, "output_tokens": made, "response_time": 1.78}
    rest = {"api_key_used": "", "performance": performance, "embedding_id": query, "user_id": None, "fig_id": None}
    return {**asked, "task_id": None, "model_name": model, "response": "2", **used, **rest}


def frugal(*rows):
    """stanford-futuredata/FrugalGPT, LLMCascade.evaluateall: a frame for each service, `to_csv` with its index."""
    head = ",true_answer,_id,query,answer,latency,cost,quality\n"
    return head + "".join(f"{at},up,{_id},Q: gold?,up,0.4,{usd},{right}\n" for at, (_id, usd, right) in enumerate(rows))


def lines(rows):
    return "".join(json.dumps(row) + "\n" for row in rows)


@pytest.fixture
def told(tokenplan, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)

    def run(files, *argv):
        for name, text in files.items():
            (tmp_path / name).write_text(text)
        ran = tokenplan("routing", "outcomes", *argv, "--json")
        assert (ran.code, ran.err) == (0, "")
        return json.loads(ran.out)

    return run


def models(answer):
    return {each["model"]: (pytest.approx(each["cost_usd"]), each["score"]) for each in answer["models"]}


def test_routellm(told):
    """RouteLLM's files name no cost: each model's call is stated."""
    pair = (
        "--style",
        "routellm",
        "--weak",
        WEAK,
        "--strong",
        STRONG,
        "--call",
        f"{WEAK}=0.001",
        "--call",
        f"{STRONG}=0.02",
    )
    answer = told({"gsm8k.csv": GSM8K}, "gsm8k.csv", *pair)
    assert models(answer) == {WEAK: (0.001, 0.5), STRONG: (0.02, 0.75)}
    joint = {"both_share": 0.5, "weak_only_share": 0.0, "strong_only_share": 0.25, "neither_share": 0.25}
    assert answer["pair"]["joint"] == joint
    assert told({"mmlu.csv": MMLU}, "mmlu.csv", *pair)["prompts"] == 2


def test_routellm_texts(told):
    """Its responses can be counted by a model of the catalog instead."""
    texts = "input_text=prompt,output_text={model}_response"
    calls = ("--call", f"{WEAK}=gpt-5-mini", "--call", f"{STRONG}=gpt-4o")
    answer = told(
        {"g.csv": GSM8K}, "g.csv", "--style", "routellm", "--map", texts, "--models", f"{WEAK},{STRONG}", *calls
    )
    assert [each["priced_as"]["id"] for each in answer["models"]] == ["gpt-4o", "gpt-5-mini"]
    assert answer["models"][0]["cost_usd"] > answer["models"][1]["cost_usd"] > 0


def test_routerarena(told):
    """Cached results stand in a file for each model; what is not evaluated is left out and said."""
    haiku = [
        arena("AIME_112", "claude-3-haiku-20240307", 0.0, 0.00023725),
        arena("ArcMMLU_659", "claude-3-haiku-20240307", 1.0, 0.00010575),
    ]
    flash = [
        arena("AIME_112", "gemini-2.0-flash-001", 1.0, 0.0001),
        arena("ArcMMLU_659", "gemini-2.0-flash-001", None, None),
    ]
    files = {"haiku.jsonl": lines(haiku), "flash.jsonl": lines(flash)}
    answer = told(files, "haiku.jsonl", "flash.jsonl", "--style", "routerarena")
    assert models(answer) == {"gemini-2.0-flash-001": (0.0001, 1.0), "claude-3-haiku-20240307": (0.00023725, 0.0)}
    assert (answer["prompts"], answer["prompts_left_out"]) == (1, 1)
    assert answer["models"][1]["dominated_by"] == "gemini-2.0-flash-001"


def test_routerarena_predictions(told):
    """A list in one JSON file."""
    rows = [predicted("a", "gemini", 1.0, 0.001), predicted("a", "haiku", 0.0, 0.0005)]
    answer = told({"p.json": json.dumps(rows)}, "p.json", "--style", "routerarena_predictions")
    assert models(answer) == {"gemini": (0.001, 1.0), "haiku": (0.0005, 0.0)}


def test_frugalgpt(told):
    """A frame for each service does not name it; NAME=FILE does."""
    files = {
        "gpt4.csv": frugal((6556, 0.0033, 1), (5832, 0.0035, 1)),
        "j1.csv": frugal((5832, 0.0005, 0), (6556, 0.0003, 1)),
    }
    answer = told(files, "openaichat/gpt-4=gpt4.csv", "ai21/j1=j1.csv", "--style", "frugalgpt")
    assert models(answer) == {"openaichat/gpt-4": (0.0034, 1.0), "ai21/j1": (0.0004, 0.5)}


def test_llmrouter(told):
    """Its rows hold tokens; models that the catalog does not know under their names are told by --call."""
    rows = [llmrouter(42, "gpt-4o", 1.0, 1000, 100), llmrouter(42, "qwen2.5-7b-instruct", 0.0, 2000, 200)]
    calls = ("--call", "qwen2.5-7b-instruct=gpt-5-mini")
    answer = told({"r.jsonl": lines(rows)}, "r.jsonl", "--style", "llmrouter", *calls)
    assert models(answer) == {"gpt-4o": (0.0035, 1.0), "qwen2.5-7b-instruct": (0.0009, 0.0)}


def test_routerbench(told):
    """The wide table has `model|total_cost` beside each model, which names the models."""
    head = (
        "sample_id,prompt,eval_name,gpt-3.5,gpt-4,gpt-3.5|model_response,gpt-3.5|total_cost,gpt-4|total_cost,oracle\n"
    )
    answer = told({"b.csv": f"{head}1,p,mmlu,0.0,1.0,x,0.0001,0.002,gpt-4\n"}, "b.csv", "--style", "routerbench")
    assert models(answer) == {"gpt-3.5": (0.0001, 0.0), "gpt-4": (0.002, 1.0)}


ROWS = [
    {"id": at, "a": at % 3 != 0, "b": 1.0, "a_usd": 0.001, "b_usd": 0.01 + at / 1000, "r": 1.0 - (at % 3) / 4}
    for at in range(12)
]
MAP = ("--map", "score={model},cost_usd={model}_usd,router_score=r", "--resamples", "50", "--seed", "3")


def test_every_kind_of_file_gives_one_answer(told, tmp_path):
    """CSV, JSONL, JSON and Parquet of the same rows are answered as a question with the rows in it is."""
    text = io.StringIO()
    table = csv.DictWriter(text, list(ROWS[0]))
    table.writeheader()
    table.writerows(ROWS)
    parquet.write_table(pa.Table.from_pylist(ROWS), tmp_path / "r.parquet")
    names = {"score": "{model}", "cost_usd": "{model}_usd", "router_score": "r"}
    question = {"rows": ROWS, "map": names, "resamples": 50, "seed": 3}
    files = {
        "r.csv": text.getvalue(),
        "r.jsonl": lines(ROWS),
        "r.json": json.dumps(ROWS),
        "q.json": json.dumps(question),
    }
    answers = [told(files, name, *MAP) for name in ("r.csv", "r.jsonl", "r.json", "r.parquet")]
    answers.append(told(files, "--question", "q.json"))
    assert all(each == answers[0] for each in answers)
    assert answers[0]["router"]["choice"]["test"]["strong_share"] == pytest.approx(1 / 3, abs=0.2)


def test_a_picture(told, tmp_path):
    """`--plot` draws models, chord, oracle and the chosen threshold."""
    told({"r.jsonl": lines(ROWS)}, "r.jsonl", *MAP, "--plot", "o.svg")
    drawn = (tmp_path / "o.svg").read_text()
    assert all(
        f"<!-- {label}" in drawn for label in ("mixtures of models", "drawing lots", "oracle", "router", "chosen")
    )


def test_the_page(tokenplan, tmp_path, monkeypatch, golden):
    """The page holds every figure in words."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "r.jsonl").write_text(lines(ROWS))
    golden("routing-outcomes.txt", tokenplan("routing", "outcomes", "r.jsonl", *MAP).out)


@pytest.mark.parametrize(
    ("text", "argv", "says"),
    [
        ("id,a\n1\n", (), "line 2: 1 cells where the header names 2"),
        ("", (), "is empty"),
        ("id,a\n", (), "holds no rows"),
        ("id,a\n1,1\n", ("--map", "score"), "must be NAME=COLUMN"),
        ("id,a\n1,1\n", ("--map", "scores=a"), "scores is unknown or given twice; valid: prompt, model, score"),
        ("id,a\n1,1\n", ("--call", "a"), "must be NAME=USD|MODEL"),
        ("id,a\n1,1\n", ("--style", "routelm"), "--style: style: Input should be"),
        ("id,a\n1,1\n", ("--map", "score={model}", "--models", "b"), "no model 'b' in the rows"),
        ("id,a\n1,x\n", ("--map", "score={model}", "--models", "a", "--call", "a=1"), "a of row 1 is 'x'"),
    ],
)
def test_what_is_wrong_is_named(tokenplan, tmp_path, text, argv, says):
    """A bad file or option ends with 2 and says what and where."""
    path = tmp_path / "in.csv"
    path.write_text(text)
    ran = tokenplan("routing", "outcomes", str(path), "--map", "score={model}", *argv)
    assert (ran.code, ran.out) == (2, "")
    assert says in ran.err
