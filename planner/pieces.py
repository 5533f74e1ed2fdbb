"""Where a tokenizer cuts a text: its tokens, piece by piece, as a reader sees them."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import islice
from typing import TYPE_CHECKING, ClassVar, Final

from planner.checks import STRICT
from planner.tokens.count import How
from planner.tokens.pieces import joined, token_ids
from pricing.errors import InvalidInput
from pricing.rates import ModelRef

if TYPE_CHECKING:
    from planner.tokens import Counter
    from pricing.catalog import Catalog

MOST_BYTES: Final = 1 << 20
"""UTF-8 bytes of a text that is cut: nobody looks at more."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PiecesQuestion:
    """Where is this text cut into tokens?"""

    __pydantic_config__: ClassVar = STRICT

    model: str
    """The model whose encoding cuts."""
    text: str
    """The text, 1 MB at most."""
    provider: str | None = None
    """Narrows the name to one provider."""
    most_pieces: int = 100_000
    """Pieces that are told at most; every token is counted."""


@dataclass(frozen=True, slots=True)
class Piece:
    """A run of whole characters and the ids of its tokens; more than one where a token ends within a character."""

    text: str
    ids: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class PiecesAnswer:
    """The tokens of `encoding`, and the pieces that make the text, from its start.

    `method` is how the model's own count is made: unless it is `exact`, the model's own tokenizer cuts elsewhere.
    """

    tokens: int
    encoding: str
    method: How
    complete: bool
    pieces: tuple[Piece, ...]
    model: ModelRef
    warnings: tuple[str, ...]


def pieces(question: PiecesQuestion, catalog: Catalog, counter: Counter) -> PiecesAnswer:
    """Cut a text by the shipped encoding that stands for a model.

    Raises:
        InvalidInput: `most_pieces` is less than 1.
        UnknownModel: the name is not listed.
        TooLarge, NotCountable: the text is too long, or has a run that cannot be cut safely.
    """
    if question.most_pieces < 1:
        most = question.most_pieces
        raise InvalidInput(f"most_pieces is {most}; it must be 1 or more", loc=("most_pieces",), value=most)
    resolved = catalog.resolve(question.model, question.provider)
    model = resolved.model
    method = counter.registry().method(model.id, model.provider)
    ids = token_ids(question.text, method.encoding, min(MOST_BYTES, counter.max_bytes))
    shown = tuple(Piece(*each) for each in islice(joined(ids, method.encoding), min(question.most_pieces, MOST_BYTES)))
    stand_in = f"cut as {method.encoding} cuts; the tokenizer of {model.id} is another"
    return PiecesAnswer(
        len(ids),
        method.encoding,
        method.how,
        sum(len(each.ids) for each in shown) == len(ids),
        shown,
        ModelRef(model.id, model.provider, question.model, resolved.rule),
        (*resolved.warnings, *([] if method.ratios is None else [stand_in])),
    )
