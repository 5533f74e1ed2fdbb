"""JSON documents that hold rows below themselves: pages of the providers' admin APIs, OTLP exports, Langfuse pages."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator


def rows(document: Any) -> Iterator[dict[str, Any]]:
    """The rows of a document; an object that holds none is a row itself.

    Raises:
        ValueError: something stands where an object, or a list of them, is due.
    """
    if isinstance(document, list):
        for each in document:
            yield from rows(each)
    elif isinstance(document, dict):
        yield from _below(document)
    else:
        raise ValueError(f"holds {type(document).__name__}; it must be an object")  # noqa: TRY004 - of a file


def _below(document: dict[str, Any]) -> Iterator[dict[str, Any]]:
    if "resourceSpans" in document:
        yield from _spans(document)
    elif isinstance(document.get("data"), list):  # a page; of OpenAI, Anthropic or Langfuse
        yield from rows(document["data"])
    elif isinstance(document.get("results"), list):  # a time bucket of a page
        times = {name: value for name, value in document.items() if name not in ("results", "result", "object")}
        for result in _each(document, "results"):
            yield {**times, **result}
    elif isinstance(document.get("attributes"), list):
        yield {**document, "attributes": _attributes(document)}
    else:
        yield document


def _spans(document: dict[str, Any]) -> Iterator[dict[str, Any]]:
    for resource in _each(document, "resourceSpans"):
        about = _attributes(resource.get("resource") or {})
        for scope in _each(resource, "scopeSpans"):
            for span in _each(scope, "spans"):
                yield {**span, "attributes": _attributes(span), "resource": about}


def _each(holder: dict[str, Any], key: str) -> list[dict[str, Any]]:
    """The objects of a list; none where it is left out."""
    found = holder.get(key)
    if found is None:
        return []
    if not isinstance(found, list) or not all(isinstance(each, dict) for each in found):
        raise ValueError(f"{key} must hold a list of objects")
    return found


def _attributes(holder: Any) -> dict[str, Any]:
    """OTLP's list of {key, value: {intValue: "12"}} as an object; one that is an object already stays."""
    found = holder.get("attributes") if isinstance(holder, dict) else None
    if isinstance(found, dict):
        return found
    return {str(pair.get("key")): _value(pair.get("value")) for pair in _each({"attributes": found}, "attributes")}


def _value(value: Any) -> Any:
    if not isinstance(value, dict):
        return value
    if "intValue" in value:
        return int(str(value["intValue"]))  # 64-bit integers are texts in OTLP JSON
    inner = value.get("arrayValue")
    if isinstance(inner, dict):
        return [_value(each) for each in inner.get("values") or ()]
    return next(iter(value.values()), None)
