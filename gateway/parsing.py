"""Reads a request: the JSON of its body, then its document, within limits."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import orjson
from graphql import (
    DocumentNode,
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    GraphQLError,
    OperationDefinitionNode,
    SelectionSetNode,
    parse,
)

from gateway.errors import Code, RequestRefused, bad_request
from services.chassis.documents import KEY_OF_MANY, MAX_MUTATIONS, mutations_of


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


def parse_document(query: str, *, max_tokens: int, max_depth: int) -> DocumentNode:
    """Parse a document that is neither too long nor too deep."""
    try:
        document = parse(query, max_tokens=max_tokens)
    except GraphQLError as error:
        raise bad_request([error]) from error
    except RecursionError as error:
        raise RequestRefused(Code.BAD_REQUEST, "the document is nested too deeply") from error
    _check_depth(document, max_depth)
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


def _check_depth(document: DocumentNode, limit: int) -> None:
    fragments = {
        node.name.value: node.selection_set
        for node in document.definitions
        if isinstance(node, FragmentDefinitionNode)
    }
    depths: dict[str, int] = {}
    for node in document.definitions:
        if isinstance(node, OperationDefinitionNode):
            depth = _depth(node.selection_set, fragments, depths, limit)
            if depth > limit:
                message = f"the document is nested deeper than {limit} levels"
                raise RequestRefused(Code.BAD_REQUEST, message)


def _depth(
    selections: SelectionSetNode,
    fragments: Mapping[str, SelectionSetNode],
    depths: dict[str, int],
    limit: int,
) -> int:
    """Measure with fragments unfolded; introspection, which nests by nature, counts one."""
    deepest = 0
    for node in selections.selections:
        below = 0
        if isinstance(node, FragmentSpreadNode):
            below = _fragment_depth(node.name.value, fragments, depths, limit)
        elif isinstance(node, FieldNode):
            is_counted = node.selection_set and not node.name.value.startswith("__")
            inner = node.selection_set if is_counted else None
            below = 1 + (_depth(inner, fragments, depths, limit) if inner else 0)
        else:
            below = _depth(node.selection_set, fragments, depths, limit)  # type: ignore[attr-defined]  # an inline fragment
        deepest = max(deepest, below)
    return deepest


def _fragment_depth(
    name: str,
    fragments: Mapping[str, SelectionSetNode],
    depths: dict[str, int],
    limit: int,
) -> int:
    """Measure each fragment once; one that holds itself is for validation to refuse."""
    if name not in depths:
        depths[name] = 0
        if name in fragments:
            depths[name] = _depth(fragments[name], fragments, depths, limit)
    return depths[name]
