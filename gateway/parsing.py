"""Reads a request: the JSON of its body, then its document, within limits."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qs

import orjson
from graphql import DocumentNode, GraphQLError, OperationDefinitionNode, parse

from gateway import limits
from gateway.errors import Code, RequestRefused, bad_request
from gateway.limits import Limits
from services.chassis.documents import KEY_OF_MANY, MAX_MUTATIONS, mutations_of

MAX_NAMES = 20
"""Parameters of a GET; four of them are read."""


@dataclass(frozen=True, slots=True)
class GraphQLRequest:
    """What a client sends."""

    query: str
    variables: Mapping[str, Any] = field(default_factory=dict)
    operation_name: str | None = None
    idempotency_key: str = ""
    """From the header; only for a document with one mutation."""


def read_request(body: bytes, idempotency_key: str = "") -> GraphQLRequest:
    """Read a body, or refuse it for what is wrong with its shape."""
    try:
        told = orjson.loads(body)
    except orjson.JSONDecodeError as error:
        raise RequestRefused(Code.BAD_REQUEST, "the body is not JSON") from error
    if not isinstance(told, dict):
        raise RequestRefused(Code.BAD_REQUEST, "the body is not a JSON object")
    return request_of(told, idempotency_key)


def read_parameters(query_string: bytes) -> GraphQLRequest:
    """Read the parameters of a GET, of which two are JSON, or refuse what is wrong with them."""
    try:
        text = query_string.decode()
        given = parse_qs(text, keep_blank_values=True, errors="strict", max_num_fields=MAX_NAMES)
    except ValueError as error:  # of which a bad UTF-8 is one
        raise RequestRefused(Code.BAD_REQUEST, "the parameters cannot be read") from error
    if twice := [name for name, values in given.items() if len(values) > 1]:
        raise RequestRefused(Code.BAD_REQUEST, f"`{twice[0]}` is given twice")
    told: dict[str, Any] = {name: values[0] or None for name, values in given.items()}
    for name in ("variables", "extensions"):
        if told.get(name) is not None:
            told[name] = _json(told[name], name)
    return request_of(told)


def _json(text: str, name: str) -> Any:
    try:
        return orjson.loads(text)
    except orjson.JSONDecodeError as error:
        raise RequestRefused(Code.BAD_REQUEST, f"`{name}` is not JSON") from error


def request_of(told: Mapping[str, Any], idempotency_key: str = "") -> GraphQLRequest:
    """Take a request by the names that GraphQL over HTTP and over WebSocket share."""
    query, variables = told.get("query"), told.get("variables")
    name = told.get("operationName")
    if not isinstance(query, str) or not query:
        raise RequestRefused(Code.BAD_REQUEST, "`query` is missing, or not a text")
    for key in ("variables", "extensions"):
        if not isinstance(told.get(key), dict | None):
            raise RequestRefused(Code.BAD_REQUEST, f"`{key}` is not an object")
    if not isinstance(name, str | None):
        raise RequestRefused(Code.BAD_REQUEST, "`operationName` is not a text")
    return GraphQLRequest(query, variables or {}, name or None, idempotency_key)


def check_mutations(document: DocumentNode, request: GraphQLRequest) -> None:
    """Refuse more mutations than a document may hold, or than one key may stand for."""
    held = mutations_of(document, request.operation_name)
    if held > MAX_MUTATIONS:
        message = f"a document holds {MAX_MUTATIONS} mutations at most"
        raise RequestRefused(Code.LIMIT_EXCEEDED, message)
    if held > 1 and request.idempotency_key:
        raise RequestRefused(Code.BAD_REQUEST, KEY_OF_MANY)


def parse_document(query: str, bounds: Limits) -> DocumentNode:
    """Parse a document that is neither too long nor too deep nor too broad."""
    limits.check_tokens(query, bounds)
    try:
        document = parse(query)
    except GraphQLError as error:
        raise bad_request([error]) from error
    limits.check_size(document, bounds)
    return document


def pick_operation(document: DocumentNode, name: str | None) -> OperationDefinitionNode:
    """Give the operation that is to be run, or refuse where it is not clear which."""
    found = [n for n in document.definitions if isinstance(n, OperationDefinitionNode)]
    if name is not None:
        found = [n for n in found if n.name is not None and n.name.value == name]
        if not found:
            raise RequestRefused(Code.BAD_REQUEST, f'there is no operation "{name}"')
    if len(found) != 1:
        told = "there is no operation" if not found else "`operationName` must say which is meant"
        raise RequestRefused(Code.BAD_REQUEST, told)
    return found[0]
