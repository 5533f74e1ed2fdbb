"""`tokenplan context chunks`: how a document is cut, and what overlap, embedding and storage cost."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Final, get_args

from planner.chunks import ChunksQuestion, Embedding
from planner.cli import attached, inputs
from planner.cli import options as shared
from planner.cli.options import Command, count, decimal
from planner.cli.render import Block, Column, Output, Rows, Table, aligned, bar, bullets, grouped, small_usd, span
from planner.cli.words import counted, named, refusals, standing
from planner.reading.documents import read_document
from planner.splitting import LANGUAGES, By
from pricing.errors import InvalidInput

if TYPE_CHECKING:
    from argparse import ArgumentParser, Namespace
    from collections.abc import Iterable, Mapping

    from planner.chunks import ChunkPlan, ChunksAnswer
    from planner.planner import Planner

_SHOWN: Final = 10
"""Chunks that the page shows."""


def _declare_chunks(parser: ArgumentParser) -> None:
    shared.add_model(parser)
    parser.add_argument(
        "files", nargs="*", metavar="FILE", help="UTF-8 text files, joined by a line end; - is stdin [stdin]"
    )
    parser.add_argument("--text", metavar="STRING", help="the document itself")
    parser.add_argument(
        "--document-tokens", type=count, metavar="TOKENS", help="the document's size, instead of a document"
    )
    group = parser.add_argument_group("chunks")
    group.add_argument(
        "--limit", dest="limit_tokens", type=count, default=512, metavar="TOKENS", help="the most a chunk has [512]"
    )
    group.add_argument(
        "--overlap", dest="overlap_tokens", type=count, default=0, metavar="TOKENS", help="repeated tokens [0]"
    )
    group.add_argument("--by", choices=get_args(By), default="sentences", help="where it may be cut [sentences]")
    group.add_argument("--language", choices=LANGUAGES, help="the language of the code")
    group.add_argument("--trim", action="store_true", help="leave white space at the ends of chunks out")
    group.add_argument("--with-text", action="store_true", help="the text of each chunk in the answer")
    shared.add_margin(group)
    _declare_store(parser)
    shared.add_terms(parser)


def _declare_store(parser: ArgumentParser) -> None:
    group = parser.add_argument_group("embedding and storage")
    group.add_argument("--dimensions", type=count, metavar="N", help="of the model's vectors")
    group.add_argument(
        "--embedding", dest="embeddings", type=_embedding, action="append", default=[], metavar="MODEL[:DIMENSIONS]",
        help="one more embedding model to compare",
    )  # fmt: skip
    group.add_argument("--bytes-per-dimension", type=count, default=4, metavar="BYTES", help="of a vector [4]")
    group.add_argument("--metadata-bytes", type=count, default=0, metavar="BYTES", help="stored with each vector [0]")
    group.add_argument("--usd-per-gb-month", type=decimal, metavar="USD", help="the store's price")


def _embedding(text: str) -> Embedding:
    """A model, with the dimensions of its vectors behind a colon."""
    name, colon, dimensions = text.rpartition(":")
    return Embedding(name, dimensions=int(dimensions)) if colon and dimensions.isdecimal() else Embedding(text)


def _chunks(planner: Planner, options: Namespace) -> Output:
    answer = planner.chunks(
        ChunksQuestion(
            model=options.model,
            provider=options.provider,
            text=_document(options),
            document_tokens=options.document_tokens,
            limit_tokens=options.limit_tokens,
            overlap_tokens=options.overlap_tokens,
            by=options.by,
            language=options.language,
            lossless=not options.trim,
            safety_margin=options.safety_margin,
            with_text=options.with_text,
            dimensions=options.dimensions,
            embeddings=tuple(options.embeddings),
            bytes_per_dimension=options.bytes_per_dimension,
            metadata_bytes=options.metadata_bytes,
            usd_per_gb_month=options.usd_per_gb_month,
            **shared.terms(options),
        )
    )
    return Output(
        answer,
        lambda: _page(answer),
        lambda: _rows(answer),
        code=2 if answer.refused else 0,
        asides=[*refusals(answer.refused), *answer.plan.warnings, *answer.assumptions],
        error=f"{len(answer.refused)} embedding models could not be answered for" if answer.refused else None,
    )


def _document(options: Namespace) -> str | None:
    """The document from files, `--text` or stdin; None where its size was given and nothing else."""
    texts = [_words(path) for path in options.files]
    texts += [] if options.text is None else [options.text]
    if not texts and options.document_tokens is None:
        if sys.stdin is None or sys.stdin.isatty():
            raise InvalidInput("no document: name a FILE, or - for stdin, or give --text or --document-tokens")
        texts = [inputs.read_text(inputs.STDIN)]
    return "\n".join(texts) if texts else None


def _words(path: str) -> str:
    """A file's text, be it plain, PDF or DOCX."""
    raw, name = inputs.read_bytes(path), inputs.named(path)
    if attached.is_text(raw, name):
        return inputs.decoded(raw, name)
    return read_document(raw, name).words


def _page(answer: ChunksAnswer) -> Iterable[Block]:
    plan = answer.plan
    tokens, bounds, method = counted(plan.document)
    yield aligned((
        ("model", named(plan.model)),
        ("document", f"{tokens} tokens" + (f", {bounds}" if bounds else "") + f" ({method})"),
        ("chunks", f"{grouped(plan.chunks)} of at most {grouped(plan.limit_tokens)} tokens, cut by {answer.by}"),
        ("overlap", f"{grouped(plan.overlap_tokens)} tokens twice, {small_usd(plan.overlap_usd)} USD"),
    ))  # fmt: skip
    columns = (
        Column("model"), Column("chunks", right=True), Column("limit", right=True), Column("takes", right=True, drop=2),
        Column("embedded", right=True), Column("USD once", right=True), Column("from – to", right=True, drop=3),  # noqa: RUF001
        Column("dimensions", right=True, drop=1), Column("bytes", right=True), Column("USD a month", right=True),
    )  # fmt: skip
    yield Table(columns, [_plan(each) for each in (plan, *answer.embeddings)])
    yield _fill(answer)
    yield bullets("not answered", refusals(answer.refused))
    yield bullets("assumed", answer.assumptions)
    yield bullets("warnings", [note for each in (plan, *answer.embeddings) for note in each.warnings])
    yield standing(answer.catalog, answer.as_of, rounded=True)


def _plan(plan: ChunkPlan) -> list[str]:
    cost, store = plan.cost, plan.storage
    stored = ["", "", ""]
    if store is not None:
        month = "" if store.usd_per_month is None else small_usd(store.usd_per_month)
        stored = [grouped(store.dimensions), grouped(store.bytes), month]
    bounds = span(small_usd(cost.low_usd), small_usd(cost.high_usd))
    return [
        plan.model.id, grouped(plan.chunks), grouped(plan.limit_tokens), grouped(plan.max_input_tokens),
        counted(plan.embedded)[0], small_usd(cost.usd), bounds, *stored,
    ]  # fmt: skip


def _fill(answer: ChunksAnswer) -> str:
    """The first chunks, each with a bar of how full it is."""
    limit, rest = answer.plan.limit_tokens, len(answer.chunks) - _SHOWN
    lines = [
        f"  {each.index:>4}  {bar(1 - each.tokens / limit)}  {grouped(each.tokens):>6}  "
        f"characters {grouped(each.start)} to {grouped(each.end)}"
        for each in answer.chunks[:_SHOWN]
    ]
    more = [f"  … {grouped(rest)} more, all with --csv or --json"] if rest > 0 else []
    return "\n".join(["how full the chunks are", *lines, *more]) if lines else ""


def _rows(answer: ChunksAnswer) -> Rows:
    names = ("index", "start", "fresh", "end", "tokens", "low", "high", "text")
    return Rows(names, [[getattr(each, name) for name in names] for each in answer.chunks])


COMMANDS: Final[Mapping[str, Command]] = {
    "context chunks": Command(
        "MODEL [FILE...] [options]",
        "A document in chunks that never pass a limit, and what overlap, embedding and storage cost.",
        (
            "tokenplan context chunks text-embedding-3-small book.txt --limit 512 --overlap 64",
            "tokenplan context chunks text-embedding-3-small manual.md --by markdown --with-text --json",
            "tokenplan context chunks gpt-5-mini app.py --by code --language python --limit 2000",
            "tokenplan context chunks text-embedding-3-small --document-tokens 1000000 --embedding embed-v4.0:1536",
        ),
        _declare_chunks,
        _chunks,
        has_csv=True,
    ),
}
