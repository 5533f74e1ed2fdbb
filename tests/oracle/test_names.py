"""Every id of every source and 140,000 generated spellings: each means a model that is so named, or is refused."""

from __future__ import annotations

import pytest

from tests.oracle import names
from tests.oracle.names_page import REASONS, REFUSED_IDS, reason

pytestmark = pytest.mark.oracle


def test_the_ids_are_many_and_nearly_all_resolve() -> None:
    """At least 17,000 spellings; of the sources that state prices, 97 in 100 resolve."""
    asked = names.answers()
    assert len(asked) >= 17_000
    priced = [one for one in asked if one.source != "models-dev"]
    resolved = [one for one in priced if one.rule not in {names.REFUSED, names.AMBIGUOUS}]
    assert len(resolved) >= 0.97 * len(priced)


def test_resolved_names_cost_what_their_source_says() -> None:
    """Of the compared names at most 2 in 100 have another input or output price, each for a reason on record."""
    asked = names.answers()
    compared, differ = [one for one in asked if one.compared], [one for one in asked if one.differs]
    assert len(compared) >= 11_000
    assert len(differ) <= 0.02 * len(compared)
    assert [one for one in differ if reason(one) is None] == []


def test_no_reason_is_stale() -> None:
    """Every reason on record, for a price or a refusal, still has an id."""
    asked = names.answers()
    used = {reason(one) for one in asked if one.differs}
    used |= {reason(one, REFUSED_IDS) for one in asked if one.rule == names.REFUSED}
    assert {why for _, why in (*REASONS, *REFUSED_IDS)} <= used
    assert None not in used


def test_every_ambiguous_id_lists_its_choices() -> None:
    """A name with several meanings carries at least one name that can be used instead."""
    assert [one for one in names.answers() if one.rule == names.AMBIGUOUS and not one.choices] == []


def test_no_spelling_means_a_model_that_is_not_so_named() -> None:
    """Of the generated spellings none is taken for a model whose listed names are others: nothing inherits."""
    spelled = names.spelled()
    assert len(spelled) >= 100_000
    assert [one for one in spelled if one.became.startswith(names.WRONG)] == []


def test_a_guess_says_so() -> None:
    """A date that nobody lists is answered with a warning; a wrong sibling is always refused."""
    for one in names.spelled():
        assert one.warned or one.kind != "an unlisted date" or one.became != "resolved", one
        assert one.kind != "wrong sibling" or one.became in {names.REFUSED, "another listed name"}, one
