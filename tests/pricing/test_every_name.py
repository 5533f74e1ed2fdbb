"""Every id of the shipped catalog, the ways people spell it, and siblings that nobody lists."""

from __future__ import annotations

import pytest

from pricing.errors import UnknownModel
from pricing.names import Ambiguous

SIBLINGS = ("{}-pro", "{}-turbo", "{}-ultra", "{}-x", "{}.9", "{}9", "new-{}", "{}-v77")


@pytest.fixture(scope="module")
def listed(shipped):
    """Every (provider, id) of the catalog, with its aliases."""
    return [
        (name, model, entry.get("aliases", ()))
        for name in shipped.providers
        for model, entry in shipped.entries(name).items()
    ]


def meant(catalog, name, provider=None):
    """What a name resolves to, or None where it is refused."""
    try:
        found = catalog.resolve(name, provider)
    except UnknownModel:
        return None
    return found.model.provider, found.model.id


def test_every_id_and_alias_is_itself(shipped, listed):
    """With its provider named either way, each id and alias means the model that lists it."""
    wrong = [
        (provider, name)
        for provider, model, aliases in listed
        for name in (model, *aliases)
        if meant(shipped, name, provider) != (provider, model)
        or meant(shipped, f"{provider}/{name}") != (provider, model)
    ]
    assert wrong == []


def test_case_does_not_matter(shipped, listed):
    """An id in capitals means the same model, or is refused where two ids differ only in case."""
    found = [(meant(shipped, model.upper(), provider), (provider, model)) for provider, model, _ in listed]
    assert [pair for pair in found if pair[0] not in (pair[1], None)] == []


@pytest.mark.slow
@pytest.mark.parametrize("shape", SIBLINGS)
def test_no_sibling_inherits(shipped, shape):
    """A name that only looks like a listed one is refused, or is listed itself."""
    inherited = []
    for provider in shipped.providers:
        names = shipped.names(provider)
        known = {alias.lower() for entry in shipped.entries(provider).values() for alias in entry.get("aliases", ())}
        known |= {model.lower() for model in shipped.entries(provider)}
        for name in map(shape.format, shipped.entries(provider)):
            try:
                found = names.find(name)
            except Ambiguous:
                continue
            if found and name.lower() not in known:
                inherited.append((provider, name, found.id))
    assert inherited == []


@pytest.mark.slow
def test_an_unlisted_snapshot_says_so(shipped):
    """A date that is not listed is taken as the undated id only with a warning."""
    silent = []
    for provider in shipped.providers:
        names = shipped.names(provider)
        for model in shipped.entries(provider):
            found = names.find(f"{model}-2031-01-01")
            if found and not any("is not listed itself" in each for each in found.warnings):
                silent.append((provider, model))
    assert silent == []


@pytest.mark.parametrize(
    ("name", "provider", "model", "region"),
    [
        ("models/gemini-2.5-pro", "google", "gemini-2.5-pro", None),
        ("publishers/google/models/gemini-2.5-flash", "vertex", "gemini-2.5-flash", None),
        (
            "bedrock/invoke/anthropic.claude-3-5-sonnet-20240620-v1:0",
            "aws", "anthropic.claude-3-5-sonnet-20240620-v1:0", None,
        ),
        (
            "arn:aws:bedrock:us-east-1:123456789012:inference-profile/us.anthropic.claude-sonnet-4-5-20250929-v1:0",
            "aws", "anthropic.claude-sonnet-4-5-20250929-v1:0", "us",
        ),
        (
            "arn:aws:bedrock:us-west-2::foundation-model/anthropic.claude-3-haiku-20240307-v1:0",
            "aws", "anthropic.claude-3-haiku-20240307-v1:0", None,
        ),
        ("azure/global-standard/gpt-4o-mini", "azure", "gpt-4o-mini", "global"),
    ],
)  # fmt: skip
def test_paths_around_an_id_are_taken_off(shipped, name, provider, model, region):
    """What an API wraps around an id names its provider and, in a profile, its region."""
    found = shipped.resolve(name)
    assert (found.model.provider, found.model.id, found.region) == (provider, model, region)
    assert found.requested == name


def test_a_wrapped_unknown_name_is_refused(shipped):
    """A path does not make an unknown id known."""
    with pytest.raises(UnknownModel, match="'gemini-77'"):
        shipped.resolve("models/gemini-77")


def test_who_sells_it_is_said_where_the_provider_named_does_not(shipped):
    """An id that others list names them."""
    with pytest.raises(UnknownModel, match=r"at anthropic \(it is sold by openai"):
        shipped.resolve("gpt-5-mini", "anthropic")
