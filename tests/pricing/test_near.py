"""The closest names by index against difflib over all of them."""

from __future__ import annotations

import random

from pricing.errors import nearest
from pricing.near import Near

LETTERS = "abcdef-.123"


def misspelt(word, dice):
    """The word with a letter gone, added or changed."""
    at = dice.randrange(len(word))
    return word[:at] + dice.choice(("", dice.choice(LETTERS), dice.choice(LETTERS) + word[at])) + word[at + 1 :]


def test_a_misspelt_name_is_found_as_by_looking_at_all(shipped):
    """Of forty catalog names with a typing error, the first suggestion is the one that ranking every name gives."""
    dice, names = random.Random(2), [model.id for model in shipped.models("openai")]
    near = Near(names)
    for word in (misspelt(dice.choice(names), dice) for _ in range(40)):
        assert near.to(word)[:1] == nearest(word, names)[:1], word


def test_what_is_like_nothing_has_no_neighbour():
    """No letters in common, no name at all, one letter: nothing is suggested."""
    near = Near(["gpt-5", "claude"])
    assert [near.to(word) for word in ("äöü", "", "9999-12-31")] == [(), (), ()]
    assert Near([]).to("gpt-5") == ()


def test_case_is_ignored():
    """A name in capitals is near itself, as it is listed."""
    assert Near(["GPT-5", "o3"]).to("gpt-55") == ("GPT-5",)
