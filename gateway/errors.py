"""What goes wrong at the gateway, and how a client reads of it."""

import enum
from collections.abc import Iterable, Sequence
from typing import Any

from graphql import GraphQLError

PathItem = str | int
Error = dict[str, Any]
"""An error as GraphQL writes it: message, maybe locations and path, extensions."""


class Code(enum.Enum):
    """The closed list of codes that the gateway itself gives."""

    UNAUTHENTICATED = "UNAUTHENTICATED"
    BAD_REQUEST = "BAD_REQUEST"
    LIMIT_EXCEEDED = "LIMIT_EXCEEDED"
    SUBGRAPH_UNAVAILABLE = "SUBGRAPH_UNAVAILABLE"
    DEADLINE_EXCEEDED = "DEADLINE_EXCEEDED"
    EVENTS_LOST = "EVENTS_LOST"
    INTERNAL = "INTERNAL"


class RequestRefused(Exception):
    """The request as a whole cannot be served; it gets no data, only these errors."""

    def __init__(
        self, code: Code, message: str, *, status: int = 400, errors: Sequence[Error] = ()
    ) -> None:
        super().__init__(message)
        self.code = code
        self.status = status
        self.errors = list(errors) or [error(code, message)]


class SubgraphFailed(Exception):
    """A fetch that brought nothing: its subgraph is away, too slow, or speaks no GraphQL."""

    def __init__(self, code: Code, message: str, reason: str) -> None:
        super().__init__(message)
        self.code = code
        self.message = message
        self.reason = reason
        """For the log only: it may name addresses."""


def error(code: Code, message: str, *, path: Sequence[PathItem] = (), service: str = "") -> Error:
    """Write an error of the gateway's own."""
    extensions = {"code": code.value}
    if service:
        extensions["service"] = service
    told: Error = {"message": message}
    if path:
        told["path"] = list(path)
    return {**told, "extensions": extensions}


def bad_request(found: Iterable[GraphQLError]) -> RequestRefused:
    """Refuse a document or its variables for what GraphQL's own rules say of it."""
    errors: list[Error] = [
        {
            "message": each.message,
            **({"locations": [at.formatted for at in each.locations]} if each.locations else {}),
            "extensions": {"code": Code.BAD_REQUEST.value},
        }
        for each in found
    ]
    return RequestRefused(Code.BAD_REQUEST, errors[0]["message"], errors=errors)
