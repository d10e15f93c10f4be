"""Answers what a client asks of the schema itself, from the schema that clients see."""

from collections.abc import Mapping
from typing import Any

from graphql import (
    DocumentNode,
    FragmentDefinitionNode,
    GraphQLSchema,
    OperationDefinitionNode,
    SelectionSetNode,
    execute_sync,
)

from gateway.executor.tree import Object
from gateway.planner import Operation


def introspect(
    schema: GraphQLSchema,
    document: DocumentNode,
    asked: OperationDefinitionNode,
    operation: Operation,
    variables: Mapping[str, Any],
) -> Object:
    """Give the values of the operation's `__schema` and `__type` fields."""
    fragments = [n for n in document.definitions if isinstance(n, FragmentDefinitionNode)]
    local = OperationDefinitionNode(
        operation=asked.operation,
        variable_definitions=asked.variable_definitions,
        selection_set=SelectionSetNode(selections=tuple(operation.introspection)),
    )
    document = DocumentNode(definitions=(local, *fragments))
    result = execute_sync(schema, document, variable_values=dict(variables))
    return result.data or {}
