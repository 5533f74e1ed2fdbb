"""The rows of `make bench`: what is measured, against whom, and how much of it may be taken."""

from __future__ import annotations

import json
import os
import secrets
import tempfile
from contextlib import contextmanager
from decimal import Decimal
from functools import partial
from pathlib import Path
from pydoc_data import topics
from typing import TYPE_CHECKING, Final

from benchmarks import addin, batch, bulk, chunking, counting, optimise, page, refresh, simulation, spreadsheet, table
from benchmarks.harness import Row, same
from benchmarks.processes import OURS, PEERS, WORKERS, cpu, output, worker
from benchmarks.servers import served

if TYPE_CHECKING:
    from collections.abc import Iterator

    from benchmarks.harness import Sample, Size
    from benchmarks.servers import Server

MODEL: Final = "gpt-5-mini"
TOKENS: Final = {"input_tokens": 1000, "output_tokens": 200}
USD: Final = Decimal("0.00065")
"""The one usage of every cost row, at 0.25 and 2 USD a million: all sides must answer this."""

CLOSE: Final = 0.01
"""How far LiteLLM's count may lie from tiktoken's."""

QUESTION: Final = {
    "model": MODEL,
    "provider": None,
    "usage": TOKENS,
    "service_tier": None,
    "region": None,
    "as_of": None,
}


@contextmanager
def _tokenplan(key: str = "") -> Iterator[Server]:
    """Our server, with its encoding loaded, so that no start-up work is counted."""
    env = {"TOKENPLAN_API_KEYS": key} if key else None
    with served([OURS, "-m", "planner.main", "serve", "--port", "{port}"], "/healthz", key=key, env=env) as server:
        server.ask("/v1/tokens", {"model": MODEL, "text": "warm"})
        yield server


@contextmanager
def _litellm() -> Iterator[Server]:
    """LiteLLM's proxy as it starts by default, with one model, no database and no access log, and a key of this run."""
    quiet = {"version": 1, "disable_existing_loggers": False, "loggers": {"uvicorn.access": {"propagate": False}}}
    models = [{"model_name": MODEL, "litellm_params": {"model": f"openai/{MODEL}", "api_key": "none"}}]
    key = f"sk-{secrets.token_hex(32)}"
    with tempfile.TemporaryDirectory() as folder:
        config, log = Path(folder, "config.yaml"), Path(folder, "log.json")
        config.write_text(json.dumps({"model_list": models}))  # JSON is YAML
        log.write_text(json.dumps(quiet))
        command = [str(Path(PEERS).with_name("litellm")), "--config", str(config), "--log_config", str(log)]
        command += ["--host", "127.0.0.1", "--port", "{port}"]
        with served(command, "/health/liveliness", key=key, env={"LITELLM_MASTER_KEY": key}) as server:
            yield server


def _samples(ours: Server, mine: bytes, peer: Server, theirs: bytes, count: int) -> tuple[Sample, Sample]:
    """Both servers' samples, each warmed by as many requests as one sample takes."""
    samples = partial(ours.cpu, mine, count), partial(peer.cpu, theirs, count)
    for sample in samples:
        sample()
    return samples


@contextmanager
def cost_against_fastapi(size: Size) -> Iterator[tuple[Sample, Sample]]:
    """The same body to both servers; neither asks for a key."""
    smallest = [OURS, str(WORKERS / "smallest_endpoint.py"), "{port}"]
    with _tokenplan() as ours, served(smallest, "/healthz") as peer:
        for server in (ours, peer):
            same(Decimal(server.ask("/v1/cost", QUESTION)["total_usd"]), USD, "USD")
        request = ours.request("/v1/cost", QUESTION)
        yield _samples(ours, request, peer, request, size.of(1000))


@contextmanager
def cost_against_litellm(size: Size) -> Iterator[tuple[Sample, Sample]]:
    """The proxy prices a finished answer with the same usage; both check a key."""
    used = {"prompt_tokens": 1000, "completion_tokens": 200, "total_tokens": 1200}
    choice = {"index": 0, "finish_reason": "stop", "message": {"role": "assistant", "content": "Done."}}
    answered = {
        "id": "1",
        "object": "chat.completion",
        "created": 1,
        "model": MODEL,
        "choices": [choice],
        "usage": used,
    }
    asked = {"completion_response": answered}
    with _tokenplan("bench") as ours, _litellm() as peer:
        same(Decimal(ours.ask("/v1/cost", QUESTION)["total_usd"]), USD, "USD")
        same(Decimal(str(peer.ask("/spend/calculate", asked)["cost"])), USD, "USD")
        mine, theirs = ours.request("/v1/cost", QUESTION), peer.request("/spend/calculate", asked)
        yield _samples(ours, mine, peer, theirs, size.of(300))


@contextmanager
def tokens_against_litellm(size: Size, length: int, count: int) -> Iterator[tuple[Sample, Sample]]:
    """The same English text to both; LiteLLM ships o200k's ranks, so both count with it, and both check a key.

    Ours must equal tiktoken's own count. LiteLLM cuts a text at every 1,024 characters (its default) and adds the
    pieces' counts, so a long one comes out a little high: 22,850 for 22,749 at 100 KB.
    """
    text = prose(length)
    exact = worker(PEERS, "count_tiktoken", given=text)["tokens"]
    question, asked = {"model": MODEL, "text": text}, {"model": MODEL, "prompt": text}
    with _tokenplan("bench") as ours, _litellm() as peer:
        same(ours.ask("/v1/tokens", question)["tokens"], exact, "tokens")
        counted = peer.ask("/utils/token_counter", asked)["total_tokens"]
        same(exact, counted if abs(counted - exact) > CLOSE * exact else exact, "tokens")
        mine, theirs = ours.request("/v1/tokens", question), peer.request("/utils/token_counter", asked)
        yield _samples(ours, mine, peer, theirs, size.of(count))


@contextmanager
def call_against(size: Size, peer: str) -> Iterator[tuple[Sample, Sample]]:
    """Each sample is a process of its own that times itself."""
    calls = str(size.of(10_000))

    def timed(python: str, name: str) -> float:
        told = worker(python, name, calls)
        same(Decimal(told["usd"]), USD, "USD")
        return float(told["seconds"])

    yield partial(timed, OURS, "time_ours"), partial(timed, PEERS, peer)


OUR_COST: Final = (
    "from datetime import UTC, datetime; import pricing; "
    f"print(pricing.cost(pricing.Usage(input_tokens=1000, output_tokens=200), pricing.Catalog().resolve({MODEL!r}), "
    "at=datetime.now(UTC)).total_usd)"
)
GENAI_COST: Final = (
    "import genai_prices as g; "
    f"print(g.calc_price(g.Usage(input_tokens=1000, output_tokens=200), {MODEL!r}, provider_id='openai').total_price)"
)
LITELLM_COST: Final = (
    "import litellm; "
    f"print(round(sum(litellm.cost_per_token({MODEL!r}, prompt_tokens=1000, completion_tokens=200)), 12))"
)


@contextmanager
def whole_process(_: Size, ours: list[str], peer: list[str]) -> Iterator[tuple[Sample, Sample]]:
    """Both run once to be checked and to leave their byte code behind; `-c pass` has nothing to answer."""
    for command in (ours, peer):
        printed = output(command)
        if command[-1] != "pass":
            same(str(USD) in printed, True, f"{command[0]} prints {USD}")
    yield partial(cpu, ours), partial(cpu, peer)


LOAD_O200K: Final = "from planner.tokens.engine import engine; engine('o200k_base')"


@contextmanager
def plan_check(_: Size) -> Iterator[tuple[Sample, Sample]]:
    """A check that counts its prompts, against Python with the encoding loaded; both run once to leave byte code."""
    ours, peer = command("check", "examples/plans/support/plan.toml"), [OURS, "-c", LOAD_O200K]
    same("1 within budget" in output(ours), True, "the plan holds")
    output(peer)
    yield partial(cpu, ours), partial(cpu, peer)


def command(*argv: str) -> list[str]:
    """How a user starts a command here: the installed script, or the module where it is not installed."""
    script = Path(OURS).with_name("tokenplan")
    return [*([str(script)] if os.access(script, os.X_OK) else [OURS, "-m", "planner.main"]), *argv]


def prose(length: int) -> str:
    """That many bytes of English: the language reference that Python carries."""
    text = "\n".join(topics.topics[name] for name in sorted(topics.topics))
    return text.encode("ascii", "ignore")[:length].decode()


def rows() -> tuple[Row, ...]:
    """Every row, in the table's order."""
    proxy, imported, bare = "LiteLLM proxy", "`import pricing`, one cost, whole process", [OURS, "-c", "pass"]
    cost_http, call = "HTTP `/v1/cost`, one row", "`pricing.cost`, one call in process"
    kb1, kb100 = (
        partial(tokens_against_litellm, length=1000, count=200),
        partial(tokens_against_litellm, length=100_000, count=10),
    )
    start = partial(whole_process, ours=[OURS, "-c", OUR_COST])
    genai, litellm = [PEERS, "-c", GENAI_COST], [PEERS, "-c", LITELLM_COST]
    small = "smallest FastAPI endpoint"
    return (
        Row("cost-fastapi", cost_http, small, 1.5, cost_against_fastapi, peer_packages=False),
        Row("cost-litellm", cost_http, f"{proxy} `/spend/calculate`", 1 / 15, cost_against_litellm, 3),
        Row("tokens-1k", "HTTP `/v1/tokens`, 1 KB", f"{proxy} `/utils/token_counter`", 1 / 8, kb1, 3),
        Row(
            "tokens-100k",
            "HTTP `/v1/tokens`, 100 KB",
            f"{proxy} `/utils/token_counter`",
            1 / 4,
            kb100,
            3,
            note="fast engine",
        ),
        Row("call-genai", call, "genai-prices `calc_price`", 1 / 5, partial(call_against, peer="time_genai_prices"), 3),
        Row("call-litellm", call, "litellm `cost_per_token`", 1 / 5, partial(call_against, peer="time_litellm"), 3),
        Row("import-python", imported, "`python -c pass`", 6, partial(start, peer=bare), 15, peer_packages=False),
        Row("import-genai", imported, "genai-prices", 1 / 2, partial(start, peer=genai), 15),
        Row("import-litellm", imported, "litellm", 1 / 20, partial(start, peer=litellm), 3),
        Row(
            "command-python",
            "`tokenplan cost gpt-5-mini 1000 200`",
            "`python -c pass`",
            6,
            partial(whole_process, ours=command("cost", MODEL, "1000", "200"), peer=bare),
            15,
            peer_packages=False,
        ),
        Row(
            "check-o200k",
            "`tokenplan check` of a plan that counts its prompts",
            "`python` that loads o200k",
            2,
            plan_check,
            9,
            peer_packages=False,
        ),
        *counting.rows(),
        *table.rows(),
        *simulation.rows(),
        *spreadsheet.rows(),
        *chunking.rows(),
        *optimise.rows(),
        *batch.rows(),
        *refresh.rows(),
        Row(
            "page-stroke",
            "the page: from a key stroke in a 20 KB prompt to the figures of 14 models, p95",
            "an empty round trip's p95 and 100 ms",
            1,
            partial(page.strokes, prose=prose(page.LENGTH)),
            1,
            peer_packages=False,
            note="by the clock",
        ),
        *bulk.rows(),
        *addin.rows(),
    )
