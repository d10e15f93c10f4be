"""Holds a document and its variables against the schema that clients see."""

from collections.abc import Mapping
from typing import Any

from graphql import (
    DocumentNode,
    FieldNode,
    GraphQLSchema,
    NoSchemaIntrospectionCustomRule,
    OperationDefinitionNode,
    ValidationRule,
    get_variable_values,
    specified_rules,
    validate,
)
from graphql import GraphQLError as Fault

from gateway.errors import bad_request

MAX_ERRORS = 20


class ReservedKeys(ValidationRule):
    """An alias may not begin with two underscores: the answer keeps its own notes under those."""

    def enter_field(self, node: FieldNode, *_: object) -> None:
        if node.alias is not None and node.alias.value.startswith("__"):
            message = f'the alias "{node.alias.value}" begins with two underscores'
            self.report_error(Fault(message, node))


def validate_document(
    schema: GraphQLSchema, document: DocumentNode, *, introspection: bool
) -> None:
    """Refuse a document that the schema does not allow."""
    rules: list[type[ValidationRule]] = [*specified_rules, ReservedKeys]  # type: ignore[list-item]
    if not introspection:
        rules.append(NoSchemaIntrospectionCustomRule)
    if faults := validate(schema, document, rules, max_errors=MAX_ERRORS):
        raise bad_request(faults)


def check_operation(
    schema: GraphQLSchema, operation: OperationDefinitionNode, variables: Mapping[str, Any]
) -> Mapping[str, Any]:
    """Give the variables with defaults, or refuse those that do not fit."""
    defined = operation.variable_definitions or ()
    if not defined:
        return {}
    found = get_variable_values(schema, defined, dict(variables), max_errors=MAX_ERRORS)
    if isinstance(found, list):
        raise bad_request(found)
    return dict(found.coerced)
