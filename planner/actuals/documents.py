"""JSON documents that hold rows below themselves: pages of the providers' admin APIs, OTLP exports, Langfuse pages."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping


def rows(document: Any) -> Iterator[dict[str, Any]]:
    """The rows of a document; an object that holds none is a row itself. What is no object is None's worth: nothing."""
    if isinstance(document, list):
        for each in document:
            yield from rows(each)
    elif isinstance(document, dict):
        yield from _below(document)


def _below(document: dict[str, Any]) -> Iterator[dict[str, Any]]:
    if isinstance(document.get("resourceSpans"), list):
        yield from _spans(document)
    elif isinstance(document.get("data"), list):  # a page; of OpenAI, Anthropic or Langfuse
        yield from rows(document["data"])
    elif isinstance(document.get("results"), list):  # a time bucket of a page
        times = {name: value for name, value in document.items() if name not in ("results", "result", "object")}
        for result in document["results"]:
            yield {**times, **result}
    elif isinstance(document.get("attributes"), list):
        yield {**document, "attributes": _attributes(document["attributes"])}
    else:
        yield document


def _spans(document: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    for resource in document["resourceSpans"]:
        about = _attributes((resource.get("resource") or {}).get("attributes") or ())
        for scope in resource.get("scopeSpans") or ():
            for span in scope.get("spans") or ():
                yield {**span, "attributes": _attributes(span.get("attributes") or ()), "resource": about}


def _attributes(pairs: Any) -> dict[str, Any]:
    """OTLP's list of {key, value: {intValue: "12"}} as an object; one that is an object already stays."""
    if isinstance(pairs, dict):
        return pairs
    return {pair["key"]: _value(pair.get("value")) for pair in pairs if isinstance(pair, dict) and "key" in pair}


def _value(value: Any) -> Any:
    if not isinstance(value, dict):
        return value
    if "intValue" in value:
        return int(value["intValue"])  # 64-bit integers are texts in OTLP JSON
    if "arrayValue" in value:
        return [_value(each) for each in value["arrayValue"].get("values", ())]
    return next(iter(value.values()), None)
