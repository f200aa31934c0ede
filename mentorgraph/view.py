"""Strawberry's view, for every request that the front does not know: it validates, words errors, executes."""

from http import HTTPStatus
from typing import Any

import orjson
from cross_web import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.websockets import WebSocket
from strawberry.asgi import GraphQL
from strawberry.http import GraphQLHTTPResponse
from strawberry.schema.base import BaseSchema
from strawberry.types import ExecutionResult
from strawberry.types.unset import UNSET

from mentorgraph import errors
from mentorgraph.executor import Engine
from models.ledger import Ledger

JSON = "application/json"
GRAPHQL_JSON = "application/graphql-response+json"

Context = dict[str, Any]


def media_type(accept: str) -> str:
    """The newer type for those who ask for it, as the GraphQL-over-HTTP specification has it."""
    return GRAPHQL_JSON if GRAPHQL_JSON in accept else JSON


def status_of(body: Any, asked: str) -> int:
    """200, but 503 without a database; and 400 for what never ran, to those who know the newer type."""
    if not isinstance(body, dict) or not body.get("errors"):
        return 200
    if errors.is_unavailable(body["errors"]):
        return 503
    return 400 if asked == GRAPHQL_JSON and body.get("data") is None and not _ran(body) else 200


def _ran(body: dict[str, Any]) -> bool:
    """An error with a path is a field's: the operation ran, though nothing came of it."""
    return any("path" in error for error in body["errors"])


def refusal(status: int, sentence: str) -> dict[str, Any]:
    """A request that is none, told in GraphQL's shape; the code is HTTP's name for it."""
    return {"errors": [{"message": sentence, "extensions": {"code": HTTPStatus(status).name}}]}


class View(GraphQL[Context, None]):
    """Strawberry's view with this server's context, errors and status codes."""

    engine: Engine
    ledger: Ledger

    def __init__(self, schema: BaseSchema) -> None:
        super().__init__(schema, graphql_ide=None, subscription_protocols=())

    async def get_context(self, request: Request | WebSocket, response: Response | WebSocket) -> Context:
        return {"engine": self.engine, "ledger": self.ledger, "request": request, "response": response}

    def decode_json(self, data: str | bytes) -> object:
        """Unlike Python's own, orjson says of every body that is no JSON that it is none."""
        return orjson.loads(data)

    def parse_json(self, data: str | bytes) -> Any:
        found = super().parse_json(data)
        if not isinstance(found, dict | list):
            raise HTTPException(400, 'A request is a JSON object: {"query": …, "variables": …}')
        return found

    async def get_sub_response(self, request: Request | WebSocket) -> Response:
        response = await super().get_sub_response(request)
        response.media_type = media_type(request.headers.get("accept", ""))
        return response

    async def process_result(self, request: Request, result: ExecutionResult) -> GraphQLHTTPResponse:  # noqa: ARG002
        body = GraphQLHTTPResponse(data=result.data)
        if result.errors:
            body["errors"] = [errors.told(error) for error in result.errors]
        return body

    async def run(self, request: Any, context: Any = UNSET, root_value: Any = UNSET) -> Any:
        """Answer; what is no request at all gets an error in GraphQL's shape like any other."""
        try:
            return await super().run(request, context, root_value)
        except HTTPException as refused:
            status = refused.status_code
            headers = {"allow": "POST"} if status == HTTPStatus.METHOD_NOT_ALLOWED else None
            sentence = f"{refused.reason.rstrip('.')}."
            kind = media_type(request.headers.get("accept", ""))
            return Response(orjson.dumps(refusal(status, sentence)), status, headers, media_type=kind)

    def create_response(self, response_data: Any, sub_response: Response) -> Response:
        asked = sub_response.media_type or JSON
        status = status_of(response_data, asked)
        headers = {"retry-after": "1"} if status == 503 else None
        return Response(orjson.dumps(response_data), status, headers, media_type=asked)
