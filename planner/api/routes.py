"""The verbs as routes: each endpoint takes the planner's own question and returns its answer."""

from __future__ import annotations

from decimal import Decimal  # noqa: TC003 - FastAPI reads annotations
from typing import TYPE_CHECKING, Annotated, Any, Final

from anyio import CapacityLimiter, to_thread
from fastapi import APIRouter, Depends, Query, Request
from fastapi.exceptions import RequestValidationError
from fastapi.routing import APIRoute
from fastapi.security import HTTPBearer
from starlette.responses import Response

from planner import questions
from planner.api import problems
from planner.examples import examples
from planner.listing import CatalogAnswer, ModelDetail, Models, ModelsQuestion, PriceHistory
from planner.planner import Planner
from planner.tokens.workers import LARGE
from planner.verbs import VERBS
from planner.wire import dumps
from pricing.errors import InvalidInput

if TYPE_CHECKING:
    from collections.abc import Callable, Coroutine, Mapping

    from planner.verbs import Verb

LARGE_BODY: Final = 16_384
"""Bodies over this many bytes are answered in a worker thread: counting one takes longer than a hand-over.

So are documents of any size: a small one may take long to read.
"""

HUGE_BODY: Final = LARGE
"""Bodies over this many have threads of their own: they may wait long for a process that counts."""

AtProvider = Annotated[str | None, Query(description="narrows the name to one provider")]

_KEY: Final = Depends(HTTPBearer(auto_error=False, description="a key of TOKENPLAN_API_KEYS, where any is set"))
"""Documents the key; `planner.api.gate` checks it."""

_PROBLEM: Final = {
    "type": "object",
    "required": ["type", "title", "status", "detail", "errors"],
    "properties": {
        "type": {"type": "string", "description": "a stable slug, one an error class"},
        "title": {"type": "string"},
        "status": {"type": "integer"},
        "detail": {"type": "string"},
        "errors": {"type": "array", "items": {"type": "object"}},
        "nearest": {"type": "array", "items": {"type": "string"}},
    },
}
_SAID: Final = {
    401: "No valid key",
    404: "Unknown id",
    413: "Too large",
    415: "Content type not taken",
    422: "Cannot be priced, counted or parsed",
}


def documented(*codes: int) -> dict[int | str, dict[str, Any]]:
    """The problem documents that an endpoint may answer, for its description."""
    return {
        code: {"description": _SAID[code], "content": {"application/problem+json": {"schema": _PROBLEM}}}
        for code in codes
    }


class Titled(APIRoute):
    """A route whose title on the page is its endpoint's first sentence."""

    def __init__(self, path: str, endpoint: Callable[..., Any], **options: Any) -> None:
        title = (endpoint.__doc__ or "").strip().splitlines()[0].rstrip(".")
        super().__init__(path, endpoint, **options | {"summary": title})


class VerbRoute(Titled):
    """A route whose only parameter is the question: read strictly from the JSON body, answered by `planner.wire`.

    FastAPI documents it as usual; its generic body handling is passed by, because strict JSON refuses what lax
    parsing would take (`true` for a count, `"12"` for a number), and one pass over the bytes is quicker.
    """

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        """The handler that FastAPI calls for a request."""
        verb = self.endpoint
        kind = verb.__annotations__["question"]
        large, huge = CapacityLimiter(4), CapacityLimiter(4)

        async def handle(request: Request) -> Response:
            body = await request.body()
            try:
                asked = questions.read(kind, body)
            except InvalidInput as error:
                return problems.of_error(error)
            apart = getattr(asked, "documents", None) or getattr(asked, "count_with", None) == "provider"
            apart = apart or getattr(asked, "draws", None)  # a simulation takes long, however short its question
            if len(body) > LARGE_BODY or apart:
                answer = await to_thread.run_sync(verb, asked, limiter=huge if len(body) > HUGE_BODY else large)
            else:
                answer = verb(asked)
            media, write = _form(request)
            if write is None:
                return _json(answer)
            try:
                return Response(await to_thread.run_sync(write, answer), media_type=media)
            except InvalidInput as error:
                return problems.of_error(error)

        return handle


def _form(request: Request) -> tuple[str, Callable[[Any], bytes] | None]:
    """The form that a request accepts beside JSON, and who writes it: what the composition root put into the app."""
    forms: Mapping[str, Callable[[Any], bytes]] = getattr(request.app.state, "forms", {}).get(request.url.path, {})
    wanted = (each.partition(";")[0].strip() for each in request.headers.get("accept", "").split(","))
    return next(((media, forms[media]) for media in wanted if media in forms), ("application/json", None))


def verbs(planner: Callable[[], Planner], *, keyed: bool = False) -> APIRouter:
    """The POST verbs over whichever planner is current when a request arrives; `keyed` documents the need of a key."""
    router = APIRouter(
        route_class=VerbRoute, responses=documented(401, 413, 422), dependencies=key(keyed=keyed), tags=["verbs"]
    )
    for verb in VERBS:
        shown = {"requestBody": {"content": {"application/json": {"examples": examples(verb.path).asked}}}}
        endpoint = _endpoint(planner, verb)
        router.post(verb.path, response_model=verb.answer_type, openapi_extra=shown)(endpoint)
    return router


def _endpoint(planner: Callable[[], Planner], verb: Verb) -> Callable[[Any], object]:
    """A function that FastAPI can document: the verb's name, question and first sentence."""

    def ask(question: Any) -> object:
        return getattr(planner(), verb.name)(question)

    ask.__name__ = verb.name
    ask.__doc__ = getattr(Planner, verb.name).__doc__
    ask.__annotations__ = {"question": verb.question_type, "return": verb.answer_type}
    return ask


def lookups(planner: Callable[[], Planner], *, keyed: bool = False) -> APIRouter:
    """The GET look-ups; parameters that an endpoint does not know are refused."""
    router = APIRouter(
        route_class=Titled,
        responses=documented(401, 422),
        dependencies=[*key(keyed=keyed), Depends(_refuse_unknown)],
        tags=["catalog"],
    )

    @router.get("/v1/models", response_model=Models)
    def models(
        provider: str | None = None,
        capability: str | None = None,
        min_context: Annotated[int | None, Query(ge=0)] = None,
        max_price: Annotated[Decimal | None, Query(ge=0, description="input, USD per million tokens")] = None,
        active_on: str | None = None,
        search: str | None = None,
    ) -> Response:
        """The listed models that pass every filter."""
        asked = ModelsQuestion(
            provider=provider,
            capability=capability,
            min_context=min_context,
            max_price=max_price,
            active_on=active_on,
            search=search,
        )
        return _json(planner().models(asked))

    @router.get("/v1/models/{id:path}/prices", response_model=PriceHistory, responses=documented(404))
    def prices(id: str, provider: AtProvider = None) -> Response:  # noqa: A002 - the contract's name
        """A model's rate sets, past, current and announced."""
        return _json(planner().prices(id, provider))

    @router.get("/v1/models/{id:path}", response_model=ModelDetail, responses=documented(404))
    def model(id: str, provider: AtProvider = None) -> Response:  # noqa: A002 - the contract's name
        """One model in full."""
        return _json(planner().model(id, provider))

    @router.get("/v1/plans/schema", tags=["verbs"])
    def schema() -> dict[str, Any]:
        """The JSON Schema of a plan, for editors and for those who write plans by program."""
        from planner.plans.schema import shipped  # noqa: PLC0415 - few ask for it

        return shipped()

    @router.get("/v1/catalog", response_model=CatalogAnswer)
    def catalog() -> Response:
        """The catalog that answers: version, age, sources, conflicts."""
        return _json(planner().about())

    return router


def key(*, keyed: bool) -> list[Any]:
    """What documents the key of an endpoint, where one is needed."""
    return [_KEY] if keyed else []


def _json(answer: object) -> Response:
    return Response(dumps(answer), media_type="application/json")


def _refuse_unknown(request: Request) -> None:
    route: APIRoute = request.scope["route"]
    known = [parameter.alias for parameter in route.dependant.query_params]
    unknown = [name for name in request.query_params if name not in known]
    if unknown:
        valid = f"unknown parameter; valid: {', '.join(known) or 'none'}"
        raise RequestValidationError(
            [
                {"loc": ("query", name), "msg": valid, "type": "extra_forbidden", "input": request.query_params[name]}
                for name in unknown
            ]
        )
