"""Selections: what an operation asks of a type, with fragments and conditions worked in."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from graphql import (
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    GraphQLField,
    GraphQLIncludeDirective,
    GraphQLNamedType,
    GraphQLObjectType,
    GraphQLResolveInfo,
    GraphQLSchema,
    GraphQLSkipDirective,
    SelectionSetNode,
    get_named_type,
    is_abstract_type,
)
from graphql.execution.values import (
    VariableValues,
    get_argument_values,
    get_directive_values,
)


@dataclass(frozen=True)
class Document:
    """What it takes to read the AST of one operation."""

    schema: GraphQLSchema
    fragments: Mapping[str, FragmentDefinitionNode]
    variables: VariableValues

    @staticmethod
    def of(info: GraphQLResolveInfo[Any]) -> "Document":
        # the executor keeps a fragment's details; its definition is what is read here
        fragments = {name: getattr(it, "definition", it) for name, it in info.fragments.items()}
        # Strawberry hands resolvers the plain values, and graphql-core wants them wrapped
        given = info.variable_values
        variables = given if isinstance(given, VariableValues) else VariableValues({}, given)
        return Document(info.schema, fragments, variables)

    def type_named(self, name: str) -> GraphQLObjectType:
        found = self.schema.type_map[name]
        if not isinstance(found, GraphQLObjectType):
            raise TypeError(f"{name} is no object type")
        return found


@dataclass
class Selected:
    """A field as it was asked for: its name, the key of its answer, and all nodes that ask it."""

    name: str
    key: str
    definition: GraphQLField
    document: Document
    nodes: list[FieldNode] = field(default_factory=list)

    @property
    def type(self) -> GraphQLNamedType:
        return get_named_type(self.definition.type)

    def arguments(self) -> dict[str, Any]:
        """Give the arguments as the schema's scalars and enums read them; absent stays absent."""
        return get_argument_values(self.definition, self.nodes[0], self.document.variables)

    def selections(self, type_name: str | None = None) -> list["Selected"]:
        """Give what is asked of this field's value, where that value is of the named type."""
        wanted = self.document.type_named(type_name or self.type.name)
        return selected(self.document, wanted, [it.selection_set for it in self.nodes])


def selected(
    document: Document, on: GraphQLObjectType, sets: Sequence[SelectionSetNode | None]
) -> list[Selected]:
    """Collect the fields asked of an object type, merged by their answer's key."""
    found: dict[str, Selected] = {}
    for selections in sets:
        if selections is not None:
            _collect(document, on, selections, found)
    return list(found.values())


def selected_by(info: GraphQLResolveInfo[Any]) -> Selected:
    """Give the field that a resolver was called for."""
    definition = info.parent_type.fields[info.field_name]
    document = Document.of(info)
    return Selected(
        info.field_name, str(info.path.key), definition, document, list(info.field_nodes)
    )


def _collect(
    document: Document,
    on: GraphQLObjectType,
    selections: SelectionSetNode,
    found: dict[str, Selected],
) -> None:
    for node in selections.selections:
        if not _included(document, node):
            continue
        if isinstance(node, FieldNode):
            _take(document, on, node, found)
            continue
        inner: Any = node
        if isinstance(node, FragmentSpreadNode):
            inner = document.fragments[node.name.value]
        if _applies(document, on, inner):
            _collect(document, on, inner.selection_set, found)


def _take(
    document: Document, on: GraphQLObjectType, node: FieldNode, found: dict[str, Selected]
) -> None:
    name = node.name.value
    if name.startswith("__"):
        return
    key = node.alias.value if node.alias else name
    if key not in found:
        found[key] = Selected(name, key, on.fields[name], document)
    found[key].nodes.append(node)


def _included(document: Document, node: Any) -> bool:
    skip = get_directive_values(GraphQLSkipDirective, node, document.variables)
    include = get_directive_values(GraphQLIncludeDirective, node, document.variables)
    return not (skip and skip["if"]) and not (include and not include["if"])


def _applies(document: Document, on: GraphQLObjectType, fragment: Any) -> bool:
    condition = fragment.type_condition
    if condition is None or condition.name.value == on.name:
        return True
    named = document.schema.type_map[condition.name.value]
    return is_abstract_type(named) and document.schema.is_sub_type(named, on)
