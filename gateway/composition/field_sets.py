"""Field sets (`"id owner { id }"`): parsed, held against their type, and what they touch."""

from collections.abc import Iterator
from dataclasses import dataclass

from graphql import (
    FieldNode,
    GraphQLError,
    InlineFragmentNode,
    OperationDefinitionNode,
    SelectionSetNode,
    parse,
)

from gateway.composition.model import Definition, Field, Kind, Subgraph, named

COMPOSITE = frozenset({Kind.OBJECT, Kind.INTERFACE, Kind.UNION})


class InvalidFieldSet(Exception):
    """A field set that cannot stand where it stands; the message says why."""

    code = "INVALID_FIELDS"


class DirectiveInFieldSet(InvalidFieldSet):
    """A field set of which a part carries a directive."""

    code = "DIRECTIVE_IN_FIELDS_ARG"


@dataclass(frozen=True, slots=True)
class Touched:
    """A field that a field set selects: on which type, how deep, beneath which fields."""

    type: Definition
    field: Field
    node: FieldNode
    beneath: tuple["Touched", ...]

    @property
    def is_leaf(self) -> bool:
        return self.node.selection_set is None

    @property
    def lacking(self) -> list[str]:
        """Name the arguments that it must be given and is not."""
        given = {each.name.value for each in self.node.arguments or ()}
        required = {each.name for each in self.field.arguments.values() if each.is_required}
        return sorted(required - given)


def touched(subgraph: Subgraph, type: Definition, text: str) -> list[Touched]:
    """Give every field that the set selects, or raise `InvalidFieldSet`."""
    return list(_walk(subgraph, type, parsed(text), ()))


def parsed(text: str) -> SelectionSetNode:
    try:
        document = parse("{" + text + "}", no_location=True)
    except GraphQLError as error:
        raise InvalidFieldSet(f'the field set "{text}" does not parse') from error
    operation = document.definitions[0]
    if len(document.definitions) != 1 or not isinstance(operation, OperationDefinitionNode):
        raise InvalidFieldSet(f'"{text}" is not a field set')
    return operation.selection_set


def _walk(
    subgraph: Subgraph,
    type: Definition,
    selections: SelectionSetNode,
    beneath: tuple[Touched, ...],
) -> Iterator[Touched]:
    for node in selections.selections:
        if node.directives:
            raise DirectiveInFieldSet("a field set cannot carry directives")
        if isinstance(node, InlineFragmentNode):
            inner = _condition(subgraph, type, node)
            yield from _walk(subgraph, inner, node.selection_set, beneath)
        elif isinstance(node, FieldNode):
            yield from _walk_field(subgraph, type, node, beneath)
        else:
            raise InvalidFieldSet("named fragments cannot stand in a field set")


def _walk_field(
    subgraph: Subgraph, type: Definition, node: FieldNode, beneath: tuple[Touched, ...]
) -> Iterator[Touched]:
    name = node.name.value
    if name == "__typename":
        return
    if node.alias is not None:
        raise InvalidFieldSet(f'"{name}" carries an alias')
    if (field := type.fields.get(name)) is None:
        raise InvalidFieldSet(f'"{name}" is not a field of {type.name}')
    _check_arguments(field, node)
    here = Touched(type, field, node, beneath)
    yield here
    inner = subgraph.definitions.get(named(field.type))
    is_composite = inner is not None and inner.kind in COMPOSITE
    if is_composite != (node.selection_set is not None):
        wanted = "needs" if is_composite else "cannot have"
        raise InvalidFieldSet(f'"{name}" {wanted} a selection')
    if inner is not None and node.selection_set is not None:
        yield from _walk(subgraph, inner, node.selection_set, (*beneath, here))


def _check_arguments(field: Field, node: FieldNode) -> None:
    given = {each.name.value for each in node.arguments or ()}
    if unknown := sorted(given - field.arguments.keys()):
        raise InvalidFieldSet(f'"{field.name}" takes no "{unknown[0]}"')


def _condition(subgraph: Subgraph, type: Definition, node: InlineFragmentNode) -> Definition:
    if node.type_condition is None:
        return type
    name = node.type_condition.name.value
    if (definition := subgraph.definitions.get(name)) is None or definition.kind not in COMPOSITE:
        raise InvalidFieldSet(f'"... on {name}" names no type that has fields')
    return definition
