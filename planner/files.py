"""Many files at once: what each is, its tokens on a model and what sending it would cost; a bad one sinks no other."""

from __future__ import annotations

import json
import os
from dataclasses import dataclass, replace
from datetime import datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Any, Final, Literal

from planner.attachments import Opened, counted
from planner.costing import Terms, priced
from planner.prompt import Tokens, billed, buckets, sized
from planner.reading.documents import Document, read_document
from planner.reading.folders import Skipped, walk
from planner.reading.kinds import ending, is_binary, kind_of
from planner.reading.pixels import image_size
from planner.tokens import Counter
from planner.tokens.count import combined, least_sure
from planner.tokens.media import Image
from pricing.cost import EXACT
from pricing.errors import InvalidInput, Problem, TokenplanError, TooLarge
from pricing.names import Resolution
from pricing.rates import CatalogRef, ModelRef
from pricing.usage import Usage

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from planner.tokens.count import Count
    from pricing.catalog import Catalog

FileKind = Literal["text", "markdown", "code", "messages", "image", "pdf", "docx"]
"""What a file is; `messages` is JSONL of which each line is a request."""

_MARKDOWN: Final = frozenset(("md", "markdown", "mdx", "rst"))
_CODE: Final = frozenset((
    "bash", "c", "cc", "clj", "cpp", "cs", "css", "dart", "ex", "exs", "go", "h", "hpp", "hs", "html", "ini", "java",
    "js", "json", "jsx", "kt", "lua", "m", "ml", "php", "pl", "ps1", "py", "r", "rb", "rs", "scala", "scss", "sh",
    "sql", "svelte", "swift", "tex", "toml", "ts", "tsx", "vue", "xml", "yaml", "yml", "zig",
))  # fmt: skip
_LINES: Final = frozenset(("jsonl", "ndjson"))
_HEAD: Final = 4096
LARGEST_FILE: Final = 64 * 1024 * 1024
LONGEST_LINE: Final = 16 * 1024 * 1024
_MOST_AT_ONCE: Final = 4
_TOLD: Final = 3
"""Bad lines of a file that are told one by one."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FilesQuestion(Terms):
    """How many tokens are these files and folders on this model, each on its own, and what would sending them cost?

    Folders are read to their ends without what is hidden, binary, ignored by git or left out by the patterns.
    """

    model: str
    paths: tuple[str, ...]
    provider: str | None = None
    include: tuple[str, ...] = ()
    exclude: tuple[str, ...] = ()
    detail: str | None = None


@dataclass(frozen=True, slots=True)
class Spread:
    """The lengths of a file's requests in tokens: the nearest-rank percentiles, the mean rounded."""

    requests: int
    mean: int
    p50: int
    p95: int
    largest: int


@dataclass(frozen=True, slots=True)
class FileRow:
    """One file: its size, tokens and cost as input; `pages` of a PDF, `spread` of requests in JSONL."""

    path: str
    kind: FileKind
    bytes: int
    tokens: Tokens
    cost_usd: Decimal
    pages: int | None
    spread: Spread | None
    warnings: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class FileProblem:
    """A file that could not be counted, and why."""

    path: str
    type: str
    errors: tuple[Problem, ...]


@dataclass(frozen=True, slots=True)
class SkippedPath:
    """A file or folder below a named one that was passed over."""

    path: str
    why: str


@dataclass(frozen=True, slots=True)
class Files:
    """Every file counted, those that could not be, those passed over, and the sums of what was counted."""

    model: ModelRef
    rows: tuple[FileRow, ...]
    failed: tuple[FileProblem, ...]
    skipped: tuple[SkippedPath, ...]
    total: Tokens
    total_cost_usd: Decimal
    warnings: tuple[str, ...]
    catalog: CatalogRef


@dataclass(frozen=True, slots=True)
class _Ground:
    """What every file is counted on."""

    question: FilesQuestion
    resolved: Resolution
    counter: Counter
    now: datetime


def count_files(
    question: FilesQuestion,
    catalog: Catalog,
    counter: Counter,
    now: datetime,
    progress: Callable[[int, int], None] | None = None,
) -> Files:
    """Count files, a few at a time; `progress` is told the files done and all of them.

    Raises:
        InvalidInput: no path, or a folder that cannot be read.
        UnknownModel, NotPriced: the model's own, for every file alike.
    """
    if not question.paths:
        raise InvalidInput("paths is empty; name a file or a folder", loc=("paths",), value=[])
    ground = _Ground(question, catalog.resolve(question.model, question.provider), counter, now)
    priced(Usage(), question, ground.resolved, now)  # a tier or date that is not sold is no fault of a file
    found = list(_found(question))
    paths = [each for each in found if isinstance(each, str)]
    rows: list[FileRow] = []
    failed: list[FileProblem] = []
    for done, answer in enumerate(_side_by_side(paths, ground), 1):
        if isinstance(answer, FileRow):
            rows.append(answer)
        else:
            failed.append(answer)
        if progress is not None:
            progress(done, len(paths))
    resolved = ground.resolved
    return Files(
        ModelRef(resolved.model.id, resolved.model.provider, question.model, resolved.rule),
        tuple(rows),
        tuple(failed),
        tuple(SkippedPath(*each) for each in found if isinstance(each, Skipped)),
        _total(rows),
        _sum(row.cost_usd for row in rows),
        resolved.warnings,
        catalog.ref,
    )


def _side_by_side(paths: Sequence[str], ground: _Ground) -> Iterator[FileRow | FileProblem]:
    """Each file's answer in its order; PDF are read in processes of their own, so threads use every core."""
    from concurrent.futures import ThreadPoolExecutor  # noqa: PLC0415 - one file needs none

    def answer(path: str) -> FileRow | FileProblem:
        try:
            return _row(path, ground)
        except TokenplanError as error:
            return FileProblem(path, error.slug, error.problems)

    if len(paths) == 1:
        yield answer(paths[0])
        return
    pool = ThreadPoolExecutor(min(_MOST_AT_ONCE, os.cpu_count() or 1))
    try:
        yield from pool.map(answer, paths)
    finally:
        pool.shutdown(cancel_futures=True)  # who stops it does not wait for the rest


def _found(question: FilesQuestion) -> Iterator[str | Skipped]:
    """The files named and those of the folders named, once each; binary ones of a folder are passed over."""
    seen: set[str] = set()
    for path in question.paths:
        if not os.path.isdir(path):  # noqa: PTH112 - paths stay as they were given
            walked: Iterator[str | Skipped] = iter([path])
        else:
            walked = (_sifted(each) for each in walk(path, question.include, question.exclude))
        for each in walked:
            if isinstance(each, Skipped):
                yield each
            elif (real := os.path.realpath(each)) not in seen:
                seen.add(real)
                yield each


def _sifted(each: str | Skipped) -> str | Skipped:
    """A file of a folder, or that it is binary and of no kind that is counted."""
    if isinstance(each, Skipped) or ending(each) is not None:
        return each
    try:
        head = _head(each)
        binary = is_binary(head) and kind_of(head, each) == "text"
    except InvalidInput:
        binary = bool(head)
    except OSError:
        return each
    return Skipped(each, "binary") if binary else each


def _head(path: str) -> bytes:
    with open(path, "rb") as file:  # noqa: PTH123 - the same
        return file.read(_HEAD)


def _row(path: str, ground: _Ground) -> FileRow:
    try:
        size = os.stat(path).st_size  # noqa: PTH116 - the same
        if size > LARGEST_FILE:
            raise TooLarge(f"{path}: has {size} bytes; the limit is {LARGEST_FILE}", value=path)
        with open(path, "rb") as file:  # noqa: PTH123 - the same
            data = file.read()
    except OSError as error:
        raise InvalidInput(f"{path}: {error.strerror or error}", value=path) from None
    if path.rpartition(".")[2].lower() in _LINES and data and kind_of(data, path) == "text":
        requests = _requests(data, path)
        if requests is not None:
            return _messages(path, len(data), requests, ground)
    return _single(path, data, ground)


def _single(path: str, data: bytes, ground: _Ground) -> FileRow:
    """A file that is sent as a whole."""
    kind: FileKind
    bare = not data and ending(path) is None  # an empty text has no tokens; an empty PDF is a mistake
    if not bare and kind_of(data, path) == "image":
        kind, pages = "image", None
        items = [Opened("image", (), Image(*image_size(data, path), ground.question.detail))]
    else:
        document = Document("text") if bare else read_document(data, path)
        kind, pages = document.kind, len(document.pages) if document.kind == "pdf" else None
        detail = ground.question.detail
        items = [Opened(f"page {at}", (), replace(page, detail=detail)) for at, page in enumerate(document.pages, 1)]
        if document.kind != "pdf":
            items = [Opened("text", (), piece) for piece in _pieces(document.text, ground.counter.max_bytes)]
    if kind == "text":
        kind = _flavour(path)
    found = combined(counted(items, ground.resolved.model, ground.counter))
    if kind not in ("pdf", "image") and len(items) > 1:
        found = _cut(found, len(items) - 1)
    return FileRow(path, kind, len(data), sized(found), _cost(found, ground), pages, None, found.notes)


def _pieces(text: str, most_bytes: int) -> list[str]:
    """A text in pieces of at most so many bytes, cut after a line end where there is one; one that fits stays whole."""
    most = most_bytes // 4
    if len(text) <= most or len(text.encode("utf-8", "surrogatepass")) <= most_bytes:
        return [text]
    pieces, start = [], 0
    while len(text) - start > most:
        end = text.rfind("\n", start, start + most) + 1 or start + most
        pieces.append(text[start:end])
        start = end
    return [*pieces, text[start:]]


def _cut(found: Count, cuts: int) -> Count:
    """The count of a text that was cut: each cut may part what is one token, or two."""
    note = f"too large to count at once: the sum of {cuts + 1} pieces, cut at line ends where there are any"
    low, high = max(0, found.low - cuts), found.high + cuts
    method = least_sure((found.method, "reconstructed"))
    return replace(found, low=low, high=high, method=method, notes=(*found.notes, note))


def _flavour(path: str) -> FileKind:
    suffix = path.rpartition(".")[2].lower()
    return "markdown" if suffix in _MARKDOWN else "code" if suffix in _CODE else "text"


def _requests(data: bytes, path: str) -> list[list[dict[str, Any]]] | None:
    """The messages of each line; None where no line is a request, so that the file is text.

    Raises:
        InvalidInput: some lines are and some are not, with the first few told.
    """
    requests: list[list[dict[str, Any]]] = []
    problems: list[Problem] = []
    for number, line in enumerate(data.decode("utf-8-sig", "replace").split("\n"), 1):
        if not line.strip():
            continue
        messages = _request(line)
        if messages is not None:
            requests.append(messages)
        else:
            problems.append(Problem(("line", number), f"{path}: line {number} is no request with messages", line[:60]))
    if problems and requests:
        more = len(problems) - _TOLD
        rest = [Problem((), f"{path}: {more} more such lines")] if more > 0 else []
        raise InvalidInput.of((*problems[:_TOLD], *rest))
    return requests or None


def _request(line: str) -> list[dict[str, Any]] | None:
    """A line's messages: a list of them, an object that holds them, or a batch line whose body does."""
    try:
        row = json.loads(line)
    except (ValueError, RecursionError):
        return None
    if isinstance(row, dict) and isinstance(row.get("body"), dict):
        row = row["body"]
    messages = row.get("messages") if isinstance(row, dict) else row
    good = isinstance(messages, list) and messages and all(isinstance(each, dict) for each in messages)
    return messages if good else None


def _messages(path: str, size: int, requests: list[list[dict[str, Any]]], ground: _Ground) -> FileRow:
    """A file of requests: the sum of them all, and how their lengths spread."""
    model = ground.resolved.model
    counts = []
    for number, messages in enumerate(requests, 1):
        try:
            counts.append(ground.counter.count_messages(messages, model.id, model.provider))
        except TokenplanError as error:
            raise error.under("request", number) from None
    found = combined(counts)
    lengths = sorted(each.tokens for each in counts)
    spread = Spread(
        len(lengths), round(found.tokens / len(lengths)), _rank(lengths, 50), _rank(lengths, 95), lengths[-1]
    )
    cost = _sum(_cost(each, ground) for each in counts)
    return FileRow(path, "messages", size, sized(found), cost, None, spread, found.notes)


def _rank(lengths: Sequence[int], percent: int) -> int:
    """The nearest-rank percentile of sorted lengths."""
    return lengths[max(0, -(-len(lengths) * percent // 100) - 1)]


def _cost(found: Count, ground: _Ground) -> Decimal:
    """What sending it once costs, before any answer."""
    usage = Usage(**buckets(billed(found.split(), ground.resolved.model)))  # type: ignore[arg-type]  # token buckets only
    return priced(usage, ground.question, ground.resolved, ground.now).total_usd


def _total(rows: Sequence[FileRow]) -> Tokens:
    every = [row.tokens for row in rows]
    return Tokens(
        sum(each.tokens for each in every),
        sum(each.low for each in every),
        sum(each.high for each in every),
        least_sure(each.method for each in every),
        next((each.encoding for each in every if each.encoding), None),
    )


def _sum(amounts: Iterator[Decimal]) -> Decimal:
    total = Decimal(0)
    for amount in amounts:
        total = EXACT.add(total, amount)
    return total
