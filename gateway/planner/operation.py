"""An operation in one form: no fragments by name, no conditions, equal fields merged.

Conditions are settled here with the values that the variables have, and those values are part of
the plan cache's key: a plan therefore never asks for what this request leaves out.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, TypeVar

from graphql import (
    BooleanValueNode,
    DirectiveNode,
    DocumentNode,
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    InlineFragmentNode,
    OperationDefinitionNode,
    SelectionSetNode,
    VariableNode,
    Visitor,
    get_named_type,
    is_interface_type,
    is_object_type,
    parse,
    print_ast,
    visit,
)

from gateway.planner import saying
from gateway.planner.saying import Sayings
from gateway.supergraph import Supergraph

TYPENAME = "__typename"
INTROSPECTION = frozenset({"__schema", "__type"})


@dataclass(frozen=True, slots=True, eq=False)
class Field:
    """A field that is asked for; `key` is its name in the answer."""

    key: str
    name: str
    arguments: str
    variables: frozenset[str]
    selections: "Selections"
    is_leaf: bool
    directives: str = ""
    """The client's own directives on it, which go on to the subgraph as they are."""
    within: str = ""
    """Those of the fragments around it; a fragment is gone once its fields are laid out."""


@dataclass(frozen=True, slots=True, eq=False)
class Fragment:
    """What is asked for only if the value is of this type."""

    type: str
    selections: "Selections"


Selections = tuple[Field | Fragment, ...]


@dataclass(frozen=True, slots=True)
class Operation:
    """What is to be planned, and what is answered here."""

    kind: str
    name: str
    root: str
    selections: Selections
    variables: Mapping[str, str]
    """Each variable's definition, as it was written."""
    introspection: tuple[FieldNode, ...]
    """Fields of the root that the gateway answers from the schema."""
    directives: Sayings = ()
    """The client's own directives on the operation."""


def normalise(
    supergraph: Supergraph,
    document: DocumentNode,
    operation: OperationDefinitionNode,
    flags: Mapping[str, bool],
) -> Operation:
    """Bring a valid operation into one form, given the values of its condition variables."""
    fragments = {
        node.name.value: node
        for node in document.definitions
        if isinstance(node, FragmentDefinitionNode)
    }
    root = supergraph.full.get_root_type(operation.operation)
    root_name = root.name if root else ""
    normaliser = _Normaliser(supergraph, fragments, flags)
    defined = operation.variable_definitions or ()
    return Operation(
        operation.operation.value,
        operation.name.value if operation.name else "",
        root_name,
        normaliser.selections(root_name, [(operation.selection_set, ())]),
        {node.variable.name.value: print_ast(node) for node in defined},
        normaliser.introspection(root_name, operation.selection_set),
        saying.said(supergraph.full, operation.directives),
    )


def field_set(supergraph: Supergraph, type: str, text: str) -> Selections:
    """Read a key, or what is required or provided, as selections on a type."""
    operation = parse("{" + text + "}", no_location=True).definitions[0]
    if not isinstance(operation, OperationDefinitionNode):
        return ()
    return _Normaliser(supergraph, {}, {}).selections(type, [(operation.selection_set, ())])


def condition_variables(document: DocumentNode) -> tuple[str, ...]:
    """Name the variables that decide what of a document is asked for."""
    finder = _ConditionFinder()
    visit(document, finder)
    return tuple(sorted(finder.found))


def fields_of(selections: Selections) -> Iterator[Field]:
    """Give the fields at one place, whatever type they are asked of."""
    for each in selections:
        if isinstance(each, Field):
            yield each
        else:
            yield from fields_of(each.selections)


class _ConditionFinder(Visitor):
    def __init__(self) -> None:
        super().__init__()
        self.found: set[str] = set()

    def enter_directive(self, node: DirectiveNode, *_: object) -> None:
        if node.name.value in ("skip", "include"):
            for argument in node.arguments or ():
                if isinstance(argument.value, VariableNode):
                    self.found.add(argument.value.name.value)


@dataclass(frozen=True, slots=True)
class _On:
    """A type condition, as a key beside the keys of fields."""

    type: str


Asked = tuple[FieldNode, Sayings]
"""A field, and what is said on the fragments around it."""
Inside = tuple[SelectionSetNode, Sayings]
Collected = dict[str | _On, list[Asked | Inside]]
"""What one place asks for, before equal fields are merged, in the order of asking."""


@dataclass(frozen=True, slots=True)
class _Normaliser:
    supergraph: Supergraph
    fragments: Mapping[str, FragmentDefinitionNode]
    flags: Mapping[str, bool]

    def selections(self, type: str, sets: Iterable[Inside]) -> Selections:
        collected: Collected = {}
        for each, within in sets:
            self._collect(type, each, within, collected)
        found: list[Field | Fragment] = []
        for at, nodes in collected.items():
            if isinstance(at, str):
                found.append(self._field(type, at, _of(FieldNode, nodes)))
            elif inner := self.selections(at.type, _of(SelectionSetNode, nodes)):
                found.append(Fragment(at.type, inner))
        return tuple(found)

    def introspection(self, type: str, selections: SelectionSetNode) -> tuple[FieldNode, ...]:
        """Give the fields at the root that ask for the schema itself."""
        collected: Collected = {}
        self._collect(type, selections, (), collected)
        return tuple(
            node
            for nodes in collected.values()
            for node, _ in _of(FieldNode, nodes)
            if node.name.value in INTROSPECTION
        )

    def _collect(
        self, type: str, selections: SelectionSetNode, within: Sayings, found: Collected
    ) -> None:
        for node in selections.selections:
            if not self._is_asked(node.directives):
                continue
            if isinstance(node, FieldNode):
                key = node.alias.value if node.alias else node.name.value
                found.setdefault(key, []).append((node, within))
            elif isinstance(node, FragmentSpreadNode):
                fragment = self.fragments[node.name.value]
                inner = self._within(within, node.directives, fragment.directives)
                condition = fragment.type_condition.name.value
                self._collect_fragment(type, condition, (fragment.selection_set, inner), found)
            elif isinstance(node, InlineFragmentNode):
                inner = self._within(within, node.directives)
                condition = node.type_condition.name.value if node.type_condition else type
                self._collect_fragment(type, condition, (node.selection_set, inner), found)

    def _within(self, outer: Sayings, *directives: Iterable[DirectiveNode] | None) -> Sayings:
        """Give what is said on fragments; all of them reach a subgraph as inline ones."""
        told = [each for d in directives for each in saying.said(self.supergraph.full, d)]
        return saying.on("INLINE_FRAGMENT", (*outer, *told))

    def _collect_fragment(
        self, type: str, condition: str, inside: Inside, found: Collected
    ) -> None:
        here, wanted = self.supergraph.possible(type), self.supergraph.possible(condition)
        if condition == type or self.supergraph.is_subtype(type, condition):
            self._collect(type, *inside, found)
        elif here & wanted:
            found.setdefault(_On(condition), []).append(inside)

    def _field(self, type: str, key: str, asked: list[Asked]) -> Field:
        first = asked[0][0]
        name = first.name.value
        inner = [(n.selection_set, ()) for n, _ in asked if n.selection_set is not None]
        is_local = name.startswith("__")
        found = () if is_local else self.selections(type_of(self.supergraph, type, name), inner)
        schema = self.supergraph.full
        told = saying.on("FIELD", (s for n, _ in asked for s in saying.said(schema, n.directives)))
        within = saying.on("INLINE_FRAGMENT", (each for _, outer in asked for each in outer))
        return Field(
            key,
            name,
            ", ".join(print_ast(each) for each in first.arguments or ()),
            saying.variables_of(first.arguments or ()) | saying.variables((*told, *within)),
            found,
            is_leaf=not inner,
            directives=saying.text(told),
            within=saying.text(within),
        )

    def _is_asked(self, directives: Iterable[DirectiveNode] | None) -> bool:
        for directive in directives or ():
            name = directive.name.value
            if name not in ("skip", "include"):
                continue
            value = directive.arguments[0].value if directive.arguments else None
            if self._value(value) is (name == "skip"):
                return False
        return True

    def _value(self, node: object) -> bool:
        if isinstance(node, VariableNode):
            return bool(self.flags.get(node.name.value, False))
        return isinstance(node, BooleanValueNode) and node.value


NodeT = TypeVar("NodeT")


def _of(kind: type[NodeT], found: Iterable[tuple[Any, Sayings]]) -> list[tuple[NodeT, Sayings]]:
    return [(node, within) for node, within in found if isinstance(node, kind)]


def type_of(supergraph: Supergraph, type: str, field: str) -> str:
    """Name the type inside a field's lists and non-nulls."""
    parent = supergraph.full.type_map[type]
    if is_object_type(parent) or is_interface_type(parent):
        return str(get_named_type(parent.fields[field].type).name)
    raise KeyError(f"{type}.{field}")
