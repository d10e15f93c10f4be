"""Takes out of a supergraph what clients never see: the join machinery, what is inaccessible."""

from collections.abc import Iterable
from copy import copy
from typing import Any

from graphql import DirectiveDefinitionNode, DocumentNode, SchemaDefinitionNode, TypeDefinitionNode

MACHINERY = (
    *("join__", "link__", "core__", "inaccessible__", "tag__", "context__", "federation__"),
    *("requiresScopes__", "policy__", "cost__"),
)
KEPT_DIRECTIVES = frozenset({"deprecated", "specifiedBy", "oneOf"})
EXECUTABLE = frozenset(
    {
        *("QUERY", "MUTATION", "SUBSCRIPTION", "FIELD", "VARIABLE_DEFINITION"),
        *("FRAGMENT_DEFINITION", "FRAGMENT_SPREAD", "INLINE_FRAGMENT"),
    }
)
"""Where clients may put a directive."""
STANDARD = frozenset({"skip", "include", "defer", "stream"})
"""Those that are GraphQL's own: they are settled here, and not handed on."""
LISTS = ("fields", "values", "arguments")


def is_machinery(name: str) -> bool:
    return name.startswith(MACHINERY)


def without_machinery(document: DocumentNode) -> DocumentNode:
    """Give the graph as a plain schema, with all of its types and fields."""
    return _document(document, lambda _: False)


def without_inaccessible(document: DocumentNode) -> DocumentNode:
    """Give the graph as clients see it."""
    return _document(document, _is_inaccessible)


def _document(document: DocumentNode, is_hidden: Any) -> DocumentNode:
    types = [
        node
        for node in document.definitions
        if isinstance(node, TypeDefinitionNode) and not is_machinery(node.name.value)
    ]
    hidden = {node.name.value for node in types if is_hidden(node)}
    kept = [_stripped(n, is_hidden, hidden) for n in types if n.name.value not in hidden]
    roots = [
        _stripped(node, is_hidden, hidden)
        for node in document.definitions
        if isinstance(node, SchemaDefinitionNode)
    ]
    directives = [
        node
        for node in document.definitions
        if isinstance(node, DirectiveDefinitionNode) and _is_executable(node)
    ]
    return DocumentNode(definitions=(*roots, *directives, *kept))


def _is_executable(node: DirectiveDefinitionNode) -> bool:
    return any(location.value in EXECUTABLE for location in node.locations)


def _is_inaccessible(node: Any) -> bool:
    return any(each.name.value == "inaccessible" for each in node.directives or ())


def _stripped(node: Any, is_hidden: Any, hidden: set[str]) -> Any:
    """Copy a node without directives of composition and without its hidden parts."""
    new = copy(node)
    kept = [d for d in node.directives or () if d.name.value in KEPT_DIRECTIVES]
    _set(new, "directives", kept)
    for part in LISTS:
        if getattr(node, part, None):
            shown = [each for each in getattr(node, part) if not is_hidden(each)]
            _set(new, part, [_stripped(each, is_hidden, hidden) for each in shown])
    for part in ("interfaces", "types"):
        if getattr(node, part, None):
            _set(new, part, [n for n in getattr(node, part) if n.name.value not in hidden])
    return new


def _set(node: Any, part: str, items: Iterable[Any]) -> None:
    object.__setattr__(node, part, tuple(items))  # a copied node is still frozen
